"""The test of residence: both routes, and the laws of its arithmetic."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.people.identities.residence import (
    Route,
    check_residence,
    merge_days,
    years_after,
)

TODAY = dt.date(2026, 3, 2)


@dataclass(frozen=True)
class Made:
    begins_on: dt.date
    ends_on: dt.date | None
    country: str = "ID"
    right: str = "permanent"
    purpose: str = "settled"


def day(text):
    return dt.date.fromisoformat(text)


def stay(begins, ends=None, **values):
    return Made(day(begins), day(ends) if ends else None, **values)


def route(stays, which=Route.PERMANENT, today=TODAY):
    return next(r for r in check_residence(stays, today=today).routes if r.route is which)


def test_two_years_with_the_right_to_stay_are_enough():
    found = route([stay("2020-01-01", "2022-01-01")])
    assert found.is_enough
    assert (found.days, found.period_days, found.days_needed) == (731, 731, 549)
    assert found.months == Decimal("24.0")
    assert found.months_short == 0


def test_one_day_less_than_two_years_is_not():
    found = route([stay("2020-01-01", "2021-12-31")])
    assert not found.is_enough
    assert (found.missing_days, found.missing_end) == (0, 1)
    assert found.months_short == Decimal("0.1")


@pytest.mark.parametrize(("away", "is_enough"), [(182, True), (183, False)])
def test_of_24_months_18_are_presence_to_the_day(away, is_enough):
    # From 2021-01-01 to 2022-12-31, both included: 730 days, of which 548 are needed.
    left = day("2021-06-01")
    stays = [
        stay("2021-01-01", "2021-06-01"),
        Made(left + dt.timedelta(days=away), day("2023-01-01")),
    ]
    found = route(stays)
    assert found.days_needed == 548
    assert found.is_enough is is_enough
    if not is_enough:
        assert found.missing_days == 1


def test_twenty_months_and_gone_for_good_are_not_two_years_on_end():
    found = route([stay("2020-01-01", "2021-09-01")])
    assert found.days > found.days_needed
    assert not found.is_enough
    assert found.months_short == Decimal("4.1")


def test_the_second_route_counts_any_lawful_residence_over_five_years():
    stays = [
        stay("2015-01-01", "2016-07-01", right="legal"),
        stay("2018-12-01", "2020-01-01", right="permanent"),
    ]
    found = route(stays, Route.LEGAL)
    assert found.is_enough
    assert (found.period_days, found.days_needed, found.days) == (1826, 913, 943)
    assert not route(stays).is_enough


def test_thirty_months_in_one_piece_are_not_five_years_on_end():
    found = route([stay("2015-01-01", "2017-08-01", right="legal")], Route.LEGAL)
    assert not found.is_enough
    assert found.missing_days == 0
    assert found.missing_end == (day("2020-01-01") - day("2017-08-01")).days


@pytest.mark.parametrize(
    "change", [{"purpose": "study"}, {"purpose": "posted"}, {"right": "none"}, {"country": "HK"}]
)
def test_what_does_not_count(change):
    residence = check_residence([stay("2010-01-01", "2025-01-01", **change)], today=TODAY)
    assert not residence.is_enough
    assert [r.months for r in residence.routes] == [0, 0]
    assert [r.months_short for r in residence.routes] == [24, 60]


def test_years_in_two_countries_do_not_add_up():
    stays = [stay("2020-01-01", "2021-01-01"), stay("2021-01-01", "2022-01-01", country="MY")]
    assert not route(stays).is_enough
    assert route([replace(s, country="ID") for s in stays]).is_enough


def test_a_stay_that_lasts_ends_today():
    assert route([stay("2024-03-02")]).is_enough
    assert not route([stay("2024-03-03")]).is_enough


def test_a_period_from_a_leap_day_ends_with_february():
    assert years_after(day("2024-02-29"), 2) == day("2026-03-01")
    assert route([stay("2020-02-29", "2022-03-01")]).is_enough
    short = route([stay("2020-02-29", "2022-02-28")])
    assert (short.is_enough, short.period_days, short.missing_end) == (False, 731, 1)


def test_the_lines_show_what_lies_in_the_period_and_add_up():
    found = route([stay("2020-01-01", "2020-05-01"), stay("2020-07-01", "2022-02-01")])
    # The latest of the fullest periods: it begins after the absence is as short as it gets.
    assert found.lines[-1].ends_on == found.ends_on
    assert sum(line.days for line in found.lines) == found.days
    assert found.is_enough


@st.composite
def made_stays(draw):
    begins = day("2015-01-01") + dt.timedelta(days=draw(st.integers(0, 3_000)))
    length = draw(st.integers(1, 900))
    return Made(
        begins,
        draw(st.sampled_from([begins + dt.timedelta(days=length), None])),
        country=draw(st.sampled_from(["ID", "MY"])),
        right=draw(st.sampled_from(["permanent", "legal", "none"])),
        purpose=draw(st.sampled_from(["settled", "settled", "study"])),
    )


several = st.lists(made_stays(), max_size=5)


@settings(max_examples=60, deadline=None)
@given(several, made_stays())
def test_more_days_never_make_it_less(stays, more):
    before = check_residence(stays, today=TODAY).routes
    after = check_residence([*stays, more], today=TODAY).routes
    for old, new in zip(before, after, strict=True):
        assert new.months_short <= old.months_short
        assert new.is_enough >= old.is_enough


@settings(max_examples=60, deadline=None)
@given(several, st.randoms(use_true_random=False))
def test_the_order_says_nothing(stays, chance):
    mixed = list(stays)
    chance.shuffle(mixed)
    assert check_residence(mixed, today=TODAY) == check_residence(stays, today=TODAY)


@settings(max_examples=60, deadline=None)
@given(several, st.integers(1, 899))
def test_a_stay_in_two_pieces_is_the_same_stay(stays, cut):
    pieces = []
    for whole in stays:
        middle = whole.begins_on + dt.timedelta(days=cut)
        if middle < (whole.ends_on or TODAY):
            pieces += [replace(whole, ends_on=middle), replace(whole, begins_on=middle)]
        else:
            pieces.append(whole)
    assert check_residence(pieces, today=TODAY) == check_residence(stays, today=TODAY)


@settings(max_examples=40, deadline=None)
@given(st.lists(made_stays(), min_size=1, max_size=4))
def test_the_best_period_is_that_of_a_count_day_by_day(stays):
    """Compare with the plainest way: sets of days, and every period one by one."""
    for found in check_residence(stays, today=TODAY).routes:
        need = found.requirement
        least = None
        for country in {s.country for s in stays}:
            days = {
                s.begins_on + dt.timedelta(days=n)
                for s in stays
                if s.country == country and s.purpose == "settled" and s.right in need.rights
                for n in range(((s.ends_on or TODAY) - s.begins_on).days)
            }
            days = {d for d in days if d < TODAY}
            for begins in sorted(days)[::23] + (
                [found.begins_on] if found.begins_on in days else []
            ):
                ends = years_after(begins, need.years)
                length = (ends - begins).days
                inside = {d for d in days if begins <= d < ends}
                needed = -(-length * need.months // (need.years * 12))
                lack = max(needed - len(inside), (ends - max(inside)).days - 1, 0)
                least = lack if least is None else min(least, lack)
        if least is None:
            assert found.lines == ()
        else:
            assert max(found.missing_days, found.missing_end) == least


@given(several)
def test_lines_neither_touch_nor_overlap(stays):
    lines = merge_days(stays, today=TODAY)
    assert all(one.ends_on < other.begins_on for one, other in pairwise(lines))
