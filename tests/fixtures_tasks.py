"""Tasks in tests: sent into the test's transaction, run in the test's process."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection
from django_tenants.postgresql_backend.base import FakeTenant
from dramatiq.broker import MessageProxy
from dramatiq.message import Message
from dramatiq.middleware import SkipMessage
from dramatiq_postgres.broker import QUERIES, PostgresBroker
from dramatiq_postgres.utils import tidy4json
from psycopg.types.json import Json

from tenants.backend.base import PUBLIC, WORKER_ROLE
from tenants.context import inside, on_platform
from tenants.tasks import setup_broker

WorkOff = Callable[[], AbstractContextManager[None]]


@contextmanager
def as_worker() -> Iterator[None]:
    """Run the block under the role of the queue's workers."""
    worker = FakeTenant(schema_name=PUBLIC)
    worker.role_name = WORKER_ROLE
    with inside(worker):
        yield


def queued() -> list[Message[Any]]:
    """Return what waits in the queue, in order; delayed messages too."""
    with as_worker(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT message::text FROM dramatiq.queue WHERE state = 'queued' ORDER BY position"
        )
        return [Message.decode(text.encode()) for (text,) in cursor.fetchall()]


def take(message: Message[Any]) -> None:
    """Remove a message from the queue."""
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM dramatiq.queue WHERE message_id = %s", [message.message_id])


def run(message: Message[Any]) -> MessageProxy:
    """Run one message through the real middleware; the task's error is raised here."""
    broker = setup_broker()
    proxy = MessageProxy(message)
    before = connection.tenant
    try:
        try:
            broker.emit_before("process_message", proxy)
            broker.get_actor(message.actor_name)(*message.args, **message.kwargs)
        except SkipMessage:
            broker.emit_after("skip_message", proxy)
        except BaseException as exc:
            broker.emit_after("process_message", proxy, exception=exc)
            raise
        else:
            broker.emit_after("process_message", proxy, result=None)
    finally:
        connection.set_tenant(before)
    return proxy


@pytest.fixture
def put_back_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have messages that are put back go into the test's transaction, not to the workers' pool."""

    def enqueue(
        broker: PostgresBroker, message: Message[Any], *, delay: int | None = None
    ) -> Message[Any]:
        text = Json(tidy4json(message))
        with as_worker(), connection.cursor() as cursor:
            cursor.execute(
                QUERIES.ENQUEUE_QUIET, [message.queue_name, message.message_id, text, delay or 0]
            )
        return message

    monkeypatch.setattr(PostgresBroker, "enqueue", enqueue)


@pytest.fixture
def work_off(db: None, put_back_here: None) -> WorkOff:
    """Give ``with work_off():``, at whose end everything that was sent has run.

    Tasks that were put back (retries, suspended sites) are left in the queue. The error of a
    task is raised at the end of the block.
    """

    @contextmanager
    def work() -> Iterator[None]:
        yield
        seen: set[str] = set()
        while waiting := [found for found in queued() if found.message_id not in seen]:
            for message in waiting:
                seen.add(message.message_id)
                take(message)
                run(message)

    return work


@pytest.fixture
def platform(db: None) -> Iterator[None]:
    """Run the test in the public schema."""
    with on_platform():
        yield
