"""Lists that leave the site: asked for, agreed to, made, fetched, gone (security B7, 27)."""

import datetime as dt
import hashlib
import io
import uuid

import pytest
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from accounts.models import RoleGrant
from accounts.roles import Role
from audit.models import AuditEntry
from audit.selectors import who_looked
from common.crypto import TamperedError
from crm.people.choices import ExportFormat, ExportState
from crm.people.exporting import files, making, requests, selection
from crm.people.exporting.columns import Column
from crm.people.exporting.errors import (
    ColumnOnlyInFullError,
    ColumnsMissingError,
    ExportNotWaitingError,
    ExportReasonMissingError,
    FileGoneError,
    MoreThanApprovedError,
    NotAllowedToExportError,
    NothingToExportError,
    OwnExportError,
    RefusalMissingError,
    TooManyPeopleError,
)
from crm.people.exporting.selection import Selection
from crm.people.exporting.writing import ABOUT_SHEET, LIST_SHEET
from crm.people.models import ExportRequest
from crm.people.selectors import PeopleFilter
from jobs.models import Job, JobState
from tenants.context import current_schema, inside
from tests.factories import people
from tests.factories.exports import LATER, ask, csv_rows, made_by, make, workbook_rows
from tests.factories.people import NOW
from tests.fixtures_accounts import make_account


