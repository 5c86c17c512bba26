"""Who lives, works or studies at each kind of site: households, ages and identities.

Identities use the codes of the national survey forms: GQ 归侨, QJ 侨眷, HQ 华侨, WJHR 外籍华人,
GA 港澳居民, GAJ 港澳眷属, LXGG 归国留学人员, LXJS 留学人员家属, FQ 其他.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from network.demo.sites import Kind

Place = Literal["head", "spouse", "kin"]


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a household: ages in years, and how often each identity sits there.

    The ``head`` gives the surname that ``kin`` share; a ``spouse`` is of the other sex.
    """

    place: Place
    ages: tuple[int, int]
    identities: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Population:
    """What a kind of site is made of. Weights say how often; countries are ISO 3166 alpha-2."""

    households: tuple[tuple[int, tuple[Seat, ...]], ...]
    countries: Mapping[str, int]
    """Where relatives live, or where returned people came from."""
    native_regions: Mapping[str, int]
    dialects: Mapping[str, int]
    """Languages besides Mandarin, as ISO 639-3."""


_OLD = {"QJ": 62, "GQ": 16, "GAJ": 10, "LXJS": 7, "FQ": 5}
_GROWN = {"QJ": 66, "GAJ": 10, "LXGG": 9, "HQ": 6, "WJHR": 4, "GA": 5}
_COMMUNITY_ELDER = Seat("head", (62, 94), _OLD)
_COMMUNITY_WIFE = Seat("spouse", (60, 90), _OLD)

COMMUNITY = Population(
    households=(
        (28, (_COMMUNITY_ELDER,)),
        (36, (_COMMUNITY_ELDER, _COMMUNITY_WIFE)),
        (
            12,
            (
                Seat("head", (44, 61), _GROWN),
                Seat("spouse", (42, 60), _GROWN),
                Seat("kin", (8, 24), {"QJ": 1}),
            ),
        ),
        (
            10,
            (
                Seat("head", (72, 94), _OLD),
                Seat("kin", (36, 50), _GROWN),
                Seat("kin", (3, 14), {"QJ": 1}),
            ),
        ),
        (14, (Seat("head", (26, 58), {"HQ": 4, "WJHR": 4, "GA": 4, "QJ": 3}),)),
    ),
    countries={
        "ID": 18, "MY": 14, "PH": 22, "SG": 14, "US": 12, "CA": 7, "AU": 7, "GB": 4, "TH": 2,
    },
    native_regions={
        "350203": 34, "350211": 10, "350213": 6, "350212": 8, "350582": 14, "350583": 8,
        "350505": 2, "350604": 6, "350603": 4, "350521": 4, "350525": 2, "350524": 2,
    },
    dialects={"nan": 85, "cdo": 4, "hak": 4, "yue": 3, "ind": 4},
)  # fmt: skip

_RETURNEE = {"LXGG": 46, "HQ": 15, "WJHR": 20, "QJ": 13, "GA": 6}
PARK = Population(
    households=(
        (70, (Seat("head", (25, 54), _RETURNEE),)),
        (30, (Seat("head", (27, 55), _RETURNEE), Seat("spouse", (26, 55), {"QJ": 3, "LXGG": 2}))),
    ),
    countries={"US": 30, "GB": 14, "CA": 12, "AU": 14, "DE": 10, "FR": 6, "SG": 10, "MY": 4},
    native_regions={
        "350102": 14, "350103": 8, "350104": 8, "350111": 6, "350181": 14, "350112": 10,
        "350122": 6, "350203": 5, "110108": 4, "310115": 4, "330302": 5, "440106": 4, "420106": 3,
        "510107": 3, "429004": 2, "653228": 1, "370203": 3,
    },
    dialects={"cdo": 50, "nan": 15, "wuu": 8, "yue": 6, "eng": 21},
)  # fmt: skip

_STUDENT = {"HQ": 26, "QJ": 30, "WJHR": 20, "GA": 20, "FQ": 4}
CAMPUS = Population(
    households=(
        (80, (Seat("head", (18, 30), _STUDENT),)),
        (14, (Seat("head", (31, 64), {"LXGG": 5, "QJ": 3, "WJHR": 1}),)),
        (6, (Seat("head", (34, 60), {"LXGG": 3, "QJ": 2}), Seat("spouse", (32, 60), {"QJ": 1}))),
    ),
    countries={"ID": 20, "MY": 16, "TH": 16, "VN": 8, "PH": 14, "US": 8, "SG": 6, "CA": 6, "FR": 6},
    native_regions={
        "350503": 16, "350582": 14, "350583": 12, "350581": 6, "350203": 8, "440507": 6,
        "440781": 6, "441481": 4, "460106": 3, "330304": 5, "450923": 3, "530581": 2, "650102": 4,
        "653228": 2, "110105": 3, "419001": 2, "500103": 2, "230102": 2,
    },
    dialects={"nan": 42, "yue": 16, "hak": 10, "ind": 10, "tha": 8, "vie": 4, "eng": 10},
)  # fmt: skip

_FARM_BORN_HERE = {"QJ": 1}
FARM = Population(
    households=(
        (
            20,
            (
                Seat("head", (64, 92), {"GQ": 9, "QJ": 1}),
                Seat("spouse", (62, 90), {"GQ": 7, "QJ": 3}),
            ),
        ),
        (
            45,
            (
                Seat("head", (66, 92), {"GQ": 1}),
                Seat("kin", (40, 46), _FARM_BORN_HERE),
                Seat("kin", (12, 20), _FARM_BORN_HERE),
                Seat("kin", (4, 16), _FARM_BORN_HERE),
            ),
        ),
        (
            27,
            (
                # Came in 1978 as children.
                Seat("head", (48, 62), {"GQ": 1}),
                Seat("spouse", (48, 60), {"GQ": 3, "QJ": 2}),
                Seat("kin", (18, 28), {"QJ": 12, "LXGG": 1}),
            ),
        ),
        (8, (Seat("head", (30, 47), {"QJ": 6, "HQ": 1, "FQ": 1}),)),
    ),
    countries={"VN": 66, "ID": 24, "MY": 4, "TH": 3, "SG": 3},
    native_regions={
        "450681": 26, "450602": 22, "450603": 8, "350622": 14, "440882": 5, "440781": 6,
        "445281": 5, "441481": 5, "469005": 3, "350582": 6,
    },
    dialects={"yue": 36, "vie": 16, "hak": 12, "nan": 24, "ind": 12},
)  # fmt: skip

POPULATIONS: Mapping[Kind, Population] = {
    "community": COMMUNITY,
    "park": PARK,
    "campus": CAMPUS,
    "farm": FARM,
}
