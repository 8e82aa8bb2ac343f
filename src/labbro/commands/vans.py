"""`labbro vans open` and `wrap`: envelopes of VANS providers, opened, compared with each other, and made."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from labbro import letters
from labbro.commands.inputs import Input, inputs_of
from labbro.commands.options import Format, FormatOption, Language, LanguageOption, Paths, finding_line
from labbro.errors import CannotConvert, WrongUse
from labbro.letters import Finding, vans
from labbro.letters.findings import has_errors
from labbro.letters.standards.vans_envelope import MOST_BYTES
from labbro.platform.clock import SystemClock
from labbro.platform.identities import SystemIdentities

ARRIVALS: dict[vans.Arrival, tuple[str, str]] = {
    "new": ("", ""),
    "again": (
        "The same envelope came before: acknowledge again, show nothing twice.",
        "Samme kuvert er kommet før: kvittér igen, vis intet to gange.",
    ),
    "repeated": (
        "The same message came before in another envelope: send its first receipt again.",
        "Samme meddelelse er kommet før i en anden kuvert: send den første kvittering igen.",
    ),
    "conflict": (
        "The number of the envelope was used before for another message: an error of the sender.",
        "Kuvertens nummer er før brugt til en anden meddelelse: en fejl hos afsender.",
    ),
}


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    group = typer.Typer(help="Envelopes of VANS providers.", no_args_is_help=True)
    group.command("open")(open_envelopes)
    group.command("wrap")(wrap)
    app.add_typer(group, name="vans")


class Opened(msgspec.Struct, frozen=True):
    """What one file of an envelope is, beside those before it."""

    file: str
    ok: bool
    envelope: str | None
    message: str | None
    sender: str | None
    receiver: str | None
    kind: Literal["message", "receipt"] | None
    says: str
    arrival: vans.Arrival | None
    letters: tuple[str | None, ...]
    findings: tuple[dict[str, str | int | None], ...]


def open_envelopes(paths: Paths, form: FormatOption = Format.text, language: LanguageOption = Language.en) -> None:
    """Opens envelopes and tells what is in them, and which came before among the files named.

    Exit 0: all are right. 1: some are not, or one number was used for two messages. 2: wrong use.
    """
    wrong = 0
    earlier: list[tuple[str, str]] = []
    for given in inputs_of(paths):
        with given.opened() as file:
            opened = vans.open_envelope(file.read(MOST_BYTES))
        told = _opened(given.name, opened, earlier, language.value)
        wrong += not told.ok
        if form is Format.json:
            print(msgspec.json.encode(told).decode())
            continue
        print(f"{told.file}: {told.says or 'no envelope'}")
        if told.arrival is not None and ARRIVALS[told.arrival][0]:
            print(f"  {ARRIVALS[told.arrival][language is Language.da]}")
        for found in _all_findings(opened):
            print(f"  {finding_line(found, language)}")
    raise typer.Exit(1 if wrong else 0)


def _opened(
    name: str, opened: vans.OpenedEnvelope, earlier: list[tuple[str, str]], language: Literal["da", "en"]
) -> Opened:
    cover = opened.envelope
    findings = _all_findings(opened)
    arrival: vans.Arrival | None = None
    message: str | None = None
    if cover is not None and isinstance(cover.content, vans.Message):
        message = cover.content.meta.identifier
        arrival = vans.arrival_of(cover, earlier)
        earlier.append((cover.identifier, message))
    return Opened(
        file=name,
        ok=cover is not None and not has_errors(findings) and arrival != "conflict",
        envelope=None if cover is None else cover.identifier,
        message=message,
        sender=None if cover is None else cover.sender.identifier,
        receiver=None if cover is None else cover.receiver.identifier,
        kind=None if cover is None else "message" if message is not None else "receipt",
        says="" if cover is None else vans.sentence(cover, language),
        arrival=arrival,
        letters=tuple(reading.reference for reading in opened.readings),
        findings=tuple(found.as_json() for found in findings),
    )


def _all_findings(opened: vans.OpenedEnvelope) -> tuple[Finding, ...]:
    """Those of the envelope and of the letters inside, each once."""
    inside = [found for reading in opened.readings for found in reading.findings]
    return tuple(dict.fromkeys((*opened.findings, *inside)))


def wrap(
    paths: Paths,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the files; without it standard output.")] = None,
) -> None:
    """Puts the letters of each file into an envelope of a VANS provider, as they are, with new numbers and this time.

    Exit 0: all are wrapped. 1: some are refused. 2: wrong use.
    """
    sources = inputs_of(paths)
    if out is None and len(sources) > 1:
        raise WrongUse("Several files cannot go to standard output; name a folder with --out.")
    clock = SystemClock()
    identities = SystemIdentities(clock)
    refused = 0
    for given in sources:
        try:
            wrapped = _wrapped(given, str(identities.new()), str(identities.new()), clock)
        except CannotConvert as fault:
            refused += 1
            print(f"{given.name}: REFUSED: {fault.message}", file=sys.stderr)
            continue
        if out is None:
            sys.stdout.buffer.write(wrapped)
            sys.stdout.buffer.flush()
        else:
            _put(wrapped, out / given.below / f"{given.stem}.xml", given)
    raise typer.Exit(1 if refused else 0)


def _wrapped(given: Input, identifier: str, message: str, clock: SystemClock) -> bytes:
    with given.opened() as file:
        readings = list(letters.read(file))
    found = [reading.letter for reading in readings if reading.ok and reading.letter is not None]
    if not found or len(found) < len(readings):
        raise CannotConvert("Not every letter of the file is valid; check it first.")
    syntax = readings[0].syntax or "xml"
    return vans.wrap(found, syntax, identifier=identifier, message_identifier=message, sent=clock.now()).data


def _put(data: bytes, path: Path, given: Input) -> None:
    """A whole file or none, and never over another."""
    if path.exists():
        raise WrongUse(f"{path} is there already; name another folder with --out.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    os.replace(part, path)  # noqa: PTH105
    print(f"{given.name}: {path}", file=sys.stderr)
