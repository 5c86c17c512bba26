"""What is wrong with this installation, and how to mend it.

A check is a function without arguments that yields findings. The command runs those that
`settings.DOCTOR_CHECKS` names, so that a floor above can add its own.
"""

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError
from django.utils.module_loading import import_string
from psycopg.conninfo import make_conninfo

from common.keys import keystore
from tenants.backend.base import TENANT_GROUP
from tenants.context import inside
from tenants.models import WORKING_STATES, Tenant
from tenants.selftest import MixedSessionsError, check_sessions
from tenants.walls import find_breaches, neighbour_of

GIGABYTE = 10**9
OLDEST_POSTGRESQL = 150_000  # server_version_num
Row = tuple[object, ...]


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: how it is, and when it is not well, what to do."""

    level: Level
    text: str
    remedy: str = ""


Check = Callable[[], Iterable[Finding]]


def examine() -> Iterator[Finding]:
    """Run every check. One that cannot run is a problem by itself and does not stop the rest."""
    for name in settings.DOCTOR_CHECKS:
        check: Check = import_string(name)
        try:
            yield from check()
        except (psycopg.Error, DatabaseError, OSError) as exc:
            yield Finding(
                Level.PROBLEM,
                f"{name.rpartition('.')[2].replace('_', ' ')}: cannot be looked at: "
                f"{str(exc).strip() or type(exc).__name__}",
                "Mend what the message says; if roles or tables are missing, start ./run once.",
            )


def database_settings() -> Iterator[Finding]:
    """Look at the server's version and settings."""
    with _connect() as connection:
        version = connection.info.server_version
        if version < OLDEST_POSTGRESQL:
            yield Finding(
                Level.PROBLEM,
                f"PostgreSQL {version // 10_000} is too old.",
                "Move to PostgreSQL 15 or newer.",
            )
        else:
            yield Finding(Level.OK, f"PostgreSQL {version // 10_000}.{version % 10_000}")
        rows = connection.execute("SELECT name, setting FROM pg_settings").fetchall()
    values = {str(name): str(value) for name, value in rows}
    yield from _judge_settings(values)


def _judge_settings(values: dict[str, str]) -> Iterator[Finding]:
    """Compare settings with what they should be (performance 4)."""
    if values.get("fsync") != "on" or values.get("full_page_writes") != "on":
        yield Finding(
            Level.PROBLEM,
            "fsync or full_page_writes is off: a power cut destroys the database.",
            "Set fsync = on and full_page_writes = on.",
        )
    if values.get("server_encoding") != "UTF8":
        yield Finding(
            Level.PROBLEM,
            f"The database's encoding is {values.get('server_encoding')}.",
            "Create it with ENCODING 'UTF8' and import the sites again.",
        )
    if int(values.get("max_locks_per_transaction", "64")) < 1024:
        yield Finding(
            Level.WARNING,
            "max_locks_per_transaction is small: making or deleting a site may run out of locks.",
            "Set max_locks_per_transaction = 1024 and restart PostgreSQL.",
        )
    if values.get("recovery_init_sync_method") != "syncfs":
        yield Finding(
            Level.WARNING,
            "After a crash PostgreSQL will sync file by file: minutes with a thousand sites.",
            "Set recovery_init_sync_method = syncfs (Linux).",
        )
    if values.get("jit") != "off":
        yield Finding(Level.WARNING, "jit is on: short queries pay for it.", "Set jit = off.")


def application_login() -> Iterator[Finding]:
    """Look whether the application's login is powerless until it takes a role."""
    with _connect() as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication,"
            " rolinherit, current_user::text FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        tables = connection.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_'"
            " AND n.nspname <> 'information_schema' AND has_table_privilege"
            "(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
        ).fetchone()
    is_mighty, inherits, name = row or (True, True, "?")
    if is_mighty or inherits or (tables and tables[0]):
        yield Finding(
            Level.PROBLEM,
            f"The login {name} has rights of its own, so a forgotten site would not be refused.",
            f"As superuser: ALTER ROLE {name} NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS "
            "NOREPLICATION NOINHERIT, revoke its grants on tables, and start again.",
        )
    else:
        yield Finding(Level.OK, f"The login {name} has no rights of its own")


