"""Django's default connection, typed as what it is here: one that knows schemas and roles."""

from typing import TYPE_CHECKING, cast

from django.db import connection as _proxy

if TYPE_CHECKING:
    from tenants.backend.base import DatabaseWrapper

connection = cast("DatabaseWrapper", _proxy)
