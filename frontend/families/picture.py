"""A family drawn: a row for each generation, couples joined, children below. Pure.

Lengths are in units of the picture's own; sixteen of them are as wide as the page's text is high.
"""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from uuid import UUID

from crm.people.choices import KinLink

BOX_WIDTH, BOX_HEIGHT = 144, 60
GAP, ROW_GAP, MARGIN = 28, 56, 16
_SWEEPS = 4
_LONGEST_NAME = 8
# How many rows up a link leads from ``person`` to ``relative``.
_RISE = {
    KinLink.PARENT: 1, KinLink.IN_LAW: 1, KinLink.PATERNAL: 2, KinLink.MATERNAL: 2,
    KinLink.SPOUSE: 0, KinLink.SIBLING: 0, KinLink.SUPPORTER: 0,
}  # fmt: skip
_LEAPS = {KinLink.IN_LAW, KinLink.PATERNAL, KinLink.MATERNAL}


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody to be drawn; ``note`` stands below the name."""

    id: UUID
    name: str
    note: str = ""
    is_member: bool = True
    is_deceased: bool = False
    is_man: bool = False
    born: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """A link to be drawn, as `Kinship` has it."""

    person: UUID
    relative: UUID
    link: KinLink
    is_ended: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A figure in its place; ``x`` and ``y`` are its upper left corner."""

    figure: Figure
    x: float
    y: float

    @property
    def name(self) -> str:
        """The name, cut to what fits."""
        name = self.figure.name
        return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"

    @property
    def middle(self) -> float:
        """Where its texts are centred."""
        return self.x + BOX_WIDTH / 2

    @property
    def name_line(self) -> float:
        """The base line of the name."""
        return self.y + (26 if self.figure.note else 36)

    @property
    def note_line(self) -> float:
        """The base line of the note."""
        return self.y + 46


