"""What every REST view shares: who asks, what it may, how often, and how lists are paged.

Named by ``settings.REST_FRAMEWORK``, which `rest_framework.views` reads while it loads; so
nothing here may import that module. Errors are `tenants.problems`.
"""

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, pagination
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.limits import network
from accounts.models import ApiToken, User
from accounts.selectors import find_token
from accounts.services import mark_token_used
from audit.context import client_address
from common.ratelimit import hit
from tenants.access import limit_permissions, may
from tenants.context import current_schema
from tenants.permissions import Permission

if TYPE_CHECKING:
    from rest_framework.views import APIView

_SCHEME = b"bearer"
# Requests a minute, of one account and of one address on all hosts.
_PER_ACCOUNT = 300
_PER_ADDRESS = 600
_MINUTE = 60


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer qj_…``: an account's token, within the token's permissions."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's owner, limited to what the token may do.

        Raises:
            AuthenticationFailed: there is no such token, or its owner, who is staff, has no
                second factor.
        """
        scheme, _space, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != _SCHEME:
            return None
        now = timezone.now()
        token = find_token(secret.decode("ascii", "replace").strip(), now)
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not valid."), "invalid_token")
        user = token.user
        if user.is_staff_here and not user.has_second_factor() and not settings.IS_DEMONSTRATION:
            raise exceptions.AuthenticationFailed(
                _("Set up your second factor first."), "second_factor_missing"
            )
        limit_permissions(user, token.permissions)
        mark_token_used(token=token, now=now)
        return user, token

    def authenticate_header(self, request: Request) -> str:
        """Make DRF answer 401, not 403, to who names no token."""
        return "Bearer"


class MayReadOrEdit(BasePermission):
    """Asks for the view's ``read_permission``, and for ``edit_permission`` to change anything."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Say whether the account holds the permission that the method needs."""
        needed = "read_permission" if request.method in SAFE_METHODS else "edit_permission"
        permission: Permission | None = getattr(view, needed, None)
        return permission is not None and may(cast(User, request.user), permission)


class SharedThrottle(BaseThrottle):
    """Counts requests for all processes at once; addresses across all hosts."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the request and say whether it may go on."""
        address = network(client_address(request))
        if hit("api.address", address, window=_MINUTE) > _PER_ADDRESS:
            return False
        if not request.user.is_authenticated:
            return True
        account = f"{current_schema()}|{request.user.pk}"
        return hit("api.account", account, window=_MINUTE) <= _PER_ACCOUNT

    def wait(self) -> float:
        """Return the seconds after which to try again."""
        return _MINUTE


class PageNumberPagination(pagination.PageNumberPagination):
    """Pages by number; ``page_size`` up to 200."""

    page_size_query_param = "page_size"
    max_page_size = 200
