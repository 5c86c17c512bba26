"""Candidates, what identities rest on, and reviews over REST."""

import pytest

from accounts.roles import Role
from crm.people.choices import IdentityCode, Sex
from crm.people.kinship.relations import Relation
from crm.people.models import IdentityGround, PersonIdentity
from tenants.context import inside
from tenants.permissions import Permission
from tests.crm.people.test_api import send, with_token
from tests.crm.people.test_family_pages import link, someone

CANDIDATES, REVIEWS = "/api/v1/candidates/", "/api/v1/reviews/"


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


@pytest.fixture
def family(north):
    """A 归侨, his daughter and her daughter."""
    old = someone("陈伯年", Sex.MALE, 1935, IdentityCode.RETURNED)
    mother, girl = someone("陈秀英", year=1962), someone("林晓雯", year=1990)
    link(mother, Relation.FATHER, old)
    link(girl, Relation.MOTHER, mother)
    return old, mother, girl


def identities(person, rest=""):
    return f"/api/v1/people/{person.pk}/identities/{rest}"


def candidate(api, person):
    """Return what the list says of somebody."""
    (found,) = [row for row in api.get(CANDIDATES).json()["results"]
                if row["person"] == str(person.pk)]  # fmt: skip
    return found


def declare(api, person, **headers):
    body = {"ground": candidate(api, person)["key"]}
    return send(api, "post", identities(person, "declare-relative/"), body, **headers)


def test_a_candidate_is_declared_on_the_ground_that_the_list_shows(api, family):
    old, mother, girl = family
    found = candidate(api, girl)
    assert [step["person"] for step in found["way"]] == [str(mother.pk), str(old.pk)]
    assert all(step["term"] for step in found["way"])
    key = found["key"]

    made = declare(api, girl, Idempotency_Key="k1")
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["code"], body["state"]) == ("QJ", "self_declared")
    assert [(row["key"], row["person"]) for row in body["grounds"]] == [(key, str(old.pk))]
    again = send(
        api, "post", identities(girl, "declare-relative/"), {"ground": key}, Idempotency_Key="k1"
    )
    assert again.json() == body
    assert PersonIdentity.objects.filter(person=girl).count() == 1
    assert "api" in set(girl.changes.values_list("cause", flat=True))
    assert str(girl.pk) not in str(api.get(CANDIDATES).json())


def test_who_is_no_candidate_cannot_be_declared(api, family):
    outsider = someone("外人")
    address = identities(outsider, "declare-relative/")
    refused = send(api, "post", address, {})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_ground")
    wrong = send(api, "post", identities(family[2], "declare-relative/"), {"ground": "kin:x"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "ground")
    assert not PersonIdentity.objects.filter(code="QJ").exists()


def test_grounds_are_added_and_ended_and_the_last_one_opens_a_review(api, family):
    _old, mother, girl = family
    identity = declare(api, girl).json()
    one = identities(girl, f"{identity['id']}/")
    offered = api.get(f"{one}candidates/").json()
    (second,) = [row for row in offered if row["person"] == str(mother.pk)]
    both = send(api, "post", f"{one}grounds/", {"ground": second["key"]})
    assert both.status_code == 201, both.content
    twice = send(api, "post", f"{one}grounds/", {"ground": second["key"]})
    assert (twice.status_code, twice.json()["code"], twice.json()["field"]) == (
        422, "identity_ground_twice", "ground",
    )  # fmt: skip

    def end(ground, **changes):
        body = {"ground": ground["id"], "reason": "other", "on": "2026-03-01"} | changes
        return send(api, "post", f"{one}end-ground/", body)

    first, other = both.json()["grounds"]
    late = end(first, on="2999-01-01")
    assert (late.status_code, late.json()[0]["field"]) == (422, "on")
    assert end(first).json()["review_since"] is None
    ended = end(other)
    assert ended.status_code == 200, ended.content
    assert ended.json()["review_reason"] == "link_removed"
    (review,) = api.get(REVIEWS).json()["results"]
    assert (review["person"], review["id"]) == (str(girl.pk), identity["id"])
    assert api.get(REVIEWS, {"reason": "divorce"}).json()["results"] == []
    assert api.get(REVIEWS, {"reason": "x"}).status_code == 422
    assert end({"id": girl.pk}).status_code == 404


def test_a_reader_changes_nothing_and_another_site_finds_nothing(api, north, south, family):
    _old, _mother, girl = family
    identity = declare(api, girl).json()
    one = identities(girl, f"{identity['id']}/")
    ground = identity["grounds"][0]["id"]
    reader = with_token(north, Role.CLERK, {Permission.PERSON_VIEW})
    member = with_token(north, Role.MEMBER)
    with inside(south):
        stranger = with_token(south, Role.CLERK)
    for client, status in ((reader, 403), (stranger, 404)):
        for address, body in (
            (f"{one}grounds/", {"ground": "kin:x"}),
            (f"{one}end-ground/", {"ground": ground, "reason": "other", "on": "2026-03-01"}),
            (identities(girl, "declare-relative/"), {}),
        ):
            assert send(client, "post", address, body).status_code == status, address
    assert reader.get(f"{one}candidates/").status_code == 200
    assert stranger.get(f"{one}candidates/").status_code == 404
    assert stranger.get(CANDIDATES).json()["results"] == []
    assert member.get(CANDIDATES).status_code == member.get(REVIEWS).status_code == 403
    assert IdentityGround.objects.get().ended_on is None
