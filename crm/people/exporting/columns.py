"""The columns of a list of people, as text in the words of the 归侨侨眷登记表.

The headings are those that the import understands, so that a file can go back in. They and the
code words are Chinese whatever the language of the page: the file is for Chinese offices.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.masking import mask_id_number_for_list
from common.phones import write_phone
from crm.people.cells import guard
from crm.people.choices import DocumentKind, IdentityCode
from crm.people.dates import partial_text
from crm.people.exporting.words import (
    IDENTITY_WORDS,
    SEX_WORDS,
    STATE_WORDS,
    STATUS_WORDS,
    country_words,
)
from crm.people.models import Person, PersonIdentity, PersonPhone

_RETURNING = {IdentityCode.RETURNED, IdentityCode.RETURNED_STUDENT}
_COMMA = "、"


class Column(StrEnum):
    """A column that can be chosen; its value is stored and remembered."""

    NAME = "name"
    SEX = "sex"
    BIRTH = "birth"
    ID_NUMBER = "id_number"
    PASSPORT = "passport"
    PHONE = "phone"
    ADDRESS = "address"
    IDENTITY = "identity"
    IDENTITY_STATE = "identity_state"
    OVERSEAS_COUNTRY = "overseas_country"
    FORMER_COUNTRY = "former_country"
    RETURNED = "returned"
    FORMER_NAMES = "former_names"
    OTHER_NAMES = "other_names"
    NATIONALITY = "nationality"
    REGION = "region"
    STATUS = "status"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Spec:
    """What a column is.

    Attributes:
        heading: the text of its first cell.
        label: what the page that offers it calls it.
        field: the column or part of `Person` that it shows, as the audit names it.
        width: of the column in a workbook, in characters.
        text: what a person's cell says, given whether everything may be said in full.
    """

    heading: str
    label: Promise
    field: str
    width: int
    text: Callable[[Person, bool], str]


def cells(person: Person, columns: list[Column], *, is_clear: bool) -> list[str]:
    """Return a person's cells, none of which a spreadsheet takes for a formula."""
    return [guard(COLUMNS[column].text(person, is_clear)) for column in columns]


def fields_of(columns: list[Column]) -> list[str]:
    """Return the fields that the columns show, each once."""
    return list(dict.fromkeys(COLUMNS[column].field for column in columns))


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


def _papers(person: Person, is_clear: bool, *, passports: bool) -> str:
    numbers = [
        paper.number.reveal()
        for paper in person.documents.all()
        if (paper.kind == DocumentKind.PASSPORT) == passports
    ]
    return _COMMA.join(numbers if is_clear else map(mask_id_number_for_list, numbers))


def _phones(person: Person, is_clear: bool) -> str:
    def text(phone: PersonPhone) -> str:
        if is_clear:
            return plain_phone(phone.number.reveal(), phone.extension)
        return str(phone.number)

    return _COMMA.join(map(text, person.phones.all()))


def _address(person: Person, is_clear: bool) -> str:
    if not person.address:
        return ""
    return person.address.reveal() if is_clear else str(person.address)


def _identities(person: Person) -> list[PersonIdentity]:
    return [identity for identity in person.identities.all() if identity.ended_on is None]


def _states(person: Person, _is_clear: bool) -> str:
    return _COMMA.join(
        f"{IDENTITY_WORDS[identity.code]}（{STATE_WORDS.get(identity.state, '')}）"
        for identity in _identities(person)
    )


def _country(person: Person, *, returned: bool) -> str:
    codes = (
        identity.country
        for identity in _identities(person)
        if identity.country and (identity.code in _RETURNING) == returned
    )
    return country_words().get(next(codes, ""), "")


def _returned(person: Person, _is_clear: bool) -> str:
    days = (
        partial_text(identity.since, identity.since_precision)
        for identity in _identities(person)
        if identity.since and identity.code in _RETURNING
    )
    return next(days, "")


def _region(person: Person, _is_clear: bool) -> str:
    names: list[str] = []
    region = person.region
    while region is not None:
        names.insert(0, region.name)
        region = region.parent
    return "".join(names)


COLUMNS: Mapping[Column, Spec] = {
    Column.NAME: Spec("姓名", _("Full name"), "full_name", 12, lambda p, _c: p.full_name),
    Column.SEX: Spec("性别", _("Sex"), "sex", 6, lambda p, _c: SEX_WORDS[p.sex]),
    Column.BIRTH: Spec("出生年月", _("Date of birth"), "birth_date", 12, _birth),
    Column.ID_NUMBER: Spec(
        "身份证号", _("Identity numbers"), "documents", 22,
        lambda p, clear: _papers(p, clear, passports=False),
    ),
    Column.PASSPORT: Spec(
        "护照号", _("Passports"), "documents", 14,
        lambda p, clear: _papers(p, clear, passports=True),
    ),
    Column.PHONE: Spec("联系电话", _("Phones"), "phones", 16, _phones),
    Column.ADDRESS: Spec("家庭住址", _("Address"), "address", 36, _address),
    Column.IDENTITY: Spec(
        "身份类别", _("Identities"), "identities", 14,
        lambda p, _c: _COMMA.join(IDENTITY_WORDS[item.code] for item in _identities(p)),
    ),
    Column.IDENTITY_STATE: Spec(
        "身份状态", _("How far each identity is established"), "identities", 24, _states
    ),
    Column.OVERSEAS_COUNTRY: Spec(
        "旅居国", _("Country of residence, or of the relatives"), "identities", 14,
        lambda p, _c: _country(p, returned=False),
    ),
    Column.FORMER_COUNTRY: Spec(
        "原侨居国", _("Country of return"), "identities", 14,
        lambda p, _c: _country(p, returned=True),
    ),
    Column.RETURNED: Spec("回国时间", _("Day of return"), "identities", 12, _returned),
    Column.FORMER_NAMES: Spec(
        "曾用名", _("Former names"), "former_names", 16, lambda p, _c: _COMMA.join(p.former_names)
    ),
    Column.OTHER_NAMES: Spec(
        "其他姓名", _("Other names"), "other_names", 16, lambda p, _c: _COMMA.join(p.other_names)
    ),
    Column.NATIONALITY: Spec(
        "国籍", _("Nationality"), "nationality", 10,
        lambda p, _c: country_words().get(p.nationality, ""),
    ),
    Column.REGION: Spec("籍贯", _("Native place"), "region", 20, _region),
    Column.STATUS: Spec(
        "在册状态", _("Status"), "status", 10, lambda p, _c: STATUS_WORDS[p.status]
    ),
    Column.NOTE: Spec("备注", _("Note"), "note", 36, lambda p, clear: p.note if clear else ""),
}  # fmt: skip
# Free text may say anything about anybody, so it has no masked form.
ONLY_IN_FULL = frozenset({Column.NOTE})
# What is ticked before somebody has chosen for the first time.
USUAL = [
    Column.NAME, Column.SEX, Column.BIRTH, Column.ID_NUMBER, Column.PHONE, Column.ADDRESS,
    Column.IDENTITY, Column.IDENTITY_STATE,
]  # fmt: skip
