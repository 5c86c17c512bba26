"""What a guard tells about a workbook, and how large a sheet may be."""

from dataclasses import dataclass, field

from crm.people.importing.errors import FileTooLargeError, SheetTooWideError

MOST_ROWS = 100_000
MOST_COLUMNS = 100
# Titles, headings and a signature stand around the rows.
ROWS_AROUND = 50
# The table that the library makes of a sheet: 32 bytes a cell.
MOST_CELLS = 5_000_000
MOST_MARKS = 200_000

# What stands in the place of a formula that nobody has computed.
FORMULA = "="
ERRORS = frozenset(
    ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA"]
)

Marks = dict[int, dict[int, str]]


@dataclass(slots=True)
class SheetFacts:
    """How far a sheet reaches, and cells that the library shows as empty: row -> column -> text.

    Rows and columns count from 0; ``last_row`` is -1 while nothing was seen.
    """

    last_row: int = -1
    last_column: int = -1
    marks: Marks = field(default_factory=dict)
    # First row, first column, last row, last column, where the library does not tell them.
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    _count: int = 0

    def see(self, row: int, column: int) -> None:
        """Widen the sheet to a filled cell.

        Raises:
            FileTooLargeError: it lies beyond what a roster can have.
        """
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)
        if self.last_row >= MOST_ROWS + ROWS_AROUND:
            raise FileTooLargeError
        is_too_wide = self.last_column >= MOST_COLUMNS
        if is_too_wide or (self.last_row + 1) * (self.last_column + 1) > MOST_CELLS:
            raise SheetTooWideError

    def mark(self, row: int, column: int, text: str) -> None:
        """Remember an error or a formula without a value.

        Raises:
            FileTooLargeError: there are more than anybody could look at.
        """
        self._count += 1
        if self._count > MOST_MARKS:
            raise FileTooLargeError
        self.see(row, column)
        self.marks.setdefault(row, {})[column] = text


@dataclass(slots=True)
class Inspection:
    """What is known of a workbook: its calendar, and its sheets in order."""

    is_1904: bool = False
    sheets: list[SheetFacts] = field(default_factory=list)
