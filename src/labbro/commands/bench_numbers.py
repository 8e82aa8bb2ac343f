"""`labbro bench numbers`: series given out beside raw PostgreSQL transactions on one counter.

How it is measured. A fresh embedded PostgreSQL in the data folder (so on the disk that Labbro would use), durable as in
operation. Raw is pgbench, PostgreSQL's own measuring program, with 8 clients and prepared statements: each transaction
moves one hot counter and inserts one block; nothing is checked, nothing is audited. Ours is the number service in this
process, complete: gate, limits, request ids, exclusion constraint, high-water mark on the disk, chained audit; called
by 8 threads, and by 50. Then the same through the whole door: `labbro serve` with TLS, a token, 8 and 50 connections,
beside pgbench on the very database that the server uses (bench_numbers_https). Rounds take turns, so that both meet the
same machine; the median of the rounds is told.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

import msgspec
import psycopg

from labbro.commands import bench_numbers_https
from labbro.commands.bench import Measure
from labbro.commands.bench_numbers_members import CALLERS, BenchDirectories
from labbro.numbers.model import DrawRequest
from labbro.numbers.service import NumberService, open_numbers
from labbro.platform import embedded, logs
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database, load_sql, migrate
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings, from_environment

CLIENTS: Final = 8
MANY_CLIENTS: Final = 50
ROUNDS: Final = 3
SECONDS: Final = 4
SERIES_NUMBERS: Final = 1000
P99_BOUND_MS: Final = 50.0
RAW_NAME: Final = "raw PostgreSQL, 8 clients, one counter, a block a transaction"

_SQL: Final = load_sql("labbro.commands", "bench_numbers.sql")


class Run(msgspec.Struct, frozen=True):
    """One round: series a second, and the 99th percentile of one draw."""

    rate: float
    p99_ms: float


def run() -> list[Measure]:
    """Everything, in about a minute."""
    settings = from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    logs.configure("error", settings.log_format)
    with TemporaryDirectory(prefix="bench-", dir=settings.data_dir) as folder:
        here = msgspec.structs.replace(
            settings, data_dir=Path(folder), database_url=None, database_connections=20, numbers_mark_dir=None
        )
        return [*_core(here), *_https(msgspec.structs.replace(here, data_dir=Path(folder) / "https"))]


def _core(settings: Settings) -> list[Measure]:
    raw: list[float] = []
    few: list[Run] = []
    many: list[Run] = []
    with opened(settings) as (database, numbers):
        drawn(numbers, CLIENTS, 1)  # warm
        for number in range(ROUNDS):
            raw.append(raw_rate(database, SECONDS))
            few.append(drawn(numbers, CLIENTS, SECONDS))
            many.append(drawn(numbers, MANY_CLIENTS, SECONDS))
            print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
    return [
        rate(f"series issued, {CLIENTS} threads", few, raw, bound=0.5),
        rate(f"series issued, {MANY_CLIENTS} threads", many, raw),
        Measure(
            name=f"one draw, 99th percentile, {MANY_CLIENTS} threads",
            value=statistics.median(one.p99_ms for one in many),
            unit="ms",
            bound=P99_BOUND_MS,
            raw=tuple(one.p99_ms for one in many),
        ),
    ]


def _https(settings: Settings) -> list[Measure]:
    raw: list[float] = []
    few: list[Run] = []
    many: list[Run] = []
    with bench_numbers_https.opened(settings) as door:
        bench_numbers_https.drawn(door, CLIENTS, 1)  # warm
        for number in range(ROUNDS):
            raw.append(raw_rate(door.database, SECONDS))
            few.append(Run(*bench_numbers_https.drawn(door, CLIENTS, SECONDS)))
            many.append(Run(*bench_numbers_https.drawn(door, MANY_CLIENTS, SECONDS)))
            print(f"round {number + 1} of {ROUNDS} over HTTPS", file=sys.stderr)
    return [
        rate(f"series issued over HTTPS, {CLIENTS} connections", few, raw, bound=0.5),
        rate(f"series issued over HTTPS, {MANY_CLIENTS} connections", many, raw),
        Measure(
            name=f"one draw over HTTPS, 99th percentile, {MANY_CLIENTS} connections",
            value=statistics.median(one.p99_ms for one in many),
            unit="ms",
            bound=P99_BOUND_MS,
            raw=tuple(one.p99_ms for one in many),
        ),
    ]


def rate(name: str, ours: Sequence[Run], raw: Sequence[float], bound: float | None = None) -> Measure:
    """Our rate beside the raw one of the same rounds."""
    value, reference = statistics.median(one.rate for one in ours), statistics.median(raw)
    return Measure(
        name=name,
        value=value,
        unit="series/s",
        reference=reference,
        reference_name=RAW_NAME,
        ratio=value / reference,
        bound=bound,
        bound_on="ratio",
        bound_is="least",
        raw=tuple(one.rate for one in ours),
    )


@contextmanager
def opened(settings: Settings) -> Generator[tuple[Database, NumberService]]:
    """A fresh database and the service on it, with the members of the bench."""
    with Database.open(settings) as database:
        migrate(database)
        with open_numbers(
            database=database,
            settings=settings,
            clock=SystemClock(),
            identities=SystemIdentities(),
            directories=BenchDirectories(database),
        ) as numbers:
            yield database, numbers


def raw_rate(database: Database, seconds: int) -> float:
    """Raw block transactions a second by pgbench, in tables made anew."""
    with psycopg.connect(database.url) as connection:
        connection.execute(_SQL["make_raw"])
    with TemporaryDirectory() as folder:
        script = Path(folder) / "raw.sql"
        script.write_bytes(_SQL["raw_transaction"] + b";\n")
        finished = subprocess.run(  # noqa: S603 - our own arguments
            [
                str(embedded.programs() / "pgbench"),
                "--no-vacuum",
                "--protocol=prepared",
                f"--client={CLIENTS}",
                f"--time={seconds}",
                f"--file={script}",
                database.url,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    found = re.search(r"^tps = ([0-9.]+) \(without", finished.stdout, re.MULTILINE)
    assert found is not None
    return float(found[1])


def drawn(numbers: NumberService, clients: int, seconds: float) -> Run:
    """Threads that draw one series after the other, each waiting for its answer."""
    took: list[list[float]] = [[] for _ in range(clients)]
    end = time.perf_counter() + seconds
    identities = SystemIdentities()

    def work(number: int) -> None:
        caller = CALLERS[number % len(CALLERS)]
        while (begun := time.perf_counter()) < end:
            request_id: UUID = identities.new()
            numbers.draw(caller, DrawRequest(request_id=request_id, count=SERIES_NUMBERS))
            took[number].append(time.perf_counter() - begun)

    threads = [threading.Thread(target=work, args=[number]) for number in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = sorted(seconds for one in took for seconds in one)
    return Run(len(every) / (time.perf_counter() - begun), 1000 * every[int(len(every) * 0.99)])
