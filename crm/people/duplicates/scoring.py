"""How likely two records are of one person: weighted evidence, each piece said in words.

Points are added up and cut to 0–100. They are set by hand, so that staff can follow each sum:

- a name (40) or a full date of birth (40) alone says little, since thousands of people share
  them; together they are what clerks themselves go by, and make `LIKELY`;
- a homophone is how names are misheard (35), and with the year of birth it is worth a look;
- a phone is often the household's: 20 points for two people, half of that for three, and so on;
- a different name weighs as much as a date of birth: twins share date, phone and account;
- a number is for life except a passport's: two valid ones of a kind nearly exclude (−70);
- a valid number belongs to one person, so the same one in two records never scores below
  `POSSIBLE`: if they are two people, one has the other's number.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crm.people.choices import DocumentKind, Evidence, Precision, Sex

# From here on staff are told.
POSSIBLE = 50
# The same name where a date of birth is missing: worth a line while somebody types.
NAME_ALONE = 40
# From here on it is more likely than not.
LIKELY = 80

POINTS: Mapping[Evidence, int] = {
    Evidence.SAME_PAPER: 100,
    Evidence.OLD_NUMBER: 100,
    Evidence.SAME_UNCHECKED_NUMBER: 60,
    Evidence.RENEWED_PASSPORT: 10,
    Evidence.SAME_NAME: 40,
    Evidence.SAME_OTHER_NAME: 35,
    Evidence.SAME_SOUND: 35,
    Evidence.OTHER_NAME_SOUND: 30,
    Evidence.DIFFERENT_NAME: -40,
    Evidence.SAME_BIRTH_DATE: 40,
    Evidence.SAME_BIRTH_MONTH: 20,
    Evidence.SAME_BIRTH_YEAR: 15,
    Evidence.SLIP_IN_BIRTH_DATE: 15,
    Evidence.LUNAR_BIRTH_DATE: 10,
    Evidence.NO_BIRTH_DATE: 10,
    Evidence.DIFFERENT_BIRTH_DAY: -10,
    Evidence.DIFFERENT_BIRTH_YEAR: -40,
    Evidence.SAME_PHONE: 20,
    Evidence.SHARED_PHONE: 20,
    Evidence.SAME_CONTACT: 25,
    Evidence.SHARED_CONTACT: 25,
    Evidence.DIFFERENT_SEX: -30,
    Evidence.DIFFERENT_PAPERS: -70,
}

# A blind index of a paper, phone or contact, or a name key; no two kinds are ever equal.
Key = bytes | str

_NAMES_AGREE = {Evidence.SAME_NAME, Evidence.SAME_OTHER_NAME, Evidence.SAME_SOUND}
_FOR_LIFE = frozenset(DocumentKind) - {DocumentKind.PASSPORT, DocumentKind.OTHER}
# A day by the lunar calendar comes so many days before the same day by the solar one.
_LUNAR_DAYS = range(18, 56)


@dataclass(frozen=True, slots=True)
class Paper:
    """An identity paper by its blind index; ``is_valid``: its number passed the check."""

    kind: str
    country: str
    index: bytes
    is_valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """All that is compared, of a record or of somebody not yet on record.

    ``names`` are all names as `name_keys.written` has them, ``spellings`` are the keys stored with
    a person; in both the full name is first. Phones and contacts are blind indexes.
    """

    names: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    sex: str = Sex.UNKNOWN
    birth_date: dt.date | None = None
    birth_precision: str = ""
    papers: tuple[Paper, ...] = ()
    phones: frozenset[bytes] = frozenset()
    contacts: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """A piece of evidence and its points."""

    evidence: Evidence
    points: int

    def __str__(self) -> str:
        return str(self.evidence.label)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A score from 0 to 100 and what it is made of, the strongest first."""

    score: int
    reasons: tuple[Reason, ...]


def compare(one: Probe, other: Probe, *, sharing: Mapping[Key, int] | None = None) -> Verdict:
    """Say how likely both are the same person.

    Args:
        one: what is known of one.
        other: what is known of the other; the order does not matter.
        sharing: how many people have each phone and contact, both of these counted; two if
            nothing is said.

    >>> zeng = Probe(names=("曾庆红",), spellings=("zengqinghong 1958",),
    ...     birth_date=dt.date(1958, 3, 2), birth_precision="day")
    >>> verdict = compare(zeng, zeng)
    >>> verdict.score, [reason.evidence.value for reason in verdict.reasons]
    (80, ['same_name', 'same_birth_date'])
    """
    reasons = [Reason(evidence, POINTS[evidence]) for evidence in _evidence(one, other)]
    reasons += _shared(one.phones & other.phones, Evidence.SAME_PHONE, sharing)
    reasons += _shared(one.contacts & other.contacts, Evidence.SAME_CONTACT, sharing)
    total = sum(reason.points for reason in reasons)
    found = {reason.evidence for reason in reasons}
    if found & {Evidence.SAME_PAPER, Evidence.OLD_NUMBER}:
        total = max(total, POSSIBLE)
    reasons.sort(key=lambda reason: -abs(reason.points))
    return Verdict(max(0, min(100, total)), tuple(reasons))


