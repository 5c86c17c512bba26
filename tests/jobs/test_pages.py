"""The pages of long jobs: who may open them, how they renew themselves, when they stop."""

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import RoleGrant, User
from accounts.roles import Role
from jobs import services
from jobs.models import Job, JobState
from jobs.running import job_task
from tenants.context import inside, on_platform
from tenants.tasks import any_schema_actor
from tests.fixtures_tasks import queued

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


@any_schema_actor("tests.shown")
@job_task
def shown(job: Job) -> None:
    """Do nothing."""


@pytest.fixture(autouse=True)
def demonstration(settings):
    """Let staff in without a second factor; serve static files without a manifest."""
    settings.IS_DEMONSTRATION = True
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def make_account(role: Role) -> User:
    user = User.objects.create(display_name="林晓梅")
    RoleGrant.objects.create(user=user, role=role, granted_at=NOW)
    return user


def sign_in(user: User, host: str = "north.localhost") -> Client:
    client = Client(headers={"host": host}, SERVER_NAME=host)
    client.force_login(user, backend="accounts.backends.PhoneBackend")
    return client


def start(title: str = "导入名册", by: User | None = None) -> Job:
    return services.start_job(kind="tests.shown", title=title, by=by, now=NOW)


def change(job: Job, **columns) -> None:
    Job.objects.filter(pk=job.pk).update(**columns)


def failed(job: Job) -> None:
    change(job, state=JobState.FAILED, finished_at=NOW, error_text="The file has <no> columns.")


def url(name: str, *args) -> str:
    return reverse(f"jobs:{name}", args=args)


def test_the_list_shows_jobs_newest_first_with_their_progress(north):
    user = make_account(Role.CLERK)
    job = start(by=user)
    change(job, state=JobState.RUNNING, started_at=NOW, done=340, total=1500)

    page = sign_in(user).get(url("list")).content.decode()

    assert "导入名册" in page
    assert "340 / 1500" in page.replace(",", "")
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_the_list_stops_asking_when_no_job_is_open(north):
    client = sign_in(make_account(Role.CLERK))
    with inside(north):
        failed(start())
    answer = client.get(url("list"), headers={"hx-request": "true"})
    assert answer.status_code == 286
    assert "<html" not in answer.content.decode()
    assert "every 2s" not in answer.content.decode()


def test_a_jobs_part_is_polled_until_the_job_ends(north):
    user = make_account(Role.ADMINISTRATOR)
    job = start()
    client = sign_in(user)

    page = client.get(url("detail", job.pk))
    assert page.status_code == 200
    assert b"<html" in page.content
    part = client.get(url("detail", job.pk), headers={"hx-request": "true"})
    assert part.status_code == 200
    assert b"<html" not in part.content
    assert b'hx-trigger="every 1s"' in part.content
    assert b'id="job-cancel"' in part.content

    with inside(north):
        failed(job)
    last = client.get(url("detail", job.pk), headers={"hx-request": "true"})
    assert last.status_code == 286
    assert b"every 1s" not in last.content
    assert b"The file has &lt;no&gt; columns." in last.content
    assert b'id="job-retry"' in last.content
    assert "job-ended" in last.headers["HX-Trigger"]


def test_the_outcome_is_linked(north):
    job = start()
    change(
        job, state=JobState.DONE, started_at=NOW, finished_at=NOW, result={"url": "/people/?new=1"}
    )
    page = sign_in(make_account(Role.CLERK)).get(url("detail", job.pk))
    assert b'href="/people/?new=1"' in page.content


def test_a_failed_job_is_tried_again_from_its_page(north):
    job = start()
    failed(job)
    answer = sign_in(make_account(Role.ADMINISTRATOR)).post(url("retry", job.pk), follow=True)
    assert answer.status_code == 200
    with inside(north):
        job.refresh_from_db()
        assert job.state == JobState.QUEUED
        assert len(queued()) == 2


def test_a_job_that_did_not_fail_is_not_tried_again(north):
    job = start()
    client = sign_in(make_account(Role.ADMINISTRATOR))
    answer = client.post(url("retry", job.pk), follow=True)
    assert b"notice-bad" in answer.content
    with inside(north):
        assert len(queued()) == 1


def test_a_job_is_cancelled_from_its_page(north):
    job = start()
    client = sign_in(make_account(Role.ADMINISTRATOR))
    client.post(url("cancel", job.pk))
    with inside(north):
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED


@pytest.mark.parametrize("name", ["retry", "cancel"])
def test_a_clerk_sees_jobs_and_cannot_change_them(north, name):
    job = start()
    client = sign_in(make_account(Role.CLERK))
    assert client.get(url("detail", job.pk)).status_code == 200
    assert client.post(url(name, job.pk)).status_code == 403
    assert client.get(url(name, job.pk)).status_code == 405


def test_members_and_guests_see_no_jobs(north):
    job = start()
    member = sign_in(make_account(Role.MEMBER))
    guest = Client(headers={"host": "north.localhost"}, SERVER_NAME="north.localhost")
    for path in (url("list"), url("detail", job.pk)):
        assert member.get(path).status_code == 403
        assert guest.get(path).status_code == 302


def test_another_sites_job_is_not_found(north, south):
    with inside(south):
        job = start()
    user = make_account(Role.ADMINISTRATOR)
    client = sign_in(user)
    assert client.get(url("detail", job.pk)).status_code == 404
    assert client.post(url("retry", job.pk)).status_code == 404
    assert client.get(url("list")).content.decode().count("<tr") == 0


def test_the_platform_has_its_own_list(db, sites):
    with on_platform():
        job = start("建立站点")
        client = sign_in(make_account(Role.SYSTEM_ADMIN), "localhost")
    page = client.get("/jobs/", headers={"host": "localhost"})
    assert page.status_code == 200
    assert "建立站点" in page.content.decode()
    assert client.get(f"/jobs/{job.pk}/").status_code == 200


@pytest.mark.parametrize("query", ["?state=nonsense", "?page=x", "?page=99999", "?state=failed"])
def test_nonsense_in_the_address_shows_the_list(north, query):
    start()
    assert sign_in(make_account(Role.CLERK)).get(url("list") + query).status_code == 200
