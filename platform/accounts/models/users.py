"""People who can sign in here, and the roles they hold."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.roles import STAFF_ROLES, Role
from common.fields import BlindIndexField, EncryptedTextField
from common.ids import uuid7
from common.keys import current_schema
from common.masking import mask_phone
from common.registry import Basis, PersonalData, Sensitivity


def new_seed() -> str:
    """Return what makes every session of an account void when it changes."""
    return secrets.token_hex(8)


class UserManager(BaseUserManager["User"]):
    """Finds accounts; `accounts.services` makes them."""


class ElderMode(models.TextChoices):
    """Size of type and targets (MIIT design rule for elders, 2021)."""

    STANDARD = "standard", _("standard")
    ELDER = "elder", _("large type")
    EXTRA = "extra", _("extra large type")


class Theme(models.TextChoices):
    """Light or dark."""

    AUTO = "auto", _("as the device")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class User(AbstractBaseUser):
    """Somebody who can sign in here, by phone and password, code or passkey.

    A person active at two sites has two accounts; neither site learns of the other.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # E.164. Found by its keyed index only.
    phone = EncryptedTextField(_("phone"), mask=mask_phone, null=True)
    phone_index = BlindIndexField(unique=True, null=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    display_name = models.CharField(_("name"), max_length=60)
    # The person this account belongs to, when the site keeps one (crm.people, no reference).
    person_key = models.UUIDField(null=True, blank=True, unique=True)
    # The platform's account that this visitor is (tenants.handover, no reference). Such an account
    # has neither phone nor password and comes in through a support window only.
    external_key = models.UUIDField(null=True, editable=False, unique=True)
    elder_mode = models.CharField(max_length=8, choices=ElderMode, default=ElderMode.STANDARD)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.AUTO)
    language = models.CharField(max_length=8, default="zh-hans")
    is_active = models.BooleanField(default=True)
    # Part of every session's proof: a new seed ends all sessions of the account.
    session_seed = models.CharField(max_length=16, default=new_seed, editable=False)
    # Since when signing in takes a second factor; kept by accounts.services.
    second_factor_at = models.DateTimeField(null=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    # Django wants a unique field here; people never see it (accounts.backends finds by phone).
    USERNAME_FIELD = "phone_index"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    personal_data = {
        "phone": PersonalData(
            purpose="sign in, messages",
            basis=Basis.CONTRACT,
            retention="account",
            sensitivity=Sensitivity.S2,
        ),
        "phone_index": PersonalData(
            purpose="sign in",
            basis=Basis.CONTRACT,
            retention="account",
            sensitivity=Sensitivity.S2,
        ),
        "display_name": PersonalData(
            purpose="show who acted",
            basis=Basis.CONTRACT,
            retention="account",
            sensitivity=Sensitivity.S1,
        ),
        "person_key": PersonalData(
            purpose="show members their own record",
            basis=Basis.CONTRACT,
            retention="account",
            sensitivity=Sensitivity.S1,
        ),
    }
    not_personal = frozenset(
        {
            "password",
            "last_login",
            "phone_verified_at",
            "elder_mode",
            "theme",
            "language",
            "is_active",
            "session_seed",
            "external_key",
            "second_factor_at",
            "last_seen_at",
        }
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index__isnull=True)
                | Q(phone__isnull=False, phone_index__isnull=False),
                name="phone_and_its_index_together",
            ),
            models.CheckConstraint(
                condition=Q(elder_mode__in=ElderMode.values), name="elder_mode_is_known"
            ),
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="theme_is_known"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_staff_here(self) -> bool:
        """Whether a role held now needs a second factor and ends idle sessions sooner."""
        return not STAFF_ROLES.isdisjoint(self.current_roles())

    def has_second_factor(self) -> bool:
        """Say whether signing in takes more than a password or code."""
        return self.second_factor_at is not None

    def current_roles(self) -> frozenset[Role]:
        """Return the roles held now. Costs a query the first time, unless prefetched."""
        return frozenset(
            Role(grant.role) for grant in self.role_grants.all() if grant.ended_at is None
        )

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind a session to the schema too: the same key and password elsewhere is nobody."""
        parts = f"{current_schema()}|{self.session_seed}|{self.password}"
        return salted_hmac(
            "accounts.User.session", parts, secret=secret, algorithm="sha256"
        ).hexdigest()


class RoleGrant(models.Model):
    """A role held from one time to another. Ending keeps the row, for the record."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=16, choices=Role)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)

    not_personal = frozenset({"role", "granted_at", "ended_at"})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ended_at__isnull=True),
                name="one_current_grant_of_a_role",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_is_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("granted_at")),
                name="role_ends_after_it_was_granted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.user_id}"
