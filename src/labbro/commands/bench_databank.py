"""`labbro bench databank`: durable intake beside raw inserts of the same rows, and the look-up of a large patient.

How it is measured. A fresh embedded PostgreSQL in the data folder (so on the disk that Labbro would use), durable as in
operation (fsync, synchronous_commit). Letters are EDIFACT R0131K with 20 results each, as laboratories send.

Intake is `labbro load`'s own path from the files' bytes: read, check, project, store, receipts, commit; in as many
processes as there are cores. Raw is psycopg's executemany over one connection, INSERT of exactly the rows that the
intake wrote, into tables with the same columns and indexes, nothing read or checked: once a report a transaction, so
that each report is durable by itself (the promise stands beside this), and once as many letters in a transaction as the
intake takes. COPY is given beside both, because it is the fastest that PostgreSQL can do with these rows.

The look-up finds patients with 2,000 results each while a million results are stored: the databank's part alone, then
the whole page through the application with session, access log and HTML.
"""

from __future__ import annotations

import datetime as dt
import gc
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from labbro.commands.bench import Measure
from labbro.databank import Databank, loading
from labbro.databank.intake import GROUP_LETTERS
from labbro.platform import logs
from labbro.platform.database import Database, load_sql
from labbro.platform.settings import Settings, from_environment
from labbro.synthetic.bench import bench_reports

LETTERS: Final = 4000
PATIENTS: Final = 500
LETTERS_A_PATIENT: Final = 100  # of 20 results: 2,000 a patient, and a million in all
LOOK_UPS: Final = 400
ROUNDS: Final = 3
TABLES: Final = ("patient", "letter", "report", "sample", "result")
DAY: Final = b"20250304"  # on which every letter of bench_reports was sampled
FIRST_DAY: Final = dt.date(2016, 1, 4)
DAYS_BETWEEN: Final = 31
P99_BOUND_MS: Final = 50.0

Rows = dict[str, list[tuple[Any, ...]]]

_SQL: Final = load_sql("labbro.commands", "bench_databank.sql")


def run() -> list[Measure]:
    """Everything, in about three minutes on two cores."""
    settings = from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=settings.data_dir) as folder:
        here = msgspec.structs.replace(
            settings, data_dir=Path(folder), database_url=None, demonstration=True, lookups_per_hour=100_000
        )
        return [*_intake(here), *_look_up(here)]


# --- intake --------------------------------------------------------------------------------------------------------


def _intake(settings: Settings) -> Iterator[Measure]:
    ours: list[float] = []
    single: list[float] = []
    reports: list[float] = []
    inserts: list[float] = []
    copies: list[float] = []
    with loading.open_databank(settings):  # keeps the database running between the rounds
        for number in range(ROUNDS):
            _empty(settings)
            single.append(_loaded(settings, bench_reports(LETTERS, seed=2 * number), 1))
            _empty(settings)
            ours.append(_loaded(settings, bench_reports(LETTERS, seed=2 * number + 1), None))
            for found, rate in zip((reports, inserts, copies), _raw_rates(settings), strict=True):
                found.append(rate)
            _say(f"intake, round {number + 1} of {ROUNDS}")
    name = "durable intake from bytes, all cores"
    yield _rate(name, ours, reports, "raw INSERT of the same rows, a report a transaction", bound=0.5)
    yield _rate(f"{name}, beside groups", ours, inserts, f"raw INSERT of the same rows, {GROUP_LETTERS} a transaction")
    yield _rate(f"{name}, beside COPY", ours, copies, f"raw COPY of the same rows, {GROUP_LETTERS} a transaction")
    one = "durable intake from bytes, one process"
    yield _rate(one, single, reports, "raw INSERT of the same rows, a report a transaction")


def _raw_rates(settings: Settings) -> tuple[float, float, float]:
    """Reports a second of the newest load's rows: INSERT one by one, INSERT in groups, COPY in groups."""
    with _raw(settings) as (connection, rows):
        groups = list(_grouped(rows, GROUP_LETTERS))
        singles = list(_grouped(rows, 1))
        one_by_one = _timed(lambda: _insert(connection, singles), LETTERS)
        _empty_raw(connection)
        inserted = _timed(lambda: _insert(connection, groups), LETTERS)
        _empty_raw(connection)
        return one_by_one, inserted, _timed(lambda: _copy(connection, groups), LETTERS)


def _empty_raw(connection: psycopg.Connection[Any]) -> None:
    connection.execute(_SQL["empty_raw"])
    connection.commit()


def _rate(name: str, ours: Sequence[float], raw: Sequence[float], raw_name: str, bound: float | None = None) -> Measure:
    value, reference = statistics.median(ours), statistics.median(raw)
    return Measure(
        name=name,
        value=value,
        unit="reports/s",
        reference=reference,
        reference_name=raw_name,
        ratio=value / reference,
        bound=bound,
        bound_on="ratio",
        bound_is="least",
        raw=tuple(ours),
    )


def _loaded(settings: Settings, reports: Iterable[bytes], workers: int | None) -> float:
    """Reports a second of one load, from the first outcome told to the last: the start of processes is not intake."""
    with TemporaryDirectory(dir=settings.data_dir) as folder:
        files = [_written(Path(folder) / f"{number}.edi", data) for number, data in enumerate(reports)]
        outcomes = loading.load(files, settings, workers)
        kinds = {next(outcomes)[1].kind}
        begun = time.perf_counter()
        kinds.update(outcome.kind for _, outcome in outcomes)
        seconds = time.perf_counter() - begun
    if kinds != {"stored"}:
        raise AssertionError("the letters of the bench were not all stored")
    return (len(files) - 1) / seconds


