"""Our own lists and the empty roster on their way back in: quotes, changed cells, other people."""

import pytest
from openpyxl import load_workbook

from accounts.roles import Role
from crm.people.choices import ExportFormat
from crm.people.exporting import requests, template
from crm.people.exporting.columns import Column
from crm.people.facts import CATALOGUE, choices_of
from crm.people.models import Person
from tests.factories import people
from tests.factories.exports import made_by, taken_along, taken_in
from tests.factories.rosters import write_xlsx
from tests.fixtures_accounts import make_account


@pytest.fixture(autouse=True)
def no_files_yet(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def chief(north, monkeypatch):
    monkeypatch.setattr(requests, "ALONE_UP_TO", 10_000)
    return make_account(Role.ADMINISTRATOR, name="陈主任")


# A quote that was there stays, one that the export put there goes.


NOTES = ["=1+1", "'=1+1", "'twas", "'", "''=x", "\u2018=1+1", "+86 592"]


@pytest.mark.parametrize("file_format", ExportFormat)
def test_a_guard_goes_where_the_export_put_it_and_nowhere_else(chief, tmp_path, file_format):
    names = ["曾庆红", "陈大文", "林小雨", "吴国华", "许志远", "郑秀英", "周正"]
    for name, note in zip(names, NOTES, strict=True):
        people.person(full_name=name, note=note)
    path = taken_along(chief, tmp_path / "list", ["name", "note"], file_format)
    Person.objects.all().delete()
    assert taken_in(path) == [("create", [])] * len(NOTES)
    assert dict(Person.objects.values_list("full_name", "note")) == dict(
        zip(names, NOTES, strict=True)
    )


def test_a_file_of_somebody_else_keeps_its_quotes_as_before(north, tmp_path):
    path = write_xlsx(tmp_path / "list.xlsx", ("名单", [
        ["姓名", "身份类别", "备注"], ["曾庆红", "归侨", "'=1+1"]
    ]))  # fmt: skip
    [(action, issues)] = taken_in(path)
    # The quote of a spreadsheet is taken off with a word, whatever stands behind it.
    assert (action, issues) == ("create", [["备注", "marks"]])


# What somebody changed in the file, or where the file comes from elsewhere.


def changed(path, row, heading, text):
    """Write another text into a cell of a workbook."""
    book = load_workbook(path)
    sheet = book["人员名单"]
    place = [cell.value for cell in sheet[1]].index(heading) + 1
    sheet.cell(row, place).value = text
    book.save(path)
    return path


def test_a_cell_filled_in_since_is_added_and_one_changed_since_is_said(chief, tmp_path):
    person = people.person(note="", documents=(), nationality="CN")
    path = taken_along(chief, tmp_path / "list")
    changed(path, 2, "备注", "会潮汕话")
    changed(path, 2, "国籍", "新加坡")
    assert taken_in(path) == [("update", [["国籍", "differs_from_record"]])]
    person.refresh_from_db()
    assert (person.note, person.nationality) == ("会潮汕话", "CN")


def test_a_cell_typed_anew_is_read_like_any_other(chief, tmp_path):
    people.person(phones=())
    path = changed(taken_along(chief, tmp_path / "list"), 2, "联系电话", "138-0000-0001(妻)")
    [(action, issues)] = taken_in(path)
    assert action == "update"
    assert {code for _heading, code in issues} == {"phone_words", "phone_format"}


def test_nobody_takes_the_number_of_another_person(chief, tmp_path):
    one = people.person(full_name="曾庆红")
    path = changed(
        taken_along(chief, tmp_path / "list", ["name", "note", "key"]), 2, "姓名", "别人"
    )
    assert taken_in(path) == [("error", [["系统编号", "number_of_another_name"]])]
    path = changed(path, 2, "系统编号", "no number")
    assert taken_in(path) == [("create", [])]
    one.refresh_from_db()
    assert one.full_name == "曾庆红"


def test_a_masked_list_fills_no_masks_in(chief, tmp_path):
    people.person()
    path = tmp_path / "list.xlsx"
    path.write_bytes(made_by(chief, columns=["name", "phone", "address", "wechat", "id_number"]))
    Person.objects.all().delete()
    assert [action for action, _issues in taken_in(path)] == ["error"]
    assert not Person.objects.exists()


# The empty roster.


def test_the_roster_filled_in_from_its_lists_goes_in_without_a_word(north, tmp_path):
    offered = template.lists()
    path = tmp_path / "roster.xlsx"
    path.write_bytes(template.empty_roster())
    book = load_workbook(path)
    sheet = book[template.SHEET]
    places = dict(zip(template.FILLED_IN, range(1, 99), strict=False))
    rows = max(map(len, offered.values()))
    for number in range(rows):
        row = number + 2
        sheet.cell(row, places[Column.NAME]).value = f"{chr(0x4E00 + number)}某人"
        born = f"{1920 + number % 80}-0{1 + number // 80}"
        sheet.cell(row, places[Column.BIRTH]).value = born
        for column, words in offered.items():
            sheet.cell(row, places[column]).value = words[number % len(words)]
        # Only somebody who returned came back from anywhere.
        if sheet.cell(row, places[Column.IDENTITY]).value not in {"归侨", "归国留学人员"}:
            sheet.cell(row, places[Column.FORMER_COUNTRY]).value = None
    book.save(path)
    found = taken_in(path)
    assert {codes for _action, issues in found for codes in map(tuple, issues)} == set()
    assert {action for action, _issues in found} == {"create"}
    assert Person.objects.count() == rows


def test_every_coded_column_of_the_roster_has_its_list():
    coded = {
        name for name in template.FILLED_IN
        if name in {"sex", "nationality", "identity", "overseas_kin", "overseas_country",
                    "former_country"}
        or choices_of(CATALOGUE.get(name.removeprefix("fact:"), CATALOGUE["employer"]))
    }  # fmt: skip
    assert set(template.lists()) == coded


def test_a_resident_abroad_of_the_roster_lives_in_the_country_beside(north, tmp_path):
    path = write_xlsx(tmp_path / "list.xlsx", (template.SHEET, [
        ["姓名", "身份类别", "与海外亲属关系", "旅居国"],
        ["陈大文", "华侨", "", "意大利"], ["林小雨", "侨眷", "子女", "日本"],
    ]))  # fmt: skip
    assert taken_in(path) == [("create", []), ("create", [])]
    found = {one.full_name: one.identities.get().country for one in Person.objects.all()}
    assert found == {"陈大文": "IT", "林小雨": "JP"}
