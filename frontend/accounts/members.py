"""Members of this place and their roles."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors, services
from accounts.models import Invitation, User
from accounts.roles import Role
from accounts.services.roles import roles_here
from common.errors import DomainError
from frontend.accounts.forms import InviteForm, ReasonForm
from frontend.accounts.links import absolute
from frontend.accounts.qr import qr_svg
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "accounts/member_list.html"
MEMBER_PAGE = "accounts/member.html"
INVITE_PAGE = "accounts/invite.html"
LINK_PAGE = "accounts/invitation_link.html"


@require_safe
@requires(Permission.ACCOUNT_VIEW)
def member_list(request: MemberRequest) -> HttpResponse:
    """Show everybody who can sign in here, and the invitations that wait."""
    now = timezone.now()
    context = {
        "accounts": selectors.accounts_by_name(),
        "invitations": selectors.open_invitations(now),
        "may_manage": may(request.user, Permission.ACCOUNT_MANAGE),
    }
    return render(request, LIST_PAGE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def invite(request: MemberRequest) -> HttpResponse:
    """Invite somebody; the link is shown once, to whoever invites."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, token = services.invite(
                role=Role(form.cleaned_data["role"]),
                display_name=form.cleaned_data["display_name"],
                phone=form.cleaned_data["phone"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as exc:
            form.add_error(exc.field, str(exc))
        else:
            return show_link(request, invitation, token)
    return render(request, INVITE_PAGE, {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def invite_again(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Withdraw an invitation and make a new one for the same person."""
    old = get_object_or_404(Invitation, pk=invitation_id)
    now = timezone.now()
    try:
        invitation, token = services.renew_invitation(invitation=old, by=request.user, now=now)
    except DomainError as exc:
        messages.error(request, str(exc))
        return redirect("accounts:list")
    return show_link(request, invitation, token)


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def revoke_invitation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = get_object_or_404(Invitation, pk=invitation_id)

    def do() -> None:
        services.revoke_invitation(invitation=invitation, by=request.user, now=timezone.now())

    return _done(request, do, gettext_lazy("The invitation was withdrawn."), "accounts:list")


@require_safe
@requires(Permission.ACCOUNT_VIEW)
def member(request: MemberRequest, user_id: UUID) -> HttpResponse:
    """Show one account and what can be done with it."""
    account = get_object_or_404(selectors.with_roles(), pk=user_id)
    held = account.current_roles()
    context = {
        "account": account,
        "roles": [role for role in Role if role in held],
        "other_roles": [role for role in Role if role in roles_here() - held],
        "may_manage": may(request.user, Permission.ACCOUNT_MANAGE) and account != request.user,
        "reason_form": ReasonForm(),
    }
    return render(request, MEMBER_PAGE, context)


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def grant_role(request: MemberRequest, user_id: UUID, role: Role) -> HttpResponse:
    """Give an account a role."""
    account = _account(user_id)

    def do() -> None:
        services.grant_role(user=account, role=role, by=request.user, now=timezone.now())

    return _done(request, do, gettext_lazy("The role was given."), "accounts:member", user_id)


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def end_role(request: MemberRequest, user_id: UUID, role: Role) -> HttpResponse:
    """Take a role from an account."""
    account = _account(user_id)

    def do() -> None:
        services.end_role(user=account, role=role, by=request.user, now=timezone.now())

    return _done(request, do, gettext_lazy("The role was ended."), "accounts:member", user_id)


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def disable(request: MemberRequest, user_id: UUID) -> HttpResponse:
    """Lock an account and end its sessions."""
    account = _account(user_id)

    def do() -> None:
        services.disable(user=account, by=request.user, now=timezone.now())

    return _done(request, do, gettext_lazy("The account was disabled."), "accounts:member", user_id)


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def allow_again(request: MemberRequest, user_id: UUID) -> HttpResponse:
    """Unlock an account."""
    account = _account(user_id)

    def do() -> None:
        services.allow_again(user=account, by=request.user, now=timezone.now())

    return _done(
        request, do, gettext_lazy("The account can sign in again."), "accounts:member", user_id
    )


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def reset_second_factor(request: MemberRequest, user_id: UUID) -> HttpResponse:
    """Remove the second factors of somebody who lost them."""
    account = _account(user_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the second factor is reset."))
        return redirect("accounts:member", user_id)

    def do() -> None:
        services.reset_second_factor(
            user=account,
            by=request.user,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )

    return _done(
        request, do, gettext_lazy("The second factor was reset."), "accounts:member", user_id
    )


def _account(user_id: UUID) -> User:
    return get_object_or_404(selectors.with_roles(), pk=user_id)


def _done(
    request: MemberRequest, do: Callable[[], None], text: Promise, page: str, *keys: UUID
) -> HttpResponse:
    """Do it, say how it went, and go back to ``page``."""
    try:
        do()
    except DomainError as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, str(text))
    return redirect(page, *keys)


def show_link(request: MemberRequest, invitation: Invitation, token: str) -> HttpResponse:
    """Show an invitation's link, which is never shown again."""
    link = absolute(request, reverse("accounts:accept", args=[token]))
    response = render(
        request, LINK_PAGE, {"invitation": invitation, "link": link, "qr": qr_svg(link)}
    )
    response["Cache-Control"] = "no-store"
    return response
