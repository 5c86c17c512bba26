"""Workers in processes of their own: one works and stops, one is killed in the middle of a task."""

import subprocess
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import CacheEntry
from jobs.models import Job, JobState
from jobs.services import start_job
from tenants.context import inside
from tenants.tasks import enqueue
from tests.tenants.processes import clear_queue, start
from tests.tenants.worker_process import STEPS


@pytest.fixture
def site(sites, django_db_blocker) -> Iterator[object]:
    """Work in north with commits, which other processes see; clean up afterwards."""
    with django_db_blocker.unblock(), inside(sites["north"]):
        try:
            yield sites["north"]
        finally:
            Job.objects.all().delete()
            CacheEntry.objects.all().delete()
            clear_queue()
            connection.close()


def start_worker(workers: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    worker = start(workers, "tests.tenants.worker_process")
    assert worker.stdout.readline() == "ready\n"
    return worker


def wait_until(job: Job, *, done: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while job.done < done or (done == STEPS and job.is_open):
        assert time.monotonic() < deadline, f"{job.state} {job.done} {job.error_text}"
        time.sleep(0.05)
        job.refresh_from_db()


def test_a_killed_workers_task_runs_again_and_happens_once(site, workers):
    job = start_job(kind="tests.slow_steps", title="Slow", by=None, now=timezone.now())
    first = start_worker(workers)
    wait_until(job, done=3, seconds=10)
    first.kill()
    first.wait()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.RUNNING, 1)
    assert job.done < STEPS

    start_worker(workers)
    wait_until(job, done=STEPS, seconds=15)

    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert CacheEntry.objects.filter(cache_key__startswith="step").count() == STEPS
    deadline = time.monotonic() + 3
    while count_messages() and time.monotonic() < deadline:
        time.sleep(0.05)  # the acknowledgement follows the end of the job
    assert count_messages() == 0


def test_the_worker_command_works_and_stops_when_it_is_asked_to(site, workers):
    enqueue("jobs.check_stale", due_at="2026-03-02T01:00:00+00:00")
    worker = start(workers, "config.worker", "default")
    deadline = time.monotonic() + 15
    while count_messages() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert count_messages() == 0
    worker.terminate()
    assert worker.wait(timeout=10) == 0


def count_messages() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM dramatiq.queue")
        return int(cursor.fetchone()[0])
