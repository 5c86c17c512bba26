"""Ways in: invitations, tokens for programs, and what guards them against guessing."""

import datetime as dt
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.users import User
from accounts.roles import Role
from common.fields import BlindIndexField
from common.ids import uuid7
from common.registry import Basis, PersonalData, Sensitivity


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Adjectives for invitations."""

    def open(self, now: dt.datetime) -> Self:
        """Keep those that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A link that makes one account with one role, once. Only the link's hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(_("role"), max_length=16, choices=Role)
    display_name = models.CharField(_("name"), max_length=60)
    # If given, only an account with this phone may be made of it.
    phone_index = BlindIndexField(null=True)
    # Whose account it becomes, when the site keeps the person (crm.people, no reference).
    person_key = models.UUIDField(null=True)
    # None: from whoever made the site.
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    personal_data = {
        "display_name": PersonalData(
            purpose="name the invited",
            basis=Basis.CONTRACT,
            retention="account",
            sensitivity=Sensitivity.S1,
        ),
        "phone_index": PersonalData(
            purpose="bind the link to its receiver",
            basis=Basis.CONTRACT,
            retention="account",
            sensitivity=Sensitivity.S2,
        ),
        "person_key": PersonalData(
            purpose="show members their own record",
            basis=Basis.CONTRACT,
            retention="account",
            sensitivity=Sensitivity.S1,
        ),
    }
    not_personal = frozenset({"token_hash", "role", "expires_at", "accepted_at", "revoked_at"})

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invited_role_is_known"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_accepted_or_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} for {self.display_name}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Adjectives for tokens."""

    def valid(self, now: dt.datetime) -> Self:
        """Keep those that open the interface now."""
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)


class ApiToken(models.Model):
    """A key with which a program acts for its owner, within a part of what the owner may do."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    # 256 random bits need no slow hash.
    token_hash = models.CharField(max_length=64, unique=True)
    # The first characters, by which people tell their tokens apart.
    prefix = models.CharField(max_length=12)
    permissions = ArrayField(
        models.CharField(max_length=40), verbose_name=pgettext_lazy("rights of a token", "may")
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    not_personal = frozenset(
        {
            "name",
            "token_hash",
            "prefix",
            "permissions",
            "expires_at",
            "last_used_at",
            "revoked_at",
        }
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="token_ends_after_it_began"
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"


class IdempotencyKey(models.Model):
    """A request that must have one effect however often it is sent, and its answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    key_hash = models.CharField(max_length=64)
    # Of method, path and body: the same key with another request is a mistake.
    request_hash = models.CharField(max_length=64)
    # None while the first request is being answered.
    status = models.PositiveSmallIntegerField(null=True)
    # Sealed: answers hold personal data.
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    personal_data = {
        "body": PersonalData(
            purpose="answer a repeated request alike",
            basis=Basis.CONTRACT,
            retention="one day",
            sensitivity=Sensitivity.S2,
        )
    }
    not_personal = frozenset({"key_hash", "request_hash", "status"})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key_hash"], name="idempotency_key_used_once")
        ]
        # tenants.idempotency forgets keys by age.
        indexes = [models.Index("created_at", name="idempotency_by_age")]

    def __str__(self) -> str:
        return str(self.id)


class SignInAttempt(models.Model):
    """How often a sign-in failed in a row, and until when the next must wait.

    For an account, for an account from one address, and for an account on a device it knows.
    A row is made for phones nobody has, too, so that it tells nothing.
    """

    key = models.BinaryField(primary_key=True, max_length=32)
    failures = models.PositiveIntegerField()
    blocked_until = models.DateTimeField()
    last_at = models.DateTimeField()

    not_personal = frozenset({"failures", "blocked_until", "last_at"})

    class Meta:
        # accounts.limits forgets rows by age.
        indexes = [models.Index("last_at", name="sign_in_attempt_by_age")]

    def __str__(self) -> str:
        return f"{self.failures} failures"
