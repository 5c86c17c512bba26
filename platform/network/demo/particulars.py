"""Invent what a demonstration site knows of its people's lives abroad and here, and their accounts.

The same on every run: everything follows from the person, and nothing from the clock. Codes are
those of `crm.people.facts` and `crm.people.choices.ContactKind`.
"""

import datetime as dt
from collections.abc import Mapping

from network.demo.dice import Dice
from network.demo.people import REFERENCE_DATE, DemoPerson

_ABROAD, _BACK = frozenset({"HQ", "WJHR"}), frozenset({"GQ", "LXGG"})
_RETIRED_AT = 60
# So many of ten people a site has asked; of the others it knows what the roster said.
_ASKED = 0.7
# City and street, as somebody would write an address there.
_CITIES: Mapping[str, tuple[str, str]] = {
    "ID": ("棉兰", "Jl. Merdeka {}, Medan"),
    "MY": ("槟城", "{} Lebuh Campbell, George Town"),
    "PH": ("马尼拉", "{} Ongpin Street, Binondo, Manila"),
    "SG": ("新加坡", "{} Telok Ayer Street, Singapore"),
    "TH": ("曼谷", "{} Yaowarat Road, Bangkok"),
    "VN": ("胡志明市", "{} Tran Hung Dao, Cholon"),
    "US": ("纽约", "{} Mott Street, New York"),
    "CA": ("温哥华", "{} East Pender Street, Vancouver"),
    "AU": ("悉尼", "{} Dixon Street, Sydney"),
    "GB": ("伦敦", "{} Gerrard Street, London"),
    "IT": ("普拉托", "Via Pistoiese {}, Prato"),
    "JP": ("神户", "{} Motomachi, Kobe"),
}
_SCHOOLS = {
    "US": ("俄亥俄州立大学", "Ohio State University"), "GB": ("利兹大学", "University of Leeds"),
    "JP": ("早稻田大学", "Waseda University"), "AU": ("悉尼大学", "University of Sydney"),
    "SG": ("新加坡国立大学", "National University of Singapore"),
}  # fmt: skip
_MAJORS = ("会计学", "土木工程", "食品科学", "计算机科学", "国际贸易", "临床医学")
_EMPLOYERS = ("榕荫食品有限公司", "闽南石材行", "南洋茶庄", "海丝物流公司", "同安机械厂")
_POSTS = ("福建同乡会理事", "中华总商会会员", "侨联委员", "宗亲会理事")
_GIFTS = ("村小学图书室", "祠堂修缮", "老人会活动室", "奖学金")
_AT_HOME = {
    "teacher": 2, "employee": 22, "official": 5, "freelance": 9, "professional": 7, "owner": 10,
    "worker": 16, "home": 8, "researcher": 2,
}  # fmt: skip
_INDUSTRIES = {"trade": 8, "light": 5, "finance": 3, "internet": 3, "education": 3, "property": 2}
_SCHOOLED = {"primary": 20, "junior": 26, "senior": 22, "vocational": 8, "college": 8}
_EDUCATED = {"senior": 16, "college": 22, "bachelor": 34, "master": 6}


def facts_of(person: DemoPerson) -> dict[str, str]:
    """Return what was written down about somebody; nothing about children."""
    dice = Dice(f"qiaojia-demo-facts-{_seed(person)}")
    age = REFERENCE_DATE.year - person.birth_date.year
    if age < 18 or not dice.chance(_ASKED):
        return {}
    identity = person.identities[0]
    facts = _background(dice, person, age)
    if identity.code in _ABROAD:
        facts |= _living_abroad(dice, person, age)
    elif identity.code == "GQ":
        facts |= _came_back(dice, person)
    elif identity.code == "LXGG":
        facts |= _studied(dice, person, age)
    elif identity.code == "QJ":
        facts["overseas_ties"] = dice.weigh({"close": 6, "other": 3, "unknown": 1})
    if "农场" in person.address and age >= 20:
        facts |= _on_the_farm(dice, person, age)
    return facts


def contacts_of(person: DemoPerson) -> tuple[tuple[str, str], ...]:
    """Return other ways to reach somebody, as kinds and values; all are invented."""
    dice = Dice(f"qiaojia-demo-contacts-{_seed(person)}")
    age = REFERENCE_DATE.year - person.birth_date.year
    identity = person.identities[0]
    name = f"demo{dice.between(100_000, 999_999)}"
    found: list[tuple[str, str]] = []
    if 16 <= age < 75 and dice.chance(0.3):
        found.append(("wechat", f"wx_{name}"))
    if identity.code in {"HQ", "WJHR", "LXGG"} and dice.chance(0.5):
        found.append(("email", f"{name}@example.org"))
    if 25 <= age < 45 and dice.chance(0.1):
        found.append(("qq", str(dice.between(100_000_000, 999_999_999))))
    if identity.code in _ABROAD and identity.country in _CITIES and dice.chance(0.6):
        street = _CITIES[identity.country][1]
        found.append(("abroad", street.format(dice.between(1, 240))))
    return tuple(found)


