"""What a field of rules is made of: the shape of its value, its operators, its query."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise


class Kind(StrEnum):
    """What shape a condition's value has."""

    CHOICES = "choices"  # a list of codes from the field's own list
    COUNTRY = "country"  # one ISO 3166-1 code
    REGION = "region"  # one GB/T 2260 code; everything below it counts
    NUMBER = "number"  # a whole number from ``least`` to ``most``
    FLAG = "flag"  # no value: the operator says it
    TIME = "time"  # a number of days or an ISO day, as the operator wants
    TEXT = "text"  # some characters
    PARTIAL_DATE = "partial_date"  # ``1958``, ``1958-03`` or ``1958-03-09``


class Section(StrEnum):
    """How the fields are laid out, in this order; those of 侨情 stand before the last."""

    PERSON = "person"
    IDENTITY = "identity"
    CONTACT = "contact"
    FAMILY = "family"
    RECORD = "record"

    @property
    def label(self) -> Text:
        """What the page calls it."""
        return _SECTIONS[self]


_SECTIONS: Mapping[Section, Text] = {
    Section.PERSON: _("Person"),
    Section.IDENTITY: _("Identity and papers"),
    Section.CONTACT: _("Phones and addresses"),
    Section.FAMILY: _("Household and relatives"),
    Section.RECORD: pgettext_lazy("columns", "Record"),
}


class Op(StrEnum):
    """How a field is compared. Codes are stored and never change."""

    IS = "is"
    IS_NOT = "is_not"
    RECOGNISED = "recognised"
    NOT_RECOGNISED = "not_recognised"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    YES = "yes"
    NO = "no"
    WITHIN_DAYS = "within_days"
    IN_LAST_DAYS = "in_last_days"
    NOT_IN_LAST_DAYS = "not_in_last_days"
    SINCE = "since"
    BEFORE = "before"
    CONTAINS = "contains"
    ON_RECORD = "on_record"
    NOT_ON_RECORD = "not_on_record"


# Operators that say that another one does not hold: whoever it is unknown of is among them.
OPPOSITES: Mapping[Op, Op] = {
    Op.IS_NOT: Op.IS,
    Op.NO: Op.YES,
    Op.NOT_IN_LAST_DAYS: Op.IN_LAST_DAYS,
    Op.NOT_ON_RECORD: Op.ON_RECORD,
}
# They say everything by themselves, whatever the field takes otherwise.
WITHOUT_VALUE = frozenset({Op.ON_RECORD, Op.NOT_ON_RECORD})
DAY_OPS = frozenset({Op.SINCE, Op.BEFORE})
LONGEST_DAYS = 3_650
OLDEST = 150

# Returns whom a positive operator keeps, given its clean value and the time.
Query = Callable[[Op, Any, dt.datetime], Q]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something a rule can ask.

    ``phrases`` say each operator in a sentence, with ``{value}`` in place of the value;
    ``section`` is of `Section` or `FactSection`.
    """

    code: str
    label: Text
    kind: Kind
    phrases: Mapping[Op, Text]
    query: Query = field(repr=False)
    section: str = Section.PERSON
    choices: Sequence[tuple[str, Text]] = ()
    least: int = 1
    most: int = LONGEST_DAYS

    @property
    def ops(self) -> tuple[Op, ...]:
        """The operators, in the order in which they are offered."""
        return tuple(self.phrases)


IS: Mapping[Op, Text] = {Op.IS: _("{field} is {value}"), Op.IS_NOT: _("{field} is not {value}")}
