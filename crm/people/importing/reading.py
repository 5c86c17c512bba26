"""From the rows of a sheet to people's values, with everything that is to be said about them."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

from crm.people.importing.roster import read_roster
from crm.people.importing.rows import draft_row
from crm.people.importing.shapes import Issue, RowReading, Severity, SheetPlan


def read_rows(
    path: Path,
    plan: SheetPlan,
    *,
    today: dt.date,
    refused: frozenset[str] = frozenset(),
    find_region: Callable[[str], str | None] = lambda text: None,
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
    roster = read_roster(path)
    for line in roster.lines:
        drafted = draft_row(line)
        yield RowReading(
            number=line.number,
            values=drafted.values,
            issues=[
                Issue(roster.headings.get(column, ""), "not_understood", Severity.ERROR, text)
                for column, text in drafted.problems
            ],
            origin={path: roster.headings[column] for path, column in drafted.origin.items()},
            cells=tuple(line.cells.values()),
        )
