"""The demonstration's families: plausible, the same each time, and few queries to write."""

import pytest
from django.utils.translation import override

from config.demo_families import load_families
from crm.people.choices import HouseholdRole, KinLink
from crm.people.kinship.selectors import kin_of
from crm.people.models import Household, HouseholdMember, Kinship, Person, PersonIdentity
from network.demo.people import generate_people
from tests.factories.people import NOW


@pytest.fixture
def pairs(north):
    told = list(generate_people("siming", 200))
    people = Person.objects.bulk_create(
        Person(
            full_name=one.full_name, sex=one.sex, birth_date=one.birth_date,
            birth_precision=one.birth_precision, created_at=NOW, updated_at=NOW,
        )
        for one in told
    )  # fmt: skip
    PersonIdentity.objects.bulk_create(
        PersonIdentity(person=person, code=identity.code, created_at=NOW)
        for one, person in zip(told, people, strict=True)
        for identity in one.identities
        if identity.code in {"GQ", "QJ"}
    )
    return list(zip(told, people, strict=True))


def test_families_are_plausible_and_cost_few_queries(pairs, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        load_families(pairs, now=NOW)
    assert Household.objects.count() > 40
    heads = HouseholdMember.objects.filter(role=HouseholdRole.HEAD)
    assert heads.count() == heads.filter(is_primary=True).count() == Household.objects.count()
    for link in Kinship.objects.filter(link=KinLink.PARENT).select_related("person", "relative"):
        years = link.person.birth_date.year - link.relative.birth_date.year
        assert 18 <= years <= 45


def test_one_family_has_a_returned_grandfather_and_a_granddaughter_of_another_name(pairs):
    load_families(pairs, now=NOW)
    with override("zh-hans"):
        ways = [
            way
            for person in Person.objects.filter(identities__code="GQ", sex="male")
            for way in kin_of(person.pk)
            if way.term == "外孙女"
        ]
    assert len(ways) == 1
    assert ways[0].start.name[0] != ways[0].end.name[0]
