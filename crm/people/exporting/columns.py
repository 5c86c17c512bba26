"""The columns of a list of people, as text in the words of the 归侨侨眷登记表.

The headings are those that the import understands, so that a file can go back in. They and the
code words are Chinese whatever the language of the page: the file is for Chinese offices.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from common.masking import mask_id_number_for_list
from common.phones import write_phone
from crm.people.cells import guard, join
from crm.people.choices import ContactKind, DocumentKind, IdentityCode
from crm.people.dates import partial_text
from crm.people.exporting import family
from crm.people.exporting.specs import Group, Needs, Spec, beside, country, shown
from crm.people.exporting.words import (
    DOCUMENT_WORDS,
    IDENTITY_WORDS,
    LANGUAGE_WORDS,
    SEX_WORDS,
    STATE_WORDS,
    STATUS_WORDS,
)
from crm.people.models import Person, PersonDocument, PersonIdentity, PersonPhone

RETURNING = frozenset({IdentityCode.RETURNED, IdentityCode.RETURNED_STUDENT})


class Column(StrEnum):
    """A column that can be chosen; its value is stored and remembered.

    Those of the 侨情 catalogue and of the site's own fields come on top (`catalogue`).
    """

    NAME = "name"
    SEX = "sex"
    BIRTH = "birth"
    ID_NUMBER = "id_number"
    PASSPORT = "passport"
    OTHER_PAPERS = "other_papers"
    PAPERS = "papers"
    PHONE = "phone"
    WECHAT = "wechat"
    EMAIL = "email"
    QQ = "qq"
    ADDRESS = "address"
    ADDRESS_ABROAD = "address_abroad"
    IDENTITY = "identity"
    IDENTITY_STATE = "identity_state"
    RECOGNITION = "recognition"
    GROUNDS = "grounds"
    OVERSEAS_COUNTRY = "overseas_country"
    FORMER_COUNTRY = "former_country"
    RETURNED = "returned"
    STAYS = "stays"
    FORMER_NAMES = "former_names"
    OTHER_NAMES = "other_names"
    SURNAME_READING = "surname_reading"
    NATIONALITY = "nationality"
    REGION = "region"
    LANGUAGES = "languages"
    HOUSEHOLD_NUMBER = "household_number"
    HOUSEHOLD = "household"
    HOUSEHOLD_ROLE = "household_role"
    KIN = "kin"
    OVERSEAS_KIN = "overseas_kin"
    OVERSEAS_KIN_COUNTRY = "overseas_kin_country"
    OVERSEAS_KIN_STANDING = "overseas_kin_standing"
    STATUS = "status"
    CONSENTS = "consents"
    NOTE = "note"
    KEY = "key"


def cells(person: Person, specs: Sequence[Spec], *, is_clear: bool) -> list[str]:
    """Return a person's cells, none of which a spreadsheet takes for a formula."""
    return [guard(spec.text(person, is_clear)) for spec in specs]


def fields_of(specs: Sequence[Spec]) -> list[str]:
    """Return the fields that the columns show, each once."""
    return list(dict.fromkeys(spec.field for spec in specs))


def needs_of(specs: Sequence[Spec]) -> Needs:
    """Return what the columns need fetched along with the people, each once."""
    return tuple(dict.fromkeys(need for spec in specs for need in spec.needs))


def plain_phone(number: str, extension: str = "") -> str:
    """Return a number in E.164 as a cell holds it: it begins with a digit, and can be read again.

    >>> plain_phone("+8613800138000"), plain_phone("+865922211222", "801")
    ('13800138000', '0592-2211222转801')
    >>> plain_phone("+628123456789")
    '00628123456789'
    """
    if number.startswith("+86"):
        text = re.sub(" ", "", write_phone(number))
    else:
        text = f"00{number.removeprefix('+')}"
    return f"{text}转{extension}" if extension else text


def _birth(person: Person, is_clear: bool) -> str:
    text = partial_text(person.birth_date, person.birth_precision)
    return text if is_clear else text[:4]


def _papers(person: Person, is_clear: bool, *kinds: DocumentKind) -> str:
    return join([_paper(one, is_clear) for one in person.documents.all() if one.kind in kinds])


def _paper(paper: PersonDocument, is_clear: bool) -> str:
    """Return the number, with the country unless it is China's, and the kind if need be."""
    number = paper.number.reveal()
    text = number if is_clear else mask_id_number_for_list(number)
    if paper.country != "CN" or text.endswith("）"):
        text = f"{text}（{country(paper.country)}）"
    if paper.kind in {DocumentKind.RESIDENT_ID, DocumentKind.PASSPORT}:
        return text
    return f"{DOCUMENT_WORDS[paper.kind]}：{text}"


