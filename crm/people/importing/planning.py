"""Find the sheets, headings and columns of a file, before anybody has answered for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType

from crm.people.importing.books import Book, Cell, Row, Sheet, cell_text, open_book
from crm.people.importing.cards import card_headings, find_cards
from crm.people.importing.fields import NOT_COLLECTED, REPEATABLE, UNKNOWN
from crm.people.importing.headings import WITHIN, Headings, find_headings, headings_at
from crm.people.importing.layouts import (
    LAYOUTS,
    NOT_PEOPLE,
    column_of,
    guess_layout,
    normalise,
)
from crm.people.importing.own_files import LAYOUT, is_own_sheet, own_headings, own_mapping
from crm.people.importing.shapes import SheetPlan, Skip
from crm.people.importing.skipping import skipper

MOST_CARD_ROWS = 20_000
PREVIEWED = 10  # rows, or more if the headings stand further down
_SAMPLES = 3
_LONGEST_SAMPLE = 60
_MOST_PREVIEWED = 30  # columns


@dataclass(frozen=True, slots=True)
class Correction:
    """Where somebody said that the headings of a sheet stand, and its people begin; 1-based rows.

    No ``header_rows``: the sheet has none. ``start`` 0: right below them.
    """

    header_rows: tuple[int, ...]
    start: int = 0


def plan_workbook(
    path: Path, corrections: Mapping[str, Correction] = MappingProxyType({})
) -> list[SheetPlan]:
    """Return how each sheet of the file would be read.

    Args:
        path: the file.
        corrections: name of a sheet -> what somebody said about its headings.

    Raises:
        DomainError: the file cannot be read (`crm.people.importing.errors`).
    """
    with open_book(path) as book:
        return [_plan_sheet(book, sheet, corrections.get(sheet.name)) for sheet in book.sheets]


def guess_mapping(headings: Sequence[str], layout: str) -> tuple[dict[str, str], dict[str, float]]:
    """Return the field of every heading, and how sure that is.

    A field that takes one column goes to the heading that fits it best.
    """
    known = LAYOUTS.get(layout)
    ours = own_mapping() if layout == LAYOUT else {}
    guesses = {
        heading: (ours[heading], 1.0) if heading in ours else column_of(heading, known)
        for heading in headings
        if heading
    }
    best: dict[str, str] = {}
    for heading, (field, score) in guesses.items():
        if field not in best or score > guesses[best[field]][1]:
            best[field] = heading
    mapping, scores = {}, {}
    for heading, (field, score) in guesses.items():
        is_taken = field not in REPEATABLE and best[field] != heading
        mapping[heading] = UNKNOWN if is_taken else field
        scores[heading] = 0.0 if is_taken else score
    return mapping, scores


def _plan_sheet(book: Book, sheet: Sheet, correction: Correction | None) -> SheetPlan:
    rows = book.rows(sheet.name)
    first = list(islice(rows, WITHIN))
    plan = _planned(book, sheet, correction, first, rows)
    shown = max(PREVIEWED, plan.first_row + 2)
    hidden = {
        place
        for place, heading in enumerate(plan.headings)
        if plan.mapping.get(heading) == NOT_COLLECTED
    }
    preview = tuple(
        tuple(
            "…" if place in hidden and number >= plan.first_row else _short(cell)
            for place, cell in enumerate(row[:_MOST_PREVIEWED])
        )
        for number, row in enumerate(first[:shown], 1)
    )
    return replace(plan, preview=preview)


def _planned(
    book: Book, sheet: Sheet, correction: Correction | None, first: list[Row], rows: Iterator[Row]
) -> SheetPlan:
    skipped: str = Skip.HIDDEN if sheet.is_hidden else ""
    if normalise(sheet.name) in NOT_PEOPLE:
        skipped = Skip.NOT_PEOPLE
    if not any(map(_is_filled, first)):
        rest = next(filter(_is_filled, rows), None)
        return SheetPlan(sheet.name, skipped=Skip.BLANK if rest is None else Skip.NO_HEADINGS)
    merged = book.merged(sheet.name)
    if correction is not None:
        numbers = [number - 1 for number in correction.header_rows]
        found = headings_at(first, numbers, merged)
        return _plan_table(sheet, found, chain(first, rows), "", start=correction.start)
    if is_own_sheet(book, sheet.name, first):
        ours = Headings((0,), tuple(own_headings(first)))
        return _plan_table(sheet, ours, book.rows(sheet.name), skipped, own=True)
    headings = find_headings(first, merged)
    if headings is None:
        return _plan_cards(sheet, chain(first, rows), skipped)
    return _plan_table(sheet, headings, chain(first, rows), skipped)


def _plan_table(
    sheet: Sheet,
    headings: Headings,
    rows: Iterator[Row],
    skipped: str,
    *,
    start: int | None = None,
    own: bool = False,
) -> SheetPlan:
    layout = LAYOUT if own else guess_layout(sheet.name, list(headings.texts))
    mapping, scores = guess_mapping(headings.texts, layout)
    samples: dict[str, list[str]] = {heading: [] for heading in mapping}
    why_skipped = skipper(headings.texts, mapping, only_blank=own)
    count = 0
    below = 1 + max(headings.rows, default=-1)
    for row in islice(rows, start - 1 if start else below, None):
        if why_skipped(row):
            continue
        count += 1
        if count <= WITHIN:
            _take_samples(samples, mapping, headings.texts, row)
    return SheetPlan(
        name=sheet.name,
        layout=layout,
        header_rows=tuple(number + 1 for number in headings.rows),
        headings=headings.texts,
        mapping=mapping,
        scores=scores,
        samples={heading: tuple(found) for heading, found in samples.items()},
        rows=count,
        skipped=skipped,
        start=start or 0,
        is_corrected=start is not None,
    )


def _plan_cards(sheet: Sheet, rows: Iterator[Row], skipped: str) -> SheetPlan:
    cards = find_cards(list(islice(rows, MOST_CARD_ROWS)))
    if not cards:
        return SheetPlan(sheet.name, skipped=skipped or Skip.NO_HEADINGS)
    headings = card_headings(cards)
    layout = guess_layout(sheet.name, list(headings)) or "qiaoqing_census_person"
    mapping, scores = guess_mapping(headings, layout)
    samples: dict[str, list[str]] = {heading: [] for heading in mapping}
    for card in cards[:WITHIN]:
        row = [card.cells.get(heading, "") for heading in headings]
        _take_samples(samples, mapping, headings, row)
    return SheetPlan(
        name=sheet.name,
        layout=layout,
        headings=headings,
        mapping=mapping,
        scores=scores,
        samples={heading: tuple(found) for heading, found in samples.items()},
        rows=len(cards),
        skipped=skipped,
        is_cards=True,
    )


def _take_samples(
    samples: dict[str, list[str]],
    mapping: Mapping[str, str],
    headings: Sequence[str],
    row: Row,
) -> None:
    """Add the filled cells of a row; what is not collected is not shown either."""
    for heading, cell in zip(headings, row, strict=False):
        text = _short(cell)
        is_shown = heading and text and mapping[heading] != NOT_COLLECTED
        if is_shown and len(samples[heading]) < _SAMPLES:
            samples[heading].append(text)


def _short(cell: Cell) -> str:
    return cell_text(cell).strip()[:_LONGEST_SAMPLE]


def _is_filled(row: Row) -> bool:
    return any(cell_text(cell).strip() for cell in row)
