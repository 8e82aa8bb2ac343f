"""A whole comparison: both regressions, the differences, the bias where decisions are made, and a verdict.

The verdict is advice by fixed rules (docs/decisions/0080); what counts is what two persons release in the registry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from labbro.comparability.study import deming, passing_bablok
from labbro.comparability.study.bland_altman import Differences, bland_altman
from labbro.comparability.study.lines import Interval, Line
from labbro.comparability.study.pairs import Pairs, checked
from labbro.comparability.study.passing_bablok import Linearity
from labbro.comparability.study.specification import Specification
from labbro.errors import WrongUse

# CLSI EP09 asks for 40 samples; with fewer the interval of Passing and Bablok's line is not to be relied on.
PAIRS_FOR_A_VERDICT = 40
RESAMPLES = 999

StudyVerdict = Literal["comparable", "caution", "convertible", "not", "unknown"]


class LevelBias(msgspec.Struct, frozen=True):
    """The bias at one decision level, in the unit of the procedures. `allowed` is half the allowable bias (rule 6)."""

    level: float
    bias: float
    interval: Interval
    deming_bias: float
    deming_interval: Interval
    allowed: float
    inside_range: bool

    @property
    def percent(self) -> float:
        """The bias in per cent of the level."""
        return 100 * self.bias / self.level if self.level else math.inf


class Study(msgspec.Struct, frozen=True):
    """Everything that a comparison gives. `reason` is one sentence, `reason_da` the same in Danish."""

    pairs: Pairs
    passing_bablok: Line
    deming: Line
    linearity: Linearity
    differences: Differences
    percent_differences: Differences | None
    correlation: float
    range_x: Interval
    levels: tuple[LevelBias, ...]
    specification: Specification
    verdict: StudyVerdict
    reason: str
    reason_da: str


def study(
    pairs: Pairs,
    specification: Specification,
    levels: Sequence[float],
    *,
    error_ratio: float = 1.0,
    seed: int = 1,
    confidence: float = 0.95,
) -> Study:
    """Compares y with the anchor x. `levels`: where decisions are made, in x's unit; `seed`: of the resampling.

    Raises WrongUse `study-...` when there is nothing to compare.
    """
    checked(pairs)
    _check_arguments(levels, error_ratio, confidence)
    line = passing_bablok.passing_bablok(pairs.x, pairs.y, confidence)
    other = deming.deming(pairs.x, pairs.y, error_ratio, confidence)
    span = Interval(min(pairs.x), max(pairs.x))
    resampled = _resampled(pairs, seed)
    biases = tuple(
        _level(level, pairs, line, other, error_ratio, resampled, specification, span, confidence) for level in levels
    )
    linear = passing_bablok.linearity(pairs.x, pairs.y, line)
    verdict, reason, reason_da = judge(pairs.count, linear, biases)
    zero = any(x + y == 0 for x, y in zip(pairs.x, pairs.y, strict=True))
    return Study(
        pairs=pairs,
        passing_bablok=line,
        deming=other,
        linearity=linear,
        differences=bland_altman(pairs.x, pairs.y, level=confidence),
        percent_differences=None if zero else bland_altman(pairs.x, pairs.y, percent=True, level=confidence),
        correlation=float(np.corrcoef(pairs.x, pairs.y)[0, 1]),
        range_x=span,
        levels=biases,
        specification=specification,
        verdict=verdict,
        reason=reason,
        reason_da=reason_da,
    )


def judge(count: int, linear: Linearity, levels: Sequence[LevelBias]) -> tuple[StudyVerdict, str, str]:
    """The verdict and its sentence, English and Danish, by the first rule that fits."""
    outside = [one.level for one in levels if not one.inside_range]
    if count < PAIRS_FOR_A_VERDICT:
        return (
            "unknown",
            f"{count} pairs are too few for a verdict; {PAIRS_FOR_A_VERDICT} are needed.",
            f"{count} par er for få til en vurdering; der kræves {PAIRS_FOR_A_VERDICT}.",
        )
    if outside:
        told = ", ".join(f"{level:g}" for level in outside)
        return (
            "unknown",
            f"The samples do not reach the decision level {told}; nothing is concluded outside their range.",
            f"Prøverne dækker ikke beslutningsgrænsen {told}; der konkluderes ikke uden for deres område.",
        )
    if not linear.linear:
        return (
            "unknown",
            "The relation is not a straight line (cusum test), so one bias cannot be told for the range.",
            "Sammenhængen er ikke en ret linje (cusum-test), så der kan ikke angives én bias for området.",
        )
    worst = max(levels, key=lambda one: abs(one.bias) / one.allowed)
    at = f"{worst.bias:+.3g} at {worst.level:g} (half the allowable bias is {worst.allowed:.3g})"
    at_da = f"{worst.bias:+.3g} ved {worst.level:g} (halv tilladt bias er {worst.allowed:.3g})"
    if all(_within(one, one.allowed) for one in levels):
        return (
            "comparable",
            f"The bias stays within half the allowable: {at}.",
            f"Bias er inden for halvdelen: {at_da}.",
        )
    if all(abs(one.bias) <= 2 * one.allowed for one in levels):
        return (
            "caution",
            f"The bias may exceed half the allowable but not the whole: {at}.",
            f"Bias kan overstige halvdelen af det tilladte, men ikke det hele: {at_da}.",
        )
    if all((one.interval.high - one.interval.low) / 2 <= one.allowed for one in levels):
        return (
            "convertible",
            f"The bias is too large to share a row as it is, but the line is known well enough to convert: {at}.",
            f"Bias er for stor til fælles række, men linjen er kendt godt nok til omregning: {at_da}.",
        )
    return "not", f"The bias is too large: {at}.", f"Bias er for stor: {at_da}."


def _within(one: LevelBias, allowed: float) -> bool:
    return -allowed <= one.interval.low and one.interval.high <= allowed


def _check_arguments(levels: Sequence[float], error_ratio: float, confidence: float) -> None:
    if not levels or any(not math.isfinite(level) or level <= 0 for level in levels):
        raise _wrong("name at least one decision level above 0", "angiv mindst én beslutningsgrænse over 0")
    if not (math.isfinite(error_ratio) and error_ratio > 0):
        raise _wrong("the ratio of the error variances must be above 0", "forholdet mellem varianser skal være over 0")
    if not 0.5 <= confidence < 1:
        raise _wrong("the confidence level must be from 0.5 to 1", "konfidensniveauet skal være fra 0,5 til 1")


def _resampled(pairs: Pairs, seed: int) -> list[tuple[float, float]]:
    """Passing and Bablok's line in resamples of the pairs (with replacement), those without an answer left out."""
    chance = np.random.default_rng(seed)
    x, y = np.asarray(pairs.x, float), np.asarray(pairs.y, float)
    # All slopes of a resample are sorted, so large studies take fewer; the interval is steadier there anyway.
    rounds = RESAMPLES if pairs.count <= 300 else 199 if pairs.count <= 1500 else 49
    lines = [passing_bablok.estimate(x[row], y[row]) for row in chance.integers(0, pairs.count, (rounds, pairs.count))]
    return [line for line in lines if math.isfinite(line[0])]


def _level(
    level: float,
    pairs: Pairs,
    line: Line,
    other: Line,
    error_ratio: float,
    resampled: Sequence[tuple[float, float]],
    specification: Specification,
    span: Interval,
    confidence: float,
) -> LevelBias:
    biases = np.array([intercept + (slope - 1) * level for slope, intercept in resampled])
    low, high = np.quantile(biases, [(1 - confidence) / 2, (1 + confidence) / 2])

    def deming_bias(x: deming.Numbers, y: deming.Numbers) -> float:
        slope, intercept = deming.estimate(x, y, error_ratio)
        return intercept + (slope - 1) * level

    return LevelBias(
        level=level,
        bias=line.bias_at(level),
        interval=Interval(float(low), float(high)),
        deming_bias=other.bias_at(level),
        deming_interval=deming.jackknife(
            np.asarray(pairs.x, float), np.asarray(pairs.y, float), deming_bias, confidence
        ),
        allowed=specification.allowable_at(level) / 2,
        inside_range=span.holds(level),
    )


def _wrong(why: str, why_da: str) -> WrongUse:
    return WrongUse(
        f"The comparison cannot be made: {why}.",
        message_da=f"Sammenligningen kan ikke laves: {why_da}.",
        code="study-arguments",
    )
