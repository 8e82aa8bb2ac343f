"""`labbro bench view`: a large patient's look-up while ten times as many results are stored, in turns with one tenth.

How it is measured. Two databanks with embedded PostgreSQL of their own, both running: one with a tenth of the results,
one with all. Every patient has 2,000 results in 100 letters over nine years, most of them under codes that the
registry knows, and letters of all patients lie among each other as they would have come in. The tenth is taken in by
the intake; the rest are its rows again, under keys of other people derived as the intake derives them, written by the
database itself in the same order: the same rows by way of the intake would take hours.

Asked are the history alone, and the whole page through the application with session, access log and HTML, by code and
by comparability; each of patients chosen at random, and of each patient one thing only, so that no look-up finds what
another has brought into memory. Rounds alternate between the two databanks, in two states that are never mixed. In
memory: all files were read before. From disk: before each round PostgreSQL is stopped and the kernel told to forget
them, so a look-up waits for the disk. The plan of the history's statement is kept with the figures, and the load of
the machine. The grouping alone is measured apart, on histories that are already read: it depends on nothing stored.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import shutil
import statistics
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from labbro.commands.bench import Measure
from labbro.comparability import demonstration
from labbro.comparability.decision import Placer
from labbro.comparability.seed import SEED
from labbro.databank import loading
from labbro.databank.keys import PatientKeys
from labbro.errors import WrongUse
from labbro.platform import logs, serving
from labbro.platform.database import Database, load_sql
from labbro.platform.settings import Settings, from_environment
from labbro.portal.comparable import by_code, by_comparability
from labbro.portal.i18n.comparability import comparing_words
from labbro.synthetic.bench import bench_reports
from labbro.synthetic.people import person

RESULTS: Final = 1_000_000
TIMES: Final = 10  # as many as in the smaller databank
RESULTS_A_LETTER: Final = 20
LETTERS_A_PATIENT: Final = 100
RESULTS_A_PATIENT: Final = RESULTS_A_LETTER * LETTERS_A_PATIENT
ROUNDS: Final = 10
LOOK_UPS: Final = 50  # a round, of each kind, in each databank; at most a third of the patients
DISK_ROUNDS: Final = 20
DISK_LOOK_UPS: Final = 5  # few, for they bring into memory what others would want; more so in the smaller databank
WARMING_LOOK_UPS: Final = 3
BYTES_AT_ONCE: Final = 1 << 20
SEED_OF_PEOPLE: Final = 99
DAY: Final = b"20250304"  # on which every letter of bench_reports was sampled
FIRST_DAY: Final = dt.date(2016, 1, 4)
DAYS_BETWEEN: Final = 31
P99_BOUND_MS: Final = 50.0
RATIO_BOUND: Final = 1.2
GROUPED: Final = 200  # patients at most, each once, whose results are grouped
GROUPING_BOUND_MS: Final = 20.0
HISTORY: Final = "history of a patient with 2,000 results"
BY_CODE: Final = "whole page by code"
BY_COMPARABILITY: Final = "whole page by comparability"
KINDS: Final = {HISTORY: "", BY_CODE: "code", BY_COMPARABILITY: "comparability"}  # and how the page is asked for it
MEMORY: Final = "in memory"
DISK: Final = "from disk"

_SECRET: Final = b"the bench's own; everybody in it is invented"
_SQL: Final = load_sql("labbro.commands", "bench_view.sql")
_ASKED: Final = load_sql("labbro.databank", "queries.sql")
_COPIED: Final = ("letter", "report", "sample", "result")

Times = dict[tuple[str, str], list[float]]  # by state and kind, in milliseconds


def run(results: int = RESULTS, data: Path | None = None) -> list[Measure]:
    """Everything: a million results in some four minutes on two cores, ten million in some twenty.

    `data`: a folder that keeps both databanks, so that a second run only measures.
    """
    people = results // RESULTS_A_PATIENT
    if people < TIMES * len(KINDS) or results % (RESULTS_A_PATIENT * TIMES):
        least = RESULTS_A_PATIENT * TIMES * len(KINDS)
        raise WrongUse(
            f"--results is a multiple of {RESULTS_A_PATIENT * TIMES}, and {least} at least: every patient has 2,000."
        )
    settings = msgspec.structs.replace(
        from_environment(), database_url=None, demonstration=True, lookups_per_hour=1_000_000, secret=_SECRET
    )
    if data is None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="bench-", dir=settings.data_dir) as folder:
            return _measured(settings, Path(folder), people)
    data.mkdir(parents=True, exist_ok=True)
    return _measured(settings, data, people)


def _measured(settings: Settings, folder: Path, people: int) -> list[Measure]:
    logs.configure("warning")  # a line for each of thousands of requests tells nothing here
    small, large = (_at(settings, folder / f"{count}-people") for count in (people // TIMES, people))
    if not large.data_dir.exists():
        shutil.rmtree(small.data_dir, ignore_errors=True)
        _fill(small, people // TIMES)
        _grow(small, large, people)
    before = os.getloadavg()[0]
    most = people // TIMES // len(KINDS)  # look-ups of a kind for which the smaller databank has patients enough
    of_small, of_large = _no_times(), _no_times()
    _say(f"{sum(_remember(one.data_dir) for one in (small, large)) / 2**30:.1f} GiB read into memory")
    with _looking(small, of_small) as tenth, _looking(large, of_large) as whole:
        loads = _in_memory(tenth, whole, min(LOOK_UPS, most))
        plan, grouping = whole.plan(), whole.grouping()
    _from_disk((small, of_small), (large, of_large), min(DISK_LOOK_UPS, most))
    found = _compared(of_small, of_large, people * RESULTS_A_PATIENT)
    return [*found, *grouping, plan, _load_of_machine(before, loads)]


def _no_times() -> Times:
    return {(state, kind): [] for state in (MEMORY, DISK) for kind in KINDS}


def _at(settings: Settings, folder: Path) -> Settings:
    return msgspec.structs.replace(settings, data_dir=folder)


# --- filling -------------------------------------------------------------------------------------------------------


def _fill(settings: Settings, people: int) -> None:
    """The smaller databank, by the intake."""
    settings.data_dir.mkdir(parents=True)
    codes = frozenset(code.value for measurand in SEED.measurands for code in measurand.codes)
    count = people * LETTERS_A_PATIENT
    letters = bench_reports(count, RESULTS_A_LETTER, SEED_OF_PEOPLE, people, first=codes)
    with TemporaryDirectory(dir=settings.data_dir) as folder, loading.open_databank(settings):
        files = [_written(Path(folder) / f"{at}.edi", _dated(data, at // people)) for at, data in enumerate(letters)]
        kinds = {outcome.kind for _, outcome in loading.load(files, settings)}
    if kinds != {"stored"}:
        raise AssertionError("the letters of the bench were not all stored")
    with Database.open(settings) as database:
        _settle(database)
    _say(f"filled with {people * RESULTS_A_PATIENT} results")


def _dated(data: bytes, month: int) -> bytes:
    """A letter of every month for each patient, in the order of their days."""
    return data.replace(DAY, f"{FIRST_DAY + dt.timedelta(days=DAYS_BETWEEN * month):%Y%m%d}".encode())


def _written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


def _grow(small: Settings, large: Settings, people: int) -> None:
    """The larger databank: a copy of the smaller one, and its rows again under the keys of other people."""
    making = _at(large, large.data_dir.with_suffix(".making"))
    shutil.rmtree(making.data_dir, ignore_errors=True)
    shutil.copytree(small.data_dir, making.data_dir, copy_function=_copied)
    for folder in [small.data_dir, *(path for path in small.data_dir.rglob("*") if path.is_dir())]:
        _given(folder, making.data_dir / folder.relative_to(small.data_dir))
    keys = PatientKeys(_SECRET)
    cprs = [person(SEED_OF_PEOPLE, number).cpr for number in range(people)]
    known = [(keys.of_identifier("cpr", "", cpr), cpr) for cpr in cprs]
    own = people // TIMES
    with Database.open(making) as database:
        with database.connection() as connection:
            connection.execute(_SQL["originals"])
        for turn in range(1, TIMES):
            others = known[turn * own : (turn + 1) * own]
            with database.connection() as connection:
                _again(connection, turn, known[:own], others)
            _say(f"filled with {(turn + 1) * own * RESULTS_A_PATIENT} results")
        with database.connection() as connection:
            connection.execute(_SQL["drop_originals"])
        _settle(database)
    making.data_dir.rename(large.data_dir)


def _copied(of: str, to: str) -> None:
    shutil.copy2(of, to)
    _given(Path(of), Path(to))


def _given(of: Path, to: Path) -> None:
    """The same owner: PostgreSQL runs under an account of its own where Labbro is run by root."""
    told = of.stat()
    os.chown(to, told.st_uid, told.st_gid)


def _again(
    connection: psycopg.Connection[Any], turn: int, of: Sequence[tuple[UUID, str]], to: Sequence[tuple[UUID, str]]
) -> None:
    connection.execute(_SQL["in_order"])
    connection.execute(_SQL["no_others"])
    olds, news, names = [key for key, _ in of], [key for key, _ in to], [name for _, name in to]
    connection.execute(_SQL["others"], (olds, news, names))
    connection.execute(_SQL["again_patient"])
    for table in _COPIED:
        connection.execute(_SQL[f"again_{table}"], {"turn": str(turn)})


def _settle(database: Database) -> None:
    """What the database would have done by itself over years, so that none of it falls into the measuring."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(_SQL["settle"])


