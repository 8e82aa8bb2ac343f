"""Ten years of a country: a hundred stock agents on real files, the real service, outages of up to half a year.

Here nothing is lost or killed; what is looked at is whether a laboratory runs dry, how good the forecasts are, and how
many calls the service gets in its busiest minute. Agents are woken at their fortnight's instant alone, far less than
in operation (at every instant that is due, so daily at least); around the end of an outage whenever they ask.
"""

from __future__ import annotations

import datetime as dt
import heapq
import random
import shutil
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

import msgspec

from labbro.errors import LabbroError, Unavailable
from labbro.numbers.checker import Drawn as DrawnRange
from labbro.numbers.durability import Durability
from labbro.numbers.model import Attendance, Attended, Drawn, DrawRequest
from labbro.numbers.proof import judging, world
from labbro.numbers.proof.clusters import Cluster
from labbro.numbers.proof.log import OperationLog, range_of
from labbro.numbers.proof.server import Server, Setting
from labbro.numbers.recovering import read_kept
from labbro.numbers.space import Space
from labbro.numbers.stock import Stock, policy
from labbro.numbers.stock.agent import Agent
from labbro.numbers.stock.laboratories import SCENARIOS, consumption, laboratory
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities

START: Final = dt.datetime(2027, 1, 4, 5, tzinfo=dt.UTC)
HORIZONS_DAYS: Final = (14, 182)
AFTER_DAYS: Final = 28  # before that a forecast is hardly more than what was stated
EXACT: Final = dt.timedelta(days=2)  # around the end of an outage
LARGEST_HAND_OUT: Final = 100_000
_HOUR: Final = dt.timedelta(hours=1)


class Outage(msgspec.Struct, frozen=True):
    """The service is away from a day of the run on, for so many weeks."""

    from_day: int
    weeks: int


# Three of 20 weeks; the shorter ones in the years in which some laboratories suddenly use five times as much.
OUTAGES: Final = (Outage(300, 20), Outage(1000, 20), Outage(2000, 4), Outage(2500, 3), Outage(3200, 20))


class Error(msgspec.Struct, kw_only=True):
    """Of one kind of laboratory and one horizon: the sum of absolute errors by the sum of actual use."""

    forecasts: int = 0
    wrong: float = 0.0
    over: float = 0.0
    used: int = 0

    @property
    def wape(self) -> float:
        """Weighted absolute percentage error, as a share."""
        return self.wrong / self.used if self.used else 0.0


