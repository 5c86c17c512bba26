"""Options that were printed in the cell, with a mark at those that hold (D11)."""

import re

from django.utils.translation import gettext as _

from crm.people.importing.repairs.base import Found, RepairClass, changed, error, warning, words
from crm.people.importing.repairs.texts import folded, tidy

# ☒ is the ticked box of Word. Letters are marks inside brackets only.
_SIGNS = "√✓✔☑☒■●◆✅"
_MARK = f"{_SIGNS}VvYy"
_NO_MARK = "□○☐◇×✗✘"
_LEADING = re.compile(rf"([{_SIGNS}{_NO_MARK}])\s*([^{_SIGNS}{_NO_MARK}]+)")
# An option may have brackets of its own before those of the mark: 老侨(1978年以前)(√).
_TRAILING = re.compile(
    rf"((?:[^()（）\[\]]|[(（](?!\s*[{_MARK}{_NO_MARK}]?\s*[)）])[^()（）]*[)）])+?)"
    rf"\s*[(（\[]\s*([{_MARK}{_NO_MARK}]?)\s*[)）\]]"
)
_BOX_BEHIND = re.compile(rf"([^{_SIGNS}{_NO_MARK}\s]+)\s*([{_SIGNS}{_NO_MARK}])")
# 1.华侨 and A、归侨 are counted, 1979年 is not.
_COUNT = re.compile(
    r"^(?:[0-9]{1,2}(?:\s*[.、．)）]\s*|(?![0-9年月.]))|[A-Fa-f]\s*[.、．)）]\s*|[①-⑳]\s*)"
)
_HAS_MARK = re.compile(rf"[{_SIGNS}{_NO_MARK}]|[(（\[]\s*[{_MARK}]?\s*[)）\]]")

YES = words("是 有 √ ✓ ✔ ☑ 对 Y y YES Yes yes 1 TRUE True true 已参保 参保")
NO = words("否 无 没有 × ✗ ✘ □ ☐ N n NO No no 0 FALSE False false 未参保 不是")


def has_ticks(text: str) -> bool:
    """Say whether the text is a list of printed options.

    >>> has_ticks("1.华侨(√) 2.外籍华人()"), has_ticks("侨眷(归侨子女)")
    (True, False)
    """
    return bool(_HAS_MARK.search(text)) and text.strip() not in YES | NO


def read_ticks(raw: str) -> Found[tuple[str, ...]]:
    """Return the ticked options; None if none is.

    >>> read_ticks("1.华侨(√) 2.外籍华人()").value, read_ticks("☑归侨 □侨眷").value
    (('华侨',), ('归侨',))
    >>> read_ticks("是( √ ) 否()").value
    ('是',)
    """
    text = raw.strip()
    pairs = _pairs(text)
    ticked = tuple(option for option, is_ticked in pairs if is_ticked and option)
    if not pairs:
        return Found(None, (error("ticks_unclear", _("It is not clear which option is ticked.")),))
    if not ticked:
        message = _("None of the options in “{text}” is ticked.").format(text=text)
        return Found(None, (warning(RepairClass.TICKS, message, "nothing_ticked"),))
    return Found(ticked, (changed(RepairClass.TICKS, text, "、".join(ticked)),))


def _pairs(text: str) -> list[tuple[str, bool]]:
    """Return each option and whether it is ticked."""
    if found := _TRAILING.findall(text):
        return [(_option(option), mark != "" and mark in _MARK) for option, mark in found]
    if text[:1] in _SIGNS + _NO_MARK:
        return [(_option(option), mark in _MARK) for mark, option in _LEADING.findall(text)]
    return [(_option(option), mark in _MARK) for option, mark in _BOX_BEHIND.findall(text)]


def _option(text: str) -> str:
    return _COUNT.sub("", text.strip(" 、,，;；")).strip()


def read_flag(raw: object) -> Found[bool]:
    """Return whether a cell says yes.

    >>> read_flag("√").value, read_flag("是( ) 否(√)").value, read_flag("×").value
    (True, False, False)
    """
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
    if has_ticks(text):
        ticked = read_ticks(text)
        if ticked.value is None:
            return Found(None, ticked.notes)
        inner = read_flag(ticked.value[0].strip())
        return Found(inner.value, (*ticked.notes, *inner.notes))
    word = folded(tidy(text).value or "")
    if word in {"是", "否"}:
        notes = () if word == text else (changed(RepairClass.SPACES, text, word),)
        return Found(word == "是", notes)
    if word in YES or word in NO:
        answer = word in YES
        return Found(answer, (changed(RepairClass.CODE_WORD, text, "是" if answer else "否"),))
    message = _("“{text}” is neither 是 nor 否.").format(text=text)
    return Found(None, (error("not_a_flag", message),))
