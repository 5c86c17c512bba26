"""From checked values to rows that are not saved yet; the services and the import save them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.crypto import blind_index
from common.keys import DataKey
from common.rows import fresh
from crm.people import search
from crm.people.choices import DocumentKind, IdentityState, Source, StepKind
from crm.people.errors import InvalidPersonError, Problem
from crm.people.models import (
    IdentityStep,
    Person,
    PersonContact,
    PersonDocument,
    PersonIdentity,
    PersonPhone,
)
from crm.people.name_keys import fill_name_keys
from crm.people.rules import Checked

# The columns of `Person` that `PersonValues` states, apart from the address.
COLUMNS = (
    "full_name",
    "surname_reading",
    "former_names",
    "other_names",
    "sex",
    "birth_date",
    "birth_precision",
    "nationality",
    "region_id",
    "languages",
    "facts",
    "note",
    "status",
)


@dataclass(slots=True)
class Draft:
    """A person's rows."""

    person: Person
    documents: list[PersonDocument] = field(default_factory=list)
    phones: list[PersonPhone] = field(default_factory=list)
    contacts: list[PersonContact] = field(default_factory=list)
    identities: list[PersonIdentity] = field(default_factory=list)


def new_draft(
    checked: Checked, *, source: Source, by: User | None, now: dt.datetime, key: DataKey
) -> Draft:
    """Return the rows of a new person; ``key`` is the site's current one."""
    person = fresh(
        Person, source=source, created_at=now, created_by=by, updated_at=now, updated_by=by
    )
    draft = Draft(person)
    fill_person(person, checked)
    draft.documents = draft_documents(person, checked, {}, by=by, now=now, key=key)
    draft.phones = draft_phones(person, checked, {}, by=by, now=now, key=key)
    draft.contacts = draft_contacts(person, checked, {}, by=by, now=now, key=key)
    draft.identities = draft_identities(person, checked, {}, by=by, now=now)
    fill_search(person, checked, key=key)
    return draft


def draft_of(person: Person) -> Draft:
    """Return the rows on record, ended identities left out."""
    return Draft(
        person,
        list(person.documents.all()),
        list(person.phones.all()),
        list(person.contacts.all()),
        list(person.identities.filter(ended_on__isnull=True)),
    )


def changed_draft(
    old: Draft, checked: Checked, *, by: User | None, now: dt.datetime, key: DataKey
) -> Draft:
    """Return the rows of a person on record as the values state them, in new lists.

    Rows that stay are those of ``old``, changed in place; the search keys are not filled yet.
    """
    person = old.person
    fill_person(person, checked)
    documents = {bytes(row.number_index): row for row in old.documents}
    phones = {bytes(row.number_index): row for row in old.phones}
    contacts = {bytes(row.value_index): row for row in old.contacts}
    identities = {row.code: row for row in old.identities}
    return Draft(
        person,
        draft_documents(person, checked, documents, by=by, now=now, key=key),
        draft_phones(person, checked, phones, by=by, now=now, key=key),
        draft_contacts(person, checked, contacts, by=by, now=now, key=key),
        draft_identities(person, checked, identities, by=by, now=now),
    )


def fill_person(person: Person, checked: Checked) -> None:
    """Write the columns that the values state."""
    values = checked.values
    person.full_name = values.full_name
    person.surname_reading = values.surname_reading
    person.former_names = list(values.former_names)
    person.other_names = list(values.other_names)
    person.sex = values.sex
    person.birth_date = values.birth_date
    person.birth_precision = values.birth_precision or ""
    person.nationality = values.nationality
    person.region_id = values.region_code or None
    person.languages = list(values.languages)
    person.facts = dict(values.facts)
    person.note = values.note
    person.status = values.status
    if values.address is not None:
        person.address = values.address or None


def fill_search(person: Person, checked: Checked, *, key: DataKey) -> None:
    """Write what follows from names and numbers: the order of lists, the keys to find it by."""
    person.sort_key = search.order_of(person)
    fill_name_keys(person)
    person.search = search.as_tsvector(
        search.person_tokens(
            person,
            phones=[phone.e164 for phone in checked.phones],
            documents=[document.number for document in checked.documents],
            key=key,
        )
    )


def draft_documents(
    person: Person,
    checked: Checked,
    on_record: Mapping[bytes, PersonDocument],
    *,
    by: User | None,
    now: dt.datetime,
    key: DataKey,
) -> list[PersonDocument]:
    """Return the papers in order: rows on record by their index, and new ones.

    A number never changes inside its row: another number is another row.
    """
    rows = []
    for position, document in enumerate(checked.documents):
        index = document_index(document.source, key)
        row = on_record.get(index)
        if row is None:
            row = fresh(
                PersonDocument, person=person, number=document.number, number_index=index,
                created_at=now, created_by=by,
            )  # fmt: skip
        values = document.values
        row.kind = values.kind
        row.country = values.country
        row.issuing_place = values.issuing_place
        row.valid_from = values.valid_from
        row.valid_to = values.valid_to
        row.mismatch_reason = values.mismatch_reason
        row.check_result = document.result
        row.position = position
        rows.append(row)
    link_renewals(rows)
    return rows


