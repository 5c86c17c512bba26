"""Relatives: what they are to somebody, and how many stand in one cell (D10).

Source of the words: code table ``kinship`` of the roster layouts compiled in November 2026. No
name leaves this module: the relatives have not agreed to anything.
"""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import variants
from crm.people.choices import HouseholdRole, KinCode
from crm.people.importing.repairs.base import (
    Found,
    Note,
    RepairClass,
    changed,
    error,
    warning,
    words,
)
from crm.people.importing.repairs.countries import read_countries
from crm.people.importing.repairs.names import is_spaced_name
from crm.people.importing.repairs.numerals import western
from crm.people.importing.repairs.texts import emptied, folded, is_empty_word, tidy
from crm.people.importing.shapes import OverseasHint

_WORDS: Mapping[KinCode, str] = {
    KinCode.SPOUSE: "配偶 夫妻 丈夫 妻子 爱人 老婆 老公 夫 妻 夫妇 前夫 前妻",
    KinCode.PARENT: "父母 父亲 母亲 爸 妈 父 母 爸爸 妈妈 双亲 养父 养母 继父 继母",
    KinCode.CHILD: "子女 儿子 女儿 长子 次子 三子 四子 幼子 长女 次女 三女 四女 幼女 子 女 儿 儿女"
    " 独子 独女 大儿子 小儿子 二儿子 大女儿 小女儿 二女儿 养子 养女 继子 继女",
    KinCode.CHILD_IN_LAW: "儿媳 女婿 媳妇 子女配偶 儿媳妇",
    KinCode.SIBLING: "兄弟 姐妹 哥 弟 姐 妹 胞兄 胞弟 胞姐 胞妹 哥哥 弟弟 姐姐 妹妹 兄 兄弟姐妹"
    " 大哥 二哥 大姐 二姐 兄妹 姐弟 手足",
    KinCode.GRANDPARENT: "祖父 祖母 爷爷 奶奶 外公 外婆 外祖父 外祖母 祖父母 外祖父母 姥姥 姥爷",
    KinCode.GRANDCHILD: "孙子 孙女 外孙 外孙女 孙子女 外孙子女 孙",
    KinCode.SUPPORT: "叔(扶养) 侄(扶养) 扶养关系 有扶养关系的其他亲属",
    KinCode.COLLATERAL: "伯 叔 姑 舅 姨 侄 甥 堂兄 堂弟 堂姐 堂妹 堂哥 表兄 表弟 表姐 表妹 表哥"
    " 伯父 伯伯 叔叔 叔父 姑姑 姑母 舅舅 舅父 姨妈 姨母 侄子 侄女 外甥 外甥女 岳父 岳母 公公 婆婆"
    " 亲戚 堂亲 表亲 叔侄 其他亲属",
}
KIN: Mapping[str, KinCode] = {
    word: code for code, listed in _WORDS.items() for word in words(listed)
}
# Both ends of a link in one word: it does not say which end is the relative.
_TWO_WAY = words("父子 母子 父女 母女 祖孙 爷孙 婆媳 翁婿 亲属 直系亲属 直系 家属 亲人 血缘")
_UNCLEAR = "relation_unclear"
_ROLES: Mapping[KinCode, HouseholdRole] = {
    KinCode.SPOUSE: HouseholdRole.SPOUSE,
    KinCode.PARENT: HouseholdRole.PARENT,
    KinCode.CHILD: HouseholdRole.CHILD,
    KinCode.CHILD_IN_LAW: HouseholdRole.IN_LAW,
    KinCode.SIBLING: HouseholdRole.SIBLING,
    KinCode.GRANDPARENT: HouseholdRole.GRANDPARENT,
    KinCode.GRANDCHILD: HouseholdRole.GRANDCHILD,
    KinCode.SUPPORT: HouseholdRole.OTHER,
    KinCode.COLLATERAL: HouseholdRole.OTHER,
}
_HEADS = words("户主 本人 户主本人 本户户主 自己")
_IN_LAWS = words("岳父 岳母 公公 婆婆 儿媳 女婿 媳妇 儿媳妇 姻亲")
_OTHERS = words("其他 其他关系 非亲属")
_SEPARATORS = re.compile(r"[、,，;；/／|\n&＆]|(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])|和|及")
_COUNTED = re.compile(r"等?([0-9]{1,2})[人个名位口]")
_ABROAD = re.compile(r"(?:均|都|现|皆|全|常)*(?:在|居|旅居|定居|侨居|移居)+(?:于)?(.+)$")
_NAMES = re.compile(r"[^\s、,，;；/／|]+")
_LONGEST_FIRST = sorted(KIN, key=len, reverse=True)


