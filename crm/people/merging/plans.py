"""What a merge would do: which value each field gets, which parts both have, and what is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models

from crm.people.choices import CheckResult, IdentityState, KinLink, Precision
from crm.people.models import (
    Consent,
    HouseholdMember,
    Kinship,
    Person,
    PersonContact,
    PersonDocument,
    PersonIdentity,
    PersonPhone,
    Stay,
)

# Fields to be chosen, each with the columns that go together; then those that are united.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "full_name": ("full_name", "surname_reading"),
    "sex": ("sex",),
    "birth_date": ("birth_date", "birth_precision"),
    "nationality": ("nationality",),
    "region": ("region_id",),
    "address": ("address",),
    "status": ("status",),
    "note": ("note",),
}
UNITED = ("former_names", "other_names", "languages")
FACTS = "facts."
# Links that say something else read backwards; of the others the lower key stands first.
ONE_WAY = frozenset({KinLink.PARENT, KinLink.SUPPORTER})
_EMPTY = (None, "", "unknown")
_PRECISIONS = ("", Precision.YEAR, Precision.MONTH, Precision.DAY)
# How far an identity is established; of two, the one that is further stays.
_STATES = (
    IdentityState.SELF_DECLARED,
    IdentityState.REFUSED,
    IdentityState.MATERIALS_CHECKED,
    IdentityState.SUBMITTED,
    IdentityState.RECOGNISED,
)


class Side(StrEnum):
    """Whose value is kept; ``both`` is possible for the note only."""

    KEPT = "kept"
    GONE = "gone"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Choice:
    """A field in which the records differ. ``default`` is the richer side, or else the newer."""

    name: str
    default: Side
    sides: tuple[Side, ...] = (Side.KEPT, Side.GONE)


@dataclass(frozen=True, slots=True)
class Twin:
    """A part that both records have: one row stays, the other goes; ``lost`` columns differ."""

    stays: models.Model
    goes: models.Model
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be decided and done."""

    kept: Person
    gone: Person
    choices: Sequence[Choice]
    twins: Sequence[Twin] = field(default_factory=list)

    def side_of(self, name: str, sides: Mapping[str, Side]) -> Side:
        """Return whose value of a field is kept: the one chosen, or the default."""
        choice = next((choice for choice in self.choices if choice.name == name), None)
        if choice is None:
            return Side.KEPT
        chosen = sides.get(name, choice.default)
        return chosen if chosen in choice.sides else choice.default

    def lost_fields(self, sides: Mapping[str, Side]) -> list[tuple[str, Person]]:
        """Return the fields of which one record's value is in no field afterwards, and whose."""
        found = []
        for choice in self.choices:
            side = self.side_of(choice.name, sides)
            loser = self.gone if side is Side.KEPT else self.kept
            if side is not Side.BOTH and not _is_empty(value_of(loser, choice.name)):
                found.append((choice.name, loser))
        return found


def make_plan(kept: Person, gone: Person) -> Plan:
    """Return what merging ``gone`` into ``kept`` would mean. Costs about sixteen queries."""
    names = [*COLUMNS, *(f"{FACTS}{code}" for code in sorted({*kept.facts, *gone.facts}))]
    choices = [
        _choice(name, kept, gone) for name in names if value_of(kept, name) != value_of(gone, name)
    ]
    return Plan(kept, gone, choices, _twins(kept, gone))


def value_of(person: Person, name: str) -> Any:
    """Return the value of a field as something that can be compared."""
    if name.startswith(FACTS):
        return person.facts.get(name.removeprefix(FACTS), "")
    if name == "address":
        return person.address.reveal() if person.address else ""
    return tuple(getattr(person, column) for column in COLUMNS[name])


def take(plan: Plan, sides: Mapping[str, Side], *, keep_name: bool) -> None:
    """Write the chosen values and the united lists into ``plan.kept``, which is not saved here.

    Args:
        plan: what `make_plan` returned.
        sides: whose value of which field; the default where none is named.
        keep_name: put a name that was not chosen among the other names.
    """
    kept, gone = plan.kept, plan.gone
    names = [kept.full_name, gone.full_name]
    for choice in plan.choices:
        side = plan.side_of(choice.name, sides)
        if side is Side.BOTH:
            kept.note = "\n".join([kept.note, gone.note])
        elif side is Side.GONE:
            _take_field(kept, gone, choice.name)
    for column in UNITED:
        union = dict.fromkeys([*getattr(kept, column), *getattr(gone, column)])
        setattr(kept, column, [name for name in union if name != kept.full_name])
    if keep_name:
        others = [name for name in names if name != kept.full_name]
        known = {*kept.former_names, *kept.other_names}
        kept.other_names += [name for name in dict.fromkeys(others) if name not in known]


