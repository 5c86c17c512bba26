"""Two sites, north and south: what north does, south must never see."""

import datetime as dt
from collections.abc import Iterator

import pytest

from tenants.context import inside
from tenants.models import Tenant
from tenants.provisioning import create_tenant

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)  # Monday, 09:00 in China


@pytest.fixture(scope="session")
def sites(django_db_setup: None, django_db_blocker) -> dict[str, Tenant]:
    """Make north and south once for the whole run; tests roll back what they write."""
    with django_db_blocker.unblock():
        return {
            code: create_tenant(
                code=code, kind="community", name=name, region_code="350203", now=NOW
            )
            for code, name in [("north", "北社区侨之家"), ("south", "南社区侨之家")]
        }


@pytest.fixture
def north(sites: dict[str, Tenant], db: None) -> Iterator[Tenant]:
    """Run the test inside the site north."""
    with inside(sites["north"]):
        yield sites["north"]


@pytest.fixture
def south(sites: dict[str, Tenant], db: None) -> Tenant:
    """Give the other site, without entering it."""
    return sites["south"]
