"""Countries under the names that rosters use: short, old, foreign, and cities for countries (D13).

Source of the names: the roster layouts compiled in November 2026, and the names that returned
overseas Chinese use for where they came from. Hong Kong, Macao and Taiwan are regions of China
with codes of their own (ISO 3166-1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils import translation
from django.utils.translation import gettext as _
from django_countries import countries

from common import variants
from crm.people.importing.repairs.base import (
    Found,
    Note,
    RepairClass,
    changed,
    error,
    warning,
    words,
)
from crm.people.importing.repairs.texts import emptied, folded, is_empty_word, tidy


def _table(text: str) -> dict[str, str]:
    """Read "ID: 印尼 千岛之国" line by line."""
    table: dict[str, str] = {}
    for line in text.strip().splitlines():
        code, _colon, names = line.partition(":")
        table |= {folded(name).upper(): code.strip() for name in names.split()}
    return table


# As correct as the name in the state's list, so nothing is to be said about it.
_ALSO_CORRECT = _table("""
AE: 阿联酋
BA: 波黑
BS: 巴哈马
CD: 刚果(金)
CG: 刚果(布)
CI: 科特迪瓦
CZ: 捷克共和国
GB: 联合王国
KG: 吉尔吉斯斯坦
KM: 科摩罗
KN: 圣基茨和尼维斯
KP: 朝鲜民主主义人民共和国
KR: 大韩民国
LR: 利比里亚
MK: 北马其顿
ML: 马里
NP: 尼泊尔
RU: 俄罗斯联邦
SR: 苏里南
TJ: 塔吉克斯坦
TT: 特立尼达和多巴哥
US: 美利坚合众国
WS: 萨摩亚
CN: 中华人民共和国
""")
_ALIASES = _table("""
AU: 澳洲 澳 澳大利 AUSTRALIA
BN: 汶莱 BRUNEI
BR: BRAZIL
CA: 加 CANADA
CN: 中 国内 大陆 CHINA PRC
CD: 扎伊尔
DE: 西德 东德 民主德国 联邦德国 GERMANY
ES: SPAIN
FR: 法 FRANCE
GB: 英 英吉利 英格兰 苏格兰 UK U.K U.K. ENGLAND BRITAIN
HK: 港 HONGKONG
ID: 印尼 荷属东印度 荷印 INDONESIA
IN: INDIA
IT: ITALY
JP: JAPAN
KH: 高棉 CAMBODIA
KR: 南韩 南朝鲜 KOREA
LA: 寮国 LAOS
LK: 锡兰
MM: MYANMAR BURMA
MO: MACAO MACAU
MY: 大马 马来亚 马来 北婆罗洲 MALAYSIA
NL: NETHERLANDS HOLLAND
NZ: 纽西兰 NEWZEALAND
PH: 菲 吕宋 PHILIPPINES
RU: 苏联 苏俄 RUSSIA
SG: 星洲 星加坡 新嘉坡 坡 SINGAPORE
TH: 暹罗 THAILAND
TW: 台 TAIWAN
US: 美 美利坚 USA U.S U.S. U.S.A U.S.A. AMERICA UNITEDSTATES
VN: 安南 南越 北越 VIETNAM
ZA: SOUTHAFRICA
""")
# Where a cell names a city or an island only.
_CITIES = _table("""
AE: 迪拜 阿布扎比
AR: 布宜诺斯艾利斯
AU: 悉尼 墨尔本 布里斯班 珀斯
BR: 圣保罗 里约热内卢
CA: 温哥华 多伦多 蒙特利尔 卡尔加里
DE: 法兰克福 柏林 汉堡 慕尼黑
ES: 马德里 巴塞罗那
FR: 巴黎 里昂
GB: 伦敦 曼彻斯特
HU: 布达佩斯
ID: 雅加达 泗水 棉兰 巴厘 万隆 爪哇 苏门答腊 巴达维亚
IN: 加尔各答 孟买
IT: 米兰 罗马 普拉托 佛罗伦萨
JP: 东京 大阪 横滨 神户
KH: 金边
KR: 首尔 汉城
LA: 万象
MM: 仰光 曼德勒
MY: 吉隆坡 槟城 槟榔屿 沙捞越 砂拉越 沙巴
NL: 阿姆斯特丹 鹿特丹
NZ: 奥克兰
PH: 马尼拉 宿务
RU: 莫斯科
TH: 曼谷 清迈
TW: 台北 高雄
US: 纽约 洛杉矶 旧金山 三藩市 西雅图 芝加哥 波士顿 休斯顿 费城 加州 夏威夷
VN: 西贡 河内 胡志明市 海防
ZA: 约翰内斯堡
""")
# States that are no more: who came from there came from what is another country today.
_HISTORIC = words(
    "苏联 苏俄 马来亚 暹罗 安南 荷属东印度 荷印 锡兰 西德 东德 民主德国 联邦德国 南越"
    " 北越 扎伊尔 北婆罗洲"
)
# More than one country of today: nobody can say which.
_VAGUE = words(
    "南洋 东南亚 欧洲 非洲 美洲 南美 北美 印度支那 法属印度支那 海外 国外 境外 外国 港澳 港澳台"
    " 南斯拉夫 捷克斯洛伐克 婆罗洲 大洋洲 亚洲 中东"
)
_REGIONS: Mapping[str, str] = {
    f"{before}{name}{behind}": code
    for code, name in {"HK": "香港", "MO": "澳门", "TW": "台湾"}.items()
    for before in ("", "中国")
    for behind in ("", "地区", "特区", "特别行政区", "省")
}
_SEPARATORS = re.compile(r"[、,，;；/／|\n&＆]|(?<=[\u4e00-\u9fff])和(?=[\u4e00-\u9fff])")
_CODE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Place:
    """A country by its ISO 3166-1 code, and the rest of the text, such as a city.

    ``text`` is what stands in the cell.
    """

    code: str
    rest: str = ""
    text: str = ""


@cache
def _official() -> dict[str, str]:
    """Return the code of every country under its Chinese name in the state's list."""
    with translation.override("zh-hans"):
        names = {folded(str(name)).upper(): code for code, name in countries}
    # The library's Chinese list has 西萨摩亚 under the name of its neighbour.
    names["美属萨摩亚群岛"] = "AS"
    return names | _ALSO_CORRECT


