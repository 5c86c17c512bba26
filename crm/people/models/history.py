"""What changed in a person's record, with the values before and after."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.registry import Sensitivity
from crm.people.choices import ChangeCause
from crm.people.models.columns import kept, who
from crm.people.models.persons import Person


class PersonChange(models.Model):
    """One saved change of a person; never changed afterwards.

    The audit chain holds hashes only, so that it can be kept long; this holds the values, sealed,
    and goes with the person.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="changes")
    # The person's version that this change made.
    version = models.PositiveIntegerField()
    cause = models.CharField(_("by way of"), max_length=10, choices=ChangeCause)
    # What caused it, where that has a row of its own: an import, a merge.
    cause_key = models.UUIDField(null=True, blank=True)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    # JSON: {field: [before, after]}, each as `crm.people.history.snapshot` writes it.
    content = EncryptedTextField(_("values"))
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "fields": kept("show what changed", Sensitivity.S1),
        "content": kept("show what changed, undo it", Sensitivity.S3),
    }
    not_personal = frozenset({"version", "cause", "cause_key"})

    class Meta:
        verbose_name = _("change of a person")
        verbose_name_plural = _("changes of people")
        ordering = ["-created_at", "-id"]
        indexes = [
            # Undo of an import, a merge or a change for many: what it did.
            models.Index(
                fields=["cause_key"],
                condition=models.Q(cause_key__isnull=False),
                name="change_by_cause",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cause__in=ChangeCause.values), name="change_cause_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.version}"
