"""The pages of an import, from the file to its undoing, as a clerk's browser sends them."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import AuditEntry
from crm.people.models import ImportBatch, Person
from crm.people.values import DocumentValues
from tenants.context import inside
from tests.crm.people.test_import import HEADINGS, line, workbook
from tests.factories import people
from tests.factories.people import resident_id


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
    last = list(columns_of(page))[-1]
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
