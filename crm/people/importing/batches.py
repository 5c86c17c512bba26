"""What a clerk does with a file, step by step. The long steps are jobs; see `crm.people.tasks`."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from crm.people.importing import plans
from crm.people.importing.books import open_book
from crm.people.importing.errors import (
    ColumnsError,
    DecisionError,
    FileEmptyError,
    FileKindError,
    FileTooLargeError,
    ImportStateError,
    UndoTooLateError,
)
from crm.people.importing.files import (
    SUFFIXES,
    forget_files,
    in_the_clear,
    opened_file,
    remove_file,
    store_file,
)
from crm.people.importing.matching import PAPERS
from crm.people.importing.planning import Correction, plan_workbook
from crm.people.importing.shapes import SheetPlan
from crm.people.importing.writing import BATCH_TYPE
from crm.people.models import ImportBatch, ImportRow, ImportState, RowAction, RowDecision
from jobs.models import Job
from jobs.services import start_job

LARGEST_FILE = 20 * 1024 * 1024
# What is small is opened while the clerk waits, so that the form can say what is wrong with it.
OPENED_AT_ONCE = 1024 * 1024
UNDO_DAYS = 30
# Which job takes an import on from a state.
JOBS: Mapping[str, str] = {
    ImportState.UPLOADED: "people.read_import",
    ImportState.CHECKING: "people.check_import",
    ImportState.RUNNING: "people.run_import",
    ImportState.UNDOING: "people.undo_import",
}


@dataclasses.dataclass(frozen=True, slots=True)
class SheetAnswer:
    """What a clerk says about one sheet; headings left out stay as they were guessed."""

    mapping: Mapping[str, str] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    is_wanted: bool = True


@transaction.atomic
def upload(*, name: str, data: bytes, by: User | None, now: dt.datetime) -> ImportBatch:
    """Take a file in; a job finds its sheets and columns.

    Raises:
        FileKindError: its name ends in another way than a spreadsheet's.
        FileTooLargeError: it is larger than a roster can be.
        FileUnreadableError: it is empty, or small and cannot be opened.
    """
    name = _checked_name(name, data)
    if len(data) <= OPENED_AT_ONCE:
        with in_the_clear(data, name=name) as path, open_book(path):
            pass
    batch = keep(name=name, data=data, by=by, now=now)
    _start(batch, by=by, now=now)
    return batch


@transaction.atomic
def keep(*, name: str, data: bytes, by: User | None, now: dt.datetime) -> ImportBatch:
    """Take a file in and start nothing; otherwise as `upload`, but it is not opened."""
    name = _checked_name(name, data)
    batch = ImportBatch(
        name=name, file_hash=hashlib.sha256(data).hexdigest(), created_at=now, created_by=by
    )
    store_file(batch, data)
    batch.save(force_insert=True)
    return batch


def _checked_name(name: str, data: bytes) -> str:
    """Return the name without folders, or refuse the file for its name or size."""
    name = PurePath(name.replace("\\", "/")).name[-200:]
    if PurePath(name).suffix.lower() not in SUFFIXES:
        raise FileKindError
    if len(data) > LARGEST_FILE:
        raise FileTooLargeError
    if not data:
        raise FileEmptyError
    return name


def read_plan(*, batch_id: UUID) -> None:
    """Find the sheets and columns of an uploaded file, as the site remembers them.

    Raises:
        DomainError: the file cannot be read.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.state != ImportState.UPLOADED:
        return
    before = {plan.name: plan for plan in plans.plans_of(batch)}
    corrections = {
        name: Correction(plan.header_rows, plan.start)
        for name, plan in before.items()
        if plan.is_corrected
    }
    with opened_file(batch) as path:
        found = [
            plans.as_before(plan, before.get(plan.name)) or plans.as_remembered(plan)
            for plan in plan_workbook(path, corrections)
        ]
    batch.plan, batch.state = plans.to_json(found), ImportState.PLANNED
    batch.save(update_fields=["plan", "state"])


