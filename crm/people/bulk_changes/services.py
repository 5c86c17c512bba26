"""Preview a change for many people, run it, and take it back as a whole."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from common.errors import DomainError
from crm.people.bulk_changes.effects import Change, Refusal, check_change, effect
from crm.people.bulk_changes.errors import (
    CannotUndoError,
    NobodyChosenError,
    NotAllowedToChangeError,
    SelectionChangedError,
    TooManyChosenError,
)
from crm.people.choices import BulkAction, BulkState, ChangeCause
from crm.people.history import restored
from crm.people.models import BulkChange, Person, PersonChange, PersonQuerySet
from crm.people.selectors import (
    PeopleFilter,
    people,
    people_with_parts,
    values_of,
    visible_people,
)
from crm.people.services import change_person, take_back
from crm.people.values import PersonValues
from jobs.models import Job
from jobs.services import start_job
from network.selectors import is_known_region
from tenants.access import may
from tenants.permissions import Permission

OBJECT_TYPE = "people.bulk_change"
RUN_TASK, UNDO_TASK = "people.run_bulk_change", "people.undo_bulk_change"
# So many, a page of ticks, are changed while somebody waits, in about a second; more are a job.
AT_ONCE = 50
BATCH = 50
MOST_PEOPLE = 50_000
UNDO_FOR = dt.timedelta(days=30)
# A preview that nobody ran is thrown away by its owner's next one after this time.
KEEP_PREVIEW = dt.timedelta(days=1)
_MOST_NAMED = 1_000
_SAMPLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Whom it is for: everybody whom ``criteria`` lets through, or those in ``chosen``."""

    criteria: PeopleFilter = field(default_factory=PeopleFilter)
    chosen: tuple[UUID, ...] | None = None


@dataclass(slots=True)
class Foresight:
    """What a change would do now.

    ``refused`` counts by reason; ``samples`` are ``(name, before, after)`` of the first it changes.
    """

    changes: int = 0
    already: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[str, Any, Any]] = field(default_factory=list)


@transaction.atomic
def preview(*, change: Change, selection: Selection, by: User, now: dt.datetime) -> BulkChange:
    """Write down what is asked and for whom; nobody is changed by it.

    Raises:
        BulkValueError: there is nothing like that to set.
        NobodyChosenError: the selection is empty.
        TooManyChosenError: it is too large.
        GroupMissingError: its group is not there.
    """
    change = check_change(change, is_region=is_known_region)
    bulk = BulkChange(
        action=change.action,
        fact=change.fact,
        value=change.value,
        chosen=None if selection.chosen is None else list(selection.chosen),
        criteria=selection.criteria.as_json() if selection.chosen is None else {},
        created_at=now,
        created_by=by,
    )
    found = list(_selected(bulk, by=by, now=now).values_list("pk", "version")[: MOST_PEOPLE + 1])
    if not found:
        raise NobodyChosenError
    if len(found) > MOST_PEOPLE:
        raise TooManyChosenError
    bulk.people, bulk.versions = [pk for pk, _version in found], [version for _pk, version in found]
    BulkChange.objects.filter(
        created_by=by, state=BulkState.PREVIEWED, created_at__lt=now - KEEP_PREVIEW
    ).delete()
    bulk.save(force_insert=True)
    return bulk


def foresee(bulk: BulkChange, *, by: User, now: dt.datetime) -> Foresight:
    """Return what running ``bulk`` would do as things stand now; one query.

    Raises:
        GroupMissingError: its group is not there any more.
    """
    change, seen = change_of(bulk), Foresight()
    rows = _selected(bulk, by=by, now=now).values_list("full_name", change.column)
    for name, before in rows.iterator():
        try:
            after = effect(change, before)
        except Refusal as refusal:
            seen.refused[refusal.code] += 1
            continue
        if after == before:
            seen.already += 1
            continue
        seen.changes += 1
        if len(seen.samples) < _SAMPLES:
            seen.samples.append((name, before, after))
    return seen


