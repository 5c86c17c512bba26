"""Give a demonstration site's invented people their households and relatives, the same each time.

The generator says who sits together; who is what to whom follows from ages and names.
"""

import datetime as dt
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from audit.services import Event, record_many
from common.names import sort_key
from crm.people.choices import (
    HouseholdRole,
    IdentityCode,
    KinBasis,
    KinLink,
    MembershipKind,
    Sex,
)
from crm.people.models import Household, HouseholdMember, Kinship, Person
from network.demo.people import DemoPerson

Pair = tuple[DemoPerson, Person]
# Years between a couple, at most, and between a parent and a child.
_COUPLE = 30
_GENERATION = range(18, 46)


@dataclass(slots=True)
class _Rows:
    """What is to be written, all at once."""

    now: dt.datetime
    households: list[Household] = field(default_factory=list)
    members: list[HouseholdMember] = field(default_factory=list)
    kinship: list[Kinship] = field(default_factory=list)

    def link(self, person: Person, relative: Person, link: KinLink) -> None:
        basis = KinBasis.MARRIAGE if link is KinLink.SPOUSE else KinBasis.BLOOD
        if link is KinLink.SPOUSE:
            person, relative = sorted((person, relative), key=lambda one: one.pk)
        self.kinship.append(
            Kinship(person=person, relative=relative, link=link, basis=basis, created_at=self.now)
        )

    def join(self, household: Household, person: Person, role: HouseholdRole) -> None:
        self.members.append(
            HouseholdMember(
                household=household,
                person=person,
                role=role,
                kind=MembershipKind.REGISTERED,
                is_primary=role is HouseholdRole.HEAD,
                created_at=self.now,
            )
        )


def load_families(people: Sequence[Pair], *, now: dt.datetime) -> None:
    """Write households and kinship of people who were just written."""
    rows = _Rows(now)
    for number, group in groupby(people, key=lambda pair: pair[0].household):
        together = list(group)
        if len(together) > 1:
            _sit_together(rows, number, together)
    _three_generations(rows, people)
    Household.objects.bulk_create(rows.households)
    HouseholdMember.objects.bulk_create(rows.members)
    Kinship.objects.bulk_create(rows.kinship)
    record_many(
        [
            Event(action="household.open", object_type="people.household", object_key=household.pk)
            for household in rows.households
        ],
        now=now,
    )


def _sit_together(rows: _Rows, number: int, together: Sequence[Pair]) -> None:
    (told, head), *others = together
    label = f"{head.full_name}户"[:60]
    household = Household(
        label=label,
        number=f"{number + 1:04}",
        address=told.address,
        sort_key=sort_key(label)[:200],
        created_at=rows.now,
        updated_at=rows.now,
    )
    rows.households.append(household)
    rows.join(household, head, HouseholdRole.HEAD)
    spouse: Person | None = None
    child: Person | None = None
    for _told, person in others:
        years = _years(head, person)
        is_of_another_name = person.full_name[0] != head.full_name[0]
        is_of_another_sex = person.sex != head.sex
        if spouse is None and is_of_another_name and is_of_another_sex and abs(years) <= _COUPLE:
            spouse = person
            rows.link(head, person, KinLink.SPOUSE)
            rows.join(household, person, HouseholdRole.SPOUSE)
        elif child and _years(child, person) in _GENERATION:
            # A grandchild of the same name is the child of a son; where a daughter lives here,
            # that son is not on the register.
            if child.sex == Sex.MALE:
                rows.link(person, child, KinLink.PARENT)
            else:
                rows.link(person, head, KinLink.PATERNAL)
            rows.join(household, person, HouseholdRole.GRANDCHILD)
        elif years in _GENERATION:
            child = person
            for parent in filter(None, (head, spouse)):
                if _years(parent, person) in _GENERATION:
                    rows.link(person, parent, KinLink.PARENT)
            rows.join(household, person, HouseholdRole.CHILD)
        else:
            rows.join(household, person, HouseholdRole.OTHER)


def _three_generations(rows: _Rows, people: Sequence[Pair]) -> None:
    """Link a 归侨, a daughter who bears his name, and her daughter, who bears another."""
    taken = {row.person.pk for row in rows.kinship}
    women = [person for _told, person in people if person.sex == Sex.FEMALE]
    for told, old in people:
        if old.sex != Sex.MALE or all(i.code != IdentityCode.RETURNED for i in told.identities):
            continue
        for mother in _daughters(old, women, taken, same_name=True):
            for girl in _daughters(mother, women, taken, same_name=False):
                rows.link(mother, old, KinLink.PARENT)
                rows.link(girl, mother, KinLink.PARENT)
                return


def _daughters(
    parent: Person, women: Iterable[Person], taken: Container[UUID], *, same_name: bool
) -> Iterable[Person]:
    """Return who could be a daughter and has no parents yet."""
    return (
        woman
        for woman in women
        if woman.pk not in taken
        and (woman.full_name[0] == parent.full_name[0]) is same_name
        and _years(parent, woman) in _GENERATION
    )


def _years(elder: Person, younger: Person) -> int:
    if elder.birth_date is None or younger.birth_date is None:
        return 0
    return younger.birth_date.year - elder.birth_date.year
