"""Merging and undoing on the pages and over REST; old links; the other site."""

import json
import uuid

import pytest
from django.urls import reverse

from accounts.roles import Role
from accounts.services import create_token
from crm.people.duplicates.scanning import scan
from crm.people.merging import rights
from crm.people.models import DuplicatePair, MergeOperation, Person
from crm.people.values import PhoneValues
from tenants.context import inside
from tenants.permissions import GRANTS, Permission
from tests.factories import people
from tests.factories.people import NOW
from tests.fixtures_accounts import client_of


def url(name, *args):
    return reverse(f"people:{name}", args=args)


def two(**given):
    plain = {"documents": (), "full_name": "曾庆红"}
    one = people.person(**plain | {"note": "住在一楼"})
    other = people.person(
        **plain | {"full_name": "曾慶紅", "address": "厦门市湖里区1号",
                   "phones": (PhoneValues(number="13800138000"),)} | given
    )  # fmt: skip
    return one, other


def versions(one, other):
    return {"kept_version": str(one.version), "gone_version": str(other.version)}


def test_a_merge_from_the_list_to_the_undo(administrator_client):
    one, other = two()
    scan(now=NOW)
    path = url("merge", one.pk, other.pk)
    assert path in administrator_client.get(url("duplicates")).content.decode()

    asked = administrator_client.get(path).content.decode()
    assert "side.full_name" in asked
    assert "13800138000" not in asked
    assert "湖里区1号" not in asked

    chosen = versions(one, other) | {"side.full_name": "kept", "side.address": "kept"}
    shown = administrator_client.post(path, chosen).content.decode()
    assert "曾慶紅" in shown
    assert "厦门市湖里区***" in shown
    assert Person.objects.count() == 2

    merged = administrator_client.post(path, chosen | {"confirm": "1"}, follow=True)
    assert merged.redirect_chain == [(url("detail", one.pk), 302)]
    assert "138****8000" in merged.content.decode()
    # An old link leads to the record that is kept.
    old = administrator_client.get(url("detail", other.pk), follow=True)
    assert old.redirect_chain == [(url("detail", one.pk), 302)]

    undo = url("undo-merge", MergeOperation.objects.get().pk)
    assert undo in merged.content.decode()
    administrator_client.post(undo)
    assert administrator_client.get(url("detail", other.pk)).status_code == 200
    again = administrator_client.post(undo, follow=True)
    assert again.status_code == 200


def test_what_was_chosen_stays_when_one_goes_back(administrator_client):
    one, other = two()
    chosen = versions(one, other) | {"side.full_name": "gone", "change": "1"}
    page = administrator_client.post(url("merge", one.pk, other.pk), chosen).content.decode()
    assert 'name="side.full_name" value="gone" checked' in page
    assert "keep_name" in page


def test_a_stale_merge_is_refused_and_shown_anew(administrator_client):
    one, other = two()
    sent = versions(one, other) | {"confirm": "1"}
    Person.objects.filter(pk=other.pk).update(version=2, note="新写的")
    response = administrator_client.post(url("merge", one.pk, other.pk), sent)
    assert response.status_code == 409
    assert 'name="gone_version" value="2"' in response.content.decode()
    assert Person.objects.count() == 2
    odd = administrator_client.post(
        url("merge", one.pk, other.pk), {"confirm": "1", "kept_version": "x", "side.sex": "them"}
    )
    assert odd.status_code == 409


def test_the_same_record_and_strangers_are_not_there(administrator_client):
    one, _other = two()
    assert administrator_client.get(url("merge", one.pk, one.pk)).status_code == 404
    assert administrator_client.get(url("merge", one.pk, uuid.uuid4())).status_code == 404
    assert administrator_client.post(url("undo-merge", uuid.uuid4())).status_code == 404


@pytest.fixture
def may_not_merge(monkeypatch):
    """Clerks of a site that leaves merging to somebody else."""
    monkeypatch.setitem(GRANTS, Role.CLERK, GRANTS[Role.CLERK] - {Permission.PERSON_MERGE})