@transaction.atomic
def check(
    *,
    batch_id: UUID,
    answers: Sequence[SheetAnswer] = (),
    refused: Sequence[str] = (),
    by: User | None,
    now: dt.datetime,
    in_job: bool = True,
) -> ImportBatch:
    """Take the clerk's answers about columns and repairs, and begin the dry run from anew.

    The columns are remembered for the site's next file with these headings.

    Args:
        batch_id: the import.
        answers: one for each sheet of the plan, in its order; none leaves the plan as it is.
        refused: the repair classes whose cells are to be errors.
        by: who says so.
        now: the time.
        in_job: False if the caller stages the rows itself.

    Raises:
        ImportStateError: it is being worked on, or has run.
        ColumnsError: the columns cannot be read like that.
    """
    batch = _locked(batch_id, ImportState.PLANNED, ImportState.CHECKED)
    found = plans.plans_of(batch)
    if answers:
        found = _answered(found, answers)
        for plan in found:
            if not plan.skipped:
                plans.remember(plan, by=by, now=now)
    batch.rows.all().delete()
    batch.plan = plans.to_json(found)
    batch.refused = sorted(set(refused))
    batch.state, batch.counts = ImportState.CHECKING, {}
    batch.save(update_fields=["plan", "refused", "state", "counts"])
    if in_job:
        _start(batch, by=by, now=now)
    return batch


@transaction.atomic
def set_headings(
    *,
    batch_id: UUID,
    sheet: int,
    correction: Correction,
    answers: Sequence[SheetAnswer] = (),
    by: User | None,
    now: dt.datetime,
) -> ImportBatch:
    """Say where the headings of one sheet stand; the file is looked at again.

    Args:
        batch_id: the import.
        sheet: its place in the plan, from 0.
        correction: where they stand.
        answers: what was chosen so far for each sheet; it is kept, whether it is in order or not.
        by: who says so.
        now: the time.

    Raises:
        ImportStateError: it is being worked on, or has run.
        ColumnsError: there is no such sheet, or no headings can stand there.
    """
    batch = _locked(batch_id, ImportState.PLANNED, ImportState.CHECKED)
    found = plans.plans_of(batch)
    if not 0 <= sheet < len(found):
        raise ColumnsError(_("Say something about each sheet."))
    for place, answer in enumerate(answers[: len(found)]):
        found[place] = plans.chosen(found[place], answer.mapping, is_wanted=answer.is_wanted)
    found[sheet] = plans.with_headings(found[sheet], correction)
    batch.rows.all().delete()
    batch.plan = plans.to_json(found)
    batch.state, batch.counts = ImportState.UPLOADED, {}
    batch.save(update_fields=["plan", "state", "counts"])
    _start(batch, by=by, now=now)
    return batch


def _answered(found: Sequence[SheetPlan], answers: Sequence[SheetAnswer]) -> list[SheetPlan]:
    if len(answers) != len(found):
        raise ColumnsError(_("Say something about each sheet."))
    return [
        plans.corrected(plan, answer.mapping, answer.settings, is_wanted=answer.is_wanted)
        for plan, answer in zip(found, answers, strict=True)
    ]


@transaction.atomic
def decide(*, batch_id: UUID, decisions: Mapping[UUID, RowDecision]) -> None:
    """Say what is to become of rows whose people may be there already.

    Raises:
        ImportStateError: the import is not checked, or has run.
        DecisionError: a row is not of this import, or cannot be decided like that.
    """
    batch = _locked(batch_id, ImportState.CHECKED)
    rows = list(batch.rows.filter(pk__in=decisions))
    if len(rows) != len(decisions):
        raise DecisionError
    for row in rows:
        decision = decisions[row.pk]
        if decision not in allowed_decisions(row):
            raise DecisionError
        row.decision = decision
    ImportRow.objects.bulk_update(rows, ["decision"])


def allowed_decisions(row: ImportRow) -> list[RowDecision]:
    """Return what a clerk may say about a row; a paper that is taken cannot make another person."""
    if row.action == RowAction.UPDATE:
        return [RowDecision.NONE, RowDecision.SKIP]
    if row.action != RowAction.DUPLICATE:
        return []
    choices = [RowDecision.NONE, RowDecision.UPDATE, RowDecision.SKIP]
    return choices if is_certain(row) else [*choices, RowDecision.CREATE]


def is_certain(row: ImportRow) -> bool:
    """Say whether a paper tells that the row's person is there already."""
    return any(not PAPERS.isdisjoint(evidence) for *_facts, evidence in row.matches)


@transaction.atomic
def run(*, batch_id: UUID, by: User | None, now: dt.datetime, in_job: bool = True) -> ImportBatch:
    """Put the checked rows on the register.

    Raises:
        ImportStateError: the import is not checked, or has run.
    """
    batch = _locked(batch_id, ImportState.CHECKED)
    batch.state, batch.ran_at, batch.ran_by = ImportState.RUNNING, now, by
    batch.undo_until = now + dt.timedelta(days=UNDO_DAYS)
    batch.save(update_fields=["state", "ran_at", "ran_by", "undo_until"])
    if in_job:
        _start(batch, by=by, now=now)
    return batch


