"""What can be done with people. Every change writes its audit entry and the search keys."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from common.fields import Masked
from common.keys import current_key
from crm.people import drafts, events, history
from crm.people.choices import ChangeCause, CheckResult, RevealReason, Source, Status
from crm.people.drafts import Draft
from crm.people.errors import (
    ChangedSinceError,
    DocumentTakenError,
    InvalidPersonError,
    PersonChangedError,
    PersonMinimisedError,
    ReasonMissingError,
    UnknownFieldError,
)
from crm.people.models import (
    IdentityStep,
    Person,
    PersonChange,
    PersonContact,
    PersonDocument,
    PersonIdentity,
    PersonPhone,
)
from crm.people.rules import Checked, check_person
from crm.people.selectors import fact_catalogue, values_of
from crm.people.values import PersonValues
from network.selectors import is_known_region

OBJECT_TYPE = "people.person"
_LONGEST_EXPLANATION = 200
_BIRTH = frozenset({"birth_date", "birth_precision"})


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """A person after a change, and the fields somebody should look at again."""

    person: Person
    checked: Checked


@transaction.atomic
def add_person(
    *, values: PersonValues, by: User | None, now: dt.datetime, source: Source = Source.FORM
) -> Saved:
    """Put a person on the site's register.

    Raises:
        InvalidPersonError: some values cannot be kept.
        DocumentTakenError: somebody else has one of the papers.
    """
    checked = _check(values, now=now)
    key = current_key()
    draft = drafts.new_draft(checked, source=source, by=by, now=now, key=key)
    with _papers_of_one_person(draft):
        draft.person.save(force_insert=True)
        PersonDocument.objects.bulk_create(draft.documents)
        PersonPhone.objects.bulk_create(draft.phones)
        PersonContact.objects.bulk_create(draft.contacts)
        PersonIdentity.objects.bulk_create(draft.identities)
        IdentityStep.objects.bulk_create(map(drafts.first_step, draft.identities))
    audit.record(
        action="person.add",
        by=by,
        object_type=OBJECT_TYPE,
        object_key=draft.person.pk,
        person_key=draft.person.pk,
        fields=sorted(name for name, value in history.snapshot(draft).items() if value),
        detail={"source": source.value},
        now=now,
    )
    return Saved(draft.person, checked)


@transaction.atomic
def change_person(
    *,
    person_id: UUID,
    version: int,
    values: PersonValues,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
    cause_key: UUID | None = None,
) -> Saved:
    """Write down what is now known of a person; what ``values`` leaves out is removed.

    The person's row stays locked until commit. Values equal to those on record change nothing.

    Args:
        person_id: whom it is about.
        version: the one that ``values`` were made from.
        values: parts on record carry their ``id``; see `PersonValues`.
        by: who says so.
        now: the time of the change.
        cause: by way of what.
        cause_key: the import or merge that caused it.

    Raises:
        Person.DoesNotExist: there is no such person here.
        PersonChangedError: somebody else saved first.
        PersonMinimisedError: the record was reduced, or was to be by a mere change.
        InvalidPersonError: some values cannot be kept.
        DocumentTakenError: somebody else has one of the papers.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.status == Status.MINIMISED:
        raise PersonMinimisedError
    if person.version != version:
        raise PersonChangedError(opened=version, current=person.version)
    old = drafts.draft_of(person)
    checked = _check(
        values, now=now, on_record=drafts.clear_values(old), facts_on_record=person.facts
    )
    before = history.snapshot(old)
    key = current_key()
    # Rows are changed in place: ``before`` was taken first.
    draft = drafts.changed_draft(old, checked, by=by, now=now, key=key)
    after = history.snapshot(draft)
    changed = history.differences(before, after)
    if not changed:
        return Saved(person, checked)
    drafts.fill_search(person, checked, key=key)
    person.version += 1
    person.updated_at, person.updated_by = now, by
    with _papers_of_one_person(draft):
        person.save()
        _save_parts(draft, old, by=by, now=now)
    history.record_change(
        person=person, changes=changed, cause=cause, cause_key=cause_key, by=by, now=now
    )
    if after["status"] == Status.DECEASED != before["status"]:
        events.person_died.send(sender=None, person=person.pk, by=by, now=now)
    hashes = audit.hashed_changes(
        place=str(person.pk), before=history.as_texts(before), after=history.as_texts(after)
    )
    audit.record(
        action="person.change",
        by=by,
        object_type=OBJECT_TYPE,
        object_key=person.pk,
        person_key=person.pk,
        fields=sorted(hashes),
        detail={"version": person.version, "changes": hashes},
        now=now,
    )
    return Saved(person, checked)


