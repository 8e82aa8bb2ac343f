"""Negative controls: each takes one safeguard away and does what it guards against. The judge must find every one.

A proof that finds nothing is worth something only if it would have found something.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import msgspec
import psycopg

from labbro.numbers import gathering, issuing, parts, planning
from labbro.numbers.agents import AgentRow, Heard, heard
from labbro.numbers.durability import Durability
from labbro.numbers.model import DrawRequest, Statement
from labbro.numbers.proof import judging, world
from labbro.numbers.proof.clusters import Cluster
from labbro.numbers.proof.courier import Courier
from labbro.numbers.proof.dangers import Dangers
from labbro.numbers.proof.history import START
from labbro.numbers.proof.laboratory import StockLaboratory, twin_of
from labbro.numbers.proof.log import OperationLog
from labbro.numbers.proof.server import Server, Setting
from labbro.numbers.recovering import read_kept
from labbro.numbers.space import Space
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities


class Caught(msgspec.Struct, frozen=True, kw_only=True):
    """What a control was found out by. `expected`: the kinds of fault of which at least one must be among them."""

    name: str
    expected: tuple[str, ...]
    found: dict[str, int]

    @property
    def caught(self) -> bool:
        """Whether it was found."""
        return any(kind in self.found for kind in self.expected)


class _Country:
    """A small country: one service, laboratories without agents, a log."""

    def __init__(self, cluster: Cluster, folder: Path, seed: int) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.cluster = cluster
        self.folder = folder
        self.space = Space()
        self.log = OperationLog()
        self.clock = FixedClock(START)
        self.chance = random.Random(f"control:{seed}")  # noqa: S311 - repeatable on purpose
        self.identities = SeededIdentities(seed, self.clock)
        self.courier = Courier(self.log, Dangers(), self.chance, Counter())
        self.agents: list[StockLaboratory] = []
        self._urls: list[str] = []
        self.url = ""
        self.restored = False

    def serve(self, url: str | None = None, mark: str = "mark") -> Server:
        """Starts the service, on a new database or a given one."""
        self.url = url or self.cluster.new_database()
        self._urls.append(self.url)
        setting = Setting(
            space=self.space,
            mark_folder=self.folder / mark,
            clock=self.clock,
            identities=self.identities,
            durability=Durability(of_disk=False),
            rest_days=0,
            cut=lambda _url: None,
            kill=lambda: None,
        )
        server = Server(self.url, setting)
        self.courier.servers = [server]
        return server

    def stop(self) -> None:
        """Ends the service."""
        for server in self.courier.servers:
            server.close()
        self.courier.servers = []

    def draw(self, times: int) -> None:
        """So many laboratories draw one series each."""
        for number in self.chance.sample(range(10, world.LABORATORIES), times):
            request = DrawRequest(request_id=self.identities.new(), count=self.chance.randint(1, 500))
            self.courier.ask(world.caller(number), request, f"laboratory {number}")

    def agent(self, name: str, *, begin: bool = True) -> StockLaboratory:
        """A laboratory with a stock agent."""
        made = StockLaboratory(
            1, self.folder / name, self.space, self.courier, self.log, self.clock, name, Counter[str]()
        )
        if begin:
            made.begin()
        self.agents.append(made)
        return made

    def judgement(self) -> judging.Judgement:
        """Judges, and ends everything."""
        books = [agent.books() for agent in self.agents]
        server = self.courier.servers[0]
        with server.numbers.parts.database.connection() as connection:
            kept = read_kept(connection, self.space)
        for agent in self.agents:
            agent.end()
        self.stop()
        for url in self._urls:
            self.cluster.drop(url)
        return judging.judged(self.log.events, kept, books, restored=self.restored)


def commits_not_waited_for(country: _Country) -> None:
    """synchronous_commit off, no guard, and PostgreSQL killed for good: what was acknowledged is gone."""
    cluster = country.cluster
    with cluster.settings(wal_writer_delay="10s"), _instead(issuing, "_SESSION", _without_waiting()):
        country.serve()
        country.draw(5)
        cluster.checkpoint()
        country.draw(40)
        cluster.kill()
        cluster.revive()
        url = country.url
        country.stop()
    country.serve(url)


def mark_ignored(country: _Country) -> None:
    """An old backup is put back, and nobody asks the high-water mark."""
    country.serve()
    country.draw(10)
    backup = country.cluster.copy(country.url)
    country.draw(10)
    country.stop()
    country.restored = True
    with _no_mark():
        country.serve(backup)
        country.draw(10)


def marks_apart(country: _Country) -> None:
    """A standby that had not everything is promoted, with a mark of its own, while the old primary goes on."""
    country.serve()
    country.draw(10)
    standby = country.cluster.copy(country.url)
    shutil.copytree(country.folder / "mark", country.folder / "other")
    country.draw(10)
    country.stop()
    country.restored = True
    country.serve(standby, mark="other")
    country.draw(10)


def constraint_dropped(country: _Country) -> None:
    """Somebody sets the counter back, with the exclusion constraint gone."""
    server = country.serve()
    country.draw(20)
    country.stop()
    with psycopg.connect(server.url) as connection:
        connection.execute("ALTER TABLE numbers.series DROP CONSTRAINT series_never_overlap")
        connection.execute("UPDATE numbers.space SET next_position = next_position / 2")
    with _no_mark():
        country.serve(server.url)
        country.draw(20)


def request_ids_not_kept(country: _Country) -> None:
    """The service forgets requests: a lost answer, asked for again, becomes a second series."""
    country.serve()
    request = DrawRequest(request_id=country.identities.new(), count=50)
    country.courier.ask(world.caller(20), request, "laboratory 20")
    with psycopg.connect(country.url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE numbers.series SET request_id = gen_random_uuid()")
    country.courier.ask(world.caller(20), request, "laboratory 20")


def told_before_durable(country: _Country) -> None:
    """An agent tells its numbers before they are on the disk, and ends in between."""
    country.serve()
    agent = country.agent("hasty.db")
    agent.agent.top_up(100)
    agent.agent.run_until()
    agent.hand_out_before_durable(5)
    agent.act(0, 0, 0, 0)


def clones_not_noticed(country: _Country) -> None:
    """A machine is cloned with its first request under way, and the service listens to both."""
    country.serve()
    original = country.agent("original.db")
    original.stock.outgoing.store(country.identities.new(), "draw", 100, "asked")
    twin = country.agent("twin.db", begin=False)
    twin_of(original, twin)
    with _instead(planning, "heard", _believing):
        for one in (original, twin):
            one.settle()
        for one in (original, twin):
            one.act(0, 0, 0, 0)


def _without_waiting() -> str:
    return "-c timezone=UTC -c synchronous_commit=off -c statement_timeout=15s"


def _believing(statement: Statement, _agent: AgentRow | None, **more: Any) -> Heard:
    """The agents' guard, switched off: whoever speaks is believed, as one that was never heard."""
    return heard(statement, None, **more)


