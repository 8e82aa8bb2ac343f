"""Known analyses: short Danish name, kind, unit, scale and result group by code. A reduced, second-hand table.

The table (data/analyses.csv) is made by `python -m labbro.codes.import_analyses` from facts gathered from public
sources; names marked second-hand are worded by us in the national style. It stands in until the official NPU file is
imported, and must never be shown as official. Letters carry their own names: those are what a page shows first.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

Scale = Literal["ratio", "ordinal", "nominal", "text", ""]
NameOrigin = Literal["published", "second-hand"]
FIELDS = ("code", "system", "responsible", "short_name", "kind", "unit", "scale", "group", "name_origin", "confidence")


class Analysis(msgspec.Struct, frozen=True):
    """An analysis: `system` and `responsible` as in letters (`iupac`/`SST`, `lokal`/`MCS`); empty parts are unknown.

    `rank` is its place among all analyses as clinicians list them: haemoglobin, leukocytes, their kinds, thrombocytes.
    """

    code: str
    system: str
    responsible: str
    short_name: str
    kind: str
    unit: str
    scale: Scale
    group: int
    rank: int
    name_origin: NameOrigin
    confidence: Literal["high", "medium", "low"]


def find(code: str, system: str, responsible: str) -> Analysis | None:
    """The analysis of a code as a letter writes it, or None. Blanks around the parts do not count."""
    return table().get((code.strip(), system.strip(), responsible.strip()))


def by_code(code: str) -> Analysis:
    """The national analysis (NPU, DNK, MCS) of a code; KeyError for an unknown one. For data of our own making."""
    system, responsible = ("lokal", "MCS") if code[:3] in {"MCS", "DIB"} else ("iupac", "SST")
    return table()[code, system, responsible]


@cache
def table() -> dict[tuple[str, str, str], Analysis]:
    """The whole packaged table by (code, system, responsible)."""
    text = resources.files("labbro.codes").joinpath("data/analyses.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    read = (
        msgspec.convert({**row, "group": int(row["group"]), "rank": rank}, Analysis) for rank, row in enumerate(rows)
    )
    return {(found.code, found.system, found.responsible): found for found in read}