@pytest.fixture(autouse=True)
def no_files_yet(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def clerk(north):
    return make_account(Role.CLERK)


@pytest.fixture
def chief(north):
    return make_account(Role.ADMINISTRATOR, name="陈主任")


# Attack 27: taking the register along.


def test_attack_27_a_long_list_waits_for_somebody_else(clerk, chief, monkeypatch, work_off):
    monkeypatch.setattr(requests, "ALONE_UP_TO", 1)
    people.person()
    people.person()
    with work_off():
        export = ask(clerk)
    assert export.state == ExportState.WAITING
    assert not Job.objects.exists()
    assert list(files.folder().iterdir()) == []
    with pytest.raises(FileGoneError):
        requests.fetch_export(export_id=export.pk, by=clerk, now=NOW)
    with pytest.raises(FileGoneError):
        make(export)

    with work_off():
        requests.approve_export(export_id=export.pk, by=chief, now=NOW)
    export.refresh_from_db()
    assert export.state == ExportState.MADE
    assert Job.objects.get().state == JobState.DONE
    _export, content = requests.fetch_export(export_id=export.pk, by=clerk, now=export.made_at)
    entry = AuditEntry.objects.get(action="export.make")
    assert entry.detail == {
        "rows": 2, "in_full": False, "format": "xlsx", "sha256": hashlib.sha256(content).hexdigest()
    }  # fmt: skip
    assert entry.actor_key == clerk.pk
    assert entry.reason == "春节慰问"
    about = dict(workbook_rows(content, ABOUT_SHEET))
    assert about["审批人"] == "陈主任"
    assert about["人数"] == "2"


def test_nobody_agrees_to_their_own_list_whatever_roles_they_hold(chief, monkeypatch):
    monkeypatch.setattr(requests, "ALONE_UP_TO", 0)
    RoleGrant.objects.create(user=chief, role=Role.CLERK, granted_at=NOW)
    people.person()
    export = ask(chief)
    with pytest.raises(OwnExportError):
        requests.approve_export(export_id=export.pk, by=chief, now=NOW)
    with pytest.raises(OwnExportError):
        requests.refuse_export(export_id=export.pk, refusal="no", by=chief, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExportRequest.objects.filter(pk=export.pk).update(decided_by=chief, decided_at=NOW)


def test_an_account_knows_whether_somebody_else_can_agree(clerk, chief):
    assert requests.can_anybody_else_approve(clerk)
    assert not requests.can_anybody_else_approve(chief)


def test_a_refusal_says_why_and_is_final(clerk, chief, monkeypatch):
    monkeypatch.setattr(requests, "ALONE_UP_TO", 0)
    people.person()
    export = ask(clerk)
    with pytest.raises(RefusalMissingError):
        requests.refuse_export(export_id=export.pk, refusal=" ", by=chief, now=NOW)
    refused = requests.refuse_export(export_id=export.pk, refusal="不需要", by=chief, now=NOW)
    assert (refused.state, refused.decided_by) == (ExportState.REFUSED, chief)
    with pytest.raises(ExportNotWaitingError):
        requests.approve_export(export_id=export.pk, by=chief, now=NOW)


def test_an_old_request_cannot_be_agreed_to(clerk, chief, monkeypatch):
    monkeypatch.setattr(requests, "ALONE_UP_TO", 0)
    people.person()
    export = ask(clerk)
    with pytest.raises(ExportNotWaitingError):
        requests.approve_export(export_id=export.pk, by=chief, now=NOW + requests.WAITS)
    assert requests.expire_exports(now=NOW + requests.WAITS) == 1
    export.refresh_from_db()
    assert export.state == ExportState.EXPIRED


def test_rights_and_list_are_looked_at_again_when_the_file_is_made(clerk, chief, monkeypatch):
    people.person()
    export = ask(clerk)
    monkeypatch.setattr(requests, "ALONE_UP_TO", 1)
    people.person()
    with pytest.raises(MoreThanApprovedError):
        make(export)
    export.refresh_from_db()
    assert (export.state, export.rows) == (ExportState.WAITING, 2)

    requests.approve_export(export_id=export.pk, by=chief, now=NOW)
    RoleGrant.objects.filter(user=clerk).update(ended_at=NOW)
    with pytest.raises(NotAllowedToExportError):
        make(export)
    assert not AuditEntry.objects.filter(action="person.export").exists()


def test_a_right_that_was_lost_keeps_the_file_shut(clerk):
    people.person()
    export = make(ask(clerk))
    RoleGrant.objects.filter(user=clerk).update(ended_at=NOW)
    fresh = type(clerk).objects.get(pk=clerk.pk)
    with pytest.raises(NotAllowedToExportError):
        requests.fetch_export(export_id=export.pk, by=fresh, now=LATER)


def test_everybody_on_the_list_can_read_that_it_was_taken(clerk):
    person = people.person()
    made_by(clerk)
    (look,) = who_looked(person.pk, now=LATER).looks
    assert (look.verb, look.reason, look.actor_key) == ("export", "春节慰问", clerk.pk)
    assert look.fields == ["full_name", "documents", "phones", "address"]


def test_a_killed_job_tells_nobody_twice_and_leaves_no_half_file(clerk, monkeypatch):
    monkeypatch.setattr(making, "_BATCH", 1)
    first, second = people.person(), people.person()
    export = ask(clerk)
    steps = iter([None, None, None, RuntimeError("killed")])

    def killed(_done, _total):
        if step := next(steps):
            raise step

    with pytest.raises(RuntimeError):
        making.make_export(export_id=export.pk, now=LATER, tell=killed)
    assert list(files.folder().iterdir()) == []
    made = make(export)
    assert make(made).sha256 == made.sha256
    for person in (first, second):
        assert AuditEntry.objects.filter(person_key=person.pk, action="person.export").count() == 1


# The file.


def test_the_file_is_sealed_private_and_gone_after_a_day(clerk, settings):
    people.person()
    export = make(ask(clerk, file_format=ExportFormat.CSV))
    path = settings.FILES_DIR / current_schema() / "exports" / export.file_name
    assert "曾庆红".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0

    end = LATER + requests.KEPT
    with pytest.raises(FileGoneError):
        requests.fetch_export(export_id=export.pk, by=clerk, now=end)
    assert requests.expire_exports(now=end - dt.timedelta(seconds=1)) == 0
    assert path.exists()
    assert requests.expire_exports(now=end) == 1
    assert not path.exists()


def test_what_a_killed_process_left_is_swept(clerk):
    (files.folder() / "making-x").mkdir()
    (files.folder() / "orphan").write_bytes(b"x")
    now = dt.datetime.now(dt.UTC)
    assert files.sweep(frozenset(), now=now) == 0
    assert files.sweep(frozenset(), now=now + dt.timedelta(hours=3)) == 2


def test_only_who_asked_gets_the_file_and_each_time_is_on_record(clerk, chief):
    people.person()
    export = make(ask(clerk))
    with pytest.raises(ExportRequest.DoesNotExist):
        requests.fetch_export(export_id=export.pk, by=chief, now=LATER)
    for _ in range(2):
        requests.fetch_export(export_id=export.pk, by=clerk, now=LATER)
    assert AuditEntry.objects.filter(action="export.download").count() == 2


def test_a_file_moved_to_another_export_does_not_open(clerk):
    people.person()
    first, second = make(ask(clerk)), make(ask(clerk))
    ExportRequest.objects.filter(pk=second.pk).update(file_name=first.file_name)
    with pytest.raises(TamperedError):
        requests.fetch_export(export_id=second.pk, by=clerk, now=LATER)


def test_a_file_says_who_took_it_when_and_why(clerk):
    people.person()
    content = made_by(clerk, reason="社区走访")
    book = load_workbook(io.BytesIO(content))
    about = dict(workbook_rows(content, ABOUT_SHEET))

    assert about["导出人"] == "林晓梅"
    assert about["用途"] == "社区走访"
    assert about["审批人"] == "（无需审批）"
    assert book.properties.creator == "林晓梅"
    assert "社区走访" in book.properties.description
    sheet = book[LIST_SHEET]
    assert sheet.freeze_panes == "B2"
    assert "林晓梅" in sheet.oddFooter.left.text


# What may be asked for.


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"columns": []}, ColumnsMissingError),
        ({"columns": ["name", "password"]}, ColumnsMissingError),
        ({"columns": ["name", "note"]}, ColumnOnlyInFullError),
        ({"reason": "  "}, ExportReasonMissingError),
        ({"selection": Selection(PeopleFilter(q="nobody"))}, NothingToExportError),
        ({"selection": Selection(ids=(uuid.UUID(int=1),))}, NothingToExportError),
    ],
)
def test_what_cannot_be_asked_for(clerk, changes, error):
    people.person()
    with pytest.raises(error):
        ask(clerk, **changes)
    assert not ExportRequest.objects.exists()


