"""What is to be done with one letter, decided without the database: keep it, refuse it, or only note it. Pure.

All that costs processor time (projection, JSON) happens here, outside the transaction.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

import msgspec

from labbro import records
from labbro.databank import keys
from labbro.databank.history import HeldSyntax
from labbro.databank.incoming import Incoming, IncomingDocument
from labbro.databank.originals import answerable
from labbro.letters.findings import Finding
from labbro.letters.letter import PLEASE_ACKNOWLEDGE, Delivery, Letter, Reading
from labbro.letters.receipts import Original
from labbro.records.model import Report
from labbro.records.requisition import Requisition

RefusalCode = Literal["invalid", "unreadable", "not-supported", "conflict", "cannot-store"]

UNSUPPORTED: Final = frozenset({"unknown-namespace", "not-supported"})
RECEIPTS: Final = "CTL"
KEPT_FINDINGS: Final = 200  # of one letter; a hostile one may have a million

_REASONS: Final[dict[RefusalCode, tuple[str, str]]] = {
    "invalid": ("The letter has errors.", "Brevet har fejl."),
    "unreadable": ("No letter can be read here.", "Der kan ikke læses noget brev her."),
    "not-supported": (
        "Letters of this type or version are not received.",
        "Breve af denne type eller version modtages ikke.",
    ),
    "conflict": (
        "Another letter with this sender and identifier has been received before, with other content.",
        "Et andet brev med denne afsender og dette brevnummer er modtaget før, med andet indhold.",
    ),
    "cannot-store": (
        "The letter holds something that cannot be stored.",
        "Brevet indeholder noget, der ikke kan gemmes.",
    ),
}
_ENCODE: Final = msgspec.json.Encoder().encode


class Heading(msgspec.Struct, frozen=True, gc=False):
    """What must be known of any letter: for its outcome, its receipt, and its bytes.

    The letter's tree is not kept: hundreds of trees in memory make reading the next ones slower by half. Where it is
    needed again, which is seldom, it is read again from the bytes.
    """

    reference: str | None
    sender_ean: str | None
    receiver_ean: str | None
    standard: str | None
    version_code: str | None
    syntax: HeldSyntax | None
    namespace: str | None
    original: Original | None  # what a receipt says of it; None where nobody can be answered
    raw: bytes
    delivery: Delivery | None = None


class Keep(msgspec.Struct, frozen=True, gc=False):
    """A letter that shall be stored, with its rows ready to be written (in the order of the tables' columns).

    `patient`: identifier, its kind, and its scope. `wants_receipt`: the sender asked for a positive one. A letter has
    the rows of a report, or the one of a requisition.
    """

    heading: Heading
    findings: tuple[Finding, ...]
    wants_receipt: bool
    patient_key: UUID
    letter_key: UUID
    patient: tuple[str, str, str]
    letter_row: tuple[object, ...]
    report_row: tuple[object, ...] | None = None
    sample_rows: tuple[tuple[object, ...], ...] = ()
    result_rows: tuple[tuple[object, ...], ...] = ()
    requisition_row: tuple[object, ...] | None = None

    @property
    def digest(self) -> bytes:
        """SHA-256 of the bytes."""
        return sha256(self.heading.raw).digest()


class Refuse(msgspec.Struct, frozen=True):
    """A letter that shall not be stored, and why."""

    heading: Heading
    code: RefusalCode
    findings: tuple[Finding, ...]
    patient_key: UUID = keys.NOBODY

    @property
    def reason(self) -> str:
        """Why, in English."""
        return _REASONS[self.code][0]

    @property
    def reason_da(self) -> str:
        """Why, in Danish."""
        return _REASONS[self.code][1]


class Note(msgspec.Struct, frozen=True):
    """A receipt that came in: nothing to store and nothing to answer."""

    heading: Heading
    findings: tuple[Finding, ...]


def prepare(reading: Incoming, patient_keys: keys.PatientKeys) -> Keep | Refuse | Note:
    """Decide about one letter or document. Never raises for what a sender may send."""
    if isinstance(reading, IncomingDocument):
        return _document(reading, patient_keys)
    heading = _heading(reading)
    findings = reading.findings
    # A receipt of the transport (VANSEnvelope) is read without a letter and without fault.
    of_transport = reading.letter is None and reading.standard is not None
    if reading.ok and (of_transport or (reading.standard or "").removeprefix("X").startswith(RECEIPTS)):
        return Note(heading, (*findings[:KEPT_FINDINGS], _nothing_to_store()))
    letter = reading.letter
    if letter is None or not reading.ok:
        return Refuse(heading, _why(reading), findings)
    if not (records.can_project(letter) or records.is_requisition(letter)):
        return Refuse(heading, "not-supported", (*findings, _not_received(letter)))
    if reading.syntax == "edifact" and b"\x00" in reading.raw:  # XML cannot say it, PostgreSQL's text cannot hold it
        return Refuse(heading, "cannot-store", (*findings, _null_character()))
    return _keep(heading, findings, letter, patient_keys)


def _document(document: IncomingDocument, patient_keys: keys.PatientKeys) -> Keep | Refuse:
    """A document is kept as a letter is; it has no envelope, and receipts are MedCom's: the answer alone tells."""
    report = document.report
    heading = Heading(
        reference=document.reference,
        sender_ean=None if report is None else report.sender.ean or report.sender.identifier or None,
        receiver_ean=None if report is None else report.receiver.ean,
        standard=document.standard,
        version_code=document.version,
        syntax="json",
        namespace=None,
        original=None,
        raw=document.raw,
    )
    if report is None:
        return Refuse(heading, "invalid", document.findings)
    subject = keys.subject_of_report(report)
    if document.scope:
        subject = msgspec.structs.replace(subject, sender=document.scope)
    parties = heading.sender_ean or "", report.letter_identifier, heading.receiver_ean or ""
    return Keep(
        heading=heading,
        findings=document.findings,
        wants_receipt=False,
        patient_key=patient_keys.of_subject(subject),
        letter_key=keys.document_key(document.name),
        patient=(keys.stored_identifier(subject), report.patient.identifier_kind, keys.scope_of(subject)),
        letter_row=(*parties, document.standard, document.version, "json", None),
        report_row=_report_row(report),
        sample_rows=_sample_rows(report),
        result_rows=_result_rows(report),
    )


def _heading(reading: Reading) -> Heading:
    letter = reading.letter
    return Heading(
        reference=reading.reference,
        sender_ean=None if letter is None else letter.sender_ean or None,
        receiver_ean=None if letter is None else letter.receiver_ean or None,
        standard=reading.standard,
        version_code=reading.version_code,
        syntax=reading.syntax,
        namespace=reading.namespace,
        original=answerable(reading),
        raw=reading.raw,
        delivery=reading.delivery,
    )


def _why(reading: Reading) -> RefusalCode:
    if any(finding.code in UNSUPPORTED for finding in reading.findings):
        return "not-supported"
    return "unreadable" if reading.letter is None else "invalid"


def _keep(heading: Heading, findings: tuple[Finding, ...], letter: Letter, patient_keys: keys.PatientKeys) -> Keep:
    if records.is_requisition(letter):
        asked = records.project_requisition(letter)
        subject = keys.subject_of_requisition(asked.requisition)
        kept = _kept(heading, (*findings, *asked.findings), letter, subject, asked.requisition.standard, patient_keys)
        return msgspec.structs.replace(kept, requisition_row=_requisition_row(asked.requisition))
    projection = records.project_with_findings(letter)
    report = projection.report
    subject = keys.subject_of_report(report)
    kept = _kept(heading, (*findings, *projection.findings), letter, subject, report.standard, patient_keys)
    return msgspec.structs.replace(
        kept, report_row=_report_row(report), sample_rows=_sample_rows(report), result_rows=_result_rows(report)
    )


def _kept(
    heading: Heading,
    findings: tuple[Finding, ...],
    letter: Letter,
    subject: keys.Subject,
    standard: str,
    patient_keys: keys.PatientKeys,
) -> Keep:
    """What every letter has, whatever it says."""
    envelope = letter.envelope
    return Keep(
        heading=heading,
        findings=findings,
        wants_receipt=envelope is not None and envelope.acknowledgement == PLEASE_ACKNOWLEDGE,
        patient_key=patient_keys.of_subject(subject),
        letter_key=keys.letter_key(letter.sender_ean, letter.identifier),
        patient=(keys.stored_identifier(subject), subject.patient.identifier_kind, keys.scope_of(subject)),
        letter_row=(
            letter.sender_ean,
            letter.identifier,
            letter.receiver_ean,
            standard,
            letter.version,
            heading.syntax,
            None if envelope is None else envelope.identifier,
        ),
    )


def _report_row(report: Report) -> tuple[object, ...]:
    return report.authorised_at, report.kind, _ENCODE(msgspec.structs.replace(report, samples=(), results=()))


def _requisition_row(requisition: Requisition) -> tuple[object, ...]:
    return requisition.requested_at, requisition.kind, _ENCODE(requisition)


def _sample_rows(report: Report) -> tuple[tuple[object, ...], ...]:
    return tuple(
        (ordinal, sample.laboratory_number, sample.requester_number, sample.sampled_at, _ENCODE(sample))
        for ordinal, sample in enumerate(report.samples)
    )


def _result_rows(report: Report) -> tuple[tuple[object, ...], ...]:
    return tuple(
        (
            result.ordinal,
            result.sample,
            result.analysis.value,
            result.analysis.system,
            result.analysis.responsible,
            result.status,
            _ENCODE(result),
        )
        for result in report.results
    )


def _nothing_to_store() -> Finding:
    return Finding(
        "info",
        "receipt-noted",
        None,
        "This is a receipt, not for the databank; there is nothing to store.",
        "Dette er en kvittering, som databanken ikke skal gemme.",
    )


def _not_received(letter: Letter) -> Finding:
    return Finding(
        "error",
        "not-received",
        None,
        f"Letters of version {letter.version} are not received here yet.",
        f"Breve af version {letter.version} modtages ikke her endnu.",
    )


def _null_character() -> Finding:
    return Finding(
        "error", "null-character", None, "The letter holds the character U+0000.", "Brevet indeholder tegnet U+0000."
    )
