"""Names: spaces inside, brackets behind, dots between, and two people in one cell (D04, D10, D18).

A name stays as it is written, in whatever script; pinyin, Cantonese and Hokkien spellings of one
name are other names, never the same.
"""

import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from common.surnames import compound_surname
from crm.people.importing.repairs.base import Found, Note, RepairClass, changed, error, warning
from crm.people.importing.repairs.statuses import read_status
from crm.people.importing.repairs.texts import emptied, is_empty_word, plain_text, tidy
from crm.people.importing.shapes import Severity

HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
is_han_name = re.compile(rf"[{HAN}]{{2,4}}").fullmatch
# 王芳夫妇 and 王芳一家 may be two people.
_is_one_name = re.compile(rf"[{HAN}]{{2,4}}(?<![夫一全][妇妻家])").fullmatch
is_han_text = re.compile(rf"[{HAN}]+").fullmatch
_HAN_SPACED = re.compile(rf"[{HAN}](?: ?[{HAN}]){{1,3}}")
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_DOTS = re.compile(r"\s*[•・‧∙⋅●･˙·]\s*")
_BETWEEN_PEOPLE = re.compile(
    r"[、,，;；/／\n＋+&]|等[0-9一二三四五六七八九十]+人|和(?=[一-鿿]{2})"
    r"|.(?:夫妇|夫妻)$|..[一全]家$|(?<=.)及其|父母均"
)
# No name has these; the last are from the private range, and what a wrong encoding left.
_ODD = re.compile(r"[0-9*?？□○×√☑#@%<>=_\ue000-\uf8ff\ufffd]")
_TRUTHS = frozenset(["TRUE", "FALSE"])  # a cell of that type
_FORMER = re.compile(r"^(?:曾用名|原名|旧名|原姓名|又名曾)[:：]?")
_ALSO = re.compile(r"^(?:又名|改名|现名|别名|小名|乳名|英文名|外文名|拼音|别号|化名)[:：]?")
# What stands in brackets behind a name and is none.
_REMARK = re.compile(
    r"男|女|户主|归侨|侨眷|侨属|华侨|华人|归难侨|老归侨|(?:夫妻|夫妇|父子|母子|父女|母女|兄弟|姐妹|配偶|妻|夫|子|女儿?|父|母)"
    r"|.*(?:已?故|去世|死亡|病逝|已?迁|搬走|查无|联系不上|健在|残疾|低保|困难|代|退休|党员).*|[0-9]+.*"
    r"|离异|离婚|丧偶|未婚|已婚|作废|待核实?|重复|新增|本人"
)
_ENGLISH = re.compile(r"[A-Za-z]")


class NameParts(NamedTuple):
    """A name and what stood beside it. ``remarks`` are no names: 已故, 户主."""

    full_name: str
    other_names: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def plain_name(text: str) -> NameParts | None:
    """Return a Chinese name to which nothing is to be done, None for any other text."""
    return NameParts(text) if _is_one_name(text) and plain_text(text) else None


def read_name(raw: str) -> Found[NameParts]:
    """Return the name in a cell of one person.

    >>> read_name("王　芳").value.full_name, read_name("某大文(大某)").value.other_names
    ('王芳', ('大某',))
    >>> read_name("张三、李四(夫妻)").notes[0].code
    'several_people'
    """
    if plain := plain_name(raw):
        return Found(plain)
    if is_empty_word(raw):
        return Found(None, (emptied(raw),))
    tidied = tidy(raw)
    text, notes = tidied.value or "", list(tidied.notes)
    if not text:
        return Found(None, tuple(notes))
    bare, bracketed = _without_remarks(text)
    if _BETWEEN_PEOPLE.search(bare) or are_two_names(bare):
        return Found(
            None, (*notes, error("several_people", _("Two people in one cell. Give each a row.")))
        )
    name = bare
    if _HAN_SPACED.fullmatch(bare) and " " in bare:
        name = bare.replace(" ", "")
        notes.append(changed(RepairClass.SPACES, bare, name))
    elif (dotted := _DOTS.sub("·", bare)) != bare:
        name = dotted
        notes.append(changed(RepairClass.WIDTH, bare, dotted))
    doubts = _doubts(name)
    notes += doubts
    if any(note.severity is Severity.ERROR for note in doubts):
        return Found(None, tuple(notes))
    return Found(_sort(name, bracketed, notes), tuple(notes))


