"""Figures about the program for Prometheus: no people, no label for a tenant or an account."""

import datetime as dt

from prometheus_client import Counter, Histogram

from audit.models import AuditEntry
from tenants.backend.base import WORKER_ROLE
from tenants.backend.current import connection
from tenants.models import Tenant
from tenants.walls import BREACH_ACTION

REQUESTS = Counter("qiaojia_requests_total", "Requests answered.", ["route", "method", "status"])
DURATION = Histogram(
    "qiaojia_request_seconds",
    "Time to answer a request.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
# Made-up methods must not make new time series.
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def observe(*, route: str | None, method: str | None, status: int, seconds: float) -> None:
    """Count one request. The route comes from the URL table, so it takes few values."""
    name = route if route is not None else "(none)"
    verb = method if method in _METHODS else "other"
    REQUESTS.labels(name, verb, f"{status // 100}xx").inc()
    DURATION.labels(name).observe(seconds)


def queue_depth() -> dict[tuple[str, str], int]:
    """Return how many messages stand in each queue and state."""
    # Only the worker's role sees every tenant's messages, and it sees no tenant's tables.
    connection.enter_public_as(WORKER_ROLE)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT queue_name, state::text, count(*) FROM dramatiq.queue GROUP BY 1, 2"
            )
            return {(queue, state): count for queue, state, count in cursor.fetchall()}
    finally:
        connection.set_schema_to_public()


def wall_breaches(now: dt.datetime) -> int:
    """Return how often the nightly canary got through a wall between sites in the last two days."""
    since = now - dt.timedelta(days=2)
    return AuditEntry.objects.filter(action=BREACH_ACTION, at__gte=since).count()


def sites_by_state() -> dict[str, int]:
    """Return how many sites are in each state."""
    counts: dict[str, int] = {}
    for state in Tenant.objects.values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    return counts
