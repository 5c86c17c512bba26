"""What a relative is called, computed from the links that lead there. Pure functions.

A way is a row of hops, each to a parent, a child, a spouse, a sibling or along a support. Chinese
has a word for most short ways, by the sex of everybody on it and by who is the elder; where sex or
age is not known, the word is the wider one (兄弟姐妹). A way without a word of its own is told
step by step: 外祖父的妹妹.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from crm.people.choices import KinBasis, KinCode, Precision, Sex


class Step(StrEnum):
    """Where one hop leads."""

    UP = "up"  # to a parent
    DOWN = "down"  # to a child
    SPOUSE = "spouse"
    SIBLING = "sibling"
    SUPPORTER = "supporter"  # to somebody who gives support
    SUPPORTED = "supported"  # to somebody who receives it


_BACK = {
    Step.UP: Step.DOWN,
    Step.DOWN: Step.UP,
    Step.SPOUSE: Step.SPOUSE,
    Step.SIBLING: Step.SIBLING,
    Step.SUPPORTER: Step.SUPPORTED,
    Step.SUPPORTED: Step.SUPPORTER,
}


_SIBLINGS = {(Step.UP, Step.DOWN), (Step.SIBLING, Step.SIBLING)}


@dataclass(frozen=True, slots=True)
class Someone:
    """What a term depends on in a person."""

    sex: str = Sex.UNKNOWN
    born: dt.date | None = None
    precision: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step, to ``to``; ``basis`` tells a natural parent from an adoptive or a step-parent."""

    step: Step
    to: Someone
    basis: str = KinBasis.BLOOD


def term(ego: Someone, hops: Sequence[Hop]) -> str:
    """Return what ``ego`` calls the one at the end of the way, in the active language.

    >>> mother, grandfather = Someone(Sex.FEMALE), Someone(Sex.MALE)
    >>> from django.utils.translation import override
    >>> with override("zh-hans"):
    ...     term(Someone(), [Hop(Step.UP, mother), Hop(Step.UP, grandfather)])
    '外祖父'
    """
    words = _words(ego, shortened(hops))
    if len(words) == 1:
        return str(_SINGLE[words[0]])
    told = ""
    while words:
        # The longest beginning that has a word, then the longest of what is left.
        cut = next(n for n in range(min(len(words), _LONGEST), 0, -1) if _known(words[:n]))
        word = _known(words[:cut])
        told = (
            pgettext("kin", "{relative}'s {term}").format(relative=told, term=word)
            if told
            else str(word)
        )
        words = words[cut:]
    return told


def kin_code(hops: Sequence[Hop]) -> KinCode:
    """Return what the one at the end is to the one at the beginning, as the law counts it.

    >>> kin_code([Hop(Step.DOWN, Someone()), Hop(Step.SPOUSE, Someone())]).value
    'CHS'
    """
    return _CODES.get(tuple(hop.step for hop in shortened(hops)), KinCode.COLLATERAL)


def is_in_circle(hops: Sequence[Hop]) -> bool:
    """Say whether the law counts the one at the end among the relatives of the first.

    Source: 归侨侨眷权益保护法 Art. 2. The order matters: a child's spouse is in the circle, the
    parents of a spouse are not.
    """
    return kin_code(hops) is not KinCode.COLLATERAL


def backwards(ego: Someone, hops: Sequence[Hop]) -> list[Hop]:
    """Return the same way from its end to ``ego``."""
    places = [ego, *(hop.to for hop in hops)]
    return [
        Hop(_BACK[hop.step], place, hop.basis)
        for hop, place in reversed(list(zip(hops, places, strict=False)))
    ]


def shortened(hops: Sequence[Hop]) -> list[Hop]:
    """Return the way with the children of one's parents as siblings, and theirs as well.

    >>> [hop.step.value for hop in shortened([Hop(Step.UP, Someone()), Hop(Step.DOWN, Someone())])]
    ['sibling']
    """
    way: list[Hop] = []
    for hop in hops:
        further = hop
        while way and (way[-1].step, further.step) in _SIBLINGS:
            way.pop()
            further = Hop(Step.SIBLING, further.to)
        way.append(further)
    return way


def is_elder(one: Someone, other: Someone) -> bool | None:
    """Say whether ``one`` was born before ``other``; None where that is not known.

    >>> year = Someone(born=dt.date(1958, 1, 1), precision=Precision.YEAR)
    >>> is_elder(year, Someone(born=dt.date(1958, 3, 9), precision=Precision.DAY)) is None
    True
    >>> is_elder(year, Someone(born=dt.date(1960, 3, 9), precision=Precision.DAY))
    True
    """
    if one.born is None or other.born is None:
        return None
    length = min(_PARTS[one.precision], _PARTS[other.precision])
    mine, theirs = one.born.timetuple()[:length], other.born.timetuple()[:length]
    return None if mine == theirs else mine < theirs


# How many parts of a date (year, month, day) its precision vouches for.
_PARTS = {"": 1, Precision.YEAR: 1, Precision.MONTH: 2, Precision.DAY: 3}

