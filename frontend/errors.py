"""Error pages, in HTML for people and as problems for programs."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout

from accounts.models import User
from audit.services import record_refusal

# The database is away: starting, restarting, or every connection is in use.
_UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout)
_RETRY_SECONDS = 5


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request makes no sense (``handler400``)."""
    return _answer(request, 400, "bad_request", _("The request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that this is not allowed, and not why: reasons are for the audit (``handler403``)."""
    user = getattr(request, "user", None)
    if isinstance(user, User) and request.resolver_match:
        record_refusal(
            action="permission.check",
            by=user,
            object_type="route",
            object_key=request.resolver_match.view_name,
            detail={"permission": str(exception)},
            now=timezone.now(),
        )
    return _answer(request, 403, "permission_denied", _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that nothing is here (``handler404``)."""
    return _answer(request, 404, "not_found", _("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, or that the database is away (``handler500``).

    Rendered without request and context processors: they may be what failed.
    """
    if isinstance(sys.exc_info()[1], _UNAVAILABLE):
        detail = _("The service is starting. Try again in a moment.")
        response = _answer(request, 503, "unavailable", detail, is_bare=True)
        response["Retry-After"] = str(_RETRY_SECONDS)
        return response
    detail = _("Something went wrong on our side.")
    return _answer(request, 500, "server_error", detail, is_bare=True)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the page was open for too long, and how to go on (``CSRF_FAILURE_VIEW``)."""
    return render(request, "403_csrf.html", status=403)


def _answer(
    request: HttpRequest, status: int, code: str, detail: str, *, is_bare: bool = False
) -> HttpResponse:
    """Return a problem or a page; a bare page asks neither the request nor the database."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "detail": detail, "field": None}, status=status)
    page = loader.render_to_string(f"{status}.html", request=None if is_bare else request)
    return HttpResponse(page, status=status)
