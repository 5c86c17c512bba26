"""The chain without a database: whatever is done to it, the verifier says where."""

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.chain import BEGINNING, Head, canonical, mac_of, value_hash
from audit.models import AuditAnchor, AuditEntry
from audit.verify import Finding, Kind, find_tampering
from common.keys import DataKey, KeyMissingError, Suite

NOON = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 2)


def make_key(key_id=1, secret=b"a", suite=Suite.AES):
    return DataKey("t_north000", key_id, b"", b"", b"", secret * 32, suite)


KEYS = {1: make_key(1), 2: make_key(2, b"b"), 3: make_key(3, b"c", Suite.SM)}


def find_key(key_id):
    try:
        return KEYS[key_id]
    except KeyError:
        raise KeyMissingError(key_id) from None


def make_chain(length, *, key_ids=(1,), after=BEGINNING):
    entries = []
    for number in range(length):
        entry = AuditEntry(
            id=UUID(int=number + 1),
            seq=after.seq + 1,
            at=NOON + dt.timedelta(seconds=number),
            actor_name="林晓梅",
            action="person.view",
            fields=["address"],
            detail={"number": number},
            key_id=key_ids[number % len(key_ids)],
            prev=after.mac,
        )
        entry.mac = mac_of(entry, KEYS[entry.key_id])
        after = Head(entry.seq, entry.mac)
        entries.append(entry)
    return entries


def anchor(entry, day=DAY):
    return AuditAnchor(schema_name="t_north000", day=day, seq=entry.seq, mac=entry.mac, at=NOON)


def check(entries, anchors=(), **kwargs):
    return list(find_tampering(entries, anchors, find_key=find_key, **kwargs))


lengths = st.integers(2, 12)


@given(lengths, st.sampled_from([(1,), (1, 2), (1, 2, 3)]))
def test_an_untouched_chain_is_whole_across_key_rotations_and_suites(length, key_ids):
    entries = make_chain(length, key_ids=key_ids)
    assert check(entries, [anchor(entries[0]), anchor(entries[-1])]) == []


def test_an_empty_chain_is_whole():
    assert check([]) == []


EDITS = {
    "id": UUID(int=999),
    "at": NOON - dt.timedelta(microseconds=1),
    "actor_key": UUID(int=7),
    "actor_name": "王建国",
    "actor_role": "clerk",
    "ip": "203.0.113.0/24",
    "action": "person.edit",
    "object_type": "people.person",
    "object_key": "7",
    "person_key": UUID(int=8),
    "fields": [],
    "reason": "because",
    "detail": {},
    "outcome": "refused",
    "hidden_until": NOON,
    "key_id": 2,
    "prev": b"x" * 32,
    "mac": b"y" * 32,
}


def test_every_column_is_under_the_hash():
    columns = {column.attname for column in AuditEntry._meta.concrete_fields}
    assert columns - EDITS.keys() == {"seq"}


@pytest.mark.parametrize("column", EDITS)
@given(length=lengths, data=st.data())
def test_an_edited_entry_is_found(column, length, data):
    entries = make_chain(length)
    entry = entries[data.draw(st.integers(0, length - 1))]
    setattr(entry, column, EDITS[column])

    assert check(entries)[0] == Finding(Kind.CHANGED, entry.seq, entry.seq)


@given(lengths, st.data())
def test_deleted_entries_are_found(length, data):
    entries = make_chain(length)
    first = data.draw(st.integers(0, length - 2))
    last = data.draw(st.integers(first, length - 2))
    left = entries[:first] + entries[last + 1 :]

    assert check(left) == [Finding(Kind.MISSING, first + 1, last + 1)]


@given(lengths, st.data())
def test_an_entry_deleted_and_the_rest_renumbered_is_found(length, data):
    entries = make_chain(length)
    gone = data.draw(st.integers(0, length - 2))
    left = entries[:gone] + entries[gone + 1 :]
    for entry in left[gone:]:
        entry.seq -= 1

    assert check(left)[0] == Finding(Kind.CHANGED, gone + 1, gone + 1)


