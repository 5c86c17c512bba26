"""What a column of a list of people is, and the small texts that several columns share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.fields import Masked
from crm.people.cells import join
from crm.people.exporting.words import NOBODY_KNOWS, country_words
from crm.people.models import Person

Needs = tuple["str | Prefetch[str]", ...]


class Group(StrEnum):
    """How the columns are laid out on the page that offers them, in this order.

    The sections of the 侨情 catalogue follow, with the names of `FactSection`.
    """

    PERSON = "person"
    CONTACT = "contact"
    IDENTITY = "identity"
    FAMILY = "family"
    RECORD = "record"

    @property
    def label(self) -> str | Promise:
        """What the page calls it."""
        return _GROUPS[self]


_GROUPS: dict[Group, str | Promise] = {
    Group.PERSON: _("Person and papers"),
    Group.CONTACT: _("Phones and addresses"),
    Group.IDENTITY: _("Overseas Chinese identity"),
    Group.FAMILY: _("Household and relatives"),
    Group.RECORD: pgettext_lazy("columns", "Record"),
}


@dataclass(frozen=True, slots=True)
class Spec:
    """What a column is.

    Attributes:
        heading: the text of its first cell.
        label: what the page that offers it calls it.
        field: the column or part of `Person` that it shows, as the audit names it.
        width: of the column in a workbook, in characters.
        text: what a person's cell says, given whether everything may be said in full.
        group: where the page offers it: of `Group` or `FactSection`.
        is_only_in_full: it has no masked form: free text, names of others, what is sensitive.
        needs: what is to be fetched along with the people.
    """

    heading: str
    label: str | Promise
    field: str
    width: int
    text: Callable[[Person, bool], str]
    group: str = Group.PERSON
    is_only_in_full: bool = False
    needs: Needs = ()


def shown(value: Masked | None, *, is_clear: bool) -> str:
    """Return a sealed value, in full or as its mask; "" if there is none."""
    if not value:
        return ""
    return value.reveal() if is_clear else str(value)


def country(code: str) -> str:
    """Return the Chinese name of a country; "" for none."""
    return country_words().get(code, "")


def beside(texts: Sequence[str]) -> str:
    """Return one text for each of several things, in their order: once if it is one for all.

    >>> beside(["印度尼西亚", "印度尼西亚"]), beside(["", "马来西亚"]), beside([""])
    ('印度尼西亚', '不详、马来西亚', '')
    """
    if len(set(texts)) == 1:
        return join(texts[:1])
    return join([text or NOBODY_KNOWS for text in texts])
