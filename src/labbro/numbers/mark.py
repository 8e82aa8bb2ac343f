"""The high-water mark: what was issued, kept outside the database, so that an old database is noticed.

Before each commit that issues numbers, the mark takes down what is about to be issued (its intent), on the disk. So the
mark is never behind the database, and it tells four cases apart:

    database.token = mark.token          settled: what was meant was committed
    database.token = mark.before         in doubt: never committed, or committed and lost again; it is jumped over
    else, database.version is lower      the database is older than what was issued, or another's: stop
    else                                 the mark is older than the database: stop

A token is made anew in each transaction that issues, so it names one history and no other that is as long. A doubt that
is met again, from another copy of the same old database, covers all that was meant since.

The file has two slots, written in turn, so that a torn write leaves the other; each is signed (Ed25519). It is locked
from before the intent to after the commit: of two databases that share a mark, as an old primary and a promoted standby
would, only one can be settled.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

import msgspec

from labbro.numbers import problems
from labbro.numbers.space import Space
from labbro.platform.signing import Signer, signature_holds

SIGNING_LABEL: Final = "numbers high-water mark"
LOCK_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.0002
_SLOT_BYTES: Final = 16 * 1024
_REMEMBERED: Final = 4
_HEAD_BYTES: Final = 8 + 128  # the length in decimal, the signature in hexadecimal


class Returned(msgspec.Struct, frozen=True):
    """Rested numbers that were about to be given out again: positions [start, stop) of a round."""

    release_id: str
    round: int
    start: int
    stop: int


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What one slot says: from the database of token `before`, positions [start, stop) were issued, which made `token`.

    `ahead`: the highest position that a client holds beyond the database; nothing is issued until a jump.
    """

    space: Space
    sequence: int
    version: int
    token: UUID
    before: UUID
    start: int
    stop: int
    returned: tuple[Returned, ...] = ()
    ahead: int | None = None
    written_at: dt.datetime


class Counter(msgspec.Struct, frozen=True):
    """The row of a space, as far as the mark looks at it."""

    next_position: int
    version: int
    token: UUID


Standing = Literal["new", "settled", "in-doubt", "database-behind", "mark-behind", "mark-missing"]


def standing(mark: Mark | None, counter: Counter) -> Standing:
    """How a mark and a database stand to each other."""
    if mark is None:
        return "new" if counter.version == 0 else "mark-missing"
    if counter.token == mark.token and counter.next_position == mark.stop:
        return "settled"
    if counter.token == mark.before and counter.next_position == mark.start:
        return "in-doubt"
    return "mark-behind" if counter.version > mark.version else "database-behind"


class HeldMark:
    """The mark of a space while its lock is held. Made by MarkFile.hold."""

    def __init__(self, descriptor: int, space: Space, signer: Signer, verified: dict[bytes, Mark]) -> None:
        self._descriptor = descriptor
        self._space = space
        self._signer = signer
        self._verified = verified  # what this process has verified or written itself, by its bytes
        self._slots = [self._read(number) for number in (0, 1)]

    @property
    def mark(self) -> Mark | None:
        """The newest mark; None where none was ever written. Raises Unavailable `mark-bad`."""
        marks = [slot for slot in self._slots if isinstance(slot, Mark)]
        if not marks and "bad" in self._slots:
            raise problems.mark_bad()
        newest = max(marks, key=lambda one: one.sequence, default=None)
        if newest is not None and newest.space != self._space:
            raise problems.mark_bad()
        return newest

    def write(
        self,
        *,
        version: int,
        token: UUID,
        before: UUID,
        start: int,
        stop: int,
        returned: tuple[Returned, ...] = (),
        ahead: int | None = None,
        at: dt.datetime,
    ) -> None:
        """Takes down an intent, on the disk when it returns. Raises Unavailable `mark-not-kept`."""
        sequence = 1 + max((slot.sequence for slot in self._slots if isinstance(slot, Mark)), default=0)
        mark = Mark(
            space=self._space,
            sequence=sequence,
            version=version,
            token=token,
            before=before,
            start=start,
            stop=stop,
            returned=returned,
            ahead=ahead,
            written_at=at,
        )
        content = msgspec.json.encode(mark)
        if _HEAD_BYTES + len(content) > _SLOT_BYTES:
            raise problems.mark_not_kept()
        data = b"%08d" % len(content) + self._signer.sign(content).encode() + content
        number = self._older_slot()
        try:
            written = os.pwrite(self._descriptor, data, number * _SLOT_BYTES)
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise problems.mark_not_kept() from error
        if written != len(data):
            raise problems.mark_not_kept()
        self._slots[number] = mark
        self._remember(data, mark)

    def _older_slot(self) -> int:
        """The slot to write next: one without a good mark, else the older."""
        first, second = (slot.sequence if isinstance(slot, Mark) else -1 for slot in self._slots)
        return 0 if first < second or first == -1 else 1

    def _read(self, number: int) -> Mark | Literal["empty", "bad"]:
        try:
            data = os.pread(self._descriptor, _SLOT_BYTES, number * _SLOT_BYTES)
        except OSError as error:
            raise problems.mark_not_kept() from error
        if not data.strip(b"\0"):
            return "empty"
        try:
            data = data[: _HEAD_BYTES + int(data[:8])]
            if data in self._verified:
                return self._verified[data]
            signature, content = data[8:_HEAD_BYTES].decode("ascii"), data[_HEAD_BYTES:]
            if not signature_holds(self._signer.public_key, signature, content):
                return "bad"
            mark = msgspec.json.decode(content, type=Mark)
        except (ValueError, msgspec.MsgspecError):
            return "bad"
        self._remember(data, mark)
        return mark

    def _remember(self, data: bytes, mark: Mark) -> None:
        while len(self._verified) >= _REMEMBERED:
            del self._verified[next(iter(self._verified))]
        self._verified[data] = mark


class MarkFile:
    """The mark of one space, in a file of its own. Safe for threads and processes that share the file."""

    def __init__(self, folder: Path, space: Space, signer: Signer) -> None:
        self.path = folder / f"{space.name}.mark"
        self._space = space
        self._signer = signer
        self._verified: dict[bytes, Mark] = {}

    @contextmanager
    def hold(self) -> Generator[HeldMark]:
        """Locks the mark and reads it. Raises Unavailable: `mark-not-kept`, or `numbers-busy` after five seconds."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise problems.mark_not_kept() from error
        try:
            _lock(descriptor)
            self._prepare(descriptor)
            yield HeldMark(descriptor, self._space, self._signer, self._verified)
        finally:
            os.close(descriptor)  # and with it the lock

    def _prepare(self, descriptor: int) -> None:
        """Gives a new file its full length at once, so that a full disk is met here and not at a write."""
        try:
            if os.fstat(descriptor).st_size < 2 * _SLOT_BYTES:
                os.pwrite(
                    descriptor, bytes(2 * _SLOT_BYTES - os.fstat(descriptor).st_size), os.fstat(descriptor).st_size
                )
                os.fsync(descriptor)
                folder = os.open(self.path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        except OSError as error:
            raise problems.mark_not_kept() from error


def _lock(descriptor: int) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise problems.busy() from None
            time.sleep(_POLL_SECONDS)
