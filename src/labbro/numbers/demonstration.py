"""An invented past for the demonstration's number service: half a year of draws, each through the service itself.

Klithavn and Sønderlund draw by themselves every second week and tell their stocks; Egebro draws by hand, because its
system is not certified. One agent speaks from an old disk and is on hold, one draw waits for a second person.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Final
from uuid import UUID, uuid5

import msgspec

from labbro.errors import LabbroError
from labbro.members.authentication.callers import person_caller, system_caller
from labbro.members.demonstration import made
from labbro.members.members import Members
from labbro.members.model import Caller
from labbro.numbers.model import Attendance, DrawRequest, ReleaseRequest, Statement, StockTold
from labbro.numbers.service import NumberService
from labbro.platform import logs
from labbro.platform.clock import FixedClock

_REQUESTS: Final = UUID("6f1c6f0e-7a55-4d0b-9a53-6c6162627262")
_FORTNIGHTS: Final = 12
_FORTNIGHT: Final = dt.timedelta(days=14)
_log = logs.get_logger(__name__)


class _Laboratory(msgspec.Struct, frozen=True):
    """`stock_days`: what its agent tells at the end, with the width of the forecast's band."""

    key: str
    a_fortnight: int
    by_hand: str = ""
    stock_days: int = 0
    band: float = 0.15


_LABORATORIES: Final = (
    _Laboratory("klithavn", 52_000, stock_days=186),
    _Laboratory("klithavn-mikrobiologi", 17_000, stock_days=151, band=0.25),
    _Laboratory("sonderlund", 28_000, stock_days=103, band=0.35),
    _Laboratory("egebro", 21_000, by_hand="hedda"),
)


def found(numbers: NumberService, members: Members) -> None:
    """Makes the past where nothing was drawn yet. What an earlier start had begun stays as it is."""
    try:
        if not numbers.state().issued:
            _found(numbers, members)
    except LabbroError as error:
        _log.warning("the demonstration's draws were not made", code=error.code, reason=error.message)


def _found(numbers: NumberService, members: Members) -> None:
    now = members.clock.now()
    chance = random.Random(20)  # noqa: S311 - the same past at each first start
    past = FixedClock(now - _FORTNIGHTS * _FORTNIGHT - dt.timedelta(days=3))
    service = NumberService(msgspec.structs.replace(numbers.parts, clock=past))
    try:
        agents = {one.key: _Agent(service, members, one) for one in _LABORATORIES}
        for fortnight in range(_FORTNIGHTS + 1):
            for one in _LABORATORIES:
                wish = 13 * one.a_fortnight if fortnight == 0 else one.a_fortnight * chance.uniform(0.8, 1.15)
                late = one.key == "sonderlund" and fortnight > _FORTNIGHTS - 3  # its draws have stopped
                if not late:
                    agents[one.key].draw(round(wish), fortnight)
                past.advance(dt.timedelta(minutes=17))
            past.advance(_FORTNIGHT - len(_LABORATORIES) * dt.timedelta(minutes=17))
    finally:
        service.close()
    for agent in agents.values():
        agent.live(numbers)
    _odd(numbers, members, agents["klithavn"])


class _Agent:
    """A laboratory that draws: by its system with a stock agent, or by a person's hand."""

    def __init__(self, service: NumberService, members: Members, laboratory: _Laboratory) -> None:
        self._service = service
        self._laboratory = laboratory
        self._nonce: str | None = None
        self._calls = 0
        self._highest: int | None = None
        self.agent_id = uuid5(_REQUESTS, f"agent {laboratory.key}")
        self.account_id = made(members, f"account {laboratory.key}")
        self.caller = _person(members, laboratory.by_hand) if laboratory.by_hand else _system(members, laboratory.key)
        self.first: UUID | None = None

    def draw(self, count: int, fortnight: int) -> None:
        """A series, in parts where it is above the plan of a fortnight."""
        largest = self._laboratory.a_fortnight * 2
        for part, start in enumerate(range(0, count, largest)):
            request = DrawRequest(
                request_id=uuid5(_REQUESTS, f"draw {self._laboratory.key} {fortnight} {part}"),
                count=min(largest, count - start),
                account_id=self.account_id,
                statement=None if self._laboratory.by_hand else self._statement(),
            )
            drawn = self._service.draw(self.caller, request)
            self._nonce, self._highest = drawn.nonce, drawn.series.last_position
            self.first = self.first or drawn.series.series_id

    def live(self, service: NumberService) -> None:
        """Today's sign of life, with the stock."""
        if self._laboratory.by_hand:
            return
        days, band = self._laboratory.stock_days, self._laboratory.band
        told = StockTold(
            left=round(self._laboratory.a_fortnight / 14 * days),
            days=days,
            days_low=round(days / (1 + band)),
            days_high=round(days * (1 + band)),
        )
        statement = msgspec.structs.replace(self._statement(), stock=told)
        self._nonce = service.attend(self.caller, Attendance(request_id=self._new("live"), statement=statement)).nonce

    def _statement(self) -> Statement:
        self._calls += 1
        return Statement(agent_id=self.agent_id, call=self._calls, nonce=self._nonce, highest_position=self._highest)

    def _new(self, what: str) -> UUID:
        return uuid5(_REQUESTS, f"{what} {self._laboratory.key}")


def _odd(numbers: NumberService, members: Members, klithavn: _Agent) -> None:
    """What a person has to look at: numbers given back, a draw far above plan, an agent on an old disk."""
    if klithavn.first is not None:
        numbers.release(
            klithavn.caller,
            ReleaseRequest(
                request_id=uuid5(_REQUESTS, "release"),
                series_id=klithavn.first,
                first_number=numbers.space.number(0),
                last_number=numbers.space.number(499),
                reason="Etiketterne blev væk ved flytning.",
            ),
        )
    hand = _person(members, "hedda")
    account = made(members, "account egebro-mikrobiologi")
    _refused(numbers, hand, DrawRequest(request_id=uuid5(_REQUESTS, "far"), count=60_000, account_id=account))
    old = uuid5(_REQUESTS, "old disk")
    microbiology = _system(members, "klithavn-mikrobiologi")
    for call in (1, 2, 2):  # the third says again what the second said: a copy of its disk
        statement = Statement(agent_id=old, call=call, nonce=None)
        asked = Attendance(request_id=uuid5(old, f"{call}{numbers.parts.identities.new()}"), statement=statement)
        try:
            numbers.attend(microbiology, asked)
        except LabbroError:
            return


def _refused(numbers: NumberService, caller: Caller, request: DrawRequest) -> None:
    """A draw that is to wait."""
    try:
        numbers.draw(caller, request)
    except LabbroError as error:
        if error.code != "approval-needed":
            raise


def _system(members: Members, key: str) -> Caller:
    directory, credential = members.current(), made(members, f"key {key}")
    assert credential is not None
    return system_caller(directory, directory.credentials[credential])


def _person(members: Members, subject: str) -> Caller:
    directory, person = members.current(), made(members, f"person {subject}")
    assert person is not None
    return person_caller(directory.persons[person])
