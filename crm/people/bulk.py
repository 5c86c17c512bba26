"""Write many rows at once, by COPY: four times as fast as ``bulk_create`` (performance 7)."""

from collections.abc import Sequence

from django.db import connection, models
from psycopg import sql

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


def copy_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Write each new row as its ``save`` would: every column, sealed where it is sealed."""
    fields = model._meta.concrete_fields
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields]),
    )
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(
                [
                    field.get_db_prep_save(field.pre_save(row, add=True), connection)
                    for field in fields
                ]
            )
