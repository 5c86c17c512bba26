"""Whom somebody may be on record: candidates by keys, for many at once, then scored.

A key is what two records of one person hardly ever both lack: a paper, a phone, a contact, or the
sound of a name with the year of birth. However many are asked about, it costs nine queries.
"""

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from common.keys import DataKey, current_key
from crm.people.choices import CheckResult, Status
from crm.people.drafts import Draft, contact_index, document_index, phone_index
from crm.people.duplicates.scoring import (
    NAME_ALONE,
    POSSIBLE,
    Key,
    Paper,
    Probe,
    Reason,
    Verdict,
    compare,
)
from crm.people.models import Person, PersonContact, PersonDocument, PersonPhone
from crm.people.name_keys import keys_of, written
from crm.people.rules import Checked, check_person
from crm.people.values import PersonValues

# A phone that more people share than this tells nobody apart: looking through them only costs.
MOST_SHARING = 50


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody on record who may be the one asked about; the strongest reasons come first."""

    person_id: UUID
    score: int
    reasons: tuple[Reason, ...]


def probe_of_draft(draft: Draft) -> Probe:
    """Return what is compared of rows, saved or not."""
    person = draft.person
    return Probe(
        names=_names(person.full_name, person.former_names, person.other_names),
        spellings=(person.name_key, *person.other_name_keys),
        sex=person.sex,
        birth_date=person.birth_date,
        birth_precision=person.birth_precision,
        papers=tuple(
            _paper(row.kind, row.country, row.number_index, row.check_result)
            for row in draft.documents
        ),
        phones=frozenset(bytes(row.number_index) for row in draft.phones),
        contacts=frozenset(bytes(row.value_index) for row in draft.contacts),
    )


def probe_of_values(checked: Checked, key: DataKey) -> Probe:
    """Return what is compared of values after their check; ``key`` is the site's current one."""
    values = checked.values
    return Probe(
        names=_names(values.full_name, values.former_names, values.other_names),
        spellings=keys_of(
            values.full_name,
            [*values.former_names, *values.other_names],
            surname_reading=values.surname_reading,
            born=values.birth_date,
        ),
        sex=values.sex,
        birth_date=values.birth_date,
        birth_precision=values.birth_precision or "",
        papers=tuple(
            _paper(
                paper.values.kind, paper.values.country, document_index(paper.source, key),
                paper.result,
            )
            for paper in checked.documents
        ),
        phones=frozenset(phone_index(phone.e164, key) for phone in checked.phones),
        contacts=frozenset(contact_index(contact.source, key) for contact in checked.contacts),
    )  # fmt: skip


def match_values(values: PersonValues, *, today: dt.date) -> list[Match]:
    """Return who on record may be the person somebody writes down, as `match_one`.

    What is missing or wrong of the values is passed over.
    """
    # Who it may be is asked here; saving asks why a date and a number differ.
    papers = tuple(dataclasses.replace(row, mismatch_reason="-") for row in values.documents)
    values = dataclasses.replace(values, documents=papers)
    checked = check_person(values, today=today, is_region=lambda _code: True)
    probe = probe_of_values(checked, current_key())
    if not checked.values.full_name:
        probe = dataclasses.replace(probe, names=(), spellings=())
    return match_one(probe)


def match_one(probe: Probe, *, besides: UUID | None = None) -> list[Match]:
    """Return who on record may be this person, the likeliest first, while somebody types.

    A name is typed before the date of birth: until then people of that name are found whatever
    their year, and those whose year nobody knows always are.

    Args:
        probe: what is known so far.
        besides: somebody who is not meant: the person being changed.
    """
    holders = _holders([probe])
    for spelling in probe.spellings:
        sound = spelling.partition(" ")[0]
        year = (
            {"name_key": f"{sound} "} if probe.birth_date else {"name_key__startswith": f"{sound} "}
        )
        holders[spelling] += Person.objects.filter(**year).values_list("pk", flat=True)
    found = _match([probe], holders, at_least=NAME_ALONE)[0]
    return [match for match in found if match.person_id != besides]


def match_many(probes: Sequence[Probe], *, at_least: int = POSSIBLE) -> list[list[Match]]:
    """Return for each probe who on record may be the same person, the likeliest first.

    Meant for batches of a thousand. Costs nine queries, five where nobody shares a key.
    """
    return _match(probes, _holders(probes), at_least=at_least)


def match_each_other(probes: Sequence[Probe]) -> list[list[tuple[int, Verdict]]]:
    """Return for each probe the positions of those before it that may be the same person.

    For the rows of a file. Costs no query, and grows with the rows and not with their pairs.
    """
    holders: dict[Key, list[int]] = defaultdict(list)
    sharing: Counter[Key] = Counter()
    for probe in probes:
        sharing.update(probe.phones | probe.contacts)
    found: list[list[tuple[int, Verdict]]] = []
    for position, probe in enumerate(probes):
        keys = [key for key in keys_of_probe(probe) if sharing[key] <= MOST_SHARING]
        before = sorted({other for key in keys for other in holders[key]})
        verdicts = [(other, compare(probe, probes[other], sharing=sharing)) for other in before]
        found.append([pair for pair in verdicts if pair[1].score >= POSSIBLE])
        for key in keys:
            holders[key].append(position)
    return found


