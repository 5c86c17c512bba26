"""What is to be changed for many people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.people.bulk_changes.effects import LONGEST_LINE, Change, fact_choices
from crm.people.choices import BulkAction, Status
from crm.people.facts import CATALOGUE
from crm.people.languages import LANGUAGES
from frontend.forms import ListFilter
from frontend.people.fields import RegionField


def _fact_options() -> list[tuple[str, Any]]:
    """Return every field that can be set for many, with its values, for one select."""
    return [
        ("", "—"),
        *(
            (
                str(fact.label),
                [(f"{code}={value}", str(text)) for value, text in fact_choices(code).items()],
            )
            for code, fact in CATALOGUE.items()
            if fact_choices(code)
        ),
    ]


class BulkForm(ListFilter):
    """The change and the value for each kind of it; only the chosen kind's value counts."""

    action = forms.ChoiceField(
        label=_("What should be changed?"),
        choices=BulkAction.choices,
        widget=forms.RadioSelect,
        help_text=_("Below, only the field of what you choose here counts."),
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False,
        choices=[choice for choice in Status.choices if choice[0] != Status.MINIMISED],
    )  # fmt: skip
    region = RegionField(label=_("Native place"))
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=list(LANGUAGES.items())
    )
    fact = forms.ChoiceField(label=_("Particular"), required=False, choices=_fact_options)
    note = forms.CharField(
        label=_("Line for the note"), required=False, max_length=LONGEST_LINE,
        help_text=_("Added below what the note says already."),
    )  # fmt: skip

    def change(self) -> Change:
        """Return what is asked for; the form must be valid."""
        data = self.cleaned_data
        action = BulkAction(data["action"])
        if action is BulkAction.FACT:
            fact, _equals, value = data["fact"].partition("=")
            return Change(action=action, fact=fact, value=value)
        return Change(action=action, value=data[self.value_field(action)])

    @staticmethod
    def value_field(action: BulkAction) -> str:
        """Return the name of the field that holds the value of a kind of change."""
        is_language = action in {BulkAction.ADD_LANGUAGE, BulkAction.REMOVE_LANGUAGE}
        return "language" if is_language else action.value
