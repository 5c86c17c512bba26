"""Does a connection keep the role and path that were set on it? Without Django, for any start.

PgBouncer in transaction or statement mode hands one server connection to several clients, and
then serves another site's rows without any error (performance 3). So a server that is connected
that way must not start.
"""

import psycopg
from psycopg import sql

ROUNDS = 50
# Two fixed roles (tenants.roles), each with a path of its own. Spelt out, since the backend's
# module wants settings; a test compares.
SIDES = [("qiaojia_platform", "public"), ("qiaojia_router", "pg_catalog")]


class MixedSessionsError(Exception):
    """One connection saw what was set on another; the text says how to mend it."""


def check_sessions(conninfo: str) -> None:
    """Read alternately on two connections with different roles and paths.

    Raises:
        MixedSessionsError: a connection lost its role or path, or changed its server process.
        psycopg.Error: the database cannot be reached, or its roles are not there yet.
    """
    # Prepared statements would fail first under transaction pooling, with a worse message.
    with (
        psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as first,
        psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as second,
    ):
        expected = []
        for connection, (role, path) in zip((first, second), SIDES, strict=True):
            connection.execute(
                sql.SQL("SET ROLE {}; SET search_path = {}").format(
                    sql.Identifier(role), sql.Identifier(path)
                )
            )
            expected.append((role, path, _look(connection)[2]))
        for number in range(ROUNDS):
            # A transaction on one side makes a pooler give the other a different connection.
            held, other = (first, second) if number % 2 else (second, first)
            with held.transaction():
                seen = {connection: _look(connection) for connection in (held, other)}
            if [seen[first], seen[second]] != expected:
                raise MixedSessionsError(
                    "Database connections do not keep their role and search path: one site would "
                    "see another's rows. If PgBouncer is in between, set pool_mode = session."
                )


def _look(connection: psycopg.Connection[tuple[object, ...]]) -> tuple[object, ...]:
    row = connection.execute(
        "SELECT current_user::text, current_setting('search_path'), pg_backend_pid()"
    ).fetchone()
    return row or ()
