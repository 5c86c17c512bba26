"""侨情: the catalogue that comes with the program, what its fields take, and their history."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.people import services
from crm.people.choices import FactKind
from crm.people.errors import ChangedSinceError, FactError, InvalidPersonError
from crm.people.facts import CATALOGUE, NONE, UNKNOWN, choices_of, clean_value, value_text
from crm.people.models import PersonChange
from crm.people.rules import check_person
from crm.people.selectors import people_with_parts, values_of
from tests.factories import people

LATER = people.NOW + dt.timedelta(days=1)


def change(person, **facts):
    person = people_with_parts().get(pk=person.pk)
    return services.change_person(
        person_id=person.pk,
        version=person.version,
        values=dataclasses.replace(values_of(person), facts=facts),
        by=None,
        now=LATER,
    ).person


def test_codes_are_stable_names_and_nothing_forbidden_has_one():
    assert all(code.isidentifier() and code == fact.code for code, fact in CATALOGUE.items())
    assert not any(fact.is_own for fact in CATALOGUE.values())
    assert not {"political", "party", "health", "religion"} & CATALOGUE.keys()
    for fact in CATALOGUE.values():
        assert bool(fact.options) == (fact.kind is FactKind.CHOICE), fact.code
        assert not {UNKNOWN, NONE} & fact.options.keys(), fact.code


def test_peoples_have_the_codes_of_the_standard():
    options = CATALOGUE["ethnic_group"].options
    assert len(options) == 58
    assert [options[code] for code in ("01", "11", "23", "56")] == [
        "汉族", "满族", "高山族", "基诺族"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "written", "kept"),
    [
        ("left", "1958年3月", "1958-03"),
        ("left", "无", NONE),
        ("occupation", "不详", UNKNOWN),
        ("residence_country", "id", "ID"),
        ("farm_land", "3.50", "3.50"),
        ("founder", "yes", "yes"),
        ("employer", "建国 中学", "建国 中学"),
        ("period", "XQ", "XQ"),
    ],
)
def test_a_field_takes_what_it_is_for(code, written, kept):
    assert clean_value(CATALOGUE[code], written, today=people.TODAY) == kept


@pytest.mark.parametrize(
    ("code", "written", "problem"),
    [
        ("left", "soon", "fact_invalid"),
        ("left", "2027", "date_in_future"),
        ("left", "1700", "date_too_early"),
        ("occupation", "astronaut", "fact_invalid"),
        ("residence_country", "XX", "country_unknown"),
        ("farm_land", "-3", "fact_invalid"),
        ("farm_land", "NaN", "fact_invalid"),
        ("founder", "无", "fact_invalid"),
        ("employer", "x" * 121, "too_long"),
    ],
)
def test_a_field_says_what_it_does_not_take(code, written, problem):
    with pytest.raises(FactError) as error:
        clean_value(CATALOGUE[code], written, today=people.TODAY)
    assert error.value.problem == problem


@given(st.sampled_from(list(CATALOGUE.values())), st.text(min_size=1, max_size=130))
def test_whatever_is_kept_is_kept_as_it_is_the_next_time(fact, text):
    try:
        kept = clean_value(fact, text, today=people.TODAY)
    except FactError:
        return
    assert clean_value(fact, kept, today=people.TODAY) == kept
    assert value_text(fact, kept)


@pytest.mark.parametrize("fact", CATALOGUE.values(), ids=lambda fact: fact.code)
def test_every_option_and_unknown_are_taken(fact):
    for value in [*choices_of(fact), UNKNOWN]:
        assert clean_value(fact, value, today=people.TODAY) == value


def test_problems_stand_at_their_field_and_an_unknown_code_is_one(north):
    with pytest.raises(InvalidPersonError) as error:
        people.person(facts={"left": "soon", "political": "群众", "employer": "  "})
    assert [(problem.field, problem.code) for problem in error.value.problems] == [
        ("facts.left", "fact_invalid"), ("facts.political", "fact_unknown")
    ]  # fmt: skip


def test_what_is_on_record_stays_although_the_catalogue_no_longer_takes_it():
    checked = check_person(
        people.values(facts={"gone": "x", "period": "OLD", "left": "1958"}),
        today=people.TODAY,
        is_region=lambda _code: True,
        facts_on_record={"gone": "x", "period": "OLD"},
    )
    assert not checked.problems
    assert checked.values.facts == {"gone": "x", "period": "OLD", "left": "1958"}


def test_each_field_has_its_own_history_and_is_taken_back_alone(north):
    person = people.person(facts={"occupation": "farmer", "left": "1958"})
    change(person, occupation="retired", education="primary")

    record = PersonChange.objects.get()
    assert record.fields == ["facts.education", "facts.left", "facts.occupation"]

    for code in ("left", "education"):
        services.take_back(change_id=record.pk, fields=[f"facts.{code}"], by=None, now=LATER)
    person.refresh_from_db()
    assert person.facts == {"occupation": "retired", "left": "1958"}
    with pytest.raises(ChangedSinceError):
        services.take_back(change_id=record.pk, fields=["facts.left"], by=None, now=LATER)


def test_history_tells_fields_and_values_in_words(clerk_client):
    from django.urls import reverse

    person = people.person(facts={"occupation": "farmer"})
    change(person, occupation="retired", left=UNKNOWN)
    page = clerk_client.get(reverse("people:history", args=[person.pk])).content.decode()
    for words in ("职业", "农民", "退休", "出国时间", "不详"):
        assert words in page, words


def test_facts_go_and_come_over_rest_by_their_codes(north):
    from crm.people.api.serializers import PersonSerializer

    person = people.person(facts={"occupation": "farmer", "left": "1958"})
    assert PersonSerializer(people_with_parts().get(pk=person.pk)).data["facts"] == {
        "occupation": "farmer", "left": "1958"
    }  # fmt: skip
    sent = PersonSerializer(person, data={"facts": {"left": "", "period": "LQ"}}, partial=True)
    assert sent.is_valid(), sent.errors
    values = sent.values(values_of(people_with_parts().get(pk=person.pk)))
    services.change_person(person_id=person.pk, version=1, values=values, by=None, now=LATER)
    person.refresh_from_db()
    assert person.facts == {"occupation": "farmer", "period": "LQ"}
