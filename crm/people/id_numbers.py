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

from .choices import CheckResult, DocumentKind, Sex


class Issue(StrEnum):
    """What is wrong, or worth a look, with a number."""

    SHAPE = "shape"
    CHECK_DIGIT = "check_digit"
    DATE = "date"
    UNUSUAL = "unusual"  # it may be right, but nothing in it says so
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

    result: CheckResult
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
_OLD_PERMANENT_RESIDENCE = re.compile(r"[A-Z]{3}[0-9]{12}")
_CHINESE_PASSPORT = re.compile(r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|[PSD]E?[0-9]{7,8}")
_HOME_RETURN_PERMIT = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")
_TAIWAN_PERMIT = re.compile(r"[0-9]{8}(?:[0-9]{2})?")
_PASSPORT = re.compile(r"[A-Z0-9]{5,15}")
_LONGEST_PASSPORT = 9  # the machine-readable zone has room for so many (ICAO Doc 9303)


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
    kind: DocumentKind,
    number: str,
    *,
    today: dt.date,
    country: str = "",
    is_region: Callable[[str], bool] = lambda code: True,
) -> Check:
    """Return what ``number`` states as a document of ``kind``, and what is wrong with it.

    Args:
        kind: what the document is said to be.
        number: as it was typed.
        today: nobody was born later.
        country: who issued it, ISO 3166-1; only passports are told apart by it.
        is_region: says whether six digits are or ever were a county of GB/T 2260. An unknown
            one is no error: codes change and people keep their number.

    >>> today = dt.date(2026, 11, 22)
    >>> found = check(DocumentKind.RESIDENT_ID, "11010519491231002x", today=today)
    >>> found.result.value, found.birth_date.isoformat(), found.sex.value
    ('ok', '1949-12-31', 'female')
    >>> check(DocumentKind.RESIDENT_ID, "110105194912310021", today=today).issues
    (<Issue.CHECK_DIGIT: 'check_digit'>,)
    """
    number = normalise(number)
    match kind:
        case DocumentKind.PASSPORT:
            return _judge(number, _passport_issues(number, country))
        case DocumentKind.HOME_RETURN_PERMIT:
            return _judge(number, [] if _HOME_RETURN_PERMIT.fullmatch(number) else [Issue.SHAPE])
        case DocumentKind.TAIWAN_PERMIT:
            return _judge(number, [] if _TAIWAN_PERMIT.fullmatch(number) else [Issue.SHAPE])
        case DocumentKind.PERMANENT_RESIDENCE if _OLD_PERMANENT_RESIDENCE.fullmatch(number):
            return _judge(number, [])  # issued before December 2023, without a public check
        case DocumentKind.RESIDENT_ID if _OLD_RESIDENT_ID.fullmatch(number):
            # Not in use since 2013: fit for finding a person, not for proving one.
            modern = matching_form(kind, number)
            return _check_eighteen(number, modern, kind, today, is_region, [Issue.UNUSUAL])
        case DocumentKind.OTHER:
            return _judge(number, [Issue.UNUSUAL if number else Issue.SHAPE])
        case _:
            return _check_eighteen(number, number, kind, today, is_region, [])


def guess_kind(number: str) -> DocumentKind | None:
    """Return what kind of document a number is most likely from; None if nothing fits.

    >>> [guess_kind(n).value for n in ("11010519491231002X", "810000199408230021", "H12345678")]
    ['resident_id', 'residence_permit', 'home_return_permit']
    >>> [guess_kind(n).value for n in ("E12345678", "12345678", "USA110012345678", "K1234567A")]
    ['passport', 'taiwan_permit', 'permanent_residence', 'passport']
    """
    number = normalise(number)
    if _EIGHTEEN.fullmatch(number):
        return _kind_of_eighteen(number)
    for kind, shape in (
        (DocumentKind.RESIDENT_ID, _OLD_RESIDENT_ID),
        (DocumentKind.PERMANENT_RESIDENCE, _OLD_PERMANENT_RESIDENCE),
        (DocumentKind.HOME_RETURN_PERMIT, _HOME_RETURN_PERMIT),
        (DocumentKind.TAIWAN_PERMIT, _TAIWAN_PERMIT),
        (DocumentKind.PASSPORT, _PASSPORT),
    ):
        if shape.fullmatch(number):
            return kind
    return None


def matching_form(kind: DocumentKind, number: str) -> str:
    """Return the part of a number that stays the same for life; index and compare this.

    An old number of 15 digits becomes the one of 18 its bearer has now; the permit of Hong Kong
    and Macao residents loses the two digits that count renewals.

    >>> matching_form(DocumentKind.RESIDENT_ID, "110105491231002")
    '11010519491231002X'
    >>> matching_form(DocumentKind.HOME_RETURN_PERMIT, "H1234567801")
    'H12345678'
    """
    number = normalise(number)
    if kind is DocumentKind.RESIDENT_ID and _OLD_RESIDENT_ID.fullmatch(number):
        body = f"{number[:6]}19{number[6:]}"
        return body + check_character(body)
    if kind is DocumentKind.HOME_RETURN_PERMIT and _HOME_RETURN_PERMIT.fullmatch(number):
        return number[:9]
    return number


def _kind_of_eighteen(number: str) -> DocumentKind:
    if number[0] == "9":
        return DocumentKind.PERMANENT_RESIDENCE
    if number.startswith(("810000", "820000", "830000")):
        return DocumentKind.RESIDENCE_PERMIT
    return DocumentKind.RESIDENT_ID


def _passport_issues(number: str, country: str) -> list[Issue]:
    if not _PASSPORT.fullmatch(number):
        return [Issue.SHAPE]
    if country == "CN":
        return [] if _CHINESE_PASSPORT.fullmatch(number) else [Issue.UNUSUAL]
    return [] if len(number) <= _LONGEST_PASSPORT else [Issue.UNUSUAL]


def _check_eighteen(
    number: str,
    modern: str,
    kind: DocumentKind,
    today: dt.date,
    is_region: Callable[[str], bool],
    issues: list[Issue],
) -> Check:
    """Check ``number`` by ``modern``, its form of 18 characters."""
    if not _EIGHTEEN.fullmatch(modern) or _kind_of_eighteen(modern) is not kind:
        return _judge(number, [Issue.SHAPE])
    birth_date = _date(modern[6:14])
    if birth_date is None or not _EARLIEST_BIRTH <= birth_date <= today:
        issues.append(Issue.DATE)
    if check_character(modern[:17]) != modern[17]:
        issues.append(Issue.CHECK_DIGIT)
    # 81, 82 and 83 stand for themselves; after 9 come a province and a country instead.
    if kind is DocumentKind.RESIDENT_ID and not is_region(modern[:6]):
        issues.append(Issue.REGION_UNKNOWN)
    sex = Sex.MALE if int(modern[16]) % 2 else Sex.FEMALE
    return _judge(number, issues, birth_date, sex)


def _judge(
    number: str,
    issues: list[Issue],
    birth_date: dt.date | None = None,
    sex: Sex | None = None,
) -> Check:
    if any(issue.is_error for issue in issues):
        return Check(CheckResult.UNVERIFIED, number, None, None, tuple(issues))
    result = CheckResult.UNVERIFIED if Issue.UNUSUAL in issues else CheckResult.OK
    return Check(result, number, birth_date, sex, tuple(issues))


def _date(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