_CODES: Mapping[tuple[Step, ...], KinCode] = {
    (Step.SPOUSE,): KinCode.SPOUSE,
    (Step.UP,): KinCode.PARENT,
    (Step.DOWN,): KinCode.CHILD,
    (Step.DOWN, Step.SPOUSE): KinCode.CHILD_IN_LAW,
    (Step.SIBLING,): KinCode.SIBLING,
    (Step.UP, Step.UP): KinCode.GRANDPARENT,
    (Step.DOWN, Step.DOWN): KinCode.GRANDCHILD,
    (Step.SUPPORTER,): KinCode.SUPPORT,
    (Step.SUPPORTED,): KinCode.SUPPORT,
}

# One hop in a letter or two: of each triple, a woman, a man, and somebody whose sex is not known.
_LETTERS: Mapping[Step, tuple[str, str, str]] = {
    Step.UP: ("m", "f", "p"),
    Step.DOWN: ("d", "s", "c"),
    Step.SPOUSE: ("w", "h", "u"),
    Step.SIBLING: ("z", "b", "x"),
    Step.SUPPORTER: ("g", "g", "g"),
    Step.SUPPORTED: ("r", "r", "r"),
}
_SEXES = (Sex.FEMALE, Sex.MALE, Sex.UNKNOWN)


def _words(ego: Someone, hops: Sequence[Hop]) -> list[str]:
    """Return a letter for each hop: elder siblings with ``+``, younger with ``-``.

    A single hop to an adoptive parent or child has ``a`` before it, to a step-parent ``n``.
    """
    words = []
    before = ego
    for hop in hops:
        letter = _LETTERS[hop.step][_SEXES.index(Sex(hop.to.sex))]
        if hop.step is Step.SIBLING:
            elder = is_elder(hop.to, before)
            letter += "" if elder is None else "+" if elder else "-"
        words.append(letter)
        before = hop.to
    if len(hops) == 1 and hops[0].step in {Step.UP, Step.DOWN}:
        basis = {KinBasis.ADOPTION: "a", KinBasis.MARRIAGE: "n"}
        words[0] = basis.get(KinBasis(hops[0].basis), "") + words[0]
    return words


def _known(words: Sequence[str]) -> str | Promise | None:
    if len(words) == 1:
        return _SINGLE[words[0]]
    exact = _COMPOSED.get(" ".join(words))
    # Where nothing depends on who is the elder, the table has the letter alone.
    return exact or _COMPOSED.get(" ".join(word.rstrip("+-") for word in words))


_SINGLE: Mapping[str, Promise] = {
    "f": pgettext_lazy("kin", "father"),
    "m": pgettext_lazy("kin", "mother"),
    "p": pgettext_lazy("kin", "parent"),
    "s": pgettext_lazy("kin", "son"),
    "d": pgettext_lazy("kin", "daughter"),
    "c": pgettext_lazy("kin", "child"),
    "af": pgettext_lazy("kin", "adoptive father"),
    "am": pgettext_lazy("kin", "adoptive mother"),
    "ap": pgettext_lazy("kin", "adoptive parent"),
    "as": pgettext_lazy("kin", "adopted son"),
    "ad": pgettext_lazy("kin", "adopted daughter"),
    "ac": pgettext_lazy("kin", "adopted child"),
    "nf": pgettext_lazy("kin", "stepfather"),
    "nm": pgettext_lazy("kin", "stepmother"),
    "np": pgettext_lazy("kin", "step-parent"),
    "ns": pgettext_lazy("kin", "stepson"),
    "nd": pgettext_lazy("kin", "stepdaughter"),
    "nc": pgettext_lazy("kin", "stepchild"),
    "h": pgettext_lazy("kin", "husband"),
    "w": pgettext_lazy("kin", "wife"),
    "u": pgettext_lazy("kin", "spouse"),
    "b+": pgettext_lazy("kin", "elder brother"),
    "b-": pgettext_lazy("kin", "younger brother"),
    "b": pgettext_lazy("kin", "brother"),
    "z+": pgettext_lazy("kin", "elder sister"),
    "z-": pgettext_lazy("kin", "younger sister"),
    "z": pgettext_lazy("kin", "sister"),
    "x+": pgettext_lazy("kin", "elder sibling"),
    "x-": pgettext_lazy("kin", "younger sibling"),
    "x": pgettext_lazy("kin", "sibling"),
    "g": pgettext_lazy("kin", "supporter"),
    "r": pgettext_lazy("kin", "supported relative"),
}

