"""The forms of identities: the next step, the end of a review, links, and stays abroad."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.people.choices import (
    EndReason,
    IdentityState,
    ResidenceRight,
    ReviewReason,
    StayPurpose,
)
from crm.people.identities.rules import (
    LONGEST_BODY,
    LONGEST_CERTIFICATE,
    LONGEST_REASON,
    NEED_REASON,
    Move,
)
from crm.people.identities.selectors import Candidate
from crm.people.identities.stays import StayValues
from frontend.forms import DayInput, Form, ListFilter
from frontend.people.fields import CountryField
from frontend.people.identity_words import relative_tags, relative_text

_DAY_HELP = {
    IdentityState.SELF_DECLARED: _("When the person declared it again."),
    IdentityState.MATERIALS_CHECKED: _("When somebody here checked the papers."),
    IdentityState.SUBMITTED: _("When the papers were handed in."),
    IdentityState.RECOGNISED: _("The date on the certificate."),
    IdentityState.REFUSED: _("The date of the refusal."),
    IdentityState.ENDED: _("The first day on which it no longer holds."),
}
_REASON_HELP = {
    IdentityState.MATERIALS_CHECKED: _("Which papers were seen, for example."),
    IdentityState.SUBMITTED: _("To which authority, for example."),
    IdentityState.REFUSED: _("As the authority gave it. The person can read this."),
    IdentityState.ENDED: _("Why it ends. The person can read this."),
}


class StepForm(Form):
    """The next step to one state; body and number are asked for where one was given."""

    seen = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(label=_("Day"), widget=DayInput)
    recognised_by = forms.CharField(
        label=_("Recognised by"),
        max_length=LONGEST_BODY,
        help_text=_("The authority as the certificate names it, not this site."),
    )
    certificate = forms.CharField(
        label=_("Number of the certificate"),
        max_length=LONGEST_CERTIFICATE,
        help_text=_("As printed. It is stored encrypted and shown masked."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, to: IdentityState, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.to = to
        self.fields["on"].help_text = _DAY_HELP[to]
        self.fields["on"].initial = timezone.localdate
        self.fields["reason"].required = to in NEED_REASON
        self.fields["reason"].help_text = _REASON_HELP.get(to, "")
        if to is IdentityState.RECOGNISED:
            # The date is read off the certificate, so that nobody takes today's by oversight.
            self.fields["on"].initial = None
        else:
            del self.fields["recognised_by"], self.fields["certificate"]
        if to not in NEED_REASON:
            self.fields["reason"].label = _("Note")

    def move(self) -> Move:
        """Return the step; the form must be valid."""
        data = self.cleaned_data
        return Move(
            to=self.to,
            on=data["on"],
            reason=data["reason"],
            recognised_by=data.get("recognised_by", ""),
            certificate=data.get("certificate", ""),
        )


class KeepForm(Form):
    """Why an identity stays as it is after a review."""

    seen = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What it rests on now, for example. The person can read this."),
    )


class GroundForm(Form):
    """Which relative an identity rests on."""

    ground = forms.ChoiceField(label=_("Relative"), widget=forms.RadioSelect)

    def __init__(self, candidates: list[Candidate], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ground"]
        field.choices = [  # type: ignore[attr-defined]
            (candidate.key, _candidate_text(candidate)) for candidate in candidates
        ]


class GroundEndForm(Form):
    """Why an identity no longer rests on a relative."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        # A death ends no ground: it is entered with the relative.
        choices=[choice for choice in EndReason.choices if choice[0] != EndReason.DEATH],
        widget=forms.RadioSelect,
    )
    on = forms.DateField(label=_("Day"), widget=DayInput, initial=timezone.localdate)


class ReviewFilterForm(ListFilter):
    """What narrows the list of reviews."""

    reason = forms.ChoiceField(
        label=_("Reason"), required=False, choices=[("", _("all")), *ReviewReason.choices]
    )


class StayForm(Form):
    """A time somebody lived abroad."""

    country = CountryField(label=_("Country"), required=True)
    begins_on = forms.DateField(
        label=_("From"), widget=DayInput, help_text=_("The day of arrival; it counts.")
    )
    ends_on = forms.DateField(
        label=_("Until"),
        widget=DayInput,
        required=False,
        help_text=_("The day of departure; it does not count. Leave it empty while it lasts."),
    )
    right = forms.ChoiceField(
        label=_("Right of residence"),
        choices=ResidenceRight.choices,
        help_text=_("As the permit of that country says for this time."),
    )
    purpose = forms.ChoiceField(label=_("Purpose of the stay"), choices=StayPurpose.choices)

    @staticmethod
    def initial_of(values: StayValues) -> dict[str, str | dt.date | None]:
        """Return what the fields show for a stay."""
        return {
            "country": values.country,
            "begins_on": values.begins_on,
            "ends_on": values.ends_on,
            "right": values.right,
            "purpose": values.purpose,
        }

    def stay(self) -> StayValues:
        """Return the stay; the form must be valid."""
        data = self.cleaned_data
        return StayValues(
            country=data["country"],
            begins_on=data["begins_on"],
            ends_on=data["ends_on"],
            right=ResidenceRight(data["right"]),
            purpose=StayPurpose(data["purpose"]),
        )


def _candidate_text(candidate: Candidate) -> str:
    tags = " · ".join(str(tag.label) for tag in relative_tags(candidate.relative))
    text = relative_text(candidate.relative)
    return f"{text} ({tags})" if tags else text
