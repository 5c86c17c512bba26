"""What can be done with long jobs. Their tasks are declared with `jobs.running.job_task`."""

import datetime as dt
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from jobs.errors import JobCancelledError, JobFinishedError, JobNotFailedError
from jobs.models import OPEN_STATES, Job, JobState
from tenants.tasks import enqueue, waiting_messages

# Seconds between two writes of one job's progress.
PROGRESS_INTERVAL = 0.5
_LONGEST_MESSAGE = 200
_LONGEST_ERROR = 500

# When each job that runs in this process last wrote its progress.
_written: dict[UUID, float] = {}


@transaction.atomic
def start_job(
    *,
    kind: str,
    title: str,
    by: User | None,
    now: dt.datetime,
    arguments: Mapping[str, Any] | None = None,
) -> Job:
    """Put a job into the queue of the current schema, to begin after commit.

    Args:
        kind: the task's name, declared with `jobs.running.job_task`.
        title: what people read in the list, in the words of who started it.
        by: who started it; None for the program itself.
        arguments: JSON that the task gets as keywords; no data about people.
        now: the time.

    Raises:
        UnknownTaskError: no app declares the task.
        WrongSchemaError: the task may not run in the current schema.
    """
    job = Job(
        kind=kind,
        title=title[:_LONGEST_MESSAGE],
        created_by=by,
        created_at=now,
        arguments=dict(arguments or {}),
    )
    job.message_key = enqueue(kind, job_id=str(job.pk))
    job.save(force_insert=True)
    return job


def begin_job(*, job_id: UUID, now: dt.datetime) -> Job | None:
    """Mark a job as running and return it; None if there is nothing to do any more.

    A job whose worker was killed is still marked as running; beginning it again continues it.
    """
    begun = (
        Job.objects.open()
        .filter(pk=job_id)
        .update(
            state=JobState.RUNNING,
            started_at=Coalesce("started_at", now),
            attempts=F("attempts") + 1,
            message="",
        )
    )
    return Job.objects.get(pk=job_id) if begun else None


def progress(*, job_id: UUID, done: int, total: int, message: str = "") -> None:
    """Tell the watchers how far a job is. Cheap: writes at most twice a second.

    Call it between transactions, not inside one, or nobody sees it before the commit.

    Args:
        job_id: the job.
        done: steps done.
        total: steps in all; 0 when nobody knows.
        message: what is being done, a few words without personal data.

    Raises:
        JobCancelledError: somebody cancelled the job; let it through.
    """
    clock = time.monotonic()
    is_end = bool(total) and done >= total
    if not is_end and clock - _written.get(job_id, -PROGRESS_INTERVAL) < PROGRESS_INTERVAL:
        return
    _written[job_id] = clock
    running = Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(
        done=min(done, total) if total else done,
        total=total,
        message=message[:_LONGEST_MESSAGE],
    )
    if not running:
        _written.pop(job_id, None)
        raise JobCancelledError


def finish_job(*, job_id: UUID, now: dt.datetime, result: Mapping[str, Any] | None = None) -> None:
    """Mark a job as done. ``result`` is JSON without personal data; ``url`` leads to a page."""
    _written.pop(job_id, None)
    Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(
        state=JobState.DONE,
        finished_at=now,
        done=F("total"),
        message="",
        result=dict(result or {}),
    )


def fail_job(*, job_id: UUID, error_text: str, now: dt.datetime) -> None:
    """Mark a job as failed, with a sentence for people."""
    _written.pop(job_id, None)
    Job.objects.open().filter(pk=job_id).update(
        state=JobState.FAILED, finished_at=now, error_text=error_text[:_LONGEST_ERROR]
    )


def pause_job(*, job_id: UUID) -> None:
    """Mark a job that met an unexpected error as waiting: its task is tried again."""
    _written.pop(job_id, None)
    Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(
        state=JobState.QUEUED, message=_("An error occurred. The job is tried again shortly.")
    )


@transaction.atomic
def retry_job(*, job_id: UUID, by: User, now: dt.datetime) -> Job:
    """Put a failed job into the queue again.

    Raises:
        Job.DoesNotExist: there is no such job.
        JobNotFailedError: it did not fail.
    """
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state != JobState.FAILED:
        raise JobNotFailedError
    job.state = JobState.QUEUED
    job.finished_at = None
    job.error_text = ""
    job.message_key = enqueue(job.kind, job_id=str(job.pk))
    job.save(update_fields=["state", "finished_at", "error_text", "message_key"])
    _record("job.retry", job, by=by, now=now)
    return job


@transaction.atomic
def cancel_job(*, job_id: UUID, by: User, now: dt.datetime) -> Job:
    """End a job that waits or runs. A running one stops at its next report of progress.

    Raises:
        Job.DoesNotExist: there is no such job.
        JobFinishedError: it has ended already.
    """
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state not in OPEN_STATES:
        raise JobFinishedError
    job.state = JobState.CANCELLED
    job.finished_at = now
    job.save(update_fields=["state", "finished_at"])
    _record("job.cancel", job, by=by, now=now)
    return job


def fail_vanished_jobs(*, now: dt.datetime) -> int:
    """Mark as failed the open jobs whose message has left the queue; return how many.

    A message leaves without its job having ended when the task gave up, or when somebody
    emptied the queue. Jobs are read before the queue, and a job ends before its message goes, so
    a job that ends meanwhile is left alone.
    """
    expected = {key: job_id for job_id, key in Job.objects.open().values_list("pk", "message_key")}
    failed = 0
    for key in expected.keys() - waiting_messages(key for key in expected if key):
        failed += (
            Job.objects.open()
            .filter(pk=expected[key], message_key=key)
            .update(
                state=JobState.FAILED,
                finished_at=now,
                error_text=_("The job stopped before its end. Try it again."),
            )
        )
    return failed


def _record(action: str, job: Job, *, by: User, now: dt.datetime) -> None:
    record(action=action, by=by, object_type="jobs.job", object_key=job.pk, now=now)
