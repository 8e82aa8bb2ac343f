"""Intake: many letters in one transaction, each exactly once, receipts with them; told only after the commit.

How a group passes: prepare (pure) -> lock the letters' names -> see which are known -> write what is new -> commit ->
tell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from labbro import letters
from labbro.databank import keys
from labbro.databank.history import Outcome, Receipt
from labbro.databank.incoming import Incoming
from labbro.databank.prepare import KEPT_FINDINGS, Heading, Keep, Note, Refuse, prepare
from labbro.databank.receipts import negative_receipt, positive_receipt
from labbro.databank.sameness import same_content, same_document
from labbro.errors import Unavailable
from labbro.letters.findings import Finding
from labbro.letters.letter import Delivery, Letter
from labbro.platform.clock import Clock
from labbro.platform.database import Connection, Database, load_sql

GROUP_LETTERS: Final = 256
GROUP_BYTES: Final = 4 * 1024 * 1024
TRIES: Final = 5

Work = Keep | Refuse | Note

_SQL: Final = load_sql("labbro.databank", "intake.sql")
_ENCODE: Final = msgspec.json.Encoder().encode
# Bodies are JSON bytes; in binary COPY a json column takes the same bytes as a bytea, so they need no second encoding.
_LETTER_TYPES: Final = (
    "uuid", "uuid", "text", "text", "text", "text", "text", "text",
    "text", "timestamptz", "text", "text", "bytea", "bytea", "bytea",
)  # fmt: skip
_REPORT_TYPES: Final = ("uuid", "uuid", "timestamptz", "timestamp", "text", "bytea")
_REQUISITION_TYPES: Final = ("uuid", "uuid", "timestamptz", "timestamp", "text", "bytea")
_SAMPLE_TYPES: Final = ("uuid", "uuid", "int4", "text", "text", "timestamp", "bytea")
_RESULT_TYPES: Final = ("uuid", "uuid", "int4", "int4", "text", "text", "text", "text", "bytea")


class Arrival(msgspec.Struct, frozen=True):
    """When letters came (UTC), in which request, and by which way."""

    received_at: dt.datetime
    request_id: str
    source: str


class Decided(msgspec.Struct, frozen=True):
    """One letter's fate as it stands in the transaction: its outcome, and what is to be written for it."""

    outcome: Outcome
    keep: Keep | None = None
    refuse: Refuse | None = None
    receipt: Receipt | None = None
    delivery: Delivery | None = None


