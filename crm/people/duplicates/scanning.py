"""Look through everybody on record for pairs that may be one person.

People who share a key form a block, and only within a block are they compared, so that the work
grows with the people and not with their pairs.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models, transaction
from django.db.models import Count, F, Func, QuerySet

from crm.people.choices import PairDecision, Status
from crm.people.duplicates.matching import MOST_SHARING, load_probes
from crm.people.duplicates.scoring import POSSIBLE, Key, Verdict, compare
from crm.people.models import (
    DuplicatePair,
    Person,
    PersonContact,
    PersonDocument,
    PersonPhone,
)

# People looked at together: their records are in memory at once.
_BATCH = 2_000
# So many of one name and no date of birth are no evidence; each pair of them would be a line.
_MOST_OF_A_NAME = 200

Pair = tuple[UUID, UUID]
Report = Callable[[int, int], None]


@dataclass(slots=True)
class Scan:
    """What a scan found: pairs new or asked again, and how many are open in all."""

    found: int = 0
    open: int = 0


def scan(*, now: dt.datetime, report: Report = lambda done, total: None) -> Scan:
    """Compare all people who share a key, and bring the list of pairs up to date.

    May be killed and begun again anywhere: a pair is written once, whoever finds it.

    Args:
        now: the time of the scan.
        report: hears between transactions how many blocks are done, and of how many.
    """
    blocks, sharing = _blocks()
    result = Scan()
    seen: set[Pair] = set()
    done = 0
    for batch in _batches(blocks):
        found = _compare_within(batch, sharing)
        with transaction.atomic():
            result.found += _keep(found, now=now)
        seen |= found.keys()
        done += len(batch)
        report(done, len(blocks))
    result.open = _forget_others(seen)
    return result


def _blocks() -> tuple[list[list[UUID]], dict[Key, int]]:
    """Return the people who share each key, and how many share each phone and contact."""
    blocks: list[list[UUID]] = []
    sharing: dict[Key, int] = {}
    sources: list[tuple[QuerySet[Any], str, str, int]] = [
        (PersonDocument.objects.all(), "number_index", "person_id", MOST_SHARING),
        (PersonPhone.objects.all(), "number_index", "person_id", MOST_SHARING),
        (PersonContact.objects.all(), "value_index", "person_id", MOST_SHARING),
        (Person.objects.exclude(status=Status.MINIMISED), "name_key", "pk", _MOST_OF_A_NAME),
    ]
    for rows, key, person, most in sources:
        groups = (
            rows.order_by()
            .values(key)
            .annotate(people=ArrayAgg(person, distinct=True), size=Count(person, distinct=True))
            .filter(size__gt=1)
            .values_list(key, "people")
        )
        for value, people in groups:
            if not isinstance(value, str):
                sharing[bytes(value)] = len(people)
            if len(people) <= most:
                blocks.append(people)
    return blocks + _blocks_of_other_names(), sharing


def _blocks_of_other_names() -> list[list[UUID]]:
    """Return whoever has a further name that sounds like some name of somebody else."""
    holders: dict[str, set[UUID]] = {}
    named = Person.objects.exclude(other_name_keys=[]).annotate(
        key=Func(F("other_name_keys"), function="unnest", output_field=models.CharField())
    )
    for key, person_id in named.order_by().values_list("key", "pk"):
        holders.setdefault(key, set()).add(person_id)
    keys = list(holders)
    for start in range(0, len(keys), _BATCH):
        full_names = Person.objects.filter(name_key__in=keys[start : start + _BATCH])
        for key, person_id in full_names.values_list("name_key", "pk"):
            holders[key].add(person_id)
    return [list(people) for people in holders.values() if 1 < len(people) <= _MOST_OF_A_NAME]


def _batches(blocks: Sequence[list[UUID]]) -> Iterator[list[list[UUID]]]:
    batch: list[list[UUID]] = []
    people = 0
    for block in blocks:
        batch.append(block)
        people += len(block)
        if people >= _BATCH:
            yield batch
            batch, people = [], 0
    if batch:
        yield batch


def _compare_within(
    blocks: Sequence[Sequence[UUID]], sharing: dict[Key, int]
) -> dict[Pair, Verdict]:
    known = load_probes({person_id for block in blocks for person_id in block})
    found: dict[Pair, Verdict] = {}
    for block in blocks:
        for first, second in combinations(sorted(known.keys() & set(block)), 2):
            verdict = compare(known[first], known[second], sharing=sharing)
            if verdict.score >= POSSIBLE:
                found[first, second] = verdict
    return found


def _keep(found: dict[Pair, Verdict], *, now: dt.datetime) -> int:
    """Write pairs that are new and bring known ones up to date; return how many to look at anew."""
    firsts = {first for first, _second in found}
    known = {
        (pair.first_id, pair.second_id): pair
        for pair in DuplicatePair.objects.filter(first__in=firsts).select_for_update()
    }
    # Somebody may have been merged or erased since the block was read.
    there = set(
        Person.objects.filter(pk__in={pk for pair in found for pk in pair}).values_list(
            "pk", flat=True
        )
    )
    new = [
        DuplicatePair(
            first_id=pair[0],
            second_id=pair[1],
            score=verdict.score,
            reasons=reasons_as_stored(verdict),
            found_at=now,
        )
        for pair, verdict in found.items()
        if pair not in known and there.issuperset(pair)
    ]
    changed = [
        known[pair]
        for pair, verdict in found.items()
        if pair in known and known[pair].reasons != reasons_as_stored(verdict)
    ]
    asked_again = 0
    for pair in changed:
        verdict = found[pair.first_id, pair.second_id]
        asked_again += _update(pair, verdict, now=now)
    DuplicatePair.objects.bulk_create(new, ignore_conflicts=True)
    DuplicatePair.objects.bulk_update(
        changed,
        ["score", "reasons", "found_at", "decision", "reason", "explanation", "decided_at",
         "decided_by"],
    )  # fmt: skip
    return len(new) + asked_again


def _update(pair: DuplicatePair, verdict: Verdict, *, now: dt.datetime) -> bool:
    """Take over what speaks for the pair now; say whether that opens what was decided."""
    before = {code for code, points in pair.reasons if points > 0}
    is_open = pair.decision == PairDecision.OPEN
    new = {reason.evidence.value for reason in verdict.reasons if reason.points > 0} - before
    if not is_open and not (new and verdict.score > pair.score):
        # No more speaks for it than when somebody decided: what they saw stays on record.
        return False
    pair.score, pair.reasons = verdict.score, reasons_as_stored(verdict)
    if is_open:
        return False
    reopen(pair)
    pair.found_at = now
    return True


def reopen(pair: DuplicatePair) -> None:
    """Clear the decision of a pair; the caller saves it."""
    pair.decision, pair.reason, pair.explanation = PairDecision.OPEN, "", ""
    pair.decided_at = pair.decided_by = None


def reasons_as_stored(verdict: Verdict) -> list[list[Any]]:
    """Return the reasons as the column keeps them."""
    return [[reason.evidence.value, reason.points] for reason in verdict.reasons]


def _forget_others(seen: set[Pair]) -> int:
    """Remove open pairs that nothing speaks for any more; return how many are open."""
    rows = DuplicatePair.objects.filter(decision=PairDecision.OPEN).values_list(
        "pk", "first_id", "second_id"
    )
    gone = [pk for pk, first, second in rows if (first, second) not in seen]
    for start in range(0, len(gone), _BATCH):
        DuplicatePair.objects.filter(pk__in=gone[start : start + _BATCH]).delete()
    return len(rows) - len(gone)
