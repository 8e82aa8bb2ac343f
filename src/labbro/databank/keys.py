"""Internal keys, derived so that every node and every re-run finds the same one without asking. Pure.

A patient's key is a keyed hash of the identifier: without the installation's secret nobody can go from a CPR to a key
or back, so keys may stand in addresses and logs. The other keys are plain hashes of what names the thing.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final
from uuid import UUID

import msgspec

from labbro.codes import cpr
from labbro.records.model import Person, Report
from labbro.records.requisition import Requisition

NOBODY: Final = UUID(int=0)  # the patient key of what belongs to no known patient
LOCKS: Final = 1 << 16  # letters share this many locks, so that a large batch cannot fill the database's lock table

_VERSION_8: Final = 0x8 << 76  # RFC 9562: a layout of our own
_VARIANT: Final = 0b10 << 62
_FREE_BITS: Final = ~((0xF << 76) | (0b11 << 62))


class PatientKeys:
    """Derives patients' keys from one secret. The same identifier gives the same key; scopes never mix."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"labbro patient key 1", "sha256")

    def of_identifier(self, kind: str, scope: str, identifier: str) -> UUID:
        """The key of an identifier within its scope (empty: national; else who gave it)."""
        return _uuid(hmac.digest(self._key, _joined("patient", kind, scope, identifier), "sha256"))

    def of_subject(self, subject: Subject) -> UUID:
        """The key of the patient a letter is about.

        Whoever has no identifier is a person of their own for each sample, and is never merged with another.
        """
        if subject.patient.identifier_kind == "unknown":
            parts = _joined("unknown", subject.sender, *subject.otherwise)
            return _uuid(hmac.digest(self._key, parts, "sha256"))
        return self.of_identifier(subject.patient.identifier_kind, scope_of(subject), stored_identifier(subject))


class Subject(msgspec.Struct, frozen=True):
    """Whom a letter is about: the patient, who says so (EAN), and what tells a patient without identifier apart."""

    patient: Person
    sender: str
    otherwise: tuple[str, ...]


def subject_of_report(report: Report) -> Subject:
    """Without identifier a patient is known by the laboratory's production number and sample."""
    sample = report.samples[0].laboratory_number if report.samples else report.letter_identifier
    return Subject(report.patient, report.sender.ean or report.sender.identifier, (report.production_number, sample))


def subject_of_requisition(requisition: Requisition) -> Subject:
    """Without identifier a patient is known by the requester's number; the answer's sender does not know them by it."""
    numbers = [requisition.number, *(sample.number for sample in requisition.samples)]
    known = [number.value for number in numbers if number is not None]
    sender = requisition.sender.ean or requisition.sender.identifier
    return Subject(requisition.patient, sender, ("requisition", known[0] if known else requisition.letter_identifier))


def scope_of(subject: Subject) -> str:
    """Whose identifier the patient has: empty for CPR and the national replacement (X-eCPR), else the sender's EAN.

    A regional replacement (D-eCPR) and ten free characters mean something to their sender only.
    """
    if subject.patient.identifier_kind == "cpr" or _national(subject.patient.identifier):
        return ""
    return subject.sender


def stored_identifier(subject: Subject) -> str:
    """The identifier as it is compared: without the hyphen people write, national ones in upper case."""
    identifier = subject.patient.identifier
    return cpr.normal(identifier) if subject.patient.identifier_kind == "cpr" or _national(identifier) else identifier


def letter_key(sender_ean: str, letter_identifier: str) -> UUID:
    """The key of a letter: its sender and the number the sender gave it."""
    return _uuid(hashlib.sha256(_joined("letter", sender_ean, letter_identifier)).digest())


def document_key(name: tuple[str, ...]) -> UUID:
    """The key of a document: its sender and the numbers it was given."""
    return _uuid(hashlib.sha256(_joined("document", *name)).digest())


def refused_key(raw: bytes, code: str) -> UUID:
    """The key of a refused letter: its bytes and why, so that the same letter refused again is the same row."""
    return _uuid(hashlib.sha256(_joined("refused", code) + raw).digest())


def delivery_key(envelope: str, message: str, letter: UUID) -> UUID:
    """The key of a delivery: which envelope with which message brought which letter."""
    return _uuid(hashlib.sha256(_joined("delivery", envelope, message, letter.hex)).digest())


def receipt_key(sender_ean: str, receiver_ean: str, envelope: str, letter: str, answer: str) -> UUID:
    """The key of a receipt: which letter in which envelope it answers, and how."""
    return _uuid(hashlib.sha256(_joined("receipt", sender_ean, receiver_ean, envelope, letter, answer)).digest())


def lock_number(key: UUID) -> int:
    """Which of the shared locks guards a letter."""
    return key.int % LOCKS


def _national(identifier: str) -> bool:
    said = cpr.read(identifier)
    return said is not None and said.kind == "x-ecpr"


def _joined(*parts: str) -> bytes:
    """Parts with their lengths, so that no two lists of parts give the same bytes."""
    return b"".join(b"%d:%b" % (len(part), part) for part in (text.encode() for text in parts))


def _uuid(digest: bytes) -> UUID:
    return UUID(int=(int.from_bytes(digest[:16], "big") & _FREE_BITS) | _VERSION_8 | _VARIANT)
