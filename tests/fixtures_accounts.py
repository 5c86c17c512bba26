"""The cast: accounts of every role on the platform and at two sites, and browsers for them."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from accounts.models import RoleGrant, User
from accounts.roles import Role
from accounts.services import create_account
from tenants.context import inside, on_platform
from tenants.models import Tenant
from tests.fixtures_tenants import NOW

MakeAccount = Callable[..., User]


class SiteClient(Client):
    """A browser on one host. A request leaves the test in the schema it was in."""

    def __init__(self, host: str, **defaults: Any) -> None:
        super().__init__(SERVER_NAME=host, **defaults)

    def request(self, **request: Any) -> HttpResponse:
        before = connection.tenant
        try:
            return super().request(**request)
        finally:
            connection.set_tenant(before)


def host_of(tenant: Tenant | None) -> str:
    """Return the host of a site, or of the platform."""
    return f"{tenant.code}.{settings.PLATFORM_HOST}" if tenant else settings.PLATFORM_HOST


def make_account(*roles: Role, name: str = "林晓梅", **values: Any) -> User:
    """Make an account in the current schema; without a password, so that it costs nothing."""
    # Support is never given; see accounts.services.support.
    user = create_account(display_name=name, roles=set(roles) - {Role.SUPPORT}, now=NOW, **values)
    if Role.SUPPORT in roles:
        RoleGrant.objects.create(user=user, role=Role.SUPPORT, granted_at=NOW)
    return user


def sign_in(client: Client, user: User, *, with_factor: bool = True) -> Client:
    """Sign ``user`` in, in the current schema, as if the second factor had been proved too."""
    if with_factor and user.second_factor_at is None:
        User.objects.filter(pk=user.pk).update(second_factor_at=NOW)
    client.force_login(user)
    session = client.session
    methods = [{"method": "password", "at": time.time()}]
    if with_factor:
        methods.append({"method": "mfa", "at": time.time(), "type": "totp"})
    session["account_authentication_methods"] = methods
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    # Where sessions lie in the cookie itself, saving made another cookie.
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def client_of(tenant: Tenant | None, *roles: Role, **values: Any) -> SiteClient:
    """Return the browser of a new account with ``roles``, signed in."""
    client = SiteClient(host_of(tenant))
    with inside(tenant) if tenant else on_platform():
        client.user = make_account(*roles, **values)  # type: ignore[attr-defined]
        sign_in(client, client.user)  # type: ignore[attr-defined]
    return client


@pytest.fixture
def operator_client(db: None) -> SiteClient:
    """The platform's operator."""
    return client_of(None, Role.OPERATOR)


@pytest.fixture
def security_client(db: None) -> SiteClient:
    """The platform's security administrator."""
    return client_of(None, Role.SECURITY_ADMIN)


@pytest.fixture
def administrator_client(north: Tenant) -> SiteClient:
    """The administrator of north."""
    return client_of(north, Role.ADMINISTRATOR)


@pytest.fixture
def clerk_client(north: Tenant) -> SiteClient:
    """A window clerk of north."""
    return client_of(north, Role.CLERK)


@pytest.fixture
def member_client(north: Tenant) -> SiteClient:
    """A member of north."""
    return client_of(north, Role.MEMBER)


@pytest.fixture
def southern_client(south: Tenant) -> SiteClient:
    """The administrator of south, who must see nothing of north."""
    return client_of(south, Role.ADMINISTRATOR)


@pytest.fixture
def guest_client(north: Tenant) -> SiteClient:
    """Somebody at north's door."""
    return SiteClient(host_of(north))


@pytest.fixture
def plain_static_files(settings: Any) -> None:
    """Name static files as they lie in the source, with no manifest of hashes."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns otherwise
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
