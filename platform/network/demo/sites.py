"""Four invented sites in Fujian, one of each kind, and the accounts to try them with.

The regions are real; names, streets and people are not. Fujian has all four kinds: old qiaoxiang
neighbourhoods, technology parks, universities for overseas students, and farms that took in
returned refugees from 1960 (Indonesia) and 1978 (Vietnam).
"""

from dataclasses import dataclass
from typing import Literal

from network.demo.numbers import account_mobile

Kind = Literal["community", "park", "campus", "farm"]

PROVINCE_CODE = "350000"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Someone who can sign in to the demonstration; the password is the demonstration's."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class DemoSite:
    """One 侨之家. ``code`` is its host name's first label; ``number`` its block of numbers."""

    number: int
    code: str
    kind: Kind
    name: str
    english_name: str
    region_code: str
    phone: str
    address: str
    opening_hours: str
    people: int
    accounts: tuple[DemoAccount, ...]


def _accounts(site_number: int, names: dict[str, str]) -> tuple[DemoAccount, ...]:
    """Return an account for each role of ``names`` (role to name), numbered from 1."""
    return tuple(
        DemoAccount(role, name, account_mobile(site_number, serial))
        for serial, (role, name) in enumerate(names.items(), start=1)
    )


# No account holds two of the first three roles: they watch each other.
PLATFORM_ACCOUNTS = _accounts(
    0,
    {
        "system_admin": "郑立群",
        "security_admin": "查文静",
        "audit_admin": "盖振宇",
        "operator": "许颖",
    },
)

# Subscriber numbers of the landlines begin with 0, which no exchange gives out.
SITES = (
    DemoSite(
        number=1,
        code="siming",
        kind="community",
        name="思明榕荫社区侨之家",
        english_name="Rongyin Community Overseas Chinese Home, Siming",
        region_code="350203",
        phone="+865920000101",
        address="福建省厦门市思明区榕荫里18号一楼",
        opening_hours="周一至周六 8:30–12:00，14:30–18:00",
        people=900,
        accounts=_accounts(
            1,
            {
                "administrator": "曾慧敏",
                "clerk": "单晓芸",
                "volunteer_lead": "林国栋",
                "volunteer": "区嘉欣",
                "lawyer": "尉迟明哲",
                "member": "仇秀兰",
            },
        ),
    ),
    DemoSite(
        number=2,
        code="gulou",
        kind="park",
        name="鼓楼榕创园侨之家",
        english_name="Rongchuang Park Overseas Chinese Home, Gulou",
        region_code="350102",
        phone="+8659100000101",
        address="福建省福州市鼓楼区榕创园3号楼二层",
        opening_hours="周一至周五 9:00–18:00",
        people=450,
        accounts=_accounts(
            2,
            {
                "administrator": "解雨桐",
                "clerk": "陈思源",
                "volunteer_lead": "翟志远",
                "volunteer": "黄梦琪",
                "lawyer": "乐嘉颖",
                "member": "缪俊杰",
            },
        ),
    ),
    DemoSite(
        number=3,
        code="fengze",
        kind="campus",
        name="丰泽刺桐校区侨之家",
        english_name="Citong Campus Overseas Chinese Home, Fengze",
        region_code="350503",
        phone="+8659500000101",
        address="福建省泉州市丰泽区刺桐校区学生中心105室",
        opening_hours="教学周 周一至周五 9:00–21:00",
        people=600,
        accounts=_accounts(
            3,
            {
                "administrator": "朴正浩",
                "clerk": "吴欣怡",
                "volunteer_lead": "欧阳子涵",
                "volunteer": "蔡宇轩",
                "lawyer": "覃志强",
                "member": "Tan Mei Xin",
            },
        ),
    ),
    DemoSite(
        number=4,
        code="yunxiao",
        kind="farm",
        name="云霄南屏农场侨之家",
        english_name="Nanping Farm Overseas Chinese Home, Yunxiao",
        region_code="350622",
        phone="+8659600000101",
        address="福建省漳州市云霄县南屏农场场部大院内",
        opening_hours="周一至周日 8:00–11:30，15:00–18:00",
        people=1_200,
        accounts=_accounts(
            4,
            {
                "administrator": "阮文福",
                "clerk": "佘丽华",
                "volunteer_lead": "方建国",
                "volunteer": "黎小燕",
                "lawyer": "万俟青",
                "member": "邓阿妹",
            },
        ),
    ),
)

SITES_BY_CODE = {site.code: site for site in SITES}
