"""The cookie by which a device is known to have signed in before."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from accounts import limits
from accounts.models import User

_DAYS = 180


def _name() -> str:
    return f"{'__Host-' if settings.SESSION_COOKIE_SECURE else ''}device"


def device_cookie(request: HttpRequest) -> str:
    """Return what the device says of itself."""
    return request.COOKIES.get(_name(), "")


@receiver(user_logged_in, dispatch_uid="frontend.accounts.remember_device")
def remember_device(request: HttpRequest, response: HttpResponse, user: User, **_kw: Any) -> None:
    """Leave the proof on the device that this account has signed in on it."""
    if user.phone_index is None:
        return
    response.set_cookie(
        _name(),
        limits.remember_device(device_cookie(request), bytes(user.phone_index)),
        max_age=_DAYS * 24 * 60 * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