def read_relation(raw: str) -> Found[tuple[KinCode, ...]]:
    """Return what the relatives in a cell are.

    >>> [code.value for code in read_relation("儿子、女儿").value]
    ['CHI', 'CHI']
    >>> read_relation("父女").notes[0].code
    'relation_unclear'
    """
    if code := KIN.get(raw):
        return Found((code,))
    if is_empty_word(raw):
        return Found(None, (emptied(raw),))
    tidied = tidy(raw)
    text, notes = tidied.value or "", list(tidied.notes)
    parts = [part for part in map(folded, _SEPARATORS.split(text)) if part]
    whole = KIN.get(folded(text))
    if whole and folded(text) != text:
        notes.append(changed(RepairClass.SPACES, text, folded(text)))
    codes = [whole] if whole else [code for part in parts for code in _kin(part, notes)]
    if len(codes) > 1:
        notes.append(
            changed(RepairClass.PEOPLE, text, " | ".join(str(code.label) for code in codes))
        )
    unclear = text if any(note.code == _UNCLEAR for note in notes) else ""
    return Found(tuple(codes) or None, tuple(notes), unclear)


def _kin(word: str, notes: list[Note]) -> list[KinCode]:
    count = 1
    word = variants.folded(word)
    plain = western(word)
    if found := _COUNTED.search(plain):
        count, word = min(int(found[1]), 20), _COUNTED.sub("", plain)
    if code := KIN.get(word.removeprefix("的")):
        return [code] * max(count, 1)
    if word in _TWO_WAY:
        message = _("“{text}” does not say what the relative is; write 父亲 or 女儿.")
        notes.append(warning(RepairClass.TO_NOTE, message.format(text=word), _UNCLEAR))
        return []
    message = _unknown(word)
    notes.append(error("relation_unknown", message))
    return []


def read_household_role(raw: str) -> Found[HouseholdRole]:
    """Return what somebody is to the head of the household.

    >>> read_household_role("户主").value.value, read_household_role("长子").value.value
    ('head', 'child')
    """
    tidied = tidy(raw)
    text, notes = tidied.value or "", tidied.notes
    word = folded(text)
    if word != text:
        notes = (*notes, changed(RepairClass.SPACES, text, word))
    if word in _HEADS:
        return Found(HouseholdRole.HEAD, notes)
    if is_empty_word(raw):
        return Found(None, (emptied(raw),))
    code = KIN.get(word) or KIN.get(word.removeprefix("之"))
    role = HouseholdRole.IN_LAW if word in _IN_LAWS else _ROLES[code] if code else None
    role = HouseholdRole.OTHER if word in _OTHERS else role
    if role is None:
        message = _unknown(word)
        return Found(None, (*notes, error("relation_unknown", message)))
    return Found(role, notes)


def _unknown(word: str) -> str:
    message = _("“{text}” is no relationship that we know. Write 父亲, 女儿 or the like.")
    return message.format(text=word)


def count_people(raw: str) -> Found[tuple[OverseasHint, ...]]:
    """Return the relatives that a cell of their names tells of, without a single name.

    >>> [(h.relation.value, h.country) for h in count_people("长子张一,次子张二 在美国").value]
    [('CHI', 'US'), ('CHI', 'US')]
    >>> [(h.relation.value, h.country, h.count) for h in count_people("父母均在泰国").value]
    [('PAR', 'TH', 2)]
    >>> count_people("陈某某等3人").value[0].count, len(count_people("张三、李四").value)
    (3, 2)
    """
    if is_empty_word(raw):
        return Found(None, (emptied(raw),))
    text = tidy(raw).value or ""
    country, place = "", _ABROAD.search(text)
    if place:
        found = read_countries(place[1].strip("。.)）"))
        if found.value and len(found.value) == 1:
            country, text = found.value[0].code, text[: place.start()]
    plain = western(re.sub(r"[(（][^()（）]*[)）]", "", text)).strip()
    if is_spaced_name(plain):
        plain = plain.replace(" ", "")
    hints = [_hint(word, country) for word in _SEPARATORS.split(plain) if word]
    people = sum(hint.count for hint in hints)
    message = ngettext(
        "Names of relatives are not collected; {count} relative was counted.",
        "Names of relatives are not collected; {count} relatives were counted.",
        people,
    ).format(count=people)
    note = warning(RepairClass.PEOPLE, message, "not_collected")
    return Found(tuple(hints) or None, (note,))


def _hint(word: str, country: str) -> OverseasHint:
    relation = next((KIN[known] for known in _LONGEST_FIRST if word.startswith(known)), None)
    count = 1
    if counted := _COUNTED.search(word):
        count = max(int(counted[1]), 1)
    elif word.startswith(
        ("父母", "祖父母", "外祖父母", "双亲", "夫妇", "子女", "儿女", "兄弟姐妹")
    ) or word.endswith(("夫妇", "夫妻")):
        count = 2
    if (
        relation
        and len(word) > 1
        and word[0] in "子女孙父母夫妻兄弟姐妹叔伯姑舅姨"
        and len(word) <= 3
    ):
        # A surname may be a word for a relative: 孙某某.
        relation = KIN.get(word)
    return OverseasHint(relation=relation, country=country, count=count)
