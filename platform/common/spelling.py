"""How a Chinese name is spelt: readings of its characters, and typed letters cut into syllables."""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pypinyin import Style, pinyin

from .surnames import COMPOUND, GIVEN, SINGLE, SYLLABLES, compound_surname
from .variants import folded

# Chinese characters, with the extensions on the supplementary planes, the compatibility forms
# and the private use area, where older systems kept rare characters.
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ue000-\uf8ff\U00020000-\U0003fffd"
_HAN_CHARACTER = re.compile(f"[{HAN}]")

_MOST_READINGS = 4  # of one character
_MARRIED_NAME = 4  # characters: the husband's surname may stand before a woman's own, 陈单玉芳
_MOST_CUTS = 8  # of one word into syllables
_LONGEST_SYLLABLE = 6
_PREFIXES = frozenset(s[:length] for s in SYLLABLES for length in range(1, len(s)))
_INITIALS = frozenset(s[0] for s in SYLLABLES)
TWO_LETTER_INITIALS = frozenset({"zh", "ch", "sh"})
# Passports write LYU for lü; others write lue and nue for lüe and nüe.
_ALIASES = {"lyu": "lv", "nyu": "nv", "lue": "lve", "nue": "nve", "lyue": "lve", "nyue": "nve"}


class Segment(NamedTuple):
    """A piece of typed pinyin: a whole syllable, or the beginning of one."""

    text: str
    is_whole: bool


def han_of(text: str) -> str:
    """Return the Chinese characters of ``text`` and nothing else.

    >>> han_of("阿卜杜拉·买买提 (Abdulla)")
    '阿卜杜拉买买提'
    """
    return "".join(_HAN_CHARACTER.findall(text))


@lru_cache(maxsize=20_000)
def dictionary_readings(character: str) -> tuple[str, ...]:
    """Return the readings of a character with tone numbers, the usual one first.

    >>> dictionary_readings("吕"), dictionary_readings("A")
    (('lv3',), ())
    """
    found = pinyin(
        character, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True, errors="ignore"
    )
    return tuple(reading for reading in (found[0] if found else ()) if reading[:-1] in SYLLABLES)


@lru_cache(maxsize=4_096)
def name_readings(han: str, surname_reading: str = "") -> list[list[str]]:
    """Return for each character of a name its readings, the likeliest first, with tone numbers.

    Characters no dictionary knows get an empty list.

    Args:
        han: a name, Chinese characters only.
        surname_reading: how the bearer reads the surname, in pinyin with or without tones;
            one that does not fit is ignored.

    >>> name_readings("曾乐")
    [['zeng1', 'ceng2'], ['le4', 'yue4']]
    >>> name_readings("陈单玉芳")[1]
    ['dan1', 'shan4']
    """
    compound = compound_surname(han) or compound_surname(folded(han))
    readings: list[list[str]] = []
    for position, character in enumerate(han):
        known = dictionary_readings(character)
        if position < len(compound):
            first = [COMPOUND[compound][position], *known[:1]]
        elif position == 0:
            first = [*(_listed(SINGLE, character) or _listed(GIVEN, character)), *known]
        else:
            first = [*(_listed(GIVEN, character) or known[:1])]
            if position == 1 and len(han) == _MARRIED_NAME:
                first += _listed(SINGLE, character)
        readings.append(_distinct(first))
    own = cut_into_syllables(plain_letters(surname_reading)) if surname_reading else []
    length = len(compound) or 1
    for cut in own:
        if han and len(cut) == length and all(segment.is_whole for segment in cut):
            for position, segment in enumerate(cut):
                toned = [r for r in readings[position] if r[:-1] == segment.text]
                readings[position] = _distinct(
                    [*(toned or [f"{segment.text}5"]), *readings[position]]
                )
            break
    return readings


