"""`labbro bench letters`: reading, checking, writing and converting, beside well-known tools in the same run.

Two letters of RPT01 in detail, then every version of every type (`bench_letters_versions.py`).

MedCom's own samples and schemas are used where they lie at hand (`LABBRO_SHARED`, or `../shared` beside the checkout);
without them a synthetic letter of 20 results stands in and lxml alone, without a schema, is the reference for XML.
Every figure is the best of many short rounds, ours and the reference's taken in turn, on one core.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import msgspec
from lxml import etree

from labbro import letters
from labbro.commands import bench_letters_versions
from labbro.commands.bench import Measure
from labbro.letters import Letter
from labbro.synthetic.bench import bench_reports

ROUNDS = 60
SECONDS_A_ROUND = 0.02
# What the house has promised (issue: letters in, history out): milliseconds, and ratios to lxml with the schema.
BOUNDS_MS = {"RPT01_1": 0.9, "RPT01_2": 0.2}
XML_RATIO = 2.5
STREAM_MEGABYTES = 200
STREAM_MEMORY_MB = 300.0


class Material(msgspec.Struct, frozen=True):
    """One letter in both syntaxes, and its official schema where it is at hand."""

    name: str
    edifact: bytes
    xml: bytes
    schema: Path | None = None


def run() -> list[Measure]:
    """All measures, in the order they are told."""
    measures: list[Measure] = []
    for material in _materials():
        measures.extend(_edifact(material))
        measures.extend(_xml(material))
    measures.extend(bench_letters_versions.measures(_medcom()))
    measures.append(_stream())
    return measures


def _medcom() -> Path:
    return Path(os.environ.get("LABBRO_SHARED", "../shared")) / "medcom"


def _materials() -> list[Material]:
    (report,) = bench_reports(1)
    found = [Material("20 results", report, _converted(_letter(report), "xml"))]
    shared = _medcom() / "official"
    for name in BOUNDS_MS:
        edi, xml = shared / f"samples/edifact/{name}.edi", shared / f"samples/xml/{name}.xml"
        if edi.exists() and xml.exists():
            schema = shared / "schemas/2007/02/01/EMessage.xsd"
            found.append(Material(name, edi.read_bytes(), xml.read_bytes(), schema))
    return found


def _letter(data: bytes) -> Letter:
    (reading,) = letters.read(data)
    if reading.letter is None or not reading.ok:
        raise AssertionError("the letter to measure with is not valid")
    return reading.letter


def _converted(letter: Letter, syntax: letters.Syntax) -> bytes:
    data, _ = letters.losses(letter, syntax, checked=True)
    if data is None:
        raise AssertionError("the letter to measure with cannot be converted")
    return data


def _edifact(material: Material) -> Iterator[Measure]:
    data, letter = material.edifact, _letter(material.edifact)
    segments = data.count(b"'") - 1
    about = f"{material.name}, {segments} segments"
    split = _pydifact_split(data)

    def whole() -> object:
        return _converted(_letter(data), "xml")

    ours, theirs = _in_turn(lambda: list(letters.read(data)), split)
    yield _measure(f"EDIFACT read and check ({about})", ours, theirs, "pydifact split")
    yield _measure(
        f"EDIFACT to checked letter to XML ({about})",
        _in_turn(whole, None)[0],
        theirs,
        "pydifact split",
        bound=BOUNDS_MS.get(material.name),
    )
    ours, _ = _in_turn(lambda: _converted(letter, "edifact"), None)
    yield _measure(f"EDIFACT write ({about})", ours, theirs, "pydifact split")


def _xml(material: Material) -> Iterator[Measure]:
    data, letter = material.xml, _letter(material.xml)
    schema = None if material.schema is None else etree.XMLSchema(etree.parse(material.schema))

    def reference() -> object:
        root = etree.fromstring(data)
        return root if schema is None else schema.validate(root)

    name = "lxml parse" if schema is None else "lxml parse and XSD"
    ours, theirs = _in_turn(lambda: list(letters.read(data)), reference)
    bound = None if schema is None else XML_RATIO
    yield _measure(f"XML read and check ({material.name})", ours, theirs, name, bound=bound, bound_on="ratio")
    ours, _ = _in_turn(lambda: _converted(letter, "xml"), None)
    yield _measure(f"XML write ({material.name})", ours, theirs, name)


def _pydifact_split(data: bytes) -> Callable[[], object] | None:
    if find_spec("pydifact") is None:
        return None
    from pydifact.segmentcollection import RawSegmentCollection  # pyright: ignore[reportMissingImports]

    text = data.decode("latin-1")
    # It warns once a process that it has no tables for these segments; splitting does not need them.
    warnings.simplefilter("ignore")
    return lambda: list(RawSegmentCollection.from_str(text).segments)


def _in_turn(ours: Callable[[], object], theirs: Callable[[], object] | None) -> tuple[list[float], list[float]]:
    """Milliseconds a call, round by round: ours and theirs alternate, so that both meet the same machine."""
    our_times: list[float] = []
    their_times: list[float] = []
    our_calls, their_calls = _calls_a_round(ours), 0 if theirs is None else _calls_a_round(theirs)
    for _ in range(ROUNDS):
        our_times.append(_timed(ours, our_calls))
        if theirs is not None:
            their_times.append(_timed(theirs, their_calls))
    return our_times, their_times


def _calls_a_round(call: Callable[[], object]) -> int:
    call()
    return max(1, int(SECONDS_A_ROUND * 1000 / _timed(call, 2)))


def _timed(call: Callable[[], object], times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - begun) / times * 1000


def _measure(
    name: str,
    ours: list[float],
    theirs: list[float],
    reference_name: str,
    *,
    bound: float | None = None,
    bound_on: str = "value",
) -> Measure:
    best, reference = min(ours), min(theirs) if theirs else None
    return Measure(
        name=name,
        value=best,
        unit="ms",
        reference=reference,
        reference_name=reference_name if reference is not None else None,
        ratio=best / reference if reference else None,
        bound=bound,
        bound_on="ratio" if bound_on == "ratio" else "value",
        raw=tuple(round(reading, 6) for reading in ours),
    )


_CHECK = """
import resource, sys
from labbro import letters
invalid = sum(not reading.ok for reading in letters.read(sys.stdin.buffer))
print(invalid, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def _stream() -> Measure:
    """Peak memory of a process that checks one large interchange from a pipe."""
    (report,) = bench_reports(1)
    start, end = report.index(b"UNH+"), report.index(b"UNZ+")
    body, copies = report[start:end], STREAM_MEGABYTES * 1_000_000 // (end - start)
    command = [sys.executable, "-c", _CHECK]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
        if process.stdin is None or process.stdout is None:
            raise AssertionError("the process has no pipes")
        process.stdin.write(report[:start])
        for _ in range(copies):
            process.stdin.write(body)
        process.stdin.write(b"UNZ+%d+" % copies + report[end:].split(b"+", 2)[2])
        process.stdin.close()
        invalid, peak = process.stdout.read().split()
    if int(invalid):
        raise AssertionError("letters of the stream were found invalid")
    return Measure(
        name=f"interchange of {STREAM_MEGABYTES} MB checked as a stream ({copies} letters), peak memory",
        value=float(peak),
        unit="MB",
        bound=STREAM_MEMORY_MB,
    )
