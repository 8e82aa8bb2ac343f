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

from labbro import letters
from labbro.databank import keys
from labbro.databank.history import Receipt
from labbro.databank.prepare import RECEIPTS, Refuse
from labbro.errors import CannotConvert
from labbro.letters.findings import Finding
from labbro.letters.letter import Reading

DENMARK: Final = ZoneInfo("Europe/Copenhagen")
TOLD_FINDINGS: Final = 5  # of a refused letter; the sender's own check tells the rest
EAN_CHARACTERS: Final = 35
IDENTIFIER_CHARACTERS: Final = 14


def positive_receipt(reading: Reading, now: dt.datetime) -> Receipt | None:
    """The receipt that says the letter was taken in; None where its parties cannot be known. `now` is UTC."""
    return _receipt(reading, None, "positive", now)


def negative_receipt(refused: Refuse, now: dt.datetime) -> Receipt | None:
    """The receipt that says the letter was refused, and why; None for a refused receipt or unknown parties."""
    if (refused.reading.standard or "").removeprefix("X").startswith(RECEIPTS):
        return None
    code = {"not-supported": "problem_med_version", "conflict": "ikke_specificeret", "cannot-store": "syntaksfejl"}
    refusal = letters.Refusal(code.get(refused.code, "syntaksfejl"), _refuse_text(refused))
    return _receipt(refused.reading, refusal, f"negative {refused.code}", now)


def _receipt(reading: Reading, refusal: letters.Refusal | None, answer: str, now: dt.datetime) -> Receipt | None:
    parties = letters.parties(reading)
    if parties is None or not all(0 < len(ean) <= EAN_CHARACTERS for ean in (parties.sender_ean, parties.receiver_ean)):
        return None
    key = keys.receipt_key(
        parties.sender_ean, parties.receiver_ean, parties.envelope_identifier, reading.reference or "", answer
    )
    local = now.astimezone(DENMARK)
    try:
        letter = letters.receipt_for(
            reading,
            identifier=_number("letter", key),
            envelope_identifier=_number("envelope", key),
            sent_date=local.strftime("%Y-%m-%d"),
            sent_time=local.strftime("%H:%M"),
            refusal=refusal,
            syntax=reading.syntax or "edifact",
        )
        written = letters.write(letter, reading.syntax or "edifact")
    except CannotConvert:  # the original's numbers do not fit into a receipt: nobody could match it
        return None
    return Receipt(
        key=key,
        positive=refusal is None,
        sender_ean=parties.receiver_ean,
        receiver_ean=parties.sender_ean,
        original_envelope=parties.envelope_identifier,
        original_letter=reading.reference or "",
        created_at=now,
        version=letter.version,
        syntax=reading.syntax or "edifact",
        raw=written.data,
    )


def _refuse_text(refused: Refuse) -> str:
    """The reason in Danish and the first errors with their places; findings hold no values, so no identity."""
    errors = [finding for finding in refused.findings if finding.severity == "error"]
    lines = [refused.reason_da, *(_line(finding) for finding in errors[:TOLD_FINDINGS])]
    if len(errors) > TOLD_FINDINGS:
        lines.append(f"Og {len(errors) - TOLD_FINDINGS} fejl mere.")
    return "\n".join(lines)


def _line(finding: Finding) -> str:
    place = f"segment {finding.segment}" if finding.segment else finding.path or ""
    return f"{finding.code}{f' ({place})' if place else ''}: {finding.message_da}"


def _number(label: str, key: UUID) -> str:
    """A letter's or envelope's number of 14 characters (70 bits), derived from the receipt's key."""
    digest = hashlib.sha256(label.encode() + key.bytes).digest()
    return base64.b32encode(digest)[:IDENTIFIER_CHARACTERS].decode("ascii")
