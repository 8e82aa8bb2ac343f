"""One letter type beside MedCom's schema and generated letters (../shared/medcom/README.md)."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

from lxml import etree

from labbro import letters
from labbro.letters import Letter, Reading
from labbro.letters.registry import registry

from ..building import content_of
from ..generating import Maker, spoiled
from ..generating import document as varied


@cache
def _schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path))


def official_verdict(shared: Path, version: str, data: bytes) -> bool:
    """What the official schema of a version says of a document."""
    date = registry().by_key[version].version.date
    try:
        root = etree.fromstring(data)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return False
    return _schema(shared / "medcom" / "official" / "schemas" / date / "EMessage.xsd").validate(root)


def readings(data: bytes) -> list[Reading]:
    return list(letters.read(data))


def ok(data: bytes) -> bool:
    found = readings(data)
    assert found
    return all(reading.ok for reading in found)


def contents(several: list[Letter]) -> list[object]:
    return [(letter.version, letter.envelope, content_of(letter.root)) for letter in several]


def folder_of(version: str) -> str:
    return version.replace("/", "-")


def generated(shared: Path, version: str) -> list[Path]:
    """The valid letters that were made for a version."""
    found = sorted((shared / "medcom" / "generated" / "xml" / folder_of(version)).glob("*.xml"))
    assert found
    return found


def check_verdicts(shared: Path, version: str) -> None:
    """Every generated letter is right, and every spoiled one gets the verdict of the schema."""
    for path in generated(shared, version):
        assert ok(path.read_bytes()), (path.name, [reading.findings for reading in readings(path.read_bytes())])
    seen = 0
    folder = shared / "medcom" / "generated" / "invalid"
    for line in map(json.loads, (folder / "verdicts.jsonl").open()):
        if line["version"] == folder_of(version):
            assert ok((folder / line["file"]).read_bytes()) is line["valid"], line
            seen += 1
    assert seen


def check_declaration(shared: Path, version: str, seeds: int) -> None:
    """Letters made from our declaration, as they are and with one change, get the verdict of the schema."""
    for seed in range(seeds):
        chance = random.Random(seed)
        letter = Maker(seed, wide=True).letter(version)
        for root in (letter.root, spoiled(letter.root, chance)):
            data = varied(Letter(version, root, letter.envelope), chance)
            said = official_verdict(shared, version, data)
            found = [finding for reading in readings(data) for finding in reading.findings][:3]
            assert ok(data) is said, (seed, said, found, data[:3000])
        assert letters.from_json(letters.to_json(letter)) == letter, seed


def check_identity(shared: Path, version: str) -> None:
    """What is read and written again is the same letter: in XML and in JSON."""
    for path in generated(shared, version):
        several = [reading.letter for reading in readings(path.read_bytes()) if reading.letter is not None]
        again = [reading.letter for reading in readings(letters.write(several, "xml").data)]
        assert contents(again) == contents(several), path
        assert [letters.from_json(letters.to_json(letter)) for letter in several] == several, path


def check_shown(shared: Path, version: str) -> None:
    """Every generated letter can be shown, in both languages and forms, and no value is left out by accident."""
    for path in generated(shared, version):
        for reading in readings(path.read_bytes()):
            assert reading.letter is not None
            for language in ("da", "en"):
                assert letters.show_text(reading.letter, language)
                assert letters.html_fragment(reading.letter, language)
