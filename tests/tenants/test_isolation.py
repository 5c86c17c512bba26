"""The walls between sites. Numbers are those of the attacks in the threat model (security B7)."""

import copy
import random
import threading
from contextlib import suppress

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction
from psycopg.types.json import Json

from accounts.models import CacheEntry, SchemaMarker, User
from common.crypto import TamperedError
from common.ids import uuid7
from common.keys import KeyDestroyedError, keystore
from crm.people.models import Person
from crm.people.services import add_person
from crm.people.values import PersonValues
from tenants.backend.base import DatabaseWrapper, UnknownSchemaError, role_for
from tenants.context import current_schema, inside, on_platform
from tenants.ownership import admin_connection
from tests.fixtures_tenants import NOW

REFUSALS = (
    "permission denied|must be owner|must be superuser|must be able to SET ROLE"
    "|row-level security|cannot insert multiple commands|syntax error"
    "|only roles with|must be member"
)


def ask(query, params=None):
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def where_am_i():
    """Return what Django thinks, what the server thinks, and whose rows are read."""
    marker = SchemaMarker.objects.get().schema_name
    ((role, path),) = ask("SELECT current_user::text, current_setting('search_path')")
    return {connection.schema_name, role, path.split(",")[0].strip('"'), marker}


def person(name):
    return add_person(
        values=PersonValues(full_name=name, address="鹭江道1号"), by=None, now=NOW
    ).person


# --- 1: stale search path after a savepoint is rolled back ------------------------------------


@pytest.mark.parametrize("limit", [True, False])
def test_a_rolled_back_savepoint_leaves_the_right_tenant(north, south, settings, limit):
    settings.TENANT_LIMIT_SET_CALLS = limit
    for _ in range(3):
        with transaction.atomic():
            assert where_am_i() == {north.schema_name}
            with suppress(ZeroDivisionError), transaction.atomic(), inside(south):
                assert where_am_i() == {south.schema_name}
                raise ZeroDivisionError
            assert where_am_i() == {north.schema_name}


@pytest.mark.parametrize("limit", [True, False])
def test_a_tenant_entered_in_a_savepoint_is_the_one_after_it(north, south, settings, limit):
    settings.TENANT_LIMIT_SET_CALLS = limit
    with suppress(ZeroDivisionError), transaction.atomic():
        connection.set_tenant(south)
        assert where_am_i() == {south.schema_name}
        raise ZeroDivisionError
    assert where_am_i() == {south.schema_name}
    with suppress(DatabaseError), transaction.atomic():
        connection.set_tenant(north)
        ask("SELECT 1/0")
    assert where_am_i() == {north.schema_name}


def test_a_stale_path_reads_nothing_because_the_role_is_another(north, south):
    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        ask(f'SET LOCAL search_path = "{south.schema_name}"; SELECT * FROM people_person')


# --- 2: threads --------------------------------------------------------------------------------


