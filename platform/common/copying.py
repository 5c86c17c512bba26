"""Write many rows at once, by COPY: several times as fast as ``bulk_create`` (performance 7)."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg import sql

_LINES = 100  # in one message to the server, which works on it while the next is made
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_NOTHING = object()
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
    columns = [(_reader(field), _writer(field)) for field in fields]
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for start in range(0, len(rows), _LINES):
            some = rows[start : start + _LINES]
            texts = [_column(map(read, some), write) for read, write in columns]
            copy.write("".join([f"{line}\n" for line in map("\t".join, zip(*texts, strict=True))]))


def _reader(field: Any) -> Callable[[models.Model], Any]:
    """Return what reads a row's value of one column, as ``save`` would."""
    is_plain = type(field).pre_save is models.Field.pre_save or (
        isinstance(field, models.DateField) and not field.auto_now and not field.auto_now_add
    )
    return attrgetter(field.attname) if is_plain else partial(field.pre_save, add=True)


def _writer(field: Any) -> Callable[[Any], str]:
    """Return what writes a value of one column as COPY reads it."""
    return _json if isinstance(field, models.JSONField) else _text


def _column(values: Iterable[Any], write: Callable[[Any], str]) -> list[str]:
    """Return the texts of one column; a value that many rows share is written once."""
    texts: list[str] = []
    last: Any = _NOTHING
    text = ""
    for value in values:
        if value is not last:
            last, text = value, write(value)
        texts.append(text)
    return texts


def _json(value: Any) -> str:
    return r"\N" if value is None else _escaped(_encode(value))


def _text(value: Any) -> str:
    r"""Return a value as COPY reads it.

    >>> print(_text(None), _text("a\tb"), _text(True), _text(b"\x01"), _text(["a b", 'c"']))
    \N a\tb t \\x01 {"a b","c\\""}
    """
    for kind in type(value).__mro__:  # the first, or a sealed text is bytes and a choice is text
        if write := _WRITERS.get(kind):
            return write(value)
    raise TypeError(f"COPY does not know how to write a {type(value).__name__}.")


def _element(value: object) -> str:
    """Return an element of an array, in quotes."""
    text = str(value).replace("\\", r"\\").replace('"', r"\"")
    return f'"{text}"'


def _escaped(text: str) -> str:
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _none: r"\N",
    str: _escaped,
    bool: lambda value: "t" if value else "f",
    int: str,
    UUID: str,
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
    bytes: lambda value: rf"\\x{value.hex()}",
    list: lambda value: _escaped("{" + ",".join(map(_element, value)) + "}"),
}
