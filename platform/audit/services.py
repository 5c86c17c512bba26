"""Write the audit chain of the current schema. Nothing else writes it, and nothing changes it."""

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit import selectors
from audit.chain import BEGINNING, Head, mac_of, value_hash
from audit.context import request_facts
from audit.models import AuditAnchor, AuditEntry, Outcome
from audit.verify import Finding
from common.copying import copy_rows
from common.keys import DataKey, current_key, current_schema
from common.rows import fresh

# From so many on, COPY is faster.
_MANY = 50
# An entry of a check names so many of its findings.
_FINDINGS_KEPT = 20
CHECK_ACTION = "audit.check"


class Actor(Protocol):
    """An account, as far as the audit knows it."""

    @property
    def pk(self) -> UUID:
        """The account's key."""

    @property
    def display_name(self) -> str:
        """The name people know it by."""

    def current_roles(self) -> Collection[str]:
        """Return what it is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something to be recorded; what its parts mean is said at `record`."""

    action: str
    by: Actor | None = None
    object_type: str = ""
    object_key: str | UUID = ""
    person_key: UUID | None = None
    fields: Sequence[str] = ()
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome = Outcome.OK
    hidden_until: dt.datetime | None = None


def record(
    *,
    action: str,
    by: Actor | None = None,
    object_type: str = "",
    object_key: str | UUID = "",
    person_key: UUID | None = None,
    fields: Sequence[str] = (),
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    outcome: Outcome = Outcome.OK,
    hidden_until: dt.datetime | None = None,
    now: dt.datetime,
) -> AuditEntry:
    """Append one entry, in the caller's transaction: what is rolled back leaves no entry.

    The chain stays locked until that transaction ends, so call this last, after every other
    lock is held; two callers that do otherwise can wait for each other.

    Args:
        action: ``noun.verb``, as permissions are named.
        by: who did it; None for a guest or a job.
        object_type: model label of what it was done to, such as ``people.person``.
        object_key: its primary key.
        person_key: whose personal data it concerned.
        fields: names of the columns that were shown or changed.
        reason: what the actor said it was for.
        detail: plain JSON without fractions and without any value of class S2 or S3; see
            `hashed_changes`.
        outcome: ``refused`` only through `record_refusal`.
        hidden_until: keep it from the person until then, for an investigation.
        now: the time of the action.
    """
    event = Event(
        action=action,
        by=by,
        object_type=object_type,
        object_key=object_key,
        person_key=person_key,
        fields=fields,
        reason=reason,
        detail=detail or {},
        outcome=outcome,
        hidden_until=hidden_until,
    )
    return record_many([event], now=now)[0]


def record_refusal(
    *,
    action: str,
    by: Actor | None = None,
    object_type: str = "",
    object_key: str | UUID = "",
    person_key: UUID | None = None,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    now: dt.datetime,
) -> AuditEntry:
    """Append an entry of something refused, in a transaction of its own.

    Call it after the refused work was rolled back.

    Raises:
        RuntimeError: a transaction is open, whose end could take the entry with it.
    """
    with transaction.atomic(durable=True):
        return record(
            action=action,
            by=by,
            object_type=object_type,
            object_key=object_key,
            person_key=person_key,
            reason=reason,
            detail=detail,
            outcome=Outcome.REFUSED,
            now=now,
        )


# Without a savepoint: work whose entry cannot be written must not be kept.
@transaction.atomic(savepoint=False)
def record_many(events: Sequence[Event], *, now: dt.datetime) -> list[AuditEntry]:
    """Append entries in the order given, under one lock; otherwise as `record`."""
    entries = [_draft(event, now) for event in events]
    if not entries:
        return []
    key = current_key()
    head = _lock_chain()
    for entry in entries:
        head = _chain(entry, head, key)
    if len(entries) < _MANY:
        return AuditEntry.objects.bulk_create(entries)
    copy_rows(AuditEntry, entries)
    return entries


def hashed_changes(
    *, place: str, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> dict[str, list[str | None]]:
    """Return which columns changed, each with keyed hashes of both values, for ``detail``.

    ``place`` names the object (its key); an absent value stays None.
    """
    key = current_key()

    def hashed(column: str, value: str | None) -> str | None:
        return None if value is None else value_hash(value, place=f"{place}|{column}", key=key)

    return {
        column: [hashed(column, before.get(column)), hashed(column, after.get(column))]
        for column in sorted(before.keys() | after.keys())
        if before.get(column) != after.get(column)
    }


def anchor_day(*, now: dt.datetime) -> AuditAnchor | None:
    """Copy where the chain stands to the network's table, once a day; None if it is empty.

    Whoever cuts the chain's end or writes it anew, even with the key, contradicts the anchor.
    The first call of a day (China's) counts; later ones return the same anchor.
    """
    head = selectors.chain_head()
    if head == BEGINNING:
        return None
    schema, day = current_schema(), timezone.localdate(now)
    anchor = AuditAnchor(schema_name=schema, day=day, seq=head.seq, mac=head.mac, at=now)
    AuditAnchor.objects.bulk_create([anchor], ignore_conflicts=True)
    return AuditAnchor.objects.get(schema_name=schema, day=day)


def check_chain(
    *, newest: int | None = None, by: Actor | None = None, now: dt.datetime
) -> list[Finding]:
    """Verify the chain, or its ``newest`` entries, and record that and what was found.

    Returns at most 20 findings; none means that nobody has tampered with it.
    """
    head = selectors.chain_head()
    findings = selectors.find_tampering(newest=newest, limit=_FINDINGS_KEPT)
    checked = head.seq if newest is None else min(newest, head.seq)
    found = [[finding.kind.value, finding.seq] for finding in findings]
    record(action=CHECK_ACTION, by=by, detail={"checked": checked, "found": found}, now=now)
    return findings


def _draft(event: Event, now: dt.datetime) -> AuditEntry:
    facts = request_facts()
    actor = event.by
    role = facts.role or ",".join(sorted(actor.current_roles())) if actor else ""
    return fresh(
        AuditEntry,
        at=now,
        actor_key=actor.pk if actor else None,
        actor_name=actor.display_name if actor else "",
        actor_role=role,
        ip=facts.ip,
        action=event.action,
        object_type=event.object_type,
        object_key=str(event.object_key),
        person_key=event.person_key,
        fields=list(event.fields),
        reason=event.reason,
        detail=_as_stored(event.detail),
        outcome=event.outcome,
        hidden_until=event.hidden_until,
    )


def _as_stored(detail: Mapping[str, Any]) -> Any:
    """Return ``detail`` as the database will give it back, so that its hash stays the same.

    Raises:
        TypeError: it holds something other than JSON without fractions; fractions come back
            from the database spelled differently.
    """
    return json.loads(json.dumps(dict(detail), allow_nan=False), parse_float=_refuse_fraction)


def _refuse_fraction(text: str) -> None:
    raise TypeError(f"An audit entry's detail cannot hold the fraction {text}; write it as text.")


def _lock_chain() -> Head:
    """Wait until nobody else appends to this schema's chain, and return where it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit {current_schema()}"]
        )
    # A statement of its own: its snapshot must be taken when the lock is held.
    return selectors.chain_head()


def _chain(entry: AuditEntry, head: Head, key: DataKey) -> Head:
    entry.seq = head.seq + 1
    entry.prev = head.mac
    entry.key_id = key.key_id
    entry.mac = mac_of(entry, key)
    return Head(seq=entry.seq, mac=entry.mac)
