"""`labbro bench stock`: a durable hand-out beside a bare SQLite commit of one row in the same folder, in turns.

How it is measured. A stock of a million numbers in a temporary folder of the data folder, so on the disk that it would
be on, durable as in operation. Hand-outs of one number by the Python call, then by the local door over one kept
connection; in between, the reference: one INSERT of a row as large as a hand-out's, committed with write-ahead log and
synchronous=FULL. Rounds alternate, so that a disk that changes its mood changes it for all.
"""

from __future__ import annotations

import gc
import http.client
import random
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self
from uuid import UUID

from labbro.commands.bench import Measure
from labbro.numbers.model import Drawn, DrawRequest, Series
from labbro.numbers.stock import Stock
from labbro.numbers.stock.agent import Agent
from labbro.numbers.stock.configuration import stock_settings
from labbro.numbers.stock.door import Door
from labbro.numbers.stock.serving import NoService
from labbro.platform.clock import SystemClock
from labbro.platform.identities import SystemIdentities

NUMBERS: Final = 1_000_000
HAND_OUTS: Final = 1000  # a round
ROUNDS: Final = 5
BOUND_MS: Final = 2.0
_ROW: Final = "x" * 120


def run() -> list[Measure]:
    """Everything, in some seconds."""
    folder = stock_settings({}).file.parent
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=folder) as place:
        clock = SystemClock()
        with Stock.make(Path(place) / "stock.db", yearly=2 * NUMBERS, clock=clock) as stock:
            _fill(stock)
            return list(_measures(stock, Path(place)))


def _measures(stock: Stock, place: Path) -> Iterator[Measure]:
    ours: list[float] = []
    doors: list[float] = []
    raws: list[float] = []
    with _Raw(place / "raw.db") as raw, _Served(stock) as served:
        for function in (stock.take, served.take, raw.commit):
            _timed(function, HAND_OUTS // 10)  # what is slow only once
        for _ in range(ROUNDS):
            raws += _timed(raw.commit, HAND_OUTS)
            ours += _timed(stock.take, HAND_OUTS)
            doors += _timed(served.take, HAND_OUTS)
    for name, values in (("hand-out by Python call", ours), ("hand-out by the local door", doors)):
        for part, share in (("p50", 0.5), ("p99", 0.99)):
            yield _measure(f"{name}, {part}", values, raws, share)


def _measure(name: str, values: Sequence[float], raws: Sequence[float], share: float) -> Measure:
    value, reference = _quantile(values, share), _quantile(raws, share)
    return Measure(
        name=name,
        value=value,
        unit="ms",
        reference=reference,
        reference_name="raw SQLite commit, WAL and FULL",
        ratio=value / reference,
        bound=BOUND_MS,
        raw=tuple(_quantile(values[at : at + HAND_OUTS], share) for at in range(0, len(values), HAND_OUTS)),
    )


def _timed(function: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each call."""
    gc.collect()
    found: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        function()
        found.append((time.perf_counter() - begun) * 1000)
    return found


def _quantile(values: Sequence[float], share: float) -> float:
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


class _Raw:
    """The reference: a row a transaction."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE row (ordinal INTEGER PRIMARY KEY, content TEXT) STRICT")

    def commit(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO row (content) VALUES (?)", (_ROW,))
        self._connection.execute("COMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


class _Served:
    """The door in a thread, and one connection to it."""

    def __init__(self, stock: Stock) -> None:
        clock = SystemClock()
        agent = Agent(
            stock,
            NoService(),
            clock=clock,
            identities=SystemIdentities(clock),
            chance=random.Random(),  # noqa: S311 - spreads retries, which do not come
        )
        self._door = Door(agent, port=0, laboratory="bench", clock=clock)
        self._thread = threading.Thread(target=self._door.serve_forever, args=(0.05,), daemon=True)
        self._connection = http.client.HTTPConnection("127.0.0.1", self._door.server_port, timeout=10)

    def take(self) -> None:
        self._connection.request("POST", "/numbers", b'{"count":1}', {"content-type": "application/json"})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise AssertionError("the door of the bench gave no number")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._door.shutdown()
        self._door.server_close()
        self._thread.join()


def _fill(stock: Stock) -> None:
    """A series as the service would give it."""
    space, request = stock.space, UUID(int=1)
    series = Series(
        series_id=UUID(int=2),
        space=space.name,
        round=1,
        count=NUMBERS,
        first_position=0,
        first_number=space.number(0),
        last_number=space.number(NUMBERS - 1),
        account_id=UUID(int=3),
        laboratory_id=None,
        vendor_id=None,
        system_id=None,
        manual=False,
        request_id=request,
        drawn_at=SystemClock().now(),
    )
    stock.outgoing.store(request, "draw", NUMBERS, "bench")
    asked = DrawRequest(request_id=request, count=NUMBERS, statement=stock.outgoing.begin(request))
    drawn = Drawn(series=series, again=False)
    stock.outgoing.accept(stock.outgoing.open()[0], drawn.series, drawn.nonce, space, asked.request_id)
