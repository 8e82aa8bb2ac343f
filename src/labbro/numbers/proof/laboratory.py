"""A laboratory with a stock agent: the real agent on a real SQLite file, which may end at each of its durable steps."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from labbro.errors import LabbroError
from labbro.numbers.checker import Drawn as DrawnRange
from labbro.numbers.model import Attendance, Attended, Drawn, DrawRequest
from labbro.numbers.proof import judging, world
from labbro.numbers.proof.courier import Courier
from labbro.numbers.proof.log import OperationLog
from labbro.numbers.space import Space
from labbro.numbers.stock import HandOut, Stock, adopt, founding, place
from labbro.numbers.stock.agent import Agent
from labbro.numbers.stock.ledger import Ledger
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities

MACHINE: Final = place.machine_fingerprint("proof")
ROOMY: Final = 2**30  # pages


class Killed(BaseException):
    """The agent's process ended here."""


class FallibleLedger(Ledger):
    """A ledger whose process ends at a durable step: before a transaction, in it, or when it is on the disk."""

    steps_left = 0  # 0: it lives on
    dead = False

    @contextmanager
    def transaction(self) -> Generator[None]:
        """As Ledger.transaction; three steps each."""
        self._step()
        with super().transaction():
            yield
            self._step()
        self._step()

    def _step(self) -> None:
        if self.steps_left == 1:
            self.dead = True
        self.steps_left = max(0, self.steps_left - 1)
        if self.dead:
            raise Killed


class Line:
    """The agent's way to the service."""

    def __init__(self, number: int, courier: Courier, name: str) -> None:
        self._caller = world.caller(number)
        self._courier = courier
        self._name = name

    def draw(self, request: DrawRequest) -> Drawn:
        """As the service's draw."""
        answer = self._courier.ask(self._caller, request, self._name)
        if isinstance(answer, LabbroError):
            raise answer
        assert isinstance(answer, Drawn)
        return answer

    def attend(self, attendance: Attendance) -> Attended:
        """As the service's attend."""
        answer = self._courier.ask(self._caller, attendance, self._name)
        if isinstance(answer, LabbroError):
            raise answer
        assert isinstance(answer, Attended)
        return answer


