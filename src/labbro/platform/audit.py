"""The audit: who did what, appended in the transaction of the act, each entry bound to the one before it.

An entry's digest is SHA-256 over `previous` (32 bytes; zero for the first) and then chain, sequence, at, actor, act,
subject and detail, each as UTF-8 with its length in bytes before it (4 bytes, big-endian). `at` is written as
`YYYY-MM-DDThh:mm:ss.ffffffZ`, the sequence in decimal, detail as the very JSON text that is stored. So anyone can check
a chain with a few lines of any language; labbro.platform.audit_verifier does.

Who can write to the database could rewrite a whole chain. So a checkpoint, the digest of the newest entry signed with
Ed25519, is written at most a minute after each act, to the database and to a file outside it. What it covers cannot be
changed any more without being found.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg

from labbro.errors import LabbroError
from labbro.platform import logs
from labbro.platform.clock import Clock
from labbro.platform.database import Connection, Database, load_sql
from labbro.platform.settings import Settings
from labbro.platform.signing import Signer

SIGNING_LABEL: Final = "audit checkpoint"
CHECKPOINT_SECONDS: Final = 60.0
BEGINNING: Final = bytes(32)

_SQL = load_sql("labbro.platform", "audit.sql")
_EXPORT_ROWS = 1000

_log = logs.get_logger(__name__)


class Entry(msgspec.Struct, frozen=True):
    """One act, before it is appended. `actor` is no personal name, `detail` holds no patient."""

    actor: str
    act: str
    subject: str
    detail: Mapping[str, Any] = {}


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stands in a chain, and as it is exported. Digests in hexadecimal; `detail` is JSON text."""

    chain: str
    sequence: int
    at: str
    actor: str
    act: str
    subject: str
    detail: str
    previous: str
    digest: str


class _New(msgspec.Struct, frozen=True):
    sequence: int
    actor: str
    act: str
    subject: str
    detail: str
    previous: str
    digest: str


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The newest entry of a chain at a time, signed. `digest` is that entry's."""

    chain: str
    sequence: int
    at: str
    digest: str
    public_key: str
    signature: str


Head = psycopg.Cursor[tuple[Any, ...]]


def lock(connection: Connection, chain: str) -> Head:
    """Locks a chain's head to the end of the transaction. In a pipeline, its answer is not waited for."""
    return connection.execute(_SQL["lock_head"], [chain])


def append(connection: Connection, clock: Clock, chain: str, entries: Sequence[Entry], head: Head | None = None) -> int:
    """Adds entries to a chain in the caller's transaction; returns the sequence of the last.

    Holds the chain's head to the end of the transaction, so take it last, after every other lock. `head`: from `lock`.
    """
    row = (head or lock(connection, chain)).fetchone()
    if row is None:
        connection.execute(_SQL["begin_chain"], [chain, BEGINNING])
        row = lock(connection, chain).fetchone()
        assert row is not None
    sequence, previous = int(row[0]), bytes(row[1])
    if not entries:
        return sequence
    now = clock.now()
    at = written_time(now)
    new: list[_New] = []
    for number, entry in enumerate(entries, sequence + 1):
        detail = msgspec.json.encode(entry.detail, order="sorted").decode()
        digest = digest_of(previous, chain, number, at, entry.actor, entry.act, entry.subject, detail)
        new.append(_New(number, entry.actor, entry.act, entry.subject, detail, previous.hex(), digest.hex()))
        previous = digest
    written = msgspec.json.encode(new).decode()
    connection.execute(_SQL["add_entries"], [sequence + len(new), previous, chain, now, written])
    return sequence + len(new)


def digest_of(
    previous: bytes, chain: str, sequence: int, at: str, actor: str, act: str, subject: str, detail: str
) -> bytes:
    """The digest that binds an entry to the one before it, as the module's text says."""
    return hashlib.sha256(previous + _framed(chain, str(sequence), at, actor, act, subject, detail)).digest()


def signed_part(chain: str, sequence: int, at: str, digest: str) -> bytes:
    """The bytes that a checkpoint's signature is over."""
    return _framed("labbro audit checkpoint", chain, str(sequence), at, digest)


def written_time(at: dt.datetime) -> str:
    """A time as digests and exports have it, in UTC with microseconds."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def signer_of(settings: Settings) -> Signer:
    """Who signs an installation's checkpoints."""
    return Signer(settings.secret, SIGNING_LABEL)


