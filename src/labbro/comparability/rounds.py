"""Rounds of external quality control: what they come to, and whether they bear out what was stated. Pure.

A round's bias is 100 * (our value - target) / target, in per cent. Why so: decision 0087.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from labbro.comparability.model import Evidence, Round

ROUNDING_PERCENT: Final = 0.5
"""Schemes print biases as whole per cents: a stated bias may lie so far from the one computed."""
_ROUNDING: Final = ROUNDING_PERCENT + 1e-9  # sums of binary fractions


class RoundFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Rounds together: how many tell a bias, its mean and range in per cent, and how many exceed their own limit."""

    count: int
    mean_percent: float
    low_percent: float
    high_percent: float
    outside: int


def computed_percent(one: Round) -> float | None:
    """The bias in per cent by our value and the target; None where they do not give one."""
    if one.value is None or one.target is None or not one.target > 0 or not math.isfinite(one.value + one.target):
        return None
    return 100 * (one.value - one.target) / one.target


def round_percent(one: Round) -> float | None:
    """The bias of a round in per cent: by value and target where it has them, else as it was stated."""
    computed = computed_percent(one)
    return one.bias_percent if computed is None else computed


def is_outside(one: Round) -> bool:
    """Whether a round's bias exceeds what the round allows."""
    bias = round_percent(one)
    return bias is not None and one.allowable_percent is not None and abs(bias) > one.allowable_percent


def figures_of(rounds: Sequence[Round]) -> RoundFigures | None:
    """What rounds come to; None where none tells a bias."""
    found = [bias for bias in map(round_percent, rounds) if bias is not None]
    if not found:
        return None
    return RoundFigures(
        count=len(found),
        mean_percent=math.fsum(found) / len(found),
        low_percent=min(found),
        high_percent=max(found),
        outside=sum(map(is_outside, rounds)),
    )


def bias_of(evidence: Evidence) -> float | None:
    """The bias in per cent that evidence shows: as stated, else the mean of its rounds."""
    if evidence.bias_percent is not None:
        return evidence.bias_percent
    figures = figures_of(evidence.rounds)
    return None if figures is None else figures.mean_percent


def is_complete(one: Round) -> bool:
    """Whether a round has a name and a bias, and figures that a round can have."""
    told = (one.value, one.target, one.bias_percent, one.allowable_percent)
    if not one.name.strip() or not all(math.isfinite(figure) for figure in told if figure is not None):
        return False
    if (one.count is not None and one.count < 1) or (one.allowable_percent is not None and one.allowable_percent <= 0):
        return False
    paired = one.value is not None or one.target is not None
    return computed_percent(one) is not None if paired else one.bias_percent is not None


def is_borne_out(one: Round) -> bool:
    """Whether the bias that a round states is the one that its value and target give, but for rounding."""
    computed = computed_percent(one)
    return computed is None or one.bias_percent is None or _near(one.bias_percent, computed)


def contradicts(figures: RoundFigures, stated_percent: float) -> bool:
    """Whether rounds contradict a stated bias: outside what they show, or nearer to none than their mean."""
    low, high = figures.low_percent - _ROUNDING, figures.high_percent + _ROUNDING
    return not low <= stated_percent <= high or abs(stated_percent) < abs(figures.mean_percent) - _ROUNDING


def _near(stated: float, computed: float) -> bool:
    return abs(stated - computed) <= _ROUNDING
