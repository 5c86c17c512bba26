"""Our manners on allauth's views: permissions, honest status codes, and how long to wait."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.core.exceptions import RateLimited
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from accounts.errors import TooManyAttemptsError
from tenants.access import public_page, requires
from tenants.permissions import Permission

View = Callable[..., HttpResponse]
# What allauth's views say of themselves; none of them streams.
AllauthView = Callable[..., HttpResponseBase]
# allauth's own limits count for minutes and do not say how many are left.
_SOME_MINUTES = 300


def entrance(view: AllauthView, reason: str) -> View:
    """Mount a view that works before anybody is signed in; ``reason`` says why."""
    return public_page(reason)(_with_manners(view))


def own(view: AllauthView, permission: Permission) -> View:
    """Mount a view about the visitor's own account."""
    return requires(permission)(_with_manners(view))


@require_safe
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Lead whoever forgot the password to a code, and from there to a new password."""
    new = reverse("account_set_password")
    if request.user.is_authenticated:
        return HttpResponseRedirect(new)
    code = reverse("account_request_login_code")
    return HttpResponseRedirect(f"{code}?{urlencode({'next': new})}")


def _with_manners(view: AllauthView) -> View:
    @wraps(view)
    def mannered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = cast(HttpResponse, view(request, *args, **kwargs))
        except TooManyAttemptsError as exc:
            return too_many(request, exc)
        except RateLimited:
            return too_many(request, TooManyAttemptsError(_SOME_MINUTES))
        if request.method == "POST" and isinstance(response, TemplateResponse):
            _say_what_failed(response)
        add_never_cache_headers(response)
        return response

    return mannered


def too_many(request: HttpRequest, error: TooManyAttemptsError) -> HttpResponse:
    """Answer 429 and say how long to wait."""
    response = render(request, "429.html", {"wait": str(error)}, status=429)
    response["Retry-After"] = str(error.seconds)
    return response


def _say_what_failed(response: TemplateResponse) -> None:
    """Give a form that failed its status: 422, or 429 for attempts that came too fast."""
    form = (response.context_data or {}).get("form")
    if form is None or not form.errors or response.status_code != 200:
        return
    response.status_code = 422
    for error in form.errors.as_data().get("__all__", []):
        if error.code == TooManyAttemptsError.code:
            response.status_code = 429
            response["Retry-After"] = str((error.params or {}).get("seconds", _SOME_MINUTES))
