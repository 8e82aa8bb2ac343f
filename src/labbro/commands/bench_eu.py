"""`labbro bench eu`: European documents written from records and read back, documents a second on one core.

The records are invented reports of biochemistry. The reference is the bare encoding of the same documents as JSON: what
no writer can be faster than. Seconds are of processor time; every figure is the best of some rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import msgspec

from labbro import letters
from labbro.commands.bench import Measure
from labbro.eu.document import document
from labbro.eu.reading import read_document
from labbro.records import project
from labbro.records.model import Report
from labbro.synthetic.bench import bench_reports

REPORTS: Final = 400
RESULTS: Final = (8, 20)  # in a letter: a usual one, and a long one
ROUNDS: Final = 5
BOUND_A_SECOND: Final = 1000.0  # what the house has promised (issue: one row per comparable method)


def run() -> list[Measure]:
    """Measures everything, in the order it is printed."""
    return [measure for results in RESULTS for measure in _measures(results)]


def _measures(results: int) -> list[Measure]:
    readings = (next(letters.read(data)) for data in bench_reports(REPORTS, results))
    reports = [project(reading.letter) for reading in readings if reading.letter is not None]
    documents = [document(report).encoded() for report in reports]
    parsed = [msgspec.json.decode(one) for one in documents]
    bare = _best(lambda: [msgspec.json.encode(one) for one in parsed], len(parsed))
    written = _best(lambda: _write(reports), len(reports))
    read = _best(lambda: [read_document(one) for one in documents], len(documents))
    size_kb = sum(map(len, documents)) / len(documents) / 1000
    name = f"documents of {results} results, {size_kb:.0f} kB"
    return [
        Measure(
            name=f"write {name}",
            value=max(written),
            unit="documents/s",
            reference=max(bare),
            reference_name="JSON encoding alone",
            ratio=max(written) / max(bare),
            bound=BOUND_A_SECOND,
            bound_is="least",
            raw=tuple(written),
        ),
        Measure(name=f"read {name}", value=max(read), unit="documents/s", raw=tuple(read)),
    ]


def _write(reports: list[Report]) -> None:
    for report in reports:
        document(report).encoded()


def _best(work: Callable[[], object], count: int) -> list[float]:
    """How many a second, round by round."""
    rounds: list[float] = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        rounds.append(count / (time.process_time() - started))
    return rounds
