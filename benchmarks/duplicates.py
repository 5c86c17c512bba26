"""The nightly scan for duplicates, against comparing all pairs within one year of birth.

The baseline is what one writes first: people grouped by year of birth in memory, each compared
with each by the same rules. Three years are measured and scaled up to all years.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from django.utils import timezone

from benchmarks.figures import Figure, seconds
from benchmarks.population import load_people
from common.keys import current_key
from crm.people.bulk import insert_drafts
from crm.people.choices import Precision, Source
from crm.people.drafts import new_draft
from crm.people.duplicates.matching import load_probes
from crm.people.duplicates.scanning import scan
from crm.people.duplicates.scoring import Probe, compare
from crm.people.models import DuplicatePair, Person
from crm.people.rules import Checked
from crm.people.values import PersonValues
from tenants.context import inside
from tenants.provisioning import create_tenant

FEW, MANY = 10_000, 100_000
YEARS_MEASURED = 3
# One in so many people is on the register twice.
TWICE = 50


def run() -> Iterator[Figure]:
    """Yield how many times faster the scan is, and how its time grows with the register."""
    times = {}
    for count in (FEW, MANY):
        tenant = create_tenant(
            code=f"bench-duplicates-{count}", kind="community", name="Duplicates",
            region_code="350203", now=timezone.now(),
        )  # fmt: skip
        load_people(tenant, count)
        with inside(tenant):
            _enter_twice(count // TWICE)
            # The first one, which writes all pairs: later nights find most of them there.
            times[count] = seconds(lambda: scan(now=timezone.now()))
            print(f"{count} people: {DuplicatePair.objects.count()} pairs in {times[count]:.2f} s")
    with inside(tenant):
        baseline = _all_pairs()
    yield Figure("duplicate scan, all pairs of a year", baseline / times[MANY], 50)
    yield Figure("duplicate scan growth 10k to 100k", times[MANY] / times[FEW], 14, "less")


def _enter_twice(count: int) -> None:
    """Put ``count`` of the people on the register once more, by name and date of birth alone."""
    key, now = current_key(), timezone.now()
    people = Person.objects.order_by("pk").only("full_name", "sex", "birth_date")[:count]
    values = [
        PersonValues(
            full_name=person.full_name, sex=person.sex, birth_date=person.birth_date,
            birth_precision=Precision.DAY,
        )
        for person in people
    ]  # fmt: skip
    insert_drafts(
        [
            new_draft(Checked(value), source=Source.ROSTER, by=None, now=now, key=key)
            for value in values
        ]
    )


def _all_pairs() -> float:
    """Return the seconds that comparing within all years would take, from three of them."""
    years: dict[int, list[object]] = defaultdict(list)
    for pk, born in Person.objects.values_list("pk", "birth_date"):
        years[born.year].append(pk)
    pairs = {year: len(people) * (len(people) - 1) // 2 for year, people in years.items()}
    measured = random.Random(7).sample(sorted(years), YEARS_MEASURED)

    def compare_years() -> None:
        for year in measured:
            probes: list[Probe] = list(load_probes(years[year]).values())
            for one, other in combinations(probes, 2):
                compare(one, other)

    return seconds(compare_years) * sum(pairs.values()) / sum(pairs[year] for year in measured)
