"""Groups, saved filters and changes for many over REST."""

import uuid

import pytest

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people.models import BulkChange, Person, PersonGroup, SavedFilter
from tenants.permissions import GRANTS, Permission
from tests.crm.people.test_api import send, with_token
from tests.factories import people

GROUPS, FILTERS, CHANGES = "/api/v1/groups/", "/api/v1/saved-filters/", "/api/v1/bulk-changes/"
ELDERS = {
    "name": "六十岁以上",
    "rule": {"all": [{"field": "age", "op": "at_least", "value": 60}]},
}


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


def test_a_group_is_made_asked_and_put_away(api):
    person = people.person()
    people.person(birth_date=None, birth_precision=None, documents=())
    made = send(api, "post", GROUPS, ELDERS)
    assert made.status_code == 201, made.content
    body = made.json()
    assert "60" in body["sentence"]
    assert api.get(f"{GROUPS}{body['id']}/").json() == body
    assert api.get(GROUPS).json() == [body]
    counted = api.get(f"{GROUPS}{body['id']}/count/").json()
    assert (counted["count"], counted["is_counted"]) == (1, True)
    members = api.get("/api/v1/people/", {"group": body["id"]}).json()
    assert [line["id"] for line in members["results"]] == [str(person.pk)]

    assert api.delete(f"{GROUPS}{body['id']}/").status_code == 204
    gone = api.get("/api/v1/people/", {"group": body["id"]})
    assert (gone.status_code, gone.json()["code"]) == (422, "group_missing")
    assert send(api, "post", f"{GROUPS}{body['id']}/restore/", {}).status_code == 200
    assert PersonGroup.objects.get().retired_at is None


def test_a_wrong_rule_is_said_at_its_condition(api):
    rule = {"any": [{"all": [{"field": "age", "op": "at_least", "value": 60},
                             {"field": "id__in", "op": "is"}]}]}  # fmt: skip
    response = send(api, "post", GROUPS, ELDERS | {"rule": rule})
    assert response.status_code in {400, 422}
    assert "rule.0.1" in response.content.decode()
    for odd in (None, "x", [], {"all": {}}, {"all": [[[]]]}):
        assert send(api, "post", GROUPS, ELDERS | {"rule": odd}).status_code in {400, 422}
    assert not PersonGroup.objects.exists()


def test_a_stale_change_of_a_group_is_409(api):
    key = send(api, "post", GROUPS, ELDERS).json()["id"]
    first = send(api, "put", f"{GROUPS}{key}/", ELDERS | {"version": 1, "name": "老人"})
    second = send(api, "put", f"{GROUPS}{key}/", ELDERS | {"version": 1})
    assert (first.status_code, second.status_code) == (200, 409)
    assert PersonGroup.objects.get().name == "老人"
    assert send(api, "put", f"{GROUPS}{key}/", ELDERS | {"version": "x"}).status_code in {400, 422}


def test_programs_read_what_rules_can_ask(api):
    found = {field["code"]: field for field in api.get(f"{GROUPS}fields/").json()}
    assert found["age"]["ops"] == ["at_least", "at_most"]
    assert "GQ" in found["identity"]["choices"]


def test_filters_are_saved_and_put_away(api):
    made = send(api, "post", FILTERS, {"name": "归侨", "filter": {"identity": "GQ"}})
    assert made.status_code == 201, made.content
    assert api.get(FILTERS).json() == [made.json()]
    key = made.json()["id"]
    assert api.delete(f"{FILTERS}{key}/").status_code == 204
    assert api.get(FILTERS).json() == []
    assert send(api, "post", f"{FILTERS}{key}/restore/", {}).status_code == 200
    empty = send(api, "post", FILTERS, {"name": "空", "filter": {}})
    assert (empty.status_code, empty.json()["code"]) == (422, "filter_empty")
    assert SavedFilter.objects.count() == 1


def test_a_change_for_many_is_previewed_run_and_undone(api):
    person = people.person()
    asked = {"action": "add_language", "value": "hak", "filter": {"sex": "female"}}
    made = send(api, "post", CHANGES, asked)
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["state"], body["total"], body["would_change"]) == ("previewed", 1, 1)
    assert Person.objects.get().languages == ["cmn", "nan"]

    done = send(api, "post", f"{CHANGES}{body['id']}/run/", {}).json()
    assert (done["state"], done["changed"], done["left_out"]) == ("done", 1, [])
    assert Person.objects.get().languages == ["cmn", "nan", "hak"]
    undone = send(api, "post", f"{CHANGES}{body['id']}/undo/", {}).json()
    assert (undone["state"], undone["restored"]) == ("undone", 1)
    again = send(api, "post", f"{CHANGES}{body['id']}/undo/", {})
    assert (again.status_code, again.json()["code"]) == (422, "bulk_cannot_undo")
    assert api.get(f"{CHANGES}{body['id']}/").json() == undone
    assert AuditEntry.objects.filter(person_key=person.pk, action="person.change").count() == 2


def test_other_people_since_the_preview_are_409(api):
    people.person()
    asked = {"action": "status", "value": "moved", "filter": {}}
    key = send(api, "post", CHANGES, asked).json()["id"]
    people.person()
    response = send(api, "post", f"{CHANGES}{key}/run/", {})
    assert (response.status_code, response.json()["code"]) == (409, "selection_changed")


@pytest.mark.parametrize(
    "sent",
    [
        {"action": "status", "value": "gone"}, {"action": "drop", "value": "x"},
        {"action": "fact", "value": "x", "fact": "facts__x"}, {"action": "note"},
        {"action": "status", "value": "moved", "ids": [str(uuid.uuid4())]},
        {"action": "status", "value": "moved", "filter": {"group": str(uuid.uuid4())}},
    ],
)  # fmt: skip
def test_what_makes_no_sense_changes_nobody(api, sent):
    people.person()
    assert send(api, "post", CHANGES, sent).status_code in {400, 422}
    assert not BulkChange.objects.exists()


def test_a_token_without_the_right_and_the_site_next_door_get_nothing(api, north, south):
    people.person()
    asked = {"action": "status", "value": "moved", "filter": {}}
    key = send(api, "post", CHANGES, asked).json()["id"]
    group = send(api, "post", GROUPS, ELDERS | {"is_shared": True}).json()["id"]
    southern = with_token(south, Role.CLERK)
    assert send(southern, "post", f"{CHANGES}{key}/run/", {}).status_code == 404
    assert southern.get(f"{GROUPS}{group}/").status_code == 404
    held = GRANTS[Role.CLERK] - {Permission.PERSON_BULK_EDIT}
    reader = with_token(north, Role.ADMINISTRATOR, held)
    assert send(reader, "post", f"{CHANGES}{key}/run/", {}).status_code == 403
    assert Person.objects.get().status == "active"
