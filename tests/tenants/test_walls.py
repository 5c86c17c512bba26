"""The list that is tried every night: all refused while the walls stand, noticed when one falls."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import AuditEntry
from jobs import upkeep
from tenants import doctor
from tenants.context import on_platform
from tenants.doctor import Level
from tenants.ownership import admin_connection
from tenants.tasks import enqueue_for
from tenants.telemetry import wall_breaches
from tenants.walls import BREACH_ACTION, attempts, find_breaches, neighbour_of
from tests.fixtures_tenants import NOW

SET_CONFIG = "pg_catalog.set_config(text, text, boolean)"


@contextmanager
def broken(grant: str, revoke: str) -> Iterator[None]:
    """Tear a hole into a wall, on the real database, and close it again."""
    with admin_connection() as admin:
        admin.execute(grant)
        admin.execute("SET lock_timeout = '5s'")
        try:
            yield
        finally:
            admin.execute(revoke)


def read_hole(north, south):
    table, role = f'"{south.schema_name}".accounts_user', f'"{north.schema_name}"'
    schema = f'"{south.schema_name}"'
    return broken(
        f"GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT ON {table} TO {role}",
        f"REVOKE ALL ON {table} FROM {role}; REVOKE ALL ON SCHEMA {schema} FROM {role}",
    )


def test_every_attempt_is_refused(north, south):
    assert find_breaches(south.schema_name) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text")
        assert cursor.fetchone() == (north.schema_name,), "trying changes nothing"


def test_a_hole_is_found_and_named(north, south):
    with read_hole(north, south):
        found = find_breaches(south.schema_name)
    assert found == [
        "read another site's accounts",
        "read another site by the search path",
    ]
    assert find_breaches(south.schema_name) == []


@pytest.mark.parametrize(
    ("grant", "revoke", "name"),
    [
        (
            "GRANT SELECT ON public.tenants_handover TO qiaojia_tenant",
            "REVOKE SELECT ON public.tenants_handover FROM qiaojia_tenant",
            "read the platform's tenants_handover",
        ),
        (
            "GRANT USAGE ON LANGUAGE plpgsql TO qiaojia_tenant",
            "REVOKE USAGE ON LANGUAGE plpgsql FROM qiaojia_tenant",
            "take another role in a DO block",
        ),
        (
            f"GRANT EXECUTE ON FUNCTION {SET_CONFIG} TO qiaojia_tenant",
            f"REVOKE EXECUTE ON FUNCTION {SET_CONFIG} FROM qiaojia_tenant",
            "take another role by set_config",
        ),
    ],
)
def test_each_door_is_watched(north, south, grant, revoke, name):
    with broken(grant, revoke):
        assert name in find_breaches(south.schema_name)


def test_the_canary_writes_what_it_finds_into_the_platforms_audit(north, south, monkeypatch):
    monkeypatch.setattr(upkeep, "neighbour_of", lambda _schema: south.schema_name)
    with read_hole(north, south):
        found = upkeep.try_walls(now=timezone.now())
    with on_platform():
        entries = AuditEntry.objects.filter(action=BREACH_ACTION)
        assert [entry.detail["attempt"] for entry in entries] == found
        assert {entry.object_key for entry in entries} == {north.schema_name}
        assert wall_breaches(timezone.now()) == len(found) == 2


def test_the_task_runs_in_every_site_and_finds_nothing(north, work_off):
    with work_off(), on_platform():
        enqueue_for(north, "tenants.try_walls", due_at=NOW.isoformat())
    with on_platform():
        assert wall_breaches(timezone.now()) == 0


def test_the_doctor_tries_the_same_list(sites, platform, monkeypatch):
    assert [finding.level for finding in doctor.walls()] == [Level.OK]
    monkeypatch.setattr(doctor, "find_breaches", lambda _other: ["count other sites' rows"])
    (finding,) = doctor.walls()
    assert finding.level is Level.PROBLEM
    assert "could count other sites' rows" in finding.text


def test_a_site_alone_has_no_neighbour(north, south):
    assert neighbour_of(north.schema_name) == south.schema_name
    assert len(attempts(south.schema_name)) >= 15
