"""The receipt of a letter: positive where it was asked for, negative always, never for a receipt. Pure.

Source: facts on CTL01-03. The receipt goes back in the syntax of the original and is addressed the other way round. Its
key and numbers are derived from what it answers, so the same answer to the same letter in the same envelope is one.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from labbro.databank import keys
from labbro.databank.history import Receipt
from labbro.databank.prepare import Heading, RefusalCode, Refuse
from labbro.errors import CannotConvert
from labbro.letters import Envelope, Finding, Refusal, receipt_for, write
from labbro.letters.receipts import RefuseCode

DENMARK: Final = ZoneInfo("Europe/Copenhagen")
TOLD_FINDINGS: Final = 5  # of a refused letter; the sender's own check tells the rest
IDENTIFIER_CHARACTERS: Final = 14

_REFUSE_CODES: Final[dict[RefusalCode, RefuseCode]] = {
    "invalid": "syntaksfejl",
    "unreadable": "syntaksfejl",
    "cannot-store": "syntaksfejl",
    "not-supported": "problem_med_version",
    "conflict": "ikke_specificeret",
}


def positive_receipt(heading: Heading, now: dt.datetime) -> Receipt | None:
    """The receipt that says the letter was taken in; None where nobody could be answered. `now` is UTC."""
    return _receipt(heading, None, "positive", now)


def negative_receipt(refused: Refuse, now: dt.datetime) -> Receipt | None:
    """The receipt that says the letter was refused, and why; None for a receipt, or where nobody could be answered."""
    refusal = Refusal(_REFUSE_CODES[refused.code], _refuse_lines(refused))
    return _receipt(refused.heading, refusal, f"negative {refused.code}", now)


def _receipt(heading: Heading, refusal: Refusal | None, answer: str, now: dt.datetime) -> Receipt | None:
    original, syntax = heading.original, heading.syntax or "edifact"
    if original is None or syntax == "json":
        return None
    key = keys.receipt_key(
        original.sender_ean,
        original.receiver_ean,
        original.envelope_identifier,
        original.letter_identifier,
        f"{answer} {syntax}",
    )
    local = now.astimezone(DENMARK)
    envelope = Envelope(local.strftime("%Y-%m-%d"), local.strftime("%H:%M"), _number("envelope", key))
    try:
        letter = receipt_for(original, refusal, identifier=_number("letter", key), envelope=envelope)
        written = write(letter, syntax)
    except CannotConvert:  # a number of the original does not fit into a receipt, so nobody could match it
        return None
    return Receipt(
        key=key,
        positive=refusal is None,
        sender_ean=original.receiver_ean,
        receiver_ean=original.sender_ean,
        original_envelope=original.envelope_identifier,
        original_letter=original.letter_identifier,
        created_at=now,
        version=letter.version,
        syntax=syntax,
        raw=written.data,
    )


def _refuse_lines(refused: Refuse) -> tuple[str, ...]:
    """The reason in Danish and the first errors with their places; findings hold no values, so no identity."""
    errors = [finding for finding in refused.findings if finding.severity == "error"]
    lines = [refused.reason_da, *(_line(finding) for finding in errors[:TOLD_FINDINGS])]
    if len(errors) > TOLD_FINDINGS:
        lines.append(f"Og {len(errors) - TOLD_FINDINGS} fejl mere.")
    return tuple(lines)


def _line(finding: Finding) -> str:
    place = f"segment {finding.segment}" if finding.segment else finding.path or ""
    return f"{finding.code}{f' ({place})' if place else ''}: {finding.message_da}"


def _number(label: str, key: UUID) -> str:
    """A letter's or envelope's number of 14 characters (70 bits), derived from the receipt's key."""
    digest = hashlib.sha256(label.encode() + key.bytes).digest()
    return base64.b32encode(digest)[:IDENTIFIER_CHARACTERS].decode("ascii")
