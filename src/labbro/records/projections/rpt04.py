"""RPT04 / XRPT04: HistopathologyReport in all versions. Letter -> Report.

What it shares with RPT03 is in pathology.py. Facts: rpt04.md.
"""

from __future__ import annotations

from typing import Final

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.model import Report
from labbro.records.projections import pathology
from labbro.records.projections.reading import Projection

SECTIONS: Final = {
    "Macroscopic": "macroscopy",
    "Microscopic": "microscopy",
    "Conclusion": "conclusion",
    "Hematology": "hematology",
    "Comments": "comments",
}


def project(letter: Letter) -> Projection:
    """The report that an RPT04 says. Never raises for a letter that was read."""
    findings: list[Finding] = []
    report = pathology.report(letter, "histopathology", "RPT04", SECTIONS, findings)
    return Projection(_with_cells(report, letter.root), tuple(findings))


def _with_cells(report: Report, root: Element) -> Report:
    """The report with the table of counted cells in its section."""
    counted = root.find("LaboratoryResults/TextualFormat/Hematology")
    if counted is None:
        return report
    rows = tuple(_row(line) for tag in ("Labels", "Result") for line in counted.all(tag))
    sections = (
        msgspec.structs.replace(each, rows=rows) if each.kind == "hematology" else each for each in report.sections
    )
    return msgspec.structs.replace(report, sections=tuple(sections))


def _row(line: Element) -> tuple[str, ...]:
    """Kind of cell, in marrow, in peripheral blood."""
    kind = line.text("CellType") if line.find("CellTypes") is None else line.text("CellTypes")
    return (kind or "", line.text("Marrow") or "", line.text("Peripheral") or "")
