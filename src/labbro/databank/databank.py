"""The databank as other rooms see it: one object, one method for each thing it can do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from labbro.databank.history import (
    AccessEntry,
    Outcome,
    PatientHistory,
    PatientSummary,
    Receipt,
    StoredLetter,
)
from labbro.letters.letter import Reading

if TYPE_CHECKING:
    from labbro.platform.clock import Clock
    from labbro.platform.database import Database
    from labbro.platform.identities import Identities
    from labbro.platform.settings import Settings

Source = Literal["api", "load", "folder", "demonstration"]


class Databank:
    """Keeps laboratory letters by patient. Thread-safe: every call takes its own connection from the pool.

    Every method raises Unavailable when the database does not answer; nothing is then half done.
    """

    def __init__(self, *, database: Database, settings: Settings, clock: Clock, identities: Identities) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._identities = identities

    def intake(
        self, readings: Iterable[Reading], received_at: dt.datetime, request_id: str, source: Source
    ) -> list[Outcome]:
        """Store letters exactly once, in one transaction; an outcome a letter, in order, told after the commit."""
        raise NotImplementedError

    def find_patients(self, identifier: str) -> list[PatientSummary]:
        """Patients with this CPR or other identifier (spaces and a hyphen are ignored); empty when there is none."""
        raise NotImplementedError

    def patient(self, patient_key: UUID) -> PatientSummary:
        """The patient behind a key. Raises NotFound."""
        raise NotImplementedError

    def history(self, patient_key: UUID) -> PatientHistory:
        """All results of a patient with corrections resolved. Raises NotFound for an unknown key."""
        raise NotImplementedError

    def letter(self, patient_key: UUID, letter_key: UUID) -> StoredLetter:
        """One stored letter of this patient. Raises NotFound, also when it belongs to another patient."""
        raise NotImplementedError

    def receipts(
        self, *, receiver_ean: str | None = None, since: dt.datetime | None = None, limit: int = 1000
    ) -> list[Receipt]:
        """Receipts, oldest first, made at or after `since` (UTC) for this receiver."""
        raise NotImplementedError

    def receipt(self, receipt_key: UUID) -> Receipt:
        """One receipt. Raises NotFound."""
        raise NotImplementedError

    def log_access(self, entry: AccessEntry) -> None:
        """Keep that somebody looked; durable when the call returns."""
        raise NotImplementedError

    def access_log(self, patient_key: UUID, limit: int = 1000) -> list[AccessEntry]:
        """Who has looked at this patient, newest first."""
        raise NotImplementedError
