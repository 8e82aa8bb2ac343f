"""Passing and Bablok's regression: the shifted median of all slopes between pairs of points.

Source: H. Passing, W. Bablok, J. Clin. Chem. Clin. Biochem. 21 (1983) 709-720 (estimates, intervals, cusum test).
Assumes a linear relation and positive correlation; nothing about the distribution of samples or errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from labbro.comparability.study.lines import Interval, Line
from labbro.comparability.study.quantiles import normal_quantile
from labbro.errors import WrongUse

Numbers = NDArray[np.float64]

# Critical values of the Kolmogorov-Smirnov distribution for the cusum test, by significance.
_CUSUM_LIMITS = ((0.01, 1.63), (0.05, 1.36), (0.10, 1.22))


class Linearity(msgspec.Struct, frozen=True):
    """The cusum test: `statistic` against the Kolmogorov-Smirnov limits. `linear` is False from p < 0.05 on."""

    statistic: float
    p_below: float | None

    @property
    def linear(self) -> bool:
        """Whether a straight line may be used."""
        return self.p_below is None or self.p_below > 0.05


def passing_bablok(x: Sequence[float], y: Sequence[float], level: float = 0.95) -> Line:
    """The line with its intervals. Raises WrongUse `study-no-line` where slopes below -1 outnumber the others."""
    slopes, shift = _slopes(np.asarray(x, float), np.asarray(y, float))
    count = len(slopes)
    reach = normal_quantile((1 + level) / 2) * math.sqrt(len(x) * (len(x) - 1) * (2 * len(x) + 5) / 18)
    first = round((count - reach) / 2)
    last = count - first + 1
    if shift >= count - shift or first + shift < 1 or last + shift > count:
        raise WrongUse(
            "Passing and Bablok's regression has no answer here: the two procedures are not positively related, "
            "or there are too few pairs.",
            message_da="Passing-Bablok-regression giver intet svar her: procedurerne følges ikke ad, eller der er for "
            "få par.",
            code="study-no-line",
        )
    slope = _shifted_median(slopes, shift)
    low, high = float(slopes[first + shift - 1]), float(slopes[last + shift - 1])
    return Line(
        method="Passing-Bablok",
        slope=slope,
        intercept=_intercept(x, y, slope),
        slope_interval=Interval(low, high),
        intercept_interval=Interval(_intercept(x, y, high), _intercept(x, y, low)),
        level=level,
    )


def estimate(x: Numbers, y: Numbers) -> tuple[float, float]:
    """Slope and intercept only, for resampling. NaN where there is no slope."""
    slopes, shift = _slopes(x, y)
    if len(slopes) == 0 or shift >= len(slopes) - shift:
        return math.nan, math.nan
    slope = _shifted_median(slopes, shift)
    return slope, float(np.median(y - slope * x))


def linearity(x: Sequence[float], y: Sequence[float], line: Line) -> Linearity:
    """The cusum test of 1983: do points above and below the line come in random order along it?"""
    over = [b > line.at(a) for a, b in zip(x, y, strict=True)]
    on = [b == line.at(a) for a, b in zip(x, y, strict=True)]
    above = sum(over)
    below = len(over) - above - sum(on)
    if not above or not below:
        return Linearity(0.0, None)
    up, down = math.sqrt(below / above), -math.sqrt(above / below)
    distances = [
        (b + a / line.slope - line.intercept) / math.sqrt(1 + 1 / line.slope**2) for a, b in zip(x, y, strict=True)
    ]
    total = highest = 0.0
    for at in sorted(range(len(distances)), key=distances.__getitem__):
        total += 0.0 if on[at] else up if over[at] else down
        highest = max(highest, abs(total))
    statistic = highest / math.sqrt(below + 1)
    return Linearity(statistic, next((p for p, limit in _CUSUM_LIMITS if statistic > limit), None))


def _slopes(x: Numbers, y: Numbers) -> tuple[Numbers, int]:
    """All slopes between two points, sorted; and how many are below -1, by which the median is shifted.

    Two equal points give none; a slope of exactly -1 is left out; vertical ones are infinite with the sign of dy.
    """
    first, second = np.triu_indices(len(x), 1)
    across, along = x[second] - x[first], y[second] - y[first]
    kept = (across != 0) | (along != 0)
    across, along = across[kept], along[kept]
    with np.errstate(divide="ignore"):
        slopes = np.where(across == 0, np.copysign(np.inf, along), along / across)
    slopes = np.sort(slopes[slopes != -1])
    return slopes, int(np.searchsorted(slopes, -1.0))


def _shifted_median(slopes: Numbers, shift: int) -> float:
    half, odd = divmod(len(slopes), 2)
    if odd:
        return float(slopes[half + shift])
    return float((slopes[half + shift - 1] + slopes[half + shift]) / 2)


def _intercept(x: Sequence[float], y: Sequence[float], slope: float) -> float:
    return float(np.median(np.asarray(y, float) - slope * np.asarray(x, float)))
