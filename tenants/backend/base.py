"""Database backend: every unit of work runs under one PostgreSQL role and one search path.

The application's login has no rights of its own. Before a cursor is used the backend sends
``SET ROLE …; SET search_path = …`` in one trip, so that a forgotten tenant is refused by the
database instead of reading somebody's rows. Measurements and traps: security B6.
"""

import re
from typing import Any

import psycopg
from django.db.utils import DatabaseError, InternalError
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper
from django_tenants.postgresql_backend.base import FakeTenant

PLATFORM_ROLE = "qiaojia_platform"
ROUTER_ROLE = "qiaojia_router"
WORKER_ROLE = "qiaojia_worker"
OWNER_ROLE = "qiaojia_owner"
TENANT_GROUP = "qiaojia_tenant"
# PostgreSQL's own word for "the login itself", also when quoted.
LOGIN_ROLE = "none"

PUBLIC = "public"
TEMPLATE_SCHEMA = "qiaojia_schema_template_without_data"
TENANT_SCHEMA = re.compile(r"t_[a-z0-9]{8,24}")


class UnknownSchemaError(Exception):
    """A schema name is neither public, nor the template, nor of the shape of a tenant's."""


def reset_connection(connection: psycopg.Connection[Any]) -> None:
    """Take role and path off a connection that goes back to the pool."""
    connection.execute("RESET ROLE; RESET search_path")
    if not connection.autocommit:
        connection.commit()


def role_for(schema: str) -> str:
    """Return the database role that works in ``schema``.

    Raises:
        UnknownSchemaError: no role is meant for a schema of that name.
    """
    if schema == PUBLIC:
        return PLATFORM_ROLE
    if TENANT_SCHEMA.fullmatch(schema):
        return schema
    raise UnknownSchemaError(f"No role works in schema {schema!r}.")


class DatabaseWrapper(TenantsWrapper):
    """django-tenants' wrapper, plus the role; see the module's docstring."""

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        pool = settings_dict["OPTIONS"].get("pool")
        if isinstance(pool, dict):
            pool.setdefault("reset", reset_connection)
        # Set on the owner's connection only; see tenants.ownership.
        self.fixed_role: str | None = None
        super().__init__(settings_dict, alias)

    def set_router(self) -> None:
        """Read hosts: the public schema under a role that sees two tables and nothing else."""
        self.enter_public_as(ROUTER_ROLE)

    def enter_public_as(self, role: str) -> None:
        """Work in the public schema under another role than the platform's."""
        tenant: Any = FakeTenant(schema_name=PUBLIC)
        tenant.role_name = role
        self.set_tenant(tenant)

    def take_role(self, role: str) -> None:
        """Work as ``role`` in every schema from here on; for the owner's connection."""
        self.fixed_role = role
        self.search_path_set_schemas = None

    def current_role(self) -> str:
        """Return the role the next statement runs under."""
        role: str | None = self.fixed_role or getattr(self.tenant, "role_name", None)
        return role or role_for(str(self.schema_name))

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Send role and path for the selected schema, unless the connection has them already.

        Unlike upstream every error is raised, but for the one that says the transaction is
        already lost: then the statement that follows fails too, and a rollback must get through.
        """
        if self._setting_search_path or self.search_path_set_schemas:
            return
        paths = self._get_cursor_search_paths()
        role = self.current_role()
        quoted = ", ".join(f'"{path}"' for path in paths)
        self._setting_search_path = True
        own_cursor = self.connection.cursor() if cursor is None else None
        try:
            (own_cursor or cursor).execute(f'SET ROLE "{role}"; SET search_path = {quoted}')
        except (InternalError, psycopg.errors.InFailedSqlTransaction) as exc:
            if not _is_failed_transaction(exc):
                raise
        else:
            self.search_path_set_schemas = paths
        finally:
            self._setting_search_path = False
            if own_cursor is not None:
                own_cursor.close()


def _is_failed_transaction(exc: DatabaseError | psycopg.Error) -> bool:
    cause = exc.__cause__ if isinstance(exc, DatabaseError) else exc
    return isinstance(cause, psycopg.errors.InFailedSqlTransaction)
