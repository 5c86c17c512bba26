"""What a site's role must never be able to do, as a list that is tried out every night.

The nightly task, the doctor and the tests try the same list (requirements J6). A statement built
from input as raw text stays fatal whatever the database does (security B6); a rule against such
text is in the linter, so it is no attempt here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from django.db import DatabaseError, transaction

from tenants.backend.current import connection
from tenants.models import WORKING_STATES, Tenant

BREACH_ACTION = "walls.breach"

_DENIED = psycopg.errors.InsufficientPrivilege


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing to try, and how the database must answer.

    Attributes:
        name: what is tried, in a few words; goes to the log and the audit.
        statement: SQL.
        params: with any, the statement goes the way of every query of the application.
        refusal: the error it must end with; None if it must find no row.
    """

    name: str
    statement: str
    params: Sequence[str] = ()
    refusal: type[psycopg.Error] | None = _DENIED


def attempts(other: str) -> list[Attempt]:
    """Return what the role of one site must not be able to do; ``other`` is another's schema."""
    # Schema names come from the directory, whose constraint lets nothing but a–z and digits in.
    return [
        Attempt("read another site's accounts", f'SELECT 1 FROM "{other}".accounts_user'),  # noqa: S608
        Attempt("read another site's sessions", f'SELECT 1 FROM "{other}".django_session'),  # noqa: S608
        Attempt("write another site's accounts", f'DELETE FROM "{other}".accounts_user'),  # noqa: S608
        Attempt("use another site's name", f'CREATE TABLE "{other}".probe ()'),
        # Without the right to look into the schema, its tables are not there at all.
        Attempt(
            "read another site by the search path",
            f'SET LOCAL search_path = "{other}"; SELECT 1 FROM accounts_user',  # noqa: S608
            refusal=psycopg.errors.UndefinedTable,
        ),
        Attempt(
            "read another site's tasks",
            "SELECT 1 FROM dramatiq.queue WHERE message->'options'->>'schema_name' <> %s LIMIT 1",
            params=[str(connection.schema_name)],
            refusal=None,
        ),
        *(
            Attempt(f"read the platform's {table}", f"SELECT 1 FROM public.{table}")  # noqa: S608
            for table in (
                "accounts_user",
                "audit_auditentry",
                "jobs_job",
                "tenants_handover",
                "tenants_ratecounter",
                "tenants_tenant",
            )
        ),
        Attempt("write the platform's regions", "UPDATE public.network_region SET name = name"),
        Attempt("count other sites' rows", "SELECT 1 FROM pg_stat_user_tables"),
        Attempt(
            "take another role by an injected statement",
            f'SELECT %s; SET ROLE "{other}"',
            params=["x"],
            refusal=psycopg.errors.SyntaxError,
        ),
        Attempt("take another role by set_config", f"SELECT set_config('role', '{other}', false)"),
        Attempt(
            "take another role in a DO block",
            f'DO $$ BEGIN SET ROLE "{other}"; END $$',
        ),
        Attempt("change the own history", "UPDATE audit_auditentry SET action = action"),
        Attempt("make a table in the own schema", "CREATE TABLE probe ()"),
        Attempt("run a program on the server", "COPY (SELECT 1) TO PROGRAM 'true'"),
    ]


def find_breaches(other: str) -> list[str]:
    """Try everything under the current site's role; return what was not refused as it must be.

    Whatever succeeds is rolled back. An attempt that fails in another way than expected counts
    too: it proves nothing any more.
    """
    return [attempt.name for attempt in attempts(other) if not _is_refused(attempt)]


def neighbour_of(schema: str) -> str | None:
    """Return the schema of some other site at work, another one each time; None without one."""
    previous = connection.tenant
    connection.set_router()
    try:
        others = Tenant.objects.filter(state__in=WORKING_STATES).exclude(schema_name=schema)
        found: str | None = others.order_by("?").values_list("schema_name", flat=True).first()
    finally:
        connection.set_tenant(previous)
    return found


def _is_refused(attempt: Attempt) -> bool:
    try:
        with transaction.atomic():
            found = list(_run(attempt))
            transaction.set_rollback(True)
    except DatabaseError as exc:
        return attempt.refusal is not None and isinstance(exc.__cause__, attempt.refusal)
    return attempt.refusal is None and not found


def _run(attempt: Attempt) -> Iterator[object]:
    with connection.cursor() as cursor:
        cursor.execute(attempt.statement, attempt.params or None)
        if cursor.description:
            yield from cursor.fetchmany(1)
