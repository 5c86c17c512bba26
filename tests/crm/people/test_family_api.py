"""Households and kinship over REST."""

import datetime as dt
import uuid

import pytest

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people.choices import Sex
from crm.people.models import Household, HouseholdMember, Kinship, OverseasKin, PersonChange
from tenants.context import inside
from tenants.permissions import Permission
from tests.crm.people.test_api import with_token
from tests.factories import people

API = "/api/v1/households/"


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


@pytest.fixture(autouse=True)
def said_as_it_was(api):
    """Whatever a test does over REST stands in the history as done over REST."""
    yield
    assert not PersonChange.objects.exclude(cause="api").exists()


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


@pytest.fixture
def home(api):
    """A household of three, as the interface shows it."""
    rows = [someone("林建国", Sex.MALE), someone("曾庆红"), someone("林晓雯", year=1990)]
    roles = ("head", "spouse", "child")
    sent = {"label": "林建国户", "address": "厦门市思明区榕荫里12号", "members": [
        {"person": str(person.pk), "role": role} for person, role in zip(rows, roles, strict=True)
    ]}  # fmt: skip
    return post(api, API, sent).json()


def change(api, home, verb, **sent):
    """Change a household in the version that was read last, and read it again."""
    current = api.get(f"{API}{home['id']}/").json()
    return post(api, f"{API}{home['id']}/{verb}/", {"version": current["version"]} | sent)


def who(body):
    """Return who is in a household now, by what they are."""
    return {row["role"]: row for row in body["members"] if not row["valid_to"]}


def test_a_place_is_corrected_the_contact_chosen_and_a_mistake_removed(api, home):
    child = who(home)["child"]["id"]
    place = {"member": child, "role": "grandchild", "kind": "registered"}
    done = change(api, home, "change-member", **place, valid_from="2020-01-01")
    assert done.status_code == 200, done.content
    assert who(done.json())["grandchild"]["valid_from"] == "2020-01-01"
    chosen = change(api, home, "choose-contact", member=child).json()
    assert [row["id"] for row in chosen["members"] if row["is_primary"]] == [child]
    removed = change(api, home, "remove-member", member=child).json()
    assert child not in {row["id"] for row in removed["members"]}
    gone = change(api, home, "choose-contact", member=child)
    assert (gone.status_code, gone.json()["code"], gone.json()["field"]) == (
        422, "not_a_member", "member",
    )  # fmt: skip


def test_members_move_split_off_and_come_together_again(api, home):
    day = {"on": "2026-01-01"}
    other = post(api, API, {"label": "新户"}).json()
    child, spouse = who(home)["child"], who(home)["spouse"]
    moved = change(api, home, "move-member", member=child["id"], other=other["id"], role="head",
                   **day)  # fmt: skip
    assert moved.status_code == 200, moved.content
    assert set(who(moved.json())) == {"head", "spouse"}
    assert set(who(api.get(f"{API}{other['id']}/").json())) == {"head"}

    all_leave = [row["id"] for row in who(moved.json()).values()]
    refused = change(api, home, "split", members=all_leave, head=all_leave[0], label="丙户", **day)
    assert (refused.status_code, refused.json()["field"]) == (422, "members")
    one = {"members": [spouse["id"]], "head": spouse["id"], "label": "曾庆红户"}
    founded = change(api, home, "split", **one, **day)
    assert (founded.status_code, founded.json()["label"]) == (201, "曾庆红户")
    assert set(who(founded.json())) == {"head"}

    united = change(api, home, "take-in", other=founded.json()["id"], on="2026-02-01")
    assert len(who(united.json())) == 2
    assert api.get(f"{API}{founded.json()['id']}/").json()["closed_on"] == "2026-02-01"
    same = change(api, home, "take-in", other=home["id"], **day)
    assert (same.status_code, same.json()["code"]) == (422, "same_household")
    assert change(api, home, "take-in", other=str(uuid.uuid4()), **day).status_code == 404


