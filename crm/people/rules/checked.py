"""What a check hands on, the limits and sentences all rules share, and clean text."""

import dataclasses
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from common.phones import Phone
from crm.people.choices import CheckResult, ContactKind, DocumentKind, Precision
from crm.people.errors import Problem
from crm.people.id_numbers import matching_form
from crm.people.values import DocumentValues, PersonValues

LONGEST_NAME = 120
LONGEST_READING = 30
LONGEST_ADDRESS = 300
LONGEST_NOTE = 5_000
LONGEST_REASON = 200
LONGEST_PLACE = 80
LONGEST_NUMBER = 40
LONGEST_CONTACT = {
    ContactKind.WECHAT: 40,
    ContactKind.EMAIL: 120,
    ContactKind.QQ: 12,
    ContactKind.ADDRESS_ABROAD: LONGEST_ADDRESS,
}
MOST_PARTS = 10
FIRST_BIRTH = dt.date(1880, 1, 1)

MASK = "*"
TOO_LONG = _("This is too long.")
IS_MASKED = _("This is a masked value. Leave it out to keep what is on record.")
NOT_A_COUNTRY = _("This is no country that we know.")
IN_THE_FUTURE = _("This day has not come yet.")


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A paper after its check.

    ``number`` is in the clear, also where the one on record stays; ``source`` is what its blind
    index is made of.
    """

    values: DocumentValues
    number: str
    source: str
    result: CheckResult


@dataclass(frozen=True, slots=True)
class CheckedContact:
    """A contact after its check; ``value`` is in the clear, also where the one on record stays."""

    kind: ContactKind
    value: str

    @property
    def source(self) -> str:
        """What its blind index is made of: equal for the same contact, however it is written."""
        return contact_source(self.kind, self.value)


@dataclass(slots=True)
class Checked:
    """Clean values and what is to be said about them."""

    values: PersonValues
    documents: list[CheckedDocument] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    contacts: list[CheckedContact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, code: str, message: str | Promise) -> None:
        """Add a problem."""
        self.problems.append(Problem(name, code, message))

    def warn(self, name: str, code: str, message: str | Promise) -> None:
        """Add a warning."""
        self.warnings.append(Problem(name, code, message))

    def amend(self, **values: Any) -> None:
        """Change some values. Most are in their stored form already, and a copy takes time."""
        if any(getattr(self.values, name) != value for name, value in values.items()):
            self.values = dataclasses.replace(self.values, **values)


@cache
def country_codes() -> frozenset[str]:
    """Return the codes of ISO 3166; the library goes through its settings at each question."""
    return frozenset(countries.countries)


def clean_text(text: str, *, keep_lines: bool = False) -> str:
    r"""Return the text as written, without control characters and outer or doubled spaces.

    >>> clean_text("  欧阳\u3000 震华\x00\ud800 ")
    '欧阳 震华'
    >>> clean_text("a\r\nb", keep_lines=True)
    'a\nb'
    """
    if text.isprintable() and "  " not in text:
        # No other space, line end or control character is printable.
        return text.strip()
    lines = re.split(r"\r\n|\r|\n", text) if keep_lines else [text]
    return "\n".join(" ".join(_printable(line).split()) for line in lines).strip()


def _printable(text: str) -> str:
    # Cc: control, Cs: half of a pair. No name has them and no database takes NUL.
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cs"}
    )


def first_day(date: dt.date, precision: Precision) -> dt.date:
    """Return the date with the parts beyond ``precision`` set to 1, as they are stored.

    >>> first_day(dt.date(1958, 3, 9), Precision.MONTH)
    datetime.date(1958, 3, 1)
    """
    if precision is Precision.DAY:
        return date
    return date.replace(day=1) if precision is Precision.MONTH else date.replace(month=1, day=1)


def index_source(kind: DocumentKind, country: str, number: str) -> str:
    """Return what the blind index of a paper is made of: equal for the same paper.

    >>> index_source(DocumentKind.RESIDENT_ID, "CN", "110105491231002")
    'resident_id|CN|11010519491231002X'
    """
    return f"{kind.value}|{country}|{matching_form(kind, number)}"


def contact_source(kind: ContactKind, value: str) -> str:
    """Return what the blind index of a contact is made of: equal for the same contact.

    >>> contact_source(ContactKind.EMAIL, "Lin@Example.org")
    'email|lin@example.org'
    """
    return f"{kind.value}|{value.casefold()}"
