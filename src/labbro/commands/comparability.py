"""`labbro comparability`: what the registry of comparable methods offers on the command line."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from labbro.comparability.study.evidence import evidence_of
from labbro.comparability.study.pairs import read_pairs
from labbro.comparability.study.report import report_html, report_text
from labbro.comparability.study.specification import Specification, from_biological_variation, stated
from labbro.comparability.study.study import study
from labbro.errors import WrongUse


class Format(StrEnum):
    """How figures are printed."""

    text = "text"
    json = "json"
    evidence = "evidence"


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=True, help="Comparable methods: studies and the registry.")
    group.command("study")(compare)
    app.add_typer(group, name="comparability")


def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns x (the anchor) and y.")],
    levels: Annotated[str, typer.Option(help="Decision levels in the unit of x, by commas: 48,53.")],
    within: Annotated[float | None, typer.Option(help="Variation within a person, CVi in per cent.")] = None,
    between: Annotated[float | None, typer.Option(help="Variation between persons, CVg in per cent.")] = None,
    allowable: Annotated[float | None, typer.Option(help="Or the allowable bias itself, in per cent.")] = None,
    amount: Annotated[float, typer.Option(help="With it, the allowable bias as an amount at low values.")] = 0.0,
    ratio: Annotated[float, typer.Option(help="Variance of y's error over that of x's (Deming).")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the resampling; the same seed gives the same figures.")] = 1,
    html: Annotated[Path | None, typer.Option(help="Also a page with the plots, to this file.")] = None,
    form: Annotated[
        Format, typer.Option("--format", help="For people, one JSON object, or evidence as the registry takes it.")
    ] = Format.text,
) -> None:
    """Compares two measurement procedures by paired results, and judges the bias where decisions are made.

    Exit 0: the figures are printed, whatever the verdict. 2: wrong use.
    """
    told = study(
        read_pairs(_text(file)), _specification(within, between, allowable, amount), _levels(levels),
        error_ratio=ratio, seed=seed,
    )  # fmt: skip
    if html is not None:
        html.write_text(report_html(told, f"{file.name}: {told.verdict}"), encoding="utf-8")
    if form is Format.text:
        print(report_text(told), end="")
    else:
        figures = told if form is Format.json else evidence_of(told, file.name)
        print(msgspec.json.encode(figures).decode())


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise WrongUse(f"{file.name} cannot be read: {error.strerror}.", code="study-file") from None
    except UnicodeDecodeError:
        raise WrongUse(f"{file.name} is not text in UTF-8; save it as CSV UTF-8.", code="study-file") from None


def _levels(told: str) -> list[float]:
    try:
        return [float(part) for part in told.split(",") if part.strip()]
    except ValueError:
        raise WrongUse("Decision levels are numbers with a decimal point, by commas: 48,53.5.") from None


def _specification(
    within: float | None, between: float | None, allowable: float | None, amount: float
) -> Specification:
    if allowable is not None and within is None and between is None:
        return stated(allowable, amount)
    if allowable is None and within is not None and between is not None:
        return from_biological_variation(within, between)
    raise WrongUse(
        "Say how large the bias may be: --within and --between (biological variation), or --allowable (per cent).",
        code="study-specification",
    )
