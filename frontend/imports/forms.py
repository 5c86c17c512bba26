"""The forms of an import: the file, where the headings stand, and what each column means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.people.choices import FactSection
from crm.people.facts import Fact
from crm.people.importing.batches import SheetAnswer
from crm.people.importing.fields import (
    CONTACT,
    FACT,
    FIELDS,
    IDENTITY,
    IGNORED,
    NOT_COLLECTED,
    NOT_KEPT_YET,
    NOT_READ,
    NOT_WANTED,
    SETTINGS,
    UNKNOWN,
)
from crm.people.importing.headings import WITHIN
from crm.people.importing.planning import Correction
from crm.people.importing.plans import MOST_HEADER_ROWS, problems_of
from crm.people.importing.questions import masked_text
from crm.people.importing.shapes import SheetPlan, Skip
from frontend.forms import Form

Choices = list[tuple[Any, Any]]

_GROUPS: Mapping[str | Promise, tuple[str, ...]] = {
    _("Person"): (
        "full_name", "other_name", "former_name", "sex", "birth_date", "age", "id_number",
        "passport", "nationality", "native_place", "status", "note",
    ),
    _("Contact"): ("phone", "address", CONTACT),
    _("Identity"): ("identity", "former_country", IDENTITY),
    _("Relatives abroad"): ("overseas_people", "overseas_relation", "overseas_country"),
    _("Household"): ("household_number", "household_head", "household_relation"),
}  # fmt: skip
# Why a column stays in the file, where the program has a reason of its own.
_REASONS: Mapping[str, str | Promise] = {
    NOT_COLLECTED: _("The register does not collect this; it stays in the file."),
    NOT_KEPT_YET: _("The register has no room for this yet; it stays in the file."),
    UNKNOWN: _("We do not know this heading. Say what it is, or leave it out."),
}
_SKIPPED: Mapping[str, str | Promise] = {
    Skip.NO_HEADINGS: _("No row of headings was found. Say below in which row they stand."),
    Skip.NOT_PEOPLE: _("This does not look like a list of people, so it is left out."),
    Skip.HIDDEN: _("This sheet is hidden in the file, so it is left out."),
    Skip.BLANK: _("This sheet is empty."),
}
_CENTURIES = [("", _("ask me on the row")), ("19", _("19.. (born before 2000)")), ("20", "20..")]


class FileForm(Form):
    """The file of people."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("xlsx, xls, ods or csv, at most 20 MB."),
        error_messages={
            "required": _("Choose the file first."),
            "empty": _("This file is empty."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.ods,.csv"}),
    )


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column on the page: its field, some of its cells, and what is to be said about it."""

    field: BoundField
    cells: str
    hint: str | Promise = ""
    is_unknown: bool = False
    is_unsure: bool = False


class SheetForm(Form):
    """What one sheet means, column by column; the guess stands in it."""

    is_wanted = forms.BooleanField(label=_("Import this sheet"), required=False)
    first_heading = forms.IntegerField(
        label=_("Headings from row"),
        required=False,
        min_value=0,
        max_value=WITHIN,
        help_text=_("0 if there are none."),
    )
    last_heading = forms.IntegerField(
        label=_("Headings to row"),
        required=False,
        min_value=0,
        max_value=WITHIN,
        help_text=_("The same row, or the second or third below it."),
    )
    start = forms.IntegerField(
        label=_("People begin in row"),
        required=False,
        min_value=1,
        help_text=_("Empty: right below the headings."),
    )

    def __init__(
        self,
        plan: SheetPlan,
        number: int,
        facts: Mapping[str, Fact],
        data: QueryDict | None = None,
    ) -> None:
        initial: dict[str, Any] = {
            "is_wanted": not plan.skipped,
            "first_heading": min(plan.header_rows, default=0 if plan.mapping else 1),
            "last_heading": max(plan.header_rows, default=0 if plan.mapping else 1),
            "start": plan.start or None,
        }
        super().__init__(data, prefix=f"sheet-{number}", initial=initial)
        self.plan = plan
        self.number = number
        self.names = {f"column-{place}": name for place, name in enumerate(plan.mapping)}
        for field_name, heading in self.names.items():
            code = plan.mapping[heading]
            self.fields[field_name] = forms.ChoiceField(
                label=heading,
                required=False,
                choices=_choices(code, facts),
                initial=NOT_WANTED if code in _LEFT else code,
            )
        for name in ("first_heading", "last_heading", "start"):
            self.fields[name].widget.attrs |= {"class": "short", "inputmode": "numeric"}
        self._add_settings()

    def _add_settings(self) -> None:
        self.fields["census_year"] = forms.RegexField(
            r"^(19|20)\d\d$",
            label=str(SETTINGS["census_year"]),
            required=False,
            help_text=_("Four digits. Needed only where the file gives ages, no dates of birth."),
            error_messages={"invalid": _("Four digits, such as 2019.")},
            initial=self.plan.settings.get("census_year", ""),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
        )
        self.fields["century"] = forms.ChoiceField(
            label=str(SETTINGS["century"]),
            required=False,
            choices=_CENTURIES,
            help_text=_("For dates such as 56.3.7."),
            initial=self.plan.settings.get("century", ""),
        )

    @property
    def key(self) -> str:
        """What stands for the sheet when its headings are read again."""
        return str(self.number)

    @property
    def has_columns(self) -> bool:
        """Whether headings are known."""
        return bool(self.plan.mapping)

    @property
    def may_have_headings(self) -> bool:
        """Whether somebody can say where the headings stand; cards have none."""
        return not self.plan.is_cards and bool(self.plan.preview)

    @property
    def why_skipped(self) -> str | Promise:
        """Why the sheet is not read unless somebody says so."""
        return _SKIPPED.get(self.plan.skipped, "")

    def columns(self) -> Iterator[ColumnView]:
        """Yield what the page shows of each column; its cells are masked."""
        for field_name, heading in self.names.items():
            cells = self.plan.samples.get(heading, ())
            code = self.plan.mapping[heading]
            yield ColumnView(
                self[field_name],
                " · ".join(masked_text(cell) for cell in cells),
                hint=_REASONS.get(code, ""),
                is_unknown=code == UNKNOWN,
                is_unsure=code not in _LEFT and 0 < self.plan.scores.get(heading, 1) < _SURE,
            )

    def preview(self) -> list[tuple[int, bool, list[str]]]:
        """Return the first rows of the sheet: number, whether it holds headings, masked cells."""
        width = max((len(row) for row in self.plan.preview), default=0)
        return [
            (
                number,
                number in self.plan.header_rows,
                [masked_text(cell) for cell in row] + [""] * (width - len(row)),
            )
            for number, row in enumerate(self.plan.preview, 1)
        ]

    def settings(self) -> list[BoundField]:
        """Return the fields for what the file does not say itself."""
        return [self[name] for name in SETTINGS]

    def clean(self) -> dict[str, Any]:
        """Say at each column what is wrong with its meaning."""
        data: dict[str, Any] = self.cleaned_data
        if self.has_columns and data.get("is_wanted"):
            names = {heading: name for name, heading in self.names.items()}
            for heading, text in problems_of(self.plan, self.mapping()):
                # Where no column is the name, the tick that wants the sheet is what is wrong.
                self.add_error(names.get(heading, "is_wanted"), text)
        return data

    def mapping(self) -> dict[str, str]:
        """Return what was chosen for each heading; why a column stays out is the guess's word."""
        found = {}
        for name, heading in self.names.items():
            guess, code = self.plan.mapping[heading], self[name].data
            # Left as it was: said on the rows as what it is, not as somebody's choice.
            is_as_before = code is None or (code == NOT_WANTED and guess in _LEFT)
            found[heading] = guess if is_as_before else code
        return found

    def answer(self) -> SheetAnswer:
        """Return what was chosen; the form must have been checked."""
        data = self.cleaned_data
        return SheetAnswer(
            mapping=self.mapping(),
            settings={name: data.get(name, "") for name in SETTINGS},
            is_wanted=bool(data.get("is_wanted")),
        )

    def correction(self) -> Correction | None:
        """Return where the headings are said to stand; None if that cannot be."""
        data = self.cleaned_data
        if {"first_heading", "last_heading", "start"} & set(self.errors):
            return None
        first, start = data["first_heading"] or 0, data["start"] or 0
        last = data["last_heading"] or first
        rows = tuple(range(first, last + 1)) if first else ()
        if last < first or len(rows) > MOST_HEADER_ROWS:
            self.add_error("last_heading", _("Headings stand in one row, or up to three."))
        elif start and start <= last:
            self.add_error("start", _("The people begin below the headings."))
        else:
            return Correction(rows, start)
        return None


_SURE = 0.7
_LEFT = NOT_READ | {IGNORED}


def _choices(code: str, facts: Mapping[str, Fact]) -> Choices:
    """Return what a column can mean, in groups; "not imported" is one choice, whatever the reason.

    A code of an earlier release stays possible where it stands.
    """
    found: Choices = [(NOT_WANTED, pgettext_lazy("column", "Not imported"))]
    known = set(_LEFT)
    for label, prefixes in _GROUPS.items():
        group = [
            (field, name)
            for prefix in prefixes
            for field, name in FIELDS.items()
            if field == prefix or (prefix.endswith(":") and field.startswith(prefix))
        ]
        found.append((label, group))
        known.update(field for field, _name in group)
    for section in FactSection:
        group = [
            (f"{FACT}{fact.code}", fact.label)
            for fact in facts.values()
            if fact.section == section and (not fact.is_retired or f"{FACT}{fact.code}" == code)
        ]
        if group:
            found.append((section.label, group))
            known.update(field for field, _name in group)
    return found if code in known else [*found, (code, code)]
