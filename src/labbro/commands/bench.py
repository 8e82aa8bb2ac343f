"""`labbro bench NAME`: measures beside a reference taken in the same run, on the machine at hand."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal, Protocol, cast

import msgspec
import typer

from labbro import __version__
from labbro.errors import WrongUse
from labbro.platform.clock import SystemClock

# One module a bench: labbro.commands.bench_NAME with `run() -> list[Measure]`.
BENCHES = ("letters", "convert", "databank", "numbers", "stock", "eu", "view")


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. `value` and `reference` are in `unit` and come from the same run; `ratio` is value to reference.

    `bound` is what the house has promised, for the value or for the ratio; None where nothing was promised.
    `raw` holds the single readings that `value` was taken from, in `unit`; `notes` lines that belong to it, as a plan.
    """

    name: str
    value: float
    unit: str
    reference: float | None = None
    reference_name: str | None = None
    ratio: float | None = None
    bound: float | None = None
    bound_on: Literal["value", "ratio"] = "value"
    bound_is: Literal["most", "least"] = "most"
    raw: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def met(self) -> bool | None:
        """Whether the promise was kept; None where there is none."""
        figure = self.value if self.bound_on == "value" else self.ratio
        if self.bound is None or figure is None:
            return None
        return figure <= self.bound if self.bound_is == "most" else figure >= self.bound


class Format(StrEnum):
    """How the measures are printed."""

    text = "text"
    json = "json"


class _Bench(Protocol):
    def run(self, **chosen: object) -> Sequence[Measure]: ...


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("bench")(bench)


def bench(
    name: Annotated[str, typer.Argument(help=f"What to measure: {', '.join(BENCHES)}.")],
    form: Annotated[Format, typer.Option("--format", help="For people or for programs.")] = Format.text,
    keep: Annotated[Path | None, typer.Option(help="Folder in which to keep the raw results as JSON.")] = None,
    results: Annotated[
        int | None, typer.Option(help="view: how many results are stored; a million unless told, ten as promised.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="view: folder that keeps its databanks, to measure again without filling.")
    ] = None,
) -> None:
    """Measures, and prints value, reference and ratio taken in the same run."""
    module = f"labbro.commands.bench_{name}"
    if name not in BENCHES or find_spec(module) is None:
        raise WrongUse(f"There is no bench of that name; there are: {', '.join(BENCHES)}.")
    chosen = {option: told for option, told in (("results", results), ("data", data)) if told is not None}
    if chosen and name != "view":
        raise WrongUse("--results and --data are for `labbro bench view`.")
    measures = cast("_Bench", import_module(module)).run(**chosen)
    machine = machine_line()
    if form is Format.json:
        for measure in measures:
            print(msgspec.json.encode(measure).decode())
        print(msgspec.json.encode({"machine": machine}).decode())
    else:
        print("\n".join([*(text_line(measure) for measure in measures), machine]))
    if keep is not None:
        path = keep_results(keep, name, measures, machine, SystemClock().now())
        print(f"kept in {path}", file=sys.stderr)


def text_line(measure: Measure) -> str:
    """One measure for a person: value, reference, ratio, and whether the promise was kept."""
    parts = [f"{measure.name}: {measure.value:.4g} {measure.unit}"]
    if measure.reference is not None:
        parts.append(f"{measure.reference_name or 'reference'} {measure.reference:.4g} {measure.unit}")
    if measure.ratio is not None:
        parts.append(f"ratio {measure.ratio:.3g}")
    if measure.bound is not None:
        unit = f" {measure.unit}" if measure.bound_on == "value" else ""
        parts.append(f"promised at {measure.bound_is} {measure.bound:g}{unit}: {'kept' if measure.met else 'MISSED'}")
    return "; ".join(parts)


def machine_line() -> str:
    """What the figures were taken on, without the machine's name."""
    return (
        f"machine: {_processor()}, {os.cpu_count()} cores, {_memory_gib()} GiB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, labbro {__version__}"
    )


def keep_results(folder: Path, name: str, measures: Sequence[Measure], machine: str, taken: datetime) -> Path:
    """Writes the raw results of one run to `folder`/NAME-DATE.json; a second run of a day replaces the first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{taken:%Y-%m-%d}.json"
    content = {"bench": name, "taken": taken, "machine": machine, "measures": list(measures)}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
    return path


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.machine()


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