class StockLaboratory:
    """One laboratory with an agent. `begin` or `take_over`, then `act` as often as wanted, then `end`."""

    def __init__(
        self,
        number: int,
        path: Path,
        space: Space,
        courier: Courier,
        log: OperationLog,
        clock: FixedClock,
        seed: str,
        incidents: Counter[str],
    ) -> None:
        self.number = number
        self.path = path
        self.clock = clock
        self.disk_lost = False  # an older file was put back: what was drawn meanwhile is known to the service alone
        self.told: list[DrawnRange] = []
        self._name = f"agent {path.name}"
        self._space = space
        self._courier = courier
        self._log = log
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._identities = SeededIdentities(self._chance.getrandbits(64), clock)
        self._incidents = incidents
        self._saved: Path | None = None
        self._ledger: FallibleLedger
        self.stock: Stock
        self.agent: Agent

    # --- its process ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A new, empty stock."""
        Stock.make(
            self.path,
            space=self._space,
            clock=self.clock,
            identities=self._identities,
            machine="proof",
            durable=False,
        ).close()
        self.open()

    def open(self) -> None:
        """Starts the agent's process. Raises as Stock.open."""
        ledger = FallibleLedger(self.path, durable=False)
        try:
            identity = founding.checked(ledger, MACHINE)
        except BaseException:
            ledger.close()
            raise
        self._ledger = ledger
        self.stock = Stock(ledger, identity, self.clock)
        self.agent = Agent(
            self.stock,
            Line(self.number, self._courier, self._name),
            clock=self.clock,
            identities=self._identities,
            chance=self._chance,
        )

    def kill(self) -> None:
        """Ends the process with everything that it had in memory."""
        self._ledger.close()

    def end(self) -> None:
        """Closes the file as an orderly end does."""
        self.stock.close()

    def books(self) -> judging.Agent:
        """What its file says in the end."""
        account = str(world.account_id(self.number))
        return judging.books_of(self.stock, self._name, account, self.told, disk_lost=self.disk_lost)

    # --- what it does --------------------------------------------------------------------------------------------

    def act(self, crash: float, full: float, copied: float, restored: float) -> None:
        """One act, with what may go wrong in it, as chances."""
        chance = self._chance
        if chance.random() < copied:
            self._copied()
        elif chance.random() < restored:
            self._restored()
        if chance.random() < crash:
            self._ledger.steps_left = chance.randint(1, 24)
        is_full = chance.random() < full
        if is_full:
            self._incidents["agents' full disks"] += 1
            self._ledger.limit_pages(self._ledger.pragma("page_count"))
        try:
            self._work()
        except Killed:
            self._incidents["agents ended at a durable step"] += 1
            self.kill()
            self.open()
        else:
            self._ledger.steps_left = 0
            if is_full:
                self._ledger.limit_pages(ROOMY)
        if self.stock.on_hold is not None:
            self._begin_anew("agents on hold")

    def hand_out_before_durable(self, count: int) -> None:
        """What an agent must never do: numbers are told, and the process ends before they are on the disk."""
        row = self.stock.ledger.one("usable_series")
        assert row is not None
        series = {one[0]: one for one in self.stock.ledger.all("all_series")}[row[0]]
        drawn = DrawnRange(series[1], series[3], row[1], count)
        self._log.told(self._asked_more(count), "hand-out", drawn)
        self.told.append(drawn)
        self._ledger.steps_left = 2  # in the transaction
        with suppress(Killed):
            self.stock.hand_out(count)
        self.kill()
        self.open()

    def settle(self) -> bool:
        """Does what is due, without any trouble of its own; True when no draw is open any more."""
        self.agent.run_until()
        if self.stock.on_hold is not None:
            self._begin_anew("agents on hold")
        return not self.stock.outgoing.open()

    def _work(self) -> None:
        with suppress(LabbroError):
            chance = self._chance.random()
            if chance < 0.45:
                self.agent.top_up(self._chance.randint(5, 60))
                self.agent.run_until()
            elif chance < 0.6:
                self.agent.run_until()
        for _ in range(self._chance.randint(1, 4)):
            self._hand_out(self._chance.choice((1, 1, 2, 3, 7, 20)))
        if self._chance.random() < 0.1:
            self.stock.flush()

    def _hand_out(self, count: int) -> None:
        operation = self._log.asked("hand-out", self._name, world.account_id(self.number), "", count)
        try:
            handed = self.stock.hand_out(count)
        except LabbroError as error:
            self._log.refused(operation, "hand-out", error.code)
            return
        for place_, drawn in enumerate(self._ranges(handed)):
            one = operation if place_ == 0 else self._asked_more(drawn.count)
            self._log.told(one, "hand-out", drawn)
            self.told.append(drawn)
        if self._chance.random() < 0.8:
            self.stock.delivered(handed)

    def _asked_more(self, count: int) -> int:
        return self._log.asked("hand-out", self._name, world.account_id(self.number), "", count)

    def _ranges(self, handed: HandOut) -> list[DrawnRange]:
        rows = self.stock.ledger.all("hand_outs", (handed.ordinal - 1, len(handed.ranges)))
        series = {row[0]: row for row in self.stock.ledger.all("all_series")}
        return [DrawnRange(series[row[1]][1], series[row[1]][3], row[2], row[3] - row[2]) for row in rows]

    # --- its disk ------------------------------------------------------------------------------------------------

    def _copied(self) -> None:
        """The files are copied elsewhere and opened there: the agent must refuse."""
        self._incidents["agents' files copied"] += 1
        self.kill()
        copy = self.path.with_name(f"{self.path.name}.copy")
        _copy_files(self.path, copy)
        try:
            Stock.open(copy, clock=self.clock, machine="proof", durable=False).close()
        except LabbroError:
            pass
        else:
            self._log.told(self._asked_more(0), "hand-out", DrawnRange("a copied file was opened", 1, 0, 1))
        self._saved = self._saved or copy
        self.open()

    def _restored(self) -> None:
        """An older file is put back in its place: the agent must refuse if it had handed out since."""
        if self._saved is None:
            return
        self._incidents["agents' files restored"] += 1
        self.kill()
        shutil.copyfile(self._saved, self.path)  # the same inode
        self.disk_lost = True
        self._saved = None
        try:
            self.open()
        except LabbroError as error:
            self._incidents[f"refused at the start: {error.code}"] += 1
            adopt(self.path, clock=self.clock, identities=self._identities, machine=MACHINE)
            self.open()

    def _begin_anew(self, why: str) -> None:
        """What a person does after the service found a second copy: the open series are void, a new agent begins."""
        self._incidents[why] += 1
        self.kill()
        adopt(self.path, clock=self.clock, identities=self._identities, machine=MACHINE)
        self.open()


def twin_of(original: StockLaboratory, twin: StockLaboratory) -> None:
    """Clones a whole machine, so that the file finds itself where it was left: only the service can notice."""
    original.kill()
    _copy_files(original.path, twin.path)
    there = place.place_of(twin.path, MACHINE)
    with sqlite3.connect(twin.path) as connection:
        connection.execute("UPDATE agent SET device = ?, inode = ?", (there.device, there.inode))
    connection.close()
    original.open()
    twin.open()


def _copy_files(source: Path, target: Path) -> None:
    for ending in ("", "-wal", ".stamp"):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{source}{ending}", f"{target}{ending}")


def later(clock: FixedClock, chance: random.Random, hours: float) -> None:
    """Lets time go by."""
    clock.advance(dt.timedelta(hours=chance.uniform(0.1, hours)))
