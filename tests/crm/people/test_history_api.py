"""A person's timeline over REST, taking changes back, sheets and copies."""

import json

import pytest

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from crm.people.choices import IdentityCode
from crm.people.models import OverseasKin, Person, PrintedSheet
from crm.people.values import IdentityValues
from tenants.context import inside
from tenants.permissions import Permission
from tests.crm.people.test_api import API, send, with_token
from tests.factories import people


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


@pytest.fixture
def person(api):
    """Somebody whose note, phone and address were changed over REST."""
    someone = people.person(identities=(IdentityValues(code=IdentityCode.RETURNED),))
    change = {
        "note": "会养蜂",
        "phones": [{"number": "13800138000"}],
        "address": "厦门市思明区禾祥西路9号",
        "version": 1,
    }
    assert send(api, "patch", f"{API}{someone.pk}/", change).status_code == 200
    return Person.objects.get(pk=someone.pk)


def history(person, rest=""):
    return f"{API}{person.pk}/history/{rest}"


def last_change(api, person):
    found = api.get(history(person)).json()["results"]
    return next(moment["change"] for moment in found if moment["change"])


def test_the_timeline_tells_each_field_before_and_after_masked(api, person):
    response = api.get(history(person))
    body = response.json()
    assert body["before"] is None
    assert {moment["kind"] for moment in body["results"]} == {"change", "identity", "added"}
    change = last_change(api, person)
    fields = {line["field"]: line for line in change["fields"]}
    assert (change["cause"], change["version"]) == ("api", 2)
    assert (fields["note"]["before"], fields["note"]["after"]) == ("", "会养蜂")
    assert fields["phones"]["after"][0]["number"] == "138****8000"
    for clear in ("13800138000", "禾祥西路", "榕荫里"):
        assert clear not in response.content.decode()


def test_the_name_of_somebody_abroad_stays_out_of_the_timeline(api, person):
    kin = {"relation": "SIB", "country": "ID", "name": "陈文辉", "has_agreed": True}
    assert send(api, "post", f"{API}{person.pk}/overseas-kin/", kin).status_code == 201
    assert OverseasKin.objects.get().name
    (line,) = last_change(api, person)["fields"]
    assert line["after"]["country"] == "ID"
    assert "陈文辉" not in json.dumps(line, ensure_ascii=False)


