"""Native places: GB/T 2260 codes with the level that the text reaches (D08)."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from crm.people.importing.repairs.base import Found, RepairClass, warning
from crm.people.importing.repairs.texts import emptied, folded, is_empty_word, tidy

FindRegion = Callable[[str], str | None]
_PLAIN_CODE = re.compile(r"[1-8][0-9]{5}")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_JOINTS = re.compile(r"[\s/／\\>→,，、\-—]+")
# Provinces by the one character that stands for them before another name: 闽南安 is 南安 in 福建.
_SHORT = {
    "京": "北京", "津": "天津", "冀": "河北", "晋": "山西", "辽": "辽宁", "吉": "吉林",
    "黑": "黑龙江", "沪": "上海", "苏": "江苏", "浙": "浙江", "皖": "安徽", "闽": "福建",
    "赣": "江西", "鲁": "山东", "豫": "河南", "鄂": "湖北", "湘": "湖南", "粤": "广东",
    "桂": "广西", "琼": "海南", "渝": "重庆", "川": "四川", "蜀": "四川", "黔": "贵州",
    "滇": "云南", "陕": "陕西", "甘": "甘肃", "青": "青海",
}  # fmt: skip


def read_native_place(raw: str, find_region: FindRegion) -> Found[str]:
    """Return the code of the place a cell names; the value is None where the list has none.

    Args:
        raw: the cell.
        find_region: leads from a name to a code, or to None.

    >>> read_native_place("闽南安", {"福建南安": "350583"}.get).value
    '350583'
    >>> read_native_place("意大利普拉托", {}.get).notes[0].code
    'place_unknown'
    """
    if is_empty_word(raw):
        return Found(None, (emptied(raw),))
    tidied = tidy(raw)
    text = tidied.value or ""
    code = _find(text, find_region)
    if code is None:
        message = _("“{text}” is no region on our list; it is kept in the note.").format(text=text)
        return Found(
            None, (*tidied.notes, warning(RepairClass.TO_NOTE, message, "place_unknown")), text
        )
    message = _("“{text}” was read as the region {code}, down to the {level}.").format(
        text=text, code=code, level=_level(code)
    )
    return Found(code, (*tidied.notes, warning(RepairClass.PLACE, message)))


def _find(text: str, find_region: FindRegion) -> str | None:
    if _PLAIN_CODE.fullmatch(text):
        return find_region(text)
    bare = _BRACKETS.sub("", text)
    joined = _JOINTS.sub("", bare)
    attempts = [text, bare, _JOINTS.sub(" ", bare).strip(), joined, folded(joined)]
    if joined[:1] in _SHORT:
        attempts.append(_SHORT[joined[0]] + joined[1:])
    for attempt in dict.fromkeys(filter(None, attempts)):
        if code := find_region(attempt):
            return code
    return None


def _level(code: str) -> str:
    if code.endswith("0000"):
        return _("province")
    return _("city") if code.endswith("00") else _("county or district")