def read_countries(raw: str) -> Found[tuple[Place, ...]]:
    """Return the countries in a cell.

    >>> [place.code for place in read_countries("越南/法国").value]
    ['VN', 'FR']
    >>> read_countries("意大利 米兰").value[0].rest
    '米兰'
    >>> read_countries("南洋").notes[0].code
    'country_vague'
    """
    if code := _official().get(raw):
        return Found((Place(code, text=raw),))
    if is_empty_word(raw):
        return Found(None, (emptied(raw),))
    tidied = tidy(raw)
    text, notes = tidied.value or "", list(tidied.notes)
    if code := _official().get(text):
        return Found((Place(code, text=text),), tuple(notes))
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    places = [place for place in (_read_one(part, notes) for part in parts) if place]
    if len(parts) == 2 and len({place.code for place in places}) == 1 and len(places) == 2:
        # 意大利/米兰 is one place, said twice.
        places = [Place(places[0].code, parts[1], text)]
    return Found(tuple(dict.fromkeys(places)) or None, tuple(notes))


def _read_one(text: str, notes: list[Note]) -> Place | None:
    word = variants.folded(folded(text)).upper()
    if is_empty_word(text):
        notes.append(emptied(text))
        return None
    if code := _REGIONS.get(word):
        message = _("“{text}” is a region of China, kept under its own code.").format(text=text)
        notes.append(warning(RepairClass.COUNTRY, message, "country_is_region"))
        return Place(code, text=text)
    if code := _lookup(word):
        return _known(text, word, code, notes)
    if code := _CITIES.get(word):
        notes.append(_said(text, code))
        return Place(code, text, text)
    if word in _VAGUE:
        message = _("“{text}” is no single country of today.").format(text=text)
        notes.append(warning(RepairClass.TO_NOTE, message, "country_vague"))
        return Place("", text, text)
    for length in range(len(word) - 1, 1, -1):
        head = word[:length]
        if code := _REGIONS.get(head) or _official().get(head) or _ALIASES.get(head):
            rest = _rest(text, length)
            if not rest:
                break
            notes.append(_said(text, code))
            return Place(code, rest, text)
    message = _("“{text}” is no country that we know. Write its full name of today.")
    message = message.format(text=text)
    notes.append(error("country_unknown", message))
    return None


def _lookup(word: str) -> str:
    for name in (word, word.removesuffix("籍"), word.removesuffix("侨"), word.removesuffix("国")):
        if name and (code := _official().get(name) or _ALIASES.get(name)):
            return code
    return word if _CODE.fullmatch(word) and word in countries else ""


def _known(text: str, word: str, code: str, notes: list[Note]) -> Place:
    if word in _HISTORIC:
        message = _("“{text}” is a state of former times, kept as {country}.").format(
            text=text, country=country_name(code)
        )
        notes.append(warning(RepairClass.COUNTRY, message, "country_historic"))
    elif text not in _official():
        notes.append(_said(text, code))
    return Place(code, text=text)


def _said(text: str, code: str) -> Note:
    return changed(RepairClass.COUNTRY, text, country_name(code))


def country_name(code: str) -> str:
    """Return the name of a country in the active language."""
    return str(countries.name(code)).strip()


def _rest(text: str, length: int) -> str:
    """Return what follows the first ``length`` characters that are no spaces."""
    seen = 0
    for position, character in enumerate(text):
        if seen == length:
            return text[position:].strip(" -—·.:：()（）[]省市的")
        seen += not character.isspace()
    return ""
