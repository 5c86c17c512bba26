"""Sheets, headings and layouts are found whatever stands around them."""

import openpyxl
import pytest

from crm.people.importing.layouts import LAYOUTS
from crm.people.importing.planning import plan_workbook
from tests.factories import rosters
from tests.factories.rosters import read, table, write_csv, write_ods, write_xlsx

REGISTER = "guiqiao_qiaojuan_register"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("ending", ["xlsx", "ods", "csv", "gb18030", "utf-16"])
def test_a_clean_file_of_every_layout_is_read_without_a_word(tmp_path, layout, ending):
    rows = table(layout, {}, {"姓名": "陈一鸣"})
    name = rosters.LAYOUTS[layout][0]
    if ending == "xlsx":
        path = write_xlsx(tmp_path / "a.xlsx", (name, rows))
    elif ending == "ods":
        path = write_ods(tmp_path / "a.ods", name, rows)
    else:
        path = write_csv(tmp_path / f"{name}.csv", rows, "utf-8-sig" if ending == "csv" else ending)
    [plan] = plan_workbook(path)
    assert (plan.layout, plan.header_rows, plan.rows, plan.skipped) == (layout, (1,), 2, "")
    assert "" not in plan.mapping.values()
    first, second = read(path)
    assert [first.issues, second.issues] == [[], []]
    assert (first.number, second.number) == (2, 3)
    assert first.values.full_name == rosters.LAYOUTS[layout][1]["姓名"]
    assert second.values.full_name == "陈一鸣"


def test_the_values_of_the_register(tmp_path):
    [row] = read(write_xlsx(tmp_path / "a.xlsx", ("归侨侨眷", table(REGISTER, {}))))
    values = row.values
    assert (values.sex, str(values.birth_date), values.birth_precision) == (
        "female", "1949-12-31", "day",
    )  # fmt: skip
    assert [(part.kind, part.number) for part in values.documents] == [
        ("resident_id", rosters.resident_id(sequence=2))
    ]
    assert [phone.number for phone in values.phones] == ["13805920001"]
    [identity] = values.identities
    assert (identity.code, identity.country, str(identity.since), identity.since_precision) == (
        "GQ", "ID", "1960-01-01", "year",
    )  # fmt: skip
    assert values.facts == {"ethnic_group": "01", "resettled": "1960", "education": "senior"}
    assert (values.address, values.note) == ("厦门市思明区榕荫里12号", "会潮汕话")
    assert row.origin["documents.0"] == "身份证号"
    assert row.origin["identities.0"] == "身份类别"


def test_the_household_of_a_farm_and_the_contacts_of_a_student(tmp_path):
    [row] = read(write_xlsx(tmp_path / "a.xlsx", ("职工花名册", table("huaqiao_farm_roster", {}))))
    assert (row.household.number, row.household.head_name, row.household.relation) == (
        "A-12", "黄阿福", "head",
    )  # fmt: skip
    assert row.values.facts["farm_land"] == "3.5"
    [row] = read(write_xlsx(tmp_path / "b.xlsx", ("留学人员", table("returned_student_info", {}))))
    assert {contact.kind.value: contact.value for contact in row.values.contacts} == {
        "wechat": "linxy1996", "email": "lin@example.com",
    }  # fmt: skip
    assert row.values.other_names == ("Lin Xiaoyu",)


@pytest.mark.parametrize("merged", [True, False])
def test_titles_and_two_levels_of_headings(tmp_path, merged):
    rows = [
        ["XX社区归侨侨眷登记表", "", "", "", "", "", ""],
        ["填报单位：榕荫社区", "", "", "", "填报日期：2024年5月", "", ""],
        ["序号", "姓名", "性别", "亲属情况", "", "", "备注"],
        ["", "", "", "姓名", "关系", "国别", ""],
        [1, "曾庆红", "女", "Tan Bo", "儿子", "新加坡", ""],
        ["合计", "", "1", "", "", "", ""],
        ["填表人：王五", "", "", "审核人：", "", "", ""],
    ]
    merge = "A1:G1 A2:C2 D3:F3 A3:A4 B3:B4 C3:C4 G3:G4" if merged else ""
    path = write_xlsx(tmp_path / "a.xlsx", ("Sheet1", rows), merge=merge)
    [plan] = plan_workbook(path)
    assert plan.header_rows == (3, 4)
    assert plan.headings == (
        "序号", "姓名", "性别", "亲属情况/姓名", "亲属情况/关系", "亲属情况/国别", "备注",
    )  # fmt: skip
    assert plan.mapping["亲属情况/姓名"] == "overseas_people"
    assert plan.rows == 1
    person, total, signature = read(path)
    [hint] = person.overseas
    assert (hint.relation, hint.country, hint.count) == ("CHI", "SG", 1)
    assert "Tan" not in str((person.values, person.overseas, person.household))
    assert (total.skip, signature.skip, total.values) == ("total", "note", None)


