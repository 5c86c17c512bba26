"""A clerk's day with a roster: in, mended, found, merged and taken apart, along, and out again."""

import io
import re

import openpyxl
from playwright.sync_api import expect

from tests.factories.people import resident_id
from tests.factories.rosters import write_xlsx

CLERK = "13494100002"  # siming's
HEADINGS = ["姓名", "性别", "出生年月", "身份证号", "联系电话", "身份类别", "积分"]
ROWS = [
    ["闻人若兰", "女", "1949-12-31", resident_id(sequence=702), "13494178801", "归侨", 1],
    ["闻人若竹", "女", "1958.3", "", "13494178802", "侨眷", 2],
    ["闻人若梅", "女", "1961-05-04", "", "１３４９４１７８８０３", "侨眷", 3],
    # The first once more, from an older list.
    ["闻人若兰", "女", "1949-12-31", "", "13494178801", "归侨", 4],
    ["合计", "", "", "", "4人", "", ""],
]


def test_a_roster_goes_in_is_mended_merged_taken_along_and_taken_back(visit, tmp_path):
    roster = write_xlsx(
        tmp_path / "榕荫里名册.xlsx", ("归侨侨眷", [["榕荫里侨界名册"], HEADINGS, *ROWS])
    )
    clerk = visit("siming")
    page = clerk.sign_in(CLERK)

    # Upload: the headings below the title are found, one of them is unknown.
    clerk.open("/people/imports/")
    page.get_by_role("link", name="导入文件").first.click()
    page.locator("input[type=file]").set_input_files(roster)
    clerk.save()
    expect(page.locator("h1")).to_have_text("各栏是什么内容？")
    batch = page.url
    expect(page.locator("main")).to_contain_text("表头在第2行")
    expect(page.get_by_role("row", name=re.compile("积分"))).to_contain_text("待选择")
    clerk.save()

    # Repairs: the date is refused and becomes an error, wide digits are accepted.
    date = page.locator("[name=accepted][value=date_format]")
    date.uncheck()
    expect(page.locator("[name=accepted][value=width]")).to_be_checked()
    page.get_by_role("button", name="按所选修正重新检查").click()
    expect(page.locator("main h2", has_text="错误：这些行不导入")).to_be_visible()
    expect(date).not_to_be_checked()
    expect(figure(page, "有错误")).to_have_text("1")
    expect(figure(page, "新增人员")).to_have_text("2")

    # The row that may be the same person is another one, says the clerk.
    page.get_by_role("link", name="现在决定").click()
    page.locator("select[name^=row-]").select_option("create")
    page.get_by_role("button", name="保存决定").click()
    page.get_by_role("button", name="导入 3 行").click()
    expect(figure(page, "新增人员")).to_have_text("3")
    expect(figure(page, "未导入的行")).to_have_text("2")

    # The file comes back with what was wrong.
    with page.expect_download() as download:
        page.get_by_role("button", name="下载有错误的行").click()
    [names, *bad] = rows_of(download.value.path())
    assert (names[-1], [row[0] for row in bad]) == ("错误信息", ["闻人若竹"])

    # Found by pinyin; both records of one person.
    clerk.open("/people/?q=wenrenruolan")
    found = page.locator("#people tbody").get_by_role("link", name="闻人若兰")
    expect(found).to_have_count(2)
    person = found.first.get_attribute("href").strip("/").split("/")[-1]

    # Merged, and taken apart.
    clerk.open("/people/duplicates/")
    page.get_by_role("button", name="立即查找").click()
    expect(page.locator("main")).to_contain_text("任务已完成")
    clerk.open(f"/people/duplicates/?person={person}")
    page.get_by_role("link", name="合并").click()
    clerk.save()
    page.get_by_role("button", name="确认合并").click()
    undo = page.get_by_role("button", name="撤销合并")
    expect(undo).to_be_visible()
    one = page.url
    expect(clerk.open("/people/?q=wenrenruolan").locator("#people tbody tr")).to_have_count(1)
    page.goto(one)
    undo.click()
    expect(undo).to_be_hidden()
    expect(clerk.open("/people/?q=wenrenruolan").locator("#people tbody tr")).to_have_count(2)

    # The list is taken along.
    clerk.open("/people/?q=闻人若")
    page.get_by_role("link", name="导出").first.click()
    page.locator("[name=reason]").fill("核对榕荫里名册")
    clerk.save()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载文件").click()
    taken = [cell for row in rows_of(download.value.path()) for cell in row]
    assert taken.count("闻人若兰") == 2
    assert "闻人若梅" in taken

    # The import is undone: nobody of it is left.
    page.goto(batch)
    page.get_by_role("link", name="撤销导入").click()
    page.get_by_role("button", name="确认撤销").click()
    expect(figure(page, "已撤回")).to_have_text("3")
    expect(figure(page, "未能撤回")).to_have_text("0")
    clerk.open("/people/?q=闻人若")
    expect(page.locator("#people")).to_contain_text("没有找到人")
    assert clerk.faults() == []


def figure(page, name):
    """Return the value of a figure of the page."""
    return page.locator(".kpi", has_text=name).locator(".kpi-value")


def rows_of(path):
    # A download has no ending.
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]
