"""Places, people, ticks, countries, identities, ages: each dirt gets its word, or is refused."""

import datetime as dt

import pytest

from crm.people.importing.planning import plan_workbook
from crm.people.importing.reading import read_rows
from tests.factories.people import resident_id
from tests.factories.rosters import codes, read, read_cell, table, write_xlsx

FARM = "huaqiao_farm_roster"
COMPATRIOTS = "overseas_compatriot_info"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "a.xlsx"


def born(reading):
    values = reading.values
    return str(values.birth_date)[: {"day": 10, "month": 7, "year": 4}[values.birth_precision]]


def errors(reading):
    return [issue.code for issue in reading.issues if issue.severity == "error"]


# Places, D08.

REGIONS = {"福建厦门": "350200", "福建南安": "350583", "南安市": "350583",
"广东省江门市台山市": "440781",
           "福建省厦门市": "350200", "厦门市思明区": "350203", "福建": "350000"}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "code", "level"),
    [
        ("福建厦门", "350200", "市"), ("厦门市思明区", "350203", "县"), ("福建省/厦门市",
        "350200", "市"),
        ("闽南安", "350583", "县"), ("南安市(县级)", "350583", "县"), ("福建", "350000", "省"),
        ("广东省 江门市 台山市 ", "440781", "县"),
    ],
)  # fmt: skip
def test_native_places(file, cell, code, level):
    reading = read_cell(file, "籍贯", cell, COMPATRIOTS, find_region=REGIONS.get)
    assert reading.values.region_code == code
    [issue] = [issue for issue in reading.issues if issue.code == "place"]
    assert code in str(issue.message)


def test_a_place_that_is_no_region_is_kept_in_the_note(file):
    reading = read_cell(file, "籍贯", "意大利普拉托", COMPATRIOTS, find_region=REGIONS.get)
    assert (reading.values.region_code, codes(reading)) == ("", ["place_unknown"])
    assert "意大利普拉托" in reading.values.note


# Several people in a cell, D10.


@pytest.mark.parametrize(
    ("cell", "hints"),
    [
        ("长子张一,次子张二 在美国", [("CHI", "US", 1), ("CHI", "US", 1)]),
        ("陈某某等3人", [(None, "", 3)]),
        ("父母均在泰国", [("PAR", "TH", 2)]),
        ("张三、李四(夫妻)", [(None, "", 1), (None, "", 1)]),
        ("Tan Bo Bo", [(None, "", 1)]),
    ],
)
def test_relatives_are_counted_and_never_named(file, cell, hints):
    reading = read_cell(file, "海外亲属姓名", cell)
    assert [(h.relation, h.country, h.count) for h in reading.overseas] == hints
    assert codes(reading) == ["not_collected"]
    said = str((reading.values, reading.overseas, [issue.message for issue in reading.issues]))
    assert not any(name in said for name in ("张一", "张二", "陈某某", "李四", "Tan"))


def test_relations_and_countries_go_together(file):
    reading = read_cell(file, "与海外直系亲属关系", "儿子、女儿", 海外直系亲属旅居国="美国、法国")
    assert [(h.relation, h.country) for h in reading.overseas] == [("CHI", "US"), ("CHI", "FR")]
    reading = read_cell(file, "与海外直系亲属关系", "父女", 海外直系亲属旅居国="美国")
    assert [(h.relation, h.country) for h in reading.overseas] == [(None, "US")]
    assert codes(reading) == ["relation_unclear", "relation_missing"]
    assert "父女" in reading.values.note
    assert "美国" in reading.values.note


# Ticks, D11.


@pytest.mark.parametrize(
    ("cell", "identities"),
    [
        ("1.华侨(√) 2.外籍华人()", ["HQ"]), ("☑归侨 □侨眷", ["GQ"]), ("□归侨 ☑侨眷", ["QJ"]),
        ("1.华侨（ ） 2.归侨（√） 3.侨眷（√）", ["GQ", "QJ"]), ("归侨√ 侨眷□", ["GQ"]),
    ],
)  # fmt: skip
def test_ticked_options(file, cell, identities):
    reading = read_cell(file, "身份类别", cell, 原侨居国="")
    assert [identity.code.value for identity in reading.values.identities] == identities
    assert codes(reading) == ["ticks"]


@pytest.mark.parametrize(
    "cell",
    ["□1978年12月31日前出国(老侨) ☑1979年1月1日后出国(新侨)", "老侨() 新侨(√)",
     "1978年12月31日前出国(老侨)( )  1979年1月1日后出国(新侨)(√)"],
)  # fmt: skip
def test_options_with_numbers_and_brackets_of_their_own(file, cell):
    reading = read_cell(file, "出国时间", cell, "qiaoqing_census_person")
    assert reading.values.facts["period"] == "XQ"
    assert "ticks" in codes(reading)


