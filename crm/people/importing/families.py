"""The households and relatives abroad that rows name, written beside their people."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import User
from audit.services import Event
from common.copying import copy_rows
from common.names import sort_key
from crm.people.choices import ChangeCause, HouseholdRole, MembershipKind
from crm.people.history import FieldChange, record_change
from crm.people.households.journal import OBJECT_TYPE as HOUSEHOLD_TYPE
from crm.people.households.journal import state_of as member_state
from crm.people.importing.contents import Content
from crm.people.importing.shapes import HouseholdHint
from crm.people.kinship.overseas import OBJECT_TYPE as OVERSEAS_TYPE
from crm.people.kinship.overseas import state_of as kin_state
from crm.people.models import Household, HouseholdMember, OverseasKin, Person

_MOST_KIN = 10

# What a history keeps of families, beside the person: no version counts it.
FAMILY_FIELDS = ["household", "kin", "overseas_kin"]

# Two rows belong to one household by its number; without one, by head and address.
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody on record now, and the row that says so."""

    person_id: UUID
    full_name: str
    content: Content


@dataclass(slots=True)
class Run:
    """A run of an import or its undoing: who, when, and what the audit is to say in the end.

    ``parts`` tells which parts of new people were written beside them. The caller records
    ``events`` once all people are locked: the audit's chain is locked last.
    """

    batch_id: UUID
    by: User | None
    now: dt.datetime
    events: list[Event] = field(default_factory=list)
    parts: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))

    def tell(
        self, action: str, kind: str, key: UUID, part: str, person_key: UUID | None = None
    ) -> None:
        """Remember an entry for the audit."""
        detail = {"import": str(self.batch_id)}
        self.events.append(
            Event(
                action=action,
                by=self.by,
                object_type=kind,
                object_key=key,
                person_key=person_key,
                fields=[part],
                detail=detail,
            )
        )


def write_families(arrivals: Sequence[Arrival], run: Run, *, is_known: bool = False) -> set[UUID]:
    """Write what the rows say about families, where nothing is on record; return about whom.

    The run has one time: households of it are found again by that, so that a family may be spread
    over the file. What somebody who was on record before gets (``is_known``) goes into their
    history; with new people it is a part of adding them.
    """
    homes, members = _write_homes(arrivals, by=run.by, now=run.now)
    kin = _write_kin(arrivals, by=run.by, now=run.now)
    for home in homes:
        run.tell("household.open", HOUSEHOLD_TYPE, home.pk, "members")
    if is_known:
        _record(members, kin, run, ChangeCause.IMPORT)
        for row in members:
            run.tell("household.join", HOUSEHOLD_TYPE, row.household_id, "members", row.person_id)
        for one in kin:
            run.tell("overseas_kin.add", OVERSEAS_TYPE, one.pk, "overseas_kin", one.person_id)
    about = {row.person_id for row in members}, {one.person_id for one in kin}
    for part, people in zip(("memberships", "overseas_kin"), about, strict=True):
        for person_id in people:
            run.parts[person_id].append(part)
    return about[0] | about[1]


def _record(
    members: Sequence[HouseholdMember],
    kin: Sequence[OverseasKin],
    run: Run,
    cause: ChangeCause,
) -> None:
    """Write into people's histories that they got these, or with `ChangeCause.UNDO` lost them."""
    changes = [(row.person_id, FieldChange("household", "", member_state(row))) for row in members]
    changes += [(one.person_id, FieldChange("overseas_kin", "", kin_state(one))) for one in kin]
    # Fresh: the version may have gone on since they were read.
    people = Person.objects.in_bulk({person_id for person_id, _change in changes})
    for person_id, got in changes:
        lost = FieldChange(got.field, got.after, got.before)
        record_change(
            person=people[person_id],
            changes=[lost if cause is ChangeCause.UNDO else got],
            cause=cause,
            cause_key=run.batch_id,
            by=run.by,
            now=run.now,
        )


def says_home(content: Content) -> bool:
    """Say whether a row tells which household its person belongs to."""
    return content.household is not None and any(_key(content.household, ""))


def says_kin(content: Content) -> bool:
    """Say whether a row tells what a relative abroad is to its person; a country alone does not."""
    return any(hint.relation is not None for hint in content.overseas)


def _write_homes(
    arrivals: Sequence[Arrival], *, by: User | None, now: dt.datetime
) -> tuple[list[Household], list[HouseholdMember]]:
    wanted = [(who, who.content.household) for who in arrivals if who.content.household]
    if not wanted:
        return [], []
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
    return new, members


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


def _write_kin(
    arrivals: Sequence[Arrival], *, by: User | None, now: dt.datetime
) -> list[OverseasKin]:
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
    return rows


def remove_empty_homes(*, now: dt.datetime) -> None:
    """Remove the households that a run made at ``now``, nobody changed and nobody belongs to."""
    Household.objects.filter(created_at=now, version=1, members__isnull=True).delete()


def forget_person(person_id: UUID, run: Run, *, ran_at: dt.datetime) -> None:
    """Remove what an import at ``ran_at`` wrote about the family of somebody who stays on record.

    ``run`` is the undoing, which stands in the person's history.
    """
    members = list(HouseholdMember.objects.filter(person=person_id, created_at=ran_at))
    kin = list(OverseasKin.objects.filter(person=person_id, created_at=ran_at))
    _record(members, kin, run, ChangeCause.UNDO)
    for row in members:
        key = row.household_id
        run.tell("household.remove_member", HOUSEHOLD_TYPE, key, "members", person_id)
        row.delete()
    for one in kin:
        run.tell("overseas_kin.remove", OVERSEAS_TYPE, one.pk, "overseas_kin", person_id)
        one.delete()
