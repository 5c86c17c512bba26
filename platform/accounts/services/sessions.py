"""Sessions of an account, and whether they need a second factor."""

import datetime as dt

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from accounts.models import User
from accounts.models.users import new_seed


def mark_seen(*, user: User, session_key: str, now: dt.datetime) -> None:
    """Note that the holder is at work; called at most once a minute for each session."""
    User.objects.filter(pk=user.pk).update(last_seen_at=now)
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=now)


def end_sessions(*, user: User) -> None:
    """End every session of the account: the seed voids them, their rows go too."""
    user.session_seed = new_seed()
    user.save(update_fields=["session_seed"])
    sessions = UserSession.objects.filter(user=user)
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    sessions.delete()


def refresh_second_factor(*, user: User) -> None:
    """Write down since when signing in takes a second factor.

    A member's passkey is a shortcut and no second factor: it works on one host and one device,
    and must never lock its owner out. Staff have recovery codes and each other.
    """
    types = [Authenticator.Type.TOTP]
    if user.is_staff_here:
        types.append(Authenticator.Type.WEBAUTHN)
    first = Authenticator.objects.filter(user=user, type__in=types).order_by("created_at").first()
    user.second_factor_at = first.created_at if first else None
    User.objects.filter(pk=user.pk).update(second_factor_at=user.second_factor_at)