# --- looking -------------------------------------------------------------------------------------------------------


class _Looking:
    """One databank behind the whole application, and what its look-ups took, in milliseconds."""

    def __init__(self, services: Any, client: Any, times: Times) -> None:
        self._services, self._client, self._times = services, client, times
        with services.database.connection() as connection:
            self.patients: list[tuple[str, UUID]] = connection.execute(_SQL["patients"]).fetchall()
        client.follow_redirects = False
        client.post("/sign-in/demonstration", data={"form_token": _token(client.get("/sign-in").text), "who": "asta"})
        self._form_token = _token(client.get("/").text)

    def round(self, chance: random.Random, count: int, state: str | None) -> None:
        """So many look-ups of each kind, each of another patient; `state` None: only to warm up."""
        chosen = iter(chance.sample(self.patients, count * len(KINDS)))
        for _ in range(count):
            for kind in KINDS:
                took = self._history(*next(chosen)) if kind == HISTORY else self._page(kind, *next(chosen))
                if state is not None:
                    self._times[state, kind].append(round(took * 1000, 3))

    def _history(self, _: str, key: UUID) -> float:
        began = time.perf_counter()
        history = self._services.databank.history(key)
        took = time.perf_counter() - began
        if len(history.rows) != RESULTS_A_PATIENT:
            raise AssertionError("a patient of the bench has not all results")
        return took

    def _page(self, kind: str, identifier: str, _: UUID) -> float:
        form = {"form_token": self._form_token, "identifier": identifier}
        address = self._client.post("/patients", data=form).headers["location"]
        began = time.perf_counter()
        page = self._client.get(f"{address}?by={KINDS[kind]}")
        took = time.perf_counter() - began
        if page.status_code != 200 or "moglobin" not in page.text:
            raise AssertionError("the page of a patient was not answered")
        return took

    def plan(self) -> Measure:
        """The plan of the history's statement for one patient, as it was run."""
        with self._services.database.connection() as connection:
            (results,) = connection.execute(_SQL["results"]).fetchone()
            connection.execute(_ASKED["pages_at_once"])
            asked = b"EXPLAIN (ANALYZE, BUFFERS) " + _ASKED["history"]
            rows = connection.execute(asked, {"patient_key": self.patients[0][1]}).fetchall()
        lines = tuple(line for (line,) in rows)
        found = re.search(r"Execution Time: ([0-9.]+) ms", lines[-1])
        assert found is not None
        return Measure(
            name=f"the history's statement alone, {results} results stored",
            value=float(found[1]),
            unit="ms",
            notes=lines,
        )

    def grouping(self) -> list[Measure]:
        """The rows of 2,000 results by comparability, beside those by code of the same results."""
        registry, words = self._services.registry.current(), comparing_words("da")
        ours: list[float] = []
        by_code_alone: list[float] = []
        for _, key in self.patients[:GROUPED]:
            rows = self._services.databank.history(key).rows
            began = time.perf_counter()
            places = by_comparability(rows, Placer(registry), words)
            between = time.perf_counter()
            by_code(rows)
            ended = time.perf_counter()
            if len(places) != RESULTS_A_PATIENT or not any(place.label for place in places):
                raise AssertionError("the results of a patient were not grouped")
            ours.append(round((between - began) * 1000, 3))
            by_code_alone.append(round((ended - between) * 1000, 3))
        return _grouped(ours, by_code_alone)


