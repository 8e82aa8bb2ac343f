"""One letter type beside the EDIFACT of MedCom's converter: what both say, and what explains the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path

from labbro import letters
from labbro.letters import Envelope, Letter

from ..generating import Maker
from ..test_official import contents, differing
from .beside_medcom import folder_of, readings


def lines(shared: Path, version: str) -> Iterator[tuple[dict, Path]]:
    """The manifest's lines of a version, and the folder their paths are below."""
    folder = shared / "medcom" / "generated"
    found = [line for line in map(json.loads, (folder / "manifest.jsonl").open()) if line["key"] == folder_of(version)]
    assert found
    for line in found:
        yield line, folder


def good(path: Path) -> list[Letter]:
    found = readings(path.read_bytes())
    assert all(reading.ok for reading in found), (path, [reading.findings for reading in found])
    return [reading.letter for reading in found if reading.letter is not None]


def check_trusted_pairs(shared: Path, version: str) -> None:
    """Read as the official converter reads, written as it writes, wherever it is to be trusted."""
    read = written = 0
    for line, folder in lines(shared, version):
        if line["trust_read"]:
            through_xml = letters.write(good(folder / line["edi"]), "xml").data
            ours = [reading.letter for reading in readings(through_xml) if reading.letter is not None]
            assert contents(ours) == contents(good(folder / line["back"])), line["file"]
            read += 1
        if line["trust_write"]:
            data, told = letters.losses(good(folder / line["xml"]), "edifact")
            assert data == (folder / line["edi"]).read_bytes(), (line["file"], told)
            written += 1
    assert read
    assert written


def check_other_pairs(
    shared: Path, version: str, elements: Mapping[str, set[str]], segments: Mapping[str, tuple[str, ...]]
) -> None:
    """Every other difference has a named defect: by the elements it changes in reading, the segments in writing."""
    for line, folder in lines(shared, version):
        names = [*line["defects"], *line["notes"]]
        if not line["trust_read"] and line["edi"] and line["back"]:
            ours = [reading.letter for reading in readings((folder / line["edi"]).read_bytes())]
            theirs = [reading.letter for reading in readings((folder / line["back"]).read_bytes())]
            allowed = {element for name in names for element in elements.get(name, set())}
            assert differing(ours, theirs) <= allowed, (line["file"], names)
        if not line["trust_write"] and line["edi"]:
            data, told = letters.losses(good(folder / line["xml"]), "edifact")
            if data is None:
                assert [found for found in told if found.severity == "error"]
                continue
            ways = tuple(way for name in names for way in segments.get(name, ()))
            for segment in _different(_cut((folder / line["edi"]).read_bytes()), _cut(data)):
                assert segment.startswith((*ways, "UNT")), (line["file"], names, segment)


def _cut(data: bytes) -> list[str]:
    text = data.decode("latin-1").replace("\n", "")
    return [segment.strip() for segment in re.findall(r"((?:\?.|[^'?])*)'", text)]


def _different(theirs: list[str], ours: list[str]) -> Iterator[str]:
    for kind, first, last, start, end in SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (*theirs[first:last], *ours[start:end])


def check_edifact_settles(version: str, seeds: int) -> None:
    """A letter made from our declaration, once written as EDIFACT, is read and written the same ever after."""
    written = 0
    for seed in range(seeds):
        made = Maker(seed, rare=False).letter(version)
        data, _ = letters.losses(Letter(made.version, made.root, Envelope("2024-05-06", "07:10", "K1")), "edifact")
        if data is None:
            continue
        (reading,) = letters.read(data)
        if not reading.ok or reading.letter is None:
            # Only what MedCom's form cannot say may be lost (a mandatory text of blanks or the like).
            assert {found.code for found in reading.findings if found.severity == "error"} <= {"missing", "too-many"}
            continue
        again, told = letters.losses(reading.letter, "edifact")
        assert again == data, (seed, told)
        assert [found for found in told if found.severity in {"error", "loss"}] == []
        written += 1
    assert written
