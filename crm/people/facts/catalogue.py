"""The fields themselves, section by section."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.registry import Sensitivity
from crm.people.choices import FactKind, FactSection, IdentityCode

Text = str | Promise

OWN_PREFIX = "x_"  # of the codes of a site's own fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One field of the catalogue.

    ``matters_to`` are the identities whose forms show its section at once.
    """

    code: str
    label: Text
    kind: FactKind
    section: FactSection
    options: Mapping[str, Text] = field(default_factory=dict)
    help: Text = ""
    sensitivity: Sensitivity = Sensitivity.S1
    matters_to: frozenset[IdentityCode] = frozenset()
    may_be_none: bool = True
    is_retired: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it is the site's own, which never adds up beyond it."""
        return self.code.startswith(OWN_PREFIX)


_I = IdentityCode
_ABROAD = frozenset({_I.OVERSEAS, _I.FOREIGN, _I.STUDENT_ABROAD})
_BACK = frozenset({_I.RETURNED, _I.RETURNED_STUDENT})
_STUDENTS = frozenset({_I.STUDENT_ABROAD, _I.RETURNED_STUDENT})
_S2 = Sensitivity.S2

# GB 3304, without the 族 that follows most of them; the code is the place in the list.
_PEOPLES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山"
    " 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克"
    " 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
ETHNIC_GROUPS: Mapping[str, str] = {
    f"{place:02}": name for place, name in enumerate(_PEOPLES.split(), start=1)
}

_ABROAD_AND_BACK = [
    Fact(
        code="residence_country", label=_("Lives or lived in (country)"), kind=FactKind.COUNTRY,
        section=FactSection.ABROAD, matters_to=_ABROAD | _BACK,
        help=_("Of somebody who came back: the country they came back from."),
    ),
    Fact(
        code="residence_place", label=_("Place in that country"), kind=FactKind.TEXT,
        section=FactSection.ABROAD, matters_to=_ABROAD, may_be_none=False,
    ),
    Fact(
        code="left", label=_("Left China"), kind=FactKind.DATE,
        section=FactSection.ABROAD, matters_to=_ABROAD | _BACK,
    ),
    Fact(
        code="period", label=_("Period of leaving"), kind=FactKind.CHOICE,
        section=FactSection.ABROAD, matters_to=_ABROAD,
        options={
            "LQ": _("until the end of 1978 (老侨)"),
            "XQ": _("since 1979 (新侨)"),
        },
    ),
    Fact(
        code="settled_abroad", label=_("Settled abroad"), kind=FactKind.DATE,
        section=FactSection.ABROAD, matters_to=_ABROAD,
    ),
    Fact(
        code="resettled", label=_("Came back to settle"), kind=FactKind.DATE,
        section=FactSection.ABROAD, matters_to=_BACK,
    ),
    Fact(
        code="overseas_permit", label=_("Right to stay abroad"), kind=FactKind.CHOICE,
        section=FactSection.ABROAD, matters_to=_ABROAD | _BACK, sensitivity=_S2,
        options={
            "citizen": _("citizen there"),
            "permanent": _("permanent residence"),
            "long_term": _("long-term residence"),
            "work": _("work permit"),
            "study": _("student permit"),
            "temporary": _("short stay"),
        },
    ),
    Fact(
        code="overseas_ties", label=_("Relatives abroad"), kind=FactKind.CHOICE,
        section=FactSection.ABROAD, matters_to=frozenset({_I.RELATIVE, _I.DISTANT_RELATIVE}),
        options={
            "close": _("spouse, parents, children, brothers or sisters"),
            "other": _("other relatives only"),
        },
    ),
    Fact(
        code="donations", label=_("Gifts to the home town"), kind=FactKind.TEXT,
        section=FactSection.ABROAD, matters_to=frozenset({_I.OVERSEAS, _I.FOREIGN}),
    ),
]  # fmt: skip

_BACKGROUND = [
    Fact(
        code="birth_place", label=_("Place of birth"), kind=FactKind.TEXT,
        section=FactSection.BACKGROUND, may_be_none=False,
    ),
    Fact(
        code="ethnic_group", label=_("Ethnic group"), kind=FactKind.CHOICE,
        section=FactSection.BACKGROUND, may_be_none=False, sensitivity=_S2,
        options={
            **{code: f"{name}族" for code, name in ETHNIC_GROUPS.items()},
            "97": pgettext_lazy("ethnic group", "other"),
            "98": _("naturalised, of foreign descent"),
        },
    ),
    Fact(
        code="education", label=_("Education"), kind=FactKind.CHOICE,
        section=FactSection.BACKGROUND,
        options={
            "primary": _("primary school"),
            "junior": _("junior middle school"),
            "senior": _("senior middle school"),
            "vocational": _("vocational school"),
            "college": _("college"),
            "bachelor": _("bachelor"),
            "master": _("master"),
            "doctor": _("doctor"),
            "other": pgettext_lazy("education", "other"),
        },
    ),
    Fact(
        code="social_posts", label=_("Posts in associations"), kind=FactKind.TEXT,
        section=FactSection.BACKGROUND,
    ),
]  # fmt: skip

