"""What comes in besides letters: a European document, read by a room above this one, ready to be kept. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Reading
from labbro.records.model import Report


class IncomingDocument(msgspec.Struct, frozen=True):
    """A document with the report it says; `report` is None where it has errors.

    `name` is what identifies it: its sender, and the numbers it was given. `scope` is whose patient number it has: the
    address of the number's system, so that two countries' persons are never one; empty where it has none.
    """

    reference: str | None
    report: Report | None
    findings: tuple[Finding, ...]
    raw: bytes
    name: tuple[str, ...] = ()
    scope: str = ""
    standard: str = ""
    version: str = ""

    @property
    def ok(self) -> bool:
        """Whether it may be taken in."""
        return self.report is not None


Incoming = Reading | IncomingDocument
# How the doors read what they are given. Rooms above pass a reader that knows documents too.
Reader = Callable[[bytes | BinaryIO], Iterator[Incoming]]
