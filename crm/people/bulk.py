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


def update_rows(
    model: type[models.Model], rows: Sequence[models.Model], columns: Sequence[str]
) -> None:
    """Write some plain columns of many rows in one statement; ``bulk_update`` takes a CASE each."""
    if not rows:
        return
    wanted = {"id", *columns}
    fields = [field for field in model._meta.concrete_fields if field.name in wanted]
    names = [sql.Identifier(str(field.column)) for field in fields]
    changed = [name for name, field in zip(names, fields, strict=True) if field.name != "id"]
    statement = sql.SQL(
        "UPDATE {table} AS old SET {changes} FROM unnest({arrays}) AS new({names})"
        " WHERE old.id = new.id"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        changes=sql.SQL(", ").join([sql.SQL("{0} = new.{0}").format(name) for name in changed]),
        arrays=sql.SQL(", ").join(
            [sql.SQL("%s::{}[]").format(sql.SQL(_type_of(field))) for field in fields]
        ),
        names=sql.SQL(", ").join(names),
    )
    values = [[_plain(getattr(row, str(field.attname))) for row in rows] for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _type_of(field: Any) -> str:
    """Return the array's element type: what the column is, without a length."""
    return "uuid" if isinstance(field, models.UUIDField) else "text"


def _plain(value: object) -> object:
    # A choice is a text of another class, which the driver does not know.
    return str(value) if isinstance(value, str) else value
