"""The command takes a file in: good rows on the register, every other row said, nobody twice."""

import datetime as dt
import io
import json

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from crm.people.importing import results
from crm.people.importing.errors import FileUnreadableError
from crm.people.importing.results import write_report
from crm.people.importing.running import import_file
from crm.people.models import ImportBatch, Person
from crm.people.search import find_people
from tenants.context import inside
from tests.factories.people import NOW, resident_id

HEADINGS = [
    "姓名", "常用电话", "性别", "民族", "护照号", "身份证号", "家庭住址", "海外亲属姓名",
    "与海外直系亲属关系", "海外直系亲属护照号", "海外直系亲属旅居国", "所属区/县侨联", "备注",
    "身份类别", "出生年月", "回国时间", "原侨居国", "政治面貌", "健康状况",
]  # fmt: skip


def line(number=1, **cells):
    """Return a row in order; ``cells`` are by heading."""
    given = {
        "姓名": "曾庆红", "常用电话": f"1380592{number:04}", "性别": "女", "民族": "汉",
        "身份证号": resident_id(sequence=2 * number), "家庭住址": "厦门市思明区榕荫里12号",
        "海外亲属姓名": "Tan Bo", "海外直系亲属旅居国": "印度尼西亚", "备注": "会潮汕话",
        "身份类别": "归侨、侨眷", "出生年月": "1949.12", "回国时间": 1960, "原侨居国": "印尼",
        "政治面貌": "群众", "健康状况": "良好",
    }  # fmt: skip
    return [(given | cells).get(heading, "") for heading in HEADINGS]


