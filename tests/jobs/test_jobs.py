"""Long jobs: begun, watched, ended once, tried again."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from common.errors import DomainError
from jobs import services
from jobs.errors import JobFinishedError, JobNotFailedError
from jobs.models import Job, JobState
from jobs.running import job_task
from jobs.selectors import count_by_state, list_jobs
from tenants.context import inside
from tenants.tasks import WrongSchemaError, platform_actor, tenant_actor
from tests.fixtures_tasks import queued, run, take

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
accidents: list[Exception] = []


@tenant_actor("tests.count_up", max_retries=1)
@job_task
def count_up(job: Job, *, until: int) -> dict[str, int]:
    for number in range(job.done, until):
        if accidents and number == 1:
            raise accidents.pop(0)
        services.progress(job_id=job.pk, done=number + 1, total=until, message="counting")
    return {"counted": until}


@platform_actor("tests.on_platform")
@job_task
def work_on_platform(job: Job) -> None:
    """Do nothing."""


@pytest.fixture(autouse=True)
def write_every_progress(monkeypatch):
    accidents.clear()
    monkeypatch.setattr(services, "PROGRESS_INTERVAL", 0)


@pytest.fixture
def clerk(north) -> User:
    return User.objects.create(display_name="林晓梅")


def start(by: User | None = None, **options) -> Job:
    arguments = options.pop("arguments", {"until": 3})
    return services.start_job(
        kind="tests.count_up", title="Count", by=by, now=NOW, arguments=arguments, **options
    )


def test_a_job_runs_to_its_end(work_off, clerk):
    with work_off():
        job = start(clerk)
        assert (job.state, job.is_open) == (JobState.QUEUED, True)
        # The message holds the key only; the arguments stay in the tenant's schema.
        assert [found.kwargs for found in queued()] == [{"job_id": str(job.pk)}]

    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert (job.result, job.attempts, job.message) == ({"counted": 3}, 1, "")
    assert job.ran_for is not None
    assert list(list_jobs(state="done")) == [job]
    assert count_by_state()["done"] == 1


def test_a_job_and_its_message_are_sent_together(north):
    with transaction.atomic():
        start()
        transaction.set_rollback(True)
    assert (Job.objects.count(), queued()) == (0, [])


def test_a_job_of_the_platform_cannot_be_started_at_a_site(north):
    with pytest.raises(WrongSchemaError):
        services.start_job(kind="tests.on_platform", title="x", by=None, now=NOW)
    assert not Job.objects.exists()


def test_the_platform_has_jobs_of_its_own(work_off, platform):
    with work_off():
        job = services.start_job(kind="tests.on_platform", title="x", by=None, now=NOW)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_rule_that_says_no_is_the_jobs_answer(work_off, north):
    accidents.append(DomainError("The file has no columns."))
    with work_off():
        job = start()
    job.refresh_from_db()
    assert (job.state, job.error_text) == (JobState.FAILED, "The file has no columns.")
    assert queued() == []


def test_an_accident_is_tried_again_and_the_last_try_fails_the_job(north, put_back_here):
    accidents.extend([ValueError("phone 13800000000"), ValueError("again")])
    job = start()
    [first] = queued()
    take(first)
    with pytest.raises(ValueError):
        run(first)
    job.refresh_from_db()
    assert (job.state, job.done, bool(job.message)) == (JobState.QUEUED, 1, True)

    [second] = queued()
    with pytest.raises(ValueError):
        run(second)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "13800000000" not in job.error_text


def test_a_redelivered_job_goes_on_where_it_was(north):
    job = start(arguments={"until": 5})
    [message] = queued()
    # As a killed worker leaves it.
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, started_at=NOW, attempts=1, done=4, total=5
    )
    run(message)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.started_at) == (JobState.DONE, 2, NOW)

    run(message)  # and once more, after its end
    job.refresh_from_db()
    assert job.attempts == 2


def test_a_failed_job_can_be_tried_again(work_off, clerk):
    accidents.append(DomainError("no"))
    with work_off():
        job = start()
    with work_off():
        services.retry_job(job_id=job.pk, by=clerk, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.error_text) == (JobState.DONE, "")
    assert AuditEntry.objects.get(action="job.retry").object_key == str(job.pk)

    with pytest.raises(JobNotFailedError):
        services.retry_job(job_id=job.pk, by=clerk, now=NOW)


def test_a_cancelled_job_never_begins(work_off, clerk):
    with work_off():
        job = start()
        services.cancel_job(job_id=job.pk, by=clerk, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.CANCELLED, 0)
    with pytest.raises(JobFinishedError):
        services.cancel_job(job_id=job.pk, by=clerk, now=NOW)


def test_a_running_job_stops_when_it_is_cancelled(north, clerk, monkeypatch):
    job = start(arguments={"until": 100})
    report = services.progress

    def cancel_in_the_middle(**report_of: object) -> None:
        if report_of["done"] == 10:
            services.cancel_job(job_id=job.pk, by=clerk, now=NOW)
        report(**report_of)

    monkeypatch.setattr(services, "progress", cancel_in_the_middle)
    run(queued()[0])
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.CANCELLED, 9)


def test_progress_is_written_twice_a_second_at_most(north, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(services, "PROGRESS_INTERVAL", 0.5)
    job = start()
    services.begin_job(job_id=job.pk, now=NOW)
    with django_assert_num_queries(2):  # the first and the last
        for done in range(1, 1001):
            services.progress(job_id=job.pk, done=done, total=1000)


def test_a_job_whose_message_is_gone_is_marked_as_failed(north, south):
    lost, waiting = start(), start()
    take(next(found for found in queued() if found.kwargs["job_id"] == str(lost.pk)))
    with inside(south):
        elsewhere = start()

    assert services.fail_vanished_jobs(now=NOW) == 1
    lost.refresh_from_db()
    waiting.refresh_from_db()
    assert (lost.state, waiting.state) == (JobState.FAILED, JobState.QUEUED)
    assert lost.error_text
    with inside(south):
        assert Job.objects.get().pk == elsewhere.pk
        assert Job.objects.get().is_open


@pytest.mark.parametrize(
    ("url", "shown"),
    [("/people/", "/people/"), ("//evil.example", ""), ("https://evil.example", ""), (7, "")],
)
def test_an_outcome_leads_to_a_page_of_this_host_only(url, shown):
    assert Job(result={"url": url}).result_url == shown


def test_upkeep_runs_in_every_schema(work_off, platform, sites):
    from tenants.schedule import Periodic, declared, send_if_due
    from tenants.tasks import Reach
    from tenants.tasks.actors import task_options

    names = {periodic.name for periodic in declared()}
    assert names >= {"audit.anchor_day", "jobs.check_stale", "accounts.clear_sessions"}
    with work_off():
        for periodic in declared():
            sent = send_if_due(periodic, timezone.now())
            reach = task_options(periodic.name)["reach"]
            assert sent == (reach is not Reach.TENANT) + len(sites) * (reach is not Reach.PLATFORM)
    assert isinstance(periodic, Periodic)
    assert queued() == []
