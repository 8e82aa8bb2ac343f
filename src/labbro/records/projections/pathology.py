"""What the letters of pathology and genetics share on their way to the record."""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.model import Code, Diagnoses, Diagnosis, Report, Result, Sample
from labbro.records.projections import parts
from labbro.records.projections.parts import NOTHING
from labbro.records.projections.reading import moment, prose

SNOMED: Final = "SNO"  # as EDIFACT says; XML does not name the system
KEEPER: Final = "SST"


class Taken(msgspec.Struct, frozen=True):
    """When the samples of the letter were taken and received; the letter says it once for all of them."""

    sampled_at: dt.datetime | None
    received_at: dt.datetime | None

    @classmethod
    def of(cls, root: Element, findings: list[Finding]) -> Taken:
        """The times of a letter."""
        information = root.find("RequisitionInformation") or NOTHING
        return cls(
            moment(information, "SamplingDateTime", findings), moment(information, "SampleReceivedDateTime", findings)
        )


def completed(report: Report, root: Element) -> Report:
    """The report with the numbers of the request, what the requester told, who examined, and the relative."""
    information = root.find("RequisitionInformation") or NOTHING
    own = information.text("RequestersRequisitionIdentifier")
    laboratory = information.text("ReceiversRequisitionIdentifier")
    return msgspec.structs.replace(
        report,
        requisition_number=information.text("RequesterSampleIdentifier") if own is None else own,
        laboratory_requisition_number=(
            information.text("LaboratoryInternalSampleIdentifier") if laboratory is None else laboratory
        ),
        consent_text=root.text("Patient/Consent/Text"),
        clinical_information=prose(information.find("ClinicalInformation")),
        references=parts.references(information),
        examiners=parts.examiners(root.find("Sender")),
        relative=parts.relative(root),
        to_laboratory=root.text("LaboratoryResults/GeneralResultInformation/ToLabIdentifier"),
    )


def report(
    letter: Letter,
    kind: Literal["cytology", "histopathology"],
    standard: str,
    sections: dict[str, str],
    findings: list[Finding],
) -> Report:
    """A report of cells or tissue: samples with diagnoses in codes, one word for the whole, sections of text."""
    root = letter.root
    laboratory = root.find("LaboratoryResults") or NOTHING
    taken = Taken.of(root, findings)
    samples = tuple(_sample(each, taken) for each in laboratory.all("CodedFormat/Sample"))
    told = parts.report(letter, kind, standard, samples=samples, results=(_verdict(laboratory),), findings=findings)
    return msgspec.structs.replace(
        completed(told, root),
        sections=parts.sections(laboratory.find("TextualFormat"), sections),
        diagnosis_headline=laboratory.text("CodedFormat/DiagnosisHeadline"),
    )


def _sample(element: Element, taken: Taken) -> Sample:
    return Sample(
        laboratory_number=element.text("LaboratoryInternalSampleIdentifier") or "",
        requester_number=element.text("RequesterSampleIdentifier"),
        sampled_at=taken.sampled_at,
        received_at=taken.received_at,
        material=element.text("MaterialDescription"),
        diagnoses=_diagnoses(element.find("CodedResults")),
    )


def _diagnoses(element: Element | None) -> Diagnoses | None:
    if element is None:
        return None
    topography = element.find("Topography")
    return Diagnoses(
        topography=None if topography is None else _diagnosis(topography),
        findings=tuple(_diagnosis(each) for each in element.all("Result")),
        headline=element.text("Headline"),
    )


def _diagnosis(element: Element) -> Diagnosis:
    code = Code(element.text("Code") or "", SNOMED, KEEPER, complete_name=element.text("Text"))
    return Diagnosis(code, element.text("Comment"))


def _verdict(laboratory: Element) -> Result:
    """The one word for the whole letter, with whether it is malignant."""
    said = laboratory.text("GeneralResultInformation/ResultStatusCode")
    status, value = parts.status_and_value(said, laboratory.text("TableFormat/TableResult"))
    return Result(
        ordinal=1,
        analysis=Code("", "", "", short_name=laboratory.text("TableFormat/ResultHeadline")),
        status=status,
        kind="text",
        value=value,
        flag=parts.FLAG.get(laboratory.text("TableFormat/ResultValidation") or ""),
    )
