"""The whole proof: many histories on several processes; each result is a line of a file, so a part of it counts too."""

from __future__ import annotations

import multiprocessing
import os
import platform
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from labbro.numbers.proof import world
from labbro.numbers.proof.clusters import Cluster
from labbro.numbers.proof.controls import CONTROLS, Caught, run_control
from labbro.numbers.proof.country import OUTAGES, Country, CountryOutcome
from labbro.numbers.proof.history import Outcome, run_history
from labbro.numbers.proof.processes import ProcessOutcome, run_process_history
from labbro.numbers.proof.quiet import quiet

DURABLE_EVERY: Final = 25  # each so many-th seed waits for the disk, on a disk
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a file system in memory, where there is one

_T = TypeVar("_T")
_clusters: dict[bool, Cluster] = {}


class Totals(msgspec.Struct, kw_only=True):
    """The sums over many histories."""

    histories: int = 0
    durable_histories: int = 0
    series: int = 0
    acknowledged: int = 0
    unknown: int = 0
    numbers: int = 0
    skipped: int = 0
    lost_in_gaps: int = 0
    handed_out: int = 0
    in_doubt: int = 0
    agent_series: int = 0
    faults: int = 0
    seconds: float = 0.0
    incidents: dict[str, int] = {}


def is_durable(seed: int) -> bool:
    """Whether the history of a seed runs on a PostgreSQL that waits for the disk."""
    return seed % DURABLE_EVERY == 0


def run_histories(seeds: Iterable[int], *, series: int, workers: int, log_folder: Path | None) -> Iterator[Outcome]:
    """Runs the histories of the seeds; gives each as it ends. Logs of those that failed go to `log_folder`."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker) as pool:
        left = iter(seeds)
        running: set[Future[Outcome]] = set()
        while True:
            for seed in left:
                running.add(pool.submit(_one, seed, series, log_folder))
                if len(running) >= 2 * workers:
                    break
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


def totals_of(outcomes: Sequence[Outcome]) -> Totals:
    """The sums."""
    totals = Totals(histories=len(outcomes), durable_histories=sum(one.durable for one in outcomes))
    names = ("series", "acknowledged", "unknown", "numbers", "skipped", "lost_in_gaps", "handed_out", "in_doubt")
    for name in (*names, "agent_series", "seconds"):
        setattr(totals, name, sum(getattr(one, name) for one in outcomes))
    totals.faults = sum(len(one.faults) for one in outcomes)
    incidents: Counter[str] = Counter()
    for one in outcomes:
        incidents.update(one.incidents)
    totals.incidents = dict(sorted(incidents.items()))
    return totals


def read_outcomes(path: Path) -> list[Outcome]:
    """What a progress file holds. Of a seed that ran twice the last counts."""
    return list({one.seed: one for one in _read(path, Outcome)}.values())


def _read(path: Path, kind: type[_T]) -> list[_T]:
    """The results in a file, from whose end a torn line is cut off, so that more may be added."""
    if not path.exists():
        return []
    whole = path.read_bytes()
    os.truncate(path, whole.rfind(b"\n") + 1)
    decoder = msgspec.json.Decoder(kind)
    return [decoder.decode(line) for line in whole.splitlines(keepends=True) if line.endswith(b"\n")]


def prove(
    *,
    from_seed: int,
    histories: int,
    series: int,
    workers: int,
    progress: Path,
    seconds: float | None,
    say: Callable[[str], None],
) -> list[Outcome]:
    """Runs what the progress file lacks, adds to it, and gives all of it. `seconds`: begins no history after these."""
    outcomes = read_outcomes(progress)
    done = {one.seed for one in outcomes}
    began = time.monotonic()

    def seeds() -> Iterator[int]:
        for seed in range(from_seed, from_seed + histories):
            if seed not in done and (seconds is None or time.monotonic() - began < seconds):
                yield seed

    progress.parent.mkdir(parents=True, exist_ok=True)
    with progress.open("ab") as file:
        for outcome in run_histories(seeds(), series=series, workers=workers, log_folder=progress.parent):
            file.write(msgspec.json.encode(outcome) + b"\n")
            file.flush()
            outcomes.append(outcome)
            totals = totals_of(outcomes)
            if outcome.faults or totals.histories % 20 == 0:
                say(f"{totals.histories} histories, {totals.series} series, {totals.faults} faults")
    return outcomes


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one run found."""

    machine: str
    seconds: float
    seeds: tuple[int, int]
    totals: Totals
    faults: dict[str, tuple[str, ...]]
    processes: tuple[ProcessOutcome, ...]
    controls: tuple[Caught, ...]
    country: CountryOutcome | None

    @property
    def holds(self) -> bool:
        """Whether nothing was given twice or lost, and every control was caught."""
        fine = not self.faults and all(one.caught for one in self.controls)
        processes_fine = not any(one.faults for one in self.processes)
        return fine and processes_fine and (self.country is None or not (self.country.faults or self.country.dry))


