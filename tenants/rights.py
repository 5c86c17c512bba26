"""What a tenant's role may do to its own tables while the site is open, and while it is not.

A suspended site is read-only in the database, not only on its pages: a task, the REST interface
or a forgotten script that runs under the tenant's role is refused by PostgreSQL. Only signing in
must still be possible, so what a sign-in writes stays open.

All functions need the owner's connection and an open transaction, and may run again.
"""

from django.db import connection

from tenants.provisioning import protect_schema

# Tables that a sign-in writes: the session, its list, counters, a code on its way to a phone.
SIGN_IN_TABLES = [
    "django_session",
    "usersessions_usersession",
    "accounts_cacheentry",
    "accounts_signinattempt",
    "accounts_textmessage",
]
# Columns that a sign-in, or a visitor who needs large type, writes.
SIGN_IN_COLUMNS = {
    "accounts_user": [
        "last_login",
        "last_seen_at",
        "phone_verified_at",
        "elder_mode",
        "theme",
        "language",
    ],
    # A used recovery code, and the counter of a passkey.
    "mfa_authenticator": ["data", "last_used_at"],
}
# History goes on: who signs in, looks and exports is still written down.
APPENDED_TABLES = ["audit_auditentry"]

_WRITING = "INSERT, UPDATE, DELETE"


def close_tables(schema: str) -> None:
    """Take writing from the role of ``schema``, but for what a sign-in writes."""
    statements = [
        f'REVOKE {_WRITING} ON ALL TABLES IN SCHEMA "{schema}" FROM "{schema}"',
        # A migration may add tables while the site is suspended.
        (
            f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}"'
            f' REVOKE {_WRITING} ON TABLES FROM "{schema}"'
        ),
        *(f'GRANT {_WRITING} ON "{schema}".{table} TO "{schema}"' for table in SIGN_IN_TABLES),
        *(f'GRANT INSERT ON "{schema}".{table} TO "{schema}"' for table in APPENDED_TABLES),
        *(
            f'GRANT UPDATE ({", ".join(columns)}) ON "{schema}".{table} TO "{schema}"'
            for table, columns in SIGN_IN_COLUMNS.items()
        ),
    ]
    _send(statements)


def open_tables(schema: str) -> None:
    """Give the role of ``schema`` back what a new site's role has."""
    statements = [
        # Also takes the rights on single columns, so that nothing of the suspension remains.
        f'REVOKE {_WRITING} ON ALL TABLES IN SCHEMA "{schema}" FROM "{schema}"',
        f'GRANT SELECT, {_WRITING} ON ALL TABLES IN SCHEMA "{schema}" TO "{schema}"',
        (
            f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}"'
            f' GRANT SELECT, {_WRITING} ON TABLES TO "{schema}"'
        ),
    ]
    _send(statements)
    protect_schema(schema)


def _send(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(statements))
