"""Nothing is changed, joined, moved or passed over without a word: what slips past a reader."""

import datetime as dt

import pytest

from crm.people.importing.errors import FileQuoteError
from crm.people.importing.planning import plan_workbook
from tests.factories.people import resident_id
from tests.factories.rosters import codes, read, read_cell, write_csv, write_ods, write_xlsx

ID = resident_id(sequence=2)
BORN = dt.date(1949, 12, 31)
HEADINGS = ["序号", "姓名", "性别", "联系电话"]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "a.xlsx"


def errors(reading):
    return [issue.code for issue in reading.issues if issue.severity == "error"]


def table(path, *rows):
    """Return the readings of a sheet by row."""
    write_xlsx(path, ("名册", [HEADINGS, *rows]))
    return {reading.number: reading for reading in read(path)}


# Rows.


def test_a_row_of_a_phone_alone_is_no_line_numbered_in_advance(file):
    found = table(file, [1, "张三", "男", "13805920001"], [2, "", "", "13805920002"], [3, "", ""])
    assert [*found] == [2, 3]
    assert found[3].values.phones


def test_a_second_table_below_the_first_is_not_read_by_its_columns(file):
    found = table(
        file,
        [1, "张三", "男", "13805920001"],
        ["联系电话", "姓名", "备注", "性别"],
        ["13805920002", "李四", "", "男"],
        HEADINGS,
        [2, "王五", "男", "13805920003"],
    )
    assert (found[3].skip, found[5].skip) == ("other_headings", "heading")
    assert ["other_headings" in errors(found[row]) for row in (2, 4, 6)] == [False, True, False]


def test_headings_of_another_order_do_not_hide_behind_a_name(file):
    found = table(file, ["姓名", "联系电话", "备注", "性别"], ["李四", "13805920002", "", "男"])
    assert "other_headings" in errors(found[2])
    assert "other_headings" in errors(found[3])


def test_examples_of_a_template_are_no_people(file):
    found = table(file, ["例", "张三", "男", "13800000000"], [1, "李四（示例）"], [1, "王五", "男"])
    assert [found[row].skip for row in (2, 3, 4)] == ["example", "example", ""]


def test_merged_cells_of_ods_are_filled_down(tmp_path):
    span = '<table:table-cell office:value-type="string" table:number-rows-spanned="2">'
    rows = [
        ["姓名", "家庭住址"],
        ["张三", f"{span}<text:p>一号楼</text:p></table:table-cell>"],
        ["李四", "<table:covered-table-cell/>"],
        ["王五", ""],
    ]
    path = write_ods(tmp_path / "a.ods", "名册", rows)
    assert [reading.values.address for reading in read(path)] == ["一号楼", "一号楼", None]
    assert codes(read(path)[1]) == ["merged"]


def test_two_lists_side_by_side_make_nobody(file):
    write_xlsx(
        file, ("名册", [["姓名", "联系电话"] * 2, ["张三", "13805920001", "李四", "13805920002"]])
    )
    [reading] = read(file)
    assert [(issue.column, issue.code) for issue in reading.issues] == [
        ("姓名 (2)", "several_people")
    ]


def test_a_quotation_mark_that_is_never_closed_hides_no_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('姓名,性别,备注\n张三,男,"会修\n李四,男,\n', encoding="utf-8")
    with pytest.raises(FileQuoteError):
        plan_workbook(path)
    path.write_text('姓名,性别,备注\n张三,男,"会\n修"\n李四,男,5"管\n', encoding="utf-8")
    assert [reading.values.full_name for reading in read(path)] == ["张三", "李四"]


# Headings.


def test_headings_in_english_and_in_traditional_characters(tmp_path):
    english = ["No.", "Name", "Sex", "Date of Birth", "ID Number", "Phone", "Remarks"]
    write_csv(tmp_path / "a.csv", [english, [1, "张三", "男", "1949-12-31", ID, "", ""]])
    [plan] = plan_workbook(tmp_path / "a.csv")
    assert [*plan.mapping.values()] == [
        "ignored", "full_name", "sex", "birth_date", "id_number", "phone", "note",
    ]  # fmt: skip
    write_csv(
        tmp_path / "b.csv", [["姓名", "性別", "身份證號", "聯繫電話"], ["陳國強", "男", "", ""]]
    )
    [plan] = plan_workbook(tmp_path / "b.csv")
    assert [*plan.mapping.values()] == ["full_name", "sex", "id_number", "phone"]


@pytest.mark.parametrize(
    ("headings", "cells", "identities"),
    [
        (["归侨", "侨眷"], ["√", ""], ["GQ"]),
        (["归侨", "侨眷"], ["×", "☑"], ["QJ"]),
        (["是否归侨", "是否侨眷"], ["是", "否"], ["GQ"]),
        (["是否归侨", "是否侨眷"], ["归侨", ""], ["GQ"]),
    ],
)
def test_identities_may_have_a_column_each(file, headings, cells, identities):
    write_xlsx(file, ("名册", [["姓名", *headings], ["张三", *cells]]))
    [reading] = read(file)
    assert [identity.code.value for identity in reading.values.identities] == identities
    assert errors(reading) == []


