"""What can be asked about kinship: a person's relatives, the way to a 归侨 or 华侨, candidates."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from crm.people.choices import (
    EndReason,
    IdentityCode,
    IdentityState,
    KinBasis,
    KinCode,
    KinLink,
    OverseasStanding,
    Status,
)
from crm.people.kinship.graph import Graph, Link, Node, Way, hops_of
from crm.people.kinship.terms import Hop, Someone, Step, backwards, is_in_circle, term
from crm.people.models import Kinship, OverseasKin, Person, PersonIdentity
from crm.people.selectors import visible_people

# Whose relatives the law calls 侨眷. Those of foreign nationals are counted by the same list,
# after the guidance of the State Council's office (domain A1).
GROUND_CODES = (IdentityCode.RETURNED, IdentityCode.OVERSEAS, IdentityCode.FOREIGN)
GROUND_STANDINGS = (OverseasStanding.OVERSEAS, OverseasStanding.FOREIGN)
# A page shows relatives within so many hops; the way to a 归侨 is looked for a hop further.
NEAR = 3
FAR = 4
# The statutory circle reaches no further than grandparents and children's spouses.
CIRCLE = 2
_BATCH = 5_000
# A death ends no kinship; a widow stays the wife of the one who died.
COUNTS = Q(valid_to__isnull=True) | Q(end_reason=EndReason.DEATH)
COUNTS_ABROAD = Q(ended_on__isnull=True) | Q(end_reason=EndReason.DEATH)
_KIN_STEPS = {
    KinCode.SPOUSE: (Step.SPOUSE,),
    KinCode.PARENT: (Step.UP,),
    KinCode.CHILD: (Step.DOWN,),
    KinCode.CHILD_IN_LAW: (Step.DOWN, Step.SPOUSE),
    KinCode.SIBLING: (Step.SIBLING,),
    KinCode.GRANDPARENT: (Step.UP, Step.UP),
    KinCode.GRANDCHILD: (Step.DOWN, Step.DOWN),
    KinCode.SUPPORT: (Step.SUPPORTER,),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A way from somebody to the one whose relative they are.

    ``overseas`` is set where it ends at a relative abroad, known to the last person of ``way``
    (None if that is the person themselves). ``is_in_circle`` says whether the law counts the
    person among the relatives of the one at the end.
    """

    start: Node
    way: Way | None
    overseas: OverseasKin | None
    is_in_circle: bool

    @property
    def end(self) -> Node:
        """The last person on the register."""
        return self.way.end if self.way else self.start

    @property
    def key(self) -> str:
        """The person's own part of the way, as an identity that rests on it names it.

        ``kin:<link>``, ``kin:<link>:<next link>`` or ``abroad:<relative>``.
        """
        if self.way is None:
            return f"abroad:{self.overseas.pk}" if self.overseas else ""
        return ":".join(["kin", *(str(link.id) for link in self.way.links)])


def kin_of(person_id: UUID) -> list[Way]:
    """Return the relatives of a person who count now, the nearest first. Costs 5 queries."""
    return load([person_id], depth=NEAR).ways_from(person_id, most_hops=NEAR)


def links_of(person_id: UUID) -> QuerySet[Kinship]:
    """Return the links that lead straight to a person, without those entered by mistake."""
    return (
        Kinship.objects.filter(Q(person=person_id) | Q(relative=person_id))
        .exclude(end_reason=EndReason.MISTAKE)
        .select_related("person", "relative")
    )


def term_seen_from(person: Person, row: Kinship) -> str:
    """Return what ``person`` calls the one at the other end of a link; both must be loaded."""
    lower, upper = _someone(row.person), _someone(row.relative)
    link = Link(row.pk, row.person_id, row.relative_id, KinLink(row.link), KinBasis(row.basis))
    is_upward = row.person_id == person.pk
    return term(
        lower if is_upward else upper, hops_of(link, lower, upper, is_upward=is_upward)
    )  # fmt: skip


def overseas_kin_of(person_id: UUID) -> QuerySet[OverseasKin]:
    """Return a person's relatives abroad, without those entered by mistake."""
    return OverseasKin.objects.filter(person=person_id).exclude(end_reason=EndReason.MISTAKE)


def ground_of(person_id: UUID) -> Ground | None:
    """Return the shortest way from a person to a 归侨, a 华侨 or a relative abroad, if any.

    Ways on which the law counts the person among the relatives come first. Costs 7 queries,
    however large the family is.
    """
    graph = load([person_id], depth=FAR)
    start = graph.nodes[person_id]
    ways = graph.ways_from(person_id, most_hops=FAR)
    grounds = [
        Ground(start, way, None, is_in_circle(backwards(start.someone, way.hops)))
        for way in ways
        if way.end.grounds
    ]
    by_end = {way.end.id: way for way in ways}
    for kin in _overseas_grounds([person_id, *by_end]):
        way = by_end.get(kin.person_id)
        grounds.append(Ground(start, way, kin, _overseas_in_circle(start, way, kin)))
    return min(
        grounds,
        key=lambda ground: (not ground.is_in_circle, len(ground.way.hops) if ground.way else 0),
        default=None,
    )


