"""Names: spaces inside, brackets behind, dots between, and two people in one cell (D04, D10, D18).

A name stays as it is written, in whatever script; pinyin, Cantonese and Hokkien spellings of one
name are other names, never the same.
"""

import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from crm.people.importing.repairs.base import Found, Note, RepairClass, changed, error, warning
from crm.people.importing.repairs.texts import emptied, is_empty_word, plain_text, tidy

HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
is_han_name = re.compile(rf"[{HAN}]{{2,4}}").fullmatch
_HAN_SPACED = re.compile(rf"[{HAN}](?: ?[{HAN}]){{1,3}}")
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_DOTS = re.compile(r"\s*[•・‧∙⋅●･˙·]\s*")
_BETWEEN_PEOPLE = re.compile(r"[、,，;；/／\n＋+&]|等[0-9一二三四五六七八九十]+人|和(?=[一-鿿]{2})")
_FORMER = re.compile(r"^(?:曾用名|原名|旧名|原姓名|又名曾)[:：]?")
_ALSO = re.compile(r"^(?:又名|别名|小名|乳名|英文名|外文名|拼音|别号|化名)[:：]?")
# What stands in brackets behind a name and is none.
_REMARK = re.compile(
    r"男|女|户主|归侨|侨眷|侨属|华侨|华人|归难侨|老归侨|(?:夫妻|夫妇|父子|母子|父女|母女|兄弟|姐妹|配偶|妻|夫|子|女儿?|父|母)"
    r"|.*(?:已?故|去世|死亡|病逝|已?迁|搬走|查无|联系不上|健在|残疾|低保|困难|代|退休|党员).*|[0-9]+.*"
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
    return NameParts(text) if is_han_name(text) and plain_text(text) else None


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
    bracketed = [part.strip() for part in _BRACKETS.findall(text)]
    bare = " ".join(_BRACKETS.sub(" ", text).split())
    if _BETWEEN_PEOPLE.search(bare):
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
    if not name:
        return Found(
            None, (*notes, error("name_missing", _("There is no name outside the brackets.")))
        )
    parts = _sort(name, bracketed, notes)
    return Found(parts, tuple(notes))


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
    names = [part for part in (_neat(part, notes) for part in re.split(separators, text)) if part]
    if len(names) > 1 or (names and not notes and names[0] != text):
        notes.append(changed(RepairClass.SEVERAL, text, " | ".join(names)))
    return Found(tuple(dict.fromkeys(names)) or None, tuple(notes))


def _neat(part: str, notes: list[Note]) -> str:
    part = part.strip()
    if _HAN_SPACED.fullmatch(part) and " " in part:
        notes.append(changed(RepairClass.SPACES, part, part.replace(" ", "")))
        return part.replace(" ", "")
    return part
