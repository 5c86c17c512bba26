"""A roster goes in whole or not at all, never twice, and nothing about it is silent."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from crm.people.importing import roster
from crm.people.importing.errors import (
    FileTooLargeError,
    FileUnreadableError,
    HeadingsMissingError,
    HeadingTwiceError,
    SheetAmbiguousError,
)
from crm.people.importing.running import import_roster
from crm.people.models import Person
from crm.people.search import find_people
from crm.people.values import DocumentValues
from tests.factories import people
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
    return import_roster(path=path, by=None, now=NOW, **options)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "roster.xlsx"


def test_a_clean_roster_goes_in_whole(north, file):
    report = run(workbook(file, HEADINGS, line(1), line(2, 姓名="欧阳震华")))

    assert (report.refused, len(report.created), report.is_saved) == ([], 2, True)
    person = Person.objects.get(full_name="曾庆红")
    assert (person.birth_date, person.birth_precision) == (dt.date(1949, 12, 1), "month")
    assert (person.source, person.note) == ("roster", "会潮汕话")
    identities = {row.code: row for row in person.identities.all()}
    assert set(identities) == {"GQ", "QJ"}
    assert (identities["GQ"].country, identities["GQ"].since) == ("ID", dt.date(1960, 1, 1))
    assert person.documents.get().number.reveal() == resident_id(sequence=2)
    assert [found.pk for found in find_people("0001", may_search_documents=False)] == [person.pk]
    assert "Tan Bo" not in str(list(Person.objects.values()))


def test_what_is_not_kept_is_said(north, file):
    report = run(workbook(file, [*HEADINGS, "积分"], [*line(), "3"]))
    assert report.not_collected == [
        "民族", "海外亲属姓名", "与海外直系亲属关系", "海外直系亲属护照号", "所属区/县侨联",
        "政治面貌", "健康状况",
    ]  # fmt: skip
    assert report.unknown == ["积分"]


def test_the_same_file_again_creates_nothing(north, file):
    path = workbook(file, HEADINGS, line(1), line(2, 身份证号="", 常用电话=""))
    assert len(run(path).created) == 2
    again = run(path)
    assert (again.created, again.already_there, again.refused) == ([], [3, 4], [])
    assert Person.objects.count() == 2


def test_one_bad_row_keeps_everything_out_and_says_where(north, file):
    path = workbook(file, HEADINGS, line(1), line(2, 姓名="", 常用电话="2123456", 性别="?"))
    report = run(path)

    assert (report.is_saved, report.created, Person.objects.count()) == (False, [], 0)
    assert {(remark.row, remark.column) for remark in report.refused} == {
        (4, "姓名"), (4, "常用电话"), (4, "性别"),
    }  # fmt: skip
    assert all(remark.text for remark in report.refused)
    assert not AuditEntry.objects.exists()
    assert len(run(path, in_part=True).created) == 1


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("身份证号", "1.10105E+17"), ("身份证号", 110105194912310000), ("出生年月", "虚岁80"),
        ("身份类别", "新侨二代"), ("海外直系亲属旅居国", "南洋"), ("回国时间", "解放后"),
        ("家庭住址", "长" * 400), ("常用电话", "13800"), ("出生年月", "2999-01-01"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_kept_is_refused_under_its_heading(north, file, heading, cell):
    report = run(workbook(file, HEADINGS, line(1, **{heading: cell})))
    assert [(remark.row, remark.column) for remark in report.refused] == [(3, heading)]


def test_a_number_that_fails_its_check_goes_in_with_a_word(north, file):
    report = run(workbook(file, HEADINGS, line(1, 身份证号="110105194912310021")))
    assert [(remark.row, remark.column) for remark in report.warnings] == [(3, "身份证号")]
    assert Person.objects.get().documents.get().check_result == "unverified"


def test_somebody_elses_paper_is_refused(north, file):
    people.person(full_name="别人", documents=(DocumentValues(number=resident_id(sequence=2)),))
    report = run(workbook(file, HEADINGS, line(1)))
    assert [(remark.row, remark.column) for remark in report.refused] == [(3, "身份证号")]


def test_the_same_person_twice_in_one_file_is_refused(north, file):
    report = run(workbook(file, HEADINGS, line(1), line(1)))
    assert [remark.row for remark in report.refused] == [4]


def test_every_person_is_on_record_in_the_audit(north, file):
    run(workbook(file, HEADINGS, line(1), line(2)))
    actions = list(AuditEntry.objects.order_by("seq").values_list("action", flat=True))
    assert actions == ["person.add", "person.add", "person.import"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_the_country(north, tmp_path, encoding):
    path = tmp_path / "roster.csv"
    text = ",".join(HEADINGS) + "\r\n" + ",".join(str(cell) for cell in line(1)) + "\r\n"
    path.write_bytes(text.encode(encoding))
    assert len(run(path).created) == 1


def test_headings_are_known_by_their_variants(north, file):
    book = [["序号", "侨眷姓名 ", "联系　电话", "证件号码（必填）", "归侨/侨眷", "侨居国(地区)"]]
    book[0][3] = "证件号码"
    book[0][5] = "居住国（地区）"
    report = run(
        workbook(
            file, *book, [1, "曾庆红", 13800138000, resident_id(), "侨眷", "新加坡"], title=False
        )
    )
    assert (len(report.created), report.unknown) == (1, [])
    assert Person.objects.get().identities.get().country == "SG"


def test_files_that_are_no_roster_get_a_sentence(north, file, tmp_path, monkeypatch):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"\x89PNG\r\n" + b"0" * 500)
    with pytest.raises(FileUnreadableError):
        run(broken)
    with pytest.raises(FileUnreadableError):
        run(tmp_path / "missing.xlsx")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00\x00" * 20)
    with pytest.raises(FileUnreadableError):
        run(binary)
    with pytest.raises(HeadingsMissingError):
        run(workbook(file, ["a", "b"], [1, 2]))
    with pytest.raises(SheetAmbiguousError):
        run(workbook(file, HEADINGS, line(1), sheets=2))
    with pytest.raises(SheetAmbiguousError):
        run(workbook(file, title=False))
    with pytest.raises(HeadingTwiceError):
        run(workbook(file, [*HEADINGS, "联系电话"], line(1)))
    monkeypatch.setattr(roster, "LARGEST_FILE", 100)
    with pytest.raises(FileTooLargeError):
        run(workbook(file, HEADINGS, line(1)))


def test_more_rows_than_one_batch(north, file, monkeypatch):
    monkeypatch.setattr("crm.people.importing.running.BATCH", 7)
    rows = [line(number, 姓名=f"陈{number}") for number in range(1, 31)]
    assert len(run(workbook(file, HEADINGS, *rows)).created) == 30


def test_the_command_prints_what_became_of_each_row(sites, db, file):
    workbook(file, HEADINGS, line(1), line(2, 性别="?"))
    out = io.StringIO()
    with pytest.raises(CommandError, match="--in-part"):
        call_command("import_people", str(file), "--tenant", "north", stdout=out)
    assert "性别" in out.getvalue()
    assert "民族" in out.getvalue()
    call_command("import_people", str(file), "--tenant", "north", "--in-part", stdout=out)
    with pytest.raises(CommandError):
        call_command("import_people", str(file), "--tenant", "nowhere", stdout=out)
