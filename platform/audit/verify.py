"""Find out whether an audit chain was tampered with, from its rows and anchors alone. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from audit.chain import BEGINNING, Head, mac_of
from audit.models import AuditAnchor, AuditEntry
from common.keys import DataKey, KeyMissingError


class Kind(StrEnum):
    """What was done to the chain."""

    CHANGED = "changed"
    MISSING = "missing"
    MISPLACED = "misplaced"
    REPLACED = "replaced"
    CUT = "cut"


_SENTENCES = {
    Kind.CHANGED: "Entry {seq} was changed, or written by somebody without the key.",
    Kind.MISSING: "Entries {seq} to {last} are missing.",
    Kind.MISPLACED: "Entry {seq} does not follow the one before it.",
    Kind.REPLACED: "Entry {seq} is not the one that was anchored on {day}.",
    Kind.CUT: "The chain was cut: entries {seq} to {last}, anchored on {day}, are gone.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One trace of tampering: at entry ``seq``, or from there to ``last``."""

    kind: Kind
    seq: int
    last: int
    # Of the anchor that is contradicted.
    day: dt.date | None = None

    def __str__(self) -> str:
        return _SENTENCES[self.kind].format(seq=self.seq, last=self.last, day=self.day)


def find_tampering(
    entries: Iterable[AuditEntry],
    anchors: Iterable[AuditAnchor],
    *,
    find_key: Callable[[int], DataKey],
    after: Head = BEGINNING,
) -> Iterator[Finding]:
    """Yield what is wrong with a chain; nothing means that it is whole.

    Read the anchors before the entries, or entries written in between look cut off.

    Args:
        entries: the rows that follow ``after``, in the order of ``seq``.
        anchors: the anchors of the same schema.
        find_key: gives the key with the id a row names; may raise ``KeyMissingError``.
        after: where the verified part begins.
    """
    anchored: defaultdict[int, list[AuditAnchor]] = defaultdict(list)
    for anchor in anchors:
        if anchor.seq > after.seq:
            anchored[anchor.seq].append(anchor)
    head, head_is_sound = after, True
    for entry in entries:
        seq, mac = entry.seq, bytes(entry.mac)
        if seq > head.seq + 1:
            yield Finding(Kind.MISSING, head.seq + 1, seq - 1)
        is_sound = _is_sound(entry, find_key)
        if not is_sound:
            yield Finding(Kind.CHANGED, seq, seq)
        elif seq <= head.seq or (
            # After a changed row the link says nothing new.
            seq == head.seq + 1 and head_is_sound and bytes(entry.prev) != head.mac
        ):
            yield Finding(Kind.MISPLACED, seq, seq)
        for anchor in anchored.pop(seq, ()):
            if bytes(anchor.mac) != mac:
                yield Finding(Kind.REPLACED, seq, seq, anchor.day)
        head, head_is_sound = Head(seq, mac), is_sound
    if anchored and (last := max(anchored)) > head.seq:
        yield Finding(Kind.CUT, head.seq + 1, last, anchored[last][0].day)


def _is_sound(entry: AuditEntry, find_key: Callable[[int], DataKey]) -> bool:
    try:
        key = find_key(entry.key_id)
    except KeyMissingError:
        return False
    return mac_of(entry, key) == bytes(entry.mac)
