"""Search among 100,000 people against ``LIKE '%…%'`` over a plain copy of the same columns."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks.figures import Figure, interleaved, p95
from benchmarks.population import load_people
from crm.people.models import PersonDocument, PersonPhone
from crm.people.search import find_people
from tenants.context import inside
from tenants.models import Tenant
from tenants.ownership import owner_connection
from tenants.provisioning import create_tenant

PEOPLE = 100_000
QUERIES = 60
PAGE = 20
# What our one column is made of, in the clear.
COLUMNS = ("name", "other_names", "pinyin", "initials", "phone", "document")


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to search, and what is typed."""

    name: str
    target: float
    typed: Callable[["Sample"], str]


@dataclass(frozen=True, slots=True)
class Sample:
    """Somebody who is searched for."""

    name: str
    syllables: list[str]
    phone: str


KINDS = [
    Kind("search two characters", 30, lambda who: who.name[:2]),
    Kind("search three characters", 30, lambda who: who.name[:3]),
    Kind("search full pinyin", 30, lambda who: "".join(who.syllables)),
    Kind("search phone tail", 30, lambda who: who.phone[-4:]),
    Kind("search one character", 1, lambda who: who.name[-1]),
    Kind("search one syllable", 1, lambda who: who.syllables[0]),
    Kind("search two initials", 1, lambda who: "".join(s[0] for s in who.syllables)[:2]),
]


def run() -> Iterator[Figure]:
    """Yield one figure for each kind of search: how many times faster the 95th percentile is."""
    tenant = create_tenant(
        code="bench-search", kind="community", name="Search", region_code="350203",
        now=timezone.now(),
    )  # fmt: skip
    load_people(tenant, PEOPLE)
    with inside(tenant):
        people = [
            (row.person_id, row.person.full_name, row.person.sort_key, row.number.reveal())
            for row in PersonPhone.objects.select_related("person").defer("person__search")
        ]
        papers = {
            row.person_id: row.number.reveal() for row in PersonDocument.objects.all().iterator()
        }
    _copy_plainly(tenant, people, papers)
    chance = random.Random(7)
    samples = [_sample(*chance.choice(people)[1:]) for _ in range(QUERIES)]
    with inside(tenant):
        for kind in KINDS:
            yield _compare(kind, [kind.typed(sample) for sample in samples])


def _sample(name: str, sort_key: str, phone: str) -> Sample:
    # A sort key reads "zeng1曾 qing4庆": syllable, tone, character.
    syllables = ["".join(filter(str.isascii, part)).rstrip("012345") for part in sort_key.split()]
    return Sample(name, syllables, phone)


def _compare(kind: Kind, texts: list[str]) -> Figure:
    ours = [_ours(text) for text in texts]
    plain = [_like(text) for text in texts]
    interleaved(plain[:5], ours[:5])  # warm
    # Ours take less than a scheduler's slice: more rounds keep a busy neighbour out of the tail.
    like_times, our_times = interleaved(plain, ours, rounds=7)
    return Figure(kind.name, p95(like_times) / p95(our_times), kind.target)


def _ours(text: str) -> Callable[[], object]:
    found = find_people(text, may_search_documents=True)
    statement, parameters = found.values_list("id")[:PAGE].query.sql_with_params()
    return lambda: _fetch(statement, parameters)


def _like(text: str) -> Callable[[], object]:
    # Like ours, one box for everything: nobody says beforehand what they are going to type.
    anywhere = " OR ".join(f"{column} LIKE %s" for column in COLUMNS)
    statement = f"SELECT id FROM plain WHERE {anywhere} ORDER BY sort_key, id LIMIT {PAGE}"
    return lambda: _fetch(statement, [f"%{text}%"] * len(COLUMNS))


def _fetch(statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    """Send a statement as it is: what Django adds to both sides is not what is compared."""
    with connection.connection.cursor() as cursor:
        return list(cursor.execute(statement, parameters).fetchall())


def _copy_plainly(
    tenant: Tenant, people: Iterable[tuple[Any, str, str, str]], papers: Mapping[Any, str]
) -> None:
    """Make the baseline's table; the tenant's own role may not."""
    with owner_connection() as owner, owner.cursor() as cursor:
        cursor.execute(f'SET search_path = "{tenant.schema_name}"')
        cursor.execute(
            "CREATE TABLE plain (id uuid, name text, other_names text, pinyin text,"
            ' initials text, phone text, document text, sort_key text COLLATE "C")'
        )
        with cursor.copy("COPY plain FROM STDIN") as copy:
            for pk, name, sort_key, phone in people:
                syllables = _sample(name, sort_key, phone).syllables
                initials = "".join(syllable[0] for syllable in syllables)
                pinyin = "".join(syllables)
                copy.write_row((pk, name, "", pinyin, initials, phone, papers[pk], sort_key))
        # What autovacuum does by itself a minute after so many rows came.
        cursor.execute("VACUUM ANALYZE plain")
        cursor.execute("VACUUM ANALYZE people_person")
        cursor.execute(f'GRANT SELECT ON plain TO "{tenant.schema_name}"')
