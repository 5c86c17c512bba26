"""Work on people that happens later: long jobs and upkeep."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils import timezone

from common.errors import DomainError
from crm.people import minimising
from crm.people.bulk_changes import services as bulk_changes
from crm.people.choices import BulkState
from crm.people.duplicates import services as duplicates
from crm.people.duplicates.scanning import scan
from crm.people.exporting import making, requests
from crm.people.importing import batches, staging, undoing, writing
from crm.people.merging import services as merging
from crm.people.models import BulkChange, Minimisation, Person
from crm.people.printing import sheets
from crm.people.reindex import reindex_batch
from jobs.errors import JobCancelledError
from jobs.models import Job
from jobs.running import job_task
from jobs.services import progress
from tenants.tasks import tenant_actor

_HOUR = 60 * 60 * 1000


@tenant_actor(requests.MAKE_TASK)
@job_task
def make_export(job: Job, *, export_id: str) -> dict[str, Any]:
    """Make the file of an export that needs no approval, or has it."""

    def tell(done: int, total: int) -> None:
        progress(job_id=job.pk, done=done, total=total)

    export = making.make_export(export_id=UUID(export_id), now=timezone.now(), tell=tell)
    return {"people": export.rows, "url": f"/people/exports/{export.pk}/"}


@tenant_actor("people.expire_exports")
def expire_exports(*, due_at: str) -> None:
    """Delete the files of exports, and what printed sheets said, when their day is over."""
    requests.expire_exports(now=timezone.now())
    sheets.empty_sheets(now=timezone.now())


@tenant_actor("people.minimise")
@job_task
def minimise(job: Job, *, minimisation_id: str) -> dict[str, Any]:
    """Reduce the people of one confirmed list, a batch at a time."""
    order = Minimisation.objects.get(pk=UUID(minimisation_id))
    total = len(order.people)
    for start in range(0, total, minimising.BATCH):
        batch = order.people[start : start + minimising.BATCH]
        minimising.minimise_batch(order=order, people=batch, now=timezone.now())
        progress(job_id=job.pk, done=min(start + len(batch), total), total=total)
    minimising.finish(order=order, now=timezone.now())
    return {"reduced": order.reduced, "listed": total}


@tenant_actor("people.reindex_search", time_limit=_HOUR)
@job_task
def reindex_search(job: Job) -> dict[str, Any]:
    """Let what people are found by follow the program, a batch in a transaction each.

    Begun again it passes over what is done already: rows whose tokens are right are not written.
    """
    total, done = Person.objects.count(), 0
    last: UUID | None = None
    while True:
        last, looked_at = reindex_batch(last)
        if last is None:
            return {"people": done}
        done += looked_at
        progress(job_id=job.pk, done=done, total=max(total, done))


@tenant_actor(duplicates.SCAN_TASK, time_limit=_HOUR)
@job_task
def scan_duplicates(job: Job) -> dict[str, Any]:
    """Look through everybody for pairs of records that may be of one person."""

    def report(done: int, total: int) -> None:
        progress(job_id=job.pk, done=done, total=total)

    found = scan(now=timezone.now(), report=report)
    return {"found": found.found, "open": found.open, "url": "/people/duplicates/"}


@tenant_actor("people.scan_nightly")
def scan_nightly(*, due_at: str) -> None:
    """Start the scan of the night as a job, so that staff see when it ran."""
    duplicates.start_scan(by=None, now=timezone.now())


@tenant_actor("people.forget_merges")
def forget_merges(*, due_at: str) -> None:
    """Destroy what merges could be undone by, thirty days after them."""
    merging.forget_snapshots(now=timezone.now())


@tenant_actor(bulk_changes.RUN_TASK, time_limit=_HOUR)
@job_task
def run_bulk_change(job: Job, *, bulk_id: str) -> dict[str, Any]:
    """Change many people, a batch in a transaction each; begun again it goes on after the last."""
    while True:
        bulk = bulk_changes.go_on(bulk_id=UUID(bulk_id), now=timezone.now())
        progress(job_id=job.pk, done=bulk.reached, total=bulk.total)
        if bulk.state != BulkState.RUNNING:
            return {"changed": bulk.changed, "url": f"/people/bulk/{bulk.pk}/"}


@tenant_actor(bulk_changes.UNDO_TASK, time_limit=_HOUR)
@job_task
def undo_bulk_change(job: Job, *, bulk_id: str) -> dict[str, Any]:
    """Take a change of many people back; begun again it passes over whom it is done with."""
    bulk = BulkChange.objects.get(pk=UUID(bulk_id))
    changes = bulk_changes.changes_to_undo(bulk)
    for start in range(0, len(changes), bulk_changes.BATCH):
        batch = changes[start : start + bulk_changes.BATCH]
        bulk_changes.undo_batch(bulk=bulk, changes=batch, now=timezone.now())
        progress(job_id=job.pk, done=start + len(batch), total=len(changes))
    bulk_changes.finish_undo(bulk=bulk)
    return {"restored": bulk.restored, "url": f"/people/bulk/{bulk.pk}/"}


@tenant_actor("people.read_import", time_limit=_HOUR)
@job_task
def read_import(job: Job, *, batch_id: str) -> dict[str, Any]:
    """Find the sheets and columns of an uploaded file."""
    with _failing(batch_id):
        batches.read_plan(batch_id=UUID(batch_id))
    return _outcome(batch_id)


@tenant_actor("people.check_import", time_limit=_HOUR)
@job_task
def check_import(job: Job, *, batch_id: str) -> dict[str, Any]:
    """Stage the rows of a file: the dry run."""
    with _failing(batch_id):
        staging.stage(batch_id=UUID(batch_id), now=job.created_at, report=_watched(job))
    return _outcome(batch_id)


@tenant_actor("people.run_import", time_limit=_HOUR)
@job_task
def run_import(job: Job, *, batch_id: str) -> dict[str, Any]:
    """Put the staged rows on the register."""
    writing.write(batch_id=UUID(batch_id), report=_watched(job))
    return _outcome(batch_id)


@tenant_actor("people.undo_import", time_limit=_HOUR)
@job_task
def undo_import(job: Job, *, batch_id: str) -> dict[str, Any]:
    """Take an import back."""
    undoing.undo(
        batch_id=UUID(batch_id), by=job.created_by, now=job.created_at, report=_watched(job)
    )
    return _outcome(batch_id)


@tenant_actor("people.forget_imports", while_suspended=True)
def forget_imports(*, due_at: str) -> None:
    """Remove files and rows that are no longer needed."""
    batches.forget_old(now=timezone.now())


def _watched(job: Job) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        progress(job_id=job.pk, done=done, total=total)

    return report


def _outcome(batch_id: str) -> dict[str, Any]:
    return {"url": f"/people/imports/{batch_id}/"}


@contextmanager
def _failing(batch_id: str) -> Iterator[None]:
    """Keep with the import why its file cannot be read."""
    try:
        yield
    except JobCancelledError:
        raise
    except DomainError as error:
        batches.fail(batch_id=UUID(batch_id), problem=str(error))
        raise