def _about_papers(person: Person, is_clear: bool) -> str:
    """Return what stands on each paper beside its number; nothing where there is nothing."""
    found = []
    for paper in person.documents.all():
        days = f"{paper.valid_from or ''} 至 {paper.valid_to or ''}".strip()
        facts = [paper.issuing_place, "" if days == "至" else days, paper.mismatch_reason]
        if text := "，".join(filter(None, facts)):
            found.append(f"{DOCUMENT_WORDS[paper.kind]}：{text}")
    return join(found) if is_clear else ""


def _phones(person: Person, is_clear: bool) -> str:
    def text(phone: PersonPhone) -> str:
        if is_clear:
            return plain_phone(phone.number.reveal(), phone.extension)
        return str(phone.number)

    return join([text(phone) for phone in person.phones.all()])


def _contact(kind: ContactKind, heading: str, width: int) -> Spec:
    def text(person: Person, is_clear: bool) -> str:
        found = [one.value for one in person.contacts.all() if one.kind == kind]
        return join([shown(value, is_clear=is_clear) for value in found])

    return Spec(heading, kind.label, "contacts", width, text, Group.CONTACT)


def identities_of(person: Person) -> list[PersonIdentity]:
    """Return the identities that hold now, in their order."""
    return [identity for identity in person.identities.all() if identity.ended_on is None]


def _states(person: Person, _is_clear: bool) -> str:
    return join(
        [
            f"{IDENTITY_WORDS[one.code]}（{STATE_WORDS.get(one.state, '')}）"
            for one in identities_of(person)
        ]
    )


def _recognition(person: Person, is_clear: bool) -> str:
    return join(
        [
            "，".join(
                [
                    f"{IDENTITY_WORDS[one.code]}：{one.recognised_by}",
                    shown(one.certificate, is_clear=is_clear),
                    str(one.recognised_on or ""),
                ]
            )
            for one in identities_of(person)
            if one.recognised_by
        ]
    )


def _countries(person: Person, *, returning: bool) -> str:
    return beside(
        [
            country(one.country)
            for one in identities_of(person)
            if (one.code in RETURNING) == returning
        ]
    )


def _returned(person: Person, _is_clear: bool) -> str:
    return beside(
        [
            partial_text(one.since, one.since_precision)
            for one in identities_of(person)
            if one.code in RETURNING
        ]
    )


def _region(person: Person, _is_clear: bool) -> str:
    names: list[str] = []
    region = person.region
    while region is not None:
        names.insert(0, region.name)
        region = region.parent
    # Another place may have the name of one that is no more.
    is_gone = person.region is not None and person.region.valid_to is not None
    return "".join(names) + (f"（{person.region_id}）" if is_gone else "")