def _written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


def _empty(settings: Settings) -> None:
    with Database.open(settings) as database, database.connection() as connection:
        connection.execute(_SQL["empty_databank"])


@contextmanager
def _raw(settings: Settings) -> Generator[tuple[psycopg.Connection[Any], Rows]]:
    """A connection like the databank's own, empty tables like its, and the rows of the newest load."""
    with Database.open(settings) as database, database.connection() as connection:
        connection.execute(_SQL["drop_raw"])
        connection.execute(_SQL["make_raw"])
        rows = {table: connection.execute(_SQL[f"rows_of_{table}"]).fetchall() for table in TABLES}
        connection.commit()
        yield connection, rows


def _grouped(rows: Rows, letters: int) -> Iterator[Rows]:
    """The rows of so many letters at a time; the patients go with the first."""
    by_letter: dict[UUID, Rows] = {}
    for table in TABLES[1:]:
        for row in rows[table]:
            by_letter.setdefault(row[1], {}).setdefault(table, []).append(row)
    keys = list(by_letter)
    for first in range(0, len(keys), letters):
        group: Rows = {"patient": rows["patient"] if first == 0 else []}
        for key in keys[first : first + letters]:
            for table, found in by_letter[key].items():
                group.setdefault(table, []).extend(found)
        yield group


def _insert(connection: psycopg.Connection[Any], groups: Iterable[Rows]) -> None:
    for group in groups:
        with connection.cursor() as cursor:
            for table, rows in group.items():
                cursor.executemany(_SQL[f"insert_{table}"], rows)
        connection.commit()


def _copy(connection: psycopg.Connection[Any], groups: Iterable[Rows]) -> None:
    for group in groups:
        for table, rows in group.items():
            with connection.cursor() as cursor, cursor.copy(_SQL[f"copy_{table}"]) as copy:
                for row in rows:
                    copy.write_row(row)
        connection.commit()


def _timed(work: Callable[[], None], count: int) -> float:
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


# --- look-up -------------------------------------------------------------------------------------------------------


def _look_up(settings: Settings) -> Iterator[Measure]:
    with loading.open_databank(settings) as databank:
        _empty(settings)
        _loaded(settings, _years(PATIENTS * LETTERS_A_PATIENT), None)
        with Database.open(settings) as database, database.connection() as connection:
            connection.autocommit = True
            connection.execute(_SQL["settle"])
            patients = connection.execute(_SQL["some_patients"]).fetchall()
            connection.autocommit = False
        _say("look-up: filled")
        chosen = random.Random(1).choices(patients, k=LOOK_UPS)  # noqa: S311 - the same patients in every run
        yield from _of_times("history of a patient with 2,000 results", _histories(databank, chosen))
    yield from _of_times("cumulated view, whole page", _pages(settings, chosen), bound_ms=P99_BOUND_MS)


def _years(count: int) -> Iterator[bytes]:
    """Letters of all patients in the order of their days, as they would have come in: one a patient every month."""
    for number, data in enumerate(bench_reports(count, seed=99, patients=PATIENTS)):
        day = FIRST_DAY + dt.timedelta(days=DAYS_BETWEEN * (number // PATIENTS))
        yield data.replace(DAY, f"{day:%Y%m%d}".encode())


def _histories(databank: Databank, chosen: Sequence[tuple[str, UUID]]) -> list[float]:
    times: list[float] = []
    databank.history(chosen[0][1])
    _as_the_server_starts()
    for _, key in chosen:
        begun = time.perf_counter()
        history = databank.history(key)
        times.append((time.perf_counter() - begun) * 1000)
        if len(history.rows) != LETTERS_A_PATIENT * 20:
            raise AssertionError("a patient of the bench has not all results")
    return times


def _pages(settings: Settings, chosen: Sequence[tuple[str, UUID]]) -> list[float]:
    """Milliseconds of each page through the whole application, called without a network."""
    from litestar.testing import TestClient

    from labbro import server

    logs.configure("warning")  # a line for each of hundreds of requests tells nothing here
    services = server.open_services(settings)
    times: list[float] = []
    try:
        application: Any = server.application(services)
        client: TestClient[Any]
        with TestClient(application, base_url=settings.public_url) as client:
            client.follow_redirects = False
            token = _token(client.get("/sign-in").text)
            client.post("/sign-in/demonstration", data={"form_token": token, "who": "asta"})
            token = _token(client.get("/").text)
            _as_the_server_starts()
            for identifier, _ in chosen:
                found = client.post("/patients", data={"form_token": token, "identifier": identifier})
                begun = time.perf_counter()
                page = client.get(found.headers["location"])
                times.append((time.perf_counter() - begun) * 1000)
                if page.status_code != 200 or "Hæmoglobin" not in page.text:
                    raise AssertionError("the page of a patient was not answered")
    finally:
        services.database.close()
    return times


def _as_the_server_starts() -> None:
    """What lives as long as the process is not looked at by the garbage collector again, as in platform.serving."""
    gc.collect()
    gc.freeze()


def _token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    if found is None:
        raise AssertionError("the page has no form")
    return found[1]


def _of_times(name: str, times_ms: Sequence[float], bound_ms: float | None = None) -> Iterator[Measure]:
    cuts = statistics.quantiles(times_ms, n=100, method="inclusive")
    yield Measure(name=f"{name}, p50", value=cuts[49], unit="ms")
    yield Measure(name=f"{name}, p99", value=cuts[98], unit="ms", bound=bound_ms, raw=tuple(times_ms))


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)
