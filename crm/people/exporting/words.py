"""The code words of the 归侨侨眷登记表, as the import understands them."""

from collections.abc import Mapping
from functools import cache

from django.utils import translation
from django_countries import countries

from crm.people.choices import IdentityCode, IdentityState, Sex, Status

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
    Status.ACTIVE: "在册", Status.MOVED: "已迁出", Status.DECEASED: "已去世"
}  # fmt: skip


@cache
def country_words() -> dict[str, str]:
    """Return the Chinese name of every country by its code."""
    with translation.override("zh-hans"):
        return {code: str(name) for code, name in countries}
