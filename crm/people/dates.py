"""Dates of which perhaps only the year or the month is known, as people write and read them."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from crm.people.choices import Precision

_DATE = re.compile(r"([12][0-9]{3})(?:[-./年]([0-9]{1,2})(?:[-./月]([0-9]{1,2})日?|月)?|年)?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is known; the parts beyond ``precision`` are 1."""

    date: dt.date
    precision: Precision

    def __str__(self) -> str:
        length = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}[self.precision]
        return self.date.isoformat()[:length]


def partial_text(date: dt.date | None, precision: str) -> str:
    """Return a date as it is typed and shown: ``1958``, ``1958-03`` or ``1958-03-09``.

    >>> partial_text(dt.date(1958, 3, 1), "month"), partial_text(None, "")
    ('1958-03', '')
    """
    return str(PartialDate(date, Precision(precision))) if date and precision else ""


def parse_partial_date(text: str) -> PartialDate:
    """Return the date that ``text`` states: a year, a year and month, or a day.

    Raises:
        ValueError: it states none.

    >>> str(parse_partial_date("1958.3")), str(parse_partial_date("1958年3月9日"))
    ('1958-03', '1958-03-09')
    """
    found = _DATE.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if found is None:
        raise ValueError(text)
    year, month, day = found.groups()
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    return PartialDate(dt.date(int(year), int(month or 1), int(day or 1)), precision)


def age_on(birth_date: dt.date | None, day: dt.date) -> int | None:
    """Return the age in full years; from a year or month alone it is the age after the birthday.

    >>> born = dt.date(1958, 3, 2)
    >>> age_on(born, dt.date(2026, 3, 1)), age_on(born, dt.date(2026, 3, 2)), age_on(None, born)
    (67, 68, None)
    """
    if birth_date is None:
        return None
    birthday_to_come = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - birthday_to_come


def years_before(day: dt.date, years: int) -> dt.date:
    """Return the day by which somebody of ``years`` full years was born.

    >>> years_before(dt.date(2024, 2, 29), 1)
    datetime.date(2023, 2, 28)
    """
    year = max(1, day.year - years)
    leap_day_in_plain_year = day.month == 2 and day.day == 29 and year % 4 != 0
    return dt.date(year, 2, 28) if leap_day_in_plain_year else day.replace(year=year)
