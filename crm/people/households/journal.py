"""What every change of a household has in common: locks, the contact, and the records of it."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from audit import services as audit
from crm.people.choices import ChangeCause, HouseholdRole
from crm.people.history import FieldChange, record_change
from crm.people.households import errors
from crm.people.households.values import MemberValues
from crm.people.models import Household, HouseholdMember, Person

OBJECT_TYPE = "people.household"


class Journal:
    """One change of a household: collects what it did, then writes version, contact and records.

    Used inside a service, whose transaction it shares; `close` comes last.
    """

    def __init__(
        self,
        action: str,
        household: Household,
        *,
        by: User | None,
        now: dt.datetime,
        cause: ChangeCause = ChangeCause.FORM,
        fields: Sequence[str] = ("members",),
    ) -> None:
        self.action, self.household, self.fields = action, household, fields
        self.by, self.now, self.cause = by, now, cause
        self.people: list[tuple[Person, object, object]] = []

    def note(self, person: Person, before: object, after: object) -> None:
        """Remember what changed for a person."""
        self.people.append((person, before, after))

    def joined(self, row: HouseholdMember) -> None:
        """Remember a new membership."""
        self.note(row.person, "", state_of(row))

    def changed(self, row: HouseholdMember, before: object) -> None:
        """Remember a changed membership."""
        self.note(row.person, before, state_of(row))

    def left(self, row: HouseholdMember, on: dt.date) -> None:
        """End a membership.

        Raises:
            MembershipDayError: the day is in the future or not after the beginning.
        """
        too_early = row.valid_from is not None and on <= row.valid_from
        if too_early or on > timezone.localdate(self.now):
            raise errors.MembershipDayError
        before = state_of(row)
        row.valid_to, row.is_primary = on, False
        row.save(update_fields=["valid_to", "is_primary"])
        self.changed(row, before)

    def close(self) -> None:
        """Write the household, the histories and the audit entries."""
        household = self.household
        _keep_a_contact(household)
        if self.action != "household.open":
            household.version += 1
        household.updated_at, household.updated_by = self.now, self.by
        household.save()
        for person, before, after in self.people:
            record_change(
                person=person,
                changes=[FieldChange("household", before, after)],
                cause=self.cause,
                by=self.by,
                now=self.now,
            )
        keys: list[UUID | None] = [person.pk for person, _before, _after in self.people]
        audit.record_many(
            [
                audit.Event(
                    action=self.action,
                    by=self.by,
                    object_type=OBJECT_TYPE,
                    object_key=household.pk,
                    person_key=key,
                    fields=self.fields,
                    detail={"version": household.version},
                )
                for key in keys or [None]
            ],
            now=self.now,
        )


def locked(household_id: UUID, version: int, *, may_be_closed: bool = False) -> Household:
    """Return a household, locked until commit.

    Raises:
        Household.DoesNotExist: there is no such household here.
        HouseholdChangedError: somebody else saved since ``version``.
        HouseholdClosedError: it is closed.
    """
    household = Household.objects.select_for_update().get(pk=household_id)
    if household.version != version:
        raise errors.HouseholdChangedError(opened=version, current=household.version)
    if household.closed_on and not may_be_closed:
        raise errors.HouseholdClosedError
    return household


def both_locked(first_id: UUID, version: int, second_id: UUID) -> tuple[Household, Household]:
    """Lock two households in one order; the version of the second does not matter."""
    rows = Household.objects.select_for_update().filter(pk__in=[first_id, second_id])
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) < 2:
        raise Household.DoesNotExist
    first = locked(first_id, version)
    return first, locked(second_id, found[second_id].version)


def current_members(household: Household) -> list[HouseholdMember]:
    """Return who is in a household now, in the order of joining."""
    return list(
        household.members.filter(valid_to__isnull=True)
        .select_related("person")
        .order_by("created_at", "id")
    )


def current_member(household: Household, member_id: UUID) -> HouseholdMember:
    """Return a current membership by its key.

    Raises:
        NotAMemberError: there is none.
    """
    found = [row for row in current_members(household) if row.pk == member_id]
    if not found:
        raise errors.NotAMemberError
    return found[0]


def join(
    household: Household, member: MemberValues, *, by: User | None, now: dt.datetime
) -> HouseholdMember:
    """Write a new membership.

    Raises:
        Person.DoesNotExist: there is no such person here.
        MembershipDayError: a first day in the future.
        MemberTwiceError: the person is in it.
    """
    person = Person.objects.get(pk=member.person_id)
    check_first_day(member.valid_from, now)
    if household.members.filter(person=person, valid_to__isnull=True).exists():
        raise errors.MemberTwiceError
    return HouseholdMember.objects.create(
        household=household, person=person, role=member.role, kind=member.kind,
        valid_from=member.valid_from, created_at=now, created_by=by,
    )  # fmt: skip


def check_first_day(day: dt.date | None, now: dt.datetime) -> None:
    """Refuse a day in the future.

    Raises:
        MembershipDayError: it is one.
    """
    if day and day > timezone.localdate(now):
        raise errors.MembershipDayError(field="valid_from")


def _keep_a_contact(household: Household) -> None:
    """Let the head, or else who joined first, be the contact if nobody is."""
    current = current_members(household)
    if current and not any(row.is_primary for row in current):
        set_contact(household, min(current, key=lambda row: row.role != HouseholdRole.HEAD))


def set_contact(household: Household, row: HouseholdMember) -> None:
    """Make one membership the household's contact, instead of the one that was."""
    household.members.filter(is_primary=True).update(is_primary=False)
    row.is_primary = True
    row.save(update_fields=["is_primary"])


def state_of(row: HouseholdMember) -> dict[str, object]:
    """Return what a membership says in its person's history: keys and codes, no name."""
    return {
        "household": str(row.household_id),
        "role": str(row.role),
        "kind": str(row.kind),
        "since": row.valid_from.isoformat() if row.valid_from else "",
        "until": row.valid_to.isoformat() if row.valid_to else "",
    }
