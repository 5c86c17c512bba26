"""Ask the audit chain of the current schema. Lists are paged by number, however long they grow."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit import verify
from audit.chain import BEGINNING, Head
from audit.models import AuditAnchor, AuditEntry, Outcome
from common.keys import current_key, current_schema, keystore

PAGE_SIZE = 50
# Verbs of actions that show somebody's data without changing it.
LOOKING_VERBS = ("view", "reveal", "export", "print")
# How `crm.people` names a person as the object of an action.
PERSON_TYPE = "people.person"
_CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entries are asked for; empty parts ask for all."""

    action: str = ""
    actor_key: UUID | None = None
    object_type: str = ""
    object_key: str = ""
    outcome: Outcome | None = None
    # Both days count, in the current time zone.
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page begins: next to entry ``seq``, on one side of it."""

    seq: int
    is_after: bool = True


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries in the order asked for, and where the pages beside them begin."""

    entries: Sequence[AuditEntry]
    previous: Place | None
    next: Place | None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw data of a person."""

    at: dt.datetime
    actor_key: UUID | None
    actor_name: str
    roles: Sequence[str]
    # One of `LOOKING_VERBS`.
    verb: str
    object_type: str
    fields: Sequence[str] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LookPage:
    """Looks at one person, newest first, and where the pages beside them begin."""

    looks: Sequence[Look]
    previous: Place | None
    next: Place | None


def chain_head() -> Head:
    """Return where the chain stands."""
    row = AuditEntry.objects.order_by("-seq").values_list("seq", "mac").first()
    return Head(seq=row[0], mac=bytes(row[1])) if row else BEGINNING


def find_tampering(*, newest: int | None = None, limit: int = 20) -> list[verify.Finding]:
    """Verify the whole chain, or its ``newest`` entries, against keys and anchors.

    Reads the chain in pieces; some 30 µs an entry. Stops at ``limit`` findings.

    Raises:
        KeystoreError: the schema's keys cannot be read, so nothing can be said.
    """
    schema = current_schema()
    current_key()
    # Before the entries: see verify.find_tampering.
    anchors = list(AuditAnchor.objects.filter(schema_name=schema))
    after = BEGINNING if newest is None else _head_at(chain_head().seq - newest)
    findings = verify.find_tampering(
        AuditEntry.objects.filter(seq__gt=after.seq).order_by("seq").iterator(chunk_size=_CHUNK),
        anchors,
        find_key=partial(keystore().data_key, schema),
        after=after,
    )
    return list(islice(findings, limit))


def last_check(action: str) -> AuditEntry | None:
    """Return the newest entry of ``action``."""
    return AuditEntry.objects.filter(action=action).order_by("-seq").first()


def entry_page(wanted: Filter, place: Place | None = None, *, size: int = PAGE_SIZE) -> EntryPage:
    """Return ``size`` entries that ``wanted`` lets through, from ``place`` on."""
    entries, previous, following = _page(
        _filtered(wanted), place, size=size, oldest_first=wanted.oldest_first
    )
    return EntryPage(entries, previous, following)


def who_looked(
    person_key: UUID,
    place: Place | None = None,
    *,
    former_keys: Collection[UUID] = (),
    now: dt.datetime,
    size: int = PAGE_SIZE,
) -> LookPage:
    """Return who saw, revealed, printed or exported data of a person, newest first.

    ``former_keys`` are those of records that went into this one: entries are never rewritten.

    Left out are entries that an open investigation hides until later than ``now``, and those
    whose object is somebody else: that this person appears in another's file would tell about
    the other (requirements K5).
    """
    keys = [person_key, *former_keys]
    looking = Q()
    for verb in LOOKING_VERBS:
        looking |= Q(action__endswith=f".{verb}")
    entries, previous, following = _page(
        AuditEntry.objects.filter(
            looking,
            Q(hidden_until__isnull=True) | Q(hidden_until__lte=now),
            ~Q(object_type=PERSON_TYPE) | Q(object_key__in=[str(key) for key in keys]),
            person_key__in=keys,
            outcome=Outcome.OK,
        ),
        place,
        size=size,
    )
    return LookPage([_look(entry) for entry in entries], previous, following)


def _look(entry: AuditEntry) -> Look:
    return Look(
        at=entry.at,
        actor_key=entry.actor_key,
        actor_name=entry.actor_name,
        roles=[role for role in entry.actor_role.split(",") if role],
        verb=entry.action.rpartition(".")[2],
        object_type=entry.object_type,
        fields=entry.fields,
        reason=entry.reason,
    )


def _head_at(seq: int) -> Head:
    mac = AuditEntry.objects.filter(seq=seq).values_list("mac", flat=True).first()
    return Head(seq=seq, mac=bytes(mac)) if mac else BEGINNING


def _filtered(wanted: Filter) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.all()
    exact = {
        "action": wanted.action,
        "actor_key": wanted.actor_key,
        "object_type": wanted.object_type,
        "object_key": wanted.object_key,
        "outcome": wanted.outcome,
    }
    entries = entries.filter(**{column: value for column, value in exact.items() if value})
    if wanted.first_day:
        entries = entries.filter(at__gte=_midnight(wanted.first_day))
    if wanted.last_day:
        entries = entries.filter(at__lt=_midnight(wanted.last_day + dt.timedelta(days=1)))
    return entries


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _page(
    entries: QuerySet[AuditEntry], place: Place | None, *, size: int, oldest_first: bool = False
) -> tuple[list[AuditEntry], Place | None, Place | None]:
    """Return a page and its neighbours' places; reads one row more than it shows."""
    is_after = place is None or place.is_after
    # Towards growing numbers when going on from old to new, or back from new to old.
    ascending = oldest_first == is_after
    if place is not None:
        side = {"seq__gt": place.seq} if ascending else {"seq__lt": place.seq}
        entries = entries.filter(**side)
    found = list(entries.order_by("seq" if ascending else "-seq")[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if not is_after:
        found.reverse()
    if not found:
        return [], None, None
    has_previous = place is not None if is_after else has_more
    has_next = has_more if is_after else True
    return (
        found,
        Place(found[0].seq, is_after=False) if has_previous else None,
        Place(found[-1].seq) if has_next else None,
    )