def _evidence(one: Probe, other: Probe) -> Iterator[Evidence]:
    paper = _compare_papers(one, other)
    name = _compare_names(one, other)
    birth = _compare_births(one, other, has_same_name=name is Evidence.SAME_NAME)
    for found in (paper, name, birth):
        if found is not None:
            yield found
    if (
        paper is None
        and name in _NAMES_AGREE
        and birth is Evidence.SAME_BIRTH_DATE
        and _passport_countries(one) & _passport_countries(other)
    ):
        yield Evidence.RENEWED_PASSPORT
    if Sex.UNKNOWN not in {one.sex, other.sex} and one.sex != other.sex:
        yield Evidence.DIFFERENT_SEX


def _compare_papers(one: Probe, other: Probe) -> Evidence | None:
    if not one.papers or not other.papers:
        return None
    theirs = {paper.index: paper for paper in other.papers}
    same = [(paper, theirs[paper.index]) for paper in one.papers if paper.index in theirs]
    if any(mine.is_valid and its.is_valid for mine, its in same):
        return Evidence.SAME_PAPER
    if any(mine.is_valid or its.is_valid for mine, its in same):
        # The number of 15 digits passes no check, but has the index of the one of 18.
        return Evidence.OLD_NUMBER
    if same:
        return Evidence.SAME_UNCHECKED_NUMBER
    return Evidence.DIFFERENT_PAPERS if _for_life(one) & _for_life(other) else None


def _for_life(probe: Probe) -> set[tuple[str, str]]:
    return {
        (paper.kind, paper.country)
        for paper in probe.papers
        if paper.is_valid and paper.kind in _FOR_LIFE
    }


def _passport_countries(probe: Probe) -> set[str]:
    return {paper.country for paper in probe.papers if paper.kind == DocumentKind.PASSPORT}


def _compare_names(one: Probe, other: Probe) -> Evidence | None:
    if not one.names or not other.names:
        return None
    if one.names[0] == other.names[0]:
        return Evidence.SAME_NAME
    if not set(one.names).isdisjoint(other.names):
        return Evidence.SAME_OTHER_NAME
    mine, theirs = _sounds(one), _sounds(other)
    if mine[0] == theirs[0]:
        return Evidence.SAME_SOUND
    return Evidence.DIFFERENT_NAME if set(mine).isdisjoint(theirs) else Evidence.OTHER_NAME_SOUND


def _sounds(probe: Probe) -> list[str]:
    # Without the year, which stands behind the only space.
    return [spelling.partition(" ")[0] for spelling in probe.spellings]


def _compare_births(one: Probe, other: Probe, *, has_same_name: bool) -> Evidence | None:
    mine, its = one.birth_date, other.birth_date
    if mine is None or its is None:
        nothing_known = mine is None and its is None
        return Evidence.NO_BIRTH_DATE if nothing_known and has_same_name else None
    precisions = {one.birth_precision, other.birth_precision}
    if precisions == {Precision.DAY}:
        return _compare_days(mine, its, has_same_name=has_same_name)
    if mine.year != its.year:
        return Evidence.DIFFERENT_BIRTH_YEAR
    if Precision.YEAR in precisions:
        return Evidence.SAME_BIRTH_YEAR
    same_month = mine.month == its.month
    return Evidence.SAME_BIRTH_MONTH if same_month else Evidence.DIFFERENT_BIRTH_DAY


def _compare_days(mine: dt.date, its: dt.date, *, has_same_name: bool) -> Evidence:
    if mine == its:
        return Evidence.SAME_BIRTH_DATE
    if _is_slip(f"{mine:%Y%m%d}", f"{its:%Y%m%d}"):
        return Evidence.SLIP_IN_BIRTH_DATE
    if has_same_name and abs((mine - its).days) in _LUNAR_DAYS:
        return Evidence.LUNAR_BIRTH_DATE
    same_year = mine.year == its.year
    return Evidence.DIFFERENT_BIRTH_DAY if same_year else Evidence.DIFFERENT_BIRTH_YEAR


def _is_slip(mine: str, its: str) -> bool:
    """Say whether one wrong digit, two turned around, or month for day explain the difference.

    >>> _is_slip("19580302", "19580203"), _is_slip("19580302", "19850302")
    (True, True)
    >>> _is_slip("19580302", "19580309"), _is_slip("19580302", "19580419")
    (True, False)
    """
    if mine[:4] == its[:4] and mine[4:6] == its[6:] and mine[6:] == its[4:6]:
        return True
    wrong = [place for place in range(8) if mine[place] != its[place]]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        first, second = wrong
        return mine[first] == its[second] and mine[second] == its[first]
    return len(wrong) == 1


def _shared(
    same: frozenset[bytes], evidence: Evidence, sharing: Mapping[Key, int] | None
) -> list[Reason]:
    """Count one number only: the one that the fewest share."""
    if not same:
        return []
    people = min((sharing or {}).get(index, 2) for index in same)
    if people <= 2:
        return [Reason(evidence, POINTS[evidence])]
    is_phone = evidence is Evidence.SAME_PHONE
    many = Evidence.SHARED_PHONE if is_phone else Evidence.SHARED_CONTACT
    return [Reason(many, round(POINTS[many] / (people - 1)))]