def test_a_household_is_closed_and_opened_again(api, home):
    closed = change(api, home, "close", on="2026-01-01").json()
    assert (closed["closed_on"], who(closed)) == ("2026-01-01", {})
    late = change(api, home, "choose-contact", member=who(home)["head"]["id"])
    assert (late.status_code, late.json()["code"]) == (422, "household_closed")
    assert len(who(change(api, home, "reopen").json())) == 3


def test_an_address_is_shown_with_a_reason_on_record_of_each_member(api, north, home):
    address = f"{API}{home['id']}/reveal/"
    refused = post(api, address, {"reason": "other"})
    assert refused.status_code == 422
    shown = post(api, address, {"reason": "contact"})
    assert (shown.json(), shown["Cache-Control"]) == (
        {"value": "厦门市思明区榕荫里12号"},
        "no-store",
    )
    assert AuditEntry.objects.filter(action="person.reveal").count() == 3
    reader = with_token(north, Role.CLERK, {Permission.PERSON_VIEW, Permission.PERSON_EDIT})
    assert post(reader, address, {"reason": "contact"}).status_code == 403


@pytest.mark.parametrize(
    ("verb", "sent"),
    [
        ("change-member", {"role": "head", "kind": "living"}),
        ("remove-member", {}),
        ("choose-contact", {}),
        ("move-member", {"role": "head", "on": "2026-01-01"}),
        ("split", {"label": "丙户", "on": "2026-01-01"}),
        ("take-in", {"on": "2026-01-01"}),
        ("close", {"on": "2026-01-01"}),
        ("reopen", {}),
    ],
)
def test_a_change_on_an_old_page_is_409_and_a_stranger_finds_nothing(api, south, home, verb, sent):
    rows = [row["id"] for row in home["members"]]
    other = post(api, API, {"label": "新户"}).json()["id"]
    sent |= {"member": rows[2], "other": other, "members": rows[2:], "head": rows[2]}
    assert change(api, home, "choose-contact", member=rows[1]).status_code == 200
    address = f"{API}{home['id']}/{verb}/"
    stale = post(api, address, {"version": 1} | sent)
    assert (stale.status_code, stale.json()["code"]) == (409, "household_changed")
    nothing = post(api, address, {})
    assert (nothing.status_code, nothing.json()[0]["field"]) == (422, "version")
    with inside(south):
        stranger = with_token(south, Role.CLERK)
    assert post(stranger, address, {"version": 2} | sent).status_code == 404


def test_a_relative_abroad_is_written_down_corrected_and_ended(api, south):
    person = someone("甲")
    address = f"/api/v1/people/{person.pk}/overseas-kin/"
    sent = {"relation": "GRP", "country": "ID", "standing": "HQ", "name": "陈文辉"}
    refused = post(api, address, sent)
    assert (refused.status_code, refused.json()["field"]) == (422, "name")
    made = api.post(address, sent | {"has_agreed": True}, content_type="application/json",
                    headers={"Idempotency-Key": "k1"})  # fmt: skip
    again = api.post(address, sent | {"has_agreed": True}, content_type="application/json",
                     headers={"Idempotency-Key": "k1"})  # fmt: skip
    assert (made.status_code, again.json()) == (201, made.json())
    assert made.json()["has_name"]
    assert "陈文辉" not in made.content.decode()
    one = f"{address}{made.json()['id']}/"
    changed = api.put(one, {"relation": "PAR", "country": "MY"}, content_type="application/json")
    assert (changed.json()["relation"], changed.json()["has_name"]) == ("PAR", False)
    wrong = api.put(one, {"relation": "PAR", "country": "XX"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "country")
    assert post(api, f"{one}end/", {"reason": "other"}).status_code == 422
    ended = post(api, f"{one}end/", {"reason": "other", "on": "2026-01-01"})
    assert ended.json()["ended_on"] == "2026-01-01"
    assert api.get(address).json() == [ended.json()]
    with inside(south):
        stranger = with_token(south, Role.CLERK)
    assert stranger.get(address).status_code == 404
    assert post(stranger, f"{one}end/", {"reason": "mistake"}).status_code == 404
    assert OverseasKin.objects.get().end_reason == "other"
