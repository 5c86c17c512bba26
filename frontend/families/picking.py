"""Choosing somebody, or a household, in a form: search, then choose; no script is needed."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm.people import selectors
from crm.people.choices import Status
from crm.people.dates import age_on
from crm.people.households.selectors import households, members_now
from crm.people.models import Household
from frontend.forms import Form
from frontend.people.rows import SEXES, STATUSES
from tenants.access import may
from tenants.permissions import Permission

FIND_BUTTON = "find"
_MOST, _MOST_NAMES = 10, 4


class Picker(Form):
    """A search box and what it found; subclasses say what is looked for in ``kind``."""

    q = forms.CharField(required=False, max_length=100)
    chosen = forms.ChoiceField(required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: User, leave_out: Collection[UUID] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        text = str(self["q"].value() or "").strip()
        chosen = str(self["chosen"].value() or "")
        self.user, self.leave_out = user, leave_out
        choices = self.find(text) if text else []
        if chosen and chosen not in {key for key, _label in choices}:
            choices = [*self.named(chosen), *choices]
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]
        self.found_nobody = bool(text) and not choices
        self.has_choices = bool(choices)
        # One of the two is asked for: the choice, as soon as there is one.
        self.fields["chosen"].required = self.has_choices
        self.fields["q"].required = not self.has_choices
        for name in ("q", "chosen"):
            self.fields[name].error_messages["required"] = _(
                "Search, then choose from what was found."
            )

    def find(self, text: str) -> list[tuple[str, str]]:
        """Return keys and labels of what ``text`` finds; nothing, unless a subclass looks."""
        return []

    def named(self, key: str) -> list[tuple[str, str]]:
        """Return key and label of what was chosen before, if it is there."""
        return []

    def clean(self) -> dict[str, Any]:
        """Say at the search box that nothing was found."""
        if self.found_nobody:
            self.add_error("q", _("Nothing was found. Try fewer letters."))
        return self.cleaned_data

    @property
    def picked(self) -> UUID:
        """The key that was chosen; the form must be valid."""
        return UUID(self.cleaned_data["chosen"])


class PersonPicker(Picker):
    """Somebody on the register."""

    q = forms.CharField(
        label=gettext_lazy("Find the person"), required=False, max_length=100,
        help_text=gettext_lazy("Name, pinyin or last 4 digits of a phone"),
    )  # fmt: skip
    chosen = forms.ChoiceField(
        label=gettext_lazy("Who is it?"), required=False, widget=forms.RadioSelect
    )

    def find(self, text: str) -> list[tuple[str, str]]:
        """Return people whom this reader may see."""
        found = selectors.people(
            selectors.PeopleFilter(q=text),
            by=self.user,
            now=timezone.now(),
            may_search_documents=may(self.user, Permission.PERSON_SEARCH_DOCUMENT),
        ).exclude(pk__in=list(self.leave_out))
        return self._labels(found)

    def named(self, key: str) -> list[tuple[str, str]]:
        """Return the person chosen before."""
        try:
            return self._labels(selectors.visible_people(self.user).filter(pk=UUID(key)))
        except ValueError:
            return []

    def _labels(self, found: Any) -> list[tuple[str, str]]:
        today = timezone.localdate()
        lines = selectors.people_page(found).people[:_MOST]
        return [(str(line.id), _described(line, today)) for line in lines]


class HouseholdPicker(Picker):
    """An open household."""

    q = forms.CharField(
        label=gettext_lazy("Find the household"), required=False, max_length=100,
        help_text=gettext_lazy("Its name or number, or the name of a member"),
    )  # fmt: skip
    chosen = forms.ChoiceField(
        label=gettext_lazy("Which household?"), required=False, widget=forms.RadioSelect
    )

    def find(self, text: str) -> list[tuple[str, str]]:
        """Return open households."""
        found = households(text, by=self.user).exclude(pk__in=list(self.leave_out))[:_MOST]
        return [(str(row.pk), _household_label(row)) for row in found]

    def named(self, key: str) -> list[tuple[str, str]]:
        """Return the household chosen before."""
        try:
            found = households(by=self.user).filter(pk=UUID(key))
        except ValueError:
            return []
        return [(key, _household_label(row)) for row in found]


def _described(line: selectors.PersonLine, today: dt.date) -> str:
    years = age_on(line.birth_date, today)
    parts = (
        line.full_name,
        SEXES[line.sex],
        "" if years is None else _("age {age}").format(age=years),
        line.phone,
        "" if line.status == Status.ACTIVE else STATUSES[line.status],
    )
    return " · ".join(str(part) for part in parts if part)


def _household_label(household: Household) -> str:
    names = _(", ").join(row.person.full_name for row in members_now(household)[:_MOST_NAMES])
    return " · ".join(filter(None, [household.label, household.number, names]))
