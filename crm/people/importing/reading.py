"""From the rows of a sheet to people's values, with everything that is to be said about them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from crm.people.importing.books import (
    Book,
    Cell,
    Range,
    Row,
    cell_text,
    column_letters,
    open_book,
)
from crm.people.importing.cards import find_cards
from crm.people.importing.columns import (
    DITTO,
    CellReading,
    Column,
    issue_of,
    make_column,
)
from crm.people.importing.fields import (
    CONTACT,
    FACT,
    IDENTITY,
    IGNORED,
    NOT_READ,
    UNKNOWN,
)
from crm.people.importing.headings import looks_like_headings
from crm.people.importing.own_files import exact_reader, is_own
from crm.people.importing.people import Parts, PersonBuilder, PersonContext
from crm.people.importing.planning import MOST_CARD_ROWS
from crm.people.importing.repairs.base import Note, RepairClass, changed, error, warning
from crm.people.importing.repairs.dates import DateContext
from crm.people.importing.repairs.phones import masked
from crm.people.importing.repairs.places import FindRegion
from crm.people.importing.repairs.texts import DITTO_WORDS
from crm.people.importing.shapes import Issue, RowReading, Severity, SheetPlan, Skip
from crm.people.importing.skipping import is_example, skipper
from crm.people.selectors import fact_catalogue

_HOUSEHOLD = ("household_number", "household_head")
_MOST_EXAMPLES = 3
_LONGEST_MERGE = 500  # rows of one household, or of one address
_NEVER_FILLED = NOT_READ | {"full_name"}


def read_rows(
    path: Path,
    plan: SheetPlan,
    *,
    today: dt.date,
    refused: frozenset[str] = frozenset(),
    find_region: FindRegion = lambda text: None,
) -> Iterator[RowReading]:
    """Yield what each row of the planned sheet says, in the order of the file.

    Args:
        path: the file the plan was made for.
        plan: of one sheet, perhaps corrected by a clerk.
        today: in China.
        refused: the repair classes that the clerk does not want; their cells become errors.
        find_region: leads from 福建厦门 or 南安市 to a GB/T 2260 code; None if there is no such
            place, or more than one.

    Raises:
        DomainError: the file cannot be read (`crm.people.importing.errors`).
    """
    with open_book(path) as book:
        yield from read_sheet(book, plan, today=today, refused=refused, find_region=find_region)


def read_sheet(
    book: Book,
    plan: SheetPlan,
    *,
    today: dt.date,
    refused: frozenset[str] = frozenset(),
    find_region: FindRegion = lambda text: None,
) -> Iterator[RowReading]:
    """Yield what each row of a sheet of an open book says, as `read_rows` does."""
    dates = DateContext(century=plan.settings.get("century", ""), is_1904=book.is_1904)
    fields = [plan.mapping.get(heading, UNKNOWN) for heading in plan.headings]
    facts = fact_catalogue() if is_own(plan) else {}
    columns = [
        make_column(
            place,
            heading,
            field,
            refused=refused,
            dates=dates,
            find_region=find_region,
            exact=exact_reader(field, facts, find_region) if is_own(plan) else None,
            is_guarded=is_own(plan),
        )
        for place, (heading, field) in enumerate(zip(plan.headings, fields, strict=True))
        if field != IGNORED
    ]
    context = _context(plan, columns, today=today, refused=refused)
    reader = _SheetReader(plan, columns, context)
    if plan.is_cards:
        for card in find_cards(list(islice(book.rows(plan.name), MOST_CARD_ROWS))):
            yield reader.read(card.row, [card.cells.get(text, "") for text in plan.headings])
        return
    rows = book.rows(plan.name)
    first = plan.first_row - 1
    reader.examples_until = first + _MOST_EXAMPLES
    reader.remember_merged(book.merged(plan.name), first)
    for number, row in enumerate(islice(rows, first, None), first):
        yield reader.read(number, row)


def _context(
    plan: SheetPlan, columns: Sequence[Column], *, today: dt.date, refused: frozenset[str]
) -> PersonContext:
    fields = [column.field for column in columns]

    def codes(prefix: str) -> tuple[tuple[str, str], ...]:
        found = [field for field in dict.fromkeys(fields) if field.startswith(prefix)]
        return tuple((field, field.removeprefix(prefix)) for field in found)

    return PersonContext(
        today=today,
        refused=refused,
        census_year=plan.settings.get("census_year", ""),
        name_heading=next((c.heading for c in columns if c.field == "full_name"), ""),
        facts=tuple((field, code, f"facts.{code}") for field, code in codes(FACT)),
        contacts=codes(CONTACT),
        ticked=codes(IDENTITY),
        has_overseas=any(field.startswith("overseas_") for field in fields),
        has_households=any(field.startswith("household_") for field in fields),
        is_own=is_own(plan),
    )


class _SheetReader:
    """Reads one row after the other, and remembers the one above."""

    def __init__(self, plan: SheetPlan, columns: Sequence[Column], context: PersonContext) -> None:
        self._columns = columns
        self._width = len(plan.headings)
        self._context = context
        self._why_skipped = skipper(plan.headings, plan.mapping, only_blank=is_own(plan))
        self._household = [column for column in columns if column.field in _HOUSEHOLD]
        self._fillable = {
            column.place: column for column in self._columns if column.field not in _NEVER_FILLED
        }
        # The row above: its cells as they were understood, its texts, its household.
        self._above: dict[int, CellReading] = {}
        self._texts: tuple[str, ...] = ()
        self._block: tuple[str, ...] = ()
        # The rows below the headings in which a template may show how to fill it in, from 0.
        self.examples_until = 0
        # Below the headings of another table, whose columns nobody has named.
        self._is_astray = False
        # Row -> column -> first row of the merged range; and the cells and households of those.
        self._merged: dict[int, dict[int, int]] = {}
        self._tops: dict[tuple[int, int], tuple[Cell, tuple[str, ...]]] = {}

    def remember_merged(self, ranges: Sequence[Range], first: int) -> None:
        """Remember which cells below the headings are merged with one above."""
        for top, left, bottom, _right in ranges:
            if bottom > top >= first:
                for row in range(top, min(bottom, top + _LONGEST_MERGE) + 1):
                    self._merged.setdefault(row, {})[left] = top

    def read(self, number: int, row: Row) -> RowReading:
        """Return what a row says; ``number`` counts from 0."""
        texts = tuple([cell if type(cell) is str else cell_text(cell) for cell in row])
        reading = RowReading(number + 1, cells=texts)
        if number < self.examples_until and is_example(texts):
            reading.skip = Skip.EXAMPLE
            return reading
        if skip := self._why_skipped(row):
            reading.skip = skip
            if skip in {Skip.HEADING, Skip.OTHER_HEADINGS}:
                self._is_astray = skip == Skip.OTHER_HEADINGS
            return reading
        block: tuple[str, ...] = ()
        if self._household or number in self._merged:
            row, block = self._filled_down(number, list(row), reading)
        if len(row) > self._width:
            self._report_beyond(row, reading)
        parts, kept = self._understood(row, block, reading)
        self._texts, self._block = texts, block
        PersonBuilder(reading, parts, self._context, kept).build()
        if self._is_astray or (reading.issues and self._goes_astray(reading)):
            message = _("Other headings stand above. Give this table a sheet of its own.")
            reading.issues.append(Issue("", "other_headings", Severity.ERROR, message))
        return reading

    def _goes_astray(self, reading: RowReading) -> bool:
        """Say whether a row that is wrong has the headings of another table."""
        self._is_astray = any(
            issue.severity is Severity.ERROR for issue in reading.issues
        ) and looks_like_headings([text.strip() for text in reading.cells])
        return self._is_astray

    def _understood(
        self, row: Row, block: tuple[str, ...], reading: RowReading
    ) -> tuple[Parts, list[tuple[str, str]]]:
        """Return what the cells of a row say, and texts for the note."""
        parts: Parts = {}
        kept: list[tuple[str, str]] = []
        above: dict[int, CellReading] = {}
        width, issues = len(row), reading.issues
        for column in self._columns:
            place = column.place
            if place >= width or (cell := row[place]) == "":
                continue
            found = column.known.get(cell) or column.read(cell)
            if found is DITTO:
                found = self._ditto(column, cell_text(cell), block)
            if block:
                above[place] = found
            if found.issues:
                issues += found.issues
            if found.value is not None:
                parts.setdefault(column.field, []).append((column.heading, found.value))
            if found.to_note:
                kept.append((column.heading, found.to_note))
        self._above = above
        return parts, kept

    def _filled_down(
        self, number: int, row: Row, reading: RowReading
    ) -> tuple[Row, tuple[str, ...]]:
        """Fill merged cells from the first of them, and households that go on from above.

        Only inside one household: a merged cell that crosses two is left empty.
        """
        merged = self._merged.get(number, {})
        for column in self._household:
            top = merged.get(column.place, number)
            if top < number and row[column.place] == "":
                row[column.place] = self._tops.get((top, column.place), ("", ()))[0]
                self._say_merged(column, row[column.place], reading)
        places = [column.place for column in self._household]
        if places and self._block and all(row[place] == "" for place in places):
            for column, text in zip(self._household, self._block, strict=True):
                row[column.place] = text
                self._say_merged(column, text, reading)
        block = tuple(
            above if (text := cell_text(row[place]).strip()) in DITTO_WORDS else text
            for place, above in zip(places, self._block or [""] * len(places), strict=True)
        )
        for place, top in merged.items():
            if top == number:
                self._tops[number, place] = (row[place], block)
            elif place in self._fillable and place not in places and row[place] == "":
                cell, its_block = self._tops.get((top, place), ("", block))
                column = self._fillable[place]
                if its_block == block:
                    row[place] = cell
                    self._say_merged(column, cell, reading)
                else:
                    message = _("The merged cell crosses two households; it was left empty.")
                    note = error("merged_across_households", message)
                    reading.issues.append(issue_of(column.heading, note, self._context.refused))
        return row, block

    def _say_merged(self, column: Column, cell: Cell, reading: RowReading) -> None:
        if cell != "":
            text = masked(cell_text(cell))
            message = _("Filled in from the merged cell above: “{text}”.").format(text=text)
            note = warning(RepairClass.MERGED, message)
            reading.issues.append(issue_of(column.heading, note, self._context.refused))

    def _ditto(self, column: Column, text: str, block: tuple[str, ...]) -> CellReading:
        """Return the reading of the cell above; 同上 holds inside one household only."""
        above = self._above.get(column.place)
        is_inside = bool(block) and block == self._block
        if column.field == "household_number":
            is_inside = bool(self._block)
        if above is None or not is_inside or column.field == "full_name":
            message = _("“{text}” holds only inside one household. Type the value again.")
            note = error("ditto_unclear", message.format(text=text))
            return CellReading(None, (issue_of(column.heading, note, self._context.refused),))
        shown = above.stands_for or self._texts[column.place]
        note = changed(RepairClass.DITTO, text, masked(shown))
        issue = issue_of(column.heading, note, self._context.refused)
        is_refused = issue.severity is Severity.ERROR
        value = None if is_refused else above.value
        return CellReading(value, (issue,), above.to_note, stands_for=shown)

    def _report_beyond(self, row: Row, reading: RowReading) -> None:
        for place in range(self._width, len(row)):
            if cell_text(row[place]).strip():
                message = _("A cell in column {column} has no heading; it was left out.")
                note = Note("no_heading", message.format(column=column_letters(place)))
                reading.issues.append(issue_of("", note, self._context.refused))
