"""`labbro check`, `convert` and `show`: letters in files, without a databank (the forms are fixed by the contract)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from labbro import letters
from labbro.commands.inputs import Input, inputs_of
from labbro.errors import WrongUse
from labbro.letters import Finding, Letter, Reading


class Format(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"


class Target(StrEnum):
    """What letters are converted to."""

    xml = "xml"
    edifact = "edifact"
    json = "json"
    eu = "eu"


class Language(StrEnum):
    """The reader's language."""

    da = "da"
    en = "en"


ENDINGS = {Target.xml: ".xml", Target.edifact: ".edi", Target.json: ".json"}
Paths = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="Files, folders (recursive) or - for standard input.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="For people, or one JSON object a line.")]
LanguageOption = Annotated[Language, typer.Option("--language", help="The language of the sentences.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command("check")(check)
    app.command("convert")(convert)
    app.command("show")(show)


# --- check ---------------------------------------------------------------------------------------------------------


def check(paths: Paths, form: FormatOption = Format.text, language: LanguageOption = Language.en) -> None:
    """Checks letters and tells every fault with its place.

    Exit 0: all are valid. 1: some are not. 2: wrong use.
    """
    invalid = total = 0
    for given in inputs_of(paths):
        with given.opened() as file:
            for reading in letters.read(file):
                total += 1
                invalid += not reading.ok
                if form is Format.json:
                    print(msgspec.json.encode(checked_json(given.name, reading)).decode(), flush=total % 100 == 0)
                else:
                    print("\n".join(checked_lines(given.name, reading, language)))
    if form is Format.text and total > 1:
        print(f"{total} letters, {invalid} invalid.")
    raise typer.Exit(1 if invalid else 0)


def checked_json(name: str, reading: Reading) -> dict[str, object]:
    """One line of `check --format json`."""
    return {
        "file": name,
        "letter": reading.reference,
        "syntax": reading.syntax,
        "standard": reading.standard,
        "version": reading.version_code,
        "namespace": reading.namespace,
        "ok": reading.ok,
        "findings": [finding.as_json() for finding in reading.findings],
    }


def checked_lines(name: str, reading: Reading, language: str) -> Iterator[str]:
    """What `check` prints for a person."""
    what = " ".join(part for part in (reading.standard, reading.version_code, reading.reference) if part)
    yield f"{name}: {what or 'no letter'}: {'valid' if reading.ok else 'INVALID'}"
    for finding in reading.findings:
        yield f"  {finding_line(finding, language)}"


def finding_line(finding: Finding, language: str) -> str:
    """One finding for a person: severity, place, sentence."""
    place = ", ".join(
        f"{word} {number}"
        for word, number in (
            ("line", finding.line),
            ("column", finding.column),
            ("segment", finding.segment),
            ("position", finding.position),
        )
        if number is not None
    )
    where = " ".join(part for part in (finding.path, f"({place})" if place else "") if part)
    sentence = finding.message_da if language == "da" else finding.message
    return f"{finding.severity} {finding.code}: {where + ': ' if where else ''}{sentence}"


# --- convert -------------------------------------------------------------------------------------------------------


def convert(
    paths: Paths,
    to: Annotated[Target, typer.Option("--to", help="What to make of the letters.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the files; without it standard output.")] = None,
    form: FormatOption = Format.text,
    language: LanguageOption = Language.en,
) -> None:
    """Converts letters and tells what the target cannot carry. A letter with errors is refused.

    Exit 0: all are converted. 1: some are refused. 2: wrong use.
    """
    if to is Target.eu:
        raise WrongUse("The European document cannot be written yet; use --to xml, edifact or json.")
    given = inputs_of(paths)
    if out is None and len(given) > 1:
        raise WrongUse("Several files cannot go to standard output; name a folder with --out.")
    refused = 0
    taken: set[Path] = set()
    for file in given:
        conversion = Conversion(file, to, taken)
        conversion.run(out)
        for line in conversion.told:
            refused += not line.ok
            if form is Format.json and out is not None:
                print(msgspec.json.encode(line.as_json()).decode())
            else:
                _tell(line, language)
    raise typer.Exit(1 if refused else 0)


class Converted(msgspec.Struct, frozen=True):
    """What became of one letter."""

    file: str
    reference: str | None
    ok: bool
    out: str | None
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, object]:
        """One line of `convert --format json`."""
        findings = [finding.as_json() for finding in self.findings]
        return {"file": self.file, "ok": self.ok, "out": self.out, "letter": self.reference, "findings": findings}


class Conversion:
    """One input file on its way: its good letters go into as few target files as their envelopes allow."""

    def __init__(self, given: Input, to: Target, taken: set[Path]) -> None:
        self.given = given
        self.to = to
        self.taken = taken
        self.told: list[Converted] = []

    def run(self, out: Path | None) -> None:
        """Read, convert and write; every letter of the file is told afterwards, in order."""
        with self.given.opened() as file:
            readings = list(letters.read(file))
        good = [reading for reading in readings if reading.ok and reading.letter is not None]
        written: dict[int, tuple[str | None, tuple[Finding, ...]]] = {}
        for batch in self._batches(good):
            self._convert(batch, out, written)
        for reading in readings:
            name, findings = written.get(id(reading), (None, ()))
            self.told.append(
                Converted(self.given.name, reading.reference, name is not None, name, (*reading.findings, *findings))
            )

    def _convert(
        self, batch: list[Reading], out: Path | None, written: dict[int, tuple[str | None, tuple[Finding, ...]]]
    ) -> None:
        """One target file of those letters that the target can say; each letter gets the findings about itself."""
        alone = [self._said([reading.letter]) for reading in batch if reading.letter is not None]
        kept = [reading for reading, (data, _) in zip(batch, alone, strict=True) if data is not None]
        together: tuple[bytes | None, tuple[Finding, ...]] = (None, ())
        if len(batch) == 1:
            together = (alone[0][0], ())
        elif kept:
            together = self._said([reading.letter for reading in kept if reading.letter is not None])
        name = None if together[0] is None else self._put(together[0], out)
        shared = () if name is not None else tuple(found for found in together[1] if found.severity == "error")
        for reading, (data, findings) in zip(batch, alone, strict=True):
            written[id(reading)] = (name, (*findings, *shared)) if data is not None else (None, findings)

    def _batches(self, readings: list[Reading]) -> list[list[Reading]]:
        """Letters that may share an envelope: JSON and EDIFACT all, XML those of one schema."""
        if self.to is not Target.xml:
            return [readings] if readings else []
        batches: dict[str, list[Reading]] = {}
        for reading in readings:
            if reading.letter is not None:
                batches.setdefault(letters.namespace_of(reading.letter), []).append(reading)
        return list(batches.values())

    def _said(self, several: Sequence[Letter]) -> tuple[bytes | None, tuple[Finding, ...]]:
        if self.to is Target.json:
            forms = [letters.to_json(letter) for letter in several]
            return msgspec.json.format(
                msgspec.json.encode(forms[0] if len(forms) == 1 else forms), indent=2
            ) + b"\n", ()
        return letters.losses(several, "xml" if self.to is Target.xml else "edifact", checked=True)

    def _put(self, data: bytes, out: Path | None) -> str:
        if out is None:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return "-"
        folder = out / self.given.below
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.given.stem}{ENDINGS[self.to]}"
        number = 1
        # Two sources of one name, or two documents of one source, must not overwrite each other.
        while path in self.taken:
            number += 1
            path = folder / f"{self.given.stem}-{number}{ENDINGS[self.to]}"
        self.taken.add(path)
        if self.given.path is not None and path.resolve() == self.given.path.resolve():
            raise WrongUse(f"{path} would overwrite its own source; name another folder with --out.")
        path.write_bytes(data)
        return str(path)


