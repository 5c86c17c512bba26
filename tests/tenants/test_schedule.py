"""Periodic tasks: due on China's clock, sent once whoever ticks."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tenants import schedule
from tenants.context import on_platform
from tenants.models import PeriodicRun, Tenant, TenantState
from tenants.schedule import Periodic, send_if_due, tick, ticker_lock
from tenants.tasks import any_schema_actor, platform_actor, tenant_actor
from tenants.tasks.actors import task_options
from tests.fixtures_tasks import queued

NIGHTLY = Periodic("tests.nightly", daily_at="23:50")
HOURLY = Periodic("tests.hourly", every=dt.timedelta(hours=1))


@tenant_actor("tests.nightly")
def nightly(*, due_at: str) -> None:
    """Do nothing."""


@platform_actor("tests.hourly")
def hourly(*, due_at: str) -> None:
    """Do nothing."""


@any_schema_actor("tests.everywhere", while_suspended=True)
def everywhere(*, due_at: str) -> None:
    """Do nothing."""


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (utc(2026, 3, 2, 15, 49, 59), utc(2026, 3, 1, 15, 50)),  # 23:49:59 in China
        (utc(2026, 3, 2, 15, 50), utc(2026, 3, 2, 15, 50)),
        (utc(2026, 3, 2, 16, 30), utc(2026, 3, 2, 15, 50)),  # half past midnight, the next day
    ],
)
def test_daily_times_are_chinas(now, due):
    assert NIGHTLY.last_due(now) == due


@pytest.mark.parametrize("wrong", [{}, {"daily_at": "23:50", "every": dt.timedelta(1)}])
def test_a_periodic_task_is_due_by_one_rule(wrong):
    with pytest.raises(ValueError, match="either"):
        Periodic("a.b", **wrong)


def test_a_clock_time_that_is_none_is_refused():
    with pytest.raises(ValueError):
        Periodic("a.b", daily_at="24:10")


def test_every_declared_task_exists():
    for periodic in schedule.declared():
        assert "reach" in task_options(periodic.name)


def test_a_due_time_is_sent_once(platform):
    assert send_if_due(HOURLY, utc(2026, 3, 2, 9, 0)) == 1
    assert send_if_due(HOURLY, utc(2026, 3, 2, 9, 59)) == 0
    assert send_if_due(HOURLY, utc(2026, 3, 2, 10, 0)) == 1
    assert [found.kwargs["due_at"] for found in queued()] == [
        "2026-03-02T09:00:00+00:00",
        "2026-03-02T10:00:00+00:00",
    ]


def test_missed_times_are_caught_up_once(platform, monkeypatch):
    monkeypatch.setattr(schedule, "declared", lambda: [HOURLY])
    tick(utc(2026, 3, 2, 9, 0))
    assert tick(utc(2026, 3, 4, 17, 30)) == 1
    assert queued()[-1].kwargs["due_at"] == "2026-03-04T17:00:00+00:00"


def test_old_runs_are_forgotten(platform):
    send_if_due(HOURLY, utc(2026, 3, 2, 9, 0))
    send_if_due(HOURLY, utc(2026, 6, 2, 9, 0))
    assert PeriodicRun.objects.filter(name=HOURLY.name).count() == 1


def test_a_ticker_that_dies_leaves_neither_row_nor_message(platform, monkeypatch):
    monkeypatch.setattr(schedule, "_send", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send_if_due(HOURLY, utc(2026, 3, 2, 9, 0))
    assert not PeriodicRun.objects.filter(name=HOURLY.name).exists()


def test_fan_out_spreads_over_the_tenants_quietly(platform, sites):
    Tenant.objects.filter(pk=sites["south"].pk).update(state=TenantState.SUSPENDED)
    assert send_if_due(NIGHTLY, utc(2026, 3, 2, 15, 50)) == 1
    assert send_if_due(Periodic("tests.everywhere", daily_at="23:50"), utc(2026, 3, 2, 15, 50)) == 3

    first, *others = queued()
    assert first.options["schema_name"] == sites["north"].schema_name
    assert first.options["sender"] == "public"
    assert first.queue_name == "default.DQ"
    assert {found.options["schema_name"] for found in others} == {
        "public",
        *(site.schema_name for site in sites.values()),
    }


def test_two_tickers_that_race_send_once(sites, django_db_blocker):
    start = threading.Barrier(4)

    def race(_number: int) -> int:
        with django_db_blocker.unblock():
            try:
                start.wait()
                return send_if_due(HOURLY, utc(2026, 3, 2, 9, 0))
            finally:
                connection.close()

    try:
        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(race, range(4))) == [0, 0, 0, 1]
    finally:
        with django_db_blocker.unblock(), on_platform():
            PeriodicRun.objects.filter(name=HOURLY.name).delete()
            from tests.fixtures_tasks import take

            for message in queued():
                take(message)
            connection.close()


def test_one_scheduler_ticks_and_its_death_frees_the_lock(sites):
    with ticker_lock() as first:
        assert first is not None
        with ticker_lock() as second:
            assert second is None
        first.close()  # as a kill does
        with ticker_lock() as third:
            assert third is not None


def test_the_ticker_ticks_until_it_is_stopped(sites, django_db_blocker, monkeypatch):
    stop = threading.Event()
    ticks: list[dt.datetime] = []

    def note(now: dt.datetime) -> int:
        ticks.append(now)
        stop.set()
        return 0

    monkeypatch.setattr(schedule, "tick", note)
    with django_db_blocker.unblock():
        schedule.run_forever(stop)
    assert len(ticks) == 1
