"""What each schema has to throw away now and then."""

import datetime as dt

import structlog
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection

from accounts.models import CacheEntry
from audit.services import record
from tenants.context import current_schema, on_platform
from tenants.walls import BREACH_ACTION, find_breaches, neighbour_of

log = structlog.get_logger("walls")


def clear_sessions(*, now: dt.datetime) -> int:
    """Delete the current schema's expired sessions and cached values; return how many rows.

    Both live in the database; nothing else removes a session whose owner never came back.
    """
    sessions, _by_model = Session.objects.filter(expire_date__lt=now).delete()
    live = Session.objects.values("session_key")
    listed, _by_model = UserSession.objects.exclude(session_key__in=live).delete()
    cached, _by_model = CacheEntry.objects.filter(expires__lt=now).delete()
    return sessions + listed + cached


def forget_hits() -> None:
    """Delete the rate counters whose time is over. On the platform only."""
    with connection.cursor() as cursor:
        # The table is nobody's: see tenants.migrations.
        cursor.execute("SELECT public.forget_hits()")


def try_walls(*, now: dt.datetime) -> list[str]:
    """Try, as the current site, to reach beyond its wall; return what succeeded.

    Each success is an error in the log and an entry in the platform's audit, which the metrics
    count. The entry is the platform's: whoever broke in here could have written this site's.
    """
    schema = current_schema()
    other = neighbour_of(schema)
    breaches = find_breaches(other) if other else []
    for breach in breaches:
        log.error("a wall between sites is open", schema=schema, attempt=breach)
    with on_platform():
        for breach in breaches:
            record(
                action=BREACH_ACTION,
                object_type="tenants.tenant",
                object_key=schema,
                detail={"attempt": breach},
                now=now,
            )
    return breaches
