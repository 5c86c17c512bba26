"""One change for many people: what was asked, what it would do, what it did, how it was undone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from common.registry import Sensitivity
from crm.people.choices import BulkAction, BulkState
from crm.people.models.columns import kept, who


class BulkChange(models.Model):
    """A change for many people. Each person's own part of it is a `PersonChange` with its key.

    ``people`` and ``versions`` are as the preview found them, in one order: whoever joined
    afterwards is not touched, and whoever was changed afterwards is left alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    action = models.CharField(_("change"), max_length=20, choices=BulkAction)
    # Which particular, where the action sets one: a code of `crm.people.facts`.
    fact = models.CharField(max_length=40, blank=True)
    value = models.TextField(_("value"), blank=True)
    # Those who were ticked; or else everybody whom the filter lets through.
    chosen = ArrayField(models.UUIDField(), null=True)
    criteria = models.JSONField(_("filter"), default=dict)
    people = ArrayField(models.UUIDField(), default=list)
    versions = ArrayField(models.PositiveIntegerField(), default=list)
    state = models.CharField(
        _("state"), max_length=10, choices=BulkState, default=BulkState.PREVIEWED
    )
    # How many of ``people`` are done with; a run that was cut off goes on from there.
    reached = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    already = models.PositiveIntegerField(default=0)
    # ``[person's key, code]`` of those who were left as they were.
    left_out = models.JSONField(default=list)
    job_key = models.UUIDField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = who()
    restored = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "value": kept("show and undo what was changed", Sensitivity.S2),
        "chosen": kept("whom it is about", Sensitivity.S1),
        "criteria": kept("whom it is about", Sensitivity.S1),
        "people": kept("whom it is about", Sensitivity.S1),
        "left_out": kept("whom to look at by hand", Sensitivity.S1),
    }
    not_personal = frozenset(
        {
            "action", "fact", "versions", "state", "reached", "changed", "already", "job_key",
            "started_at", "finished_at", "undone_at", "restored",
        }
    )  # fmt: skip

    class Meta:
        verbose_name = _("change for many")
        verbose_name_plural = _("changes for many")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=BulkAction.values), name="bulk_action_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=BulkState.values), name="bulk_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(restored__lte=F("changed")), name="bulk_restores_what_it_changed"
            ),
        ]

    def __str__(self) -> str:
        return self.get_action_display()

    @property
    def total(self) -> int:
        """For how many people it was asked."""
        return len(self.people)