class Intake:
    """The one way in: for `labbro load`, POST /letters and the watched folder."""

    def __init__(self, database: Database, patient_keys: keys.PatientKeys, clock: Clock) -> None:
        self._database = database
        self._patient_keys = patient_keys
        self._clock = clock

    def run(self, readings: Iterable[Incoming], arrival: Arrival) -> Iterator[Outcome]:
        """Takes letters in group by group, and tells the outcome of each once its group is durable, in order.

        While one group is being committed the next is read and decided. Holds two groups, whatever the input's size.
        Raises Unavailable when the database fails: what was told is kept, the rest may be sent again.
        """
        groups = self._groups(readings)
        first, second = next(groups, None), next(groups, None)
        if first is None:
            return
        if second is None:  # the usual request: no thread is worth its start
            yield from self._store(first, arrival)
            return
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="intake") as committer:
            waiting: Future[list[Outcome]] = committer.submit(self._store, first, arrival)
            for group in chain((second,), groups):
                submitted = committer.submit(self._store, group, arrival)
                yield from waiting.result()
                waiting = submitted
            yield from waiting.result()

    def _groups(self, readings: Iterable[Incoming]) -> Iterator[list[Work]]:
        group: list[Work] = []
        size_bytes = 0
        for reading in readings:
            group.append(prepare(reading, self._patient_keys))
            size_bytes += len(reading.raw)
            if len(group) >= GROUP_LETTERS or size_bytes >= GROUP_BYTES:
                yield group
                group, size_bytes = [], 0
        if group:
            yield group

    def _store(self, group: Sequence[Work], arrival: Arrival) -> list[Outcome]:
        """One transaction. A letter the database cannot hold is found by halving, refused, and stops no other."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._database.connection() as connection:
                    decided = self._decide_all(connection, group)
                    _write(connection, decided, arrival)
                return [one.outcome for one in decided]
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.IntegrityError):
                if attempt == TRIES:
                    raise Unavailable("The databank is too busy to store letters; try again in a moment.") from None
            except psycopg.DataError:
                return self._store_in_halves(group, arrival)
            except psycopg.ProgrammingError:
                raise  # our own fault: the schema and the code do not fit
            except psycopg.Error:  # disk full, shutting down, out of memory ...; its text may hold values
                raise Unavailable("The database cannot store letters now; nothing of this group was kept.") from None
        raise AssertionError("unreachable")

    def _store_in_halves(self, group: Sequence[Work], arrival: Arrival) -> list[Outcome]:
        if len(group) > 1:
            middle = len(group) // 2
            return [*self._store(group[:middle], arrival), *self._store(group[middle:], arrival)]
        work = group[0]
        if not isinstance(work, Keep):
            raise Unavailable("A refused letter cannot be kept by the database; nothing was stored.")
        return self._store([Refuse(work.heading, "cannot-store", work.findings)], arrival)

    def _decide_all(self, connection: Connection, group: Sequence[Work]) -> list[Decided]:
        keeps = [work for work in group if isinstance(work, Keep)]
        known = _lock_and_look(connection, keeps)
        now = self._clock.now()  # after the locks: a receipt's time is then close to its commit
        decided: list[Decided] = []
        for work in group:
            if isinstance(work, Keep):
                decided.append(_decide(connection, work, known, now))
            elif isinstance(work, Refuse):
                decided.append(_refused(work, now))
            else:
                decided.append(Decided(_outcome(work.heading, "noted", "receipt", work.findings)))
        return decided


class Known(msgspec.Struct, frozen=True):
    """A letter that is stored, or will be with this group: its patient, SHA-256, and its bytes if at hand."""

    patient_key: UUID
    digest: bytes
    raw: bytes | None = None


def _lock_and_look(connection: Connection, keeps: Sequence[Keep]) -> dict[UUID, Known]:
    """The letters of this group that are stored already, by key. Nobody else can add one now."""
    if not keeps:
        return {}
    connection.execute(_SQL["lock_letters"], (sorted({keys.lock_number(keep.letter_key) for keep in keeps}),))
    rows = connection.execute(_SQL["known_letters"], ([keep.letter_key for keep in keeps],), binary=True)
    return {letter_key: Known(patient_key, bytes(digest)) for letter_key, patient_key, digest in rows}


def _says_the_same(connection: Connection, keep: Keep, before: Known) -> bool:
    """Equal bytes say the same; else both are read by the same code and compared (another envelope, other syntax)."""
    if before.digest == keep.digest:
        return True
    raw = before.raw
    if raw is None:
        row = connection.execute(_SQL["stored_raw"], (before.patient_key, keep.letter_key), binary=True).fetchone()
        raw = None if row is None else bytes(row[0])
    if keep.heading.syntax == "json":
        return raw is not None and same_document(raw, keep.heading.raw)
    one, other = _letter_in(raw), _letter_in(keep.heading.raw)
    return one is not None and other is not None and same_content(one, other)


def _letter_in(raw: bytes | None) -> Letter | None:
    return None if raw is None else next(letters.read(raw)).letter


def _decide(connection: Connection, keep: Keep, known: dict[UUID, Known], now: dt.datetime) -> Decided:
    """New, here before, or another letter under a used name. Remembers the letter for the rest of its group."""
    before = known.get(keep.letter_key)
    if before is not None and not _says_the_same(connection, keep, before):
        return _refused(Refuse(keep.heading, "conflict", keep.findings, keep.patient_key), now)
    receipt = positive_receipt(keep.heading, now) if keep.wants_receipt else None
    kind = "stored" if before is None else "again"
    known.setdefault(keep.letter_key, Known(keep.patient_key, keep.digest, keep.heading.raw))
    outcome = _outcome(
        keep.heading,
        kind,
        kind,
        keep.findings,
        receipt_key=None if receipt is None else receipt.key,
        letter_key=keep.letter_key,
        patient_key=keep.patient_key,
    )
    return Decided(outcome, keep if kind == "stored" else None, None, receipt, keep.heading.delivery)


def _refused(refuse: Refuse, now: dt.datetime) -> Decided:
    receipt = negative_receipt(refuse, now)
    outcome = _outcome(
        refuse.heading,
        "refused",
        refuse.code,
        refuse.findings,
        reason=refuse.reason,
        reason_da=refuse.reason_da,
        receipt_key=None if receipt is None else receipt.key,
    )
    return Decided(outcome, None, refuse, receipt, refuse.heading.delivery)


def _outcome(heading: Heading, kind: Any, code: str, findings: tuple[Finding, ...], **more: Any) -> Outcome:
    return Outcome(
        kind=kind,
        reference=heading.reference,
        sender_ean=heading.sender_ean,
        standard=heading.standard,
        version_code=heading.version_code,
        syntax=heading.syntax,
        namespace=heading.namespace,
        findings=findings,
        code=code,
        **more,
    )


def _write(connection: Connection, decided: Sequence[Decided], arrival: Arrival) -> None:
    """All rows of a group, table by table. Nothing of it is visible before the commit."""
    new = [one.keep for one in decided if one.keep is not None]
    if new:
        _add_patients(connection, new, arrival)
        _copy(connection, "copy_letters", _LETTER_TYPES, (_letter_row(keep, arrival) for keep in new))
        reports = [keep for keep in new if keep.report_row is not None]
        requisitions = [keep for keep in new if keep.requisition_row is not None]
        _copy(connection, "copy_reports", _REPORT_TYPES, (_row(keep, keep.report_row, arrival) for keep in reports))
        if requisitions:
            rows = (_row(keep, keep.requisition_row, arrival) for keep in requisitions)
            _copy(connection, "copy_requisitions", _REQUISITION_TYPES, rows)
        rows = ((keep.patient_key, keep.letter_key, *row) for keep in new for row in keep.sample_rows)
        _copy(connection, "copy_samples", _SAMPLE_TYPES, rows)
        rows = ((keep.patient_key, keep.letter_key, *row) for keep in new for row in keep.result_rows)
        _copy(connection, "copy_results", _RESULT_TYPES, rows)
    deliveries = [_delivery_row(one, arrival) for one in decided if one.delivery is not None]
    receipts = [_receipt_row(one) for one in decided if one.receipt is not None]
    refused = [_refused_row(one, one.refuse, arrival) for one in decided if one.refuse is not None]
    with connection.cursor() as cursor:
        if deliveries:
            cursor.executemany(_SQL["add_delivery"], sorted(deliveries, key=_row_key))
        if receipts:
            cursor.executemany(_SQL["add_receipt"], sorted(receipts, key=_row_key))
        if refused:
            cursor.executemany(_SQL["add_refused"], sorted(refused, key=_row_key))


def _row_key(row: tuple[Any, ...]) -> tuple[UUID, UUID]:
    """The primary key: rows that another intake may bring too are written in one order, so that no two deadlock."""
    return row[0], row[1]


def _add_patients(connection: Connection, new: Sequence[Keep], arrival: Arrival) -> None:
    patients = sorted({(keep.patient_key, *keep.patient) for keep in new})
    columns = [list(column) for column in zip(*patients, strict=True)]
    connection.execute(_SQL["add_patients"], (arrival.received_at, *columns))


def _copy(connection: Connection, query: str, types: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(_SQL[query]) as copy:
        copy.set_types(types)
        write_row = copy.write_row
        for row in rows:
            write_row(row)


def _letter_row(keep: Keep, arrival: Arrival) -> tuple[Any, ...]:
    return (
        keep.patient_key,
        keep.letter_key,
        *keep.letter_row,
        arrival.received_at,
        arrival.request_id,
        arrival.source,
        keep.digest,
        _ENCODE(keep.findings[:KEPT_FINDINGS]),
        keep.heading.raw,
    )


def _row(keep: Keep, more: tuple[Any, ...] | None, arrival: Arrival) -> tuple[Any, ...]:
    return (keep.patient_key, keep.letter_key, arrival.received_at, *(more or ()))


def _delivery_row(decided: Decided, arrival: Arrival) -> tuple[Any, ...]:
    """How a letter came, new or again: each envelope that brought it is told once."""
    delivery = decided.delivery
    assert delivery is not None
    refuse = decided.refuse
    letter_key = decided.outcome.letter_key if refuse is None else keys.refused_key(refuse.heading.raw, refuse.code)
    assert letter_key is not None
    return (
        _patient_of(decided),
        keys.delivery_key(delivery.envelope_identifier, delivery.message_identifier, letter_key),
        letter_key,
        *(_storable(said) for said in msgspec.structs.astuple(delivery)),
        arrival.received_at,
    )


def _receipt_row(decided: Decided) -> tuple[Any, ...]:
    receipt = decided.receipt
    assert receipt is not None
    return (
        _patient_of(decided),
        receipt.key,
        receipt.positive,
        receipt.sender_ean,
        receipt.receiver_ean,
        receipt.original_envelope,
        receipt.original_letter,
        receipt.version,
        receipt.syntax,
        receipt.created_at,
        receipt.raw,
    )


def _refused_row(decided: Decided, refuse: Refuse, arrival: Arrival) -> tuple[Any, ...]:
    heading = refuse.heading
    return (
        refuse.patient_key,
        keys.refused_key(heading.raw, refuse.code),
        _storable(heading.sender_ean),
        _storable(heading.receiver_ean),
        _storable(heading.reference),
        _storable(heading.standard),
        _storable(heading.version_code),
        heading.syntax,
        arrival.received_at,
        arrival.request_id,
        arrival.source,
        refuse.code,
        refuse.reason,
        refuse.reason_da,
        _ENCODE(refuse.findings[:KEPT_FINDINGS]).decode(),
        heading.raw,
        decided.outcome.receipt_key,
    )


def _storable(text: str | None) -> str | None:
    """A refused letter may say anything; the bytes are kept beside, so the words may be mended."""
    return None if text is None else text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _patient_of(decided: Decided) -> UUID:
    if decided.refuse is not None:
        return decided.refuse.patient_key
    return decided.outcome.patient_key or keys.NOBODY
