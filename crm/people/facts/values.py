"""What a field takes, and what it says in words."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from common.registry import Sensitivity
from crm.people.choices import FactKind, FactSection
from crm.people.dates import parse_partial_date
from crm.people.errors import FactError
from crm.people.facts.catalogue import CATALOGUE, Fact, Text

UNKNOWN, NONE = "unknown", "none"
LONGEST_TEXT = 120
_EARLIEST_YEAR = 1850
_WORDS: Mapping[str, Text] = {UNKNOWN: _("not known"), NONE: pgettext_lazy("there is", "none")}
FLAGS: Mapping[str, Text] = {"yes": _("yes"), "no": _("no")}
# What people write where they asked and found nothing out, or where there is nothing.
_WRITTEN = {
    **dict.fromkeys(["不详", "未知", "不清楚", "不明", "?", "？", UNKNOWN], UNKNOWN),
    **dict.fromkeys(["无", "無", "没有", NONE], NONE),
}


def clean_value(fact: Fact, text: str, *, today: dt.date) -> str:
    """Return a value as it is stored; ``text`` is clean and not empty.

    Raises:
        FactError: the field takes no such value.

    >>> clean_value(CATALOGUE["left"], "1958年3月", today=dt.date(2026, 3, 2))
    '1958-03'
    >>> clean_value(CATALOGUE["employer"], "不详", today=dt.date(2026, 3, 2))
    'unknown'
    """
    word = _WRITTEN.get(text.lower(), "")
    if word == UNKNOWN or (word == NONE and fact.may_be_none):
        return word
    if fact.kind is FactKind.DATE:
        return _clean_date(text, today)
    if fact.kind is FactKind.YEAR:
        return _clean_year(text, today)
    if fact.kind is FactKind.NUMBER:
        return _clean_number(text)
    if fact.kind is FactKind.TEXT:
        return _clean_text(text)
    if fact.kind is FactKind.COUNTRY:
        if text.upper() not in countries:
            raise FactError("country_unknown", _("This is no country that we know."))
        return text.upper()
    if text not in choices_of(fact):
        raise FactError("fact_invalid", _("Choose one of the list."))
    return text


def choices_of(fact: Fact) -> Mapping[str, Text]:
    """Return the codes one may choose from and what they are called, without the two words."""
    return FLAGS if fact.kind is FactKind.FLAG else fact.options


def value_text(fact: Fact, value: str) -> str:
    """Return a stored value in the words of the active language."""
    if value in _WORDS:
        return str(_WORDS[value])
    if fact.kind is FactKind.COUNTRY:
        return str(countries.name(value)) or value
    return str(choices_of(fact).get(value, value))


def has_mask_free_form(fact: Fact) -> bool:
    """Say whether a value may stand in a list or on a sheet that is masked.

    What is sensitive may not, nor what somebody types into a field of their own: it may be
    anything.
    """
    is_free = fact.is_own and fact.kind is FactKind.TEXT
    return fact.sensitivity < Sensitivity.S2 and not is_free


def words_of(fact: Fact) -> dict[str, Text]:
    """Return the two words as far as ``fact`` takes them, by their codes."""
    return {code: text for code, text in _WORDS.items() if code != NONE or fact.may_be_none}


def fitting_sections(
    facts: Mapping[str, str], identities: Iterable[str], catalogue: Mapping[str, Fact] = CATALOGUE
) -> set[FactSection]:
    """Return the sections to show at once: those that matter to somebody, or say something.

    >>> sorted(section.value for section in fitting_sections({"farm_team": "3"}, ["QJ"]))
    ['abroad', 'farm']
    """
    codes = set(identities)
    return {
        fact.section
        for fact in catalogue.values()
        if fact.is_own or fact.code in facts or any(code.value in codes for code in fact.matters_to)
    }


def _clean_date(text: str, today: dt.date) -> str:
    try:
        parsed = parse_partial_date(text)
    except ValueError:
        message = _("Write a day as 1949-12-31, a month as 1949-12, or a year as 1949.")
        raise FactError("fact_invalid", message) from None
    _check_time(parsed.date, today)
    return str(parsed)


def _clean_year(text: str, today: dt.date) -> str:
    if not re.fullmatch("[12][0-9]{3}", text):
        raise FactError("fact_invalid", _("Write the year with four digits."))
    _check_time(dt.date(int(text), 1, 1), today)
    return text


def _check_time(date: dt.date, today: dt.date) -> None:
    if date > today:
        raise FactError("date_in_future", _("This day has not come yet."))
    if date.year < _EARLIEST_YEAR:
        raise FactError("date_too_early", _("Nobody alive has seen that year."))


def _clean_number(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", text):
        raise FactError("fact_invalid", _("Write a number, for example 3.5."))
    return text


def _clean_text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        message = _("At most {most} characters, please.").format(most=LONGEST_TEXT)
        raise FactError("too_long", message)
    return text
