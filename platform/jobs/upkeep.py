"""What each schema has to throw away now and then."""

import datetime as dt

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection

from accounts.models import CacheEntry


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
