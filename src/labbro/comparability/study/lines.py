"""What every regression of a comparison gives: a line, with the confidence of its two parameters."""

from __future__ import annotations

import msgspec


class Interval(msgspec.Struct, frozen=True):
    """A confidence interval."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value lies in it, ends included."""
        return self.low <= value <= self.high


class Line(msgspec.Struct, frozen=True):
    """y = intercept + slope * x. `level` is the confidence level of both intervals."""

    method: str
    slope: float
    intercept: float
    slope_interval: Interval
    intercept_interval: Interval
    level: float

    def at(self, x: float) -> float:
        """The y that the line gives for an x."""
        return self.intercept + self.slope * x

    def bias_at(self, x: float) -> float:
        """How much y exceeds x there."""
        return self.at(x) - x
