"""Search keys and sort keys of people's names.

All keys of a person go into one ``tsvector`` column; the letter a token begins with tells kinds
apart:

======  ==========================================================  =====================
kind    what                                                        曾庆红
======  ==========================================================  =====================
``h``   one or two neighbouring characters, five hex digits each    ``h066fe``, ``h066fe05e86``
``c``   the syllable of one character                               ``czeng``
``y``   the syllables from one character on, joined by 0            ``yzeng0qing0hong``
``i``   the initials from one character on                          ``izqh``
``s``   initial and syllable the name begins with                   ``sz``, ``szeng``
``l``   a word in Latin letters                                     ``lmaria``
``u``   a word in another script, five hex digits a letter
======  ==========================================================  =====================

Characters are folded to their simplified form in tokens and in queries alike, so 曾慶紅 and 曾庆红
find each other. Tokens hold ASCII letters and digits only, so no parser, locale or collation of
the database takes part. Store them with ``array_to_tsvector``, look for them with
``to_tsquery('simple', …)``. Whoever changes what tokens there are lets the rows on record follow:
``./run reindex_people``.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator

from .spelling import (
    HAN,
    TWO_LETTER_INITIALS,
    Segment,
    are_initials,
    character_syllables,
    cut_into_syllables,
    cut_with_initials,
    han_of,
    name_readings,
    plain_letters,
)
from .variants import folded

_LONGEST_NAME = 100
_LONGEST_QUERY = 64
_LONGEST_WORD = 40
_MOST_WORDS = 8
_MOST_SPELLINGS = 8  # of one name, when several characters have several readings
_SUFFIX = 6  # characters that `y` and `i` tokens reach; what comes after narrows no search
# Syllables in dictionaries but not in names: who types one is on the way to a longer one.
_UNLIKELY = frozenset({"chua", "den", "dia", "len", "lia", "lo", "me", "nen", "shei", "zen"})

_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_DOT_INSIDE_NAME = re.compile(rf"(?<=[{HAN}])\s*[·•‧・･⋅.]\s*(?=[{HAN}])")
_QUERY_WORD = re.compile(rf"(?:[{HAN}]|[^\W_]|[̀-ͯ'’‘ʼ`´])+")
_UNIT = re.compile(rf"[{HAN}]+|[^{HAN}]+")
_QUERY_PART = re.compile(r"[()&|]|[a-z0-9]+(?::\*)?")
_TAIL = re.compile(r"[0-9]{4}|[0-9]{3}x")
_OTHER_WORD = re.compile(rf"[^\W_{HAN}]+")
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)


def search_tokens(
    name: str, other_names: Iterable[str] = (), *, surname_reading: str = ""
) -> list[str]:
    """Return the tokens a person can be found by, sorted, none longer than 256 bytes.

    Args:
        name: the full name.
        other_names: former, foreign and romanised names.
        surname_reading: how the bearer reads the surname, if not as usual; other names with the
            same surname are read so too.
    """
    tokens = set(_name_tokens(name, surname_reading))
    for other in other_names:
        is_same_family = folded(other[:1]) == folded(name[:1])
        tokens.update(_name_tokens(other, surname_reading if is_same_family else ""))
    return sorted(tokens)


def sort_key(name: str, *, surname_reading: str = "") -> str:
    """Return a text that sorts people by pinyin, tone and character; for a "C" collation.

    Foreign names sort among them by their letters.

    >>> sorted(["赵一", "曾二", "Zoe", "李三", "黎四"], key=sort_key)
    ['黎四', '李三', '曾二', '赵一', 'Zoe']
    """
    name = unicodedata.normalize("NFKC", name)[:_LONGEST_NAME]
    han = han_of(name)
    if not han:
        return " ".join(_words(name)) or name.casefold()
    readings = name_readings(han, surname_reading)
    # Where no reading is known the character itself stands, after all letters.
    return " ".join(
        f"{known[0]}{character}" if known else character
        for character, known in zip(han, readings, strict=True)
    )


def search_query(text: str, find_tails: Callable[[str], Iterable[str]] | None = None) -> str | None:
    """Return what was typed as a ``to_tsquery('simple', …)`` expression.

    Understands characters, pinyin, initials, mixtures (``曾q``), words of foreign names and, by
    ``find_tails``, the last four digits of a number. Words in any order must all match. No
    input raises, and nothing of the input but ASCII letters and digits reaches the result.

    Args:
        text: what was typed.
        find_tails: gives the search tokens for four digits (or three and an ``x``).

    Returns:
        None if a word cannot be searched for, or there is no word.

    >>> search_query("曾"), search_query("han"), search_query("z")
    ('h066fe', '(chan | yha0n:* | ihan:* | lhan:*)', 'sz')
    >>> search_query("zq"), search_query("123"), search_query("&|!")
    ('(izq:* | lzq:*)', None, None)
    """
    text = unicodedata.normalize("NFKC", text[:_LONGEST_QUERY])[:_LONGEST_QUERY].casefold()
    words = _QUERY_WORD.findall(_DOT_INSIDE_NAME.sub("", text))
    words = [word for word in words if han_of(word) or _OTHER_WORD.search(word)]
    conditions: list[str] = []
    for word in _join_single_letters(words)[:_MOST_WORDS]:
        condition = _word_condition(word[:_LONGEST_WORD], find_tails)
        if condition is None:
            return None
        conditions.append(condition)
    return " & ".join(conditions) or None


def answers(tokens: Collection[str], query: str) -> bool:
    """Say whether somebody with these tokens is found by ``query``, as the database would.

    Args:
        tokens: what `search_tokens` returns.
        query: what `search_query` returns.

    >>> query = search_query("曾q") or ""
    >>> answers(search_tokens("曾庆红"), query), answers(search_tokens("曾志伟"), query)
    (True, False)
    """
    parts = _QUERY_PART.findall(query)[::-1]

    def either() -> bool:
        found = both()
        while parts and parts[-1] == "|":
            parts.pop()
            found = both() or found
        return found

    def both() -> bool:
        found = one()
        while parts and parts[-1] == "&":
            parts.pop()
            found = one() and found
        return found

    def one() -> bool:
        part = parts.pop()
        if part == "(":
            found = either()
            parts.pop()
            return found
        beginning = part.removesuffix(":*")
        if beginning == part:
            return part in tokens
        return any(token.startswith(beginning) for token in tokens)

    return either()


def _name_tokens(name: str, surname_reading: str) -> Iterator[str]:
    name = unicodedata.normalize("NFKC", name)[:_LONGEST_NAME]
    han = han_of(name)
    plain = folded(han)
    for start in range(len(plain)):
        yield f"h{_hex(plain[start])}"
        if start + 1 < len(plain):
            yield f"h{_hex(plain[start : start + 2])}"
    yield from _reading_tokens(han, surname_reading)
    if han != name:
        yield from _word_tokens(name)


def _reading_tokens(han: str, surname_reading: str) -> Iterator[str]:
    readings = [[r[:-1] for r in known] for known in name_readings(han, surname_reading)]
    for syllable in readings[0] if readings else ():
        yield f"s{syllable}"
        yield f"s{syllable[0]}"
    for syllable in itertools.chain.from_iterable(readings):
        yield f"c{syllable}"
    for start in range(len(readings)):
        # A character of unknown reading ends what can be spelt.
        known = list(itertools.takewhile(bool, readings[start : start + _SUFFIX]))
        if len(known) > 1:
            for spelling in itertools.islice(itertools.product(*known), _MOST_SPELLINGS):
                yield f"y{'0'.join(spelling)}"
                yield f"i{''.join(syllable[0] for syllable in spelling)}"


def _word_tokens(name: str) -> Iterator[str]:
    words = _words(name)
    for start, word in enumerate(words):
        yield _word_token(word)
        if word.isascii():
            yield f"s{word[0]}"
            initials = "".join(w[0] for w in words[start : start + _SUFFIX] if w.isascii())
            if len(initials) > 1:
                yield f"i{initials}"


def _words(text: str) -> list[str]:
    """Return the words that are not Chinese: lower case, without accents and apostrophes."""
    text = _APOSTROPHES.sub("", text.casefold()).translate(_UNDECOMPOSED)
    text = unicodedata.normalize("NFD", text)
    text = "".join(c for c in text if not unicodedata.category(c).startswith("M"))
    return [word[:_LONGEST_WORD] for word in _OTHER_WORD.findall(text)]


def _word_token(word: str) -> str:
    return f"l{word}" if word.isascii() else f"u{_hex(word)}"


def _hex(characters: str) -> str:
    return "".join(f"{ord(character):05x}" for character in characters)


def _join_single_letters(words: list[str]) -> list[str]:
    """Make one word of letters typed apart: ``z h q`` are initials, and none of them is ``zh``."""
    joined: list[str] = []
    for is_letter, group in itertools.groupby(words, lambda w: bool(re.fullmatch("[a-z]", w))):
        members = list(group)
        joined += ["'".join(members)] if is_letter else members
    return joined


def _word_condition(word: str, find_tails: Callable[[str], Iterable[str]] | None) -> str | None:
    """Return the expression one word must meet, or None if it cannot be searched for."""
    if _TAIL.fullmatch(word):
        return _any_of(find_tails(word)) if find_tails else None
    if not (units := _UNIT.findall(word)):
        return None
    conditions = [_grams(unit) for unit in units if han_of(unit)]
    if len(conditions) < len(units):
        letters = _any_of(_letter_conditions(units))
        if letters is None:
            return None
        conditions.append(letters)
    return " & ".join(conditions)


def _grams(han: str) -> str:
    han = folded(han)
    if len(han) == 1:
        return f"h{_hex(han)}"
    return " & ".join(f"h{_hex(han[start : start + 2])}" for start in range(len(han) - 1))


def _letter_conditions(units: list[str]) -> Iterator[str]:
    """Yield an expression for each thing that a word with letters in it may mean."""
    text = units[0]
    if len(units) == 1 and re.fullmatch("[a-z]", text):
        yield f"s{text}"  # the surname's initial: what a name holds anywhere selects nobody
        return
    slots: list[list[list[Segment]]] = []
    for unit in units:
        if han_of(unit):
            slots += [[[Segment(s, True)] for s in character_syllables(c)] for c in unit]
        else:
            slots += [_cuts(plain_letters(part)) for part in _APOSTROPHES.split(unit) if part]
    spellings: Iterable[tuple[list[Segment], ...]] = itertools.product(*slots) if slots else ()
    if text in TWO_LETTER_INITIALS:
        spellings = ()  # they begin a sixth of all surnames: as initials they select somebody
    for parts in itertools.islice(spellings, _MOST_SPELLINGS):
        yield _spelling_condition([segment for part in parts for segment in part])
    letters = plain_letters(text)
    if len(units) == 1 and 2 <= len(letters) <= _SUFFIX and are_initials(letters):
        yield f"i{letters}:*"
    words = [word for unit in units for word in _words(unit)]
    if words and not all(word.isdecimal() for word in words):
        yield " & ".join(f"{_word_token(word)}:*" for word in words)


def _cuts(letters: str) -> list[list[Segment]]:
    if cuts := cut_into_syllables(letters):
        return cuts
    mixed = cut_with_initials(letters)
    return [mixed] if mixed else []


def _spelling_condition(segments: list[Segment]) -> str:
    first = segments[0]
    if len(segments) == 1:
        if first.is_whole and first.text not in _UNLIKELY:
            return f"c{first.text}"
        # What two letters begin, anywhere in a name, selects nobody: look at surnames only.
        return f"{'s' if len(first.text) <= 2 else 'c'}{first.text}:*"
    segments = segments[:_SUFFIX]
    if all(segment.is_whole for segment in segments[:-1]):
        return f"y{'0'.join(segment.text for segment in segments)}:*"
    conditions = [f"i{''.join(segment.text[0] for segment in segments)}:*"]
    conditions += [f"c{segment.text}" for segment in segments if segment.is_whole]
    return " & ".join(conditions)


def _any_of(alternatives: Iterable[str]) -> str | None:
    distinct = list(dict.fromkeys(alternatives))
    if len(distinct) < 2:
        return f"({distinct[0]})" if distinct and " " in distinct[0] else "".join(distinct) or None
    return "(" + " | ".join(f"({a})" if " " in a else a for a in distinct) + ")"