@dataclass(frozen=True, slots=True)
class Line:
    """A tie in its place, as an SVG path; ``kind`` is couple, child, sibling, leap or support."""

    path: str
    kind: str
    is_ended: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All boxes and lines, and how much room they take."""

    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: float
    height: float
    generations: Mapping[UUID, int]


def draw(figures: Sequence[Figure], ties: Iterable[Tie]) -> Picture:
    """Lay out a family, each unconnected part beside the other; the same for the same input."""
    by_id = {figure.id: figure for figure in figures}
    known = [tie for tie in ties if tie.person in by_id and tie.relative in by_id]
    places: dict[UUID, tuple[float, int]] = {}
    generations: dict[UUID, int] = {}
    left = float(MARGIN)
    for part in _parts(list(by_id), known):
        part_ties = [tie for tie in known if tie.person in part]
        rows = _rows(part, part_ties)
        generations |= rows
        centres = _centres(part, rows, part_ties, by_id)
        shift = left + BOX_WIDTH / 2 - min(centres.values())
        for one in part:
            places[one] = (centres[one] + shift, rows[one])
        left = max(centres.values()) + shift + BOX_WIDTH / 2 + 2 * GAP
    boxes = {
        one: Box(by_id[one], x - BOX_WIDTH / 2, MARGIN + row * (BOX_HEIGHT + ROW_GAP))
        for one, (x, row) in places.items()
    }
    deepest = max((row for _x, row in places.values()), default=0)
    return Picture(
        boxes=list(boxes.values()),
        lines=_lines(boxes, known),
        width=round(max(left - 2 * GAP, BOX_WIDTH) + MARGIN),
        height=2 * MARGIN + (deepest + 1) * BOX_HEIGHT + deepest * ROW_GAP,
        generations=generations,
    )


def _parts(ids: Sequence[UUID], ties: Sequence[Tie]) -> list[list[UUID]]:
    """Return who hangs together, each part in the order given."""
    near: dict[UUID, list[UUID]] = defaultdict(list)
    for tie in ties:
        near[tie.person].append(tie.relative)
        near[tie.relative].append(tie.person)
    parts, seen = [], set[UUID]()
    for one in ids:
        if one in seen:
            continue
        reached, waiting = {one}, deque([one])
        while waiting:
            for other in near[waiting.popleft()]:
                if other not in reached:
                    reached.add(other)
                    waiting.append(other)
        seen |= reached
        parts.append([other for other in ids if other in reached])
    return parts


def _rows(part: Sequence[UUID], ties: Sequence[Tie]) -> dict[UUID, int]:
    """Return the row of everybody, 0 on top; the nearest tie decides where ties disagree."""
    near: dict[UUID, list[tuple[UUID, int, bool]]] = defaultdict(list)
    for tie in ties:
        is_support = tie.link is KinLink.SUPPORTER
        near[tie.person].append((tie.relative, -_RISE[tie.link], is_support))
        near[tie.relative].append((tie.person, _RISE[tie.link], is_support))
    rows = {part[0]: 0}
    while len(rows) < len(part):
        # Support says nothing about generations: it counts where nothing else leads on.
        for may_support in (False, True):
            waiting = deque(rows)
            before = len(rows)
            while waiting:
                one = waiting.popleft()
                for other, fall, is_support in near[one]:
                    if other not in rows and is_support <= may_support:
                        rows[other] = rows[one] + fall
                        waiting.append(other)
            if len(rows) > before:
                break
    top = min(rows.values())
    return {one: row - top for one, row in rows.items()}


def _centres(
    part: Sequence[UUID],
    rows: Mapping[UUID, int],
    ties: Sequence[Tie],
    figures: Mapping[UUID, Figure],
) -> dict[UUID, float]:
    """Return where the middle of each box lies, so that families stand below their parents."""
    up: dict[UUID, list[UUID]] = defaultdict(list)
    down: dict[UUID, list[UUID]] = defaultdict(list)
    for tie in ties:
        if rows[tie.relative] < rows[tie.person]:
            up[tie.person].append(tie.relative)
            down[tie.relative].append(tie.person)
    centres: dict[UUID, float] = {}
    levels: list[list[list[UUID]]] = []
    for row in range(max(rows.values()) + 1):
        units = _units([one for one in part if rows[one] == row], ties, figures)

        def place(unit: list[UUID]) -> tuple[float, dt.date]:
            above = [centres[other] for one in unit for other in up[one] if other in centres]
            births = [born for one in unit if (born := figures[one].born) and up[one]]
            return fmean(above) if above else float("inf"), min(births, default=dt.date.max)

        units.sort(key=place)
        levels.append(units)
        x = 0.0
        for one in (one for unit in units for one in unit):
            centres[one] = x
            x += BOX_WIDTH + GAP
    for _sweep in range(_SWEEPS):
        for units in levels[1:]:
            _settle(units, centres, up.__getitem__)
        for units in levels[-2::-1]:
            _settle(units, centres, down.__getitem__)
    return centres


def _units(
    row: Sequence[UUID], ties: Sequence[Tie], figures: Mapping[UUID, Figure]
) -> list[list[UUID]]:
    """Return who stands side by side in a row: couples, the man on the left."""
    partners: dict[UUID, list[UUID]] = defaultdict(list)
    for tie in ties:
        if tie.link is KinLink.SPOUSE and tie.person in row and tie.relative in row:
            partners[tie.person].append(tie.relative)
            partners[tie.relative].append(tie.person)
    units: list[list[UUID]] = []
    placed: set[UUID] = set()
    for one in sorted(row, key=lambda one: -len(partners[one])):
        if one in placed:
            continue
        others = [other for other in partners[one] if other not in placed]
        unit = [one, *others]
        if len(unit) == 2:
            unit.sort(key=lambda one: not figures[one].is_man)
        elif len(unit) > 2:
            unit = [others[0], one, *others[1:]]
        placed.update(unit)
        units.append(unit)
    return sorted(units, key=lambda unit: min(row.index(one) for one in unit))


def _settle(
    units: Sequence[list[UUID]],
    centres: dict[UUID, float],
    near: Callable[[UUID], Iterable[UUID]],
) -> None:
    """Move each unit towards its parents or children, keeping order and distance."""
    if not units:  # a generation of which nobody is on the register
        return
    step = BOX_WIDTH + GAP
    wishes, starts = [], []
    edge = float("-inf")
    for unit in units:
        start = centres[unit[0]]
        pulls = [
            fmean(centres[other] for other in others) - centres[one]
            for one in unit
            if (others := list(near(one)))
        ]
        wish = start + (fmean(pulls) if pulls else 0)
        wishes.append(wish)
        starts.append(max(wish, edge))
        edge = starts[-1] + len(unit) * step
    # What was pushed right by its neighbours comes half-way back, together with them.
    shift = fmean(wish - start for wish, start in zip(wishes, starts, strict=True))
    for unit, start in zip(units, starts, strict=True):
        for number, one in enumerate(unit):
            centres[one] = start + shift + number * step


def _lines(boxes: Mapping[UUID, Box], ties: Sequence[Tie]) -> list[Line]:
    couples = {
        frozenset({tie.person, tie.relative}): tie for tie in ties if tie.link is KinLink.SPOUSE
    }
    parents: dict[UUID, list[Tie]] = defaultdict(list)
    for tie in ties:
        if tie.link is KinLink.PARENT:
            parents[tie.person].append(tie)
    lines = [_couple(boxes, tie) for tie in couples.values()]
    for child, above in parents.items():
        pair = frozenset(tie.relative for tie in above)
        if len(pair) == 2 and pair in couples and _side_by_side(boxes, *pair):
            one, other = (boxes[parent] for parent in pair)
            start = (one.middle + other.middle) / 2
            lines.append(_elbow(start, one.y + BOX_HEIGHT / 2, boxes[child], "child", above))
        else:
            for tie in above:
                parent = boxes[tie.relative]
                lines.append(
                    _elbow(parent.middle, parent.y + BOX_HEIGHT, boxes[child], "child", [tie])
                )
    related = {tie.person: {row.relative for row in parents[tie.person]} for tie in ties}
    for tie in ties:
        one, other = boxes[tie.person], boxes[tie.relative]
        if tie.link in _LEAPS and other.y < one.y:
            lines.append(_elbow(other.middle, other.y + BOX_HEIGHT, one, "leap", [tie]))
        elif tie.link is KinLink.SIBLING and not (
            related.get(tie.person, set()) & {row.relative for row in parents[tie.relative]}
        ):
            path = f"M{one.middle:g} {one.y:g}V{one.y - ROW_GAP / 4:g}H{other.middle:g}V{other.y:g}"
            lines.append(Line(path, "sibling", tie.is_ended))
        elif tie.link is KinLink.SUPPORTER:
            path = (
                f"M{one.middle:g} {one.y + BOX_HEIGHT:g}V{one.y + BOX_HEIGHT + ROW_GAP / 4:g}"
                f"H{other.middle:g}V{other.y + BOX_HEIGHT:g}"
            )
            lines.append(Line(path, "support", tie.is_ended))
    return lines


def _couple(boxes: Mapping[UUID, Box], tie: Tie) -> Line:
    left, right = sorted((boxes[tie.person], boxes[tie.relative]), key=lambda box: box.x)
    y = left.y + BOX_HEIGHT / 2
    return Line(f"M{left.x + BOX_WIDTH:g} {y:g}H{right.x:g}", "couple", tie.is_ended)


def _side_by_side(boxes: Mapping[UUID, Box], one: UUID, other: UUID) -> bool:
    return abs(boxes[one].x - boxes[other].x) <= BOX_WIDTH + GAP + 1


def _elbow(x: float, y: float, child: Box, kind: str, ties: Sequence[Tie]) -> Line:
    path = f"M{x:g} {y:g}V{child.y - ROW_GAP / 2:g}H{child.middle:g}V{child.y:g}"
    return Line(path, kind, all(tie.is_ended for tie in ties))
