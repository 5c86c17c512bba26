"""Families as pages show them: words instead of codes, masks instead of numbers, the picture."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from crm.people.choices import IdentityCode, IdentityState, KinCode, KinLink, Sex, Status
from crm.people.households.selectors import (
    Family,
    first_phones,
    households_of,
    who_shares_phones,
)
from crm.people.kinship.graph import Node
from crm.people.kinship.relations import BASES
from crm.people.kinship.selectors import (
    Ground,
    ground_of,
    kin_of,
    links_of,
    overseas_kin_of,
    term_seen_from,
)
from crm.people.models import Household, HouseholdMember, Kinship, OverseasKin, Person
from frontend.families.picture import Figure, Picture, Tie, draw
from frontend.people.fields import country_name

Text = str | Promise
SHORT_IDENTITIES = {
    IdentityCode.RETURNED: pgettext_lazy("short", "returned"),
    IdentityCode.RELATIVE: pgettext_lazy("short", "relative of overseas Chinese"),
    IdentityCode.OVERSEAS: pgettext_lazy("short", "overseas Chinese"),
    IdentityCode.FOREIGN: pgettext_lazy("short", "foreign national"),
}


@dataclass(frozen=True, slots=True)
class KinLine:
    """A relative; ``link`` is set where a link of the person's own leads there."""

    term: str
    id: UUID
    name: str
    is_deceased: bool
    notes: list[Text] = field(default_factory=list)
    ended: str = ""
    link: UUID | None = None


@dataclass(frozen=True, slots=True)
class OverseasLine:
    """A relative abroad; the name is never shown in a list."""

    id: UUID
    relation: Text
    country: str
    notes: list[Text]
    ended: str


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody on the way to a 归侨, and what they are to the one it starts from."""

    term: Text
    name: str
    id: UUID | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class GroundView:
    """The way that shows why somebody may be 侨眷, or why not; ``key`` as `Ground.key`."""

    key: str
    start: str
    headline: str
    steps: list[Step]
    is_in_circle: bool

    @classmethod
    def of(cls, ground: Ground) -> "GroundView":
        """Return the way in words: 外孙女 → 外祖父（归侨）."""
        way, steps = ground.way, []
        if way:
            steps = [
                Step(term, node.name, node.id, _deceased(node.status))
                for term, node in zip(way.terms(), way.nodes, strict=True)
            ]
        if ground.overseas:
            steps.append(_overseas_step(ground.overseas))
            end, note = steps[-1].term, steps[-1].note
        else:
            assert way is not None
            end, note = way.term, _identities(ground)
            steps[-1] = Step(end, way.end.name, way.end.id, note)
        start = way.term_back if way and not ground.overseas else ground.start.name
        headline = _("{start} → {end} ({note})").format(start=start, end=end, note=note)
        return cls(ground.key, ground.start.name, headline, steps, ground.is_in_circle)


@dataclass(frozen=True, slots=True)
class FamilyPart:
    """What a person's page says about the family."""

    memberships: Sequence[HouseholdMember]
    kin: list[KinLine]
    former: list[KinLine]
    further: list[KinLine]
    overseas: list[OverseasLine]
    ground: GroundView | None

    @classmethod
    def of(cls, person: Person) -> "FamilyPart":
        """Return it; costs 15 queries, however large the family is."""
        ways = {way.end.id: way for way in kin_of(person.pk)}
        links = list(links_of(person.pk))
        direct = [_direct(row, person) for row in links]
        own = {line.id for line, counts in direct if counts}
        ground = ground_of(person.pk)
        return cls(
            memberships=list(households_of(person.pk)),
            kin=[line for line, counts in direct if counts],
            former=[line for line, counts in direct if not counts],
            further=[
                KinLine(way.term, way.end.id, way.end.name, way.end.status == Status.DECEASED)
                for way in ways.values()
                if way.end.id not in own
            ],
            overseas=[_overseas_line(kin) for kin in overseas_kin_of(person.pk)],
            ground=GroundView.of(ground) if ground else None,
        )


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of a household, now or before."""

    row: HouseholdMember
    phone: str
    phone_field: str
    shares_with: str
    term: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A row of the table below the picture."""

    figure: Figure
    term: str


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A household's page."""

    now: list[MemberLine]
    before: list[HouseholdMember]
    picture: Picture | None
    figures: list[FigureLine]
    contact: Person | None

    @property
    def width(self) -> str:
        """The picture's width in the unit that grows with the text of the elder mode."""
        return f"{self.picture.width / 16:g}rem" if self.picture else ""

    @classmethod
    def of(cls, household: Household, family: Family) -> "HouseholdView":
        """Return the page; members must be loaded."""
        rows = list(household.members.all())
        now = [row for row in rows if row.valid_to is None]
        ids = [row.person_id for row in now]
        names = {row.person_id: row.person.full_name for row in now}
        phones, shared = first_phones(ids), who_shares_phones(ids)
        contact = next((row.person for row in now if row.is_primary), None)
        comma = _(", ")
        lines = []
        for row in now:
            phone = phones.get(row.person_id)
            others = shared.get(row.person_id, ())
            lines.append(
                MemberLine(
                    row=row,
                    phone=str(phone.number) if phone else "",
                    phone_field=f"phones.{phone.pk}" if phone else "",
                    shares_with=comma.join(names[one] for one in ids if one in others),
                    term=family.terms.get(row.person_id, ""),
                )
            )
        picture = draw([_figure(node, family, set(ids)) for node in family.nodes], _ties(family))
        return cls(
            now=lines,
            before=[row for row in rows if row.valid_to is not None],
            picture=picture if picture.lines else None,
            figures=[
                FigureLine(box.figure, family.terms.get(box.figure.id, ""))
                for box in sorted(picture.boxes, key=lambda box: (box.y, box.x))
            ],
            contact=contact,
        )


