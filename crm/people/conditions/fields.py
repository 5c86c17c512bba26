"""What a rule can ask about a person: the one list of fields, with their operators and queries."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.people.choices import (
    CheckResult,
    IdentityCode,
    IdentityState,
    Precision,
    Sex,
    Source,
    Status,
)
from crm.people.dates import years_before
from crm.people.languages import LANGUAGES
from crm.people.models import HouseholdMember, PersonDocument, PersonIdentity, PersonPhone
from network.selectors import region_stem

Text = str | Promise


class Kind(StrEnum):
    """What shape a condition's value has."""

    CHOICES = "choices"  # a list of codes from the field's own list
    COUNTRY = "country"  # one ISO 3166-1 code
    REGION = "region"  # one GB/T 2260 code; everything below it counts
    NUMBER = "number"  # a whole number from ``least`` to ``most``
    FLAG = "flag"  # no value: the operator says it
    TIME = "time"  # a number of days or an ISO day, as the operator wants


class Op(StrEnum):
    """How a field is compared. Codes are stored and never change."""

    IS = "is"
    IS_NOT = "is_not"
    RECOGNISED = "recognised"
    NOT_RECOGNISED = "not_recognised"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    YES = "yes"
    NO = "no"
    WITHIN_DAYS = "within_days"
    IN_LAST_DAYS = "in_last_days"
    NOT_IN_LAST_DAYS = "not_in_last_days"
    SINCE = "since"
    BEFORE = "before"


# Operators that say that another one does not hold: whoever it is unknown of is among them.
OPPOSITES: Mapping[Op, Op] = {
    Op.IS_NOT: Op.IS,
    Op.NO: Op.YES,
    Op.NOT_IN_LAST_DAYS: Op.IN_LAST_DAYS,
}
DAY_OPS = frozenset({Op.SINCE, Op.BEFORE})
LONGEST_DAYS = 3_650
OLDEST = 150

