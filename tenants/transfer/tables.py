"""The tables of a site as text: which are exported, with which columns, row by row."""

import graphlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from django.apps import apps
from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import Model

from common.crypto import open_sealed, row_label
from common.fields import BlindIndexField, EncryptedTextField
from common.keys import keystore

Row = list[str | None]

# Why a table of a site is not in its export. Every other one is.
NOT_EXPORTED = {
    "django_migrations": "structure; the manifest lists it",
    "django_content_type": "structure",
    "auth_permission": "not used; permissions are code",
    "accounts_schemamarker": "says whose schema it is",
    "accounts_cacheentry": "can be computed again",
    "django_session": "lets somebody in",
    "usersessions_usersession": "lets somebody in",
    "mfa_authenticator": "lets somebody in; bound to the old keys or the old host",
    "accounts_apitoken": "lets somebody in",
    "accounts_invitation": "lets somebody in",
    "accounts_idempotencykey": "lives for a day",
    "accounts_signinattempt": "lives for a day",
    "accounts_textmessage": "lives for minutes, holds codes",
    "jobs_job": "work of the machine it ran on",
}
# Nullable columns that say something about tables which stay behind.
_LEFT_EMPTY = {"accounts_user": {"second_factor_at"}}
# Made with the old site's key, so made anew; the export keeps them in `audit_chain.csv`.
CHAIN_TABLE = "audit_auditentry"
CHAIN_COLUMNS = ("key_id", "prev", "mac")
# How values are spelled, whatever the server's settings are.
_SPELLING = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD';"
    " SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL bytea_output = 'hex'"
)
_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|)(?:,|\r?\n|$)')


@dataclass(frozen=True)
class Table:
    """One table of a site, as far as an export is concerned.

    ``columns`` are the exported ones, ``key`` is the primary key among them. ``sealed`` are
    written in the clear; ``indexes`` maps each blind index to the column it belongs to, and
    ``searches`` are search vectors: neither is exported.
    """

    name: str
    key: str
    columns: tuple[str, ...]
    sealed: tuple[str, ...]
    indexes: dict[str, str]
    searches: tuple[str, ...]


def spell_plainly() -> None:
    """Fix how values are spelled until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_SPELLING)


def read_tables(schema: str) -> list[Table]:
    """Return the exported tables of ``schema``, those that others refer to first."""
    columns = _read_columns(schema)
    models = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
    }
    order = graphlib.TopologicalSorter(_read_references(schema)).static_order()
    return [
        _describe(name, columns[name], models.get(name))
        for name in order
        if name not in NOT_EXPORTED and name in columns
    ]


def read_rows(schema: str, table: Table) -> Iterator[Row]:
    """Yield the table's rows by primary key, as PostgreSQL spells them, sealed values opened.

    On the owner's connection, after `spell_plainly`.
    """
    names = ", ".join(f'"{column}"' for column in table.columns)
    # Names from the catalogue.
    rows = f'SELECT {names} FROM "{schema}"."{table.name}" ORDER BY "{table.key}"'  # noqa: S608
    find_key = partial(keystore().data_key, schema)
    key = table.columns.index(table.key)
    sealed = [(table.columns.index(column), column) for column in table.sealed]
    with connection.cursor() as cursor, cursor.copy(f"COPY ({rows}) TO STDOUT") as copy:
        for row in copy.rows():
            values: Row = list(row)
            for position, column in sealed:
                if (value := values[position]) is not None:
                    label = row_label(schema, table.name, column, values[key])
                    record = bytes.fromhex(value.removeprefix("\\x"))
                    values[position] = open_sealed(record, find_key=find_key, label=label).decode()
            yield values


def write_csv(rows: Iterator[Row], columns: Sequence[str], file: IO[bytes]) -> int:
    """Write a header and the rows; return how many rows there were."""
    file.write(_line(columns))
    count = 0
    for row in rows:
        file.write(_line(row))
        count += 1
    return count


def read_csv(file: IO[bytes]) -> Iterator[Row]:
    """Yield header and rows of a file that `write_csv` wrote.

    Raises:
        ValueError: a line is not of that form.
    """
    record = ""
    for line in file:
        record += line.decode()
        if record.count('"') % 2 == 0:
            yield _parse(record)
            record = ""
    if record:
        raise ValueError("The last line ends inside a value.")


def _line(values: Sequence[str | None]) -> bytes:
    fields = ("" if value is None else '"' + value.replace('"', '""') + '"' for value in values)
    return (",".join(fields) + "\n").encode()


def _parse(record: str) -> Row:
    values: Row = []
    position = 0
    while position < len(record):
        match = _FIELD.match(record, position)
        if match is None or match.end() == position:
            raise ValueError(f"The line cannot be read at character {position}.")
        value = match.group(1)
        values.append(None if value is None else value.replace('""', '"'))
        position = match.end()
    return values


def _describe(name: str, columns: list[str], model: type[Model] | None) -> Table:
    fields: list[Any] = list(model._meta.concrete_fields) if model else []

    def of_kind(kind: type[Any]) -> tuple[str, ...]:
        return tuple(field.column for field in fields if isinstance(field, kind))

    indexes = {column: column.removesuffix("_index") for column in of_kind(BlindIndexField)}
    searches = of_kind(SearchVectorField)
    chain = CHAIN_COLUMNS if name == CHAIN_TABLE else ()
    left_out = {*indexes, *searches, *chain, *_LEFT_EMPTY.get(name, ())}
    return Table(
        name=name,
        key=next((field.column for field in fields if field.primary_key), columns[0]),
        columns=tuple(column for column in columns if column not in left_out),
        sealed=of_kind(EncryptedTextField),
        indexes=indexes,
        searches=searches,
    )


def _read_columns(schema: str) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attname)"
            " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind = 'r' AND c.relnamespace = %s::regnamespace"
            " AND a.attnum > 0 AND NOT a.attisdropped GROUP BY c.relname",
            [f'"{schema}"'],
        )
        return dict(cursor.fetchall())


def _read_references(schema: str) -> dict[str, set[str]]:
    """Return, for each table of ``schema``, the others in it that it refers to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, coalesce(array_agg(t.relname::text)"
            " FILTER (WHERE t.oid <> c.oid AND t.relnamespace = c.relnamespace), '{}')"
            " FROM pg_class c LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'"
            " LEFT JOIN pg_class t ON t.oid = k.confrelid"
            " WHERE c.relkind = 'r' AND c.relnamespace = %s::regnamespace GROUP BY c.relname"
            " ORDER BY c.relname",
            [f'"{schema}"'],
        )
        return {name: set(others) for name, others in cursor.fetchall()}
