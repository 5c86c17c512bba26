"""The visitor's own account."""

from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.password_change import finalize_password_set
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors, services
from accounts.models import ApiToken
from common.errors import DomainError
from frontend.accounts.forms import NewPasswordForm, ProfileForm, TokenForm
from frontend.accounts.labels import permission_label
from tenants.access import MemberRequest, permissions_of, requires
from tenants.permissions import Permission

PAGE = "accounts/mine.html"
PROFILE_PAGE = "accounts/profile.html"
PASSWORD_PAGE = "accounts/new_password.html"  # noqa: S105
TOKENS_PAGE = "accounts/tokens.html"
# Seconds within which a code read from the phone stands for the old password.
_CODE_COUNTS_FOR = 10 * 60


@require_safe
@requires(Permission.SELF_VIEW)
def mine(request: MemberRequest) -> HttpResponse:
    """Show the own account and the ways to protect it."""
    user = request.user
    held = user.current_roles()
    context = {
        "roles": [role.label for role in sorted(held)],
        "factors": list(Authenticator.objects.filter(user=user).order_by("created_at")),
        "session_count": len(UserSession.objects.purge_and_list(user)),
        "token_count": selectors.tokens_of(user).count(),
        "has_password": user.has_usable_password(),
    }
    return render(request, PAGE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SELF_EDIT)
def profile(request: MemberRequest) -> HttpResponse:
    """Change the own name."""
    form = ProfileForm(request.POST or None, initial={"display_name": request.user.display_name})
    if request.method == "POST" and form.is_valid():
        services.rename(
            user=request.user,
            display_name=form.cleaned_data["display_name"],
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Your name was changed."))
        return redirect("accounts:mine")
    return render(request, PROFILE_PAGE, {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SELF_EDIT)
def new_password(request: MemberRequest) -> HttpResponse:
    """Set a password without the old one, for whoever has just signed in with a code.

    This is how a forgotten password is replaced. Signing in asked for the second factor, and
    that stays (attack 23).
    """
    if not _has_read_code(request):
        return render(request, PASSWORD_PAGE, {"form": None})
    form = NewPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        finalize_password_set(request, request.user)
        return redirect("accounts:mine")
    return render(request, PASSWORD_PAGE, {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires(Permission.SELF_EDIT)
def end_session(request: MemberRequest, session_id: int) -> HttpResponse:
    """End one of the own sessions."""
    session = get_object_or_404(UserSession, pk=session_id, user=request.user)
    end_sessions(request, [session])
    messages.success(request, _("The session was ended."))
    return redirect("usersessions_list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SELF_EDIT)
def tokens(request: MemberRequest) -> HttpResponse:
    """Show the own tokens and make one; its secret is shown once."""
    held = permissions_of(request.user)
    form = TokenForm(request.POST or None, held=frozenset(held), initial={"days": 90})
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = services.create_token(
                user=request.user, held=held, now=timezone.now(), **form.cleaned_data
            )
        except DomainError as exc:
            form.add_error(exc.field, str(exc))
        else:
            form = TokenForm(held=frozenset(held), initial={"days": 90})
    context = {
        "form": form,
        "secret": secret,
        "tokens": [
            (token, [permission_label(name) for name in token.permissions])
            for token in selectors.tokens_of(request.user)
        ],
    }
    return render(request, TOKENS_PAGE, context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.SELF_EDIT)
def revoke_token(request: MemberRequest, token_id: UUID) -> HttpResponse:
    """End one of the own tokens."""
    token = get_object_or_404(ApiToken, pk=token_id, user=request.user)
    services.revoke_token(token=token, now=timezone.now())
    messages.success(request, _("The token was revoked."))
    return redirect("accounts:tokens")


def _has_read_code(request: MemberRequest) -> bool:
    oldest = timezone.now().timestamp() - _CODE_COUNTS_FOR
    return any(
        entry["method"] == "code" and entry["at"] >= oldest
        for entry in get_authentication_records(request, request.user)
    )
