"""What can be asked about identities: a person's, with history and grounds, and the reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from crm.people.choices import KinBasis, KinLink, ReviewReason, Status
from crm.people.drafts import first_step
from crm.people.identities.rules import CARRY_KIN
from crm.people.kinship.graph import Link, hops_of
from crm.people.kinship.selectors import CIRCLE, COUNTS_ABROAD, load
from crm.people.kinship.terms import Hop, Someone, backwards, is_in_circle, term
from crm.people.models import (
    IdentityGround,
    IdentityStep,
    Kinship,
    OverseasKin,
    Person,
    PersonIdentity,
)

# A ground is at most two links: see `IdentityGround`.
_MOST_LINKS = 2


@dataclass(frozen=True, slots=True)
class Relative:
    """Whom a ground rests on; ``person_id`` is None for somebody abroad, who has no name here.

    ``relation`` is what the holder of the identity calls them. ``carrying`` are the relative's
    current identities that others may rest on, each as code and state.
    """

    relation: str
    person_id: UUID | None = None
    name: str = ""
    country: str = ""
    status: str = Status.ACTIVE
    carrying: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that could carry an identity; ``key`` names it in forms and programs."""

    key: str
    relative: Relative


def identities_of(person_id: UUID) -> list[PersonIdentity]:
    """Return all identities of a person with history, current ones first. Up to 7 queries."""
    found = with_history(PersonIdentity.objects.filter(person=person_id))
    return sorted(found, key=lambda row: (row.ended_on is not None, row.created_at, row.pk))


def with_history(found: QuerySet[PersonIdentity]) -> QuerySet[PersonIdentity]:
    """Load steps, grounds and whom they rest on with the identities."""
    ends = [f"{link}__{end}" for link in ("kinship", "next_link") for end in ("person", "relative")]
    grounds = IdentityGround.objects.select_related("overseas_kin", *ends).prefetch_related(
        *(Prefetch(f"{end}__identities", _carrying()) for end in ends)
    )
    return found.select_related("person").prefetch_related(
        Prefetch("steps", IdentityStep.objects.select_related("created_by")),
        Prefetch("grounds", grounds),
    )


def steps_of(identity: PersonIdentity) -> list[IdentityStep]:
    """Return the history of an identity, oldest first, with how it began."""
    steps = list(identity.steps.all())
    if steps and not steps[0].from_state:
        return steps
    return [first_step(identity), *steps]


def last_key(identity: PersonIdentity) -> UUID:
    """Return what a form says it has seen: the last step's key, or the identity's own."""
    return next((step.pk for step in reversed(identity.steps.all())), identity.pk)


def to_review() -> QuerySet[PersonIdentity]:
    """Return the current identities that somebody must look at again, the oldest review first."""
    return (
        PersonIdentity.objects.filter(review_since__isnull=False)
        .select_related("person")
        .order_by("review_since", "id")
    )


def reviews_for(reason: str) -> QuerySet[PersonIdentity]:
    """Return `to_review`, of one reason or, for any other text, of all."""
    found = to_review()
    return found.filter(review_reason=reason) if reason in ReviewReason.values else found


def relative_of(ground: IdentityGround) -> Relative:
    """Return whom a ground of a loaded identity rests on."""
    if ground.overseas_kin is not None:
        return _abroad(ground.overseas_kin)
    path = [link for link in (ground.kinship, ground.next_link) if link is not None]
    start = here = ground.identity.person
    hops: list[Hop] = []
    for link in path:
        hops += _hops(link, here)
        here = link.relative if link.person_id == here.pk else link.person
    return Relative(
        relation=term(_someone(start), hops),
        person_id=here.pk,
        name=here.full_name,
        status=here.status,
        carrying=tuple((row.code, row.state) for row in here.identities.all()),
    )


def candidates(identity: PersonIdentity) -> list[Candidate]:
    """Return the links that count now, could carry the identity by law, and do not yet.

    The person's own links within the statutory circle and relatives abroad; two links on, only
    who has an identity that others may rest on. Such relatives come first. Costs 5 queries.
    """
    taken = {ground_key(ground) for ground in identity.grounds.all() if ground.ended_on is None}
    found = []
    for way in load([identity.person_id], depth=_MOST_LINKS).ways_from(
        identity.person_id, most_hops=CIRCLE
    ):
        if not is_in_circle(backwards(way.start.someone, way.hops)):
            continue
        if len(way.links) == 1 or (len(way.links) == _MOST_LINKS and way.end.grounds):
            key = ":".join(["kin", *(str(link.id) for link in way.links)])
            end = way.end
            relative = Relative(way.term, end.id, end.name, "", end.status, end.grounds)
            found.append(Candidate(key, relative))
    found.sort(key=lambda candidate: not candidate.relative.carrying)
    found += [
        Candidate(f"abroad:{kin.pk}", _abroad(kin))
        for kin in OverseasKin.objects.filter(COUNTS_ABROAD, person=identity.person_id)
    ]
    return [candidate for candidate in found if candidate.key not in taken]


def ground_key(ground: IdentityGround) -> str:
    """Return the name of a ground's link in forms and programs."""
    if ground.overseas_kin_id:
        return f"abroad:{ground.overseas_kin_id}"
    links = [key for key in (ground.kinship_id, ground.next_link_id) if key]
    return ":".join(["kin", *map(str, links)])


def _carrying() -> QuerySet[PersonIdentity]:
    return PersonIdentity.objects.filter(ended_on__isnull=True, code__in=CARRY_KIN)


def _abroad(kin: OverseasKin) -> Relative:
    return Relative(relation=kin.get_relation_display(), country=kin.country)


def _hops(link: Kinship, start: Person) -> Sequence[Hop]:
    row = Link(link.pk, link.person_id, link.relative_id, KinLink(link.link), KinBasis(link.basis))
    lower, upper = _someone(link.person), _someone(link.relative)
    return hops_of(row, lower, upper, is_upward=link.person_id == start.pk)


def _someone(person: Person) -> Someone:
    return Someone(person.sex, person.birth_date, person.birth_precision)
