"""`python -m labbro.numbers.proof.handing`: stock agents of some laboratories as a process that may be killed.

Whatever it asks and is told goes to a log at once; a line that was cut off by a kill was not told.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from labbro.errors import LabbroError
from labbro.numbers.checker import Act, Drawn, Event, write_line
from labbro.numbers.model import Attendance, Attended, DrawRequest
from labbro.numbers.model import Drawn as DrawnAnswer
from labbro.numbers.proof import world
from labbro.numbers.proof.log import UNKNOWN, range_of
from labbro.numbers.proof.quiet import quiet
from labbro.numbers.proof.wire import FastClock, Question, ask
from labbro.numbers.stock import HandOut, Stock
from labbro.numbers.stock.agent import Agent
from labbro.platform.clock import Clock
from labbro.platform.identities import SystemIdentities

OPERATIONS_A_PROCESS: Final = 1 << 32
PAUSE_SECONDS: Final = 0.002


class HandingOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What an agents' process is told. `incarnation` sets its operations apart from those of the ones before."""

    folder: str
    socket: str
    log: str
    began: float
    laboratories: tuple[int, ...]
    incarnation: int
    seed: int


class FileLog:
    """An operation log that outlives a SIGKILL: each line is handed to the kernel at once."""

    def __init__(self, path: Path, incarnation: int) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._next = incarnation * OPERATIONS_A_PROCESS

    def asked(self, act: Act, number: int, request: str, count: int) -> int:
        """Something is about to be asked; gives the operation's number."""
        self._next += 1
        account = str(world.account_id(number))
        self._write(Event(operation=self._next, kind="invoke", act=act, account=account, request=request, count=count))
        return self._next

    def told(self, operation: int, act: Act, drawn: Drawn) -> None:
        """It was acknowledged."""
        self._write(Event(operation=operation, kind="ok", act=act, drawn=drawn))

    def refused(self, operation: int, act: Act, code: str) -> None:
        """It was refused, or its outcome is not known."""
        self._write(Event(operation=operation, kind="info" if code in UNKNOWN else "fail", act=act, code=code))

    def _write(self, event: Event) -> None:
        os.write(self._descriptor, write_line(event))


class WireLine:
    """An agent's way to the service over the wire."""

    def __init__(self, socket: Path, number: int, log: FileLog) -> None:
        self._socket = socket
        self._number = number
        self._log = log

    def draw(self, request: DrawRequest) -> DrawnAnswer:
        """As the service's draw."""
        operation = self._log.asked("draw", self._number, str(request.request_id), request.count)
        try:
            drawn = ask(self._socket, Question(number=self._number, draw=request)).drawn
        except LabbroError as error:
            self._log.refused(operation, "draw", error.code)
            raise
        assert drawn is not None
        self._log.told(operation, "draw", range_of(drawn.series))
        return drawn

    def attend(self, attendance: Attendance) -> Attended:
        """As the service's attend."""
        attended = ask(self._socket, Question(number=self._number, attend=attendance)).attended
        assert attended is not None
        return attended


def stock_path(folder: Path, number: int) -> Path:
    """The file of a laboratory."""
    return folder / f"{number}.db"


def agent_of(stock: Stock, line: WireLine, clock: Clock, seed: int) -> Agent:
    """The agent of an open stock."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    return Agent(stock, line, clock=clock, identities=SystemIdentities(clock), chance=chance)


def ranges_of(stock: Stock, handed: HandOut) -> list[Drawn]:
    """The ranges of a hand-out with their series."""
    rows = stock.ledger.all("hand_outs", (handed.ordinal - 1, len(handed.ranges)))
    series = {row[0]: row for row in stock.ledger.all("all_series")}
    return [Drawn(series[row[1]][1], series[row[1]][3], row[2], row[3] - row[2]) for row in rows]


def main(options: HandingOptions) -> None:
    """Works until it is killed."""
    quiet()
    log, clock = FileLog(Path(options.log), options.incarnation), FastClock(options.began)
    chance = random.Random(options.seed)  # noqa: S311 - repeatable on purpose
    working: list[tuple[int, Stock, Agent]] = []
    for number in options.laboratories:
        stock = Stock.open(stock_path(Path(options.folder), number), clock=clock, machine="proof")
        line = WireLine(Path(options.socket), number, log)
        working.append((number, stock, agent_of(stock, line, clock, options.seed + number)))
    while True:
        number, stock, agent = chance.choice(working)
        try:
            if stock.left() < 30 or chance.random() < 0.2:
                agent.top_up(chance.randint(5, 60))
            agent.run_until()
        except LabbroError:
            time.sleep(PAUSE_SECONDS)
        _hand_out(log, number, stock, chance.randint(1, 9))
        time.sleep(PAUSE_SECONDS)


def _hand_out(log: FileLog, number: int, stock: Stock, count: int) -> None:
    operation = log.asked("hand-out", number, "", count)
    try:
        handed = stock.hand_out(count)
    except LabbroError as error:
        log.refused(operation, "hand-out", error.code)
        return
    for place, drawn in enumerate(ranges_of(stock, handed)):
        log.told(operation if place == 0 else log.asked("hand-out", number, "", drawn.count), "hand-out", drawn)
    stock.delivered(handed)


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=HandingOptions))
