"""Households and kinship over REST."""

import datetime as dt
import uuid

import pytest

from accounts.roles import Role
from crm.people.choices import Sex
from crm.people.models import Household, HouseholdMember, Kinship
from tests.crm.people.test_api import with_token
from tests.factories import people

API = "/api/v1/households/"


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


def someone(name, sex=Sex.FEMALE, year=1960):
    return people.person(
        full_name=name, sex=sex, birth_date=dt.date(year, 5, 1), documents=(), phones=()
    )


def post(api, address, data):
    return api.post(address, data, content_type="application/json")


def kin(person):
    return f"/api/v1/people/{person.pk}/kin/"


def test_a_household_is_opened_read_joined_and_left(api):
    head, wife = someone("林建国", Sex.MALE), someone("曾庆红")
    sent = {
        "label": "林建国户", "address": "厦门市思明区榕荫里12号",
        "members": [{"person": str(head.pk), "role": "head"}],
    }  # fmt: skip
    made = post(api, API, sent)
    assert made.status_code == 201, made.content
    body = made.json()
    assert "榕荫里" not in body["address"]
    assert body["members"][0]["is_primary"]
    place = f"{API}{body['id']}/"
    joined = post(api, f"{place}join/", {"version": 1, "person": str(wife.pk), "role": "spouse"})
    assert [row["role"] for row in joined.json()["members"]] == ["head", "spouse"]
    stale = post(api, f"{place}join/", {"version": 1, "person": str(wife.pk), "role": "spouse"})
    assert (stale.status_code, stale.json()["code"]) == (409, "household_changed")
    row = HouseholdMember.objects.get(person=wife)
    left = post(api, f"{place}leave/", {"version": 2, "member": str(row.pk), "on": "2026-01-01"})
    assert left.json()["version"] == 3
    listed = api.get(API, {"q": "ljg"}).json()
    assert (listed["count"], listed["results"][0]["members"]) == (1, 1)


def test_a_household_is_changed_with_its_version_and_errors_name_their_field(api):
    place = f"{API}{post(api, API, {'label': '甲户'}).json()['id']}/"
    done = api.patch(place, {"version": 1, "note": "搬家"}, content_type="application/json")
    assert (done.status_code, done["ETag"]) == (200, '"2"')
    assert Household.objects.get().label == "甲户"
    stale = api.patch(place, {"version": 1, "note": "x"}, content_type="application/json")
    assert stale.status_code == 409
    long = api.patch(place, {"version": 2, "number": "1" * 31}, content_type="application/json")
    assert (long.status_code, long.json()["code"]) == (422, "household_invalid")
    ghost = {"label": "乙户", "members": [{"person": str(uuid.uuid4()), "role": "head"}]}
    assert post(api, API, ghost).status_code == 404
    assert api.get(f"{API}{uuid.uuid4()}/").status_code == 404


def test_relatives_are_linked_listed_and_ended(api):
    mother, child = someone("陈秀英"), someone("林晓雯", year=1990)
    made = post(api, kin(child), {"relative": str(mother.pk), "relation": "mother"})
    assert made.status_code == 201, made.content
    assert made.json()["link"] == "parent"
    listed = api.get(kin(mother)).json()
    assert [(row["full_name"], row["kinship"]) for row in listed] == [("林晓雯", made.json()["id"])]
    again = post(api, kin(mother), {"relative": str(child.pk), "relation": "daughter"})
    assert (again.status_code, again.json()["code"]) == (422, "kinship_exists")
    end = {"kinship": made.json()["id"], "reason": "divorce", "on": "2026-01-01"}
    refused = post(api, f"{kin(child)}end/", end)
    assert (refused.status_code, refused.json()["code"]) == (422, "end_reason_unfit")
    no_day = post(api, f"{kin(child)}end/", {"kinship": end["kinship"], "reason": "other"})
    assert no_day.status_code in {400, 422}
    ended = post(api, f"{kin(child)}end/", {"kinship": end["kinship"], "reason": "mistake"})
    assert ended.json()["end_reason"] == "mistake"
    assert api.get(kin(mother)).json() == []
    nobody = {"relative": str(uuid.uuid4()), "relation": "mother"}
    assert post(api, kin(child), nobody).status_code == 404
    assert not Kinship.objects.filter(valid_to__isnull=True).exists()