@pytest.mark.parametrize(
    ("cell", "flag", "issues"),
    [
        ("是", "yes", []), ("否", "no", []), ("是( √ ) 否()", "yes", ["ticks"]),
        ("是（） 否（√）", "no", ["ticks"]), ("√", "yes", ["code_word"]), ("×",
        "no", ["code_word"]),
        ("Y", "yes", ["code_word"]), ("是( ) 否( )", None, ["nothing_ticked"]),
        ("看情况", None, ["not_a_flag"]),
    ],
)  # fmt: skip
def test_yes_and_no(file, cell, flag, issues):
    reading = read_cell(file, "是否回国创业人员", cell)
    assert (reading.values.facts.get("founder"), codes(reading)) == (flag, issues)


# The same as above, D12.


def farm(*rows):
    clean = {"身份证号": "", "联系电话": "", "承包土地(亩)": ""}
    return ("职工花名册", table(FARM, *[clean | row for row in rows]))


def test_ditto_holds_inside_one_household(file):
    rows = [
        {"联系电话": "13805920001"},
        {"姓名": "黄小妹", "与户主关系": "女儿", "联系电话": "同上"},
    ]
    _first, second = read(write_xlsx(file, farm(*rows)))
    assert [phone.number for phone in second.values.phones] == ["13805920001"]
    assert codes(second) == ["ditto"]
    rows[1] |= {"户号": "A-13", "户主": "黄小妹", "与户主关系": "户主"}
    _first, second = read(write_xlsx(file, farm(*rows)))
    assert (second.values.phones, errors(second)) == ((), ["ditto_unclear"])


def test_merged_household_cells_are_filled_down(file):
    rows = [{}, {"户号": "", "户主": "", "姓名": "黄小妹", "与户主关系": "女儿"},
            {"户号": "B-1", "户主": "李四", "姓名": "李四"}]  # fmt: skip
    for merge in ("B2:B3 C2:C3", ""):
        readings = read(write_xlsx(file, farm(*rows), merge=merge))
        households = [(r.household.number, r.household.head_name) for r in readings]
        assert households == [("A-12", "黄阿福"), ("A-12", "黄阿福"), ("B-1", "李四")]
        assert [codes(reading) for reading in readings] == [[], ["merged", "merged"], []]
        assert readings[1].household.relation == "child"


def test_a_merged_cell_does_not_cross_households(file):
    rows = [
        {"联系电话": "13805920001"},
        {"户号": "B-1", "户主": "李四", "姓名": "李四", "联系电话": ""},
    ]
    column = "ABCDEFGHIJKLMNOPQ"[list(table(FARM, {})[0]).index("联系电话")]
    _first, second = read(write_xlsx(file, farm(*rows), merge=f"{column}2:{column}3"))
    assert (second.values.phones, codes(second)) == ((), ["merged_across_households"])


# Countries, D13.


@pytest.mark.parametrize(
    ("cell", "country", "issues"),
    [
        ("美国", "US", []), ("USA", "US", ["country"]), ("U.S", "US", ["country"]),
        ("大马", "MY", ["country"]), ("印尼", "ID", ["country"]), ("印度尼西亚", "ID", []),
        ("香港", "HK", ["country_is_region"]), ("苏联", "RU", ["country_historic"]),
        ("马来亚", "MY", ["country_historic"]), ("尼泊尔", "NP", []), ("US", "US", ["country"]),
        ("洛杉矶", "US", ["country", "place_to_note"]),
        ("意大利 米兰", "IT", ["country", "place_to_note"]),
    ],
)  # fmt: skip
def test_countries(file, cell, country, issues):
    reading = read_cell(file, "原侨居国", cell)
    assert (reading.values.identities[0].country, codes(reading)) == (country, issues)
    if "place_to_note" in issues:
        assert cell.split()[-1] in reading.values.note


def test_what_is_no_single_country(file):
    reading = read_cell(file, "原侨居国", "越南/法国")
    assert errors(reading) == ["country_several"]
    reading = read_cell(file, "原侨居国", "瓦坎达")
    assert errors(reading) == ["country_unknown"]
    reading = read_cell(file, "原侨居国", "南洋")
    assert (errors(reading), reading.values.identities[0].country) == ([], "")
    assert "南洋" in reading.values.note


# Identities, D14.


