"""Rules about 侨情, own fields, families and consent: every operator on every kind."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from crm.people import extra_fields, selectors
from crm.people.choices import ConsentChannel, ContactKind, FactKind
from crm.people.conditions.compiling import compile_rule
from crm.people.conditions.fields import find_field, sections
from crm.people.conditions.rule import InvalidRuleError, parse_rule
from crm.people.conditions.shapes import OPPOSITES
from crm.people.conditions.wording import rule_sentence
from crm.people.consents.services import give_consent
from crm.people.facts import CATALOGUE
from crm.people.groups import services
from crm.people.groups.services import GroupValues
from crm.people.models import Consent, Household, HouseholdMember, Kinship, OverseasKin, Person
from crm.people.selectors import PeopleFilter
from crm.people.values import ContactValues
from tests.factories import people
from tests.factories.people import NOW, TODAY
from tests.fixtures_accounts import make_account

FACTS = {
    "甲": {
        "occupation": "retired", "farm_pension": "yes", "residence_country": "ID",
        "left": "1958-03-09", "farm_land": "3.5", "employer": "华侨农场=1",
    },
    "乙": {
        "occupation": "worker", "farm_pension": "no", "residence_country": "MY",
        "left": "1978", "farm_land": "10", "employer": "侨乡石材行",
    },
    "丙": {
        "occupation": "unknown", "farm_pension": "unknown", "residence_country": "none",
        "left": "unknown", "farm_land": "none", "employer": "none",
    },
    "丁": {},
}  # fmt: skip


@pytest.fixture
def cast(north):
    for name, facts in FACTS.items():
        people.person(full_name=name, facts=facts)


def one(field, op, value=None):
    condition = {"field": field, "op": op}
    if value is not None:
        condition["value"] = value
    return parse_rule({"all": [condition]}, is_region=lambda _code: True)


def found(field, op, value=None):
    rule = compile_rule(one(field, op, value), now=NOW)
    return "".join(sorted(Person.objects.filter(rule).values_list("full_name", flat=True)))


def named(text):
    return "".join(sorted(text))


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        # One of a list.
        ("facts.occupation", "is", ["retired", "worker"], "甲乙"),
        ("facts.occupation", "is", ["unknown"], "丙"),
        ("facts.occupation", "is_not", ["retired"], "乙丙丁"),
        ("facts.occupation", "on_record", None, "甲乙丙"),
        ("facts.occupation", "not_on_record", None, "丁"),
        # Yes or no.
        ("facts.farm_pension", "is", ["yes"], "甲"),
        ("facts.farm_pension", "is_not", ["yes"], "乙丙丁"),
        # Country.
        ("facts.residence_country", "is", "ID", "甲"),
        ("facts.residence_country", "is_not", "ID", "乙丙丁"),
        # Dates of which perhaps only the year is known.
        ("facts.left", "before", "1978", "甲"),
        ("facts.left", "before", "1979", "甲乙"),
        ("facts.left", "before", "1978-06", "甲"),
        ("facts.left", "since", "1958", "甲乙"),
        ("facts.left", "since", "1958-03-10", "乙"),
        ("facts.left", "since", "1978-06", ""),
        ("facts.left", "not_on_record", None, "丁"),
        # Numbers, whole or not.
        ("facts.farm_land", "at_least", 4, "乙"),
        ("facts.farm_land", "at_least", 3, "甲乙"),
        ("facts.farm_land", "at_most", 9, "甲"),
        # Text.
        ("facts.employer", "contains", "侨", "甲乙"),
        ("facts.employer", "contains", "农场=", "甲"),
        ("facts.employer", "contains", "%", ""),
    ],
)
def test_every_operator_on_every_kind_of_particular(cast, field, op, value, expected):
    assert found(field, op, value) == named(expected)


@pytest.mark.parametrize("kind", [kind for kind in FactKind if kind is not FactKind.CHOICE])
def test_a_field_of_the_sites_own_is_asked_like_the_programs(cast, kind):
    field = extra_fields.add_field(label="自设", kind=kind, by=None, now=NOW)
    values = {
        FactKind.COUNTRY: "ID", FactKind.DATE: "1958-03", FactKind.YEAR: "1958",
        FactKind.FLAG: "yes", FactKind.NUMBER: "7", FactKind.TEXT: "合唱队",
    }  # fmt: skip
    Person.objects.filter(full_name="丁").update(facts={field.code: values[kind]})
    asked = {
        FactKind.COUNTRY: ("is", "ID"), FactKind.DATE: ("since", "1958"),
        FactKind.YEAR: ("before", "1959"), FactKind.FLAG: ("is", ["yes"]),
        FactKind.NUMBER: ("at_most", 7), FactKind.TEXT: ("contains", "合唱"),
    }  # fmt: skip
    assert found(f"facts.{field.code}", *asked[kind]) == "丁"
    assert found(f"facts.{field.code}", "not_on_record") == named("甲乙丙")


def test_a_list_of_the_sites_own_is_asked_by_its_words(cast):
    field = extra_fields.add_field(
        label="常来时段", kind=FactKind.CHOICE, options=["上午", "下午"], by=None, now=NOW
    )
    Person.objects.filter(full_name="丁").update(facts={field.code: "上午"})
    code = f"facts.{field.code}"
    assert found(code, "is", ["上午"]) == "丁"
    assert rule_sentence(one(code, "is", ["上午"]), region_name=str)
    with pytest.raises(InvalidRuleError):
        one(code, "is", ["晚上"])
    # What is retired is offered no more; a group that asks it goes on.
    extra_fields.set_retired(field_id=field.pk, is_retired=True, by=None, now=NOW)
    offered = {item.code for _label, fields in sections() for item in fields}
    assert code not in offered
    assert found(code, "is", ["上午"]) == "丁"


def test_what_turns_round_keeps_exactly_the_others(cast):
    everybody = named(FACTS)
    for code in CATALOGUE:
        field = find_field(f"facts.{code}")
        for op in field.ops:
            if opposite := OPPOSITES.get(op):
                value = [field.choices[0][0]] if field.choices else "ID"
                both = found(field.code, op, value) + found(field.code, opposite, value)
                assert named(both) == everybody


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("facts.left", "since", "58"), ("facts.left", "since", "1958-13"),
        ("facts.left", "since", 1958), ("facts.left", "contains", "1"),
        ("facts.employer", "contains", " "), ("facts.employer", "contains", "x" * 61),
        ("facts.employer", "is", "x"), ("facts.farm_land", "at_least", "3"),
        ("facts.occupation", "is", ["nobody"]), ("facts.residence_country", "is", "XX"),
        ("facts.x_9", "is", ["a"]), ("facts.note", "contains", "a"), ("facts.", "is", "a"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(cast, field, op, value):
    with pytest.raises(InvalidRuleError):
        one(field, op, value)


def test_families_contacts_and_consent_can_be_asked(cast):
    by_name = {person.full_name: person for person in Person.objects.all()}
    first, second, third = by_name["甲"], by_name["乙"], by_name["丙"]
    home = Household.objects.create(label="甲户", created_at=NOW, updated_at=NOW)
    HouseholdMember.objects.create(
        household=home, person=first, role="head", kind="living", created_at=NOW
    )
    Kinship.objects.create(
        person=first, relative=second, link="parent", basis="blood", created_at=NOW
    )
    OverseasKin.objects.create(person=third, relation="SIB", country="ID", created_at=NOW)
    assert found("household_role", "is", ["head", "spouse"]) == "甲"
    assert found("household_role", "is_not", ["head"]) == named("乙丙丁")
    assert found("has_kin", "yes") == named("甲乙")
    assert found("has_kin", "no") == named("丙丁")
    assert found("kin_abroad", "yes") == "丙"
    assert found("kin_country", "is", "ID") == "丙"
    assert found("kin_country", "is_not", "ID") == named("甲乙丁")
    assert found("identity_country", "is", "ID") == named(FACTS)

    reached = people.person(
        full_name="戊", contacts=(ContactValues(kind=ContactKind.WECHAT, value="a_b_c_1"),)
    )
    assert found("contact", "is", ["wechat", "qq"]) == "戊"
    assert found("contact", "is_not", ["wechat"]) == named("甲乙丙丁")

    field = find_field("consent")
    purpose = field.choices[0][0]
    by = make_account(Role.CLERK)
    give_consent(
        person_id=reached.pk, purpose=purpose, channel=ConsentChannel.DESK, given_on=TODAY,
        by=by, now=NOW,
    )  # fmt: skip
    assert found("consent", "is", [purpose]) == "戊"
    Consent.objects.update(wording="0")
    assert found("consent", "is", [purpose]) == ""
    assert found("consent", "is_not", [purpose]) == named("甲乙丙丁戊")


def test_a_rule_about_particulars_shows_nobody_beyond_the_list(cast):
    by = make_account(Role.CLERK)
    rule = one("facts.occupation", "is_not", ["retired"])
    group = services.add_group(
        values=GroupValues(name="在职", purpose="", rule=rule, is_shared=False), by=by, now=NOW
    )
    Person.objects.filter(full_name="乙").update(status="minimised")
    listed = selectors.people(PeopleFilter(group=str(group.pk)), by=by, now=NOW)
    assert named(one.full_name for one in listed) == named("丙丁")


def test_the_builder_offers_everything_section_by_section(clerk_client):
    extra_fields.add_field(label="合唱队", kind=FactKind.FLAG, by=None, now=NOW)
    page = clerk_client.get(reverse("people:add-group")).content.decode()
    assert '<optgroup label="' in page
    assert 'value="facts.occupation"' in page
    assert 'value="facts.x_1"' in page
    for label, fields in sections():
        assert str(label)
        assert fields
    # Each of them makes a row that can be shown.
    for _label, fields in sections():
        for field in fields:
            data = {"add": "", "about-": field.code, "match": "all", "layout": ""}
            response = clerk_client.post(reverse("people:add-group"), data)
            assert f'value="{field.code}"' in response.content.decode()