@contextmanager
def _looking(settings: Settings, times: Times) -> Generator[_Looking]:
    from litestar.testing import TestClient

    from labbro import server

    services = server.open_services(settings)
    try:
        assert services.registry is not None
        demonstration.found(services.registry)
        application: Any = server.application(services)
        client: TestClient[Any]
        with TestClient(application, base_url=settings.public_url) as client:
            looking = _Looking(services, client, times)
            looking.round(random.Random(0), min(WARMING_LOOK_UPS, len(looking.patients) // len(KINDS)), None)  # noqa: S311 - the same patients in every run
            serving.spare_the_collector()
            yield looking
    finally:
        services.close()


def _in_memory(small: _Looking, large: _Looking, look_ups: int) -> list[float]:
    """Look-ups while all that is stored is in the machine's memory; the load average after each round."""
    chance = random.Random(1)  # noqa: S311 - the same patients in every run
    loads: list[float] = []
    for number in range(ROUNDS):
        for one in (small, large) if number % 2 else (large, small):
            one.round(chance, look_ups, MEMORY)
        loads.append(os.getloadavg()[0])
        _say(f"round {number + 1} of {ROUNDS} in memory, load {loads[-1]:.1f}")
    return loads


def _from_disk(small: tuple[Settings, Times], large: tuple[Settings, Times], look_ups: int) -> None:
    """Look-ups of patients none of whose rows is in memory: before each round PostgreSQL and the kernel forget all."""
    chance = random.Random(2)  # noqa: S311 - the same patients in every run
    for number in range(DISK_ROUNDS):
        for settings, times in (small, large) if number % 2 else (large, small):
            _forget(settings.data_dir)
            with _looking(settings, times) as one:
                one.round(chance, look_ups, DISK)
        _say(f"round {number + 1} of {DISK_ROUNDS} from disk")


def _remember(folder: Path) -> int:
    """Reads every file, so that all of it is in the kernel's memory where there is room; how many bytes."""
    read = 0
    for path in _files(folder):
        with path.open("rb", buffering=0) as file:
            while part := file.read(BYTES_AT_ONCE):
                read += len(part)
    return read


def _forget(folder: Path) -> None:
    """Has the kernel give up what it keeps of every file. PostgreSQL does not run meanwhile."""
    for path in _files(folder):
        with path.open("rb") as file:
            os.fsync(file.fileno())  # what is not yet written is not given up
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder / "postgres" / "cluster" / "base").rglob("*") if path.is_file()]


