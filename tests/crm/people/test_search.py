"""Whoever is looked for is found, by what staff really type, and nothing breaks the box."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from common.ids import uuid7
from common.names import answers, search_query, search_tokens
from crm.people.choices import FoundByKind
from crm.people.models import Person
from crm.people.name_keys import written
from crm.people.search import find_people, found_by
from crm.people.values import DocumentValues, PhoneValues
from tests.crm.people.test_api import with_token
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
        ("單曉明", ["單", "單曉", "单晓", "单x", "shan", "sxm", "shanxiaoming"]),
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


# Names that break systems: each is found by every spelling beside it.
NAMES = {
    # Simplified, traditional and Hong Kong's forms are one, in either direction.
    "曾慶紅": ["曾庆红", "曾慶紅", "庆", "慶", "曾q", "zengq", "zq"],
    "钟国华": ["鍾國華", "鐘國", "钟guohua", "zgh"],
    "衞啟發": ["卫启发", "衛啓發", "weiqifa"],
    "歐陽鋒": ["欧阳锋", "欧阳f", "ouyangf", "oyf"],
    # One simplified character for several.
    "乾小後": ["干小后", "乾小", "qianxiao", "gan"],
    "郑發髮": ["郑发发", "鄭發", "zfaf"],
    "餘于": ["余于", "餘", "yuyu"],
    # Surnames that dictionaries misread, and all their readings.
    "仇英": ["qiu", "chou", "qiuy"],
    "單于飛": ["单于飞", "chanyu", "chanyufei"],
    "万俟雅言": ["moqi", "mqyy", "萬俟"],
    "翟天临": ["zhai", "di", "zhaitian"],
    "查良镛": ["zha", "cha", "zly", "查良鏞"],
    "尉迟恭": ["yuchi", "尉遲"],
    "吕绿": ["lv", "lü", "lyu", "呂綠"],
    "陈单玉芳": ["chenshan", "chendan", "陳單"],
    # Characters beyond the first plane, and some that few fonts have.
    "罗𬭎": ["𬭎", "luohong", "lh"],
    "马䶮": ["䶮", "mayan"],
    "王㛃": ["㛃", "wangjie"],
    "李喆": ["喆", "lizhe", "lz"],
    "朱𪚥": ["𪚥", "zhuzhe"],
    # A character that older systems kept in the private use area: found by itself and the rest.
    "曾\ue863红": ["\ue863", "曾\ue863", "红", "zeng", "hong"],
    # Dots, spaces, scripts.
    "迪丽热巴·迪力木拉提": ["迪丽热巴", "迪力木拉提", "迪丽热巴•迪力", "dilireba", "dlrb", "熱巴"],
    "José María de la Cruz": ["jose", "cruz", "María", "jm"],
    "O'Neill Łukasz": ["oneill", "o'neill", "lukasz"],
    "Nguyễn Văn Trỗi": ["nguyen", "trỗi", "nguyen van"],
    "Иван Петров": ["иван", "ПЕТРОВ"],
    "吴 亚 明": ["吴亚明", "wuyaming", "吳亞"],
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_break_systems_are_found_and_nobody_else(north, name):
    person = people.person(full_name=name)
    people.person(full_name="黄小兰")
    assert person.full_name == name
    for text in NAMES[name]:
        assert found(text) == [name], text


@pytest.mark.parametrize(("one", "other"), [("曾慶紅", "曾庆红"), ("乾", "干"), ("發", "髮")])
def test_two_spellings_of_a_name_are_equal_in_every_key(one, other):
    assert written(one) == written(other) != written("黄小兰")
    characters = [{t for t in search_tokens(name) if t.startswith("h")} for name in (one, other)]
    assert characters[0] == characters[1]


def test_former_and_other_names_find_the_person(north):
    people.person(full_name="林国强", former_names=("林阿狗",), other_names=("Lim Kok Keong",))
    for text in ["林阿狗", "agou", "kok", "Lim Keong"]:
        assert found(text) == ["林国强"], text


def reasons(text, *, may_search_documents=True):
    people = list(find_people(text, may_search_documents=may_search_documents))
    found = found_by(text, [p.pk for p in people], may_search_documents=may_search_documents)
    return {p.full_name: (found[p.pk].kind, found[p.pk].text) if p.pk in found else None
            for p in people}  # fmt: skip


def test_whoever_is_found_by_another_name_or_a_number_is_shown_with_the_reason(north):
    number = resident_id(sequence=446)
    people.person(
        full_name="林国强", former_names=("林阿狗", "曾阿狗"), other_names=("Lim Kok Keong",),
        phones=(PhoneValues(number="13800138765"),), documents=(DocumentValues(number=number),),
    )  # fmt: skip
    people.person(full_name="曾阿狗", former_names=("曾阿猫",))

    former, other = FoundByKind.FORMER_NAME, FoundByKind.OTHER_NAME
    assert reasons("曾agou") == {"林国强": (former, "曾阿狗"), "曾阿狗": None}
    assert reasons("曾 gou") == {"林国强": (former, "曾阿狗"), "曾阿狗": None}
    assert reasons("lim") == {"林国强": (other, "Lim Kok Keong")}
    # A word of the name and a word of another one.
    assert reasons("国强 kok") == {"林国强": (other, "Lim Kok Keong")}
    assert reasons("林guoqiang") == {"林国强": None}
    assert reasons("8765") == {"林国强": (FoundByKind.PHONE, "")}
    assert reasons(number[-4:]) == {"林国强": (FoundByKind.DOCUMENT, "")}
    assert reasons("国强 8765") == {"林国强": (FoundByKind.PHONE, "")}
    assert reasons("8765", may_search_documents=False) == {"林国强": (FoundByKind.PHONE, "")}
    assert reasons("林阿狗 8765") == {"林国强": (former, "林阿狗")}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.text("曾庆红單于QueenMaría·Ив ", min_size=1, max_size=8).filter(str.strip),
    text=st.text("曾庆红单于zengqhudmaría ив'", min_size=1, max_size=8),
)
def test_a_name_answers_to_a_query_where_the_database_says_so(north, name, text):
    person = people.person(full_name=name, phones=(), documents=())
    query = search_query(text)
    expected = bool(query) and answers(search_tokens(person.full_name), query)
    assert (person.full_name in found(text)) == expected
    Person.objects.filter(pk=person.pk).update(search="")


def test_the_reason_costs_little_and_nothing_without_a_search(north, django_assert_num_queries):
    ids = [people.person(full_name="曾一").pk, people.person(full_name="曾二").pk]
    with django_assert_num_queries(1):
        assert found_by("曾", ids, may_search_documents=True) == {}
    with django_assert_num_queries(0):
        assert found_by("", ids, may_search_documents=True) == {}


def test_the_list_and_the_interface_say_why(north, clerk_client):
    people.person(full_name="林国强", former_names=("曾阿狗",))
    assert "曾用名 曾阿狗" in clerk_client.get("/people/", {"q": "曾阿"}).content.decode()
    api = with_token(north, Role.CLERK)
    [line] = api.get("/api/v1/people/", {"q": "曾阿"}).json()["results"]
    assert line["found_by"] == {"kind": "former_name", "text": "曾阿狗"}
    [line] = api.get("/api/v1/people/", {"q": "国强"}).json()["results"]
    assert line["found_by"] is None


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
    found_by(text, [uuid7()], may_search_documents=True)
