"""Speak the visitor's language, and carry the visitor's choices from account to device."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from accounts.models import ElderMode, Theme
from frontend.preferences.choices import Preferences, set_cookie

SIGNED_IN = "_preferences_signed_in"


class PreferenceMiddleware:
    """Sets ``request.preferences`` and activates the language, both from cookies.

    Cookies and not the account, so that no page waits for a query to know its size. Signing in
    brings the account's choices to the device (`bring_choices`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the visitor's language."""
        request.preferences = Preferences.from_cookies(request.COOKIES)  # type: ignore[attr-defined]
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        user = getattr(request, SIGNED_IN, None)
        if user is not None:
            self._write(request, response, user)
        response.headers.setdefault("Content-Language", translation.get_language() or language)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    @staticmethod
    def _write(request: HttpRequest, response: HttpResponse, user: Any) -> None:
        # A default is no choice: an elder who enlarged the sign-in page keeps the large text.
        values = {}
        if user.elder_mode != ElderMode.STANDARD:
            values["elder"] = user.elder_mode
        if user.theme != Theme.AUTO:
            values["theme"] = user.theme
        Preferences.from_cookies(request.COOKIES).updated(values).write(response)
        if user.language in dict(settings.LANGUAGES):
            set_cookie(response, settings.LANGUAGE_COOKIE_NAME, user.language)


@receiver(user_logged_in, dispatch_uid="frontend.preferences.bring_choices")
def bring_choices(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Have the response of a sign-in write the account's choices into cookies."""
    setattr(request, SIGNED_IN, user)
