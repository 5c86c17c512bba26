"""Support at a site: the window, who came by it, and the way in."""

from typing import cast

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import selectors, services
from accounts.errors import NoSupportWindowError
from accounts.services.support import ENTER_ACTION
from accounts.session_rules import bind_to_window
from audit.models import AuditEntry
from audit.services import record_refusal
from common.errors import DomainError
from frontend.support.forms import WindowForm
from tenants import handover
from tenants.access import MemberRequest, public_page, requires
from tenants.errors import HandoverClosedError, ReadOnlyTenantError
from tenants.permissions import Permission

PAGE = "support/windows.html"
_VISITS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def windows(request: MemberRequest) -> HttpResponse:
    """Show whether support may come in and who came; open a window."""
    form = WindowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _check_writable(request)
            services.open_support_window(**form.cleaned_data, by=request.user, now=timezone.now())
        except DomainError as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, _("Support may come in now. You can close this any time."))
            return redirect("support:windows")
    context = {
        "form": form,
        "open_window": selectors.open_support_window(timezone.now()),
        "windows": selectors.newest_support_windows(),
        "visits": AuditEntry.objects.filter(action=ENTER_ACTION).order_by("-seq")[:_VISITS_SHOWN],
    }
    return render(request, PAGE, context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def close(request: MemberRequest) -> HttpResponse:
    """Close the window; whoever came by it is signed out at once."""
    try:
        _check_writable(request)
    except ReadOnlyTenantError as exc:
        messages.error(request, str(exc))
    else:
        services.close_support_windows(by=request.user, now=timezone.now())
        messages.success(request, _("The window is closed. Support was signed out."))
    return redirect("support:windows")


# GET: the platform's page leads here, and a form could not be sent from host to host. HEAD is
# refused, since it would use the token up.
@require_GET
@public_page("Whoever comes from the platform proves it by the token in the address.")
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign the bearer of a fresh token in as a visitor, if the site has opened a window."""
    now = timezone.now()
    try:
        visitor = handover.redeem(token)
    except HandoverClosedError:
        return _refuse(request, "support/token_closed.html", 410)
    if visitor.scope != handover.Scope.SUPPORT:
        raise PermissionDenied(visitor.scope)
    try:
        _check_writable(cast(MemberRequest, request))
        account, window = services.admit_support(
            external_key=visitor.account_key, display_name=visitor.account_name, now=now
        )
    except (NoSupportWindowError, ReadOnlyTenantError):
        record_refusal(
            action=ENTER_ACTION, detail={"external_key": str(visitor.account_key)}, now=now
        )
        return _refuse(request, "support/no_window.html", 403)
    login(request, account, backend="accounts.backends.PhoneBackend")
    # The platform let nobody hand over who had not proved a second factor there.
    record_authentication(request, account, "mfa", type="handover")
    bind_to_window(request.session, window)
    return redirect("site:today")


def _check_writable(request: MemberRequest) -> None:
    """Refuse on a suspended site, where accounts and windows cannot be written.

    Raises:
        ReadOnlyTenantError: the site is suspended.
    """
    if request.tenant is not None and request.tenant.is_read_only:
        raise ReadOnlyTenantError


def _refuse(request: HttpRequest, page: str, status: int) -> HttpResponse:
    response = render(request, page, status=status)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