def _token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    if found is None:
        raise AssertionError("the page has no form")
    return found[1]


# --- telling -------------------------------------------------------------------------------------------------------


def _compared(small: Times, large: Times, results: int) -> Iterator[Measure]:
    for (state, kind), times in large.items():
        ours, reference = _cuts(times), _cuts(small[state, kind])
        told = f"{kind}, {state}, {results} results stored"
        for cut, value, beside, raw in (
            ("p50", ours[0], reference[0], times),
            ("p99", ours[1], reference[1], small[state, kind]),
        ):
            yield Measure(
                name=f"{told}, {cut} beside a tenth",
                value=value,
                unit="ms",
                reference=beside,
                reference_name=f"{results // TIMES} stored",
                ratio=value / beside,
                bound=RATIO_BOUND,
                bound_on="ratio",
                raw=tuple(raw),
                notes=("raw: " + ("all stored" if raw is times else "a tenth stored"),),
            )
        bound = None if kind == HISTORY else P99_BOUND_MS
        yield Measure(name=f"{told}, p99", value=ours[1], unit="ms", bound=bound)


def _grouped(ours_ms: list[float], by_code_ms: list[float]) -> list[Measure]:
    of_ours, of_code = _cuts(ours_ms), _cuts(by_code_ms)
    return [
        Measure(
            name=f"{RESULTS_A_PATIENT} results of a patient grouped by comparability, {cut}",
            value=value,
            unit="ms",
            reference=reference,
            reference_name="the same by code",
            ratio=value / reference,
            bound=GROUPING_BOUND_MS,
            raw=tuple(raw),
        )
        for cut, value, reference, raw in (
            ("p50", of_ours[0], of_code[0], ours_ms),
            ("p99", of_ours[1], of_code[1], ()),
        )
    ]


def _cuts(times_ms: Sequence[float]) -> tuple[float, float]:
    """The median and the 99th percentile."""
    cuts = statistics.quantiles(times_ms, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _load_of_machine(before: float, loads: Sequence[float]) -> Measure:
    return Measure(
        name="load average of the machine over a minute, by round (the bench itself is about 1)",
        value=statistics.median(loads),
        unit="processes",
        reference=before,
        reference_name="before the rounds",
        raw=tuple(round(load, 2) for load in loads),
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
