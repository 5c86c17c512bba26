"""Forms with one person each, labels left and values right, as the census uses them (D01)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm.people.importing.books import Cell, Row
from crm.people.importing.headings import heading_text
from crm.people.importing.layouts import field_of

LEAST_LABELS = 4


@dataclass(frozen=True, slots=True)
class Card:
    """One filled form: the 0-based row of its name, and its values by their labels."""

    row: int
    cells: dict[str, Cell]


def find_cards(rows: Sequence[Row]) -> list[Card]:
    """Return the cards on a sheet; none if it is a table.

    >>> rows = [["普查表"], ["姓名", "陈某", "性别", "男"], ["籍贯", "南安"], ["职业", "学生"]]
    >>> [(card.row, card.cells["籍贯"]) for card in find_cards(rows)]
    [(1, '南安')]
    """
    cards: list[Card] = []
    for number, row in enumerate(rows):
        pairs = list(_pairs(row))
        if any(_is_name(label) for label, _value in pairs):
            cards.append(Card(number, {}))
        if cards:
            for label, value in pairs:
                cards[-1].cells.setdefault(_free(label, cards[-1].cells), value)
    found = [card for card in cards if len(card.cells) >= LEAST_LABELS]
    return found if len(found) == len(cards) and _are_cards(rows, cards) else []


def card_headings(cards: Sequence[Card]) -> tuple[str, ...]:
    """Return the labels of all cards, in the order in which they first stand."""
    return tuple(dict.fromkeys(label for card in cards for label in card.cells))


def _are_cards(rows: Sequence[Row], cards: Sequence[Card]) -> bool:
    """Say whether labels and values stand side by side, in more rows than those of the names."""
    if not cards:
        return False
    first, last = cards[0].row, cards[1].row if len(cards) > 1 else len(rows)
    with_labels = sum(any(True for _pair in _pairs(row)) for row in rows[first:last])
    labels = [text for text in map(heading_text, rows[first]) if _is_label(text)]
    filled = [text for text in map(heading_text, rows[first]) if text]
    return with_labels >= 2 and len(labels) <= 0.6 * len(filled) + 1


def _pairs(row: Row) -> Iterator[tuple[str, Cell]]:
    """Yield each label of a row with the first filled cell behind it, before the next label."""
    label, value = "", ""
    for cell in row:
        text = heading_text(cell)
        if _is_label(text):
            if label:
                yield label, value
            label, value = text, ""
        elif label and text and value == "":
            value = cell
    if label:
        yield label, value


def _is_label(text: str) -> bool:
    return 0 < len(text) <= 20 and bool(field_of(text, None)[0])


def _is_name(label: str) -> bool:
    return field_of(label, None)[0] == "full_name"


def _free(label: str, taken: dict[str, Cell]) -> str:
    """Return the label, numbered if the card has it already."""
    if label not in taken:
        return label
    number = 2
    while f"{label} ({number})" in taken:
        number += 1
    return f"{label} ({number})"
