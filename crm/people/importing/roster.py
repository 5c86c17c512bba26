"""Open a spreadsheet and find the roster in it; every cell becomes text, or is known as damaged."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from crm.people.importing.errors import (
    FileTooLargeError,
    FileUnreadableError,
    HeadingsMissingError,
    HeadingTwiceError,
    SheetAmbiguousError,
)
from crm.people.importing.layout import COLUMNS, LINE_NUMBERS, NOT_COLLECTED, Column, normalise

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 400 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
HEADING_WITHIN = 6
_EXACT_BELOW = 10**15  # a spreadsheet's number keeps 15 digits
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}")

DAMAGED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the roster: its number as the spreadsheet counts, and its kept cells as text."""

    number: int
    cells: dict[Column, str]


@dataclass(frozen=True, slots=True)
class Roster:
    """A sheet that was recognised. Headings are as they stand in the file."""

    sheet: str
    headings: dict[Column, str]
    not_collected: list[str]
    unknown: list[str]
    header_row: int
    lines: list[Line]


def read_roster(path: Path) -> Roster:
    """Return the roster in a file: xlsx, xls, ods, or csv in UTF-8 or GB18030.

    Raises:
        FileUnreadableError: it is none of these.
        FileTooLargeError: it is larger than a roster can be.
        SheetAmbiguousError: not exactly one sheet holds rows.
        HeadingsMissingError: no row looks like the headings.
        HeadingTwiceError: two columns mean the same.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FileTooLargeError
        sheets = _read_csv(path) if path.suffix.lower() == ".csv" else _read_workbook(path)
    except (OSError, CalamineError, zipfile.BadZipFile, UnicodeDecodeError, csv.Error) as error:
        raise FileUnreadableError from error
    filled = {name: rows for name, rows in sheets.items() if any(map(_is_filled, rows))}
    if len(filled) != 1:
        raise SheetAmbiguousError(
            _("Exactly one sheet may hold rows; this file has {count}: {names}").format(
                count=len(filled), names=_(", ").join(filled)
            )
        )
    return _find_roster(*filled.popitem())


def cell_text(value: Any) -> str:
    """Return a cell as text; `DAMAGED` for a number that the spreadsheet has cut.

    >>> cell_text(13800138000.0), cell_text(1958.3), cell_text(dt.date(1958, 3, 9))
    ('13800138000', '1958.3', '1958-03-09')
    >>> cell_text(110105194912310000.0) == DAMAGED == cell_text("1.10105E+17")
    True
    """
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        if abs(value) >= _EXACT_BELOW or value != value:
            return DAMAGED
        return str(int(value)) if value == int(value) else repr(value)
    text = str(value).strip() if value is not None else ""
    return DAMAGED if _SCIENTIFIC.fullmatch(text) else text


def _read_csv(path: Path) -> dict[str, list[list[Any]]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    if "\x00" in text:
        raise FileUnreadableError
    rows = _limited(csv.reader(io.StringIO(text, newline="")))
    return {path.name: rows}


def _read_workbook(path: Path) -> dict[str, list[list[Any]]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise FileTooLargeError
    sheets = {}
    with CalamineWorkbook.from_path(str(path)) as workbook:
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.total_height > MOST_ROWS + HEADING_WITHIN or sheet.total_width > MOST_COLUMNS:
                raise FileTooLargeError
            sheets[name] = _limited(sheet.to_python(skip_empty_area=False))
    return sheets


def _limited(rows: Any) -> list[list[Any]]:
    found: list[list[Any]] = []
    for row in rows:
        if len(found) > MOST_ROWS + HEADING_WITHIN:
            raise FileTooLargeError
        found.append(row)
    return found


def _find_roster(sheet: str, rows: list[list[Any]]) -> Roster:
    for number, row in enumerate(rows[:HEADING_WITHIN], 1):
        headings = [normalise(cell_text(cell)) for cell in row]
        known = [COLUMNS.get(heading) for heading in headings]
        if Column.NAME in known and len(list(filter(None, known))) > 1:
            return _roster(sheet, row, known, rows[number:], number)
    raise HeadingsMissingError


def _roster(
    sheet: str,
    head: Sequence[Any],
    known: Sequence[Column | None],
    rows: list[list[Any]],
    head_number: int,
) -> Roster:
    places: dict[Column, int] = {}
    not_collected, unknown = [], []
    for place, (cell, column) in enumerate(zip(head, known, strict=True)):
        heading = cell_text(cell)
        if column is not None:
            if column in places:
                raise HeadingTwiceError(
                    _("Two columns mean the same: {first} and {second}.").format(
                        first=cell_text(head[places[column]]), second=heading
                    )
                )
            places[column] = place
        elif normalise(heading) in NOT_COLLECTED:
            not_collected.append(heading)
        elif heading and normalise(heading) not in LINE_NUMBERS:
            unknown.append(heading)
    return Roster(
        sheet=sheet,
        headings={column: cell_text(head[place]) for column, place in places.items()},
        not_collected=not_collected,
        unknown=unknown,
        header_row=head_number,
        lines=list(_lines(places, rows, head_number)),
    )


def _lines(places: dict[Column, int], rows: list[list[Any]], head_number: int) -> Iterator[Line]:
    for number, row in enumerate(rows, head_number + 1):
        if _is_filled(row):
            cells = {
                column: cell_text(row[place]) if place < len(row) else ""
                for column, place in places.items()
            }
            yield Line(number, cells)


def _is_filled(row: list[Any]) -> bool:
    return any(cell not in ("", None) for cell in row)
