"""RPT01 / XRPT01: LaboratoryReport in all its versions, and DiabeticFootStatus. Letter -> Report.

Source: MedCom's published schemas of 2005/08/07, 2007/02/01 and 2014/10/08. Elements that a version does not have are
simply absent, so one projection serves them all; where versions differ in meaning it says so.
"""

from __future__ import annotations

from typing import Final

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.model import (
    Code,
    Flag,
    IntervalKind,
    Operator,
    Origin,
    Party,
    Person,
    Producer,
    Reference,
    ReferenceInterval,
    Report,
    ReportStatus,
    RequisitionGroup,
    Result,
    ResultStatus,
    Sample,
)
from labbro.records.projections.reading import EARLIEST, Projection, moment, name, named, plain, prose

NOT_YET_ARRIVED: Final = "*****"  # the place of a value that has not been measured; never a result
PATIENT_OR_CLINIC: Final = "PNT"
UNKNOWN_CPR: Final = "0000000000"
ASSUMED_CONSENT: Final = "Patient/Consent/Given"  # EDIFACT cannot tell "given" from "not said"

_RESULT_STATUS: Final[dict[str, ResultStatus]] = {
    "proeve_modtaget": "received",
    "svar_midlertidigt": "preliminary",
    "svar_endeligt": "final",
    "svar_rettet": "corrected",
}
_REPORT_STATUS: Final[dict[str, ReportStatus]] = {
    "del_svar": "partial",
    "komplet_svar": "complete",
    "modtaget": "received",
}
_OPERATOR: Final[dict[str, Operator]] = {"mindre_end": "<", "stoerre_end": ">"}
_FLAG: Final[dict[str, Flag]] = {"for_hoej": "high", "for_lav": "low", "unormal": "abnormal"}
_INTERVAL: Final[dict[str, IntervalKind]] = {
    "fysiologisk": "physiological",
    "terapeutisk": "therapeutic",
    "uspecificeret": "unspecified",
}
_NOTHING: Final = Element("")


def project(letter: Letter) -> Projection:
    """The report that a letter of the RPT01 family says. Never raises for a letter that was read."""
    root = letter.root
    findings: list[Finding] = []
    general = root.find("LaboratoryResults/GeneralResultInformation") or _NOTHING
    sender = _party(root.find("Sender") or _NOTHING)
    receiver = root.find("Receiver") or _NOTHING
    copy_receiver = root.find("CCReceiver")
    sample = _sample(root.find("RequisitionInformation/Sample") or _NOTHING, findings)
    results = tuple(
        _result(element, ordinal) for ordinal, element in enumerate(root.all("LaboratoryResults/Result"), 1)
    )
    authorised_at = moment(root, "Letter/Authorisation", findings)
    results_at = moment(general, "ResultsDateTime", findings)
    report = Report(
        kind="foot-status" if root.name == "DiabeticFootStatus" else "biochemistry",
        standard="RPT01",
        version=letter.version,
        letter_identifier=letter.identifier,
        # A letter has both times; where one cannot be read the other is the nearest that is known.
        authorised_at=authorised_at or results_at or EARLIEST,
        results_at=results_at or authorised_at or EARLIEST,
        production_number=general.text("LaboratoryInternalProductionIdentifier") or "",
        sender=sender,
        receiver=_party(receiver),
        patient=_person(root.find("Patient") or _NOTHING),
        samples=(sample,),
        results=results,
        status=_REPORT_STATUS.get(general.text("ReportStatusCode") or ""),
        copy_receiver=None if copy_receiver is None else _party(copy_receiver),
        physician=name(receiver, "Physician/PersonInitials"),
        consent_given=None if ASSUMED_CONSENT in letter.assumed else _boolean(root.text("Patient/Consent/Given")),
        comments=prose(root.find("RequisitionInformation/Comments")),
        origin=_origin(sender, results),
    )
    return Projection(report, tuple(findings))


