"""侨情: the words of rosters for the entries of the catalogue (`crm.people.facts`).

A word that fits no entry is never guessed; it goes to the note with a warning.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

from django.utils.translation import gettext as _

from common import variants
from crm.people.choices import FactKind
from crm.people.exporting.words import fact_words
from crm.people.facts import CATALOGUE, ETHNIC_GROUPS, LONGEST_TEXT, NONE, UNKNOWN
from crm.people.importing.repairs.base import (
    Found,
    RepairClass,
    changed,
    error,
    warning,
    words,
)
from crm.people.importing.repairs.countries import read_countries
from crm.people.importing.repairs.dates import DateContext, read_date, settle
from crm.people.importing.repairs.texts import emptied, folded, is_empty_word, tidy
from crm.people.importing.repairs.ticks import has_ticks, read_flag, read_ticks

_UNKNOWN_WORDS = words("不详 不祥 未知 不清楚 不清 不明")
_NONE_WORDS = words("无 無 没有 暂无")

# The first word of an entry is the one of the form; it is read without a warning.
_CHOICES: Mapping[str, Mapping[str, str]] = {
    "period": {
        "LQ": "老侨 1978年12月31日前出国(老侨) 1978年12月31日前出国 1978年12月31日前 LQ",
        "XQ": "新侨 1979年1月1日后出国(新侨) 1979年1月1日后出国 1979年1月1日后 XQ",
    },
    "overseas_permit": {
        "citizen": "入籍 已入籍 公民",
        "permanent": "永久居留 永居 绿卡 永久居民 永久居留权",
        "long_term": "长期居留 长居 长期",
        "work": "工作签证 工签 工作",
        "study": "学习签证 留学签证 学签 学习",
        "temporary": "短期 短期居留 探亲 旅游 商务",
    },
    "overseas_ties": {"close": "直系 直系亲属 直系或配偶 配偶", "other": "其他亲属 旁系 旁系亲属"},
    "education": {
        "primary": "小学 小学毕业",
        "junior": "初中 初中毕业",
        "senior": "高中 高中毕业",
        "vocational": "中专 技校 职高 中技 职校 中师",
        "college": "大专 专科 大学专科 高职",
        "bachelor": "本科 大学 大学本科 学士 学士学位",
        "master": "硕士 研究生 硕士研究生 硕士学位 MBA",
        "doctor": "博士 博士研究生 博士学位 博士后",
        "other": "其他 其它",
    },
    "occupation": {
        "student": "学生 在校学生 大学生",
        "teacher": "高校教师 大学教师",
        "employee": "公司职员 职员 企业职工",
        "official": "政府机构人员 公务员 干部 机关干部",
        "freelance": "自由职业者 自由职业",
        "professional": "专业人士(医生、律师、建筑师等) 专业人士 医生 律师 建筑师 会计师 工程师",
        "owner": "民营企业主或合伙人 企业主 个体户 个体 私营企业主 经商",
        "researcher": "科研人员",
        "worker": "工人",
        "farmer": "农民 务农",
        "retired": "退休 退休人员 离休 离退休",
        "home": "家务 家庭主妇 主妇 料理家务",
        "other": "其他 其它",
    },
    "industry": {
        "agriculture": "农业 农林牧渔",
        "heavy": "重工业",
        "light": "轻工业",
        "education": "教育产业 教育 教育业",
        "property": "房地产 房地产业",
        "finance": "金融 金融业",
        "internet": "互联网 IT",
        "biomedicine": "生物医药 医药",
        "hightech": "高新科技 高新技术",
        "research": "科研",
        "trade": "商贸餐饮 餐饮 商贸 贸易 餐饮业",
        "other": "其他 其它",
    },
    "study_kind": {
        "public": "公派 国家公派",
        "employer": "单位公派",
        "private": "自费 自费留学",
        "other": "其他 其它",
    },
    "farm_work": {
        "working": "在职 在岗",
        "retired": "退休 离退休",
        "released": "解除劳动关系 解除 买断",
        "other": "其他 其它",
    },
}  # fmt: skip
_NOT_AT_SCHOOL = words("未上学 文盲 不识字 未受教育")
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)(亩|小时|元)?")
_TABLES: Mapping[str, Mapping[str, str]] = {
    code: {word: entry for entry, listed in entries.items() for word in words(listed)}
    for code, entries in _CHOICES.items()
} | {
    "ethnic_group": {
        word: code
        for code, name in ETHNIC_GROUPS.items()
        for word in (str(name), f"{name}族", code)
    }
}
_PLAIN_WORDS = {
    code: {listed.split()[0] for listed in entries.values()} for code, entries in _CHOICES.items()
} | {"ethnic_group": {word for name in ETHNIC_GROUPS.values() for word in (str(name), f"{name}族")}}


def fact_reader(code: str, dates: DateContext) -> Callable[[object], Found[str]]:
    """Return what reads the cells of one fact into the texts of `PersonValues.facts`.

    >>> read = fact_reader("education", DateContext())
    >>> read("大学本科").value, read("不详").value, read("文盲").value
    ('bachelor', 'unknown', 'none')
    >>> fact_reader("left", DateContext())("1988年").value
    '1988'
    """
    fact = CATALOGUE.get(code)
    if fact is None:
        # The site's own field; the rules know what it takes.
        return lambda raw: read_text(_text_of(raw))
    kinds: Mapping[FactKind, Callable[[object], Found[str]]] = {
        FactKind.DATE: lambda raw: _read_date(raw, dates),
        FactKind.YEAR: lambda raw: _read_date(raw, dates),
        FactKind.FLAG: _read_yes_or_no,
        FactKind.NUMBER: lambda raw: _read_number(_text_of(raw)),
        FactKind.COUNTRY: lambda raw: _read_country(_text_of(raw)),
        FactKind.CHOICE: lambda raw: _read_choice(code, _text_of(raw)),
        FactKind.TEXT: lambda raw: read_text(_text_of(raw)),
    }
    kind = kinds[fact.kind]

    def read(raw: object) -> Found[str]:
        word = folded(str(raw))
        if word in _UNKNOWN_WORDS:
            return Found(UNKNOWN)
        if word in _NONE_WORDS and fact.may_be_none:
            return Found(NONE)
        if isinstance(raw, str) and is_empty_word(raw) and fact.kind is not FactKind.FLAG:
            return Found(None, (emptied(raw),))
        return kind(raw)

    return read


def _read_yes_or_no(raw: object) -> Found[str]:
    flag = read_flag(raw)
    return Found(None if flag.value is None else "yes" if flag.value else "no", flag.notes)


def read_text(text: str) -> Found[str]:
    """Return a text as it is written, if it is not too long for a field."""
    tidied = tidy(text)
    if len(tidied.value or "") > LONGEST_TEXT:
        message = _("This is too long for the field; it is kept in the note.")
        notes = (*tidied.notes, warning(RepairClass.TO_NOTE, message))
        return Found(None, notes, tidied.value or "")
    return Found(tidied.value or None, tidied.notes)


def _text_of(raw: object) -> str:
    if isinstance(raw, float) and raw == int(raw):
        return str(int(raw))
    return str(raw)


def _read_date(raw: object, dates: DateContext) -> Found[str]:
    found = read_date(raw, dates)
    if found.value is None:
        return Found(None, found.notes)
    date = settle(found.value, None)
    return Found(str(date.value) if date.value else None, (*found.notes, *date.notes))


def _read_choice(code: str, raw: str) -> Found[str]:
    table, tidied = _TABLES[code], tidy(raw)
    text, notes = tidied.value or "", tidied.notes
    if has_ticks(text) and folded(text) not in table:
        ticked = read_ticks(text)
        if not ticked.value:
            return Found(None, ticked.notes)
        text, notes = ticked.value[0], (*notes, *ticked.notes)
        if len(ticked.value) > 1:
            message = _("Only one of “{text}” can be kept.").format(text="、".join(ticked.value))
            return Found(None, (*notes, error("several_entries", message)))
    if entry := _labels(code).get(text):
        return Found(entry, notes)
    if text in _PLAIN_WORDS[code]:
        return Found(table[text], notes)
    word = variants.folded(folded(text))
    if code == "education" and word in _NOT_AT_SCHOOL:
        return Found(NONE, notes)
    if known := table.get(word):
        return Found(known, (*notes, changed(RepairClass.CODE_WORD, text, _entry(code, known))))
    message = _("“{text}” is no entry of the list; it is kept in the note.").format(text=text)
    note = warning(RepairClass.TO_NOTE, message, "entry_unknown")
    return Found(None, (*notes, note), text)


@cache
def _labels(code: str) -> dict[str, str]:
    """Return the entries by the words of the page, of the template and of our own lists."""
    fact = CATALOGUE[code]
    return {fact_words(fact, option): option for option in fact.options}


def _entry(code: str, entry: str) -> str:
    listed = _CHOICES.get(code, {}).get(entry)
    return listed.split()[0] if listed else str(ETHNIC_GROUPS[entry])


def _read_country(raw: str) -> Found[str]:
    found = read_countries(raw)
    places = found.value or ()
    if len(places) > 1:
        message = _("“{text}” are several countries. Write the one that holds.").format(text=raw)
        return Found(None, (error("country_several", message),))
    if not places:
        return Found(None, found.notes)
    return Found(places[0].code or None, found.notes, places[0].rest)


def _read_number(raw: str) -> Found[str]:
    tidied = tidy(raw)
    text, notes = folded(tidied.value or ""), tidied.notes
    if found := _NUMBER.fullmatch(text):
        if text != tidied.value:
            notes = (*notes, changed(RepairClass.SPACES, tidied.value or "", text))
        if found[2]:
            notes = (*notes, changed(RepairClass.MARKS, text, found[1]))
        return Found(found[1], notes)
    message = _("“{text}” is no number.").format(text=text)
    return Found(None, (*notes, error("not_a_number", message)))
