"""People over REST: masked, versioned, and with every problem at its field."""

import uuid

import pytest

from accounts.roles import Role
from accounts.services import create_token
from audit.models import AuditEntry
from crm.people.choices import Sex
from crm.people.models import Person
from crm.people.values import DocumentValues, PhoneValues
from tenants.context import inside
from tenants.permissions import GRANTS, Permission
from tests.factories import people
from tests.factories.people import resident_id
from tests.fixtures_accounts import client_of
from tests.fixtures_tenants import NOW

API = "/api/v1/people/"


def with_token(tenant, role, permissions=None):
    client = client_of(tenant, role)
    held = GRANTS[role]
    with inside(tenant):
        _token, secret = create_token(
            user=client.user, name="script", permissions=permissions or held, held=held, days=3_000,
            now=NOW,
        )  # fmt: skip
    client.logout()
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


def send(client, method, path, data, **headers):
    return getattr(client, method)(path, data, content_type="application/json", headers=headers)


def test_a_person_is_added_and_comes_back_masked(api):
    number = resident_id()
    response = send(api, "post", API, {
        "full_name": "曾庆红", "birth_date": "1949-12", "address": "厦门市思明区榕荫里12号",
        "phones": [{"number": "13800138000"}],
        "documents": [{"kind": "resident_id", "number": number}],
        "identities": [{"code": "GQ", "country": "ID", "since": "1960"}],
    })  # fmt: skip

    assert response.status_code == 201, response.content
    body = response.json()
    assert body["birth_date"] == "1949-12"
    assert body["sex"] == "female"
    assert body["identities"] == [
        {"code": "GQ", "state": "self_declared", "country": "ID", "since": "1960"}
    ]
    assert body["phones"][0]["number"] == "138****8000"
    for clear in (number, "13800138000", "榕荫里"):
        assert clear not in response.content.decode()
    assert response["ETag"] == '"1"'
    assert api.get(f"{API}{body['id']}/").json() == body
    assert Person.objects.get().source == "api"


def test_a_change_touches_only_what_was_sent(api):
    person = people.person()
    response = send(api, "patch", f"{API}{person.pk}/", {"note": "会潮汕话"}, If_Match='"1"')

    assert response.status_code == 200, response.content
    assert response.json()["version"] == 2
    changed = Person.objects.get()
    assert (changed.phones.count(), changed.documents.count()) == (1, 1)
    assert changed.address.reveal().startswith("厦门")