def doors() -> Iterator[Finding]:
    """Look whether a site's role could switch roles from injected SQL (security B6)."""
    with _connect() as connection:
        row = connection.execute(
            "SELECT has_function_privilege(%(role)s,"
            " 'pg_catalog.set_config(text, text, boolean)', 'EXECUTE'),"
            " has_language_privilege(%(role)s, 'plpgsql', 'USAGE')",
            {"role": TENANT_GROUP},
        ).fetchone()
    if row is None or any(row):
        yield Finding(
            Level.PROBLEM,
            "Sites may call set_config or run plpgsql: injected SQL could switch to another site.",
            "As superuser: REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) "
            "FROM PUBLIC; REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;",
        )
    else:
        yield Finding(Level.OK, "set_config and plpgsql are closed to sites")


def isolation() -> Iterator[Finding]:
    """Interleave reads under two roles and paths; they must never mix."""
    try:
        check_sessions(_conninfo())
    except MixedSessionsError as exc:
        yield Finding(Level.PROBLEM, str(exc), "Set pool_mode = session in pgbouncer.ini.")
    else:
        yield Finding(Level.OK, "Connections keep their role and search path")


def walls() -> Iterator[Finding]:
    """Try, as one site, what the nightly canary tries as every site."""
    tenant = Tenant.objects.filter(state__in=WORKING_STATES).order_by("?").first()
    other = neighbour_of(tenant.schema_name) if tenant else None
    if tenant is None or other is None:
        yield Finding(Level.OK, "Fewer than two sites: there is no wall to try yet")
        return
    with inside(tenant):
        breaches = find_breaches(other)
    for breach in breaches:
        yield Finding(
            Level.PROBLEM,
            f"The site {tenant.code} could {breach}.",
            "Stop the servers, start ./run once, which states all rights anew, and ask again. If "
            "it stays, somebody changed roles or grants: look at the database's log.",
        )
    if not breaches:
        yield Finding(Level.OK, f"The site {tenant.code} cannot reach beyond its wall")


def keys() -> Iterator[Finding]:
    """Look at the key folder: there, private, and whole."""
    folder: Path = settings.KEY_DIR
    if not folder.is_dir():
        yield Finding(
            Level.PROBLEM,
            f"There is no key folder {folder}.",
            "Restore it from its backup. Only for a new installation: start ./run, which makes it.",
        )
        return
    problems = keystore().problems()
    for problem in problems:
        yield Finding(Level.PROBLEM, problem, f"Otherwise restore {folder} from its backup.")
    if not problems:
        yield Finding(Level.OK, f"The keys in {folder} are whole and private")


def clock() -> Iterator[Finding]:
    """Compare this machine's clock with the database's: codes and links expire by it."""
    with _connect() as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    there = row[0] if row else None
    assert isinstance(there, dt.datetime)
    seconds = abs((dt.datetime.now(dt.UTC) - there).total_seconds())
    if seconds > 5:
        yield Finding(
            Level.PROBLEM if seconds > 60 else Level.WARNING,
            f"This machine's clock and the database's differ by {seconds:.0f} s.",
            "Turn on time synchronisation on both: timedatectl set-ntp true",
        )
    else:
        yield Finding(Level.OK, "The clocks agree")


def disk() -> Iterator[Finding]:
    """Look at the free space where keys and files lie."""
    for folder in dict.fromkeys((settings.KEY_DIR, settings.FILES_DIR)):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(there).free / GIGABYTE
        if free < 5:
            yield Finding(
                Level.PROBLEM if free < 1 else Level.WARNING,
                f"Only {free:.1f} GB are free for {folder}.",
                "Free space, or move the folder to a larger disk.",
            )
        else:
            yield Finding(Level.OK, f"{free:.0f} GB are free for {folder}")


def _conninfo() -> str:
    """Return libpq parameters of the application's login, outside Django's pool and roles."""
    parts = settings.DATABASES["default"]
    names = {
        "dbname": parts["NAME"],
        "user": parts["USER"],
        "password": parts["PASSWORD"],
        "host": parts["HOST"],
        "port": parts["PORT"],
    }
    return make_conninfo("", **{key: str(value) for key, value in names.items() if value})


def _connect() -> psycopg.Connection[Row]:
    return psycopg.connect(_conninfo(), autocommit=True, connect_timeout=10)