_WORK = [
    Fact(
        code="occupation", label=_("Occupation"), kind=FactKind.CHOICE, section=FactSection.WORK,
        options={
            "student": _("student"),
            "teacher": _("teacher at a university"),
            "employee": _("employee of a company"),
            "official": _("in public service"),
            "freelance": _("freelance"),
            "professional": _("doctor, lawyer, architect or the like"),
            "owner": _("owner or partner of a private company"),
            "researcher": _("researcher"),
            "worker": _("worker"),
            "farmer": _("farmer"),
            "retired": _("retired"),
            "home": _("keeps house"),
            "other": pgettext_lazy("occupation", "other"),
        },
    ),
    Fact(
        code="industry", label=_("Industry"), kind=FactKind.CHOICE, section=FactSection.WORK,
        options={
            "agriculture": _("agriculture"),
            "heavy": _("heavy industry"),
            "light": _("light industry"),
            "education": pgettext_lazy("industry", "education"),
            "property": _("property"),
            "finance": _("finance"),
            "internet": _("internet"),
            "biomedicine": _("biology and medicine"),
            "hightech": _("high technology"),
            "research": pgettext_lazy("industry", "research"),
            "trade": _("trade and catering"),
            "other": pgettext_lazy("industry", "other"),
        },
    ),
    Fact(
        code="employer", label=_("Employer"), kind=FactKind.TEXT, section=FactSection.WORK,
    ),
    Fact(
        code="position", label=_("Position"), kind=FactKind.TEXT, section=FactSection.WORK,
    ),
    Fact(
        code="founder", label=_("Came back and founded a company"), kind=FactKind.FLAG,
        section=FactSection.WORK, matters_to=_BACK | {_I.OVERSEAS, _I.FOREIGN}, may_be_none=False,
    ),
]  # fmt: skip

_STUDY = [
    Fact(
        code="returned_student", label=_("Studied abroad and came back"), kind=FactKind.FLAG,
        section=FactSection.STUDY, matters_to=_STUDENTS, may_be_none=False,
    ),
    Fact(
        code="study_kind", label=_("Studies paid by"), kind=FactKind.CHOICE,
        section=FactSection.STUDY, matters_to=_STUDENTS, may_be_none=False,
        options={
            "public": _("the state"),
            "employer": _("the employer"),
            "private": _("the family"),
            "other": pgettext_lazy("payer", "others"),
        },
    ),
    Fact(
        code="school", label=_("University or school"), kind=FactKind.TEXT,
        section=FactSection.STUDY, matters_to=_STUDENTS,
    ),
    Fact(
        code="school_latin", label=_("Its name in Latin letters"), kind=FactKind.TEXT,
        section=FactSection.STUDY, matters_to=_STUDENTS,
    ),
    Fact(
        code="major", label=_("Subject"), kind=FactKind.TEXT,
        section=FactSection.STUDY, matters_to=_STUDENTS,
    ),
    Fact(
        code="degree_certificate", label=_("Number of the degree's recognition"),
        kind=FactKind.TEXT, section=FactSection.STUDY,
        matters_to=frozenset({_I.RETURNED_STUDENT}), sensitivity=_S2,
    ),
]  # fmt: skip

# Whoever lives on one of the overseas Chinese farms is mostly a 归侨, and most 归侨 do not.
_FARM = [
    Fact(
        code="farm_team", label=_("Production team"), kind=FactKind.TEXT, section=FactSection.FARM,
    ),
    Fact(
        code="farm_work", label=_("Standing at the farm"), kind=FactKind.CHOICE,
        section=FactSection.FARM,
        options={
            "working": _("working"),
            "retired": _("retired"),
            "released": _("employment ended"),
            "other": pgettext_lazy("standing at the farm", "other"),
        },
    ),
    Fact(
        code="farm_work_since", label=_("Works since"), kind=FactKind.DATE,
        section=FactSection.FARM,
    ),
    Fact(
        code="farm_retired", label=_("Retired in"), kind=FactKind.DATE, section=FactSection.FARM,
    ),
    Fact(
        code="farm_pension", label=_("Has pension insurance"), kind=FactKind.FLAG,
        section=FactSection.FARM, may_be_none=False, sensitivity=_S2,
    ),
    Fact(
        code="farm_medical", label=_("Medical insurance"), kind=FactKind.TEXT,
        section=FactSection.FARM, sensitivity=_S2,
    ),
    Fact(
        code="farm_housing", label=_("Housing"), kind=FactKind.TEXT, section=FactSection.FARM,
        sensitivity=_S2,
    ),
    Fact(
        code="farm_land", label=_("Contracted land (mu)"), kind=FactKind.NUMBER,
        section=FactSection.FARM,
    ),
]  # fmt: skip

CATALOGUE: Mapping[str, Fact] = {
    fact.code: fact for fact in [*_ABROAD_AND_BACK, *_BACKGROUND, *_WORK, *_STUDY, *_FARM]
}
