"""A site is made whole or not at all, and the quick road ends where the slow one does."""

import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction

from common.keys import keystore
from config.places import find_binaries
from tenants import provisioning, roles
from tenants.errors import CodeTakenError, InvalidCodeError
from tenants.models import Domain, Tenant
from tenants.ownership import admin_connection, admin_conninfo, owner_connection
from tenants.provisioning import create_tenant, migrate_schema
from tests.fixtures_tenants import NOW

FACTS = {"kind": "park", "name": "园区", "region_code": "350203", "now": NOW}


def dump(schema):
    """Return structure, rights and rows of a schema, without its name and the ledger's times."""
    conninfo = admin_conninfo()
    url = f"dbname={conninfo['dbname']} host={conninfo['host']} user={conninfo['user']}"
    command = [str(pg_dump()), "--schema", schema, "--no-sync", url]
    env = os.environ | {"PGPASSWORD": str(conninfo.get("password", ""))}
    if conninfo.get("port"):
        env["PGPORT"] = str(conninfo["port"])
    text = subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
    text = text.replace(schema, "SCHEMA")
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00", "TIME", text)
    # Random in newer versions of pg_dump; the marker's key is the tenant's own.
    text = re.sub(r"\\(un)?restrict \w+", "", text)
    return re.sub(r"SCHEMA\t[0-9a-f-]{36}", "MARKER", text)


def pg_dump():
    """Return a pg_dump that is not older than the server."""
    with admin_connection() as admin:
        version = admin.info.server_version // 10_000
    ours = find_binaries() / "pg_dump"
    if version <= 18 and ours.exists():
        return ours
    found = shutil.which("pg_dump")
    assert found
    return found


def test_replaying_the_template_gives_what_the_migrations_give(make_site):
    replayed = make_site()
    migrated = make_site(fill_schema=migrate_schema)
    ours, stock = dump(replayed.schema_name), dump(migrated.schema_name)
    assert "CREATE TABLE SCHEMA.people_person" in ours
    assert sorted(ours.splitlines()) == sorted(stock.splitlines())


def traces():
    """Return everything in the cluster and the key folder that belongs to sites."""
    with admin_connection() as admin:
        schemas = admin.execute("SELECT nspname FROM pg_namespace ORDER BY 1").fetchall()
        names = admin.execute("SELECT rolname FROM pg_roles ORDER BY 1").fetchall()
        rows = admin.execute("SELECT code FROM public.tenants_tenant ORDER BY 1").fetchall()
        hosts = admin.execute("SELECT domain FROM public.tenants_domain ORDER BY 1").fetchall()
    return schemas, names, rows, hosts


@pytest.mark.parametrize(
    "step",
    ["_insert", "create_schema", "replay_template", "protect_schema", "mark_schema"],
)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_failure_at_any_step_leaves_nothing(committing, monkeypatch, step, moment):
    real = getattr(provisioning, step)

    def fail(*args, **kwargs):
        if moment == "after":
            real(*args, **kwargs)
        raise KeyboardInterrupt

    before = traces()
    keys = {path.name for path in settings.KEY_DIR.glob("*.1.key")}
    monkeypatch.setattr(provisioning, step, fail)
    with pytest.raises(KeyboardInterrupt):
        create_tenant(code="half", **FACTS)
    assert traces() == before
    assert {path.name for path in settings.KEY_DIR.glob("*.1.key")} == keys


KILLED = textwrap.dedent("""
    import sys, time, datetime as dt
    import django
    django.setup()
    from tenants import provisioning

    def stop(*_args):
        print("now", flush=True)
        time.sleep(60)

    setattr(provisioning, sys.argv[1], stop)
    provisioning.create_tenant(
        code="killed", kind="park", name="x", region_code="350203",
        now=dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
    )
""")


@pytest.mark.parametrize("step", ["replay_template", "protect_schema", "mark_schema"])
def test_kill_9_at_any_step_leaves_nothing(make_site, step):
    before = traces()
    database = str(connections["default"].settings_dict["NAME"])
    env = os.environ | {"PYTHONPATH": os.pathsep.join(["platform", "."])}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, step],
        env=env,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "now\n"
        process.send_signal(signal.SIGKILL)
    wait_for_rollback(database)
    assert traces() == before
    # The name is not spent.
    assert make_site("killed").code == "killed"


def wait_for_rollback(database):
    """The server notices a dead client when it next writes to it, or by its socket."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        " AND state LIKE 'idle in transaction%%'"
    )
    for _ in range(100):
        with admin_connection() as admin:
            if admin.execute(query, [database]).fetchone() == (0,):
                return
        time.sleep(0.1)
    raise AssertionError("The killed transaction is still open.")


HOSTILE = [
    "",
    "a",
    "ab",
    "public",
    "admin",
    "www",
    "information_schema",
    "pg_catalog",
    "north; DROP SCHEMA public",
    'no"rth',
    "no'rth",
    "north\n",
    "north\x00",
    "NORTH",
    "nörth",
    "北社区",
    "no rth",
    "-north",
    "north-",
    "no--rth",
    "xn--fiq228c",
    "no_rth",
    "no.rth",
    "../north",
    "1north",
    "a" * 33,
]


@pytest.mark.parametrize("code", HOSTILE)
def test_hostile_codes_are_refused(committing, code):
    before = traces()
    with pytest.raises(InvalidCodeError):
        create_tenant(code=code, **FACTS)
    assert traces() == before


@pytest.mark.parametrize(
    "schema",
    ["public", "t_", "t_ABCDEFGH", 't_"; DROP', "pg_catalog", "t_abcdefg\n", "t_甲乙丙丁戊己庚辛"],
)
def test_the_database_refuses_hostile_schema_names(db, schema):
    with pytest.raises(IntegrityError, match="opaque"), transaction.atomic():
        Tenant.objects.create(
            schema_name=schema,
            code="fine",
            name="x",
            kind="park",
            region_code="350203",
            activated_at=NOW,
            state_changed_at=NOW,
            created_at=NOW,
        )


@pytest.mark.parametrize(
    "host", ["UPPER.localhost", "a b", "a/b", "evil.com:80", "-a.b", "a..\n", ""]
)
def test_the_database_refuses_hostile_hosts(sites, db, host):
    with pytest.raises(IntegrityError, match="host_name"), transaction.atomic():
        Domain.objects.create(domain=host, tenant=sites["north"])


def test_no_site_takes_the_code_or_the_host_of_another(sites, make_site):
    before = traces()
    with pytest.raises(CodeTakenError):
        make_site("north")
    other = make_site()
    with owner_connection(), pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.create(domain="north.localhost", tenant=other)
    assert len(traces()[0]) == len(before[0]) + 1


def test_the_command_refuses_with_one_sentence(committing):
    with pytest.raises(CommandError) as refusal:
        call_command("create_tenant", "--code=public", "--kind=park", "--name=x", "--region=350203")
    assert "\n" not in str(refusal.value)


def test_a_site_has_a_key_of_its_own(make_site):
    one, other = make_site(), make_site()
    assert keystore().current(one.schema_name).index != keystore().current(other.schema_name).index


def test_every_right_is_stated_again_at_each_start(committing):
    with admin_connection() as admin:
        roles.prepare_roles(admin, app_user=provisioning.app_user(), app_password="")
        roles.grant_public(admin)