def test_a_list_has_an_end(clerk, monkeypatch):
    monkeypatch.setattr(selection, "MOST_PEOPLE", 0)
    people.person()
    with pytest.raises(TooManyPeopleError):
        ask(clerk)


def test_a_filter_and_a_selection_choose(clerk):
    people.person(full_name="王一")
    second = people.person(full_name="王二")
    people.person(full_name="陈三")
    by_name = Selection(PeopleFilter(q="王"))
    assert [row[0] for row in csv_rows(
        made_by(clerk, selection=by_name, file_format=ExportFormat.CSV)
    )][1:] == ["王二", "王一"]  # fmt: skip
    named = Selection(PeopleFilter(q="王"), ids=(second.pk,))
    assert len(workbook_rows(made_by(clerk, selection=named))) == 2


def test_the_search_of_a_selection_is_sealed(clerk):
    people.person()
    export = ask(clerk, selection=Selection(PeopleFilter(q="曾庆红")))
    raw = ExportRequest.objects.filter(pk=export.pk).values_list("selection", flat=True)[0]
    assert "曾庆红".encode() not in bytes(raw)


def test_the_columns_chosen_last_are_offered_again(clerk, chief):
    people.person()
    ask(clerk, columns=["phone", "name"])
    assert requests.usual_columns(clerk) == [Column.NAME, Column.PHONE]
    assert Column.ID_NUMBER in requests.usual_columns(chief)


def test_the_south_sees_nothing(clerk, south):
    people.person()
    export = make(ask(clerk))
    with inside(south):
        southerner = make_account(Role.ADMINISTRATOR)
        assert not ExportRequest.objects.exists()
        with pytest.raises(NothingToExportError):
            ask(southerner)
        with pytest.raises(FileGoneError):
            files.open_file(export.file_name, owner=export.pk)
