"""Over REST: a site's own fields, reducing people, saved filters, who is similar, scans."""

from uuid import UUID

import pytest

from accounts.roles import Role
from crm.people.choices import Status
from crm.people.models import ExtraField, Minimisation, Person, SavedFilter, StartView
from crm.people.services import set_status
from crm.people.values import PhoneValues
from jobs.models import Job
from tenants.context import inside
from tests.crm.people.test_api import API, send, with_token
from tests.factories import people
from tests.factories.people import NOW

FIELDS, ORDERS = "/api/v1/extra-fields/", "/api/v1/minimisations/"
FILTERS = "/api/v1/saved-filters/"


@pytest.fixture
def chief(north):
    return with_token(north, Role.ADMINISTRATOR)


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


def test_a_field_is_added_changed_and_put_out_of_use(chief):
    sent = {"label": "侨校", "kind": "choice", "options": ["集美", "华侨大学"]}
    made = send(chief, "post", FIELDS, sent, Idempotency_Key="k1")
    assert made.status_code == 201, made.content
    assert send(chief, "post", FIELDS, sent, Idempotency_Key="k1").json() == made.json()
    assert ExtraField.objects.count() == 1
    one = f"{FIELDS}{made.json()['id']}/"
    changed = send(chief, "put", one, {"label": "母校", "options": ["集美"]})
    assert (changed.json()["label"], changed.json()["options"]) == ("母校", ["集美"])
    bare = send(chief, "put", one, {"label": "母校", "options": []})
    assert (bare.status_code, bare.json()["field"]) == (422, "options")
    assert chief.delete(one).status_code == 204
    assert chief.get(FIELDS).json()[0]["retired_at"]
    assert send(chief, "post", f"{one}restore/", {}).json()["retired_at"] is None


def test_fields_are_the_administrators_and_the_sites_own(chief, api, south):
    made = send(chief, "post", FIELDS, {"label": "侨校", "kind": "text"}).json()
    assert api.get(FIELDS).status_code == 403
    with inside(south):
        stranger = with_token(south, Role.ADMINISTRATOR)
    assert stranger.get(FIELDS).json() == []
    change = send(stranger, "put", f"{FIELDS}{made['id']}/", {"label": "x"})
    assert change.status_code == 404


@pytest.fixture
def gone(north):
    """Two who moved away long ago."""
    found = []
    for name in ("曾庆红", "欧阳震华"):
        person = people.person(full_name=name)
        set_status(person_id=person.pk, version=1, status=Status.MOVED, by=None, now=NOW)
        found.append(person)
    Person.objects.update(updated_at=NOW.replace(year=2019))
    return found


def test_a_list_is_shown_confirmed_by_its_number_and_reduced(chief, gone, work_off):
    shown = chief.get(f"{ORDERS}candidates/", {"idle_years": 3}).json()["results"]
    assert {row["id"] for row in shown} == {str(person.pk) for person in gone}
    assert chief.get(f"{ORDERS}candidates/", {"states": "deceased"}).json()["results"] == []
    order = {"idle_years": 3, "keep": [str(gone[0].pk)], "count": 2}
    wrong = send(chief, "post", ORDERS, order)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "count")
    with work_off():
        made = send(chief, "post", ORDERS, order | {"count": 1}, Idempotency_Key="k1")
    assert made.status_code == 201, made.content
    send(chief, "post", ORDERS, order | {"count": 1}, Idempotency_Key="k1")
    found = chief.get(f"{ORDERS}{made.json()['id']}/").json()
    assert (found["count"], found["reduced"]) == (1, 1)
    assert found["finished_at"]
    assert Minimisation.objects.count() == 1
    assert set(Person.objects.values_list("full_name", "status")) == {
        ("曾庆红", "moved"), (Person.objects.get(pk=gone[1].pk).full_name, "minimised"),
    }  # fmt: skip


def test_who_may_not_reduce_and_who_is_of_another_site_sees_no_list(chief, api, south, gone):
    assert api.get(f"{ORDERS}candidates/").status_code == 403
    assert send(api, "post", ORDERS, {"count": 2}).status_code == 403
    with inside(south):
        stranger = with_token(south, Role.ADMINISTRATOR)
    assert stranger.get(f"{ORDERS}candidates/").json()["results"] == []
    nobody = send(stranger, "post", ORDERS, {"count": 2})
    assert (nobody.status_code, nobody.json()["code"]) == (422, "nobody_chosen")


def test_a_saved_filter_is_renamed_and_begins_the_own_list(api, north):
    made = send(api, "post", FILTERS, {"name": "女", "filter": {"sex": "female"}}).json()
    one = f"{FILTERS}{made['id']}/"
    done = send(api, "put", one, {"name": "女士", "is_start": True})
    assert (done.status_code, done.json()["name"]) == (200, "女士")
    assert StartView.objects.get().saved_filter_id == SavedFilter.objects.get().pk
    assert send(api, "put", one, {}).json()[0]["field"] == "name"
    other = with_token(north, Role.CLERK)
    assert send(other, "put", one, {"name": "x"}).status_code == 404


def test_who_may_be_the_person_described_is_listed_masked(api, south):
    person = people.person(phones=(PhoneValues(number="13800138000"),))
    described = {"full_name": "曾庆红", "phones": [{"number": "13800138000"}]}
    (found,) = send(api, "post", f"{API}similar/", described).json()
    assert (found["id"], found["phones"]) == (str(person.pk), ["138****8000"])
    assert {"same_name", "same_phone"} <= set(found["evidence"])
    assert send(api, "post", f"{API}similar/", {"sex": "x"}).status_code == 422
    assert Person.objects.count() == 1
    with inside(south):
        stranger = with_token(south, Role.CLERK)
    assert send(stranger, "post", f"{API}similar/", described).json() == []


def test_the_register_is_looked_through_on_demand(api, north):
    scan = send(api, "post", "/api/v1/duplicates/scan/", {}, Idempotency_Key="k1")
    assert scan.status_code == 200
    again = send(api, "post", "/api/v1/duplicates/scan/", {}, Idempotency_Key="k1")
    assert again.json() == scan.json()
    assert Job.objects.get().pk == UUID(scan.json()["job"])
    assert with_token(north, Role.MEMBER).post("/api/v1/duplicates/scan/").status_code == 403


def test_a_merge_says_beforehand_what_is_chosen_and_lost(chief, north, south):
    kept, gone = (
        people.person(note="会潮汕话"),
        people.person(note="会养蜂", address="集美区同集路1号"),
    )
    query = {"kept": str(kept.pk), "gone": str(gone.pk)}
    response = chief.get("/api/v1/merges/preview/", query)
    body = response.json()
    choices = {choice["field"]: choice for choice in body["choices"]}
    assert (body["kept_version"], choices["note"]["sides"]) == (1, ["both", "kept", "gone"])
    assert choices["note"]["gone"] == "会养蜂"
    assert "同集路" not in response.content.decode()
    assert [(twin["part"], twin["lost"]) for twin in body["twins"]] == [("personidentity", [])]
    assert Person.objects.count() == 2
    assert chief.get("/api/v1/merges/preview/", {"kept": "x"}).status_code == 422
    lead = with_token(north, Role.VOLUNTEER_LEAD)
    assert lead.get("/api/v1/merges/preview/", query).status_code == 403
    with inside(south):
        stranger = with_token(south, Role.ADMINISTRATOR)
    assert stranger.get("/api/v1/merges/preview/", query).status_code == 404
