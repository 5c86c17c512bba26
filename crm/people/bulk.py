"""Write many people at once, and many changes of plain columns."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

from common.copying import copy_rows
from crm.people.drafts import Draft
from crm.people.models import (
    Person,
    PersonContact,
    PersonDocument,
    PersonIdentity,
    PersonPhone,
)


def insert_drafts(drafts: Sequence[Draft]) -> None:
    """Write new people with all their parts, in the caller's transaction.

    In the order of lists: people of one name then lie side by side, and a search or a page of
    the list reads a few blocks instead of one for each of them.

    Raises:
        IntegrityError: a row breaks a rule of its table; nothing of the batch is there then.
    """
    drafts = sorted(drafts, key=lambda draft: draft.person.sort_key)
    copy_rows(Person, [draft.person for draft in drafts])
    copy_rows(PersonDocument, [row for draft in drafts for row in draft.documents])
    copy_rows(PersonPhone, [row for draft in drafts for row in draft.phones])
    copy_rows(PersonContact, [row for draft in drafts for row in draft.contacts])
    copy_rows(PersonIdentity, [row for draft in drafts for row in draft.identities])


def commit_without_waiting() -> None:
    """Let this transaction's commit not wait for the disk.

    For one batch of many, which a crash of the database may undo: the next try makes it again.
    Whatever is committed later, and waits, is on disk together with all that came before it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def update_rows(
    model: type[models.Model], rows: Sequence[models.Model], columns: Sequence[str]
) -> None:
    """Write some plain columns of many rows in one statement; ``bulk_update`` takes a CASE each."""
    if not rows:
        return
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in ("id", *columns)}
    values = {
        name: [_plain(getattr(row, field.attname)) for row in rows]
        for name, field in fields.items()
    }
    # What is the same in all rows is sent once; as arrays, they take longer than the update.
    shared = [name for name in columns if len(set(values[name])) == 1]
    single = ["id", *(name for name in columns if name not in shared)]
    column = {name: sql.Identifier(str(field.column)) for name, field in fields.items()}
    changes = [
        sql.SQL("{} = %s::{}").format(column[name], sql.SQL(_type_of(fields[name])))
        if name in shared
        else sql.SQL("{0} = new.{0}").format(column[name])
        for name in columns
    ]
    statement = sql.SQL(
        "UPDATE {table} AS old SET {changes} FROM unnest({arrays}) AS new({names})"
        " WHERE old.id = new.id"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        changes=sql.SQL(", ").join(changes),
        arrays=sql.SQL(", ").join(
            [sql.SQL("%s::{}[]").format(sql.SQL(_type_of(fields[name]))) for name in single]
        ),
        names=sql.SQL(", ").join([column[name] for name in single]),
    )
    sent: list[Any] = [*(values[name][0] for name in shared), *(values[name] for name in single)]
    with connection.cursor() as cursor:
        cursor.execute(statement, sent)


def _type_of(field: Any) -> str:
    """Return the array's element type: what the column is, without a length."""
    return "uuid" if isinstance(field, models.UUIDField) else "text"


def _plain(value: object) -> object:
    # A choice is a text of another class, which the driver does not know.
    return str(value) if isinstance(value, str) else value
