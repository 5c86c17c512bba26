"""Whoever is looked for is found, by what staff really type, and nothing breaks the box."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.people.models import Person
from crm.people.search import find_people
from crm.people.values import DocumentValues, PhoneValues
from tests.factories import people
from tests.factories.people import resident_id


def found(text, *, may_search_documents=False):
    return [p.full_name for p in find_people(text, may_search_documents=may_search_documents)]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        (
            "曾庆红",
            ["曾", "曾庆", "庆红", "zeng", "zengqinghong", "zqh", "zq", "z", "曾q", "zengq"],
        ),
        ("單曉明", ["單", "單曉", "shan", "sxm", "shanxiaoming"]),
        ("欧阳震华", ["欧阳", "ouyang", "oyzh", "震华"]),
        ("阿依古丽·买买提", ["阿依", "买买提", "阿依古丽·买买提"]),
        ("Maria Santos", ["maria", "santos", "Santos M", "ms"]),
    ],
)
def test_a_name_is_found_as_people_type_it(north, name, texts):
    people.person(full_name=name)
    people.person(full_name="黄晓")
    for text in texts:
        assert found(text) == [name], text


def test_former_and_other_names_find_the_person(north):
    people.person(full_name="林国强", former_names=("林阿狗",), other_names=("Lim Kok Keong",))
    for text in ["林阿狗", "agou", "kok", "Lim Keong"]:
        assert found(text) == ["林国强"], text


def test_a_family_reads_its_own_surname(north):
    people.person(full_name="盖天", surname_reading="ge")
    assert found("ge") == ["盖天"]


def test_exactly_four_digits_find_a_phone_and_only_with_the_right_a_paper(north):
    number = resident_id(sequence=446)
    people.person(
        phones=(PhoneValues(number="13800138765"),), documents=(DocumentValues(number=number),)
    )
    assert found("8765") == ["曾庆红"]
    for text in ["876", "38765", "13800138765", number]:
        assert found(text, may_search_documents=True) == [], text
    assert found(number[-4:]) == []
    assert found(number[-4:].lower(), may_search_documents=True) == ["曾庆红"]


def test_tokens_hold_no_digits_of_any_number(north):
    person = people.person(phones=(PhoneValues(number="13800138765"),))
    tokens = re.findall(r"'([^']+)'", Person.objects.get(pk=person.pk).search)
    for token in tokens:
        if token.startswith("t"):
            assert len(token) == 13
        assert "8765" not in token or token.startswith(("h", "t"))


def test_the_same_digits_are_other_tokens_next_door(north, south):
    from tenants.context import inside

    here = people.person(phones=(PhoneValues(number="13800138765"),))
    with inside(south):
        there = people.person(phones=(PhoneValues(number="13800138765"),))
        theirs = set(re.findall(r"'(t[^']+)'", Person.objects.get(pk=there.pk).search))
    mine = set(re.findall(r"'(t[^']+)'", Person.objects.get(pk=here.pk).search))
    assert mine
    assert theirs
    assert not mine & theirs


def test_people_come_in_the_order_of_their_names(north):
    for name in ["赵一", "曾二", "李三"]:
        people.person(full_name=name, identities=())
    people.person(full_name="陈赵")
    assert found("赵") == ["陈赵", "赵一"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=60))
def test_no_text_breaks_the_search(north, text):
    found(text, may_search_documents=True)
