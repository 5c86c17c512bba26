"""Chinese numerals in dates and counts, written as digits."""

import re

_DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": "0", "○": "0", "Ｏ": "0", "元": "元", "两": "2",
    "壹": "1", "贰": "2", "叁": "3", "肆": "4", "伍": "5", "陆": "6", "柒": "7", "捌": "8",
    "玖": "9",
}  # fmt: skip
_NUMERAL = re.compile("[〇零○一二两三四五六七八九十廿卅壹贰叁肆伍陆柒捌玖拾]+")


def western(text: str) -> str:
    """Return the text with digits in the place of Chinese numerals.

    >>> western("一九五八年三月"), western("民国四十五年"), western("五八年十二月二十日")
    ('1958年3月', '民国45年', '58年12月20日')
    >>> western("廿三"), western("二○○一"), western("十")
    ('23', '2001', '10')
    """
    return _NUMERAL.sub(lambda found: _digits(found[0]), text)


def _digits(numeral: str) -> str:
    numeral = numeral.replace("廿", "二十").replace("卅", "三十").replace("拾", "十")
    if "十" not in numeral:
        return "".join(_DIGITS[character] for character in numeral)
    tens, _ten, ones = numeral.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        # 一九五十 is nothing that anybody writes; leave it to be refused.
        return numeral
    return (_DIGITS[tens] if tens else "1") + (_DIGITS[ones] if ones else "0")
