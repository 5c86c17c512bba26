"""Many sites are migrated by planning once; one that fails stops neither its ring nor the rest."""

import importlib
import shutil
import sys
import textwrap

import pytest
from django.core.management import call_command
from django.db import connection

import crm.people.migrations
from crm.people.services import add_person
from crm.people.values import PersonValues
from tenants import migrating
from tenants.context import inside
from tenants.lifecycle import suspend_tenant
from tenants.migrating import migrate_tenants, rings
from tenants.models import MigrationResult, Tenant
from tenants.ownership import admin_connection, owner_connection
from tenants.provisioning import migrate_schema
from tests.fixtures_tenants import NOW
from tests.tenants.test_provisioning import dump

PACKAGE = "people_migrations_under_test"
ADD_FIELD = 'migrations.AddField("person", "{name}", models.CharField(max_length=9, default="x"))'
RUN_PYTHON = "migrations.RunPython(mark, migrations.RunPython.noop)"
MIGRATION = """
from django.db import migrations, models

def mark(apps, schema_editor):
    apps.get_model("people", "Person").objects.update(note="marked")

class Migration(migrations.Migration):
    dependencies = [("people", "{previous}")]
    operations = [{operations}]
"""


@pytest.fixture
def add_migration(committing, tmp_path, settings, monkeypatch):
    """Add migrations to a copy of those of people; the template is put back afterwards."""
    package = tmp_path / PACKAGE
    shutil.copytree(next(iter(crm.people.migrations.__path__)), package)
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.MIGRATION_MODULES = {"people": PACKAGE}

    def add(*operations):
        previous = max(path.stem for path in package.glob("[0-9]*.py"))
        name = f"{int(previous[:4]) + 1:04}_under_test"
        (package / f"{name}.py").write_text(
            textwrap.dedent(MIGRATION).format(previous=previous, operations=", ".join(operations))
        )
        importlib.invalidate_caches()
        return name

    yield add
    connection.set_schema_to_public()
    forget(settings)


def forget(settings):
    """Take the new migrations off the template and off the two sites that stay."""
    settings.MIGRATION_MODULES = {}
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]
    with admin_connection() as admin:
        schemas = admin.execute(
            "SELECT schemaname FROM pg_tables WHERE tablename = 'django_migrations'"
        ).fetchall()
        for (schema,) in schemas:
            admin.execute(
                f"DELETE FROM \"{schema}\".django_migrations WHERE name LIKE '%\\_under\\_test'"
            )
            for column in ["first", "second"]:
                admin.execute(
                    f'ALTER TABLE IF EXISTS "{schema}".people_person'
                    f" DROP COLUMN IF EXISTS under_test_{column}"
                )
        # Dropped columns leave a hole in the catalogue; the statements on record are without.
        admin.execute("DELETE FROM public.tenants_migrationresult")
        admin.execute(
            "DELETE FROM public.tenants_schematemplate"
            " WHERE statements::text LIKE '%%under\\_test%%'"
        )


def ledger(tenant):
    with owner_connection() as owner, owner.cursor() as cursor:
        cursor.execute(
            f'SELECT count(*) FROM "{tenant.schema_name}".django_migrations'
            " WHERE name LIKE '%%\\_under\\_test'"
        )
        return cursor.fetchone()[0]


def test_up_to_date_sites_are_left_alone(make_site):
    make_site()
    report = migrate_tenants()
    assert (report.migrated, report.failed, report.waiting) == ([], {}, [])
    assert report.unchanged == Tenant.objects.count()


def test_a_replayed_migration_gives_what_the_stock_one_gives(make_site, add_migration):
    replayed, stock = make_site(), make_site()
    add_migration(ADD_FIELD.format(name="under_test_first"))
    with owner_connection():
        migrate_schema(stock.schema_name)

    report = migrate_tenants()

    assert replayed.code in report.migrated
    assert stock.code not in report.migrated
    assert dump(replayed.schema_name).splitlines() == dump(stock.schema_name).splitlines()
    result = MigrationResult.objects.get(schema_name=replayed.schema_name)
    assert result.last_migration.endswith("_under_test")
    assert result.error == ""
    with owner_connection():
        migrate_schema(replayed.schema_name)  # stock finds nothing left to do
    assert migrate_tenants().migrated == []


