"""What the databank tells: a patient's history, the letters behind it and who has looked. Frozen structs."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Syntax
from labbro.records.model import IdentifierKind, Origin, Party, Person, ReportKind, ReportStatus, Result, Sample

AccessAction = Literal["search", "history", "value", "letter", "print", "export"]
OutcomeKind = Literal["stored", "again", "refused", "noted"]


class PatientSummary(msgspec.Struct, frozen=True):
    """A patient as the newest report names them. `key` is internal, carries no identity and may stand in an address."""

    key: UUID
    identifier: str
    identifier_kind: IdentifierKind
    surname: str
    given_name: str | None
    reports: int
    newest_report_at: dt.datetime | None


class ReportSummary(msgspec.Struct, frozen=True, gc=False):
    """The report around a result. Times of the letter are local Danish time without zone; `received_at` is UTC."""

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


class PatientHistory(msgspec.Struct, frozen=True):
    """Every result ever stored for a patient, superseded ones too; newest sample first, then by letter and ordinal."""

    patient: PatientSummary
    rows: tuple[StoredResult, ...]


class StoredLetter(msgspec.Struct, frozen=True):
    """A letter as it came: `raw` can be read again alone with letters.read, `digest` is their SHA-256."""

    key: UUID
    patient_key: UUID
    sender_ean: str
    letter_identifier: str
    receiver_ean: str
    standard: str
    version: str
    syntax: Syntax
    envelope_identifier: str | None
    received_at: dt.datetime
    source: str
    digest: bytes
    raw: bytes
    findings: tuple[Finding, ...] = ()


class RefusedLetter(msgspec.Struct, frozen=True):
    """A letter that was not taken in: its original bytes, why, and the receipt that says so where one could be made."""

    key: UUID
    sender_ean: str | None
    receiver_ean: str | None
    letter_identifier: str | None
    standard: str | None
    version_code: str | None
    syntax: Syntax | None
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
    `reason` says why. `noted`: a receipt came in, there is nothing to store. `code` is stable for programs.
    """

    kind: OutcomeKind
    reference: str | None
    sender_ean: str | None
    standard: str | None
    version_code: str | None
    syntax: Syntax | None
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
