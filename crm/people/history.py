"""What a record said before and after each change: taken by the services, shown on its page.

A snapshot is every field of a person as text, with its parts as lists. It holds clear values, so
it lives in memory only; `record_change` seals the differences.
"""

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from common.masking import mask_address, mask_contact, mask_id_number, mask_phone
from crm.people import drafts
from crm.people.choices import (
    ChangeCause,
    ContactKind,
    DocumentKind,
    IdentityCode,
    Precision,
    Sex,
    Status,
)
from crm.people.drafts import Draft
from crm.people.models import Person, PersonChange
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)

Snapshot = Mapping[str, Any]
FACTS = "facts."


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one change, as `snapshot` writes its values."""

    field: str
    before: Any
    after: Any


def snapshot(draft: Draft) -> dict[str, Any]:
    """Return every field of a person in the clear, as JSON can hold it.

    Plain fields are texts, lists stay lists; papers, phones, contacts and identities are lists of
    mappings in their order. Each field of the 侨情 catalogue has a name of its own,
    ``facts.occupation``, and is missing as long as nobody has asked.
    """
    person = draft.person
    found: dict[str, Any] = {column: _plain(getattr(person, column)) for column in drafts.COLUMNS}
    found |= {f"{FACTS}{code}": value for code, value in found.pop("facts").items()}
    found["address"] = person.address.reveal() if person.address else ""
    found["documents"] = [
        {
            "kind": row.kind,
            "number": row.number.reveal(),
            "country": row.country,
            "issuing_place": row.issuing_place,
            "valid_from": _plain(row.valid_from),
            "valid_to": _plain(row.valid_to),
            "check_result": row.check_result,
            "mismatch_reason": row.mismatch_reason,
        }
        for row in draft.documents
    ]
    found["phones"] = [
        {"number": row.number.reveal(), "extension": row.extension} for row in draft.phones
    ]
    found["contacts"] = [{"kind": row.kind, "value": row.value.reveal()} for row in draft.contacts]
    found["identities"] = [
        {
            "code": row.code,
            "country": row.country,
            "since": _plain(row.since),
            "since_precision": row.since_precision,
        }
        for row in sorted(draft.identities, key=lambda row: row.code)
    ]
    return found


def differences(before: Snapshot, after: Snapshot) -> list[FieldChange]:
    """Return the fields that differ, in the order of their names."""
    return [
        FieldChange(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def record_change(
    *,
    person: Person,
    changes: list[FieldChange],
    cause: ChangeCause,
    cause_key: UUID | None = None,
    by: User | None,
    now: dt.datetime,
) -> PersonChange:
    """Keep the values before and after, sealed; ``person`` has its new version already."""
    content = {change.field: [change.before, change.after] for change in changes}
    return PersonChange.objects.create(
        person=person,
        version=person.version,
        cause=cause,
        cause_key=cause_key,
        fields=[change.field for change in changes],
        content=json.dumps(content, ensure_ascii=False, sort_keys=True),
        created_at=now,
        created_by=by,
    )


def changes_of(change: PersonChange) -> list[FieldChange]:
    """Return what a change did, in the clear; whoever shows it unmasked writes the audit row."""
    content: dict[str, list[Any]] = json.loads(change.content.reveal())
    return [FieldChange(name, *values) for name, values in sorted(content.items())]


def masked(change: FieldChange) -> FieldChange:
    """Return a change with numbers, addresses and contacts masked, and without names of others."""
    before, after = (_masked(change.field, value) for value in (change.before, change.after))
    return FieldChange(change.field, before, after)


def _masked(field: str, value: Any) -> Any:
    if field == "address":
        return mask_address(value) if value else value
    if isinstance(value, list) and field in _MASKS:
        name, mask = _MASKS[field]
        return [row | {name: mask(row[name])} for row in value]
    if field == "overseas_kin" and isinstance(value, Mapping):
        return {name: part for name, part in value.items() if name != "name"}
    return value


_MASKS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "documents": ("number", mask_id_number),
    "phones": ("number", mask_phone),
    "contacts": ("value", mask_contact),
}


def restored(values: PersonValues, old: Snapshot) -> PersonValues:
    """Return ``values`` with the fields of ``old`` as they stand there, as `snapshot` wrote them.

    A date of birth and its precision belong together: name both or neither.
    """
    found: dict[str, Any] = {}
    facts = dict(values.facts)
    for name, value in old.items():
        if name.startswith(FACTS):
            code = name.removeprefix(FACTS)
            facts.pop(code, None)
            facts |= {code: value} if value else {}
        elif name in _LISTS:
            found[name] = tuple(value)
        elif name in _PARTS:
            found[name] = tuple(_PARTS[name](row) for row in value)
        else:
            found["region_code" if name == "region_id" else name] = _READ.get(name, str)(value)
    return dataclasses.replace(values, facts=facts, **found)


def as_texts(found: Snapshot) -> dict[str, str]:
    """Return a snapshot with one text for each field, as the audit hashes them; "" if empty."""
    return {name: "" if value in ("", [], {}) else _text(value) for name, value in found.items()}


def _text(value: Any) -> str:
    is_text = isinstance(value, str)
    return value if is_text else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else value


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _precision(text: str) -> Precision | None:
    return Precision(text) if text else None


def _document(row: Mapping[str, str]) -> DocumentValues:
    return DocumentValues(
        kind=DocumentKind(row["kind"]),
        number=row["number"],
        country=row["country"],
        issuing_place=row["issuing_place"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        mismatch_reason=row["mismatch_reason"],
    )


def _phone(row: Mapping[str, str]) -> PhoneValues:
    extension = row["extension"]
    return PhoneValues(number=row["number"] + (f"转{extension}" if extension else ""))


def _identity(row: Mapping[str, str]) -> IdentityValues:
    return IdentityValues(
        code=IdentityCode(row["code"]),
        country=row["country"],
        since=_day(row["since"]),
        since_precision=_precision(row["since_precision"]),
    )


def _contact(row: Mapping[str, str]) -> ContactValues:
    return ContactValues(kind=ContactKind(row["kind"]), value=row["value"])


_LISTS = frozenset({"former_names", "other_names", "languages"})
_PARTS: Mapping[str, Callable[[Mapping[str, str]], Any]] = {
    "documents": _document,
    "phones": _phone,
    "contacts": _contact,
    "identities": _identity,
}
# How the values of `PersonValues` that are no texts are read from a snapshot.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "sex": Sex,
    "status": Status,
    "birth_date": _day,
    "birth_precision": _precision,
}
