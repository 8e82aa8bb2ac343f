"""What can be measured in the invented country: analytes with plausible levels, variation and reference intervals.

Names, units and groups come from codes.analyses. Levels, variations and intervals (data/catalogue.csv) are ours, from
general knowledge of clinical chemistry, rounded; they serve demonstration and are no medical reference.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from labbro.codes.analyses import Analysis, by_code

IntervalKind = Literal["fysiologisk", "terapeutisk", "uspecificeret"]


class Limits(msgspec.Struct, frozen=True):
    """Reference limits as printed: empty where there is none on that side."""

    lower: str = ""
    upper: str = ""

    @staticmethod
    def parse(text: str) -> Limits:
        """`8.3..10.5`, `..10`, `48..` or nothing."""
        lower, _, upper = text.partition("..")
        return Limits(lower, upper)


class Analyte(msgspec.Struct, frozen=True):
    """One analyte as a laboratory answers it.

    `level_men`, `level_women`: usual level in the analyte's unit. `between`, `within`, `analytical`: coefficients of
    variation in per cent: between persons, within a person, of the measurement. `men`, `women`: reference limits;
    `old`: limits from the age of 70 for both. `lowest`, `highest`: beyond these the answer is `<` or `>`.
    `latent`: the quantity behind, where several analytes answer the same one; `scale` times it, plus `offset`, gives
    this unit, and what the method reads too high.
    """

    key: str
    analysis: Analysis
    decimals: int
    level_men: float
    level_women: float
    between: float
    within: float
    analytical: float
    men: Limits
    women: Limits
    old: Limits | None
    lowest: float | None
    highest: float | None
    kind: IntervalKind
    interval_text: str
    latent: str
    scale: float
    offset: float = 0.0

    @property
    def complete_name(self) -> str:
        """The long name: system, component, kind and unit, in characters of ISO 8859-1."""
        component, _, system = self.analysis.short_name.rpartition(";")
        unit = "" if self.analysis.unit in {"", "1"} else f" {self.analysis.unit}"
        return f"{system}-{component}; {self.analysis.kind} = ?{unit}" if component else self.analysis.short_name

    def limits(self, *, male: bool, age_years: int) -> Limits:
        """The reference limits of a person."""
        if self.old is not None and age_years >= 70:
            return self.old
        return self.men if male else self.women


@cache
def catalogue() -> dict[str, Analyte]:
    """Every analyte by key."""
    text = resources.files("labbro.synthetic").joinpath("data/catalogue.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["key"]: _analyte(row) for row in rows}


def _analyte(row: dict[str, str]) -> Analyte:
    men, women = Limits.parse(row["men"]), Limits.parse(row["women"] or row["men"])
    level_men = float(row["level_men"])
    return Analyte(
        key=row["key"],
        analysis=_analysis(row["code"]),
        decimals=int(row["decimals"]),
        level_men=level_men,
        level_women=float(row["level_women"] or level_men),
        between=float(row["between"]),
        within=float(row["within"]),
        analytical=float(row["analytical"]),
        men=men,
        women=women,
        old=Limits.parse(row["old"]) if row["old"] else None,
        lowest=_number(row["lowest"]),
        highest=_number(row["highest"]),
        kind=msgspec.convert(row["kind"] or "fysiologisk", IntervalKind),
        interval_text=row["text"],
        latent=row["latent"] or row["key"],
        scale=_number(row["scale"]) or 1.0,
        offset=_number(row["offset"]) or 0.0,
    )


def _analysis(told: str) -> Analysis:
    """The analysis of a national code; of `NPU01566=lokal/QSL00310/QSL` the same under a laboratory's own code."""
    national, _, own = told.partition("=")
    if not own:
        return by_code(national)
    system, code, responsible = own.split("/")
    return msgspec.structs.replace(by_code(national), code=code, system=system, responsible=responsible)


def _number(text: str) -> float | None:
    return float(text) if text else None