_COMPOSED: Mapping[str, Promise] = {
    "f f": pgettext_lazy("kin", "father's father"),
    "f m": pgettext_lazy("kin", "father's mother"),
    "f p": pgettext_lazy("kin", "father's parent"),
    "m f": pgettext_lazy("kin", "mother's father"),
    "m m": pgettext_lazy("kin", "mother's mother"),
    "m p": pgettext_lazy("kin", "mother's parent"),
    "p f": pgettext_lazy("kin", "grandfather"),
    "p m": pgettext_lazy("kin", "grandmother"),
    "p p": pgettext_lazy("kin", "grandparent"),
    "s s": pgettext_lazy("kin", "son's son"),
    "s d": pgettext_lazy("kin", "son's daughter"),
    "s c": pgettext_lazy("kin", "son's child"),
    "d s": pgettext_lazy("kin", "daughter's son"),
    "d d": pgettext_lazy("kin", "daughter's daughter"),
    "d c": pgettext_lazy("kin", "daughter's child"),
    "c s": pgettext_lazy("kin", "grandson"),
    "c d": pgettext_lazy("kin", "granddaughter"),
    "c c": pgettext_lazy("kin", "grandchild"),
    "f f f": pgettext_lazy("kin", "great-grandfather"),
    "f f m": pgettext_lazy("kin", "great-grandmother"),
    "s s s": pgettext_lazy("kin", "great-grandson"),
    "s s d": pgettext_lazy("kin", "great-granddaughter"),
    "s w": pgettext_lazy("kin", "daughter-in-law"),
    "d h": pgettext_lazy("kin", "son-in-law"),
    "c w": pgettext_lazy("kin", "daughter-in-law"),
    "c h": pgettext_lazy("kin", "son-in-law"),
    "s u": pgettext_lazy("kin", "child's spouse"),
    "d u": pgettext_lazy("kin", "child's spouse"),
    "c u": pgettext_lazy("kin", "child's spouse"),
    "w f": pgettext_lazy("kin", "wife's father"),
    "w m": pgettext_lazy("kin", "wife's mother"),
    "w p": pgettext_lazy("kin", "wife's parent"),
    "h f": pgettext_lazy("kin", "husband's father"),
    "h m": pgettext_lazy("kin", "husband's mother"),
    "h p": pgettext_lazy("kin", "husband's parent"),
    "u f": pgettext_lazy("kin", "father-in-law"),
    "u m": pgettext_lazy("kin", "mother-in-law"),
    "u p": pgettext_lazy("kin", "parent-in-law"),
    "f b+": pgettext_lazy("kin", "father's elder brother"),
    "f b-": pgettext_lazy("kin", "father's younger brother"),
    "f b": pgettext_lazy("kin", "father's brother"),
    "f z": pgettext_lazy("kin", "father's sister"),
    "m b": pgettext_lazy("kin", "mother's brother"),
    "m z": pgettext_lazy("kin", "mother's sister"),
    "f b+ w": pgettext_lazy("kin", "wife of the father's elder brother"),
    "f b- w": pgettext_lazy("kin", "wife of the father's younger brother"),
    "f z h": pgettext_lazy("kin", "husband of the father's sister"),
    "m b w": pgettext_lazy("kin", "wife of the mother's brother"),
    "m z h": pgettext_lazy("kin", "husband of the mother's sister"),
    "b s": pgettext_lazy("kin", "brother's son"),
    "b d": pgettext_lazy("kin", "brother's daughter"),
    "z s": pgettext_lazy("kin", "sister's son"),
    "z d": pgettext_lazy("kin", "sister's daughter"),
    "b+ w": pgettext_lazy("kin", "elder brother's wife"),
    "b- w": pgettext_lazy("kin", "younger brother's wife"),
    "z+ h": pgettext_lazy("kin", "elder sister's husband"),
    "z- h": pgettext_lazy("kin", "younger sister's husband"),
    "w b+": pgettext_lazy("kin", "wife's elder brother"),
    "w b-": pgettext_lazy("kin", "wife's younger brother"),
    "w z+": pgettext_lazy("kin", "wife's elder sister"),
    "w z-": pgettext_lazy("kin", "wife's younger sister"),
    "h b+": pgettext_lazy("kin", "husband's elder brother"),
    "h b-": pgettext_lazy("kin", "husband's younger brother"),
    "h z+": pgettext_lazy("kin", "husband's elder sister"),
    "h z-": pgettext_lazy("kin", "husband's younger sister"),
    "f b s": pgettext_lazy("kin", "son of the father's brother"),
    "f b d": pgettext_lazy("kin", "daughter of the father's brother"),
    "f z s": pgettext_lazy("kin", "cousin (a man, through the father's sister)"),
    "f z d": pgettext_lazy("kin", "cousin (a woman, through the father's sister)"),
    "m b s": pgettext_lazy("kin", "cousin (a man, through the mother's brother)"),
    "m b d": pgettext_lazy("kin", "cousin (a woman, through the mother's brother)"),
    "m z s": pgettext_lazy("kin", "cousin (a man, through the mother's sister)"),
    "m z d": pgettext_lazy("kin", "cousin (a woman, through the mother's sister)"),
    "s w f": pgettext_lazy("kin", "father of the daughter-in-law"),
    "s w m": pgettext_lazy("kin", "mother of the daughter-in-law"),
    "d h f": pgettext_lazy("kin", "father of the son-in-law"),
    "d h m": pgettext_lazy("kin", "mother of the son-in-law"),
}
_LONGEST = max(len(ways.split()) for ways in _COMPOSED)
