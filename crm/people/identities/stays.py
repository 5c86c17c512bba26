"""Stays abroad: added and removed; what follows from them is computed whenever it is shown."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.models import User
from audit import services as audit
from crm.people.choices import ResidenceRight, StayPurpose
from crm.people.errors import Problem
from crm.people.identities.errors import InvalidStayError
from crm.people.identities.residence import NOT_ABROAD
from crm.people.identities.rules import FIRST_DAY
from crm.people.models import Person, Stay
from crm.people.rules.checked import IN_THE_FUTURE, NOT_A_COUNTRY

OBJECT_TYPE = "people.stay"
MOST_STAYS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StayValues:
    """A time somebody lived in a country: half-open, ``ends_on`` None while it lasts."""

    country: str
    begins_on: dt.date
    ends_on: dt.date | None = None
    right: ResidenceRight
    purpose: StayPurpose = StayPurpose.SETTLED


@transaction.atomic
def add_stay(*, person_id: UUID, values: StayValues, by: User | None, now: dt.datetime) -> Stay:
    """Write down that a person lived somewhere for a time.

    Raises:
        Person.DoesNotExist: there is no such person here.
        InvalidStayError: something cannot be, such as two countries at one time.
    """
    Person.objects.select_for_update().get(pk=person_id)
    values = dataclasses.replace(values, country=values.country.strip().upper())
    others = list(Stay.objects.filter(person=person_id))
    if problems := check_stay(values, others, today=timezone.localdate(now)):
        raise InvalidStayError(problems)
    stay = Stay.objects.create(
        person_id=person_id,
        country=values.country,
        begins_on=values.begins_on,
        ends_on=values.ends_on,
        right=values.right,
        purpose=values.purpose,
        created_at=now,
        created_by=by,
    )
    _record("stay.add", stay, by=by, now=now)
    return stay


@transaction.atomic
def remove_stay(*, stay_id: UUID, by: User | None, now: dt.datetime) -> StayValues:
    """Take a stay off the record and return what it said, to be written again if need be.

    Raises:
        Stay.DoesNotExist: there is no such stay here.
    """
    stay = Stay.objects.select_for_update().get(pk=stay_id)
    values = StayValues(
        country=stay.country,
        begins_on=stay.begins_on,
        ends_on=stay.ends_on,
        right=ResidenceRight(stay.right),
        purpose=StayPurpose(stay.purpose),
    )
    Stay.objects.filter(pk=stay.pk).delete()
    _record("stay.remove", stay, by=by, now=now)
    return values


def check_stay(values: StayValues, others: Iterable[Stay], *, today: dt.date) -> list[Problem]:
    """Return what is wrong with a new stay beside ``others``, those on record."""
    found: list[Problem] = []
    if values.country not in countries:
        found.append(Problem("country", "country_unknown", NOT_A_COUNTRY))
    elif values.country in NOT_ABROAD:
        message = _("This is not abroad: the test is about other countries.")
        found.append(Problem("country", "country_not_abroad", message))
    if values.begins_on > today:
        found.append(Problem("begins_on", "day_in_future", IN_THE_FUTURE))
    elif values.begins_on < FIRST_DAY:
        message = _("This year cannot be right.")
        found.append(Problem("begins_on", "day_too_early", message))
    if values.ends_on is not None and values.ends_on > today:
        message = _("This day has not come yet. Leave it empty while the stay lasts.")
        found.append(Problem("ends_on", "day_in_future", message))
    elif values.ends_on is not None and values.ends_on <= values.begins_on:
        message = _("A stay ends after it begins.")
        found.append(Problem("ends_on", "ends_before_it_begins", message))
    known = list(others)
    ends = values.ends_on or dt.date.max
    for other in known:
        if values.begins_on < (other.ends_on or dt.date.max) and other.begins_on < ends:
            message = _("This time overlaps with the stay from {day}. Correct one of them.")
            text = message.format(day=other.begins_on.isoformat())
            found.append(Problem("begins_on", "stays_overlap", text))
            break
    if len(known) >= MOST_STAYS:
        found.append(Problem("country", "stays_too_many", _("More stays cannot be kept.")))
    return found


def _record(action: str, stay: Stay, *, by: User | None, now: dt.datetime) -> None:
    audit.record(
        action=action,
        by=by,
        object_type=OBJECT_TYPE,
        object_key=stay.pk,
        person_key=stay.person_id,
        fields=["country", "begins_on", "ends_on", "right", "purpose"],
        now=now,
    )