@transaction.atomic
def undo(*, batch_id: UUID, by: User | None, now: dt.datetime) -> ImportBatch:
    """Take back what an import wrote, as far as nobody changed it since.

    Raises:
        ImportStateError: it has not run.
        UndoTooLateError: it ran more than 30 days ago.
    """
    batch = _locked(batch_id, ImportState.DONE)
    if batch.undo_until is None or now > batch.undo_until:
        raise UndoTooLateError
    batch.state = ImportState.UNDOING
    batch.save(update_fields=["state"])
    _start(batch, by=by, now=now)
    return batch


@transaction.atomic
def go_on(*, batch_id: UUID, by: User | None, now: dt.datetime) -> ImportBatch:
    """Start the job of the present step again, after it failed or was cancelled.

    Raises:
        ImportStateError: nothing is to be done, or a job is at it.
    """
    batch = _locked(batch_id, *map(ImportState, JOBS))
    if batch.job_key and Job.objects.open().filter(pk=batch.job_key).exists():
        raise ImportStateError
    _start(batch, by=by, now=now)
    return batch


def job_of(batch: ImportBatch) -> Job | None:
    """Return the job that works on the import or did last, if it is still known."""
    return Job.objects.filter(pk=batch.job_key).first() if batch.job_key else None


def is_stuck(batch: ImportBatch, job: Job | None) -> bool:
    """Say whether the present step needs a job and none is at it: `go_on` starts one."""
    return batch.state in JOBS and not (job and job.is_open)


def fail(*, batch_id: UUID, problem: str) -> None:
    """Keep why the file cannot be read."""
    ImportBatch.objects.filter(pk=batch_id).update(state=ImportState.FAILED, problem=problem[:500])


@transaction.atomic
def discard(*, batch_id: UUID, by: User | None, now: dt.datetime) -> None:
    """Remove a file that has not been imported, with everything that was read from it.

    Raises:
        ImportStateError: it has been imported, or is being worked on.
    """
    batch = _locked(
        batch_id,
        ImportState.UPLOADED, ImportState.PLANNED, ImportState.CHECKED, ImportState.FAILED,
    )  # fmt: skip
    audit.record(
        action="person.import_discard",
        by=by,
        object_type=BATCH_TYPE,
        object_key=batch.pk,
        detail={"file": batch.file_hash},
        now=now,
    )
    drop(batch)


def drop(batch: ImportBatch) -> None:
    """Remove an import with its file and rows; people it made stay."""
    remove_file(batch)
    batch.delete()


def read_file(path: Path) -> bytes:
    """Return the content of a file on this machine.

    Raises:
        FileTooLargeError: it is larger than a roster can be.
        OSError: it cannot be read.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise FileTooLargeError
    return path.read_bytes()


@transaction.atomic
def forget_old(*, now: dt.datetime) -> None:
    """Remove what is no longer needed: files after the run, rows when undoing is over.

    What was never imported goes after 30 days, too.
    """
    limit = now - dt.timedelta(days=UNDO_DAYS)
    never_ran = ImportBatch.objects.filter(ran_at__isnull=True, created_at__lt=limit)
    never_ran.delete()
    over = ImportBatch.objects.filter(undo_until__lt=now)
    ImportRow.objects.filter(batch__in=over).delete()
    over.update(plan=None)
    waiting = ImportBatch.objects.filter(ran_at__isnull=True)
    if not waiting.filter(state__in=[ImportState.UPLOADED, ImportState.CHECKING]).exists():
        forget_files(kept={str(pk) for pk in waiting.values_list("pk", flat=True)})


def _locked(batch_id: UUID, *states: ImportState) -> ImportBatch:
    """Return the import, locked until commit, or refuse what does not fit its state."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state not in states:
        raise ImportStateError
    return batch


def _start(batch: ImportBatch, *, by: User | None, now: dt.datetime) -> None:
    titles = {
        ImportState.UPLOADED: _("Look at a file of people"),
        ImportState.CHECKING: _("Check a file of people"),
        ImportState.RUNNING: _("Import people"),
        ImportState.UNDOING: _("Undo an import of people"),
    }
    state = ImportState(batch.state)
    job = start_job(
        kind=JOBS[state],
        title=titles[state],
        by=by,
        now=now,
        arguments={"batch_id": str(batch.pk)},
    )
    batch.job_key = job.pk
    batch.save(update_fields=["job_key"])
