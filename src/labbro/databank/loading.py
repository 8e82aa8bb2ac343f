"""Many files into the databank: read in several processes, each letter exactly once, outcomes told in order.

Reading and checking cost more than storing, and one Python process uses one core; so many files are shared out in
chunks. What keeps letters single is in the database, so processes need not know of each other. A large file is read as
a stream by one process: memory does not grow with it.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from labbro import letters
from labbro.databank.databank import Databank
from labbro.databank.history import Outcome
from labbro.databank.incoming import Incoming, Reader
from labbro.databank.passing import holds_no_letter, passed_over
from labbro.errors import WrongUse
from labbro.letters.letter import Reading
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database, migrate
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings
from labbro.platform.workers import Workers, cores

STANDARD_INPUT: Final = "-"
CHUNK_BYTES: Final = 1 << 20
CHUNK_FILES: Final = 64
MOST_WORKERS: Final = 8
WORKER_CONNECTIONS: Final = 2

Told = tuple[str, Outcome]

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(list[Told]).decode


DIED: Final = "A loading process died; load again, what is kept is not doubled."


class _Job(msgspec.Struct, frozen=True):
    """What all processes of one load have in common; see `load`."""

    settings: Settings
    request_id: str
    found: frozenset[str]
    read: Reader


@contextmanager
def open_databank(settings: Settings) -> Generator[Databank]:
    """The databank of this installation, its schema up to date. For commands; the server opens its own."""
    with Database.open(settings) as database:
        migrate(database)
        clock = SystemClock()
        yield Databank(database=database, settings=settings, clock=clock, identities=SystemIdentities(clock))


def load(
    files: Sequence[str],
    settings: Settings,
    workers: int | None = None,
    found: frozenset[str] = frozenset(),
    read: Reader = letters.read,
) -> Iterator[Told]:
    """Takes the letters of all files in; each outcome with its file, in order, once it is durable.

    `workers`: processes to share many files among; None for one more than cores, at most eight. `found` are files that
    nobody named: where one holds no letter at all it is passed over, not refused. `read`: how files are read; that of
    a room above knows documents too. Raises WrongUse for a file that cannot be opened, Unavailable when the database
    fails: what was told is kept.
    """
    request_id = str(SystemIdentities().new())
    job = _Job(settings, request_id, found, read)
    chunks = list(_chunks(files))
    shared = sum(len(chunk) > 1 or _size(chunk[0]) <= CHUNK_BYTES for chunk in chunks)
    # One more than cores: while PostgreSQL works for one process, the others read.
    wanted = min(workers or cores() + 1, MOST_WORKERS, shared)
    if wanted < 2 or (cores() < 2 and workers is None):
        with open_databank(settings) as databank:
            for chunk in chunks:
                yield from _take(databank, chunk, job)
        return
    next(letters.read(b""))  # compiles the declarations of all letters once, for all workers
    with Workers[_Job, list[str], bytes](wanted, _load_chunk, job, DIED) as pool, open_databank(settings) as databank:
        try:
            yield from _share(pool, databank, chunks, job)
        finally:
            pool.close()  # before the databank: whoever leaves an embedded PostgreSQL last stops it


def _share(
    pool: Workers[_Job, list[str], bytes], databank: Databank, chunks: Iterable[list[str]], job: _Job
) -> Iterator[Told]:
    """Chunks go to the workers ahead of their turn; large files are read here when their turn comes."""
    waiting: deque[Future[bytes] | list[str]] = deque()

    def first() -> Iterator[Told]:
        part = waiting.popleft()
        return _take(databank, part, job) if isinstance(part, list) else iter(_DECODE(pool.taken(part)))

    for chunk in chunks:
        large = len(chunk) == 1 and _size(chunk[0]) > CHUNK_BYTES
        waiting.append(chunk if large else pool.submit(chunk))
        if len(waiting) > 2 * pool.size:
            yield from first()
    while waiting:
        yield from first()


def _take(databank: Databank, files: Iterable[str], job: _Job) -> Iterator[Told]:
    """The letters of some files, one by one; remembers where each came from until its outcome is known.

    What is passed over has its outcome at once, and is told when what came before it is.
    """
    waiting: deque[tuple[str, Outcome | None]] = deque()

    def readings() -> Iterator[Incoming]:
        for name in files:
            with _opened(name) as file:
                # A small file is read whole: a stream is read in large steps, each with a buffer of its own.
                for reading in job.read(file if _size(name) > CHUNK_BYTES else file.read()):
                    if name in job.found and isinstance(reading, Reading) and holds_no_letter(reading):
                        waiting.append((name, passed_over(reading)))
                    else:
                        waiting.append((name, None))
                        yield reading

    def passed() -> Iterator[Told]:
        while waiting and (outcome := waiting[0][1]) is not None:
            yield waiting.popleft()[0], outcome

    for outcome in databank.intake_stream(readings(), SystemClock().now(), job.request_id, "load"):
        yield from passed()
        yield waiting.popleft()[0], outcome
    yield from passed()


@contextmanager
def _opened(name: str) -> Generator[BinaryIO]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below; only opening may be the caller's fault
    except OSError as error:
        raise WrongUse(f"A file cannot be read ({error.strerror}): {name}") from None
    with file:
        yield file


def _chunks(files: Iterable[str]) -> Iterator[list[str]]:
    """Neighbouring small files together; a large one and standard input alone."""
    chunk: list[str] = []
    size_bytes = 0
    for name in files:
        size = _size(name)
        if chunk and (size_bytes + size > CHUNK_BYTES or len(chunk) >= CHUNK_FILES):
            yield chunk
            chunk, size_bytes = [], 0
        chunk.append(name)
        size_bytes += size
    if chunk:
        yield chunk


def _size(name: str) -> int:
    """Bytes of a file; what cannot be known counts as large."""
    try:
        return CHUNK_BYTES + 1 if name == STANDARD_INPUT else Path(name).stat().st_size
    except OSError:
        return 0


_databank: Databank | None = None


def _load_chunk(job: _Job, files: list[str]) -> bytes:
    """The encoded outcomes of some files, in a process that opens the database once for itself."""
    global _databank  # noqa: PLW0603
    if _databank is None:
        clock = SystemClock()
        narrow = msgspec.structs.replace(job.settings, database_connections=WORKER_CONNECTIONS)
        _databank = Databank(
            database=Database.open(narrow), settings=narrow, clock=clock, identities=SystemIdentities(clock)
        )
    return _ENCODE(list(_take(_databank, files, job)))
