"""A report of the databank as a European laboratory document.

Satisfies HL7 Europe Laboratory Report 2.0.0 and, where the patient has a number, HL7 Denmark's core 3.7. The same
report gives the same document, byte for byte. Source: facts fhir.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from labbro.eu import addresses, narrative, parties
from labbro.eu.addresses import DEFAULT, DK_CORE, EU_LAB, LOINC, Addresses, profiles
from labbro.eu.frame import Frame, instant
from labbro.eu.losses import losses_of
from labbro.eu.microbiology import add_microbiology, said, texts
from labbro.eu.observations import absent, add_result, row
from labbro.eu.pathology import add_diagnoses, add_section
from labbro.eu.specimens import Specimens
from labbro.eu.words import (
    OBSERVATION_STATUS,
    REPORT_TYPE,
    STUDIES,
    TITLES,
    composition_status,
    report_status,
)
from labbro.letters.findings import Finding
from labbro.records.model import Report, Result, ResultStatus

Json = dict[str, Any]

_encoder = msgspec.json.Encoder(decimal_format="number")
_BUNDLE_META = profiles(EU_LAB + "Bundle-eu-lab")
_COMPOSITION_META = profiles(EU_LAB + "Composition-eu-lab")
_REPORT_META = profiles(EU_LAB + "DiagnosticReport-eu-lab", DK_CORE + "dk-core-diagnostic-report")
_REQUEST_META = profiles(EU_LAB + "ServiceRequest-eu-lab", DK_CORE + "dk-core-person-servicerequest")
_RESTRICTED = [{"system": addresses.CONFIDENTIALITY, "code": "R"}]
_ANNOTATIONS = {"coding": [{"system": LOINC, "code": "48767-8"}], "text": "Bemærkninger"}


class Document(msgspec.Struct, frozen=True):
    """A Bundle as JSON values, and what of the report it has no place for."""

    bundle: Json
    losses: tuple[Finding, ...]

    def encoded(self) -> bytes:
        """The Bundle as JSON in UTF-8; numbers with the digits they were sent with."""
        return _encoder.encode(self.bundle)


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """Which version of a report a document is: 1 for the first; `replaces`: the letter whose place it takes.

    `adds`: it does not repeat all that the earlier one said, so it stands beside it.
    """

    number: int = 1
    replaces: str | None = None
    adds: bool = False


FIRST = Version()


def document(report: Report, known: Addresses = DEFAULT, version: Version = FIRST) -> Document:
    """The document of a report. Never fails: what has no place is told in `losses`."""
    frame = Frame(report, known)
    sender = parties.organisation(report.sender, frame.identity("sender"), known)
    author = Frame.refer(sender) if sender else parties.named(report.sender, known)
    receivers, recipients = _recipients(frame)
    frame.performer = [author]
    patient = parties.patient(report.patient, frame.identity("patient"), report.sender, known)
    requests = _requests(frame, recipients[0])
    specimens = Specimens(frame, requests)
    _add_results(frame, specimens)
    status = report_status(report)
    composition = _composition(frame, author, recipients, status, version)
    diagnostic = _diagnostic_report(frame, composition, requests, specimens.resources, status)
    resources = [
        composition,
        diagnostic,
        patient,
        *([sender] if sender else ()),
        *receivers,
        *requests,
        *specimens.resources,
        *frame.resources,
    ]
    return Document(_bundle(frame, resources), losses_of(report, known))


def _bundle(frame: Frame, resources: Sequence[Json]) -> Json:
    address = frame.reference("bundle")
    found: Json = {
        "resourceType": "Bundle",
        "id": address[9:],
        "meta": _BUNDLE_META if frame.report.consent_given is not False else {**_BUNDLE_META, "security": _RESTRICTED},
        "language": "da",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": address},
        "type": "document",
        "timestamp": instant(frame.report.authorised_at),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }
    return found


def _recipients(frame: Frame) -> tuple[list[Json], list[Json]]:
    """The organisations that the letter goes to and references to all of them: the receiver, then the copy's."""
    report, made, references = frame.report, list[Json](), list[Json]()
    for role, party in (("receiver", report.receiver), ("copy receiver", report.copy_receiver)):
        if party is None:
            continue
        one = parties.organisation(party, frame.identity(role), frame.known)
        references.append(Frame.refer(one) if one else parties.named(party, frame.known))
        if one is not None:
            made.append(one)
    return made, references


