"""Write rows of text into a workbook or a CSV file.

Every cell is text, with the format of text: identity numbers and phones keep all their digits, and
nothing is a formula or a link, whatever it looks like.
"""

import datetime as dt
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from django.utils import timezone
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from crm.people.cells import guard

LIST_SHEET, ABOUT_SHEET, NUMBER_LABEL = "人员名单", "说明", "导出编号"
# XlsxWriter drops longer texts; no field of ours comes near.
LONGEST_CELL = 32_767


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """Who took what along, when and why: on a sheet of its own, on paper and in the file."""

    site: str
    number: str
    who: str
    approved_by: str
    at: dt.datetime
    reason: str
    rows: int
    is_clear: bool

    def lines(self) -> list[tuple[str, str]]:
        """Return names and values, in Chinese."""
        return [
            ("单位", self.site),
            (NUMBER_LABEL, self.number),
            ("导出人", self.who),
            ("审批人", self.approved_by or "（无需审批）"),
            ("导出时间", _minute(self.at)),
            ("用途", self.reason),
            ("人数", str(self.rows)),
            ("内容", "完整号码" if self.is_clear else "号码、住址已遮盖"),
            ("提示", "内含个人信息，仅限上述用途。用完请删除，不得转发。"),
        ]


def write_xlsx(
    headings: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
    *,
    watermark: Watermark,
    folder: Path,
) -> bytes:
    """Return a workbook; memory stays the same however many rows there are.

    Args:
        headings: the first row.
        widths: of the columns, in characters.
        rows: the cells, guarded already.
        watermark: who, when and why.
        folder: where the unfinished workbook may lie; private.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as workshop:
        path = Path(workshop) / "list.xlsx"
        options = {
            "constant_memory": True,
            "tmpdir": workshop,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        with Workbook(str(path), options) as book:
            text = book.add_format({"num_format": "@", "valign": "top"})
            _describe(book, watermark)
            sheet = book.add_worksheet(LIST_SHEET)
            _head(book, sheet, headings, widths, text)
            for number, row in enumerate(rows, 1):
                write_row(sheet, number, row, text)
            _mark_pages(sheet, watermark)
            _write_about(book, watermark, text)
        return path.read_bytes()


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return UTF-8 with a byte order mark, by which Excel knows it, and every value in quotes."""
    return "".join(map(csv_line, chain([headings], rows))).encode("utf-8-sig")


def csv_line(cells: Sequence[str]) -> str:
    r"""Return one line of such a file, with its end.

    >>> csv_line(["姓名", "D'Souza"])
    '"姓名","D\'Souza"\r\n'
    """
    quoted = ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)
    return f"{quoted}\r\n"


def write_row(sheet: Worksheet, number: int, row: Sequence[str], text: Format) -> None:
    """Write one row of text cells; an empty one stays empty."""
    for place, value in enumerate(row):
        if value:
            sheet.write_string(number, place, value[:LONGEST_CELL], text)


def _head(
    book: Workbook,
    sheet: Worksheet,
    headings: Sequence[str],
    widths: Sequence[int],
    text: Format,
) -> None:
    bold = book.add_format({"bold": True, "num_format": "@", "bg_color": "#E8EEF4", "border": 1})
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width, text)
    sheet.freeze_panes(1, 1)
    write_row(sheet, 0, headings, bold)


def _describe(book: Workbook, mark: Watermark) -> None:
    book.set_properties(
        {
            "title": LIST_SHEET,
            "subject": f"{NUMBER_LABEL} {mark.number}",
            "author": mark.who,
            "company": mark.site,
            "comments": "；".join(f"{name}：{value}" for name, value in mark.lines()),
            "created": timezone.make_naive(mark.at, dt.UTC),
        }
    )


def _mark_pages(sheet: Worksheet, mark: Watermark) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    # In headers & begins a code, and 255 characters is all there is room for.
    parts = [mark.site, mark.who, _minute(mark.at), mark.number]
    line = " ".join(part.replace("&", "&&") for part in parts)
    sheet.set_footer(f"&L{line[:200]}&R&P/&N")


def _write_about(book: Workbook, mark: Watermark, text: Format) -> None:
    sheet = book.add_worksheet(ABOUT_SHEET)
    sheet.set_column(0, 0, 12, text)
    sheet.set_column(1, 1, 70, text)
    for number, (name, value) in enumerate(mark.lines()):
        write_row(sheet, number, [name, guard(value)], text)


def _minute(at: dt.datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
