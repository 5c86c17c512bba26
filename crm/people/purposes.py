"""What a site asks consent for, and the words it asks in.

Purposes and wordings come with the program, so that every site asks the same. A wording that
people agreed to is never changed: another text is another version, and who agreed to the older
one is asked again (个人信息保护法 Art. 14). The Chinese text is the one that counts.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DataClass(StrEnum):
    """Kinds of personal data, as people are told about them."""

    IDENTITY = "identity"
    CONTACT = "contact"
    PAPERS = "papers"
    FAMILY = "family"
    OVERSEAS = "overseas"
    PHOTO = "photo"
    MATTER = "matter"

    @property
    def label(self) -> str | Promise:
        """The words for people."""
        return _DATA_CLASSES[self]


_DATA_CLASSES: Mapping[DataClass, Promise] = {
    DataClass.IDENTITY: _("name, sex, date of birth, overseas Chinese identity"),
    DataClass.CONTACT: _("phone, address, other contacts"),
    DataClass.PAPERS: _("numbers of identity papers"),
    DataClass.FAMILY: _("household and relatives"),
    DataClass.OVERSEAS: _("stays abroad and relatives abroad"),
    DataClass.PHOTO: _("photos and video"),
    DataClass.MATTER: _("what the help is about"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """The text somebody agrees to; ``version`` is the day it began to be used."""

    version: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing that is asked for by itself.

    ``has_recipient``: data goes to somebody outside the site, who must be named (Art. 23).
    ``is_separate``: the data is sensitive, so it is never asked for together with others (Art. 29).
    ``wordings`` are oldest first.
    """

    code: str
    label: str | Promise
    data_classes: tuple[DataClass, ...]
    wordings: tuple[Wording, ...]
    has_recipient: bool = False
    is_separate: bool = False

    @property
    def current(self) -> Wording:
        """The wording that is asked in now."""
        return self.wordings[-1]

    def wording(self, version: str) -> Wording | None:
        """Return the wording of a version; None for one that never was."""
        return next((known for known in self.wordings if known.version == version), None)


PURPOSES: Mapping[str, Purpose] = {
    purpose.code: purpose
    for purpose in (
        Purpose(
            "register",
            _("to be on the site's register"),
            (DataClass.IDENTITY, DataClass.CONTACT),
            (
                Wording(
                    "2026-11-25",
                    "我同意侨之家登记我的姓名、性别、出生日期、侨界身份和联系方式，"
                    "用于联系我并为我办理为侨服务。我可以随时查看、更正，也可以随时撤回同意。",
                    "I agree that the site keeps my name, sex, date of birth, overseas Chinese"
                    " identity and contacts, to reach me and to serve me. I can see and correct"
                    " them and take this back at any time.",
                ),
            ),
        ),
        Purpose(
            "papers",
            _("to keep the numbers of identity papers"),
            (DataClass.PAPERS,),
            (
                Wording(
                    "2026-11-25",
                    "我单独同意侨之家保存我的证件号码，用于核对身份和申办事项。"
                    "号码加密保存，每次查看都有记录，我可以查询是谁看过。"
                    "不同意不影响不需要证件的服务。",
                    "I agree separately that the site keeps the numbers of my identity papers, to"
                    " make sure who I am and to apply for me. They are encrypted, every look is"
                    " on record, and I can see who looked. Services that need no paper do not"
                    " depend on this.",
                ),
            ),
            is_separate=True,
        ),
        Purpose(
            "family",
            _("to keep household and relatives"),
            (DataClass.FAMILY, DataClass.OVERSEAS),
            (
                Wording(
                    "2026-11-25",
                    "我单独同意侨之家登记我的家庭成员、亲属关系和海外亲属所在国家（地区），"
                    "用于办理侨眷身份等事项。海外亲属的姓名须经其本人同意才登记。",
                    "I agree separately that the site keeps my household, my relatives and the"
                    " countries of my relatives abroad, for matters such as 侨眷 status. Relatives"
                    " abroad are named only if they agree themselves.",
                ),
            ),
            is_separate=True,
        ),
        Purpose(
            "messages",
            _("to receive messages"),
            (DataClass.CONTACT,),
            (
                Wording(
                    "2026-11-25",
                    "我同意侨之家通过短信、微信或电话告知活动和服务信息。我可以随时退订。",
                    "I agree to be told about events and services by text message, WeChat or"
                    " phone. I can unsubscribe at any time.",
                ),
            ),
        ),
        Purpose(
            "photo",
            _("to publish photos"),
            (DataClass.PHOTO,),
            (
                Wording(
                    "2026-11-25",
                    "我单独同意侨之家在宣传中使用含有我的照片或视频。"
                    "我可以随时撤回，撤回后不再新增使用。",
                    "I agree separately that the site publishes photos or video that show me. I can"
                    " take this back at any time; nothing new is used then.",
                ),
            ),
            is_separate=True,
        ),
        Purpose(
            "referral",
            _("to be referred to somebody outside"),
            (DataClass.IDENTITY, DataClass.CONTACT, DataClass.MATTER),
            (
                Wording(
                    "2026-11-25",
                    "我单独同意侨之家把我的姓名、联系方式和所求助的事项提供给下述接收方，"
                    "仅用于处理这一件事。撤回同意后，转介随即停止。",
                    "I agree separately that the site gives my name, my contacts and what I need"
                    " help with to the recipient named below, for this matter only. If I take it"
                    " back, the referral stops.",
                ),
            ),
            has_recipient=True,
            is_separate=True,
        ),
    )
}


def is_child(birth_date: dt.date | None, today: dt.date) -> bool:
    """Say whether a guardian must agree: under 14 (Art. 31); an unknown age is no child.

    >>> is_child(dt.date(2012, 3, 2), dt.date(2026, 3, 1)), is_child(None, dt.date(2026, 3, 1))
    (True, False)
    >>> is_child(dt.date(2012, 3, 1), dt.date(2026, 3, 1))
    False
    """
    if birth_date is None:
        return False
    birthday = (birth_date.month, birth_date.day)
    return today.year - birth_date.year - ((today.month, today.day) < birthday) < CHILD_BELOW


CHILD_BELOW = 14
