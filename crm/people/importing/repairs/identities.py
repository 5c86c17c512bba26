"""Identities: legal ones, hints and hardships in one column (D14).

Source of the words: code tables ``qiao_identity`` and ``gatqw`` of the roster layouts compiled in
November 2026. A hardship is no identity; it belongs to a file of its own and is left out here.
"""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from common import variants
from crm.people.choices import IdentityCode
from crm.people.importing.repairs.base import (
    Found,
    Note,
    RepairClass,
    changed,
    error,
    warning,
    words,
)
from crm.people.importing.repairs.texts import folded, tidy
from crm.people.importing.repairs.ticks import NO, has_ticks, read_ticks

Identities = tuple[IdentityCode, ...]

# The word that a code has in law or on the survey form: nothing is to be said about it.
_PLAIN: Mapping[str, IdentityCode] = {
    "归侨": IdentityCode.RETURNED,
    "侨眷": IdentityCode.RELATIVE,
    "华侨": IdentityCode.OVERSEAS,
    "外籍华人": IdentityCode.FOREIGN,
    "侨属": IdentityCode.DISTANT_RELATIVE,
    "港澳居民": IdentityCode.HONG_KONG_MACAO,
    "港澳眷属": IdentityCode.HONG_KONG_MACAO_RELATIVE,
    "出国留学生": IdentityCode.STUDENT_ABROAD,
    "归国留学人员": IdentityCode.RETURNED_STUDENT,
    "留学人员家属": IdentityCode.STUDENT_RELATIVE,
    "其他非侨居民": IdentityCode.OTHER,
}
_OTHERS: Mapping[IdentityCode, str] = {
    IdentityCode.RETURNED: "老归侨 归难侨 难侨 归国华侨 归国难侨 13 老侨归侨",
    IdentityCode.RELATIVE: "侨眷属 归侨子女 华侨家属 归侨眷属 归侨家属 华侨眷属 归侨配偶"
    " 侨眷(归侨子女) 12 14",
    IdentityCode.OVERSEAS: "旅居海外 新侨(未入籍) 海外华侨 旅外华侨 旅居华侨 11",
    IdentityCode.FOREIGN: "华人 海外华人 已入籍 外籍 外籍华裔人 外籍华裔 41",
    IdentityCode.DISTANT_RELATIVE: "堂亲 表亲 旁系侨属",
    IdentityCode.HONG_KONG_MACAO: "香港同胞 澳门同胞 港澳同胞 香港居民 澳门居民 01 03",
    IdentityCode.HONG_KONG_MACAO_RELATIVE: "港澳台眷 港属 澳属 港澳属 港眷 澳眷 港澳台眷属"
    " 香港同胞亲属 澳门同胞亲属 香港眷属 澳门眷属 02 04",
    IdentityCode.STUDENT_ABROAD: "留学生 在读 出国留学 在外留学生 海外留学生 留学人员",
    IdentityCode.RETURNED_STUDENT: "归国留学生 海归 留学回国 留学归国人员 留学回国人员 21",
    IdentityCode.STUDENT_RELATIVE: "留学生家属 留学家属 留学生眷属 留学生亲属",
    IdentityCode.OTHER: "无 非侨 非港澳台侨 非侨居民 其他 00 0",
}
WORDS: Mapping[str, IdentityCode] = {**_PLAIN, **{
    word: code for code, listed in _OTHERS.items() for word in words(listed)
}}  # fmt: skip
_HARDSHIPS = words(
    "困难 低保 特困 困难户 低保户 特困户 困难归侨 贫困 贫困户 重点帮扶 孤寡 残疾 边缘户"
)
# 新侨 is a wave of emigration (after 1978), and may be a 华侨 or a foreign national by now.
_UNCLEAR = words("新侨 老侨 侨界人士 侨胞 港澳台侨 台属 台胞 台湾同胞 台湾同胞亲属 05 06 侨")
_SEPARATORS = re.compile(r"[、,，;；/／|\n+＋]| +|(?<=[侨眷属人])(?:和|及|兼|又是)(?=[归侨华外港])")
_BRACKETS = re.compile(r"^(.*?)[(（]([^()（）]*)[)）]$")
_COUNT = re.compile(r"^[0-9]{1,2}[.、．)）]\s*(?=[^0-9])")


def read_identities(raw: str) -> Found[Identities]:
    """Return the identities that a cell names.

    >>> [code.value for code in read_identities("归侨、侨眷").value]
    ['GQ', 'QJ']
    >>> [note.code for note in read_identities("老归侨/困难").notes]
    ['identity', 'hardship_left_out']
    >>> [code.value for code in read_identities("1.华侨(√) 2.外籍华人()").value]
    ['HQ']
    """
    if code := _PLAIN.get(raw):
        return Found((code,))
    tidied = tidy(raw)
    text, notes = tidied.value or "", list(tidied.notes)
    if code := _PLAIN.get(variants.folded(folded(text))):
        # 归 侨, 歸僑
        return Found((code,), (*notes, changed(RepairClass.IDENTITY, text, _name(code))))
    if has_ticks(text) and folded(text) not in WORDS:
        ticked = read_ticks(text)
        notes += ticked.notes
        parts: tuple[str, ...] = ticked.value or ()
    else:
        parts = tuple(filter(None, map(str.strip, _SEPARATORS.split(text))))
    codes = [code for part in parts for code in _read_one(part, notes)]
    return Found(tuple(dict.fromkeys(codes)) or None, tuple(notes))


def _read_one(text: str, notes: list[Note]) -> list[IdentityCode]:
    word = variants.folded(_COUNT.sub("", folded(text)))
    if code := WORDS.get(word):
        if text not in _PLAIN:
            notes.append(changed(RepairClass.IDENTITY, text, _name(code)))
        return [code]
    if word in _HARDSHIPS:
        message = _("“{text}” is a hardship and no identity; it was left out.").format(text=text)
        notes.append(warning(RepairClass.IDENTITY, message, "hardship_left_out"))
        return []
    if (found := _BRACKETS.match(word)) and (code := WORDS.get(found[1])) and (found[2] not in NO):
        # 侨眷(归侨子女): the bracket says why, not what.
        notes.append(changed(RepairClass.IDENTITY, text, _name(code)))
        return [code]
    message = _("“{text}” is no identity that we know. Write 归侨, 侨眷, 华侨 or the like.")
    message = message.format(text=text)
    if word in _UNCLEAR:
        message = _("“{text}” does not say which identity it is.").format(text=text)
    notes.append(error("identity_unknown", message))
    return []


def _name(code: IdentityCode) -> str:
    return next(word for word, known in _PLAIN.items() if known is code)