def test_a_new_site_is_made_with_the_new_migration(make_site, add_migration):
    add_migration(ADD_FIELD.format(name="under_test_first"))
    tenant = make_site()
    assert ledger(tenant) == 1
    assert tenant.code not in migrate_tenants().migrated


def test_python_in_a_migration_takes_the_slow_road(make_site, add_migration):
    tenant = make_site()
    with inside(tenant):
        add_person(values=PersonValues(full_name="王"), by=None, now=NOW)
    add_migration(ADD_FIELD.format(name="under_test_first"), RUN_PYTHON)
    report = migrate_tenants()
    assert report.failed == {}
    with inside(tenant), connection.cursor() as cursor:
        cursor.execute("SELECT note, under_test_first FROM people_person")
        assert cursor.fetchall() == [("marked", "x")]


def test_a_locked_site_fails_alone_and_stops_the_rings_after_its_own(
    sites, make_site, add_migration, monkeypatch
):
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrating, "_PAUSE", 0.01)
    locked, beside = make_site(), make_site()
    Tenant.objects.filter(pk__in=[locked.pk, beside.pk]).update(is_canary=True)
    add_migration(ADD_FIELD.format(name="under_test_first"))
    said = []
    with admin_connection() as other, other.transaction():
        other.execute(f'LOCK TABLE "{locked.schema_name}".people_person IN ACCESS SHARE MODE')
        report = migrate_tenants(say=said.append)

    assert list(report.failed) == [locked.code]
    assert "lock" in report.failed[locked.code]
    assert report.migrated == [beside.code]
    assert set(report.waiting) >= {"north", "south"}
    assert (ledger(locked), ledger(beside)) == (0, 1)
    assert MigrationResult.objects.get(schema_name=locked.schema_name).error
    assert any(locked.code in line for line in said)

    resumed = migrate_tenants()
    assert set(resumed.migrated) >= {locked.code, "north", "south"}
    assert beside.code not in resumed.migrated
    assert not MigrationResult.objects.get(schema_name=locked.schema_name).error


def test_a_short_lock_is_waited_for(make_site, add_migration, monkeypatch):
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "50ms")
    tenant = make_site()
    add_migration(ADD_FIELD.format(name="under_test_first"))
    with admin_connection() as other:
        other.autocommit = False
        other.execute(f'LOCK TABLE "{tenant.schema_name}".people_person IN ACCESS SHARE MODE')
        monkeypatch.setattr(migrating.time, "sleep", lambda _seconds: other.close())
        report = migrate_tenants(only=tenant.code)
    assert report.migrated == [tenant.code]


def test_a_site_whose_rows_do_not_fit_fails_alone(make_site, add_migration):
    bad, good = make_site(), make_site()
    Tenant.objects.filter(pk__in=[bad.pk, good.pk]).update(is_canary=True)
    with admin_connection() as admin:
        admin.execute(f'ALTER TABLE "{bad.schema_name}".people_person ADD under_test_first int')
    add_migration(ADD_FIELD.format(name="under_test_first"))
    report = migrate_tenants()
    assert list(report.failed) == [bad.code]
    assert good.code in report.migrated
    assert ledger(bad) == 0


def test_a_suspended_site_stays_read_only_in_tables_to_come(make_site, add_migration):
    tenant = make_site()
    suspend_tenant(code=tenant.code, reason="整改", by=None, now=NOW)
    with admin_connection() as admin:
        admin.execute("SET ROLE qiaojia_owner")
        admin.execute(f'CREATE TABLE "{tenant.schema_name}".to_come (id int)')
        rights = admin.execute(
            "SELECT has_table_privilege(%s, %s, 'SELECT'), has_table_privilege(%s, %s, 'INSERT')",
            [tenant.schema_name, f"{tenant.schema_name}.to_come"] * 2,
        ).fetchone()
    assert rights == (True, False)


def test_the_rings_begin_with_a_canary_and_cover_everybody():
    tenants = [Tenant(code=f"s{number:02}") for number in range(25)]
    parts = dict(rings(tenants))
    assert [len(parts[name]) for name in ("canary", "tenth", "all")] == [1, 3, 21]
    assert [tenant.code for ring in parts.values() for tenant in ring] == [t.code for t in tenants]
    tenants[7].is_canary = True
    assert dict(rings(tenants))["canary"] == [tenants[7]]


def test_the_command_reports_groups(make_site, capsys):
    make_site()
    call_command("migrate_tenants")
    assert "0 migrated" in capsys.readouterr().out
