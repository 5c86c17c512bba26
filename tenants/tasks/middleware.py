"""Opens the sender's schema around every task, or keeps the task from running.

Errors here are dramatiq's `MiddlewareError` on purpose: it only logs other errors of a middleware,
and then goes on to send or run the task. Models are imported inside the methods, because the
broker is made before they are loaded.
"""

from enum import StrEnum
from typing import Any

import structlog
from dramatiq.broker import Broker
from dramatiq.middleware import Middleware, MiddlewareError, SkipMessage

from tenants.backend.base import PUBLIC
from tenants.backend.current import connection

# Message options. The database's row-level security reads the first two by these names
# (tenants.migrations): the schema the task runs in, and the schema it was sent from.
STAMP = "schema_name"
SENDER = "sender"
# Set by `enqueue_for`, turned into the stamp.
RECIPIENT = "recipient"
REQUEST_ID = "request_id"

# Milliseconds until a suspended site's task is looked at again. It does not count as a retry.
SUSPENDED_DELAY = 10 * 60 * 1000

log = structlog.get_logger("task")


class Reach(StrEnum):
    """Where a task may run."""

    TENANT = "tenant"
    PLATFORM = "platform"
    ANYWHERE = "anywhere"

    def covers(self, schema: str) -> bool:
        """Say whether a task of this reach may run in ``schema``."""
        return self == Reach.ANYWHERE or (self == Reach.PLATFORM) == (schema == PUBLIC)


class WrongSchemaError(MiddlewareError):
    """A task was sent from, or to, a schema it must not run in."""


class TenantLookupError(MiddlewareError):
    """The database could not say which tenant a task is for. The task is tried again."""


class TenantMiddleware(Middleware):
    """Stamps the schema on a message when it is sent, opens it around the task, leaves it after."""

    @property
    def actor_options(self) -> set[str]:
        """The options our decorators set."""
        return {"reach", "while_suspended"}

    def before_enqueue(self, broker: Broker, message: Any, delay: int | None) -> None:
        """Stamp the schema on the message, unless it is put back and carries the stamp already.

        Raises:
            WrongSchemaError: the task may not run in that schema, or a tenant sends to another.
        """
        options = message.options
        if STAMP in options:
            return
        sender = connection.schema_name
        schema = options.pop(RECIPIENT, sender)
        if sender not in {PUBLIC, schema}:
            raise WrongSchemaError(f"A task of {sender!r} was sent to {schema!r}.")
        if not may_run(broker, message, schema):
            raise WrongSchemaError(f"{message.actor_name} cannot run in schema {schema!r}.")
        options[STAMP] = schema
        options[SENDER] = sender
        if request_id := structlog.contextvars.get_contextvars().get("request_id"):
            options[REQUEST_ID] = request_id

    def before_process_message(self, broker: Broker, message: Any) -> None:
        """Enter the tenant, or keep the task from running.

        A message without a stamp, or with one that does not fit, is put aside as failed, with an
        alarm in the log. Tasks of suspended sites wait; those of archived or deleted ones end.

        Raises:
            SkipMessage: the task must not run now.
            TenantLookupError: the database gave no answer.
        """
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            task=message.actor_name,
            message_id=message.message_id,
            request_id=message.options.get(REQUEST_ID),
        )
        schema = message.options.get(STAMP)
        if not isinstance(schema, str) or not may_run(broker, message, schema):
            _put_aside(message, f"it is stamped {schema!r}")
        try:
            self._enter(broker, message, schema)
        except MiddlewareError:
            raise
        except Exception as exc:
            # Whatever it was: an error of another kind would let the task run.
            raise TenantLookupError(f"Schema {schema!r} cannot be entered.") from exc

    def after_process_message(self, broker: Broker, message: Any, **outcome: Any) -> None:
        """Leave the tenant, whatever the task did."""
        self._leave()

    def after_skip_message(self, broker: Broker, message: Any) -> None:
        """Leave the tenant in which no task ran."""
        self._leave()

    def _enter(self, broker: Broker, message: Any, schema: str) -> None:
        from tenants.models import Tenant, TenantState

        if schema == PUBLIC:
            connection.set_schema_to_public()
        else:
            connection.set_router()
            tenant = Tenant.objects.filter(schema_name=schema).first()
            if tenant is None or tenant.state in {TenantState.ARCHIVED, TenantState.DELETED}:
                log.warning("task skipped", schema=schema, state=tenant and tenant.state)
                raise SkipMessage(f"The site of {schema!r} is closed.")
            options = broker.get_actor(message.actor_name).options
            if tenant.state == TenantState.SUSPENDED and not options.get("while_suspended"):
                broker.enqueue(message, delay=SUSPENDED_DELAY)
                raise SkipMessage(f"The site of {schema!r} is suspended; the task waits.")
            connection.set_tenant(tenant)
            structlog.contextvars.bind_contextvars(tenant=tenant.code)
        _check_marker(message, schema)

    def _leave(self) -> None:
        structlog.contextvars.clear_contextvars()
        connection.set_schema_to_public()
        # Back to the pool. In tests the task runs inside the test's transaction.
        if not connection.in_atomic_block:
            connection.close()


def may_run(broker: Broker, message: Any, schema: str) -> bool:
    """Say whether the message's task may run in ``schema``; not if our decorators never saw it."""
    actor = broker.actors.get(message.actor_name)
    reach = actor.options.get("reach") if actor else None
    return isinstance(reach, Reach) and reach.covers(schema)


def _check_marker(message: Any, schema: str) -> None:
    """Ask the schema for its own name: the last proof that the right one is open."""
    from accounts.models import SchemaMarker

    marked = list(SchemaMarker.objects.values_list("schema_name", flat=True))
    if marked != [schema]:
        _put_aside(message, f"it is stamped {schema!r} and the open schema is {marked!r}")


def _put_aside(message: Any, why: str) -> None:
    message.fail()
    log.critical("task put aside", why=why)
    raise SkipMessage(f"Message {message.message_id} was put aside: {why}.")
