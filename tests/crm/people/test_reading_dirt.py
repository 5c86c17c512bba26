"""Names, dates, phones and papers: each dirt is put right with a word, or refused."""

import datetime as dt

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.factories.people import resident_id
from tests.factories.rosters import codes, read, read_cell


@pytest.fixture
def file(tmp_path):
    return tmp_path / "a.xlsx"


def born(reading):
    values = reading.values
    return str(values.birth_date)[: {"day": 10, "month": 7, "year": 4}[values.birth_precision]]


def errors(reading):
    return [issue.code for issue in reading.issues if issue.severity == "error"]


# Names, D02, D04 and D18.


@pytest.mark.parametrize(
    ("cell", "name", "others", "issues"),
    [
        ("王　芳", "王芳", (), ["spaces"]),
        ("李 明", "李明", (), ["spaces"]),
        ("某某  某", "某某某", (), ["spaces", "spaces"]),
        ("\u200b张三", "张三", (), ["spaces"]),
        (" 张三", "张三", (), ["spaces"]),
        ("某大文(大某)", "某大文", ("大某",), ["name_parts"]),
        ("陈某某（Tan Bo Bo）", "陈某某", ("Tan Bo Bo",), ["name_parts"]),
        ("陳某某", "陳某某", (), []),
        ("CHEN Moumou", "CHEN Moumou", (), []),
        ("Chan Mau-mau", "Chan Mau-mau", (), []),
        ("阿里木·买买提", "阿里木·买买提", (), []),
        ("阿里木• 买买提", "阿里木·买买提", (), ["width"]),
        ("ＡＢＣ", "ABC", (), ["width"]),
        ("欧阳震华", "欧阳震华", (), []),
        ("𠮷田一", "𠮷田一", (), []),
    ],
)
def test_names(file, cell, name, others, issues):
    reading = read_cell(file, "姓名", cell)
    assert (reading.values.full_name, reading.values.other_names) == (name, others)
    found = codes(reading)
    assert set(found) == set(issues), found


@pytest.mark.parametrize("cell", ["不详", "暂无", "无"])
def test_a_word_for_nothing_is_no_name(file, cell):
    reading = read_cell(file, "姓名", cell)
    assert (reading.values.full_name, codes(reading)) == ("", ["empty_word"])


@pytest.mark.parametrize("cell", ["张三、李四(夫妻)", "张三/李四", "陈某某等3人", "张三和李四光"])
def test_two_people_in_the_cell_of_a_name_are_refused(file, cell):
    assert errors(read_cell(file, "姓名", cell)) == ["several_people"]


# Dates, D03.


@pytest.mark.parametrize(
    ("cell", "date", "issue"),
    [
        ("1956-03-07", "1956-03-07", ""),
        (dt.date(1956, 3, 7), "1956-03-07", ""),
        ("1956-03", "1956-03", ""),
        ("1956", "1956", ""),
        (1956, "1956", ""),
        ("1956/3/7", "1956-03-07", "date_format"),
        ("1956.03", "1956-03", "date_format"),
        ("1956.3", "1956-03", "date_format"),
        (1956.3, "1956-03", "date_format"),
        ("19560307", "1956-03-07", "date_format"),
        (19560307, "1956-03-07", "date_format"),
        ("195603", "1956-03", "date_format"),
        ("1956年3月", "1956-03", "date_format"),
        ("1956年3月7日", "1956-03-07", "date_format"),
        ("１９５６年３月", "1956-03", "date_format"),
        ("1956-03-07 00:00:00", "1956-03-07", "date_format"),
        ("20521", "1956-03-07", "date_serial"),
        (20521, "1956-03-07", "date_serial"),
        ("民国四十五年", "1956", "date_words"),
        ("民国45年3月7日", "1956-03-07", "date_words"),
        ("一九五六年三月", "1956-03", "date_words"),
        ("一九五六年三月二十日", "1956-03-20", "date_words"),
        ("约1960年", "1960", "date_about"),
        ("1960年左右", "1960", "date_about"),
        ("13/3/1956", "1956-03-13", "date_format"),
    ],
)
def test_dates(file, cell, date, issue):
    reading = read_cell(file, "出生年月", cell, 身份证号="")
    assert born(reading) == date
    assert codes(reading) == ([issue] if issue else [])


