"""What is asked before a list leaves the site."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.people.choices import ExportFormat
from crm.people.exporting.columns import COLUMNS
from frontend.forms import Form

# More could not stand in an address anyway.
_MOST_IDS = 500


class ExportForm(Form):
    """Columns, kind of file, masks or not, and what the list is for."""

    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        choices=[(column.value, spec.label) for column, spec in COLUMNS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one column.")},
    )
    file_format = forms.ChoiceField(
        label=_("Kind of file"),
        choices=ExportFormat.choices,
        initial=ExportFormat.XLSX,
        widget=forms.RadioSelect,
        help_text=_("Choose .csv only for another program: Excel spoils long numbers in it."),
    )
    is_clear = forms.BooleanField(
        label=_("Numbers, addresses and notes in full, instead of masked"), required=False
    )
    reason = forms.CharField(
        label=_("What do you need the list for?"),
        max_length=200,
        help_text=_("The people on the list can read this, and that you took it along."),
    )

    def __init__(self, *args: Any, may_clear: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_clear:
            del self.fields["is_clear"]

    def values(self) -> dict[str, Any]:
        """Return the arguments of `requests.ask_for_export`; the form must be valid."""
        data = self.cleaned_data
        return {
            "columns": data["columns"],
            "file_format": ExportFormat(data["file_format"]),
            "is_clear": data.get("is_clear", False),
            "reason": data["reason"],
        }


class RefusalForm(Form):
    """Why somebody may not take a list along."""

    refusal = forms.CharField(label=_("Why not?"), max_length=200)


def chosen_ids(query: QueryDict) -> tuple[UUID, ...]:
    """Return the people named as ``id`` in an address; what names nobody is left out."""
    field = forms.UUIDField()
    found = []
    for text in query.getlist("id")[:_MOST_IDS]:
        try:
            found.append(field.clean(text))
        except forms.ValidationError:
            continue
    return tuple(dict.fromkeys(found))
