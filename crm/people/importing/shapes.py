"""What passes between understanding a file and putting its people on the register.

Plain values, cheap to make by the hundred thousand. ``column`` is always the heading as it stands
in the file (two levels joined with "/"), and rows are numbered as the spreadsheet numbers them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise

from crm.people.choices import HouseholdRole, KinCode, OverseasStanding
from crm.people.values import PersonValues


class Severity(StrEnum):
    """Whether something keeps a row out."""

    ERROR = "error"
    WARNING = "warning"


class Skip(StrEnum):
    """Why nobody stands in a row, or why a sheet is not read."""

    BLANK = "blank"
    TOTAL = "total"  # 合计, 小计
    NOTE = "note"  # 备注:本表由…, 填表人: 审核人:
    HEADING = "heading"  # the headings again, as on every printed page
    EXAMPLE = "example"  # how to fill in the rows below
    OTHER_HEADINGS = "other_headings"  # of another table on the same sheet
    NO_HEADINGS = "no_headings"
    NOT_PEOPLE = "not_people"  # a ledger of meetings, or the lists of a template
    HIDDEN = "hidden"  # a hidden sheet; it is planned all the same, should a clerk want it


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to be said about a cell, or with ``column`` "" about the whole row.

    ``repair`` is the `RepairClass` that a clerk may accept or refuse; "" if there is none.
    """

    column: str
    code: str
    severity: Severity
    message: str | Promise
    repair: str = ""


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """How a sheet is to be read: what the mapping page shows and a site remembers.

    Attributes:
        name: of the sheet; of the file for text files.
        layout: key of `layouts.LAYOUTS`; "" if none fits.
        header_rows: 1-based rows of the sheet, one to three; none for cards.
        headings: one for each column from A on, unique; "" where there is none.
        mapping: heading -> field code (`fields.FIELDS`); every heading has one.
        samples: heading -> the first filled cells below it, at most three.
        rows: filled rows below the headings, or cards.
        skipped: why the sheet is not read (`Skip`); "" if it is.
        scores: heading -> how sure the guess is, from 0 to 1.
        is_cards: one form for each person, labels left and values right.
        settings: what the file does not say itself, see `fields.SETTINGS`.
        start: 1-based row where the people begin, if somebody said so; otherwise 0, and they begin
            below the headings.
        is_corrected: whether somebody said where the headings stand, or that there are none.
        preview: the first rows of the sheet as they stand, for whoever looks for the headings.
    """

    name: str
    layout: str = ""
    header_rows: tuple[int, ...] = ()
    headings: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: int = 0
    skipped: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    is_cards: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    start: int = 0
    is_corrected: bool = False
    preview: tuple[tuple[str, ...], ...] = ()

    @property
    def first_row(self) -> int:
        """The 1-based row where the people begin."""
        return self.start or 1 + max(self.header_rows, default=0)


# What the record of a household has room for; the name of the head becomes its label.
LONGEST_NUMBER = 30
LONGEST_HEAD = 59


@dataclass(frozen=True, slots=True)
class HouseholdHint:
    """The household a row says its person belongs to.

    ``relation`` is what the person is to the head; None if the row does not say.
    """

    number: str = ""
    head_name: str = ""
    relation: HouseholdRole | None = None


@dataclass(frozen=True, slots=True)
class OverseasHint:
    """A relative abroad, or ``count`` of the same kind. Never a name: they have not agreed.

    ``relation`` is what the relative is to the person; ``country`` an ISO 3166 code or "".
    """

    relation: KinCode | None = None
    country: str = ""
    standing: OverseasStanding | None = None
    count: int = 1


@dataclass(slots=True)
class RowReading:
    """What one row says.

    Attributes:
        number: 1-based row of the sheet; of a card, the row of its name.
        values: None if nobody stands in this row; ``skip`` then says why.
        skip: a `Skip`, or "".
        issues: everything that was changed, left out or not understood.
        origin: path in `PersonValues` ("documents.0", "birth_date") -> heading.
        household: None if the row names none.
        overseas: relatives abroad.
        person_key: the person's number in this system, as one of our own lists has it.
        cells: the text of every cell as it stands, for the file with the errors.
    """

    number: int
    values: PersonValues | None = None
    skip: str = ""
    issues: list[Issue] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)
    household: HouseholdHint | None = None
    overseas: tuple[OverseasHint, ...] = ()
    cells: tuple[str, ...] = ()
    person_key: str = ""
