"""Columns compared with an array find what ``__in`` finds."""

import pytest

from crm.people.models import Person, PersonPhone
from tests.factories import people


@pytest.fixture
def three(north):
    return [people.person() for _ in range(3)]


@pytest.mark.parametrize("column", ["pk", "name_key", "full_name"])
def test_a_column_equals_any_of_many_values(three, column):
    values = [getattr(person, column) for person in three[:2]]
    found = Person.objects.filter(**{f"{column}__any": values})
    assert set(found) == set(Person.objects.filter(**{f"{column}__in": values}))
    assert found.exists()


def test_so_do_a_link_and_sealed_indexes(three):
    phones = PersonPhone.objects.filter(person__any=[person.pk for person in three[1:]])
    assert {phone.person_id for phone in phones} == {person.pk for person in three[1:]}
    indexes = [bytes(phone.number_index) for phone in phones]
    assert set(PersonPhone.objects.filter(number_index__any=indexes)) == set(phones)


def test_nothing_equals_any_of_no_value(three):
    assert not Person.objects.filter(pk__any=[]).exists()
    assert not PersonPhone.objects.filter(number_index__any=[]).exists()
    assert Person.objects.exclude(pk__any=[]).count() == 3
