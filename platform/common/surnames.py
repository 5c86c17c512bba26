"""Readings of Chinese names that a dictionary gets wrong.

The table is our own compilation of surname readings in present-day Mandarin; readings are pinyin
with tone numbers, the usual one first, ``v`` for ü.
"""

import json
from pathlib import Path
from typing import Any

_data: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "surnames.json").read_text(encoding="utf-8")
)

# One character: its readings as a surname.
SINGLE: dict[str, list[str]] = {
    character: readings.split() for character, readings in _data["single"].items()
}
# Two or more characters: one reading, a syllable per character.
COMPOUND: dict[str, list[str]] = {
    surname: reading.split() for surname, reading in _data["compound"].items()
}
# Characters of given names that are read in more than one way.
GIVEN: dict[str, list[str]] = {
    character: readings.split() for character, readings in _data["given"].items()
}
# Every syllable of Mandarin in pinyin without tone.
SYLLABLES: frozenset[str] = frozenset(_data["syllables"].split())

_LONGEST = max(map(len, COMPOUND))


def compound_surname(name: str) -> str:
    """Return the surname of several characters that ``name`` begins with, or ''.

    Something must follow it: the two characters 欧阳 alone are 欧 and a given name.

    >>> compound_surname("欧阳震华"), compound_surname("欧阳"), compound_surname("王小明")
    ('欧阳', '', '')
    """
    for length in range(min(_LONGEST, len(name) - 1), 1, -1):
        if name[:length] in COMPOUND:
            return name[:length]
    return ""
