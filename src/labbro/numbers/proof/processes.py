"""Histories of real processes: SIGKILL of service, database and agents, failover to a synchronous standby, restore.

The service runs with every safeguard on a PostgreSQL that waits for the disk. What is killed, and when, comes from the
seed; what it meets at that instant does not, so such a history does not repeat itself event by event.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec
import psycopg

from labbro.errors import LabbroError
from labbro.numbers.checker import Drawn, Event, read_lines
from labbro.numbers.model import DrawRequest
from labbro.numbers.proof import judging, world
from labbro.numbers.proof.clusters import GONE_SECONDS, kill_postgres
from labbro.numbers.proof.handing import FileLog, HandingOptions, WireLine, agent_of, ranges_of, stock_path
from labbro.numbers.proof.serving import ServingOptions, opened
from labbro.numbers.proof.wire import FastClock
from labbro.numbers.recovering import read_kept
from labbro.numbers.space import Space
from labbro.numbers.stock import Stock
from labbro.platform import embedded, migrations
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SystemIdentities

Kind = Literal["kills", "failover", "restore"]
KINDS: Final[tuple[Kind, ...]] = ("kills", "failover", "restore")
STANDBY: Final = "proof"
AGENT_PROCESSES: Final = 2
LABORATORIES_EACH: Final = 4
SETTLING_ROUNDS: Final = 40
PROBE: Final = 99  # the laboratory that asks whether the service is back; and its log among those of the agents
READY_SECONDS: Final = 180.0


class ProcessOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """One history of processes."""

    seed: int
    kind: Kind
    series: int
    acknowledged: int
    unknown: int
    skipped: int
    lost_in_gaps: int
    handed_out: int
    in_doubt: int
    faults: tuple[str, ...]
    incidents: dict[str, int]
    seconds: float


def run_process_history(folder: Path, seed: int, seconds: float = 6.0, kind: Kind | None = None) -> ProcessOutcome:
    """Runs one: some seconds of trouble, then quiet, then the judgement."""
    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chosen = kind or KINDS[seed % len(KINDS)]
    history = _History(folder, seed, chosen)
    try:
        history.trouble(seconds)
        judgement = history.settled()
    finally:
        history.close()
    result = judgement.result
    return ProcessOutcome(
        seed=seed,
        kind=chosen,
        series=result.series,
        acknowledged=result.acknowledged,
        unknown=result.unknown,
        skipped=result.skipped,
        lost_in_gaps=judgement.lost_in_gaps,
        handed_out=judgement.handed_out,
        in_doubt=judgement.in_doubt,
        faults=judgement.faults,
        incidents=dict(sorted(history.incidents.items())),
        seconds=round(time.monotonic() - began, 1),
    )


class _History:
    def __init__(self, folder: Path, seed: int, kind: Kind) -> None:
        self.incidents: Counter[str] = Counter()
        self._folder = folder
        self._seed = seed
        self._kind = kind
        self._chance = random.Random(f"processes:{seed}")  # noqa: S311 - repeatable on purpose
        self._began = time.time()
        self._socket = folder / "service.sock"
        self._incarnation = 100
        self._restored = False
        self._probe = FileLog(folder / "log-probe.jsonl", PROBE)
        self._clusters: list[embedded.Embedded] = []
        self._database = self._start(folder / "first")
        migrations.run(self._database.url)
        self._other = self._second() if kind != "kills" else None
        self._standby = STANDBY if kind == "failover" else None
        self._agents: list[subprocess.Popen[bytes]] = []
        self._service = self._serve()
        self._numbers = tuple(range(AGENT_PROCESSES * LABORATORIES_EACH))
        clock = FastClock(self._began)
        for number in self._numbers:
            Stock.make(stock_path(folder, number), clock=clock, machine="proof").close()
        self._agents = [self._hand(place) for place in range(AGENT_PROCESSES)]

    # --- processes -----------------------------------------------------------------------------------------------

    def _start(self, folder: Path) -> embedded.Embedded:
        running = embedded.start(folder)
        self._clusters.append(running)
        return running

    def _serving(self) -> ServingOptions:
        return ServingOptions(
            url=self._database.url,
            mark_folder=str(self._folder / "mark"),
            socket=str(self._socket),
            began=self._began,
            standby=self._standby,
        )

    def _serve(self) -> subprocess.Popen[bytes]:
        return _python("labbro.numbers.proof.serving", self._serving())

    def _hand(self, place: int) -> subprocess.Popen[bytes]:
        self._incarnation += 1
        options = HandingOptions(
            folder=str(self._folder),
            socket=str(self._socket),
            log=str(self._folder / f"log-{self._incarnation}.jsonl"),
            began=self._began,
            laboratories=self._numbers[place * LABORATORIES_EACH : (place + 1) * LABORATORIES_EACH],
            incarnation=self._incarnation,
            seed=self._seed * 1000 + self._incarnation,
        )
        return _python("labbro.numbers.proof.handing", options)

    def _second(self) -> embedded.Embedded:
        """A synchronous standby, or a backup that is kept for later: made by pg_basebackup."""
        first, folder = self._database, self._folder / "second"
        target = folder / "cluster"
        target.mkdir(parents=True, mode=0o700)
        owner = (first.folder / "cluster").stat()
        os.chown(target, owner.st_uid, owner.st_gid)
        source = f"{first.url_of('postgres')} application_name={STANDBY}"
        follows = ("--write-recovery-conf",) if self._kind == "failover" else ()
        embedded.run_program(
            "pg_basebackup",
            f"--pgdata={target}",
            f"--dbname={source}",
            "--checkpoint=fast",
            "--wal-method=stream",
            *follows,
        )
        for stale in target.glob(".s.PGSQL.*"):  # the socket of the original, which lies in its folder
            stale.unlink()
        if self._kind == "restore":
            return embedded.Embedded(folder, (self._folder / "unused").open("ab"))
        made = self._start(folder)
        self._set(first, "synchronous_standby_names", STANDBY)
        self._wait_for(first, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
        return made

    def _set(self, running: embedded.Embedded, name: str, value: str) -> None:
        with psycopg.connect(running.url_of("postgres"), autocommit=True) as connection:
            connection.execute("SET synchronous_commit = local")
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
            connection.execute("SELECT pg_reload_conf()")

    def _wait_for(self, running: embedded.Embedded, query: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        with psycopg.connect(running.url_of("postgres"), autocommit=True) as connection:
            while connection.execute(query.encode()).fetchone() is None:
                if time.monotonic() > deadline:
                    raise TimeoutError(query)
                time.sleep(0.05)

    # --- trouble -------------------------------------------------------------------------------------------------

    def trouble(self, seconds: float) -> None:
        """Kills by the seed; in the middle, what this kind of history is about."""
        self._wait_until_served()
        middle, end = time.monotonic() + seconds / 2, time.monotonic() + seconds
        turned = False
        while time.monotonic() < end:
            time.sleep(self._chance.uniform(0.2, 0.9))
            if time.monotonic() > middle and not turned:
                turned = True
                self._turn()
            else:
                self._kill_something()
        self._service_again()

    def _kill_something(self) -> None:
        what = self._chance.random()
        if what < 0.4:
            self._service_again()
        elif what < 0.85:
            place = self._chance.randrange(AGENT_PROCESSES)
            self.incidents["agents' processes killed"] += 1
            _kill(self._agents[place])
            self._agents[place] = self._hand(place)
        else:
            self.incidents["PostgreSQL killed"] += 1
            kill_postgres(self._database.folder)
            _revive(self._database)

    def _service_again(self) -> None:
        self.incidents["service killed"] += 1
        _kill(self._service)
        self._service = self._serve()

    def _turn(self) -> None:
        """The failover or the restore; with kills alone, the database and the service at once."""
        kill_postgres(self._database.folder)
        _kill(self._service)
        if self._kind == "kills":
            self.incidents["service and PostgreSQL killed at once"] += 1
            _revive(self._database)
        else:
            assert self._other is not None
            self._database = self._other
            if self._kind == "failover":
                self.incidents["failovers to the standby"] += 1
                embedded.run_program("pg_ctl", "promote", f"--pgdata={self._other.folder / 'cluster'}", "--wait")
                self._standby = None
            else:
                self.incidents["restores of the backup"] += 1
                self._restored = True
                self._database = self._start(self._other.folder)
                self._jump()
        self._service = self._serve()

    def _jump(self) -> None:
        """The operator's deliberate jump after a restore; before it nothing is issued."""
        database, numbers = opened(self._serving())
        with database, numbers:
            state = numbers.state()
            if state.stopped is None:
                return
            with numbers.parts.mark.hold() as held:
                assert held.mark is not None
                to = max(state.next_position, held.mark.stop)
            numbers.jump("operator:console", to=to, reason="restored from the backup")
            self.incidents["jumps of the operator"] += 1

    # --- quiet ---------------------------------------------------------------------------------------------------

    def settled(self) -> judging.Judgement:
        """Every open request is answered, then everything is judged."""
        for process in self._agents:
            _kill(process)
        self._wait_until_served()
        self._incarnation += 1
        log = FileLog(self._folder / f"log-{self._incarnation}.jsonl", self._incarnation)
        clock = FixedClock(FastClock(self._began).now())
        open_stocks = {
            number: Stock.open(stock_path(self._folder, number), clock=clock, machine="proof")
            for number in self._numbers
        }
        for number, stock in open_stocks.items():
            agent = agent_of(stock, WireLine(self._socket, number, log), clock, self._seed)
            for _ in range(SETTLING_ROUNDS):
                agent.run_until()
                if not stock.outgoing.open():
                    break
                clock.advance(agent.due(clock.now()) - clock.now())
            self._hand_out_once(log, number, stock)
        events = list(self._events())
        books = [
            judging.books_of(
                stock, str(number), str(world.account_id(number)), _told_to(events, number), disk_lost=False
            )
            for number, stock in open_stocks.items()
        ]
        for stock in open_stocks.values():
            stock.close()
        with psycopg.connect(self._database.url) as connection:
            kept = read_kept(connection, Space())
        return judging.judged(events, kept, books, restored=self._restored)

    def _hand_out_once(self, log: FileLog, number: int, stock: Stock) -> None:
        """One more hand-out each, which must give nothing that was given before."""
        operation = log.asked("hand-out", number, "", 1)
        try:
            handed = stock.hand_out(1)
        except LabbroError as error:
            log.refused(operation, "hand-out", error.code)
            return
        log.told(operation, "hand-out", ranges_of(stock, handed)[0])

    def _wait_until_served(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        line = WireLine(self._socket, PROBE, self._probe)
        identities = SystemIdentities()
        while time.monotonic() < deadline:
            try:
                line.draw(_probe(identities))
            except LabbroError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError("the service does not come back")

    def _events(self) -> Iterator[Event]:
        for path in sorted(self._folder.glob("log-*.jsonl")):
            yield from read_lines(path.read_bytes().splitlines(keepends=True))

    def close(self) -> None:
        """Ends every process."""
        for process in [self._service, *self._agents]:
            _kill(process)
        for running in self._clusters:
            running.close()


def _probe(identities: SystemIdentities) -> DrawRequest:
    return DrawRequest(request_id=identities.new(), count=1)


def _told_to(events: Sequence[Event], number: int) -> list[Drawn]:
    """What a laboratory's agent told."""
    account = str(world.account_id(number))
    mine = {event.operation for event in events if event.kind == "invoke" and event.account == account}
    return [
        event.drawn
        for event in events
        if event.kind == "ok" and event.act == "hand-out" and event.drawn is not None and event.operation in mine
    ]


def _python(module: str, options: ServingOptions | HandingOptions) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", module, msgspec.json.encode(options).decode()]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def _revive(running: embedded.Embedded) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while True:
        try:
            return running.revive()
        except LabbroError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
