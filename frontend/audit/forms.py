"""What can be asked of the audit list."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from audit.models import Outcome
from audit.selectors import Filter, Place
from frontend.audit.words import ACTIONS
from frontend.forms import DayInput, ListFilter

_DAYS = [MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2999, 12, 31))]
_LAST_SEQ = 2**63 - 1


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput, validators=_DAYS)


def _seq() -> forms.IntegerField:
    return forms.IntegerField(
        required=False, min_value=1, max_value=_LAST_SEQ, widget=forms.HiddenInput
    )


class FilterForm(ListFilter):
    """The filter, sent in the address. Pages are ``after`` or ``before`` a number."""

    action = forms.ChoiceField(
        label=_("Action"), required=False, choices=[("", _("all actions")), *ACTIONS.items()]
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("all")), *Outcome.choices]
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("", _("newest first")), ("oldest", _("oldest first"))],
    )
    day_from = _day(_("From"))
    day_to = _day(_("To"))
    actor = forms.UUIDField(required=False, widget=forms.HiddenInput)
    object_type = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    object_key = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    after = _seq()
    before = _seq()

    def wanted(self) -> Filter:
        """Return the filter; the form must be valid."""
        data = self.cleaned_data
        return Filter(
            action=data["action"],
            actor_key=data["actor"],
            object_type=data["object_type"],
            object_key=data["object_key"],
            outcome=Outcome(data["outcome"]) if data["outcome"] else None,
            first_day=data["day_from"],
            last_day=data["day_to"],
            oldest_first=data["order"] == "oldest",
        )

    def place(self) -> Place | None:
        """Return where the page begins; None for the first page."""
        return _place(self.cleaned_data)


class PlaceForm(forms.Form):
    """Where a page of looks begins."""

    after = _seq()
    before = _seq()

    def place(self) -> Place | None:
        """Return where the page begins; None for the first page, and for what is no number."""
        return _place(self.cleaned_data) if self.is_valid() else None


def _place(data: dict[str, Any]) -> Place | None:
    if data["after"]:
        return Place(data["after"])
    return Place(data["before"], is_after=False) if data["before"] else None
