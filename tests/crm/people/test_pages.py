"""The pages of people: whole and in parts, with and without the right, here and next door."""

import re
import uuid

import pytest
from django.urls import reverse

from crm.people.models import Person
from crm.people.values import DocumentValues, PhoneValues
from tenants.context import inside
from tests.factories import people
from tests.factories.people import resident_id

HTMX = {"HTTP_HX_REQUEST": "true"}


def url(name, *args):
    return reverse(f"people:{name}", args=args)


def form_data(person=None, **changes):
    """Return what a browser would send for a form filled in properly."""
    data = {
        "full_name": "欧阳震华",
        "sex": "male",
        "birth_date": "1950-03",
        "nationality": "CN",
        "region_code": "思明区",
        "address": "",
        "languages": ["cmn"],
        "status": "active",
        "note": "",
    }
    for part in ("documents", "phones", "contacts", "identities"):
        data |= {f"{part}-TOTAL_FORMS": "1", f"{part}-INITIAL_FORMS": "0"}
    data |= {"documents-0-kind": "resident_id", "documents-0-country": "CN"}
    data |= {"contacts-0-kind": "wechat"}
    if person:
        data["version"] = str(person.version)
    return data | changes


def test_the_list_shows_names_and_masks(clerk_client):
    people.person(full_name="曾庆红", phones=(PhoneValues(number="13800138000"),))
    page = clerk_client.get(url("list")).content.decode()

    assert "曾庆红" in page
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "1949" not in page
    assert "<html" in page


def test_htmx_gets_the_part_and_a_typed_address_the_page(clerk_client):
    people.person()
    part = clerk_client.get(url("list"), {"q": "zeng"}, **HTMX)
    whole = clerk_client.get(url("list"), {"q": "zeng"})

    assert "<html" not in part.content.decode()
    assert "曾庆红" in part.content.decode()
    assert "<html" in whole.content.decode()
    assert part["Vary"].startswith("HX-Request")
    assert "no-store" in whole["Cache-Control"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"q": "曾"}, 1), ({"q": "zqh"}, 1), ({"q": "8000"}, 1), ({"q": "wang"}, 0),
        ({"identity": "QJ"}, 1), ({"identity": "GQ"}, 0), ({"status": "active"}, 1),
        ({"status": "deceased"}, 0), ({"sex": "female"}, 1), ({"age": "60-79"}, 1),
        ({"age": "80"}, 0), ({"region": "厦门市"}, 1), ({"region": "110105"}, 0),
    ],
)  # fmt: skip
def test_filters(clerk_client, query, count):
    people.person(phones=(PhoneValues(number="13800138000"),))
    page = clerk_client.get(url("list"), query).content.decode()
    assert page.count(">曾庆红</a>") == count


def test_a_document_tail_needs_its_permission(clerk_client, monkeypatch):
    number = resident_id(sequence=444)
    people.person(documents=(DocumentValues(number=number),), phones=())
    assert "曾庆红" in clerk_client.get(url("list"), {"q": number[-4:]}).content.decode()

    monkeypatch.setattr("frontend.people.views.may", lambda _user, p: p != "person.search_document")
    assert "曾庆红" not in clerk_client.get(url("list"), {"q": number[-4:]}).content.decode()


def test_a_page_costs_few_queries(clerk_client, django_assert_max_num_queries):
    for _ in range(4):
        people.person()
    with django_assert_max_num_queries(12):
        clerk_client.get(url("list"))


def test_pages_follow_each_other_by_number_and_by_key(clerk_client, monkeypatch):
    monkeypatch.setattr("crm.people.selectors.PAGE_SIZE", 2)
    monkeypatch.setattr("crm.people.selectors.COUNT_LIMIT", 3)
    monkeypatch.setattr("crm.people.selectors.NUMBERED_PAGES", 2)
    names = ["陈一", "陈二", "陈三", "陈四", "陈五"]
    for name in names:
        people.person(full_name=name)

    def shown(address):
        page = clerk_client.get(address).content.decode()
        return re.findall(r"/\">(陈.)</a>", page), re.findall(
            r'href="(\?(?:after|before)=[^"]+)"', page
        )

    order = []
    found, links = shown(url("list"))
    order += found
    found, links = shown(url("list") + links[0])
    order += found
    last, links = shown(url("list") + links[-1])
    order += last
    assert sorted(order) == sorted(names)
    assert len(order) == 5
    back, _links = shown(url("list") + links[0])
    assert back == found
    assert "3" in clerk_client.get(url("list")).content.decode()