@given(lengths, st.data())
def test_an_inserted_entry_is_found(length, data):
    entries = make_chain(length)
    place = data.draw(st.integers(0, length))
    forged = make_chain(1, after=Head(place, entries[place - 1].mac if place else bytes(32)))[0]
    forged.mac = mac_of(forged, make_key(secret=b"stolen? no"))
    for entry in entries[place:]:
        entry.seq += 1
    found = check([*entries[:place], forged, *entries[place:]])

    assert found[0] == Finding(Kind.CHANGED, place + 1, place + 1)


@given(lengths, st.data())
def test_an_entry_repeated_is_found(length, data):
    entries = make_chain(length)
    place = data.draw(st.integers(0, length - 1))
    found = check([*entries[: place + 1], entries[place], *entries[place + 1 :]])

    assert found == [Finding(Kind.MISPLACED, place + 1, place + 1)]


@given(lengths, st.data())
def test_reordered_entries_are_found(length, data):
    entries = make_chain(length)
    a = data.draw(st.integers(0, length - 2))
    b = data.draw(st.integers(a + 1, length - 1))
    entries[a].seq, entries[b].seq = entries[b].seq, entries[a].seq
    entries.sort(key=lambda entry: entry.seq)

    assert {finding.seq for finding in check(entries)} == {a + 1, b + 1}


@given(lengths, st.data())
def test_a_tail_cut_off_is_found_by_the_anchor(length, data):
    entries = make_chain(length)
    kept = data.draw(st.integers(0, length - 1))
    found = check(entries[:kept], [anchor(entries[-1])])

    assert found == [Finding(Kind.CUT, kept + 1, length, DAY)]


@given(lengths, st.data())
def test_a_tail_cut_off_and_written_anew_with_the_key_is_found_by_the_anchor(length, data):
    entries = make_chain(length)
    kept = data.draw(st.integers(0, length - 1))
    head = Head(kept, entries[kept - 1].mac) if kept else BEGINNING
    anew = make_chain(length - kept + 3, after=head)
    for entry in anew:
        entry.reason = "another story"
    head_entry = head
    for entry in anew:
        entry.prev = head_entry.mac
        entry.mac = mac_of(entry, KEYS[1])
        head_entry = Head(entry.seq, entry.mac)
    found = check(entries[:kept] + anew, [anchor(entries[-1])])

    assert found == [Finding(Kind.REPLACED, length, length, DAY)]


def test_a_chain_from_another_history_does_not_continue_this_one():
    entries = make_chain(3)
    other = make_chain(1, after=Head(3, b"z" * 32))

    assert check(entries + other) == [Finding(Kind.MISPLACED, 4, 4)]


def test_verification_may_begin_at_a_trusted_entry():
    entries = make_chain(6)
    entries[0].reason = "edited before the part that is checked"
    after = Head(3, entries[2].mac)

    assert check(entries[3:], [anchor(entries[0])], after=after) == []
    assert check(entries[4:], after=after) == [Finding(Kind.MISSING, 4, 4)]


def test_a_key_nobody_has_is_no_excuse():
    entries = make_chain(2)
    entries[1].key_id = 9

    assert check(entries) == [Finding(Kind.CHANGED, 2, 2)]


def test_findings_are_sentences():
    assert str(Finding(Kind.CUT, 4, 9, DAY)) == (
        "The chain was cut: entries 4 to 9, anchored on 2026-03-02, are gone."
    )
    for kind in Kind:
        assert str(Finding(kind, 4, 9, DAY)).endswith(".")


def test_an_empty_column_leaves_no_trace_so_a_new_one_changes_no_old_row():
    assert b"reason" not in canonical(make_chain(1)[0])


def test_time_is_hashed_as_the_moment_not_as_the_zone():
    entry = make_chain(1)[0]
    entry.at = entry.at.astimezone(dt.timezone(dt.timedelta(hours=8)))

    assert check([entry]) == []


def test_a_value_hash_tells_nothing_without_the_key_or_across_places():
    """Attack 26, for the log: four billion phones can be tried, if one has the key."""
    key = make_key()
    hashed = value_hash("+8613800005678", place="p1|phone", key=key)

    assert hashed == value_hash("+8613800005678", place="p1|phone", key=key)
    assert hashed != value_hash("+8613800005678", place="p2|phone", key=key)
    assert hashed != value_hash("+8613800005678", place="p1|phone", key=make_key(secret=b"b"))
    assert len(hashed) == 32
