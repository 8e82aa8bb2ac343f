"""`labbro numbers ...`: make, check and explain sample numbers; the operator's acts on the number service."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from labbro.errors import WrongUse
from labbro.numbers.explaining import Explained, explain
from labbro.numbers.space import Check, Space

if TYPE_CHECKING:
    from labbro.numbers.service import NumberService

MOST_MADE = 1_000_000
CONSOLE = "operator:console"  # the actor of what is done at the machine itself


class Format(StrEnum):
    """How answers are printed."""

    text = "text"
    json = "json"


class CheckRule(StrEnum):
    """How the last digit is made."""

    modulus_11 = "modulus-11"
    none = "none"


_Digits = Annotated[int, typer.Option("--digits", help="The whole length, with prefix and check digit.")]
_Prefix = Annotated[str, typer.Option("--prefix", help="The digits that every number begins with.")]
_Check = Annotated[CheckRule, typer.Option("--check-rule", help="How the last digit is made.")]
_Form = Annotated[Format, typer.Option("--format", help="For people, or a JSON object a line.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    group = typer.Typer(
        help="National sample numbers: make, check, explain; the operator's acts.", no_args_is_help=True
    )
    group.command("check")(check)
    group.command("explain")(explain_numbers)
    group.command("make")(make)
    group.command("status")(status)
    group.command("jump")(jump)
    group.command("prove")(prove)
    app.add_typer(group, name="numbers")


def check(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER...", help="The numbers as written.")],
    digits: _Digits = 13,
    prefix: _Prefix = "",
    rule: _Check = CheckRule.modulus_11,
    form: _Form = Format.text,
) -> None:
    """Tells of each number whether it exists. Exit 0: all do, 1: some do not."""
    space = _space(digits, prefix, rule)
    fine = True
    for number in numbers:
        found = explain(space, number)
        fine = fine and found.state == "valid"
        if form is Format.json:
            print(msgspec.json.encode({"number": found.number, "state": found.state}).decode())
        else:
            print(f"{found.number}: {found.state}")
    raise typer.Exit(0 if fine else 1)


def explain_numbers(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER...", help="The numbers as written.")],
    digits: _Digits = 13,
    prefix: _Prefix = "",
    rule: _Check = CheckRule.modulus_11,
    series: Annotated[
        list[str] | None, typer.Option(metavar="FIRST-LAST", help="Numbers given out, which a slip would come from.")
    ] = None,
    form: _Form = Format.text,
) -> None:
    """Tells what is likely wrong with each number: which digit, which two changed places, which other kind it is."""
    space = _space(digits, prefix, rule)
    known = [_stretch(space, text) for text in series or []]
    fine = True
    for number in numbers:
        found = explain(space, number, known=known)
        fine = fine and found.state == "valid"
        print(msgspec.json.encode(found).decode() if form is Format.json else _told(found))
    raise typer.Exit(0 if fine else 1)


def make(
    first_position: Annotated[int, typer.Argument(min=0, help="The position of the first, counted from 0.")],
    count: Annotated[int, typer.Option(min=1, max=MOST_MADE, help="How many.")] = 1,
    digits: _Digits = 13,
    prefix: _Prefix = "",
    rule: _Check = CheckRule.modulus_11,
) -> None:
    """Prints numbers in order, for tests of printers and readers. It draws nothing: such numbers may be anybody's."""
    for number in _space(digits, prefix, rule).numbers(first_position, count):
        print(number)


def status(form: _Form = Format.text) -> None:
    """Tells how far the number space is used, and whether numbers are given out. Exit 1: they are not."""
    with _service() as numbers:
        found = numbers.state()
    if form is Format.json:
        print(msgspec.json.encode(found).decode())
    else:
        print(f"space {found.space.name}: next position {found.next_position} of {found.capacity}, {found.left} left")
        print(f"{found.series} series, {found.issued} numbers issued")
        print(f"{found.released} released, {found.skipped} skipped")
        print(f"{found.a_year} numbers in the last year; the space ends in {found.ends_year or 'no year to be told'}")
        print(f"NOTHING IS ISSUED: {found.stopped}" if found.stopped else "numbers are given out")
    raise typer.Exit(1 if found.stopped else 0)


def jump(
    to: Annotated[int, typer.Option(min=0, help="The position to go on from; every one below counts as used.")],
    reason: Annotated[str, typer.Option(help="Why; it is told to whoever asks about the gap.")],
    disregard_clients: Annotated[
        bool, typer.Option(help="A client's claim to hold higher numbers was found wrong.")
    ] = False,
) -> None:
    """Lets the service go on after a restore, over everything that may have been issued. Audited; cannot be undone."""
    with _service() as numbers:
        skipped = numbers.jump(CONSOLE, to=to, reason=reason, disregard_clients=disregard_clients)
    print(f"{skipped} positions skipped; the next is {to}")


def prove(
    seeds: Annotated[int, typer.Option(min=0, help="How many seeded histories.")] = 20,
    series: Annotated[int, typer.Option(min=1, help="At least so many series in each.")] = 1000,
    from_seed: Annotated[int, typer.Option(min=0, help="The first seed; to go on where another run ended.")] = 1,
    processes: Annotated[int, typer.Option(min=0, help="Histories of real processes that are killed.")] = 3,
    years: Annotated[int, typer.Option(min=0, help="Simulated years of the country.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Histories at the same time.")] = 2,
    keep: Annotated[Path | None, typer.Option(help="A folder for the raw results, and to go on in.")] = None,
) -> None:
    """Runs seeded histories under faults and judges each; and the negative controls, which must be caught.

    Exit 1: a number was given twice or lost without a record, or a control was not caught. What stands in the folder
    already is not run again. The argument is in docs/proof.md.
    """
    from labbro.numbers.proof import running

    found = running.prove_all(
        from_seed=from_seed,
        histories=seeds,
        series=series,
        processes=processes,
        years=years,
        workers=workers,
        keep=keep,
        say=lambda text: print(text, file=sys.stderr),
    )
    print(msgspec.json.format(msgspec.json.encode(found)).decode())
    raise typer.Exit(0 if found.holds else 1)


@contextmanager
def _service() -> Generator[NumberService]:
    """The service on the installation's database. Imported late: numbers are checked without a server."""
    from labbro.members.directory import Directories
    from labbro.numbers.service import open_numbers
    from labbro.platform import logs
    from labbro.platform.clock import SystemClock
    from labbro.platform.database import Database, migrate
    from labbro.platform.identities import SystemIdentities
    from labbro.platform.settings import from_environment

    settings = from_environment()
    logs.configure("error", settings.log_format)
    with Database.open(settings) as database:
        migrate(database)
        with open_numbers(
            database=database,
            settings=settings,
            clock=SystemClock(),
            identities=SystemIdentities(),
            directories=Directories(database),
        ) as numbers:
            yield numbers


def _space(digits: int, prefix: str, rule: CheckRule) -> Space:
    check: Check = "none" if rule is CheckRule.none else "modulus-11"
    return Space(digits=digits, prefix=prefix, check=check)


def _stretch(space: Space, text: str) -> range:
    first, dash, last = text.partition("-")
    if not dash:
        raise WrongUse("A series is named as FIRST-LAST.")
    return range(space.position(first), space.position(last) + 1)


def _told(found: Explained) -> str:
    lines = [f"{found.number}: {found.state}"]
    lines += [f"  {remark.message}" for remark in found.remarks]
    shown = [one for one in found.suggestions if one.known] or list(found.suggestions)
    lines += [f"  {one.number}  {one.message}" for one in shown]
    return "\n".join(lines)
