"""Make and unmake tenant schemas. Runs only where ``DATABASE_ADMIN_URL`` is set.

A tenant is made in one transaction (role, schema, tables, rights, directory rows), so there is
nothing half-made to clean up: a crash at any moment leaves either the whole tenant or none.
"""

import datetime as dt
import re
import secrets
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.utils.translation import gettext as _
from django_tenants.utils import schema_exists

from accounts.models import SchemaMarker
from common.ids import uuid7
from common.keys import keystore
from tenants import roles, routing
from tenants.backend.base import LOGIN_ROLE, OWNER_ROLE, PUBLIC, TEMPLATE_SCHEMA
from tenants.backend.current import connection
from tenants.errors import CodeTakenError, InvalidCodeError
from tenants.models import Domain, SchemaTemplate, Tenant, TenantState
from tenants.ownership import admin_connection, owner_connection
from tenants.template import migrations_fingerprint, read_statements

_CODE = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
# Names that mean something to browsers, to mail or to us.
RESERVED_CODES = frozenset(
    {
        "www", "api", "app", "admin", "platform", "public", "static", "media", "assets", "cdn",
        "mail", "smtp", "imap", "ftp", "ns1", "ns2", "localhost", "status", "help", "docs",
        "test", "staging", "auth", "login", "sso", "postgres", "information-schema",
    }
)  # fmt: skip
# History is written once; structure is the owner's.
_APPEND_ONLY_TABLES = ["audit_auditentry"]
_READ_ONLY_TABLES = ["accounts_schemamarker", "django_migrations", "django_content_type"]


def app_user() -> str:
    """Return the name of the application's login."""
    user: str = connections.settings["default"]["USER"]
    return user


def check_code(code: str) -> None:
    """Refuse a code that cannot be a host name of its own.

    Raises:
        InvalidCodeError: it has the wrong shape or is reserved.
    """
    if not _CODE.fullmatch(code) or "--" in code:
        raise InvalidCodeError(
            _(
                "The code must have 3 to 32 characters: small letters a–z, digits and single"
                " hyphens. It begins with a letter and does not end with a hyphen."
            )
        )
    if code in RESERVED_CODES:
        raise InvalidCodeError(_("“{code}” is reserved. Choose another code.").format(code=code))


def create_tenant(
    *,
    code: str,
    kind: str,
    name: str,
    region_code: str,
    now: dt.datetime,
    phone: str = "",
    address: str = "",
    opening_hours: str = "",
    trial: bool = False,
    tenant_id: UUID | None = None,
    fill_schema: Callable[[str], None] | None = None,
) -> Tenant:
    """Make a tenant: key, role, schema, tables, rights, directory rows. All or nothing.

    A site on ``trial`` works like any other and says so on its pages, until it is activated.
    With ``tenant_id`` the call may be repeated: the tenant of that key is made once.
    ``fill_schema`` makes the tables in the empty schema of the given name. It defaults to
    `replay_template`; tests and benchmarks pass `migrate_schema`, the slow road, to compare.

    Raises:
        InvalidCodeError: the code has the wrong shape or is reserved.
        CodeTakenError: the code or its host name is in use.
    """
    if tenant_id and (made := Tenant.objects.filter(pk=tenant_id).first()):
        return made
    check_code(code)
    tenant = Tenant(
        id=tenant_id or uuid7(),
        # Every database role can see schema names, so the name says nothing.
        schema_name=f"t_{secrets.token_hex(8)}",
        code=code,
        kind=kind,
        name=name,
        region_code=region_code,
        phone=phone,
        address=address,
        opening_hours=opening_hours,
        state=TenantState.TRIAL if trial else TenantState.ACTIVE,
        activated_at=None if trial else now,
        template_fingerprint=migrations_fingerprint(),
        state_changed_at=now,
        created_at=now,
    )
    keystore().create(tenant.schema_name)
    try:
        with owner_connection(), transaction.atomic():
            _insert(tenant)
            create_schema(tenant.schema_name, fill_schema or replay_template)
            mark_schema(tenant)
    except BaseException:
        keystore().destroy(tenant.schema_name)
        raise
    routing.forget_hosts()
    return tenant


