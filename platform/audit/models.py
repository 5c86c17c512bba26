"""The audit chain of one schema, and the network's record of where each chain stood.

Rows are written by `audit.services` only, and never changed: no database role that serves people
may update or delete them (security D2).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from common.registry import Basis, PersonalData, Sensitivity


def _statutory(purpose: str) -> PersonalData:
    # 网络安全法 Art. 21: keep records of what happens; 个人信息保护法 Art. 51, 54: be checkable.
    return PersonalData(
        purpose=purpose,
        basis=Basis.STATUTORY_DUTY,
        retention="audit",
        sensitivity=Sensitivity.S1,
    )


class Outcome(models.TextChoices):
    """Whether what was tried was done."""

    OK = "ok", _("done")
    REFUSED = "refused", _("refused")


class AuditEntry(models.Model):
    """One thing that somebody did or was refused, chained to the one before it.

    Holds no value of class S2 or S3 in clear: ``fields`` names what was shown or changed, and
    ``detail`` may hold keyed hashes of values (`audit.services.hashed_changes`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # 1, 2, 3 … without a gap, so that a missing row shows.
    seq = models.BigIntegerField(unique=True)
    at = models.DateTimeField(_("time"))
    # Empty for what nobody signed in did: a periodic job, or a guest.
    actor_key = models.UUIDField(null=True)
    # As it was then: accounts are renamed and removed, history is not.
    actor_name = models.CharField(_("who"), max_length=60, blank=True)
    actor_role = models.CharField(_("role"), max_length=200, blank=True)
    # The network (/24, /48), not the device: a row cannot be shortened later without breaking
    # the chain, and whole addresses may be kept for months only.
    ip = models.CharField(max_length=49, blank=True)
    action = models.CharField(_("action"), max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_key = models.CharField(max_length=200, blank=True)
    # Whose data it was about (crm.people, no reference).
    person_key = models.UUIDField(null=True)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    reason = models.TextField(_("reason"), blank=True)
    detail = models.JSONField(default=dict)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.OK)
    # Until then an investigation would suffer if the person read of it (requirements K5).
    hidden_until = models.DateTimeField(null=True)
    # Which of the schema's keys `mac` was made with.
    key_id = models.PositiveSmallIntegerField()
    # The `mac` of the row before, and the keyed hash of this row (audit.chain).
    prev = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=32)

    personal_data = {
        "actor_key": _statutory("who acted"),
        "actor_name": _statutory("who acted"),
        "ip": _statutory("from which network"),
        "person_key": _statutory("show people who looked at their data"),
        "reason": _statutory("why data was shown"),
    }
    not_personal = frozenset(
        {
            "seq",
            "at",
            "actor_role",
            "action",
            "object_type",
            "object_key",
            "fields",
            "detail",
            "outcome",
            "hidden_until",
            "key_id",
            "prev",
            "mac",
        }
    )

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        constraints = [
            models.CheckConstraint(condition=Q(seq__gte=1), name="audit_seq_counts_from_one"),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="audit_outcome_is_known"
            ),
        ]
        indexes = [
            # selectors.who_looked
            models.Index(
                "person_key",
                "seq",
                condition=Q(person_key__isnull=False),
                name="audit_by_person",
            ),
            # The audit list by one account, one action, one object, and its refusals.
            models.Index("actor_key", "seq", name="audit_by_actor"),
            models.Index("action", "seq", name="audit_by_action"),
            models.Index(
                "object_type",
                "object_key",
                "seq",
                condition=~Q(object_key=""),
                name="audit_by_object",
            ),
            models.Index("seq", condition=Q(outcome="refused"), name="audit_refused"),
            # The audit list between two days.
            models.Index("at", name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class AuditAnchor(models.Model):
    """Where the chain of one schema stood on one day.

    One table for the whole network, outside the schemas it vouches for: made by
    ``tenants.migrations`` with row-level security, so that a site adds its own rows and reads
    only those, and nobody changes any.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    schema_name = models.CharField(max_length=63)
    day = models.DateField()
    seq = models.BigIntegerField()
    mac = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    not_personal = frozenset({"schema_name", "day", "seq", "mac", "at"})

    class Meta:
        managed = False
        db_table = '"public"."audit_anchor"'
        verbose_name = _("audit anchor")
        verbose_name_plural = _("audit anchors")

    def __str__(self) -> str:
        return f"{self.schema_name} {self.day}: {self.seq}"
