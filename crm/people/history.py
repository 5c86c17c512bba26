"""What a record said before and after each change: taken by the services, shown on its page.

A snapshot is every field of a person as text, with its parts as lists. It holds clear values, so
it lives in memory only; `record_change` seals the differences.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from crm.people import drafts
from crm.people.choices import ChangeCause
from crm.people.drafts import Draft
from crm.people.models import Person, PersonChange

Snapshot = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one change, as `snapshot` writes its values."""

    field: str
    before: Any
    after: Any


def snapshot(draft: Draft) -> dict[str, Any]:
    """Return every field of a person in the clear, as JSON can hold it.

    Plain fields are texts, lists stay lists; papers, phones, contacts and identities are lists of
    mappings in their order.
    """
    person = draft.person
    found: dict[str, Any] = {column: _plain(getattr(person, column)) for column in drafts.COLUMNS}
    found["address"] = person.address.reveal() if person.address else ""
    found["documents"] = [
        {
            "kind": row.kind,
            "number": row.number.reveal(),
            "country": row.country,
            "issuing_place": row.issuing_place,
            "valid_from": _plain(row.valid_from),
            "valid_to": _plain(row.valid_to),
            "check_result": row.check_result,
            "mismatch_reason": row.mismatch_reason,
        }
        for row in draft.documents
    ]
    found["phones"] = [
        {"number": row.number.reveal(), "extension": row.extension} for row in draft.phones
    ]
    found["identities"] = [
        {
            "code": row.code,
            "country": row.country,
            "since": _plain(row.since),
            "since_precision": row.since_precision,
        }
        for row in sorted(draft.identities, key=lambda row: row.code)
    ]
    return found


def differences(before: Snapshot, after: Snapshot) -> list[FieldChange]:
    """Return the fields that differ, in the order of their names."""
    return [
        FieldChange(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def record_change(
    *,
    person: Person,
    changes: list[FieldChange],
    cause: ChangeCause,
    cause_key: UUID | None = None,
    by: User | None,
    now: dt.datetime,
) -> PersonChange:
    """Keep the values before and after, sealed; ``person`` has its new version already."""
    content = {change.field: [change.before, change.after] for change in changes}
    return PersonChange.objects.create(
        person=person,
        version=person.version,
        cause=cause,
        cause_key=cause_key,
        fields=[change.field for change in changes],
        content=json.dumps(content, ensure_ascii=False, sort_keys=True),
        created_at=now,
        created_by=by,
    )


def changes_of(change: PersonChange) -> list[FieldChange]:
    """Return what a change did, in the clear. Whoever calls this also writes the audit row."""
    content: dict[str, list[Any]] = json.loads(change.content.reveal())
    return [FieldChange(name, *values) for name, values in sorted(content.items())]


def as_texts(found: Snapshot) -> dict[str, str]:
    """Return a snapshot with one text for each field, as the audit hashes them; "" if empty."""
    return {name: "" if value in ("", [], {}) else _text(value) for name, value in found.items()}


def _text(value: Any) -> str:
    is_text = isinstance(value, str)
    return value if is_text else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else value