def prove_all(
    *,
    from_seed: int,
    histories: int,
    series: int,
    processes: int,
    years: int,
    workers: int,
    keep: Path | None,
    say: Callable[[str], None],
) -> Proof:
    """Controls, histories in one process, histories of processes, and the country. `keep`: where results are kept."""
    quiet()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="labbro-proof-", dir=_memory(), ignore_cleanup_errors=True) as name:
        folder = Path(name)
        kept = keep or folder / "kept"
        kept.mkdir(parents=True, exist_ok=True)
        with Cluster(folder / "postgres", durable=False) as cluster:
            caught = tuple(run_control(cluster, folder / "control", one) for one in CONTROLS)
            say(f"{sum(one.caught for one in caught)} of {len(caught)} negative controls caught")
            country = _country(cluster, folder / "country", years, kept, say) if years else None
        outcomes = prove(
            from_seed=from_seed,
            histories=histories,
            series=series,
            workers=workers,
            progress=kept / "histories.jsonl",
            seconds=None,
            say=say,
        )
        killed = tuple(_processes(folder / "processes", from_seed, processes, kept / "processes.jsonl", say))
    return Proof(
        machine=f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        seconds=round(time.monotonic() - began, 1),
        seeds=(min((one.seed for one in outcomes), default=0), max((one.seed for one in outcomes), default=0)),
        totals=totals_of(outcomes),
        faults={str(one.seed): one.faults for one in outcomes if one.faults},
        processes=killed,
        controls=caught,
        country=country,
    )


def _processes(
    folder: Path, from_seed: int, count: int, progress: Path, say: Callable[[str], None]
) -> Iterator[ProcessOutcome]:
    done = {one.seed: one for one in _read(progress, ProcessOutcome)}
    with progress.open("ab") as file:
        for seed in range(from_seed, from_seed + count):
            outcome = done.get(seed)
            if outcome is None:
                outcome = run_process_history(folder, seed)
                file.write(msgspec.json.encode(outcome) + b"\n")
                file.flush()
                say(f"processes, seed {seed}, {outcome.kind}: {len(outcome.faults)} faults")
            yield outcome


def _country(cluster: Cluster, folder: Path, years: int, kept: Path, say: Callable[[str], None]) -> CountryOutcome:
    days = 365 * years
    outages = [one for one in OUTAGES if one.from_day + 7 * one.weeks <= days]
    country = Country(cluster, folder, seed=1, days=days, outages=outages, laboratories=world.LABORATORIES)

    def keep(so_far: CountryOutcome) -> None:
        (kept / "country.json").write_bytes(msgspec.json.format(msgspec.json.encode(so_far)))
        say(f"day {so_far.days} of the country: {so_far.calls} calls, {len(so_far.dry)} laboratories dry")

    try:
        outcome = country.run(keep)
    finally:
        country.close()
    keep(outcome)
    return outcome


def _memory() -> str | None:
    return str(MEMORY) if MEMORY.is_dir() else None


def _begin_worker() -> None:
    quiet()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Finalize(None, _end_worker, exitpriority=10)


def _end_worker() -> None:
    for cluster in _clusters.values():
        cluster.close()
        shutil.rmtree(cluster.folder.parent, ignore_errors=True)
    _clusters.clear()


def _one(seed: int, series: int, log_folder: Path | None) -> Outcome:
    durable = is_durable(seed)
    cluster = _cluster(durable)
    outcome, log = run_history(cluster, cluster.folder.parent / "history", seed, series)
    if outcome.faults and log_folder is not None:
        log.write(log_folder / f"history-{seed}.jsonl")
    return outcome


def _cluster(durable: bool) -> Cluster:
    if durable not in _clusters:
        place = None if durable else _memory()
        folder = tempfile.mkdtemp(prefix=f"labbro-proof-{os.getpid()}-", dir=place)
        _clusters[durable] = Cluster(Path(folder) / "postgres", durable=durable)
    return _clusters[durable]
