"""Inputs that are read piece by piece."""

from __future__ import annotations

import codecs
import io
import re
from typing import BinaryIO

_ENCODING = re.compile(r"""(<\?xml[^>]*?encoding\s*=\s*["'])[^"']*""")
# What is no UTF-8, so that whoever reads it says where the document ends to be one.
BROKEN = b"\xff"


class Joined(io.RawIOBase):
    """What has been read already, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        if not self._head:
            return self._rest.read(size)
        if size < 0:
            taken, self._head = self._head + self._rest.read(), b""
        elif size <= len(self._head):
            taken, self._head = self._head[:size], self._head[size:]
        else:
            taken, self._head = self._head + self._rest.read(size - len(self._head)), b""
        return taken


def is_wide(head: bytes) -> bool:
    """Whether an XML document is UTF-16, by its first bytes."""
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or head[:4] in {b"<\x00?\x00", b"\x00<\x00?"}


class AsUtf8(io.RawIOBase):
    """A document in UTF-16 as UTF-8, so that it can be cut between bytes."""

    def __init__(self, source: BinaryIO, head: bytes) -> None:
        super().__init__()
        self._source = source
        name = "utf-16" if head[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-16-be"
        self._decoder = codecs.getincrementaldecoder("utf-16-le" if head[:2] == b"<\x00" else name)()
        self._begun = False

    def read(self, size: int = -1) -> bytes:
        """Some bytes; none at the end."""
        while True:
            chunk = self._source.read(size)
            try:
                text = self._decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                return BROKEN
            if text and not self._begun:
                self._begun = True
                text = _ENCODING.sub(r"\1utf-8", text, count=1)
            if text or not chunk:
                return text.encode()
