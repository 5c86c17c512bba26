"""What happened with a person, newest first, from every room that keeps a part of it.

A room adds its own part once, in its app's ``ready``: what it returns is shown only to readers
with the permission it names, so that a timeline never tells more than the room's own pages do.
"""

import datetime as dt
import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from crm.people.models import IdentityStep, Person, PersonChange
from tenants.permissions import Permission


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. ``kind`` tells the page how to put ``what``, a row, into words."""

    at: dt.datetime
    kind: str
    by: str
    what: Any


# Gives at most so many moments of a person before a time (None: from the newest), newest first.
Reader = Callable[[UUID, dt.datetime | None, int], Iterable[Moment]]

_sources: dict[str, tuple[Permission, Reader]] = {}


def add_source(name: str, *, permission: Permission, read: Reader) -> None:
    """Let ``read`` tell a part of everybody's timeline to holders of ``permission``."""
    _sources[name] = (permission, read)


def moments(
    person_id: UUID,
    *,
    may: Callable[[Permission], bool],
    before: dt.datetime | None = None,
    limit: int,
) -> list[Moment]:
    """Return the newest moments before a time, at most ``limit``; two queries and one a room."""
    parts = [read(person_id, before, limit) for permission, read in _sources.values()
             if may(permission)]  # fmt: skip
    return list(islice(heapq.merge(*parts, key=lambda moment: moment.at, reverse=True), limit))


def _beginning(person_id: UUID, before: dt.datetime | None, _limit: int) -> Iterable[Moment]:
    people = Person.objects.filter(pk=person_id).select_related("created_by")
    if before is not None:
        people = people.filter(created_at__lt=before)
    return [Moment(row.created_at, "added", _name(row), row) for row in people]


def _changes(person_id: UUID, before: dt.datetime | None, limit: int) -> Iterable[Moment]:
    rows = PersonChange.objects.filter(person=person_id).select_related("created_by")
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    return [Moment(row.created_at, "change", _name(row), row) for row in rows[:limit]]


def _identity_steps(person_id: UUID, before: dt.datetime | None, limit: int) -> Iterable[Moment]:
    rows = (
        IdentityStep.objects.filter(identity__person=person_id)
        .select_related("identity", "created_by")
        .order_by("-created_at", "-id")
    )
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    return [Moment(row.created_at, "identity", _name(row), row) for row in rows[:limit]]


def _name(row: Any) -> str:
    return str(row.created_by) if row.created_by else ""


add_source("added", permission=Permission.PERSON_VIEW, read=_beginning)
add_source("changes", permission=Permission.PERSON_VIEW, read=_changes)
add_source("identities", permission=Permission.PERSON_VIEW, read=_identity_steps)