def candidates(by: User | None) -> list[Ground]:
    """Return who might be 侨眷 by law and has no such identity, with the way that shows it.

    Only of those whom ``by`` may see, in the order of lists. Nobody is granted anything by this.
    The number of queries does not depend on how many people the site knows, beyond one for each
    ``_BATCH`` of relatives.
    """
    anchors = set(
        PersonIdentity.objects.filter(
            code__in=GROUND_CODES, ended_on__isnull=True, person__status=Status.ACTIVE
        )
        .exclude(state=IdentityState.REFUSED)
        .values_list("person_id", flat=True)
    )
    overseas = defaultdict(list)
    for kin in OverseasKin.objects.filter(
        ended_on__isnull=True, standing__in=GROUND_STANDINGS
    ).exclude(relation=KinCode.COLLATERAL):
        overseas[kin.person_id].append(kin)
    graph = load(anchors | overseas.keys(), depth=CIRCLE)
    found: dict[UUID, Ground] = {}
    for anchor in anchors & graph.nodes.keys():
        for way in graph.ways_from(anchor, most_hops=CIRCLE):
            if is_in_circle(way.hops):
                ground = Ground(way.end, _turned(way), None, is_in_circle=True)
                _keep_shorter(found, ground)
    for known_to, rows in overseas.items():
        start = graph.nodes[known_to]
        ways = graph.ways_from(known_to, most_hops=CIRCLE - 1)
        for kin in rows:
            _keep_shorter(found, Ground(start, None, kin, is_in_circle=True))
            for way in map(_turned, ways):
                if _overseas_in_circle(way.start, way, kin):
                    _keep_shorter(found, Ground(way.start, way, kin, is_in_circle=True))
    open_to_it = _without_identity(found.keys(), visible_people(by))
    return [found[person_id] for person_id in open_to_it]


def load(ids: Collection[UUID], *, depth: int) -> Graph:
    """Return the families of some people, ``depth`` links far.

    Costs a query for each link and two for the people.
    """
    seen, frontier = set(ids), set(ids)
    links: dict[UUID, Link] = {}
    for _step in range(depth):
        links |= {link.id: link for link in _links(frontier)}
        touched = {end for link in links.values() for end in (link.person, link.relative)}
        frontier = touched - seen
        seen |= touched
        if not frontier:
            break
    return Graph.of(_nodes(seen), links.values())


def _links(ids: Collection[UUID]) -> Iterator[Link]:
    for batch in _batches(ids):
        rows = Kinship.objects.filter(COUNTS, Q(person__in=batch) | Q(relative__in=batch))
        for pk, person, relative, link, basis in rows.order_by("created_at", "id").values_list(
            "id", "person_id", "relative_id", "link", "basis"
        ):
            yield Link(pk, person, relative, KinLink(link), KinBasis(basis))


def _nodes(ids: Collection[UUID]) -> dict[UUID, Node]:
    grounds: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    nodes: dict[UUID, Node] = {}
    for batch in _batches(ids):
        for person_id, code, state in (
            PersonIdentity.objects.filter(
                person__in=batch, code__in=GROUND_CODES, ended_on__isnull=True
            )
            .exclude(state=IdentityState.REFUSED)
            .order_by("created_at", "id")
            .values_list("person_id", "code", "state")
        ):
            grounds[person_id].append((code, state))
        for pk, name, sex, born, precision, status in Person.objects.filter(
            pk__in=batch
        ).values_list("id", "full_name", "sex", "birth_date", "birth_precision", "status"):
            someone = Someone(sex, born, precision)
            nodes[pk] = Node(pk, name, someone, status, tuple(grounds[pk]))
    return nodes


def _someone(person: Person) -> Someone:
    return Someone(person.sex, person.birth_date, person.birth_precision)


def _overseas_grounds(ids: Iterable[UUID]) -> Iterable[OverseasKin]:
    return OverseasKin.objects.filter(
        person__in=list(ids), ended_on__isnull=True, standing__in=GROUND_STANDINGS
    )


def _overseas_in_circle(start: Node, way: Way | None, kin: OverseasKin) -> bool:
    """Say whether ``start`` is a relative by law of somebody their relative knows abroad."""
    steps = _KIN_STEPS.get(KinCode(kin.relation))
    if steps is None:
        return False
    hops = [*(way.hops if way else ()), *(Hop(step, Someone()) for step in steps)]
    return is_in_circle(backwards(start.someone, hops))


def _turned(way: Way) -> Way:
    """Return the way from its end to its start."""
    return Way(
        way.end,
        way.start,
        way.links[::-1],
        tuple(backwards(way.start.someone, way.hops)),
        (*way.nodes[-2::-1], way.start),
    )


def _keep_shorter(found: dict[UUID, Ground], ground: Ground) -> None:
    known = found.get(ground.start.id)
    if known is None or _length(ground) < _length(known):
        found[ground.start.id] = ground


def _length(ground: Ground) -> int:
    return (len(ground.way.hops) if ground.way else 0) + (ground.overseas is not None)


def _without_identity(ids: Collection[UUID], among: QuerySet[Person]) -> list[UUID]:
    """Return who is active and has neither that identity nor one of those others rest on."""
    order: list[tuple[str, UUID]] = []
    for batch in _batches(ids):
        order += (
            among.filter(pk__in=batch, status=Status.ACTIVE)
            .exclude(
                identities__in=PersonIdentity.objects.filter(
                    code__in=[IdentityCode.RELATIVE, *GROUND_CODES], ended_on__isnull=True
                )
            )
            .values_list("sort_key", "id")
        )
    return [pk for _sort_key, pk in sorted(order)]


def _batches(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    # PostgreSQL takes 65,535 parameters in a statement.
    listed = list(ids)
    for first in range(0, len(listed), _BATCH):
        yield listed[first : first + _BATCH]
