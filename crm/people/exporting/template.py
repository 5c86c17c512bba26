"""An empty 归侨侨眷登记表 to fill in: text cells, lists to choose from, and what to mind.

It is Chinese whatever the language of the page, as the forms are that it takes the place of.
"""

import io

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from crm.people.exporting.catalogue import FACT_PREFIX, fact_column
from crm.people.exporting.columns import COLUMNS, Column
from crm.people.exporting.specs import Spec
from crm.people.exporting.words import (
    IDENTITY_WORDS,
    KIN_WORDS,
    SEX_WORDS,
    country_words,
    fact_words,
)
from crm.people.exporting.writing import write_row
from crm.people.facts import CATALOGUE, choices_of, words_of

SHEET, HELP_SHEET, LISTS_SHEET = "归侨侨眷登记表", "填写说明", "选项"
# So many empty rows have lists to choose from; rows below them are read as well.
ROWS = 2_000
FILLED_IN = [
    Column.NAME, Column.SEX, "fact:ethnic_group", Column.BIRTH, Column.ID_NUMBER, Column.PASSPORT,
    Column.NATIONALITY, Column.PHONE, Column.WECHAT, Column.ADDRESS, Column.REGION,
    Column.IDENTITY, Column.OVERSEAS_KIN, Column.OVERSEAS_COUNTRY, Column.FORMER_COUNTRY,
    Column.RETURNED, "fact:education", "fact:occupation", "fact:employer", Column.NOTE,
]  # fmt: skip
# Of these, two in one cell are in order, so that the list only asks.
_SEVERAL = {Column.IDENTITY, Column.OVERSEAS_KIN}
# Where most overseas relatives live; the rest follows in the order of the codes.
_FIRST = [
    "ID",
    "MY",
    "PH",
    "SG",
    "TH",
    "VN",
    "KH",
    "MM",
    "LA",
    "JP",
    "KR",
    "US",
    "CA",
    "AU",
    "NZ",
    "GB",
    "FR",
    "DE",
    "HK",
    "MO",
    "TW",
]
_HELP = [
    ("怎么填", "一人一行，从第 2 行填起。第 1 行的标题不要改动、合并或删除。"),
    ("必填", "只有姓名必填。没有问过的就空着。民族、文化程度、职业问过但不清楚的选“不详”。"),
    ("号码", "身份证号、护照号、电话的单元格已设为文本。粘贴时请用“只粘贴文本”。"),
    ("日期", "写成 1958-03-09、1958-03 或 1958，知道多少写多少。"),
    ("几个电话", "写在同一格，用顿号隔开，例如 13800138000、0592-2211222。"),
    ("境外电话", "以 00 和国家代码开头，例如 0062 812 3456 7890。"),
    ("身份类别", "从列表中选。有两种身份时用顿号隔开手写，例如 归侨、侨眷。"),
    ("旅居国", "华侨、留学生写本人居住的国家（地区），侨眷写海外亲属居住的。归侨写“原侨居国”。"),
    ("籍贯", "从省写起，例如 福建省厦门市思明区。"),
    ("不要填", "海外亲属的姓名和证件、政治面貌、健康状况。系统不收这些内容。"),
    ("填好以后", "保存为 .xlsx，在系统里打开“导入”，先试导入，看清每一行的提示再正式导入。"),
]  # fmt: skip


def empty_roster() -> bytes:
    """Return the workbook."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(SHEET)
        _head(book, sheet, text)
        places = _add_lists(book, text)
        for place, column in enumerate(FILLED_IN):
            if column in places:
                sheet.data_validation(1, place, ROWS, place, _choose(column, places[column]))
        _add_help(book)
        book.set_properties({"title": SHEET})
    return out.getvalue()


def lists() -> dict[str, list[str]]:
    """Return what the cells of each coded column are offered from, by the column."""
    words = country_words()
    ordered = [*_FIRST, *(code for code in words if code not in {*_FIRST, "CN"})]
    abroad = [words[code] for code in ordered]
    return {
        Column.SEX: [word for word in SEX_WORDS.values() if word],
        Column.NATIONALITY: [words["CN"], *abroad],
        Column.IDENTITY: list(IDENTITY_WORDS.values()),
        Column.OVERSEAS_KIN: list(KIN_WORDS.values()),
        Column.OVERSEAS_COUNTRY: abroad,
        Column.FORMER_COUNTRY: abroad,
    } | {
        column: [fact_words(fact, code) for code in (*choices_of(fact), *words_of(fact))]
        for column in FILLED_IN
        if (fact := CATALOGUE.get(column.removeprefix(FACT_PREFIX))) and choices_of(fact)
    }


def _specs() -> list[Spec]:
    return [
        fact_column(CATALOGUE[column.removeprefix(FACT_PREFIX)])
        if column.startswith(FACT_PREFIX)
        else COLUMNS[Column(column)]
        for column in FILLED_IN
    ]


def _head(book: Workbook, sheet: Worksheet, text: Format) -> None:
    bold = book.add_format({"bold": True, "num_format": "@", "bg_color": "#E8EEF4", "border": 1})
    specs = _specs()
    for place, spec in enumerate(specs):
        sheet.set_column(place, place, spec.width, text)
    write_row(sheet, 0, [spec.heading for spec in specs], bold)
    sheet.freeze_panes(1, 1)


def _add_lists(book: Workbook, text: Format) -> dict[str, str]:
    """Write the lists on a hidden sheet; return the range of each.

    A validation holds 255 characters by itself, and there are more countries than that.
    """
    sheet = book.add_worksheet(LISTS_SHEET)
    sheet.hide()
    places = {}
    for place, (column, values) in enumerate(lists().items()):
        for number, value in enumerate(values):
            sheet.write_string(number, place, value, text)
        letter = xl_col_to_name(place)
        places[column] = f"={LISTS_SHEET}!${letter}$1:${letter}${len(values)}"
    return places


def _choose(column: str, source: str) -> dict[str, str]:
    """Offer a list."""
    return {
        "validate": "list",
        "source": source,
        "error_type": "information" if column in _SEVERAL else "stop",
        "error_title": dict(zip(FILLED_IN, _specs(), strict=True))[column].heading,
        "error_message": "列表里没有这一项。请从列表中选择。",
    }


def _add_help(book: Workbook) -> None:
    sheet = book.add_worksheet(HELP_SHEET)
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 80)
    for number, (name, value) in enumerate(_HELP):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, value, wrapped)
