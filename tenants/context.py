"""Which tenant the code runs in, and the one way to enter another."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tenants.backend.base import PUBLIC
from tenants.backend.current import connection


class HasSchema(Protocol):
    """Anything with a schema of its own: a `Tenant` or a `ResolvedTenant`."""

    @property
    def schema_name(self) -> str:
        """The tenant's schema and database role."""


def current_schema() -> str:
    """Return the schema the code runs in; ``public`` on the platform."""
    return str(connection.schema_name)


def site_name() -> str:
    """Return the name of the site that the code runs in; "" on the platform."""
    return str(getattr(connection.tenant, "name", ""))


def in_tenant() -> bool:
    """Say whether the code runs inside a tenant."""
    return current_schema() != PUBLIC


@contextmanager
def inside(tenant: HasSchema) -> Iterator[None]:
    """Run the block in ``tenant``, under its role, and return to where it was.

    The only way into a tenant besides the request and task middleware: django-tenants' own
    ``with tenant:`` and ``@schema_context`` restore the wrong tenant under threads (security B5).
    """
    previous = connection.tenant
    connection.set_tenant(tenant)
    try:
        yield
    finally:
        connection.set_tenant(previous)


@contextmanager
def on_platform() -> Iterator[None]:
    """Run the block in the public schema, under the platform's role."""
    previous = connection.tenant
    connection.set_schema_to_public()
    try:
        yield
    finally:
        connection.set_tenant(previous)