def _figure(node: Node, family: Family, members: set[UUID]) -> Figure:
    marks = [SHORT_IDENTITIES[IdentityCode(code)] for code in family.recognised.get(node.id, ())]
    return Figure(
        id=node.id,
        name=node.name,
        note=" · ".join(map(str, filter(None, [*marks, _deceased(node.status)]))),
        is_member=node.id in members,
        is_deceased=node.status == Status.DECEASED,
        is_man=node.someone.sex == Sex.MALE,
        born=node.someone.born,
    )


def _ties(family: Family) -> list[Tie]:
    return [
        Tie(row.person_id, row.relative_id, KinLink(row.link), row.valid_to is not None)
        for row in family.links
    ]


def _direct(row: Kinship, person: Person) -> tuple[KinLine, bool]:
    """Return the line of a link, and whether it counts now."""
    other = row.relative if row.person_id == person.pk else row.person
    notes: list[Text] = []
    if row.basis != BASES[KinLink(row.link)][0]:
        notes.append(row.get_basis_display())
    if row.valid_from:
        notes.append(_("since {day}").format(day=row.valid_from))
    if row.proof:
        notes.append(row.proof)
    line = KinLine(
        term=term_seen_from(person, row),
        id=other.pk,
        name=other.full_name,
        is_deceased=other.status == Status.DECEASED,
        notes=notes,
        ended=_ended(row.get_end_reason_display(), row.valid_to),
        link=row.pk,
    )
    return line, row.counts


def _overseas_line(kin: OverseasKin) -> OverseasLine:
    notes: list[Text] = []
    if kin.standing:
        notes.append(kin.get_standing_display())
    if kin.since_year:
        notes.append(_("abroad since {year}").format(year=kin.since_year))
    if kin.name:
        notes.append(_("named by consent"))
    return OverseasLine(
        id=kin.pk,
        relation=kin.get_relation_display(),
        country=country_name(kin.country),
        notes=notes,
        ended=_ended(kin.get_end_reason_display(), kin.ended_on),
    )


def _overseas_step(kin: OverseasKin) -> Step:
    note = _(", ").join(filter(None, [str(kin.get_standing_display()), country_name(kin.country)]))
    return Step(KinCode(kin.relation).label, "", None, note)


def _identities(ground: Ground) -> str:
    """Return what the one at the end is, and how far that is established."""
    parts = []
    for code, state in ground.end.grounds:
        identity = str(SHORT_IDENTITIES[IdentityCode(code)])
        if state != IdentityState.RECOGNISED:
            label = IdentityState(state).label
            identity = _("{identity}, {state}").format(identity=identity, state=label)
        parts.append(identity)
    return _("; ").join([*parts, *filter(None, [_deceased(ground.end.status)])])


def _deceased(status: str) -> str:
    return str(Status.DECEASED.label) if status == Status.DECEASED else ""


def _ended(reason: Text, day: dt.date | None) -> str:
    return f"{reason} {day}" if day else ""
