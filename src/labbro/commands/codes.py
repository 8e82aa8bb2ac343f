"""`labbro codes`: code lists from files, what a code means, and units."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from labbro.codes.terminology import Concept, Imported, current, import_code_system, import_table, merged, write_table
from labbro.errors import NotFound, WrongUse


class Kind(StrEnum):
    """Which list a file is."""

    npu = "npu"
    dnk = "dnk"
    mcs = "mcs"
    mds = "mds"
    local = "local"


Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Tables, or a FHIR CodeSystem (.json).")]
KindOption = Annotated[Kind, typer.Option("--kind", help="npu, dnk, mcs, mds, or a laboratory's own list.")]
KeeperOption = Annotated[str | None, typer.Option("--keeper", help="Of a laboratory's own list: its abbreviation.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=True, help="Code lists and units.")
    group.command("import")(import_files)
    group.command("show")(show)
    group.command("convert")(convert_value)
    app.add_typer(group, name="codes")


def import_files(
    files: Files,
    out: Annotated[Path, typer.Option(help="The table to write.")],
    kind: KindOption = Kind.npu,
    keeper: KeeperOption = None,
) -> None:
    """Reads code lists into one table: definitions, groups, replaced codes; later files add to earlier ones.

    Exit 0: everything was used. 1: some lines could not be; they are told.
    """
    told = _read(files, kind, keeper)
    out.write_text(write_table(told.concepts), encoding="utf-8")
    for remark in told.remarks:
        print(remark, file=sys.stderr)
    retired = sum(concept.status == "retired" for concept in told.concepts)
    print(f"{len(told.concepts)} codes, {retired} of them retired, {len(told.remarks)} remarks.")
    raise typer.Exit(1 if told.remarks else 0)


def show(
    code: Annotated[str, typer.Argument(help="A code.")],
    files: Files,
    kind: KindOption = Kind.npu,
    keeper: KeeperOption = None,
) -> None:
    """Tells what a code means, the parts of its name, and the code in use that stands for it today."""
    concepts = {concept.code: concept for concept in _read(files, kind, keeper).concepts}
    concept = concepts.get(code)
    if concept is None:
        raise NotFound(f"No file defines {code[:20]}.", message_da=f"Ingen fil definerer {code[:20]}.")
    print(_line(concept, current(concepts, code)))


def convert_value(
    value: Annotated[str, typer.Argument(help="A number.")],
    from_unit: Annotated[str, typer.Argument(help="Its unit, as letters write it or in UCUM.")],
    to_unit: Annotated[str, typer.Argument(help="The unit wanted.")],
    molar_mass: Annotated[str | None, typer.Option(help="Grams a mole, where mass meets amount of substance.")] = None,
    source: Annotated[str, typer.Option(help="Who says the molar mass.")] = "stated on the command line",
) -> None:
    """Converts a value between units by UCUM; the original is told beside it."""
    from labbro.codes.conversion import MolarMass, convert

    mass = None if molar_mass is None else MolarMass(_number(molar_mass), source)
    told = convert(_number(value), from_unit, to_unit, mass)
    print(f"{told.value} {told.unit}  (original: {told.original_value} {told.original_unit}; {told.basis})")


def _read(files: list[Path], kind: Kind, keeper: str | None) -> Imported:
    return merged(*(_read_one(file, kind, keeper) for file in files))


def _read_one(file: Path, kind: Kind, keeper: str | None) -> Imported:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise WrongUse(f"{file.name} cannot be read: {error.strerror}.") from None
    return import_code_system(data) if file.suffix == ".json" else import_table(data, kind.value, keeper)


def _line(concept: Concept, today: tuple[str, ...]) -> str:
    told = msgspec.to_builtins(concept) | {"use": list(today)}
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise WrongUse(f"{text[:20]!r} is no number.", message_da=f"{text[:20]!r} er intet tal.") from None
