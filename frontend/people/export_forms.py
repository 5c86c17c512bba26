"""What is asked before a list leaves the site."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.people.choices import ExportFormat, FactSection
from crm.people.exporting.specs import Group, Spec
from frontend.forms import Form

# More could not stand in an address anyway.
_MOST_IDS = 500


class GroupedBoxes(forms.CheckboxSelectMultiple):
    """Boxes to tick, folded away group by group; what is ticked is open."""

    template_name = "forms/grouped_boxes.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Return what the template shows: each group with its boxes."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        groups = context["widget"]["optgroups"]
        is_ticked = [
            any(option["selected"] for option in options) for _name, options, _no in groups
        ]
        context["widget"]["groups"] = [
            # With nothing ticked at all, the first group shows what there is to tick.
            {
                "label": label,
                "options": options,
                "is_open": ticked or (not number and not any(is_ticked)),
            }
            for number, ((label, options, _no), ticked) in enumerate(
                zip(groups, is_ticked, strict=True)
            )
        ]
        return context


class ExportForm(Form):
    """Columns, kind of file, masks or not, and what the list is for.

    Args:
        columns: those that there are, by their stored values.
        may_clear: whether everything may be taken along in full; what has no masked form is
            offered to nobody else.
    """

    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        widget=GroupedBoxes,
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

    def __init__(
        self, *args: Any, columns: Mapping[str, Spec], may_clear: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["columns"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = _grouped(columns, may_clear=may_clear)
        if may_clear:
            chosen.help_text = _("What is marked “in full” has no masked form.")
        else:
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


def _grouped(
    columns: Mapping[str, Spec], *, may_clear: bool
) -> list[tuple[str, list[tuple[str, str]]]]:
    found = []
    for group in (*list(Group)[:-1], *FactSection, Group.RECORD):
        choices = [
            (name, _("{label} (in full)").format(label=spec.label))
            if spec.is_only_in_full
            else (name, str(spec.label))
            for name, spec in columns.items()
            if spec.group == group.value and (may_clear or not spec.is_only_in_full)
        ]
        if choices:
            found.append((str(group.label), choices))
    return found


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
