"""From a line of the roster to a person's values, with what is wrong under its own heading."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_countries import countries

from crm.people.choices import DocumentKind, IdentityCode, Sex
from crm.people.dates import PartialDate, parse_partial_date
from crm.people.errors import Problem
from crm.people.id_numbers import guess_kind
from crm.people.importing.layout import (
    COUNTRY_ALIASES,
    IDENTITY_WORDS,
    SEXES,
    Column,
    normalise,
)
from crm.people.importing.roster import DAMAGED, Line
from crm.people.values import DocumentValues, IdentityValues, PersonValues, PhoneValues

# What separates several values in one cell. A space does not: phones are written with spaces.
_SEPARATORS = str.maketrans(dict.fromkeys("、,，;；/\n", "|"))
_RETURNING = {IdentityCode.RETURNED, IdentityCode.RETURNED_STUDENT}


@dataclass(slots=True)
class Drafted:
    """What one line says, and where each value came from.

    ``problems`` name columns; ``origin`` leads from a field of `PersonValues` to its column.
    """

    values: PersonValues
    problems: list[tuple[Column, str | Promise]] = field(default_factory=list)
    origin: dict[str, Column] = field(default_factory=dict)

    def column_of(self, problem: Problem) -> Column:
        """Return the column that a problem of the rules belongs to."""
        parts = problem.field.split(".")
        place = ".".join(parts[:2]) if len(parts) > 2 else problem.field
        return self.origin.get(place, _COLUMN_OF_FIELD.get(parts[0], Column.NAME))


_COLUMN_OF_FIELD = {
    "full_name": Column.NAME,
    "sex": Column.SEX,
    "birth_date": Column.BIRTH,
    "address": Column.ADDRESS,
    "note": Column.NOTE,
    "phones": Column.PHONE,
    "documents": Column.ID_NUMBER,
    "identities": Column.IDENTITY,
}


def draft_row(line: Line) -> Drafted:
    """Return what ``line`` says; a cell that cannot be understood is a problem, never dropped."""
    drafted = Drafted(PersonValues(full_name=""))
    cells = _readable_cells(line, drafted)
    born = _date(cells.get(Column.BIRTH, ""), Column.BIRTH, drafted)
    drafted.values = PersonValues(
        full_name=cells.get(Column.NAME, ""),
        sex=_sex(cells.get(Column.SEX, ""), drafted),
        birth_date=born.date if born else None,
        birth_precision=born.precision if born else None,
        address=cells.get(Column.ADDRESS) or None,
        note=cells.get(Column.NOTE, ""),
        phones=tuple(PhoneValues(number=number) for number in _split(cells.get(Column.PHONE, ""))),
        documents=tuple(_documents(cells, drafted)),
        identities=tuple(_identities(cells, drafted)),
    )
    return drafted


def _readable_cells(line: Line, drafted: Drafted) -> dict[Column, str]:
    cells = {}
    for column, text in line.cells.items():
        if text == DAMAGED:
            drafted.problems.append(
                (
                    column,
                    _("The spreadsheet has cut this number. Type it again in a cell of type text."),
                )
            )
        elif text:
            cells[column] = text
    return cells


def _sex(text: str, drafted: Drafted) -> Sex:
    if not text:
        return Sex.UNKNOWN
    known = SEXES.get(normalise(text).upper())
    if known is None:
        drafted.problems.append((Column.SEX, _("This is neither 男 nor 女.")))
    return known or Sex.UNKNOWN


def _date(text: str, column: Column, drafted: Drafted) -> PartialDate | None:
    if not text:
        return None
    try:
        return parse_partial_date(text)
    except ValueError:
        drafted.problems.append((column, _("This is no date. Write 1958-03-09, 1958-03 or 1958.")))
        return None


def _documents(cells: dict[Column, str], drafted: Drafted) -> Iterator[DocumentValues]:
    place = 0
    for column in (Column.ID_NUMBER, Column.PASSPORT):
        for number in _split(cells.get(column, "")):
            kind = DocumentKind.PASSPORT
            if column is Column.ID_NUMBER:
                # The heading 证件号码 covers every paper; a number of no kind is a mistyped one.
                kind = guess_kind(number) or DocumentKind.RESIDENT_ID
            drafted.origin[f"documents.{place}"] = column
            place += 1
            yield DocumentValues(kind=kind, number=number)


def _identities(cells: dict[Column, str], drafted: Drafted) -> Iterator[IdentityValues]:
    codes = []
    for word in _split(cells.get(Column.IDENTITY, "")):
        code = IDENTITY_WORDS.get(normalise(word))
        if code is None:
            drafted.problems.append(
                (Column.IDENTITY, _("“{word}” is no identity that we know.").format(word=word))
            )
        else:
            codes.append(code)
    overseas = _country(cells, Column.OVERSEAS_COUNTRY, drafted)
    former = _country(cells, Column.FORMER_COUNTRY, drafted)
    returned = _date(cells.get(Column.RETURNED, ""), Column.RETURNED, drafted)
    has_returned = any(code in _RETURNING for code in codes)
    homeless = {Column.OVERSEAS_COUNTRY: overseas and not codes,
                Column.FORMER_COUNTRY: former and not has_returned,
                Column.RETURNED: returned and not has_returned}  # fmt: skip
    is_clear = all(column is not Column.IDENTITY for column, _text in drafted.problems)
    for column, is_homeless in homeless.items():
        if is_homeless and is_clear:
            drafted.problems.append(
                (column, _("This belongs to an identity, and the row names none that fits."))
            )
    for code in dict.fromkeys(codes):
        came_back = code in _RETURNING
        yield IdentityValues(
            code=code,
            country=(former or overseas) if came_back else overseas,
            since=returned.date if came_back and returned else None,
            since_precision=returned.precision if came_back and returned else None,
        )


def _country(cells: dict[Column, str], column: Column, drafted: Drafted) -> str:
    text = cells.get(column, "")
    if not text:
        return ""
    code = country_codes().get(normalise(text), "")
    if not code:
        drafted.problems.append((column, _("This is no country that we know.")))
    return code


@cache
def country_codes() -> dict[str, str]:
    """Return the code of every country under its Chinese names, and under the code itself."""
    with translation.override("zh-hans"):
        official: dict[str, str] = {normalise(name): code for code, name in countries}
    return {**official, **{code: code for code in official.values()}, **COUNTRY_ALIASES}


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.translate(_SEPARATORS).split("|") if part.strip()]
