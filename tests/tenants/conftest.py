"""Sites that a test may commit to, break and throw away."""

import itertools
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import RoleGrant, User
from accounts.roles import Role
from accounts.services.people import create_account
from common.keys import keystore
from tenants import roles, routing
from tenants.models import DeletionOrder, MigrationResult, Tenant
from tenants.ownership import admin_connection, owner_connection
from tenants.provisioning import create_tenant
from tests.fixtures_tenants import NOW

MakeSite = Callable[..., Tenant]
_number = itertools.count(1)


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let the test commit; it starts and ends in the public schema."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        try:
            yield
        finally:
            connection.set_schema_to_public()
            connection.close()


@pytest.fixture
def make_site(committing: None) -> Iterator[MakeSite]:
    """Make sites that are gone after the test, whatever it did to them."""
    made: list[Tenant] = []

    def make(code: str = "", **facts: Any) -> Tenant:
        code = code or f"site-{next(_number)}"
        facts = {"kind": "park", "name": "试验园区", "region_code": "350203", "now": NOW} | facts
        made.append(create_tenant(code=code, **facts))
        return made[-1]

    yield make
    for tenant in made:
        remove_site(tenant)


def remove_site(tenant: Tenant) -> None:
    """Remove every trace of a site."""
    connection.set_schema_to_public()
    with owner_connection(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{tenant.schema_name}" CASCADE')
        DeletionOrder.objects.filter(tenant=tenant).delete()
        MigrationResult.objects.filter(schema_name=tenant.schema_name).delete()
        tenant.domains.all().delete()
        Tenant.objects.filter(pk=tenant.pk).delete()
    with admin_connection() as admin:
        if admin.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s", [tenant.schema_name]
        ).fetchone():
            roles.drop_tenant_role(admin, role=tenant.schema_name)
    keystore().destroy(tenant.schema_name)
    routing.forget_hosts()


@pytest.fixture
def officers(committing: None) -> Iterator[dict[str, User]]:
    """Make three accounts of the platform: two that may delete sites, and one that may not."""
    people = {
        "first": ("+8613800138001", Role.SYSTEM_ADMIN),
        "second": ("+8613800138002", Role.SECURITY_ADMIN),
        "operator": ("+8613800138003", Role.OPERATOR),
    }
    made = {
        name: create_account(display_name=name, phone=phone, roles=[role], now=NOW)
        for name, (phone, role) in people.items()
    }
    yield made
    connection.set_schema_to_public()
    with owner_connection():
        DeletionOrder.objects.all().delete()
        keys = [user.pk for user in made.values()]
        # Not by `delete`, which would look for tables that only sites have.
        RoleGrant.objects.filter(user__in=keys)._raw_delete("default")
        User.objects.filter(pk__in=keys)._raw_delete("default")


@pytest.fixture
def workers() -> Iterator[list[subprocess.Popen[str]]]:
    """Give a list for the processes a test starts; they are killed after it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for worker in started:
        worker.kill()
        worker.wait()
        worker.stdout.close()
