"""Records that may be of one person, and records that were made one."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.registry import Sensitivity
from crm.people.choices import DistinctReason, PairDecision
from crm.people.models.columns import kept, who
from crm.people.models.persons import Person


class DuplicatePair(models.Model):
    """Two records that may be of one person; the lower key stands first.

    The nightly scan writes the open ones and takes them away when nothing speaks for them any
    more. What somebody decided stays, and is asked again only if new evidence comes up.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Person, models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"))
    # [[code of `Evidence`, points], …], the strongest first.
    reasons = models.JSONField(_("what speaks for it"), default=list)
    found_at = models.DateTimeField(_("found at"))
    decision = models.CharField(
        _("decision"), max_length=14, choices=PairDecision, default=PairDecision.OPEN
    )
    reason = models.CharField(_("reason"), max_length=10, choices=DistinctReason, blank=True)
    explanation = models.CharField(_("in your words"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = who()

    personal_data = {
        "score": kept("keep one record of a person", Sensitivity.S1),
        "reasons": kept("keep one record of a person", Sensitivity.S1),
        "reason": kept("keep one record of a person", Sensitivity.S1),
        "explanation": kept("keep one record of a person", Sensitivity.S2),
    }
    not_personal = frozenset({"found_at", "decision", "decided_at"})

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-score", "id"]
        indexes = [
            # The list of pairs to be decided, the likeliest first.
            models.Index(
                fields=["-score", "id"],
                condition=Q(decision=PairDecision.OPEN),
                name="open_pair_in_order",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="a_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="the_lower_key_stands_first"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=PairDecision.values), name="pair_decision_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decision=PairDecision.OPEN, reason="", decided_at__isnull=True)
                | Q(
                    decision=PairDecision.NOT_DUPLICATE,
                    reason__in=DistinctReason.values,
                    decided_at__isnull=False,
                ),
                name="pair_decided_with_reason_and_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"


class MergeOperation(models.Model):
    """One record that went into another, and how to take them apart again.

    The record that is gone has no row; its key leads here, and from here to the one that is kept.
    If that one is merged later itself, this row moves on with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    winner = models.ForeignKey(Person, models.CASCADE, related_name="merges")
    # Opaque: the row is gone.
    loser_key = models.UUIDField(editable=False)
    # JSON, see `crm.people.merging.snapshots`: every row as it was before, to undo it by. None
    # when the time for that is over.
    snapshot = EncryptedTextField(_("records before the merge"), null=True, blank=True)
    merged_at = models.DateTimeField(_("merged at"))
    merged_by = who()
    undo_until = models.DateTimeField(_("can be undone until"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = who()

    personal_data = {
        "loser_key": kept("lead old links to the person", Sensitivity.S1),
        "snapshot": kept("undo a merge", Sensitivity.S3),
    }
    not_personal = frozenset({"merged_at", "undo_until", "undone_at"})

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-merged_at", "-id"]
        indexes = [
            # Old links: what became of this person?
            models.Index(fields=["loser_key"], name="merge_by_loser_key"),
            # The nightly clearing: whose time is over?
            models.Index(
                fields=["undo_until"],
                condition=Q(snapshot__isnull=False),
                name="merge_to_clear",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["loser_key"],
                condition=Q(undone_at__isnull=True),
                name="a_record_goes_into_one_other",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loser_key} → {self.winner_id}"
