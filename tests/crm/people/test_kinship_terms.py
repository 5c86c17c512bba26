"""What relatives call each other: the words, their way back, and ways that have no word."""

import datetime as dt
import itertools

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from crm.people.choices import KinBasis, KinCode, KinLink, Precision, Sex
from crm.people.kinship.graph import Graph, Link, Node, hops_of
from crm.people.kinship.relations import MEANINGS, Relation
from crm.people.kinship.terms import (
    Hop,
    Someone,
    Step,
    backwards,
    is_in_circle,
    kin_code,
    shortened,
    term,
)

F, M, U = Sex.FEMALE, Sex.MALE, Sex.UNKNOWN
UP, DOWN, SPOUSE, SIBLING = Step.UP, Step.DOWN, Step.SPOUSE, Step.SIBLING


def born(sex, year):
    return Someone(sex, dt.date(year, 1, 1), Precision.YEAR)


def said(ego, *hops):
    with override("zh-hans"):
        return term(ego, [Hop(step, to) for step, to in hops])


@pytest.mark.parametrize(
    ("word", "hops"),
    [
        ("父亲", [(UP, M)]), ("母亲", [(UP, F)]), ("父母", [(UP, U)]),
        ("丈夫", [(SPOUSE, M)]), ("妻子", [(SPOUSE, F)]), ("配偶", [(SPOUSE, U)]),
        ("儿子", [(DOWN, M)]), ("女儿", [(DOWN, F)]), ("子女", [(DOWN, U)]),
        ("兄弟", [(SIBLING, M)]), ("姐妹", [(SIBLING, F)]), ("兄弟姐妹", [(SIBLING, U)]),
        ("姐妹", [(UP, F), (DOWN, F)]),
        ("祖父", [(UP, M), (UP, M)]), ("祖母", [(UP, M), (UP, F)]),
        ("外祖父", [(UP, F), (UP, M)]), ("外祖母", [(UP, F), (UP, F)]),
        ("孙子", [(DOWN, M), (DOWN, M)]), ("孙女", [(DOWN, M), (DOWN, F)]),
        ("外孙", [(DOWN, F), (DOWN, M)]), ("外孙女", [(DOWN, F), (DOWN, F)]),
        ("儿媳", [(DOWN, M), (SPOUSE, F)]), ("女婿", [(DOWN, F), (SPOUSE, M)]),
        ("岳父", [(SPOUSE, F), (UP, M)]), ("岳母", [(SPOUSE, F), (UP, F)]),
        ("公公", [(SPOUSE, M), (UP, M)]), ("婆婆", [(SPOUSE, M), (UP, F)]),
        ("姑母", [(UP, M), (SIBLING, F)]), ("舅父", [(UP, F), (SIBLING, M)]),
        ("姨母", [(UP, F), (UP, M), (DOWN, F)]),
        ("侄女", [(SIBLING, M), (DOWN, F)]), ("外甥", [(SIBLING, F), (DOWN, M)]),
        ("堂兄弟", [(UP, M), (SIBLING, M), (DOWN, M)]),
        ("表姐妹", [(UP, F), (SIBLING, F), (DOWN, F)]),
        ("外祖父的兄弟", [(UP, F), (UP, M), (SIBLING, M)]),
        ("扶养人", [(Step.SUPPORTER, M)]), ("被扶养人", [(Step.SUPPORTED, F)]),
    ],
)  # fmt: skip
def test_every_way_has_its_chinese_word(word, hops):
    assert said(Someone(), *((step, Someone(sex)) for step, sex in hops)) == word


def test_who_is_the_elder_decides_the_word_for_siblings_and_uncles():
    me = born(F, 1960)
    assert said(me, (SIBLING, born(M, 1955))) == "哥哥"
    assert said(me, (SIBLING, born(M, 1965))) == "弟弟"
    assert said(me, (UP, Someone(F)), (DOWN, born(F, 1950))) == "姐姐"
    assert said(me, (SIBLING, born(F, 1960))) == "姐妹"
    father = born(M, 1930)
    assert said(me, (UP, father), (SIBLING, born(M, 1925))) == "伯父"
    assert said(me, (UP, father), (SIBLING, born(M, 1935))) == "叔父"
    assert said(me, (SIBLING, born(M, 1955)), (SPOUSE, Someone(F))) == "嫂子"


def test_adoption_and_marriage_show_in_the_word_for_a_parent():
    with override("zh-hans"):
        assert term(Someone(), [Hop(UP, Someone(M), KinBasis.ADOPTION)]) == "养父"
        assert term(Someone(), [Hop(DOWN, Someone(F), KinBasis.MARRIAGE)]) == "继女"


