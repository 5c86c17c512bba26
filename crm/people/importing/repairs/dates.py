"""Dates as rosters have them: fourteen ways of writing one, and what none of them says (D03).

Only ISO dates are clean. A year of two digits belongs to no century until something else names
it: the identity number beside it, or the clerk for the whole sheet.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from crm.people.choices import Precision
from crm.people.dates import PartialDate
from crm.people.importing.repairs.base import Found, Note, RepairClass, changed, error, warning
from crm.people.importing.repairs.numerals import western
from crm.people.importing.repairs.texts import emptied, folded, is_empty_word, tidy

_ISO = re.compile(r"([12][0-9]{3})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_WRITTEN = re.compile(
    r"(?:公元)?([0-9]{4})(?:[-./,、。年]([0-9]{1,2})(?:[-./,、。月]([0-9]{1,2})[日号]?|月份?)?|年)?生?"
)
_PACKED = re.compile(r"([12][0-9]{3})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])?")
_SHORT = re.compile(
    r"['’]?([0-9]{2})(?:[-./年]([0-9]{1,2})(?:[-./月]([0-9]{1,2})[日号]?|月份?)?|年)生?"
)
_SHORT_PACKED = re.compile(r"([0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
_TIME = re.compile(r"(?<=[0-9日])[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$")
_REPUBLIC = re.compile(r"民国([0-9]{1,2}|元)年?(?:([0-9]{1,2})月?(?:([0-9]{1,2})[日号]?)?)?生?")
_ABOUT = re.compile(r"(?:大?约|大概|估计)(.+)|(.+?)(?:左右|前后|上下|许)")
_DECADE = re.compile(r".*[0-9]{1,2}年代.*|.*世纪.*")
_LUNAR = re.compile("[农阴旧]历|正月|冬月|腊月|初[一二三四五六七八九十]|廿")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-./]([0-9]{1,2})[-./]([0-9]{4})")
_SERIAL = re.compile(r"[1-9][0-9]{4}")
_FIRST_DAY = dt.date(1899, 12, 30)
_MAC_OFFSET = 1462  # days between the two calendars of spreadsheets
_FIRST_YEAR, _LAST_YEAR = 1850, 2100


@dataclass(frozen=True, slots=True)
class DateContext:
    """What a file or its clerk says about all dates of a sheet.

    ``century`` is "19", "20" or ""; ``is_1904`` names the other calendar of spreadsheets.
    """

    century: str = ""
    is_1904: bool = False


PLAIN = DateContext()


class Doubt(StrEnum):
    """What a date leaves open, and the number of the person's paper may answer."""

    NONE = ""
    CENTURY = "century"  # 56.3.7; the year is 1 to 99, or 100 for 0
    MONTH = "month"  # the number 1956.1 was 1956.1 or 1956.10; the month is 1
    DAY = "day"  # a cell of type date has a day, and shows perhaps the month only


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date, and what is open about it; ``text`` is the cell if something is."""

    date: PartialDate
    doubt: Doubt = Doubt.NONE
    text: str = ""


def read_date(raw: object, context: DateContext = PLAIN) -> Found[FoundDate]:
    """Return the date that a cell states.

    Args:
        raw: text, number or date, as the spreadsheet holds it.
        context: of the sheet.

    >>> [str(read_date(text).value.date) for text in ("1958年3月", "五八年三月", "民国四十五年")]
    ['1958-03', '0058-03', '1956']
    >>> read_date(20521).value.date.date.isoformat()
    '1956-03-07'
    >>> read_date(1958.1).value.doubt.value
    'month'
    """
    if isinstance(raw, dt.datetime):
        raw = raw.date() if raw.time() == dt.time() else raw.isoformat(" ")
    if isinstance(raw, dt.date):
        day = _checked(raw.year, raw.month, raw.day)
        if day.value and raw.day == 1:
            return Found(replace(day.value, doubt=Doubt.DAY, text=raw.isoformat()))
        return day
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        return _read_number(raw, context)
    text = str(raw)
    if found := _ISO.fullmatch(text):
        return _checked(*found.groups())
    if is_empty_word(text):
        return Found(None, (emptied(text),))
    return _read_text(text, context)


def _read_number(number: float, context: DateContext) -> Found[FoundDate]:
    if number != int(number):
        text = repr(float(number))
        if re.fullmatch(r"(?:1[89]|20)[0-9]{2}\.1", text):
            january = PartialDate(dt.date(int(number), 1, 1), Precision.MONTH)
            return Found(FoundDate(january, Doubt.MONTH, text))
        return _read_text(text, context)
    return _read_text(str(int(number)), context)


def _read_text(text: str, context: DateContext) -> Found[FoundDate]:
    word = folded(_TIME.sub("", text.strip())).upper().translate(_DASHES)
    plain = western(word)
    if _DECADE.fullmatch(plain):
        return _no_date(
            "date_decade", _("“{text}” is a decade. Write one year, or leave it empty."), text
        )
    if _LUNAR.search(word):
        return _no_date("date_lunar", _("“{text}” is a lunar date. Write the solar one."), text)
    if about := _ABOUT.fullmatch(plain):
        return _about(text, about[1] or about[2], context)
    repair = RepairClass.DATE_WORDS if plain != word else RepairClass.DATE_FORMAT
    return _read_plain(text, plain, repair, context)


def _read_plain(
    text: str, plain: str, repair: RepairClass, context: DateContext
) -> Found[FoundDate]:
    if found := _REPUBLIC.fullmatch(plain):
        year = 1 if found[1] == "元" else int(found[1])
        return _with(RepairClass.DATE_WORDS, text, _checked(1911 + year, found[2], found[3]))
    if found := _WRITTEN.fullmatch(plain):
        return _with(repair, text, _checked(*found.groups()))
    if found := _PACKED.fullmatch(plain):
        return _packed(text, found)
    if found := _DAY_FIRST.fullmatch(plain):
        return _day_first(text, found)
    if _SERIAL.fullmatch(plain):
        return _serial(text, int(plain), context)
    if found := _SHORT.fullmatch(plain) or _SHORT_PACKED.fullmatch(plain):
        return _short(text, found, context)
    if (tidied := tidy(text).value or "") != text:
        # Behind quotation marks, or with a character that nobody sees.
        return _with(repair, text, _read_text(tidied, context))
    return _no_date(
        "not_a_date", _("“{text}” is no date. Write 1958-03-09, 1958-03 or 1958."), text
    )


def _packed(text: str, found: re.Match[str]) -> Found[FoundDate]:
    # 200101 is January 2001, or New Year's Day of 2020.
    short = _SHORT_PACKED.fullmatch(found[0]) if found[3] is None else None
    if short and _checked(f"19{short[1]}", short[2], short[3]).value:
        return _no_date(
            "date_ambiguous", _("“{text}” can be read in two ways. Write 1958-03."), text
        )
    return _with(RepairClass.DATE_FORMAT, text, _checked(*found.groups()))


def _day_first(text: str, found: re.Match[str]) -> Found[FoundDate]:
    first, second = int(found[1]), int(found[2])
    if first <= 12 and second <= 12 and first != second:
        return _no_date(
            "date_ambiguous", _("“{text}” can be read in two ways. Write 1958-03-09."), text
        )
    day, month = (first, second) if first > 12 or first == second else (second, first)
    return _with(RepairClass.DATE_FORMAT, text, _checked(found[3], month, day))


def _serial(text: str, days: int, context: DateContext) -> Found[FoundDate]:
    day = _FIRST_DAY + dt.timedelta(days=days + (_MAC_OFFSET if context.is_1904 else 0))
    return _with(RepairClass.DATE_SERIAL, text, _checked(day.year, day.month, day.day))


def _short(text: str, found: re.Match[str], context: DateContext) -> Found[FoundDate]:
    year, month, day = found.groups()
    if context.century:
        full = _checked(f"{context.century}{year}", month, day)
        return _with(RepairClass.DATE_CENTURY, text, full)
    try:
        # Year 0 of no century is written as 100, so that a date can hold it.
        date = PartialDate(
            dt.date(int(year) or 100, int(month or 1), int(day or 1)), _precision(month, day)
        )
    except ValueError:
        return _impossible(text)
    # The warning comes with the century.
    return Found(FoundDate(date, Doubt.CENTURY, text))


def _about(text: str, inner: str, context: DateContext) -> Found[FoundDate]:
    found = _read_text(inner, context)
    if found.value is None or found.value.doubt is Doubt.CENTURY:
        return (
            found
            if found.value is None
            else _no_date(
                "date_two_digit_year",
                _("“{text}” does not say the century. Write the year with four digits."),
                text,
            )
        )
    year = PartialDate(found.value.date.date.replace(month=1, day=1), Precision.YEAR)
    return Found(FoundDate(year), (changed(RepairClass.DATE_ABOUT, text, str(year)),))


def _checked(year: int | str, month: int | str | None, day: int | str | None) -> Found[FoundDate]:
    try:
        date = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return _impossible("-".join(str(part) for part in (year, month, day) if part))
    if not _FIRST_YEAR <= date.year <= _LAST_YEAR:
        return _impossible(str(date))
    return Found(FoundDate(PartialDate(date, _precision(month, day))))


def _precision(month: object, day: object) -> Precision:
    return Precision.DAY if day else Precision.MONTH if month else Precision.YEAR


def _impossible(text: str) -> Found[FoundDate]:
    return _no_date("date_impossible", _("There is no day “{text}”."), text)


def _no_date(code: str, message: str, text: str) -> Found[FoundDate]:
    return Found(None, (error(code, message.format(text=text)),))


def _with(repair: RepairClass, text: str, found: Found[FoundDate]) -> Found[FoundDate]:
    """Add the warning that ``text`` was another way of writing the date."""
    if found.value is None or text == str(found.value.date):
        return found
    return replace(found, notes=(changed(repair, text, str(found.value.date)),))


def settle(
    found: FoundDate, stated: dt.date | None, *, asks_for_month: bool = False
) -> Found[PartialDate]:
    """Return the date with what it left open.

    Args:
        found: the date.
        stated: the date of birth that the identity number beside it states.
        asks_for_month: the heading asks for year and month, as 出生年月 does.

    >>> short = read_date("56.3.7").value
    >>> str(settle(short, dt.date(1956, 3, 7)).value), settle(short, None).notes[0].code
    ('1956-03-07', 'date_two_digit_year')
    >>> str(settle(read_date(1956.1).value, dt.date(1956, 10, 3)).value)
    '1956-10'
    """
    if found.doubt is Doubt.CENTURY:
        return _settle_century(found, stated)
    if found.doubt is Doubt.MONTH:
        return _settle_month(found, stated)
    if found.doubt is Doubt.DAY:
        date = found.date.date
        is_month = stated.replace(day=1) == date and stated.day != 1 if stated else asks_for_month
        if is_month:
            month = PartialDate(date, Precision.MONTH)
            return Found(month, (changed(RepairClass.DATE_FORMAT, found.text, str(month)),))
    return Found(found.date)


def _settle_century(found: FoundDate, stated: dt.date | None) -> Found[PartialDate]:
    date = found.date.date
    if stated and stated.year % 100 == date.year % 100:
        full = replace(found.date, date=date.replace(year=stated.year))
        return Found(full, (changed(RepairClass.DATE_CENTURY, found.text, str(full)),))
    message = _("“{text}” does not say the century. Write the year with four digits.")
    message = message.format(text=found.text)
    return Found(None, (error("date_two_digit_year", message),))


def _settle_month(found: FoundDate, stated: dt.date | None) -> Found[PartialDate]:
    date = found.date.date
    if stated and stated.year == date.year and stated.month in {1, 10}:
        month = replace(found.date, date=date.replace(month=stated.month))
        return Found(month, (changed(RepairClass.DATE_FORMAT, found.text, str(month)),))
    message = _("“{text}” is January or October: spreadsheets drop the last 0. Write 1958-10.")
    return Found(None, (error("date_month_lost", message.format(text=found.text)),))


def about_year(text: str, year: int) -> tuple[PartialDate, Note]:
    """Return a year that was counted back, and the warning that says so."""
    date = PartialDate(dt.date(year, 1, 1), Precision.YEAR)
    return date, warning(
        RepairClass.AGE,
        _("The year of birth {year} was counted back from “{text}”; it may be one off.").format(
            year=year, text=text
        ),
        "birth_from_age",
    )
