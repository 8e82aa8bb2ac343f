"""What the requests share on their way to the record: parties, payer, samples with their numbers, prompts."""

from __future__ import annotations

from typing import Final

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.projections import parts
from labbro.records.projections.parts import NOTHING, boolean, integer
from labbro.records.projections.reading import EARLIEST, moment, name, prose
from labbro.records.requisition import (
    Number,
    Payer,
    PayerKind,
    Priority,
    RequestedAnalysis,
    RequestedSample,
    Requisition,
    RequisitionKind,
    SamplingPlace,
    SamplingTimeKind,
)

NATIONAL: Final = "nationaltproevenummer"
INFORMATION: Final = "RequisitionInformation"

PRIORITY: Final[dict[str, Priority]] = {
    "straks": "immediate",
    "fremskyndet": "hastened",
    "rutine": "routine",
    "telefonsvar": "telephone",
}
_PLACE: Final[dict[str, SamplingPlace]] = {
    "rekvirenten": "requester",
    "laboratoriet": "laboratory",
    "laboratoriet_eksternt": "outside-laboratory",
    "patienten": "patient",
}
_TIME_KIND: Final[dict[str, SamplingTimeKind]] = {"faktisk": "actual", "oensket": "wanted"}
_PAYER: Final[dict[str, PayerKind]] = {
    "sygesikring_gruppe_1": "insurance-1",
    "sygesikring_gruppe_2": "insurance-2",
    "rekvirent": "requester",
    "anden": "other",
}


def requisition(
    letter: Letter,
    kind: RequisitionKind,
    standard: str,
    *,
    samples: tuple[RequestedSample, ...],
    analyses: tuple[RequestedAnalysis, ...],
    findings: list[Finding],
) -> Requisition:
    """The requisition with all that every type says in the same place; the rest is the type's own."""
    root = letter.root
    information = root.find(INFORMATION) or NOTHING
    authorised_at = moment(root, "Letter/Authorisation", findings)
    requested_at = moment(information, "RequisitionDateTime", findings)
    original, copy_receiver, collector = (root.find(tag) for tag in ("OriginalRequester", "CCReceiver", "Collector"))
    # Who takes the sample does not say whether the time is one that was or one that is wished for.
    assumed_time = f"{INFORMATION}/SamplingDateTimeType" in letter.assumed
    return Requisition(
        kind=kind,
        standard=standard,
        version=letter.version,
        letter_identifier=letter.identifier,
        authorised_at=authorised_at or requested_at or EARLIEST,
        requested_at=requested_at or authorised_at or EARLIEST,
        sender=parts.party(root.find("Sender") or NOTHING),
        receiver=parts.party(root.find("Receiver") or NOTHING),
        patient=parts.person(root.find("Patient") or NOTHING),
        samples=samples,
        analyses=analyses,
        sampling_place=_PLACE.get(information.text("SamplingLocationCode") or ""),
        sampling_location=prose(information.find("SamplingLocation")),
        sampling_time_kind=None if assumed_time else _TIME_KIND.get(information.text("SamplingDateTimeType") or ""),
        sampled_at=moment(information, "SamplingDateTime", findings),
        tubes=integer(information.text("NumberOfTestTubes")),
        original_requester=None if original is None else parts.party(original),
        reply_to_sender=boolean(root.text("Sender/ReplyTo")),
        reply_to_original=boolean(root.text("OriginalRequester/ReplyTo")),
        copy_receiver=None if copy_receiver is None else parts.party(copy_receiver),
        copy_text=information.text("CarbonCopyReceiver"),
        collector=None if collector is None else parts.party(collector),
        payer=_payer(root.find("Payer")),
        relative=parts.relative(root),
        consent_given=parts.consent_given(letter),
        clinical_information=prose(information.find("ClinicalInformation")),
        comments=prose(information.find("Comments")),
        prompts=parts.prompts(root.find("Requests"), findings),
    )


def _payer(element: Element | None) -> Payer | None:
    if element is None:
        return None
    return Payer(
        kind=_PAYER.get(element.text("PayersTypeCode") or "", "other"),
        identifier=element.text("Identifier"),
        identifier_kind=element.text("IdentifierCode"),
        organisation=name(element, "OrganisationName"),
        order=element.text("OrderIdentifier"),
        account=element.text("AccountIdentifier"),
    )


def numbers(element: Element) -> dict[str, Number]:
    """The numbers below an element by their tags; each is national where a flag follows it, before the next number."""
    found: dict[str, Number] = {}
    last: str | None = None
    for child in element.children:
        if child.name.endswith("IdentifierType"):
            tag = "OriginalRequesterSampleIdentifier" if child.name.startswith("Original") else last
            if tag in found and child.value.strip() == NATIONAL:
                found[tag] = Number(found[tag].value, national=True)
        elif child.name.endswith("Identifier") and child.value.strip():
            found[child.name] = Number(child.value)
            last = child.name
    return found


def sample(element: Element) -> RequestedSample:
    """A sample with its numbers and references."""
    own = numbers(element)
    return RequestedSample(
        number=own.get("RequesterSampleIdentifier"),
        original=own.get("OriginalRequesterSampleIdentifier"),
        references=parts.references(element),
    )
