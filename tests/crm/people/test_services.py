"""Putting people on the register, changing them, and showing what is masked."""

from tests.factories import people

from crm.people.models import Person


def test_a_person_is_added_with_all_parts(north):
    person = people.person()
    assert Person.objects.get(pk=person.pk).phones.count() == 1