@pytest.mark.parametrize(
    ("cell", "identities", "issues"),
    [
        ("归侨", ["GQ"], []), ("归侨、侨眷", ["GQ", "QJ"], []),
        ("侨眷(归侨子女)", ["QJ"], ["identity"]),
        ("老归侨/困难", ["GQ"], ["identity", "hardship_left_out"]), ("港属", ["GAJ"], ["identity"]),
        ("侨属", ["QS"], []), ("归难侨", ["GQ"], ["identity"]), ("12", ["QJ"], ["identity"]),
        ("其他非侨居民", ["OTHER"], []),
    ],
)  # fmt: skip
def test_identities(file, cell, identities, issues):
    reading = read_cell(file, "身份类别", cell, 原侨居国="")
    assert [identity.code.value for identity in reading.values.identities] == identities
    assert codes(reading) == issues


@pytest.mark.parametrize("cell", ["新侨", "新侨二代", "台胞"])
def test_hints_that_name_no_identity_are_asked_about(file, cell):
    assert errors(read_cell(file, "身份类别", cell, 原侨居国="")) == ["identity_unknown"]


# People who are no longer here, D16.


@pytest.mark.parametrize(
    ("cell", "status"),
    [("已故", "deceased"), ("2019年去世", "deceased"), ("已迁", "moved"), ("配偶已故", "active"),
     ("联系不上", "active"), ("查无此人", "active"), ("会潮汕话", "active")],
)  # fmt: skip
def test_status(file, cell, status):
    reading = read_cell(file, "备注", cell)
    assert (reading.values.status, reading.values.note) == (status, cell)
    assert codes(reading) == ([] if status == "active" else ["status"])
    reading = read_cell(file, "姓名", f"张三({cell})")
    assert reading.values.status == status or cell == "会潮汕话"


# Ages, D17.


def test_an_age_needs_the_year_of_the_survey(file):
    reading = read_cell(file, "年龄", "68", "needy_guiqiao_ledger", 身份证号="")
    assert errors(reading) == ["age_without_year"]
    for cell, settings, year in (
        ("68岁(2019年)", None, "1951"), ("虚岁80", {"census_year": "2020"}, "1941"),
        (68, {"census_year": "2019"}, "1951"),
    ):  # fmt: skip
        reading = read_cell(
            file, "年龄", cell, "needy_guiqiao_ledger", 身份证号="", settings=settings
        )
        assert (born(reading), codes(reading)) == (year, ["birth_from_age"])


def test_an_age_below_the_heading_of_birth(file):
    reading = read_cell(file, "出生年月", "68岁", 身份证号="", settings={"census_year": "2019"})
    assert (born(reading), reading.values.birth_precision) == ("1951", "year")


def test_an_age_that_contradicts_the_number_is_reported(file):
    number = resident_id(dt.date(1951, 3, 7), sequence=2)
    options = {"layout": "needy_guiqiao_ledger", "身份证号": number}
    settings = {"census_year": "2019"}
    assert codes(read_cell(file, "年龄", "68", settings=settings, **options)) == []
    assert codes(read_cell(file, "年龄", "50", settings=settings, **options)) == ["age_differs"]


# Refusing, and what calculation left behind


@pytest.mark.parametrize(
    ("heading", "cell", "repair"),
    [("姓名", "李 明", "spaces"), ("常用电话", "138-0000-0001", "phone_format"),
     ("出生年月", "1956.03", "date_format"), ("身份类别", "老归侨", "identity"),
     ("备注", "已故", "status"), ("原侨居国", "印尼", "country")],
)  # fmt: skip
def test_a_refused_repair_makes_its_cells_errors(file, heading, cell, repair):
    assert errors(read_cell(file, heading, cell)) == []
    reading = read_cell(file, heading, cell, refused=frozenset({repair}))
    [issue] = [issue for issue in reading.issues if issue.severity == "error"]
    assert (issue.column, issue.repair) == (heading, repair)


@pytest.mark.parametrize("heading", ["姓名", "常用电话", "身份证号", "出生年月", "备注"])
def test_formulas_without_a_value_and_errors_are_never_empty(file, heading):
    reading = read_cell(file, heading, "=CONCATENATE(Z1,Z2)")
    assert errors(reading) == ["formula_without_value"]
    reading = read_cell(file, heading, "#N/A")
    assert errors(reading) == ["cell_error"]


def test_a_country_abroad_without_a_relation_is_kept_in_the_note_and_said(tmp_path):
    headings = ["姓名", "身份类别", "海外直系亲属旅居国"]
    path = tmp_path / "roster.csv"
    rows = [headings, ["曾庆红", "归侨", "印尼、泰国"], ["林晓梅", "侨眷", "印尼"]]
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    (plan,) = plan_workbook(path)
    first, second = read_rows(path, plan, today=dt.date(2026, 3, 2))
    assert "印尼、泰国" in first.values.note
    assert "relation_missing" in {issue.code for issue in first.issues}
    # The identity of a relative has a place for one country: nothing is lost, nothing is said.
    assert second.values.identities[0].country == "ID"
    assert "relation_missing" not in {issue.code for issue in second.issues}
