"""`labbro bench convert`: letters a second on one core and on all, and memory, as `labbro convert` itself works.

Ten thousand letters of 20 results, as so many files and as one interchange, EDIFACT to XML. One core and all cores take
turns; every run is a process of its own, whose start counts. What `reference` says is one core in the same run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from labbro.commands.bench import Measure
from labbro.platform.workers import cores
from labbro.synthetic.bench import bench_reports

LETTERS = 10_000
ROUNDS = 3
# What the house has promised (issue: every laboratory letter), for two cores.
TIMES_ON_TWO = 1.8
# Constant memory: ten times the letters may take so many times the memory.
MEMORY_RATIO = 1.2

_RUN = """
import json, os, resource, sys, time
from labbro.cli import main
begun = time.perf_counter()
try:
    main(sys.argv[1:])
except SystemExit as ended:
    code = ended.code
seconds = time.perf_counter() - begun
own, below = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps([code or 0, seconds, own, below]), file=sys.stderr)
"""


def run() -> list[Measure]:
    """All measures, in the order they are told."""
    with tempfile.TemporaryDirectory(prefix="labbro-bench-") as name:
        folder = Path(name)
        inputs = dict(_inputs(folder))
        found = [_speed(what, path, folder / f"out-{path.stem}") for what, path in inputs.items()]
        return [*found, _memory(folder)]


def _inputs(folder: Path) -> Iterator[tuple[str, Path]]:
    """Ten thousand letters as files and as one interchange."""
    files, whole = folder / "files", folder / "interchange.edi"
    files.mkdir()
    for number, report in enumerate(bench_reports(LETTERS)):
        (files / f"{number:05}.edi").write_bytes(report)
    _interchange(whole, LETTERS)
    yield f"{LETTERS} files", files
    yield f"one interchange of {LETTERS} letters", whole


def _interchange(path: Path, count: int) -> None:
    """One interchange with the letters of many."""
    with path.open("wb") as file:
        identifier = b""
        for report in bench_reports(count):
            begin, end = report.index(b"UNH+"), report.index(b"UNZ+")
            file.write(report[begin if identifier else 0 : end])
            identifier = identifier or report[end:].split(b"+", 2)[2]
        file.write(b"UNZ+%d+" % count + identifier)


def _convert(source: Path, out: Path, workers: int) -> tuple[float, float]:
    """Seconds, and megabytes of all processes together at most."""
    words = ("convert", "--to", "xml", "--workers", str(workers), "--format", "json")
    command = [sys.executable, "-c", _RUN, *words, "--out", str(out), str(source)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)  # noqa: S603 - our own
    code, seconds, own, below = json.loads(done.stderr.splitlines()[-1])
    if code:
        raise AssertionError("letters were refused")
    return seconds, own + (workers * below if workers > 1 else 0)


def _speed(what: str, source: Path, out: Path) -> Measure:
    every = cores()
    one: list[float] = []
    all_cores: list[float] = []
    for at in range(ROUNDS):
        # Each run makes new files in a new folder: a file system that has just lost thousands of files is slow with
        # the next ones (ext4 searches for inodes that were not used a moment ago), and that is not ours to measure.
        one.append(LETTERS / _convert(source, out / f"{at}-one", 1)[0])
        all_cores.append(LETTERS / _convert(source, out / f"{at}-all", every)[0])
    best, reference = max(all_cores), max(one)
    return Measure(
        name=f"convert {what}, EDIFACT to XML, {every} cores",
        value=best,
        unit="letters/s",
        reference=reference,
        reference_name="one core",
        ratio=best / reference,
        bound=TIMES_ON_TWO if every > 1 else None,
        bound_on="ratio",
        bound_is="least",
        raw=tuple(round(figure, 1) for figure in all_cores),
    )


def _memory(folder: Path) -> Measure:
    figures: list[float] = []
    for count in (LETTERS // 10, LETTERS):
        path = folder / f"memory-{count}.edi"
        _interchange(path, count)
        figures.append(_convert(path, folder / "out", cores())[1])
    small, large = figures
    return Measure(
        name=f"convert one interchange of {LETTERS} letters, peak memory of all processes",
        value=large,
        unit="MB",
        reference=small,
        reference_name=f"{LETTERS // 10} letters",
        ratio=large / small,
        bound=MEMORY_RATIO,
        bound_on="ratio",
        raw=tuple(round(figure, 1) for figure in figures),
    )
