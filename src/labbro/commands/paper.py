"""`labbro labels`, `forms` and `tubes`: sample numbers on paper and glass. Numbers come from `labbro stock take`."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from labbro.errors import WrongUse
from labbro.numbers.paper.forms import form_sheets, forms_of, read_layout
from labbro.numbers.paper.gs1 import TubeRule, element_string, read_element_string
from labbro.numbers.paper.layout import layout_named
from labbro.numbers.paper.register import Binding, Register, Roll
from labbro.numbers.paper.sheets import label_sheets
from labbro.numbers.paper.zpl import zpl
from labbro.platform.clock import SystemClock

Numbers = Annotated[
    list[str], typer.Argument(metavar="NUMBER...", help="Sample numbers, or - to read them, one a line.")
]
Scans = Annotated[list[str], typer.Argument(metavar="SCAN...", help="What was scanned, or - to read it, one a line.")]
Out = Annotated[Path, typer.Option(help="The file to write.")]
RegisterFile = Annotated[Path, typer.Option("--register", help="The laboratory's register of forms and tubes.")]
REGISTER = Path("data/register.sqlite")


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("labels")(labels)
    forms = typer.Typer(no_args_is_help=True, help="Emergency sampling forms: print, reconcile.")
    forms.command("layout")(forms_layout)
    forms.command("print")(forms_print)
    forms.command("again")(forms_again)
    forms.command("reconcile")(forms_reconcile)
    app.add_typer(forms, name="forms")
    tubes = typer.Typer(no_args_is_help=True, help="Pre-printed tubes: order, receive, bind to a patient, find.")
    tubes.command("rule")(tubes_rule)
    tubes.command("order")(tubes_order)
    tubes.command("file")(tubes_file)
    tubes.command("receive")(tubes_receive)
    tubes.command("withdraw")(tubes_withdraw)
    tubes.command("bind")(tubes_bind)
    tubes.command("find")(tubes_find)
    tubes.command("show")(tubes_show)
    app.add_typer(tubes, name="tubes")


def labels(
    numbers: Numbers,
    out: Out,
    layout: Annotated[str, typer.Option(help="a4-24, a4-65 or roll-50x25.")] = "a4-65",
    heading: Annotated[str, typer.Option(help="Words above the bars, such as the laboratory's name.")] = "",
    copies: Annotated[int, typer.Option(help="Labels of each number.")] = 1,
    skip: Annotated[int, typer.Option(help="Places of the first sheet that are used up.")] = 0,
    dpi: Annotated[int, typer.Option(help="Dots an inch of the label printer (.zpl).")] = 203,
) -> None:
    """Prints Code 128 labels: a PDF of sheets, or ZPL for a label printer if the file ends in .zpl."""
    told = _read(numbers)
    if out.suffix == ".zpl":
        text = "".join(zpl(told, layout_named(layout), dpi=dpi, heading=heading, copies=copies))
        _write(out, text.encode())
    else:
        _write(out, label_sheets(told, layout_named(layout), heading=heading, copies=copies, skip=skip))


def forms_layout() -> None:
    """Prints the layout that comes with Labbro: a start for a laboratory's own."""
    print(_own_layout(), end="")


def forms_print(
    numbers: Numbers,
    out: Out,
    batch: Annotated[str, typer.Option(help="The name of the batch, printed on each form.")],
    layout: Annotated[Path | None, typer.Option(help="The laboratory's own layout (TOML).")] = None,
    file: RegisterFile = REGISTER,
) -> None:
    """Prints emergency forms with real numbers, and keeps which form carries which."""
    text = layout.read_text(encoding="utf-8") if layout else _own_layout()
    chosen = read_layout(text)
    forms = forms_of(chosen, _read(numbers))
    clock = SystemClock()
    sheets = form_sheets(chosen, forms, batch=batch, printed_on=str(clock.now().date()))
    with _open(file) as kept:
        kept.add_batch(batch, text, forms)
    _write(out, sheets)


def forms_again(out: Out, batch: str, file: RegisterFile = REGISTER) -> None:
    """Writes the file of a batch that was kept, for a print that failed. Mind that no form is used twice."""
    with _open(file) as kept:
        forms = kept.batch(batch)
        layout, at = next((layout, at) for name, layout, at in kept.batches() if name == batch)
    _write(out, form_sheets(read_layout(layout), forms, batch=batch, printed_on=str(at.date())))


