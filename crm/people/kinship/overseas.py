"""Relatives abroad, who are not on the register: written down, changed, ended."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_countries import countries

from accounts.models import User
from audit import services as audit
from crm.people import events
from crm.people.choices import ChangeCause, EndReason, KinCode, OverseasStanding
from crm.people.history import FieldChange, record_change
from crm.people.kinship import errors
from crm.people.models import OverseasKin, Person
from crm.people.rules.checked import LONGEST_NAME, NOT_A_COUNTRY, TOO_LONG, clean_text

OBJECT_TYPE = "people.overseaskin"
FIRST_YEAR = 1840
# What only some relatives are lost by; death and another reason end any.
ENDS = {
    EndReason.DIVORCE: (KinCode.SPOUSE, KinCode.CHILD_IN_LAW),
    EndReason.SUPPORT_ENDED: (KinCode.SUPPORT,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OverseasKinValues:
    """A relative abroad as somebody tells it; relation and country are enough.

    ``name`` None keeps the one on record; "" removes it.
    """

    relation: KinCode
    country: str = ""
    since_year: int | None = None
    standing: OverseasStanding | None = None
    has_agreed: bool = False
    name: str | None = None


@transaction.atomic
def add_overseas_kin(
    *,
    person_id: UUID,
    values: OverseasKinValues,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> OverseasKin:
    """Write down a relative abroad.

    Raises:
        Person.DoesNotExist: there is no such person here.
        UnnamedKinError, KinYearError, KinTextError: see `crm.people.kinship.errors`.
    """
    kin = OverseasKin(person=Person.objects.get(pk=person_id), created_at=now, created_by=by)
    _fill(kin, values, now=now)
    kin.save(force_insert=True)
    _record("overseas_kin.add", kin, before="", after=state_of(kin), by=by, now=now, cause=cause)
    return kin


@transaction.atomic
def change_overseas_kin(
    *,
    kin_id: UUID,
    values: OverseasKinValues,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> OverseasKin:
    """Correct what is on record of a relative abroad.

    Raises:
        OverseasKin.DoesNotExist: there is no such relative here.
        EndedAlreadyError, UnnamedKinError, KinYearError, KinTextError: see the errors.
    """
    kin = OverseasKin.objects.select_for_update().get(pk=kin_id)
    if kin.ended_on:
        raise errors.EndedAlreadyError
    before = state_of(kin)
    _fill(kin, values, now=now)
    kin.save()
    after = state_of(kin)
    if before != after:
        _record("overseas_kin.change", kin, before=before, after=after, by=by, now=now, cause=cause)
    return kin


@transaction.atomic
def end_overseas_kin(
    *,
    kin_id: UUID,
    reason: EndReason,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> OverseasKin:
    """Write down that the link to a relative abroad ended, or was never true.

    Args:
        kin_id: the relative.
        reason: why; `EndReason.MISTAKE` also for one that has ended.
        on: the first day on which it was no more.
        by: who says so.
        now: the time.
        cause: by which way, for the history.

    Raises:
        OverseasKin.DoesNotExist: there is no such relative here.
        EndedAlreadyError, EndReasonError, EndDayError: see `crm.people.kinship.errors`.
    """
    kin = OverseasKin.objects.select_for_update().get(pk=kin_id)
    is_mistake = reason is EndReason.MISTAKE
    if kin.end_reason == EndReason.MISTAKE or (kin.ended_on and not is_mistake):
        raise errors.EndedAlreadyError
    if kin.relation not in ENDS.get(reason, KinCode.values):
        raise errors.EndReasonError
    if on > timezone.localdate(now):
        raise errors.EndDayError
    before = state_of(kin)
    kin.ended_on, kin.end_reason = on, reason
    if is_mistake:
        kin.name = None  # of somebody we should never have named
    kin.save()
    events.kinship_ended.send(
        sender=None, kinship=None, overseas_kin=kin.pk, reason=reason, on=on, by=by, now=now
    )
    action = "overseas_kin.remove" if is_mistake else "overseas_kin.end"
    after = "" if is_mistake else state_of(kin)
    _record(action, kin, before=before, after=after, by=by, now=now, cause=cause)
    return kin


def _fill(kin: OverseasKin, values: OverseasKinValues, *, now: dt.datetime) -> None:
    """Write the columns.

    Raises:
        UnnamedKinError, KinYearError, KinTextError: they cannot be kept.
    """
    if values.country and values.country not in countries:
        raise errors.KinTextError(NOT_A_COUNTRY, field="country")
    if values.since_year and not FIRST_YEAR <= values.since_year <= timezone.localdate(now).year:
        raise errors.KinYearError
    name = None if values.name is None else clean_text(values.name)
    if name and len(name) > LONGEST_NAME:
        raise errors.KinTextError(TOO_LONG, field="name")
    if name and not values.has_agreed:
        raise errors.UnnamedKinError
    kin.relation = values.relation
    kin.country = values.country
    kin.since_year = values.since_year
    kin.standing = values.standing or ""
    kin.has_agreed = values.has_agreed
    if not values.has_agreed:
        kin.name = None
    elif name is not None:
        kin.name = name or None


def state_of(kin: OverseasKin) -> dict[str, object]:
    """Return what a relative abroad says in the history of the person, which is sealed."""
    return {
        "relation": str(kin.relation),
        "country": kin.country,
        "since_year": kin.since_year or "",
        "standing": str(kin.standing),
        "has_agreed": kin.has_agreed,
        "name": kin.name.reveal() if kin.name else "",
        "until": kin.ended_on.isoformat() if kin.ended_on else "",
        "reason": str(kin.end_reason),
    }


def _record(
    action: str,
    kin: OverseasKin,
    *,
    before: object,
    after: object,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> None:
    change = FieldChange("overseas_kin", before, after)
    record_change(person=kin.person, changes=[change], cause=cause, by=by, now=now)
    audit.record(
        action=action,
        by=by,
        object_type=OBJECT_TYPE,
        object_key=kin.pk,
        person_key=kin.person_id,
        fields=["overseas_kin"],
        detail={"relation": str(kin.relation), "reason": str(kin.end_reason)},
        now=now,
    )
