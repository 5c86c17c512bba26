"""What must follow when allauth signs somebody in or changes a second factor."""

import datetime as dt
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.models.users import new_seed
from accounts.services import refresh_second_factor
from accounts.session_rules import begin
from audit.services import record


@receiver(user_logged_in, dispatch_uid="accounts.note_sign_in")
def note_sign_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Begin the session's clocks and put the sign-in on record."""
    now = timezone.now()
    begin(request.session, now=now)
    _record("account.sign_in", user, now)


@receiver(user_logged_out, dispatch_uid="accounts.note_sign_out")
def note_sign_out(user: User | None, **_kwargs: Any) -> None:
    """Put the sign-out on record."""
    if user is not None:
        _record("account.sign_out", user, timezone.now())


@receiver(post_save, sender=Authenticator, dispatch_uid="accounts.factor_saved")
@receiver(post_delete, sender=Authenticator, dispatch_uid="accounts.factor_deleted")
def follow_factors(instance: Authenticator, created: bool = True, **_kwargs: Any) -> None:
    """Keep ``User.second_factor_at`` true, whoever adds or removes a factor."""
    user = User.objects.filter(pk=instance.user_id).first()
    if created and user is not None:
        refresh_second_factor(user=user)


@receiver(authenticator_added, dispatch_uid="accounts.factor_added")
def note_factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any
) -> None:
    """Let the session that proved the new factor go on under a new key, and end all others."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        user.session_seed = new_seed()
        user.save(update_fields=["session_seed"])
        update_session_auth_hash(request, user)
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True
        )
        UserSession.objects.create_from_request(request)
    _record("account.add_factor", user, timezone.now(), kind=authenticator.type)


@receiver(authenticator_removed, dispatch_uid="accounts.factor_removed")
def note_factor_removed(user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    """Put it on record."""
    _record("account.remove_factor", user, timezone.now(), kind=authenticator.type)


@receiver(authenticator_reset, dispatch_uid="accounts.codes_renewed")
def note_codes_renewed(user: User, **_kwargs: Any) -> None:
    """Put it on record."""
    _record("account.renew_recovery_codes", user, timezone.now())


def _record(action: str, user: User, now: dt.datetime, **detail: str) -> None:
    record(
        action=action,
        by=user,
        object_type="accounts.user",
        object_key=user.pk,
        detail=detail,
        now=now,
    )
