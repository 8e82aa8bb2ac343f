"""One seeded history: a hundred laboratories, some with stock agents, draw from the real service while things break.

The clock, the ids and every fault come from the seed. In the end all trouble stops, every open request is answered, and
the history is judged by what clients were told, what the database holds, and what the agents' files hold.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Final, Literal

import msgspec

from labbro.numbers.checker import Drawn
from labbro.numbers.durability import Durability
from labbro.numbers.proof import clusters, judging, world
from labbro.numbers.proof.clusters import Cluster
from labbro.numbers.proof.courier import Courier
from labbro.numbers.proof.dangers import POINTS, Dangers, OneFault, dangers_of
from labbro.numbers.proof.laboratory import StockLaboratory, later, twin_of
from labbro.numbers.proof.log import OperationLog
from labbro.numbers.proof.server import Armed, Server, Setting
from labbro.numbers.proof.systems import LaboratorySystem
from labbro.numbers.recovering import read_kept
from labbro.numbers.space import Space
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities

START: Final = dt.datetime(2027, 1, 4, 8, tzinfo=dt.UTC)
AGENTS: Final = 6
MOST_ROUNDS: Final = 400
MOST_SETTLING: Final = 60
ROOMY_DIGITS: Final = 9  # shorter numbers run out
FEW_ROUNDS: Final = 50
UNSETTLED: Final = Drawn("not everything was answered in the end", 1, 0, 1)
SAFE_MARGIN: Final = 200_000  # what the operator leaves free when the mark itself was lost


Once = OneFault | Literal["backup"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One history, told in figures. `faults` is empty where the proof holds."""

    seed: int
    durable: bool
    series: int
    acknowledged: int
    unknown: int
    numbers: int
    skipped: int
    lost_in_gaps: int
    handed_out: int
    in_doubt: int
    agent_series: int
    faults: tuple[str, ...]
    incidents: dict[str, int]
    seconds: float


def run_history(
    cluster: Cluster, folder: Path, seed: int, series: int, dangers: Dangers | None = None
) -> tuple[Outcome, OperationLog]:
    """Runs one history of at least `series` acknowledged series (less where its space is exhausted), and judges it."""
    began = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    history = History(cluster, folder, seed, dangers or dangers_of(seed))
    try:
        history.run(series)
        judgement = history.judgement()
        agent_series = history.agent_series()
    finally:
        history.close()
    result = judgement.result
    outcome = Outcome(
        seed=seed,
        durable=cluster.durable,
        series=result.series,
        acknowledged=result.acknowledged,
        unknown=result.unknown,
        numbers=result.numbers,
        skipped=result.skipped,
        lost_in_gaps=judgement.lost_in_gaps,
        handed_out=judgement.handed_out,
        in_doubt=judgement.in_doubt,
        agent_series=agent_series,
        faults=judgement.faults,
        incidents=dict(sorted(history.incidents.items())),
        seconds=round(time.perf_counter() - began, 3),
    )
    return outcome, history.log


