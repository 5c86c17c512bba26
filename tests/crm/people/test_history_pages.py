"""The timeline: masked, in words, page by page; and the buttons that take something back."""

import dataclasses
import datetime as dt

from django.urls import reverse

from crm.people.choices import IdentityState, Status
from crm.people.models import IdentityStep, Person, PersonChange
from crm.people.selectors import values_of
from crm.people.services import change_person
from crm.people.timeline import moments
from crm.people.values import PhoneValues
from tenants.context import inside
from tests.factories.people import NOW, person

PHONE, OTHER_PHONE = "13805921111", "13805922222"


def change(somebody, minutes=1, **values):
    somebody.refresh_from_db()
    change_person(
        person_id=somebody.pk,
        version=somebody.version,
        values=dataclasses.replace(values_of(somebody), **values),
        by=None,
        now=NOW + dt.timedelta(minutes=minutes),
    )
    return PersonChange.objects.filter(person=somebody).first()


def history_of(somebody):
    return reverse("people:history", args=[somebody.pk])


def test_the_timeline_tells_before_and_after_in_words_and_masks(clerk_client):
    somebody = person(phones=(PhoneValues(number=PHONE),), address="厦门市思明区公园南路2号")
    change(somebody, phones=(PhoneValues(number=OTHER_PHONE),), status=Status.MOVED, address="")
    page = clerk_client.get(history_of(somebody), headers={"accept-language": "en"})
    text = page.content.decode()

    assert "138****1111" in text
    assert "138****2222" in text
    assert "moved away" in text
    assert "公园南路" not in text
    assert PHONE not in text
    assert OTHER_PHONE not in text
    assert "Put on the register" in text


def test_a_field_is_taken_back_with_a_button(clerk_client):
    somebody = person(note="")
    kept = change(somebody, note="周三在家", status=Status.MOVED)
    address = reverse("people:take-back", args=[somebody.pk, kept.pk])
    answer = clerk_client.post(address, {"field": "note"}, follow=True)

    assert answer.redirect_chain == [(history_of(somebody), 302)]
    somebody.refresh_from_db()
    assert (somebody.note, somebody.status) == ("", Status.MOVED)
    newest = PersonChange.objects.filter(person=somebody).first()
    assert (newest.created_by, newest.cause) == (clerk_client.user, "undo")


def test_what_changed_again_is_refused_in_words(clerk_client):
    somebody = person(note="")
    kept = change(somebody, note="周三在家")
    change(somebody, minutes=2, note="周四在家")
    address = reverse("people:take-back", args=[somebody.pk, kept.pk])
    answer = clerk_client.post(address, follow=True, headers={"accept-language": "en"})

    assert "changed again afterwards" in answer.content.decode()
    somebody.refresh_from_db()
    assert somebody.note == "周四在家"


def test_a_change_of_somebody_else_is_not_found(clerk_client):
    kept = change(person(note=""), note="周三在家")
    address = reverse("people:take-back", args=[person().pk, kept.pk])
    assert clerk_client.post(address).status_code == 404


def test_another_site_has_no_such_history(clerk_client, southern_client, south):
    somebody = person(note="")
    kept = change(somebody, note="周三在家")
    with inside(south):
        assert southern_client.get(history_of(somebody)).status_code == 404
        address = reverse("people:take-back", args=[somebody.pk, kept.pk])
        assert southern_client.post(address).status_code == 404


def test_pages_go_back_to_the_beginning(clerk_client):
    somebody = person(note="", identities=())
    for minute in range(1, 35):
        change(somebody, minutes=minute, note=f"第{minute}次")
    first = clerk_client.get(history_of(somebody))
    assert len(first.context["entries"]) == 30
    second = clerk_client.get(history_of(somebody), {"before": first.context["earlier"]})
    assert len(second.context["entries"]) == 5
    assert second.context["earlier"] == ""
    assert clerk_client.get(history_of(somebody), {"before": "yesterday"}).status_code == 200


def test_a_part_of_the_timeline_is_told_to_those_who_may_read_it(north):
    somebody = person()
    identity = somebody.identities.get()
    IdentityStep.objects.filter(identity=identity).delete()
    IdentityStep.objects.create(
        identity=identity, to_state=IdentityState.SUBMITTED, happened_on=NOW.date(), created_at=NOW
    )
    told = moments(somebody.pk, may=lambda _permission: True, limit=10)
    assert {moment.kind for moment in told} == {"added", "identity"}
    assert moments(somebody.pk, may=lambda _permission: False, limit=10) == []


def test_the_newest_comes_first(north):
    somebody = person(note="")
    change(somebody, minutes=1, note="一")
    change(somebody, minutes=2, note="二")
    told = moments(somebody.pk, may=lambda _permission: True, limit=2)
    assert [moment.what.version for moment in told if moment.kind == "change"] == [3, 2]
    assert Person.objects.get(pk=somebody.pk).version == 3
