"""Files of people on their way to the register: staged row by row, imported, taken back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.registry import Basis, PersonalData, Sensitivity
from crm.people.models.columns import who


class ImportState(models.TextChoices):
    """How far a file is on its way to the register."""

    UPLOADED = "uploaded", _("uploaded")
    PLANNED = "planned", _("columns found")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    RUNNING = "running", pgettext_lazy("import", "being imported")
    DONE = "done", pgettext_lazy("import", "imported")
    UNDOING = "undoing", pgettext_lazy("import", "being undone")
    UNDONE = "undone", pgettext_lazy("import", "undone")
    FAILED = "failed", pgettext_lazy("import", "failed")


class RowAction(models.TextChoices):
    """What is to become of a row of a file."""

    CREATE = "create", pgettext_lazy("row", "new person")
    UPDATE = "update", pgettext_lazy("row", "adds to a person on record")
    DUPLICATE = "duplicate", pgettext_lazy("row", "same person already there")
    ERROR = "error", pgettext_lazy("row", "cannot be imported")
    SKIP = "skip", pgettext_lazy("row", "nothing to take in")


class RowDecision(models.TextChoices):
    """What a clerk said about a row whose person may be there already."""

    NONE = "", _("not decided")
    UPDATE = "update", _("the same person: fill what is empty")
    SKIP = "skip", _("the same person: leave the row out")
    CREATE = "create", _("another person: add")


class RowOutcome(models.TextChoices):
    """What became of a row."""

    WAITING = "", pgettext_lazy("row", "not imported")
    CREATED = "created", pgettext_lazy("row", "added")
    UPDATED = "updated", pgettext_lazy("row", "completed")
    LEFT = "left", pgettext_lazy("row", "left out")
    UNDONE = "undone", pgettext_lazy("row", "taken back")
    KEPT = "kept", pgettext_lazy("row", "could not be taken back")


def staged(purpose: str, sensitivity: Sensitivity) -> PersonalData:
    """Return the entry of a column that is emptied when an import can no longer be undone."""
    return PersonalData(
        purpose=purpose, basis=Basis.CONSENT, retention="import", sensitivity=sensitivity
    )


class ImportBatch(models.Model):
    """One file. Its rows lie in `ImportRow`, the file itself sealed in the site's folder.

    ``refused`` names repair classes the clerk did not accept. ``counts`` are rows by what is to
    become of them and, after the run, by what became of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("file"), max_length=200)
    # SHA-256 of the file, hexadecimal.
    file_hash = models.CharField(max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState, default=ImportState.UPLOADED
    )
    # JSON: a list of `importing.shapes.SheetPlan`, whose samples are cells of the file.
    plan = EncryptedTextField(_("columns"), null=True, blank=True)
    refused = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    # The job that works on it now, or did last. Jobs stay behind when a site moves: no foreign key.
    job_key = models.UUIDField(null=True, blank=True)
    # A sentence for people: why the file cannot be read.
    problem = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = who()
    # The one time that everything written by the run carries, however often it was resumed.
    ran_at = models.DateTimeField(null=True, blank=True)
    ran_by = who()
    undo_until = models.DateTimeField(null=True, blank=True)

    personal_data = {
        "name": staged("find the import again", Sensitivity.S1),
        "plan": staged("match the columns", Sensitivity.S3),
    }
    not_personal = frozenset(
        {
            "file_hash",
            "state",
            "refused",
            "counts",
            "job_key",
            "problem",
            "ran_at",
            "ran_by",
            "undo_until",
        }
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="import_state_is_known"
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(problem=""))
                | (~Q(state="failed") & Q(problem="")),
                name="failed_import_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One row of a file as it was understood, and what becomes of it.

    ``content`` is JSON: the cells, the checked values and the texts of what is wrong, see
    `importing.contents`. ``issues`` are ``[column, code, severity, repair]`` without any value.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", db_index=False)
    # The place of the sheet in the plan, from 0, and the row as the spreadsheet counts it.
    sheet = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=RowAction)
    content = EncryptedTextField(_("row"))
    issues = models.JSONField(default=list)
    # Whom the row is about: the person on record, or the one it will become. Not a foreign key,
    # since that person may be removed while the row tells what became of it.
    person_key = models.UUIDField(null=True)
    # [[sheet, row] or person's key, score] of everybody it may be the same as.
    matches = models.JSONField(default=list)
    decision = models.CharField(max_length=10, choices=RowDecision, blank=True)
    outcome = models.CharField(max_length=10, choices=RowOutcome, blank=True)
    # Why it was left out or could not be taken back: a code.
    reason = models.CharField(max_length=40, blank=True)

    personal_data = {
        "content": staged("check before it goes on record", Sensitivity.S3),
        "issues": staged("say what is wrong", Sensitivity.S1),
        "person_key": staged("undo the import", Sensitivity.S1),
        "matches": staged("find the same person again", Sensitivity.S1),
    }
    not_personal = frozenset({"sheet", "number", "action", "decision", "outcome", "reason"})

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["batch", "sheet", "number"]
        indexes = [
            # The run: the rows that nothing became of yet, in order.
            models.Index(
                fields=["batch", "sheet", "number"],
                condition=Q(outcome=""),
                name="import_row_waiting",
            ),
        ]
        constraints = [
            # Staging again after a crash finds what is there; pages of rows are read by it.
            models.UniqueConstraint(
                fields=["batch", "sheet", "number"], name="a_row_is_staged_once"
            ),
            models.CheckConstraint(
                condition=Q(action__in=RowAction.values), name="row_action_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=RowDecision.values), name="row_decision_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=RowOutcome.values), name="row_outcome_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}:{self.number}"


class SavedMapping(models.Model):
    """What a site's clerks said about the columns of a sheet with these headings."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # SHA-256 of the headings in order, hexadecimal.
    fingerprint = models.CharField(max_length=64, unique=True)
    # Heading -> field code, see `importing.fields`; and what the file does not say itself.
    mapping = models.JSONField(default=dict)
    settings = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField()
    updated_by = who()

    not_personal = frozenset({"fingerprint", "mapping", "settings"})

    class Meta:
        verbose_name = _("remembered columns")
        verbose_name_plural = _("remembered columns")

    def __str__(self) -> str:
        return self.fingerprint
