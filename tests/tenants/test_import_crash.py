"""Whoever imports is killed again and again: nothing is half there, and it goes on."""

import time

import openpyxl
import pytest
from django.utils import timezone

from audit.services import check_chain
from crm.people.importing import batches
from crm.people.models import (
    ImportBatch,
    ImportRow,
    Person,
    PersonDocument,
    PersonIdentity,
    PersonPhone,
)
from jobs.models import Job
from tenants.context import inside
from tests.factories.people import resident_id
from tests.tenants.processes import clear_queue, start

PEOPLE = 100
KILLS = 2
HEADINGS = ["姓名", "性别", "身份证号", "联系电话", "身份类别"]


@pytest.fixture
def site(make_site):
    """Work in a site of one's own, which goes with everything in it."""
    tenant = make_site("crash")
    with inside(tenant):
        yield tenant
    clear_queue()


@pytest.fixture
def roster(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    for n in range(PEOPLE):
        row = [
            f"林{chr(0x4E00 + n)}",
            "女",
            resident_id(sequence=2 * n + 2),
            f"1380592{n:04}",
            "侨眷",
        ]
        book.active.append(row)
    book.save(tmp_path / "roster.xlsx")
    return tmp_path / "roster.xlsx"


def count(model, **facts):
    return model.objects.filter(**facts).count()


def assert_nobody_is_half_there():
    """Every row that says so has its person, and every person has all that the row says."""
    written = count(ImportRow, outcome="created")
    parts = {model: count(model) for model in (Person, PersonDocument, PersonPhone, PersonIdentity)}
    assert set(parts.values()) == {written}, parts
    assert check_chain(now=timezone.now()) == []


def wait_for(is_so, seconds=40.0):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, list(Job.objects.values_list("state", "error_text"))
        time.sleep(0.02)


def kill_often(started, how_far, is_done, *command):
    """Kill the process whenever it has come further, then let one finish."""
    for _kill in range(KILLS):
        before = how_far()
        process = alive(started) or start(started, "tests.tenants.import_worker", *command)
        wait_for(lambda before=before: how_far() > before)
        assert not is_done(), "too fast to be killed"
        process.kill()
        process.wait()
        assert_nobody_is_half_there()
    start(started, "tests.tenants.import_worker", *command)
    wait_for(is_done)


def alive(started):
    """Return the process that works still, if there is one."""
    return next((process for process in started if process.poll() is None), None)


def test_a_worker_that_is_killed_in_every_step_of_an_import(site, roster, workers):
    now = timezone.now()
    batch = batches.upload(name="roster.xlsx", data=roster.read_bytes(), by=None, now=now)

    def is_in(state):
        return lambda: ImportBatch.objects.get().state == state

    # While it looks at the file.
    process = start(workers, "tests.tenants.import_worker")
    wait_for(lambda: Job.objects.filter(state="running").exists())
    process.kill()
    process.wait()
    assert is_in("uploaded")()
    start(workers, "tests.tenants.import_worker")
    wait_for(is_in("planned"))

    batches.check(batch_id=batch.pk, by=None, now=now)
    kill_often(workers, lambda: count(ImportRow), is_in("checked"))
    assert count(ImportRow, action="create") == count(ImportRow) == PEOPLE

    batches.run(batch_id=batch.pk, by=None, now=now)
    kill_often(workers, lambda: count(Person), is_in("done"))
    assert count(Person) == PEOPLE
    assert_nobody_is_half_there()

    batches.undo(batch_id=batch.pk, by=None, now=now)
    kill_often(workers, lambda: count(ImportRow, outcome="undone"), is_in("undone"))
    assert (count(Person), count(ImportRow, outcome="undone")) == (0, PEOPLE)
    assert check_chain(now=timezone.now()) == []


def test_a_command_that_is_killed_is_given_again_and_nobody_is_there_twice(site, roster, workers):
    command = ("import_people", str(roster), "--tenant", site.code)

    def is_done():
        return ImportBatch.objects.filter(state="done").exists()

    # Before it writes anything: the next call begins anew.
    process = start(workers, "tests.tenants.import_worker", *command)
    wait_for(lambda: count(ImportRow) > 0)
    process.kill()
    process.wait()
    assert count(Person) == 0

    kill_often(workers, lambda: count(Person), is_done, *command)
    [batch] = ImportBatch.objects.all()
    assert (batch.counts["outcome_created"], count(Person)) == (PEOPLE, PEOPLE)
    assert_nobody_is_half_there()