def test_the_person_page_masks_and_offers_to_show(clerk_client, administrator_client):
    person = people.person(phones=(PhoneValues(number="13800138000"),))
    number = person.documents.get().number.reveal()
    response = clerk_client.get(url("detail", person.pk))
    page = response.content.decode()

    assert number not in page
    assert "13800138000" not in page
    assert "榕荫里" not in page
    assert url("reveal", person.pk, "address") in page
    assert "no-store" in response["Cache-Control"]
    looked = reverse("audit:who-looked-at-person", args=[person.pk])
    assert looked not in page
    assert looked in administrator_client.get(url("detail", person.pk)).content.decode()


def test_a_value_is_shown_after_a_reason(clerk_client):
    person = people.person()
    address = url("reveal", person.pk, "address")

    assert "榕荫里" not in clerk_client.get(address).content.decode()
    assert "<html" not in clerk_client.get(address, **HTMX).content.decode()
    refused = clerk_client.post(address, {"reason": "other"})
    assert refused.status_code == 422
    assert "榕荫里" not in refused.content.decode()
    shown = clerk_client.post(address, {"reason": "contact"}, **HTMX)
    assert "榕荫里12号301室" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert clerk_client.get(url("reveal", person.pk, "full_name")).status_code == 404


def test_a_person_is_added_by_form(clerk_client):
    assert clerk_client.get(url("add")).status_code == 200
    data = form_data(
        **{
            "phones-0-number": "138 0013 8000",
            "documents-0-kind": "passport",
            "documents-0-number": "E12345678",
            "identities-0-code": "GQ",
            "identities-0-country": "ID",
            "identities-0-since": "1960",
            "other_names": "Au Yeung\nOuyang",
        }
    )
    response = clerk_client.post(url("add"), data)

    person = Person.objects.get()
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == url("detail", person.pk)
    assert (person.region_id, person.birth_precision) == ("350203", "month")
    assert person.other_names == ["Au Yeung", "Ouyang"]
    assert person.identities.get().since_precision == "year"
    assert person.created_by is not None
    page = clerk_client.get(response["Location"]).content.decode()
    assert "1950-03" in page
    assert "福建省厦门市思明区" in page


def test_every_field_wrong_is_said_at_each_field_and_nothing_typed_is_lost(clerk_client):
    wrong = {
        "full_name": " ", "sex": "x", "birth_date": "yesterday", "nationality": "QQ",
        "region_code": "亚特兰蒂斯", "surname_reading": "1", "status": "?", "languages": ["zzz"],
        "phones-0-number": "12", "documents-0-number": "9" * 50, "documents-0-kind": "?",
        "documents-0-valid_from": "x", "identities-0-code": "??",
    }  # fmt: skip
    response = clerk_client.post(url("add"), form_data(**wrong))
    page = response.content.decode()

    assert response.status_code == 422
    assert page.count('class="errorlist"') >= 8
    for text in ("yesterday", "亚特兰蒂斯", "9" * 50):
        assert text in page
    assert 'role="alert"' in page


