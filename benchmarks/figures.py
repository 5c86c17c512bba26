"""One promised figure, and the arithmetic that all of them share."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """How this program compares with a baseline; ``better`` says on which side of the target.

    ``waiting`` says when a promise begins; until then the ratio is only printed.
    """

    name: str
    ratio: float
    target: float
    better: Literal["more", "less"] = "more"
    waiting: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether the promise is kept."""
        if self.waiting:
            return True
        return self.ratio >= self.target if self.better == "more" else self.ratio <= self.target

    def __str__(self) -> str:
        verdict = "ok" if self.is_reached else "short"
        when = f" ({self.waiting})" if self.waiting else ""
        sign = "≥" if self.better == "more" else "≤"
        return f"{self.name} {self.ratio:.2f} {sign}{self.target:g}{when} {verdict}"


def seconds(act: Callable[[], object]) -> float:
    """Return how long ``act`` took."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def interleaved(
    first: Sequence[Callable[[], object]],
    second: Sequence[Callable[[], object]],
    *,
    rounds: int = 3,
) -> tuple[list[float], list[float]]:
    """Time two rows of things by turns, so that whatever else the machine does hits both.

    A row runs through before the other begins again: taken in pairs, a slow baseline that reads
    all there is would empty the processor's cache before each quick look, and be measured twice.
    Each time is the best of ``rounds``: a percentile then tells slow things from fast ones, and
    not a busy moment from a quiet one.
    """
    times: tuple[list[list[float]], list[list[float]]] = ([], [])
    for _round in range(rounds):
        for column, row in zip(times, (first, second), strict=True):
            column.append([seconds(act) for act in row])
    best_first, best_second = ([min(t) for t in zip(*row, strict=True)] for row in times)
    return best_first, best_second


def p95(times: Sequence[float]) -> float:
    """Return the time that 95 of 100 stay below."""
    return statistics.quantiles(times, n=20)[-1]
