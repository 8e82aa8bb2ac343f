"""A study as the evidence of an assertion: what the registry keeps of it."""

from __future__ import annotations

from labbro.comparability.model import Evidence
from labbro.comparability.study.study import Study


def evidence_of(told: Study, source: str) -> Evidence:
    """The figures of a study; its bias is the one furthest from none at a decision level, in per cent of the level."""
    worst = max(told.levels, key=lambda one: abs(one.percent))
    line = told.passing_bablok

    def rounded(value: float) -> float:
        return float(f"{value:.6g}")

    return Evidence(
        kind="study",
        source=source,
        count=told.pairs.count,
        low=told.range_x.low,
        high=told.range_x.high,
        slope=rounded(line.slope),
        slope_low=rounded(line.slope_interval.low),
        slope_high=rounded(line.slope_interval.high),
        intercept=rounded(line.intercept),
        intercept_low=rounded(line.intercept_interval.low),
        intercept_high=rounded(line.intercept_interval.high),
        bias_percent=rounded(worst.percent),
        bias_low=rounded(100 * worst.interval.low / worst.level),
        bias_high=rounded(100 * worst.interval.high / worst.level),
    )
