"""Families as loaded links: who is reached from somebody, on the shortest way. Pure."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from crm.people.choices import KinBasis, KinLink, Sex, Status
from crm.people.kinship.relations import LEAPS
from crm.people.kinship.terms import Hop, Someone, Step, backwards, term

UNKNOWN = Someone()


@dataclass(frozen=True, slots=True)
class Node:
    """A person of a family, as far as pages and terms need them.

    ``grounds`` are the identities others may rest on (GQ, HQ, WJHR), each with its state.
    """

    id: UUID
    name: str
    someone: Someone = UNKNOWN
    status: str = Status.ACTIVE
    grounds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A row of `Kinship`."""

    id: UUID
    person: UUID
    relative: UUID
    link: KinLink
    basis: KinBasis


@dataclass(frozen=True, slots=True)
class Way:
    """How one person is related to another: the links from the first, and the hops they make."""

    start: Node
    end: Node
    links: tuple[Link, ...]
    hops: tuple[Hop, ...]
    # Whom each link reaches.
    nodes: tuple[Node, ...]

    @property
    def term(self) -> str:
        """What the first calls the last."""
        return term(self.start.someone, self.hops)

    def terms(self) -> list[str]:
        """Return what the first calls each one on the way."""
        found, reached = [], 0
        for link in self.links:
            reached += 2 if link.link in LEAPS else 1
            found.append(term(self.start.someone, self.hops[:reached]))
        return found

    @property
    def term_back(self) -> str:
        """What the last calls the first."""
        return term(self.end.someone, backwards(self.start.someone, self.hops))


@dataclass(slots=True)
class Graph:
    """People and the links between them that count now."""

    nodes: Mapping[UUID, Node]
    _edges: dict[UUID, list[Link]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, nodes: Mapping[UUID, Node], links: Iterable[Link]) -> "Graph":
        """Return the graph; links to people who are not among ``nodes`` are left out."""
        graph = cls(nodes)
        for link in links:
            if link.person in nodes and link.relative in nodes:
                graph._edges[link.person].append(link)
                graph._edges[link.relative].append(link)
        return graph

    def ways_from(self, start: UUID, *, most_hops: int) -> list[Way]:
        """Return the shortest way to everybody within ``most_hops``, the nearest first."""
        node = self.nodes[start]
        order = count()
        found: dict[UUID, Way] = {}
        waiting = [(0, next(order), Way(node, node, (), (), ()))]
        while waiting:
            _length, _order, way = heapq.heappop(waiting)
            if way.end.id in found:
                continue
            found[way.end.id] = way
            for link in self._edges[way.end.id]:
                other = link.relative if link.person == way.end.id else link.person
                if other in found:
                    continue
                hops = (*way.hops, *self.hops_of(link, way.end.id))
                if len(hops) <= most_hops:
                    further = Way(
                        node,
                        self.nodes[other],
                        (*way.links, link),
                        hops,
                        (*way.nodes, self.nodes[other]),
                    )
                    heapq.heappush(waiting, (len(hops), next(order), further))
        del found[start]
        return list(found.values())

    def hops_of(self, link: Link, start: UUID) -> tuple[Hop, ...]:
        """Return what ``link`` means, read from one of its ends."""
        return hops_of(
            link, self.nodes[link.person].someone, self.nodes[link.relative].someone,
            is_upward=link.person == start,
        )  # fmt: skip


def hops_of(link: Link, person: Someone, relative: Someone, *, is_upward: bool) -> tuple[Hop, ...]:
    """Return the hops of a link from its ``person`` to its ``relative``, or back."""
    upward = _upward(link.link, link.basis, person, relative)
    return upward if is_upward else tuple(backwards(person, upward))


def _upward(link: KinLink, basis: KinBasis, person: Someone, relative: Someone) -> tuple[Hop, ...]:
    if link in LEAPS:
        first, sex = LEAPS[link]
        if first is KinLink.SPOUSE:
            between = Someone(_OPPOSITE[Sex(person.sex)])
            return Hop(Step.SPOUSE, between, KinBasis.MARRIAGE), Hop(Step.UP, relative)
        return Hop(Step.UP, Someone(sex)), Hop(Step.UP, relative, basis)
    return (Hop(_STEPS[link], relative, basis),)


_OPPOSITE = {Sex.FEMALE: Sex.MALE, Sex.MALE: Sex.FEMALE, Sex.UNKNOWN: Sex.UNKNOWN}
_STEPS = {
    KinLink.PARENT: Step.UP,
    KinLink.SPOUSE: Step.SPOUSE,
    KinLink.SIBLING: Step.SIBLING,
    KinLink.SUPPORTER: Step.SUPPORTER,
}
