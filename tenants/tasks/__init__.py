"""Work that happens later, in the tenant that asked for it.

``@tenant_actor("app.verb_noun")`` declares a task, ``enqueue("app.verb_noun", thing_id=…)`` sends
it: within the open transaction, so that a rollback takes the message with it. Every task may run
twice. Nothing here imports a model, since the broker is made before models are loaded.
"""

from tenants.tasks.actors import (
    UnknownTaskError,
    any_schema_actor,
    enqueue,
    enqueue_for,
    is_last_attempt,
    platform_actor,
    tenant_actor,
    waiting_messages,
)
from tenants.tasks.broker import PROVISIONING_QUEUE, setup_broker
from tenants.tasks.middleware import Reach, TenantLookupError, WrongSchemaError

__all__ = [
    "PROVISIONING_QUEUE",
    "Reach",
    "TenantLookupError",
    "UnknownTaskError",
    "WrongSchemaError",
    "any_schema_actor",
    "enqueue",
    "enqueue_for",
    "is_last_attempt",
    "platform_actor",
    "setup_broker",
    "tenant_actor",
    "waiting_messages",
]
