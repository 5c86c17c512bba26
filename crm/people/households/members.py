"""Who is in a household: joining, leaving, moving, and whom to call first."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from accounts.models import User
from crm.people.choices import ChangeCause, HouseholdRole, MembershipKind
from crm.people.households import errors
from crm.people.households.journal import (
    Journal,
    both_locked,
    check_first_day,
    current_member,
    join,
    locked,
    set_contact,
    state_of,
)
from crm.people.households.values import MemberValues
from crm.people.models import Household, HouseholdMember


@transaction.atomic
def add_member(
    *,
    household_id: UUID,
    version: int,
    member: MemberValues,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> HouseholdMember:
    """Let somebody join a household; they stay in others they are in.

    Raises:
        Household.DoesNotExist, Person.DoesNotExist: one of the two is not here.
        HouseholdChangedError, HouseholdClosedError: the household cannot be changed.
        MemberTwiceError: the person is in it.
        MembershipDayError: a first day in the future.
    """
    household = locked(household_id, version)
    journal = Journal("household.join", household, by=by, now=now, cause=cause)
    row = join(household, member, by=by, now=now)
    journal.joined(row)
    journal.close()
    return row


@transaction.atomic
def change_member(
    *,
    household_id: UUID,
    version: int,
    member_id: UUID,
    role: HouseholdRole,
    kind: MembershipKind,
    valid_from: dt.date | None,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> HouseholdMember:
    """Correct what somebody is in a household, and since when.

    Raises:
        as `end_membership`.
    """
    household = locked(household_id, version)
    row = current_member(household, member_id)
    check_first_day(valid_from, now)
    journal = Journal("household.change_member", household, by=by, now=now, cause=cause)
    before = state_of(row)
    row.role, row.kind, row.valid_from = role, kind, valid_from
    row.save(update_fields=["role", "kind", "valid_from"])
    if before != state_of(row):
        journal.changed(row, before)
        journal.close()
    return row


@transaction.atomic
def end_membership(
    *,
    household_id: UUID,
    version: int,
    member_id: UUID,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> HouseholdMember:
    """Write down that somebody left; if they were the contact, another member becomes it.

    Args:
        household_id: which one.
        version: the one the page showed.
        member_id: the row of the membership.
        on: the first day on which they were no longer in it.
        by: who says so.
        now: the time.
        cause: by which way, for the history.

    Raises:
        Household.DoesNotExist: there is no such household here.
        HouseholdChangedError, HouseholdClosedError: the household cannot be changed.
        NotAMemberError: nobody of that key is in it now.
        MembershipDayError: ``on`` is in the future or not after the beginning.
    """
    household = locked(household_id, version)
    row = current_member(household, member_id)
    journal = Journal("household.leave", household, by=by, now=now, cause=cause)
    journal.left(row, on)
    journal.close()
    return row


@transaction.atomic
def remove_member(
    *,
    household_id: UUID,
    version: int,
    member_id: UUID,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> None:
    """Take out somebody who was entered by mistake; only the history tells of it.

    Raises:
        as `end_membership`, apart from the day.
    """
    household = locked(household_id, version)
    row = current_member(household, member_id)
    journal = Journal("household.remove_member", household, by=by, now=now, cause=cause)
    before = state_of(row)
    row.delete()
    journal.note(row.person, before, "")
    journal.close()


@transaction.atomic
def choose_contact(
    *,
    household_id: UUID,
    version: int,
    member_id: UUID,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Household:
    """Make a current member the one who is called first about the household.

    Raises:
        as `end_membership`, apart from the day.
    """
    household = locked(household_id, version)
    row = current_member(household, member_id)
    if not row.is_primary:
        journal = Journal("household.choose_contact", household, by=by, now=now, cause=cause)
        set_contact(household, row)
        journal.close()
    return household


@transaction.atomic
def move_member(
    *,
    household_id: UUID,
    version: int,
    member_id: UUID,
    to_id: UUID,
    role: HouseholdRole,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> HouseholdMember:
    """Let somebody leave one household for another on the same day.

    Returns:
        The new membership.

    Raises:
        as `end_membership`, and:
        SameHouseholdError: both are the same.
        MemberTwiceError: they are in the other one already.
    """
    if household_id == to_id:
        raise errors.SameHouseholdError
    household, other = both_locked(household_id, version, to_id)
    row = current_member(household, member_id)
    journal = Journal("household.leave", household, by=by, now=now, cause=cause)
    journal.left(row, on)
    journal.close()
    arrival = Journal("household.join", other, by=by, now=now, cause=cause)
    member = MemberValues(
        person_id=row.person_id, role=role, kind=MembershipKind(row.kind), valid_from=on
    )
    moved = join(other, member, by=by, now=now)
    arrival.joined(moved)
    arrival.close()
    return moved
