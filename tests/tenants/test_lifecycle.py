"""A site's life: read-only when suspended, gone without trace when deleted, by two people."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from accounts.models import CacheEntry, SchemaMarker, User
from audit.models import AuditEntry
from audit.services import record
from common.keys import KeyDestroyedError, keystore
from tenants import lifecycle
from tenants.context import inside
from tenants.errors import (
    DeletionError,
    InvalidStateError,
    NotAllowedError,
    UnknownTenantError,
)
from tenants.models import Tenant, TenantState
from tenants.ownership import admin_connection
from tenants.rights import SIGN_IN_COLUMNS, SIGN_IN_TABLES
from tests.fixtures_tenants import NOW

LATER = NOW + dt.timedelta(days=30)


def rights(schema):
    """Return who may do what on the tables of a schema, and on those to come."""
    with admin_connection() as admin:
        tables = admin.execute(
            "SELECT c.relname, array_agg(a::text ORDER BY a::text) FROM pg_class c,"
            " unnest(c.relacl) a WHERE c.relnamespace = %s::regnamespace GROUP BY 1 ORDER BY 1",
            [schema],
        ).fetchall()
        columns = admin.execute(
            "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = %s::regnamespace AND a.attacl IS NOT NULL",
            [schema],
        ).fetchone()
        defaults = admin.execute(
            "SELECT array_agg(a::text ORDER BY a::text) FROM pg_default_acl d, unnest(defaclacl) a"
            " WHERE d.defaclnamespace = %s::regnamespace",
            [schema],
        ).fetchone()
    return tables, columns, defaults


def archived(make_site):
    tenant = make_site()
    lifecycle.suspend_tenant(code=tenant.code, reason="关闭", by=None, now=NOW)
    return lifecycle.archive_tenant(code=tenant.code, by=None, now=NOW)


def refused(statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_suspended_site_is_read_only_in_the_database(make_site):
    tenant = make_site()
    lifecycle.suspend_tenant(code=tenant.code, reason="整改", by=None, now=NOW)

    with inside(tenant):
        assert SchemaMarker.objects.get().schema_name == tenant.schema_name
        refused("INSERT INTO jobs_job DEFAULT VALUES")
        refused("UPDATE people_person SET note = ''")
        refused("DELETE FROM people_person")
        refused("UPDATE accounts_user SET is_active = true")
    tenant.refresh_from_db()
    assert (tenant.state, tenant.state_reason) == (TenantState.SUSPENDED, "整改")


def test_people_can_still_sign_in_to_a_suspended_site(make_site):
    tenant = make_site()
    with inside(tenant):
        user = User.objects.create(display_name="王")
    lifecycle.suspend_tenant(code=tenant.code, reason="整改", by=None, now=NOW)

    with inside(tenant):
        user.last_login = NOW
        user.save(update_fields=["last_login"])
        CacheEntry.objects.create(cache_key="k", value="v", expires=NOW)
        CacheEntry.objects.all().delete()
        record(action="account.sign_in", by=user, now=NOW)
        assert AuditEntry.objects.filter(action="account.sign_in").count() == 1


def test_what_a_sign_in_writes_exists(north):
    with connection.cursor() as cursor:
        for table in SIGN_IN_TABLES:
            cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')
        for table, columns in SIGN_IN_COLUMNS.items():
            cursor.execute(f'SELECT {", ".join(columns)} FROM "{table}" LIMIT 1')


def test_resuming_gives_back_exactly_what_a_site_had(make_site):
    tenant = make_site()
    before = rights(tenant.schema_name)
    lifecycle.suspend_tenant(code=tenant.code, reason="整改", by=None, now=NOW)
    lifecycle.suspend_tenant(code=tenant.code, reason="还在整改", by=None, now=NOW)
    assert rights(tenant.schema_name) != before
    lifecycle.resume_tenant(code=tenant.code, by=None, now=NOW)
    assert rights(tenant.schema_name) == before


def test_only_a_suspended_site_is_archived(make_site):
    tenant = make_site()
    with pytest.raises(InvalidStateError):
        lifecycle.archive_tenant(code=tenant.code, by=None, now=NOW)
    with pytest.raises(InvalidStateError):
        lifecycle.resume_tenant(code=tenant.code, by=None, now=NOW)
    with pytest.raises(UnknownTenantError):
        lifecycle.suspend_tenant(code="nobody", reason="x", by=None, now=NOW)


def test_every_step_is_in_the_platforms_audit(make_site):
    tenant = archived(make_site)
    lifecycle.resume_tenant(code=tenant.code, by=None, now=NOW)
    actions = AuditEntry.objects.filter(object_key=str(tenant.pk)).order_by("seq")
    assert list(actions.values_list("action", flat=True)) == [
        "site.suspend",
        "site.archive",
        "site.resume",
    ]


def test_deleting_takes_two_people_and_the_wait(make_site, officers):
    tenant = archived(make_site)
    first, second = officers["first"], officers["second"]
    order = {"code": tenant.code, "now": NOW}

    with pytest.raises(NotAllowedError):
        lifecycle.order_deletion(reason="撤销", by=officers["operator"], **order)
    lifecycle.order_deletion(reason="撤销", by=first, **order)
    with pytest.raises(DeletionError):
        lifecycle.order_deletion(reason="撤销", by=second, **order)
    with pytest.raises(DeletionError):
        lifecycle.approve_deletion(by=first, **order)
    with pytest.raises(DeletionError):
        lifecycle.execute_deletion(code=tenant.code, by=first, now=LATER)
    lifecycle.approve_deletion(by=second, **order)
    with pytest.raises(DeletionError):
        lifecycle.execute_deletion(code=tenant.code, by=first, now=LATER - dt.timedelta(seconds=1))
    with pytest.raises(InvalidStateError):
        lifecycle.resume_tenant(code=tenant.code, by=first, now=NOW)
    assert keystore().current(tenant.schema_name)


def test_a_withdrawn_order_deletes_nothing(make_site, officers):
    tenant = archived(make_site)
    lifecycle.order_deletion(code=tenant.code, reason="撤销", by=officers["first"], now=NOW)
    lifecycle.approve_deletion(code=tenant.code, by=officers["second"], now=NOW)
    lifecycle.withdraw_deletion(code=tenant.code, by=officers["first"], now=NOW)
    with pytest.raises(DeletionError):
        lifecycle.execute_deletion(code=tenant.code, by=officers["first"], now=LATER)
    lifecycle.resume_tenant(code=tenant.code, by=officers["first"], now=NOW)


def test_a_deleted_site_leaves_a_certificate_and_nothing_else(make_site, officers):
    tenant = make_site()
    schema = tenant.schema_name
    with inside(tenant):
        User.objects.create(display_name="王")
    (settings.FILES_DIR / schema).mkdir(parents=True)
    (settings.FILES_DIR / schema / "letter.txt").write_text("秘密")
    lifecycle.suspend_tenant(code=tenant.code, reason="关闭", by=None, now=NOW)
    lifecycle.archive_tenant(code=tenant.code, by=None, now=NOW)
    lifecycle.order_deletion(code=tenant.code, reason="撤销", by=officers["first"], now=NOW)
    lifecycle.approve_deletion(code=tenant.code, by=officers["second"], now=NOW)

    order = lifecycle.execute_deletion(code=tenant.code, by=officers["first"], now=LATER)

    assert order.certificate["rows"]["accounts_user"] == 1
    assert order.certificate["last_export"] is None
    with admin_connection() as admin:
        for query in [
            "SELECT 1 FROM pg_namespace WHERE nspname = %s",
            "SELECT 1 FROM pg_roles WHERE rolname = %s",
            (
                "SELECT 1 FROM public.tenants_domain d JOIN public.tenants_tenant t"
                " ON t.id = d.tenant_id WHERE t.schema_name = %s"
            ),
        ]:
            assert admin.execute(query, [schema]).fetchone() is None
    with pytest.raises(KeyDestroyedError):
        keystore().current(schema)
    assert not (settings.FILES_DIR / schema).exists()
    assert Tenant.objects.get(pk=tenant.pk).state == TenantState.DELETED
    # Killed before the keys were gone, the step is finished by calling it again.
    again = lifecycle.execute_deletion(code=tenant.code, by=officers["first"], now=LATER)
    assert again.certificate == order.certificate


def test_the_commands_say_one_sentence(make_site, officers):
    tenant = make_site()
    out = StringIO()
    with pytest.raises(CommandError, match=r"\w"):
        call_command("archive_tenant", tenant.code, stdout=out)
    call_command("suspend_tenant", tenant.code, "--reason=整改", "--by=13800138001", stdout=out)
    call_command("archive_tenant", tenant.code, stdout=out)
    call_command("delete_tenant", tenant.code, "--order=撤销", "--by=13800138001", stdout=out)
    with pytest.raises(CommandError):
        call_command("delete_tenant", tenant.code, "--approve", "--by=13800138001", stdout=out)
    with pytest.raises(CommandError, match="no active platform account"):
        call_command("delete_tenant", tenant.code, "--approve", "--by=13900139000", stdout=out)
    call_command("delete_tenant", tenant.code, "--approve", "--by=13800138002", stdout=out)
    call_command("delete_tenant", tenant.code, "--withdraw", "--by=13800138002", stdout=out)
    call_command("resume_tenant", tenant.code, stdout=out)
    assert out.getvalue().count("\n") >= 6
    assert json.dumps(out.getvalue())