def _take_field(kept: Person, gone: Person, name: str) -> None:
    if name.startswith(FACTS):
        code = name.removeprefix(FACTS)
        kept.facts = {**kept.facts, code: gone.facts[code]} if code in gone.facts else {
            known: value for known, value in kept.facts.items() if known != code
        }  # fmt: skip
    elif name == "address":
        kept.address = gone.address.reveal() if gone.address else None
    else:
        for column in COLUMNS[name]:
            setattr(kept, column, getattr(gone, column))


def _choice(name: str, kept: Person, gone: Person) -> Choice:
    mine, theirs = value_of(kept, name), value_of(gone, name)
    if name == "note" and kept.note and gone.note:
        return Choice(name, Side.BOTH, (Side.BOTH, Side.KEPT, Side.GONE))
    if _is_empty(mine) or _is_empty(theirs):
        return Choice(name, Side.GONE if _is_empty(mine) else Side.KEPT)
    if name == "birth_date":
        precise = [_PRECISIONS.index(person.birth_precision) for person in (kept, gone)]
        if precise[0] != precise[1]:
            return Choice(name, Side.KEPT if precise[0] > precise[1] else Side.GONE)
    return Choice(name, Side.GONE if gone.updated_at > kept.updated_at else Side.KEPT)


def _is_empty(value: Any) -> bool:
    if isinstance(value, tuple):
        value = value[0]
    return value in _EMPTY


def _twins(kept: Person, gone: Person) -> list[Twin]:
    """Return the parts of which a person can have only one and both records have it."""
    both = [kept.pk, gone.pk]
    documents = PersonDocument.objects.filter(person__in=both)
    phones = PersonPhone.objects.filter(person__in=both)
    contacts = PersonContact.objects.filter(person__in=both)
    identities = PersonIdentity.objects.filter(person__in=both, ended_on__isnull=True)
    members = HouseholdMember.objects.filter(person__in=both, valid_to__isnull=True)
    stays = Stay.objects.filter(person__in=both)
    consents = Consent.objects.filter(person__in=both, withdrawn_at__isnull=True)
    return [
        *_pairs(kept.pk, documents, _document_key, better=_is_checked),
        *_pairs(kept.pk, phones, lambda row: bytes(row.number_index)),
        *_pairs(kept.pk, contacts, lambda row: (row.kind, bytes(row.value_index))),
        *_pairs(kept.pk, identities, lambda row: row.code, better=_how_far),
        *_pairs(kept.pk, members, lambda row: row.household_id),
        *_pairs(kept.pk, stays, _stay_key),
        *_pairs(
            kept.pk, consents, lambda row: (row.purpose, row.recipient),
            better=lambda row: row.given_on,
        ),
        *_kin_twins(kept.pk, gone.pk),
    ]  # fmt: skip


def _document_key(row: PersonDocument) -> Any:
    return bytes(row.number_index)


def _stay_key(row: Stay) -> Any:
    return row.country, row.begins_on, row.ends_on, row.right, row.purpose


def _is_checked(row: PersonDocument) -> bool:
    return row.check_result == CheckResult.OK


def _how_far(row: PersonIdentity) -> int:
    return _STATES.index(IdentityState(row.state))


def _pairs(
    kept_id: UUID,
    rows: Iterable[Any],
    key: Any,
    *,
    better: Any = lambda row: 0,
) -> list[Twin]:
    """Pair the rows of both people that have one key; on a par, the kept record's stays."""
    mine: dict[Any, Any] = {}
    theirs: dict[Any, Any] = {}
    for row in rows:
        (mine if row.person_id == kept_id else theirs).setdefault(key(row), row)
    found = []
    for shared in sorted(mine.keys() & theirs.keys(), key=str):
        stays, goes = mine[shared], theirs[shared]
        if better(goes) > better(stays):
            stays, goes = goes, stays
        found.append(_twin(stays, goes))
    return found


def _kin_twins(kept_id: UUID, gone_id: UUID) -> list[Twin]:
    """Pair the links of both people to one relative."""
    both = {kept_id, gone_id}
    rows = Kinship.objects.filter(
        models.Q(person__in=both) | models.Q(relative__in=both), valid_to__isnull=True
    )
    known: dict[Any, Kinship] = {}
    found = []
    # The kept record's links first: on a par they stay.
    for row in sorted(rows, key=lambda row: kept_id not in {row.person_id, row.relative_id}):
        ends = tuple(kept_id if end == gone_id else end for end in (row.person_id, row.relative_id))
        key = (row.link, ends if row.link in ONE_WAY else frozenset(ends))
        if key in known:
            found.append(_twin(known[key], row))
        else:
            known[key] = row
    return found


def _twin(stays: models.Model, goes: models.Model) -> Twin:
    """Compare the columns a person could miss; what is empty in the one that stays is filled."""
    lost = tuple(
        column.name
        for column in stays._meta.concrete_fields
        if column.name in getattr(stays, "personal_data", {})
        and column.name not in {"number", "number_index", "value", "value_index"}
        and not _is_empty(getattr(goes, column.attname))
        and getattr(stays, column.attname) not in (*_EMPTY, getattr(goes, column.attname))
    )
    return Twin(stays, goes, lost)
