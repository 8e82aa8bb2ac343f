"""What the databank tells: a patient's history, the letters behind it and who has looked. Frozen structs."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Syntax
from labbro.records.answers import AnswerState, RequestState, Step
from labbro.records.model import (
    IdentifierKind,
    Origin,
    Party,
    Person,
    Report,
    ReportKind,
    ReportStatus,
    Result,
    Sample,
)
from labbro.records.requisition import Requisition

AccessAction = Literal[
    "document", "search", "history", "value", "letter", "print", "export", "report", "requisition", "access-log"
]
HeldSyntax = Syntax | Literal["json"]  # European documents are JSON
OutcomeKind = Literal["stored", "again", "refused", "noted", "passed"]


class PatientSummary(msgspec.Struct, frozen=True):
    """A patient as the newest report names them. `key` is internal, carries no identity and may stand in an address."""

    key: UUID
    identifier: str
    identifier_kind: IdentifierKind
    surname: str
    given_name: str | None
    reports: int
    newest_report_at: dt.datetime | None


class Answer(msgspec.Struct, frozen=True, gc=False):
    """One report that answers one requisition; the fields are those of labbro.records.answers.Match."""

    requisition_key: UUID
    report_key: UUID
    number: str
    step: Step
    same_laboratory: bool
    ambiguous: bool


class ReportSummary(msgspec.Struct, frozen=True, gc=False):
    """The report around a result. Times of the letter are local Danish time without zone; `received_at` is UTC.

    `requisitions` are those it answers; `requested` says why there are none.
    """

    letter_key: UUID
    letter_identifier: str
    kind: ReportKind
    standard: str
    version: str
    sender: Party
    receiver: Party
    copy_receiver: Party | None
    physician: str | None
    patient: Person
    production_number: str
    authorised_at: dt.datetime
    results_at: dt.datetime
    received_at: dt.datetime
    status: ReportStatus | None
    consent_given: bool | None
    comments: str | None
    origin: Origin
    requested: RequestState = "no-number"
    requisitions: tuple[Answer, ...] = ()


class StoredResult(msgspec.Struct, frozen=True, gc=False):
    """One result with what it came in and its place among corrections.

    `chain` is the same for all rows that tell of the same measurement; in a chain exactly one row is `current`, and
    every other one names in `superseded_by` the letter that holds it. `ambiguous`: the letters disagree about how many
    results there are, so they could not be linked, and all are shown. `origin` is that of this result; a hospital's
    report may hold a value that the patient measured.
    """

    result: Result
    report: ReportSummary
    sample: Sample
    letter_key: UUID
    current: bool
    superseded_by: UUID | None
    chain: str
    ambiguous: bool
    origin: Origin


class StoredReport(msgspec.Struct, frozen=True, gc=False):
    """A report of microbiology, pathology or genetics, whole, with its place among corrections.

    `chain` is the same for all letters of one examination. Where a later letter replaces this one, it is not `current`
    and `superseded_by` names that letter. `ambiguous`: another letter of the chain is current beside it, since it does
    not repeat all that this one says.
    """

    report: Report
    letter_key: UUID
    received_at: dt.datetime
    current: bool
    superseded_by: UUID | None
    chain: str
    ambiguous: bool
    requested: RequestState = "no-number"
    requisitions: tuple[Answer, ...] = ()


class StoredRequisition(msgspec.Struct, frozen=True, gc=False):
    """A requisition and what came of it. `answers` are ordered by the time of the report, oldest first.

    `missing` are the ordinals of the requested analyses that no report in force has a result of, where the codes of the
    answers are those of the request (biochemistry); None where they cannot be compared.
    """

    requisition: Requisition
    letter_key: UUID
    received_at: dt.datetime
    state: AnswerState
    answers: tuple[Answer, ...] = ()
    missing: tuple[int, ...] | None = None


class PatientHistory(msgspec.Struct, frozen=True):
    """All that was ever stored for a patient, superseded letters too.

    `rows` are the results of biochemistry and foot status, newest sample first, then by letter and ordinal; `reports`
    those of microbiology, pathology and genetics, newest first by results_at; `requisitions` newest first by their
    requested_at.
    """

    patient: PatientSummary
    rows: tuple[StoredResult, ...]
    reports: tuple[StoredReport, ...] = ()
    requisitions: tuple[StoredRequisition, ...] = ()


class StoredLetter(msgspec.Struct, frozen=True):
    """A letter as it came: `raw` can be read again alone with letters.read, `digest` is their SHA-256.

    A European document is kept as one too; its `syntax` is json, and labbro.eu reads it.
    """

    key: UUID
    patient_key: UUID
    sender_ean: str
    letter_identifier: str
    receiver_ean: str
    standard: str
    version: str
    syntax: HeldSyntax
    envelope_identifier: str | None
    received_at: dt.datetime
    source: str
    digest: bytes
    raw: bytes
    findings: tuple[Finding, ...] = ()


class StoredDelivery(msgspec.Struct, frozen=True):
    """How a letter came in a transport envelope; the fields are those of labbro.letters.letter.Delivery. UTC."""

    envelope_identifier: str
    message_identifier: str
    sender: str
    receiver: str
    sent: str
    received_at: dt.datetime


class RefusedLetter(msgspec.Struct, frozen=True):
    """A letter that was not taken in: its original bytes, why, and the receipt that says so where one could be made."""

    key: UUID
    sender_ean: str | None
    receiver_ean: str | None
    letter_identifier: str | None
    standard: str | None
    version_code: str | None
    syntax: HeldSyntax | None
    received_at: dt.datetime
    source: str
    code: str
    reason: str
    reason_da: str
    raw: bytes
    findings: tuple[Finding, ...]
    receipt_key: UUID | None


class Receipt(msgspec.Struct, frozen=True):
    """A receipt that was made for a letter: who it goes to, and its bytes in the syntax of the original."""

    key: UUID
    positive: bool
    sender_ean: str
    receiver_ean: str
    original_envelope: str
    original_letter: str
    created_at: dt.datetime
    version: str
    syntax: Syntax
    raw: bytes


class Outcome(msgspec.Struct, frozen=True):
    """What became of one letter of an intake; told only after it is durable.

    `stored`: new. `again`: the identical letter was here before and is acknowledged again. `refused`: not taken in,
    `reason` says why. `noted`: a receipt came in, there is nothing to store. `passed`: a file found in a folder holds
    no letter at all, nothing is kept of it. `code` is stable for programs.
    """

    kind: OutcomeKind
    reference: str | None
    sender_ean: str | None
    standard: str | None
    version_code: str | None
    syntax: HeldSyntax | None
    namespace: str | None
    findings: tuple[Finding, ...]
    code: str
    reason: str | None = None
    reason_da: str | None = None
    receipt_key: UUID | None = None
    letter_key: UUID | None = None
    patient_key: UUID | None = None

    @property
    def taken(self) -> bool:
        """Whether the letter is safe with us (or needed no keeping)."""
        return self.kind != "refused"


class AccessEntry(msgspec.Struct, frozen=True):
    """One look at a patient: who (`actor`, an account's identifier, and the name shown for it), what and when (UTC).

    `letter_key` is set when one letter was looked at; `purpose` is what the person gave as reason, if anything.
    """

    patient_key: UUID
    at: dt.datetime
    actor: str
    actor_name: str
    action: AccessAction
    request_id: str
    organisation: str | None = None
    letter_key: UUID | None = None
    purpose: str | None = None
