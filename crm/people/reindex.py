"""Make blind indexes and search tokens anew: for another key, or for another idea of tokens.

What is found by which words is decided when a person is saved. After a release that changes
`common.names`, the tokens of rows on record follow by ``./run reindex_people``.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver

from common.events import index_key_changed
from common.keys import DataKey, current_key
from crm.people import search
from crm.people.choices import ContactKind, DocumentKind, Status
from crm.people.drafts import (
    Draft,
    clear_values,
    contact_index,
    document_index,
    phone_index,
)
from crm.people.models import Person, PersonContact, PersonDocument, PersonPhone
from crm.people.name_keys import fill_name_keys
from crm.people.rules import contact_source, index_source

BATCH = 500
_WRITTEN = ["search", "sort_key", "name_key", "other_name_keys"]


@receiver(index_key_changed, dispatch_uid="people.reindex")
@transaction.atomic
def reindex_people(**_signal: Any) -> None:
    """Write indexes and tokens from the sealed values; versions and times stay."""
    key = current_key()
    last: UUID | None = None
    while batch := _next_batch(last):
        last = batch[-1].person.pk
        for draft in batch:
            clear = clear_values(draft)
            _write_indexes(draft, clear, key)
            _write_tokens(draft, clear, key)
        PersonDocument.objects.bulk_update(
            [row for draft in batch for row in draft.documents], ["number_index"]
        )
        PersonPhone.objects.bulk_update(
            [row for draft in batch for row in draft.phones], ["number_index"]
        )
        PersonContact.objects.bulk_update(
            [row for draft in batch for row in draft.contacts], ["value_index"]
        )
        Person.objects.bulk_update([draft.person for draft in batch], _WRITTEN)


@transaction.atomic
def reindex_batch(after: UUID | None) -> tuple[UUID | None, int]:
    """Write the tokens and the order of the people after ``after`` where they would be others now.

    Their rows stay locked until commit, so that a change made meanwhile is not overwritten.

    Returns:
        The last person looked at, None if there was nobody; and how many there were.
    """
    batch = _next_batch(after)
    key = current_key()
    changed = [draft.person for draft in batch if _write_tokens(draft, clear_values(draft), key)]
    Person.objects.bulk_update(changed, _WRITTEN)
    return (batch[-1].person.pk if batch else None), len(batch)


def _write_indexes(draft: Draft, clear: dict[UUID, str], key: DataKey) -> None:
    for document in draft.documents:
        source = index_source(DocumentKind(document.kind), document.country, clear[document.pk])
        document.number_index = document_index(source, key)
    for phone in draft.phones:
        phone.number_index = phone_index(clear[phone.pk], key)
    for contact in draft.contacts:
        source = contact_source(ContactKind(contact.kind), clear[contact.pk])
        contact.value_index = contact_index(source, key)


def _write_tokens(draft: Draft, clear: dict[UUID, str], key: DataKey) -> bool:
    """Fill what a person is found and sorted by; say whether anything became another."""
    person = draft.person
    before = _keys(person)
    tokens = search.person_tokens(
        person,
        phones=[clear[row.pk] for row in draft.phones],
        documents=[clear[row.pk] for row in draft.documents],
        key=key,
    )
    person.search = search.as_tsvector(tokens)
    person.sort_key = search.order_of(person)
    fill_name_keys(person)
    return before != _keys(person)


def _keys(person: Person) -> tuple[object, ...]:
    # The database writes tokens in another order than we do.
    return set(person.search.split()), person.sort_key, person.name_key, person.other_name_keys


def _next_batch(last: UUID | None) -> list[Draft]:
    # Nobody is found by what is left of a minimised record.
    people = Person.objects.exclude(status=Status.MINIMISED).order_by("pk").select_for_update()
    people = people.prefetch_related("documents", "phones", "contacts")
    return [
        Draft(
            person,
            list(person.documents.all()),
            list(person.phones.all()),
            list(person.contacts.all()),
        )
        for person in (people.filter(pk__gt=last) if last else people)[:BATCH]
    ]