def _party(element: Element) -> Party:
    local = element.text("IdentifierLocal")
    return Party(
        identifier=element.text("Identifier") or "",
        identifier_kind=f"local:{local}" if local is not None else element.text("IdentifierCode") or "",
        ean=element.text("EANIdentifier"),
        organisation=name(element, "OrganisationName"),
        department=name(element, "DepartmentName"),
        unit=name(element, "UnitName"),
        speciality=element.text("MedicalSpecialityCode"),
        laboratory_code=element.text("FromLabIdentifier"),
    )


def _person(element: Element) -> Person:
    surname = name(element, "PersonSurnameName") or ""
    given_name = name(element, "PersonGivenName")
    number = (element.text("CivilRegistrationNumber") or "").strip()
    if number and number != UNKNOWN_CPR:
        return Person(number, "cpr", surname, given_name)
    alternative = (element.text("AlternativeIdentifier") or "").strip()
    return Person(alternative, "alternative" if alternative else "unknown", surname, given_name)


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
    analysis = inner.get("Analysis", _NOTHING)
    status, value = _status_and_value(values)
    return Result(
        ordinal=ordinal,
        analysis=_analysis(analysis),
        status=status,
        kind="numeric" if values.get("ResultType") == "numerisk" else "text",
        value=value,
        operator=None if value is None else _OPERATOR.get(values.get("Operator", "")),
        unit=values.get("Unit"),
        flag=_FLAG.get(values.get("ResultValidation", "")),
        interval=_interval(inner.get("ReferenceInterval")),
        producer=_producer(values.get("ProducerOfLabResult"), inner.get("ProducerOfLabResult")),
        group=_group(analysis),
        text_values=_texts(element, "ResultTextValue", values, inner),
        comments=_texts(element, "ResultComments", values, inner),
        references=tuple(_reference(found) for found in element.all("Reference")) if "Reference" in inner else (),
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


def _status_and_value(values: dict[str, str]) -> tuple[ResultStatus, str | None]:
    """Nothing has been measured when the letter says so, nor when the value is the placeholder.

    EDIFACT tells `proeve_modtaget` and a preliminary result apart by the placeholder alone, so a preliminary
    placeholder means received in XML too.
    """
    status = _RESULT_STATUS.get(values.get("ResultStatusCode", ""), "final")
    value = values.get("Value")
    if value is None or value.strip() == NOT_YET_ARRIVED:
        return ("received" if status == "preliminary" else status), None
    # The check tells of a value before the measurement; the letter keeps it, a clinician must not read it.
    return status, None if status == "received" else value


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
        order=_integer(analysis.text("Order")),
    )


def _interval(element: Element | None) -> ReferenceInterval | None:
    if element is None:
        return None
    values, _ = _parted(element)
    if not values:
        return None
    return ReferenceInterval(
        kind=_INTERVAL.get(values.get("TypeOfInterval", "")),
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


def _reference(element: Element) -> Reference:
    return Reference(
        description=element.text("RefDescription") or "",
        url=element.text("URL"),
        object_identifier=element.text("BIN/ObjectIdentifier"),
        object_kind=element.text("BIN/ObjectCode"),
        object_extension=element.text("BIN/ObjectExtensionCode"),
        object_size_bytes=_integer(element.text("BIN/OriginalObjectSize")),
    )


def _origin(sender: Party, results: tuple[Result, ...]) -> Origin:
    if sender.identifier_kind == "ydernummer":
        return "local"
    return "local" if results and all(origin_of_result(result) == "local" for result in results) else "hospital"


def origin_of_result(result: Result) -> Origin:
    """`local` when the patient or a clinic made this result, whoever sent it."""
    return "local" if result.producer is not None and result.producer.code == PATIENT_OR_CLINIC else "hospital"


def _boolean(text: str | None) -> bool | None:
    """xs:boolean: all four spellings; None where it is absent or no boolean."""
    return None if text is None else {"true": True, "1": True, "false": False, "0": False}.get(text.strip())


def _integer(text: str | None) -> int | None:
    # int() takes at most 4,300 digits and other scripts' digits; a count in a letter is short and plain.
    stripped = (text or "").strip().lstrip("+")
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) <= 18 else None
