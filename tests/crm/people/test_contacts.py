"""WeChat, QQ, e-mail and addresses abroad: kept sealed, shown masked, revealed with a reason."""

import dataclasses
import datetime as dt

import pytest
from django.urls import reverse

from audit.models import AuditEntry
from crm.people import services
from crm.people.choices import ContactKind, RevealReason
from crm.people.errors import InvalidPersonError, UnknownFieldError
from crm.people.models import PersonChange, PersonContact
from crm.people.selectors import people_with_parts, values_of
from crm.people.values import ContactValues
from tests.crm.people.test_pages import form_data
from tests.factories import people

LATER = people.NOW + dt.timedelta(days=1)


def contact(kind, value):
    return ContactValues(kind=kind, value=value)


def change(person, **changes):
    person = people_with_parts().get(pk=person.pk)
    values = dataclasses.replace(values_of(person), **changes)
    return services.change_person(
        person_id=person.pk, version=person.version, values=values, by=None, now=LATER
    ).person


def stored(person):
    return [(row.kind, row.value.reveal()) for row in person.contacts.all()]


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (ContactKind.EMAIL, " Lin.Mei＠Example.ORG ", "Lin.Mei@example.org"),
        (ContactKind.QQ, "１２３ ４５６", "123456"),
        (ContactKind.WECHAT, "lin_mei88", "lin_mei88"),
        (ContactKind.ADDRESS_ABROAD, "Via Roma 1,  Prato", "Via Roma 1, Prato"),
    ],
)
def test_a_contact_is_kept_in_one_form(north, kind, written, kept):
    person = people.person(contacts=(contact(kind, written),))
    assert stored(person) == [(kind, kept)]


@pytest.mark.parametrize(
    ("kind", "written", "code"),
    [
        (ContactKind.EMAIL, "lin.example.org", "email_invalid"),
        (ContactKind.QQ, "12a", "qq_invalid"),
        (ContactKind.WECHAT, "", "value_missing"),
        (ContactKind.WECHAT, "x" * 41, "too_long"),
        (ContactKind.EMAIL, "l***@example.org", "value_is_masked"),
    ],
)
def test_what_is_no_contact_is_refused_at_its_field(north, kind, written, code):
    with pytest.raises(InvalidPersonError) as error:
        people.person(contacts=(contact(kind, written),))
    assert [(p.field, p.code) for p in error.value.problems] == [("contacts.0.value", code)]


def test_one_address_in_two_spellings_is_there_twice(north):
    twice = (contact(ContactKind.EMAIL, "Lin@a.org"), contact(ContactKind.EMAIL, "lin@A.org"))
    with pytest.raises(InvalidPersonError) as error:
        people.person(contacts=twice)
    assert error.value.problems[0].code == "contact_twice"


def test_a_contact_stays_as_it_is_until_another_is_given_and_goes_when_left_out(north):
    person = people.person(contacts=(contact(ContactKind.WECHAT, "lin_mei88"),))
    row = person.contacts.get()

    kept = change(person, note="x")
    assert kept.contacts.get().pk == row.pk

    changed = change(
        kept, contacts=(ContactValues(id=row.pk, kind=ContactKind.WECHAT, value="mei_lin"),)
    )
    assert stored(changed) == [(ContactKind.WECHAT, "mei_lin")]
    record = PersonChange.objects.first()
    assert record.fields == ["contacts"]

    assert stored(change(changed, contacts=())) == []
    services.take_back(change_id=PersonChange.objects.first().pk, by=None, now=LATER)
    assert stored(person) == [(ContactKind.WECHAT, "mei_lin")]


def test_a_contact_is_revealed_with_a_reason_that_is_recorded(north):
    person = people.person(contacts=(contact(ContactKind.WECHAT, "lin_mei88"),))
    row = person.contacts.get()
    assert str(row.value) == "lin***88"
    reason = {"reason": RevealReason.CONTACT, "by": None, "now": LATER}

    clear = services.reveal(person=person, field=f"contacts.{row.pk}", **reason)

    assert clear == "lin_mei88"
    assert AuditEntry.objects.order_by("-seq").first().fields == ["contacts"]
    with pytest.raises(UnknownFieldError):
        services.reveal(person=person, field=f"contacts.{person.pk}", **reason)


def test_another_site_has_another_index_for_the_same_contact(north, south):
    from tenants.context import inside

    people.person(contacts=(contact(ContactKind.WECHAT, "lin_mei88"),))
    here = bytes(PersonContact.objects.get().value_index)
    with inside(south):
        assert not PersonContact.objects.exists()
        people.person(contacts=(contact(ContactKind.WECHAT, "lin_mei88"),))
        assert bytes(PersonContact.objects.get().value_index) != here


def test_the_form_keeps_what_was_typed_and_the_page_shows_masks(clerk_client):
    data = form_data(**{"contacts-0-kind": "email", "contacts-0-value": "lin.example.org"})
    refused = clerk_client.post(reverse("people:add"), data)
    assert refused.status_code == 422
    assert 'value="lin.example.org"' in refused.content.decode()

    data["contacts-0-value"] = "lin@example.org"
    page = clerk_client.post(reverse("people:add"), data, follow=True).content.decode()

    assert "l***@example.org" in page
    assert "lin@example.org" not in page
    row = PersonContact.objects.get()
    assert reverse("people:reveal", args=[row.person_id, f"contacts.{row.pk}"]) in page


def test_a_contact_comes_over_rest_masked_and_stays_by_its_id(north):
    from crm.people.api.serializers import PersonSerializer

    person = people.person(contacts=(contact(ContactKind.EMAIL, "lin@example.org"),))
    [row] = PersonSerializer(people_with_parts().get(pk=person.pk)).data["contacts"]
    assert row["value"] == "l***@example.org"

    sent = PersonSerializer(
        person, data={"contacts": [{"id": row["id"], "kind": "email"}]}, partial=True
    )
    assert sent.is_valid(), sent.errors
    current = values_of(people_with_parts().get(pk=person.pk))
    services.change_person(
        person_id=person.pk, version=1, values=sent.values(current), by=None, now=LATER
    )
    assert stored(person) == [(ContactKind.EMAIL, "lin@example.org")]
