"""Letters and documents come through the same doors: which of them an input holds is told by its beginning."""

from __future__ import annotations

import io
from typing import BinaryIO, Final, cast

from labbro.eu.bundle import MOST_BYTES, is_document

_HEAD_BYTES: Final = 65_536

Input = bytes | BinaryIO


def document_in(data: Input) -> tuple[bytes | None, Input]:
    """The bytes of a document, or None, and the input as it was: a stream is read no further than its beginning.

    Of a stream that holds a document as much is read as is ever taken in, and one byte more.
    """
    if isinstance(data, bytes):
        return (data if is_document(data) else None), data
    head = _beginning(data)
    if is_document(head):
        whole = head + data.read(MOST_BYTES + 1 - len(head))
        return whole, whole
    if data.seekable():
        data.seek(-len(head), io.SEEK_CUR)
        return None, data
    return None, cast("BinaryIO", io.BufferedReader(_Joined(head, data)))


def _beginning(data: BinaryIO) -> bytes:
    """As much as is needed to tell; pipes give what they have."""
    head = data.read(1)
    while head.isspace() and len(head) < _HEAD_BYTES:
        head += data.read(1)
    # Only what may be JSON is looked into further: a letter on a slow line begins at once.
    return head + data.read(_HEAD_BYTES) if head[-1:] in (b"{", b"\xef") else head


class _Joined(io.RawIOBase):
    """A stream with the beginning that was read of it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        some = self._head[: len(buffer)] if self._head else self._rest.read(len(buffer))
        self._head = self._head[len(some) :] if self._head else b""
        buffer[: len(some)] = some
        return len(some)