def test_a_stale_change_is_409_and_one_without_version_422(api):
    person = people.person()
    path = f"{API}{person.pk}/"
    assert send(api, "patch", path, {"note": "a", "version": 1}).status_code == 200

    stale = send(api, "patch", path, {"note": "b", "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "person_changed")
    missing = send(api, "patch", path, {"note": "b"})
    assert (missing.status_code, missing.json()) == (
        422, {"code": "version_missing", "field": "version", "detail": missing.json()["detail"]}
    )  # fmt: skip


def test_every_problem_is_said_at_its_field(api):
    response = send(api, "post", API, {
        "full_name": "曾", "surname_reading": "1", "phones": [{"number": "2123456"}],
    })  # fmt: skip
    assert response.status_code == 422
    problems = {problem["field"]: problem for problem in response.json()}
    assert set(problems) == {"surname_reading", "phones.0.number"}
    assert set(problems["surname_reading"]) == {"code", "detail", "field"}
    assert problems["phones.0.number"]["code"] == "phone_area_code_missing"


def test_a_mask_sent_back_is_refused(api):
    person = people.person()
    body = api.get(f"{API}{person.pk}/").json()
    response = send(api, "patch", f"{API}{person.pk}/", body)
    assert response.status_code == 422
    fields = {problem["field"] for problem in response.json()}
    assert {"address", "documents.0.number"} <= fields


def test_a_taken_paper_is_refused(api):
    people.person(documents=(DocumentValues(number=resident_id()),))
    response = send(api, "post", API, {
        "full_name": "曾", "documents": [{"kind": "resident_id", "number": resident_id()}],
    })  # fmt: skip
    assert response.json()["code"] == "document_taken"


def test_the_list_is_filtered_and_masked(api):
    people.person(phones=(PhoneValues(number="13800138000"),))
    people.person(full_name="王小明", sex=Sex.UNKNOWN)
    body = api.get(API, {"q": "zqh", "age_from": 70}).json()

    assert body["count"] == 1
    line = body["results"][0]
    assert (line["full_name"], line["birth_year"], line["phone"]) == ("曾庆红", 1949, "138****8000")
    assert api.get(API, {"identity": "x"}).status_code == 422


def test_a_value_is_shown_with_a_reason_on_record(api):
    person = people.person()
    path = f"{API}{person.pk}/reveal/"
    assert send(api, "post", path, {"field": "address"}).status_code == 422
    shown = send(api, "post", path, {"field": "address", "reason": "contact"})
    assert shown.json() == {"value": "厦门市思明区榕荫里12号301室"}
    assert AuditEntry.objects.filter(action="person.reveal").count() == 1
    wrong = send(api, "post", path, {"field": "note", "reason": "contact"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "field_unknown")


def test_a_token_reaches_no_further_than_it_says(north):
    person = people.person()
    reader = with_token(north, Role.CLERK, {Permission.PERSON_VIEW})
    assert reader.get(f"{API}{person.pk}/").status_code == 200
    assert (
        send(reader, "patch", f"{API}{person.pk}/", {"note": "x", "version": 1}).status_code == 403
    )
    assert send(reader, "post", f"{API}{person.pk}/reveal/",
                {"field": "address", "reason": "contact"}).status_code == 403  # fmt: skip


def test_members_and_strangers_get_nothing(north, guest_client):
    person = people.person()
    member = with_token(north, Role.MEMBER)
    for path in (API, f"{API}{person.pk}/"):
        assert member.get(path).status_code == 403
        assert guest_client.get(path).status_code == 401


def test_the_other_site_finds_nobody(api, south):
    """Attack 11."""
    with inside(south):
        theirs = people.person()
    path = f"{API}{theirs.pk}/"
    assert api.get(path).status_code == 404
    assert send(api, "patch", path, {"note": "x", "version": 1}).status_code == 404
    assert send(api, "post", f"{path}reveal/",
                {"field": "address", "reason": "contact"}).status_code == 404  # fmt: skip
    assert api.get(f"{API}{uuid.uuid4()}/").json()["code"] == "not_found"
    with inside(south):
        assert Person.objects.get(pk=theirs.pk).version == 1


def test_a_repeated_request_adds_one_person(api):
    body = {"full_name": "曾庆红"}
    first = send(api, "post", API, body, Idempotency_Key="k1")
    again = send(api, "post", API, body, Idempotency_Key="k1")
    assert first.json() == again.json()
    assert Person.objects.count() == 1


def test_the_description_of_the_interface_is_valid(api, recwarn):
    from drf_spectacular.drainage import GENERATOR_STATS

    GENERATOR_STATS.reset()
    response = api.get("/api/v1/schema/")
    assert response.status_code == 200
    assert not GENERATOR_STATS
    assert b"/api/v1/people/{id}/reveal/" in response.content


@pytest.mark.parametrize(
    "body", ["[]", "null", "{", '"x"', '{"full_name": ["x"]}', '{"full_name": "\\ud800"}',
             '{"full_name": "\\u0000"}', '{"full_name": "x", "phones": {"a": 1}}',
             '{"full_name": "x", "birth_date": 5}', '{"full_name": "x", "version": 1e99}',
             '{"full_name": "x", "documents": [[]]}', '{"full_name":"x","sex":{"$ne":1}}'],
)  # fmt: skip
def test_no_body_breaks_the_interface(api, body):
    response = api.post(API, body, content_type="application/json")
    assert response.status_code in {201, 400, 422}
