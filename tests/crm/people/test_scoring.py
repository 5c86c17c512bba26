"""What speaks for two records being of one person: cases as they come to the counter."""

import datetime as dt

import pytest

from crm.people.choices import DocumentKind, Evidence, Precision, Sex
from crm.people.duplicates.scoring import LIKELY, POINTS, POSSIBLE, Paper, Probe, compare
from crm.people.name_keys import keys_of, written

ID, PASSPORT = DocumentKind.RESIDENT_ID, DocumentKind.PASSPORT
PHONE = b"phone of the family"


def somebody(name="曾庆红", born="1958-03-02", *, others=(), ids=(), passports=(), **more) -> Probe:
    """Return a probe; ``ids`` and ``passports`` are any words that stand for their numbers."""
    precision = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY, 0: ""}[len(born)]
    date = dt.date.fromisoformat((born + "-01-01")[:10]) if born else None
    papers = [Paper(ID, "CN", number.encode(), True) for number in ids]
    papers += [Paper(PASSPORT, country, number.encode(), True) for country, number in passports]
    return Probe(
        names=tuple(map(written, [name, *others])),
        spellings=keys_of(name, others, born=date),
        birth_date=date,
        birth_precision=precision,
        papers=tuple(papers),
        **more,
    )


def at_home(*args, **more) -> Probe:
    return somebody(*args, phones=frozenset({PHONE}), **more)


# What it is, both records, and what is to come of it: not shown, possible or likely.
CASES = [
    ("entered twice", somebody(), somebody(), "likely"),
    ("two people of one name", somebody(), somebody(born="1971-11-20"), "no"),
    ("one name, one year, another day", somebody(), somebody(born="1958-10-17"), "no"),
    ("only the year is known of one", somebody(), somebody(born="1958"), "possible"),
    ("only the month is known of one", somebody(), somebody(born="1958-03"), "possible"),
    ("simplified and traditional", somebody("曾慶紅"), somebody(), "likely"),
    ("misheard, and only the year known", somebody("曾庆宏"), somebody(born="1958"), "possible"),
    ("misheard: 曾庆宏 for 曾庆红", somebody("曾庆宏"), somebody(), "possible"),
    ("month and day turned around", somebody(), somebody(born="1958-02-03"), "possible"),
    ("one wrong key", somebody(), somebody(born="1968-03-02"), "possible"),
    ("once by the lunar calendar", somebody(), somebody(born="1958-04-20"), "possible"),
    ("neither gives a date of birth", somebody(born=""), somebody(born=""), "possible"),
    ("one gives no date of birth", somebody(), somebody(born=""), "no"),
    ("the same, and the same phone", at_home(), at_home(born=""), "possible"),
    ("twins", at_home("王佳怡", ids=["1"]), at_home("王佳悦", ids=["2"]), "no"),
    ("twins without papers", at_home("王佳怡"), at_home("王佳悦"), "no"),
    ("twins of one sound, with papers",
     at_home("王晓明", ids=["1"]), at_home("王小明", ids=["2"]), "no"),
    ("father and son", at_home("王建国", "1950-05-01"), at_home("王小明", "1978-09-09"), "no"),
    ("mother and daughter, unknown years", at_home("陈丽", ""), at_home("王小红", ""), "no"),
    ("married abroad, both names known",
     somebody("陈美玲", others=["Maria Santos"]), somebody("Maria Santos", others=["陈美玲"]),
     "possible"),
    ("name in the passport", somebody(), somebody("ZENG QINGHONG"), "possible"),
    ("name in the passport, surname last", somebody(), somebody("Qinghong Zeng"), "possible"),
    ("former name", somebody("曾红", others=["曾庆红"]), somebody(), "possible"),
    ("renewed passport",
     somebody("Maria Santos", passports=[("PH", "P1")]),
     somebody("Maria Santos", passports=[("PH", "P2")]), "likely"),
    ("one name and date, two valid numbers", at_home(ids=["1"]), at_home(ids=["2"]), "no"),
    ("one valid number, all else different",
     somebody("李四", "1990-01-01", ids=["1"], sex=Sex.MALE),
     somebody(ids=["1"], sex=Sex.FEMALE), "possible"),
    ("one valid number, name mistyped", somebody("曾庆江", ids=["1"]), somebody(ids=["1"]),
     "likely"),
    ("man and woman of one name and date",
     somebody(sex=Sex.MALE), somebody(sex=Sex.FEMALE), "possible"),
    ("nothing but a phone", Probe(phones=frozenset({PHONE})), at_home(), "no"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_what_comes_to_the_counter(one, other, outcome):
    verdict = compare(one, other)
    found = "likely" if verdict.score >= LIKELY else "possible"
    assert (found if verdict.score >= POSSIBLE else "no") == outcome, verdict
    assert compare(other, one) == verdict


def test_the_number_of_15_digits_is_the_one_of_18():
    old = Probe(papers=(Paper(ID, "CN", b"same", False),))
    new = Probe(papers=(Paper(ID, "CN", b"same", True),))
    assert [reason.evidence for reason in compare(old, new).reasons] == [Evidence.OLD_NUMBER]
    assert compare(old, new).score == 100
    assert compare(old, old).score == POINTS[Evidence.SAME_UNCHECKED_NUMBER]


def test_a_phone_says_less_the_more_people_share_it():
    one, other = at_home("曾庆红", ""), at_home("曾庆红", "1958-03-02")
    scores = [compare(one, other, sharing={PHONE: people}).score for people in (2, 3, 5, 40)]
    assert scores == [60, 50, 45, 41]
    shared = compare(one, other, sharing={PHONE: 3}).reasons
    assert Evidence.SHARED_PHONE in [reason.evidence for reason in shared]


def test_every_piece_of_evidence_has_points_and_words():
    assert POINTS.keys() == set(Evidence)
    assert all(str(evidence.label) for evidence in Evidence)


def test_each_score_is_the_sum_of_its_reasons():
    verdict = compare(at_home(), at_home("曾庆宏", sex=Sex.MALE))
    assert verdict.score == sum(reason.points for reason in verdict.reasons) == 95
    assert [reason.points for reason in verdict.reasons] == [40, 35, 20]
