"""`labbro synthetic`: invented letters as files, to standard output, or straight into the databank."""

from __future__ import annotations

import datetime as dt
import itertools
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
    """Names and bytes: letters of one sender, receiver and syntax share a file up to the size asked for."""
    for (ending, _, _), group in itertools.groupby(made, key=lambda one: _address(one, wanted)):
        for batch in _batches((one.letter for one in group), size):
            syntax: Syntax = "edifact" if ending == "edi" else "xml"
            yield f"{batch[0].identifier}.{ending}", letters.write(batch, syntax).data


def _address(made: Made, wanted: Wanted) -> tuple[str, str, str]:
    syntax: Syntax = made.planned.syntax if wanted is Wanted.BOTH else "edifact" if wanted is Wanted.EDIFACT else "xml"
    return _ENDINGS[syntax], made.letter.sender_ean, f"{made.letter.receiver_ean}/{made.letter.version}"


def _batches(things: Iterable[Letter], size: int) -> Iterator[list[Letter]]:
    iterator = iter(things)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


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
