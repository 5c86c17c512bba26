"""The households and relatives abroad that rows name, written beside their people."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from common.copying import copy_rows
from common.names import sort_key
from crm.people.choices import HouseholdRole, MembershipKind
from crm.people.importing.contents import Content
from crm.people.importing.shapes import HouseholdHint
from crm.people.models import Household, HouseholdMember, OverseasKin, Person

_MOST_KIN = 10

# Two rows belong to one household by its number; without one, by head and address.
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody on record now, and the row that says so."""

    person_id: UUID
    full_name: str
    content: Content


def write_families(arrivals: Sequence[Arrival], *, by: User | None, now: dt.datetime) -> set[UUID]:
    """Write what the rows say about families, where nothing is on record; return about whom.

    ``now`` is the one time of the run: households of it are found again by it, so that a family
    may be spread over the file.
    """
    return _write_homes(arrivals, by=by, now=now) | _write_kin(arrivals, by=by, now=now)


def says_home(content: Content) -> bool:
    """Say whether a row tells which household its person belongs to."""
    return content.household is not None and any(_key(content.household, ""))


def says_kin(content: Content) -> bool:
    """Say whether a row tells what a relative abroad is to its person; a country alone does not."""
    return any(hint.relation is not None for hint in content.overseas)


def _write_homes(arrivals: Sequence[Arrival], *, by: User | None, now: dt.datetime) -> set[UUID]:
    wanted = [(who, who.content.household) for who in arrivals if who.content.household]
    if not wanted:
        return set()
    housed = set(
        HouseholdMember.objects.filter(
            person__in=[who.person_id for who, _hint in wanted], valid_to__isnull=True
        ).values_list("person_id", flat=True)
    )
    homes = _known_homes([hint for _who, hint in wanted], now)
    with_contact = set(
        HouseholdMember.objects.filter(
            household__in=homes.values(), is_primary=True, valid_to__isnull=True
        ).values_list("household_id", flat=True)
    )
    new: list[Household] = []
    members: list[HouseholdMember] = []
    for who, hint in wanted:
        key = _key(hint, _address(who))
        if who.person_id in housed or not any(key):
            continue
        if key not in homes:
            new.append(_new_home(hint, _address(who), by=by, now=now))
            homes[key] = new[-1].pk
        member = _member(who, hint, homes[key], by=by, now=now)
        member.is_primary = member.role == HouseholdRole.HEAD and homes[key] not in with_contact
        if member.is_primary:
            with_contact.add(homes[key])
        members.append(member)
    copy_rows(Household, new)
    copy_rows(HouseholdMember, members)
    return {member.person_id for member in members}


def _key(hint: HouseholdHint, address: str) -> _Key:
    if hint.number:
        return hint.number, ""
    return (hint.head_name, address) if hint.head_name else ("", "")


def _address(who: Arrival) -> str:
    return (who.content.checked.values.address or "") if who.content.checked else ""


def _known_homes(hints: Iterable[HouseholdHint], now: dt.datetime) -> dict[_Key, UUID]:
    """Return the households these rows may mean: by number, or else made by this run."""
    numbers = {hint.number for hint in hints if hint.number}
    homes = {
        (number, ""): pk
        for pk, number in Household.objects.filter(
            number__in=numbers, closed_on__isnull=True
        ).values_list("pk", "number")
    }
    for home in Household.objects.filter(created_at=now, number=""):
        address = home.address.reveal() if home.address else ""
        homes[home.label.removesuffix(_HOME), address] = home.pk
    return homes


_HOME = "家"


def _new_home(hint: HouseholdHint, address: str, *, by: User | None, now: dt.datetime) -> Household:
    label = f"{hint.head_name}{_HOME}" if hint.head_name else hint.number
    return Household(
        label=label,
        number=hint.number,
        address=address or None,
        sort_key=sort_key(label)[:200],
        created_at=now,
        created_by=by,
        updated_at=now,
        updated_by=by,
    )


def _member(
    who: Arrival, hint: HouseholdHint, home_id: UUID, *, by: User | None, now: dt.datetime
) -> HouseholdMember:
    role = hint.relation
    if role is None:
        is_head = bool(hint.head_name) and who.full_name == hint.head_name
        role = HouseholdRole.HEAD if is_head else HouseholdRole.OTHER
    return HouseholdMember(
        household_id=home_id,
        person_id=who.person_id,
        role=role,
        kind=MembershipKind.REGISTERED,
        created_at=now,
        created_by=by,
    )


def _write_kin(arrivals: Sequence[Arrival], *, by: User | None, now: dt.datetime) -> set[UUID]:
    wanted = {who.person_id: who for who in arrivals if says_kin(who.content)}
    known = OverseasKin.objects.filter(person__in=wanted).values_list("person_id", flat=True)
    for person_id in set(known):
        del wanted[person_id]
    rows = [
        OverseasKin(
            person_id=person_id,
            relation=hint.relation,
            country=hint.country,
            standing=hint.standing or "",
            created_at=now,
            created_by=by,
        )
        for person_id, who in wanted.items()
        for hint in who.content.overseas
        if hint.relation is not None
        for _one in range(min(hint.count, _MOST_KIN))
    ]
    copy_rows(OverseasKin, rows)
    return {row.person_id for row in rows}


def remove_empty_homes(*, now: dt.datetime) -> None:
    """Remove the households that a run made at ``now`` and nobody belongs to any more."""
    Household.objects.filter(created_at=now, members__isnull=True).delete()


def forget_person(person: Person, *, now: dt.datetime) -> None:
    """Remove what a run at ``now`` wrote about the family of somebody who stays on record."""
    HouseholdMember.objects.filter(person=person, created_at=now).delete()
    OverseasKin.objects.filter(person=person, created_at=now).delete()
