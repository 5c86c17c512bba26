"""Rows as they lie in the database, read before and after a merge, and written back byte for byte.

Which tables take part follows from the models: people, whatever points to them, and whatever
points to that. A room that comes later is included by declaring its foreign key.
"""

import base64
import datetime as dt
import json
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models

from common.fields import EncryptedTextField
from crm.people.models import MergeOperation, Person

# Columns of a person that say something by themselves; the others follow from them.
_SAID = frozenset(Person.personal_data) - {"sort_key", "search", "name_key", "other_name_keys"}

Row = dict[str, Any]
# Where rooms below keep a person's key without a foreign key. Of these rows only the key is read:
# what else an account does meanwhile is no obstacle.
OPAQUE: Mapping[str, str] = {
    "accounts.User": "person_key",
    "accounts.Invitation": "person_key",
    "people.PrintedSheet": "subject_key",
}
# A model's label and a key.
Place = tuple[str, Any]
Rows = dict[Place, Row]
Link = tuple[type[models.Model], "models.ForeignKey[Any, Any]"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a merge did to rows: as they were (None: not there) and as they are (None: gone)."""

    before: dict[Place, Row | None]
    after: dict[Place, Row | None]


def links_to(model: type[models.Model]) -> list[Link]:
    """Return every foreign key of any app that points to ``model``, with the model it is in."""
    return [
        (other, field)
        for other in apps.get_models(include_auto_created=True)
        for field in other._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is model
    ]


def read_rows(person_ids: Collection[UUID]) -> Rows:
    """Return these people's rows and all that hang on them, sealed values as they are sealed."""
    found: Rows = {}
    waiting: list[tuple[type[models.Model], Rows]] = [(Person, _read(Person, pk__in=person_ids))]
    while waiting:
        model, rows = waiting.pop()
        new = {place: row for place, row in rows.items() if place not in found}
        found |= new
        keys = [key for _label, key in new]
        if not keys:
            continue
        for other, field in links_to(model):
            waiting.append((other, _read(other, **{f"{field.name}__in": keys})))
    for label, column in OPAQUE.items():
        found |= _read(_model(label), **{f"{column}__in": person_ids})
    return found


def read_again(places: Iterable[Place]) -> Rows:
    """Return the rows at these places that are there."""
    keys: dict[str, list[Any]] = {}
    for label, key in places:
        keys.setdefault(label, []).append(key)
    found: Rows = {}
    for label, some in keys.items():
        found |= _read(_model(label), pk__in=some)
    return found


def difference(before: Rows, after: Rows) -> Difference:
    """Return the rows that differ; the merge's own row is no part of what it did."""
    changed = [
        place
        for place in before.keys() | after.keys()
        if before.get(place) != after.get(place) and place[0] != MergeOperation._meta.label
    ]
    # A merge that was there before and moved along is.
    changed += [
        place
        for place in before.keys() & after.keys()
        if place[0] == MergeOperation._meta.label and before[place] != after[place]
    ]
    changed.sort(key=str)
    return Difference(
        {place: before.get(place) for place in changed},
        {place: after.get(place) for place in changed},
    )


def restore(before: Mapping[Place, Row | None]) -> None:
    """Write rows as they were; what was not there is removed.

    Changes come before rows that come back: one of them may have taken their place meanwhile.
    The database checks foreign keys at the end.
    """
    there = read_again(before)
    added = [place for place, row in before.items() if row is None]
    for label, key in added:
        _model(label)._base_manager.filter(pk=key).delete()
    rows = [(place, row) for place, row in before.items() if row is not None]
    for place, row in sorted(rows, key=lambda item: item[0] not in there):
        model = _model(place[0])
        if column := OPAQUE.get(place[0]):
            model._base_manager.filter(pk=place[1]).update(**{column: row[column]})
        else:
            is_there = place in there
            _instance(model, row).save(force_update=is_there, force_insert=not is_there)


def encode(found: Difference) -> str:
    """Return a difference as compressed text."""
    content = [
        [label, _plain(key), *map(_plain_row, (found.before[label, key], found.after[label, key]))]
        for label, key in found.before
    ]
    packed = zlib.compress(json.dumps(content, ensure_ascii=False).encode(), level=9)
    return base64.b64encode(packed).decode()


def decode(text: str) -> Difference:
    """Return what `encode` was given."""
    content = json.loads(zlib.decompress(base64.b64decode(text)), object_hook=_revive)
    places = [((label, key), before, after) for label, key, before, after in content]
    return Difference(
        {place: before for place, before, _after in places},
        {place: after for place, _before, after in places},
    )


def _read(model: type[models.Model], **conditions: Any) -> Rows:
    columns = [field.attname for field in model._meta.concrete_fields]
    if model._meta.label in OPAQUE:
        columns = [model._meta.pk.attname, OPAQUE[model._meta.label]]
    rows = model._base_manager.filter(**conditions).order_by().values(*columns)
    return {
        (model._meta.label, row[model._meta.pk.attname]): {
            name: bytes(value) if isinstance(value, bytes | memoryview) else value
            for name, value in row.items()
        }
        for row in rows
    }


def _instance(model: type[models.Model], row: Row) -> models.Model:
    """Return a row as its model would have read it, sealed values unopened."""
    values = dict(row)
    for field in model._meta.concrete_fields:
        if isinstance(field, EncryptedTextField):
            values[field.attname] = field.from_db_value(values[field.attname], None, None)
    return model(**values)


def _model(label: str) -> type[models.Model]:
    return cast(type[models.Model], apps.get_model(label))


def _plain_row(row: Row | None) -> Row | None:
    return None if row is None else {name: _plain(value) for name, value in row.items()}


# How values that JSON does not know are written: {"$": [kind, text]}.
_KINDS: dict[str, tuple[type[Any], Any, Any]] = {
    "bytes": (bytes, lambda v: base64.b64encode(v).decode(), base64.b64decode),
    "datetime": (dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    "date": (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    "time": (dt.time, dt.time.isoformat, dt.time.fromisoformat),
    "seconds": (
        dt.timedelta,
        lambda v: str(v // dt.timedelta(microseconds=1)),
        lambda text: dt.timedelta(microseconds=int(text)),
    ),
    "uuid": (UUID, str, UUID),
    "decimal": (Decimal, str, Decimal),
}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    for kind, (known, write, _read) in _KINDS.items():
        if isinstance(value, known):
            return {"$": [kind, write(value)]}
    return value


def _revive(found: dict[str, Any]) -> Any:
    if found.keys() == {"$"}:
        kind, text = found["$"]
        return _KINDS[kind][2](text)
    return found


def changed_since(found: Difference) -> list[str]:
    """Return what people call the rows, and of people the columns, that are not as left."""
    now = read_again(found.after)
    names: dict[str, None] = {}
    for place, row in found.after.items():
        current = now.get(place)
        if current == row:
            continue
        model = _model(place[0])
        if model is Person and row and current:
            for field in model._meta.concrete_fields:
                if row[field.attname] != current[field.attname] and field.attname in _SAID:
                    names[str(getattr(field, "verbose_name", field.name))] = None
        else:
            names[str(model._meta.verbose_name)] = None
    if not names and any(now.get(place) != row for place, row in found.after.items()):
        names[str(Person._meta.verbose_name)] = None
    return list(names)


def place_of(error: IntegrityError) -> str:
    """Return what people call the kind of row that the database refused."""
    diagnosis = getattr(error.__cause__, "diag", None)
    table = getattr(diagnosis, "table_name", None)
    for model in apps.get_models():
        if model._meta.db_table == table:
            return str(model._meta.verbose_name)
    return str(table or Person._meta.verbose_name)
