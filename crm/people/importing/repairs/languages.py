"""Languages under the names that people give them; dialects of Chinese apart."""

import re

from django.utils.translation import gettext as _

from crm.people.exporting.words import LANGUAGE_WORDS
from crm.people.importing.repairs.base import Found, RepairClass, warning
from crm.people.importing.repairs.texts import emptied, is_empty_word, tidy

_SEPARATORS = re.compile(r"[、，,;；/／\s]+")
_LANGUAGES = {
    "国语": "cmn", "汉语": "cmn", "中文": "cmn", "闽南语": "nan", "闽南话": "nan", "潮汕话": "nan",
    "广东话": "yue", "白话": "yue", "福州话": "cdo", "闽东话": "cdo", "吴语": "wuu",
    "上海话": "wuu", "客家": "hak", "客语": "hak", "英文": "eng", "印度尼西亚语": "ind",
    "印尼文": "ind", "日文": "jpn", "法文": "fra", "德文": "deu",
    "他加禄语": "tgl", "菲律宾语": "tgl",
}  # fmt: skip


def read_languages(text: str) -> Found[tuple[str, ...]]:
    """Return the codes of the languages that a cell names; others go to the note.

    >>> read_languages("国语、闽南话").value
    ('cmn', 'nan')
    """
    if is_empty_word(text):
        return Found(None, (emptied(text),))
    tidied = tidy(text)
    codes = {word: code for code, word in LANGUAGE_WORDS.items()} | _LANGUAGES
    parts = [part for part in _SEPARATORS.split(tidied.value or "") if part]
    known = tuple(dict.fromkeys(codes[part] for part in parts if part in codes))
    unknown = "、".join(part for part in parts if part not in codes)
    notes = tidied.notes
    if unknown:
        message = _("“{text}” fits no field; it is kept in the note.").format(text=unknown)
        notes = (*notes, warning(RepairClass.TO_NOTE, message, "language_unknown"))
    return Found(known or None, notes, unknown)
