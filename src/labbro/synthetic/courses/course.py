"""The words that courses are told in."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from labbro.synthetic.body import Curve

# Where the sample is taken and who measures it. "practice": taken there, measured by the hospital laboratory.
Setting = Literal["practice", "point-of-care", "ward", "emergency", "kidney-clinic", "medical-clinic", "foot", "home"]
# What goes on with the answer. "staged": received, preliminary, final. "corrected": a value is corrected later.
# "haemolysed": a bad sample and a new one. "twice": one analyte measured twice. "failed": one could not be measured.
# "waiting": the slow ones have not come. "unfinished": as staged, but the final answer has not come.
Happening = Literal["plain", "staged", "unfinished", "corrected", "haemolysed", "twice", "failed", "waiting"]
# Tests of a blood smear and the like, answered in words under the laboratory's own code.
Words = tuple[str, str, str]
Points = tuple[tuple[float, float], ...]


class Span(msgspec.Struct, frozen=True):
    """The days of a history, as ordinals; the last day is today."""

    first: int
    last: int

    @property
    def days(self) -> int:
        """The length in days."""
        return self.last - self.first

    def part(self, fraction: float) -> int:
        """The day at a fraction of the span."""
        return self.first + round(self.days * fraction)


class Visit(msgspec.Struct, frozen=True):
    """A sample to be taken: `day` is an ordinal, `hour` the time of day in hours; `panel` keys of the catalogue.

    `words` are results told in words: (local code, name, text). `note` is the requester's remark.
    `same_moment`: a second sample is taken with the same minute as the one before (hospital and practice).
    """

    day: int
    setting: Setting
    panel: tuple[str, ...]
    hour: float = 9.0
    note: str | None = None
    happening: Happening = "plain"
    words: tuple[Words, ...] = ()
    day_sample: bool = False


class Course(msgspec.Struct, frozen=True):
    """An illness or a habit of control: what it does to the body, and the samples."""

    curves: tuple[Curve, ...] = ()
    visits: tuple[Visit, ...] = ()


def every(first: float, last: float, step_days: float) -> list[int]:
    """Days from first to last, a step apart."""
    return [round(first + number * step_days) for number in range(max(0, int((last - first) / step_days) + 1))]


def from_day(
    day: float, quantity: str, mode: Literal["level", "factor", "plus"], points: Points, times: float = 1.0
) -> Curve:
    """A curve told by days from an event."""
    return Curve(quantity, mode, tuple((day + step, value * times) for step, value in points))


def approach(start: float, begin: float, end: float, half_life_days: float, until: float) -> list[tuple[float, float]]:
    """Points of a value that goes from `begin` at `start` towards `end`, halving the distance each half-life."""
    steps = max(1, min(12, math.ceil((until - start) / half_life_days)))
    return [(start + n * half_life_days, end + (begin - end) * 0.5**n) for n in range(steps + 1)]
