"""Find the headings of a sheet: below titles, in one to three rows, merged over groups (D01)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from crm.people.importing.books import Range, Row, cell_text, column_letters
from crm.people.importing.layouts import column_of, field_of

WITHIN = 25  # rows from the top
_LEAST_SHARE = 0.6
_LONGEST = 40
_ABOUT_THE_SHEET = re.compile(r"填报|填表|单位[:：]|日期|统计|制表|[0-9]{4}年|社区[:：]")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the headings stand, counted from 0, and what they say, one for each column."""

    rows: tuple[int, ...]
    texts: tuple[str, ...]


def find_headings(rows: Sequence[Row], merged: Sequence[Range] = ()) -> Headings | None:
    """Return the headings among the first rows; None if no row looks like them.

    >>> rows = [["花名册"], ["姓名", "性别", "亲属情况", ""], ["", "", "关系", "国别"]]
    >>> find_headings(rows).texts
    ('姓名', '性别', '亲属情况/关系', '亲属情况/国别')
    """
    texts = [[heading_text(cell) for cell in row] for row in rows[:WITHIN]]
    best = next((number for number, row in enumerate(texts) if looks_like_headings(row)), None)
    if best is None:
        return None
    chosen = [best]
    while len(chosen) < 3 and chosen[0] > 0 and _is_group_row(texts, chosen[0], merged):
        chosen.insert(0, chosen[0] - 1)
    while len(chosen) < 3 and _is_lower_row(texts, chosen, merged):
        chosen.append(chosen[-1] + 1)
    return Headings(tuple(chosen), _unique(_joined(texts, chosen, merged)))


def headings_at(
    rows: Sequence[Row], numbers: Sequence[int], merged: Sequence[Range] = ()
) -> Headings:
    """Return the headings in rows that somebody named, counted from 0; without any, the letters.

    >>> headings_at([["编", "人"], [1, "陈某"]], [0]).texts
    ('编', '人')
    >>> headings_at([[1, "陈某"]], []).texts
    ('A', 'B')
    """
    chosen = [number for number in numbers if number < len(rows)]
    if not chosen:
        width = max((len(row) for row in rows), default=0)
        return Headings((), tuple(column_letters(place) for place in range(width)))
    texts = [[heading_text(cell) for cell in row] for row in rows[: chosen[-1] + 1]]
    return Headings(tuple(chosen), _unique(_joined(texts, chosen, merged)))


def heading_text(cell: object) -> str:
    """Return a heading as it stands in the file, without what surrounds it."""
    return cell_text(cell).strip(" \t\r\n\u3000\u200b\ufeff\u00a0")


def looks_like_headings(row: Sequence[str]) -> bool:
    """Say whether the texts of a row are mostly headings, one of them the name."""
    filled = [text for text in row if text]
    known = [column_of(text, None)[0] for text in filled if len(text) <= _LONGEST]
    count = sum(bool(field) for field in known)
    if "full_name" not in known and "household_head" not in known:
        return False
    return (count >= 2 and count >= _LEAST_SHARE * len(filled)) or _is_table(row, count)


def _is_table(row: Sequence[str], known: int) -> bool:
    """Say whether many known headings stand side by side, among others that are not known."""
    fields = [bool(text) and bool(field_of(text, None)[0]) for text in row]
    neighbours = sum(first and second for first, second in pairwise(fields))
    return known >= 4 and neighbours >= 2


def _is_group_row(texts: Sequence[Sequence[str]], below: int, merged: Sequence[Range]) -> bool:
    """Say whether the row above names groups of columns, and is no title."""
    row, lower = texts[below - 1], texts[below]
    filled = [place for place, text in enumerate(row) if text]
    if not filled or any(
        len(row[place]) > 15 or _ABOUT_THE_SHEET.search(row[place]) for place in filled
    ):
        return False
    if any(row[place] and not lower[place] for place in filled) and not any(
        _spans_down(below - 1, place, merged) for place in filled if not lower[place]
    ):
        return False
    spans = [_width(row, place, below - 1, merged) for place in filled]
    if len(filled) == 1:
        # A group over some columns; over all of them it is a title.
        return 1 < spans[0] < sum(bool(text) for text in lower) and bool(
            merged and any(top == below - 1 for top, *_rest in merged)
        )
    return any(span > 1 for span in spans) or len(filled) >= 2


def _is_lower_row(
    texts: Sequence[Sequence[str]], chosen: Sequence[int], merged: Sequence[Range]
) -> bool:
    """Say whether the row below goes on with the headings, under groups only."""
    last = chosen[-1]
    if last + 1 >= len(texts):
        return False
    upper, row = texts[last], texts[last + 1]
    filled = [place for place, text in enumerate(row) if text]
    if not filled or any(len(row[place]) > 15 or _DIGIT.search(row[place]) for place in filled):
        return False
    names = [
        place
        for number in chosen
        for place, text in enumerate(texts[number])
        if field_of(text, None)[0] == "full_name"
    ]
    if any(row[place] for place in names):
        return False
    if names and merged and all(_spans_down(last, place, merged) for place in names):
        return True
    return len(filled) >= 2 and all(
        not upper[place] or _width(upper, place, last, merged) > 1 for place in filled
    )


def _spans_down(row: int, column: int, merged: Sequence[Range]) -> bool:
    return any(
        top <= row < bottom and left <= column <= right for top, left, bottom, right in merged
    )


def _width(row: Sequence[str], place: int, number: int, merged: Sequence[Range]) -> int:
    """Return over how many columns a heading reaches: as merged, or up to the next one."""
    for top, left, bottom, right in merged:
        if top <= number <= bottom and left <= place <= right:
            return right - left + 1
    if merged:
        return 1
    width = 1
    while place + width < len(row) and not row[place + width]:
        width += 1
    return width


def _joined(
    texts: Sequence[Sequence[str]], chosen: Sequence[int], merged: Sequence[Range]
) -> list[str]:
    width = max(len(texts[number]) for number in chosen)
    columns: list[list[str]] = [[] for _column in range(width)]
    for number in chosen:
        row = list(texts[number]) + [""] * (width - len(texts[number]))
        if number != chosen[-1]:
            below = [
                any(
                    place < len(texts[later]) and texts[later][place]
                    for later in chosen
                    if later > number
                )
                for place in range(width)
            ]
            for place in [place for place, text in enumerate(row) if text]:
                for other in range(place + 1, place + _width(texts[number], place, number, merged)):
                    if other < width and below[other] and below[place]:
                        row[other] = row[place]
        for place, text in enumerate(row):
            if text and text not in columns[place]:
                columns[place].append(text)
    return ["/".join(parts) for parts in columns]


def _unique(texts: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    found = []
    for text in texts:
        if text:
            seen[text] = seen.get(text, 0) + 1
        found.append(f"{text} ({seen[text]})" if text and seen[text] > 1 else text)
    return tuple(found)
