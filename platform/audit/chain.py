"""The arithmetic of the chain: what is hashed, with which key, from which beginning. Pure."""

import datetime as dt
import hmac as stdlib_hmac
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes, hmac

from audit.models import AuditEntry
from common.keys import DataKey, Suite

MAC_BYTES = 32
_COLUMNS = tuple(column.attname for column in AuditEntry._meta.concrete_fields)
_CHAINED = tuple(sorted(name for name in _COLUMNS if name != "mac"))
_VALUE_BYTES = 16
# Made once: json.dumps would make one for each row.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands: its last number, and that row's keyed hash."""

    seq: int
    mac: bytes


# What the first row is chained to.
BEGINNING = Head(seq=0, mac=bytes(MAC_BYTES))


def canonical(entry: AuditEntry) -> bytes:
    """Return every column of the entry but ``mac``, in the one form that is hashed.

    JSON with sorted keys; times in UTC with microseconds, bytes as hexadecimal digits. Empty
    columns are left out, so that a column added in years to come changes no older row.
    """
    values = {
        name: _plain(value)
        for name in _CHAINED
        if (value := getattr(entry, name)) not in (None, "", [], {})
    }
    return _encode(values).encode()


def mac_of(entry: AuditEntry, key: DataKey) -> bytes:
    """Return the keyed hash of the entry, 32 bytes."""
    return _keyed_hash(key, b"entry|" + canonical(entry))


def value_hash(value: str, *, place: str, key: DataKey) -> str:
    """Return 32 hexadecimal digits that stand for a value which must not be written down.

    Equal for equal values in the same ``place`` (object and column) only: a reader of the log
    can confirm a value that somebody shows, but neither guess one nor see two people share it.
    """
    return _keyed_hash(key, f"value|{place}|{value}".encode())[:_VALUE_BYTES].hex()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value) if isinstance(value, UUID) else value


def _keyed_hash(key: DataKey, message: bytes) -> bytes:
    if key.index_suite == Suite.AES:  # the standard library's is three times as fast
        return stdlib_hmac.digest(key.audit, message, "sha256")
    keyed = hmac.HMAC(key.audit, hashes.SM3())
    keyed.update(message)
    return keyed.finalize()