def _insert(tenant: Tenant) -> None:
    host = f"{tenant.code}.{settings.PLATFORM_HOST}"
    try:
        with transaction.atomic():
            tenant.save(force_insert=True)
            Domain(domain=host, tenant=tenant).save(force_insert=True)
    except IntegrityError as exc:
        raise CodeTakenError(
            _("Another site already uses the code “{code}”.").format(code=tenant.code)
        ) from exc


def create_schema(schema: str, fill_schema: Callable[[str], None]) -> None:
    """Make role, schema, tables and rights. On the owner's connection, in a transaction."""
    connection.take_role(LOGIN_ROLE)
    with connection.cursor() as cursor:
        roles.create_tenant_role(cursor.connection, role=schema, app_user=app_user())
    connection.take_role(OWNER_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(
            f'CREATE SCHEMA "{schema}";'
            f'GRANT USAGE ON SCHEMA "{schema}" TO "{schema}";'
            # New tables get the right grants by themselves, so no migration needs a step.
            f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}"'
            f' GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{schema}";'
            f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT USAGE ON SEQUENCES TO "{schema}"'
        )
    fill_schema(schema)
    protect_schema(schema)


def protect_schema(schema: str) -> None:
    """Take from the tenant's role what it may not do to its own tables. May run again."""
    with connection.cursor() as cursor:
        cursor.execute(protection_sql(schema))


def protection_sql(schema: str) -> str:
    """Return the statements of `protect_schema`."""
    append_only = ", ".join(f'"{schema}".{table}' for table in _APPEND_ONLY_TABLES)
    read_only = ", ".join(f'"{schema}".{table}' for table in _READ_ONLY_TABLES)
    return (
        f'REVOKE UPDATE, DELETE, TRUNCATE ON {append_only} FROM "{schema}";'
        f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {read_only} FROM "{schema}"'
    )


def mark_schema(tenant: Tenant) -> None:
    """Write into the schema whose it is, for the check at every task's start."""
    connection.set_schema(tenant.schema_name)
    try:
        SchemaMarker.objects.create(schema_name=tenant.schema_name, tenant_key=tenant.pk)
    finally:
        connection.set_schema_to_public()


def replay_template(schema: str) -> None:
    """Make the tables of ``schema`` from the template's statements, in one trip."""
    statements = template_statements()
    connection.set_schema(schema)
    try:
        with connection.cursor() as cursor:
            cursor.execute(";\n".join(statements))
    finally:
        connection.set_schema_to_public()


def migrate_schema(schema: str) -> None:
    """Make or update the tables of ``schema`` by running its migrations, one by one.

    django-tenants' own way: slow, and the oracle that the replay is compared with.
    """
    call_command("migrate_schemas", tenant=True, schema_name=schema, interactive=False, verbosity=0)


def template_statements() -> list[str]:
    """Return the statements of the current template, making it first when it is out of date.

    On the owner's connection, in the public schema.
    """
    fingerprint = migrations_fingerprint()
    stored = SchemaTemplate.objects.filter(fingerprint=fingerprint).first()
    return stored.statements if stored else build_template(fingerprint)


def build_template(fingerprint: str) -> list[str]:
    """Bring the template schema up to date by the ordinary migrations and read it off."""
    if not schema_exists(TEMPLATE_SCHEMA):
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA "{TEMPLATE_SCHEMA}"')
    migrate_schema(TEMPLATE_SCHEMA)
    statements = read_statements(TEMPLATE_SCHEMA)
    connection.set_schema_to_public()
    SchemaTemplate.objects.update_or_create(
        fingerprint=fingerprint, defaults={"statements": statements}
    )
    return statements


def prepare_database(*, app_password: str) -> list[str]:
    """Bring roles, the public schema and the template up to date; return doors left open.

    Idempotent; runs at every start, before the servers. The list holds the statements that the
    provisioning login had no right to send (see `roles.harden`).
    """
    with admin_connection() as admin:
        roles.prepare_roles(admin, app_user=app_user(), app_password=app_password)
        left_open = roles.harden(admin, app_user=app_user())
    keystore().create(PUBLIC)
    with owner_connection():
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
        with connection.cursor() as cursor:
            roles.grant_public(cursor.connection)
        SchemaMarker.objects.get_or_create(schema_name=PUBLIC)
        # Outside any tenant's transaction, so that creating one stays quick.
        template_statements()
    return left_open
