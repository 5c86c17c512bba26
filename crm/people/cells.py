"""Text in cells of spreadsheets that is never taken for a formula, and back again.

Spreadsheet programs run what begins with ``= + - @`` or with a tab or line break before them; with
an East Asian keyboard the full-width forms too (security B7, attack 20; OWASP, CSV injection).
"""

import re

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
