"""The list of possible duplicates, and deciding about a pair on its pages."""

import datetime as dt

import pytest
from django.urls import reverse

from crm.people.choices import PairDecision, Precision
from crm.people.duplicates.scanning import scan
from crm.people.models import DuplicatePair, Person
from crm.people.values import DocumentValues, PhoneValues
from jobs.models import Job
from tenants.context import inside
from tests.factories import people
from tests.factories.people import NOW, resident_id


def url(name, *args):
    return reverse(f"people:{name}", args=args)


def pair():
    """Put two records of one person on the register and find them."""
    born = {"birth_date": dt.date(1958, 3, 2), "birth_precision": Precision.DAY}
    number = resident_id(born["birth_date"])
    people.person(full_name="曾庆红", documents=(DocumentValues(number=number),), **born)
    people.person(full_name="曾慶紅", documents=(), phones=(PhoneValues(number="13800138000"),),
                  **born)  # fmt: skip
    scan(now=NOW)
    return DuplicatePair.objects.get()


def test_the_list_shows_both_records_masked_and_why(clerk_client):
    pair()
    page = clerk_client.get(url("duplicates")).content.decode()
    assert "曾庆红" in page
    assert "曾慶紅" in page
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "出生日期相同 +40" in page
    assert "195803021" not in page


def test_an_empty_list_says_what_will_stand_there(clerk_client):
    assert "没有疑似重复" in clerk_client.get(url("duplicates")).content.decode()
    decided = clerk_client.get(url("duplicates"), {"decided": "1"}).content.decode()
    assert "没有判为不同的记录" in decided
    assert clerk_client.get(url("duplicates"), {"page": "x"}).status_code == 200


def test_a_clerk_keeps_a_pair_apart_and_changes_their_mind(clerk_client):
    found = pair()
    path = url("duplicates-keep-apart", found.pk)
    assert "您是怎么知道的？" in clerk_client.get(path).content.decode()
    assert clerk_client.post(path, {"reason": ""}).status_code == 422
    unsaid = clerk_client.post(path, {"reason": "other", "explanation": " "})
    assert (unsaid.status_code, "error-summary" in unsaid.content.decode()) == (422, True)

    assert clerk_client.post(path, {"reason": "family"}).status_code == 302
    found.refresh_from_db()
    assert found.decision == PairDecision.NOT_DUPLICATE
    assert "没有疑似重复" in clerk_client.get(url("duplicates")).content.decode()
    kept = clerk_client.get(url("duplicates"), {"decided": "1"}).content.decode()
    assert "双胞胎或其他亲属" in kept

    clerk_client.post(url("duplicates-ask-again", found.pk))
    found.refresh_from_db()
    assert found.decision == PairDecision.OPEN


def test_a_scan_can_be_asked_for_and_runs_once(clerk_client):
    first = clerk_client.post(url("duplicates-scan"))
    again = clerk_client.post(url("duplicates-scan"))
    assert first.url == again.url == reverse("jobs:detail", args=[Job.objects.get().pk])


@pytest.mark.parametrize("name", ["duplicates", "duplicates-scan", "duplicates-keep-apart",
                                  "duplicates-ask-again"])  # fmt: skip
def test_members_get_in_nowhere(member_client, north, name):
    args = [pair().pk] if name.endswith(("apart", "again")) else []
    assert member_client.get(url(name, *args)).status_code in {403, 405}
    assert member_client.post(url(name, *args), {"reason": "asked"}).status_code in {403, 405}
    assert not DuplicatePair.objects.exclude(decision=PairDecision.OPEN).exists()


def test_the_other_site_has_no_such_pair(clerk_client, south):
    with inside(south):
        theirs = pair()
    assert clerk_client.get(url("duplicates-keep-apart", theirs.pk)).status_code == 404
    assert clerk_client.post(url("duplicates-ask-again", theirs.pk)).status_code == 404
    assert "曾" not in clerk_client.get(url("duplicates")).content.decode()


# --- while typing, and when saving ------------------------------------------------------------

HTMX = {"HTTP_HX_REQUEST": "true"}


def typed(**changes):
    """Return what a browser sends of a form that is half filled in."""
    data = {"full_name": "曾庆红", "sex": "unknown", "status": "active", "nationality": "CN"}
    for part in ("documents", "phones", "contacts", "identities"):
        data |= {f"{part}-TOTAL_FORMS": "1", f"{part}-INITIAL_FORMS": "0"}
    data |= {"documents-0-kind": "resident_id", "documents-0-country": "CN"}
    data |= {"contacts-0-kind": "wechat"}
    return data | changes


def known():
    return people.person(
        birth_date=dt.date(1958, 3, 2), documents=(), identities=(),
        phones=(PhoneValues(number="13800138000"),),
    )  # fmt: skip


def test_while_typing_people_of_that_name_appear_masked(clerk_client):
    person = known()
    part = clerk_client.post(url("similar"), typed(), **HTMX).content.decode()
    assert url("detail", person.pk) in part
    assert "138****8000" in part
    assert "13800138000" not in part
    assert "1958-03-02" not in part
    assert "<html" not in part
    # Nothing typed, half a date, a wrong number: no error, and nobody is shown for it.
    for half in ({"full_name": ""}, {"full_name": "李", "birth_date": "19"},
                 {"full_name": "", "phones-0-number": "12"}):  # fmt: skip
        answer = clerk_client.post(url("similar"), typed(**half), **HTMX)
        assert (answer.status_code, answer.content.decode().strip()) == (200, "")


def test_a_phone_alone_shows_nobody_but_with_the_name_it_does(clerk_client):
    person = known()
    phone = {"phones-0-number": "138 0013 8000"}
    alone = clerk_client.post(url("similar"), typed(full_name="", **phone)).content.decode()
    assert str(person.pk) not in alone
    both = clerk_client.post(url("similar"), typed(**phone)).content.decode()
    assert str(person.pk) in both


def test_saving_asks_once_who_it_is_and_keeps_what_was_typed(clerk_client):
    person = known()
    sent = typed(birth_date="1958-03-02", note="新来的")
    asked = clerk_client.post(url("add"), sent)
    page = asked.content.decode()
    assert asked.status_code == 409
    assert f'name="none_of" value="{person.pk}"' in page
    assert "新来的" in page
    assert Person.objects.count() == 1

    saved = clerk_client.post(url("add"), sent | {"none_of": str(person.pk)})
    assert saved.status_code == 302
    assert Person.objects.count() == 2


def test_somebody_who_came_in_between_is_asked_about_too(clerk_client):
    first, second = known(), known()
    sent = typed(birth_date="1958-03-02", none_of=str(first.pk))
    page = clerk_client.post(url("add"), sent).content.decode()
    assert str(second.pk) in page
    assert Person.objects.count() == 2


def test_similar_people_are_for_those_who_may_edit(member_client, guest_client, south):
    known()
    assert member_client.post(url("similar"), typed()).status_code == 403
    assert guest_client.post(url("similar"), typed()).status_code == 302
