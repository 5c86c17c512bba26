"""Pages and interface of lists that leave the site, and the empty roster."""

import io

import pytest
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook
from xlsxwriter.utility import xl_col_to_name

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people.choices import ExportState
from crm.people.exporting import requests, template
from crm.people.exporting.words import IDENTITY_WORDS
from crm.people.importing.layouts import LAYOUTS, field_of
from crm.people.models import ExportRequest
from crm.people.values import PhoneValues
from tests.crm.people.test_api import with_token
from tests.factories import people

API = "/api/v1/exports/"


@pytest.fixture(autouse=True)
def no_files_yet(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


def said(text):
    """Return a text as pages show it."""
    with translation.override("zh-hans"):
        return translation.gettext(text)


def url(name, *args):
    return reverse(f"people:{name}", args=args)


ASKED = {"columns": ["name", "phone"], "file_format": "csv", "reason": "春节慰问"}


def test_from_the_list_to_the_file(clerk_client, work_off):
    people.person(full_name="王一", phones=(PhoneValues(number="13800138000"),))
    people.person(full_name="陈二")
    listed = clerk_client.get(url("list"), {"q": "王"}).content.decode()
    address = url("export-ask") + "?q=%E7%8E%8B"
    assert f'href="{address}"' in listed

    page = clerk_client.get(address).content.decode()
    assert "is_clear" not in page
    with work_off():
        response = clerk_client.post(address, ASKED)
    export = ExportRequest.objects.get()
    assert response["Location"] == url("export", export.pk)
    page = clerk_client.get(response["Location"]).content.decode()
    assert url("export-fetch", export.pk) in page
    assert "春节慰问" in page

    response = clerk_client.post(url("export-fetch", export.pk))
    assert response.content.decode("utf-8-sig") == '"姓名","联系电话"\r\n"王一","138****8000"\r\n'
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert "王一" not in response["Content-Disposition"]
    again = clerk_client.get(url("export-ask")).content.decode()
    assert again.count("checked") == 3  # the two columns of last time, and the kind of file


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(clerk_client):
    people.person()
    response = clerk_client.post(url("export-ask"), {"file_format": "xlsx", "reason": "春节慰问"})
    page = response.content.decode()
    assert response.status_code == 422
    assert said("Choose at least one column.") in page
    assert 'value="春节慰问"' in page
    assert not ExportRequest.objects.exists()


def test_an_empty_list_offers_the_way_back(clerk_client):
    page = clerk_client.get(url("export-ask"), {"q": "nobody"}).content.decode()
    assert said("Nobody is on this list. Choose fewer filters.") in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_a_long_list_goes_by_a_second_person(
    clerk_client, administrator_client, monkeypatch, work_off
):
    monkeypatch.setattr(requests, "ALONE_UP_TO", 0)
    people.person()
    page = clerk_client.get(url("export-ask")).content.decode()
    assert said("A second person has to agree") in page
    clerk_client.post(url("export-ask"), ASKED)
    export = ExportRequest.objects.get()
    assert (
        url("export-approve", export.pk)
        not in clerk_client.get(url("export", export.pk)).content.decode()
    )
    assert clerk_client.post(url("export-approve", export.pk)).status_code == 403

    assert f'href="{url("exports")}"' in administrator_client.get("/today/").content.decode()
    assert f'href="{url("exports")}"' not in clerk_client.get("/today/").content.decode()
    assert url("export", export.pk) in administrator_client.get(url("exports")).content.decode()
    page = administrator_client.get(url("export", export.pk)).content.decode()
    assert url("export-approve", export.pk) in page
    assert administrator_client.post(url("export-refuse", export.pk), {}).status_code == 422
    with work_off():
        administrator_client.post(url("export-approve", export.pk))
    export.refresh_from_db()
    assert export.state == ExportState.MADE
    assert (
        url("export-fetch", export.pk)
        not in administrator_client.get(url("export", export.pk)).content.decode()
    )
    assert administrator_client.post(url("export-fetch", export.pk)).status_code == 404
    assert clerk_client.post(url("export-fetch", export.pk)).status_code == 200
    assert clerk_client.post(url("export-fetch", export.pk)).status_code == 200
    assert AuditEntry.objects.filter(action="export.download").count() == 2


def test_a_refused_list_says_why(clerk_client, administrator_client, monkeypatch):
    monkeypatch.setattr(requests, "ALONE_UP_TO", 0)
    people.person()
    clerk_client.post(url("export-ask"), ASKED)
    export = ExportRequest.objects.get()
    administrator_client.post(url("export-refuse", export.pk), {"refusal": "名单太长"})
    assert "名单太长" in clerk_client.get(url("export", export.pk)).content.decode()
    assert clerk_client.post(url("export-fetch", export.pk), follow=True).status_code == 200


def test_full_numbers_are_offered_to_who_may_take_them(clerk_client, administrator_client):
    people.person()
    assert "is_clear" in administrator_client.get(url("export-ask")).content.decode()
    response = clerk_client.post(url("export-ask"), ASKED | {"is_clear": "on"})
    assert response.status_code == 302
    assert not ExportRequest.objects.get().is_clear


def test_the_own_list_of_exports(clerk_client):
    page = clerk_client.get(url("exports")).content.decode()
    assert said("No list was taken along") in page
    people.person()
    clerk_client.post(url("export-ask"), ASKED)
    assert "春节慰问" in clerk_client.get(url("exports")).content.decode()


def test_the_south_meets_nothing_of_the_north(clerk_client, southern_client):
    people.person()
    clerk_client.post(url("export-ask"), ASKED)
    export = ExportRequest.objects.get()
    for path in (url("export", export.pk), f"{API}{export.pk}/"):
        assert southern_client.get(path).status_code in {401, 404}
    for name in ("export-approve", "export-refuse", "export-fetch"):
        assert southern_client.post(url(name, export.pk)).status_code == 404


# The interface.


def test_the_same_over_rest(north, work_off, monkeypatch):
    clerk = with_token(north, Role.CLERK)
    chief = with_token(north, Role.ADMINISTRATOR)
    monkeypatch.setattr(requests, "ALONE_UP_TO", 0)
    people.person(full_name="王一", phones=(PhoneValues(number="13800138000"),))
    json = {"content_type": "application/json"}
    response = clerk.post(API, ASKED | {"filter": {"q": "王"}}, **json)
    body = response.json()
    assert response.status_code == 201, response.content
    assert (body["state"], body["rows"]) == ("waiting", 1)
    assert "王" not in response.content.decode()
    address = f"{API}{body['id']}/"
    assert clerk.post(f"{address}approve/").status_code == 403
    assert clerk.post(f"{address}file/").status_code == 422
    with work_off():
        assert chief.post(f"{address}approve/").json()["state"] == "approved"
    assert clerk.get(address).json()["state"] == "made"
    assert chief.post(f"{address}file/").status_code == 404
    response = clerk.post(f"{address}file/", headers={"Idempotency-Key": "a"})
    assert "138****8000" in response.content.decode()
    assert [row["id"] for row in clerk.get(API).json()["results"]] == [body["id"]]

    response = clerk.post(API, ASKED | {"columns": ["password"]}, **json)
    assert response.status_code == 422
    waiting = clerk.post(API, ASKED, **json).json()["id"]
    refused = chief.post(f"{API}{waiting}/refuse/", {"refusal": "不行"}, **json)
    assert refused.json()["refusal"] == "不行"


# The empty roster.


def test_the_empty_roster_is_what_the_import_understands(clerk_client):
    response = clerk_client.get(url("roster-template"))
    book = load_workbook(io.BytesIO(response.content))
    sheet = book[template.SHEET]
    headings = [cell.value for cell in sheet[1]]

    assert book.sheetnames[0] == template.SHEET
    roster = LAYOUTS["guiqiao_qiaojuan_register"]
    assert all(field_of(heading, roster)[1] == 1 for heading in headings)
    assert sheet.freeze_panes == "B2"
    assert {sheet.column_dimensions[letter].number_format for letter in "CDEF"} == {"@"}
    lists = {str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    coded = [template.FILLED_IN.index(column) for column in template.lists()]
    assert lists == {f"{letter}2:{letter}2001" for letter in map(xl_col_to_name, coded)}
    assert book[template.LISTS_SHEET].sheet_state == "hidden"
    columns = list(book[template.LISTS_SHEET].iter_cols(values_only=True))
    offered = [[word for word in column if word] for column in columns]
    assert offered == list(template.lists().values())
    assert offered[0] == ["男", "女"]
    assert list(IDENTITY_WORDS.values()) in offered
    assert [words[0] for words in offered if len(words) > 200] == ["中国", *["印度尼西亚"] * 2]
    assert "姓名" in book[template.HELP_SHEET]["B2"].value
