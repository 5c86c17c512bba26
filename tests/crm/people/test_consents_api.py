"""Consents over REST: the same rules, the same words."""

import pytest

from accounts.roles import Role
from crm.people.models import Consent
from tenants.context import inside
from tests.crm.people.test_api import send, with_token
from tests.factories.people import person

API = "/api/v1/consents/"


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


def sent(somebody, **values):
    return {
        "person": str(somebody.pk),
        "purpose": "register",
        "channel": "desk",
        "given_on": "2026-03-02",
    } | values


def test_a_consent_is_given_listed_and_taken_back(api):
    somebody = person()
    given = send(api, "post", API, sent(somebody, given_by="agent", giver_name="林晓梅"))
    assert given.status_code == 201, given.content
    body = given.json()
    assert (body["state"], body["giver_name"]) == ("standing", "林*")
    assert api.get(API, {"person": str(somebody.pk)}).json() == [body]

    ended = send(api, "post", f"{API}{body['id']}/withdraw/", {"channel": "phone"})
    assert ended.json()["state"] == "withdrawn"
    again = send(api, "post", f"{API}{body['id']}/withdraw/", {"channel": "phone"})
    assert (again.status_code, again.json()["code"]) == (422, "consent_withdrawn")


def test_a_mistake_names_its_field(api):
    refused = send(api, "post", API, sent(person(), purpose="referral"))
    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["field"]) == ("recipient_missing", "recipient")
    assert not Consent.objects.exists()
    assert send(api, "post", API, sent(person(), channel="online")).status_code == 422
    assert api.get(API).status_code == 422


def test_another_site_finds_nothing(api, south):
    body = send(api, "post", API, sent(person())).json()
    with inside(south):
        stranger = with_token(south, Role.CLERK)
    assert stranger.get(API, {"person": body["person"]}).status_code == 404
    withdraw = f"{API}{body['id']}/withdraw/"
    assert send(stranger, "post", withdraw, {"channel": "desk"}).status_code == 404


def test_the_register_is_paged_and_narrowed(api, south):
    body = send(api, "post", API, sent(person())).json()
    send(api, "post", API, sent(person(), purpose="messages"))
    assert api.get(f"{API}register/").json()["count"] == 2
    found = api.get(f"{API}register/", {"purpose": "register", "state": "standing"}).json()
    assert found["results"] == [body]
    assert api.get(f"{API}register/", {"state": "withdrawn"}).json()["results"] == []
    assert api.get(f"{API}register/", {"state": "x"}).status_code == 422
    with inside(south):
        stranger = with_token(south, Role.CLERK)
    assert stranger.get(f"{API}register/").json()["results"] == []
