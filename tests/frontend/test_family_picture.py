"""The picture of a family: rows by generation, couples side by side, nothing on top of another."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from crm.people.choices import KinLink
from frontend.families.picture import BOX_HEIGHT, BOX_WIDTH, Figure, Tie, draw

PARENT, SPOUSE, SIBLING = KinLink.PARENT, KinLink.SPOUSE, KinLink.SIBLING


def drawn(names, *ties):
    figures = [Figure(name, name, is_man=name.isupper()) for name in names]
    return draw(figures, [Tie(*tie) for tie in ties])


def places(picture):
    return {box.figure.id: (box.x, box.y) for box in picture.boxes}


def overlaps(picture):
    return [
        (one.figure.id, other.figure.id)
        for one, other in itertools.combinations(picture.boxes, 2)
        if abs(one.x - other.x) < BOX_WIDTH and abs(one.y - other.y) < BOX_HEIGHT
    ]


def test_three_generations_stand_in_three_rows_with_the_child_below_the_couple():
    picture = drawn(
        "AbCde",
        ("b", "A", PARENT), ("b", "d", PARENT), ("C", "b", SPOUSE), ("A", "d", SPOUSE),
        ("e", "b", PARENT), ("e", "C", PARENT),
    )  # fmt: skip
    at = places(picture)
    rows = {name: picture.generations[name] for name in "AdbCe"}
    assert rows == {"A": 0, "d": 0, "b": 1, "C": 1, "e": 2}
    assert at["C"][0] < at["b"][0]
    middle = (at["C"][0] + at["b"][0]) / 2
    assert abs(at["e"][0] - middle) < BOX_WIDTH / 2
    kinds = sorted(line.kind for line in picture.lines)
    assert kinds == ["child", "child", "couple", "couple"]
    assert overlaps(picture) == []


def test_links_that_leap_keep_a_row_free_for_the_one_who_is_missing():
    picture = drawn("aB", ("a", "B", KinLink.MATERNAL))
    assert picture.generations == {"B": 0, "a": 2}
    assert [line.kind for line in picture.lines] == ["leap"]


def test_an_ended_marriage_is_marked_and_siblings_without_parents_are_joined():
    ended = drawn("Ab", ("A", "b", SPOUSE, True))
    assert [(line.kind, line.is_ended) for line in ended.lines] == [("couple", True)]
    siblings = drawn("Ab", ("A", "b", SIBLING))
    assert [line.kind for line in siblings.lines] == ["sibling"]
    known = drawn("Abp", ("A", "b", SIBLING), ("A", "p", PARENT), ("b", "p", PARENT))
    assert [line.kind for line in known.lines] == ["child", "child"]


def test_a_long_name_is_cut_and_a_person_alone_is_a_picture():
    picture = draw([Figure("x", "买买提江·阿卜杜热西提·吐尔逊")], [])
    assert picture.boxes[0].name == "买买提江·阿卜…"
    assert (picture.width, len(picture.lines)) == (BOX_WIDTH + 32, 0)


ids = st.integers(0, 9)
ties = st.lists(
    st.builds(Tie, ids, ids, st.sampled_from(list(KinLink)), st.booleans()).filter(
        lambda tie: tie.person != tie.relative
    ),
    max_size=14,
)


@given(st.integers(1, 10), ties)
def test_nobody_stands_on_somebody_else_whatever_is_linked(count, links):
    picture = draw([Figure(one, str(one)) for one in range(count)], links)
    assert len(picture.boxes) == count
    assert overlaps(picture) == []
    for box in picture.boxes:
        assert 0 <= box.x <= picture.width - BOX_WIDTH
        assert 0 <= box.y <= picture.height - BOX_HEIGHT
