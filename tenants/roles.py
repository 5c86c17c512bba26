"""Database roles and grants: who may do what below the application (security B6).

| role | may |
|---|---|
| ``qiaojia_owner`` | owns every schema; migrations and provisioning take it |
| ``qiaojia_platform`` | platform tables; nothing in tenant schemas |
| ``qiaojia_router`` | read which host leads to which tenant |
| ``qiaojia_worker`` | take messages from the queue |
| ``qiaojia_tenant`` | what every tenant may do in public: read regions, send tasks, count hits |
| ``t_…`` | one tenant's own tables |
| the application's login | nothing of its own; takes one of the roles above but the owner's |

Everything here may run again, and does on each start: it states what must hold.
"""

import psycopg
from psycopg import sql

from tenants.backend.base import (
    OWNER_ROLE,
    PLATFORM_ROLE,
    ROUTER_ROLE,
    TENANT_GROUP,
    WORKER_ROLE,
)

Connection = psycopg.Connection[tuple[object, ...]]

# Tables of public that every tenant may read: the declared reference tables (architecture 5).
REFERENCE_TABLES = ["network_region"]
# Statistics that would show one tenant the names and sizes of the others (security B5).
STATISTICS_VIEWS = [
    "pg_stat_activity",
    "pg_stat_all_tables",
    "pg_stat_user_tables",
    "pg_stat_sys_tables",
    "pg_stat_xact_all_tables",
    "pg_stat_xact_user_tables",
    "pg_stat_all_indexes",
    "pg_stat_user_indexes",
    "pg_statio_all_tables",
    "pg_statio_user_tables",
    "pg_statio_all_indexes",
    "pg_statio_user_indexes",
    "pg_stats",
    "pg_stats_ext",
    "pg_prepared_statements",
]


def prepare_roles(connection: Connection, *, app_user: str, app_password: str) -> None:
    """Create the fixed roles and the application's login, and take away what PUBLIC may do.

    ``connection`` is the provisioning login's. Statements that only a superuser may send are
    left to `harden`.
    """
    with connection.transaction():
        # Two servers that start at once must not both create a role.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('qiaojia roles'))")
        for role in [OWNER_ROLE, PLATFORM_ROLE, ROUTER_ROLE, WORKER_ROLE, TENANT_GROUP]:
            _create_role(connection, role, "NOLOGIN")
        _create_role(connection, app_user, "LOGIN NOINHERIT")
        user = sql.Identifier(app_user)
        if app_password:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(user, sql.Literal(app_password))
            )
        # Django would otherwise set the time zone after our SET ROLE, and be refused.
        connection.execute(sql.SQL("ALTER ROLE {} SET timezone = 'UTC'").format(user))
        for role in [PLATFORM_ROLE, ROUTER_ROLE, WORKER_ROLE]:
            _grant_role(connection, role, app_user)
        admin = connection.info.user
        _grant_role(connection, OWNER_ROLE, admin)
        database = sql.Identifier(connection.info.dbname)
        connection.execute(
            sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(
                database, sql.Identifier(OWNER_ROLE)
            )
        )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, user))
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER_ROLE}")
        for role in [PLATFORM_ROLE, ROUTER_ROLE, WORKER_ROLE, TENANT_GROUP]:
            connection.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


def harden(connection: Connection, *, app_user: str) -> list[str]:
    """Close the doors that PostgreSQL leaves open to every role; return those that stayed open.

    Needs a superuser: the functions and views belong to the bootstrap user. Without these a
    tenant's role could switch roles from injected SQL, or count its neighbours' rows.
    """
    statements = [
        "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
        "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC",
        *(f"REVOKE ALL ON pg_catalog.{view} FROM PUBLIC" for view in STATISTICS_VIEWS),
        f"GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {OWNER_ROLE}",
        f"GRANT USAGE ON LANGUAGE plpgsql TO {OWNER_ROLE}",
    ]
    grant = sql.SQL(
        "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {}"
    ).format(sql.Identifier(app_user))
    refused = []
    closing: list[sql.SQL | sql.Composed] = [*map(sql.SQL, statements), grant]
    for statement in closing:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            refused.append(statement.as_string())
    return refused


def grant_public(connection: Connection) -> None:
    """Give each role its rights on the tables of public and on the queue, after a migration."""
    tenants_may_read = ", ".join(f"public.{table}" for table in REFERENCE_TABLES)
    statements = [
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {PLATFORM_ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {PLATFORM_ROLE}",
        # Append-only below the application too (security D2).
        f"REVOKE UPDATE, DELETE ON public.audit_auditentry FROM {PLATFORM_ROLE}",
        f"REVOKE UPDATE, DELETE ON public.audit_anchor FROM {PLATFORM_ROLE}",
        # Shared by everybody through count_hit() only.
        f"REVOKE ALL ON public.tenants_ratecounter FROM {PLATFORM_ROLE}",
        f"GRANT SELECT ON public.tenants_tenant, public.tenants_domain TO {ROUTER_ROLE}",
        f"GRANT SELECT ON public.tenants_tenant TO {WORKER_ROLE}",
        f"GRANT SELECT ON {tenants_may_read} TO {TENANT_GROUP}",
        f"GRANT INSERT, SELECT ON public.audit_anchor TO {TENANT_GROUP}",
        "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION public.forget_hits() TO {PLATFORM_ROLE}",
        f"GRANT EXECUTE ON FUNCTION public.redeem_handover(text) TO {TENANT_GROUP}",
        (
            "GRANT EXECUTE ON FUNCTION public.count_hit(text, integer)"
            f" TO {PLATFORM_ROLE}, {TENANT_GROUP}"
        ),
        f"GRANT USAGE ON SCHEMA dramatiq TO {PLATFORM_ROLE}, {WORKER_ROLE}, {TENANT_GROUP}",
        f"GRANT ALL ON ALL TABLES IN SCHEMA dramatiq TO {WORKER_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE ON dramatiq.queue TO {PLATFORM_ROLE}, {TENANT_GROUP}",
        (
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA dramatiq"
            f" TO {PLATFORM_ROLE}, {WORKER_ROLE}, {TENANT_GROUP}"
        ),
    ]
    with connection.transaction():
        for statement in statements:
            connection.execute(statement)


def create_tenant_role(connection: Connection, *, role: str, app_user: str) -> None:
    """Create the role of one tenant and let the application's login take it."""
    _create_role(connection, role, "NOLOGIN")
    connection.execute(
        sql.SQL("GRANT {} TO {}").format(sql.Identifier(TENANT_GROUP), sql.Identifier(role))
    )
    _grant_role(connection, role, app_user)


def drop_tenant_role(connection: Connection, *, role: str) -> None:
    """Remove a tenant's role; its schema must be gone."""
    connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
    connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _create_role(connection: Connection, role: str, options: str) -> None:
    row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if row is None:
        connection.execute(
            sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(options))
        )


def _grant_role(connection: Connection, role: str, member: str) -> None:
    if role != member:
        connection.execute(
            sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(member))
        )
