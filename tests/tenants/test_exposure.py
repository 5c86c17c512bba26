"""Attack 12 of security B7: a number, an e-mail address, and every place they could leak from.

A person with a canary for a number is put on the register; every page and interface of the site
is then asked for by every role, with the keys of that person's own rows. Nobody may see the
number in the clear: that takes a POST with a reason (`tests/crm/people`).
"""

import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.urls.converters import UUIDConverter

from accounts.roles import SITE_ROLES, Role
from crm.people.choices import ContactKind
from crm.people.models import Person
from crm.people.values import ContactValues, DocumentValues
from network.models import Region
from tenants.context import on_platform
from tenants.models import Tenant
from tests.factories.people import person
from tests.fixtures_accounts import SiteClient, client_of, host_of
from tests.tenants.test_access import SITE, Route, methods_of, token_for, walk

CANARY = "11010519491231002X"
# Parts long enough to tell whose number it is.
TRACES = (CANARY, CANARY.lower(), "19491231002", "110105194912", "kanarienvogel")


@pytest.fixture
def canary(north: Tenant) -> Person:
    with on_platform():
        Region.objects.create(code="110000", name="北京市", level=1, source="test")
        Region.objects.create(
            code="110105", name="朝阳区", level=3, parent_id="110000", source="test"
        )
    return person(
        documents=(DocumentValues(number=CANARY),),
        contacts=(ContactValues(kind=ContactKind.EMAIL, value="kanarienvogel@example.org"),),
        region_code="110105",
    )


def addresses(route: Route, keys: list[UUID]) -> Iterator[str]:
    """Return the route's address once for each key that it could name."""
    keyed = [name for name, converter in route.converters if isinstance(converter, UUIDConverter)]
    if not keyed and "(?P<pk>" not in route.pattern:
        yield route.path
        return
    for key in keys:
        path = route.path
        for found in {str(UUID(int=7)), *_uuids(path)}:
            path = path.replace(found, str(key))
        yield path


def _uuids(path: str) -> list[str]:
    return [part for part in path.split("/") if len(part) == 36 and part.count("-") == 4]


@pytest.fixture
def keys(canary: Person) -> list[UUID]:
    return [
        canary.pk,
        *canary.documents.values_list("pk", flat=True),
        *canary.phones.values_list("pk", flat=True),
        *canary.contacts.values_list("pk", flat=True),
    ]


def leaks(content: bytes) -> list[str]:
    text = content.decode("utf-8", "replace")
    return [trace for trace in TRACES if trace in text]


@pytest.mark.usefixtures("plain_static_files")
@pytest.mark.parametrize("role", [None, *sorted(SITE_ROLES)])
def test_attack_12_no_page_shows_the_number(role: Role | None, north: Tenant, keys, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    client = client_of(north, role) if role else SiteClient(host_of(north))
    found = []
    for route in walk(SITE):
        if route.name == "account_logout" or route.is_api:
            continue
        for path in addresses(route, keys):
            for query in ({}, {"q": CANARY}, {"q": "002X"}):
                response = client.get(path, query)
                echoed = query.get("q") == CANARY  # what the visitor typed is shown again
                content = b"".join(response) if response.streaming else response.content
                if leaks(content.replace(CANARY.encode(), b"") if echoed else content):
                    found.append((path, query))
    assert not found
    assert not leaks(caplog.text.encode())
    assert not leaks("".join(capsys.readouterr()).encode())


@pytest.mark.parametrize("role", sorted(SITE_ROLES))
def test_attack_12_no_interface_gives_the_number(role: Role, north: Tenant, keys):
    secret = token_for(role)
    found = []
    for route in walk(SITE):
        if not route.is_api or "get" not in methods_of(route):
            continue
        for path in addresses(route, keys):
            headers = {"authorization": f"Bearer {secret}"}
            response = SiteClient(host_of(north)).get(path, headers=headers)
            if leaks(response.content):
                found.append(path)
    assert not found


def test_the_canary_is_there_to_be_found(canary: Person):
    assert canary.documents.get().number.reveal() == CANARY