@transaction.atomic
def run(*, bulk_id: UUID, by: User, now: dt.datetime) -> BulkChange:
    """Do what was previewed: at once for a few people, else as a job. A second call does nothing.

    Raises:
        BulkChange.DoesNotExist: ``by`` has previewed no such change.
        NotAllowedToChangeError: ``by`` may not do this any more.
        SelectionChangedError: other people are meant now than in the preview.
        GroupMissingError: its group is not there any more.
    """
    bulk = BulkChange.objects.select_for_update().get(pk=bulk_id, created_by=by)
    if bulk.state != BulkState.PREVIEWED:
        return bulk
    _check_right(by)
    current = list(_selected(bulk, by=by, now=now).values_list("pk", flat=True))
    if current != bulk.people:
        raise SelectionChangedError(before=bulk.total, after=len(current))
    bulk.state, bulk.started_at = BulkState.RUNNING, now
    # Whom it is for is settled; what was searched for may be the end of somebody's number.
    bulk.criteria.pop("q", None)
    if bulk.total <= AT_ONCE:
        while bulk.state == BulkState.RUNNING:
            _change_batch(bulk, by=by, now=now)
    else:
        bulk.job_key = _start(RUN_TASK, bulk, by=by, now=now).pk
        bulk.save(update_fields=["state", "started_at", "job_key", "criteria"])
    _record("person.bulk_change", bulk, by=by, now=now)
    return bulk


@transaction.atomic
def go_on(*, bulk_id: UUID, now: dt.datetime) -> BulkChange:
    """Change the next batch of a running change, in a transaction of its own.

    Raises:
        NotAllowedToChangeError: whoever asked for it may not do it any more.
    """
    bulk = BulkChange.objects.select_for_update().get(pk=bulk_id)
    if bulk.state == BulkState.RUNNING:
        _check_right(bulk.created_by)
        _change_batch(bulk, by=bulk.created_by, now=now)
    return bulk


@transaction.atomic
def undo(*, bulk_id: UUID, by: User, now: dt.datetime) -> BulkChange:
    """Give everybody back what they had before; whoever was changed again since is left alone.

    Raises:
        BulkChange.DoesNotExist: there is no such change here.
        CannotUndoError: see `can_undo`.
    """
    bulk = BulkChange.objects.select_for_update().get(pk=bulk_id)
    if not can_undo(bulk, now=now):
        raise CannotUndoError
    bulk.state, bulk.undone_at, bulk.undone_by = BulkState.UNDOING, now, by
    if bulk.changed > AT_ONCE:
        bulk.job_key = _start(UNDO_TASK, bulk, by=by, now=now).pk
    bulk.save(update_fields=["state", "undone_at", "undone_by", "job_key"])
    if bulk.changed <= AT_ONCE:
        for change_id in changes_to_undo(bulk):
            _take_back(bulk, change_id, now=now)
        finish_undo(bulk=bulk)
    _record("person.bulk_undo", bulk, by=by, now=now)
    return bulk


def can_undo(bulk: BulkChange, *, now: dt.datetime) -> bool:
    """Say whether a change can be taken back as a whole: it has ended, did something, lately."""
    has_ended = bulk.state == BulkState.DONE or (
        # Its job was cancelled or failed on the way.
        bulk.state == BulkState.RUNNING and not _is_at_work(bulk.job_key)
    )
    started = bulk.started_at
    return has_ended and bulk.changed > 0 and started is not None and now - started < UNDO_FOR


def _is_at_work(job_key: UUID | None) -> bool:
    return job_key is not None and Job.objects.open().filter(pk=job_key).exists()


def changes_to_undo(bulk: BulkChange) -> list[UUID]:
    """Return the changes of people that are still to be taken back, newest first."""
    undone = PersonChange.objects.filter(cause=ChangeCause.UNDO, cause_key=bulk.pk)
    return list(
        PersonChange.objects.filter(cause=ChangeCause.BULK, cause_key=bulk.pk)
        .exclude(person__in=undone.values("person"))
        .values_list("pk", flat=True)
    )


@transaction.atomic
def undo_batch(*, bulk: BulkChange, changes: list[UUID], now: dt.datetime) -> None:
    """Take back some of `changes_to_undo`, in a transaction of their own."""
    for change_id in changes:
        _take_back(bulk, change_id, now=now)


def finish_undo(*, bulk: BulkChange) -> None:
    """Count who got their values back, and say that it is done."""
    bulk.restored = PersonChange.objects.filter(cause=ChangeCause.UNDO, cause_key=bulk.pk).count()
    bulk.state = BulkState.UNDONE
    bulk.save(update_fields=["restored", "state"])


def change_of(bulk: BulkChange) -> Change:
    """Return what a row asks for."""
    return Change(action=BulkAction(bulk.action), value=bulk.value, fact=bulk.fact)


