"""RPT01 / XRPT01: LaboratoryReport in all its versions, and DiabeticFootStatus. Letter -> Report.

Source: MedCom's published schemas of 2005/08/07, 2007/02/01 and 2014/10/08. Elements that a version does not have are
simply absent, so one projection serves them all; where versions differ in meaning it says so.
"""

from __future__ import annotations

from typing import Final

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.model import (
    Code,
    Origin,
    Producer,
    ReferenceInterval,
    RequisitionGroup,
    Result,
    Sample,
)
from labbro.records.projections import parts
from labbro.records.projections.parts import NOTHING
from labbro.records.projections.reading import Projection, moment, named, plain, prose

PATIENT_OR_CLINIC: Final = "PNT"


def project(letter: Letter) -> Projection:
    """The report that a letter of the RPT01 family says. Never raises for a letter that was read."""
    root = letter.root
    findings: list[Finding] = []
    sample = _sample(root.find("RequisitionInformation/Sample") or NOTHING, findings)
    results = tuple(
        _result(element, ordinal) for ordinal, element in enumerate(root.all("LaboratoryResults/Result"), 1)
    )
    kind = "foot-status" if root.name == "DiabeticFootStatus" else "biochemistry"
    report = parts.report(letter, kind, "RPT01", samples=(sample,), results=results, findings=findings)
    if results and all(origin_of_result(result) == "local" for result in results):
        report = msgspec.structs.replace(report, origin="local")
    return Projection(report, tuple(findings))


def _sample(element: Element, findings: list[Finding]) -> Sample:
    return Sample(
        laboratory_number=element.text("LaboratoryInternalSampleIdentifier") or "",
        requester_number=element.text("RequesterSampleIdentifier"),
        sampled_at=moment(element, "SamplingDateTime", findings),
        interval_start=moment(element, "SamplingInterval/StartDateTime", findings),
        interval_end=moment(element, "SamplingInterval/EndDateTime", findings),
        volume=element.text("Volume"),
        volume_unit=element.text("UnitOfVolume"),
    )


def _result(element: Element, ordinal: int) -> Result:
    values, inner = _parted(element)
    analysis = inner.get("Analysis", NOTHING)
    status, value = parts.status_and_value(values.get("ResultStatusCode"), values.get("Value"))
    return Result(
        ordinal=ordinal,
        analysis=_analysis(analysis),
        status=status,
        kind="numeric" if values.get("ResultType") == "numerisk" else "text",
        value=value,
        operator=None if value is None else parts.OPERATOR.get(values.get("Operator", "")),
        unit=values.get("Unit"),
        flag=parts.FLAG.get(values.get("ResultValidation", "")),
        interval=_interval(inner.get("ReferenceInterval")),
        producer=_producer(values.get("ProducerOfLabResult"), inner.get("ProducerOfLabResult")),
        group=_group(analysis),
        text_values=_texts(element, "ResultTextValue", values, inner),
        comments=_texts(element, "ResultComments", values, inner),
        references=tuple(parts.reference(found) for found in element.all("Reference")) if "Reference" in inner else (),
        to_laboratory=values.get("ToLabIdentifier"),
    )


def _parted(element: Element) -> tuple[dict[str, str], dict[str, Element]]:
    """The children that are values, and those that hold more, by name.

    Looked through once, without a call for each: a letter has up to 99 results, and every one passes here.
    """
    values: dict[str, str] = {}
    inner: dict[str, Element] = {}
    if not isinstance(element.content, str):
        for child in element.content:
            if isinstance(child, Element):
                if isinstance(child.content, str):
                    values[child.name] = child.content
                else:
                    inner[child.name] = child
    return values, inner


def _analysis(element: Element) -> Code:
    values, inner = _parted(element)
    complete_name = values.get("AnalysisCompleteName")
    return Code(
        value=values.get("AnalysisCode", ""),
        system=values.get("AnalysisCodeType", ""),
        responsible=values.get("AnalysisCodeResponsible", ""),
        short_name=named(values.get("AnalysisShortName", "")),
        complete_name=prose(inner.get("AnalysisCompleteName")) if complete_name is None else plain(complete_name),
    )


def _group(analysis: Element) -> RequisitionGroup | None:
    group = analysis.find("RequisitionGroup")
    if group is None:
        return None
    return RequisitionGroup(
        identifier=group.text("Identifier") or "",
        responsible=group.text("IdentifierResponsible") or "",
        name=group.text("Name") or "",
        order=parts.integer(analysis.text("Order")),
    )


def _interval(element: Element | None) -> ReferenceInterval | None:
    if element is None:
        return None
    values, _ = _parted(element)
    if not values:
        return None
    return ReferenceInterval(
        kind=parts.INTERVAL.get(values.get("TypeOfInterval", "")),
        lower=values.get("LowerLimit"),
        upper=values.get("UpperLimit"),
        text=values.get("IntervalText"),
    )


def _producer(text: str | None, element: Element | None) -> Producer | None:
    """Structured since 2007; in 2005 a plain text."""
    if text is not None:
        return Producer(text) if text.strip() else None
    if element is None:
        return None
    values, _ = _parted(element)
    return Producer(values.get("Identifier", ""), values.get("IdentifierCode"))


def _texts(element: Element, tag: str, values: dict[str, str], inner: dict[str, Element]) -> tuple[str, ...]:
    if tag not in values and tag not in inner:
        return ()
    return tuple(text for found in element.all(tag) if (text := prose(found)) is not None)


def origin_of_result(result: Result) -> Origin:
    """`local` when the patient or a clinic made this result, whoever sent it."""
    return "local" if result.producer is not None and result.producer.code == PATIENT_OR_CLINIC else "hospital"
