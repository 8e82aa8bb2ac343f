"""A number service in memory that can lose, double and delay answers, and a stock filled from it."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Self
from uuid import UUID

import msgspec

from labbro.errors import LabbroError, NotAllowed, Unavailable
from labbro.numbers.agents import AgentRow, heard
from labbro.numbers.model import Attendance, Attended, Drawn, DrawRequest, Series, Statement
from labbro.numbers.problems import ApprovalNeeded
from labbro.numbers.space import Space
from labbro.numbers.stock import Stock
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities

START = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)  # a Monday
ACCOUNT = UUID(int=1)


class FakeService:
    """Keeps what it issued. `lose`: chances of a lost request and of a lost answer; `down`: nothing gets through;
    `problem`: what every draw is answered with."""

    def __init__(self, clock: FixedClock, *, seed: int = 0, lose: float = 0.0, space: Space | None = None) -> None:
        self.clock = clock
        self.space = space or Space()
        self.lose = lose
        self.down = False
        self.lose_answers = False
        self.closed = False
        self.fault: str | None = None
        self.problem: LabbroError | None = None
        self.approval_above: int | None = None
        self.issued: dict[UUID, Series] = {}
        self.agents: dict[UUID, AgentRow] = {}
        self.calls: list[tuple[dt.datetime, str, UUID]] = []
        self.next_position = 0
        self._random = random.Random(seed)
        self._identities = SeededIdentities(seed, clock)

    def draw(self, request: DrawRequest) -> Drawn:
        self._arrive("draw", request.request_id)
        assert request.statement is not None
        again = request.request_id in self.issued
        if self.problem is not None and not again:
            raise self.problem
        if self.approval_above is not None and request.count > self.approval_above and not again:
            raise ApprovalNeeded(UUID(int=2))
        nonce = self._hear(request.statement, request.request_id)
        if not again:
            self.issued[request.request_id] = self._issue(request)
        self._leave()
        series = self.issued[request.request_id]
        if self.fault == "overlap":  # a service that lost its mind
            series = msgspec.structs.replace(
                series,
                first_position=0,
                first_number=self.space.number(0),
                last_number=self.space.number(series.count - 1),
            )
        if self.fault == "other numbers":
            series = msgspec.structs.replace(series, last_number=self.space.number(0))
        return Drawn(series=series, again=again, nonce=nonce)

    def attend(self, attendance: Attendance) -> Attended:
        self._arrive("attend", attendance.request_id)
        nonce = self._hear(attendance.statement, attendance.request_id)
        self._leave()
        return Attended(nonce=nonce, next_position=self.next_position)

    def _issue(self, request: DrawRequest) -> Series:
        first, self.next_position = self.next_position, self.next_position + request.count
        return Series(
            series_id=self._identities.new(),
            space=self.space.name,
            round=1,
            count=request.count,
            first_position=first,
            first_number=self.space.number(first),
            last_number=self.space.number(first + request.count - 1),
            account_id=ACCOUNT,
            laboratory_id=None,
            vendor_id=None,
            system_id=None,
            manual=False,
            request_id=request.request_id,
            drawn_at=self.clock.now(),
        )

    def _hear(self, statement: Statement, request_id: UUID) -> str:
        """The service's own rule: labbro.numbers.agents. Gives the nonce of the answer."""
        row, problem, _ = heard(
            statement,
            self.agents.get(statement.agent_id),
            account_id=ACCOUNT,
            request_id=request_id,
            nonce=f"{self._random.getrandbits(128):032x}",
            capacity=self.space.capacity,
            now=self.clock.now(),
        )
        if row is not None:
            self.agents[statement.agent_id] = row
        if problem is not None:
            raise problem
        assert row is not None
        highest = statement.highest_position
        assert highest is None or highest < self.next_position, "the agent holds what was never issued"
        return row.nonce

    def _arrive(self, act: str, request_id: UUID) -> None:
        self.calls.append((self.clock.now(), act, request_id))
        if self.down:
            raise Unavailable("down", code="service-unreachable")
        if self.closed:
            raise NotAllowed("closed", code="account-closed")
        if self._random.random() < self.lose:
            raise Unavailable("lost on the way there", code="outcome-unknown")

    def _leave(self) -> None:
        if self.lose_answers or self._random.random() < self.lose:
            raise Unavailable("lost on the way back", code="outcome-unknown")


def made(
    path: Path, clock: FixedClock | None = None, *, seed: int = 1, yearly: int | None = 26_000, durable: bool = True
) -> Stock:
    """A new stock with a clock that stands still and identities from a seed."""
    clock = clock or FixedClock(START)
    return Stock.make(
        path, clock=clock, identities=SeededIdentities(seed, clock), yearly=yearly, machine="bench", durable=durable
    )


def opened(path: Path, clock: FixedClock | None = None) -> Stock:
    return Stock.open(path, clock=clock or FixedClock(START), machine="bench")


class refused:  # noqa: N801 - reads as a word
    """`with refused("code"):` a problem of that code is raised in the block."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> bool:
        if error is not None and not isinstance(error, LabbroError):
            return False
        assert error is not None, f"{self.code} was not raised"
        assert error.code == self.code
        return True


def filled(stock: Stock, service: FakeService, count: int) -> None:
    """Draws a series and has it confirmed, as the agent does."""
    identities = SeededIdentities(1_000_000 + service.next_position, service.clock)
    draw, attend = identities.new(), identities.new()
    stock.outgoing.store(draw, "draw", count, "test")
    request = stock.outgoing.open()[0]
    answer = service.draw(DrawRequest(request_id=draw, count=count, statement=stock.outgoing.begin(draw)))
    stock.outgoing.accept(request, answer.series, answer.nonce, stock.space, attend)
    confirmation = stock.outgoing.open()[0]
    attended = service.attend(Attendance(request_id=attend, statement=stock.outgoing.begin(attend)))
    stock.outgoing.attended(confirmation, attended.nonce)
