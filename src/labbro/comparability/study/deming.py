"""Deming's regression: both procedures have measurement error, in a known ratio.

Source: W. E. Deming, Statistical Adjustment of Data (1943); intervals by Linnet's jackknife, K. Linnet, Clin. Chem. 39
(1993) 424-432. `ratio` is the variance of y's error over that of x's; 1 is orthogonal regression.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from labbro.comparability.study.lines import Interval, Line
from labbro.comparability.study.quantiles import student_quantile
from labbro.errors import WrongUse

Numbers = NDArray[np.float64]


def deming(x: Sequence[float], y: Sequence[float], ratio: float = 1.0, level: float = 0.95) -> Line:
    """The line with its intervals. Raises WrongUse `study-no-line` where x and y do not vary together."""
    xs, ys = np.asarray(x, float), np.asarray(y, float)
    slope, intercept = estimate(xs, ys, ratio)
    if not math.isfinite(slope):
        raise WrongUse(
            "Deming's regression has no answer here: the two procedures do not vary together.",
            message_da="Deming-regression giver intet svar her: procedurerne varierer ikke sammen.",
            code="study-no-line",
        )
    return Line(
        method="Deming",
        slope=slope,
        intercept=intercept,
        slope_interval=jackknife(xs, ys, lambda a, b: estimate(a, b, ratio)[0], level),
        intercept_interval=jackknife(xs, ys, lambda a, b: estimate(a, b, ratio)[1], level),
        level=level,
    )


def estimate(x: Numbers, y: Numbers, ratio: float) -> tuple[float, float]:
    """Slope and intercept; NaN where x and y are not related."""
    mean_x, mean_y = float(x.mean()), float(y.mean())
    from_x, from_y = x - mean_x, y - mean_y
    xx, yy, xy = float(from_x @ from_x), float(from_y @ from_y), float(from_x @ from_y)
    if xy == 0:
        return math.nan, math.nan
    slope = (yy - ratio * xx + math.sqrt((yy - ratio * xx) ** 2 + 4 * ratio * xy**2)) / (2 * xy)
    return slope, mean_y - slope * mean_x


def jackknife(x: Numbers, y: Numbers, figure: Callable[[Numbers, Numbers], float], level: float) -> Interval:
    """The interval of any figure of the pairs around its value: the error of its pseudovalues, each without one pair,
    and Student's t with n - 2 degrees of freedom.
    """
    count = len(x)
    whole = figure(x, y)
    kept = ~np.eye(count, dtype=bool)
    pseudo = np.array([count * whole - (count - 1) * figure(x[row], y[row]) for row in kept])
    error = float(pseudo.std(ddof=1)) / math.sqrt(count)
    reach = student_quantile((1 + level) / 2, count - 2) * error
    return Interval(whole - reach, whole + reach)
