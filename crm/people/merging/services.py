"""Make two records of one person one, and take them apart again."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.models import User
from audit import services as audit
from common.keys import current_key
from crm.people import drafts, events, history, search
from crm.people.choices import ChangeCause, Status
from crm.people.errors import PersonChangedError, PersonMinimisedError
from crm.people.merging import rights, snapshots, uniting
from crm.people.merging.errors import (
    AlreadyUndoneError,
    EditedSinceError,
    MergeNotAllowedError,
    SamePersonError,
    TwiceInOnePlaceError,
    UndoOverError,
)
from crm.people.merging.plans import Side, Twin, make_plan, take
from crm.people.models import MergeOperation, Person
from crm.people.name_keys import fill_name_keys
from crm.people.services import OBJECT_TYPE

UNDO_TIME = dt.timedelta(days=30)


@transaction.atomic
def merge_people(
    *,
    kept_id: UUID,
    kept_version: int,
    gone_id: UUID,
    gone_version: int,
    sides: Mapping[str, Side],
    keep_name: bool = False,
    by: User,
    now: dt.datetime,
) -> MergeOperation:
    """Make two records one: ``gone`` goes into ``kept``, with everything that points to it.

    Args:
        kept_id: whose record stays, under its key.
        kept_version: the one that the choices were made from.
        gone_id: whose record goes; its key leads to the other from now on.
        gone_version: as above.
        sides: whose value of which field, see `plans.make_plan`; the default for all others.
        keep_name: put a name that was not chosen among the other names.
        by: who says that it is one person.
        now: the time.

    Raises:
        Person.DoesNotExist: one of them is not here.
        SamePersonError: it is the same record.
        MergeNotAllowedError: ``by`` may not change both.
        PersonMinimisedError: one of them was reduced.
        PersonChangedError: somebody saved one of them since.
        KinOfOneselfError: they are relatives of each other.
        TwiceInOnePlaceError: a room refuses one person twice in one place.
    """
    if kept_id == gone_id:
        raise SamePersonError
    kept, gone = _lock(kept_id, gone_id)
    if not rights.may_merge(by, kept, gone):
        raise MergeNotAllowedError
    for person, version in ((kept, kept_version), (gone, gone_version)):
        if person.status == Status.MINIMISED:
            raise PersonMinimisedError
        if person.version != version:
            raise PersonChangedError(opened=version, current=person.version)
    uniting.refuse_relatives(kept.pk, gone.pk)
    before = snapshots.read_rows({kept.pk, gone.pk})
    old = drafts.draft_of(kept)
    told = history.snapshot(old)
    operation = MergeOperation(
        winner=kept, loser_key=gone.pk, merged_at=now, merged_by=by, undo_until=now + UNDO_TIME
    )
    plan = make_plan(kept, gone)
    take(plan, sides, keep_name=keep_name)
    _unite(operation, plan.twins, old, now=now)
    gone.delete()
    new = _save_kept(kept, by=by, now=now)
    changes = history.differences(told, history.snapshot(new))
    operation.save(force_insert=True)
    history.record_change(
        person=kept, changes=changes, cause=ChangeCause.MERGE, cause_key=operation.pk, by=by,
        now=now,
    )  # fmt: skip
    after = snapshots.read_again(before) | snapshots.read_rows({kept.pk})
    operation.snapshot = snapshots.encode(snapshots.difference(before, after))
    operation.save(update_fields=["snapshot"])
    _record("person.merge", operation, by=by, now=now)
    return operation


@transaction.atomic
def undo_merge(*, merge_id: UUID, by: User, now: dt.datetime) -> MergeOperation:
    """Give back both records as they were, to the byte.

    Raises:
        MergeOperation.DoesNotExist: there was no such merge.
        AlreadyUndoneError: somebody did it before.
        UndoOverError: thirty days have passed.
        MergeNotAllowedError: ``by`` may not change the record.
        EditedSinceError: something the merge touched was changed since.
    """
    operation = MergeOperation.objects.select_for_update().get(pk=merge_id)
    if operation.undone_at is not None:
        raise AlreadyUndoneError
    if operation.undo_until <= now or operation.snapshot is None:
        raise UndoOverError
    kept = Person.objects.select_for_update().get(pk=operation.winner_id)
    if not rights.may_merge(by, kept):
        raise MergeNotAllowedError
    found = snapshots.decode(operation.snapshot.reveal())
    if changed := snapshots.changed_since(found):
        raise EditedSinceError(changed)
    try:
        with transaction.atomic():
            snapshots.restore(found.before)
            connection.check_constraints()
    except IntegrityError as error:
        # Somebody took what was free after the merge, or removed what a row hangs on.
        raise EditedSinceError([snapshots.place_of(error)]) from error
    events.merge_undone.send(
        None, kept=operation.winner_id, gone=operation.loser_key, merge=operation.pk, now=now
    )
    operation.undone_at, operation.undone_by, operation.snapshot = now, by, None
    operation.save(update_fields=["undone_at", "undone_by", "snapshot"])
    _record("person.undo_merge", operation, by=by, now=now)
    return operation


def forget_snapshots(*, now: dt.datetime) -> int:
    """Destroy what merges could be undone by, when the time for it is over; return how many."""
    over = MergeOperation.objects.filter(snapshot__isnull=False, undo_until__lte=now)
    # Not update(): a sealed column is written with its row.
    rows = list(over.only("pk", "snapshot"))
    for row in rows:
        row.snapshot = None
    MergeOperation.objects.bulk_update(rows, ["snapshot"], batch_size=500)
    return len(rows)


def _lock(*person_ids: UUID) -> list[Person]:
    """Return both people, locked in the order of their keys, so that two merges cannot cross."""
    found = {
        person.pk: person
        for person in Person.objects.select_for_update().filter(pk__in=person_ids).order_by("pk")
    }
    if len(found) < len(person_ids):
        raise Person.DoesNotExist
    return [found[pk] for pk in person_ids]


def _unite(
    operation: MergeOperation, twins: Iterable[Twin], old: drafts.Draft, *, now: dt.datetime
) -> None:
    """Move all parts; other rooms first, which may know better or refuse.

    Raises:
        TwiceInOnePlaceError: a part that is possible once is there twice.
    """
    kept_id, gone_id = operation.winner_id, operation.loser_key
    events.person_merged.send(None, kept=kept_id, gone=gone_id, merge=operation.pk, now=now)
    try:
        with transaction.atomic():
            uniting.unite_twins(twins)
            uniting.move_kinship(kept_id, gone_id)
    except IntegrityError as error:
        raise TwiceInOnePlaceError(snapshots.place_of(error)) from error
    uniting.move_pairs(kept_id, gone_id)
    uniting.move_everything(kept_id, gone_id)
    uniting.put_in_order(
        operation.winner,
        [row.pk for row in old.documents],
        [row.pk for row in (*old.phones, *old.contacts)],
    )


def _save_kept(kept: Person, *, by: User, now: dt.datetime) -> drafts.Draft:
    """Save the person with new search keys and a new version; return all its rows."""
    new = drafts.draft_of(kept)
    clear = drafts.clear_values(new)
    kept.sort_key = search.order_of(kept)
    fill_name_keys(kept)
    kept.search = search.as_tsvector(
        search.person_tokens(
            kept,
            phones=[clear[row.pk] for row in new.phones],
            documents=[clear[row.pk] for row in new.documents],
            key=current_key(),
        )
    )
    kept.version += 1
    kept.updated_at, kept.updated_by = now, by
    kept.save()
    return new


def _record(action: str, operation: MergeOperation, *, by: User, now: dt.datetime) -> None:
    """Write an entry for each of both keys: whoever looks either up finds it."""
    audit.record_many(
        [
            audit.Event(
                action=action,
                by=by,
                object_type=OBJECT_TYPE,
                object_key=operation.winner_id,
                person_key=key,
                detail={"merge": str(operation.pk), "gone": str(operation.loser_key)},
            )
            for key in (operation.winner_id, operation.loser_key)
        ],
        now=now,
    )
