"""Tenants and their hosts. All tables here live in the public schema."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from common.ids import uuid7


class TenantKind(models.TextChoices):
    """Where a 侨之家 stands (guideline 2016, part three)."""

    COMMUNITY = "community", _("residential community")
    PARK = "park", _("business park")
    CAMPUS = "campus", _("campus")
    FARM = "farm", _("overseas-Chinese farm")


class TenantState(models.TextChoices):
    """What may happen on a tenant's host.

    Only a working site takes writes: one on trial, which says so on its pages, or an active one.
    A suspended one shows itself read-only with a banner; an archived one answers with a notice. A
    deleted one keeps its row, as the proof of deletion.
    """

    TRIAL = "trial", _("trial")
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    ARCHIVED = "archived", _("archived")
    DELETED = "deleted", _("deleted")


WORKING_STATES = frozenset({TenantState.TRIAL, TenantState.ACTIVE})


class Tenant(TenantMixin):
    """One 侨之家 with a schema, a database role and a data key of its own.

    The schema's name is opaque and never changes; the code is what people type and see.
    """

    # Provisioning makes and drops schemas; saving or deleting a row never does.
    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    schema_name = models.CharField(max_length=63, unique=True)
    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=TenantKind)
    region_code = models.CharField(_("region"), max_length=6)
    # What the public page shows.
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=TenantState, default=TenantState.ACTIVE
    )
    state_reason = models.CharField(max_length=200, blank=True)
    state_changed_at = models.DateTimeField()
    created_at = models.DateTimeField()
    # When its trial ended; a suspended site goes back to where it came from.
    activated_at = models.DateTimeField(null=True)
    # The migrations its tables have: `tenants.template.migrations_fingerprint` when it was made or
    # last migrated.
    template_fingerprint = models.CharField(max_length=64, blank=True)
    # The first sites to take a migration; see tenants.migrating.
    is_canary = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(schema_name__regex=r"^t_[a-z0-9]{8,24}$"),
                name="tenant_schema_name_is_opaque",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$"),
                name="tenant_code_fits_a_host_name",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TenantKind.values), name="tenant_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=TenantState.values), name="tenant_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=TenantState.ACTIVE) | Q(activated_at__isnull=False),
                name="active_tenant_was_activated",
            ),
            models.CheckConstraint(
                condition=~Q(state=TenantState.TRIAL) | Q(activated_at__isnull=True),
                name="tenant_on_trial_is_not_activated",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host name that leads to one tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(domain__regex=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
                name="domain_is_a_lower_case_host_name",
            )
        ]


class SchemaTemplate(models.Model):
    """The statements that make an empty tenant schema, for one state of the migrations."""

    fingerprint = models.CharField(primary_key=True, max_length=64)
    statements = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.fingerprint


class MigrationResult(models.Model):
    """How the last migration of one tenant went. Kept for the directory and for resuming."""

    schema_name = models.CharField(primary_key=True, max_length=63)
    last_migration = models.CharField(max_length=300)
    error = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.schema_name}: {self.error or self.last_migration}"


class PeriodicRun(models.Model):
    """A due time of a periodic task that was sent; the row is what makes it happen once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "due_at"], name="periodic_task_is_sent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.due_at:%Y-%m-%d %H:%M}"


class DeletionOrder(models.Model):
    """The order of one account to delete a site, waiting for another's consent and its time.

    Until ``wait_until`` it can be withdrawn. The row outlives the site: its certificate says
    what was erased, and nothing of what stood in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="deletion_orders")
    reason = models.CharField(_("reason"), max_length=200)
    # DO_NOTHING leaves the refusal to the database: with PROTECT, deleting an account inside a
    # tenant would make Django look into this table, which a tenant's role may not.
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    ordered_at = models.DateTimeField()
    wait_until = models.DateTimeField(_("not before"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    executed_at = models.DateTimeField(null=True)
    # See `lifecycle.execute_deletion`.
    certificate = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_deletion_order",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("ordered_by")), name="deletion_takes_two_people"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="deletion_approved_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="deletion_withdrawn_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Q(executed_at__isnull=True)
                | Q(
                    approved_at__isnull=False,
                    withdrawn_at__isnull=True,
                    executed_at__gte=F("wait_until"),
                ),
                name="deletion_executed_when_approved_and_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} {self.ordered_at:%Y-%m-%d}"


class Handover(models.Model):
    """A platform account on its way to one site, for seconds. Only the token's hash is kept.

    Redeemed at the site by `redeem_handover` (tenants.migrations), never read there. No reference
    to the account: it lives in another schema than whoever reads the row's outcome.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+")
    account_key = models.UUIDField()
    account_name = models.CharField(max_length=60)
    # See `tenants.handover`.
    scope = models.CharField(max_length=80)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    expires_at__gt=F("issued_at"),
                    expires_at__lte=F("issued_at") + dt.timedelta(minutes=1),
                ),
                name="handover_lasts_a_minute_at_most",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_name} {self.scope} {self.issued_at:%Y-%m-%d %H:%M}"
