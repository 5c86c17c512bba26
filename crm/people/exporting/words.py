"""The code words of the 归侨侨眷登记表, as the import understands them."""

from collections.abc import Iterator, Mapping
from functools import cache

from django.utils import translation
from django_countries import countries

from crm.people.choices import (
    DocumentKind,
    FactKind,
    HouseholdRole,
    IdentityCode,
    IdentityState,
    KinCode,
    OverseasStanding,
    Sex,
    Status,
)
from crm.people.facts import Fact, value_text
from crm.people.languages import LANGUAGES

# Keeps its place among others that are known.
NOBODY_KNOWS = "不详"

SEX_WORDS: Mapping[str, str] = {Sex.MALE: "男", Sex.FEMALE: "女", Sex.UNKNOWN: ""}
IDENTITY_WORDS: Mapping[str, str] = {
    IdentityCode.RETURNED: "归侨",
    IdentityCode.RELATIVE: "侨眷",
    IdentityCode.OVERSEAS: "华侨",
    IdentityCode.FOREIGN: "外籍华人",
    IdentityCode.DISTANT_RELATIVE: "侨属",
    IdentityCode.HONG_KONG_MACAO: "港澳居民",
    IdentityCode.HONG_KONG_MACAO_RELATIVE: "港澳眷属",
    IdentityCode.STUDENT_ABROAD: "出国留学生",
    IdentityCode.RETURNED_STUDENT: "归国留学人员",
    IdentityCode.STUDENT_RELATIVE: "留学人员家属",
    IdentityCode.OTHER: "其他非侨居民",
}
STATE_WORDS: Mapping[str, str] = {
    IdentityState.SELF_DECLARED: "本人自报",
    IdentityState.MATERIALS_CHECKED: "材料已核",
    IdentityState.SUBMITTED: "已报送",
    IdentityState.RECOGNISED: "已认定",
    IdentityState.REFUSED: "未获认定",
}
STATUS_WORDS: Mapping[str, str] = {
    Status.ACTIVE: "在册", Status.MOVED: "已迁出", Status.DECEASED: "已去世",
    Status.MINIMISED: "已精简",
}  # fmt: skip
DOCUMENT_WORDS: Mapping[str, str] = {
    DocumentKind.RESIDENT_ID: "居民身份证",
    DocumentKind.RESIDENCE_PERMIT: "港澳台居民居住证",
    DocumentKind.PASSPORT: "护照",
    DocumentKind.HOME_RETURN_PERMIT: "港澳居民来往内地通行证",
    DocumentKind.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
    DocumentKind.PERMANENT_RESIDENCE: "外国人永久居留身份证",
    DocumentKind.OTHER: "其他证件",
}
ROLE_WORDS: Mapping[str, str] = {
    HouseholdRole.HEAD: "户主",
    HouseholdRole.SPOUSE: "配偶",
    HouseholdRole.CHILD: "子女",
    HouseholdRole.PARENT: "父母",
    HouseholdRole.GRANDCHILD: "孙子女",
    HouseholdRole.GRANDPARENT: "祖父母",
    HouseholdRole.SIBLING: "兄弟姐妹",
    HouseholdRole.IN_LAW: "姻亲",
    HouseholdRole.OTHER: "其他",
}
KIN_WORDS: Mapping[str, str] = {
    KinCode.SPOUSE: "配偶",
    KinCode.PARENT: "父母",
    KinCode.CHILD: "子女",
    KinCode.CHILD_IN_LAW: "子女配偶",
    KinCode.SIBLING: "兄弟姐妹",
    KinCode.GRANDPARENT: "祖父母",
    KinCode.GRANDCHILD: "孙子女",
    KinCode.SUPPORT: "扶养关系",
    KinCode.COLLATERAL: "其他亲属",
}
STANDING_WORDS: Mapping[str, str] = {
    OverseasStanding.OVERSEAS: "华侨",
    OverseasStanding.FOREIGN: "外籍华人",
    OverseasStanding.STUDENT: "出国留学生",
}
# As rosters head them; every other field is called what the form calls it.
_FACT_HEADINGS: Mapping[str, str] = {
    "residence_country": "住在国（地区）",
    "residence_place": "住在国城市",
    "settled_abroad": "定居住在国（地区）时间",
    "founder": "是否回国创业人员",
    "returned_student": "是否留学回国人员",
    "school": "毕业院校中文名",
    "school_latin": "毕业院校英文名",
}


# The library's Chinese list calls Samoa by the name of its neighbour, and one name has a space.
_CORRECTED = {"WS": "萨摩亚", "SJ": "斯瓦尔巴群岛和扬马延岛"}


@cache
def country_words() -> dict[str, str]:
    """Return the Chinese name of every country by its code; no two share one."""
    with translation.override("zh-hans"):
        return {code: _CORRECTED.get(code, str(name)) for code, name in countries}


def fact_heading(fact: Fact) -> str:
    """Return what a column of 侨情 is headed by."""
    with translation.override("zh-hans"):
        return _FACT_HEADINGS.get(fact.code) or str(fact.label)


def fact_words(fact: Fact, value: str) -> str:
    """Return what a cell says of a stored value of 侨情."""
    with translation.override("zh-hans"):
        return (
            value_text(fact, value)
            if fact.kind is not FactKind.COUNTRY
            else (country_words().get(value) or value_text(fact, value))
        )


class _LanguageWords(Mapping[str, str]):
    """The Chinese names of languages, looked up once the catalogue of texts is there."""

    def __getitem__(self, code: str) -> str:
        with translation.override("zh-hans"):
            return str(LANGUAGES[code])

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)


LANGUAGE_WORDS: Mapping[str, str] = _LanguageWords()
