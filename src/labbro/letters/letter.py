"""A letter and its envelope, and what came of reading one."""

from __future__ import annotations

from typing import Literal

import msgspec

from labbro.letters.findings import Finding, has_errors
from labbro.letters.tree import Element

Syntax = Literal["edifact", "xml"]
PLEASE_ACKNOWLEDGE = "pluspositivkvitt"
NO_ACKNOWLEDGEMENT = "minuspositivkvitt"


class Envelope(msgspec.Struct, frozen=True):
    """What stands on the outside: sent (`ccyy-mm-dd`, `hh:mm`, local Danish time), identifier, receipt wanted."""

    sent_date: str
    sent_time: str
    identifier: str
    acknowledgement: str = NO_ACKNOWLEDGEMENT


class Letter(msgspec.Struct, frozen=True):
    """One letter: the key of its declared version (`XR0131K`, `XR0130K/2005`) and its tree.

    `envelope` is None for an XML letter that is itself the document root.
    `local_elements` keeps XML that a sender put after the letter (schemas of 2005 and 2007), as text.
    `assumed` names paths below the root that EDIFACT could not say and reading filled in by rule: no statement of the
    sender (consent by absence, StatisticalCode).
    """

    version: str
    root: Element
    envelope: Envelope | None = None
    local_elements: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def identifier(self) -> str:
        """Letter/Identifier: the letter's number, given by its sender."""
        return self.root.text("Letter/Identifier") or ""

    @property
    def sender_ean(self) -> str:
        """The sender's location number (GLN); with `identifier` it names the letter."""
        return self.root.text("Sender/EANIdentifier") or ""

    @property
    def receiver_ean(self) -> str:
        """The receiver's location number (GLN)."""
        return self.root.text("Receiver/EANIdentifier") or ""


class Delivery(msgspec.Struct, frozen=True):
    """What a transport envelope (VANSEnvelope) says of itself: its number and its message's, from whom to whom, when.

    Senders and receivers are numbers with their kind, `EAN:5790000000001`. `sent` is an xs:dateTime as sent.
    """

    envelope_identifier: str
    message_identifier: str
    sender: str
    receiver: str
    sent: str


class Reading(msgspec.Struct, frozen=True):
    """What came of one letter in an input, or of an input in which no letter could be found.

    `letter` is None when its version is not supported or nothing could be read. `raw` holds original bytes that can
    be read again alone: the envelope's and this letter's (in EDIFACT closed by an UNZ that counts one letter).
    `standard` is RPT01 or the like, `version_code` as sent.
    `delivery`: the letter came in a transport envelope, which `raw` does not hold.
    """

    syntax: Syntax | None
    reference: str | None
    standard: str | None
    version_code: str | None
    namespace: str | None
    letter: Letter | None
    findings: tuple[Finding, ...]
    raw: bytes
    delivery: Delivery | None = None

    @property
    def ok(self) -> bool:
        """False exactly when a finding has severity error."""
        return not has_errors(self.findings)