class History:
    """The pieces of one history. `run`, `judgement`, `close`."""

    def __init__(self, cluster: Cluster, folder: Path, seed: int, dangers: Dangers) -> None:
        self.incidents: Counter[str] = Counter()
        self.log = OperationLog()
        self._cluster = cluster
        self._folder = folder
        self._dangers = dangers
        self._chance = random.Random(f"history:{seed}")  # noqa: S311 - repeatable on purpose
        self._clock = FixedClock(START)
        self._space = Space(digits=dangers.digits)
        self._url = cluster.new_database()
        self._urls = [self._url]
        self._backup: str | None = None
        self._away = 0  # rounds until the service is back
        self._old_for = 0  # rounds that an old primary goes on beside its copy
        self._restored = False
        self._killed = False
        self._setting = Setting(
            space=self._space,
            mark_folder=folder / "mark",
            clock=self._clock,
            identities=SeededIdentities(seed, self._clock),
            durability=Durability(of_disk=cluster.durable),
            rest_days=dangers.rest_days,
            cut=lambda url: clusters.cut_connections(url, "labbro-issuing"),
            kill=self._kill_postgres,
        )
        self._courier = Courier(self.log, dangers, self._fork("courier", seed), self.incidents)
        self._courier.before_group = self._arm
        self._courier.after_group = self._after_group
        self._servers = [Server(self._url, self._setting) for _ in range(dangers.services)]
        self._courier.servers = self._servers
        identities = SeededIdentities(seed + 1_000_003, self._clock)
        self._systems = [
            LaboratorySystem(number, self._courier, identities, self._fork(f"system {number}", seed))
            for number in range(AGENTS, world.LABORATORIES)
        ]
        self._kill_next = False
        self.agents = self._agents(seed)

    def _fork(self, what: str, seed: int) -> random.Random:
        return random.Random(f"{what}:{seed}")  # noqa: S311 - repeatable on purpose

    def _agents(self, seed: int) -> list[StockLaboratory]:
        """One each for the first laboratories, a second one for the first of all, and a twin where the seed has it."""
        made = [self._agent(number, f"{number}.db", seed) for number in range(AGENTS)]
        made.append(self._agent(0, "0-second.db", seed))
        for one in made:
            one.begin()
        if self._dangers.twins:
            self.incidents["cloned machines"] += 1
            made[1].stock.outgoing.store(SeededIdentities(seed, self._clock).new(), "draw", 40, "asked")
            twin = self._agent(1, "1-twin.db", seed)
            twin_of(made[1], twin)
            made.append(twin)
        return made

    def _agent(self, number: int, name: str, seed: int) -> StockLaboratory:
        return StockLaboratory(
            number,
            self._folder / name,
            self._space,
            self._courier,
            self.log,
            FixedClock(START),
            f"agent {name}:{seed}",
            self.incidents,
        )

    # --- the course ----------------------------------------------------------------------------------------------

    def run(self, series: int) -> None:
        """Rounds until enough was drawn, each with what goes wrong in it; then until everything is answered."""
        due = self._schedule()
        for number in range(MOST_ROUNDS):
            enough = self._drawn() >= series or (self._dangers.digits < ROOMY_DIGITS and number > FEW_ROUNDS)
            if enough and not any(one >= number for one in due):
                break
            for fault in due.get(number, ()):
                self._one_fault(fault)
            self._round()
        self._settle()

    def _drawn(self) -> int:
        return sum(one.drawn for one in self._systems)

    def _schedule(self) -> dict[int, list[Once]]:
        """In which rounds the faults of a kind of their own happen; a backup is taken some rounds before a restore."""
        due: dict[int, list[Once]] = {}
        for place, fault in enumerate(self._dangers.faults):
            at = 4 + 6 * place + self._chance.randrange(5)
            due.setdefault(at, []).append(fault)
            if fault == "restore":
                due.setdefault(at - self._chance.randint(1, 4), []).append("backup")
        return due

    def _round(self) -> None:
        chance, dangers = self._chance, self._dangers
        later(self._clock, chance, 12)
        self._jump_clocks()
        self._come_and_go()
        for system in self._systems:
            if chance.random() < 0.8:
                system.draw()
        if self._courier.servers and not {"restore", "split"} & set(dangers.faults):
            for system in chance.sample(self._systems, 2):
                system.give_back(self._courier.servers[0].numbers, self.log)
        for agent in self.agents:
            later(agent.clock, chance, 12)
            if chance.random() < 0.5:
                agent.act(dangers.agent_crash, dangers.agent_full, dangers.agent_copied, dangers.agent_restored)
        self._courier.flush()
        if chance.random() < 0.5:
            self._operate()

    def _settle(self) -> None:
        """All trouble is over: everybody asks again until there is an answer."""
        self._dangers = msgspec.structs.replace(
            self._dangers, crash=0.0, cut=0.0, mark_full=0.0, mark_torn=0.0, outage=0.0
        )
        self._courier.calm()
        self._away = self._old_for = 0
        self._come_and_go()
        for _ in range(MOST_SETTLING):
            self._clock.advance(dt.timedelta(hours=7))
            self._operate()
            self._courier.flush_late()
            for system in self._systems:
                system.draw(again_only=True)
            self._courier.flush()
            for agent in self.agents:
                agent.clock.advance(dt.timedelta(hours=7))
            quiet = [agent.settle() for agent in self.agents]
            if all(quiet) and not any(system.waits for system in self._systems):
                return
        self.log.told(self.log.asked("draw", "the end", world.VENDOR, "unsettled"), "draw", UNSETTLED)

    # --- what goes wrong -----------------------------------------------------------------------------------------

    def _jump_clocks(self) -> None:
        if self._chance.random() < self._dangers.clock_jump:
            self.incidents["clock jumps"] += 1
            clock = self._chance.choice([self._clock, *(agent.clock for agent in self.agents)])
            clock.advance(dt.timedelta(days=self._chance.uniform(-730, 730)))

    def _come_and_go(self) -> None:
        """Outages begin and end; an old primary is stopped at last."""
        if self._away:
            self._away -= 1
        if self._old_for:
            self._old_for -= 1
        if not self._old_for:
            for server in [one for one in self._servers if one.url != self._url]:
                server.close()
                self._servers.remove(server)
        if not self._away and self._chance.random() < self._dangers.outage:
            self.incidents["outages"] += 1
            self._away = self._chance.randint(1, 3)
        self._courier.servers = [] if self._away else self._servers

    def _one_fault(self, fault: Once) -> None:
        if fault == "backup":
            self._backup = self._cluster.copy(self._url)
            self._urls.append(self._backup)
        elif fault == "kill-postgres":
            self._kill_next = True
        elif fault == "lose-mark":
            if self._servers[0].numbers.stopped() is None and self._servers[0].url == self._url:
                self.incidents["marks lost"] += 1
                self._servers[0].mark.path.unlink(missing_ok=True)
        else:
            self._replace_database(fault)

    def _replace_database(self, fault: OneFault) -> None:
        """The old backup takes the database's place, or a copy that is promoted while the old one goes on."""
        if self._restored:
            return
        self._restored = True
        self.incidents["restores" if fault == "restore" else "split brains"] += 1
        self._url = self._backup if fault == "restore" and self._backup else self._cluster.copy(self._url)
        self._urls.append(self._url)
        self._old_for = 0 if fault == "restore" else 3
        self._servers.append(Server(self._url, self._setting))
        self._come_and_go()

    def _arm(self, server: Server) -> None:
        """What this group meets."""
        chance, dangers = self._chance, self._dangers
        point = chance.choice(POINTS)
        if self._kill_next:
            self._kill_next = False
            server.arm(Armed("kill", point))
        elif chance.random() < dangers.crash:
            server.arm(Armed("crash", point))
        elif chance.random() < dangers.cut:
            self.incidents["connections cut"] += 1
            server.arm(Armed("cut", point))
        elif chance.random() < dangers.mark_full:
            self.incidents["groups with the mark's disk full"] += 1
            server.arm(Armed("mark-full", point))
        elif chance.random() < dangers.mark_torn:
            server.arm(Armed("mark-torn", point))

    def _kill_postgres(self) -> None:
        self.incidents["PostgreSQL killed"] += 1
        self._killed = True
        self._cluster.kill()

    def _after_group(self) -> None:
        """What is dead is started again."""
        if self._killed:
            self._killed = False
            self._cluster.revive()
        for place, server in enumerate(self._servers):
            if server.crashed:
                self.incidents["service ended while it wrote the mark" if server.mark.torn else "service ended"] += 1
                server.close()
                self._servers[place] = Server(server.url, self._setting)

    def _operate(self) -> None:
        """The operator looks after a service that has stopped."""
        if self._courier.servers:
            server = next((one for one in self._servers if one.url == self._url), None)
            margin = self._chance.choice((0, 0, 1000)) if self._servers[0].mark.path.exists() else SAFE_MARGIN
            if server is not None and server.jump_if_stopped(margin):
                self.incidents["jumps of the operator"] += 1

    # --- the end -------------------------------------------------------------------------------------------------

    def judgement(self) -> judging.Judgement:
        """Judges what was told beside what is kept."""
        books = [agent.books() for agent in self.agents]
        with self._servers[0].numbers.parts.database.connection() as connection:
            kept = read_kept(connection, self._space)
        return judging.judged(self.log.events, kept, books, restored=self._restored)

    def agent_series(self) -> int:
        """How many series the stock agents' files hold."""
        return sum(len(agent.stock.series()) for agent in self.agents)

    def close(self) -> None:
        """Ends everything and removes what was made."""
        for agent in self.agents:
            agent.end()
        for server in self._servers:
            server.close()
        for url in self._urls:
            self._cluster.drop(url)