def keys_of_probe(probe: Probe) -> Iterator[Key]:
    """Yield every key that another record of the same person may have."""
    for paper in probe.papers:
        yield paper.index
    yield from probe.phones
    yield from probe.contacts
    yield from probe.spellings


def load_probes(person_ids: Collection[UUID]) -> dict[UUID, Probe]:
    """Return what is compared of people on record; nothing of reduced ones. Costs four queries."""
    papers: dict[UUID, list[Paper]] = defaultdict(list)
    for person_id, kind, country, index, result in PersonDocument.objects.filter(
        person__in=person_ids
    ).values_list("person_id", "kind", "country", "number_index", "check_result"):
        papers[person_id].append(_paper(kind, country, index, result))
    phones = _indexes(PersonPhone.objects.filter(person__in=person_ids), "number_index")
    contacts = _indexes(PersonContact.objects.filter(person__in=person_ids), "value_index")
    people = Person.objects.filter(pk__in=person_ids).exclude(status=Status.MINIMISED)
    rows = people.values_list(
        "pk", "full_name", "former_names", "other_names", "name_key", "other_name_keys", "sex",
        "birth_date", "birth_precision",
    )  # fmt: skip
    return {
        pk: Probe(
            names=_names(full_name, former, other),
            spellings=(spelling, *others),
            sex=sex,
            birth_date=birth_date,
            birth_precision=precision,
            papers=tuple(papers[pk]),
            phones=frozenset(phones[pk]),
            contacts=frozenset(contacts[pk]),
        )
        for pk, full_name, former, other, spelling, others, sex, birth_date, precision in rows
    }


def _match(
    probes: Sequence[Probe], holders: Mapping[Key, Sequence[UUID]], *, at_least: int
) -> list[list[Match]]:
    """Score each probe against everybody who holds one of its keys."""
    candidates = [
        {
            person_id
            for key in keys_of_probe(probe)
            if len(found := holders.get(key, ())) < MOST_SHARING or isinstance(key, str)
            for person_id in found
        }
        for probe in probes
    ]
    everybody = set().union(*candidates)
    known = load_probes(everybody) if everybody else {}
    # Whoever is asked about has the number too.
    sharing = {key: len(found) + 1 for key, found in holders.items()}
    return [
        sorted(
            (
                Match(person_id, verdict.score, verdict.reasons)
                for person_id in person_ids & known.keys()
                if (verdict := compare(probe, known[person_id], sharing=sharing)).score >= at_least
            ),
            key=lambda match: (-match.score, match.person_id),
        )
        for probe, person_ids in zip(probes, candidates, strict=True)
    ]


def _holders(probes: Iterable[Probe]) -> defaultdict[Key, list[UUID]]:
    """Return who on record has each key of the probes; at most five queries."""
    probes = list(probes)
    papers = {paper.index for probe in probes for paper in probe.papers}
    phones = set().union(*(probe.phones for probe in probes))
    contacts = set().union(*(probe.contacts for probe in probes))
    names = {spelling for probe in probes for spelling in probe.spellings}
    holders: defaultdict[Key, list[UUID]] = defaultdict(list)

    def add(rows: "QuerySet[Any, tuple[Any, Any]]") -> None:
        for key, person_id in rows:
            holders[key if isinstance(key, str) else bytes(key)].append(person_id)

    if papers:
        add(PersonDocument.objects.filter(number_index__any=papers)
            .values_list("number_index", "person_id"))  # fmt: skip
    if phones:
        add(PersonPhone.objects.filter(number_index__any=phones)
            .values_list("number_index", "person_id"))  # fmt: skip
    if contacts:
        add(PersonContact.objects.filter(value_index__any=contacts)
            .values_list("value_index", "person_id"))  # fmt: skip
    if names:
        add(Person.objects.filter(name_key__any=names).values_list("name_key", "pk"))
        others = Person.objects.exclude(other_name_keys=[]).filter(
            other_name_keys__overlap=list(names)
        )
        for keys, person_id in others.values_list("other_name_keys", "pk"):
            for key in names.intersection(keys):
                holders[key].append(person_id)
    return holders


def _indexes(rows: "QuerySet[Any]", column: str) -> dict[UUID, list[bytes]]:
    found: dict[UUID, list[bytes]] = defaultdict(list)
    for person_id, index in rows.values_list("person_id", column):
        found[person_id].append(bytes(index))
    return found


def _paper(kind: str, country: str, index: bytes | memoryview, result: str) -> Paper:
    return Paper(kind, country, bytes(index), result == CheckResult.OK)


def _names(full_name: str, *others: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(written, [full_name, *chain(*others)])))