# What A is to B -> what B may be to A. The law's circle is not the same in both directions.
INVERSES = {
    KinCode.SPOUSE: {KinCode.SPOUSE},
    KinCode.PARENT: {KinCode.CHILD},
    KinCode.CHILD: {KinCode.PARENT},
    KinCode.SIBLING: {KinCode.SIBLING},
    KinCode.GRANDPARENT: {KinCode.GRANDCHILD},
    KinCode.GRANDCHILD: {KinCode.GRANDPARENT},
    KinCode.SUPPORT: {KinCode.SUPPORT},
    KinCode.CHILD_IN_LAW: {KinCode.COLLATERAL},
    KinCode.COLLATERAL: {KinCode.COLLATERAL, KinCode.CHILD_IN_LAW},
}
someone = st.builds(
    lambda sex, year: Someone(sex, *((dt.date(year, 1, 1), Precision.YEAR) if year else ())),
    st.sampled_from([F, M, U]),
    st.one_of(st.none(), st.integers(1920, 2020)),
)
ways = st.lists(st.builds(Hop, st.sampled_from(list(Step)), someone), min_size=1, max_size=5)


@given(someone, ways)
def test_the_way_back_is_the_inverse_and_back_again_the_same(ego, hops):
    way_back = backwards(ego, hops)
    assert backwards(hops[-1].to, way_back) == hops
    assert kin_code(way_back) in INVERSES[kin_code(hops)]


@given(someone, ways)
def test_every_way_can_be_told_in_both_languages(ego, hops):
    for language in ("zh-hans", "en"):
        with override(language):
            assert term(ego, hops)
    assert len(shortened(hops)) <= len(hops)


RECIPROCAL = {
    ("哥哥", "弟弟"), ("哥哥", "妹妹"), ("姐姐", "弟弟"), ("姐姐", "妹妹"),
    ("父亲", "儿子"), ("父亲", "女儿"), ("母亲", "儿子"), ("母亲", "女儿"), ("丈夫", "妻子"),
    ("祖父", "孙子"), ("祖父", "孙女"), ("祖母", "孙子"), ("祖母", "孙女"),
    ("外祖父", "外孙"), ("外祖父", "外孙女"), ("外祖母", "外孙"), ("外祖母", "外孙女"),
    ("公公", "儿媳"), ("婆婆", "儿媳"), ("岳父", "女婿"), ("岳母", "女婿"),
    ("扶养人", "被扶养人"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("relation", "own_sex"),
    [(word, sex) for word in Relation for sex in (F, M) if MEANINGS[word].own_sex in {U, sex}],
)
def test_each_word_that_can_be_entered_comes_out_again_with_its_counterpart(relation, own_sex):
    meaning = MEANINGS[relation]
    older = meaning.is_elder is True
    person = born(own_sex, 1960)
    relative = born(meaning.sex if meaning.sex is not U else F, 1950 if older else 1970)
    lower, upper = (person, relative) if meaning.is_upward else (relative, person)
    link = Link(*itertools.repeat(None, 3), meaning.link, KinBasis.BLOOD)
    hops = hops_of(link, lower, upper, is_upward=meaning.is_upward)
    with override("zh-hans"):
        there, back = term(person, hops), term(relative, backwards(person, hops))
        assert there == str(relation.label)
    assert (there, back) in RECIPROCAL or (back, there) in RECIPROCAL


@given(st.data())
def test_the_way_through_two_links_is_the_sum_of_both(data):
    """The children of my children are my grandchildren, whoever is asked in between."""
    sexes = data.draw(st.lists(st.sampled_from([F, M]), min_size=3, max_size=6))
    nodes = {place: Node(place, str(place), Someone(sex)) for place, sex in enumerate(sexes)}
    chain = [
        Link(("link", place), place, place + 1, KinLink.PARENT, KinBasis.BLOOD)
        for place in range(len(sexes) - 1)
    ]
    graph = Graph.of(nodes, chain)
    up = {way.end.id: way for way in graph.ways_from(0, most_hops=9)}
    for place in range(2, len(sexes)):
        further = {way.end.id: way for way in graph.ways_from(place - 1, most_hops=9)}[place]
        assert up[place].hops == (*up[place - 1].hops, *further.hops)
        down = {way.end.id: way for way in graph.ways_from(place, most_hops=9)}[0]
        assert down.hops == tuple(backwards(nodes[0].someone, up[place].hops))
        assert down.term == up[place].term_back


def test_the_statutory_circle_has_a_direction():
    child_in_law = [Hop(DOWN, Someone(M)), Hop(SPOUSE, Someone(F))]
    assert is_in_circle(child_in_law)
    assert not is_in_circle(backwards(Someone(M), child_in_law))
    assert not is_in_circle([Hop(UP, Someone()), Hop(SIBLING, Someone())])
