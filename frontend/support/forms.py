"""The form with which a site lets support in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.forms import Form


class WindowForm(Form):
    """Why, and for how long."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("What support is to look at. Written into the audit."),
    )
    hours = forms.TypedChoiceField(
        label=_("Hours"),
        coerce=int,
        initial=2,
        choices=[(hours, str(hours)) for hours in range(1, 25)],
        help_text=_("You can close it earlier at any time."),
    )
