"""Random choices that come out the same on every Python version."""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of choices.

    Python promises the same sequence across versions for ``random()`` after a string seed, and
    for no other method; so everything here is made of ``random()``.

    >>> Dice("siming").between(1, 6) == Dice("siming").between(1, 6)
    True
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - invented people, not secrets

    def chance(self, probability: float) -> bool:
        """Say yes with the given probability, from 0 to 1."""
        return self._random.random() < probability

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of ``options``, each as likely as the others."""
        return options[self.between(0, len(options) - 1)]

    def weigh(self, weights: Mapping[T, int]) -> T:
        """Return one of the keys, as often as its weight says."""
        point = self._random.random() * sum(weights.values())
        for option, weight in weights.items():
            point -= weight
            if point < 0:
                return option
        return option
