"""Forms of the platform's pages."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from frontend.forms import Form, PhoneInput
from network.changes import Change
from network.services import SiteFacts
from tenants.models import TenantKind, TenantState


class DirectoryFilter(Form):
    """What narrows the directory of sites."""

    q = forms.CharField(label=_("Name or code"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *TenantKind.choices]
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *TenantState.choices]
    )


class SiteForm(Form):
    """The facts of a new site."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("As it stands on the sign, ending in 侨之家."),
    )
    code = forms.CharField(
        label=pgettext_lazy("of a site", "Code"),
        max_length=32,
        help_text=_(
            "Becomes the site's address and never changes. Small letters, digits and hyphens,"
            " such as siming."
        ),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=TenantKind.choices, widget=forms.RadioSelect)
    region_code = forms.CharField(
        label=_("Region"),
        help_text=_("Six digits of GB/T 2260. Type a name to find the code."),
        widget=forms.TextInput(attrs={"list": "regions", "inputmode": "text"}),
    )
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False, widget=PhoneInput)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    opening_hours = forms.CharField(
        label=_("Opening hours"),
        max_length=200,
        required=False,
        help_text=_("Such as: Monday to Friday 9:00–17:00."),
    )

    trial = forms.BooleanField(
        label=_("On trial"),
        required=False,
        help_text=_("The site works like any other and says on its pages that it is a trial."),
    )

    def clean_region_code(self) -> str:
        """Take the code out of “350203 福建省 厦门市 思明区”, as the list of choices writes it."""
        text: str = self.cleaned_data["region_code"]
        code = re.match(r"\s*(\d{6,12})", text)
        return code.group(1) if code else text.strip()

    def clean_code(self) -> str:
        """Codes are host names, which know no capitals."""
        code: str = self.cleaned_data["code"]
        return code.strip().lower()

    def facts(self) -> SiteFacts:
        """Return the answers as the service takes them."""
        return SiteFacts(**self.cleaned_data)


class FirstAdministratorForm(Form):
    """Who looks after a new site."""

    display_name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=60)
    phone = forms.CharField(
        label=_("Mobile phone"),
        widget=PhoneInput,
        help_text=_("Only an account with this phone can be made of the link."),
    )


class ConfirmForm(Form):
    """Nothing to say: the button is the answer."""


class ReasonForm(Form):
    """Why a site is suspended or deleted."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Written into the audit.")
    )


class PassphraseForm(Form):
    """What seals an export."""

    passphrase = forms.CharField(
        label=_("Passphrase"),
        min_length=12,
        max_length=200,
        help_text=_("12 characters or more. Without it nobody can open the archive."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


CHANGE_FORMS: dict[Change, type[Form]] = dict.fromkeys(Change, ConfirmForm) | {
    Change.SUSPEND: ReasonForm,
    Change.ORDER_DELETION: ReasonForm,
    Change.EXPORT: PassphraseForm,
}
