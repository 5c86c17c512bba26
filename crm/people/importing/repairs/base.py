"""The words of repairs: what was found in a cell, and what has to be said about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.people.importing.shapes import Severity

T = TypeVar("T")


class RepairClass(StrEnum):
    """A kind of change that a clerk accepts or refuses for the whole file."""

    WIDTH = "width"
    SPACES = "spaces"
    MARKS = "marks"
    EMPTY_WORD = "empty_word"
    CODE_WORD = "code_word"
    NAME_PARTS = "name_parts"
    DATE_FORMAT = "date_format"
    DATE_WORDS = "date_words"
    DATE_SERIAL = "date_serial"
    DATE_ABOUT = "date_about"
    DATE_CENTURY = "date_century"
    AGE = "age"
    PHONE_FORMAT = "phone_format"
    CONTACT_FORMAT = "contact_format"
    NUMBER_FORMAT = "number_format"
    DOCUMENT_MOVED = "document_moved"
    PLACE = "place"
    COUNTRY = "country"
    IDENTITY = "identity"
    TICKS = "ticks"
    SEVERAL = "several"
    PEOPLE = "people"
    DITTO = "ditto"
    MERGED = "merged"
    STATUS = "status"
    TO_NOTE = "to_note"

    @property
    def label(self) -> str | Promise:
        """What the class does, as the clerk's list says it."""
        return _LABELS[self]


_LABELS: dict[RepairClass, str | Promise] = {
    RepairClass.WIDTH: gettext_lazy("wide letters and digits made narrow"),
    RepairClass.SPACES: gettext_lazy("spaces and invisible characters removed"),
    RepairClass.MARKS: gettext_lazy("quotation marks and labels around a value removed"),
    RepairClass.EMPTY_WORD: gettext_lazy("words such as 无 or — read as empty"),
    RepairClass.CODE_WORD: gettext_lazy("another word read as an entry of a list"),
    RepairClass.NAME_PARTS: gettext_lazy("bracketed part of a name kept as another name"),
    RepairClass.DATE_FORMAT: gettext_lazy("date written in another way"),
    RepairClass.DATE_WORDS: gettext_lazy("date in Chinese numerals or of the Republic"),
    RepairClass.DATE_SERIAL: gettext_lazy("date that the spreadsheet shows as a number"),
    RepairClass.DATE_ABOUT: gettext_lazy("about that year: kept as the year"),
    RepairClass.DATE_CENTURY: gettext_lazy("century added to a year of two digits"),
    RepairClass.AGE: gettext_lazy("year of birth counted back from the age"),
    RepairClass.PHONE_FORMAT: gettext_lazy("phone written in another way"),
    RepairClass.CONTACT_FORMAT: gettext_lazy("address of the net written in another way"),
    RepairClass.NUMBER_FORMAT: gettext_lazy("number of a paper written in another way"),
    RepairClass.DOCUMENT_MOVED: gettext_lazy("another paper found in the column"),
    RepairClass.PLACE: gettext_lazy("place read as a region"),
    RepairClass.COUNTRY: gettext_lazy("country under another name"),
    RepairClass.IDENTITY: gettext_lazy("identity in other words"),
    RepairClass.TICKS: gettext_lazy("ticked option read, the others dropped"),
    RepairClass.SEVERAL: gettext_lazy("several values in one cell taken apart"),
    RepairClass.PEOPLE: gettext_lazy("relatives in one cell counted"),
    RepairClass.DITTO: gettext_lazy("“the same as above” filled in"),
    RepairClass.MERGED: gettext_lazy("merged cells filled in"),
    RepairClass.STATUS: gettext_lazy("deceased or moved away, as a remark says"),
    RepairClass.TO_NOTE: pgettext_lazy("repair", "text that fits no field kept in the note"),
}


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be said about a cell; the reader adds the heading."""

    code: str
    message: str | Promise
    severity: Severity = Severity.WARNING
    repair: RepairClass | None = None


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What a cell says; ``value`` None if it says nothing that can be kept.

    ``to_note`` is text that fits no field and is kept in the note of the person.
    """

    value: T | None
    notes: tuple[Note, ...] = ()
    to_note: str = ""

    @property
    def is_wrong(self) -> bool:
        """Say whether the cell keeps its row out."""
        return any(note.severity is Severity.ERROR for note in self.notes)


def words(text: str) -> frozenset[str]:
    """Return the words of a list that is written as a text."""
    return frozenset(text.split())


def changed(repair: RepairClass, before: str, after: str, code: str = "") -> Note:
    """Return the warning that a cell was read as something else than it says."""
    message = _("“{before}” was read as “{after}”.").format(before=before, after=after)
    return Note(code or repair.value, message, repair=repair)


def warning(repair: RepairClass, message: str | Promise, code: str = "") -> Note:
    """Return a warning that can be refused."""
    return Note(code or repair.value, message, repair=repair)


def error(code: str, message: str | Promise) -> Note:
    """Return what keeps the row out."""
    return Note(code, message, Severity.ERROR)