_OTHER_KINDS = [
    kind for kind in DocumentKind if kind not in {DocumentKind.RESIDENT_ID, DocumentKind.PASSPORT}
]
COLUMNS: Mapping[Column, Spec] = {
    Column.NAME: Spec("姓名", _("Full name"), "full_name", 12, lambda p, _c: p.full_name),
    Column.SEX: Spec("性别", _("Sex"), "sex", 6, lambda p, _c: SEX_WORDS[p.sex]),
    Column.BIRTH: Spec("出生年月", _("Date of birth"), "birth_date", 12, _birth),
    Column.ID_NUMBER: Spec(
        "身份证号", _("Identity numbers"), "documents", 22,
        lambda p, clear: _papers(p, clear, DocumentKind.RESIDENT_ID),
    ),
    Column.PASSPORT: Spec(
        "护照号", _("Passports"), "documents", 14,
        lambda p, clear: _papers(p, clear, DocumentKind.PASSPORT),
    ),
    Column.OTHER_PAPERS: Spec(
        "其他证件", _("Other papers"), "documents", 30,
        lambda p, clear: _papers(p, clear, *_OTHER_KINDS),
    ),
    Column.PAPERS: Spec(
        "证件签发与有效期", _("Issue and validity of papers"), "documents", 30, _about_papers,
        is_only_in_full=True,
    ),
    Column.PHONE: Spec("联系电话", _("Phones"), "phones", 16, _phones, Group.CONTACT),
    Column.WECHAT: _contact(ContactKind.WECHAT, "微信号", 16),
    Column.EMAIL: _contact(ContactKind.EMAIL, "邮箱", 24),
    Column.QQ: _contact(ContactKind.QQ, "QQ号", 14),
    Column.ADDRESS: Spec(
        "家庭住址", _("Address"), "address", 36,
        lambda p, clear: shown(p.address, is_clear=clear), Group.CONTACT,
    ),
    Column.ADDRESS_ABROAD: _contact(ContactKind.ADDRESS_ABROAD, "境外地址", 36),
    Column.IDENTITY: Spec(
        "身份类别", _("Identities"), "identities", 14,
        lambda p, _c: join([IDENTITY_WORDS[item.code] for item in identities_of(p)]),
        Group.IDENTITY,
    ),
    Column.IDENTITY_STATE: Spec(
        "身份状态", _("How far each identity is established"), "identities", 24, _states,
        Group.IDENTITY,
    ),
    Column.RECOGNITION: Spec(
        "认定情况", _("Who recognised it, certificate and day"), "identities", 36, _recognition,
        Group.IDENTITY,
    ),
    Column.GROUNDS: Spec(
        "身份依据", _("Relatives that identities rest on"), "identities", 30, family.grounds,
        Group.IDENTITY, is_only_in_full=True, needs=family.GROUNDS,
    ),
    Column.OVERSEAS_COUNTRY: Spec(
        "旅居国", _("Country of residence, or of the relatives"), "identities", 14,
        lambda p, _c: _countries(p, returning=False), Group.IDENTITY,
    ),
    Column.FORMER_COUNTRY: Spec(
        "原侨居国", _("Country of return"), "identities", 14,
        lambda p, _c: _countries(p, returning=True), Group.IDENTITY,
    ),
    Column.RETURNED: Spec(
        "回国时间", _("Day of return"), "identities", 12, _returned, Group.IDENTITY
    ),
    Column.STAYS: Spec(
        "境外居留记录", _("Stays abroad"), "stays", 36, family.stays, Group.IDENTITY,
        is_only_in_full=True, needs=("stays",),
    ),
    Column.FORMER_NAMES: Spec(
        "曾用名", _("Former names"), "former_names", 16, lambda p, _c: join(p.former_names)
    ),
    Column.OTHER_NAMES: Spec(
        "其他姓名", _("Other names"), "other_names", 16, lambda p, _c: join(p.other_names)
    ),
    Column.SURNAME_READING: Spec(
        "姓氏读音", _("Reading of the surname"), "surname_reading", 10,
        lambda p, _c: p.surname_reading,
    ),
    Column.NATIONALITY: Spec(
        "国籍", _("Nationality"), "nationality", 10, lambda p, _c: country(p.nationality)
    ),
    Column.REGION: Spec("籍贯", _("Native place"), "region", 20, _region),
    Column.LANGUAGES: Spec(
        "常用语言", _("Languages"), "languages", 16,
        lambda p, _c: join([str(LANGUAGE_WORDS.get(code, code)) for code in p.languages]),
    ),
    Column.HOUSEHOLD_NUMBER: Spec(
        "户号", _("Number of the household"), "memberships", 10, family.household_numbers,
        Group.FAMILY, needs=family.HOUSEHOLDS,
    ),
    Column.HOUSEHOLD: Spec(
        "家庭名称", _("Name of the household"), "memberships", 14, family.household_names,
        Group.FAMILY, needs=family.HOUSEHOLDS,
    ),
    Column.HOUSEHOLD_ROLE: Spec(
        "与户主关系", _("Relationship with the head of the household"), "memberships", 12,
        family.household_roles, Group.FAMILY, needs=family.HOUSEHOLDS,
    ),
    Column.KIN: Spec(
        "在册亲属", _("Relatives on the register, with names"), "kin", 30, family.kin,
        Group.FAMILY, is_only_in_full=True, needs=family.KIN,
    ),
    Column.OVERSEAS_KIN: Spec(
        "与海外亲属关系", _("What relatives abroad are to the person"), "overseas_kin", 16,
        family.relations_abroad, Group.FAMILY, needs=family.ABROAD,
    ),
    Column.OVERSEAS_KIN_COUNTRY: Spec(
        "海外亲属所在国", _("Countries of relatives abroad"), "overseas_kin", 16,
        family.countries_abroad, Group.FAMILY, needs=family.ABROAD,
    ),
    Column.OVERSEAS_KIN_STANDING: Spec(
        "海外亲属身份", _("Standing of relatives abroad"), "overseas_kin", 16,
        family.standings_abroad, Group.FAMILY, needs=family.ABROAD,
    ),
    Column.STATUS: Spec(
        "在册状态", _("Status"), "status", 10, lambda p, _c: STATUS_WORDS[p.status], Group.RECORD
    ),
    Column.CONSENTS: Spec(
        "同意事项", _("Consents in force"), "consents", 30, family.consents, Group.RECORD,
        needs=("consents",),
    ),
    # Free text may say anything about anybody, so it has no masked form.
    Column.NOTE: Spec(
        "备注", _("Note"), "note", 36, lambda p, clear: p.note if clear else "", Group.RECORD,
        is_only_in_full=True,
    ),
    # By it the import knows somebody again who has no paper; it says nothing about them.
    Column.KEY: Spec(
        "系统编号", _("Number in this system"), "id", 38, lambda p, _c: str(p.pk), Group.RECORD
    ),
}  # fmt: skip
# What is ticked before somebody has chosen for the first time.
USUAL = [
    Column.NAME, Column.SEX, Column.BIRTH, Column.ID_NUMBER, Column.PHONE, Column.ADDRESS,
    Column.IDENTITY, Column.IDENTITY_STATE,
]  # fmt: skip