def test_four_threads_never_meet_in_a_tenant(sites, committing):
    tenants, wrong = list(sites.values()), []

    def hammer(seed):
        dice = random.Random(seed)
        try:
            for _ in range(75):
                outer, inner = dice.sample(tenants, 2)
                with inside(outer):
                    with suppress(DatabaseError), inside(inner):
                        wrong.extend(where_am_i() - {inner.schema_name})
                        ask("SELECT 1/0")
                    wrong.extend(where_am_i() - {outer.schema_name})
                    if dice.random() < 0.2:
                        connection.close()  # back to the pool, in the midst of it
                wrong.extend({current_schema()} - {"public"})
        except Exception as exc:
            wrong.append(repr(exc))
        finally:
            connection.close()

    threads = [threading.Thread(target=hammer, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- 4: the pool -------------------------------------------------------------------------------


def test_a_pooled_connection_forgets_its_tenant(sites, committing):
    options = copy.deepcopy(connection.settings_dict)
    options["OPTIONS"]["pool"] |= {"min_size": 1, "max_size": 1}
    pooled = DatabaseWrapper(options, "pool-of-one")
    table = f'"{sites["north"].schema_name}".people_person'
    try:
        pooled.set_tenant(sites["north"])
        with pooled.cursor() as cursor:
            cursor.execute(f"SELECT pg_backend_pid(), count(*) FROM {table}")
            backend = cursor.fetchone()[0]
        pooled.close()

        raw = pooled.pool.getconn()
        row = raw.execute("SELECT pg_backend_pid(), current_user = session_user").fetchone()
        assert row == (backend, True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute(f"SELECT count(*) FROM {table}")
        raw.rollback()
        pooled.pool.putconn(raw)
    finally:
        pooled.close_pool()


def test_the_login_itself_may_nothing(sites, committing):
    """Fail closed: without a role there is no table at all."""
    settings = django_settings.DATABASES["default"]
    login = {"user": settings["USER"], "password": settings["PASSWORD"]}
    with admin_connection() as admin:
        tables = admin.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN"
            " ('pg_catalog', 'information_schema')"
        ).fetchall()
        rights = {
            (schema, table): admin.execute(
                "SELECT has_table_privilege(%s, %s, 'SELECT, INSERT, UPDATE, DELETE')",
                [login["user"], f'"{schema}"."{table}"'],
            ).fetchone()
            for schema, table in tables
        }
    assert len(rights) > 50
    assert {place for place, (may,) in rights.items() if may} == set()


# --- 5: the cache ------------------------------------------------------------------------------


def test_a_cache_key_names_its_tenant(north, south):
    cache.set("greeting", "north")
    assert list(CacheEntry.objects.values_list("cache_key", flat=True)) == [
        f"{north.schema_name}::1:greeting"
    ]
    with inside(south):
        assert cache.get("greeting") is None
        cache.set("greeting", "south")
        assert cache.make_key("x").startswith(south.schema_name)
    with on_platform():
        assert cache.get("greeting") is None
        assert cache.make_key("x").startswith("public:")
    assert cache.get("greeting") == "north"


# --- 11: ids of another site -------------------------------------------------------------------


def test_an_id_of_another_site_finds_nothing_and_changes_nothing(north, south):
    with inside(south):
        theirs = person("南方")
    assert not Person.objects.filter(pk=theirs.pk).exists()
    assert Person.objects.filter(pk=theirs.pk).update(note="changed") == 0
    for statement in [
        f'SELECT * FROM "{south.schema_name}".people_person',
        f"UPDATE \"{south.schema_name}\".people_person SET note = 'changed'",
        f'DELETE FROM "{south.schema_name}".people_person',
    ]:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            ask(statement)
    with inside(south):
        assert Person.objects.get(pk=theirs.pk).note == ""


# --- 13: the platform reads no tenant ----------------------------------------------------------


@pytest.mark.parametrize("role", ["qiaojia_platform", "qiaojia_router", "qiaojia_worker"])
def test_the_platform_reads_no_table_of_any_site(sites, db, role):
    with admin_connection() as admin:
        tables = admin.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 't\\_%'"
        ).fetchall()
        assert len(tables) > 30
        admin.execute(f"SET ROLE {role}")
        for schema, table in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                admin.execute(f'SELECT 1 FROM "{schema}"."{table}"')


def test_a_tenants_role_reads_the_declared_tables_of_public_only(sites, db):
    role = sites["north"].schema_name
    with admin_connection() as admin:
        readable = admin.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
            " AND has_any_column_privilege(%s, oid, 'SELECT')",
            [role],
        ).fetchall()
    assert {table for (table,) in readable} == {"network_region", "audit_anchor"}


# --- what the database refuses under a tenant's role (security B6) -----------------------------


@pytest.mark.parametrize(
    "attempt",
    [
        'SELECT * FROM "{south}".people_person',
        'INSERT INTO "{south}".people_person DEFAULT VALUES',
        'SELECT full_name FROM people_person UNION SELECT full_name FROM "{south}".people_person',
        "SELECT * FROM public.tenants_tenant",
        "SELECT * FROM public.tenants_domain",
        "UPDATE public.tenants_tenant SET name = 'x'",
        "SELECT * FROM public.accounts_user",
        "SELECT * FROM public.audit_auditentry",
        "SELECT * FROM public.django_session",
        "SELECT * FROM public.tenants_ratecounter",
        "UPDATE public.network_region SET name = 'x'",
        "INSERT INTO public.network_region (code, name, level, source) VALUES ('1', 'x', 1, 'x')",
        "CREATE TABLE mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "ALTER TABLE people_person ADD mine int",
        "DROP TABLE people_person",
        "ALTER TABLE public.audit_anchor DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE dramatiq.queue DISABLE ROW LEVEL SECURITY",
        "COPY people_person TO PROGRAM 'cat'",
        "COPY people_person FROM '/etc/passwd'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('.')",
        "UPDATE audit_auditentry SET action = 'x'",
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
        "TRUNCATE people_person",
        "UPDATE accounts_schemamarker SET schema_name = '{south}'",
        "DELETE FROM django_migrations",
        "SELECT set_config('role', '{south}', false)",
        "SELECT set_config('search_path', '{south}', false)",
        'DO $$ BEGIN SET ROLE "{south}"; END $$',
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM pg_stat_user_tables",
        "SELECT * FROM pg_stats",
        "SELECT rolpassword FROM pg_authid",
        "DELETE FROM public.audit_anchor",
        "UPDATE public.audit_anchor SET seq = 0",
        "DELETE FROM dramatiq.queue",
        "SELECT public.forget_hits()",
    ],
)
def test_a_tenants_role_is_refused(north, south, attempt):
    with pytest.raises(DatabaseError, match=REFUSALS), transaction.atomic():
        ask(attempt.format(south=south.schema_name))
    assert where_am_i() == {north.schema_name}


