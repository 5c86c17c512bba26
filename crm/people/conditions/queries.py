"""Whom a positive operator of a fixed field keeps, given its clean value and the time."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crm.people.choices import CheckResult, EndReason, IdentityState, Precision
from crm.people.conditions.shapes import Op, Query
from crm.people.dates import years_before
from crm.people.models import (
    Consent,
    HouseholdMember,
    Kinship,
    OverseasKin,
    PersonContact,
    PersonDocument,
    PersonIdentity,
    PersonPhone,
)
from crm.people.purposes import PURPOSES
from network.selectors import region_stem

# A death ends no kinship, as `crm.people.kinship` counts.
COUNTS = Q(valid_to__isnull=True) | Q(end_reason=EndReason.DEATH)


def one_of(column: str) -> Query:
    """Return a query for whoever has one of the values in a column."""
    return lambda _op, value, _now: Q(**{f"{column}__in": value})


def _exists(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(person=OuterRef("pk"))))


def identity(op: Op, value: list[str], _now: dt.datetime) -> Q:
    """Whoever has one of these identities now, in the state that the operator wants."""
    rows = PersonIdentity.objects.filter(code__in=value, ended_on__isnull=True)
    if op is Op.RECOGNISED:
        rows = rows.filter(state=IdentityState.RECOGNISED)
    elif op is Op.NOT_RECOGNISED:
        rows = rows.exclude(state=IdentityState.RECOGNISED)
    return _exists(rows)


def age(op: Op, value: int, now: dt.datetime) -> Q:
    """Whoever is so old; from a year alone it is the age after the birthday."""
    today = timezone.localdate(now)
    if op is Op.AT_LEAST:
        return Q(birth_date__lte=years_before(today, value))
    return Q(birth_date__gt=years_before(today, value + 1))


def birth_month(_op: Op, value: list[str], _now: dt.datetime) -> Q:
    """Whoever was born in one of these months, where the month is known."""
    return Q(birth_date__month__in=[int(month) for month in value]) & ~Q(
        birth_precision=Precision.YEAR
    )


def region(_op: Op, value: str, _now: dt.datetime) -> Q:
    """Whoever comes from this region or from below it."""
    return Q(region__code__startswith=region_stem(value))


def country(_op: Op, value: str, _now: dt.datetime) -> Q:
    """Whoever is a national of this country."""
    return Q(nationality=value)


def languages(_op: Op, value: list[str], _now: dt.datetime) -> Q:
    """Whoever speaks one of these languages."""
    return Q(languages__overlap=value)


def has_phone(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    """Whoever has a phone on record."""
    return _exists(PersonPhone.objects.all())


def unverified(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    """Whoever has a paper whose number did not pass its check."""
    return _exists(PersonDocument.objects.filter(check_result=CheckResult.UNVERIFIED))


def paper_ends(_op: Op, value: int, now: dt.datetime) -> Q:
    """Whoever has a paper that ends soon and that no newer one took the place of."""
    today = timezone.localdate(now)
    rows = PersonDocument.objects.filter(
        valid_to__gte=today, valid_to__lte=today + dt.timedelta(days=value), renewed_by=None
    )
    return _exists(rows)


def _current_members() -> QuerySet[HouseholdMember]:
    return HouseholdMember.objects.filter(valid_to__isnull=True, household__closed_on__isnull=True)


def in_household(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    """Whoever belongs to a household that is not closed."""
    return _exists(_current_members())


def alone(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    """Whoever is the only member of a household."""
    others = (
        _current_members()
        .filter(household=OuterRef("household"))
        .exclude(person=OuterRef("person"))
    )
    return _exists(_current_members().filter(~Exists(others)))


def role(_op: Op, value: list[str], _now: dt.datetime) -> Q:
    """Whoever is one of these in a household."""
    return _exists(_current_members().filter(role__in=value))


def contact(_op: Op, value: list[str], _now: dt.datetime) -> Q:
    """Whoever can be reached in one of these ways."""
    return _exists(PersonContact.objects.filter(kind__in=value))


def has_kin(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    """Whoever is linked to somebody on the register."""
    links = Kinship.objects.filter(COUNTS)
    return Q(Exists(links.filter(person=OuterRef("pk")))) | Q(
        Exists(links.filter(relative=OuterRef("pk")))
    )


def kin_abroad(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    """Whoever has a relative abroad on record."""
    return _exists(OverseasKin.objects.filter(ended_on__isnull=True))


def kin_country(_op: Op, value: str, _now: dt.datetime) -> Q:
    """Whoever has a relative in this country."""
    return _exists(OverseasKin.objects.filter(ended_on__isnull=True, country=value))


def identity_country(_op: Op, value: str, _now: dt.datetime) -> Q:
    """Whoever has an identity that has to do with this country."""
    return _exists(PersonIdentity.objects.filter(ended_on__isnull=True, country=value))


def consent(_op: Op, value: list[str], now: dt.datetime) -> Q:
    """Whoever agreed to one of these in the words that are asked today."""
    valid = Consent.objects.valid(timezone.localdate(now))
    asked = Q()
    for code in value:
        asked |= Q(purpose=code, wording=PURPOSES[code].current.version)
    return _exists(valid.filter(asked))


def when(column: str) -> Query:
    """Return a query for a time in a column."""

    def query(op: Op, value: Any, now: dt.datetime) -> Q:
        if op is Op.IN_LAST_DAYS:
            return Q(**{f"{column}__gte": now - dt.timedelta(days=value)})
        start = timezone.make_aware(
            dt.datetime.combine(dt.date.fromisoformat(value), dt.time.min),
            timezone.get_default_timezone(),
        )
        return Q(**{f"{column}__{'gte' if op is Op.SINCE else 'lt'}": start})

    return query
