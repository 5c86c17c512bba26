"""One column of a roster: what reads its cells, and what has been read already.

Cells repeat, so that every distinct cell of a column is understood once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.people.cells import unguard
from crm.people.choices import Sex, Status
from crm.people.dates import PartialDate
from crm.people.importing.books import Cell, cell_text, column_letters
from crm.people.importing.fields import (
    CONTACT,
    FACT,
    IDENTITY,
    NOT_COLLECTED,
    NOT_KEPT_YET,
    NOT_READ,
    NOT_WANTED,
    UNKNOWN,
)
from crm.people.importing.guards.inspection import ERRORS
from crm.people.importing.layouts import ASKED, field_of, normalise
from crm.people.importing.repairs.ages import looks_like_age, read_age
from crm.people.importing.repairs.base import (
    Found,
    Note,
    RepairClass,
    changed,
    error,
    warning,
    words,
)
from crm.people.importing.repairs.countries import read_countries
from crm.people.importing.repairs.dates import DateContext, read_date, settle
from crm.people.importing.repairs.facts import fact_reader
from crm.people.importing.repairs.identities import read_identities
from crm.people.importing.repairs.kin import count_people, read_household_role, read_relation
from crm.people.importing.repairs.languages import read_languages
from crm.people.importing.repairs.names import plain_name, read_name, read_names
from crm.people.importing.repairs.papers import (
    plain_id_number,
    plain_passport,
    read_id_numbers,
    read_passports,
)
from crm.people.importing.repairs.phones import plain_phone, read_phones
from crm.people.importing.repairs.places import FindRegion, read_native_place
from crm.people.importing.repairs.statuses import read_status
from crm.people.importing.repairs.texts import (
    DITTO_WORDS,
    emptied,
    folded,
    is_empty_word,
    plain_text,
    tidy,
)
from crm.people.importing.repairs.ticks import NO, YES, has_ticks, read_flag, read_ticks
from crm.people.importing.shapes import Issue, Severity

Reader = Callable[[Any], Found[Any]]

# A heading that stands a second time, as `headings` counts them.
_AGAIN = re.compile(r"(.+) \([0-9]+\)", re.DOTALL)
MOST_REMEMBERED = 20_000  # distinct cells of a column
_ALIVE = words("健在 在世 正常 在册 是")
_MALE, _FEMALE = (
    frozenset(["男性", "M", "MALE", "1", "1.男", "♂", "先生"]),
    frozenset(["女性", "F", "FEMALE", "2", "2.女", "♀", "女士"]),
)


@dataclass(slots=True)
class CellReading:
    """What a cell says, with the issues ready to be reported; nobody changes it.

    ``stands_for`` is the cell that 同上 repeats, perhaps over several rows.
    """

    value: Any
    issues: tuple[Issue, ...] = ()
    to_note: str = ""
    stands_for: str = ""


DITTO = CellReading(None)


@dataclass(slots=True)
class Column:
    """A column that is read.

    Attributes:
        place: from 0.
        heading: as it stands in the file.
        field: code of `fields`.
        known: cell -> what it says; `read` fills it.
        is_guarded: whether a quote before a formula was put there by the export.
        _plain: reads a cell that is as it should be, and returns None for any other.
    """

    place: int
    heading: str
    field: str
    known: dict[Cell, CellReading]
    _plain: Callable[[str], Any] | None
    _reader: Reader
    _refused: frozenset[str]
    is_guarded: bool = False

    def read(self, cell: Cell) -> CellReading:
        """Return what a cell says, `DITTO` for 同上."""
        if type(cell) is str:
            if self.is_guarded:
                cell = unguard(cell)
            if self._plain is not None and (value := self._plain(cell)) is not None:
                return CellReading(value)  # hardly two cells are alike
            stripped = cell.strip()
            if not stripped:
                # Spaces only: nothing stands there.
                return self._remember(cell, CellReading(None))
            if stripped in DITTO_WORDS and self.field not in NOT_READ:
                return self._remember(cell, DITTO)
            found = _broken(stripped) or self._reader(cell)
        else:
            found = self._reader(cell_text(cell) if type(cell) is bool else cell)
        if found.value is None and not found.notes:
            # Only separators, or the like.
            found = Found(None, (emptied(cell_text(cell)),))
        issues = tuple(issue_of(self.heading, note, self._refused) for note in found.notes)
        is_wrong = any(issue.severity is Severity.ERROR for issue in issues)
        reading = CellReading(None if is_wrong else found.value, issues, found.to_note)
        return self._remember(cell, reading)

    def _remember(self, cell: Cell, reading: CellReading) -> CellReading:
        if len(self.known) >= MOST_REMEMBERED:
            self.known.clear()
        self.known[cell] = reading
        return reading


def make_column(
    place: int,
    heading: str,
    field: str,
    *,
    refused: frozenset[str],
    dates: DateContext,
    find_region: FindRegion,
    exact: Callable[[str], Any] | None = None,
    is_guarded: bool = False,
) -> Column:
    """Return what reads a column as ``field``; ``exact`` comes first in a list of our own."""
    reader = _reader_of(field, heading, place, dates, find_region)
    plain = exact or _PLAIN.get(field)
    return Column(place, heading, field, {}, plain, reader, refused, is_guarded)


def issue_of(heading: str, note: Note, refused: frozenset[str]) -> Issue:
    """Return a note under its heading; a repair that the clerk refused is an error."""
    repair = note.repair.value if note.repair else ""
    severity = Severity.ERROR if repair and repair in refused else note.severity
    return Issue(heading, note.code, severity, note.message, repair)


def _broken(text: str) -> Found[Any] | None:
    """Return what is to be said about an error of the spreadsheet, or a formula without value."""
    if text in ERRORS:
        message = _("The spreadsheet shows the error {text} here.").format(text=text)
        return Found(None, (error("cell_error", message),))
    if text.startswith("=") and not (text.startswith('="') and text.endswith('"')):
        message = _("This formula has no value. Open the file, let it calculate, and save it.")
        return Found(None, (error("formula_without_value", message),))
    return None


def _reader_of(
    field: str, heading: str, place: int, dates: DateContext, find_region: FindRegion
) -> Reader:
    kind, colon, code = field.rpartition(":")
    if colon and (reader := _reader_of_prefix(f"{kind}:", code, dates)):
        return reader
    if field == "returned_on":
        return lambda raw: _read_day(raw, dates)
    if field == "birth_date":
        return lambda raw: read_age(raw) if looks_like_age(raw) else read_date(raw, dates)
    if field == "identity" and (asked := ASKED.get(normalise(heading))):
        return lambda raw: _read_asked(cell_text(raw), asked)
    if field == "native_place":
        return lambda raw: read_native_place(cell_text(raw), find_region)
    if field in NOT_READ:
        note = _left_out(field, heading, place)
        return lambda raw: Found(None, (note,))
    if field in _OF_CELLS:
        return _OF_CELLS[field]
    of_text = _OF_TEXTS.get(field)
    if of_text is None:
        # A field of a mapping that was remembered from an earlier release.
        return lambda raw: Found(None, (_left_out(UNKNOWN, heading, place),))
    return lambda raw: of_text(cell_text(raw))


def _reader_of_prefix(prefix: str, code: str, dates: DateContext) -> Reader | None:
    if prefix == FACT:
        return fact_reader(code, dates)
    if prefix == CONTACT:
        return _OF_CONTACTS.get(code, _read_contact)
    return read_flag if prefix == IDENTITY else None


def _left_out(field: str, heading: str, place: int) -> Note:
    if field == NOT_COLLECTED:
        return Note(NOT_COLLECTED, _("This is not collected; it stays in the file."))
    if field == NOT_KEPT_YET:
        return Note(NOT_KEPT_YET, _("The register has no room for this yet; it stays in the file."))
    if field == NOT_WANTED:
        return Note(
            NOT_WANTED, _("Somebody chose not to import this column; it stays in the file.")
        )
    if not heading:
        message = _("A cell in column {column} has no heading; it was left out.")
        return Note("no_heading", message.format(column=column_letters(place)))
    if (first := _AGAIN.fullmatch(heading)) and field_of(first[1], None)[0] == "full_name":
        message = _("A second person stands on this row. Put both lists below each other.")
        return error("several_people", message)
    return Note("not_known", _("Nobody has said what this column is; it was left out."))


def _read_text(raw: Cell) -> Found[str]:
    text = cell_text(raw)
    if is_empty_word(text):
        return Found(None, (emptied(text),))
    tidied = tidy(text)
    return Found(tidied.value or None, tidied.notes)


def _read_contact(raw: Cell) -> Found[str]:
    """Return an account or address of the net, which has no spaces and no wide characters."""
    found = _read_text(raw)
    return _written(found, folded(found.value or ""))


def _read_email(raw: Cell) -> Found[str]:
    found = _read_text(raw)
    name, at, host = folded(found.value or "").rpartition("@")
    return _written(found, f"{name}{at}{host.lower()}" if at else host)


def _written(found: Found[str], value: str) -> Found[str]:
    """Return a text as the record writes it, with a word if that is another way."""
    if not found.value or value == found.value:
        return found
    return Found(value, (*found.notes, changed(RepairClass.CONTACT_FORMAT, found.value, value)))


def _read_day(raw: Cell, dates: DateContext) -> Found[tuple[PartialDate, ...]]:
    found = read_date(raw, dates)
    settled = settle(found.value, None) if found.value else Found[PartialDate](None)
    notes = (*found.notes, *settled.notes)
    return Found((settled.value,) if settled.value else None, notes)


def _read_note(text: str) -> Found[str]:
    tidied = tidy(text, keep_lines=True)
    return Found(tidied.value or None, tidied.notes)


def _read_identities(text: str) -> Found[tuple[str, ...]]:
    """Return the codes as plain texts, which a dict finds faster than members of an enum."""
    found = read_identities(text)
    codes = tuple(code.value for code in found.value or ())
    return Found(codes or None, found.notes)


def _read_asked(text: str, code: str) -> Found[tuple[str, ...]]:
    """Return the identity that 是否归侨 asks for, or the one that the cell names."""
    if folded(text) not in YES | NO and not has_ticks(text):
        return _read_identities(text)
    flag = read_flag(text)
    if flag.is_wrong:
        return _read_identities(text)
    return Found((code,) if flag.value else (), flag.notes)


def _read_head(text: str) -> Found[str]:
    """Return the name of the head; what stands beside it is kept in the note as it stands."""
    found = read_name(text)
    if found.value is None or not any(found.value[1:]):
        return Found(found.value.full_name if found.value else None, found.notes)
    notes = [note for note in found.notes if note.repair is not RepairClass.NAME_PARTS]
    message = _("“{text}” fits no field; it is kept in the note.").format(text=text)
    notes.append(warning(RepairClass.TO_NOTE, message, "name_remark"))
    return Found(found.value.full_name, tuple(notes), text)


def _read_sex(text: str) -> Found[Sex]:
    """Return the sex; only 男 and 女 go without a word."""
    if text == "男":
        return Found(Sex.MALE)
    if text == "女":
        return Found(Sex.FEMALE)
    if is_empty_word(text):
        return Found(None, (emptied(text),))
    notes: tuple[Note, ...] = ()
    word = text
    if has_ticks(text):
        ticked = read_ticks(text)
        if not ticked.value or len(ticked.value) > 1:
            return Found(None, ticked.notes or (error("sex_unclear", _not_a_sex(text)),))
        word, notes = ticked.value[0], ticked.notes
    word = folded(tidy(word).value or "").upper()
    sex = Sex.MALE if word in _MALE | {"男"} else Sex.FEMALE if word in _FEMALE | {"女"} else None
    if sex is None:
        return Found(None, (*notes, error("not_a_sex", _not_a_sex(text))))
    if not notes:
        plain = "男" if sex is Sex.MALE else "女"
        repair = RepairClass.SPACES if word == plain else RepairClass.CODE_WORD
        notes = (changed(repair, text, plain),)
    return Found(sex, notes)


def _not_a_sex(text: str) -> str:
    return _("“{text}” is neither 男 nor 女.").format(text=text)


def _read_status_column(text: str) -> Found[Any]:
    found = read_status(text)
    if found.value:
        return found
    if folded(text) in _ALIVE:
        return Found(Status.ACTIVE)
    message = _("“{text}” is no status; it is kept in the note.").format(text=text)
    return Found(None, (warning(RepairClass.TO_NOTE, message, "status_unknown"),), text)


_OF_CONTACTS: Mapping[str, Reader] = {"abroad": _read_text, "email": _read_email}
_OF_CELLS: Mapping[str, Reader] = {
    "age": read_age,
    "id_number": read_id_numbers,
    "passport": read_passports,
    "phone": read_phones,
    "address": _read_text,
    "household_number": _read_text,
    "other_paper": read_id_numbers,
    "surname_reading": _read_text,
    "person_key": _read_text,
}
_OF_TEXTS: Mapping[str, Callable[[str], Found[Any]]] = {
    "full_name": read_name,
    "other_name": read_names,
    "former_name": read_names,
    "sex": _read_sex,
    "identity": _read_identities,
    "nationality": read_countries,
    "former_country": read_countries,
    "identity_country": read_countries,
    "languages": read_languages,
    "overseas_country": read_countries,
    "overseas_people": count_people,
    "overseas_relation": read_relation,
    "household_head": _read_head,
    "household_relation": read_household_role,
    "status": _read_status_column,
    "note": _read_note,
}
# Names, numbers and addresses are different on every row; most are in order.
_PLAIN: Mapping[str, Callable[[str], Any]] = {
    "full_name": plain_name,
    "id_number": plain_id_number,
    "passport": plain_passport,
    "phone": plain_phone,
    "address": plain_text,
}
