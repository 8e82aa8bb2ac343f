"""RPT07 / XRPT07: GeneticsReport. Letter -> Report.

XR0730G (2014) has samples, one word for the whole and sections of text. XR0731G (2020), whose schema is not public,
has results with sections of their own; elements that nobody has declared are left in the letter and told. Facts:
rpt07.md.
"""

from __future__ import annotations

from typing import Final

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.model import Code, Result, ResultStatus, Sample
from labbro.records.projections import parts, pathology
from labbro.records.projections.parts import NOTHING
from labbro.records.projections.reading import Projection, moment, named, prose

SECTIONS: Final = {
    "AnalysisHeadline": "analysis",
    "InternalReference": "internal-reference",
    "GenomeReference": "genome-reference",
    "AnalysisMethod": "method",
    "AnalysisResults": "results",
    "Conclusion": "conclusion",
    "AnalysisConclusion": "conclusion",
    "Comments": "comments",
}


def project(letter: Letter) -> Projection:
    """The report that an RPT07 says. Never raises for a letter that was read."""
    root = letter.root
    findings: list[Finding] = []
    laboratory = root.find("LaboratoryResults") or NOTHING
    taken = pathology.Taken.of(root, findings)
    status = parts.RESULT_STATUS.get(laboratory.text("GeneralResultInformation/ResultStatusCode") or "", "final")
    samples = [_sample(each, taken) for each in laboratory.all("CodedFormat/Sample")]
    table = laboratory.find("TableFormat")
    results = [] if table is None else [_verdict(table, status)]
    for element in laboratory.all("Result"):
        results.append(_result(element, len(results) + 1, status, _place(element.find("Sample"), taken, samples)))
    report = parts.report(
        letter, "genetics", "RPT07", samples=tuple(samples), results=tuple(results), findings=findings
    )
    report = msgspec.structs.replace(
        pathology.completed(report, root),
        requested_at=moment(root, "RequisitionInformation/RequisitionDateTime", findings),
        sections=(
            *parts.sections(laboratory.find("TextualFormat"), SECTIONS),
            *parts.sections(laboratory.find("GeneralResultInformation"), {"Conclusion": "conclusion"}),
        ),
    )
    return Projection(report, (*findings, *parts.beyond_what_is_known(letter)))


def _sample(element: Element, taken: pathology.Taken) -> Sample:
    material = element.text("MaterialDescription")
    return Sample(
        laboratory_number=element.text("LaboratoryInternalSampleIdentifier") or "",
        requester_number=element.text("RequesterSampleIdentifier"),
        sampled_at=taken.sampled_at,
        received_at=taken.received_at,
        material=element.text("SampleMaterial") if material is None else material,
        material_type=element.text("SampleMaterialType"),
    )


def _place(element: Element | None, taken: pathology.Taken, samples: list[Sample]) -> int:
    """The place of a result's sample among the letter's; one that was not named before is added."""
    if element is None and samples:
        return 0
    sample = _sample(element or NOTHING, taken)
    if sample not in samples:
        samples.append(sample)
    return samples.index(sample)


def _verdict(table: Element, status: ResultStatus) -> Result:
    """The one word for the whole letter. Its code is always NPU, which EDIFACT says and XML does not."""
    code = table.text("AnalysisCode")
    status, value = parts.status_and_value(_SAID[status], table.text("TableResult"))
    return Result(
        ordinal=1,
        analysis=Code(
            value=code or "",
            system="iupac" if code else "",
            responsible="SST" if code else "",
            short_name=table.text("ResultHeadline"),
            complete_name=prose(table.find("AnalysisCompleteName")),
        ),
        status=status,
        kind="text",
        value=value,
    )


def _result(element: Element, ordinal: int, status: ResultStatus, sample: int) -> Result:
    analysis, table = element.find("Analysis") or NOTHING, element.find("TableFormat") or NOTHING
    status, value = parts.status_and_value(_SAID[status], table.text("TableResult"))
    return Result(
        ordinal=ordinal,
        analysis=Code(
            value=analysis.text("AnalysisCode") or "",
            system=analysis.text("CodeType") or "",
            responsible=analysis.text("CodeResponsible") or "",
            short_name=named(analysis.text("ShortName") or ""),
            complete_name=prose(analysis.find("CompleteName")),
        ),
        status=status,
        kind="text",
        value=value,
        producer=parts.producer(element.find("ProducerOfLabResult")),
        summary=table.text("ResultHeadline"),
        sections=parts.sections(element, SECTIONS),
        examiners=parts.examiners(element),
        sample=sample,
    )


_SAID: Final[dict[ResultStatus, str]] = {meant: said for said, meant in parts.RESULT_STATUS.items()}
