"""Checks of identity document numbers, by rules alone and without any register.

Sources: GB 11643-1999 (the number of citizens, check character by ISO 7064 MOD 11-2), the rules
for the residence permit for Hong Kong, Macao and Taiwan residents (2018) and for the foreign
permanent resident identity card (2023). A number that fails is kept as unverified: people come
with the paper they have.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from .choices import Sex


class DocumentType(models.TextChoices):
    """A kind of identity document."""

    RESIDENT_ID = "resident_id", _("Resident identity card")
    HMT_RESIDENCE = "hmt_residence", _("Residence permit for Hong Kong, Macao and Taiwan")
    PERMANENT_RESIDENT = "permanent_resident", _("Foreign permanent resident identity card")
    CHINESE_PASSPORT = "chinese_passport", _("Chinese passport")
    FOREIGN_PASSPORT = "foreign_passport", _("Foreign passport")
    HK_MACAO_PERMIT = "hk_macao_permit", _("Mainland travel permit, Hong Kong and Macao")
    TAIWAN_PERMIT = "taiwan_permit", _("Mainland travel permit, Taiwan")
    OLD_RESIDENT_ID = "old_resident_id", _("Resident identity card of 15 digits")
    OTHER = "other", _("Other document")


class Result(StrEnum):
    """What a check says of a number."""

    VALID = "valid"
    WARNING = "warning"  # possible, but somebody should look at the paper
    INVALID = "invalid"


class Issue(StrEnum):
    """What is wrong, or worth a look, with a number."""

    SHAPE = "shape"
    CHECK_DIGIT = "check_digit"
    DATE = "date"
    SHAPE_UNUSUAL = "shape_unusual"
    REGION_UNKNOWN = "region_unknown"

    @property
    def is_error(self) -> bool:
        """Say whether the number cannot be right, instead of only unlikely."""
        return self in {Issue.SHAPE, Issue.CHECK_DIGIT, Issue.DATE}


@dataclass(frozen=True, slots=True)
class Check:
    """What a number says, and what is wrong with it.

    ``birth_date`` and ``sex`` are set only where the number states them and holds no error.
    """

    result: Result
    normalised: str
    birth_date: dt.date | None = None
    sex: Sex | None = None
    issues: tuple[Issue, ...] = ()


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_EARLIEST_BIRTH = dt.date(1880, 1, 1)

_SEPARATORS = re.compile(r"[\s\-‐-―·.()]")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_OLD_RESIDENT_ID = re.compile(r"[0-9]{15}")
_OLD_PERMANENT_RESIDENT = re.compile(r"[A-Z]{3}[0-9]{12}")
_CHINESE_PASSPORT = re.compile(r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|[PSD]E?[0-9]{7,8}")
_HK_MACAO_PERMIT = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")
_TAIWAN_PERMIT = re.compile(r"[0-9]{8}(?:[0-9]{2})?")
_FOREIGN_PASSPORT = re.compile(r"[A-Z0-9]{5,15}")
_ANYTHING = re.compile(r".+")

# What a document without a check digit must look like, and what it usually looks like. The
# machine-readable zone of a passport has room for nine characters (ICAO Doc 9303).
_SHAPES = {
    DocumentType.CHINESE_PASSPORT: (re.compile(r"[A-Z0-9]{8,9}"), _CHINESE_PASSPORT),
    DocumentType.FOREIGN_PASSPORT: (_FOREIGN_PASSPORT, re.compile(r".{5,9}")),
    DocumentType.HK_MACAO_PERMIT: (_HK_MACAO_PERMIT, _ANYTHING),
    DocumentType.TAIWAN_PERMIT: (_TAIWAN_PERMIT, _ANYTHING),
    DocumentType.OTHER: (_ANYTHING, _ANYTHING),
}


def normalise(number: str) -> str:
    """Return the number in narrow upper-case characters without spaces, dashes and brackets.

    >>> normalise("１１０１０５ 19491231-002ｘ")
    '11010519491231002X'
    """
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", number)).upper()


def check_character(body: str) -> str:
    """Return the 18th character for the first 17 digits (ISO 7064 MOD 11-2).

    >>> check_character("81000019940823002"), check_character("93268219850101001")
    ('1', '7')
    """
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def check(
    kind: DocumentType,
    number: str,
    *,
    today: dt.date,
    is_region: Callable[[str], bool] = lambda code: True,
) -> Check:
    """Return what ``number`` states as a document of ``kind``, and what is wrong with it.

    Args:
        kind: what the document is said to be.
        number: as it was typed.
        today: nobody was born later.
        is_region: says whether six digits are or ever were a county of GB/T 2260. An unknown
            one is a warning only: codes change and people keep their number.

    >>> today = dt.date(2026, 11, 22)
    >>> found = check(DocumentType.RESIDENT_ID, "11010519491231002x", today=today)
    >>> found.result.value, found.birth_date.isoformat(), found.sex.value
    ('valid', '1949-12-31', 'female')
    >>> check(DocumentType.RESIDENT_ID, "110105194912310021", today=today).issues
    (<Issue.CHECK_DIGIT: 'check_digit'>,)
    """
    number = normalise(number)
    if kind in _SHAPES:
        accepted, usual = _SHAPES[kind]
        if not accepted.fullmatch(number):
            return _judge(number, [Issue.SHAPE])
        return _judge(number, [] if usual.fullmatch(number) else [Issue.SHAPE_UNUSUAL])
    if kind is DocumentType.PERMANENT_RESIDENT and _OLD_PERMANENT_RESIDENT.fullmatch(number):
        return _judge(number, [])  # issued before December 2023, without a public check
    if kind is DocumentType.OLD_RESIDENT_ID:
        if not _OLD_RESIDENT_ID.fullmatch(number):
            return _judge(number, [Issue.SHAPE])
        # Not in use since 2013: fit for finding a person, not for proving one.
        modern = matching_form(kind, number)
        issues = [Issue.SHAPE_UNUSUAL, *_issues(modern, DocumentType.RESIDENT_ID, today, is_region)]
        return _judge(number, issues, modern)
    if not _EIGHTEEN.fullmatch(number) or _type_of_eighteen(number) is not kind:
        return _judge(number, [Issue.SHAPE])
    return _judge(number, _issues(number, kind, today, is_region), number)


def guess_type(number: str) -> DocumentType | None:
    """Return what kind of document a number is most likely from; None if nothing fits.

    >>> [guess_type(n).value for n in ("11010519491231002X", "810000199408230021", "H12345678")]
    ['resident_id', 'hmt_residence', 'hk_macao_permit']
    >>> [guess_type(n).value for n in ("E12345678", "12345678", "USA110012345678", "K1234567A")]
    ['chinese_passport', 'taiwan_permit', 'permanent_resident', 'foreign_passport']
    """
    number = normalise(number)
    if _EIGHTEEN.fullmatch(number):
        return _type_of_eighteen(number)
    for kind, shape in (
        (DocumentType.OLD_RESIDENT_ID, _OLD_RESIDENT_ID),
        (DocumentType.PERMANENT_RESIDENT, _OLD_PERMANENT_RESIDENT),
        (DocumentType.CHINESE_PASSPORT, _CHINESE_PASSPORT),
        (DocumentType.HK_MACAO_PERMIT, _HK_MACAO_PERMIT),
        (DocumentType.TAIWAN_PERMIT, _TAIWAN_PERMIT),
        (DocumentType.FOREIGN_PASSPORT, _FOREIGN_PASSPORT),
    ):
        if shape.fullmatch(number):
            return kind
    return None


def matching_form(kind: DocumentType, number: str) -> str:
    """Return the part of a number that stays the same for life; index and compare this.

    An old number of 15 digits becomes the one of 18 its bearer has now; the permit of Hong Kong
    and Macao residents loses the two digits that count renewals.

    >>> matching_form(DocumentType.OLD_RESIDENT_ID, "110105491231002")
    '11010519491231002X'
    >>> matching_form(DocumentType.HK_MACAO_PERMIT, "H1234567801")
    'H12345678'
    """
    number = normalise(number)
    if kind is DocumentType.OLD_RESIDENT_ID and _OLD_RESIDENT_ID.fullmatch(number):
        body = f"{number[:6]}19{number[6:]}"
        return body + check_character(body)
    if kind is DocumentType.HK_MACAO_PERMIT and _HK_MACAO_PERMIT.fullmatch(number):
        return number[:9]
    return number


def _type_of_eighteen(number: str) -> DocumentType:
    if number[0] == "9":
        return DocumentType.PERMANENT_RESIDENT
    if number.startswith(("810000", "820000", "830000")):
        return DocumentType.HMT_RESIDENCE
    return DocumentType.RESIDENT_ID


def _issues(
    number: str, kind: DocumentType, today: dt.date, is_region: Callable[[str], bool]
) -> list[Issue]:
    """Return what is wrong with a number of 18 characters."""
    issues: list[Issue] = []
    birth_date = _date(number[6:14])
    if birth_date is None or not _EARLIEST_BIRTH <= birth_date <= today:
        issues.append(Issue.DATE)
    if check_character(number[:17]) != number[17]:
        issues.append(Issue.CHECK_DIGIT)
    # 81, 82 and 83 stand for themselves; after 9 come a province and a country instead.
    if kind is DocumentType.RESIDENT_ID and not is_region(number[:6]):
        issues.append(Issue.REGION_UNKNOWN)
    return issues


def _judge(number: str, issues: list[Issue], eighteen: str = "") -> Check:
    """Wrap up; ``eighteen`` is the form that states birth date and sex, where there is one."""
    if any(issue.is_error for issue in issues):
        return Check(Result.INVALID, number, issues=tuple(issues))
    result = Result.WARNING if issues else Result.VALID
    if not eighteen:
        return Check(result, number, issues=tuple(issues))
    sex = Sex.MALE if int(eighteen[16]) % 2 else Sex.FEMALE
    return Check(result, number, _date(eighteen[6:14]), sex, tuple(issues))


def _date(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
