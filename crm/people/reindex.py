"""Make blind indexes and search tokens of people anew when their schema has another key."""

from typing import Any

from django.dispatch import receiver

from common.events import index_key_changed
from common.keys import current_key
from crm.people import search
from crm.people.choices import DocumentKind
from crm.people.drafts import clear_numbers, document_index, phone_index
from crm.people.models import Person, PersonDocument, PersonPhone
from crm.people.rules import index_source

_BATCH = 500


@receiver(index_key_changed, dispatch_uid="people.reindex")
def reindex_people(**_signal: Any) -> None:
    """Write indexes and tokens from the sealed numbers; versions and times stay."""
    key = current_key()
    last = None
    while batch := _next_batch(last):
        last = batch[-1].pk
        documents: list[PersonDocument] = []
        phones: list[PersonPhone] = []
        for person in batch:
            documents += (own_documents := list(person.documents.all()))
            phones += (own_phones := list(person.phones.all()))
            numbers = clear_numbers(own_documents) | clear_numbers(own_phones)
            for document in own_documents:
                kind = DocumentKind(document.kind)
                source = index_source(kind, document.country, numbers[document.pk])
                document.number_index = document_index(source, key)
            for phone in own_phones:
                phone.number_index = phone_index(numbers[phone.pk], key)
            person.search = search.as_tsvector(
                search.person_tokens(
                    person,
                    phones=[numbers[row.pk] for row in own_phones],
                    documents=[numbers[row.pk] for row in own_documents],
                    key=key,
                )
            )
        PersonDocument.objects.bulk_update(documents, ["number_index"])
        PersonPhone.objects.bulk_update(phones, ["number_index"])
        Person.objects.bulk_update(batch, ["search"])


def _next_batch(last: object) -> list[Person]:
    people = Person.objects.order_by("pk").prefetch_related("documents", "phones")
    return list((people.filter(pk__gt=last) if last else people)[:_BATCH])
