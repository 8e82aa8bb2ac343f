"""Repeatable chance: streams named by a seed and a path, so that one part can change without moving the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of chance numbers. The same path gives the same stream on every machine and Python version.

    Only Random.random() is drawn from: it is the one method whose sequence Python promises to keep.
    """

    def __init__(self, *path: object) -> None:
        self._path = "/".join(str(part) for part in path)
        self._draw = Random(self._path).random  # noqa: S311 - repeatable on purpose, nothing secret

    def of(self, *names: object) -> Chance:
        """A stream of its own, named below this one."""
        return Chance(self._path, *names)

    def happens(self, probability: float) -> bool:
        """True with the given probability."""
        return self._draw() < probability

    def between(self, low: float, high: float) -> float:
        """A number between two numbers, evenly."""
        return low + (high - low) * self._draw()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both possible."""
        return low + int(self._draw() * (high - low + 1))

    def normal(self, mean: float = 0.0, deviation: float = 1.0) -> float:
        """A normally distributed number (Box and Muller)."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self._draw()))
        return mean + deviation * radius * math.cos(2.0 * math.pi * self._draw())

    def pick(self, things: Sequence[T]) -> T:
        """One of the things, evenly."""
        return things[int(self._draw() * len(things))]
