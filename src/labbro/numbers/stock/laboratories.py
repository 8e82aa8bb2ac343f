"""Invented laboratories' consumption by day, from a seed: for backtests and simulations, and to show."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable
from typing import Final, Literal, get_args

import msgspec

from labbro.numbers.stock.holidays import kind_of_day

Scenario = Literal["steady", "growing", "seasonal", "small", "every-day", "pandemic", "peaks", "merged", "quiet-summer"]
SCENARIOS: Final[tuple[Scenario, ...]] = get_args(Scenario)
_OFFICE: Final = (1.34, 1.36, 1.33, 1.31, 1.16, 0.25, 0.25)
_HOSPITAL: Final = (1.12, 1.12, 1.1, 1.1, 1.06, 0.75, 0.75)
_YEAR: Final = 365.25


class Laboratory(msgspec.Struct, frozen=True):
    """An invented laboratory. `a_day`: numbers on an average day at the beginning; `noise`: relative, of a day."""

    scenario: Scenario
    a_day: float
    noise: float
    weekdays: tuple[float, ...]
    growth: float
    season: float

    @property
    def yearly(self) -> int:
        """What it would state at the beginning."""
        return round(self.a_day * _YEAR)


def laboratory(scenario: Scenario, seed: int) -> Laboratory:
    """A laboratory of a kind; size, noise and week differ by seed."""
    chance = random.Random(f"{scenario}:{seed}")  # noqa: S311 - repeatable on purpose
    size = math.exp(chance.uniform(math.log(300), math.log(12_000)))
    return Laboratory(
        scenario=scenario,
        a_day=chance.uniform(5, 20) if scenario == "small" else size,
        noise=chance.uniform(0.06, 0.14),
        weekdays=_HOSPITAL if scenario == "every-day" else _OFFICE,
        growth=chance.uniform(0.06, 0.12) if scenario == "growing" else chance.uniform(0.0, 0.03),
        season={"seasonal": chance.uniform(0.1, 0.2), "quiet-summer": 0.05}.get(scenario, 0.03),
    )


def consumption(lab: Laboratory, start: dt.date, days: int, seed: int) -> dict[int, int]:
    """Numbers used on each day (proleptic ordinal)."""
    chance = random.Random(f"{lab.scenario}:{seed}:days")  # noqa: S311 - repeatable on purpose
    event = _events(lab, start.toordinal(), days, chance)
    found: dict[int, int] = {}
    for day in range(start.toordinal(), start.toordinal() + days):
        passed = day - start.toordinal()
        mean = lab.a_day * _weekday(lab, day) * _seasonal(lab, day) * (1 + lab.growth) ** (passed / _YEAR) * event(day)
        found[day] = max(0, round(chance.gauss(mean, math.sqrt(mean + (lab.noise * mean) ** 2))))
    return found


def _weekday(lab: Laboratory, day: int) -> float:
    kind = kind_of_day(day)
    usual = lab.weekdays[(day - 1) % 7]
    if kind == "ordinary":
        return usual
    return min(usual, lab.weekdays[6] if kind == "holiday" else (lab.weekdays[6] + usual) / 2)


def _seasonal(lab: Laboratory, day: int) -> float:
    """A wave with its top in February, a dip in July, and quiet weeks around Christmas."""
    date = dt.date.fromordinal(day)
    place = date.timetuple().tm_yday / _YEAR
    wave = 1 + lab.season * math.cos(2 * math.pi * (place - 0.12))
    summer = 0.6 if lab.scenario == "quiet-summer" else 0.85 if lab.scenario != "every-day" else 0.95
    if (7, 8) <= (date.month, date.day) <= (7, 31):
        wave *= summer
    return wave * (0.8 if (date.month, date.day) >= (12, 22) or (date.month, date.day) <= (1, 3) else 1.0)


def _events(lab: Laboratory, start: int, days: int, chance: random.Random) -> Callable[[int], float]:
    """What happens to this laboratory alone, as a factor of each day."""
    when = start + round(days * chance.uniform(0.4, 0.7))
    if lab.scenario == "pandemic":  # five times as many within a week, for most of a year, then back
        return lambda day: 1 + 4 * min(1.0, max(0.0, (day - when) / 7)) if day < when + 280 else 1.0
    if lab.scenario == "merged":  # takes over another laboratory's work
        return lambda day: 1.6 if day >= when else 1.0
    if lab.scenario == "peaks":
        wild = {start + chance.randrange(days) for _ in range(max(1, days // 60))}
        return lambda day: 5.0 if day in wild else 1.0
    return lambda _day: 1.0
