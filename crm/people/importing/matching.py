"""Whom the rows of a file are about: people on record, or rows further up in the file.

A paper tells a person for certain. Where everything that a row says is equal, or the evidence of
`crm.people.duplicates` makes it likely, a clerk decides; less than that is only remarked.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from common.keys import DataKey
from crm.people.choices import CheckResult, Evidence
from crm.people.drafts import Draft
from crm.people.duplicates.matching import (
    MOST_SHARING,
    keys_of_probe,
    match_many,
    probe_of_draft,
    probe_of_values,
)
from crm.people.duplicates.scoring import LIKELY, POSSIBLE, Key, Probe, Reason, compare
from crm.people.models import Person, PersonDocument, PersonPhone
from crm.people.rules import Checked

Place = tuple[int, int]  # sheet and row
# Name, date of birth and a phone ("" for nobody's): equal in two rows of one person.
_Likeness = tuple[str, dt.date | None, bytes]

PAPERS = {Evidence.SAME_PAPER, Evidence.OLD_NUMBER}


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody a row may be about: on record (``person_id``) or in the file (``place``).

    ``is_alike`` says that name, date of birth and phone are all equal; ``is_named``, that the row
    has the number of the person in this system, as our own lists have it.
    """

    score: int
    reasons: tuple[Reason, ...]
    person_id: UUID | None = None
    place: Place | None = None
    is_alike: bool = False
    is_named: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether a paper says so, or one of our own lists."""
        return self.is_named or any(reason.evidence in PAPERS for reason in self.reasons)

    @property
    def is_likely(self) -> bool:
        """Whether somebody must decide before the row may become another person."""
        return self.is_certain or self.is_alike or self.score >= LIKELY

    @property
    def has_other_name(self) -> bool:
        """Whether the names differ so much that they are no spellings of one."""
        return any(reason.evidence == Evidence.DIFFERENT_NAME for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells the person of a row again; numbers as blind indexes."""

    name: str
    probe: Probe

    @property
    def likenesses(self) -> list[_Likeness]:
        """What is equal in every row that says the same."""
        return [(self.name, self.probe.birth_date, phone) for phone in self.probe.phones or [b""]]

    @property
    def valid_papers(self) -> list[bytes]:
        """The papers whose numbers passed their check."""
        return [paper.index for paper in self.probe.papers if paper.is_valid]


def traits_of(checked: Checked, key: DataKey) -> Traits:
    """Return what tells the person of checked values again; ``key`` is the site's current one."""
    return Traits(checked.values.full_name, probe_of_values(checked, key))


def traits_of_draft(draft: Draft) -> Traits:
    """Return the same of rows that are about to be written."""
    return Traits(draft.person.full_name, probe_of_draft(draft))


@dataclass(slots=True)
class FileMemory:
    """Who stood further up in the file."""

    _rows: list[tuple[Place, Traits]] = field(default_factory=list)
    _holders: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))

    def find(self, traits: Traits) -> Match | None:
        """Return the likeliest row above that may be about the same person, or None."""
        before = {
            position
            for key in keys_of_probe(traits.probe)
            if len(found := self._holders.get(key, ())) <= MOST_SHARING
            for position in found
        }
        matches = [self._compare(traits, position) for position in sorted(before)]
        likely = [match for match in matches if match.is_likely or match.score >= POSSIBLE]
        return max(likely, key=lambda match: (match.is_certain, match.score), default=None)

    def add(self, traits: Traits, place: Place) -> None:
        """Remember a row."""
        for key in keys_of_probe(traits.probe):
            self._holders[key].append(len(self._rows))
        self._rows.append((place, traits))

    def _compare(self, traits: Traits, position: int) -> Match:
        place, other = self._rows[position]
        verdict = compare(traits.probe, other.probe)
        is_alike = not set(traits.likenesses).isdisjoint(other.likenesses)
        return Match(verdict.score, verdict.reasons, place=place, is_alike=is_alike)


def match_on_record(rows: Sequence[Traits]) -> list[Match | None]:
    """Return for each row the likeliest person on record, or None; some ten queries for all."""
    if not Person.objects.exists():
        return [None] * len(rows)  # a site's first roster
    alike = _alike(rows)
    return [
        max(
            (
                Match(
                    one.score,
                    one.reasons,
                    person_id=one.person_id,
                    is_alike=any(alike.get(same) == one.person_id for same in row.likenesses),
                )
                for one in found
            ),
            key=lambda match: (match.is_certain, match.is_likely, match.score),
            default=None,
        )
        for row, found in zip(rows, match_many([row.probe for row in rows]), strict=True)
    ]


def known_since(rows: Sequence[Traits]) -> list[UUID | None]:
    """Return for each row who on record has its paper, or else is alike in everything, or None.

    What the run asks again, since the dry run may be days old. Three queries for all.
    """
    papers = [paper for row in rows for paper in row.valid_papers]
    owners = {
        bytes(index): person_id
        for index, person_id in PersonDocument.objects.filter(
            number_index__any=papers, check_result=CheckResult.OK
        ).values_list("number_index", "person_id")
    }
    alike = _alike(rows)
    return [_known(row, owners, alike) for row in rows]


def _known(row: Traits, owners: dict[bytes, UUID], alike: dict[_Likeness, UUID]) -> UUID | None:
    clues: Iterable[UUID | None] = [
        *(owners.get(paper) for paper in row.valid_papers),
        *(alike.get(same) for same in row.likenesses),
    ]
    return next(filter(None, clues), None)


def _alike(rows: Sequence[Traits]) -> dict[_Likeness, UUID]:
    """Return who on record has name, date of birth and phone, or no phone, of one of the rows."""
    phones = {phone for row in rows for phone in row.probe.phones}
    sounds = {
        spelling for row in rows if not row.probe.phones for spelling in row.probe.spellings[:1]
    }
    found: list[tuple[Any, ...]] = []
    if phones:
        found += PersonPhone.objects.filter(number_index__any=phones).values_list(
            "person__full_name", "person__birth_date", "number_index", "person_id"
        )
    if sounds:
        people = Person.objects.filter(name_key__any=sounds, phones__isnull=True)
        found += [
            (name, born, b"", person_id)
            for name, born, person_id in people.values_list("full_name", "birth_date", "pk")
        ]
    return {(name, born, bytes(phone)): person_id for name, born, phone, person_id in found}
