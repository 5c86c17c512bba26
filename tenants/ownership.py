"""The owner's way into the database: migrations, provisioning, export, deletion.

Processes that serve people have no ``DATABASE_ADMIN_URL`` and cannot come in here.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from tenants.backend.base import OWNER_ROLE, DatabaseWrapper


class NotAnOwnerError(RuntimeError):
    """The process has no login that may make roles and schemas."""


def admin_conninfo() -> dict[str, object]:
    """Return libpq parameters of the provisioning login, for the application's database.

    Raises:
        NotAnOwnerError: ``DATABASE_ADMIN_URL`` is not in the environment.
    """
    url = os.environ.get("DATABASE_ADMIN_URL")
    if not url:
        raise NotAnOwnerError(
            "This needs the provisioning login. Set DATABASE_ADMIN_URL for this command only."
        )
    # The name is the application's: tests and restores point it at another database.
    return dict(conninfo_to_dict(url)) | {"dbname": connections["default"].settings_dict["NAME"]}


def admin_connection() -> psycopg.Connection[tuple[object, ...]]:
    """Open a plain connection as the provisioning login, in autocommit, for roles and grants."""
    return psycopg.connect(**admin_conninfo(), autocommit=True)  # type: ignore[arg-type]


@contextmanager
def owner_connection() -> Iterator[DatabaseWrapper]:
    """Make Django's default connection, on this thread only, the owner's.

    Everything in the block that uses ``django.db.connection`` runs as the owner's role, in the
    public schema to begin with. Nothing that belongs to the block may outlive it.
    """
    usual = connections["default"]
    parts = admin_conninfo()
    options = {
        key: value
        for key, value in parts.items()
        if key not in {"dbname", "user", "password", "host", "port"}
    }
    owner = cast(DatabaseWrapper, connections.create_connection("default"))
    owner.settings_dict = usual.settings_dict | {
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "OPTIONS": options,
    }
    owner.take_role(OWNER_ROLE)
    connections["default"] = owner
    try:
        yield owner
    finally:
        owner.close()
        connections["default"] = usual
