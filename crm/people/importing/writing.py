"""The run: staged rows become people, a thousand in a transaction, each row once.

Every row gets an outcome in the transaction that writes its person. Killed anywhere, the next try
takes the rows that have none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from audit import services as audit
from common.errors import DomainError
from common.keys import current_key
from common.memory import collector_paused
from crm.people import drafts
from crm.people.bulk import commit_without_waiting, insert_drafts, update_rows
from crm.people.choices import ChangeCause, Source
from crm.people.importing.contents import Content, unpack
from crm.people.importing.families import Arrival, Run, write_families
from crm.people.importing.filling import fill
from crm.people.importing.matching import known_since, traits_of_draft
from crm.people.importing.staging import BATCH, Report, count_rows
from crm.people.models import (
    ImportBatch,
    ImportRow,
    ImportState,
    Person,
    RowAction,
    RowDecision,
    RowOutcome,
)
from crm.people.selectors import people_with_parts
from crm.people.services import OBJECT_TYPE, change_person

BATCH_TYPE = "people.importbatch"


def write(*, batch_id: UUID, report: Report) -> None:
    """Put the rows of an import on the register; ``report`` as in `staging.stage`."""
    batch = ImportBatch.objects.get(pk=batch_id)
    total = batch.rows.count()
    done = batch.rows.exclude(outcome="").count()
    with collector_paused():
        while handled := _write_some(batch_id):
            done += handled
            report(min(done, total), total)
    _finish(batch_id)


@dataclass(slots=True)
class _Row:
    """A staged row, opened."""

    row: ImportRow
    content: Content

    def leave(self, reason: str) -> None:
        """Say that nothing became of it, and why."""
        self.row.outcome, self.row.reason = RowOutcome.LEFT, reason


@transaction.atomic
def _write_some(batch_id: UUID) -> int:
    """Write the next rows; return how many, 0 when none waits or the import is not running."""
    batch = ImportBatch.objects.select_for_update().select_related(None).get(pk=batch_id)
    if batch.state != ImportState.RUNNING or batch.ran_at is None:
        return 0
    # `_finish` waits for all.
    commit_without_waiting()
    waiting = batch.rows.filter(outcome="").order_by("sheet", "number")[:BATCH]
    rows = [_Row(row, Content()) for row in waiting]
    for item in rows:
        if is_new(item.row) or is_addition(item.row):
            item.content = unpack(item.row.content.reveal())
        else:
            item.leave(item.row.action)
    work = Run(batch.pk, batch.ran_by, batch.ran_at)
    arrivals = _create([item for item in rows if is_new(item.row)], work)
    _add([item for item in rows if is_addition(item.row)], batch, work, new=arrivals)
    save_outcomes([item.row for item in rows])
    added = [_added(item.row, work) for item in rows if item.row.outcome == RowOutcome.CREATED]
    audit.record_many([*added, *work.events], now=work.now)
    return len(rows)


def is_new(row: ImportRow) -> bool:
    """Say whether the row is to become a person of its own."""
    return row.action == RowAction.CREATE or (
        row.action == RowAction.DUPLICATE and row.decision == RowDecision.CREATE
    )


def is_addition(row: ImportRow) -> bool:
    """Say whether the row is to fill what is empty of a person on record."""
    if row.action == RowAction.UPDATE:
        return row.decision != RowDecision.SKIP
    return row.action == RowAction.DUPLICATE and row.decision == RowDecision.UPDATE


def _create(items: Sequence[_Row], work: Run) -> dict[tuple[int, int], UUID]:
    """Write new people; return their keys by the place of their row."""
    key = current_key()
    made = [
        drafts.new_draft(checked, source=Source.ROSTER, by=work.by, now=work.now, key=key)
        for item in items
        if (checked := item.content.checked)
    ]
    new = []
    since = known_since([traits_of_draft(draft) for draft in made])
    for item, draft, known in zip(items, made, since, strict=True):
        row = item.row
        if known and row.decision != RowDecision.CREATE:
            # Somebody put them on record after the dry run.
            row.action, row.person_key = RowAction.DUPLICATE, known
            item.leave("on_record_since")
        else:
            row.person_key, row.outcome = draft.person.pk, RowOutcome.CREATED
            new.append((item, draft))
    insert_drafts([draft for _item, draft in new])
    write_families(
        [Arrival(draft.person.pk, draft.person.full_name, item.content) for item, draft in new],
        work,
    )
    return {(item.row.sheet, item.row.number): draft.person.pk for item, draft in new}


def _add(
    items: Sequence[_Row],
    batch: ImportBatch,
    work: Run,
    *,
    new: dict[tuple[int, int], UUID],
) -> None:
    """Fill what is empty of people on record."""
    for item in items:
        item.row.person_key = item.row.person_key or _person_above(item.row, batch, new)
    keys = {item.row.person_key for item in items if item.row.person_key}
    # All locks before the first change, which locks the audit chain.
    locked = set(
        Person.objects.select_for_update()
        .filter(pk__in=keys)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for item in items:
        if item.row.person_key not in locked:
            item.leave("person_gone")
            continue
        try:
            is_changed = _add_one(item, work)
        except DomainError as error:
            item.leave(error.code)
            continue
        if is_changed:
            item.row.outcome = RowOutcome.UPDATED
        else:
            item.leave("nothing_to_add")


def _person_above(
    row: ImportRow, batch: ImportBatch, new: dict[tuple[int, int], UUID]
) -> UUID | None:
    """Return who the row above became that this one repeats."""
    for place, *_facts in row.matches:
        if place is None:
            continue
        if found := new.get((place[0], place[1])):
            return found
        other = batch.rows.filter(sheet=place[0], number=place[1]).first()
        if other is not None:
            return other.person_key
    return None


def _add_one(item: _Row, work: Run) -> bool:
    """Fill one person; return whether anything was added."""
    checked, person_id = item.content.checked, item.row.person_key
    if checked is None or person_id is None:
        return False
    person = people_with_parts().get(pk=person_id)
    values, _differences = fill(person, checked)
    if values is not None:
        change_person(
            person_id=person.pk,
            version=person.version,
            values=values,
            by=work.by,
            now=work.now,
            cause=ChangeCause.IMPORT,
            cause_key=work.batch_id,
        )
    arrival = Arrival(person.pk, person.full_name, item.content)
    return bool(write_families([arrival], work, is_known=True)) or values is not None


def save_outcomes(rows: Sequence[ImportRow]) -> None:
    """Write what became of the rows, in one statement."""
    update_rows(ImportRow, rows, ["action", "person_key", "outcome", "reason"])


def _added(row: ImportRow, work: Run) -> audit.Event:
    return audit.Event(
        action="person.add",
        by=work.by,
        object_type=OBJECT_TYPE,
        object_key=row.person_key or "",
        person_key=row.person_key,
        fields=work.parts.get(row.person_key, ()) if row.person_key else (),
        detail={"source": Source.ROSTER.value, "import": str(work.batch_id), "row": row.number},
    )


@transaction.atomic
def _finish(batch_id: UUID) -> None:
    """Say that every row has an outcome."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state != ImportState.RUNNING or batch.ran_at is None:
        return
    if batch.rows.filter(outcome="").exists():
        return
    batch.state = ImportState.DONE
    batch.counts = count_rows(batch)
    batch.save(update_fields=["state", "counts"])
    audit.record(
        action="person.import",
        by=batch.ran_by,
        object_type=BATCH_TYPE,
        object_key=batch.pk,
        detail={"file": batch.file_hash, "counts": batch.counts},
        now=batch.ran_at,
    )
