"""The gate between signing in and the pages: ends old sessions, asks for the second factor."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import mark_seen
from accounts.session_rules import (
    Verdict,
    has_passed_factor,
    idle_limit,
    is_due,
    is_window_open,
    judge,
)

# All that a session may do which still lacks its second factor: set one up, prove one, leave.
OPEN_ROUTES = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_view_recovery_codes",
        "preferences:extend",
        "preferences:save",
    }
)
# Of these, a session that still has to prove the factor gets none: they change or show factors.
_ONLY_TO_SET_UP = frozenset({"mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"})


class GateMiddleware:
    """Stands behind authentication and before every view.

    A session of another schema, an idle one (15 minutes for staff, 30 for members) and one of
    more than 12 hours end. Whoever has a second factor proves it; staff without one set it up,
    before anything else (security D3; attack 23).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End the session if its time is over, and answer the request."""
        if SESSION_KEY in request.session and isinstance(request.user, User):
            self._check(request, request.user)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_args: Any
    ) -> HttpResponse | None:
        """Lead to the second factor, unless the view is open to everybody or part of that way."""
        user = request.user
        if not isinstance(user, User) or hasattr(view, "public_reason"):
            return None
        if has_passed_factor(request, user):
            return None
        route = request.resolver_match.view_name if request.resolver_match else ""
        if user.second_factor_at is not None:
            if route in OPEN_ROUTES - _ONLY_TO_SET_UP:
                return None
            return _lead_to(request, "mfa_reauthenticate")
        if user.is_staff_here and not settings.IS_DEMONSTRATION and route not in OPEN_ROUTES:
            return _lead_to(request, "mfa_index")
        return None

    def _check(self, request: HttpRequest, user: User) -> None:
        now = timezone.now()
        limit = idle_limit(user)
        verdict = judge(request.session, idle=limit, now=now)
        if verdict is not Verdict.GOOD:
            request.session.flush()
            request.user = AnonymousUser()
            if verdict is not Verdict.FOREIGN:
                messages.info(request, _("You were signed out because you were away for a while."))
            return
        if user.external_key is not None and not is_window_open(request.session, now=now):
            request.session.flush()
            request.user = AnonymousUser()
            messages.info(request, _("The support window is closed, and you were signed out."))
            return
        # Read by the frame of every page, which warns before the end.
        request.idle_seconds = limit  # type: ignore[attr-defined]
        if is_due(request.session, now=now):
            mark_seen(user=user, session_key=request.session.session_key or "", now=now)


def _lead_to(request: HttpRequest, route: str) -> HttpResponse:
    is_htmx = request.headers.get("HX-Request") == "true"
    # A form that was sent is lost; going back to where it is sent to would answer 405.
    path = request.get_full_path() if request.method == "GET" and not is_htmx else "/"
    target = f"{reverse(route)}?{urlencode({'next': path})}"
    if is_htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
