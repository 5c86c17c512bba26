"""Ages in the place of dates of birth (D17): they need the year of the survey to mean a year."""

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.people.dates import PartialDate
from crm.people.importing.repairs.base import Found, Note, RepairClass, error, warning
from crm.people.importing.repairs.dates import about_year
from crm.people.importing.repairs.numerals import western
from crm.people.importing.repairs.texts import emptied, folded, is_empty_word

_AGE = re.compile(
    r"(虚岁?|虚龄)?(?:周岁|实岁|年龄|约)?([0-9]{1,3})(?:\.0)?(?:周?岁)?(?:[(（]?([12][0-9]{3})年?(?:底|度)?[)）]?)?"
)
_SAYS_AGE = re.compile(r"岁|龄")
_OLDEST = 125
# Without a year of the survey, an age and a date of birth agree if some year since then fits both.
_YEARS_BACK = 15


@dataclass(frozen=True, slots=True)
class Age:
    """How old somebody was in a year; ``is_nominal`` counts from one at birth (虚岁)."""

    text: str
    years: int
    in_year: int | None = None
    is_nominal: bool = False

    def year_of_birth(self, census_year: int) -> int:
        """Return the year of birth, which may be one off."""
        return (self.in_year or census_year) - self.years + self.is_nominal


def looks_like_age(raw: object) -> bool:
    """Say whether a cell below 出生年月 holds an age.

    >>> looks_like_age("68岁"), looks_like_age(68), looks_like_age("1958")
    (True, True, False)
    """
    if isinstance(raw, int | float):
        return 0 <= raw <= _OLDEST
    text = western(folded(str(raw)))
    return bool(_SAYS_AGE.search(text)) or (text.isdigit() and len(text) <= 3)


def read_age(raw: object) -> Found[Age]:
    """Return the age in a cell.

    >>> read_age("68岁(2019年)").value.in_year, read_age("虚岁80").value.year_of_birth(2020)
    (2019, 1941)
    """
    text = str(int(raw)) if isinstance(raw, float) and raw == int(raw) else str(raw).strip()
    if is_empty_word(text):
        return Found(None, (emptied(text),))
    found = _AGE.fullmatch(western(folded(text)))
    if found is None or int(found[2]) > _OLDEST:
        return Found(None, (error("not_an_age", _("“{text}” is no age.").format(text=text)),))
    year = int(found[3]) if found[3] else None
    return Found(Age(text, int(found[2]), year, is_nominal=bool(found[1])))


def born_by_age(age: Age, census_year: str) -> Found[PartialDate]:
    """Return the year of birth counted back from an age, if the year of the survey is known."""
    year = age.in_year or (int(census_year) if census_year.isdigit() else None)
    if year is None:
        message = _("“{text}” is an age. Say the year of the survey.").format(text=age.text)
        return Found(None, (error("age_without_year", message),))
    date, note = about_year(age.text, age.year_of_birth(year))
    return Found(date, (note,))


def compare(age: Age, born: PartialDate, census_year: str, today: dt.date) -> tuple[Note, ...]:
    """Return a warning if an age contradicts the date of birth beside it."""
    year = age.in_year or (int(census_year) if census_year.isdigit() else None)
    if year is not None:
        agrees = abs(age.year_of_birth(year) - born.date.year) <= 1
    else:
        then = born.date.year + age.years
        agrees = today.year - _YEARS_BACK <= then <= today.year + 1
    if agrees:
        return ()
    message = _("“{text}” does not go with the date of birth, which was kept.")
    return (warning(RepairClass.AGE, message.format(text=age.text), "age_differs"),)