# Returns whom a positive operator keeps, given its clean value and the time.
Query = Callable[[Op, Any, dt.datetime], Q]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something a rule can ask.

    ``phrases`` say each operator in a sentence, with ``{value}`` in place of the value.
    """

    code: str
    label: Text
    kind: Kind
    phrases: Mapping[Op, Text]
    query: Query = field(repr=False)
    choices: Sequence[tuple[str, Text]] = ()
    least: int = 1
    most: int = LONGEST_DAYS

    @property
    def ops(self) -> tuple[Op, ...]:
        """The operators, in the order in which they are offered."""
        return tuple(self.phrases)


def _one_of(column: str) -> Query:
    return lambda _op, value, _now: Q(**{f"{column}__in": value})


def _exists(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(person=OuterRef("pk"))))


def _identity(op: Op, value: list[str], _now: dt.datetime) -> Q:
    rows = PersonIdentity.objects.filter(code__in=value, ended_on__isnull=True)
    if op is Op.RECOGNISED:
        rows = rows.filter(state=IdentityState.RECOGNISED)
    elif op is Op.NOT_RECOGNISED:
        rows = rows.exclude(state=IdentityState.RECOGNISED)
    return _exists(rows)


def _age(op: Op, value: int, now: dt.datetime) -> Q:
    today = timezone.localdate(now)
    if op is Op.AT_LEAST:
        return Q(birth_date__lte=years_before(today, value))
    return Q(birth_date__gt=years_before(today, value + 1))


def _birth_month(_op: Op, value: list[str], _now: dt.datetime) -> Q:
    return Q(birth_date__month__in=[int(month) for month in value]) & ~Q(
        birth_precision=Precision.YEAR
    )


def _region(_op: Op, value: str, _now: dt.datetime) -> Q:
    return Q(region__code__startswith=region_stem(value))


def _country(_op: Op, value: str, _now: dt.datetime) -> Q:
    return Q(nationality=value)


def _languages(_op: Op, value: list[str], _now: dt.datetime) -> Q:
    return Q(languages__overlap=value)


def _has_phone(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    return _exists(PersonPhone.objects.all())


def _unverified(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    return _exists(PersonDocument.objects.filter(check_result=CheckResult.UNVERIFIED))


def _paper_ends(_op: Op, value: int, now: dt.datetime) -> Q:
    """Whoever has a paper that ends soon and that no newer one took the place of."""
    today = timezone.localdate(now)
    rows = PersonDocument.objects.filter(
        valid_to__gte=today, valid_to__lte=today + dt.timedelta(days=value), renewed_by=None
    )
    return _exists(rows)


def _current_members() -> QuerySet[HouseholdMember]:
    return HouseholdMember.objects.filter(valid_to__isnull=True, household__closed_on__isnull=True)


def _in_household(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    return _exists(_current_members())


def _alone(_op: Op, _value: Any, _now: dt.datetime) -> Q:
    others = (
        _current_members()
        .filter(household=OuterRef("household"))
        .exclude(person=OuterRef("person"))
    )
    return _exists(_current_members().filter(~Exists(others)))


def _when(column: str) -> Query:
    def query(op: Op, value: Any, now: dt.datetime) -> Q:
        if op is Op.IN_LAST_DAYS:
            return Q(**{f"{column}__gte": now - dt.timedelta(days=value)})
        start = timezone.make_aware(
            dt.datetime.combine(dt.date.fromisoformat(value), dt.time.min),
            timezone.get_default_timezone(),
        )
        return Q(**{f"{column}__{'gte' if op is Op.SINCE else 'lt'}": start})

    return query


_IS = {Op.IS: _("{field} is {value}"), Op.IS_NOT: _("{field} is not {value}")}

FIELDS: Mapping[str, Field] = {
    item.code: item
    for item in (
        Field(
            code="identity",
            label=_("Identity"),
            kind=Kind.CHOICES,
            choices=IdentityCode.choices,
            phrases=_IS
            | {
                Op.RECOGNISED: _("{field} is {value}, recognised"),
                Op.NOT_RECOGNISED: _("{field} is {value}, not recognised so far"),
            },
            query=_identity,
        ),
        Field(
            code="status",
            label=_("Status"),
            kind=Kind.CHOICES,
            # Reduced records are in no list.
            choices=[choice for choice in Status.choices if choice[0] != Status.MINIMISED],
            phrases=_IS,
            query=_one_of("status"),
        ),
        Field(
            code="sex",
            label=_("Sex"),
            kind=Kind.CHOICES,
            choices=Sex.choices,
            phrases=_IS,
            query=_one_of("sex"),
        ),
        Field(
            code="age",
            label=_("Age"),
            kind=Kind.NUMBER,
            least=0,
            most=OLDEST,
            phrases={
                Op.AT_LEAST: _("{value} years old or older"),
                Op.AT_MOST: _("{value} years old or younger"),
            },
            query=_age,
        ),
        Field(
            code="birth_month",
            label=_("Month of birth"),
            kind=Kind.CHOICES,
            choices=[
                (str(number), name)
                for number, name in enumerate(
                    [
                        _("January"),
                        _("February"),
                        _("March"),
                        _("April"),
                        pgettext_lazy("full month", "May"),
                        _("June"),
                        _("July"),
                        _("August"),
                        _("September"),
                        _("October"),
                        _("November"),
                        _("December"),
                    ],
                    1,
                )
            ],
            phrases=_IS,
            query=_birth_month,
        ),
        Field(
            code="region",
            label=_("Native place"),
            kind=Kind.REGION,
            phrases=_IS,
            query=_region,
        ),
        Field(
            code="nationality",
            label=_("Nationality"),
            kind=Kind.COUNTRY,
            phrases=_IS,
            query=_country,
        ),
        Field(
            code="language",
            label=_("Language"),
            kind=Kind.CHOICES,
            choices=list(LANGUAGES.items()),
            phrases={Op.IS: _("speaks {value}"), Op.IS_NOT: _("does not speak {value}")},
            query=_languages,
        ),
        Field(
            code="has_phone",
            label=_("Phone on record"),
            kind=Kind.FLAG,
            phrases={Op.YES: _("has a phone on record"), Op.NO: _("has no phone on record")},
            query=_has_phone,
        ),
        Field(
            code="unverified_paper",
            label=_("Unverified paper"),
            kind=Kind.FLAG,
            phrases={Op.YES: _("has an unverified paper"), Op.NO: _("has no unverified paper")},
            query=_unverified,
        ),
        Field(
            code="paper_ends",
            label=_("End of a paper"),
            kind=Kind.NUMBER,
            phrases={Op.WITHIN_DAYS: _("has a paper that ends within {value} days")},
            query=_paper_ends,
        ),
        Field(
            code="in_household",
            label=_("Household"),
            kind=Kind.FLAG,
            phrases={Op.YES: _("belongs to a household"), Op.NO: _("belongs to no household")},
            query=_in_household,
        ),
        Field(
            code="alone",
            label=_("Alone in the household"),
            kind=Kind.FLAG,
            phrases={
                Op.YES: _("is alone in a household"),
                Op.NO: _("is not alone in a household"),
            },
            query=_alone,
        ),
        Field(
            code="source",
            label=_("How the record came here"),
            kind=Kind.CHOICES,
            choices=Source.choices,
            phrases=_IS,
            query=_one_of("source"),
        ),
        Field(
            code="added",
            label=_("Put on the register"),
            kind=Kind.TIME,
            phrases={
                Op.IN_LAST_DAYS: _("added in the last {value} days"),
                Op.NOT_IN_LAST_DAYS: _("not added in the last {value} days"),
                Op.SINCE: _("added on {value} or later"),
                Op.BEFORE: _("added before {value}"),
            },
            query=_when("created_at"),
        ),
        Field(
            code="changed",
            label=_("Record changed"),
            kind=Kind.TIME,
            phrases={
                Op.IN_LAST_DAYS: _("changed in the last {value} days"),
                Op.NOT_IN_LAST_DAYS: _("not changed in the last {value} days"),
                Op.SINCE: _("changed on {value} or later"),
                Op.BEFORE: _("last changed before {value}"),
            },
            query=_when("updated_at"),
        ),
    )
}