def test_a_form_may_answer_with_an_identity(file):
    rows = [["姓名", "张三", "性别", "男"], ["身份", "归侨", "联系电话", "13805920001"]]
    write_xlsx(file, ("人员信息表", rows))
    [reading] = read(file)
    assert [identity.code.value for identity in reading.values.identities] == ["GQ"]


# Names.


@pytest.mark.parametrize("cell", ["王芳 李明", "王小芳 李明", "王芳夫妇", "王芳一家", "王芳及其子"])
def test_two_people_are_never_joined_into_one(file, cell):
    assert errors(read_cell(file, "姓名", cell)) == ["several_people"]


@pytest.mark.parametrize("cell", ["√", "12", 12, True, "50%", "□□"])
def test_a_name_has_letters(file, cell):
    reading = read_cell(file, "姓名", cell)
    assert (reading.values.full_name, errors(reading)) == ("", ["not_a_name"])


@pytest.mark.parametrize(
    "cell", ["王芳1", "王?", "王□", "王芳 13805920001", "王\ue000", "\ufffd芳"]
)
def test_a_name_with_odd_signs_is_kept_with_a_word(file, cell):
    reading = read_cell(file, "姓名", cell)
    assert (reading.values.full_name, codes(reading)) == (cell, ["name_unusual"])


def test_a_remark_behind_a_name_is_no_part_of_it(file):
    reading = read_cell(file, "姓名", "王芳 已故")
    assert (reading.values.full_name, reading.values.status) == ("王芳", "deceased")
    reading = read_cell(file, "姓名", "王芳(作废)")
    assert (reading.values.other_names, codes(reading)) == ((), ["name_remark"])


def test_names_of_relatives_are_counted_as_names(file):
    for cell, count in (
        ("李 明", 1),
        ("欧阳 震华", 1),
        ("王芳 李明", 2),
        ("王芳夫妇", 2),
        ("王芳&李明", 2),
    ):
        reading = read_cell(file, "海外亲属姓名", cell)
        assert sum(hint.count for hint in reading.overseas) == count, cell
    assert read_cell(file, "曾用名", "王芳 李明").values.former_names == ("王芳", "李明")


def test_what_stands_beside_the_name_of_a_head_is_kept_with_a_word(file):
    reading = read_cell(file, "户主", "黄阿福(已故)", "huaqiao_farm_roster", 与户主关系="长子")
    assert (reading.household.head_name, codes(reading)) == ("黄阿福", ["name_remark"])
    assert "黄阿福(已故)" in reading.values.note


def test_the_same_head_as_above_needs_the_same_household(file):
    headings = ["户号", "户主", "姓名"]
    rows = [["1", "黄阿福", "黄阿福"], ["1", "同上", "李阿妹"], ["2", "同上", "黄小福"]]
    write_xlsx(file, ("职工花名册", [headings, *rows]))
    assert [errors(reading) for reading in read(file)] == [[], [], ["ditto_unclear"]]


# Numbers.


@pytest.mark.parametrize(
    "cell",
    [dt.date(1958, 3, 2), "19580302", "13805920001", "350203580302", ID[:14], ID[:16]],
)
def test_digits_that_are_no_paper_become_none(file, cell):
    reading = read_cell(file, "身份证号", cell)
    assert (reading.values.documents, errors(reading)) == ((), ["not_a_number"])


def test_a_number_that_wraps_in_its_cell_is_one_number(file):
    reading = read_cell(file, "身份证号", f"{ID[:9]}\n{ID[9:]}", 出生年月="")
    assert [paper.number for paper in reading.values.documents] == [ID]
    assert codes(reading) == ["number_format"]


def test_a_passport_that_wraps_in_its_cell_is_one_passport(file):
    reading = read_cell(file, "护照号", "E1234\n5678")
    assert "E12345678" in [paper.number for paper in reading.values.documents]


def test_a_long_number_with_a_decimal_point_has_lost_its_last_digits(file):
    reading = read_cell(file, "身份证号", f"{ID[:17]}0.0")
    assert (reading.values.documents, errors(reading)) == ((), ["id_lost_precision"])


@pytest.mark.parametrize("cell", ["4155552671", 5925551234])
def test_a_landline_without_its_first_zero_is_read_with_a_word(file, cell):
    assert codes(read_cell(file, "常用电话", cell)) == ["phone_trunk_missing"]


@pytest.mark.parametrize(
    ("heading", "cell", "value"),
    [
        ("邮箱", "lin @example.com", "lin@example.com"),
        ("邮箱", "lin＠Example.com", "lin@example.com"),
        ("微信号", "lin xy（新）", "linxy(新)"),
        ("QQ", "123 456", "123456"),
    ],
)
def test_contacts_written_in_another_way(file, heading, cell, value):
    others = {name: "" for name in ("微信号", "邮箱") if name != heading}
    reading = read_cell(file, heading, cell, "returned_student_info", **others)
    assert [contact.value for contact in reading.values.contacts] == [value]
    assert "contact_format" in codes(reading)


