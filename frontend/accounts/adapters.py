"""What django-allauth asks of us: accounts by phone, codes by text, sealed second factors."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import unstash_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import limits, selectors, services
from accounts.errors import TooManyAttemptsError
from accounts.models import User
from accounts.session_rules import is_fresh
from audit.context import client_address
from audit.services import record_refusal
from common.crypto import open_sealed, row_label, seal
from common.keys import current_key, current_schema, keystore
from frontend.accounts.devices import device_cookie
from frontend.accounts.fields import PhoneField
from frontend.accounts.qr import qr_svg
from tenants.context import in_tenant
from tenants.tasks import enqueue

# Stands for a visitor whose proxy names no address; such visitors share one counter.
_UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104


class AccountAdapter(DefaultAccountAdapter):
    """Accounts by phone."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "phone_password_mismatch": _("The phone number or the password is not correct."),
        "incorrect_code": _("This code is not correct. Please check it."),
        "too_many_login_attempts": _("Too many wrong codes. Please start again."),
    }

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        """Return the field in which people type their phone."""
        return PhoneField(**kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the visitor's address; proxies are believed only if they are ours."""
        return client_address(request) or _UNKNOWN_ADDRESS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether people may register by themselves: at sites, unless it is closed."""
        return in_tenant() and bool(settings.SELF_REGISTRATION)

    def save_user(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        form: forms.BaseForm,
        commit: bool = True,
    ) -> User:
        """Make the account of somebody who registers alone."""
        return services.register_member(
            display_name=form.cleaned_data["display_name"],
            phone=form.cleaned_data["phone"],
            now=timezone.now(),
        )

    def authenticate(self, request: HttpRequest, **credentials: str) -> User | None:
        """Check phone and password within the limits.

        Raises:
            ValidationError: attempts came too fast; its text says how long to wait.
        """
        account = selectors.phone_index(credentials["phone"])
        attempt = limits.Attempt(
            account,
            self.get_client_ip(request),
            limits.known_device(device_cookie(request), account),
        )
        now = timezone.now()
        try:
            limits.begin_attempt(attempt, now=now)
        except TooManyAttemptsError as exc:
            raise ValidationError(str(exc), code=exc.code, params={"seconds": exc.seconds}) from exc
        user = authenticate(request, **credentials)
        if user is None:
            known = selectors.find_by_phone(credentials["phone"])
            record_refusal(
                action="account.sign_in",
                object_type="accounts.user",
                object_key=known.pk if known else "",
                now=now,
            )
            return None
        limits.forgive(attempt, now=now)
        return _ours(user)

    def is_reauthentication_required(self, *, app: str, **_kwargs: Any) -> bool:
        """Say whether a grave change asks for the password again: not right after signing in."""
        return not is_fresh(context.request.session, now=timezone.now())

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change the password."""
        services.set_password(user=_ours(user), password=password, now=timezone.now())

    def get_phone(self, user: AbstractBaseUser) -> tuple[str, bool] | None:
        """Return the account's phone in E.164, and whether its holder has proved to have it."""
        account = _ours(user)
        if not account.phone:
            return None
        return account.phone.reveal(), account.phone_verified_at is not None

    def set_phone(self, user: AbstractBaseUser, phone: str, verified: bool) -> None:
        """Give the account a phone."""
        services.set_phone(user=_ours(user), phone=phone, verified=verified, now=timezone.now())

    def set_phone_verified(self, user: AbstractBaseUser, phone: str) -> None:
        """Note that the holder read a code sent to ``phone``."""
        services.confirm_phone(user=_ours(user), phone=phone, now=timezone.now())

    def get_user_by_phone(self, phone: str) -> User | None:
        """Return the account with this phone in E.164."""
        return selectors.find_by_phone(phone)

    def send_verification_code_sms(
        self, user: AbstractBaseUser, phone: str, code: str, **_kwargs: Any
    ) -> None:
        """Send a code.

        Raises:
            TooManyAttemptsError: too many were asked for.
        """
        self._send(
            phone,
            gettext(
                "{code} is your code for {site}. It is valid for 5 minutes. Tell it nobody."
            ).format(code=code, site=site_name(context.request)),
        )

    def send_unknown_account_sms(self, phone: str, **_kwargs: Any) -> None:
        """Send nothing to a phone without account, but count: it must look the same."""
        limits.begin_code(account=selectors.phone_index(phone), address=self._address())

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Tell somebody who registered twice to sign in instead."""
        self._send(
            phone,
            gettext("You have an account at {site} already. Sign in with a code.").format(
                site=site_name(context.request)
            ),
        )

    def _send(self, phone: str, text: str) -> None:
        limits.begin_code(account=selectors.phone_index(phone), address=self._address())
        with transaction.atomic():
            message = services.write_text(phone=phone, text=text, now=timezone.now())
            enqueue("accounts.deliver_text", message_id=str(message.pk))

    def _address(self) -> str:
        return self.get_client_ip(context.request)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors, whose secrets lie sealed for their owner."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not correct. Please check it."),
        "cannot_delete_authenticator": _(
            "Staff need a second factor. Add another one before you remove this one."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret for the account it is made for."""
        record = seal(text.encode(), key=current_key(), label=self._label())
        return base64.b64encode(record).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret of the account that signs in or is signed in."""
        schema = current_schema()
        return open_sealed(
            base64.b64decode(encrypted_text),
            find_key=lambda key_id: keystore().data_key(schema, key_id),
            label=self._label(),
        ).decode()

    def _label(self) -> bytes:
        # allauth does not say whose secret it is. It is only ever the visitor's own: of the
        # session, or of the sign-in that waits for this factor.
        user = context.request.user
        if not user.is_authenticated:
            login = unstash_login(context.request, peek=True)
            user = login.user if login else None
        owner = user.pk if user else None
        return row_label(current_schema(), "mfa_authenticator", "data", owner)

    def is_mfa_enabled(self, user: AbstractBaseUser, types: list[str] | None = None) -> bool:
        """Say whether the account has factors of these types.

        Signing in asks for TOTP and passkeys together: see `services.refresh_second_factor`.
        """
        if user.is_anonymous:
            return False
        asked = set(types or [])
        if asked == {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}:
            return _ours(user).has_second_factor()
        return bool(super().is_mfa_enabled(user, types))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Say whether a factor may go: staff keep at least one, except in a demonstration."""
        user = _ours(authenticator.user)
        if settings.IS_DEMONSTRATION or not user.is_staff_here:
            return True
        others = Authenticator.objects.filter(
            user=user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Return what the authenticator app shows under the site's name."""
        account = _ours(user)
        phone = account.phone
        return f"{account.display_name} {phone}" if phone else account.display_name

    def get_totp_issuer(self) -> str:
        """Return the site's name."""
        return site_name(context.request)

    def _get_site_name(self) -> str:
        return site_name(context.request)

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        return self.get_totp_label(user)

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code for the authenticator app."""
        return qr_svg(url)


def _ours(user: AbstractBaseUser) -> User:
    """Return the account as what it is; allauth knows Django's base class only."""
    assert isinstance(user, User)
    return user


def site_name(request: HttpRequest) -> str:
    """Return the name of the site, or of the platform."""
    tenant = getattr(request, "tenant", None)
    return tenant.name if tenant is not None else gettext("Network platform")
