"""The forms of an import: the file, and what each column of a sheet means."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.people.importing.batches import SheetAnswer
from crm.people.importing.fields import FIELDS, SETTINGS, UNKNOWN
from crm.people.importing.plans import LEFT_OUT
from crm.people.importing.questions import masked_text
from crm.people.importing.shapes import SheetPlan
from frontend.forms import Form


class FileForm(Form):
    """The file of people."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A table as .xlsx, .xls, .ods or .csv, at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.ods,.csv"}),
    )


class SheetForm(Form):
    """What one sheet means, column by column; the guess stands in it."""

    is_wanted = forms.BooleanField(label=_("Import this sheet"), required=False)

    def __init__(self, plan: SheetPlan, number: int, data: QueryDict | None = None) -> None:
        initial: dict[str, Any] = {"is_wanted": plan.skipped != LEFT_OUT}
        super().__init__(data, prefix=f"sheet-{number}", initial=initial)
        self.plan = plan
        self.names = {f"column-{place}": name for place, name in enumerate(plan.mapping)}
        for field_name, heading in self.names.items():
            code = plan.mapping[heading]
            self.fields[field_name] = forms.ChoiceField(
                label=heading, required=False, choices=_choices(code), initial=code
            )
        for name, label in SETTINGS.items():
            self.fields[name] = forms.CharField(
                label=str(label),
                required=False,
                max_length=4,
                initial=plan.settings.get(name, ""),
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
            )

    @property
    def is_read(self) -> bool:
        """Whether people were found on the sheet."""
        return self.plan.skipped in {"", LEFT_OUT}

    def columns(self) -> Iterator[tuple[BoundField, str]]:
        """Yield the field of each column with some of its cells, masked."""
        for field_name, heading in self.names.items():
            cells = self.plan.samples.get(heading, ())
            yield self[field_name], " · ".join(masked_text(cell) for cell in cells)

    def settings(self) -> list[BoundField]:
        """Return the fields for what the file does not say itself."""
        return [self[name] for name in SETTINGS]

    def answer(self) -> SheetAnswer:
        """Return what was chosen; the form must be valid."""
        data = self.cleaned_data
        return SheetAnswer(
            mapping={heading: data[name] for name, heading in self.names.items()},
            settings={name: data[name] for name in SETTINGS},
            is_wanted=data["is_wanted"],
        )


def _choices(code: str) -> list[tuple[str, Any]]:
    """Return what a column can mean; a code of another room stays possible where it was guessed."""
    known = [(UNKNOWN, _("not known, not imported")), *FIELDS.items()]
    return known if code == UNKNOWN or code in FIELDS else [*known, (code, code)]
