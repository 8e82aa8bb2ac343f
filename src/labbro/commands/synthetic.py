"""`labbro synthetic`: invented letters as files, to standard output, or straight into the databank."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from labbro import letters
from labbro.letters.letter import Letter, Syntax
from labbro.synthetic.population import UNTIL, Made, made_letters

_ENDINGS: dict[Syntax, str] = {"edifact": "edi", "xml": "xml"}


class Wanted(StrEnum):
    """The syntaxes to write: one for all letters, or each sender's own."""

    EDIFACT = "edifact"
    XML = "xml"
    BOTH = "both"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("synthetic")(synthetic)


def synthetic(
    patients: Annotated[int, typer.Option(min=1, help="How many invented people.")] = 10,
    years: Annotated[float, typer.Option(min=0.1, max=40, help="Length of their histories.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for the files; else standard output.")] = None,
    syntax: Annotated[Wanted, typer.Option(help="both: each sender's own.")] = Wanted.BOTH,
    interchange: Annotated[int, typer.Option(min=1, help="Letters in one file.")] = 1,
    load: Annotated[bool, typer.Option("--load", help="Into the databank.")] = False,
    until: Annotated[dt.datetime, typer.Option(help="Histories end here (local Danish time).")] = UNTIL,
) -> None:
    """Makes letters of invented people. CPR numbers fail modulus 11 and belong to nobody."""
    made = made_letters(patients, years, seed, until)
    files = _files(made, syntax, interchange)
    if load:
        typer.echo(f"{_load(files)} letters", err=True)
    elif out is not None:
        typer.echo(f"{_save(files, out)} files", err=True)
    else:
        for _, data in files:
            sys.stdout.buffer.write(data + b"\n")


def _files(made: Iterable[Made], wanted: Wanted, size: int) -> Iterator[tuple[str, bytes]]:
    """Names and bytes. Letters of one sender, receiver, version and syntax share a file, up to the size asked for."""
    open_batches: dict[tuple[Syntax, str, str, str], list[Letter]] = {}
    for one in made:
        syntax = one.planned.syntax if wanted is Wanted.BOTH else wanted.value
        address = (syntax, one.letter.version, one.letter.sender_ean, one.letter.receiver_ean)
        batch = open_batches.setdefault(address, [])
        batch.append(one.letter)
        if len(batch) == size:
            yield _file(open_batches.pop(address), syntax)
    for (syntax, *_), batch in open_batches.items():
        yield _file(batch, syntax)


def _file(batch: list[Letter], syntax: Syntax) -> tuple[str, bytes]:
    return f"{batch[0].identifier}.{_ENDINGS[syntax]}", letters.write(batch, syntax).data


def _save(files: Iterable[tuple[str, bytes]], out: Path) -> int:
    out.mkdir(parents=True, exist_ok=True)
    written = 0
    for name, data in files:
        (out / name).write_bytes(data)
        written += 1
    return written


def _load(files: Iterable[tuple[str, bytes]]) -> int:
    from labbro import server
    from labbro.platform.settings import from_environment

    services = server.open_services(from_environment())
    try:
        readings = (reading for _, data in files for reading in letters.read(data))
        outcomes = services.databank.intake_stream(
            readings, services.clock.now(), str(services.identities.new()), "load"
        )
        return sum(1 for _ in outcomes)
    finally:
        services.database.close()
