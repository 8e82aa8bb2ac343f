"""RPT03 / XRPT03: CervixcytologyReport in all versions. Letter -> Report.

What it shares with RPT04 is in pathology.py. Facts: rpt03.md.
"""

from __future__ import annotations

from typing import Final

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.records.projections import pathology
from labbro.records.projections.reading import Projection

SECTIONS: Final = {"Microscopic": "microscopy", "Conclusion": "conclusion", "Comments": "comments"}


def project(letter: Letter) -> Projection:
    """The report that an RPT03 says. Never raises for a letter that was read."""
    findings: list[Finding] = []
    return Projection(pathology.report(letter, "cytology", "RPT03", SECTIONS, findings), tuple(findings))