def test_without_the_right_to_both_there_is_no_page(administrator_client, monkeypatch):
    one, other = two()
    monkeypatch.setattr(rights, "may_edit", lambda user, person: person.pk == one.pk)
    sent = versions(one, other) | {"confirm": "1"}
    assert administrator_client.post(url("merge", one.pk, other.pk), sent).status_code == 404
    assert Person.objects.count() == 2


def test_without_the_permission_the_pair_is_seen_and_no_way_to_merge(clerk_client, may_not_merge):
    one, other = two()
    scan(now=NOW)
    page = clerk_client.get(url("duplicates")).content.decode()
    assert url("merge", one.pk, other.pk) not in page
    assert url("duplicates-keep-apart", DuplicatePair.objects.get().pk) in page
    assert clerk_client.get(url("merge", one.pk, other.pk)).status_code == 403
    person = clerk_client.get(url("detail", one.pk)).content.decode()
    assert f"{url('duplicates')}?person={one.pk}" in person
    only = clerk_client.get(url("duplicates"), {"person": str(one.pk)})
    assert only.status_code == 200
    assert clerk_client.get(url("duplicates"), {"person": "x"}).status_code == 200


def test_the_other_site_cannot_be_merged_from_here(administrator_client, south):
    one, _other = two()
    with inside(south):
        theirs = people.person()
    assert administrator_client.get(url("merge", one.pk, theirs.pk)).status_code == 404
    assert administrator_client.get(url("detail", theirs.pk)).status_code == 404


# --- REST ------------------------------------------------------------------------------------


@pytest.fixture
def api(north):
    return with_token(north, Role.ADMINISTRATOR)


def with_token(tenant, role):
    client = client_of(tenant, role)
    with inside(tenant):
        _token, secret = create_token(
            user=client.user, name="script", permissions=GRANTS[role], held=GRANTS[role],
            days=3_000, now=NOW,
        )  # fmt: skip
    client.logout()
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def send(client, path, body=None):
    return client.post(path, json.dumps(body or {}), content_type="application/json")


def test_a_program_lists_decides_merges_and_undoes(api):
    one, other = two()
    scan(now=NOW)
    [pair] = api.get("/api/v1/duplicates/").json()["results"]
    assert {pair["first"], pair["second"]} == {str(one.pk), str(other.pk)}
    assert pair["reasons"][0]["points"] == 40
    path = f"/api/v1/duplicates/{pair['id']}/"
    assert send(api, f"{path}keep-apart/", {"reason": "other"}).json()["code"] == "reason_missing"
    assert (
        send(api, f"{path}keep-apart/", {"reason": "asked"}).json()["decision"] == "not_duplicate"
    )
    assert api.get("/api/v1/duplicates/").json()["count"] == 0
    assert send(api, f"{path}ask-again/").json()["decision"] == "open"

    body = {"kept": str(one.pk), "gone": str(other.pk), "kept_version": 1, "gone_version": 2}
    stale = send(api, "/api/v1/merges/", body)
    assert (stale.status_code, stale.json()["code"]) == (409, "person_changed")
    merged = send(api, "/api/v1/merges/", body | {"gone_version": 1, "sides": {"note": "kept"}})
    assert merged.status_code == 201
    found = f"/api/v1/merges/{merged.json()['id']}/"
    assert api.get(found).json()["undone_at"] is None
    assert send(api, f"{found}undo/").json()["undone_at"]
    again = send(api, f"{found}undo/")
    assert (again.status_code, again.json()["code"]) == (422, "merge_undone")


def test_a_token_without_the_permission_does_not_merge(north, may_not_merge):
    one, other = two()
    clerk = with_token(north, Role.CLERK)
    body = {"kept": str(one.pk), "gone": str(other.pk), "kept_version": 1, "gone_version": 1}
    assert send(clerk, "/api/v1/merges/", body).status_code == 403
    assert Person.objects.count() == 2
