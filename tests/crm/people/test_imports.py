"""A file goes in step by step: checked before anything is written, and taken back as a whole."""

import datetime as dt
import json

import pytest

from accounts.roles import Role
from audit.models import AuditEntry
from audit.services import check_chain
from crm.people import selectors
from crm.people.importing import batches, staging, undoing, writing
from crm.people.importing.contents import pack, unpack
from crm.people.importing.errors import (
    DecisionError,
    FileGoneError,
    FileKindError,
    FileTooLargeError,
    ImportStateError,
    UndoTooLateError,
)
from crm.people.importing.files import opened_file
from crm.people.merging.services import undo_merge
from crm.people.models import (
    ImportBatch,
    ImportRow,
    Person,
    PersonChange,
    RowDecision,
    SavedMapping,
)
from crm.people.values import DocumentValues, PhoneValues
from jobs.models import Job
from tests.crm.people.test_import import HEADINGS, line, workbook
from tests.factories import people
from tests.factories.merging import merge
from tests.factories.people import NOW, resident_id
from tests.fixtures_accounts import make_account

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def upload(north, tmp_path, work_off):
    """Give a function that takes rows in as a file and looks at its columns."""

    def take_in(*rows, headings=HEADINGS):
        path = workbook(tmp_path / "名册.xlsx", headings, *rows)
        with work_off():
            batch = batches.upload(name=path.name, data=path.read_bytes(), by=None, now=NOW)
        batch.refresh_from_db()
        return batch

    return take_in


@pytest.fixture
def step(work_off):
    """Give a function that does one step of an import to its end, and returns the import."""

    def do(verb, batch, **options):
        with work_off():
            verb(batch_id=batch.pk, by=None, now=LATER, **options)
        batch.refresh_from_db()
        return batch

    return do


def actions(batch):
    return {row.number: row.action for row in batch.rows.all()}


def outcomes(batch):
    return {row.number: (row.outcome, row.reason) for row in batch.rows.all()}


def test_a_file_goes_in_step_by_step(upload, step):
    batch = upload(line(1), line(2, 姓名="欧阳震华"))
    assert batch.state == "planned"

    step(batches.check, batch)
    assert (batch.state, actions(batch)) == ("checked", {3: "create", 4: "create"})
    assert Person.objects.count() == 0

    step(batches.run, batch)
    assert (batch.state, batch.counts["outcome_created"]) == ("done", 2)
    person = Person.objects.get(full_name="曾庆红")
    assert person.documents.get().number.reveal() == resident_id(sequence=2)
    assert person.created_at == batch.ran_at
    assert all(job.state == "done" for job in Job.objects.all())
    assert AuditEntry.objects.filter(action="person.add", person_key=person.pk).exists()
    assert check_chain(now=LATER) == []


def test_what_a_row_says_is_sealed_and_reads_back_equal(upload, step):
    batch = step(batches.check, upload(line(1)))
    stored = ImportRow.objects.values().get()
    assert resident_id(sequence=2).encode() not in bytes(stored["content"])
    content = unpack(batch.rows.get().content.reveal())
    assert content.checked.documents[0].number == resident_id(sequence=2)
    assert unpack(pack(content)) == content


def test_the_same_file_twice_creates_nobody_twice(upload, step):
    rows = [line(1), line(2, 身份证号="", 常用电话=""), line(3, 身份证号="")]
    first = step(batches.run, step(batches.check, upload(*rows)))
    second = step(batches.check, upload(*rows))
    assert set(actions(second).values()) == {"duplicate"}
    step(batches.run, second)
    assert Person.objects.count() == 3
    assert first.counts["outcome_created"] == 3


def test_two_files_checked_before_either_ran_create_nobody_twice(upload, step):
    rows = [line(1), line(2, 身份证号="")]
    first, second = (step(batches.check, upload(*rows)) for _ in range(2))
    assert set(actions(second).values()) == {"create"}
    step(batches.run, first)
    step(batches.run, second)
    assert Person.objects.count() == 2
    assert {reason for _outcome, reason in outcomes(second).values()} == {"on_record_since"}


