"""What leaves the site on purpose: lists that somebody asked for, and sheets that were printed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.registry import Sensitivity
from crm.people.choices import ExportFormat, ExportState, SheetKind
from crm.people.models.columns import kept, who


class ExportRequest(models.Model):
    """A list of people that somebody wants to take along, from asking to the file's end.

    The file lies sealed in the site's folder for a day; this row stays, for the record.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ExportState, default=ExportState.WAITING
    )
    # JSON: {"filter": {…}} as `PeopleFilter` has it, or {"ids": […]}. Sealed: people search by
    # names and the ends of numbers.
    selection = EncryptedTextField(_("which people"))
    columns = ArrayField(models.CharField(max_length=30), verbose_name=_("columns"))
    file_format = models.CharField(_("kind of file"), max_length=4, choices=ExportFormat)
    # Numbers, addresses and notes in full; masks otherwise.
    is_clear = models.BooleanField(_("in full"), default=False)
    reason = models.CharField(_("reason"), max_length=200)
    # How many people were found when it was asked for or approved, then how many are in the file.
    rows = models.PositiveIntegerField(_("people"))
    requested_by = who()
    requested_at = models.DateTimeField(_("asked for at"))
    decided_by = who()
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    refusal = models.CharField(_("why it was refused"), max_length=200, blank=True)
    # The job that makes the file (jobs, no reference).
    job_key = models.UUIDField(null=True, blank=True)
    made_at = models.DateTimeField(_("made at"), null=True, blank=True)
    # For a waiting request, until when it can be approved; for a file, until when it is kept.
    expires_at = models.DateTimeField(_("kept until"))
    file_name = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    personal_data = {
        "selection": kept("make the list that was asked for", Sensitivity.S2),
        "reason": kept("show people what their data was taken for", Sensitivity.S1),
        "refusal": kept("tell why a list was not made", Sensitivity.S1),
    }
    not_personal = frozenset(
        {
            "state", "columns", "file_format", "is_clear", "rows", "requested_at", "decided_at",
            "job_key", "made_at", "expires_at", "file_name", "sha256",
        }
    )  # fmt: skip

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-requested_at", "-id"]
        indexes = [
            # The page of one's own exports, and the columns chosen last.
            models.Index(fields=["requested_by", "-requested_at"], name="export_by_account"),
            # What waits for a second person, and what is to be deleted.
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=["waiting", "approved", "made"]),
                name="export_still_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ExportState.values), name="export_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(file_format__in=ExportFormat.values), name="export_format_is_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="export_says_why"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(requested_by__isnull=True)
                | ~Q(decided_by=F("requested_by")),
                name="export_is_decided_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExportState.MADE)
                | Q(made_at__isnull=False, file_name__gt="", sha256__gt=""),
                name="made_export_has_its_file",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExportState.REFUSED)
                | Q(decided_at__isnull=False, refusal__gt=""),
                name="refused_export_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.rows}"


class PrintedSheet(models.Model):
    """A sheet of paper about a person or household, which its number lets anybody check.

    The check says that the site printed it and whether a newer one exists, nothing else. Without
    a reference to the person: the number must answer after a merge or an erasure as well.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Twelve characters that cannot be guessed; on the sheet and in its QR code.
    serial = models.CharField(_("number of the sheet"), max_length=12, unique=True)
    kind = models.CharField(_("kind of sheet"), max_length=10, choices=SheetKind)
    subject_key = models.UUIDField()
    is_clear = models.BooleanField(_("in full"), default=False)
    # JSON: what the sheet says, so that page, PDF and picture agree. Emptied after a day.
    content = EncryptedTextField(_("content"), null=True, blank=True)
    printed_at = models.DateTimeField(_("printed at"))
    printed_by = who()

    personal_data = {
        "subject_key": kept("say whether a sheet is the newest", Sensitivity.S1),
        "content": kept("print the same sheet again", Sensitivity.S3),
    }
    not_personal = frozenset({"serial", "kind", "is_clear", "printed_at"})

    class Meta:
        verbose_name = _("printed sheet")
        verbose_name_plural = _("printed sheets")
        ordering = ["-printed_at", "-id"]
        indexes = [
            # The check: is there a newer sheet?
            models.Index(fields=["subject_key", "kind", "-printed_at"], name="sheet_by_subject"),
            # The upkeep that empties sheets.
            models.Index(
                fields=["printed_at"],
                condition=Q(content__isnull=False),
                name="sheet_to_be_emptied",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SheetKind.values), name="sheet_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.serial