def test_rules_are_said_at_their_fields(clerk_client):
    response = clerk_client.post(
        url("add"), form_data(**{"phones-0-number": "2123456", "surname_reading": "1"})
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_phones-0-number"' in page
    assert 'href="#id_surname_reading"' in page


def test_add_another_works_without_a_script(clerk_client):
    response = clerk_client.post(url("add"), form_data(add="phones", full_name="Half a"))
    page = response.content.decode()

    assert response.status_code == 200
    assert "phones-1-number" in page
    assert "Half a" in page
    assert not Person.objects.exists()


def test_a_change_keeps_what_nobody_touched(clerk_client):
    person = people.person(phones=(PhoneValues(number="13800138000"),))
    page = clerk_client.get(url("edit", person.pk)).content.decode()
    assert "138****8000" in page
    assert "榕荫里" not in page
    phone, paper = person.phones.get(), person.documents.get()
    data = form_data(
        person,
        full_name="曾庆虹",
        sex="female",
        birth_date="1949-12-31",
        **{
            "phones-INITIAL_FORMS": "1", "phones-0-id": str(phone.pk),
            "documents-INITIAL_FORMS": "1", "documents-0-id": str(paper.pk),
            "identities-INITIAL_FORMS": "1", "identities-0-code": "QJ",
            "identities-0-country": "ID",
        },
    )  # fmt: skip
    response = clerk_client.post(url("edit", person.pk), data)
    assert response.status_code == 302, response.content.decode()
    changed = Person.objects.get(pk=person.pk)
    assert (changed.full_name, changed.version) == ("曾庆虹", 2)
    assert changed.phones.get().pk == phone.pk
    assert changed.documents.get().pk == paper.pk
    assert changed.address.reveal() == "厦门市思明区榕荫里12号301室"


def test_a_stale_form_shows_both_versions_and_keeps_what_was_typed(clerk_client):
    person = people.person(documents=(), phones=(), identities=())
    data = form_data(person, full_name="Mine", birth_date="")
    assert (
        clerk_client.post(url("edit", person.pk), data | {"full_name": "Theirs"}).status_code == 302
    )

    response = clerk_client.post(url("edit", person.pk), data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Mine" in page
    assert "Theirs" in page
    assert Person.objects.get().full_name == "Theirs"

    again = clerk_client.post(url("edit", person.pk), data | {"version": "2"})
    assert again.status_code == 302
    assert Person.objects.get().full_name == "Mine"


def test_a_taken_paper_leads_to_the_other_person(clerk_client):
    number = resident_id()
    other = people.person(documents=(DocumentValues(number=number),))
    response = clerk_client.post(
        url("add"), form_data(**{"documents-0-number": number, "sex": "female", "birth_date": ""})
    )
    assert response.status_code == 422
    assert url("detail", other.pk) in response.content.decode()


ROUTES = ["list", "add", "detail", "edit", "reveal"]


def routes(person):
    return [url("list"), url("add"), url("detail", person.pk), url("edit", person.pk),
            url("reveal", person.pk, "address")]  # fmt: skip


def test_a_member_may_open_none_of_it(member_client):
    person = people.person()
    for address in routes(person):
        assert member_client.get(address).status_code == 403
        assert member_client.post(address).status_code in {403, 405}


def test_a_guest_is_sent_to_sign_in(guest_client):
    for address in routes(people.person()):
        assert guest_client.get(address).status_code == 302


def test_the_other_site_finds_nobody(clerk_client, south):
    """Attack 11."""
    with inside(south):
        theirs = people.person(full_name="Only in south")
    assert "Only in south" not in clerk_client.get(url("list"), {"q": "south"}).content.decode()
    for address in routes(theirs)[2:]:
        assert clerk_client.get(address).status_code == 404
        assert clerk_client.post(address, form_data(theirs)).status_code in {404, 405}
    with inside(south):
        assert Person.objects.get(pk=theirs.pk).version == 1


HOSTILE = [
    "'", "' OR 1=1--", '"; DROP TABLE people_person;--', "%' OR '%'='", "\\", "\x00", "1e309", "-1",
    "9" * 400, "a" * 5000, "&|!():*", "<->", "曾" * 100, "{{7*7}}", "../../etc", "pg_sleep(5)",
    "sort_key", "id desc", "\ud7ff", "𠀀", "🙂", "null", str(uuid.uuid4()),
]  # fmt: skip


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_parameter_breaks_the_list(clerk_client, payload):
    """Attack 15."""
    people.person()
    for name in ["q", "identity", "status", "sex", "age", "region", "page", "after", "before",
                 "sort", "order_by", "full_name__contains"]:  # fmt: skip
        assert clerk_client.get(url("list"), {name: payload}).status_code in {200, 422}
    assert Person.objects.count() == 1


SCRIPTS = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)",
    "' onmouseover='alert(1)", "{{constructor.constructor('alert(1)')()}}", "<svg/onload=alert(1)>",
    '" hx-get="/evil" hx-trigger="load',
]  # fmt: skip


@pytest.mark.parametrize("payload", SCRIPTS)
def test_markup_in_any_text_is_shown_as_text(clerk_client, payload):
    """Attack 19."""
    person = people.person(
        full_name=payload, former_names=(payload,), other_names=(payload,), note=payload,
        address=payload,
        documents=(DocumentValues(number=resident_id(), issuing_place=payload,
                                  mismatch_reason=payload),),
    )  # fmt: skip
    for address in [*routes(person), url("list") + "?q=%3Cscript%3E"]:
        page = clerk_client.get(address).content.decode()
        assert payload not in page or not re.search(r"[<\"']", payload)
    typed = clerk_client.post(url("add"), form_data(full_name="", note=payload)).content.decode()
    assert payload not in typed or not re.search(r"[<\"']", payload)
