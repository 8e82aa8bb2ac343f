"""The databank as other rooms see it: one object, one method for each thing it can do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
import psycopg

from labbro.codes import cpr
from labbro.databank import assembling, keys, sample_life
from labbro.databank.history import (
    AccessEntry,
    Outcome,
    PatientHistory,
    PatientSummary,
    Receipt,
    RefusedLetter,
    StoredDelivery,
    StoredLetter,
    StoredRequisition,
)
from labbro.databank.incoming import Incoming
from labbro.databank.intake import Arrival, Intake
from labbro.databank.reports import Letter
from labbro.databank.sample_life import SampleEvent
from labbro.errors import NotConfigured, NotFound, Unavailable
from labbro.letters.findings import Finding
from labbro.platform import logs
from labbro.platform.clock import Clock
from labbro.platform.database import Database, load_sql
from labbro.platform.identities import Identities
from labbro.platform.settings import Settings

Source = Literal["api", "load", "folder", "demonstration"]

_log = logs.get_logger(__name__)
_SQL: Final = load_sql("labbro.databank", "queries.sql")
_FINDINGS: Final = msgspec.json.Decoder(tuple[Finding, ...]).decode
_BEGINNING: Final = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


class Databank:
    """Keeps laboratory letters by patient. Thread-safe: every call takes its own connection from the pool.

    Every method raises Unavailable when the database does not answer; nothing is then half done.
    """

    def __init__(self, *, database: Database, settings: Settings, clock: Clock, identities: Identities) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities
        self._patient_keys = keys.PatientKeys(settings.secret)
        self._intake = Intake(database, self._patient_keys, clock)
        self._verified = False

    def verify(self) -> None:
        """Makes sure that the secret is the one that made the keys in this database. Called before the first intake.

        Raises NotConfigured: with another secret no patient would be found again. Warns the operator of a database that
        may forget what it confirmed.
        """
        if self._verified:
            return
        row = self._one("any_patient")
        if row is not None and self._patient_keys.of_identifier(row[1], row[2], row[3]) != row[0]:
            raise NotConfigured(
                "LABBRO_SECRET is not the one that this database was filled with; set the old one, "
                "or use another database."
            )
        if unsafe := [name for (name,) in self._all("unsafe_settings")]:
            _log.warning("the database may lose letters that were acknowledged", switched_off=unsafe)
        self._verified = True

    def intake(
        self, readings: Iterable[Incoming], received_at: dt.datetime, request_id: str, source: Source
    ) -> list[Outcome]:
        """Store letters exactly once; an outcome a letter, in order, told after the commit. See `intake_stream`."""
        return list(self.intake_stream(readings, received_at, request_id, source))

    def intake_stream(
        self, readings: Iterable[Incoming], received_at: dt.datetime, request_id: str, source: Source
    ) -> Iterator[Outcome]:
        """As `intake`, but each outcome is given as soon as its letter is durable; holds two groups of letters only.

        `received_at` is UTC. Raises Unavailable when the database fails; what was told by then is kept.
        """
        self.verify()
        yield from self._intake.run(readings, Arrival(received_at, request_id, source))

    def find_patients(self, identifier: str) -> list[PatientSummary]:
        """Patients with this CPR or other identifier (spaces and a hyphen are ignored); empty when there is none."""
        normal = cpr.normal(identifier.replace(" ", ""))
        if not normal or normal == cpr.UNKNOWN:
            return []
        found = [self._patient_keys.of_identifier("cpr", "", normal)]
        candidates = {normal, identifier.strip()}
        for candidate in sorted(candidates):
            found.extend(row[0] for row in self._all("patients_by_identifier", (candidate,)))
        summaries = (self._summary(key) for key in dict.fromkeys(found))
        return [summary for summary in summaries if summary is not None]

    def patient(self, patient_key: UUID) -> PatientSummary:
        """The patient behind a key. Raises NotFound."""
        summary = self._summary(patient_key)
        if summary is None:
            raise _no_patient()
        return summary

    def history(self, patient_key: UUID, known_by: dt.datetime | None = None) -> PatientHistory:
        """All results of a patient with corrections resolved. Raises NotFound for an unknown key.

        `known_by`: only of what had been received by that moment, as it was told then.
        """
        rows = self._rows(patient_key)
        told = assembling.history(patient_key, rows if known_by is None else assembling.known_by(rows, known_by))
        if told is None:
            raise _no_patient()
        return told

    def history_with_letters(self, patient_key: UUID) -> tuple[PatientHistory, tuple[Letter, ...]]:
        """The history, and every stored report whole, in force or not, from one snapshot. Raises NotFound."""
        rows = self._rows(patient_key)
        told = assembling.history(patient_key, rows)
        if told is None:
            raise _no_patient()
        return told, assembling.letters(rows)

    def requisition(self, sender_ean: str, letter_identifier: str) -> tuple[UUID, StoredRequisition, PatientHistory]:
        """A requisition by its letter's name, with the patient's key and the history its answers are in.

        Raises NotFound, also where the letter is no requisition.
        """
        letter_key = keys.letter_key(sender_ean, letter_identifier)
        row = self._one("requisition", (letter_key,))
        if row is None:
            raise NotFound("There is no such requisition.", message_da="Rekvisitionen findes ikke.")
        history = self.history(row[0])
        return row[0], next(one for one in history.requisitions if one.letter_key == letter_key), history

    def letter(self, patient_key: UUID, letter_key: UUID) -> StoredLetter:
        """One stored letter of this patient. Raises NotFound, also when it belongs to another patient."""
        row = self._one("letter", (patient_key, letter_key))
        if row is None:
            raise NotFound("There is no such letter of this patient.", message_da="Patienten har ikke dette brev.")
        return StoredLetter(*row[:-1], findings=_FINDINGS(row[-1]))

    def patient_of_letter(self, letter_key: UUID) -> UUID | None:
        """Whose letter this is; None where there is no such letter."""
        row = self._one("patient_of_letter", (letter_key,))
        return None if row is None else row[0]

    def deliveries(self, patient_key: UUID, letter_key: UUID) -> list[StoredDelivery]:
        """The transport envelopes that brought a letter (or a refused one), oldest first; none where it came alone."""
        return [StoredDelivery(*row) for row in self._all("deliveries", (patient_key, letter_key))]

    def receipts(
        self,
        *,
        receiver_ean: str | None = None,
        since: dt.datetime | None = None,
        after: UUID = keys.NOBODY,
        limit: int = 1000,
    ) -> list[Receipt]:
        """Receipts, oldest first, made at or after `since` (UTC) for this receiver.

        Of those made at `since` exactly, only those with a key above `after`: so a page can go on from a receipt.
        """
        query = "receipts" if receiver_ean is None else "receipts_of_receiver"
        wanted = {"receiver_ean": receiver_ean, "since": since or _BEGINNING, "after": after, "limit": limit}
        return [Receipt(*row) for row in self._all(query, wanted)]

    def receipt(self, receipt_key: UUID) -> Receipt:
        """One receipt. Raises NotFound."""
        row = self._one("receipt", (receipt_key,))
        if row is None:
            raise NotFound("There is no such receipt.", message_da="Kvitteringen findes ikke.")
        return Receipt(*row)

    def refused_letters(self, *, since: dt.datetime | None = None, limit: int = 1000) -> list[RefusedLetter]:
        """Letters that were not taken in, oldest first, received at or after `since` (UTC)."""
        rows = self._all("refused_letters", {"since": since or _BEGINNING, "limit": limit})
        return [RefusedLetter(*row[:-2], findings=_FINDINGS(row[-2]), receipt_key=row[-1]) for row in rows]

    def sample_life(self, requester_number: str) -> list[SampleEvent]:
        """What became of the samples that carry a requester's number, oldest first. Tells no person."""
        return sample_life.events(self._all("samples_by_number", (requester_number, sample_life.MOST_EVENTS)))

    def log_access(self, entry: AccessEntry) -> None:
        """Keep that somebody looked; durable when the call returns."""
        values = (
            entry.patient_key,
            entry.at,
            self._identities.new(),
            entry.actor,
            entry.actor_name,
            entry.organisation,
            entry.action,
            entry.letter_key,
            entry.purpose,
            entry.request_id,
        )
        self._all("add_access", values)

    def access_log(self, patient_key: UUID, limit: int = 1000) -> list[AccessEntry]:
        """Who has looked at this patient, newest first."""
        return [AccessEntry(*row) for row in self._all("access_log", (patient_key, limit))]

    def _summary(self, patient_key: UUID) -> PatientSummary | None:
        row = self._one("patient", (patient_key,))
        if row is None:
            return None
        newest = None if row[4] is None else assembling.report_body(row[4])
        asked = None if row[5] is None else assembling.requisition_body(row[5])
        return assembling.patient_summary(patient_key, row[0], row[1], row[2], newest, asked)

    def _rows(self, patient_key: UUID) -> list[tuple[Any, ...]]:
        """All that is stored of a patient, from one snapshot."""
        return self._all("history", {"patient_key": patient_key}, first="pages_at_once")

    def _one(self, query: str, values: Any = None) -> tuple[Any, ...] | None:
        rows = self._all(query, values)
        return rows[0] if rows else None

    def _all(self, query: str, values: Any = None, *, first: str | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query, read in binary. Raises Unavailable; the database's own text may hold values.

        `first`: a statement that says, for this transaction, how the query is to be read.
        """
        try:
            with self._database.connection() as connection, connection.cursor(binary=True) as cursor:
                if first is not None:
                    connection.execute(_SQL[first])
                cursor.execute(_SQL[query], values)
                return cursor.fetchall() if cursor.description else []
        except psycopg.ProgrammingError:
            raise  # our own fault: the schema and the code do not fit
        except psycopg.Error:
            raise Unavailable("The database does not answer this query now; try again in a moment.") from None


def _no_patient() -> NotFound:
    return NotFound("There is no such patient.", message_da="Patienten findes ikke.")