class Dry(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory that had no number to hand out, for the first time."""

    laboratory: int
    scenario: str
    day: int
    days: int
    numbers: int


class CountryOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What ten years gave. `least_weeks`: per kind, the shortest time that a stock would have lasted at any look."""

    seed: int
    days: int
    laboratories: int
    outages: tuple[Outage, ...]
    series: int
    handed_out: int
    dry: tuple[Dry, ...]
    least_weeks: dict[str, float]
    forecast_wape: dict[str, dict[str, float]]
    forecast_bias: dict[str, dict[str, float]]
    calls: int
    busiest_minute_calls: int
    busiest_minute_draws: int
    busiest_minute_after_outage: int
    faults: tuple[str, ...]


class _Line:
    """An agent's way to the service, which may be away."""

    def __init__(self, country: Country, number: int) -> None:
        self._country = country
        self._number = number
        self._caller = world.caller(number)

    def draw(self, request: DrawRequest) -> Drawn:
        """As the service's draw."""
        self._country.called(draw=True)
        log, account = self._country.log, world.account_id(self._number)
        operation = log.asked("draw", self._caller.actor, account, str(request.request_id), request.count)
        try:
            drawn = self._country.server.numbers.draw(self._caller, request)
        except LabbroError as error:
            log.refused(operation, "draw", error.code)
            raise
        log.told(operation, "draw", range_of(drawn.series))
        return drawn

    def attend(self, attendance: Attendance) -> Attended:
        """As the service's attend."""
        self._country.called(draw=False)
        return self._country.server.numbers.attend(self._caller, attendance)


class _Laboratory:
    def __init__(self, country: Country, number: int, folder: Path, days: int, seed: int) -> None:
        self.number = number
        self.kind = laboratory(SCENARIOS[number % len(SCENARIOS)], seed * 1000 + number)
        self.first_day = START.date().toordinal()
        use = consumption(self.kind, START.date(), days + max(HORIZONS_DAYS) + 400, seed * 1000 + number)
        self.use = [use[day] for day in sorted(use)]
        self.sums = [0, *accumulate(self.use)]
        identities = SeededIdentities(seed * 1000 + number, country.clock)
        self.stock = Stock.make(
            folder / f"{number}.db",
            yearly=self.kind.yearly,
            clock=country.clock,
            identities=identities,
            machine="proof",
            durable=False,
        )
        self.agent = Agent(
            self.stock,
            _Line(country, number),
            clock=country.clock,
            identities=identities,
            chance=random.Random(f"country:{seed}:{number}"),  # noqa: S311 - repeatable on purpose
        )
        self.least_weeks = float("inf")
        self.dry_days = 0
        self.dry_numbers = 0
        self.dry_from: int | None = None

    def work(self, day: int) -> None:
        """Hands out a day's numbers; what is missing is counted."""
        left = self.use[day]
        while left > 0:
            count = min(left, LARGEST_HAND_OUT, self.stock.left())
            if count == 0:
                self.dry_from = day if self.dry_from is None else self.dry_from
                self.dry_days += 1
                self.dry_numbers += left
                return
            self.stock.delivered(self.stock.hand_out(count))
            left -= count

    def look(self, day: int) -> None:
        """How long the stock would last, by what will really be used."""
        lasts = bisect_right(self.sums, self.sums[day] + self.stock.held()) - 1 - day
        self.least_weeks = min(self.least_weeks, lasts / 7)


class Country:
    """One run. `run` gives what came out."""

    def __init__(
        self, cluster: Cluster, folder: Path, *, seed: int, days: int, outages: Sequence[Outage], laboratories: int
    ) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.clock = FixedClock(START)
        self.log = OperationLog()
        self._cluster = cluster
        self._seed = seed
        self._days = days
        self._outages = tuple(outages)
        self._url = cluster.new_database()
        self._space = Space()
        self.server = Server(
            self._url,
            Setting(
                space=self._space,
                mark_folder=folder / "mark",
                clock=self.clock,
                identities=SeededIdentities(seed, self.clock),
                durability=Durability(of_disk=cluster.durable),
                rest_days=0,
                cut=lambda _url: None,
                kill=lambda: None,
            ),
        )
        self._calls: Counter[int] = Counter()
        self._draws: Counter[int] = Counter()
        self._errors: dict[tuple[str, int], Error] = {}
        self._laboratories = [_Laboratory(self, number, folder, days, seed) for number in range(laboratories)]

    def called(self, *, draw: bool) -> None:
        """Counts a call. Raises Unavailable `service-unreachable` in an outage."""
        minute = int(self.clock.now().timestamp()) // 60
        self._calls[minute] += 1
        self._draws[minute] += draw
        if self._away(self.clock.now()):
            raise Unavailable("The service is away.", code="service-unreachable")

    def run(self, keep: Callable[[CountryOutcome], None] = lambda _so_far: None) -> CountryOutcome:
        """Day by day, instant by instant. `keep` is given what there is after each half-year."""
        due: list[tuple[dt.datetime, int, int]] = []
        for place, one in enumerate(self._laboratories):
            heapq.heappush(due, (START + _HOUR * (place / 1000), 0, place))  # the first draw, before the first sample
            heapq.heappush(due, (START + _HOUR * (4 + place / 1000), 1, place))
            assert one.number == place
        end = START + dt.timedelta(days=self._days)
        told = 0
        while due and due[0][0] < end:
            at, kind, place = heapq.heappop(due)
            self.clock.advance(at - self.clock.now())
            one, day = self._laboratories[place], (at - START).days
            if kind == 1:
                one.work(day)
                heapq.heappush(due, (at + dt.timedelta(days=1), 1, place))
            else:
                one.agent.run_until(at)
                self._judge_forecast(one, day)
                one.look(day)
                heapq.heappush(due, (self._next(one, at), 0, place))
            if day // 182 > told:
                told = day // 182
                keep(self._outcome(day))
        return self._outcome(self._days)

    def _next(self, one: _Laboratory, at: dt.datetime) -> dt.datetime:
        if any(abs(at - end) < EXACT for _, end in self._spans()):
            return one.agent.due(at)
        agent_id = one.stock.identity.agent_id
        slot = policy.slot(agent_id, policy.slot_index(agent_id, at) + 1)
        near = [end - EXACT + _HOUR * (one.number / 10) for _, end in self._spans() if at < end - EXACT]
        return min([max(slot, at + dt.timedelta(seconds=1)), *near[:1]])

    def _spans(self) -> list[tuple[dt.datetime, dt.datetime]]:
        spans = [
            (START + dt.timedelta(days=one.from_day), START + dt.timedelta(days=one.from_day + 7 * one.weeks))
            for one in self._outages
        ]
        return sorted(spans, key=lambda span: span[1])

    def _away(self, at: dt.datetime) -> bool:
        return any(begin <= at < end for begin, end in self._spans())

    def _judge_forecast(self, one: _Laboratory, day: int) -> None:
        made = one.agent.outlook(self.clock.now()).made
        if made is None or day < AFTER_DAYS:
            return
        for horizon in HORIZONS_DAYS:
            actual = one.sums[day + horizon] - one.sums[day]
            error = self._errors.setdefault((one.kind.scenario, horizon), Error())
            error.forecasts += 1
            error.wrong += abs(made.use(horizon) - actual)
            error.over += made.use(horizon) - actual
            error.used += actual

    def _outcome(self, days: int) -> CountryOutcome:
        books = [self._books(one) for one in self._laboratories]
        with self.server.numbers.parts.database.connection() as connection:
            kept = read_kept(connection, self._space)
        faults = judging.judged(self.log.events, kept, ()).faults + judging.drawn_faults(kept, books)
        after = {int(end.timestamp()) // 60 + minute for _, end in self._spans() for minute in range(2 * 24 * 60)}
        normal = {minute: calls for minute, calls in self._calls.items() if minute not in after}
        begun = int(START.timestamp()) // 60 + 24 * 60  # the first draws of all on one morning are ours, not theirs
        least: dict[str, float] = {}
        for one in self._laboratories:
            least[one.kind.scenario] = round(min(one.least_weeks, least.get(one.kind.scenario, 1e9)), 1)
        return CountryOutcome(
            seed=self._seed,
            days=days,
            laboratories=len(self._laboratories),
            outages=self._outages,
            series=len(kept.series),
            handed_out=sum(one.sums[days] - one.dry_numbers for one in self._laboratories),
            dry=tuple(
                Dry(
                    laboratory=one.number,
                    scenario=one.kind.scenario,
                    day=one.dry_from,
                    days=one.dry_days,
                    numbers=one.dry_numbers,
                )
                for one in self._laboratories
                if one.dry_from is not None
            ),
            least_weeks=least,
            forecast_wape=self._by_kind(lambda error: round(error.wape, 4)),
            forecast_bias=self._by_kind(lambda error: round(error.over / error.used, 4) if error.used else 0.0),
            calls=sum(self._calls.values()),
            busiest_minute_calls=max((n for minute, n in normal.items() if minute > begun), default=0),
            busiest_minute_draws=max((n for minute, n in self._draws.items() if minute > begun), default=0),
            busiest_minute_after_outage=max((self._calls[minute] for minute in after & set(self._calls)), default=0),
            faults=tuple(faults),
        )

    def _by_kind(self, value: Callable[[Error], float]) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for (kind, horizon), error in sorted(self._errors.items()):
            found.setdefault(kind, {})[f"{horizon} days"] = value(error)
        return found

    def _books(self, one: _Laboratory) -> judging.Book:
        """Hand-outs of ten years, as ranges: what an agent's file says, series by series."""
        one.stock.verify()
        ledger = one.stock.ledger
        series = {row[0]: row for row in ledger.all("all_series")}
        handed = [
            DrawnRange(series[row[1]][1], series[row[1]][3], row[2], row[3] - row[2])
            for row in ledger.all("hand_outs", (0, 10_000_000))
        ]
        return judging.Book(str(world.account_id(one.number)), frozenset(row[1] for row in series.values()), handed)

    def close(self) -> None:
        """Ends it."""
        for one in self._laboratories:
            one.stock.close()
        self.server.close()
        self._cluster.drop(self._url)
