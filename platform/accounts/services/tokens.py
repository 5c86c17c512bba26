"""Tokens with which programs act for an account."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from accounts.errors import TokenScopeError
from accounts.models import ApiToken, User
from accounts.secrets import hashed, new_secret
from audit.services import record

# Begins every token, so that scanners of leaked text know one when they see it.
TOKEN_PREFIX = "qj_"  # noqa: S105
_SHOWN = 8
_NOTED_EVERY = dt.timedelta(minutes=1)


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str,
    permissions: Collection[str],
    held: Collection[str],
    days: int,
    now: dt.datetime,
) -> tuple[ApiToken, str]:
    """Make a token; return it and its secret, which is never shown again.

    Args:
        user: the owner.
        name: what the owner calls it.
        permissions: what it may do.
        held: what the owner may do; nothing else can be handed on.
        days: how long it is valid.
        now: the time.

    Raises:
        TokenScopeError: ``permissions`` is empty or more than ``held``.
    """
    if not permissions or not set(permissions) <= set(held):
        raise TokenScopeError
    secret = TOKEN_PREFIX + new_secret()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        token_hash=hashed(secret),
        prefix=secret[:_SHOWN],
        permissions=sorted(permissions),
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    _record("token.create", token, now)
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, now: dt.datetime) -> None:
    """End a token at once. Repeatable."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        _record("token.revoke", token, now)


def mark_token_used(*, token: ApiToken, now: dt.datetime) -> None:
    """Note when the token was last used, at most once a minute."""
    if token.last_used_at is None or now - token.last_used_at > _NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _record(action: str, token: ApiToken, now: dt.datetime) -> None:
    record(
        action=action,
        by=token.user,
        object_type="accounts.apitoken",
        object_key=token.pk,
        now=now,
    )
