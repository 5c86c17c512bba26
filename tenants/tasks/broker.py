"""The queue: a table of our own database, written within Django's transactions.

dramatiq-postgres sends on connections of its own, so a message would outlive a rollback. Here the
sender's INSERT and NOTIFY run on Django's connection, under the sender's role; the queue table is
the outbox, and row-level security holds each sender to its own messages. Workers take messages on
a small pool of their own, under a role that sees the queue and no tenant's table.
"""

import json
import os
import threading
from typing import Any

import dramatiq
import psycopg
from django.db import connection, connections
from dramatiq.common import current_millis, dq_name
from dramatiq.message import Message
from dramatiq.middleware import CurrentMessage, Retries, ShutdownNotifications, TimeLimit
from dramatiq_postgres.broker import QUERIES, PostgresBroker
from psycopg.types.json import Json
from psycopg_pool import ConnectionPool

from tenants.backend.base import WORKER_ROLE
from tenants.tasks.middleware import STAMP, TenantMiddleware

# Consumed by the provisioner only, the one process that has DATABASE_ADMIN_URL.
PROVISIONING_QUEUE = "provisioning"

# Seconds. A message of a killed worker runs again 20 to 35 seconds after its last heartbeat.
HEARTBEAT_TTL = 20
HEARTBEAT_INTERVAL = 5
MAINTENANCE_INTERVAL = 10
# A wake-up is usually sent; this is for messages sent quietly or whose time has come.
POLL_INTERVAL = 1
# Messages that failed for good are kept this long, with their traceback.
KEEP_REJECTED = "30 days"

# Milliseconds. Tries again after about 5 s, 10 s, 20 s …, the last time after a quarter of an hour.
MAX_RETRIES = 8
MIN_BACKOFF = 5_000
MAX_BACKOFF = 3_600_000
TIME_LIMIT = 3_600_000

# One for each consumer of a queue, one that listens, the rest for acknowledgements.
_MOST_CONNECTIONS = 8
# Options of Django's that libpq does not know.
_NOT_FOR_LIBPQ = frozenset({"pool", "server_side_binding", "isolation_level", "assume_role"})


def connection_parameters() -> dict[str, Any]:
    """Return libpq's parameters of the application's login.

    Read from Django's settings at each call: tests and restores rename the database.
    """
    settings = connections.settings["default"]
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    parameters = {libpq: settings[ours] for ours, libpq in names.items() if settings.get(ours)}
    if settings.get("PORT"):
        parameters["port"] = settings["PORT"]
    options = settings.get("OPTIONS", {})
    return parameters | {key: value for key, value in options.items() if key not in _NOT_FOR_LIBPQ}


def _take_worker_role(conn: psycopg.Connection[Any]) -> None:
    # Not by `options=-c role=…`, which PgBouncer refuses.
    conn.execute(f"SET ROLE {WORKER_ROLE}")
    conn.commit()


class LazyPool:
    """The workers' connections, opened at first use in each process.

    A pool's threads do not survive a fork, and a child that used its parent's would hang.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ConnectionPool[psycopg.Connection[Any]] | None = None
        self._pid = 0

    def getconn(self) -> psycopg.Connection[Any]:
        """Lend a connection under the workers' role."""
        with self._lock:
            if self._pool is None or self._pid != os.getpid():
                self._pool = self._open()
                self._pid = os.getpid()
            pool = self._pool
        return pool.getconn()

    def putconn(self, conn: psycopg.Connection[Any]) -> None:
        """Take a connection back."""
        if self._pool is not None:
            self._pool.putconn(conn)

    def close(self) -> None:
        """Close the connections of this process; the next use opens them anew."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None and self._pid == os.getpid():
            pool.close()

    def _open(self) -> ConnectionPool[psycopg.Connection[Any]]:
        parameters = connection_parameters() | {
            "application_name": "qiaojia-worker",
            "keepalives": "1",
            "keepalives_idle": "5",
            "keepalives_interval": "2",
            "keepalives_count": "2",
            "tcp_user_timeout": "10000",
        }
        return ConnectionPool(
            kwargs=parameters,
            min_size=0,
            max_size=_MOST_CONNECTIONS,
            configure=_take_worker_role,
            check=ConnectionPool.check_connection,
            open=True,
        )


# The package has no types, hence the remarks to mypy.
class OutboxBroker(PostgresBroker):
    """Sends within Django's transaction; takes like the stock broker."""

    def __init__(self, **options: Any) -> None:
        self.lazy_pool = LazyPool()
        super().__init__(pool=self.lazy_pool, results=False, schema="dramatiq", **options)

    def enqueue(  # type: ignore[override]
        self, message: Message[Any], *, delay: int | None = None, notify: bool = True
    ) -> Message[Any]:
        """Put a message into the queue, ``delay`` milliseconds from now.

        A new message goes through Django's connection, inside its transaction if one is open,
        under the current schema's role. One that is stamped already was taken by this worker and
        is put back (a retry, or its time has come): that is done under the workers' role.

        ``notify=False`` leaves workers to find it within `POLL_INTERVAL`: each notification
        takes a lock of the whole database at commit, which fan-outs should not queue for.
        """
        if STAMP in message.options:
            put_back: Message[Any] = super().enqueue(message, delay=delay)
            return put_back
        self.emit_before("enqueue", message, delay)
        if delay:
            message = message.copy(
                queue_name=dq_name(message.queue_name),
                options={"eta": current_millis() + delay},
            )
        row: list[Any] = [
            message.queue_name,
            message.message_id,
            Json(json.loads(message.encode())),
            delay or 0,
        ]
        with connection.cursor() as cursor:
            cursor.execute(QUERIES.ENQUEUE if notify else QUERIES.ENQUEUE_QUIET, row)
        self.emit_after("enqueue", message, delay)
        return message

    def close(self) -> None:
        """Let go of the workers' connections."""
        super().close()
        self.lazy_pool.close()


_broker: OutboxBroker | None = None
_lock = threading.Lock()


def setup_broker() -> OutboxBroker:
    """Return the process's broker, made at the first call. Opens no connection."""
    global _broker
    with _lock:
        if _broker is None:
            _broker = OutboxBroker(
                middleware=[
                    TimeLimit(time_limit=TIME_LIMIT),
                    ShutdownNotifications(),
                    Retries(
                        max_retries=MAX_RETRIES, min_backoff=MIN_BACKOFF, max_backoff=MAX_BACKOFF
                    ),
                    CurrentMessage(),
                    TenantMiddleware(),
                ],
                heartbeat_ttl=HEARTBEAT_TTL,
                heartbeat_interval=HEARTBEAT_INTERVAL,
                maintenance_interval=MAINTENANCE_INTERVAL,
                poll_interval=POLL_INTERVAL,
                purge_maxage=KEEP_REJECTED,
            )
            dramatiq.set_broker(_broker)
    return _broker