def _add_results(frame: Frame, specimens: Specimens) -> None:
    """All results in the order of the letter; `frame.results` are those that stand by themselves."""
    report = frame.report
    whole = _whole_status(report)
    for at, sample in enumerate(report.samples):
        if sample.diagnoses is not None:
            frame.results += add_diagnoses(frame, sample.diagnoses, whole, at, specimens.of(at, None))
    for result in report.results:
        frame.results.append(_one_result(frame, result, specimens.of(result.sample, result)))
    if report.microbiology is not None:
        _add_whole_microbiology(frame, whole, specimens.of(0, None))
    frame.results += [add_section(frame, one, whole, 0, specimens.of(0, None)) for one in report.sections]


def _whole_status(report: Report) -> str:
    """The status of what the letter says of itself: its own, else the one that its results share."""
    if report.result_status is not None:
        return OBSERVATION_STATUS[report.result_status]
    statuses: set[ResultStatus] = {result.status for result in report.results}
    return OBSERVATION_STATUS[next(iter(statuses))] if len(statuses) == 1 else "final"


def _one_result(frame: Frame, result: Result, specimen: Json | None) -> Json:
    """A result with all that belongs to it."""
    found = add_result(frame, result, specimen)
    status = found["status"]
    notes: list[str] = []
    members: list[Json] = []
    if result.summary and result.summary.strip():
        notes.append(result.summary)
    word = ""
    if result.microbiology is not None:
        word = said(result.microbiology.interpretation)
    frame.rows.append(_with_word(row(result), word))
    if result.microbiology is not None:
        members, told = add_microbiology(frame, result.microbiology, status, result.sample, specimen)
        notes += told
    members += [add_section(frame, one, status, result.sample, specimen) for one in result.sections]
    if word and "dataAbsentReason" in found:
        del found["dataAbsentReason"]
        found["valueString"] = word
    elif word:
        notes.insert(0, word)
    _join(found, members, notes)
    return found


def _with_word(shown: tuple[str, str, str, str, str], word: str) -> tuple[str, str, str, str, str]:
    name, value, unit, limits, remark = shown
    return name, "\n".join(bit for bit in (value, word) if bit), unit, limits, remark


def _add_whole_microbiology(frame: Frame, status: str, specimen: Json | None) -> None:
    """Microbiology that a letter tells of itself, not of one of its results (RPT02)."""
    told = frame.report.microbiology
    assert told is not None
    found = frame.observation({"text": "Mikrobiologisk undersøgelse"}, status)
    if specimen is not None:
        found["specimen"] = specimen
    word = said(told.interpretation)
    if word:
        found["valueString"] = word
        frame.rows.append(("Mikrobiologisk undersøgelse", word, "", "", ""))
    members, notes = add_microbiology(frame, told, status, 0, specimen)
    _join(found, members, notes)
    if not word and not members and status != "registered":
        found["dataAbsentReason"] = absent("unknown")
    frame.results.append(found)


def _join(found: Json, members: Sequence[Json], notes: Sequence[str]) -> None:
    if members:
        found["hasMember"] = [Frame.refer(member) for member in members]
        if "valueString" not in found and "valueQuantity" not in found:
            found.pop("dataAbsentReason", None)
    told = [{"text": note.strip("\n")} for note in notes if note.strip()]
    if told:
        found["note"] = [*found.get("note", ()), *told]


