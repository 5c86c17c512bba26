"""The forms of consents: give one, take one back, narrow the register."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.people.choices import ConsentChannel, ConsentGiver
from crm.people.consents.selectors import (
    ENDED,
    OUTDATED,
    STANDING,
    WITHDRAWN,
    ConsentFilter,
)
from crm.people.purposes import PURPOSES, Wording
from frontend.forms import DayInput, Form, ListFilter

STATES = {
    STANDING: _("stands"),
    OUTDATED: _("to be asked again"),
    WITHDRAWN: _("taken back"),
    ENDED: _("has ended"),
}
_ANY = ("", _("all"))
# At the window nobody gives a consent from their own account.
_AT_THE_WINDOW = [choice for choice in ConsentChannel.choices if choice[0] != ConsentChannel.ONLINE]


class ConsentForm(Form):
    """A consent as somebody at the window writes it down."""

    recipient = forms.CharField(
        label=_("Who receives the data"),
        max_length=120,
        help_text=_("The lawyer and firm, the office or the site, as it stands on the form."),
    )
    channel = forms.ChoiceField(
        label=_("How it was given"), choices=_AT_THE_WINDOW, widget=forms.RadioSelect
    )
    proof = forms.CharField(
        label=_("Proof"),
        required=False,
        max_length=200,
        help_text=_("Where the signed paper is kept: folder 3, 2026-11. Required for paper."),
    )
    given_by = forms.ChoiceField(
        label=_("Who agreed"), choices=ConsentGiver.choices, widget=forms.RadioSelect
    )
    giver_name = forms.CharField(
        label=_("Name of the guardian or agent"), required=False, max_length=120
    )
    given_on = forms.DateField(label=_("Given on"), widget=DayInput)
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=DayInput,
        help_text=_("Left empty, it stands until it is taken back."),
    )

    def __init__(self, *args: Any, has_recipient: bool, **kwargs: Any) -> None:
        first = {"given_by": ConsentGiver.SELF, "given_on": timezone.localdate()}
        kwargs["initial"] = first | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if not has_recipient:
            del self.fields["recipient"]

    def values(self) -> dict[str, Any]:
        """Return the arguments of `give_consent`; the form must be valid."""
        data = self.cleaned_data
        return {
            **data,
            "channel": ConsentChannel(data["channel"]),
            "given_by": ConsentGiver(data["given_by"]),
        }


class WithdrawalForm(Form):
    """How a consent was taken back."""

    channel = forms.ChoiceField(
        label=_("How it was taken back"), choices=_AT_THE_WINDOW, widget=forms.RadioSelect,
        initial=ConsentChannel.DESK,
    )  # fmt: skip


class ConsentFilterForm(ListFilter):
    """What narrows the register, sent in the address."""

    purpose = forms.ChoiceField(label=_("Purpose"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[_ANY, *STATES.items()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purposes = [(purpose.code, purpose.label) for purpose in PURPOSES.values()]
        self.fields["purpose"].choices = [_ANY, *purposes]  # type: ignore[attr-defined]

    def wanted(self) -> ConsentFilter:
        """Return the filter; the form must be valid."""
        return ConsentFilter(**self.cleaned_data)


def words_of(wording: Wording) -> str:
    """Return the text in the reader's language; the Chinese one counts."""
    return wording.text_zh if (get_language() or "").startswith("zh") else wording.text_en
