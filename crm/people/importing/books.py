"""Open a file as a book of sheets, whatever it is called: xlsx, xls, ods, or text with separators.

Content decides, not the ending. Every row is a list of cells as the spreadsheet holds them: texts,
numbers, dates. A cell whose formula has no value holds "=", an error holds its name (``#N/A``).
"""

import csv
import datetime as dt
import io
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from crm.people.importing.archives import Archive
from crm.people.importing.errors import (
    FileEmptyError,
    FileIsNoTableError,
    FileIsWebPageError,
    FileQuoteError,
    FileTooLargeError,
    FileUnreadableError,
    SheetGoneError,
    SheetTooWideError,
)
from crm.people.importing.guards.inspection import (
    MOST_COLUMNS,
    MOST_ROWS,
    ROWS_AROUND,
    Inspection,
    Marks,
    SheetFacts,
)
from crm.people.importing.guards.ods import inspect_ods
from crm.people.importing.guards.xls import inspect_xls
from crm.people.importing.guards.xlsx import inspect_xlsx

Cell = Any
Row = list[Cell]
# First row, first column, last row, last column, from 0.
Range = tuple[int, int, int, int]

LARGEST_FILE = 20 * 1024 * 1024
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"II*\x00", b"MM\x00*", b"RIFF",
             b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh", b"PK", b"{\\rtf")  # fmt: skip
_WEB_PAGE = re.compile(r"\s*<(?:!doctype|html|\?xml|table|head|meta)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PIECE = 1024 * 1024
_SNIFFED = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a book."""

    name: str
    is_hidden: bool = False


@dataclass(slots=True)
class Book(ABC):
    """An open file. ``is_1904`` names the calendar of days that are written as numbers.

    ``first_line`` is that of a text file, as it stands there, with quotes and line end.
    """

    sheets: list[Sheet]
    is_1904: bool = False
    first_line: str = ""

    @abstractmethod
    def rows(self, name: str) -> Iterator[Row]:
        """Yield the rows of a sheet from its first on, all of one width.

        Raises:
            SheetGoneError: there is no such sheet.
            FileUnreadableError: it is damaged.
            FileTooLargeError: it is larger than a roster can be.
        """

    def merged(self, name: str) -> tuple[Range, ...]:
        """Return the merged ranges of a sheet, as far as the format tells them."""
        return ()


def open_book(path: Path) -> AbstractContextManager[Book]:
    """Open a file as a book; use it in a ``with`` statement.

    Raises:
        DomainError: it cannot be read; the class says why (`crm.people.importing.errors`).
    """
    return _opened(path)


@contextmanager
def _opened(path: Path) -> Iterator[Book]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise FileUnreadableError from error
    if not size:
        raise FileEmptyError
    if size > LARGEST_FILE:
        raise FileTooLargeError
    if head.startswith((_ZIP, _OLE)):
        inspection = _inspect(path, is_archive=head.startswith(_ZIP))
        # By its content: from a path, the library goes by the ending.
        with path.open("rb") as file:
            with _speaking_plainly():
                workbook = CalamineWorkbook.from_filelike(file)
            with workbook:
                yield _Workbook(workbook, inspection)
    elif head.startswith(_PICTURES) or head[4:8] == b"ftyp":
        raise FileIsNoTableError
    else:
        yield _TextFile(path)


def _inspect(path: Path, *, is_archive: bool) -> Inspection:
    if not is_archive:
        return inspect_xls(path.read_bytes())
    with path.open("rb") as file:
        archive = Archive(file)
        names = {name.lower() for name in archive.names}
        if "xl/workbook.xml" in names:
            return inspect_xlsx(archive)
        if "xl/workbook.bin" in names:
            raise FileUnreadableError
        if "content.xml" in names and b"spreadsheet" in archive.read("mimetype"):
            return inspect_ods(archive)
    raise FileIsNoTableError


@contextmanager
def _speaking_plainly() -> Iterator[None]:
    """Turn whatever the library raises about a damaged file into our sentence.

    It is written in Rust; a mistake in it surfaces as a ``PanicException`` beside `Exception`.
    """
    try:
        yield
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise FileUnreadableError from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise FileUnreadableError from error
        raise


class _Workbook(Book):
    """A workbook that the library has opened, after its guard."""

    def __init__(self, workbook: Any, inspection: Inspection) -> None:
        listed = workbook.sheets_metadata
        super().__init__(
            sheets=[
                Sheet(sheet.name, sheet.visible is not SheetVisibleEnum.Visible)
                for sheet in listed
                if sheet.typ is SheetTypeEnum.WorkSheet
            ],
            is_1904=inspection.is_1904,
        )
        facts = inspection.sheets + [SheetFacts()] * len(listed)
        self._marks = {sheet.name: fact.marks for sheet, fact in zip(listed, facts, strict=False)}
        self._spans = {sheet.name: fact.merged for sheet, fact in zip(listed, facts, strict=False)}
        self._workbook = workbook
        self._open: tuple[str, Any] = ("", None)

    def rows(self, name: str) -> Iterator[Row]:
        sheet = self._sheet(name)
        if sheet.start is None:
            return iter(())
        offset = [""] * sheet.start[1]
        rows = sheet.iter_rows()
        if offset:
            rows = (offset + row for row in rows)
        marks = self._marks.get(name)
        return _marked(rows, marks, len(offset) + sheet.width) if marks else rows

    def merged(self, name: str) -> tuple[Range, ...]:
        with _speaking_plainly():
            ranges = self._sheet(name).merged_cell_ranges or []
        told = tuple((*first, *last) for first, last in ranges)
        return told or tuple(self._spans.get(name, ()))

    def _sheet(self, name: str) -> Any:
        if name not in self._marks:
            raise SheetGoneError
        if self._open[0] != name or self._open[1] is None:
            self._open = ("", None)  # one sheet in memory at a time
            with _speaking_plainly():
                self._open = (name, self._workbook.get_sheet_by_name(name))
        return self._open[1]


def _marked(rows: Iterator[Row], marks: Marks, width: int) -> Iterator[Row]:
    """Put errors and formulas without a value back into the cells that seem to be empty."""
    width = max(width, 1 + max(column for row in marks.values() for column in row))
    last = max(marks)
    number = -1
    for number, row in enumerate(rows):
        row += [""] * (width - len(row))
        for column, text in marks.get(number, {}).items():
            if row[column] in ("", None):
                row[column] = text
        yield row
    for beyond in range(number + 1, last + 1):
        found = marks.get(beyond, {})
        yield [found.get(column, "") for column in range(width)]


class _TextFile(Book):
    """A text file: one sheet, named like the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(sheets=[Sheet(path.name)])
        self._path = path
        self._encoding = _encoding_of(path)
        self._delimiter, self._width = self._sniff()
        with path.open(encoding=self._encoding, newline="") as file:
            self.first_line = file.readline(_SNIFFED)

    def rows(self, name: str) -> Iterator[Row]:
        if name != self.sheets[0].name:
            raise SheetGoneError
        for number, row in enumerate(self._parsed()):
            if number >= MOST_ROWS + ROWS_AROUND:
                raise FileTooLargeError
            if len(row) > self._width:
                # The first lines were narrower, as titles are.
                if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
                    raise SheetTooWideError
                row = row[:MOST_COLUMNS]
            yield row + [""] * (self._width - len(row))

    def _parsed(self) -> Iterator[list[str]]:
        try:
            with self._path.open(encoding=self._encoding, newline="") as file:
                quotes = _Quotes(file)
                row: list[str] = []
                for row in csv.reader(quotes, delimiter=self._delimiter):
                    yield row
                if quotes.is_open and any("\n" in cell or "\r" in cell for cell in row):
                    raise FileQuoteError
        except (csv.Error, UnicodeDecodeError, OSError) as error:
            raise FileUnreadableError from error

    def _sniff(self) -> tuple[str, int]:
        """Return the separator, and how many columns it makes."""
        with self._path.open(encoding=self._encoding, newline="") as file:
            text = file.read(_SNIFFED)
        if _WEB_PAGE.match(text):
            raise FileIsWebPageError
        if len(_CONTROL.findall(text)) > len(text) // 100 or "\x00" in text:
            raise FileUnreadableError
        lines = text.splitlines()[:50]
        best, most = ",", (0, 1)
        for delimiter in ",\t;|":
            try:
                widths = [
                    len(row)
                    for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
                ]
            except csv.Error:
                continue
            wide = sum(width > 1 for width in widths)
            if wide and (wide, max(widths)) > most:
                best, most = delimiter, (wide, max(widths))
        return best, min(most[1], MOST_COLUMNS)


class _Quotes:
    """The lines of a file, and whether the quotation marks in them come in pairs."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.is_open = False

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            if '"' in line:
                self.is_open ^= line.count('"') % 2 == 1
            yield line


def _encoding_of(path: Path) -> str:
    """Return the encoding of a text file; the whole of it is tried.

    Raises:
        FileUnreadableError: it is no text in any of the encodings of the country.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif head.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(_PIECE):
                    pass
        except UnicodeError:
            continue
        return encoding
    raise FileUnreadableError


def cell_text(value: Cell) -> str:
    """Return a cell as the sheet shows it.

    >>> cell_text(13800138000.0), cell_text(1958.3), cell_text(dt.date(1958, 3, 9))
    ('13800138000', '1958.3', '1958-03-09')
    >>> cell_text(110105194912310021.0)
    '1.10105E+17'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if value != value or abs(value) >= 1e15:
            return f"{value:.5E}"
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ") if value.time() != dt.time() else value.date().isoformat()
    return "" if value is None else str(value)


def column_letters(place: int) -> str:
    """Return the name of a column, counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