def set_status(
    *, person_id: UUID, version: int, status: Status, by: User | None, now: dt.datetime
) -> Saved:
    """Say that a person moved away, died, or is served again; everything else stays.

    Raises:
        Person.DoesNotExist: there is no such person here.
        PersonChangedError: somebody else saved first.
    """
    person = Person.objects.get(pk=person_id)
    values = dataclasses.replace(values_of(person), status=status)
    return change_person(person_id=person_id, version=version, values=values, by=by, now=now)


@transaction.atomic
def take_back(
    *,
    change_id: UUID,
    fields: Collection[str] = (),
    by: User | None,
    now: dt.datetime,
    cause_key: UUID | None = None,
) -> Saved:
    """Give fields of a person the values they had before one change; the change stays on record.

    Args:
        change_id: the `PersonChange`.
        fields: some of the fields it changed; none means all of them.
        by: who takes it back.
        now: the time.
        cause_key: the import or other action that is undone as a whole.

    Raises:
        PersonChange.DoesNotExist: there is no such change here.
        UnknownFieldError: the change is not of these fields, or of something kept elsewhere.
        ChangedSinceError: one of the fields was changed again afterwards.
        InvalidPersonError: an old value cannot be kept under today's rules.
        DocumentTakenError: somebody else has one of the papers meanwhile.
    """
    change = PersonChange.objects.get(pk=change_id)
    wanted = set(fields) or set(change.fields)
    if wanted & _BIRTH:
        wanted |= _BIRTH & set(change.fields)
    person = Person.objects.select_for_update().get(pk=change.person_id)
    current = history.snapshot(drafts.draft_of(person))
    done = [item for item in history.changes_of(change) if item.field in wanted]
    # A fact that nobody has asked for is not in the snapshot.
    if not done or any(
        item.field not in current and not item.field.startswith(history.FACTS) for item in done
    ):
        raise UnknownFieldError
    if again := [item.field for item in done if current.get(item.field) != item.after]:
        raise ChangedSinceError(again)
    before = {item.field: item.before for item in done}
    return change_person(
        person_id=person.pk,
        version=person.version,
        values=history.restored(values_of(person), before),
        by=by,
        now=now,
        cause=ChangeCause.UNDO,
        cause_key=cause_key,
    )


@transaction.atomic
def reveal(
    *,
    person: Person,
    field: str,
    reason: RevealReason,
    explanation: str = "",
    by: User,
    now: dt.datetime,
) -> str:
    """Return one masked value in the clear, and record who saw it and what for.

    Args:
        person: whose it is.
        field: ``address``, or ``phones.``, ``documents.``, ``contacts.`` or ``identities.`` (the
            certificate) with the part's id.
        reason: one of the list; `RevealReason.OTHER` needs an ``explanation``.
        explanation: in the reader's own words; the person may read it.
        by: who reads it.
        now: the time.

    Raises:
        UnknownFieldError: the person has no such value.
        ReasonMissingError: another reason, and no explanation.
    """
    explanation = explanation.strip()[:_LONGEST_EXPLANATION]
    if reason is RevealReason.OTHER and not explanation:
        raise ReasonMissingError
    value = masked_value(person, field)
    if not value:
        raise UnknownFieldError
    clear = value.reveal()
    audit.record(
        action="person.reveal",
        by=by,
        object_type=OBJECT_TYPE,
        object_key=person.pk,
        person_key=person.pk,
        fields=[field.partition(".")[0]],
        reason=": ".join(filter(None, [str(reason.label), explanation])),
        detail={"reason": reason.value, "part": field},
        now=now,
    )
    return clear


