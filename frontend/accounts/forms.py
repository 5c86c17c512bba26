"""Forms about accounts. allauth's own are kept where they say the right thing."""

from typing import Any, cast

from allauth.account.forms import LoginForm, RequestLoginCodeForm, SignupForm
from allauth.account.forms import SetPasswordForm as AllauthSetPasswordForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.models import User
from accounts.roles import Role
from accounts.services.roles import roles_here
from frontend.accounts.fields import PhoneField
from frontend.accounts.labels import permission_label
from frontend.forms import Form

_TOKEN_DAYS = (30, 90, 365)


def _plain(form: forms.Form) -> None:
    """Take allauth's placeholders away: a hint that vanishes while one types is none."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


def _choice(form: forms.Form, name: str) -> forms.ChoiceField:
    """Return a field whose choices are known only when the form is made."""
    return cast(forms.ChoiceField, form.fields[name])


class SignInForm(LoginForm):
    """Phone and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["login"].label = _("Phone number")
        self.fields["password"].help_text = ""


class RequestCodeForm(RequestLoginCodeForm):
    """The phone to which a code is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)


class AddPasskeyForm(AddWebAuthnForm):
    """What to call a new passkey."""

    name = forms.CharField(label=_("Name"), required=False)


class RenamePasskeyForm(EditWebAuthnForm):
    """What to call a passkey from now on."""

    name = forms.CharField(label=_("Name"))


class RegisterForm(SignupForm):
    """Name and phone; the code that follows proves the phone. A password can be set later."""

    display_name = forms.CharField(
        label=_("Your name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A stranger could otherwise leave a password of his own on somebody's phone number.
        del self.fields["password1"]
        self.fields["phone"].label = _("Phone number")
        _plain(self)
        self.order_fields(["display_name", "phone"])


class NewPasswordForm(AllauthSetPasswordForm):
    """A new password, for somebody who has just proved to hold the phone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)


class InviteForm(Form):
    """Whom to invite, and as what."""

    display_name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=60)
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    phone = PhoneField(
        required=False, help_text=_("If you give it, only this phone can accept the invitation.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = roles_here()
        _choice(self, "role").choices = [(role, role.label) for role in Role if role in here]


class AcceptForm(Form):
    """The account that an invitation becomes."""

    autocomplete = {"display_name": "name", "phone": "tel"}

    display_name = forms.CharField(label=_("Your name"), max_length=60)
    phone = PhoneField(help_text=_("You sign in with it."))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters. Three or four unrelated words are best."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Judge the password in view of name and phone."""
        values = super().clean() or {}
        if password := values.get("password"):
            user = User(display_name=values.get("display_name", ""))
            if values.get("phone"):
                user.phone = values["phone"]
            try:
                password_validation.validate_password(password, user)
            except ValidationError as exc:
                self.add_error("password", exc)
        return values


class ProfileForm(Form):
    """The name others see."""

    autocomplete = {"display_name": "name"}

    display_name = forms.CharField(label=_("Your name"), max_length=60)


class ReasonForm(Form):
    """Why something grave is done."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class TokenForm(Form):
    """A token for a program."""

    name = forms.CharField(label=_("What is it for?"), max_length=60)
    permissions = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label=_("Valid for"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, held: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choice(self, "permissions").choices = [
            (name, permission_label(name)) for name in sorted(held)
        ]
        _choice(self, "days").choices = [
            (days, ngettext("{n} day", "{n} days", days).format(n=days)) for days in _TOKEN_DAYS
        ]
