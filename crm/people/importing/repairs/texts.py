r"""What any cell may have: wide characters, spaces, quotation marks, words for "nothing"."""

import re
import unicodedata

from django.utils.translation import gettext as _

from crm.people.importing.repairs.base import Found, Note, RepairClass, changed, warning, words

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()}
# Zero-width and direction marks, byte order mark, soft hyphen: nobody sees them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
_SPACE = r"\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SPACES = re.compile(rf"[ {_SPACE}]{{2,}}|[{_SPACE}]")
_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_PLAIN = re.compile(
    r"[^\s\x00-\x1f\x7f-\xa0\u00ad\ud800-\udfff\u2000-\u206f\u3000\ufeff\uff00-\uff5e'‘’=]+"
)
EMPTY_WORDS = words(
    "无 無 没有 暂无 不详 不祥 未知 不清楚 不清 未填 空白 空 - -- --- — —— ———— － / // \\ ／ ×"
    " * . 。 N/A NA n/a na none None NULL null ？ ?"
)
# 同上, and the sign for it. What it stands for is the reader's business.
DITTO_WORDS = frozenset(["同上", "同前", "〃", "″", "々", '"', "''", "”", "“"])
_NO_TEXTS = EMPTY_WORDS | DITTO_WORDS


def narrow(text: str) -> str:
    """Return the text with narrow letters and digits; Chinese punctuation stays.

    >>> narrow("１３８０（０５９２）ＡＢ")
    '1380（0592）AB'
    """
    return text.translate(_WIDE)


def folded(text: str) -> str:
    """Return the form in which code words are compared: narrow, without any space.

    >>> folded("归 侨（老）")
    '归侨(老)'
    """
    return "".join(unicodedata.normalize("NFKC", text).split())


def tidy(text: str, *, keep_lines: bool = False) -> Found[str]:
    r"""Return the text without what nobody sees and nobody meant.

    >>> tidy(" 厦门市　思明区１２号\u200b").value
    '厦门市 思明区12号'
    >>> [note.code for note in tidy("Ａ ").notes]
    ['width', 'spaces']
    """
    if _PLAIN.fullmatch(text):
        return Found(text)
    notes: list[Note] = []
    if found := _EXCEL_TEXT.fullmatch(text.strip()):
        notes.append(changed(RepairClass.MARKS, text, found[1]))
        text = found[1]
    elif text.startswith(("'", "‘", "’")) and len(text) > 1:
        notes.append(changed(RepairClass.MARKS, text, text[1:]))
        text = text[1:]
    slim = narrow(text)
    if slim != text:
        notes.append(changed(RepairClass.WIDTH, text, slim))
    lines = re.split(r"\r\n|\r|\n", slim)
    neat = [_SPACES.sub(" ", _INVISIBLE.sub("", line)).strip() for line in lines]
    tidied = ("\n" if keep_lines else " ").join(filter(None, neat))
    if tidied != slim:
        notes.append(
            warning(RepairClass.SPACES, _("Spaces were removed: “{text}”.").format(text=tidied))
        )
    return Found(tidied, tuple(notes))


def plain_text(text: str) -> str | None:
    """Return a text to which nothing is to be done, None for any other."""
    if _PLAIN.fullmatch(text) and text[0] != "#" and text not in _NO_TEXTS:
        return text
    return None


def is_empty_word(text: str) -> bool:
    """Say whether the text is a word for nothing.

    >>> is_empty_word(" — "), is_empty_word("无锡")
    (True, False)
    """
    return text.strip() in EMPTY_WORDS


def emptied(text: str) -> Note:
    """Return the warning that a word was read as an empty cell."""
    return warning(RepairClass.EMPTY_WORD, _("“{text}” was read as empty.").format(text=text))