@pytest.mark.parametrize(
    ("cell", "issue"),
    [
        ("56.3.7", "date_two_digit_year"), ("五八年三月", "date_two_digit_year"),
        ("56年", "date_two_digit_year"), ("60年代", "date_decade"), ("农历三月", "date_lunar"),
        ("1956-02-30", "date_impossible"), ("解放后", "not_a_date"), (1958.1, "date_month_lost"),
        ("200101", "date_ambiguous"), ("3/4/1956", "date_ambiguous"), ("1956-13",
        "date_impossible"),
    ],
)  # fmt: skip
def test_dates_that_are_asked_about(file, cell, issue):
    reading = read_cell(file, "出生年月", cell, 身份证号="")
    assert errors(reading) == [issue]
    assert reading.values.birth_date is None


def test_an_unknown_date_is_empty_with_a_word(file):
    reading = read_cell(file, "出生年月", "不详", 身份证号="")
    assert (reading.values.birth_date, codes(reading)) == (None, ["empty_word"])


def test_a_year_of_two_digits_takes_its_century_from_the_number_or_the_clerk(file):
    number = resident_id(dt.date(1956, 3, 7), sequence=2)
    reading = read_cell(file, "出生年月", "56.3.7", 身份证号=number)
    assert (born(reading), codes(reading)) == ("1956-03-07", ["date_century"])
    reading = read_cell(file, "出生年月", "五八年三月", 身份证号="", settings={"century": "19"})
    assert (born(reading), codes(reading)) == ("1958-03", ["date_century"])
    # A number of another year says nothing about the century.
    reading = read_cell(file, "出生年月", "58.3.7", 身份证号=number)
    assert errors(reading) == ["date_two_digit_year"]


def test_a_month_that_a_spreadsheet_has_cut_is_asked_of_the_number(file):
    number = resident_id(dt.date(1956, 10, 3), sequence=2)
    reading = read_cell(file, "出生年月", 1956.1, 身份证号=number)
    assert (born(reading), codes(reading)) == ("1956-10", ["date_format"])
    reading = read_cell(file, "出生年月", 1956.1, 身份证号="")
    assert (reading.values.birth_date, errors(reading)) == (None, ["date_month_lost"])


def test_a_cell_of_type_date_may_show_the_month_only(file):
    cell = dt.date(1956, 3, 1)
    number = resident_id(dt.date(1956, 3, 17), sequence=2)
    reading = read_cell(file, "出生年月", cell, 身份证号=number)
    assert (born(reading), codes(reading)) == ("1956-03", ["date_format"])
    number = resident_id(dt.date(1956, 3, 1), sequence=2)
    reading = read_cell(file, "出生年月", cell, 身份证号=number)
    assert (born(reading), codes(reading)) == ("1956-03-01", [])
    assert born(read_cell(file, "出生年月", cell, 身份证号="")) == "1956-03"
    assert born(read_cell(file, "出生日期", cell, "volunteer_register")) == "1956-03-01"


def test_days_are_counted_by_the_calendar_of_the_file(file):
    read_cell(file, "出生年月", 20521, 身份证号="")
    book = openpyxl.load_workbook(file)
    book.epoch = CALENDAR_MAC_1904
    book.save(file)
    [reading] = read(file)
    assert born(reading) == "1960-03-08"


# Phones, D05.


@pytest.mark.parametrize(
    ("cell", "numbers", "issues"),
    [
        ("13800000001", ("13800000001",), []),
        (13800000001, ("13800000001",), []),
        (13800000001.0, ("13800000001",), []),
        ("13800000001.0", ("13800000001",), ["phone_format"]),
        ("138-0000-0001", ("13800000001",), ["phone_format"]),
        ("138 0000 0001", ("13800000001",), ["phone_format"]),
        ("１３８００００００００", ("13800000000",), ["width"]),
        ("0592-1234567", ("0592-1234567",), []),
        ("0592-1234567转8", ("0592-1234567转8",), []),
        ("（０５９２）1234567", ("(0592)1234567",), ["width", "phone_format"]),
        ("13800000001/13900000002", ("13800000001", "13900000002"), ["several"]),
        ("13800000001、13900000002", ("13800000001", "13900000002"), ["several"]),
        ("13800000001 13900000002", ("13800000001", "13900000002"), ["several"]),
        ("+39 333 1234567", ("+393331234567",), ["phone_format"]),
        ("0039333123456", ("+39333123456",), ["phone_format"]),
        ("13800000001(妻)", ("13800000001",), ["phone_words"]),
        ("手机：13800000001", ("13800000001",), ["phone_words"]),
        ("无", (), ["empty_word"]),
    ],
)
def test_phones(file, cell, numbers, issues):
    reading = read_cell(file, "常用电话", cell)
    assert tuple(phone.number for phone in reading.values.phones) == numbers
    assert codes(reading) == issues