def masked_value(person: Person, field: str) -> Masked | None:
    """Return the masked value that ``field`` names (see `reveal`), or None."""
    if field == "address":
        return person.address
    name, _dot, part_id = field.partition(".")
    parts: dict[str, Masked | None] = {}
    if name == "documents":
        parts = {str(paper.pk): paper.number for paper in person.documents.all()}
    elif name == "phones":
        parts = {str(phone.pk): phone.number for phone in person.phones.all()}
    elif name == "contacts":
        parts = {str(contact.pk): contact.value for contact in person.contacts.all()}
    elif name == "identities":
        # Ended ones too, which a page does not load with the others.
        rows = PersonIdentity.objects.filter(person=person)
        parts = {str(identity.pk): identity.certificate for identity in rows}
    return parts.get(part_id)


def check_values(
    values: PersonValues,
    *,
    today: dt.date,
    is_region: Callable[[str], bool],
    on_record: dict[UUID, str] | None = None,
    facts_on_record: dict[str, str] | None = None,
) -> Checked:
    """Return clean values.

    Raises:
        InvalidPersonError: some of them cannot be kept.
    """
    checked = check_person(
        values,
        today=today,
        is_region=is_region,
        on_record=on_record,
        facts_on_record=facts_on_record,
        catalogue=fact_catalogue(values.facts),
    )
    if checked.problems:
        raise InvalidPersonError(checked.problems)
    return checked


def _check(
    values: PersonValues,
    *,
    now: dt.datetime,
    on_record: dict[UUID, str] | None = None,
    facts_on_record: dict[str, str] | None = None,
) -> Checked:
    if values.status is Status.MINIMISED:  # there is a list and a job for that
        raise PersonMinimisedError
    return check_values(
        values,
        today=timezone.localdate(now),
        is_region=cache(is_known_region),
        on_record=on_record,
        facts_on_record=facts_on_record,
    )


def _save_parts(draft: Draft, old: Draft, *, by: User | None, now: dt.datetime) -> None:
    """Write the new parts, change those that stay, remove the others; identities are ended."""
    PersonDocument.objects.filter(pk__in=_left_out(old.documents, draft.documents)).delete()
    _save_rows(draft.documents)
    PersonPhone.objects.filter(pk__in=_left_out(old.phones, draft.phones)).delete()
    _save_rows(draft.phones)
    PersonContact.objects.filter(pk__in=_left_out(old.contacts, draft.contacts)).delete()
    _save_rows(draft.contacts)
    steps = [drafts.first_step(row) for row in draft.identities if row._state.adding]
    gone = [row for row in old.identities if row not in draft.identities]
    steps += [drafts.removal(row, by=by, now=now) for row in gone]
    # First what ends: there may be one of a kind at a time.
    _save_rows(gone)
    _save_rows(draft.identities)
    IdentityStep.objects.bulk_create(steps)


def _left_out(old: Sequence[models.Model], kept: Sequence[models.Model]) -> list[UUID]:
    kept_ids = {row.pk for row in kept}
    return [row.pk for row in old if row.pk not in kept_ids]


def _save_rows(rows: Sequence[models.Model]) -> None:
    for row in rows:
        row.save(force_insert=row._state.adding)


@contextmanager
def _papers_of_one_person(draft: Draft) -> Iterator[None]:
    """Refuse papers that somebody else has, before the block and when it lost a race.

    Raises:
        DocumentTakenError: somebody else has one of them.
    """
    if taken := _taken(draft):
        raise taken
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "a_checked_document_belongs_to_one_person" not in str(error):
            raise
        raise DocumentTakenError(person_id=None, field="documents") from error


def _taken(draft: Draft) -> DocumentTakenError | None:
    positions = {
        bytes(row.number_index): row.position
        for row in draft.documents
        if row.check_result == CheckResult.OK
    }
    if not positions:
        return None
    other = (
        PersonDocument.objects.filter(number_index__in=list(positions), check_result=CheckResult.OK)
        .exclude(person=draft.person)
        .first()
    )
    if other is None:
        return None
    place = f"documents.{positions[bytes(other.number_index)]}.number"
    return DocumentTakenError(person_id=other.person_id, field=place)
