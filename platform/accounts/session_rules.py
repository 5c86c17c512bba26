"""How long a session lives, whose it is, and whether it has passed the second factor."""

import datetime as dt
from enum import StrEnum

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import SupportWindow, User
from common.keys import current_schema

STAFF_IDLE = 15 * 60
MEMBER_IDLE = 30 * 60
LONGEST = 12 * 60 * 60
FRESH = 10 * 60
# Seconds between two notes that somebody is at work.
TOUCH_EVERY = 60

_SCHEMA = "schema"
_BEGAN = "began"
_SEEN = "seen"
_WINDOW = "support_window"


class Verdict(StrEnum):
    """What becomes of a session."""

    GOOD = "good"
    FOREIGN = "foreign"
    IDLE = "idle"
    OLD = "old"


def begin(session: SessionBase, *, now: dt.datetime) -> None:
    """Note whose the session is and when it began."""
    session[_SCHEMA] = current_schema()
    session[_BEGAN] = session[_SEEN] = int(now.timestamp())


def idle_limit(user: User) -> int:
    """Return how many seconds an untouched session of ``user`` lives."""
    return STAFF_IDLE if user.is_staff_here else MEMBER_IDLE


def judge(session: SessionBase, *, idle: int, now: dt.datetime) -> Verdict:
    """Say whether a signed-in session may go on; ``idle`` is in seconds."""
    if session.get(_SCHEMA) != current_schema():
        return Verdict.FOREIGN
    moment = now.timestamp()
    if moment - session[_BEGAN] > LONGEST:
        return Verdict.OLD
    if moment - session[_SEEN] > idle:
        return Verdict.IDLE
    return Verdict.GOOD


def is_fresh(session: SessionBase, *, now: dt.datetime) -> bool:
    """Say whether the holder signed in so recently that asking again would prove nothing."""
    began: int = session.get(_BEGAN, 0)
    return now.timestamp() - began < FRESH


def is_due(session: SessionBase, *, now: dt.datetime) -> bool:
    """Say whether it is time to note again that somebody is at work, and note it if so."""
    if now.timestamp() - session[_SEEN] < TOUCH_EVERY:
        return False
    session[_SEEN] = int(now.timestamp())
    return True


def bind_to_window(session: SessionBase, window: SupportWindow) -> None:
    """Let a visitor's session live as long as the window it came in by."""
    session[_WINDOW] = str(window.pk)


def is_window_open(session: SessionBase, *, now: dt.datetime) -> bool:
    """Say whether the window is open by which a visitor's session came in. One query."""
    window = session.get(_WINDOW)
    return window is not None and SupportWindow.objects.open(now).filter(pk=window).exists()


def has_passed_factor(request: HttpRequest, user: User) -> bool:
    """Say whether this session has proved a second factor, at sign-in or since."""
    return any(entry["method"] == "mfa" for entry in get_authentication_records(request, user))
