"""`labbro check`: letters in files, without a databank (the form is fixed by the contract)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec
import typer

from labbro import letters
from labbro.commands.inputs import inputs_of
from labbro.commands.options import Format, FormatOption, Language, LanguageOption, Paths, finding_line
from labbro.eu.reading import DocumentReading, read_document
from labbro.eu.sniffing import document_in
from labbro.letters import Reading

Checked = Reading | DocumentReading


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("check")(check)


def check(paths: Paths, form: FormatOption = Format.text, language: LanguageOption = Language.en) -> None:
    """Checks letters and tells every fault with its place.

    Exit 0: all are valid. 1: some are not. 2: wrong use.
    """
    invalid = total = 0
    for given in inputs_of(paths):
        with given.opened() as file:
            for reading in readings_of(file):
                total += 1
                invalid += not reading.ok
                if form is Format.json:
                    print(msgspec.json.encode(checked_json(given.name, reading)).decode(), flush=total % 100 == 0)
                else:
                    print("\n".join(checked_lines(given.name, reading, language)))
    if form is Format.text and total > 1:
        print(f"{total} letters, {invalid} invalid.")
    raise typer.Exit(1 if invalid else 0)


def readings_of(file: BinaryIO) -> Iterator[Checked]:
    """The letters of a file, or its European document."""
    data, rest = document_in(file)
    return letters.read(rest) if data is None else iter((read_document(data),))


def checked_json(name: str, reading: Checked) -> dict[str, object]:
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


def checked_lines(name: str, reading: Checked, language: str) -> Iterator[str]:
    """What `check` prints for a person."""
    what = " ".join(part for part in (reading.standard, reading.version_code, reading.reference) if part)
    yield f"{name}: {what or 'no letter'}: {'valid' if reading.ok else 'INVALID'}"
    for finding in reading.findings:
        yield f"  {finding_line(finding, language)}"