def workbook(path, *rows, title=True, sheets=1):
    book = openpyxl.Workbook()
    for number in range(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        if title:
            sheet.append(["XX社区归侨侨眷登记表"])
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def run(path, **options):
    """Import a file; return the rows of the report by number."""
    with import_file(path=path, by=None, now=NOW, **options) as batch:
        text = io.StringIO()
        write_report(batch, text)
    return {
        row["row"]: row for sheet in json.loads(text.getvalue())["sheets"] for row in sheet["rows"]
    }


def actions(rows):
    return {number: row["action"] for number, row in rows.items()}


def said(row, severity="error"):
    return {issue["column"] for issue in row["issues"] if issue["severity"] == severity}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "roster.xlsx"


def test_a_clean_roster_goes_in_whole(north, file):
    rows = run(workbook(file, HEADINGS, line(1), line(2, 姓名="欧阳震华")))

    assert actions(rows) == {3: "create", 4: "create"}
    person = Person.objects.get(full_name="曾庆红")
    assert (person.birth_date, person.birth_precision) == (dt.date(1949, 12, 1), "month")
    assert (person.source, person.note) == ("roster", "会潮汕话")
    identities = {row.code: row for row in person.identities.all()}
    assert {row.state for row in identities.values()} == {"self_declared"}
    assert (identities["GQ"].country, identities["GQ"].since) == ("ID", dt.date(1960, 1, 1))
    assert person.documents.get().number.reveal() == resident_id(sequence=2)
    assert [found.pk for found in find_people("0001", may_search_documents=False)] == [person.pk]
    assert "Tan Bo" not in str(list(Person.objects.values()))


def test_the_report_has_the_shape_of_the_issue(north, file):
    row = run(workbook(file, HEADINGS, line(1)))[3]
    assert row["person"] == {
        "full_name": "曾庆红",
        "sex": "female",
        "birth_date": "1949-12",
        "birth_date_precision": "month",
        "documents": [{"type": "resident_id", "number": resident_id(sequence=2), "check": "ok"}],
        "phones": ["+8613805920001"],
        "identities": ["GQ", "QJ"],
    }
    assert row["duplicates"] == []


def test_the_same_file_again_creates_nothing(north, file):
    path = workbook(file, HEADINGS, line(1), line(2, 身份证号="", 常用电话=""))
    assert set(actions(run(path)).values()) == {"create"}
    again = run(path)
    assert actions(again) == {3: "duplicate", 4: "duplicate"}
    keys = {person["person_id"] for row in again.values() for person in row["duplicates"]}
    assert keys - {None} == {str(pk) for pk in Person.objects.values_list("pk", flat=True)}


def test_a_bad_row_stays_out_and_says_where_and_the_others_go_in(north, file):
    path = workbook(file, HEADINGS, line(1), line(2, 姓名="", 常用电话="2123456"))
    rows = run(path)
    assert actions(rows) == {3: "create", 4: "error"}
    assert said(rows[4]) == {"姓名", "常用电话"}
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("身份证号", "1.10105E+17"), ("身份证号", 110105194912310000),
        ("家庭住址", "长" * 400), ("常用电话", "13800"), ("出生年月", "2999-01-01"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_kept_is_refused_under_its_heading(north, file, heading, cell):
    rows = run(workbook(file, HEADINGS, line(1, **{heading: cell})))
    assert (actions(rows), said(rows[3])) == ({3: "error"}, {heading})


def test_a_number_that_fails_its_check_goes_in_with_a_word(north, file):
    rows = run(workbook(file, HEADINGS, line(1, 身份证号="110105194912310021")))
    assert "身份证号" in said(rows[3], "warning")
    assert Person.objects.get().documents.get().check_result == "unverified"


def test_the_dry_run_and_the_run_agree_row_by_row_and_it_leaves_nothing(north, file):
    path = workbook(
        file,
        HEADINGS,
        line(1),
        line(2, 常用电话="13800"),
        line(1),
        line(3, 身份证号="110105194912310021"),
    )
    dry = run(path, is_dry_run=True)
    assert (Person.objects.count(), ImportBatch.objects.count()) == (0, 0)
    assert AuditEntry.objects.count() == 0
    wet = run(path)
    for row in [*dry.values(), *wet.values()]:
        del row["outcome"], row["reason"]
    assert dry == wet


def test_every_person_is_on_record_in_the_audit(north, file):
    run(workbook(file, HEADINGS, line(1), line(2)))
    actions = list(AuditEntry.objects.order_by("seq").values_list("action", flat=True))
    assert actions == ["person.add", "person.add", "person.import"]


def test_a_file_that_is_no_roster_gets_a_sentence_and_leaves_nothing(north, file, tmp_path):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"\x89PNG\r\n" + b"0" * 500)
    with pytest.raises(FileUnreadableError):
        run(broken)
    assert ImportBatch.objects.count() == 0


def test_the_command_says_what_became_of_the_file(sites, db, file, tmp_path):
    workbook(file, HEADINGS, line(1), line(2, 常用电话="13800"))
    out = io.StringIO()
    report = tmp_path / "report.json"
    given = [str(file), "--tenant", "north", "--report", str(report)]
    call_command("import_people", *given, "--dry-run", stdout=out)
    assert "常用电话" in out.getvalue()
    with inside(sites["north"]):
        assert Person.objects.count() == 0
    call_command("import_people", *given, stdout=out)
    found = json.loads(report.read_text())
    assert [row["action"] for row in found["sheets"][0]["rows"]] == ["create", "error"]
    assert found["sheets"][0]["mapping"]["身份证号"] == "id_number"
    with inside(sites["north"]):
        assert Person.objects.count() == 1
    with inside(sites["south"]):
        assert (Person.objects.count(), ImportBatch.objects.count()) == (0, 0)
    for wrong in ([str(file), "--tenant", "nowhere"], ["/no/such.xlsx", "--tenant", "north"]):
        with pytest.raises(CommandError):
            call_command("import_people", *wrong, stdout=out)


def test_the_same_file_comes_back_with_a_column_of_errors(north, file):
    workbook(file, HEADINGS, line(1, 备注="+1+1"), line(2, 常用电话="13800", 备注="@SUM(1+1)"))
    with import_file(path=file, by=None, now=NOW) as batch:
        for only_bad, count in ((True, 1), (False, 2)):
            back = io.BytesIO()
            assert results.write_workbook(batch, back, only_bad=only_bad) == count
            sheet = openpyxl.load_workbook(back).active
            assert sheet.cell(1, sheet.max_column).value == "错误信息"
            assert "常用电话" in sheet.cell(sheet.max_row, sheet.max_column).value
            cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
            assert {cell.data_type for cell in cells} == {"s"}
            assert resident_id(sequence=4) in {cell.value for cell in cells}


def test_a_date_that_lies_ahead_is_wrong_once_and_in_its_own_column(north, file):
    row = run(workbook(file, HEADINGS, line(1, 回国时间="2058-03-07")))[3]
    assert [(i["column"], i["code"]) for i in row["issues"] if i["severity"] == "error"] == [
        ("回国时间", "date_in_future")
    ]


def test_a_sheet_that_is_not_read_says_why(north, file):
    book = openpyxl.load_workbook(workbook(file, HEADINGS, line(1), sheets=3))
    book.worksheets[1].sheet_state = "hidden"
    book.worksheets[2].delete_rows(1, 9)
    book.worksheets[2].append(["值班", "电话"])
    book.save(file)
    with import_file(path=file, by=None, now=NOW) as batch:
        text = io.StringIO()
        write_report(batch, text)
    sheets = json.loads(text.getvalue())["sheets"]
    assert [sheet["skipped"] for sheet in sheets] == ["", "hidden", "no_headings"]
    assert [bool(sheet["message"]) for sheet in sheets] == [False, True, True]
