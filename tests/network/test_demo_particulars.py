"""What a demonstration knows of its people's lives: the same on every run, by our own rules."""

import hashlib
from collections import Counter
from dataclasses import replace

import pytest

from config.demo_people import load_people
from crm.people.choices import ContactKind
from crm.people.facts import CATALOGUE
from crm.people.models import ExtraField, Person, PersonContact
from network.demo.particulars import contacts_of, facts_of, own_answers_of
from network.demo.people import generate_people
from network.demo.sites import SITES_BY_CODE
from tests.factories.people import NOW


@pytest.fixture(scope="module")
def folk():
    return [person for code in SITES_BY_CODE for person in generate_people(code, 250)]


def test_it_is_the_same_on_every_run(folk):
    told = [(facts_of(one), contacts_of(one), own_answers_of(one)) for one in folk[:600]]
    assert hashlib.sha256(repr(told).encode()).hexdigest()[:16] == "b31427d97638aaf8"


def test_most_of_the_catalogue_can_be_met(folk):
    facts = Counter(code for person in folk for code in facts_of(person))
    assert set(facts) <= set(CATALOGUE)
    assert len(facts) > 0.9 * len(CATALOGUE)
    kinds = {kind for person in folk for kind, _value in contacts_of(person)}
    assert kinds == set(ContactKind.values)


def test_the_people_go_in_by_our_rules_with_fields_of_the_site(north):
    people = list(generate_people("siming", 120))
    load_people((replace(person, native_region="") for person in people), now=NOW)
    assert [field.label for field in ExtraField.objects.all()] == ["需要上门", "常来时段"]
    assert Person.objects.exclude(facts={}).count() > 60
    assert Person.objects.filter(facts__x_1__in=["yes", "no"]).exists()
    values = [contact.value.reveal() for contact in PersonContact.objects.all()]
    assert values
    assert all("demo" in value or value[0].isdigit() or "," in value for value in values)
