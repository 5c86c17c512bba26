"""Traditional, simplified and regional forms of a Chinese character as one.

Names stay as they are written; only keys are folded. The table is OpenCC's, character by
character: its phrases are for texts, and a name is none. Where one simplified character stands
for several (干 for 干, 乾 and 幹), all of them fold to it, so that each form finds every other.
"""

from opencc import OpenCC

_RANGES = ((0x3400, 0x9FFF), (0x20000, 0x323AF))
# Hong Kong's forms on top of the common ones: 衞 beside 衛.
_CONVERSION = "hk2s"


def _make_table() -> dict[int, str]:
    characters = [chr(code) for first, last in _RANGES for code in range(first, last + 1)]
    converter = OpenCC(_CONVERSION)
    # A line each, or neighbours would be taken for a phrase; twice, since 薴 gives 苧 gives 苎.
    once = converter.convert("\n".join(characters))
    twice = converter.convert(once).split("\n")
    return {
        ord(character): form
        for character, form in zip(characters, twice, strict=True)
        if form != character
    }


# 0.1 s when a process starts, a third of a microsecond for each name after that.
_TABLE = _make_table()


def folded(text: str) -> str:
    """Return ``text`` with every character in its simplified form; its length stays.

    >>> folded("曾慶紅"), folded("乾後髮發"), folded("衞薴𬭎喆")
    ('曾庆红', '干后发发', '卫苎𬭎喆')
    """
    return text.translate(_TABLE)
