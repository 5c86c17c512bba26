"""A person's own copy: nothing forgotten, nobody else told about."""

import datetime as dt
import json

import pytest
from django.apps import apps
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.selectors import who_looked
from common.fields import BlindIndexField
from crm.people.choices import (
    FactKind,
    HouseholdRole,
    IdentityState,
    KinBasis,
    KinCode,
    KinLink,
    MembershipKind,
    ResidenceRight,
    StayPurpose,
)
from crm.people.extra_fields import add_field
from crm.people.models import (
    Household,
    HouseholdMember,
    IdentityStep,
    Kinship,
    OverseasKin,
    Person,
    Stay,
)
from crm.people.printing import typesetting
from crm.people.printing.own_copy import ABOUT_OTHERS, columns_of, copy_for, roads
from crm.people.services import change_person
from crm.people.values import DocumentValues, PhoneValues
from network.models import Region
from tests.factories import people
from tests.factories.people import NOW, resident_id
from tests.fixtures_accounts import client_of, make_account

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def clerk(north):
    return make_account(Role.CLERK)


def copy_of(person, by, reason="本人申请"):
    return json.loads(copy_for(person_id=person.pk, reason=reason, by=by, now=LATER).to_json())


def test_no_table_that_refers_to_people_is_forgotten():
    referring = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Person
    }
    beyond = {
        model
        for model in apps.get_app_config("people").get_models()
        for field in model._meta.concrete_fields
        if field.related_model in referring and field.remote_field.on_delete is models.CASCADE
    }
    assert {Person, *referring, *beyond} == {road.model for road in roads()}
    both_ways = {road.lookup for road in roads() if road.model is Kinship}
    assert both_ways == {"person", "relative"}


def test_no_column_of_a_persons_own_table_is_forgotten():
    tables = {road.model for road in roads()}
    left_out = {
        f"{model._meta.model_name}.{field.name}"
        for model in tables
        for field in set(model._meta.concrete_fields) - set(columns_of(model))
        if field.editable
        and not isinstance(field, BlindIndexField | SearchVectorField | models.UUIDField)
        and not (isinstance(field, models.ForeignKey) and field.related_model is not Region)
    }
    joining = {
        model
        for model in tables
        if sum(field.related_model is Person for field in model._meta.concrete_fields) > 1
    }
    free_text = {
        f"{model._meta.model_name}.{field.name}"
        for model in joining
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    }
    assert left_out - free_text == ABOUT_OTHERS


def test_everything_is_there_and_others_are_not(clerk):
    number = resident_id()
    person = people.person(
        documents=(DocumentValues(number=number),), phones=(PhoneValues(number="13800138000"),),
        note="住院",
    )  # fmt: skip
    other = people.person(full_name="王别人")
    Kinship.objects.create(
        person=person, relative=other, link=KinLink.PARENT, basis=KinBasis.BLOOD,
        proof="王别人的户口簿", created_at=NOW,
    )  # fmt: skip
    OverseasKin.objects.create(
        person=person, relation=KinCode.CHILD, country="ID", has_agreed=True, name="陈海外",
        created_at=NOW,
    )  # fmt: skip
    Stay.objects.create(
        person=person, country="MY", begins_on=dt.date(1970, 1, 1), right=ResidenceRight.PERMANENT,
        purpose=StayPurpose.SETTLED, created_at=NOW,
    )  # fmt: skip
    IdentityStep.objects.create(
        identity=person.identities.get(), to_state=IdentityState.SUBMITTED,
        happened_on=dt.date(2020, 2, 3), reason="材料齐全", created_at=NOW,
    )  # fmt: skip
    home = Household.objects.create(label="王别人户", sort_key="x", created_at=NOW, updated_at=NOW)
    for member in (person, other):
        HouseholdMember.objects.create(
            household=home, person=member, role=HouseholdRole.CHILD, kind=MembershipKind.LIVING,
            created_at=NOW,
        )  # fmt: skip
    values = people.values(full_name="曾新名", documents=(), phones=(), identities=())
    change_person(person_id=person.pk, version=1, values=values, by=clerk, now=NOW)
    person.refresh_from_db()
    content = copy_of(person, clerk)
    text = json.dumps(content, ensure_ascii=False)

    for held in (
        "曾新名", "曾庆红", number, "13800138000", "榕荫里12号301室", "住院", "350203", "MY",
        "2020-02-03", "材料齐全", "parent", "CHI", "child",
    ):  # fmt: skip
        assert held in text, held
    for strange in ("王别人", "陈海外", "林晓梅的", str(other.pk), str(clerk.pk)):
        assert strange not in text
    assert content["tables"]["person"][0]["full_name"] == "曾新名"
    assert content["tables"]["personchange"][0]["content"]["full_name"] == ["曾庆红", "曾新名"]
    mirrored = copy_of(other, clerk)
    assert mirrored["tables"]["kinship.relative"][0]["link"] == "parent"
    assert "曾" not in json.dumps(mirrored["tables"]["kinship.relative"], ensure_ascii=False)


