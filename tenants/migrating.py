"""Migrate every tenant: ask for the states once, plan once for each state, replay.

Stock ``migrate_schemas`` loads, plans and introspects for every tenant and slows down as schemas
are added; planning once and sending each tenant one message is about 190 times faster
(performance 2). What the replay cannot state as SQL takes the stock road for that tenant only.

Rings: the canaries first, then a tenth, then all. A ring with a failure stops the rings after it,
never the tenants beside it. Running again resumes: the state is read from the schemas themselves.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import router
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from psycopg import sql

from tenants.backend.current import connection
from tenants.models import MigrationResult, Tenant, TenantState
from tenants.ownership import owner_connection
from tenants.provisioning import migrate_schema, protect_schema, protection_sql, template_statements
from tenants.template import migrations_fingerprint

LOCK_TIMEOUT = "2s"
ATTEMPTS = 3
_PAUSE = 0.5  # seconds between attempts
_SCHEMAS_PER_QUERY = 200


@dataclass(frozen=True)
class Plan:
    """What a tenant in one state still needs.

    ``statements`` is None when some migration cannot be sent as SQL.
    """

    migrations: tuple[tuple[str, str], ...]
    statements: tuple[str, ...] | None


@dataclass
class Report:
    """How a run went."""

    migrated: list[str] = field(default_factory=list)
    unchanged: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    # Codes of tenants in rings that were not begun.
    waiting: list[str] = field(default_factory=list)


def migrate_tenants(
    *, only: str | None = None, say: Callable[[str], None] = lambda _line: None
) -> Report:
    """Bring tenants up to date; ``only`` names the code of a single one.

    Runs on the provisioning login. May be stopped at any time and run again.
    """
    report = Report()
    with owner_connection():
        template_statements()
        fingerprint = migrations_fingerprint()
        tenants = Tenant.objects.exclude(state=TenantState.DELETED)
        chosen = list(tenants.filter(code=only) if only else tenants)
        for name, ring in rings(chosen):
            if report.failed:
                report.waiting += [tenant.code for tenant in ring]
                continue
            _migrate_ring(name, ring, report, say)
            _stamp(ring, report, fingerprint)
    return report


def rings(tenants: Sequence[Tenant]) -> Iterator[tuple[str, list[Tenant]]]:
    """Yield the tenants in three rings: canaries, a tenth of the rest, everybody else.

    Without a named canary the first tenant is one, so that some site always goes first.
    """
    canaries = [tenant for tenant in tenants if tenant.is_canary] or list(tenants[:1])
    rest = [tenant for tenant in tenants if tenant not in canaries]
    tenth = -(-len(rest) // 10)
    yield "canary", canaries
    yield "tenth", rest[:tenth]
    yield "all", rest[tenth:]


def read_states(schemas: Sequence[str]) -> dict[str, list[str]]:
    """Group ``schemas`` by a hash of the migrations they have applied, in few queries."""
    groups: dict[str, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        for start in range(0, len(schemas), _SCHEMAS_PER_QUERY):
            parts = [
                f"SELECT '{schema}', md5(string_agg(app || '.' || name, ',' ORDER BY app, name))"
                f' FROM "{schema}".django_migrations'
                for schema in schemas[start : start + _SCHEMAS_PER_QUERY]
            ]
            cursor.execute(" UNION ALL ".join(parts))
            for schema, state in cursor.fetchall():
                groups[state].append(schema)
    return dict(groups)


def make_plan(schema: str) -> Plan:
    """Return what ``schema``, and every other in the same state, still needs."""
    connection.set_schema(schema, include_public=False)
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        names = tuple((migration.app_label, migration.name) for migration, _ in plan)
        if not all(_is_plain_sql(migration) for migration, _ in plan):
            return Plan(names, None)
        connection.set_schema(schema)
        statements: list[str] = []
        known = executor.loader.graph.nodes
        state = executor.loader.project_state(
            [key for key in executor.loader.applied_migrations if key in known],
            at_end=True,
        )
        for migration, _backwards in plan:
            with connection.schema_editor(collect_sql=True, atomic=True) as editor:
                state = migration.apply(state, editor, collect_sql=True)
            statements += [
                statement for statement in editor.collected_sql if not statement.startswith("--")
            ]
        return Plan(names, tuple(statements))
    finally:
        connection.set_schema_to_public()


def _is_plain_sql(migration: Migration) -> bool:
    """Say whether a migration is one transaction of SQL, as far as a tenant is concerned."""
    concerns_tenants = router.allow_migrate(connection.alias, migration.app_label)
    return not concerns_tenants or (
        migration.atomic and all(operation.reduces_to_sql for operation in migration.operations)
    )


def _migrate_ring(
    name: str, ring: list[Tenant], report: Report, say: Callable[[str], None]
) -> None:
    codes = {tenant.schema_name: tenant.code for tenant in ring}
    for schemas in read_states(list(codes)).values():
        plan = make_plan(schemas[0])
        if not plan.migrations:
            report.unchanged += len(schemas)
            continue
        say(f"{name}: {len(plan.migrations)} migrations for {len(schemas)} sites")
        results = []
        for schema in schemas:
            error = _migrate_one(schema, plan)
            if error:
                report.failed[codes[schema]] = error
                say(f"{name}: {codes[schema]} failed: {error}")
            else:
                report.migrated.append(codes[schema])
            results.append(
                MigrationResult(
                    schema_name=schema,
                    last_migration=".".join(plan.migrations[-1]),
                    error=error,
                    at=timezone.now(),
                )
            )
        MigrationResult.objects.bulk_create(
            results,
            update_conflicts=True,
            unique_fields=["schema_name"],
            update_fields=["last_migration", "error", "at"],
        )


def _stamp(ring: list[Tenant], report: Report, fingerprint: str) -> None:
    """Write down which structure the tenants of a ring have now; the directory shows it."""
    current = [tenant.pk for tenant in ring if tenant.code not in report.failed]
    Tenant.objects.filter(pk__in=current).exclude(template_fingerprint=fingerprint).update(
        template_fingerprint=fingerprint
    )


def _migrate_one(schema: str, plan: Plan) -> str:
    """Apply ``plan`` to one tenant; return what went wrong, or nothing."""
    if plan.statements is None:
        return _migrate_slowly(schema)
    message = _message(schema, plan)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with connection.cursor() as cursor:
                cursor.execute(message)
        except Exception as exc:  # noqa: BLE001  one tenant's failure must not stop the others
            is_locked = isinstance(exc.__cause__, psycopg.errors.LockNotAvailable)
            if not is_locked or attempt == ATTEMPTS:
                return str(exc).splitlines()[0]
            time.sleep(_PAUSE * attempt)
        else:
            return ""
    return ""


def _migrate_slowly(schema: str) -> str:
    try:
        migrate_schema(schema)
        protect_schema(schema)
    except Exception as exc:  # noqa: BLE001  as above
        return str(exc).splitlines()[0]
    finally:
        connection.set_schema_to_public()
    return ""


def _message(schema: str, plan: Plan) -> str:
    """Return everything one tenant needs as one query string, which is one transaction."""
    assert plan.statements is not None
    applied = sql.SQL(", ").join(
        sql.SQL("({}, {}, now())").format(sql.Literal(app), sql.Literal(name))
        for app, name in plan.migrations
    )
    return ";\n".join(
        [
            f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'",
            f'SET LOCAL search_path = "{schema}", public',
            *(statement.rstrip(";\n ") for statement in plan.statements),
            sql.SQL("INSERT INTO django_migrations (app, name, applied) VALUES {}")
            .format(applied)
            .as_string(),
            _content_types(),
            protection_sql(schema),
        ]
    )


def _content_types() -> str:
    """Return what ``post_migrate`` would add: a row for each model of a tenant's apps."""
    labels = {app.label for app in apps.get_app_configs() if app.name in settings.TENANT_APPS}
    rows = sql.SQL(", ").join(
        sql.SQL("({}, {})").format(
            sql.Literal(model._meta.app_label), sql.Literal(model._meta.model_name)
        )
        for model in apps.get_models()
        if model._meta.app_label in labels
    )
    return (
        sql.SQL(
            # Not ON CONFLICT, which would use up a number of the sequence for each known model.
            "INSERT INTO django_content_type (app_label, model)"
            " SELECT * FROM (VALUES {}) AS known (app_label, model)"
            " EXCEPT SELECT app_label, model FROM django_content_type"
        )
        .format(rows)
        .as_string()
    )
