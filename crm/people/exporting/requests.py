"""Ask for a list of people, decide about it, fetch its file, and let it expire."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import ngettext

from accounts.models import RoleGrant, User
from audit import services as audit
from crm.people.choices import ExportFormat, ExportState
from crm.people.exporting import files
from crm.people.exporting.catalogue import in_order, site_columns
from crm.people.exporting.columns import USUAL
from crm.people.exporting.errors import (
    ColumnOnlyInFullError,
    ColumnsMissingError,
    ExportNotWaitingError,
    ExportReasonMissingError,
    FileGoneError,
    NotAllowedToExportError,
    OwnExportError,
    RefusalMissingError,
)
from crm.people.exporting.selection import Selection, check_rights, count_people
from crm.people.models import ExportRequest
from jobs.services import start_job
from tenants.access import may
from tenants.permissions import GRANTS, Permission

OBJECT_TYPE = "people.exportrequest"
MAKE_TASK = "people.make_export"
# More people than this are taken along by nobody alone (security B7, attack 27).
ALONE_UP_TO = 200
WAITS = dt.timedelta(days=3)
KEPT = dt.timedelta(hours=24)
_LONGEST_REASON = 200


def usual_columns(by: User) -> list[str]:
    """Return the columns that the account chose last."""
    last = ExportRequest.objects.filter(requested_by=by).values_list("columns", flat=True).first()
    return list(last or USUAL)


def can_anybody_else_approve(by: User) -> bool:
    """Say whether another account here may decide about an export of ``by``."""
    roles = [role for role, held in GRANTS.items() if Permission.PERSON_APPROVE_EXPORT in held]
    others = RoleGrant.objects.filter(role__in=roles, ended_at__isnull=True, user__is_active=True)
    return others.exclude(user=by).exists()


def visible_exports(by: User) -> QuerySet[ExportRequest]:
    """Return the exports that ``by`` asked for, and if he may decide, those that others did."""
    found = ExportRequest.objects.select_related("requested_by", "decided_by")
    if may(by, Permission.PERSON_APPROVE_EXPORT):
        return found
    return found.filter(requested_by=by)


def waiting_for(by: User, *, now: dt.datetime) -> int:
    """Return how many exports of others wait for ``by`` to decide."""
    if not may(by, Permission.PERSON_APPROVE_EXPORT):
        return 0
    waiting = ExportRequest.objects.filter(state=ExportState.WAITING, expires_at__gt=now)
    return waiting.exclude(requested_by=by).count()


def needs_agreement(rows: int) -> bool:
    """Say whether a second person must agree to so many people."""
    return rows > ALONE_UP_TO


@transaction.atomic
def ask_for_export(
    *,
    selection: Selection,
    columns: Sequence[str],
    file_format: ExportFormat,
    is_clear: bool,
    reason: str,
    by: User,
    now: dt.datetime,
) -> ExportRequest:
    """Ask for a list; a short one is made at once, a longer one waits for a second person.

    Args:
        selection: which people.
        columns: keys of `site_columns`.
        file_format: what kind of file.
        is_clear: numbers, addresses and notes in full.
        reason: what for; the people on the list can read it.
        by: who asks, and who alone may fetch the file.
        now: the time.

    Raises:
        ColumnsMissingError: no column, or an unknown one.
        ColumnOnlyInFullError: something without a masked form was asked for, not ``is_clear``.
        ExportReasonMissingError: no reason.
        NotAllowedToExportError: ``by`` may not take that along.
        NothingToExportError: nobody is selected.
        TooManyPeopleError: more than `MOST_PEOPLE` are.
    """
    offered = site_columns()
    known = in_order(columns, offered)
    if not known or len(known) != len(set(columns)):
        raise ColumnsMissingError
    without_mask = [offered[name].label for name in known if offered[name].is_only_in_full]
    if without_mask and not is_clear:
        raise ColumnOnlyInFullError(without_mask)
    reason = reason.strip()[:_LONGEST_REASON]
    if not reason:
        raise ExportReasonMissingError
    check_rights(by, is_clear=is_clear)
    rows = count_people(selection, by=by, now=now)
    export = ExportRequest(
        state=ExportState.WAITING if needs_agreement(rows) else ExportState.APPROVED,
        selection=selection.to_json(),
        columns=known,
        file_format=file_format,
        is_clear=is_clear,
        reason=reason,
        rows=rows,
        requested_by=by,
        requested_at=now,
        expires_at=now + WAITS,
    )
    if export.state == ExportState.APPROVED:
        _start(export, by=by, now=now)
    export.save(force_insert=True)
    record_step("export.request", export, by=by, now=now)
    return export


@transaction.atomic
def approve_export(*, export_id: UUID, by: User, now: dt.datetime) -> ExportRequest:
    """Agree to a list of somebody else; its file is made from what is on record now.

    Raises:
        ExportRequest.DoesNotExist: there is no such export.
        ExportNotWaitingError: it was decided or has expired.
        OwnExportError: ``by`` asked for it.
        DomainError: who asked lost the right, or nobody or too many are on the list now.
    """
    export = _lock_waiting(export_id, by=by, now=now)
    asker = export.requested_by
    if asker is None:
        raise NotAllowedToExportError
    check_rights(asker, is_clear=export.is_clear)
    # What is agreed to is what the approver sees: the number of today.
    export.rows = count_people(Selection.from_json(export.selection.reveal()), by=asker, now=now)
    export.state = ExportState.APPROVED
    export.decided_by, export.decided_at = by, now
    export.expires_at = now + WAITS
    _start(export, by=asker, now=now)
    export.save()
    record_step("export.approve", export, by=by, now=now)
    return export


@transaction.atomic
def refuse_export(*, export_id: UUID, refusal: str, by: User, now: dt.datetime) -> ExportRequest:
    """Refuse a list of somebody else, and say why.

    Raises:
        ExportRequest.DoesNotExist: there is no such export.
        ExportNotWaitingError: it was decided or has expired.
        OwnExportError: ``by`` asked for it.
        RefusalMissingError: no word why.
    """
    export = _lock_waiting(export_id, by=by, now=now)
    refusal = refusal.strip()[:_LONGEST_REASON]
    if not refusal:
        raise RefusalMissingError
    export.state, export.refusal = ExportState.REFUSED, refusal
    export.decided_by, export.decided_at = by, now
    export.save()
    record_step("export.refuse", export, by=by, reason=refusal, now=now)
    return export


@transaction.atomic
def fetch_export(*, export_id: UUID, by: User, now: dt.datetime) -> tuple[ExportRequest, bytes]:
    """Return an export and its file to who asked for it; every time goes on record.

    Raises:
        ExportRequest.DoesNotExist: ``by`` asked for no such export.
        FileGoneError: there is no file, not yet or not any more.
        NotAllowedToExportError: the right was lost meanwhile.
    """
    export = ExportRequest.objects.get(pk=export_id, requested_by=by)
    if export.state != ExportState.MADE or export.expires_at <= now:
        raise FileGoneError
    check_rights(by, is_clear=export.is_clear)
    content = files.open_file(export.file_name, owner=export.pk)
    record_step("export.download", export, by=by, now=now)
    return export, content


def expire_exports(*, now: dt.datetime) -> int:
    """End what nobody decided or fetched in time, and delete its file; return how many."""
    due = ExportRequest.objects.filter(
        state__in=[ExportState.WAITING, ExportState.APPROVED, ExportState.MADE],
        expires_at__lte=now,
    )
    expired = 0
    for export in due:
        # The row first: a row without its file says so, a file without a row would stay.
        files_of = ExportRequest.objects.filter(pk=export.pk, expires_at__lte=now)
        expired += files_of.update(state=ExportState.EXPIRED, file_name="")
        files.remove(export.file_name)
    known = ExportRequest.objects.filter(state=ExportState.MADE).values_list("file_name", flat=True)
    files.sweep(frozenset(known), now=now)
    return expired


def _lock_waiting(export_id: UUID, *, by: User, now: dt.datetime) -> ExportRequest:
    export = (
        ExportRequest.objects.select_for_update(of=("self",))
        .select_related("requested_by")
        .get(pk=export_id)
    )
    if export.state != ExportState.WAITING or export.expires_at <= now:
        raise ExportNotWaitingError
    if export.requested_by_id == by.pk:
        raise OwnExportError
    return export


def _start(export: ExportRequest, *, by: User, now: dt.datetime) -> None:
    title = ngettext("Export of {count} person", "Export of {count} people", export.rows)
    job = start_job(
        kind=MAKE_TASK,
        title=title.format(count=export.rows),
        by=by,
        now=now,
        arguments={"export_id": str(export.pk)},
    )
    export.job_key = job.pk


def record_step(
    action: str, export: ExportRequest, *, by: User | None, now: dt.datetime, reason: str = ""
) -> None:
    """Put one step of an export on record, with the count and the file's hash."""
    audit.record(
        action=action,
        by=by,
        object_type=OBJECT_TYPE,
        object_key=export.pk,
        fields=export.columns,
        reason=reason or export.reason,
        detail={
            "rows": export.rows,
            "in_full": export.is_clear,
            "format": export.file_format,
            "sha256": export.sha256,
        },
        now=now,
    )
