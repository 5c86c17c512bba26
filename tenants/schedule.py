"""Periodic tasks: declared as data in each app's ``schedule.py``, sent by one ticker.

An app lists them as ``PERIODIC = [Periodic("app.verb_noun", daily_at="23:50"), …]``. Where a task
runs is said by its actor: on the platform, in every tenant, or in both. It gets one argument,
``due_at``, an ISO time.
"""

import datetime as dt
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import psycopg
import structlog
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from tenants.context import on_platform
from tenants.models import WORKING_STATES, PeriodicRun, Tenant, TenantState
from tenants.tasks import Reach, enqueue, enqueue_for
from tenants.tasks.actors import task_options
from tenants.tasks.broker import connection_parameters

TICK_SECONDS = 10
# How long a scheduler that is not the ticker waits before it asks again.
STANDBY_SECONDS = 5
# Tenants' tasks are spread over this time, so that a thousand do not begin in one second.
LONGEST_SPREAD = dt.timedelta(minutes=5)
KEEP_RUNS = dt.timedelta(days=30)

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

log = structlog.get_logger("schedule")


@dataclass(frozen=True)
class Periodic:
    """A task that is due again and again.

    Attributes:
        name: the task's name.
        daily_at: ``HH:MM`` on China's clock; or else
        every: the time between two runs, counted from midnight UTC on 1 January 1970.
    """

    name: str
    daily_at: str = ""
    every: dt.timedelta | None = None

    def __post_init__(self) -> None:
        if bool(self.daily_at) == bool(self.every):
            raise ValueError(f"{self.name} needs either daily_at or every.")
        if self.daily_at:
            dt.time.fromisoformat(self.daily_at)

    def last_due(self, now: dt.datetime) -> dt.datetime:
        """Return the latest time at or before ``now`` at which the task was due, in UTC.

        >>> every_hour = Periodic("a.b", every=dt.timedelta(hours=1))
        >>> every_hour.last_due(dt.datetime(2026, 3, 2, 9, 59, tzinfo=dt.UTC)).isoformat()
        '2026-03-02T09:00:00+00:00'
        """
        if self.every:
            return now.astimezone(dt.UTC) - (now - _EPOCH) % self.every
        # China has no summer time, so a day is always 24 hours long.
        zone = timezone.get_default_timezone()
        due = dt.datetime.combine(
            timezone.localdate(now, zone), dt.time.fromisoformat(self.daily_at), zone
        )
        if due > now:
            due -= dt.timedelta(days=1)
        return due.astimezone(dt.UTC)

    @property
    def spread(self) -> dt.timedelta:
        """Over how much time the tenants' tasks are spread."""
        return min(self.every / 10, LONGEST_SPREAD) if self.every else LONGEST_SPREAD


def declared() -> list[Periodic]:
    """Return what the installed apps declare, in their order."""
    found: list[Periodic] = []
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "schedule"):
            module = import_module(f"{app.name}.schedule")
            found += getattr(module, "PERIODIC", [])
    return found


def tick(now: dt.datetime) -> int:
    """Send every task that is due and was not sent; return the number of messages.

    On the platform. Missed times are caught up once: only the latest counts.
    """
    return sum(send_if_due(periodic, now) for periodic in declared())


@transaction.atomic
def send_if_due(periodic: Periodic, now: dt.datetime) -> int:
    """Send one task if its latest due time was not sent yet; return the number of messages.

    The messages and the row that remembers them are one transaction: a ticker that dies leaves
    neither, and of two that race one waits for the other's row and then does nothing.
    """
    due_at = periodic.last_due(now)
    _run, is_new = PeriodicRun.objects.get_or_create(
        name=periodic.name, due_at=due_at, defaults={"sent_at": now}
    )
    if not is_new:
        return 0
    PeriodicRun.objects.filter(name=periodic.name, due_at__lt=now - KEEP_RUNS).delete()
    sent = _send(periodic, due_at.isoformat())
    log.info("periodic task sent", task=periodic.name, due_at=due_at.isoformat(), messages=sent)
    return sent


def _send(periodic: Periodic, due_at: str) -> int:
    options = task_options(periodic.name)
    sent = 0
    if options["reach"] != Reach.TENANT:
        enqueue(periodic.name, due_at=due_at)
        sent += 1
    if options["reach"] != Reach.PLATFORM:
        states = set(WORKING_STATES)
        if options["while_suspended"]:
            states.add(TenantState.SUSPENDED)
        for tenant in Tenant.objects.filter(state__in=states):
            # Quietly: a notification for each tenant would queue for a lock at commit.
            delay = random.random() * periodic.spread  # noqa: S311  # no secret
            enqueue_for(tenant, periodic.name, delay=delay, notify=False, due_at=due_at)
            sent += 1
    return sent


def run_forever(stop: threading.Event | None = None) -> None:
    """Be the ticker, or stand by until the one that is ends. Returns when ``stop`` is set.

    Without ``stop``, SIGTERM and SIGINT end it.
    """
    if stop is None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        try:
            with ticker_lock() as lock:
                while lock is not None and not stop.is_set():
                    lock.execute("SELECT 1")  # raises when the session, and the lock, are gone
                    with on_platform():
                        tick(timezone.now())
                    connection.close()
                    stop.wait(TICK_SECONDS)
        except (DatabaseError, psycopg.Error) as exc:
            log.warning("the database does not answer", error=type(exc).__name__)
            connection.close()
        stop.wait(STANDBY_SECONDS)


@contextmanager
def ticker_lock() -> Iterator[psycopg.Connection[Any] | None]:
    """Give the block the session that holds the tickers' lock; None if another one holds it.

    A session of its own, because the lock lasts as long as the session does: a ticker that is
    killed frees it.
    """
    with psycopg.connect(**connection_parameters(), autocommit=True) as session:
        row = session.execute("SELECT pg_try_advisory_lock(hashtext('qiaojia ticker'))").fetchone()
        yield session if row and row[0] else None
