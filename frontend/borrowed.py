"""Texts of Django and allauth that we say in our own words.

Named here, they are in our catalogue, and ours is asked before theirs. In Chinese they call a code
of six digits 代码 (source code), or speak of 字段 (a column of a table) to somebody at a window.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

SINGLE = (
    gettext_noop("This field is required."),
    gettext_noop("Code"),
    gettext_noop("Authenticator code"),
    gettext_noop("A sign-in code has been sent to %(recipient)s."),
    gettext_noop("A verification code has been sent to %(phone)s."),
    gettext_noop("TOTP Authenticator"),
    gettext_noop("WebAuthn"),
    gettext_noop("Master key"),
    gettext_noop("Backup key"),
    gettext_noop("Key nr. {number}"),
    gettext_noop("Passwordless"),
    gettext_noop(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes"
        " additional requirements such as biometrics or PIN protection."
    ),
    gettext_noop("Security key added."),
    gettext_noop("Security key removed."),
    gettext_noop("A new set of recovery codes has been generated."),
    gettext_noop("Your old password was entered incorrectly. Please enter it again."),
)
PLURAL = (
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
)
