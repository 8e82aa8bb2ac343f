"""Bland and Altman's differences: their mean, and the limits between which 95 % of them are expected.

Source: J. M. Bland, D. G. Altman, Lancet i (1986) 307-310; intervals of the limits by their approximation of 1999.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

import msgspec

from labbro.comparability.study.lines import Interval
from labbro.comparability.study.quantiles import normal_quantile, student_quantile
from labbro.errors import WrongUse


class Differences(msgspec.Struct, frozen=True):
    """y - x, absolute or in per cent of the pair's mean, with the mean of each pair for a plot."""

    percent: bool
    means: tuple[float, ...]
    differences: tuple[float, ...]
    bias: float
    bias_interval: Interval
    deviation: float
    lower_limit: float
    upper_limit: float
    lower_interval: Interval
    upper_interval: Interval


def bland_altman(x: Sequence[float], y: Sequence[float], *, percent: bool = False, level: float = 0.95) -> Differences:
    """The differences and their limits. Raises WrongUse `study-zero-mean` for per cent of nothing."""
    means = [(a + b) / 2 for a, b in zip(x, y, strict=True)]
    differences = [b - a for a, b in zip(x, y, strict=True)]
    if percent:
        if any(mean == 0 for mean in means):
            raise WrongUse(
                "A pair has the mean 0, so its difference cannot be told in per cent.",
                message_da="Et par har middelværdien 0, så forskellen kan ikke angives i procent.",
                code="study-zero-mean",
            )
        differences = [100 * one / mean for one, mean in zip(differences, means, strict=True)]
    count = len(differences)
    bias, deviation = fmean(differences), stdev(differences)
    width = normal_quantile(0.975) * deviation
    student = student_quantile((1 + level) / 2, count - 1)
    of_bias = student * deviation / math.sqrt(count)
    of_limit = student * deviation * math.sqrt(1 / count + normal_quantile(0.975) ** 2 / (2 * (count - 1)))
    lower, upper = bias - width, bias + width
    return Differences(
        percent=percent,
        means=tuple(means),
        differences=tuple(differences),
        bias=bias,
        bias_interval=Interval(bias - of_bias, bias + of_bias),
        deviation=deviation,
        lower_limit=lower,
        upper_limit=upper,
        lower_interval=Interval(lower - of_limit, lower + of_limit),
        upper_interval=Interval(upper - of_limit, upper + of_limit),
    )