def _composition(frame: Frame, author: Json, recipients: Sequence[Json], status: str, version: Version) -> Json:
    report = frame.report
    study = STUDIES[report.kind]
    found: Json = {
        "resourceType": "Composition",
        "id": frame.identity("composition"),
        "meta": _COMPOSITION_META,
        "language": "da",
        "extension": [
            {"url": addresses.COMPOSITION_VERSION, "valueString": str(version.number)},
            *({"url": addresses.RECIPIENT, "valueReference": recipient} for recipient in recipients),
            {"url": addresses.REPORT_OF_COMPOSITION, "valueReference": {"reference": frame.reference("report")}},
        ],
        "identifier": report_identifier(report, frame.known),
        "status": composition_status(status),
        "type": REPORT_TYPE,
        "category": [study],
        "subject": frame.subject,
        "date": instant(report.authorised_at),
        "author": [author],
        "title": TITLES[report.kind],
        "custodian": author,
    }
    if version.replaces is not None:
        target = {"system": letter_address(report, frame.known), "value": version.replaces}
        found["relatesTo"] = [{"code": "appends" if version.adds else "replaces", "targetIdentifier": target}]
    section: Json = {"title": TITLES[report.kind], "code": study, "text": narrative.table(frame.rows)}
    if frame.results:
        section["entry"] = [Frame.refer(one) for one in frame.results]
    found["section"] = [section]
    remarks = _remarks(report)
    if remarks:
        told = {"title": "Bemærkninger", "code": _ANNOTATIONS, "text": narrative.words(*remarks)}
        found["section"].append(told)
    return found


def _diagnostic_report(
    frame: Frame, composition: Json, requests: Sequence[Json], specimens: Sequence[Json], status: str
) -> Json:
    report = frame.report
    found: Json = {
        "resourceType": "DiagnosticReport",
        "id": frame.identity("report"),
        "meta": _REPORT_META,
        "language": "da",
        "extension": [{"url": addresses.COMPOSITION_OF_REPORT, "valueReference": Frame.refer(composition)}],
        "identifier": [
            composition["identifier"],
            {"system": letter_address(report, frame.known), "value": report.letter_identifier},
        ],
        "status": status,
        "category": composition["category"],
        "code": REPORT_TYPE,
        "subject": frame.subject,
        "effectiveDateTime": instant(report.results_at),
        "issued": instant(report.authorised_at),
        "performer": frame.performer,
    }
    if requests:
        found["basedOn"] = [Frame.refer(one) for one in requests]
    if specimens:
        found["specimen"] = [Frame.refer(one) for one in specimens]
    if frame.results:
        found["result"] = [Frame.refer(one) for one in frame.results]
    if report.summary is not None and said(report.summary).strip():
        found["conclusion"] = said(report.summary).strip("\n")
    return found


def report_identifier(report: Report, known: Addresses) -> Json:
    """The identity of a report through its corrections: sender and production number, else the letter's own."""
    sender = report.sender.ean or report.sender.identifier
    return {"system": known.report, "value": f"{sender}-{report.production_number or report.letter_identifier}"}


def letter_address(report: Report, known: Addresses) -> str:
    """The system of the sender's letter numbers."""
    return known.letter.format(report.sender.ean or report.sender.identifier)


def _requests(frame: Frame, requester: Json) -> list[Json]:
    """One request for each number that a requester gave, else for each of the laboratory's."""
    report = frame.report
    numbers = [number for number in (report.requisition_number,) if number]
    numbers += [sample.requester_number for sample in report.samples if sample.requester_number]
    if not numbers:
        numbers = [sample.laboratory_number for sample in report.samples if sample.laboratory_number]
    found: list[Json] = []
    for number in dict.fromkeys(number.strip() for number in numbers if number.strip()):
        one: Json = {
            "resourceType": "ServiceRequest",
            "id": frame.identity(f"request {number}"),
            "meta": _REQUEST_META,
            "identifier": [{"system": frame.known.requisition, "value": number}],
            "status": "completed",
            "intent": "order",
            "priority": "routine",
            "subject": frame.subject,
            "requester": requester,
        }
        if report.requested_at is not None:
            one["authoredOn"] = instant(report.requested_at)
        found.append(one)
    return found


def _remarks(report: Report) -> list[str]:
    """What the letter says of the whole, in the order a reader meets it."""
    clinical = report.clinical_information
    return [
        *([f"Kliniske oplysninger: {clinical}"] if clinical and clinical.strip() else ()),
        *([report.diagnosis_headline] if report.diagnosis_headline else ()),
        *([report.comments] if report.comments and report.comments.strip() else ()),
        *texts(report.coded_comments),
        *texts(report.remarks),
    ]


def made_at(document_json: Json) -> dt.datetime:
    """When a document was made."""
    return dt.datetime.fromisoformat(document_json["timestamp"])