def _without_remarks(text: str) -> tuple[str, list[str]]:
    """Return the name, and what stands in brackets or, as in 王芳 已故, behind it."""
    bracketed = [part.strip() for part in _BRACKETS.findall(text)]
    bare = " ".join(_BRACKETS.sub(" ", text).split())
    first, _space, last = bare.rpartition(" ")
    return (first, [*bracketed, last]) if first and read_status(last).value else (bare, bracketed)


def _doubts(name: str) -> list[Note]:
    """Return what is to be said about a name with signs in it, or with nothing else."""
    if not name:
        return [error("name_missing", _("There is no name outside the brackets."))]
    if name in _TRUTHS or not any(map(str.isalpha, name)):
        return [error("not_a_name", _("“{text}” is no name.").format(text=name))]
    if _ODD.search(name):
        message = _("“{text}” holds signs that no name has. See whether it is right.")
        return [Note("name_unusual", message.format(text=name))]
    return []


def is_spaced_name(text: str) -> bool:
    """Say whether the text is one Chinese name with spaces inside: 王　芳, 欧阳 震华."""
    return bool(_HAN_SPACED.fullmatch(text)) and " " in text and not are_two_names(text)


def are_two_names(text: str) -> bool:
    """Say whether a space stands between two names, and not behind a surname.

    >>> are_two_names("王芳 李明"), are_two_names("欧阳 震华"), are_two_names("王 小明")
    (True, False, False)
    """
    parts = text.split(" ")
    return (
        len(parts) > 1
        and all(len(part) in {2, 3} and is_han_text(part) for part in parts)
        and compound_surname("".join(parts)) != parts[0]
    )


def _sort(name: str, bracketed: list[str], notes: list[Note]) -> NameParts:
    others, formers, remarks = [], [], []
    for part in filter(None, bracketed):
        if _FORMER.match(part):
            formers.append(_FORMER.sub("", part).strip())
        elif _REMARK.fullmatch(part):
            remarks.append(part)
        else:
            others.append(_ALSO.sub("", part).strip())
    for part in filter(None, (*others, *formers)):
        message = _("“{part}” in brackets is kept as another name.").format(part=part)
        notes.append(warning(RepairClass.NAME_PARTS, message))
    if any(not part for part in bracketed):
        notes.append(
            warning(RepairClass.NAME_PARTS, _("Empty brackets behind the name were removed."))
        )
    return NameParts(
        name, tuple(filter(None, others)), tuple(filter(None, formers)), tuple(remarks)
    )


def read_names(raw: str) -> Found[tuple[str, ...]]:
    """Return the names in a cell of other or former names.

    >>> read_names("陈大文、Chan Tai-man").value
    ('陈大文', 'Chan Tai-man')
    """
    if is_han_name(raw) and plain_text(raw):
        return Found((raw,))
    if is_empty_word(raw):
        return Found(None, (emptied(raw),))
    tidied = tidy(raw)
    text, notes = tidied.value or "", list(tidied.notes)
    separators = r"[、；;\n/／]" if _ENGLISH.search(text) else r"[、，,；;\n/／]"
    listed = [
        name
        for part in re.split(separators, text)
        for name in (part.split() if are_two_names(part.strip()) else [part])
    ]
    names = [part for part in (_neat(part, notes) for part in listed) if part]
    if len(names) > 1 or (names and not notes and names[0] != text):
        notes.append(changed(RepairClass.SEVERAL, text, " | ".join(names)))
    return Found(tuple(dict.fromkeys(names)) or None, tuple(notes))


def _neat(part: str, notes: list[Note]) -> str:
    part = part.strip()
    if _HAN_SPACED.fullmatch(part) and " " in part:
        notes.append(changed(RepairClass.SPACES, part, part.replace(" ", "")))
        return part.replace(" ", "")
    return part
