"""Households that part, and households that become one."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from accounts.models import User
from crm.people.choices import ChangeCause, HouseholdRole, MembershipKind
from crm.people.households import errors
from crm.people.households.journal import Journal, both_locked, current_members, join, locked
from crm.people.households.selectors import roles_towards
from crm.people.households.services import open_household
from crm.people.households.values import HouseholdValues, MemberValues
from crm.people.models import Household


@transaction.atomic
def split_household(
    *,
    household_id: UUID,
    version: int,
    member_ids: Collection[UUID],
    head_id: UUID,
    values: HouseholdValues,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Household:
    """Let some members leave together and found a household of their own.

    What they are to their new head follows from kinship; where it says nothing, "other".

    Args:
        household_id: the one they leave.
        version: the one the page showed.
        member_ids: the memberships of those who leave.
        head_id: the membership of the new head, one of them.
        values: the new household.
        on: the first day of the new household.
        by: who says so.
        now: the time.
        cause: by which way, for the history.

    Raises:
        as `open_household` and `end_membership`, and:
        NobodyStaysError: nobody or everybody would leave.
    """
    household = locked(household_id, version)
    current = current_members(household)
    leaving = [row for row in current if row.pk in set(member_ids)]
    if not leaving or len(leaving) == len(current) or len(leaving) != len(set(member_ids)):
        raise errors.NobodyStaysError
    head = next((row for row in leaving if row.pk == head_id), None)
    if head is None:
        raise errors.NotAMemberError(field="head")
    journal = Journal("household.split", household, by=by, now=now, cause=cause)
    for row in leaving:
        journal.left(row, on)
    journal.close()
    roles = roles_towards(head.person, [row.person_id for row in leaving])
    return open_household(
        values=values,
        members=[
            MemberValues(
                person_id=row.person_id,
                role=HouseholdRole.HEAD
                if row is head
                else roles.get(row.person_id, HouseholdRole.OTHER),
                kind=MembershipKind(row.kind),
                valid_from=on,
            )
            for row in sorted(leaving, key=lambda row: row is not head)
        ],
        by=by,
        now=now,
        cause=cause,
    )


@transaction.atomic
def merge_households(
    *,
    kept_id: UUID,
    version: int,
    gone_id: UUID,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Household:
    """Let everybody of one household join another; the one that is left empty is closed.

    Who is in both stays as they are in the one kept. The contact of the one kept stays.

    Raises:
        as `end_membership`, and:
        SameHouseholdError: both are the same.
    """
    if kept_id == gone_id:
        raise errors.SameHouseholdError
    kept, gone = both_locked(kept_id, version, gone_id)
    there = current_members(kept)
    known = {row.person_id for row in there}
    head = next((row.person for row in there if row.role == HouseholdRole.HEAD), None)
    coming = current_members(gone)
    leaving = Journal("household.close", gone, by=by, now=now, cause=cause)
    for row in coming:
        leaving.left(row, on)
    gone.closed_on = on
    leaving.close()
    roles = roles_towards(head, [row.person_id for row in coming]) if head else {}
    arrival = Journal("household.merge", kept, by=by, now=now, cause=cause)
    for row in coming:
        if row.person_id in known:
            continue
        fallback = HouseholdRole(row.role) if head is None else HouseholdRole.OTHER
        member = MemberValues(
            person_id=row.person_id, role=roles.get(row.person_id, fallback),
            kind=MembershipKind(row.kind), valid_from=on,
        )  # fmt: skip
        arrival.joined(join(kept, member, by=by, now=now))
    arrival.close()
    return kept