def selection_of(bulk: BulkChange) -> Selection:
    """Return whom a row is for."""
    chosen = None if bulk.chosen is None else tuple(bulk.chosen)
    return Selection(criteria=PeopleFilter.from_json(bulk.criteria), chosen=chosen)


def _selected(bulk: BulkChange, *, by: User, now: dt.datetime) -> PersonQuerySet:
    """Return the people meant whom ``by`` may see now, in the order of their keys."""
    found = people(
        PeopleFilter.from_json(bulk.criteria),
        by=by,
        now=now,
        may_search_documents=may(by, Permission.PERSON_SEARCH_DOCUMENT),
    )
    if bulk.chosen is not None:
        found = found.filter(pk__in=bulk.chosen)
    return found.order_by("pk")


def _change_batch(bulk: BulkChange, *, by: User | None, now: dt.datetime) -> None:
    """Change the next people and count them, in the caller's transaction.

    All their rows are locked first, in one order, so that two runs never wait for each other.
    """
    end = bulk.reached + BATCH
    ids, versions = bulk.people[bulk.reached : end], bulk.versions[bulk.reached : end]
    locked = list(
        visible_people(by).filter(pk__in=ids).order_by("pk").select_for_update()
        .values_list("pk", flat=True)
    )  # fmt: skip
    rows = people_with_parts().in_bulk(locked)
    for pk, version in zip(ids, versions, strict=True):
        _change_one(bulk, rows.get(pk), pk, version, by=by, now=now)
    bulk.reached += len(ids)
    if bulk.reached >= bulk.total:
        bulk.state, bulk.finished_at = BulkState.DONE, now
    bulk.save(
        update_fields=[
            "state", "started_at", "finished_at", "criteria", "reached",
            "changed", "already", "left_out",
        ]
    )  # fmt: skip


def _change_one(
    bulk: BulkChange,
    person: Person | None,
    pk: UUID,
    version: int,
    *,
    by: User | None,
    now: dt.datetime,
) -> None:
    change = change_of(bulk)
    try:
        values = _values_after(person, change, version)
        if values is None:
            bulk.already += 1
            return
        change_person(
            person_id=pk, version=version, values=values, by=by, now=now,
            cause=ChangeCause.BULK, cause_key=bulk.pk,
        )  # fmt: skip
    except (Refusal, DomainError) as refusal:
        if len(bulk.left_out) < _MOST_NAMED:
            bulk.left_out.append([str(pk), refusal.code])
    else:
        bulk.changed += 1


def _values_after(person: Person | None, change: Change, version: int) -> PersonValues | None:
    """Return what is to be on record; None where it is so already.

    Raises:
        Refusal: it cannot be, or the record is not as the preview found it.
    """
    if person is None:
        raise Refusal("gone")
    if person.version != version:
        raise Refusal("person_changed")
    before = getattr(person, change.column)
    after = effect(change, before)
    if after == before:
        return None
    if change.action is BulkAction.FACT:
        return replace(values_of(person), facts=after)
    return restored(values_of(person), {change.column: after})


def _take_back(bulk: BulkChange, change_id: UUID, *, now: dt.datetime) -> None:
    """Undo one person's part; one that was changed again, merged or reduced since stays."""
    try:
        take_back(change_id=change_id, by=bulk.undone_by, now=now, cause_key=bulk.pk)
    except (DomainError, PersonChange.DoesNotExist, Person.DoesNotExist):
        return


def _check_right(by: User | None) -> None:
    if by is None or not may(by, Permission.PERSON_BULK_EDIT):
        raise NotAllowedToChangeError


def _start(task: str, bulk: BulkChange, *, by: User, now: dt.datetime) -> Job:
    titles = {
        RUN_TASK: _("Change {count} people: {what}"),
        UNDO_TASK: _("Undo the change of {count} people: {what}"),
    }
    title = titles[task].format(count=bulk.total, what=bulk.get_action_display())
    return start_job(kind=task, title=title, by=by, now=now, arguments={"bulk_id": str(bulk.pk)})


def _record(action: str, bulk: BulkChange, *, by: User, now: dt.datetime) -> None:
    audit.record(
        action=action,
        by=by,
        object_type=OBJECT_TYPE,
        object_key=bulk.pk,
        detail={"what": bulk.action, "fact": bulk.fact, "people": bulk.total},
        now=now,
    )