def forms_reconcile(batch: str, scans: Scans, file: RegisterFile = REGISTER) -> None:
    """Keeps the numbers that came back, and tells what became of the batch.

    Exit 0: every number is one of the batch, once. 1: there are strangers, doubles or forms used in part.
    """
    with _open(file) as kept:
        told = kept.returned(batch, _read(scans))
    print(msgspec.json.encode(told).decode())
    raise typer.Exit(1 if told.unknown_numbers or told.twice or told.partly else 0)


def tubes_rule(
    gtin: Annotated[str, typer.Argument(help="The article: 14 digits.")],
    pattern: Annotated[str, typer.Option(help="Of its serials; the group `number` is the sample number.")] = TubeRule(
        ""
    ).serial_pattern,
    file: RegisterFile = REGISTER,
) -> None:
    """Keeps how the serials of a maker's article are read."""
    read_element_string(f"(01){gtin}")
    with _open(file) as kept:
        kept.set_rule(TubeRule(gtin, pattern))


def tubes_order(
    numbers: Numbers,
    out: Out,
    roll: Annotated[str, typer.Option(help="The name of the roll.")],
    gtin: Annotated[str, typer.Option(help="The article, 14 digits.")],
    maker: Annotated[str, typer.Option(help="Who makes the tubes.")],
    file: RegisterFile = REGISTER,
) -> None:
    """Keeps a roll being ordered, and writes its numbers as a file for the tube maker's printer."""
    read_element_string(f"(01){gtin}")
    with _open(file) as kept:
        ordered = kept.add_roll(roll, gtin, maker, _read(numbers))
        kept.set_rule(TubeRule(gtin))
        _write(out, _maker_file(ordered, kept.numbers_of(roll)))


def tubes_file(out: Out, roll: str, file: RegisterFile = REGISTER) -> None:
    """Writes the tube maker's file of a roll again."""
    with _open(file) as kept:
        _write(out, _maker_file(kept.roll(roll), kept.numbers_of(roll)))


def tubes_receive(roll: str, file: RegisterFile = REGISTER) -> None:
    """Notes that a roll has arrived: its tubes may be used from now on."""
    with _open(file) as kept:
        _show(kept.receive(roll))


def tubes_withdraw(
    roll: str, why: Annotated[str, typer.Option(help="Lost, damaged, recalled ...")], file: RegisterFile = REGISTER
) -> None:
    """Takes a roll out of use. Tubes already bound stay bound."""
    with _open(file) as kept:
        _show(kept.withdraw(roll, why))


def tubes_bind(
    scan: Annotated[str, typer.Argument(help="The tube's barcode as scanned.")],
    requisition: Annotated[str, typer.Option(help="The requisition's number.")],
    by: Annotated[str, typer.Option(help="Who takes the sample, by initials or staff number.")],
    file: RegisterFile = REGISTER,
) -> None:
    """Binds a tube to its patient, whose identifier is read from standard input, and to a requisition.

    The patient is no argument, because arguments can be seen by every user of the machine.
    """
    patient = sys.stdin.readline().strip()
    with _open(file) as kept:
        _show(kept.bind(scan, patient=patient, requisition=requisition, by=by))


def tubes_find(requisition: str, file: RegisterFile = REGISTER) -> None:
    """Tells the tubes of a requisition."""
    with _open(file) as kept:
        _show(*kept.tubes_of(requisition))


def tubes_show(file: RegisterFile = REGISTER) -> None:
    """Tells every roll: ordered, received, used."""
    with _open(file) as kept:
        _show(*kept.rolls())


def _open(file: Path) -> Register:
    file.parent.mkdir(parents=True, exist_ok=True)
    return Register(file, SystemClock())


def _read(words: Iterable[str]) -> list[str]:
    """The words, with standard input in place of `-`."""
    told: list[str] = []
    for word in words:
        told += [line.strip() for line in sys.stdin if line.strip()] if word == "-" else [word]
    return told


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: a half file would be printed."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise WrongUse(f"{path.name} cannot be written: {error.strerror}.", code="out-unwritable") from None


def _maker_file(roll: Roll, numbers: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(["roll", "position", "number", "gs1"])
    for position, number in enumerate(numbers, start=1):
        rows.writerow([roll.roll_id, position, number, element_string(roll.gtin, number)])
    return text.getvalue().encode()


def _show(*told: Roll | Binding) -> None:
    for one in told:
        print(msgspec.json.encode(one).decode())


def _own_layout() -> str:
    return files("labbro.numbers.paper").joinpath("data", "emergency.toml").read_text(encoding="utf-8")
