"""How many numbers a laboratory will use: from its own daily consumption, with a band. Pure.

Expected use of a day = level x weekday or holiday x season. Each part is robust, so that one wild day moves nothing:

- weekday: the median share of each weekday in the last half year's whole weeks, beginning from a usual profile;
- holiday, closing day: what they were beside their neighbours, beginning from a Sunday;
- season: 52 weeks of the year, once there is more than a year of history; a year with a jump in it tells none;
- level: the midmean (mean of the middle half) of the last 8 weeks; of the last two weeks where these clearly differ,
  so that a lasting jump is followed within about a week, and a peak of one day is cut off.

Days are proleptic ordinals (`date.toordinal`), Danish days; today is not over and not used. The band is the range in
which the use should lie four times out of five.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from statistics import fmean, median
from typing import Final

import msgspec

from labbro.numbers.stock.holidays import kind_of_day

WEEK: Final = 7
MOST_DAYS: Final = 364  # how far the course of a stock is followed
USUAL_WEEK: Final = (1.3, 1.3, 1.3, 1.3, 1.1, 0.35, 0.35)  # Monday to Sunday, sum 7
SEASON_AFTER_DAYS: Final = 400
_YEAR: Final = 364
_SEASON_YEARS: Final = 3
_PROFILE_WEEKS: Final = 26
_PROFILE_DAYS: Final = _YEAR * _SEASON_YEARS + 2 * WEEK
_LONG: Final = 40  # working days
_SHORT: Final = 10
_FEW: Final = 5
_WORKING: Final = 0.5  # factor from which a day says something about the level
_CHANGED: Final = 0.2  # least difference, as a logarithm, that counts as a change of level
_LEAST_SPREAD: Final = 0.05  # of a day
_FIRST_SPREAD: Final = 0.25
_LEAST_DRIFT: Final = 0.02  # of the level in four weeks
_FIRST_DRIFT: Final = 0.06
_NO_SEASON: Final = 0.07  # how far off a half year is without, and with, a known season
_SEASON: Final = 0.03
_STATED: Final = 0.3  # how far a stated yearly production may be off
_BAND: Final = 1.2816  # standard deviations: four times out of five
_MAD: Final = 1.4826

Counts = Mapping[int, int]


class Profile(msgspec.Struct, frozen=True):
    """The shape of a laboratory's days: factors that are 1 on average. `season` has 52 entries, or none.

    `drift`: how much the level changes in four weeks, relative.
    """

    weekdays: tuple[float, ...] = USUAL_WEEK
    holiday: float = USUAL_WEEK[6]
    closing: float = (USUAL_WEEK[6] + USUAL_WEEK[0]) / 2
    season: tuple[float, ...] = ()
    drift: float = _FIRST_DRIFT

    def factor(self, day: int) -> float:
        """The factor of a day, without season."""
        kind = kind_of_day(day)
        usual = self.weekdays[(day - 1) % WEEK]
        if kind == "ordinary":
            return usual
        return min(usual, self.holiday if kind == "holiday" else self.closing)

    def seasonal(self, day: int) -> float:
        """The factor of the season."""
        return self.season[_week_of_year(day)] if self.season else 1.0


class Forecast(msgspec.Struct, frozen=True):
    """What is expected from day `start` on. `level`: numbers a day, on average over a year.

    `spread`: of a day; `level_spread`: how well the level is known; `drift`: of the level in four weeks; all relative.
    `days_known`: days of history that it stands on.
    """

    start: int
    level: float
    profile: Profile
    spread: float
    level_spread: float
    drift: float
    days_known: int

    def day(self, day: int) -> float:
        """Expected use of one day."""
        return self.level * self.profile.factor(day) * self.profile.seasonal(day)

    def use(self, days: int) -> float:
        """Expected use of so many days from `start` on."""
        course = _course(self)
        return course[days - 1] if 0 < days <= len(course) else sum(map(self.day, range(self.start, self.start + days)))

    def band(self, days: int) -> tuple[float, float, float]:
        """Low, expected and high use of so many days."""
        expected = self.use(days)
        width = math.exp(_BAND * self.relative_error(days))
        return expected / width, expected, expected * width

    def relative_error(self, days: int) -> float:
        """The standard deviation of the logarithm of the use of so many days."""
        noise = self.spread**2 / max(1.0, days * _SHORT / (2 * WEEK))
        drift = self.drift**2 * (days / 28) / 3
        return math.sqrt(noise + self.level_spread**2 + drift)

    def lasting(self, stock: float) -> tuple[float, float, float]:
        """How many days a stock lasts: when more is used than expected, as expected, and when less is."""
        expected = self.days_of(stock)
        width = math.exp(_BAND * self.relative_error(max(1, round(expected))))
        return self.days_of(stock / width), expected, self.days_of(stock * width)

    def days_of(self, stock: float) -> float:
        """How many days a stock lasts, at most MOST_DAYS; a stock of nothing lasts no day."""
        course = _course(self)
        whole = bisect_left(course, stock)
        if stock <= 0 or whole == len(course):
            return 0.0 if stock <= 0 else float(MOST_DAYS)
        before = course[whole - 1] if whole else 0.0
        return whole + (stock - before) / (course[whole] - before)


@lru_cache(maxsize=512)  # asked for many times a day
def _course(made: Forecast) -> tuple[float, ...]:
    """The expected use of the first day, the first two, the first three ..."""
    return tuple(accumulate(made.day(day) for day in range(made.start, made.start + MOST_DAYS)))


def forecast(counts: Counts, today: int, yearly: int | None = None, profile: Profile | None = None) -> Forecast | None:
    """The forecast from a history of days before `today`; from the stated yearly production where there is little.

    None where there is neither. `profile` may be given by who forecasts every day: it changes slowly.
    """
    first = min((day for day, count in counts.items() if count and day < today), default=today)
    known = today - first
    if yearly is None and known < WEEK:
        return None
    shape = profile if profile is not None else fit_profile(counts, today)
    ratios = _ratios(counts, shape, max(first, today - 2 * _LONG), today)[-_LONG:]
    level, spread, level_spread = _level(ratios)
    if len(ratios) < 2 * _SHORT and yearly is not None:
        level, level_spread = _with_stated(level, len(ratios), yearly / 365.25)
    known_to = math.hypot(level_spread, _SEASON if shape.season else _NO_SEASON)
    return Forecast(today, level, shape, spread, known_to, shape.drift, known)


def midmean(values: Sequence[float]) -> float:
    """The mean of the middle half: as steady as a mean, and not moved by a few wild values."""
    ordered = sorted(values)
    cut = len(ordered) / 4
    whole = int(cut)
    rest = ordered[whole : len(ordered) - whole]
    if len(rest) < 3 or cut == whole:
        return fmean(rest)
    edge = 1 - (cut - whole)
    return (edge * (rest[0] + rest[-1]) + sum(rest[1:-1])) / (2 * edge + len(rest) - 2)


def fit_profile(counts: Counts, today: int) -> Profile:
    """Weekdays, holidays and season from a history; what it does not tell is as usual."""
    first = max(min((day for day, count in counts.items() if count), default=today), today - _PROFILE_DAYS)
    weekdays = _weekdays(counts, first, today)
    shape = Profile(weekdays, weekdays[6], (weekdays[6] + fmean(weekdays[:5])) / 2)
    shape = msgspec.structs.replace(
        shape,
        holiday=_special(counts, shape, first, today, "holiday"),
        closing=_special(counts, shape, first, today, "closing"),
    )
    shape = msgspec.structs.replace(shape, season=_season(counts, shape, first, today))
    return msgspec.structs.replace(shape, drift=_drift(counts, shape, first, today))


def _weekdays(counts: Counts, first: int, today: int) -> tuple[float, ...]:
    shares: list[list[float]] = []
    for end in range(today, max(first + WEEK - 1, today - WEEK * _PROFILE_WEEKS), -WEEK):
        days = sorted(range(end - WEEK, end), key=lambda day: (day - 1) % WEEK)
        total = sum(counts.get(day, 0) for day in days)
        if total and all(kind_of_day(day) == "ordinary" for day in days):
            shares.append([counts.get(day, 0) * WEEK / total for day in days])
    weight = len(shares) ** 2 / (len(shares) ** 2 + 4)
    found = [median(column) for column in zip(*shares, strict=True)] if shares else list(USUAL_WEEK)
    blended = [weight * own + (1 - weight) * usual for own, usual in zip(found, USUAL_WEEK, strict=True)]
    scale = WEEK / sum(blended)
    return tuple(value * scale for value in blended)


def _special(counts: Counts, shape: Profile, first: int, today: int, kind: str) -> float:
    """The factor of holidays (or closing days): each beside the working days around it."""
    usual = shape.holiday if kind == "holiday" else shape.closing
    found: list[float] = []
    for day in range(first, today):
        if kind_of_day(day) == kind and shape.weekdays[(day - 1) % WEEK] >= _WORKING:
            around = _ratios(counts, shape, max(first, day - WEEK), min(today, day + WEEK + 1))
            if len(around) >= _FEW and (local := midmean(around)) > 0:
                found.append(counts.get(day, 0) / local)
    if not found:
        return usual
    weight = len(found) / (len(found) + 3)
    return weight * median(found) + (1 - weight) * usual


def _season(counts: Counts, shape: Profile, first: int, today: int) -> tuple[float, ...]:
    if today - first < SEASON_AFTER_DAYS:
        return ()
    years: list[list[float]] = []
    end = today
    while end - _YEAR >= first and len(years) < _SEASON_YEARS:
        if year := _season_of(counts, shape, end - _YEAR):
            years.append(year)
        end -= _YEAR
    if not years:
        return ()
    trust = len(years) / (len(years) + 0.35)
    raw = [median(column) for column in zip(*years, strict=True)]
    smooth = [(raw[week - 1] + 2 * raw[week] + raw[(week + 1) % 52]) / 4 for week in range(52)]
    factors = [min(1.6, max(0.4, 1 + trust * (value - 1))) for value in smooth]
    scale = 52 / sum(factors)
    return tuple(value * scale for value in factors)


def _season_of(counts: Counts, shape: Profile, start: int) -> list[float]:
    """The 52 factors of one year without its growth; empty where the level jumped, for then they tell no season."""
    weeks: list[float] = []
    for begin in range(start, start + _YEAR, WEEK):
        days = range(begin, begin + WEEK)
        weeks.append(sum(counts.get(day, 0) for day in days) / sum(shape.factor(day) for day in days))
    middle = median(weeks)
    calm = [midmean(weeks[max(0, place - 2) : place + 3]) for place in range(52)]
    if middle <= 0 or min(calm) <= 0 or max(calm) / min(calm) > 3:
        return []
    growth = math.log(median(weeks[-6:]) / median(weeks[:6])) if min(weeks[:6] + weeks[-6:]) > 0 else math.inf
    if abs(growth) > math.log(1.35):
        return []
    found = [1.0] * 52
    for place, value in enumerate(weeks):
        found[_week_of_year(start + place * WEEK + 3)] = value / middle / math.exp(growth * (place / 52 - 0.5))
    return found


def _ratios(counts: Counts, shape: Profile, first: int, today: int) -> list[float]:
    """What each ordinary working day says of the level."""
    return [
        counts.get(day, 0) / (factor * shape.seasonal(day))
        for day in range(first, today)
        if (factor := shape.factor(day)) >= _WORKING and kind_of_day(day) == "ordinary"
    ]


def _level(ratios: Sequence[float]) -> tuple[float, float, float]:
    """Level, spread of a day, and how well the level is known (relative)."""
    if not ratios:
        return 0.0, _FIRST_SPREAD, _STATED
    calm = midmean(ratios)
    now = midmean(ratios[-_SHORT:])
    spread = _spread(ratios)
    if len(ratios) > _SHORT and _differ(now, before := midmean(ratios[:-_SHORT]), spread):
        newest = midmean(ratios[-_FEW:])  # while a change is under way the newest days are nearer to what comes
        level = newest if _differ(newest, now, spread) and (newest > now) == (now > before) else now
        return level, spread, 2 * spread / math.sqrt(_SHORT)
    return calm, spread, 1.3 * spread / math.sqrt(len(ratios))


def _differ(one: float, other: float, spread: float) -> bool:
    if one <= 0 or other <= 0:
        return one != other
    return abs(math.log(one / other)) > max(_CHANGED, 3.5 * spread / math.sqrt(_SHORT))


def _spread(ratios: Sequence[float]) -> float:
    """Standard deviation of a day, from the median step between neighbours: a change of level is but one step."""
    if len(ratios) <= _FEW:
        return _FIRST_SPREAD
    steps = [2 * abs(one - other) / (one + other) for one, other in pairwise(ratios) if one + other > 0]
    return max(_LEAST_SPREAD, min(1.0, _MAD * median(steps) / math.sqrt(2))) if steps else _FIRST_SPREAD


def _with_stated(level: float, days: int, stated: float) -> tuple[float, float]:
    """Blends what was stated with what the first days say; the more days, the less the statement counts."""
    if level <= 0:
        return (stated, _STATED) if days < _FEW else (level, _STATED)
    own = days**2 / (days**2 + _FEW**2)
    return math.exp(own * math.log(level) + (1 - own) * math.log(stated)), math.hypot(
        (1 - own) * _STATED, own * _FIRST_SPREAD / math.sqrt(days + 1)
    )


def _drift(counts: Counts, shape: Profile, first: int, today: int) -> float:
    """How much the level of four weeks differs from that of the four before, in most cases."""
    ends = range(today, max(first + 27, today - 28 * 14), -28)
    levels = [midmean(ratios) for end in ends if (ratios := _ratios(counts, shape, end - 28, end))]
    steps = [abs(math.log(one / other)) for one, other in pairwise(levels) if one > 0 and other > 0]
    if len(steps) < 4:
        return _FIRST_DRIFT
    return min(0.5, max(_LEAST_DRIFT, _MAD * median(steps)))


@cache
def _week_of_year(day: int) -> int:
    return min(51, (dt.date.fromordinal(day).timetuple().tm_yday - 1) // WEEK)
