"""Make the file of an export, and write down for each person on it that it happened."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import translation

from accounts.models import User
from audit import services as audit
from audit.models import AuditEntry
from crm.people import selectors
from crm.people.choices import ExportFormat, ExportState
from crm.people.exporting import files, writing
from crm.people.exporting.catalogue import in_order, site_columns
from crm.people.exporting.columns import cells, fields_of, needs_of
from crm.people.exporting.errors import (
    FileGoneError,
    MoreThanApprovedError,
    NotAllowedToExportError,
)
from crm.people.exporting.requests import KEPT, WAITS, needs_agreement, record_step
from crm.people.exporting.selection import Selection, check_rights, check_size, people_of
from crm.people.exporting.specs import Spec
from crm.people.models import ExportRequest
from crm.people.services import OBJECT_TYPE as PERSON_TYPE
from tenants.context import site_name

EXPORT_ACTION = "person.export"
_BATCH = 500
Tell = Callable[[int, int], None]


def make_export(*, export_id: UUID, now: dt.datetime, tell: Tell) -> ExportRequest:
    """Make the file of an approved export, and write down for each person that it happened.

    Safe to repeat and to be killed anywhere: the file is known only once everything is on record,
    and nobody is told twice of the same export.

    Args:
        export_id: which.
        now: the time.
        tell: called with steps done and steps in all.

    Raises:
        DomainError: the rights or the list are no longer those that were approved.
    """
    export = ExportRequest.objects.select_related("requested_by", "decided_by").get(pk=export_id)
    asker = export.requested_by
    if export.state == ExportState.MADE:
        return export
    if export.state != ExportState.APPROVED:
        raise FileGoneError
    if asker is None:
        raise NotAllowedToExportError
    check_rights(asker, is_clear=export.is_clear)
    selection = Selection.from_json(export.selection.reveal())
    ids = list(people_of(selection, by=asker, now=now).values_list("pk", flat=True))
    check_size(len(ids))
    _stay_within_approval(export, len(ids), now=now)
    with translation.override("zh-hans"):
        content = _content(export, ids, now=now, tell=lambda done: tell(done, 2 * len(ids)))
    sha256 = hashlib.sha256(content).hexdigest()
    for start in range(0, len(ids), _BATCH):
        _tell_people(export, ids[start : start + _BATCH], by=asker, now=now)
        tell(len(ids) + start, 2 * len(ids))
    name = files.keep(content, owner=export.pk)
    return _finish(export, rows=len(ids), name=name, sha256=sha256, now=now)


def _content(
    export: ExportRequest, ids: Sequence[UUID], *, now: dt.datetime, tell: Callable[[int], None]
) -> bytes:
    specs = specs_of(export)
    headings = [spec.heading for spec in specs]
    rows = _rows(ids, specs, is_clear=export.is_clear, tell=tell)
    if export.file_format == ExportFormat.CSV:
        return writing.write_csv(headings, rows)
    mark = writing.Watermark(
        site=site_name(),
        number=str(export.pk),
        who=str(export.requested_by or ""),
        approved_by=str(export.decided_by or ""),
        at=now,
        reason=export.reason,
        rows=len(ids),
        is_clear=export.is_clear,
    )
    widths = [spec.width for spec in specs]
    return writing.write_xlsx(headings, widths, rows, watermark=mark, folder=files.folder())


def specs_of(export: ExportRequest) -> list[Spec]:
    """Return the columns of an export, in the order of the file."""
    columns = site_columns()
    return [columns[name] for name in in_order(export.columns, columns)]


def _rows(
    ids: Sequence[UUID], specs: list[Spec], *, is_clear: bool, tell: Callable[[int], None]
) -> Iterator[list[str]]:
    people = selectors.people_with_parts().prefetch_related(*needs_of(specs))
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        found = people.in_bulk(batch)
        for pk in batch:
            if pk in found:
                yield cells(found[pk], specs, is_clear=is_clear)
        tell(start)


@transaction.atomic
def _tell_people(export: ExportRequest, ids: Sequence[UUID], *, by: User, now: dt.datetime) -> None:
    """Write for each person that their data was put into this list, unless it is written."""
    told = set(
        AuditEntry.objects.filter(
            person_key__in=ids, action=EXPORT_ACTION, detail__export=str(export.pk)
        ).values_list("person_key", flat=True)
    )
    fields = fields_of(specs_of(export))
    detail = {"export": str(export.pk), "in_full": export.is_clear}
    events = [
        audit.Event(
            action=EXPORT_ACTION,
            by=by,
            object_type=PERSON_TYPE,
            object_key=pk,
            person_key=pk,
            fields=fields,
            reason=export.reason,
            detail=detail,
        )
        for pk in ids
        if pk not in told
    ]
    audit.record_many(events, now=now)


@transaction.atomic
def _finish(
    export: ExportRequest, *, rows: int, name: str, sha256: str, now: dt.datetime
) -> ExportRequest:
    made = ExportRequest.objects.filter(pk=export.pk, state=ExportState.APPROVED).update(
        state=ExportState.MADE,
        rows=rows,
        made_at=now,
        expires_at=now + KEPT,
        file_name=name,
        sha256=sha256,
    )
    export.refresh_from_db()
    if made:
        record_step("export.make", export, by=export.requested_by, now=now)
    else:
        files.remove(name)
    return export


def _stay_within_approval(export: ExportRequest, rows: int, *, now: dt.datetime) -> None:
    """Let the export wait again if the list is longer than what was agreed to.

    Raises:
        MoreThanApprovedError: it is.
    """
    is_agreed = export.decided_by_id is not None and rows <= export.rows
    if is_agreed or not needs_agreement(rows):
        return
    ExportRequest.objects.filter(pk=export.pk).update(
        state=ExportState.WAITING,
        rows=rows,
        decided_by=None,
        decided_at=None,
        expires_at=now + WAITS,
    )
    raise MoreThanApprovedError