def own_answers_of(person: DemoPerson) -> tuple[str, str]:
    """Return answers to two questions that a site might add for itself; "" where nobody asked.

    The first is ``yes`` or ``no``, the second one of 上午, 下午 and 周末.
    """
    dice = Dice(f"qiaojia-demo-own-{_seed(person)}")
    age = REFERENCE_DATE.year - person.birth_date.year
    if age < 18 or not dice.chance(0.2):
        return "", ""
    return ("yes" if age > 80 or dice.chance(0.1) else "no"), dice.pick(("上午", "下午", "周末"))


def _background(dice: Dice, person: DemoPerson, age: int) -> dict[str, str]:
    facts = {"education": dice.weigh(_SCHOOLED if age >= _RETIRED_AT else _EDUCATED)}
    if person.native_region.startswith("65"):
        facts["ethnic_group"] = "05"
    else:
        facts["ethnic_group"] = dice.weigh({"01": 97, "22": 2, "11": 1})
    if age >= _RETIRED_AT:
        facts["occupation"] = "retired"
    elif age < 23:
        facts["occupation"] = "student"
    else:
        facts["occupation"] = dice.weigh(_AT_HOME)
        if facts["occupation"] in {"employee", "owner", "worker"}:
            facts["employer"] = dice.pick(_EMPLOYERS)
            facts["industry"] = dice.weigh(_INDUSTRIES)
    if dice.chance(0.05):
        facts["social_posts"] = dice.pick(_POSTS)
    return facts


def _living_abroad(dice: Dice, person: DemoPerson, age: int) -> dict[str, str]:
    country = person.identities[0].country
    left = dice.between(person.birth_date.year + 18, REFERENCE_DATE.year - 1)
    facts = {
        "residence_country": country,
        "left": f"{left}-{dice.between(1, 12):02}" if dice.chance(0.5) else str(left),
        "period": "LQ" if left <= 1978 else "XQ",
        "overseas_permit": "citizen"
        if person.identities[0].code == "WJHR"
        else dice.weigh({"permanent": 5, "long_term": 3, "work": 2}),
    }
    if country in _CITIES:
        facts["residence_place"] = _CITIES[country][0]
    if left + 3 < REFERENCE_DATE.year:
        facts["settled_abroad"] = str(left + 3)
    if age >= 45 and dice.chance(0.2):
        facts["donations"] = dice.pick(_GIFTS)
    return facts


def _came_back(dice: Dice, person: DemoPerson) -> dict[str, str]:
    country, born = person.identities[0].country, person.birth_date.year
    # In 1978 from Viet Nam, before that in the years around 1960.
    back = 1978 if country == "VN" else max(born + 1, dice.between(1953, 1966))
    facts = {"residence_country": country, "resettled": str(back)}
    if country in _CITIES:
        facts["birth_place"] = _CITIES[country][0]
        facts["residence_place"] = _CITIES[country][0]
    return facts


def _studied(dice: Dice, person: DemoPerson, age: int) -> dict[str, str]:
    country = person.identities[0].country
    facts = {
        "returned_student": "yes",
        "residence_country": country,
        "study_kind": dice.weigh({"private": 7, "public": 2, "employer": 1}),
        "major": dice.pick(_MAJORS),
        "education": dice.weigh({"bachelor": 3, "master": 6, "doctor": 1}),
        "founder": "yes" if dice.chance(0.1) else "no",
    }
    if country in _SCHOOLS:
        facts["school"], facts["school_latin"] = _SCHOOLS[country]
    if age >= 26:
        left = dice.between(person.birth_date.year + 20, REFERENCE_DATE.year - 4)
        facts |= {"left": f"{left}-09", "resettled": f"{left + 2}-07"}
    return facts


def _on_the_farm(dice: Dice, person: DemoPerson, age: int) -> dict[str, str]:
    since = person.birth_date.year + dice.between(17, 20)
    facts = {
        "farm_team": f"{dice.between(1, 14)}队",
        "farm_work": "retired" if age >= _RETIRED_AT else dice.weigh({"working": 3, "released": 1}),
        "farm_pension": "yes" if dice.chance(0.9) else "no",
        "farm_medical": dice.weigh({"城乡居民医保": 3, "职工医保": 2}),
        "farm_land": f"{dice.between(1, 9)}.{dice.between(0, 9)}",
    }
    if since < REFERENCE_DATE.year:
        facts["farm_work_since"] = str(since)
    if age >= _RETIRED_AT:
        facts["farm_retired"] = str(person.birth_date.year + _RETIRED_AT)
    return facts


def _seed(person: DemoPerson) -> str:
    born: dt.date = person.birth_date
    return f"{person.address}-{person.full_name}-{born}"
