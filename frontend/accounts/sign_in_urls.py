"""django-allauth's pages, one by one, each with its permission or why it needs none.

Their names are allauth's, which finds its own pages by them. What is not listed does not exist:
no e-mail, no links to reset a password, no download of recovery codes.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions import views as sessions
from django.urls import path

from frontend.accounts import devices, mine
from frontend.accounts.manners import entrance, forgot_password, own
from tenants.permissions import Permission

assert devices  # its receiver remembers the device that signs in

_SIGNING_IN = "Whoever signs in is not signed in yet."
_VIEW, _EDIT = Permission.SELF_VIEW, Permission.SELF_EDIT

urlpatterns = [
    path("login/", entrance(account.login, _SIGNING_IN), name="account_login"),
    path(
        "login/code/",
        entrance(account.request_login_code, _SIGNING_IN),
        name="account_request_login_code",
    ),
    path(
        "login/code/confirm/",
        entrance(account.confirm_login_code, _SIGNING_IN),
        name="account_confirm_login_code",
    ),
    path(
        "login/passkey/", entrance(passkeys.login_webauthn, _SIGNING_IN), name="mfa_login_webauthn"
    ),
    path("login/factor/", entrance(factors.authenticate, _SIGNING_IN), name="mfa_authenticate"),
    path("inactive/", entrance(account.account_inactive, _SIGNING_IN), name="account_inactive"),
    path(
        "logout/", entrance(account.logout, "Leaving needs no permission."), name="account_logout"
    ),
    path(
        "signup/",
        entrance(account.signup, "Members register by themselves."),
        name="account_signup",
    ),
    path("phone/verify/", entrance(account.verify_phone, _SIGNING_IN), name="account_verify_phone"),
    path("phone/change/", own(account.change_phone, _EDIT), name="account_change_phone"),
    path("password/forgot/", entrance(forgot_password, _SIGNING_IN), name="account_reset_password"),
    path("password/new/", own(mine.new_password, _EDIT), name="account_set_password"),
    path("password/change/", own(account.password_change, _EDIT), name="account_change_password"),
    path("reauthenticate/", own(account.reauthenticate, _EDIT), name="account_reauthenticate"),
    path("sessions/", own(sessions.list_usersessions, _VIEW), name="usersessions_list"),
    path("factors/", own(factors.index, _VIEW), name="mfa_index"),
    path("factors/reauthenticate/", own(factors.reauthenticate, _EDIT), name="mfa_reauthenticate"),
    path("factors/app/add/", own(totp.activate_totp, _EDIT), name="mfa_activate_totp"),
    path("factors/app/remove/", own(totp.deactivate_totp, _EDIT), name="mfa_deactivate_totp"),
    path(
        "factors/codes/", own(recovery.view_recovery_codes, _EDIT), name="mfa_view_recovery_codes"
    ),
    path(
        "factors/codes/renew/",
        own(recovery.generate_recovery_codes, _EDIT),
        name="mfa_generate_recovery_codes",
    ),
    path("factors/passkeys/", own(passkeys.list_webauthn, _VIEW), name="mfa_list_webauthn"),
    path("factors/passkeys/add/", own(passkeys.add_webauthn, _EDIT), name="mfa_add_webauthn"),
    path(
        "factors/passkeys/reauthenticate/",
        own(passkeys.reauthenticate_webauthn, _EDIT),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "factors/passkeys/<int:pk>/remove/",
        own(passkeys.remove_webauthn, _EDIT),
        name="mfa_remove_webauthn",
    ),
    path(
        "factors/passkeys/<int:pk>/rename/",
        own(passkeys.edit_webauthn, _EDIT),
        name="mfa_edit_webauthn",
    ),
]
