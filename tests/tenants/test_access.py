"""Who gets in where: every route of both hosts, for a guest and for every role.

Generated from the URL tables and closed-world: a route that says neither which permission it
needs nor why it needs none fails, and so does one whose address cannot be built here (security
B7, attacks 10 and 11).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter
from django.utils import timezone

from accounts.roles import PLATFORM_ROLES, SITE_ROLES, Role
from accounts.services import create_token
from common.ids import uuid7
from tenants.context import inside, on_platform
from tenants.middleware import PROBE_PATHS, is_guarded
from tenants.models import Tenant
from tenants.permissions import GRANTS, Permission
from tests.fixtures_accounts import SiteClient, client_of, host_of, make_account

SITE, PLATFORM = "config.urls_tenant", "config.urls_public"
SAFE, UNSAFE = "GET", "POST"
# What a visitor hears who may come in and whose request is empty or names nothing.
LET_IN = {200, 204, 302, 400, 404, 405, 410, 415, 422}


@dataclass(frozen=True)
class Route:
    """One line of a URL table."""

    urlconf: str
    pattern: str
    name: str
    view: Any
    converters: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return f"{'site' if self.urlconf == SITE else 'platform'} /{self.pattern}"

    def permission(self, method: str) -> Permission | None:
        """Return what the view asks for; None for a page open to everybody."""
        api_view = getattr(self.view, "cls", None)
        if api_view is None:
            return getattr(self.view, "permission", None)
        which = "read_permission" if method == SAFE else "edit_permission"
        # An action of a viewset may ask for more than the viewset does.
        own = getattr(self.view, "initkwargs", {}).get(which)
        permission: Permission | None = own or getattr(api_view, which, None)
        return permission

    @property
    def is_api(self) -> bool:
        """Whether programs ask here, with a token."""
        return hasattr(self.view, "cls")

    @property
    def is_public(self) -> bool:
        """Whether everybody may come in."""
        return not self.is_api and self.permission(SAFE) is None

    @property
    def path(self) -> str:
        """Return an address of the route that names nothing there is."""
        path = self.pattern
        for name, converter in self.converters:
            path = re.sub(rf"<(?:\w+:)?{name}>", str(_sample(name, converter)), path)
        path = re.sub(r"\(\?P<format>[^)]*\)\??", ".json", path)
        path = re.sub(r"\(\?P<\w+>[^)]*\)", str(UUID(int=7)), path)
        return "/" + re.sub(r"[\^$\\]|/\?$", "", path)


def _sample(name: str, converter: Any) -> object:
    if isinstance(converter, UUIDConverter):
        return uuid7()
    if isinstance(converter, IntConverter):
        return 999_999
    if isinstance(converter, SlugConverter | StringConverter):
        return "sample"
    if type(converter).__name__ == "RoleConverter":
        return Role.CLERK.value
    raise AssertionError(f"No sample for <{name}> of {converter!r}; add one.")


def walk(urlconf: str) -> Iterator[Route]:
    """Return every route of a URL table."""

    def below(
        patterns: list[Any], prefix: str, names: str, converters: dict[str, Any]
    ) -> Iterator[Route]:
        for entry in patterns:
            path = prefix + str(entry.pattern)
            found = converters | entry.pattern.converters
            if isinstance(entry, URLResolver):
                space = f"{names}{entry.namespace}:" if entry.namespace else names
                yield from below(entry.url_patterns, path, space, found)
            else:
                assert isinstance(entry, URLPattern)
                name = f"{names}{entry.name}"
                yield Route(urlconf, path, name, entry.callback, tuple(found.items()))

    yield from below(get_resolver(urlconf).url_patterns, "", "", {})


ROUTES = [*walk(SITE), *walk(PLATFORM)]
PAGES = [route for route in ROUTES if not route.is_api]
# Signing out ends the session that the next request of the walk needs.
WALKED = [route for route in PAGES if route.name != "account_logout"]


API = [route for route in ROUTES if route.is_api]
EDITS = {"post", "put", "patch", "delete"}


def methods_of(route: Route) -> list[str]:
    """Return the methods an API route answers, but the harmless ones."""
    actions = getattr(route.view, "actions", None)
    if actions is None:  # a plain view
        return [name for name in ("get", *sorted(EDITS)) if hasattr(route.view.cls, name)]
    return [name for name in actions if name in {"get", *EDITS}]


def test_there_are_routes_to_look_at():
    assert {"account_login", "accounts:list"} <= {route.name for route in ROUTES}
    assert {route.urlconf for route in ROUTES} == {SITE, PLATFORM}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_view_names_its_permission_or_why_it_needs_none(route: Route):
    assert is_guarded(route.view), f"{route} names neither a permission nor a reason."
    if route.is_public:
        assert len(route.view.public_reason) >= 15
    elif not route.is_api:
        assert isinstance(route.permission(SAFE), Permission)


@pytest.mark.parametrize("route", API, ids=str)
def test_every_viewset_names_both_permissions_or_cannot_edit(route: Route):
    view = route.view.cls
    assert isinstance(view.read_permission, Permission)
    if EDITS & set(methods_of(route)):
        assert isinstance(view.edit_permission, Permission)


def test_every_permission_is_held_by_somebody():
    assert set(Permission) == set().union(*GRANTS.values())


@pytest.mark.parametrize("urlconf", [SITE, PLATFORM])
def test_the_table_has_no_name_twice(urlconf):
    names = [
        route.name
        for route in ROUTES
        if route.urlconf == urlconf and not route.name.endswith("None")
    ]
    pages = [name for name in names if not name.startswith("api")]
    assert len(pages) == len(set(pages))


def place_of(route: Route, north: Tenant) -> Tenant | None:
    return north if route.urlconf == SITE else None


def ask(client: SiteClient, route: Route, method: str) -> int:
    status: int = getattr(client, method.lower())(route.path).status_code
    return status


@pytest.fixture
def _plain(plain_static_files: None) -> None:
    """Render pages without collecting static files."""


@pytest.mark.usefixtures("_plain")
def test_a_guest_is_led_to_the_door(north: Tenant):
    wrong = []
    for route in WALKED:
        if route.is_public or f"/{route.pattern}" in PROBE_PATHS:
            continue
        client = SiteClient(host_of(place_of(route, north)))
        for method in (SAFE, UNSAFE):
            response = getattr(client, method.lower())(route.path)
            led = response.status_code == 302 and "/accounts/login/" in response["Location"]
            if not led and response.status_code != 405:
                wrong.append((str(route), method, response.status_code))
    assert not wrong


@pytest.mark.usefixtures("_plain")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_comes_in_exactly_where_its_permissions_say(role: Role, north: Tenant):
    place = None if role in PLATFORM_ROLES else north
    # Who has nothing to prove himself with is refused by the page that asks for it.
    client = client_of(place, role, password="eleven purple teapots sing")
    urlconf = PLATFORM if place is None else SITE
    wrong = []
    for route in WALKED:
        if route.urlconf != urlconf or route.is_public:
            continue
        for method in (SAFE, UNSAFE):
            may = route.permission(method) in GRANTS[role]
            status = ask(client, route, method)
            expected = LET_IN if may else {403, 405}
            if status not in expected:
                wrong.append((str(route), method, status, "let in" if may else "kept out"))
    assert not wrong


@pytest.mark.usefixtures("_plain")
def test_a_role_without_permission_is_kept_out_by_one_method_at_least(north: Tenant):
    """A route that answers 405 to everything would pass the walk above unseen."""
    client = client_of(north, Role.MEMBER)
    for route in WALKED:
        if route.urlconf == SITE and not route.is_public:
            needed = {route.permission(SAFE), route.permission(UNSAFE)}
            if needed.isdisjoint(GRANTS[Role.MEMBER]):
                assert 403 in {ask(client, route, SAFE), ask(client, route, UNSAFE)}, route


@pytest.mark.usefixtures("_plain")
def test_somebody_of_another_site_is_a_guest_here(north: Tenant, south: Tenant):
    stranger = client_of(south, Role.ADMINISTRATOR)
    stranger.defaults["SERVER_NAME"] = host_of(north)
    for route in WALKED:
        if route.urlconf == SITE and not route.is_public:
            response = stranger.get(route.path)
            assert response.status_code in {302, 405}, route
            if response.status_code == 302:
                assert "/accounts/login/" in response["Location"], route


@pytest.mark.usefixtures("_plain")
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MEMBER, Role.OPERATOR])
def test_attack_23_no_route_opens_to_a_session_without_its_second_factor(role: Role, north: Tenant):
    """The account has a factor, the session never proved it: an old or stolen one."""
    from accounts.middleware import OPEN_ROUTES

    place = None if role in PLATFORM_ROLES else north
    client = client_of(place, role)
    with inside(place) if place else on_platform():
        session = client.session
        session["account_authentication_methods"] = session["account_authentication_methods"][:1]
        session.save()
    urlconf = PLATFORM if place is None else SITE
    for route in WALKED:
        if route.urlconf != urlconf or route.is_public or route.name in OPEN_ROUTES:
            continue
        response = client.get(route.path)
        assert response.status_code == 302, route
        assert "/accounts/factors/reauthenticate/" in response["Location"], route


def call(route: Route, method: str, host: str, secret: str) -> int:
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    client = SiteClient(host)
    body = {} if method == "get" else {"data": {}, "content_type": "application/json"}
    status: int = getattr(client, method)(route.path, headers=headers, **body).status_code
    return status


def token_for(role: Role) -> str:
    user = make_account(role)
    type(user).objects.filter(pk=user.pk).update(second_factor_at=timezone.now())
    held = GRANTS[role]
    _token, secret = create_token(
        user=user, name="x", permissions=held, held=held, days=1, now=timezone.now()
    )
    return secret


@pytest.mark.parametrize("role", [None, *sorted(SITE_ROLES)])
def test_the_interface_opens_exactly_where_the_permissions_say(role: Role | None, north: Tenant):
    secret = token_for(role) if role else ""
    wrong = []
    for route in API:
        for method in methods_of(route):
            needed = route.permission("GET" if method == "get" else "POST")
            status = call(route, method, host_of(north), secret)
            if role is None:
                fits = status == 401
            elif needed in GRANTS[role]:
                fits = status in LET_IN
            else:
                fits = status == 403
            if not fits:
                wrong.append((str(route), method, status))
    assert not wrong


def test_a_token_of_another_site_opens_nothing_here(north: Tenant, south: Tenant):
    with inside(south):
        secret = token_for(Role.ADMINISTRATOR)
    for route in API:
        for method in methods_of(route):
            assert call(route, method, host_of(north), secret) == 401, route


def test_an_unmarked_view_is_refused(north: Tenant, rf):
    from django.core.exceptions import PermissionDenied

    from tenants.middleware import AccessMiddleware

    with pytest.raises(PermissionDenied):
        AccessMiddleware(lambda request: None).process_view(rf.get("/"), lambda request: None)
