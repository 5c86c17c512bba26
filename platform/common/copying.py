"""Write many rows at once, by COPY: several times as fast as ``bulk_create`` (performance 7)."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg import sql

_LINES = 500  # in one message to the server
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_encode = json.JSONEncoder(ensure_ascii=False).encode


def copy_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Write each row as its ``save`` would: every column, sealed where it is sealed.

    The lines of COPY are made here, a column at a time: asking Django and the driver how to write
    each value took four times as long as all the rest.
    """
    fields = model._meta.concrete_fields
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields]),
    )
    writers = [_writer(field) for field in fields]
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for start in range(0, len(rows), _LINES):
            lines = [
                "\t".join([write(row) for write in writers]) for row in rows[start : start + _LINES]
            ]
            copy.write("\n".join([*lines, ""]))


def _writer(field: Any) -> Callable[[models.Model], str]:
    """Return what writes a row's value of one column as COPY reads it."""
    if isinstance(field, models.JSONField):
        return lambda row: _json(field.pre_save(row, add=True))
    return lambda row: _text(field.pre_save(row, add=True))


def _json(value: Any) -> str:
    return r"\N" if value is None else _escaped(_encode(value))


def _text(value: Any) -> str:
    r"""Return a value as COPY reads it.

    >>> print(_text(None), _text("a\tb"), _text(True), _text(b"\x01"), _text(["a b", 'c"']))
    \N a\tb t \\x01 {"a b","c\\""}
    """
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return _escaped(str(value))
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, UUID | int):
        return str(value)
    if isinstance(value, dt.date):  # and times
        return value.isoformat()
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    if isinstance(value, list):
        return _escaped("{" + ",".join(map(_element, value)) + "}")
    raise TypeError(f"COPY does not know how to write a {type(value).__name__}.")


def _element(value: object) -> str:
    """Return an element of an array, in quotes."""
    text = str(value).replace("\\", r"\\").replace('"', r"\"")
    return f'"{text}"'


def _escaped(text: str) -> str:
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text
