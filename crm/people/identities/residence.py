"""The test of residence abroad: who counts as 华侨. Pure functions over dated stays.

Source: 国侨发〔2009〕5号. Somebody is settled abroad who

(a) holds the right to live in a country permanently or for long, and has lived there for two
    years on end with at least 18 months of presence in them; or
(b) without that right, has lived there lawfully for five years on end with at least 30 months.

Time abroad as a student or on official or posted work counts for neither.

How it is counted here. A stay is half-open: the day of arrival counts, the day of departure does
not; a stay that lasts ends today. All days of one country are one set, so overlapping or divided
stays change nothing. Every period of two (five) calendar years that begins on a day there is
tried; it ends the day before the same date two (five) years later (from 29 February to the end of
that February). In a period of *n* days a month is *n* / 24 (*n* / 60) days, so that a full period
has exactly 24 (60) months, leap days or not: 18 of 24 are three quarters of its days. "On end"
means that the period also ends on a day there; what lies between the last day there and the end
of the period is missing time. The result of a route is the period that lacks least.

It helps to see what is missing. It refuses nobody: an authority decides.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from itertools import accumulate
from typing import Protocol

from crm.people.choices import ResidenceRight, StayPurpose

# 华侨 live outside China; somebody in these places is no 华侨, whatever the papers.
NOT_ABROAD = frozenset({"CN", "HK", "MO", "TW"})
_TENTH = Decimal("0.1")


class DatedStay(Protocol):
    """A time in one country: a `Stay` or anything that looks like one."""

    country: str
    begins_on: dt.date
    # Half-open; None while it lasts.
    ends_on: dt.date | None
    right: str
    purpose: str


class Route(StrEnum):
    """The two ways to be settled abroad."""

    PERMANENT = "a"
    LEGAL = "b"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a route asks for: ``months`` of presence within ``years`` on end."""

    years: int
    months: int
    rights: frozenset[str]