@contextmanager
def _no_mark() -> Generator[None]:
    """The service without its high-water mark: whatever it says, all is well."""
    with _instead(parts, "standing", _settled), _instead(gathering, "standing", _settled):
        yield


def _settled(*_: object) -> str:
    return "settled"


@contextmanager
def _instead(module: ModuleType, name: str, value: object) -> Generator[None]:
    """Puts something else in a module's place for a while: how a safeguard is taken away."""
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


CONTROLS: Final[dict[str, tuple[Callable[[_Country], None], tuple[str, ...]]]] = {
    "commits are not waited for": (commits_not_waited_for, ("lost",)),
    "the high-water mark is ignored after a restore": (mark_ignored, ("overlap",)),
    "a standby is promoted with a mark of its own": (marks_apart, ("overlap",)),
    "the exclusion constraint is dropped and the counter set back": (constraint_dropped, ("overlap", "kept-overlap")),
    "request ids are forgotten": (request_ids_not_kept, ("two-series",)),
    "an agent tells before it is durable": (told_before_durable, ("handed-twice",)),
    "clones are not noticed": (clones_not_noticed, ("handed-twice",)),
}


def run_control(cluster: Cluster, folder: Path, name: str, seed: int = 1) -> Caught:
    """Runs one control."""
    work, expected = CONTROLS[name]
    country = _Country(cluster, folder, seed)
    work(country)
    kinds = Counter(fault.partition(":")[0] for fault in country.judgement().faults)
    return Caught(name=name, expected=expected, found=dict(sorted(kinds.items())))