@pytest.mark.parametrize(
    ("cell", "issue"),
    [
        ("1.38E+10", "phone_lost_digits"), (1.38e16, "phone_lost_digits"), ("同上",
        "ditto_unclear"),
        ("问居委会", "phone_invalid"), ("0592-1234567/8", "phone_invalid"),
    ],
)  # fmt: skip
def test_phones_that_are_refused(file, cell, issue):
    reading = read_cell(file, "常用电话", cell)
    assert errors(reading) == [issue]
    assert reading.values.phones == ()


# Papers, D06 and D07.


@pytest.mark.parametrize(
    ("cell", "kind", "number", "issues"),
    [
        ("11010519491231002X", "resident_id", "11010519491231002X", []),
        ("'11010519491231002X", "resident_id", "11010519491231002X", ["marks"]),
        ("11010519491231002x", "resident_id", "11010519491231002X", ["number_format"]),
        ("11010519491231002X ", "resident_id", "11010519491231002X", ["spaces"]),
        ("110105 19491231 002X", "resident_id", "11010519491231002X", ["number_format"]),
        ("１１０１０５１９４９１２３１００２Ｘ", "resident_id", "11010519491231002X", ["width"]),
        ("身份证：11010519491231002X", "resident_id", "11010519491231002X", ["number_format"]),
        ("440524800101001", "resident_id", "440524800101001", []),
        ("G12345678", "passport", "G12345678", ["document_moved"]),
        ("E1234567", "passport", "E1234567", ["document_moved"]),
        ("H12345678", "home_return_permit", "H12345678", ["document_moved"]),
        ("M1234567801", "home_return_permit", "M1234567801", ["document_moved"]),
        ("810000199408230021", "residence_permit", "810000199408230021", ["document_moved"]),
    ],
)
def test_papers(file, cell, kind, number, issues):
    reading = read_cell(file, "身份证号", cell)
    [document] = reading.values.documents
    assert (document.kind, document.number) == (kind, number)
    assert codes(reading) == issues


@pytest.mark.parametrize(
    "cell", ["1.10105E+17", 110105194912310021, "110105194912310000", "1.10105E17", 1.1e17]
)
def test_a_damaged_number_is_never_imported(file, cell):
    reading = read_cell(file, "身份证号", cell)
    assert errors(reading) == ["id_lost_precision"]
    assert reading.values.documents == ()


def test_a_number_that_rightly_ends_in_zeros_is_kept(file):
    number = next(
        number
        for day in range(1, 29)
        for month in range(1, 13)
        if (number := resident_id(dt.date(1950, month, day), sequence=0)[:17] + "0")
        == resident_id(dt.date(1950, month, day), sequence=0)
    )
    reading = read_cell(file, "身份证号", number, 出生年月="", 性别="")
    assert [document.number for document in reading.values.documents] == [number]
    assert reading.issues == []


@pytest.mark.parametrize("cell", ["无", "在国外", "—", "/"])
def test_no_number_is_an_empty_cell_with_a_word(file, cell):
    reading = read_cell(file, "身份证号", cell)
    assert (reading.values.documents, codes(reading)) == ((), ["empty_word"])


def test_messages_show_no_whole_number(file):
    for cell in ("'11010519491231002x", "11010519491231002X/G12345678"):
        reading = read_cell(file, "身份证号", cell)
        assert reading.issues
        assert "194912" not in " ".join(str(issue.message) for issue in reading.issues)


def test_the_same_paper_or_phone_twice_is_kept_once(file):
    reading = read_cell(file, "身份证号", "110105491231002、11010519491231002X")
    assert [document.number for document in reading.values.documents] == ["11010519491231002X"]
    assert codes(reading) == ["several", "older_number"]
    reading = read_cell(file, "常用电话", "13800000001", 手机="+8613800000001")
    assert ([phone.number for phone in reading.values.phones], codes(reading)) == (
        ["13800000001"],
        [],
    )