def test_a_tenants_role_gives_nothing_away(north, south):
    with connection.cursor() as cursor:  # PostgreSQL only warns
        cursor.execute("GRANT SELECT ON people_person TO PUBLIC")
    with inside(south), pytest.raises(ProgrammingError, match="permission denied"):
        ask(f'SELECT * FROM "{north.schema_name}".people_person')


def test_a_second_statement_cannot_ride_on_a_parameter(north, south):
    role = south.schema_name
    with pytest.raises(DatabaseError, match="multiple commands"), transaction.atomic():
        ask(f'SELECT %s; SET ROLE "{role}"', ["x"])
    assert where_am_i() == {north.schema_name}


def test_a_role_taken_in_a_transaction_goes_with_its_rollback(north, south):
    for _ in range(2):
        with suppress(ZeroDivisionError), transaction.atomic():
            # What injected SQL without parameters could do; a lint keeps such SQL out.
            with connection.cursor() as cursor:
                cursor.execute(f'SET ROLE "{south.schema_name}"')
            raise ZeroDivisionError
        assert where_am_i() == {north.schema_name}


@pytest.mark.parametrize("schema", ["", "template", "pg_catalog", "t_", 't_x"; --', "T_ABCDEFGH"])
def test_no_role_works_in_a_schema_that_is_none_of_ours(schema):
    with pytest.raises(UnknownSchemaError):
        role_for(schema)


# --- 14 and 3: what sites share ----------------------------------------------------------------


def anchor(schema):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.audit_anchor (id, schema_name, day, seq, mac, at)"
            " VALUES (%s, %s, '2026-03-02', 1, '\\x00', now())",
            [uuid7(), schema],
        )


def test_a_site_writes_and_reads_its_own_anchors_only(north, south):
    with inside(south):
        anchor(south.schema_name)
    anchor(north.schema_name)
    assert ask("SELECT schema_name FROM public.audit_anchor") == [(north.schema_name,)]
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        anchor(south.schema_name)


def message(schema):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dramatiq.queue (message_id, queue_name, state, message)"
            " VALUES (%s, 'default', 'queued', %s)",
            [uuid7(), Json({"options": {"schema_name": schema, "sender": current_schema()}})],
        )


def test_a_site_sends_and_sees_its_own_messages_only(north, south):
    with inside(south):
        message(south.schema_name)
    message(north.schema_name)
    assert len(ask("SELECT 1 FROM dramatiq.queue")) == 1
    for other in [south.schema_name, "public"]:
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            message(other)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dramatiq.queue SET state = 'rejected'")
        assert cursor.rowcount == 1


# --- 29: restores and deleted sites ------------------------------------------------------------


def test_rows_restored_into_another_site_do_not_open(make_site):
    source, target = make_site(), make_site()
    with inside(source):
        added = person("张")
    with admin_connection() as admin:
        admin.execute(
            f'INSERT INTO "{target.schema_name}".people_person'
            f' SELECT * FROM "{source.schema_name}".people_person'
        )
    with inside(target), pytest.raises(TamperedError):
        Person.objects.get(pk=added.pk).address.reveal()


def test_a_backup_of_a_deleted_site_stays_shut(make_site):
    tenant = make_site()
    with inside(tenant):
        added = person("张")
        assert Person.objects.get(pk=added.pk).address.reveal() == "鹭江道1号"
        keystore().destroy(tenant.schema_name)
        with pytest.raises(KeyDestroyedError):
            Person.objects.get(pk=added.pk).address.reveal()
        with pytest.raises(KeyDestroyedError):
            keystore().create(tenant.schema_name)
        assert User.objects.count() == 0
    assert connections["default"].schema_name == "public"
