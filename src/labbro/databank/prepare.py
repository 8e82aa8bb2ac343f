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
from labbro.letters.findings import Finding
from labbro.letters.letter import PLEASE_ACKNOWLEDGE, Letter, Reading
from labbro.records.model import Report

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


class Keep(msgspec.Struct, frozen=True, gc=False):
    """A letter that shall be stored, with its rows ready to be written (in the order of the tables' columns)."""

    reading: Reading
    letter: Letter
    report: Report
    patient_key: UUID
    letter_key: UUID
    digest: bytes
    findings: tuple[Finding, ...]
    wants_receipt: bool
    report_row: bytes
    sample_rows: tuple[tuple[object, ...], ...]
    result_rows: tuple[tuple[object, ...], ...]


class Refuse(msgspec.Struct, frozen=True):
    """A letter that shall not be stored as a report, and why."""

    reading: Reading
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

    reading: Reading
    findings: tuple[Finding, ...]


def prepare(reading: Reading, patient_keys: keys.PatientKeys) -> Keep | Refuse | Note:
    """Decide about one letter. Never raises for what a sender may send."""
    if (reading.standard or "").removeprefix("X").startswith(RECEIPTS) and reading.ok:
        return Note(reading, (*reading.findings[:KEPT_FINDINGS], _nothing_to_store()))
    letter = reading.letter
    if letter is None or not reading.ok:
        return Refuse(reading, _why(reading), reading.findings)
    if not records.can_project(letter):
        return Refuse(reading, "not-supported", (*reading.findings, _not_received(letter)))
    return _keep(reading, letter, patient_keys)


def _why(reading: Reading) -> RefusalCode:
    if any(finding.code in UNSUPPORTED for finding in reading.findings):
        return "not-supported"
    return "unreadable" if reading.letter is None else "invalid"


def _keep(reading: Reading, letter: Letter, patient_keys: keys.PatientKeys) -> Keep | Refuse:
    if reading.syntax == "edifact" and b"\x00" in reading.raw:  # XML cannot say it, PostgreSQL's text cannot hold it
        return Refuse(reading, "cannot-store", (*reading.findings, _null_character()))
    report, told = _projection(letter)
    findings = (*reading.findings, *told)
    result_rows = _result_rows(report)
    sample_rows = tuple(
        (
            ordinal,
            sample.laboratory_number,
            sample.requester_number,
            sample.sampled_at,
            _ENCODE(sample),
        )
        for ordinal, sample in enumerate(report.samples)
    )
    report_row = _ENCODE(msgspec.structs.replace(report, samples=(), results=()))
    return Keep(
        reading=reading,
        letter=letter,
        report=report,
        patient_key=patient_keys.of_report(report),
        letter_key=keys.letter_key(letter.sender_ean, letter.identifier),
        digest=sha256(reading.raw).digest(),
        findings=findings,
        wants_receipt=letter.envelope is not None and letter.envelope.acknowledgement == PLEASE_ACKNOWLEDGE,
        report_row=report_row,
        sample_rows=sample_rows,
        result_rows=result_rows,
    )


def _projection(letter: Letter) -> tuple[Report, tuple[Finding, ...]]:
    projection = records.project_with_findings(letter)
    return projection.report, projection.findings


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
        "This is a receipt; there is nothing to store.",
        "Dette er en kvittering; der er intet at gemme.",
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
