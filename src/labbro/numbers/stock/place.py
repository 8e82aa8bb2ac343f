"""Where a stock's file lives: the lock that keeps it to one process, and the witnesses by which a copy is noticed.

Four witnesses stand beside the file's own content: the machine's identity, the file's inode, its device (within one
boot of the machine: device numbers may change when it starts again), and a stamp file that is written after every
hand-out. A copied file has another inode or machine; a file overwritten by an older one is behind its stamp.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import platform
import struct
import zlib
from pathlib import Path
from uuid import UUID

import msgspec

from labbro.errors import NotConfigured, Unavailable

_MACHINE_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")
_BOOT_FILE = "/proc/sys/kernel/random/boot_id"
_SLOT = struct.Struct(">8s16sQ32s")
_MAGIC = b"labbro-1"
_CHECKSUM_BYTES = 4
_SLOT_BYTES = 128


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What identifies the place of a file. `machine` is a fingerprint, not the machine's own identity."""

    machine: str
    device: int
    inode: int
    boot: str


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What the stamp file remembers: the agent, and the last hand-out with the digest of the chain up to it."""

    agent_id: UUID
    ordinal: int
    digest: bytes


def machine_fingerprint(name: str | None = None) -> str:
    """A digest of the machine's identity; of `name` where the operator gave one, as for containers, which have none."""
    identity = name or next((text for path in _MACHINE_FILES if (text := _text(path))), None) or platform.node()
    if not identity:
        raise NotConfigured("This machine has no identity; name it by LABBRO_STOCK_MACHINE.")
    return hashlib.sha256(b"labbro stock machine:" + identity.encode()).hexdigest()[:32]


def place_of(path: Path, machine: str) -> Place:
    """The place of an existing file, now."""
    found = path.stat()
    return Place(machine=machine, device=found.st_dev, inode=found.st_ino, boot=_text(_BOOT_FILE) or "")


def same_place(kept: Place, now: Place) -> bool:
    """Whether a file is still where it was left."""
    if kept.machine != now.machine or kept.inode != now.inode:
        return False
    return kept.device == now.device or kept.boot != now.boot


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


class Lock:
    """Keeps a stock to one process. The lock file also tells at which address that process answers, if it does."""

    def __init__(self, path: Path) -> None:
        """Takes the lock. Raises Unavailable `stock-in-use` when another process has it."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise Unavailable(
                "Another process has this stock open; ask that one for numbers.",
                message_da="En anden proces har dette lager åbent; bed den om numre.",
                code="stock-in-use",
            ) from None
        os.ftruncate(self._descriptor, 0)

    def tell_address(self, address: str) -> None:
        """Writes where this process answers, for the command line."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, address.encode(), 0)

    def release(self) -> None:
        """Lets the next process in."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def address_of_holder(path: Path) -> str | None:
    """Where the process that holds the lock answers; None when it does not say."""
    return _text(str(path))


class StampFile:
    """The stamp: two slots written in turn, so that one torn by a power failure leaves the other.

    Not waited for: it may be behind the stock's file after a power failure, never ahead of what was committed.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._slot = 0

    def read(self) -> Stamp | None:
        """The newest readable slot; None where there is none."""
        stamps = [self._read_slot(number) for number in (0, 1)]
        found = max((stamp for stamp in stamps if stamp), key=lambda stamp: stamp.ordinal, default=None)
        self._slot = 0 if found is not None and found == stamps[1] else 1
        return found

    def write(self, stamp: Stamp) -> None:
        """Replaces the older slot."""
        body = _SLOT.pack(_MAGIC, stamp.agent_id.bytes, stamp.ordinal, stamp.digest)
        record = (body + zlib.crc32(body).to_bytes(_CHECKSUM_BYTES)).ljust(_SLOT_BYTES, b"\0")
        os.pwrite(self._descriptor, record, self._slot * _SLOT_BYTES)
        self._slot = 1 - self._slot

    def begin(self, stamp: Stamp) -> None:
        """Forgets both slots and starts with this one, durably."""
        self._slot = 0
        self.write(stamp)
        self.write(stamp)
        self.sync()

    def sync(self) -> None:
        """Waits until it is on the disk."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Writes no more."""
        os.close(self._descriptor)

    def _read_slot(self, number: int) -> Stamp | None:
        record = os.pread(self._descriptor, _SLOT.size + _CHECKSUM_BYTES, number * _SLOT_BYTES)
        if len(record) < _SLOT.size + _CHECKSUM_BYTES:
            return None
        body, checksum = record[: _SLOT.size], record[_SLOT.size :]
        magic, agent, ordinal, digest = _SLOT.unpack(body)
        if magic != _MAGIC or zlib.crc32(body) != int.from_bytes(checksum):
            return None
        return Stamp(agent_id=UUID(bytes=agent), ordinal=ordinal, digest=digest)


def sync_folder(folder: Path) -> None:
    """Waits until new names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
