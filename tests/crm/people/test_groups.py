"""Groups: what a rule keeps, what it says, and that it never shows more than its reader may see."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from crm.people import selectors
from crm.people.choices import DocumentKind, IdentityState, Precision, Sex, Status
from crm.people.conditions.compiling import compile_rule
from crm.people.conditions.fields import FIELDS
from crm.people.conditions.rule import (
    MOST_CONDITIONS,
    Condition,
    InvalidRuleError,
    Match,
    Rule,
    parse_rule,
)
from crm.people.conditions.shapes import DAY_OPS, OPPOSITES, Kind, Op
from crm.people.conditions.wording import rule_sentence
from crm.people.errors import GroupMissingError
from crm.people.groups import services
from crm.people.groups.errors import GroupChangedError, NotYoursError
from crm.people.groups.services import GroupValues
from crm.people.models import Household, HouseholdMember, Person, PersonGroup, PersonIdentity
from crm.people.purposes import PURPOSES
from crm.people.selectors import PeopleFilter
from crm.people.values import DocumentValues, IdentityValues
from tenants.access import limit_permissions
from tenants.context import inside
from tests.factories import people
from tests.factories.people import NOW, TODAY
from tests.fixtures_accounts import make_account

REGIONS = ["350000", "350200", "350203", "110000", "110105"]
# Nothing is written, so every example may see the same rows.
WITH_DATABASE = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CONSENTS = list(PURPOSES)
REGION_NAMES = {"350203": "思明区"}


def parse(data):
    return parse_rule(data, is_region=REGIONS.__contains__)


def one(field, op, value=None):
    """Return a rule of a single condition."""
    condition = {"field": field, "op": op}
    return parse({"all": [condition if value is None else condition | {"value": value}]})


def found(rule):
    return set(
        Person.objects.filter(compile_rule(rule, now=NOW)).values_list("full_name", flat=True)
    )


def values_of(kind, field, op):
    """Return a strategy for sound values of a field."""
    if kind is Kind.FLAG:
        return st.none()
    if kind is Kind.CHOICES:
        return st.lists(
            st.sampled_from([code for code, _label in field.choices]), min_size=1, max_size=4
        )
    if kind is Kind.COUNTRY:
        return st.sampled_from(["CN", "ID", "US"])
    if kind is Kind.REGION:
        return st.sampled_from(REGIONS)
    if kind is Kind.TIME and op in DAY_OPS:
        return st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)).map(dt.date.isoformat)
    return st.integers(field.least, field.most)


@st.composite
def conditions(draw):
    field = draw(st.sampled_from(list(FIELDS.values())))
    op = draw(st.sampled_from(field.ops))
    value = draw(values_of(field.kind, field, op))
    return {"field": field.code, "op": op.value} | ({} if value is None else {"value": value})


@st.composite
def rules(draw):
    match = draw(st.sampled_from(list(Match)))
    block = st.lists(conditions(), min_size=2, max_size=3).map(lambda b: {match.other.value: b})
    return {match.value: draw(st.lists(conditions() | block, min_size=1, max_size=5))}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
    | st.sampled_from(["all", "any", "field", "op", "value", "identity", "is", "age"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["all", "any", "field", "op", "value", "x"]), inner, max_size=3
    ),
    max_leaves=12,
)  # fmt: skip


@pytest.fixture
def clerk(north):
    return make_account(Role.CLERK)


@pytest.fixture
def administrator(north):
    return make_account(Role.ADMINISTRATOR)


@pytest.fixture
def cast(north):
    """Put people on the register who differ in everything a rule can ask."""
    people.person(full_name="甲", sex=Sex.FEMALE, birth_date=dt.date(1949, 12, 31))
    people.person(
        full_name="乙", sex=Sex.MALE, birth_date=dt.date(1966, 3, 2), region_code="110105",
        nationality="", languages=(), identities=(IdentityValues(code="GQ"),), phones=(),
        documents=(),
    )  # fmt: skip
    people.person(
        full_name="丙", sex=Sex.UNKNOWN, birth_date=None, birth_precision=None, region_code="",
        nationality="ID", languages=("hak",), identities=(), status=Status.MOVED,
        documents=(DocumentValues(kind=DocumentKind.PASSPORT, number="?1", country="ID",
                                  valid_to=TODAY + dt.timedelta(days=30)),),
    )  # fmt: skip
    people.person(
        full_name="丁", birth_date=dt.date(1958, 1, 1), birth_precision=Precision.YEAR,
        documents=(), identities=(IdentityValues(code="GQ"), IdentityValues(code="QJ")),
    )  # fmt: skip
    home = Household.objects.create(label="甲户", created_at=NOW, updated_at=NOW)
    for name, household in [("甲", home), ("乙", home)]:
        _join(household, name)
    _join(Household.objects.create(label="丁户", created_at=NOW, updated_at=NOW), "丁")
    returned = PersonIdentity.objects.get(person__full_name="丁", code="GQ")
    returned.state, returned.certificate = IdentityState.RECOGNISED, "1"
    returned.recognised_by, returned.recognised_on = "侨办", TODAY
    returned.save()
    Person.objects.filter(full_name="丙").update(
        created_at=NOW - dt.timedelta(days=90), updated_at=NOW - dt.timedelta(days=40)
    )


def _join(household, name):
    HouseholdMember.objects.create(
        household=household, person=Person.objects.get(full_name=name), role="other",
        kind="living", created_at=NOW,
    )  # fmt: skip


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("field", "op", "value", "names"),
    [
        ("identity", "is", ["GQ"], "乙丁"), ("identity", "is", ["GQ", "QJ"], "甲乙丁"),
        ("identity", "is_not", ["GQ"], "甲丙"), ("identity", "recognised", ["GQ"], "丁"),
        ("identity", "not_recognised", ["GQ"], "乙"), ("status", "is", ["moved"], "丙"),
        ("status", "is_not", ["moved"], "甲乙丁"), ("sex", "is", ["female"], "甲丁"),
        ("sex", "is_not", ["female"], "乙丙"), ("age", "at_least", 60, "甲乙丁"),
        ("age", "at_least", 61, "甲丁"), ("age", "at_most", 60, "乙"), ("age", "at_most", 59, ""),
        ("birth_month", "is", ["3"], "乙"), ("birth_month", "is", ["1"], ""),
        ("birth_month", "is_not", ["12"], "乙丙丁"), ("region", "is", "350200", "甲丁"),
        ("region", "is", "350203", "甲丁"), ("region", "is_not", "350000", "乙丙"),
        ("nationality", "is", "CN", "甲丁"), ("nationality", "is_not", "CN", "乙丙"),
        ("language", "is", ["nan", "hak"], "甲丙丁"), ("language", "is_not", ["hak"], "甲乙丁"),
        ("has_phone", "yes", None, "甲丙丁"), ("has_phone", "no", None, "乙"),
        ("unverified_paper", "yes", None, "丙"), ("unverified_paper", "no", None, "甲乙丁"),
        ("paper_ends", "within_days", 30, "丙"), ("paper_ends", "within_days", 29, ""),
        ("in_household", "yes", None, "甲乙丁"), ("in_household", "no", None, "丙"),
        ("alone", "yes", None, "丁"), ("alone", "no", None, "甲乙丙"),
        ("household_role", "is", ["other"], "甲乙丁"),
        ("household_role", "is_not", ["other"], "丙"),
        ("has_kin", "yes", None, ""), ("has_kin", "no", None, "甲乙丙丁"),
        ("kin_abroad", "yes", None, ""), ("kin_abroad", "no", None, "甲乙丙丁"),
        ("kin_country", "is", "ID", ""), ("kin_country", "is_not", "ID", "甲乙丙丁"),
        ("identity_country", "is", "ID", "甲"), ("identity_country", "is_not", "ID", "乙丙丁"),
        ("contact", "is", ["qq"], ""), ("contact", "is_not", ["qq"], "甲乙丙丁"),
        ("consent", "is", CONSENTS, ""), ("consent", "is_not", CONSENTS, "甲乙丙丁"),
        ("source", "is", ["form"], "甲乙丙丁"), ("source", "is_not", ["form"], ""),
        ("added", "in_last_days", 30, "甲乙丁"), ("added", "not_in_last_days", 30, "丙"),
        ("added", "since", "2026-03-02", "甲乙丁"), ("added", "before", "2026-03-02", "丙"),
        ("changed", "in_last_days", 39, "甲乙丁"), ("changed", "not_in_last_days", 39, "丙"),
        ("changed", "since", "2026-01-20", "甲乙丙丁"), ("changed", "before", "2026-03-02", "丙"),
    ],
)  # fmt: skip
def test_each_operator_keeps_whom_it_says(field, op, value, names):
    assert found(one(field, op, value)) == set(names)


def test_the_table_above_knows_every_operator():
    [parameters] = [
        mark.args[1]
        for mark in test_each_operator_keeps_whom_it_says.pytestmark
        if mark.name == "parametrize"
    ]
    assert {(field, op) for field, op, *_rest in parameters} == {
        (field.code, op.value) for field in FIELDS.values() for op in field.ops
    }


@pytest.mark.usefixtures("cast")
def test_blocks_are_joined_by_the_other_word():
    rule = parse({"all": [
        {"field": "identity", "op": "is", "value": ["GQ"]},
        {"any": [{"field": "age", "op": "at_least", "value": 65},
                 {"field": "has_phone", "op": "no"}]},
    ]})  # fmt: skip
    assert found(rule) == {"乙", "丁"}
    rule = parse({"any": [
        {"field": "status", "op": "is", "value": ["moved"]},
        {"all": [{"field": "age", "op": "at_least", "value": 65},
                 {"field": "in_household", "op": "yes"}]},
    ]})  # fmt: skip
    assert found(rule) == {"甲", "丙", "丁"}


@pytest.mark.usefixtures("cast")
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=rules())
def test_any_rule_stays_within_the_people_it_starts_from(data):
    rule = parse(data)
    base = Person.objects.exclude(full_name="甲")
    kept = base.filter(compile_rule(rule, now=NOW))
    assert set(kept) <= set(base)
    assert found(rule) == {p.full_name for p in kept} | (found(rule) & {"甲"})


@pytest.mark.usefixtures("cast")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=conditions().filter(lambda c: Op(c["op"]) in OPPOSITES))
def test_a_negative_operator_keeps_exactly_the_others(data):
    positive = data | {"op": OPPOSITES[Op(data["op"])].value}
    without, among = found(parse({"all": [data]})), found(parse({"all": [positive]}))
    assert without.isdisjoint(among)
    assert without | among == set("甲乙丙丁")


@given(data=rules())
def test_a_rule_survives_being_stored(data):
    rule = parse(data)
    assert parse(rule.as_json()) == rule


@given(data=rules())
def test_every_rule_has_a_sentence_without_gaps(data):
    text = rule_sentence(parse(data), region_name=lambda code: REGION_NAMES.get(code, ""))
    assert text
    assert "{" not in text
    assert "  " not in text


@given(data=JSON)
def test_no_json_breaks_the_parser(data):
    with suppress(InvalidRuleError):
        assert isinstance(parse(data), Rule)


def test_a_sentence_in_two_languages():
    from django.utils.translation import override

    rule = parse({"all": [
        {"field": "identity", "op": "is", "value": ["GQ", "QJ"]},
        {"field": "age", "op": "at_least", "value": 60},
        {"any": [{"field": "region", "op": "is", "value": "350203"},
                 {"field": "changed", "op": "not_in_last_days", "value": 90}]},
    ]})  # fmt: skip

    def text():
        return rule_sentence(rule, region_name=REGION_NAMES.__getitem__)

    assert text() == (
        "Identity is returned overseas Chinese (归侨) or relative of overseas Chinese (侨眷) and"
        " 60 years old or older and (Native place is 思明区 or not changed in the last 90 days)"
    )
    with override("zh-hans"):
        assert text() == ("身份为归侨或侨眷，且年满60岁，且（籍贯为思明区，或近90天内未更新）")


@pytest.mark.parametrize(
    ("data", "place", "code"),
    [
        (None, "", "rule_shape"), ({"none": []}, "", "rule_shape"),
        ({"all": [], "any": []}, "", "rule_shape"), ({"all": []}, "", "rule_empty"),
        ({"all": ["x"]}, "0.0", "rule_shape"),
        ({"all": [{"field": "id; drop table", "op": "is"}]}, "0.0", "field_unknown"),
        ({"all": [{"field": "pk", "op": "is", "value": ["x"]}]}, "0.0", "field_unknown"),
        ({"all": [{"field": "sex", "op": "sex__regex", "value": ["x"]}]}, "0.0", "op_unknown"),
        ({"all": [{"field": "sex", "op": "is", "value": []}]}, "0.0", "value_missing"),
        ({"all": [{"field": "sex", "op": "is", "value": ["x"]}]}, "0.0", "value_unknown"),
        ({"all": [{"field": "age", "op": "at_least", "value": "60"}]}, "0.0", "value_missing"),
        ({"all": [{"field": "age", "op": "at_least", "value": 151}]}, "0.0", "value_range"),
        ({"all": [{"field": "age", "op": "at_least", "value": True}]}, "0.0", "value_missing"),
        ({"all": [{"field": "region", "op": "is", "value": "999999"}]}, "0.0", "value_unknown"),
        ({"all": [{"field": "nationality", "op": "is", "value": "XX"}]}, "0.0", "value_unknown"),
        ({"all": [{"field": "added", "op": "since", "value": "soon"}]}, "0.0", "value_missing"),
        ({"all": [{"field": "has_phone", "op": "no"},
                  {"any": [{"field": "has_phone", "op": "no"}, {"field": "x"}]}]},
         "1.1", "field_unknown"),
        ({"all": [{"all": [{"field": "has_phone", "op": "no"}] * 2}]}, "0.0", "rule_shape"),
        ({"all": [{"any": [{"any": []}]}]}, "0.0", "field_unknown"),
        ({"all": [{"field": "has_phone", "op": "no"}] * (MOST_CONDITIONS + 1)}, "", "too_many"),
        ({"all": [{"any": [{"field": "has_phone", "op": "no"}] * 11}] * 2}, "", "too_many"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_condition(data, place, code):
    with pytest.raises(InvalidRuleError) as caught:
        parse(data)
    first = caught.value.problems[0]
    assert (first.field, first.code) == (place, code)


def group(by, **changes):
    given_values = {"name": "八十岁以上", "rule": one("age", "at_least", 80)}
    return services.add_group(values=GroupValues(**given_values | changes), by=by, now=NOW)


def listed(by, **wanted):
    return [p.full_name for p in selectors.people(PeopleFilter(**wanted), by=by, now=NOW)]


@pytest.mark.usefixtures("cast")
def test_the_list_takes_a_group_as_one_more_filter(clerk):
    seniors = group(clerk, rule=one("age", "at_least", 60))
    assert sorted(listed(clerk, group=str(seniors.pk))) == sorted("甲乙丁")
    assert listed(clerk, group=str(seniors.pk), sex="male") == ["乙"]


@pytest.mark.usefixtures("cast")
def test_a_group_never_widens_whom_somebody_may_see(clerk, monkeypatch):
    everybody = group(clerk, rule=one("source", "is", ["form"]))
    monkeypatch.setattr(
        selectors, "visible_people", lambda _by: Person.objects.filter(full_name="乙")
    )
    assert listed(clerk, group=str(everybody.pk)) == ["乙"]
    assert listed(clerk) == ["乙"]
    assert listed(clerk, q="甲") == []


def test_an_own_group_is_nobody_elses(clerk, administrator):
    own, shared = group(clerk), group(clerk, is_shared=True)
    assert listed(administrator, group=str(shared.pk)) == []
    for key in (str(own.pk), "no key", str(clerk.pk)):
        with pytest.raises(GroupMissingError):
            listed(administrator, group=key)
    with pytest.raises(GroupMissingError):
        listed(None, group=str(own.pk))


def test_sharing_needs_its_permission(clerk):
    shared = group(clerk, is_shared=True)
    limit_permissions(clerk, {"person.view"})
    values = GroupValues(name="甲", rule=one("has_phone", "no"))
    with pytest.raises(NotYoursError):
        group(clerk, is_shared=True)
    with pytest.raises(NotYoursError):
        services.change_group(group_id=shared.pk, version=1, values=values, by=clerk, now=NOW)
    with pytest.raises(NotYoursError):
        services.retire(kept=shared, by=clerk, now=NOW)
    assert group(clerk).is_shared is False


def test_the_second_to_save_a_group_hears_of_the_first(clerk):
    mine = group(clerk)
    values = GroupValues(name="八十以上", rule=one("age", "at_least", 80))
    changed = services.change_group(group_id=mine.pk, version=1, values=values, by=clerk, now=NOW)
    assert (changed.name, changed.version) == ("八十以上", 2)
    with pytest.raises(GroupChangedError) as caught:
        services.change_group(group_id=mine.pk, version=1, values=values, by=clerk, now=NOW)
    assert (caught.value.opened, caught.value.current) == (1, 2)


def test_a_group_put_away_is_brought_back_as_it_was(clerk):
    mine = group(clerk)
    before = PersonGroup.objects.values().get()
    services.retire(kept=mine, by=clerk, now=NOW)
    with pytest.raises(GroupMissingError):
        listed(clerk, group=str(mine.pk))
    services.restore(kept=mine, by=clerk, now=NOW)
    assert PersonGroup.objects.values().get() == before


def test_a_group_of_north_is_not_there_in_south(clerk, south):
    mine = group(clerk, is_shared=True)
    with inside(south), pytest.raises(GroupMissingError):
        selectors.find_group(mine.pk, by=None)


def test_a_condition_says_no_more_than_it_needs():
    [[condition]] = one("has_phone", "no").blocks
    assert condition == Condition(FIELDS["has_phone"], Op.NO)
    assert condition.as_json() == {"field": "has_phone", "op": "no"}
