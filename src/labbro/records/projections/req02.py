"""REQ02 / XREQ02: MicrobiologyRequest, and XREQ04: MultiSampleMicrobiologyRequest. Letter -> Requisition.

One analysis; XREQ04 has up to five samples and a number for the whole. Facts: req02.md, req04.md.
"""

from __future__ import annotations

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.projections import microbiology, requests
from labbro.records.projections.parts import NOTHING
from labbro.records.projections.reading import Requested
from labbro.records.requisition import RequestedAnalysis


def project(letter: Letter) -> Requested:
    """The requisition that a REQ02 or XREQ04 says. Never raises for a letter that was read."""
    root = letter.root
    findings: list[Finding] = []
    analyses = (_analysis(each, at) for at, each in enumerate(root.all("Requests/RequestedAnalysis"), 1))
    told = requests.requisition(
        letter,
        "microbiology",
        "XREQ04" if root.name == "MultiSampleMicrobiologyRequest" else "REQ02",
        samples=tuple(requests.sample(each) for each in root.all("RequisitionInformation/Sample")),
        analyses=tuple(analyses),
        findings=findings,
    )
    own = requests.numbers(root.find("RequisitionInformation") or NOTHING)
    told = msgspec.structs.replace(told, number=own.get("RequestersRequisitionIdentifier"))
    return Requested(told, tuple(findings))


def _analysis(element: Element, ordinal: int) -> RequestedAnalysis:
    analysis = element.find("Analysis") or NOTHING
    return RequestedAnalysis(
        ordinal=ordinal,
        analysis=microbiology.analysis(analysis),
        material=analysis.text("AnalysisMDSName/Material"),
        location=analysis.text("AnalysisMDSName/Location"),
        supplementary_location=element.text("SupplementaryLocation"),
        supplementary_analysis=element.text("SupplementaryAnalysis"),
    )
