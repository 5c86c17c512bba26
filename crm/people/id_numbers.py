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
    """What is wrong with a number."""

    SHAPE = "shape"
    CHECK_DIGIT = "check_digit"
    DATE = "date"
    REGION_UNKNOWN = "region_unknown"
    SHAPE_UNUSUAL = "shape_unusual"

    @property
    def is_error(self) -> bool:
        """Say whether the number cannot be right, instead of only unlikely."""
        return self in {Issue.SHAPE, Issue.CHECK_DIGIT, Issue.DATE}


class Sex(StrEnum):
    """The sex a number states."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class Check:
    """What a number says, and what is wrong with it. Birth date and sex only if it states them."""

    result: Result
    normalised: str
    birth_date: dt.date | None = None
    sex: Sex | None = None
    issues: tuple[Issue, ...] = ()


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_FIRST_BIRTH = dt.date(1880, 1, 1)

# (may be accepted, looks as usual) of the documents that have only a shape.
_SHAPES: dict[DocumentType, tuple[re.Pattern[str], re.Pattern[str]]] = {
    kind: (re.compile(accepted), re.compile(usual))
    for kind, accepted, usual in (
        (
            DocumentType.CHINESE_PASSPORT,
            r"[A-Z0-9]{8,9}",
            r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|[PSD]E?[0-9]{7,8}",
        ),
        (DocumentType.FOREIGN_PASSPORT, r"[A-Z0-9]{5,15}", r"[A-Z0-9]{5,9}"),
        (DocumentType.HK_MACAO_PERMIT, r"[HM][0-9]{8}(?:[0-9]{2})?", r".*"),
        (DocumentType.TAIWAN_PERMIT, r"[0-9]{8}(?:[0-9]{2})?", r".*"),
        (DocumentType.OTHER, r".+", r".*"),
    )
}


def normalise(number: str) -> str:
    """Return the number in narrow upper-case characters without spaces, dashes and brackets.

    >>> normalise("１１０１０５ 19491231-002ｘ")
    '11010519491231002X'
    """
    return re.sub(r"[\s\-‐-―·.()]", "", unicodedata.normalize("NFKC", number)).upper()


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
    if kind is DocumentType.OLD_RESIDENT_ID:
        return _check_old(number, today, is_region)
    if kind is DocumentType.PERMANENT_RESIDENT and re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        return _judge(number, [])  # cards issued before December 2023 have no public check
    if not _EIGHTEEN.fullmatch(number) or _kind_of_eighteen(number) is not kind:
        return _judge(number, [Issue.SHAPE])
    return _check_eighteen(number, kind, today, is_region)


def guess_type(number: str) -> DocumentType | None:
    """Return what kind of document a number is most likely from; None if nothing fits.

    >>> [guess_type(n).value for n in ("11010519491231002X", "810000199408230021", "H12345678")]
    ['resident_id', 'hmt_residence', 'hk_macao_permit']
    >>> [guess_type(n).value for n in ("E12345678", "12345678", "USA110012345678", "K1234567A")]
    ['chinese_passport', 'taiwan_permit', 'permanent_resident', 'foreign_passport']
    """
    number = normalise(number)
    if _EIGHTEEN.fullmatch(number):
        return _kind_of_eighteen(number)
    if re.fullmatch(r"[0-9]{15}", number):
        return DocumentType.OLD_RESIDENT_ID
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        return DocumentType.PERMANENT_RESIDENT
    if _SHAPES[DocumentType.CHINESE_PASSPORT][1].fullmatch(number):
        return DocumentType.CHINESE_PASSPORT
    for kind in (
        DocumentType.HK_MACAO_PERMIT,
        DocumentType.TAIWAN_PERMIT,
        DocumentType.FOREIGN_PASSPORT,
    ):
        if _SHAPES[kind][0].fullmatch(number):
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
    if kind is DocumentType.OLD_RESIDENT_ID and re.fullmatch(r"[0-9]{15}", number):
        body = f"{number[:6]}19{number[6:]}"
        return body + check_character(body)
    if kind is DocumentType.HK_MACAO_PERMIT and re.fullmatch(r"[HM][0-9]{10}", number):
        return number[:9]
    return number


def _kind_of_eighteen(number: str) -> DocumentType:
    if number[0] == "9":
        return DocumentType.PERMANENT_RESIDENT
    if number.startswith(("810000", "820000", "830000")):
        return DocumentType.HMT_RESIDENCE
    return DocumentType.RESIDENT_ID


def _check_eighteen(
    number: str, kind: DocumentType, today: dt.date, is_region: Callable[[str], bool]
) -> Check:
    issues: list[Issue] = []
    birth_date = _date(number[6:14])
    if birth_date is None or not _FIRST_BIRTH <= birth_date <= today:
        issues.append(Issue.DATE)
        birth_date = None
    if check_character(number[:17]) != number[17]:
        issues.append(Issue.CHECK_DIGIT)
    # 81, 82 and 83 stand for themselves; after 9 come a province and a country instead.
    if kind is DocumentType.RESIDENT_ID and not is_region(number[:6]):
        issues.append(Issue.REGION_UNKNOWN)
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return _judge(number, issues, birth_date, sex)


def _check_old(number: str, today: dt.date, is_region: Callable[[str], bool]) -> Check:
    """Check 15 digits by what they became; there is no check digit that could be wrong."""
    modern = matching_form(DocumentType.OLD_RESIDENT_ID, number)
    if not _EIGHTEEN.fullmatch(modern) or len(number) != 15:
        return _judge(number, [Issue.SHAPE])
    found = _check_eighteen(modern, DocumentType.RESIDENT_ID, today, is_region)
    # Not in use since 2013: fit for finding a person, not for proving one.
    issues = [Issue.SHAPE_UNUSUAL, *found.issues]
    return _judge(number, issues, found.birth_date, found.sex)


def _judge(
    number: str,
    issues: list[Issue],
    birth_date: dt.date | None = None,
    sex: Sex | None = None,
) -> Check:
    """Wrap up: an error rules out what the number states, a warning does not."""
    if any(issue.is_error for issue in issues):
        return Check(Result.INVALID, number, None, None, tuple(issues))
    result = Result.WARNING if issues else Result.VALID
    return Check(result, number, birth_date, sex, tuple(issues))


def _date(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
