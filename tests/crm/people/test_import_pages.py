"""The pages of an import, from the file to its undoing, as a clerk's browser sends them."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import AuditEntry
from crm.people.extra_fields import add_field
from crm.people.importing.questions import masked_text
from crm.people.models import ImportBatch, Person
from crm.people.values import DocumentValues
from tenants.context import inside
from tests.crm.people.test_import import HEADINGS, line, workbook
from tests.factories import people
from tests.factories.people import NOW, resident_id


def url(name, *args):
    return reverse(f"imports:{name}", args=args)


@pytest.fixture
def send(clerk_client, work_off):
    """Give a function that posts to an import's page, lets the jobs run and shows the import."""

    def post(name, batch, **data):
        with work_off():
            answer = clerk_client.post(url(name, batch.pk), data)
        assert answer.status_code == 302, answer.content.decode()
        batch.refresh_from_db()
        return clerk_client.get(url("detail", batch.pk)).content.decode()

    return post


@pytest.fixture
def upload(clerk_client, work_off, tmp_path):
    def take_in(*rows, headings=HEADINGS):
        data = workbook(tmp_path / "名册.xlsx", headings, *rows).read_bytes()
        with work_off():
            answer = clerk_client.post(url("new"), {"file": SimpleUploadedFile("名册.xlsx", data)})
        batch = ImportBatch.objects.get()
        assert answer["Location"] == url("detail", batch.pk)
        return batch

    return take_in


def columns_of(page):
    """Return the fields of the columns page as they stand there."""
    data = {"sheet-0-is_wanted": "on"}
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    return data


