"""Lists that this program wrote itself: told by their marks, read to the letter.

A workbook has its sheet and, on the sheet beside it, the number of the export; a text file has the
first line as it is written, every heading in quotes. In such a file a quote before a formula is
one that the export put there, several values of a cell are joined as `cells.join` does it, and
nothing needs to be guessed or said. A cell that somebody changed since is read like any other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from crm.people.cells import split
from crm.people.choices import (
    ContactKind,
    DocumentKind,
    FactKind,
    HouseholdRole,
    KinCode,
    Sex,
    Status,
)
from crm.people.dates import PartialDate, parse_partial_date
from crm.people.exporting.catalogue import FACT_PREFIX, site_columns
from crm.people.exporting.columns import COLUMNS, Column
from crm.people.exporting.words import (
    DOCUMENT_WORDS,
    IDENTITY_WORDS,
    KIN_WORDS,
    LANGUAGE_WORDS,
    NOBODY_KNOWS,
    ROLE_WORDS,
    SEX_WORDS,
    STATUS_WORDS,
    country_words,
    fact_words,
)
from crm.people.exporting.writing import ABOUT_SHEET, LIST_SHEET, NUMBER_LABEL, csv_line
from crm.people.facts import Fact, choices_of, words_of
from crm.people.importing.books import Book, Row, cell_text
from crm.people.importing.fields import CONTACT, FACT, IGNORED
from crm.people.importing.repairs.countries import Place
from crm.people.importing.repairs.dates import FoundDate
from crm.people.importing.repairs.names import NameParts
from crm.people.importing.repairs.papers import Paper
from crm.people.importing.repairs.phones import is_plain_phone
from crm.people.importing.repairs.places import FindRegion
from crm.people.importing.shapes import SheetPlan

LAYOUT = "own_export"
# Returns what a cell says, or None for one that was not written so.
Exact = Callable[[str], Any]

_FIELDS: Mapping[Column, str] = {
    Column.NAME: "full_name",
    Column.SEX: "sex",
    Column.BIRTH: "birth_date",
    Column.ID_NUMBER: "id_number",
    Column.PASSPORT: "passport",
    Column.OTHER_PAPERS: "other_paper",
    Column.PHONE: "phone",
    Column.WECHAT: f"{CONTACT}{ContactKind.WECHAT.value}",
    Column.EMAIL: f"{CONTACT}{ContactKind.EMAIL.value}",
    Column.QQ: f"{CONTACT}{ContactKind.QQ.value}",
    Column.ADDRESS_ABROAD: f"{CONTACT}{ContactKind.ADDRESS_ABROAD.value}",
    Column.ADDRESS: "address",
    Column.IDENTITY: "identity",
    Column.OVERSEAS_COUNTRY: "identity_country",
    Column.FORMER_COUNTRY: "former_country",
    Column.RETURNED: "returned_on",
    Column.FORMER_NAMES: "former_name",
    Column.OTHER_NAMES: "other_name",
    Column.SURNAME_READING: "surname_reading",
    Column.NATIONALITY: "nationality",
    Column.REGION: "native_place",
    Column.LANGUAGES: "languages",
    Column.HOUSEHOLD_NUMBER: "household_number",
    Column.HOUSEHOLD: "household_head",
    Column.HOUSEHOLD_ROLE: "household_relation",
    Column.OVERSEAS_KIN: "overseas_relation",
    Column.OVERSEAS_KIN_COUNTRY: "overseas_country",
    Column.STATUS: "status",
    Column.NOTE: "note",
    Column.KEY: "person_key",
}


def is_own(plan: SheetPlan) -> bool:
    """Say whether a sheet is read as a list of ours."""
    return plan.layout == LAYOUT


def is_own_sheet(book: Book, name: str, first: Sequence[Row]) -> bool:
    """Say whether a sheet of an open book is a list that this program wrote."""
    if not first:
        return False
    if book.first_line:
        return book.first_line == csv_line([cell_text(cell) for cell in first[0]])
    if name != LIST_SHEET or all(sheet.name != ABOUT_SHEET for sheet in book.sheets):
        return False
    about = islice(book.rows(ABOUT_SHEET), 5)
    return any(cell_text(row[0]) == NUMBER_LABEL for row in about if row)


def own_mapping() -> dict[str, str]:
    """Return the field of every heading that an export may have."""
    fields = {COLUMNS[column].heading: _FIELDS.get(column, IGNORED) for column in COLUMNS}
    for name, spec in site_columns().items():
        if name.startswith(FACT_PREFIX):
            fields[spec.heading] = f"{FACT}{name.removeprefix(FACT_PREFIX)}"
    return fields


def exact_reader(field: str, facts: Mapping[str, Fact], find_region: FindRegion) -> Exact | None:
    """Return what reads a cell of a field as the export wrote it; None if nothing can.

    Args:
        field: of `fields`.
        facts: 侨情 and the site's own fields, by code.
        find_region: leads from a name or a code to a code, or to None.
    """
    if field.startswith(FACT):
        fact = facts.get(field.removeprefix(FACT))
        return _fact_reader(fact) if fact else None
    if field.startswith(CONTACT):
        return _texts
    if field == "native_place":
        return lambda text: find_region(text.rpartition("（")[2].rstrip("）"))
    return _READERS.get(field)


def _texts(text: str) -> tuple[str, ...] | None:
    return tuple(split(text)) or None


def _text(text: str) -> str | None:
    return text or None


def _one_of(words: Mapping[str, str], kind: Callable[[str], Any]) -> Exact:
    """Return what reads the word of one code."""
    codes = {word: kind(code) for code, word in words.items() if word}
    return codes.get


def _some_of(words: Mapping[str, str], kind: Callable[[str], Any], unknown: Any = None) -> Exact:
    """Return what reads the words of several codes; all of them, or None."""

    def read(text: str) -> tuple[Any, ...] | None:
        codes = {word: kind(code) for code, word in words.items() if word}
        if unknown is not None:
            codes[NOBODY_KNOWS] = unknown
        found = [codes.get(part) for part in split(text)]
        return tuple(found) if found and None not in found else None

    return read


def _first_of(read: Exact) -> Exact:
    """Return what reads the first of several, since the import keeps one."""

    def read_first(text: str) -> Any:
        parts = split(text)
        return read(parts[0]) if parts else None

    return read_first


def _countries(text: str) -> tuple[Place, ...] | None:
    """Return one country for each thing, "" where nobody knows it."""
    codes = {word: code for code, word in country_words().items()} | {NOBODY_KNOWS: ""}
    parts = split(text)
    if not parts or any(part not in codes for part in parts):
        return None
    return tuple([Place(codes[part], text=part) for part in parts])


def _dates(text: str) -> tuple[PartialDate | None, ...] | None:
    try:
        return tuple(
            [None if part == NOBODY_KNOWS else parse_partial_date(part) for part in split(text)]
        )
    except ValueError:
        return None


def _birth(text: str) -> FoundDate | None:
    try:
        return FoundDate(parse_partial_date(text))
    except ValueError:
        return None


def _papers(kind: DocumentKind | None) -> Exact:
    """Return what reads the numbers of one kind of paper, or each with its kind before it."""
    kinds = {word: DocumentKind(code) for code, word in DOCUMENT_WORDS.items()}
    countries = {word: code for code, word in country_words().items()}

    def read_one(text: str) -> Paper | None:
        word, _colon, number = ("", "", text) if kind else text.partition("：")
        known = kind or kinds.get(word)
        country = "CN"
        if number.endswith("）"):
            number, _bracket, name = number.removesuffix("）").rpartition("（")
            country = countries.get(name, "")
        return Paper(known, number, country=country) if known and number and country else None

    def read(text: str) -> tuple[Paper, ...] | None:
        found = [read_one(part) for part in split(text)]
        return tuple([one for one in found if one]) if found and None not in found else None

    return read


def _phones(text: str) -> tuple[str, ...] | None:
    parts = split(text)
    numbers = [f"+{part[2:]}" if part.startswith("00") else part for part in parts]
    if not numbers or not all(is_plain_phone(one.partition("转")[0]) for one in numbers):
        return None
    return tuple(numbers)


def _home_name(text: str) -> str | None:
    return text.removesuffix("家") or None


def _known(text: str) -> str | None:
    return None if text == NOBODY_KNOWS else text


def _fact_reader(fact: Fact) -> Exact:
    codes = {fact_words(fact, code): code for code in words_of(fact)}
    if fact.kind is FactKind.COUNTRY:
        codes |= {word: code for code, word in country_words().items()}
    else:
        codes |= {fact_words(fact, code): code for code in choices_of(fact)}
    is_open = fact.is_own or fact.kind not in {FactKind.CHOICE, FactKind.FLAG, FactKind.COUNTRY}

    def read(text: str) -> str | None:
        return codes.get(text, text if is_open else None)

    return read


_READERS: Mapping[str, Exact] = {
    "full_name": lambda text: NameParts(text) if text else None,
    "former_name": _texts,
    "other_name": _texts,
    "surname_reading": _text,
    "sex": _one_of(SEX_WORDS, Sex),
    "birth_date": _birth,
    "id_number": _papers(DocumentKind.RESIDENT_ID),
    "passport": _papers(DocumentKind.PASSPORT),
    "other_paper": _papers(None),
    "phone": _phones,
    "address": _text,
    "identity": _some_of(IDENTITY_WORDS, str),
    "identity_country": _countries,
    "former_country": _countries,
    "returned_on": _dates,
    "nationality": _countries,
    "languages": lambda text: _some_of(LANGUAGE_WORDS, str)(text),
    "household_number": _first_of(_known),
    "household_head": _first_of(_home_name),
    "household_relation": _first_of(_one_of(ROLE_WORDS, HouseholdRole)),
    "overseas_relation": _some_of(KIN_WORDS, KinCode),
    "overseas_country": _countries,
    "status": _one_of(STATUS_WORDS, Status),
    "note": _text,
    "person_key": _text,
}


def own_headings(first: Sequence[Row]) -> Iterator[str]:
    """Yield the headings, which stand in the first row as they were written."""
    return (cell_text(cell) for cell in first[0])
