"""Who on record is found for somebody, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.keys import current_key
from crm.people import services
from crm.people.choices import DocumentKind, Evidence, Precision, Source
from crm.people.drafts import new_draft
from crm.people.duplicates.matching import (
    load_probes,
    match_each_other,
    match_many,
    match_one,
    probe_of_draft,
    probe_of_values,
)
from crm.people.models import Person
from crm.people.selectors import values_of
from crm.people.values import DocumentValues, PersonValues, PhoneValues
from tenants.context import inside
from tests.factories import people
from tests.factories.people import NOW, TODAY

BORN = {"birth_date": dt.date(1958, 3, 2), "birth_precision": Precision.DAY}


def checked(**given):
    values = PersonValues(**{"full_name": "曾庆红"} | given)
    return services.check_values(values, today=TODAY, is_region=lambda code: True)


def probe(**given):
    return probe_of_values(checked(**given), current_key())


def draft(**given):
    return new_draft(checked(**given), source=Source.ROSTER, by=None, now=NOW, key=current_key())


def register(**given) -> Person:
    return people.person(**{"documents": (), "phones": (), "identities": ()} | BORN | given)


def found(matches):
    return [(match.person_id, match.reasons[0].evidence) for match in matches]


def test_a_record_and_the_values_it_was_made_of_are_compared_alike(north):
    given = {
        "former_names": ("曾红",), "surname_reading": "ceng",
        "phones": (PhoneValues(number="13805921234"),),
        "documents": (DocumentValues(number=people.resident_id(BORN["birth_date"])),), **BORN,
    }  # fmt: skip
    person = register(**given)
    stored = load_probes([person.pk])[person.pk]
    assert stored == probe(sex=people.Sex.FEMALE, **given)
    assert stored == probe_of_draft(draft(sex=people.Sex.FEMALE, **given))
    assert stored.spellings[:2] == ("cengqinghong 1958", "zengqinghong 1958")


def test_people_are_found_by_paper_phone_and_the_sound_of_each_name(north):
    number = people.resident_id(dt.date(1949, 12, 31))
    by_paper = register(full_name="张三", birth_date=dt.date(1949, 12, 31),
                        documents=(DocumentValues(number=number),))  # fmt: skip
    by_phone = register(birth_date=None, birth_precision=None,
                        phones=(PhoneValues(number="13805921234"),))  # fmt: skip
    by_sound = register(full_name="曾庆宏")
    by_other_name = register(full_name="Maria Chen", other_names=("曾庆红",))
    register(full_name="曾庆红", birth_date=dt.date(1990, 3, 2))

    matches = match_many(
        [
            probe(
                phones=(PhoneValues(number="138 0592 1234"),),
                documents=(DocumentValues(number=f"{number[:6]}{number[8:17]}"),
                           DocumentValues(kind=DocumentKind.PASSPORT, number="E12345678")),
                **BORN | {"birth_date": dt.date(1949, 12, 31)},
            ),
            probe(phones=(PhoneValues(number="138 0592 1234"),), **BORN),
        ]
    )  # fmt: skip
    assert found(matches[0])[0] == (by_paper.pk, Evidence.OLD_NUMBER)
    assert {match.person_id for match in matches[0]} == {by_paper.pk, by_phone.pk}
    assert {match.person_id for match in matches[1]} == {
        by_phone.pk, by_sound.pk, by_other_name.pk
    }  # fmt: skip


def test_traditional_and_simplified_names_share_a_key(north):
    person = register(full_name="曾慶紅")
    assert [match.person_id for match in match_many([probe(**BORN)])[0]] == [person.pk]


def test_a_family_phone_brings_up_nobody_else(north):
    phone = (PhoneValues(number="0592-5551234"),)
    register(full_name="王建国", birth_date=dt.date(1950, 5, 1), phones=phone)
    register(full_name="李梅", birth_date=dt.date(1952, 7, 9), phones=phone)
    assert match_many([probe(full_name="王小明", phones=phone, **BORN)]) == [[]]


def test_while_typing_a_name_alone_shows_everybody_of_that_name(north):
    person = register()
    unknown = register(birth_date=None, birth_precision=None)
    assert {match.person_id for match in match_one(probe())} == {person.pk, unknown.pk}
    # With the date of birth, the one who is certainly somebody else goes.
    other = {"birth_date": dt.date(1990, 1, 1), "birth_precision": Precision.DAY}
    assert [match.person_id for match in match_one(probe(**other))] == [unknown.pk]
    assert [m.person_id for m in match_one(probe(), besides=person.pk)] == [unknown.pk]


def test_a_change_of_name_or_birth_moves_the_keys(north):
    person = register()
    values = values_of(person)
    changed = PersonValues(
        **{name: getattr(values, name) for name in values.__slots__}
        | {"full_name": "李四", "birth_date": dt.date(1960, 1, 1)}
    )
    services.change_person(person_id=person.pk, version=1, values=changed, by=None, now=NOW)
    assert match_many([probe(**BORN)]) == [[]]
    assert Person.objects.get().name_key == "lisi 1960"


def test_rows_of_one_file_are_compared_with_those_before_them(north):
    rows = [probe(**BORN), probe(full_name="李四", **BORN), probe(full_name="曾庆宏", **BORN)]
    pairs = match_each_other(rows)
    assert pairs[:2] == [[], []]
    [(position, verdict)] = pairs[2]
    assert (position, verdict.score) == (0, 75)


def test_a_thousand_cost_as_many_queries_as_one(north):
    rows = [
        {"full_name": f"曾{chr(0x4E00 + n)}", "phones": (PhoneValues(number=f"1380592{n:04}"),)}
        for n in range(1000)
    ]
    for row in rows[:30]:
        register(**row)
    probes = [probe(**BORN, **row) for row in rows]
    for some in (probes[:1], probes):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            matches = match_many(some)
        assert len(queries) <= 9
    assert sum(len(found) >= 1 for found in matches) >= 30


def test_the_other_site_finds_nobody(north, south):
    register()
    with inside(south):
        assert match_many([probe(**BORN)]) == [[]]
        assert match_one(probe()) == []


@pytest.mark.parametrize("name", ["𠮷", "§", "1", "ن", "曾" * 120, "a b " * 30])
def test_no_name_breaks_the_keys(north, name):
    person = register(full_name=name)
    assert [match.person_id for match in match_many([probe(full_name=name, **BORN)])[0]] == [
        person.pk
    ]
