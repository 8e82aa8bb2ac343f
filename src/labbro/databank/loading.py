"""Many files into the databank: read in several processes, each letter exactly once, outcomes told in order.

Reading and checking cost more than storing, and one Python process uses one core; so many files are shared out in
chunks. What keeps letters single is in the database, so processes need not know of each other. A large file is read as
a stream by one process: memory does not grow with it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from labbro import letters
from labbro.databank.databank import Databank
from labbro.databank.history import Outcome
from labbro.databank.incoming import Incoming, Reader
from labbro.databank.passing import holds_no_letter, passed_over
from labbro.errors import Unavailable, WrongUse
from labbro.letters.letter import Reading
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database, migrate
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings

STANDARD_INPUT: Final = "-"
CHUNK_BYTES: Final = 1 << 20
CHUNK_FILES: Final = 64
MOST_WORKERS: Final = 8
WORKER_CONNECTIONS: Final = 2

Told = tuple[str, Outcome]

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(list[Told]).decode


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
    chunks = list(_chunks(files))
    shared = sum(len(chunk) > 1 or _size(chunk[0]) <= CHUNK_BYTES for chunk in chunks)
    # One more than cores: while PostgreSQL works for one process, the others read.
    wanted = min(workers or _cores() + 1, MOST_WORKERS, shared)
    if wanted < 2 or (_cores() < 2 and workers is None):
        with open_databank(settings) as databank:
            for chunk in chunks:
                yield from _take(databank, chunk, request_id, found, read)
        return
    pool = _Workers(wanted, settings, found, read)
    with open_databank(settings) as databank:
        try:
            yield from _share(pool, databank, chunks, request_id, found, read)
        finally:
            pool.close()  # before the databank: whoever leaves an embedded PostgreSQL last stops it


def _share(
    pool: _Workers,
    databank: Databank,
    chunks: Iterable[list[str]],
    request_id: str,
    found: frozenset[str],
    read: Reader,
) -> Iterator[Told]:
    """Chunks go to the workers ahead of their turn; large files are read here when their turn comes."""
    waiting: deque[Future[bytes] | list[str]] = deque()
    for chunk in chunks:
        large = len(chunk) == 1 and _size(chunk[0]) > CHUNK_BYTES
        waiting.append(chunk if large else pool.submit(chunk, request_id))
        if len(waiting) > 2 * pool.size:
            yield from _told(waiting.popleft(), databank, request_id, found, read)
    while waiting:
        yield from _told(waiting.popleft(), databank, request_id, found, read)


def _told(
    part: Future[bytes] | list[str], databank: Databank, request_id: str, found: frozenset[str], read: Reader
) -> Iterator[Told]:
    if isinstance(part, list):
        yield from _take(databank, part, request_id, found, read)
        return
    try:
        yield from _DECODE(part.result())
    except BrokenProcessPool:
        raise Unavailable("A loading process died; load again, what is kept is not doubled.") from None


def _take(
    databank: Databank, files: Iterable[str], request_id: str, found: frozenset[str], read: Reader
) -> Iterator[Told]:
    """The letters of some files, one by one; remembers where each came from until its outcome is known.

    What is passed over has its outcome at once, and is told when what came before it is.
    """
    waiting: deque[tuple[str, Outcome | None]] = deque()

    def readings() -> Iterator[Incoming]:
        for name in files:
            with _opened(name) as file:
                # A small file is read whole: a stream is read in large steps, each with a buffer of its own.
                for reading in read(file if _size(name) > CHUNK_BYTES else file.read()):
                    if name in found and isinstance(reading, Reading) and holds_no_letter(reading):
                        waiting.append((name, passed_over(reading)))
                    else:
                        waiting.append((name, None))
                        yield reading

    def passed() -> Iterator[Told]:
        while waiting and (outcome := waiting[0][1]) is not None:
            yield waiting.popleft()[0], outcome

    for outcome in databank.intake_stream(readings(), SystemClock().now(), request_id, "load"):
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


def collect_seldom() -> None:
    """Makes the garbage collector rare in a process that only loads: letters hold no cycles, and it took an eighth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _size(name: str) -> int:
    """Bytes of a file; what cannot be known counts as large."""
    try:
        return CHUNK_BYTES + 1 if name == STANDARD_INPUT else Path(name).stat().st_size
    except OSError:
        return 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Workers:
    """Processes that load chunks, forked before this process has any thread; each opens the database for itself."""

    def __init__(self, size: int, settings: Settings, found: frozenset[str], read: Reader) -> None:
        self.size = size
        narrow = msgspec.structs.replace(settings, database_connections=WORKER_CONNECTIONS)
        self._pool = ProcessPoolExecutor(
            size, multiprocessing.get_context("fork"), initializer=_begin, initargs=(narrow, os.getpid(), found, read)
        )

        next(letters.read(b""))  # compiles the declarations of all letters once, for all workers
        self._pool.submit(os.getpid).result()  # forks them all, now

    def close(self) -> None:
        """Lets chunks in hand finish, drops the others, ends the processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, files: list[str], request_id: str) -> Future[bytes]:
        """The encoded outcomes of some files, to come."""
        return self._pool.submit(_load_chunk, files, request_id)


_settings: Settings | None = None
_databank: Databank | None = None
_found: frozenset[str] = frozenset()
_read: Reader = letters.read


def _begin(settings: Settings, parent: int, found: frozenset[str], read: Reader) -> None:
    global _settings, _found, _read
    _settings, _found, _read = settings, found, read
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), name="end-with-parent", daemon=True).start()


def _end_with(parent: int) -> None:
    """A worker whose parent was killed would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _load_chunk(files: list[str], request_id: str) -> bytes:
    global _databank  # noqa: PLW0603
    assert _settings is not None
    if _databank is None:
        clock = SystemClock()
        _databank = Databank(
            database=Database.open(_settings), settings=_settings, clock=clock, identities=SystemIdentities(clock)
        )
    return _ENCODE(list(_take(_databank, files, request_id, _found, _read)))