REQUIREMENTS = {
    Route.PERMANENT: Requirement(2, 18, frozenset({ResidenceRight.PERMANENT})),
    Route.LEGAL: Requirement(5, 30, frozenset({ResidenceRight.PERMANENT, ResidenceRight.LEGAL})),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Days there without a break, as far as they lie in the period; half-open."""

    begins_on: dt.date
    ends_on: dt.date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.ends_on - self.begins_on).days


@dataclass(frozen=True, slots=True)
class RouteResult:
    """The best period of one route, and how far it goes.

    ``begins_on`` and ``ends_on`` (half-open) are None, and ``country`` empty, where no day counts.
    ``missing_end`` are days between the last day there and the end of the period.
    """

    route: Route
    country: str = ""
    begins_on: dt.date | None = None
    ends_on: dt.date | None = None
    lines: tuple[Line, ...] = ()
    missing_end: int = 0

    @property
    def requirement(self) -> Requirement:
        """What the route asks for."""
        return REQUIREMENTS[self.route]

    @property
    def period_days(self) -> int:
        """The length of the period; 0 where there is none."""
        return (self.ends_on - self.begins_on).days if self.begins_on and self.ends_on else 0

    @property
    def days(self) -> int:
        """Days there in the period."""
        return sum(line.days for line in self.lines)

    @property
    def days_needed(self) -> int:
        """The days that the months asked for make in this period; 0 where there is none."""
        return _needed(self.period_days, self.requirement)

    @property
    def missing_days(self) -> int:
        """Days of presence still missing in the period."""
        return max(0, self.days_needed - self.days)

    @property
    def is_enough(self) -> bool:
        """Whether the route is met, according to what is entered."""
        return bool(self.lines) and not self.missing_days and not self.missing_end

    @property
    def months(self) -> Decimal:
        """Months of presence in the period, in tenths, rounded down."""
        return self._as_months(self.days, ROUND_FLOOR)

    @property
    def months_short(self) -> Decimal:
        """Months that must still come, of presence or until the period is over; rounded up.

        Without a day that counts it is the whole period.
        """
        if not self.lines:
            return Decimal(self.requirement.years * 12)
        return self._as_months(max(self.missing_days, self.missing_end), ROUND_CEILING)

    def _as_months(self, days: int, rounding: str) -> Decimal:
        if not self.period_days:
            return Decimal(0)
        months = Decimal(days * self.requirement.years * 12) / self.period_days
        return months.quantize(_TENTH, rounding=rounding)


@dataclass(frozen=True, slots=True)
class Residence:
    """Both routes, from what is entered."""

    routes: tuple[RouteResult, ...]

    @property
    def is_enough(self) -> bool:
        """Whether one of them is met."""
        return any(route.is_enough for route in self.routes)

    @property
    def closest(self) -> RouteResult:
        """The route that lacks least."""
        return min(self.routes, key=lambda route: route.months_short)


def check_residence(stays: Iterable[DatedStay], *, today: dt.date) -> Residence:
    """Return how far the stays go on both routes.

    >>> from types import SimpleNamespace as Made
    >>> stay = Made(country="ID", begins_on=dt.date(2020, 1, 1), ends_on=dt.date(2021, 9, 1),
    ...             right="permanent", purpose="settled")
    >>> found = check_residence([stay], today=dt.date(2026, 3, 2)).routes[0]
    >>> found.days, found.days_needed, found.is_enough, str(found.months_short)
    (609, 549, False, '4.1')
    """
    known = list(stays)
    return Residence(tuple(_best(route, known, today) for route in Route))


def counts(stay: DatedStay, route: Route) -> bool:
    """Say whether a stay counts for the route at all."""
    return (
        stay.purpose == StayPurpose.SETTLED
        and stay.right in REQUIREMENTS[route].rights
        and stay.country not in NOT_ABROAD
    )


def years_after(day: dt.date, years: int) -> dt.date:
    """Return the same date ``years`` later, where a period that began on ``day`` has ended.

    >>> years_after(dt.date(2020, 1, 1), 2), years_after(dt.date(2020, 2, 29), 2)
    (datetime.date(2022, 1, 1), datetime.date(2022, 3, 1))
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def merge_days(stays: Iterable[DatedStay], *, today: dt.date) -> list[Line]:
    """Return the days of all stays as lines that neither touch nor overlap, in order."""
    spans = sorted((stay.begins_on, min(stay.ends_on or today, today)) for stay in stays)
    lines: list[Line] = []
    for begins, ends in spans:
        if begins >= ends:
            continue
        if lines and begins <= lines[-1].ends_on:
            lines[-1] = Line(lines[-1].begins_on, max(ends, lines[-1].ends_on))
        else:
            lines.append(Line(begins, ends))
    return lines


def _best(route: Route, stays: Sequence[DatedStay], today: dt.date) -> RouteResult:
    by_country: dict[str, list[DatedStay]] = {}
    for stay in stays:
        if counts(stay, route):
            by_country.setdefault(stay.country, []).append(stay)
    found = [
        _best_period(route, country, lines)
        for country in sorted(by_country)
        if (lines := merge_days(by_country[country], today=today))
    ]
    # Of equal ones the first: the order of what was entered says nothing.
    return min(found, key=_lack, default=RouteResult(route))


def _lack(result: RouteResult) -> tuple[int, int, float, int]:
    """Return what a result is chosen by."""
    begins = result.begins_on.toordinal() if result.begins_on else 0
    missing = max(result.missing_days, result.missing_end)
    return _order(missing, result.period_days, result.days, begins)


def _order(missing: int, period: int, days: int, begins: int) -> tuple[int, int, float, int]:
    """Return a key: what lacks least; of equal ones the longer, the fuller, the later.

    A day less is a smaller part of a longer period; where nothing lacks, that says nothing.
    """
    return missing, -period if missing else 0, -days / period, -begins


def _best_period(route: Route, country: str, lines: Sequence[Line]) -> RouteResult:
    """Return the best period: tries every one that begins on a day there, with sums at hand."""
    need = REQUIREMENTS[route]
    first, last = lines[0].begins_on.toordinal(), lines[-1].ends_on.toordinal()
    is_there = bytearray(last - first)
    for line in lines:
        begins = line.begins_on.toordinal() - first
        is_there[begins : begins + line.days] = b"\x01" * line.days
    until = [0, *accumulate(is_there)]
    # Days from the last day there up to each day, both counted: 0 on a day there.
    away = list(accumulate(is_there, lambda days, there: 0 if there else days + 1, initial=0))

    def lack(start: int) -> tuple[int, int, float, int]:
        end = years_after(dt.date.fromordinal(first + start), need.years).toordinal() - first
        inside = min(end, len(is_there))
        days = until[inside] - until[start]
        missing = max(0, _needed(end - start, need) - days)
        return _order(max(missing, end - inside + away[inside]), end - start, days, start)

    start = min((day for day, there in enumerate(is_there) if there), key=lack)
    begins_on = dt.date.fromordinal(first + start)
    ends_on = years_after(begins_on, need.years)
    inside = min(ends_on.toordinal() - first, len(is_there))
    return RouteResult(
        route=route,
        country=country,
        begins_on=begins_on,
        ends_on=ends_on,
        lines=tuple(
            Line(max(line.begins_on, begins_on), min(line.ends_on, ends_on))
            for line in lines
            if line.begins_on < ends_on and line.ends_on > begins_on
        ),
        missing_end=ends_on.toordinal() - first - inside + away[inside],
    )


def _needed(period_days: int, need: Requirement) -> int:
    """Return the days that the months asked for make in a period of so many days, rounded up."""
    return math.ceil(period_days * need.months / (need.years * 12))
