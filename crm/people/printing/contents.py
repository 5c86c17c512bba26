"""What the sheets say: of a person, and of a household and those who live in it now.

A sheet is a form of a Chinese office, so its words are Chinese whatever the language of the page.
Identities stand on it only when an authority recognised them (domain A1).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import override
from django_countries import countries

from common.fields import Masked
from common.phones import write_phone
from crm.people.choices import FactSection, IdentityState, Sex
from crm.people.dates import partial_text
from crm.people.facts import Fact, has_mask_free_form, value_text
from crm.people.languages import LANGUAGES
from crm.people.models import Household, HouseholdMember, Person, PersonIdentity, PersonPhone

_COMMA = "、"
_SELDOM = frozenset({"曾用名", "其他姓名", "备注"})


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a sheet: names with values, or a table, or the sentence ``empty``.

    ``widths`` are those of the table's columns beside each other; equal if there are none.
    """

    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    empty: str = ""
    widths: list[float] = field(default_factory=list)


def person_sections(
    person: Person, catalogue: Mapping[str, Fact], *, is_clear: bool
) -> list[dict[str, Any]]:
    """Return the sections of a person's sheet.

    Args:
        person: with parts, memberships and relatives abroad.
        catalogue: the fields of 侨情, the site's own included.
        is_clear: everything in full; what is sensitive without a mask stands on no other sheet.
    """
    with override("zh-hans"):
        sections = [
            Section("基本信息", facts=_about(person, is_clear=is_clear)),
            _papers(person, is_clear=is_clear),
            _identities(person, is_clear=is_clear),
            *_particulars(person, catalogue, is_clear=is_clear),
            _memberships(person),
            *_overseas_kin(person),
        ]
        return [asdict(section) for section in sections]


def household_sections(
    household: Household, members: Iterable[HouseholdMember], *, is_clear: bool
) -> list[dict[str, Any]]:
    """Return the sections of a household's sheet; people and their parts must be loaded."""
    with override("zh-hans"):
        facts = [
            ("户名", household.label),
            ("户号", household.number),
            ("住址", _shown(household.address, is_clear=is_clear)),
        ]
        if is_clear and household.note:
            facts.append(("备注", household.note))
        rows = [_member(member, is_clear=is_clear) for member in members]
        head = ["姓名", "与户的关系", "性别", "出生年月", "证件号码", "联系电话", "经认定的身份"]
        people = Section(
            "家庭成员",
            head=head,
            rows=rows,
            empty="" if rows else "目前没有成员。",
            widths=[3, 3, 2, 4, 6.4, 5, 4],
        )
        return [asdict(Section("基本信息", facts=facts)), asdict(people)]


def recognised(person: Person) -> list[PersonIdentity]:
    """Return the current identities that an authority recognised, and no others."""
    return [
        identity
        for identity in person.identities.all()
        if identity.state == IdentityState.RECOGNISED and identity.ended_on is None
    ]


def _about(person: Person, *, is_clear: bool) -> list[tuple[str, str]]:
    facts = [
        ("姓名", person.full_name),
        ("曾用名", _COMMA.join(person.former_names)),
        ("其他姓名", _COMMA.join(person.other_names)),
        ("性别", _sex(person)),
        ("出生年月", _born(person, is_clear=is_clear)),
        ("国籍", str(countries.name(person.nationality)) if person.nationality else ""),
        ("籍贯", _region(person)),
        ("住址", _shown(person.address, is_clear=is_clear)),
        ("联系电话", _phones(person, is_clear=is_clear)),
        *_contacts(person, is_clear=is_clear),
        ("常用语言", _COMMA.join(str(LANGUAGES.get(code, code)) for code in person.languages)),
    ]
    if is_clear:
        facts.append(("备注", person.note))
    # A line of what hardly anybody has is a line less for the seal, which then stands alone.
    return [(name, text) for name, text in facts if text or name not in _SELDOM]


def _papers(person: Person, *, is_clear: bool) -> Section:
    rows = [
        [
            str(paper.get_kind_display()),
            _shown(paper.number, is_clear=is_clear),
            paper.issuing_place,
            _days(paper.valid_from, paper.valid_to),
        ]
        for paper in person.documents.all()
    ]
    head = ["证件种类", "号码", "签发地", "有效期"]
    return Section("证件", head=head, rows=rows, empty="" if rows else "没有登记证件。")


