"""An import is taken back: people it added go, people it completed get their old values.

Only what nobody touched since. What stays is said row by row, with the reason.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from audit import services as audit
from common.errors import DomainError
from crm.people.choices import ChangeCause
from crm.people.importing.families import (
    FAMILY_FIELDS,
    Run,
    forget_person,
    remove_empty_homes,
)
from crm.people.importing.staging import Report, count_rows
from crm.people.importing.writing import BATCH_TYPE, save_outcomes
from crm.people.models import (
    ImportBatch,
    ImportRow,
    ImportState,
    MergeOperation,
    Person,
    PersonChange,
    PersonIdentity,
    RowOutcome,
)
from crm.people.services import OBJECT_TYPE, take_back

BATCH = 200
_WRITTEN = [RowOutcome.CREATED, RowOutcome.UPDATED]
_HANDLED = [RowOutcome.UNDONE, RowOutcome.KEPT]


def undo(*, batch_id: UUID, by: User | None, now: dt.datetime, report: Report) -> None:
    """Take back what an import wrote; ``report`` as in `staging.stage`.

    Killed anywhere, the next try goes on with the rows that are still as the run left them.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    done = batch.rows.filter(outcome__in=_HANDLED).count()
    total = done + batch.rows.filter(outcome__in=_WRITTEN).count()
    while handled := _undo_some(batch_id, by=by, now=now):
        done += handled
        report(min(done, total), total)
    _finish(batch_id, by=by, now=now)


def edited_since(batch: ImportBatch) -> models.QuerySet[ImportRow]:
    """Return the rows whose people somebody changed after the run, in the order of the file."""
    if batch.ran_at is None:
        return batch.rows.none()
    own = _own_changes(batch).filter(person=OuterRef("pk"), cause=ChangeCause.IMPORT)
    people = Person.objects.annotate(
        left_at=Subquery(own.order_by("-version").values("version")[:1])
    )
    completed = people.filter(left_at__isnull=False).exclude(version=F("left_at"))
    added = people.exclude(version=Coalesce("left_at", 1))
    return batch.rows.filter(
        Q(outcome=RowOutcome.CREATED, person_key__in=added.values("pk"))
        | Q(outcome=RowOutcome.UPDATED, person_key__in=completed.values("pk"))
        | Q(outcome__in=_WRITTEN, person_key__in=_family_changes(batch).values("person"))
    ).order_by("sheet", "number")


@transaction.atomic
def _undo_some(batch_id: UUID, *, by: User | None, now: dt.datetime) -> int:
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state != ImportState.UNDOING or batch.ran_at is None:
        return 0
    # From the end: a row that completed a person lies below the row that added them.
    rows = list(batch.rows.filter(outcome__in=_WRITTEN).order_by("-sheet", "-number")[:BATCH])
    completed = [row for row in rows if row.outcome == RowOutcome.UPDATED]
    people = {
        person.pk: person
        for person in Person.objects.select_for_update()
        .filter(pk__in=[row.person_key for row in rows])
        .order_by("pk")
    }
    work = Run(batch.pk, by, now)
    changed = _families_changed(people, batch)
    _take_back(completed, people, batch, work, changed=changed)
    others = [row for row in rows if row not in completed]
    _remove(others, people, batch, work, changed=changed)
    save_outcomes(rows)
    audit.record_many(work.events, now=now)
    return len(rows)


def _take_back(
    rows: Sequence[ImportRow],
    people: dict[UUID, Person],
    batch: ImportBatch,
    work: Run,
    *,
    changed: Collection[UUID],
) -> None:
    """Give completed people their old values."""
    changes: dict[UUID, list[PersonChange]] = defaultdict(list)
    for change in (
        _own_changes(batch).filter(cause=ChangeCause.IMPORT, person__in=people).order_by("version")
    ):
        changes[change.person_id].append(change)
    for row in rows:
        person = people.get(row.person_key) if row.person_key else None
        if person is None:
            _keep(row, "person_gone")
            continue
        if person.pk in changed:
            _keep(row, "changed_since")
            continue
        try:
            if changes[person.pk]:
                last = changes[person.pk].pop()
                take_back(change_id=last.pk, by=work.by, now=work.now, cause_key=batch.pk)
        except DomainError as error:
            _keep(row, error.code)
            continue
        if batch.ran_at:
            forget_person(person.pk, work, ran_at=batch.ran_at)
        row.outcome = RowOutcome.UNDONE