def test_a_row_fills_what_is_empty_and_overwrites_nothing(upload, step):
    person = people.person(
        note="", phones=(), address="福州路1号", identities=(),
        documents=(DocumentValues(number=resident_id(sequence=2)),),
    )  # fmt: skip
    batch = step(batches.check, upload(line(1)))
    row = batch.rows.get()
    assert (row.action, row.person_key) == ("update", person.pk)
    warnings = [issue for issue in row.issues if issue[1] == "differs_from_record"]
    assert [issue[0] for issue in warnings] == ["家庭住址"]

    step(batches.run, batch)
    person = selectors.people_with_parts().get(pk=person.pk)
    assert (person.note, person.address.reveal()) == ("会潮汕话", "福州路1号")
    assert person.birth_precision == "day"
    assert person.phones.get().number.reveal() == "+8613805920001"
    change = PersonChange.objects.get()
    assert (change.cause, change.cause_key) == ("import", batch.pk)


def test_a_likely_duplicate_waits_for_a_decision(upload, step):
    people.person(
        full_name="曾庆红", birth_date=dt.date(1949, 12, 1), documents=(),
        phones=(PhoneValues(number="13805920001"),),
    )  # fmt: skip
    batch = step(batches.check, upload(line(1), line(2)))
    row = batch.rows.get(number=3)
    assert (row.action, row.decision) == ("duplicate", "")
    batches.decide(batch_id=batch.pk, decisions={row.pk: RowDecision.CREATE})
    step(batches.run, batch)
    assert outcomes(batch)[3] == ("created", "")
    assert Person.objects.filter(full_name="曾庆红").count() == 3


def test_a_taken_paper_never_makes_another_person(upload, step):
    people.person(
        birth_date=dt.date(1949, 12, 31),
        documents=(DocumentValues(number=resident_id(sequence=2)),),
    )
    batch = step(batches.check, upload(line(1, 姓名="别人"), line(2), line(2)))
    assert actions(batch) == {3: "error", 4: "create", 5: "duplicate"}
    with pytest.raises(DecisionError):
        batches.decide(
            batch_id=batch.pk, decisions={batch.rows.get(number=5).pk: RowDecision.CREATE}
        )


def test_the_second_row_of_a_person_may_complete_the_first(upload, step):
    batch = step(batches.check, upload(line(1, 备注=""), line(1, 备注="会潮汕话")))
    assert actions(batch) == {3: "create", 4: "duplicate"}
    row = batch.rows.get(number=4)
    batches.decide(batch_id=batch.pk, decisions={row.pk: RowDecision.UPDATE})
    step(batches.run, batch)
    assert Person.objects.get().note == "会潮汕话"
    step(batches.undo, batch)
    assert (Person.objects.count(), outcomes(batch)) == (0, {3: ("undone", ""), 4: ("undone", "")})


def test_undo_takes_back_what_nobody_touched_and_says_the_rest(upload, step):
    on_record = people.person(
        note="",
        documents=(DocumentValues(number=resident_id(sequence=2)),),
    )
    batch = step(batches.run, step(batches.check, upload(line(1), line(2), line(3), line(4))))
    touched = Person.objects.get(pk=batch.rows.get(number=5).person_key)
    touched.version = 2
    touched.save()
    step(batches.undo, batch)
    assert outcomes(batch) == {
        3: ("undone", ""), 4: ("undone", ""), 5: ("kept", "changed_since"), 6: ("undone", ""),
    }  # fmt: skip
    on_record.refresh_from_db()
    assert (on_record.note, Person.objects.count()) == ("", 2)
    again = step(batches.run, step(batches.check, upload(line(1), line(2), line(3), line(4))))
    assert again.counts["outcome_created"] == 2


def test_undo_leaves_people_whom_something_refers_to(upload, step):
    batch = step(batches.run, step(batches.check, upload(line(1), line(2))))
    first, second = (row.person_key for row in batch.rows.order_by("number"))
    person = Person.objects.get(pk=first)
    person.kin.create(
        relative_id=second, link="parent", basis="blood", created_at=NOW, created_by=None
    )
    step(batches.undo, batch)
    assert {reason for _outcome, reason in outcomes(batch).values()} == {"needed"}
    assert Person.objects.count() == 2


def test_undo_takes_people_who_were_merged_and_taken_apart_again(upload, step):
    batch = step(batches.run, step(batches.check, upload(line(1), line(2))))
    first, second = (Person.objects.get(pk=row.person_key) for row in batch.rows.order_by("number"))
    admin = make_account(Role.ADMINISTRATOR)
    merged = merge(first, second, by=admin)
    undo_merge(merge_id=merged.pk, by=admin, now=LATER)
    step(batches.undo, batch)
    assert {outcome for outcome, _reason in outcomes(batch).values()} == {"undone"}
    assert not Person.objects.exists()