def character_syllables(character: str) -> list[str]:
    """Return every syllable, without tone, that a character of a name may be read as."""
    known = dictionary_readings(character)
    all_readings = [*_listed(SINGLE, character), *_listed(GIVEN, character), *known]
    return [reading[:-1] for reading in _distinct(all_readings)]


def plain_letters(text: str) -> str:
    """Return what was typed as pinyin: lower case, no tones, ``v`` for ü; '' if it is none.

    >>> plain_letters("Lǚ"), plain_letters("zēng"), plain_letters("zeng1"), plain_letters("曾")
    ('lv', 'zeng', 'zeng', '')
    """
    text = unicodedata.normalize("NFD", text.casefold()).replace("u\u0308", "v")
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in " 12345")
    return text if text.isascii() and text.isalpha() else ""


def cut_into_syllables(letters: str) -> list[list[Segment]]:
    """Return the ways to read ``letters`` as whole syllables, of which the last may be begun.

    >>> [[segment.text for segment in cut] for cut in cut_into_syllables("lian")]
    [['lian'], ['lia', 'n'], ['li', 'an'], ['li', 'a', 'n']]
    >>> cut_into_syllables("zengq")
    [[Segment(text='zeng', is_whole=True), Segment(text='q', is_whole=False)]]
    """
    size = len(letters)
    # From which positions the end can be reached; without it, dead ends cost exponential time.
    reaches = [False] * size + [True]
    for start in range(size - 1, -1, -1):
        reaches[start] = letters[start:] in _PREFIXES or any(
            reaches[start + length] for length in _syllable_lengths(letters, start)
        )

    def cuts(start: int) -> Iterable[list[Segment]]:
        if start == size:
            yield []
            return
        for length in _syllable_lengths(letters, start):
            if reaches[start + length]:
                text = letters[start : start + length]
                for rest in cuts(start + length):
                    yield [Segment(_ALIASES.get(text, text), True), *rest]
        if letters[start:] in _PREFIXES and letters[start:] not in SYLLABLES:
            yield [Segment(letters[start:], False)]

    return list(itertools.islice(cuts(0), _MOST_CUTS)) if size else []


def cut_with_initials(letters: str) -> list[Segment]:
    """Return the shortest reading of ``letters`` as syllables and initials, or [].

    >>> [segment.text for segment in cut_with_initials("zengqh")]
    ['zeng', 'q', 'h']
    """
    best: list[list[Segment] | None] = [[]]
    for end in range(1, len(letters) + 1):
        shortest: list[Segment] | None = None
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before, text = best[start], letters[start:end]
            is_whole = text in SYLLABLES or text in _ALIASES
            if before is None or not (is_whole or text in _INITIALS | TWO_LETTER_INITIALS):
                continue
            if shortest is None or len(before) < len(shortest) - 1:
                shortest = [*before, Segment(_ALIASES.get(text, text), is_whole)]
        best.append(shortest)
    return best[-1] or []


def are_initials(letters: str) -> bool:
    """Say whether each letter begins some syllable.

    >>> are_initials("zq"), are_initials("li")
    (True, False)
    """
    return all(letter in _INITIALS for letter in letters)


def _syllable_lengths(letters: str, start: int) -> list[int]:
    """Return the lengths of the syllables that begin at ``start``, the longest first."""
    longest = min(_LONGEST_SYLLABLE, len(letters) - start)
    return [
        length
        for length in range(longest, 0, -1)
        if letters[start : start + length] in SYLLABLES
        or letters[start : start + length] in _ALIASES
    ]


def _listed(table: dict[str, list[str]], character: str) -> list[str]:
    """Return what ``table`` says of a character, or else of its simplified form."""
    return table.get(character) or table.get(folded(character), [])


def _distinct(readings: Iterable[str]) -> list[str]:
    """Drop readings that repeat an earlier one but for the tone, and all past the fourth."""
    by_syllable: dict[str, str] = {}
    for reading in readings:
        by_syllable.setdefault(reading[:-1], reading)
    return list(by_syllable.values())[:_MOST_READINGS]
