"""Declaring tasks and sending them by name."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

import dramatiq
from django.db import connection
from django.utils.module_loading import autodiscover_modules
from dramatiq.middleware import CurrentMessage

from common.errors import DomainError
from tenants.context import HasSchema
from tenants.tasks.broker import MAX_RETRIES, setup_broker
from tenants.tasks.middleware import RECIPIENT, Reach

Task = TypeVar("Task", bound=Callable[..., None])

# Room for a few keys in one string; names and texts of people do not belong into the queue.
_LONGEST_TEXT = 200


class UnknownTaskError(LookupError):
    """No app declares a task of that name."""


def tenant_actor(
    name: str, *, while_suspended: bool = False, **options: Any
) -> Callable[[Task], Task]:
    """Declare a task that runs inside the tenant that sent it.

    ``name`` is ``app.verb_noun``. ``while_suspended`` lets it run on suspended sites too, for
    upkeep. Other options are dramatiq's: ``queue_name``, ``max_retries``, ``time_limit`` (in
    milliseconds) … A `DomainError` is an answer: the task is not tried again.
    """
    return _actor(name, Reach.TENANT, while_suspended=while_suspended, **options)


def platform_actor(name: str, **options: Any) -> Callable[[Task], Task]:
    """Declare a task that runs on the platform, in the public schema. See `tenant_actor`."""
    return _actor(name, Reach.PLATFORM, **options)


def any_schema_actor(
    name: str, *, while_suspended: bool = False, **options: Any
) -> Callable[[Task], Task]:
    """Declare upkeep that each schema needs, the platform's as well. See `tenant_actor`."""
    return _actor(name, Reach.ANYWHERE, while_suspended=while_suspended, **options)


def _actor(name: str, reach: Reach, **options: Any) -> Callable[[Task], Task]:
    def declare(task: Task) -> Task:
        dramatiq.actor(
            actor_name=name, broker=setup_broker(), reach=reach, throws=DomainError, **options
        )(task)
        # The plain function stays callable; sending goes by name only.
        return task

    return declare


def enqueue(name: str, /, *, delay: dt.timedelta | None = None, **ids: str | int | None) -> UUID:
    """Send the task ``name`` in the current schema; return the message's key.

    Inside a transaction the message is sent by its commit.

    Raises:
        UnknownTaskError: no app declares the task.
        TypeError: an argument is neither a number nor a short ASCII string.
        WrongSchemaError: the task may not run in the current schema.
    """
    return _send(name, ids, delay=delay)


def enqueue_for(
    tenant: HasSchema,
    name: str,
    /,
    *,
    delay: dt.timedelta | None = None,
    notify: bool = True,
    **ids: str | int | None,
) -> UUID:
    """Send the task ``name`` from the platform into ``tenant``; otherwise like `enqueue`.

    Raises:
        WrongSchemaError: the code runs inside another tenant.
    """
    return _send(name, ids, delay=delay, notify=notify, options={RECIPIENT: tenant.schema_name})


def task_options(name: str) -> dict[str, Any]:
    """Return what the declaration of the task ``name`` says.

    Raises:
        UnknownTaskError: no app declares the task.
    """
    return _find(name).options


def is_last_attempt() -> bool:
    """Say whether the task that runs now will not be tried again if it raises.

    Outside a worker that is so.
    """
    message = CurrentMessage.get_current_message()
    if message is None:
        return True
    limit = _find(message.actor_name).options.get("max_retries", MAX_RETRIES)
    tried: int = message.options.get("retries", 0)
    return limit is not None and tried >= limit


def waiting_messages(keys: Iterable[UUID]) -> set[UUID]:
    """Return which of the messages of the current schema still wait or run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id FROM dramatiq.queue"
            " WHERE message_id = ANY(%s) AND state IN ('queued', 'consumed')",
            [list(keys)],
        )
        return {key for (key,) in cursor.fetchall()}


def _send(
    name: str,
    ids: dict[str, str | int | None],
    *,
    delay: dt.timedelta | None = None,
    notify: bool = True,
    options: dict[str, Any] | None = None,
) -> UUID:
    for argument, value in ids.items():
        _check_argument(argument, value)
    message = _find(name).message_with_options(kwargs=dict(ids), **(options or {}))
    milliseconds = int(delay.total_seconds() * 1000) if delay else None
    setup_broker().enqueue(message, delay=milliseconds, notify=notify)
    return UUID(message.message_id)


def _find(name: str) -> dramatiq.Actor[Any, None]:
    broker = setup_broker()
    if name not in broker.actors:
        # A web process learns the tasks when it first sends one.
        autodiscover_modules("tasks")
    if name not in broker.actors:
        raise UnknownTaskError(f"No app declares the task {name!r}.")
    return broker.get_actor(name)


def _check_argument(name: str, value: object) -> None:
    """Refuse what is no key, number or ISO date: messages lie outside the tenant's wall."""
    if value is None or isinstance(value, int):
        return
    if isinstance(value, str) and value.isascii() and len(value) <= _LONGEST_TEXT:
        return
    raise TypeError(
        f"{name}={type(value).__name__} cannot be sent. Tasks take keys, numbers and ISO dates as"
        f" ASCII strings of at most {_LONGEST_TEXT} characters; load the rest by its key."
    )
