"""REQ01 / XREQ01: LaboratoryRequest in all versions. Letter -> Requisition.

One sample, up to 90 analyses. XQ0132K, whose schema is not public, may hold elements that nobody has declared: they are
left in the letter and told. Facts: req01.md.
"""

from __future__ import annotations

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.model import Code
from labbro.records.projections import parts, requests
from labbro.records.projections.parts import NOTHING
from labbro.records.projections.reading import Requested, named
from labbro.records.requisition import RequestedAnalysis


def project(letter: Letter) -> Requested:
    """The requisition that a REQ01 says. Never raises for a letter that was read."""
    root = letter.root
    findings: list[Finding] = []
    analyses = (_analysis(each, at) for at, each in enumerate(root.all("Requests/RequestedAnalysis"), 1))
    told = requests.requisition(
        letter,
        "laboratory",
        "REQ01",
        samples=tuple(requests.sample(each) for each in root.all("RequisitionInformation/Sample")),
        analyses=tuple(analyses),
        findings=findings,
    )
    return Requested(told, (*findings, *parts.beyond_what_is_known(letter)))


def _analysis(element: Element, ordinal: int) -> RequestedAnalysis:
    analysis = element.find("Analysis") or NOTHING
    material = element.text("SampleMaterial")
    return RequestedAnalysis(
        ordinal=ordinal,
        analysis=Code(
            value=analysis.text("AnalysisCode") or "",
            system=analysis.text("AnalysisCodeType") or "",
            responsible=analysis.text("AnalysisCodeResponsible") or "",
            short_name=named(analysis.text("AnalysisShortName") or ""),
        ),
        priority=requests.PRIORITY.get(element.text("ResultPriority") or ""),
        lines=tuple(line.value for line in analysis.all("LineComment/TextLine")),
        material=analysis.text("SampleMaterial") if material is None else material,
        material_type=analysis.text("SampleMaterialType"),
        location=element.text("SampleLocation"),
        tube=requests.numbers(element).get("TestTubeIdentifier"),
    )
