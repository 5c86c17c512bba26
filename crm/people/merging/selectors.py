"""What can be asked about merges."""

import datetime as dt
from uuid import UUID

from crm.people.models import MergeOperation


def merge_of(key: UUID) -> MergeOperation | None:
    """Return the merge that took the record of this key away, or None; it leads to the kept one."""
    return MergeOperation.objects.filter(loser_key=key, undone_at__isnull=True).first()


def undoable_merges(person_id: UUID, *, now: dt.datetime) -> list[MergeOperation]:
    """Return the merges into this record that can still be undone, newest first."""
    return list(
        MergeOperation.objects.filter(
            winner=person_id, undone_at__isnull=True, undo_until__gt=now, snapshot__isnull=False
        ).select_related("merged_by")
    )


def keys_merged_into(person_id: UUID) -> list[UUID]:
    """Return the keys of the records that went into this one and are in it now."""
    merges = MergeOperation.objects.filter(winner=person_id, undone_at__isnull=True)
    return list(merges.values_list("loser_key", flat=True))