def test_a_clerk_brings_a_file_to_the_register_and_takes_it_back(clerk_client, upload, send):
    people.person(
        full_name="曾庆红", note="", documents=(DocumentValues(number=resident_id(sequence=8)),)
    )
    batch = upload(line(1), line(2, 姓名="欧阳震华"), line(3, 常用电话="13800"), line(4), line(1))
    page = clerk_client.get(url("detail", batch.pk)).content.decode()
    assert "家庭住址" in page
    assert resident_id(sequence=2) not in page, "cells are shown masked"

    page = send("columns", batch, **columns_of(page))
    assert batch.counts["error"] == 1
    assert batch.counts["create"] == 2
    assert "常用电话" in page

    rows = clerk_client.get(url("rows", batch.pk), {"show": "decide"}).content.decode()
    names = re.findall(r'<select name="(row-[^"]+)"', rows)
    assert len(names) == batch.counts["duplicate"] == 1
    send("decide", batch, **{names[0]: "skip"})
    assert Person.objects.count() == 1

    send("run", batch)
    assert batch.state == "done"
    assert Person.objects.count() == 3
    assert Person.objects.filter(note="会潮汕话").count() == 3

    answer = clerk_client.post(url("file", batch.pk), {"which": "bad"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet.cell(1, sheet.max_column).value == "错误信息"
    assert AuditEntry.objects.filter(action="person.import_download").count() == 1

    send("undo", batch)
    assert (batch.state, Person.objects.count()) == ("undone", 1)
    assert clerk_client.get(url("rows", batch.pk), {"show": "kept"}).status_code == 200
    assert "名册.xlsx" in clerk_client.get(url("list")).content.decode()


def test_two_columns_of_one_meaning_are_refused_and_nothing_is_lost(clerk_client, upload):
    batch = upload([*line(1), "x"], headings=[*HEADINGS, "积分"])
    page = clerk_client.get(url("columns", batch.pk)).content.decode()
    last = next(name for name in reversed(columns_of(page)) if "-column-" in name)
    answer = clerk_client.post(url("columns", batch.pk), columns_of(page) | {last: "full_name"})
    assert answer.status_code == 422
    assert columns_of(answer.content.decode())[last] == "full_name"


def test_a_file_that_is_none_is_refused_at_its_field(clerk_client):
    for data in ({}, {"file": SimpleUploadedFile("a.exe", b"x")}):
        answer = clerk_client.post(url("new"), data)
        assert answer.status_code == 422
    assert "xlsx" in answer.content.decode()


def test_a_step_whose_job_failed_goes_on(clerk_client, upload, send):
    batch = upload(line(1))
    ImportBatch.objects.update(state="uploaded", plan=None)
    page = clerk_client.get(url("detail", batch.pk)).content.decode()
    assert url("go-on", batch.pk) in page
    send("go_on".replace("_", "-"), batch)
    assert batch.state == "planned"
    answer = clerk_client.post(url("discard", batch.pk))
    assert (answer["Location"], ImportBatch.objects.count()) == (url("list"), 0)


def test_an_empty_list_says_what_to_do(clerk_client):
    assert url("new") in clerk_client.get(url("list")).content.decode()


def test_the_site_next_door_sees_nothing(upload, sites, clerk_client):
    upload(line(1))
    with inside(sites["south"]):
        assert ImportBatch.objects.count() == 0


def test_a_clerk_says_where_the_headings_stand_and_it_is_kept(clerk_client, upload, send):
    batch = upload(["编", "人", "手机号"], [1, "陈一鸣", "13805920001"], headings=["名单"])
    page = clerk_client.get(url("detail", batch.pk)).content.decode()
    assert "没有找到表头" in page
    assert "陈一鸣" in page, "the first rows are shown"

    data = {"sheet": "0", "sheet-0-first_heading": "3", "sheet-0-last_heading": "3"}
    page = send("headings", batch, **data)
    columns = columns_of(page)
    assert len([name for name in columns if "-column-" in name]) == 3
    send("columns", batch, **columns | {"sheet-0-column-1": "full_name"})
    assert batch.counts == {"create": 1, "rows": 1}

    # The next file with these headings is read like this one.
    ImportBatch.objects.all().delete()
    batch = upload([2, "陈二鸣", "13805920002"], headings=["编", "人", "手机号"])
    page = send(
        "headings", batch, **data | {"sheet-0-first_heading": "2", "sheet-0-last_heading": "2"}
    )
    assert columns_of(page)["sheet-0-column-1"] == "full_name"


def test_headings_cannot_stand_below_the_people(clerk_client, upload):
    batch = upload(line(1))
    data = {"sheet": "0", "sheet-0-first_heading": "2", "sheet-0-start": "2"}
    for wrong in (
        data,
        data | {"sheet-0-last_heading": "9"},
        data | {"sheet-0-first_heading": "x"},
    ):
        answer = clerk_client.post(url("headings", batch.pk), wrong)
        assert answer.status_code == 422
    assert ImportBatch.objects.get().state == "planned"


def test_a_sheet_without_headings_is_read_by_its_letters(clerk_client, upload, send):
    batch = upload(["陈二鸣", "13805920002"], headings=["陈一鸣", "13805920001"])
    page = send(
        "headings", batch, sheet="0", **{"sheet-0-first_heading": "0", "sheet-0-start": "2"}
    )
    columns = columns_of(page)
    assert list(columns)[1:3] == ["sheet-0-column-0", "sheet-0-column-1"]
    send(
        "columns", batch, **columns | {"sheet-0-column-0": "full_name", "sheet-0-column-1": "phone"}
    )
    assert batch.counts == {"create": 2, "rows": 2}


def test_any_column_may_mean_anything_and_staying_out_is_one_choice(clerk_client, upload, send):
    batch = upload([*line(1), "渔民"], headings=[*HEADINGS, "积分"])
    page = clerk_client.get(url("detail", batch.pk)).content.decode()
    columns = columns_of(page)
    named = dict(
        zip([*HEADINGS, "积分"], [name for name in columns if "-column-" in name], strict=True)
    )
    assert {columns[named[heading]] for heading in ("积分", "政治面貌", "健康状况")} == {
        "not_wanted"
    }
    options = re.findall(r'<option value="([^"]+)"', page)
    assert "fact:farm_team" in options
    assert not {"not_collected", "not_kept_yet", "ignored"} & set(options)

    chosen = {named["积分"]: "fact:farm_team", named["备注"]: "not_wanted"}
    send("columns", batch, **columns | chosen)
    [row] = batch.rows.all()
    said = {(issue[0], issue[1]) for issue in row.issues}
    assert {("备注", "not_wanted"), ("政治面貌", "not_collected")} <= said
    send("run", batch)
    person = Person.objects.get()
    assert (person.facts["farm_team"], person.note) == ("渔民", "")


def test_a_file_without_any_wanted_sheet_is_not_checked(clerk_client, upload):
    batch = upload(line(1))
    page = clerk_client.get(url("detail", batch.pk)).content.decode()
    columns = {k: v for k, v in columns_of(page).items() if not k.endswith("is_wanted")}
    answer = clerk_client.post(url("columns", batch.pk), columns)
    assert (answer.status_code, "至少选择一张" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100), "这不是表格"),
        ("a.xlsx", b"PK\x03\x04" + bytes(100), "打不开"),
        ("a.csv", b"<html><table>", "网页"),
        ("a.csv", b"", "空的"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_at_its_field(clerk_client, name, data, said):
    answer = clerk_client.post(url("new"), {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_undoing_is_asked_for_first(clerk_client, upload, send):
    batch = upload(line(1))
    send("columns", batch, **columns_of(clerk_client.get(url("detail", batch.pk)).content.decode()))
    page = send("run", batch)
    assert url("undo", batch.pk) in page
    assert clerk_client.get(url("undo", batch.pk)).status_code == 200
    assert Person.objects.count() == 1


def test_dates_are_not_masked_and_numbers_are():
    assert masked_text("“2018.9” 读作 “2018-09”") == "“2018.9” 读作 “2018-09”"
    assert masked_text("19490313、13805920001、1949-03-13") == "19490313、138…001、1949-03-13"


def test_an_empty_register_offers_to_import_a_roster_or_to_fill_one_in(clerk_client):
    page = clerk_client.get(reverse("people:list")).content.decode()
    assert url("new") in page
    assert reverse("people:roster-template") in page
    for name in ("list", "new"):
        assert reverse("people:roster-template") in clerk_client.get(url(name)).content.decode()


def test_a_column_may_go_into_a_field_of_the_site(clerk_client, upload, send):
    own = add_field(label="积分", kind="text", options=(), by=None, now=NOW)
    batch = upload([*line(1), "120"], headings=[*HEADINGS, "积分"])
    columns = columns_of(clerk_client.get(url("detail", batch.pk)).content.decode())
    last = next(name for name in reversed(columns) if "-column-" in name)
    send("columns", batch, **columns | {last: f"fact:{own.code}"})
    send("run", batch)
    assert Person.objects.get().facts[own.code] == "120"
