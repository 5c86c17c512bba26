"""Rows made by the thousand are those that Django makes."""

import pytest

from audit.models import AuditEntry
from common.rows import fresh
from crm.people.models import ImportRow, Person, PersonDocument, PersonIdentity, PersonPhone


def shown(row):
    """Return the columns, sealed texts in the clear; the key is another for each row."""
    return {
        name: getattr(value, "text", value)
        for name, value in vars(row).items()
        if name not in {"_state", "id"}
    }


@pytest.mark.parametrize(
    "model", [AuditEntry, ImportRow, Person, PersonDocument, PersonIdentity, PersonPhone]
)
def test_a_fresh_row_has_the_defaults_of_its_model(model):
    made, usual = fresh(model), model()
    assert shown(made) == shown(usual)
    assert made._state.adding
    # Nothing that can be changed is shared by two rows.
    assert all(
        value is not vars(fresh(model))[name]
        for name, value in shown(made).items()
        if isinstance(value, list | dict)
    )


def test_values_are_assigned_as_usual():
    person = Person(full_name="曾庆红")
    phone = fresh(PersonPhone, person=person, number="+8613800138000", position=0)
    assert (phone.person_id, phone.person) == (person.pk, person)
    assert vars(phone)["number"] is not "+8613800138000"  # noqa: F632  # sealed, never the text
    assert phone.pk != fresh(PersonPhone).pk
