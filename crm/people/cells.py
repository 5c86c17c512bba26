"""Text in cells of spreadsheets that is never taken for a formula, and back again.

Spreadsheet programs run what begins with ``= + - @`` or with a tab or line break before them; with
an East Asian keyboard the full-width forms too (security B7, attack 20; OWASP, CSV injection).
"""

import re
from collections.abc import Sequence

COMMA = "、"
DANGEROUS = "=+-@\t\r\n＝＋－＠"
_BEGINS = re.compile(rf"'*[{re.escape(DANGEROUS)}]")


def guard(text: str) -> str:
    r"""Return ``text`` so that no program runs it: a quote goes before a dangerous beginning.

    >>> guard("=1+1"), guard("'=1+1"), guard("曾庆红"), guard("D'Souza")
    ("'=1+1", "''=1+1", '曾庆红', "D'Souza")
    """
    return f"'{text}" if _BEGINS.match(text) else text


def unguard(text: str) -> str:
    """Return what was guarded; every other text as it is.

    >>> unguard("'=1+1"), unguard("''=1+1"), unguard("'twas"), unguard("")
    ('=1+1', "'=1+1", "'twas", '')
    """
    return text[1:] if text.startswith("'") and _BEGINS.match(text) else text


def join(parts: Sequence[str]) -> str:
    r"""Return several texts of one line as one cell, from which `split` takes them apart again.

    They stand on lines of their own where one of them holds the comma.

    >>> join(["归侨", "侨眷"]), join(["陈、林", "王"]), join(["陈、林"])
    ('归侨、侨眷', '陈、林\n王\n', '陈、林\n')
    """
    if any(COMMA in part for part in parts):
        return "".join(f"{part}\n" for part in parts)
    return COMMA.join(parts)


def split(text: str) -> list[str]:
    r"""Return what was joined.

    >>> split("归侨、侨眷"), split("陈、林\n王\n"), split("")
    (['归侨', '侨眷'], ['陈、林', '王'], [])
    """
    parts = text.split("\n" if "\n" in text else COMMA)
    return [part for part in parts if part]
