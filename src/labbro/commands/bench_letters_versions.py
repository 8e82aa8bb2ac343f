"""The part of `labbro bench letters` that goes through every version: letter by letter, beside libxml2 in the same run.

The letters are MedCom's official samples and the right, ordinary ones of the generated test data (`LABBRO_SHARED`, or
`../shared` beside the checkout); without them there is nothing to measure here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median_low

import msgspec
from lxml import etree

from labbro import letters
from labbro.commands.bench import Measure
from labbro.letters import Letter
from labbro.letters.registry import registry

# What the house has promised of every type and version.
XML_RATIO = 2.5
MICROSECONDS_A_LETTER, MICROSECONDS_A_SEGMENT = 60, 6
ROUNDS = 15
MILLISECONDS_A_ROUND = 1.5
# Ordinary letters: not those of rare forms, which test correctness.
STYLES = {"carry", "clean"}


class Line(msgspec.Struct):
    """What is needed of a line of the manifest of the generated letters."""

    key: str
    style: str
    letters: int
    xml: str
    edi: str | None = None


class Timed(msgspec.Struct, frozen=True):
    """One letter: the best of ours and of the reference, milliseconds."""

    ours: float
    reference: float

    @property
    def ratio(self) -> float:
        """Ours to the reference."""
        return self.ours / self.reference


def measures(medcom: Path) -> Iterator[Measure]:
    """For every version with a public schema: all its letters together, and the letter in the middle."""
    manifest = medcom / "generated" / "manifest.jsonl"
    if not manifest.exists():
        return
    lines = [msgspec.json.decode(line, type=Line) for line in manifest.read_bytes().splitlines()]
    documents, interchanges = _official(medcom)
    for line in lines:
        if line.style in STYLES and line.letters == 1:
            key = line.key.replace("-2005", "/2005")
            documents.setdefault(key, []).append(medcom / "generated" / line.xml)
            if line.edi is not None:
                interchanges.setdefault(key, []).append(medcom / "generated" / line.edi)
    worst: list[Measure] = []
    for key in sorted(documents):
        found = list(_of_documents(key, documents[key], medcom))
        worst.append(max(found, key=_ratio))
        yield from found
    for key in sorted(interchanges):
        yield from _of_interchanges(key, interchanges[key])
    last = max(worst, key=_ratio)
    yield msgspec.structs.replace(last, name=f"the version that is slowest beside libxml2: {last.name}")


def _ratio(measure: Measure) -> float:
    return measure.ratio or 0.0


def _official(medcom: Path) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
    """MedCom's own samples by version: XML and EDIFACT."""
    found: tuple[dict[str, list[Path]], dict[str, list[Path]]] = ({}, {})
    samples = medcom / "official"
    for path in sorted([*samples.glob("samples/xml/*.xml"), *samples.glob("examples/*/*.xml")]):
        _put(found[0], path)
    for path in sorted(samples.glob("samples/edifact/*.edi")):
        _put(found[1], path)
    return found


def _put(found: dict[str, list[Path]], path: Path) -> None:
    readings = list(letters.read(path.read_bytes()))
    if len(readings) == 1 and readings[0].letter is not None and readings[0].ok:
        found.setdefault(readings[0].letter.version, []).append(path)


def _of_documents(key: str, paths: list[Path], medcom: Path) -> Iterator[Measure]:
    date = registry().by_key[key].version.date
    schema = etree.XMLSchema(etree.parse(medcom / "official" / "schemas" / date / "EMessage.xsd"))
    timed = [_beside_libxml2(path.read_bytes(), schema) for path in paths]
    name = f"XML read and check, {key}"
    yield _together(f"{name}, {len(timed)} letters", timed, "lxml parse and XSD", XML_RATIO)
    middle = median_low([letter.ratio for letter in timed])
    letter = next(letter for letter in timed if letter.ratio == middle)
    yield _together(f"{name}, the letter in the middle", [letter], "lxml parse and XSD", XML_RATIO)


def _beside_libxml2(data: bytes, schema: etree.XMLSchema) -> Timed:
    def reference() -> object:
        return schema.validate(etree.fromstring(data))

    return Timed(*_best(lambda: list(letters.read(data)), reference))


def _of_interchanges(key: str, paths: list[Path]) -> Iterator[Measure]:
    timed = [found for path in paths if (found := _beside_promise(path.read_bytes())) is not None]
    if timed:
        name = f"EDIFACT to checked letter to XML, {key}, {len(timed)} letters"
        allowed = f"{MICROSECONDS_A_LETTER} µs a letter and {MICROSECONDS_A_SEGMENT} µs a segment"
        yield _together(name, timed, allowed, 1.0)
        worst = max(timed, key=lambda letter: letter.ratio)
        yield _together(f"EDIFACT to checked letter to XML, {key}, the slowest of them", [worst], allowed, 1.0)


def _beside_promise(data: bytes) -> Timed | None:
    """None for a letter that is not right: only right ones are converted."""

    def whole() -> Letter | None:
        (reading,) = letters.read(data)
        if reading.letter is not None and reading.ok:
            letters.losses(reading.letter, "xml", checked=True)
            return reading.letter
        return None

    if whole() is None:
        return None
    ours, _ = _best(whole, None)
    segments = data.count(b"'") - data.count(b"?'") - data.startswith(b"UNA")
    return Timed(ours, (MICROSECONDS_A_LETTER + MICROSECONDS_A_SEGMENT * segments) / 1000)


def _together(name: str, timed: list[Timed], reference_name: str, bound: float) -> Measure:
    ours, theirs = sum(letter.ours for letter in timed), sum(letter.reference for letter in timed)
    return Measure(
        name=name,
        value=ours / len(timed),
        unit="ms",
        reference=theirs / len(timed),
        reference_name=reference_name,
        ratio=ours / theirs,
        bound=bound,
        bound_on="ratio",
        raw=tuple(round(letter.ours, 6) for letter in timed),
    )


def _best(ours: Callable[[], object], theirs: Callable[[], object] | None) -> tuple[float, float]:
    """Milliseconds a call, the best of rounds in which both take turns."""
    best_ours = best_theirs = float("inf")
    calls, their_calls = _calls(ours), 0 if theirs is None else _calls(theirs)
    for _ in range(ROUNDS):
        best_ours = min(best_ours, _timed(ours, calls))
        if theirs is not None:
            best_theirs = min(best_theirs, _timed(theirs, their_calls))
    return best_ours, best_theirs


def _calls(call: Callable[[], object]) -> int:
    call()
    return max(1, int(MILLISECONDS_A_ROUND / _timed(call, 2)))


def _timed(call: Callable[[], object], times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - begun) / times * 1000
