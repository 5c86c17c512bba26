"""Households as such: opened, described, closed; and their address, shown with a reason.

Rows are ended, not deleted. A membership is half-open: it lasts from its first day to the day
before ``valid_to``. While anybody is in a household, exactly one of them is its contact.
"""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import services as audit
from common.names import sort_key
from crm.people.choices import ChangeCause, RevealReason
from crm.people.errors import ReasonMissingError, UnknownFieldError
from crm.people.households import errors
from crm.people.households.journal import (
    OBJECT_TYPE,
    Journal,
    current_members,
    join,
    locked,
    state_of,
)
from crm.people.households.values import HouseholdValues, MemberValues
from crm.people.models import Household
from crm.people.rules.checked import LONGEST_ADDRESS, LONGEST_NOTE, TOO_LONG, clean_text

LONGEST_LABEL = 60
LONGEST_HOUSEHOLD_NUMBER = 30
_LONGEST_EXPLANATION = 200
_LONGEST_SORT_KEY = 200


@transaction.atomic
def open_household(
    *,
    values: HouseholdValues,
    members: Sequence[MemberValues] = (),
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Household:
    """Open a household; its head, or else the first of ``members``, becomes its contact.

    Raises:
        HouseholdInvalidError: a text is missing or too long.
        MemberTwiceError: somebody is named twice.
        MembershipDayError: a first day in the future.
        Person.DoesNotExist: one of them is not here.
    """
    household = Household(created_at=now, created_by=by, updated_at=now, updated_by=by)
    _fill(household, values)
    household.save(force_insert=True)
    journal = Journal("household.open", household, by=by, now=now, cause=cause)
    for member in members:
        journal.joined(join(household, member, by=by, now=now))
    journal.close()
    return household


@transaction.atomic
def change_household(
    *,
    household_id: UUID,
    version: int,
    values: HouseholdValues,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Household:
    """Write down what is now known of a household; equal values change nothing.

    Raises:
        Household.DoesNotExist: there is no such household here.
        HouseholdChangedError: somebody else saved first.
        HouseholdInvalidError: a text is missing or too long.
    """
    household = locked(household_id, version, may_be_closed=True)
    before = _texts(household)
    _fill(household, values)
    after = _texts(household)
    changed = sorted(name for name in after if before[name] != after[name])
    if changed:
        Journal("household.change", household, by=by, now=now, cause=cause, fields=changed).close()
    return household


@transaction.atomic
def close_household(
    *,
    household_id: UUID,
    version: int,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Household:
    """Close a household; whoever is in it leaves on that day.

    Raises:
        as `end_membership`.
    """
    household = locked(household_id, version)
    if on > timezone.localdate(now):
        raise errors.MembershipDayError
    journal = Journal("household.close", household, by=by, now=now, cause=cause)
    for row in current_members(household):
        journal.left(row, on)
    household.closed_on = on
    journal.close()
    return household


@transaction.atomic
def reopen_household(
    *,
    household_id: UUID,
    version: int,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Household:
    """Undo a closing: whoever left on that day is in it again.

    Raises:
        Household.DoesNotExist: there is no such household here.
        HouseholdChangedError: somebody else saved first.
    """
    household = locked(household_id, version, may_be_closed=True)
    if household.closed_on is None:
        return household
    journal = Journal("household.reopen", household, by=by, now=now, cause=cause)
    left = household.members.filter(valid_to=household.closed_on).select_related("person")
    for row in left:
        before = state_of(row)
        row.valid_to = None
        row.save(update_fields=["valid_to"])
        journal.changed(row, before)
    household.closed_on = None
    journal.close()
    return household


@transaction.atomic
def reveal_address(
    *,
    household: Household,
    reason: RevealReason,
    explanation: str = "",
    by: User,
    now: dt.datetime,
) -> str:
    """Return a household's address in the clear, and record it for each member.

    Raises:
        UnknownFieldError: there is none.
        ReasonMissingError: another reason, and no explanation.
    """
    explanation = explanation.strip()[:_LONGEST_EXPLANATION]
    if reason is RevealReason.OTHER and not explanation:
        raise ReasonMissingError
    if not household.address:
        raise UnknownFieldError
    clear = household.address.reveal()
    people: list[UUID | None] = [row.person_id for row in current_members(household)]
    audit.record_many(
        [
            audit.Event(
                action="person.reveal",
                by=by,
                object_type=OBJECT_TYPE,
                object_key=household.pk,
                person_key=person_key,
                fields=["address"],
                reason=": ".join(filter(None, [str(reason.label), explanation])),
                detail={"reason": reason.value, "part": "address"},
            )
            for person_key in people or [None]
        ],
        now=now,
    )
    return clear


def _fill(household: Household, values: HouseholdValues) -> None:
    """Write the columns.

    Raises:
        HouseholdInvalidError: a text is missing or too long.
    """
    texts = {
        "label": (clean_text(values.label), LONGEST_LABEL),
        "number": (clean_text(values.number), LONGEST_HOUSEHOLD_NUMBER),
        "note": (clean_text(values.note, keep_lines=True), LONGEST_NOTE),
    }
    for name, (text, longest) in texts.items():
        if len(text) > longest:
            raise errors.HouseholdInvalidError(TOO_LONG, field=name)
        setattr(household, name, text)
    if not household.label:
        raise errors.HouseholdInvalidError(_("Give the household a name."), field="label")
    household.sort_key = sort_key(household.label)[:_LONGEST_SORT_KEY]
    if values.address is not None:
        address = clean_text(values.address)
        if len(address) > LONGEST_ADDRESS:
            raise errors.HouseholdInvalidError(TOO_LONG, field="address")
        household.address = address or None


def _texts(household: Household) -> dict[str, str]:
    return {
        "label": household.label,
        "number": household.number,
        "note": household.note,
        "address": household.address.reveal() if household.address else "",
    }