def _identities(person: Person, *, is_clear: bool) -> Section:
    rows = [
        [
            str(identity.get_code_display()),
            identity.recognised_by,
            _shown(identity.certificate, is_clear=is_clear),
            identity.recognised_on.isoformat() if identity.recognised_on else "",
        ]
        for identity in recognised(person)
    ]
    head = ["身份", "认定机关", "证书编号", "认定日期"]
    empty = "" if rows else "没有登记经主管部门认定的身份。"
    return Section("经认定的身份", head=head, rows=rows, empty=empty)


def _contacts(person: Person, *, is_clear: bool) -> list[tuple[str, str]]:
    """Return the other ways to reach somebody, those of one kind together."""
    found: dict[str, list[str]] = {}
    for contact in person.contacts.all():
        label = str(contact.get_kind_display())
        found.setdefault(label, []).append(_shown(contact.value, is_clear=is_clear))
    return [(label, _COMMA.join(values)) for label, values in found.items()]


def _particulars(person: Person, catalogue: Mapping[str, Fact], *, is_clear: bool) -> list[Section]:
    """Return the sections of 侨情 that say something."""
    shown = {code: text for code, text in person.facts.items() if code in catalogue}
    if not is_clear:
        shown = {code: text for code, text in shown.items() if has_mask_free_form(catalogue[code])}
    sections = []
    for section in FactSection:
        facts = [
            (str(fact.label), value_text(fact, shown[code]))
            for code, fact in catalogue.items()
            if fact.section is section and code in shown
        ]
        if facts:
            sections.append(Section(str(section.label), facts=facts))
    return sections


def _overseas_kin(person: Person) -> list[Section]:
    """Return the table of relatives abroad; most people have none, and no room is kept for it."""
    rows = [
        [
            str(kin.get_relation_display()),
            str(countries.name(kin.country)) if kin.country else "",
            str(kin.get_standing_display()) if kin.standing else "",
            str(kin.since_year or ""),
        ]
        for kin in person.overseas_kin.all()
        if kin.ended_on is None
    ]
    head = ["与本人关系", "国家（地区）", "身份", "出国年份"]
    return [Section("海外亲属", head=head, rows=rows)] if rows else []


def _memberships(person: Person) -> Section:
    rows = [
        [
            membership.household.label,
            str(membership.get_role_display()),
            str(membership.get_kind_display()),
            _days(membership.valid_from, membership.valid_to),
        ]
        for membership in person.memberships.all()
        if membership.valid_to is None
    ]
    head = ["户名", "与户的关系", "归属", "起止"]
    return Section("所在家庭", head=head, rows=rows, empty="" if rows else "没有登记家庭。")


def _member(member: HouseholdMember, *, is_clear: bool) -> list[str]:
    person = member.person
    return [
        person.full_name,
        str(member.get_role_display()),
        _sex(person),
        _born(person, is_clear=is_clear),
        _COMMA.join(_shown(one.number, is_clear=is_clear) for one in person.documents.all()),
        _phones(person, is_clear=is_clear),
        _COMMA.join(str(identity.get_code_display()) for identity in recognised(person)),
    ]


def _sex(person: Person) -> str:
    return "" if person.sex == Sex.UNKNOWN else str(person.get_sex_display())


def _born(person: Person, *, is_clear: bool) -> str:
    text = partial_text(person.birth_date, person.birth_precision)
    return text if is_clear else text[:4]


def _phones(person: Person, *, is_clear: bool) -> str:
    def text(phone: PersonPhone) -> str:
        shown = write_phone(phone.number.reveal()) if is_clear else str(phone.number)
        return f"{shown} 转 {phone.extension}" if phone.extension else shown

    return _COMMA.join(map(text, person.phones.all()))


def _region(person: Person) -> str:
    names: list[str] = []
    region = person.region
    while region is not None:
        names.insert(0, region.name)
        region = region.parent
    return "".join(names)


def _shown(value: Masked | None, *, is_clear: bool) -> str:
    if not value:
        return ""
    return value.reveal() if is_clear else str(value)


def _days(first: dt.date | None, last: dt.date | None) -> str:
    return f"{first or '…'} 至 {last or '今'}" if first or last else ""


def day_words(at: dt.datetime) -> str:
    """Return a day as it stands above a seal.

    >>> day_words(dt.datetime(2026, 11, 25, 16, 30, tzinfo=dt.UTC))
    '2026 年 11 月 26 日'
    """
    day = timezone.localtime(at, timezone.get_default_timezone())
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
