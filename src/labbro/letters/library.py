"""What programs that embed Labbro ask besides reading and writing: convert, walk, and which versions there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Literal

import msgspec

from labbro.letters.findings import Finding, has_errors
from labbro.letters.json_form import to_json
from labbro.letters.letter import Letter, Reading
from labbro.letters.moving import check_given, move_to, version_of
from labbro.letters.reading import read
from labbro.letters.registry import registry
from labbro.letters.tree import Element
from labbro.letters.writing import losses

Target = Literal["xml", "edifact", "json"]


class Converted(msgspec.Struct, frozen=True):
    """What came of converting one letter: its reading, and the document, or None where it cannot be.

    `findings` are all: those of reading, of moving to another version and of writing (`loss`).
    """

    reading: Reading
    data: bytes | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether there is a document."""
        return self.data is not None


def convert(
    data: bytes | BinaryIO | Letter,
    to: Target,
    *,
    version: str | None = None,
    given: Mapping[str, str] | None = None,
) -> Iterator[Converted]:
    """Every letter of an input as a document of its own, in a stream: in XML, in EDIFACT, or in Labbro's JSON form.

    `version` moves each letter to a newer version of its type, with the values `given` by path (`move_to`). A letter
    that has errors or cannot be said gives findings and no document. Raises WrongUse for an unknown version.
    """
    if version is not None:
        check_given(version_of(version), given or {})
    for reading in (_as_reading(data),) if isinstance(data, Letter) else read(data):
        yield _converted(reading, to, version, given or {})


def _as_reading(letter: Letter) -> Reading:
    declared = registry().by_key[letter.version]
    code, name, namespace = declared.version.code, declared.standard.name, declared.version.namespace
    return Reading(None, letter.identifier or None, name, code, namespace, letter, (), b"")


def _converted(reading: Reading, to: Target, version: str | None, given: Mapping[str, str]) -> Converted:
    letter, findings = reading.letter, reading.findings
    if letter is None or has_errors(findings):
        return Converted(reading, None, findings)
    if version is not None:
        moved = move_to(letter, version, given=given)
        letter, findings = moved.letter, (*findings, *moved.findings)
        if letter is None:
            return Converted(reading, None, findings)
    if to == "json":
        return Converted(reading, msgspec.json.encode(to_json(letter)), findings)
    data, told = losses(letter, to)
    return Converted(reading, data, (*findings, *told))


def walk(letter: Letter) -> Iterator[tuple[str, Element]]:
    """Every element of a letter with its path, in document order; repeated siblings are numbered, `Result[2]`."""
    return letter.root.walk()


class KnownVersion(msgspec.Struct, frozen=True):
    """A version of a letter type that Labbro knows.

    `key` is its name in Labbro (`Letter.version`), `root` the element of the letter. `has_edifact`: it can be read and
    written as EDIFACT too. `public`: MedCom has published its schema. `newest`: the newest public one of its type.
    """

    key: str
    standard: str
    code: str
    namespace: str
    root: str
    has_edifact: bool
    public: bool
    newest: bool


def versions() -> tuple[KnownVersion, ...]:
    """Every version of every letter type, oldest first within a type."""
    return tuple(
        KnownVersion(
            version.key,
            standard.name,
            version.code,
            version.namespace,
            version.root,
            standard.form is not None and version.has_edifact,
            version.public,
            version.newest,
        )
        for standard in registry().standards
        for version in standard.versions
    )
