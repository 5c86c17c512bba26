"""Rows in which nobody stands: totals, signatures, notes, headings on every page (D15)."""

import re
from collections.abc import Callable, Mapping, Sequence, Set

from crm.people.importing.books import Cell, cell_text
from crm.people.importing.fields import IGNORED
from crm.people.importing.headings import looks_like_headings
from crm.people.importing.layouts import normalise
from crm.people.importing.repairs.base import words
from crm.people.importing.repairs.names import is_han_name
from crm.people.importing.repairs.texts import is_empty_word
from crm.people.importing.shapes import Skip

_TOTAL = re.compile(
    r"(?:本页|本村|本社区|全?部?)?(?:合计|小计|总计|共计|总人数|总户数|累计)(?:人数|户数)?[:：]?.*"
)
_NOTE = re.compile(
    r"(?:备注|说明|填表说明|填报说明|注|附注|附|注意)[:：].*"
    r"|.*(?:填表人|审核人|制表人|制表|填报人|负责人|经办人|填报单位|填报日期|填表日期|制表日期|盖章|签字|签名)[:：].*"
    r"|(?:填报单位|单位[(（]?盖章|社区[(（]?盖章|以下空白|以下无正文|第?\s*[0-9]+\s*页|续表).*"
    r"|共\s*[0-9]+\s*[人户页].*",
    re.DOTALL,
)


_EXAMPLE = re.compile(
    r"[(（【\[]?(?:例|示例|样例|范例|例子|举例|填写示例|填表示例)[)）】\]]?[:：]?"
    r"|.+[(（](?:示例|样例|范例|例)[)）]"
)


def is_example(texts: Sequence[str]) -> bool:
    """Say whether a row shows how to fill the others in.

    >>> is_example(["例", "张三"]), is_example(["1", "张三（示例）"]), is_example(["1", "李例"])
    (True, True, False)
    """
    return any(_EXAMPLE.fullmatch(text.strip()) for text in texts[:3])


def skipper(
    headings: Sequence[str], mapping: Mapping[str, str], *, only_blank: bool = False
) -> Callable[[Sequence[Cell]], str]:
    """Return what says why nobody stands in a row: a `Skip`, or "" if somebody does.

    With ``only_blank``, somebody stands in every row that is not empty.

    >>> why_skipped = skipper(["序号", "姓名", "人数"], {"姓名": "full_name"})
    >>> why_skipped(["合计", "", 12]), why_skipped([1, "张三", ""])
    (<Skip.TOTAL: 'total'>, '')
    """
    place = next((i for i, text in enumerate(headings) if mapping.get(text) == "full_name"), -1)
    counting = frozenset(i for i, text in enumerate(headings) if mapping.get(text, "") in _COUNTING)

    def why_skipped(row: Sequence[Cell]) -> str:
        name = row[place] if 0 <= place < len(row) else ""
        if type(name) is str and is_han_name(name) and name not in _NO_NAMES:
            return ""
        texts = [cell_text(cell).strip() for cell in row]
        return _why(texts, cell_text(name).strip(), headings, counting)

    def is_blank(row: Sequence[Cell]) -> str:
        return "" if any(cell_text(cell).strip() for cell in row) else Skip.BLANK

    return is_blank if only_blank else why_skipped


_NO_NAMES = words(
    "合计 小计 总计 共计 累计 合计人数 姓名 户主姓名 侨眷姓名 归侨姓名 职工姓名 中文姓名 律师姓名"
    " 备注 说明 填表人 审核人 负责人 制表 以下空白"
)


# Columns that are numbered before anybody is written down.
_COUNTING = frozenset({IGNORED, "household_number"})


def _why(texts: Sequence[str], name: str, headings: Sequence[str], counting: Set[int]) -> str:
    filled = [text for text in texts if text]
    if not filled:
        return Skip.BLANK
    first = "".join(filled[0].split())
    if any(_TOTAL.fullmatch("".join(text.split())) for text in filled[:3]):
        return Skip.TOTAL
    if _NOTE.fullmatch(filled[0]) or _NOTE.fullmatch(first) or _NOTE.fullmatch(name):
        return Skip.NOTE
    if len(filled) > 1 and _repeats(texts, headings):
        return Skip.HEADING
    if name in _NO_NAMES and looks_like_headings(texts):
        return Skip.OTHER_HEADINGS
    if not name and all(
        not text or is_empty_word(text) or (text.isdigit() and place in counting)
        for place, text in enumerate(texts)
    ):
        return Skip.BLANK  # a line that was numbered in advance; a phone alone is no number
    return ""


def _repeats(texts: Sequence[str], headings: Sequence[str]) -> bool:
    """Say whether most filled cells say what stands above their column."""
    pairs = [
        (normalise(text), normalise(heading))
        for text, heading in zip(texts, headings, strict=False)
        if text.strip()
    ]
    same = sum(bool(text) and text in heading for text, heading in pairs)
    return same >= 2 and same >= 0.6 * len(pairs)
