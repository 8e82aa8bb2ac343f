"""The agent: keeps half a year, through lost answers, crashes, refusals, outages, clones and clocks that jump."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from labbro.errors import NotAllowed, TooMany, Unavailable
from labbro.numbers import problems
from labbro.numbers.stock import Stock, adopt, place
from labbro.numbers.stock.agent import Agent
from labbro.numbers.stock.alarms import Alarm, Kind
from labbro.numbers.stock.laboratories import consumption, laboratory
from labbro.numbers.stock.ledger import Ledger
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities

from .fakes import START, FakeService, made, refused

DAY = dt.timedelta(days=1)


class Notes:
    """A watcher that remembers what people were told."""

    def __init__(self) -> None:
        self.told: list[tuple[Kind, str, str | None]] = []

    def happened(self, event: str, **facts: Any) -> None:
        pass

    def tell(self, kind: Kind, alarm: Alarm, weeks: float | None, detail: str | None) -> bool:
        self.told.append((kind, alarm.level, detail))
        return True


class Laboratory:
    """One stock, its agent, the service and the clock, moved day by day."""

    def __init__(self, path: Path, *, lose: float = 0.0, yearly: int | None = 26_000, seed: int = 1) -> None:
        self.clock = FixedClock(START)
        self.service = FakeService(self.clock, lose=lose, seed=seed)
        self.notes = Notes()
        self.path = path
        self.identities = SeededIdentities(77 + seed, self.clock)
        self.chance = random.Random(seed)
        self.stock = made(path, self.clock, yearly=yearly, durable=False, seed=seed)
        self.agent = self._agent()
        self.taken: list[str] = []

    def _agent(self) -> Agent:
        return Agent(
            self.stock,
            self.service,
            clock=self.clock,
            identities=self.identities,
            chance=self.chance,
            watcher=self.notes,
        )

    def again(self) -> None:
        """The process is started anew."""
        self.stock.close()
        self.stock = Stock.open(self.path, clock=self.clock, machine="bench", durable=False)
        self.agent = self._agent()

    def live(self, until: dt.datetime) -> None:
        """Calls the agent whenever it wants to be called."""
        while (due := self.agent.run_until()) < until:
            self.clock.advance(due - self.clock.now())
        self.clock.advance(until - self.clock.now())

    def day(self, count: int) -> None:
        """Uses `count` numbers at noon and lives on to the next midnight."""
        end = self.clock.now().replace(hour=0, minute=0) + DAY
        self.live(end - dt.timedelta(hours=12))
        if count:
            self.taken.extend(self.stock.take(count))
        self.live(end)

    @property
    def weeks(self) -> float:
        weeks = self.agent.outlook(self.clock.now()).weeks
        assert weeks is not None
        return weeks

    def check(self) -> None:
        """Nothing twice, everything the service gave is here, and nothing else."""
        assert len(self.taken) == len(set(self.taken))
        held = [(series.first, series.past) for series in self.stock.series()]
        issued = [(series.first_position, series.last_position + 1) for series in self.service.issued.values()]
        assert sorted(held) == sorted(issued)
        assert self.agent.refused() is None
        self.stock.verify()


@pytest.fixture
def laboratory_of(tmp_path: Path) -> Iterator[Callable[..., Laboratory]]:
    made_here: list[Laboratory] = []

    def make(**changes: Any) -> Laboratory:
        made_here.append(Laboratory(tmp_path / f"stock{len(made_here)}.db", **changes))
        return made_here[-1]

    yield make
    for one in made_here:
        one.stock.close()


Make = Callable[..., Laboratory]


def days(lab: Laboratory, count: int, use: int = 71) -> None:
    for _ in range(count):
        lab.day(use)


def test_the_first_step_draws_half_a_year_and_confirms_it(laboratory_of: Make) -> None:
    lab = laboratory_of()
    lab.agent.run_until()
    assert [act for _, act, _ in lab.service.calls] == ["draw", "attend"]
    assert lab.stock.left() == pytest.approx(13_000, rel=0.05)
    assert lab.notes.told == []


def test_without_a_stated_production_nothing_is_drawn_by_itself(laboratory_of: Make) -> None:
    lab = laboratory_of(yearly=None)
    lab.agent.run_until()
    assert lab.service.calls == []
    assert lab.agent.top_up(500)
    assert lab.stock.left() == 500
    assert not lab.agent.top_up()  # nothing is known of what is missing


def test_a_year_is_lived_by_a_draw_a_fortnight_and_with_four_weeks_more_until_it_is_known(laboratory_of: Make) -> None:
    lab = laboratory_of()
    weeks: list[float] = []
    for _ in range(365):
        lab.day(71)
        weeks.append(lab.weeks)
    assert 27.5 < min(weeks[80:]) < max(weeks[80:]) < 30.5
    draws = [at for at, act, _ in lab.service.calls if act == "draw"]
    assert len(draws) == pytest.approx(27, abs=1)
    attends = [at for at, act, _ in lab.service.calls if act == "attend"]
    assert len(attends) == pytest.approx(365 + 27, abs=3)  # one a day, one for each series
    assert lab.notes.told == []
    lab.check()
    days(lab, 100)
    assert 23.5 < lab.weeks < 26.5


def test_a_jump_of_five_times_is_followed_by_early_draws(laboratory_of: Make) -> None:
    lab = laboratory_of()
    days(lab, 60)
    days(lab, 45, 5 * 71)
    assert "early" in {request.why for request in lab.stock.outgoing.newest(500)}
    assert lab.weeks > 20
    lab.check()


def test_an_outage_of_20_weeks_is_lived_through_with_warnings_that_do_not_flood(laboratory_of: Make) -> None:
    lab = laboratory_of()
    days(lab, 50)
    lab.service.down = True
    days(lab, 20 * 7)
    assert 3 < lab.weeks < 8
    told = [(kind, level) for kind, level, _ in lab.notes.told]
    assert ("stock", "notice") in told
    assert ("stock", "warning") in told
    assert ("service", "warning") in told
    assert len(told) < 30
    tries = sum(1 for at, _, _ in lab.service.calls if at > lab.clock.now() - 7 * DAY)
    assert tries < 7 * 12  # a service that is down is not hammered
    lab.service.down = False
    days(lab, 2)
    assert lab.weeks > 24
    assert [told[1] for told in lab.notes.told[-2:]] == ["ok", "ok"]
    lab.check()


def test_a_stock_that_runs_dry_refuses_and_recovers(laboratory_of: Make) -> None:
    lab = laboratory_of()
    days(lab, 10)
    lab.service.down = True
    days(lab, 150)
    with refused("stock-empty"):
        days(lab, 60)
    assert ("stock", "critical", None) in lab.notes.told
    lab.service.down = False
    days(lab, 1, 0)
    assert lab.weeks > 20
    lab.check()


@pytest.mark.parametrize("seed", range(3))
def test_lost_requests_and_answers_lose_and_double_nothing(laboratory_of: Make, seed: int) -> None:
    lab = laboratory_of(lose=0.4, seed=seed)
    days(lab, 90)
    lab.again()
    days(lab, 30)
    lab.service.lose = 0
    days(lab, 2)
    lab.check()
    assert lab.stock.on_hold is None
    assert lab.weeks > 23


class _Crash(BaseException):
    """Stands for SIGKILL: nothing catches it."""


@contextmanager
def crash_at(number: int, *, after: bool) -> Generator[list[int]]:
    """The process dies at the n-th transaction, before it is committed or right after."""
    seen = [0]
    real = Ledger.transaction

    @contextmanager
    def transaction(self: Ledger) -> Generator[None]:
        seen[0] += 1
        mine = seen[0]
        with real(self):
            yield
            if mine == number and not after:
                raise _Crash
        if mine == number:
            raise _Crash

    Ledger.transaction = transaction  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        Ledger.transaction = real  # type: ignore[method-assign]


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_write_loses_and_doubles_nothing(laboratory_of: Make, after: bool) -> None:
    """The n-th write of two days with a draw is the last one, for n = 1, 2, 3 ... until none is left."""
    number = 0
    while True:
        number += 1
        lab = laboratory_of()
        with crash_at(number, after=after) as seen:
            try:
                lab.day(71)
                lab.day(71)
            except _Crash:
                pass
        crashed = seen[0] >= number
        lab.stock.ledger.close()  # as the kernel does
        lab.again()
        lab.clock.advance(dt.timedelta(hours=8))
        days(lab, 3)
        in_doubt = [n for handed in lab.stock.in_doubt() for n in lab.stock.numbers_of(handed)]
        lab.check()
        assert len(lab.service.issued) <= 2
        assert lab.stock.on_hold is None
        handed_out = sum(series.next - series.first for series in lab.stock.series())
        assert len({*lab.taken, *in_doubt}) == handed_out
        if not crashed:
            break
    assert number > 15


@pytest.mark.parametrize("jump", [-400, -1, 1, 30, 4000])
def test_a_clock_that_jumps_stops_nothing(laboratory_of: Make, jump: int) -> None:
    lab = laboratory_of()
    days(lab, 40)
    lab.clock.advance(jump * DAY)
    days(lab, 40)
    assert lab.weeks > 20
    lab.clock.advance(-jump * DAY)
    lab.again()
    days(lab, 20)
    assert lab.weeks > 20
    lab.check()


def test_a_request_put_off_while_the_clock_was_wrong_is_not_put_off_for_years(laboratory_of: Make) -> None:
    lab = laboratory_of()
    lab.service.down = True
    lab.clock.advance(4000 * DAY)
    lab.agent.run_until()
    lab.clock.advance(-4000 * DAY)
    lab.service.down = False
    lab.agent.run_until()
    assert lab.stock.left() > 0


def test_a_draw_that_waits_for_a_person_is_sent_again_with_its_id_until_it_is_approved(laboratory_of: Make) -> None:
    lab = laboratory_of()
    lab.service.problem = problems.ApprovalNeeded(UUID(int=5))
    lab.live(START + dt.timedelta(hours=5))
    asked = {request for _, act, request in lab.service.calls if act == "draw"}
    assert len(asked) == 2  # half a year, and the small one that may go on meanwhile; here it waits too
    assert 6 <= len(lab.service.calls) <= 24
    lab.service.problem = None
    lab.live(START + dt.timedelta(hours=8))
    assert set(lab.service.issued) == asked
    assert lab.stock.left() > 0


def test_a_series_that_is_too_large_is_asked_for_in_parts(laboratory_of: Make) -> None:
    lab = laboratory_of()

    class Small(FakeService):
        def draw(self, request):  # type: ignore[no-untyped-def]
            self.problem = problems.series_too_large(2000) if request.count > 2000 else None
            return super().draw(request)

    lab.service = Small(lab.clock)
    lab.again()
    lab.live(START + dt.timedelta(hours=1))
    assert lab.weeks == pytest.approx(26, abs=0.5)
    assert all(series.count <= 2000 for series in lab.service.issued.values())


def test_a_limit_of_the_day_is_waited_for(laboratory_of: Make) -> None:
    lab = laboratory_of()
    lab.service.problem = TooMany("limit", code="daily-limit")
    lab.live(START + dt.timedelta(hours=8))
    assert len(lab.service.calls) == 1
    lab.service.problem = None
    lab.live(START + dt.timedelta(hours=30))
    assert lab.weeks > 25


def test_a_refusal_is_told_and_asked_anew_the_next_day(laboratory_of: Make) -> None:
    lab = laboratory_of()
    lab.service.problem = NotAllowed("closed", code="account-closed")
    days(lab, 3, 0)
    assert ("service", "warning", "account-closed") in lab.notes.told
    assert ("stock", "critical", None) in lab.notes.told
    assert 2 <= len({request for _, _, request in lab.service.calls}) <= 4
    lab.service.problem = None
    days(lab, 1, 0)
    assert lab.weeks > 25
    assert lab.agent.refused() is None


def test_a_refusal_does_not_end_a_request_that_may_have_been_done(laboratory_of: Make) -> None:
    """The answer was lost; then the account was closed for a while. Given up, the series would be lost."""
    lab = laboratory_of()
    lab.service.lose_answers = True
    lab.agent.run_until()
    assert len(lab.service.issued) == 1
    lab.service.lose_answers = False
    lab.service.closed = True
    days(lab, 2, 0)
    assert ("service", "warning", "account-closed") in lab.notes.told
    lab.service.closed = False
    days(lab, 1, 0)
    assert len(lab.service.issued) == 1
    assert lab.weeks > 25
    lab.check()


def test_an_unexpected_series_is_not_used(laboratory_of: Make) -> None:
    lab = laboratory_of()
    days(lab, 1)
    lab.service.fault = "overlap"
    lab.agent.top_up(500)
    assert lab.agent.refused() == "series-overlaps"
    lab.service.fault = "other numbers"
    lab.agent.top_up(500)
    assert lab.agent.refused() == "series-unfit"
    assert lab.stock.take() == (lab.stock.space.number(71),)
    lab.stock.verify()


def test_two_agents_of_one_laboratory_never_overlap(laboratory_of: Make) -> None:
    one, other = laboratory_of(seed=1), laboratory_of(seed=2)
    other.service, other.clock = one.service, one.clock
    other.again()
    for _ in range(60):
        one.day(71)
        other.agent.run_until()
        other.taken.extend(other.stock.take(50))
    assert not set(one.taken) & set(other.taken)
    assert one.stock.on_hold is None is other.stock.on_hold


def test_a_clone_that_no_local_sign_betrays_is_found_by_the_service_within_a_day(laboratory_of: Make) -> None:
    """A virtual machine was cloned: machine, disk and file look the same. The second one to call is stopped."""
    lab, clone = laboratory_of(), laboratory_of(seed=2)
    days(lab, 20)
    lab.stock.close()
    clone.stock.close()
    for ending in ("", ".stamp"):  # written over the same inode, so that this machine sees no difference
        shutil.copyfile(f"{lab.path}{ending}", f"{clone.path}{ending}")
    clone.service, clone.clock = lab.service, lab.clock
    _belongs_here(clone.path)
    lab.again()
    clone.again()
    days(lab, 1)
    days(clone, 1, 0)
    assert clone.stock.on_hold == "agent-cloned-or-restored"
    with refused("stock-on-hold"):
        clone.stock.take()
    assert ("hold", "critical", "agent-cloned-or-restored") in clone.notes.told
    clone.again()
    with refused("stock-on-hold"):  # also after it was started anew
        clone.stock.take()


def test_a_request_whose_answer_was_lost_before_the_hold_is_not_booked_as_refused(laboratory_of: Make) -> None:
    """The service has issued its series: that must not be lost without a record."""
    lab = laboratory_of()
    lab.service.lose_answers = True
    lab.agent.run_until()
    lab.service.lose_answers = False
    issued = next(iter(lab.service.issued))
    agent_id = lab.stock.identity.agent_id
    row = lab.service.agents[agent_id]
    lab.service.agents[agent_id] = msgspec.structs.replace(row, state="held", held_at=lab.clock.now())
    lab.clock.advance(dt.timedelta(hours=1))
    lab.agent.run_until()
    assert lab.stock.on_hold == "agent-cloned-or-restored"
    lab.stock.close()
    adopt(lab.path, clock=lab.clock, machine=place.machine_fingerprint("bench"))
    lab.again()
    states = {request.request_id: request.state for request in lab.stock.outgoing.newest(10)}
    assert states[issued] == "abandoned"


def _belongs_here(path: Path) -> None:
    """Makes a copied file look as if it had been here always."""
    import sqlite3

    raw = sqlite3.connect(path)
    raw.execute("UPDATE agent SET inode = ?", (path.stat().st_ino,))
    raw.commit()
    raw.close()


def test_a_simulation_may_call_at_any_time_and_as_often_as_it_likes(laboratory_of: Make) -> None:
    lab = laboratory_of()
    for _ in range(50):
        lab.agent.run_until()
    assert len(lab.service.issued) == 1
    assert lab.agent.due(lab.clock.now()) > lab.clock.now()


def test_every_kind_of_laboratory_lives_through_a_year(laboratory_of: Make) -> None:
    for seed, kind in enumerate(("quiet-summer", "pandemic"), start=3):
        one = laboratory(kind, seed)  # type: ignore[arg-type]
        small = 26_000 / one.yearly  # numbers are made as strings here, so few of them
        lab = laboratory_of(yearly=26_000)
        lowest = 26.0
        for count in consumption(one, START.date(), 400, seed).values():
            lab.day(round(count * small))
            lowest = min(lowest, lab.weeks)
        assert lowest > 3
        lab.check()


def test_a_broken_file_stops_the_agent(laboratory_of: Make) -> None:
    lab = laboratory_of()
    lab.agent.run_until()
    lab.stock.ledger.give_up("disk-failed")
    with pytest.raises(Unavailable):
        lab.agent.run_until()


def test_a_draw_that_waits_for_a_second_person_does_not_hold_up_a_small_one(
    laboratory_of: Callable[..., Laboratory],
) -> None:
    """Half a year at once is far above a fortnight's plan: the first weeks must not depend on a person at a desk."""
    lab = laboratory_of()
    lab.service.approval_above = 5_000
    lab.agent.run_until()
    (waiting,) = lab.stock.outgoing.open()
    assert waiting.code == "approval-needed"
    four_weeks = lab.stock.held()
    assert 1_000 < four_weeks < 3_000
    lab.live(START + 3 * DAY)
    assert waiting.request_id not in lab.service.issued
    assert max(one.count for one in lab.service.issued.values()) < 3_000
    assert lab.agent.outlook(lab.clock.now()).weeks > 7
    lab.service.approval_above = None
    lab.live(START + 4 * DAY)
    assert waiting.request_id in lab.service.issued
    assert lab.stock.outgoing.open() == ()


def test_a_small_draw_that_waits_too_is_not_followed_by_more(laboratory_of: Callable[..., Laboratory]) -> None:
    lab = laboratory_of()
    lab.service.approval_above = 1_000
    lab.live(START + 5 * DAY)
    assert len(lab.stock.outgoing.open()) == 2
    assert lab.stock.held() == 0