def test_who_looked_stands_in_it_and_making_it_is_a_look(clerk):
    person = people.person()
    copy_of(person, clerk, reason="窗口申请")
    (look,) = who_looked(person.pk, now=LATER).looks
    assert (look.verb, look.reason) == ("export", "窗口申请")
    assert set(look.fields) == {"full_name", "documents", "phones", "identities"}
    second = copy_of(person, clerk)
    assert [(seen["verb"], seen["reason"]) for seen in second["who_looked"]] == [
        ("export", "窗口申请")
    ]


def test_the_account_is_part_of_it(north, clerk):
    person = people.person()
    member = make_account(Role.MEMBER, name="小曾", phone="13900139000")
    User.objects.filter(pk=member.pk).update(person_key=person.pk)
    (account,) = copy_of(person, clerk)["tables"]["account"]
    assert account["phone"] == "+8613900139000"
    assert account["roles"] == ["member"]


def test_a_document_to_read(clerk):
    copy = copy_for(person_id=people.person().pk, reason="", by=clerk, now=LATER)
    assert copy.to_pdf().startswith(b"%PDF")
    facts = [value for section in copy.content()["sections"] for _name, value in section["facts"]]
    assert "曾庆红" in facts
    assert "印度尼西亚" in facts


def test_particulars_are_told_in_words_and_kept_as_codes(clerk):
    field = add_field(label="常来时段", kind=FactKind.CHOICE, options=["上午"], by=None, now=NOW)
    person = people.person(facts={"occupation": "retired", "left": "1958-03", field.code: "上午"})
    copy = copy_for(person_id=person.pk, reason="本人申请", by=clerk, now=NOW)
    told = dict(pair for section in copy.content()["sections"] for pair in section["facts"])
    assert "出国时间：1958-03；职业：退休；常来时段：上午" in told.values()
    [row] = json.loads(copy.to_json())["tables"]["person"]
    assert row["facts"]["occupation"] == "retired"


def url(person):
    return reverse("people:copy", args=[person.pk])


def test_staff_hand_it_out_with_a_reason(clerk_client, southern_client):
    person = people.person()
    assert (
        url(person) in clerk_client.get(reverse("people:detail", args=[person.pk])).content.decode()
    )
    assert clerk_client.post(url(person), {"kind": "json"}).status_code == 422
    response = clerk_client.post(url(person), {"kind": "json", "reason": "窗口申请"})
    assert response["Content-Disposition"].startswith("attachment;")
    assert json.loads(response.content)["format"] == "qiaojia-person/1"
    response = clerk_client.post(url(person), {"kind": "pdf", "reason": "窗口申请"})
    assert response["Content-Type"] == "application/pdf"
    assert southern_client.get(url(person)).status_code == 404


def test_people_take_their_own_and_nobody_elses(north):
    person, other = people.person(), people.person(full_name="王别人")
    client = client_of(north, Role.MEMBER)
    address = reverse("own:copy")
    assert "<form class" not in client.get(address).content.decode().partition("<main")[2]
    assert client.post(address, {"kind": "json"}).status_code == 200
    User.objects.filter(pk=client.user.pk).update(person_key=person.pk)
    assert address in client.get("/who-looked/").content.decode()
    response = client.post(address, {"kind": "json"})
    content = json.loads(response.content)
    assert content["person"] == str(person.pk)
    assert "王别人" not in response.content.decode()
    assert client.get(url(other)).status_code == 403
    (look,) = who_looked(person.pk, now=dt.datetime.now(dt.UTC)).looks
    assert look.actor_key == client.user.pk


def test_without_a_font_the_data_is_offered(clerk_client, monkeypatch):
    monkeypatch.setattr(typesetting, "_fonts", lambda: None)
    person = people.person()
    response = clerk_client.post(url(person), {"kind": "pdf", "reason": "窗口申请"})
    assert response.status_code == 422
    assert 'value="窗口申请"' in response.content.decode()
    assert who_looked(person.pk, now=LATER).looks == []
