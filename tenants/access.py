"""The one door for pages: every view says which permission it needs, or why it needs none."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.roles import Role
from tenants.permissions import GRANTS, Permission

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from tenants.routing import ResolvedTenant

View = TypeVar("View", bound=Callable[..., HttpResponse])


class MemberRequest(HttpRequest):
    """A request as our views see it: signed in, inside a tenant or on the platform."""

    user: User
    htmx: "HtmxDetails"
    # None on the platform.
    tenant: "ResolvedTenant | None"


class GuardedView(Protocol):
    """A view as the URL table's test sees it."""

    permission: Permission | None
    public_reason: str


def may(user: User | AnonymousUser, permission: Permission) -> bool:
    """Say whether ``user``, an account of the current schema, holds ``permission``.

    The roles are read once for each user object and kept on it.
    """
    return permission in permissions_of(user)


def permissions_of(user: User | AnonymousUser) -> frozenset[Permission]:
    """Return all that ``user`` may do; nothing for a guest or a disabled account."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    granted: frozenset[Permission] | None = getattr(user, "_permissions", None)
    if granted is None:
        granted = frozenset().union(*(GRANTS[Role(role)] for role in user.current_roles()))
        user._permissions = granted  # type: ignore[attr-defined]
    return granted


def limit_permissions(user: User, names: Collection[str]) -> None:
    """Let ``user``, for as long as this object lives, do no more than ``names`` say."""
    allowed = permissions_of(user) & frozenset(names)
    user._permissions = frozenset(allowed)  # type: ignore[attr-defined]


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only holders of ``permission`` into the view; guests are sent to sign in.

    Leaves ``permission`` on the view, so that the URL table can be walked.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                return _lead_to_sign_in(request)
            if not may(user, permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def _lead_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in page, and from there back; tell htmx to load it as a page."""
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    here = urlsplit(request.headers.get("HX-Current-URL", "/"))
    target = redirect_to_login(here.path or "/", settings.LOGIN_URL).url
    return HttpResponse(status=204, headers={"HX-Redirect": target})


def public_page(reason: str) -> Callable[[View], View]:
    """Mark a view that everybody may open, and say why."""

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs)

        opened.permission = None  # type: ignore[attr-defined]
        opened.public_reason = reason  # type: ignore[attr-defined]
        return cast(View, opened)

    return decorate