def _tell(line: Converted, language: str) -> None:
    if line.ok and line.out != "-":
        print(f"{line.file}: {line.reference or ''}: {line.out}", file=sys.stderr)
    elif not line.ok:
        print(f"{line.file}: {line.reference or ''}: REFUSED", file=sys.stderr)
    for finding in line.findings:
        print(f"  {finding_line(finding, language)}", file=sys.stderr)


# --- show ----------------------------------------------------------------------------------------------------------


def show(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A file, or - for standard input.")],
    html: Annotated[bool, typer.Option("--html", help="As a page instead of text.")] = False,
    language: LanguageOption = Language.da,
) -> None:
    """Shows the letters of a file to a person. Faults are told below the letter.

    Exit 0: shown. 1: a letter has errors or cannot be shown. 2: wrong use.
    """
    (given,) = inputs_of([path])[:1] or [None]
    if given is None:
        raise WrongUse(f"{path} holds no file.")
    faulty = False
    with given.opened() as file:
        for reading in letters.read(file):
            faulty |= not reading.ok
            if reading.letter is not None:
                shown = (letters.show_html if html else letters.show_text)(reading.letter, language.value)
                print(shown)
            for finding in reading.findings if reading.letter is None or not html else ():
                print(finding_line(finding, language), file=sys.stderr)
    raise typer.Exit(1 if faulty else 0)