def link_renewals(documents: Sequence[PersonDocument]) -> None:
    """Let each paper point to the one it took the place of (requirements K3).

    Of papers of one kind and country, one renews another if it became valid on or after the day
    the other ended, or, where no end is known, later than the other.
    """
    for document in documents:
        older = [
            other
            for other in documents
            if (other.kind, other.country) == (document.kind, document.country)
            and other.kind != DocumentKind.OTHER
            and _began_after(document, other)
        ]
        document.renews = max(older, key=_beginning, default=None)


def _beginning(document: PersonDocument) -> dt.date:
    return document.valid_from or dt.date.min


def _began_after(document: PersonDocument, other: PersonDocument) -> bool:
    if document.valid_from is None or document is other:
        return False
    if other.valid_from is not None and other.valid_from >= document.valid_from:
        return False
    if other.valid_to is not None:
        return other.valid_to <= document.valid_from
    return other.valid_from is not None


def draft_phones(
    person: Person,
    checked: Checked,
    on_record: Mapping[bytes, PersonPhone],
    *,
    by: User | None,
    now: dt.datetime,
    key: DataKey,
) -> list[PersonPhone]:
    """Return the phones in order, as `draft_documents` does papers."""
    rows = []
    for position, phone in enumerate(checked.phones):
        index = phone_index(phone.e164, key)
        row = on_record.get(index)
        if row is None:
            row = fresh(
                PersonPhone, person=person, number=phone.e164, number_index=index,
                created_at=now, created_by=by,
            )  # fmt: skip
        row.kind = phone.kind.value
        row.extension = phone.extension or row.extension
        row.position = position
        rows.append(row)
    return rows


def draft_contacts(
    person: Person,
    checked: Checked,
    on_record: Mapping[bytes, PersonContact],
    *,
    by: User | None,
    now: dt.datetime,
    key: DataKey,
) -> list[PersonContact]:
    """Return the contacts in order, as `draft_documents` does papers."""
    rows = []
    for position, contact in enumerate(checked.contacts):
        index = contact_index(contact.source, key)
        row = on_record.get(index)
        if row is None:
            row = fresh(
                PersonContact, person=person, kind=contact.kind, value=contact.value,
                value_index=index, created_at=now, created_by=by,
            )  # fmt: skip
        row.position = position
        rows.append(row)
    return rows


def draft_identities(
    person: Person,
    checked: Checked,
    on_record: Mapping[str, PersonIdentity],
    *,
    by: User | None,
    now: dt.datetime,
) -> list[PersonIdentity]:
    """Return the identities: those on record by their code, and new ones, self-declared.

    Raises:
        InvalidPersonError: one that an authority recognised is left out.
    """
    kept = {identity.code for identity in checked.values.identities}
    for known in on_record.values():
        if known.state == IdentityState.RECOGNISED and known.code not in kept:
            lost = _("{name} is recognised. End it on the page of that identity, with a reason.")
            message = lost.format(name=known.get_code_display())
            raise InvalidPersonError([Problem("identities", "identity_recognised", message)])
    rows = []
    for identity in checked.values.identities:
        row = on_record.get(identity.code)
        if row is None:
            row = fresh(
                PersonIdentity, person=person, code=identity.code, created_at=now, created_by=by
            )
        row.country = identity.country
        row.since = identity.since
        row.since_precision = identity.since_precision or ""
        rows.append(row)
    return rows


def first_step(identity: PersonIdentity) -> IdentityStep:
    """Return how the identity began: every one is declared first, by whoever wrote its row.

    It follows from the row, so a roster's are not written; whoever reads a history adds it.
    """
    return IdentityStep(
        identity=identity,
        to_state=IdentityState.SELF_DECLARED,
        happened_on=timezone.localdate(identity.created_at),
        created_at=identity.created_at,
        created_by_id=identity.created_by_id,
    )


def removal(identity: PersonIdentity, *, by: User | None, now: dt.datetime) -> IdentityStep:
    """End an identity that a record was saved without, in memory, and return the step to write."""
    today = timezone.localdate(now)
    step = IdentityStep(
        identity=identity,
        kind=StepKind.REMOVED,
        from_state=identity.state,
        to_state=IdentityState.ENDED,
        happened_on=today,
        review_since=identity.review_since,
        review_reason=identity.review_reason,
        created_at=now,
        created_by=by,
    )
    identity.state, identity.ended_on = IdentityState.ENDED, today
    identity.review_since, identity.review_reason = None, ""
    return step


def document_index(source: str, key: DataKey) -> bytes:
    """Return the blind index of a paper; ``source`` is what `rules.index_source` returns."""
    return blind_index(source, "people_persondocument.number", key)


def phone_index(e164: str, key: DataKey) -> bytes:
    """Return the blind index of a phone."""
    return blind_index(e164, "people_personphone.number", key)


def contact_index(source: str, key: DataKey) -> bytes:
    """Return the blind index of a contact; ``source`` is what `rules.contact_source` returns."""
    return blind_index(source, "people_personcontact.value", key)


def clear_numbers(parts: Iterable[PersonDocument | PersonPhone]) -> dict[UUID, str]:
    """Return the numbers of rows on record in the clear, by their ids; for checks and keys only."""
    return {part.pk: part.number.reveal() for part in parts}


def clear_values(draft: Draft) -> dict[UUID, str]:
    """Return what papers, phones and contacts on record say, as `clear_numbers` does."""
    contacts = {contact.pk: contact.value.reveal() for contact in draft.contacts}
    return clear_numbers(draft.documents) | clear_numbers(draft.phones) | contacts