def test_undo_ends_after_thirty_days(upload, step):
    batch = step(batches.run, step(batches.check, upload(line(1))))
    with pytest.raises(UndoTooLateError):
        batches.undo(batch_id=batch.pk, by=None, now=LATER + dt.timedelta(days=31))
    batches.forget_old(now=LATER + dt.timedelta(days=31))
    assert (batch.rows.count(), ImportBatch.objects.count()) == (0, 1)
    batch.refresh_from_db()
    with pytest.raises(FileGoneError), opened_file(batch):
        pass


def test_files_that_are_none_are_refused(north, monkeypatch):
    with pytest.raises(FileKindError):
        batches.upload(name="a.exe", data=b"x", by=None, now=NOW)
    monkeypatch.setattr(batches, "LARGEST_FILE", 10)
    with pytest.raises(FileTooLargeError):
        batches.upload(name="a.xlsx", data=b"x" * 11, by=None, now=NOW)


def test_a_file_that_cannot_be_read_says_why_and_can_be_discarded(north, work_off, monkeypatch):
    monkeypatch.setattr(batches, "OPENED_AT_ONCE", 0)
    with work_off():
        batch = batches.upload(name="a.xlsx", data=b"\x89PNG" * 99, by=None, now=NOW)
    batch.refresh_from_db()
    assert (batch.state, bool(batch.problem)) == ("failed", True)
    batches.discard(batch_id=batch.pk, by=None, now=NOW)
    assert not ImportBatch.objects.exists()


def test_steps_are_refused_out_of_order(upload, step):
    batch = upload(line(1))
    for verb in (batches.run, batches.undo):
        with pytest.raises(ImportStateError):
            verb(batch_id=batch.pk, by=None, now=NOW)
    step(batches.run, step(batches.check, batch))
    with pytest.raises(ImportStateError):
        batches.check(batch_id=batch.pk, by=None, now=NOW)


def test_a_site_remembers_what_a_heading_means(upload, step):
    batch = upload([*line(1), "x"], headings=[*HEADINGS, "积分"])
    answer = batches.SheetAnswer(mapping={"积分": "ignored"})
    step(batches.check, batch, answers=[answer])
    assert SavedMapping.objects.get().mapping["积分"] == "ignored"
    again = upload([*line(2), "x"], headings=[*HEADINGS, "积分"])
    assert json.loads(again.plan.reveal())[0]["mapping"]["积分"] == "ignored"


class Killed(BaseException):
    """What a kill looks like from inside."""


@pytest.mark.parametrize("at", range(1, 8))
def test_killed_anywhere_an_import_goes_on_where_its_rows_end(upload, step, monkeypatch, north, at):
    monkeypatch.setattr(staging, "BATCH", 3)
    monkeypatch.setattr(writing, "BATCH", 3)
    monkeypatch.setattr(undoing, "BATCH", 3)
    batch = upload(
        *(line(number, 姓名=f"陈{number}") for number in range(1, 9)), line(8, 姓名="陈8")
    )
    batches.check(batch_id=batch.pk, by=None, now=LATER, in_job=False)
    killing(monkeypatch, staging, "copy_rows", at, lambda: stage(batch))
    assert list(actions(batch)) == list(range(3, 12))
    assert actions(batch)[11] == "duplicate"

    batches.run(batch_id=batch.pk, by=None, now=LATER, in_job=False)
    killing(monkeypatch, writing, "insert_drafts", at, lambda: write(batch))
    killing(monkeypatch, writing, "save_outcomes", at, lambda: write(batch))
    batch.refresh_from_db()
    assert (batch.state, Person.objects.count()) == ("done", 8)

    ImportBatch.objects.filter(pk=batch.pk).update(state="undoing")
    killing(monkeypatch, undoing, "save_outcomes", at, lambda: take_back(batch))
    batch.refresh_from_db()
    assert (batch.state, Person.objects.count()) == ("undone", 0)
    assert check_chain(now=LATER) == []


def killing(monkeypatch, module, name, at, act):
    """Do ``act`` with a kill after the ``at``-th call of a function, then again to the end."""
    real, calls = getattr(module, name), []

    def die(*args, **options):
        real(*args, **options)
        calls.append(1)
        if len(calls) == at:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, name, die)
        try:
            act()
        except Killed:
            assert Person.objects.count() % 3 in {0, 2}
    act()


def stage(batch):
    staging.stage(batch_id=batch.pk, now=LATER, report=lambda *_: None)


def write(batch):
    writing.write(batch_id=batch.pk, report=lambda *_: None)


def take_back(batch):
    undoing.undo(batch_id=batch.pk, by=None, now=LATER, report=lambda *_: None)