def entries_of_subject(connection: Connection, subject: str) -> list[Kept]:
    """Everything that was done to a subject, in the order of the chains."""
    return [_kept(row) for row in connection.execute(_SQL["entries_of_subject"], [subject]).fetchall()]


def export(connection: Connection, at: dt.datetime, public_key: str) -> Iterator[bytes]:
    """All chains as JSON lines, in one consistent view: a heading, the checkpoints, the entries, the heads.

    The connection must be in no transaction yet; it is left in one, which the caller ends.
    """
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    yield _line("export", {"format": 1, "at": written_time(at), "public_key": public_key})
    for row in connection.execute(_SQL["checkpoints"]).fetchall():
        yield _line("checkpoint", msgspec.structs.asdict(_checkpoint(row)))
    with connection.cursor("audit_export") as cursor:
        cursor.itersize = _EXPORT_ROWS
        for row in cursor.execute(_SQL["entries"]):
            yield _line("entry", msgspec.structs.asdict(_kept(row)))
    heads = connection.execute(_SQL["heads"]).fetchall()
    yield _line("end", {"heads": [{"chain": one[0], "sequence": one[1], "digest": one[2].hex()} for one in heads]})


class Checkpointer:
    """Signs the chains' heads, at once with `once` or every minute between `start` and `close`.

    Safe in several processes: each writes to its own file, and of two checkpoints of one entry the first is kept.
    """

    def __init__(self, database: Database, clock: Clock, signer: Signer, file: Path) -> None:
        self._database = database
        self._clock = clock
        self._signer = signer
        self._file = file
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def once(self) -> list[Checkpoint]:
        """Makes a checkpoint of every chain that moved. Raises Unavailable or OSError when it cannot be kept."""
        with self._database.connection() as connection:
            at = self._clock.now()
            made = [self._made(at, *row) for row in connection.execute(_SQL["moved_heads"]).fetchall()]
            if made:
                self._keep_outside(made)
            for one in made:
                values = (one.chain, one.sequence, at, bytes.fromhex(one.digest), one.public_key, one.signature)
                connection.execute(_SQL["add_checkpoint"], values)
        return made

    def start(self, seconds: float = CHECKPOINT_SECONDS) -> None:
        """Makes checkpoints in a thread of its own until `close`."""
        self._thread = threading.Thread(target=self._run, args=(seconds,), name="audit-checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops the thread after a last checkpoint."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, seconds: float) -> None:
        while True:
            stopping = self._stop.wait(seconds)
            try:
                self.once()
            except (LabbroError, OSError, psycopg.Error) as error:
                _log.error("no audit checkpoint could be kept", exc_info=error)
            if stopping:
                return

    def _made(self, at: dt.datetime, chain: str, sequence: int, digest: bytes) -> Checkpoint:
        written, content = written_time(at), digest.hex()
        return Checkpoint(
            chain=chain,
            sequence=sequence,
            at=written,
            digest=content,
            public_key=self._signer.public_key,
            signature=self._signer.sign(signed_part(chain, sequence, written, content)),
        )

    def _keep_outside(self, made: Sequence[Checkpoint]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lines = b"".join(_line("checkpoint", msgspec.structs.asdict(one)) for one in made)
        with self._file.open("ab") as file:  # appended in one write, so that processes do not mix lines
            file.write(lines)
            file.flush()
            os.fdatasync(file.fileno())


def _framed(*fields: str) -> bytes:
    parts: list[bytes] = []
    for field in fields:
        data = field.encode()
        parts += (len(data).to_bytes(4, "big"), data)
    return b"".join(parts)


def _line(kind: str, content: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode({"type": kind, **content}) + b"\n"


def _kept(row: Sequence[Any]) -> Kept:
    chain, sequence, at, actor, act, subject, detail, previous, digest = row
    return Kept(
        chain=chain,
        sequence=sequence,
        at=written_time(at),
        actor=actor,
        act=act,
        subject=subject,
        detail=detail,
        previous=previous.hex(),
        digest=digest.hex(),
    )


def _checkpoint(row: Sequence[Any]) -> Checkpoint:
    chain, sequence, at, digest, public_key, signature = row
    return Checkpoint(
        chain=chain,
        sequence=sequence,
        at=written_time(at),
        digest=digest.hex(),
        public_key=public_key,
        signature=signature,
    )
