"""Numbers of identity papers: what spreadsheets do to them, and papers in the wrong column.

D06 and D07. A number that has lost digits is never imported; one of 15 digits is kept as written.
"""

import datetime as dt
import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from crm.people.choices import DocumentKind
from crm.people.id_numbers import check_character, guess_kind
from crm.people.importing.repairs.base import (
    Found,
    Note,
    RepairClass,
    changed,
    error,
    warning,
    words,
)
from crm.people.importing.repairs.phones import masked
from crm.people.importing.repairs.texts import emptied, is_empty_word, tidy

is_resident_id = re.compile(r"[1-7][0-9]{16}[0-9X]").fullmatch
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_CHINESE_PASSPORT = re.compile(r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|[PSD]E?[0-9]{7,8}")
is_plain_passport = re.compile(r"[A-Z]{1,2}[0-9]{6,9}").fullmatch
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_FLOAT = re.compile(r"([0-9]{6,15})\.0+")
# A number of that many digits was one of a spreadsheet, and has lost its last.
_LONG_FLOAT = re.compile(r"[0-9]{16,}\.0+")
_DAY = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_SEPARATORS = re.compile(r"[、，,;；|\n/／]+")
_LABEL = re.compile(
    r"^(?:居民)?(?:身份证(?:号码?)?|护照(?:号码?)?|证件号码?|回乡证|通行证|台胞证|港澳通行证|ID)(?:No\.?)?[:：]?\s*",
    re.IGNORECASE,
)
_REMARK = re.compile(r"[(（]([^()（）]*[^0-9A-Za-z()（）][^()（）]*)[)）]")
_NOISE = re.compile(r"[\s\-‐-―－·.'\"“”‘’`]")
_PROBABLY = re.compile(r"[0-9A-Z]{5,20}")
_ABROAD = words("在国外 国外 在外 出国 遗失 丢失 未办 未办理 未提供 待补 补办中 注销 已注销")
_EXACT_BELOW = 10**15


class Paper(NamedTuple):
    """A number and the kind of paper it is from. ``is_chinese`` is known of passports only.

    ``country`` is "" where the cell does not say who issued it.
    """

    kind: DocumentKind
    number: str
    is_chinese: bool = True
    country: str = ""


def plain_id_number(text: str) -> tuple[Paper, ...] | None:
    """Return the resident's number in a cell to which nothing is to be done, or None."""
    if is_resident_id(text) and not text.endswith("000"):
        return (Paper(DocumentKind.RESIDENT_ID, text),)
    return None


def plain_passport(text: str) -> tuple[Paper, ...] | None:
    """Return the passport in a cell to which nothing is to be done, or None."""
    return (_passport(text),) if is_plain_passport(text) and text[0] not in "HM" else None


def read_id_numbers(raw: object) -> Found[tuple[Paper, ...]]:
    """Return the papers in a cell below 身份证号.

    >>> read_id_numbers("'11010519491231002x ").value[0].number
    '11010519491231002X'
    >>> [read_id_numbers(n).notes[0].code for n in ("110105194912310000", "1.10105E+17")]
    ['id_lost_precision', 'id_lost_precision']
    >>> read_id_numbers("G12345678").value[0].kind.value
    'passport'
    """
    plain = plain_id_number(raw) if isinstance(raw, str) else None
    if plain:
        return Found(plain)
    return _read(raw, DocumentKind.RESIDENT_ID)


def read_passports(raw: object) -> Found[tuple[Paper, ...]]:
    """Return the papers in a cell below 护照号.

    >>> read_passports("g1234 5678").value[0].number
    'G12345678'
    """
    plain = plain_passport(raw) if isinstance(raw, str) else None
    if plain:
        return Found(plain)
    return _read(raw, DocumentKind.PASSPORT)


def _read(raw: object, expected: DocumentKind) -> Found[tuple[Paper, ...]]:
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        if raw != int(raw) or abs(raw) >= _EXACT_BELOW:
            return Found(None, (_lost(),))
        raw = str(int(raw))
    if isinstance(raw, dt.date | dt.time):
        return Found(None, (_not_a_number(str(raw)),))
    text = str(raw)
    if is_empty_word(text) or text.strip() in _ABROAD:
        return Found(None, (emptied(text),))
    tidied = tidy(text, keep_lines=True)
    text = tidied.value or ""
    # What tidying says would show the number in the clear.
    notes: list[Note] = [
        Note(note.code, _NUMBER_CHANGED[note.code](text), repair=note.repair)
        for note in tidied.notes
    ]
    parts = [text]
    if not _is_broken_over_lines(text):
        parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    papers = [paper for part in parts if (paper := _read_one(part, expected, notes))]
    if len(papers) > 1 or (papers and parts != [text]):
        numbers = " | ".join(masked(paper.number) for paper in papers)
        notes.append(changed(RepairClass.SEVERAL, masked(text), numbers))
    return Found(tuple(dict.fromkeys(papers)) or None, tuple(notes))


def _read_one(text: str, expected: DocumentKind, notes: list[Note]) -> Paper | None:
    if text in _ABROAD or is_empty_word(text):
        notes.append(emptied(text))
        return None
    if _SCIENTIFIC.fullmatch(text) and (expected is DocumentKind.RESIDENT_ID or "+" in text):
        notes.append(_lost())
        return None
    bare = _LABEL.sub("", _REMARK.sub("", text))
    if found := _FLOAT.fullmatch(bare):
        bare = found[1]
    number = _NOISE.sub("", bare).upper()
    if not _PROBABLY.fullmatch(number) or not any(map(str.isdigit, number)):
        notes.append(_not_a_number(text))
        return None
    if _has_lost_digits(number) or _LONG_FLOAT.fullmatch(bare):
        notes.append(_lost())
        return None
    if expected is DocumentKind.RESIDENT_ID and _is_something_else(number):
        notes.append(_not_a_number(text))
        return None
    if number != text:
        notes.append(changed(RepairClass.NUMBER_FORMAT, masked(text), masked(number)))
    return _sorted(number, expected, notes)


def _is_broken_over_lines(text: str) -> bool:
    """Say whether the lines of a cell are one number, which wrapped."""
    if "\n" not in text:
        return False
    number = _NOISE.sub("", text).upper()
    if _EIGHTEEN.fullmatch(number):
        return check_character(number[:17]) == number[17]
    return bool(_CHINESE_PASSPORT.fullmatch(number))


def _is_something_else(number: str) -> bool:
    """Say whether digits below 身份证号 are no paper's: a day, a phone, or part of a number.

    Nine digits may be a passport from abroad, and eight or ten a permit from Taiwan.
    """
    if not number.isdigit() or len(number) in {9, 10, 15} or len(number) > 16:
        return False
    return len(number) != 8 or bool(_DAY.fullmatch(number))


def _not_a_number(text: str) -> Note:
    message = _("“{text}” is no number of a paper.").format(text=masked(text))
    return error("not_a_number", message)


def _sorted(number: str, expected: DocumentKind, notes: list[Note]) -> Paper:
    kind = guess_kind(number)
    if expected is DocumentKind.PASSPORT and kind in {None, DocumentKind.TAIWAN_PERMIT}:
        kind = DocumentKind.PASSPORT  # passports of eight digits are common abroad
    if kind is None:
        return Paper(expected, number)
    if kind is not expected:
        message = _("{number} was kept as another paper: {kind}.").format(
            number=masked(number), kind=kind.label
        )
        notes.append(warning(RepairClass.DOCUMENT_MOVED, message))
    return _passport(number) if kind is DocumentKind.PASSPORT else Paper(kind, number)


def _passport(number: str) -> Paper:
    return Paper(DocumentKind.PASSPORT, number, bool(_CHINESE_PASSPORT.fullmatch(number)))


def _has_lost_digits(number: str) -> bool:
    """Say whether the last three digits became zeros, as in every number of 18 digits.

    A spreadsheet's number has 15 digits; one in a thousand people rightly ends in 000.
    """
    is_zeroed = number.endswith("000") and bool(_EIGHTEEN.fullmatch(number))
    return is_zeroed and check_character(number[:17]) != number[17]


def _lost() -> Note:
    message = _("The spreadsheet has cut this number. Type it again in a cell of type text.")
    return error("id_lost_precision", message)


_NUMBER_CHANGED = {
    RepairClass.WIDTH.value: lambda text: _("Wide characters in {number} were made narrow.").format(
        number=masked(text)
    ),
    RepairClass.SPACES.value: lambda text: _("Spaces around {number} were removed.").format(
        number=masked(text)
    ),
    RepairClass.MARKS.value: lambda text: _("Quotation marks around {number} were removed.").format(
        number=masked(text)
    ),
}