def test_one_field_is_taken_back_and_the_rest_stays(api, person):
    change = last_change(api, person)
    address = history(person, f"{change['id']}/take-back/")
    done = send(api, "post", address, {"fields": ["note"]}, Idempotency_Key="k1")
    assert done.status_code == 200, done.content
    assert (done.json()["note"], done.json()["version"]) == ("", 3)
    assert done.json()["phones"][0]["number"] == "138****8000"
    again = send(api, "post", address, {"fields": ["note"]}, Idempotency_Key="k1")
    assert again.json() == done.json()
    twice = send(api, "post", address, {"fields": ["note"]})
    assert (twice.status_code, twice.json()["code"], twice.json()["field"]) == (
        422, "changed_since", "note",
    )  # fmt: skip
    unknown = send(api, "post", address, {"fields": ["full_name"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "field_unknown")


def test_earlier_parts_of_a_long_timeline_follow(api, person, monkeypatch):
    monkeypatch.setattr("crm.people.api.history.PAGE_SIZE", 1)
    first = api.get(history(person)).json()
    rest = api.get(history(person), {"before": first["before"]}).json()
    assert first["results"][0]["kind"] == "change"
    assert rest["results"][0]["kind"] != "change"
    assert api.get(history(person), {"before": "x"}).status_code == 422


def test_a_sheet_is_printed_masked_and_shown_for_a_day_to_who_printed_it(api, north, person):
    made = send(api, "post", f"{API}{person.pk}/sheet/", {}, Idempotency_Key="k1")
    assert made.status_code == 201, made.content
    body = made.json()
    assert "13800138000" not in made.content.decode()
    assert body["content"]["address"].endswith(f"/people/check/?n={body['serial']}")
    send(api, "post", f"{API}{person.pk}/sheet/", {}, Idempotency_Key="k1")
    assert PrintedSheet.objects.count() == 1
    assert api.get(f"/api/v1/sheets/{body['serial']}/").json() == body
    other = with_token(north, Role.CLERK)
    assert other.get(f"/api/v1/sheets/{body['serial']}/").json()["code"] == "sheet_gone"
    assert other.get(f"/api/v1/sheets/{body['serial']}/pdf/").status_code == 422
    file = api.get(f"/api/v1/sheets/{body['serial']}/pdf/")
    assert file.content.startswith(b"%PDF") or file.json()["code"] == "font_missing"


def test_full_numbers_need_the_right_and_a_reason(api, north, person):
    address = f"{API}{person.pk}/sheet/"
    bare = send(api, "post", address, {"is_clear": True})
    assert (bare.status_code, bare.json()["field"]) == (422, "reason")
    clear = send(api, "post", address, {"is_clear": True, "reason": "本人办证"})
    assert "13800138000" in clear.content.decode().replace(" ", "")
    reader = with_token(north, Role.CLERK, {Permission.PERSON_VIEW})
    refused = send(reader, "post", address, {"is_clear": True, "reason": "x"})
    assert (refused.status_code, refused.json()["field"]) == (422, "is_clear")


def test_a_household_has_a_sheet_too(api, person):
    home = {"label": "曾庆红户", "members": [{"person": str(person.pk), "role": "head"}]}
    made = send(api, "post", "/api/v1/households/", home).json()
    sheet = send(api, "post", f"/api/v1/households/{made['id']}/sheet/", {})
    assert (sheet.status_code, sheet.json()["content"]["title"]) == (201, "家庭登记表")


def test_a_copy_of_everything_needs_a_reason_and_goes_on_record(api, north, person):
    address = f"{API}{person.pk}/copy/"
    bare = send(api, "post", address, {})
    assert (bare.status_code, bare.json()[0]["field"]) == (422, "reason")
    copy = send(api, "post", address, {"reason": "本人到窗口申请"})
    assert json.loads(copy.content)["person"] == str(person.pk)
    assert copy["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.get(action="person.export")
    assert entry.reason.endswith("本人到窗口申请")
    reader = with_token(north, Role.CLERK, {Permission.PERSON_VIEW, Permission.PERSON_EDIT})
    assert send(reader, "post", address, {"reason": "x"}).status_code == 403


def test_people_get_their_own_copy_and_nobody_elses(north, person):
    member = with_token(north, Role.MEMBER)
    assert send(member, "post", "/api/v1/own-copy/", {}).status_code == 404
    User.objects.filter(pk=member.user.pk).update(person_key=person.pk)
    copy = send(member, "post", "/api/v1/own-copy/", {})
    assert json.loads(copy.content)["person"] == str(person.pk)
    assert send(member, "post", f"{API}{person.pk}/copy/", {"reason": "x"}).status_code == 403


def test_a_reader_takes_nothing_back_and_a_stranger_finds_nothing(api, north, south, person):
    take_back = history(person, f"{last_change(api, person)['id']}/take-back/")
    reader = with_token(north, Role.CLERK, {Permission.PERSON_VIEW})
    assert send(reader, "post", take_back, {}).status_code == 403
    with inside(south):
        stranger = with_token(south, Role.CLERK)
    assert stranger.get(history(person)).status_code == 404
    for address in (take_back, f"{API}{person.pk}/sheet/", f"{API}{person.pk}/copy/"):
        assert send(stranger, "post", address, {"reason": "x"}).status_code == 404
    assert Person.objects.get(pk=person.pk).version == 2


def test_the_empty_roster_is_given_to_who_may_export(api, north):
    assert api.get("/api/v1/roster-template/").content.startswith(b"PK")
    reader = with_token(north, Role.CLERK, {Permission.PERSON_VIEW})
    assert reader.get("/api/v1/roster-template/").status_code == 403
