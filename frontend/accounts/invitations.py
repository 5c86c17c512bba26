"""Accepting an invitation."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import limits, selectors, services
from accounts.errors import InvitationClosedError, TooManyAttemptsError
from accounts.models import User
from audit.context import client_address
from common.errors import DomainError
from frontend.accounts.forms import AcceptForm
from frontend.accounts.manners import too_many
from tenants.access import public_page

PAGE = "accounts/accept.html"
CLOSED_PAGE = "accounts/invitation_closed.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public_page("Whoever holds an invitation has no account yet; the link is the proof.")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account of an invitation, or give its role to the account signed in."""
    try:
        limits.count_address(client_address(request))
    except TooManyAttemptsError as exc:
        return too_many(request, exc)
    now = timezone.now()
    invitation = selectors.find_invitation(token, now)
    if invitation is None:
        return render(request, CLOSED_PAGE, status=410)
    account = request.user if isinstance(request.user, User) else None
    initial = {"display_name": invitation.display_name}
    form = AcceptForm(None if account else request.POST or None, initial=initial)
    if request.method == "POST" and (account or form.is_valid()):
        try:
            user = services.accept_invitation(
                token=token,
                account=account,
                now=now,
                **({} if account else form.cleaned_data),
            )
        except InvitationClosedError:
            return render(request, CLOSED_PAGE, status=410)
        except DomainError as exc:
            form.add_error(exc.field if exc.field in form.fields else None, str(exc))
        else:
            return redirect("/") if account else _sign_in(request, user)
    context = {"form": form, "invitation": invitation, "account": account}
    # `add_error` on an unbound form keeps the error where the template looks for it.
    return render(request, PAGE, context, status=422 if form.errors else 200)


def _sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """Go on as if the new password had just been typed: it may take a code to the phone."""
    record_authentication(request, user, method="password")
    return perform_login(request, Login(user=user, redirect_url="/"))
