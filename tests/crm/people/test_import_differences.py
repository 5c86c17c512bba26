"""A row that says something else of somebody on record: the record stays, each value is said."""

import io
import json

import pytest

from crm.people.importing.results import write_report
from crm.people.importing.running import import_file
from tests.factories.people import NOW
from tests.factories.rosters import LAYOUTS, table, write_xlsx

REGISTER, FARM = "guiqiao_qiaojuan_register", "huaqiao_farm_roster"
KIN = {"与海外直系亲属关系": "父亲", "海外直系亲属旅居国": "印度尼西亚"}


@pytest.fixture
def report(north, tmp_path):
    """Import a row of a layout with changed cells; return what the report says of it."""

    def import_row(layout, **cells):
        rows = table(layout, cells, extra=tuple(set(cells) - set(LAYOUTS[layout][1])))
        path = write_xlsx(tmp_path / "a.xlsx", (LAYOUTS[layout][0], rows))
        text = io.StringIO()
        with import_file(path=path, by=None, now=NOW) as batch:
            write_report(batch, text)
        [row] = json.loads(text.getvalue())["sheets"][0]["rows"]
        return row

    return import_row


def said(row):
    return [
        (issue["column"], issue["message"])
        for issue in row["issues"]
        if issue["code"] == "differs_from_record"
    ]


@pytest.mark.parametrize(
    ("column", "cell"),
    [("民族", "回"), ("文化程度", "大专"), ("原侨居国", "越南"), ("回国时间", "1970")],
)
def test_what_differs_is_said_in_its_column(report, column, cell):
    assert report(REGISTER)["action"] == "create"
    row = report(REGISTER, **{column: cell})
    assert (row["action"], [one for one, _text in said(row)]) == ("duplicate", [column])


def test_codes_are_shown_in_words(report):
    report(REGISTER, 民族="回")
    [(_column, text)] = said(report(REGISTER))
    assert not any(map(str.isdigit, text))


@pytest.mark.parametrize(
    ("column", "cell"), [("与海外直系亲属关系", "儿子"), ("海外直系亲属旅居国", "泰国")]
)
def test_other_relatives_abroad_are_said(report, column, cell):
    assert report(REGISTER, **KIN)["action"] == "create"
    assert said(report(REGISTER, **KIN)) == []
    row = report(REGISTER, **KIN | {column: cell})
    assert [one for one, _text in said(row)] == [column]


@pytest.mark.parametrize(("column", "cell"), [("户号", "B-9"), ("与户主关系", "长子")])
def test_another_household_is_said(report, column, cell):
    assert report(FARM)["action"] == "create"
    assert said(report(FARM)) == []
    assert [one for one, _text in said(report(FARM, **{column: cell}))] == [column]


def test_a_date_that_the_row_knows_better_is_said(report):
    paper = {"身份证号": "", "护照号": "G12345678"}
    report(REGISTER, 出生年月="1949", **paper)
    assert [one for one, _text in said(report(REGISTER, 出生年月="1949-12", **paper))] == [
        "出生年月"
    ]
    assert said(report(REGISTER, 出生年月="1949", **paper)) == []