@pytest.mark.parametrize(
    ("heading", "cell"), [("常用电话", "13805920001;"), ("护照号", "E12345678、")]
)
def test_a_separator_with_nothing_behind_it_has_a_word(file, heading, cell):
    assert codes(read_cell(file, heading, cell)) == ["several"]


def test_a_phone_that_wraps_in_its_cell_is_one_phone(file):
    reading = read_cell(file, "常用电话", "138\n05920001")
    assert [phone.number for phone in reading.values.phones] == ["13805920001"]
    assert codes(reading) == ["phone_format"]


def test_whose_phone_it_is_is_kept_in_the_note(file):
    reading = read_cell(file, "常用电话", "13805920001(儿子)/13805920002(停机)", 备注="")
    assert reading.values.note == "常用电话: 0001 儿子；0002 停机"
    assert codes(reading) == ["phone_words", "phone_words", "several"]
    assert read_cell(file, "常用电话", "手机：13805920001", 备注="").values.note == ""


# Dates.


@pytest.mark.parametrize("cell", ["1949-12\u200b-31", "'1949-12-31", "1949‐12‐31"])
def test_dates_behind_what_nobody_sees(file, cell):
    reading = read_cell(file, "出生年月", cell)
    assert (reading.values.birth_date, codes(reading)) == (BORN, ["date_format"])


@pytest.mark.parametrize("cell", ["1956年二月廿九", "1958年腊月初八", "1958年正月"])
def test_lunar_dates_are_known_by_their_days_and_months(file, cell):
    assert errors(read_cell(file, "出生年月", cell, 身份证号="")) == ["date_lunar"]


# Words.


@pytest.mark.parametrize(
    ("cell", "identities"), [("歸僑", ["GQ"]), ("归 侨", ["GQ"]), ("☐归侨☒侨眷", ["QJ"])]
)
def test_identities_in_other_characters(file, cell, identities):
    reading = read_cell(file, "身份类别", cell, 原侨居国="")
    assert [identity.code.value for identity in reading.values.identities] == identities
    assert len(codes(reading)) == 1


def test_an_identity_that_brackets_deny_is_not_given(file):
    reading = read_cell(file, "身份类别", "归侨(是) 侨眷(否)")
    assert errors(reading) == ["identity_unknown"]


@pytest.mark.parametrize(
    ("cell", "code"), [("民主德国", "DE"), ("中國", "CN"), ("捷克斯洛伐克", "")]
)
def test_countries_of_former_times_and_in_other_characters(file, cell, code):
    reading = read_cell(file, "现国籍", cell, "overseas_compatriot_info")
    assert reading.values.nationality == code
    assert codes(reading)


@pytest.mark.parametrize(("heading", "cell"), [("性别", "女\u200b"), ("性别", "Female")])
def test_sexes_behind_what_nobody_sees(file, heading, cell):
    reading = read_cell(file, heading, cell)
    assert (reading.values.sex, len(codes(reading))) == ("female", 1)


@pytest.mark.parametrize("cell", ["是\u200b", "是 ", "\u3000是", "是\n"])
def test_yes_with_spaces_has_a_word(file, cell):
    reading = read_cell(file, "是否回国创业人员", cell)
    assert (reading.values.facts["founder"], codes(reading)) == ("yes", ["spaces"])


@pytest.mark.parametrize(
    ("heading", "cell"), [("与户主关系", "户 主"), ("承包土地(亩)", "3 .5"), ("养老保险", "是 ")]
)
def test_spaces_inside_words_and_numbers_have_a_word(file, heading, cell):
    assert codes(read_cell(file, heading, cell, "huaqiao_farm_roster")) == ["spaces"]


@pytest.mark.parametrize(("cell", "flag"), [(1, "yes"), (0, "no"), (True, "yes")])
def test_yes_and_no_as_numbers(file, cell, flag):
    assert read_cell(file, "是否回国创业人员", cell).values.facts["founder"] == flag


def test_a_cell_of_type_true_or_false_is_no_number(file):
    reading = read_cell(file, "家庭住址", True)
    assert reading.values.address == "TRUE"


def test_what_is_too_long_for_a_household_is_refused(file):
    for heading, cell in (("户号", "9" * 31), ("户主", "黄" * 60)):
        reading = read_cell(file, heading, cell, "huaqiao_farm_roster")
        assert errors(reading) == ["too_long"]


def test_the_word_for_the_same_as_above_shows_what_it_stands_for(file):
    headings = ["户号", "户主", "姓名", "联系电话"]
    rows = [
        ["1", "黄阿福", name, phone]
        for name, phone in [("黄阿福", "13805920001"), ("李阿妹", "同上"), ("黄小福", "〃")]
    ]
    write_xlsx(file, ("职工花名册", [headings, *rows]))
    *_others, last = read(file)
    assert [str(issue.message) for issue in last.issues] == ["“〃” was read as “138****0001”."]
