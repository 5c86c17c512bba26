"""Identities and stays over REST: steps, refusals, permissions, and the computed test."""

import uuid

import pytest

from accounts.roles import Role
from crm.people.choices import IdentityCode
from crm.people.models import PersonIdentity, Stay
from crm.people.values import IdentityValues
from tenants.permissions import GRANTS, Permission
from tests.crm.people.test_api import send, with_token
from tests.factories import people

RECOGNITION = {
    "to": "recognised", "on": "1986-05-04", "recognised_by": "厦门市侨务办公室",
    "certificate": "闽厦侨86-0117",
}  # fmt: skip


@pytest.fixture
def person(north):
    return people.person(identities=(IdentityValues(code=IdentityCode.RETURNED, country="ID"),))


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


def address(person, rest=""):
    return f"/api/v1/people/{person.pk}/identities/{rest}"


def move(api, person, identity, **data):
    return send(api, "post", address(person, f"{identity['id']}/move/"),
                {"seen": identity["seen"]} | data)  # fmt: skip


def fields(response):
    """Return the fields that a refusal names."""
    assert response.status_code == 422, response.content
    return {problem["field"] for problem in response.json()}


def test_an_identity_goes_its_way(api, person):
    (identity,) = api.get(address(person)).json()
    assert (identity["state"], identity["next_states"]) == (
        "self_declared", ["materials_checked", "ended"],
    )  # fmt: skip
    assert [step["to_state"] for step in identity["steps"]] == ["self_declared"]

    checked = move(api, person, identity, to="materials_checked", on="2026-03-02").json()
    done = move(api, person, checked, **RECOGNITION)

    assert done.status_code == 200, done.content
    body = done.json()
    assert (body["state"], body["recognised_by"]) == ("recognised", "厦门市侨务办公室")
    assert "86-0117" not in done.content.decode()
    assert body["certificate"].startswith("闽")
    assert [step["to_state"] for step in body["steps"]][-2:] == ["materials_checked", "recognised"]
    assert body["steps"][-1]["created_by"]
    assert api.get(address(person, f"{body['id']}/")).json() == body

    undone = send(api, "post", address(person, f"{body['id']}/undo/"), {"seen": body["seen"]})
    assert undone.json()["state"] == "materials_checked"
    assert undone.json()["certificate"] == ""


def test_what_cannot_be_is_said_at_its_field(api, person):
    (identity,) = api.get(address(person)).json()
    wrong = move(api, person, identity, to="submitted", on="2026-03-02")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "identity_transition")
    late = move(api, person, identity, to="ended", on="2026-03-02")
    assert fields(late) == {"reason"}
    kept = send(api, "post", address(person, f"{identity['id']}/keep/"),
                {"seen": identity["seen"], "reason": "x"})  # fmt: skip
    assert (kept.status_code, kept.json()["code"]) == (422, "identity_not_under_review")
    move(api, person, identity, to="materials_checked", on="2026-03-02")
    stale = move(api, person, identity, to="materials_checked", on="2026-03-02")
    assert (stale.status_code, stale.json()["code"]) == (409, "identity_changed")


def test_a_token_for_entering_data_recognises_nobody(north, person):
    held = GRANTS[Role.CLERK] - {Permission.IDENTITY_DECIDE}
    api = with_token(north, Role.CLERK, permissions=held)
    (identity,) = api.get(address(person)).json()
    checked = move(api, person, identity, to="materials_checked", on="2026-03-02").json()
    assert move(api, person, checked, **RECOGNITION).status_code == 403
    assert move(api, person, checked, to="ended", on="2026-03-02", reason="x").status_code == 403
    patched = send(api, "patch", f"/api/v1/people/{person.pk}/", {"version": 1, "identities": []})
    assert patched.status_code == 200  # what is only declared may be taken out again
    assert PersonIdentity.objects.get().state == "ended"


def test_the_record_s_own_interface_cannot_lose_a_recognition(api, person):
    (identity,) = api.get(address(person)).json()
    checked = move(api, person, identity, to="materials_checked", on="2026-03-02").json()
    move(api, person, checked, **RECOGNITION)
    refused = send(api, "patch", f"/api/v1/people/{person.pk}/", {"version": 1, "identities": []})
    assert fields(refused) == {"identities"}
    (line,) = api.get("/api/v1/people/?identity_state=recognised").json()["results"]
    assert (line["identities"], line["recognised"]) == (["GQ"], ["GQ"])
    assert api.get("/api/v1/people/?identity_state=submitted").json()["results"] == []


def test_stays_are_computed(api, person):
    stays = f"/api/v1/people/{person.pk}/stays/"
    assert api.get(stays).json()["residence"]["is_enough"] is False
    first = {"country": "id", "begins_on": "2019-05-01", "ends_on": "2021-06-01",
             "right": "permanent"}  # fmt: skip
    added = send(api, "post", stays, first)
    assert added.status_code == 201, added.content
    body = added.json()
    assert body["residence"]["is_enough"] is True
    assert body["residence"]["routes"][0]["months"] == "24.0"
    (stay,) = body["stays"]
    assert (stay["country"], stay["purpose"]) == ("ID", "settled")

    overlap = send(api, "post", stays, first | {"country": "MY", "begins_on": "2021-05-31",
                                                "ends_on": None})  # fmt: skip
    assert fields(overlap) == {"begins_on"}
    home = send(api, "post", stays, first | {"country": "HK", "begins_on": "2022-01-01",
                                             "ends_on": "2021-01-01"})  # fmt: skip
    assert fields(home) == {"country", "ends_on"}

    assert api.delete(f"{stays}{stay['id']}/").status_code == 204
    assert not Stay.objects.exists()


def test_next_door_sees_and_moves_nothing(north, south, person):
    (identity,) = with_token(north, Role.CLERK).get(address(person)).json()
    stranger = with_token(south, Role.ADMINISTRATOR)
    assert stranger.get(address(person)).status_code == 404
    assert stranger.get(address(person, f"{identity['id']}/")).status_code == 404
    assert (
        move(stranger, person, identity, to="materials_checked", on="2026-03-02").status_code == 404
    )
    assert stranger.get(f"/api/v1/people/{person.pk}/stays/").status_code == 404


def test_an_identity_is_found_below_its_own_person_only(api, person):
    other = people.person()
    (identity,) = api.get(address(person)).json()
    assert api.get(address(other, f"{identity['id']}/")).status_code == 404
    assert api.get(address(person, f"{uuid.uuid4()}/")).status_code == 404
