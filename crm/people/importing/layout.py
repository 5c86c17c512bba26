"""The 归侨侨眷登记表: its columns under the headings that sites use, and its code words.

Source: real forms and public code, compiled in November 2026 (layout
``guiqiao_qiaojuan_register``, code tables ``sex`` and ``qiao_identity``).
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from crm.people.choices import IdentityCode, Sex


class Column(StrEnum):
    """A column of the roster that is kept."""

    NAME = "name"
    PHONE = "phone"
    SEX = "sex"
    PASSPORT = "passport"
    ID_NUMBER = "id_number"
    ADDRESS = "address"
    IDENTITY = "identity"
    BIRTH = "birth"
    OVERSEAS_COUNTRY = "overseas_country"
    FORMER_COUNTRY = "former_country"
    RETURNED = "returned"
    NOTE = "note"


_HEADINGS: Mapping[Column, str] = {
    Column.NAME: "姓名 侨眷姓名 归侨姓名",
    Column.PHONE: "常用电话 联系电话 联系方式 手机 手机号码 手机号 电话",
    Column.SEX: "性别",
    Column.PASSPORT: "护照号 护照号码",
    Column.ID_NUMBER: "身份证号 身份证号码 身份证 证件号码 公民身份号码",
    Column.ADDRESS: "家庭住址 住址 现住址 居住地址 户籍地址 所在社区",
    Column.IDENTITY: "身份类别 类别 侨界身份 归侨/侨眷 统战身份",
    Column.BIRTH: "出生年月 出生日期 出生年月日",
    Column.OVERSEAS_COUNTRY: "海外直系亲属旅居国 侨居国 旅居国 居住国(地区) 居住国 住在国 所在国家",
    Column.FORMER_COUNTRY: "原侨居国 原居住国 归自何国",
    Column.RETURNED: "回国时间 归国时间 回国定居时间 回国年份",
    Column.NOTE: "备注",
}
# What the roster asks and the register does not keep: data of relatives who never agreed, what
# no service here needs, and what has a room of its own.
_NOT_COLLECTED = (
    "海外亲属姓名 境外亲属姓名 华侨姓名 亲属姓名 与海外直系亲属关系 与华侨关系 亲属关系 关系"
    " 与本人关系 海外直系亲属护照号 所属区/县侨联 所属侨联 街道 所属社区 民族 政治面貌"
    " 文化程度 学历 健康状况 困难情况 是否困难 是否低保 年龄"
)
# The number of the line says nothing about anybody.
_LINE_NUMBERS = "序号 编号 行号"

SEXES: Mapping[str, Sex] = {
    **dict.fromkeys(["男", "男性", "M", "1", "♂"], Sex.MALE),
    **dict.fromkeys(["女", "女性", "F", "2", "♀"], Sex.FEMALE),
}
IDENTITIES: Mapping[str, IdentityCode] = {
    word: code
    for code, words in {
        IdentityCode.OVERSEAS: "华侨 旅居海外 新侨(未入籍)",
        IdentityCode.FOREIGN: "华人 外籍华人 海外华人 已入籍",
        IdentityCode.RETURNED: "归侨 老归侨 归难侨 难侨",
        IdentityCode.RELATIVE: "侨眷 侨眷属 归侨子女 华侨家属",
        IdentityCode.DISTANT_RELATIVE: "侨属 堂亲 表亲",
        IdentityCode.HONG_KONG_MACAO: "港澳居民 香港同胞 澳门同胞",
        IdentityCode.HONG_KONG_MACAO_RELATIVE: "港澳眷属 港澳台眷",
        IdentityCode.STUDENT_ABROAD: "留学生 在读 出国留学 出国留学生",
        IdentityCode.RETURNED_STUDENT: "归国留学生 海归 留学回国 归国留学人员",
        IdentityCode.STUDENT_RELATIVE: "留学生家属 留学家属 留学人员家属",
        IdentityCode.OTHER: "其他非侨居民 无",
    }.items()
    for word in words.split()
}
# Names of countries that rosters use besides the official ones.
COUNTRY_ALIASES: Mapping[str, str] = {
    "印尼": "ID", "马来亚": "MY", "大马": "MY", "星洲": "SG", "香港": "HK", "中国香港": "HK",
    "澳门": "MO", "中国澳门": "MO", "台湾": "TW", "中国台湾": "TW", "英": "GB", "美": "US",
    "加": "CA", "澳洲": "AU", "澳": "AU", "英国": "GB", "韩国": "KR", "朝鲜": "KP",
    "俄罗斯": "RU", "老挝": "LA", "越南": "VN", "文莱": "BN", "阿联酋": "AE", "纽西兰": "NZ",
}  # fmt: skip


def normalise(text: str) -> str:
    r"""Return a heading or code word in the form that is compared.

    >>> normalise("居住国（地区）"), normalise(" 姓　名\\n"), normalise("性 别")
    ('居住国地区', '姓名', '性别')
    """
    return re.sub(r"[\s()\[\]【】:：*]", "", unicodedata.normalize("NFKC", text))


def _table(words: str) -> frozenset[str]:
    return frozenset(map(normalise, words.split()))


COLUMNS: Mapping[str, Column] = {
    heading: column for column, words in _HEADINGS.items() for heading in _table(words)
}
NOT_COLLECTED, LINE_NUMBERS = _table(_NOT_COLLECTED), _table(_LINE_NUMBERS)
IDENTITY_WORDS = {normalise(word): code for word, code in IDENTITIES.items()}