def _remove(
    rows: Sequence[ImportRow],
    people: dict[UUID, Person],
    batch: ImportBatch,
    work: Run,
    *,
    changed: Collection[UUID],
) -> None:
    """Remove the people that the import added, unless somebody changed or needs them."""
    needed = _needed(people, batch.ran_at)
    # Fresh: taking back a second row about somebody changed them, too.
    versions = dict(Person.objects.filter(pk__in=people).values_list("pk", "version"))
    own_changes = Counter(
        _own_changes(batch).filter(person__in=people).values_list("person_id", flat=True)
    )
    gone: list[UUID] = []
    for row in rows:
        person = people.get(row.person_key) if row.person_key else None
        if person is None:
            _keep(row, "person_gone")
        elif versions[person.pk] != 1 + own_changes[person.pk] or person.pk in changed:
            _keep(row, "changed_since")
        elif person.pk in needed:
            _keep(row, "needed")
        else:
            gone.append(person.pk)
            row.outcome = RowOutcome.UNDONE
    Person.objects.filter(pk__in=gone).delete()
    work.events += [_removed(key, batch, work.by) for key in gone]


def _own_changes(batch: ImportBatch) -> models.QuerySet[PersonChange]:
    """Return what the import and its undoing changed of people themselves, who count it."""
    return PersonChange.objects.filter(cause_key=batch.pk).exclude(fields__overlap=FAMILY_FIELDS)


def _family_changes(batch: ImportBatch) -> models.QuerySet[PersonChange]:
    """Return what others changed of families after the run, which no version tells."""
    found = PersonChange.objects.filter(fields__overlap=FAMILY_FIELDS, created_at__gt=batch.ran_at)
    return found.exclude(cause_key=batch.pk)


def _families_changed(people: Collection[UUID], batch: ImportBatch) -> set[UUID]:
    """Return whose household or relatives somebody changed after the run."""
    found = _family_changes(batch).filter(person__in=people)
    return set(found.values_list("person_id", flat=True))


def _needed(people: Collection[UUID], ran_at: dt.datetime | None) -> set[UUID]:
    """Return which people something refers to that the run did not write.

    What it wrote carries the time of the run; everything else counts, whatever table it is in.
    """
    found: set[UUID] = set()
    for relation in _references(Person):
        rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": people})
        if _has_time(relation.related_model):
            rows = rows.exclude(created_at=ran_at)
        if relation.related_model is MergeOperation:
            rows = rows.filter(undone_at__isnull=True)  # taken apart, both are as they were
        found.update(rows.values_list(relation.field.attname, flat=True))
        # What refers to a part, such as a step of an identity, refers to the person.
        for deeper in _references(relation.related_model):
            path = f"{deeper.field.name}__{relation.field.name}"
            below = deeper.related_model._base_manager.filter(**{f"{path}__in": people})
            if _has_time(deeper.related_model):
                below = below.exclude(created_at=ran_at)
            found.update(below.values_list(f"{path}_id", flat=True))
    found.update(
        PersonIdentity.objects.filter(person__in=people)
        .exclude(state="self_declared")
        .values_list("person_id", flat=True)
    )
    return found


def _references(model: type[models.Model]) -> Iterable[models.ManyToOneRel]:
    return [
        relation
        for relation in model._meta.related_objects
        if isinstance(relation, models.ManyToOneRel)
        # Whether somebody changed the person is asked by its version.
        and relation.related_model is not PersonChange
    ]


def _has_time(model: type[models.Model]) -> bool:
    return any(field.name == "created_at" for field in model._meta.concrete_fields)


def _keep(row: ImportRow, reason: str) -> None:
    row.outcome, row.reason = RowOutcome.KEPT, reason[:40]


def _removed(person_id: UUID, batch: ImportBatch, by: User | None) -> audit.Event:
    return audit.Event(
        action="person.remove",
        by=by,
        object_type=OBJECT_TYPE,
        object_key=person_id,
        person_key=person_id,
        detail={"import": str(batch.pk)},
    )


@transaction.atomic
def _finish(batch_id: UUID, *, by: User | None, now: dt.datetime) -> None:
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state != ImportState.UNDOING or batch.ran_at is None:
        return
    remove_empty_homes(now=batch.ran_at)
    batch.state = ImportState.UNDONE
    batch.counts = count_rows(batch)
    batch.save(update_fields=["state", "counts"])
    audit.record(
        action="person.import_undo",
        by=by,
        object_type=BATCH_TYPE,
        object_key=batch.pk,
        detail={"counts": batch.counts},
        now=now,
    )