def test_groups_above_every_column(tmp_path):
    rows = [
        ["基本情况", "", "", "海外亲属", ""],
        ["姓名", "性别", "联系电话", "关系", "国家"],
        ["曾庆红", "女", "13805920001", "父亲", "泰国"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("名册", rows), merge="A1:C1 D1:E1")
    [plan] = plan_workbook(path)
    assert plan.header_rows == (1, 2)
    assert plan.mapping == {
        "基本情况/姓名": "full_name", "基本情况/性别": "sex", "基本情况/联系电话": "phone",
        "海外亲属/关系": "overseas_relation", "海外亲属/国家": "overseas_country",
    }  # fmt: skip
    [row] = read(path)
    assert (row.values.full_name, row.overseas[0].relation) == ("曾庆红", "PAR")
    assert row.issues == []


def test_three_levels_of_headings_without_merged_cells(tmp_path):
    rows = [
        ["侨界困难家庭情况表", "", "", "", "", ""],
        ["序号", "户主姓名", "家庭情况", "", "", "备注"],
        ["", "", "家庭人口", "住房情况", "", ""],
        ["", "", "", "类型", "面积", ""],
        [1, "陈秀英", 3, "自建", 80, ""],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("困难归侨台账", rows))
    [plan] = plan_workbook(path)
    assert plan.header_rows == (2, 3, 4)
    assert plan.headings[2:5] == (
        "家庭情况/家庭人口", "家庭情况/住房情况/类型", "家庭情况/住房情况/面积",
    )  # fmt: skip
    [row] = read(path)
    assert (row.number, row.values.full_name) == (5, "陈秀英")


@pytest.mark.parametrize("above", [0, 1, 7])
def test_headings_need_not_stand_in_the_first_row(tmp_path, above):
    rows = [["花名册"]] * above + table(REGISTER, {})
    [plan] = plan_workbook(write_xlsx(tmp_path / "a.xlsx", ("归侨侨眷", rows)))
    assert plan.header_rows == (above + 1,)


def test_headings_on_every_page_and_lines_numbered_in_advance(tmp_path):
    rows = table(REGISTER, {}, {"姓名": "陈一鸣"})
    rows.insert(2, list(rows[0]))
    rows = [["序号", *rows[0]], *[[number, *row] for number, row in enumerate(rows[1:], 1)]]
    rows[2][0] = "序号"
    rows.append([9, *[""] * (len(rows[0]) - 1)])
    path = write_xlsx(tmp_path / "a.xlsx", ("归侨侨眷", rows))
    assert plan_workbook(path)[0].rows == 2
    assert [row.skip for row in read(path)] == ["", "heading", ""]


def test_cards_with_labels_left_and_values_right(tmp_path):
    def card(name, born):
        return [
            ["侨情普查表", "", "", "", "", ""],
            ["姓名", name, "性别", "男", "出生年月", born],
            ["国(地区)籍", "中国", "", "身份", "1.华侨(√) 2.外籍华人() 3.归侨()", ""],
            ["住在国(地区)", "意大利", "联系电话", "13805920002", "", ""],
            ["国内居住地址", "南安市官桥镇", "", "", "", ""],
            ["调查员", "李四", "调查日期", "2024-05-01", "", ""],
        ]

    path = write_xlsx(
        tmp_path / "a.xlsx", ("普查", card("陈大文", "1960-03") + card("吴国华", "1958"))
    )
    [plan] = plan_workbook(path)
    assert (plan.is_cards, plan.layout, plan.rows) == (True, "qiaoqing_census_person", 2)
    first, second = read(path)
    assert (first.number, second.number) == (2, 8)
    assert (first.values.full_name, second.values.full_name) == ("陈大文", "吴国华")
    assert str(second.values.birth_date) == "1958-01-01"
    [identity] = first.values.identities
    assert (identity.code, identity.country) == ("HQ", "IT")
    assert first.values.address == "南安市官桥镇"
    assert sorted(issue.code for issue in first.issues) == [
        "not_collected",
        "not_collected",
        "ticks",
    ]


def test_every_sheet_gets_its_plan(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "会议记录"
    book.active.append(["时间", "内容"])
    for name, layout in (("归侨侨眷", REGISTER), ("留学人员", "returned_student_info")):
        sheet = book.create_sheet(name)
        for row in table(layout, {}):
            sheet.append(row)
    hidden = book.create_sheet("旧表")
    hidden.sheet_state = "hidden"
    for row in table(REGISTER, {}):
        hidden.append(row)
    book.create_sheet("空")
    book.save(tmp_path / "a.xlsx")
    plans = plan_workbook(tmp_path / "a.xlsx")
    assert [(plan.name, plan.layout, plan.skipped) for plan in plans] == [
        ("会议记录", "", "not_people"),
        ("归侨侨眷", REGISTER, ""),
        ("留学人员", "returned_student_info", ""),
        ("旧表", REGISTER, "hidden"),
        ("空", "", "blank"),
    ]


def test_two_columns_of_one_meaning_take_two_headings(tmp_path):
    rows = [["姓名", "性别", "性别", "联系电话", "手机"], ["曾庆红", "女", "男", "13805920001", ""]]
    [plan] = plan_workbook(write_xlsx(tmp_path / "a.xlsx", ("名册", rows)))
    assert plan.headings[2] == "性别 (2)"
    assert (plan.mapping["性别"], plan.mapping["性别 (2)"]) == ("sex", "")
    assert (plan.mapping["联系电话"], plan.mapping["手机"]) == ("phone", "phone")


def test_what_is_not_kept_is_said_on_each_row_where_it_is_filled(tmp_path):
    rows = table(
        REGISTER,
        {"政治面貌": "群众", "海外直系亲属护照号": "K1234567", "积分": "3", "特长": "书法"},
        {},
        extra=("政治面貌", "海外直系亲属护照号", "积分", "特长"),
    )
    for row in rows:
        row.append("")
    rows[1][-1] = "漏写"
    full, empty = read(write_xlsx(tmp_path / "a.xlsx", ("归侨侨眷", rows)))
    assert [(issue.column, issue.code, issue.severity) for issue in full.issues] == [
        ("政治面貌", "not_collected", "warning"),
        ("海外直系亲属护照号", "not_collected", "warning"),
        ("积分", "not_known", "warning"),
        ("特长", "not_kept_yet", "warning"),
        ("", "no_heading", "warning"),
    ]
    assert empty.issues == []
    assert "K1234567" not in str(full.values)
