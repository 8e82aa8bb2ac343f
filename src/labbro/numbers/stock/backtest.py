"""How well the forecast would have done: it is made again at many past days, and compared with what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Final

import msgspec

from labbro.numbers.stock.forecast import Counts, forecast
from labbro.numbers.stock.laboratories import SCENARIOS, Scenario, consumption, laboratory

FORTNIGHT: Final = 14
HALF_YEAR: Final = 182
_FROM: Final = dt.date(2023, 1, 2)


class Errors(msgspec.Struct, frozen=True, kw_only=True):
    """The error of forecasts of `horizon_days`, over `forecasts` of them.

    `wape`: sum of absolute errors by sum of actual use; `mape`: mean of relative errors; `bias`: sum of errors by sum
    of actual use, positive where too much was forecast; `covered`: share within the band, which promises 0.8.
    """

    scenario: str
    horizon_days: int
    forecasts: int
    wape: float
    mape: float
    bias: float
    covered: float


class _Try(msgspec.Struct, frozen=True):
    expected: float
    low: float
    high: float
    actual: int


def backtest(
    counts: Counts, *, horizon_days: int, yearly: int | None = None, every_days: int = FORTNIGHT, after_days: int = 28
) -> Errors | None:
    """The errors over one history; None where it is too short for a single comparison."""
    return _errors("own", horizon_days, list(_tries(counts, horizon_days, yearly, every_days, after_days)))


def backtest_scenario(scenario: Scenario, *, horizon_days: int, seeds: Sequence[int], years: int = 4) -> Errors:
    """The errors over invented laboratories of one kind."""
    tries: list[_Try] = []
    for seed in seeds:
        lab = laboratory(scenario, seed)
        counts = consumption(lab, _FROM, 365 * years, seed)
        tries.extend(_tries(counts, horizon_days, lab.yearly, FORTNIGHT, 28))
    errors = _errors(scenario, horizon_days, tries)
    assert errors is not None
    return errors


def report(seeds: Sequence[int], years: int = 4) -> tuple[Errors, ...]:
    """Every scenario at a fortnight and at half a year."""
    return tuple(
        backtest_scenario(scenario, horizon_days=horizon, seeds=seeds, years=years)
        for scenario in SCENARIOS
        for horizon in (FORTNIGHT, HALF_YEAR)
    )


def _tries(counts: Counts, horizon: int, yearly: int | None, every: int, after: int) -> Iterator[_Try]:
    if not counts:
        return
    first, last = min(counts), max(counts)
    for today in range(first + after, last - horizon + 2, every):
        made = forecast({day: count for day, count in counts.items() if day < today}, today, yearly)
        if made is None:
            continue
        low, expected, high = made.band(horizon)
        yield _Try(expected, low, high, sum(counts.get(day, 0) for day in range(today, today + horizon)))


def _errors(scenario: str, horizon: int, tries: Sequence[_Try]) -> Errors | None:
    used = [item for item in tries if item.actual > 0]
    if not used:
        return None
    total = sum(item.actual for item in used)
    return Errors(
        scenario=scenario,
        horizon_days=horizon,
        forecasts=len(used),
        wape=sum(abs(item.expected - item.actual) for item in used) / total,
        mape=fmean(abs(item.expected - item.actual) / item.actual for item in used),
        bias=sum(item.expected - item.actual for item in used) / total,
        covered=fmean(item.low <= item.actual <= item.high for item in used),
    )
