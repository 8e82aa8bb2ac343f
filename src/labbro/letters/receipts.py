"""Makes the receipt that answers a letter (facts: receipts.md, d). Who answers when is the databank's business."""

from __future__ import annotations

from typing import Literal

import msgspec

from labbro.letters.json_form import make
from labbro.letters.letter import PLEASE_ACKNOWLEDGE, Envelope, Letter, Reading
from labbro.letters.registry import registry

RefuseCode = Literal[
    "ikke_specificeret", "ukendt_lokationsnummer", "problem_med_modtagerID", "problem_med_version", "syntaksfejl"
]
TEXT_LINES = 25


class Refusal(msgspec.Struct, frozen=True):
    """Why a letter is rejected; the lines are told to its sender and must not name the patient."""

    code: RefuseCode
    lines: tuple[str, ...]


class Original(msgspec.Struct, frozen=True):
    """What a receipt says about the letter it answers. `version_code` is as the letter said it (XML: with X)."""

    sender_ean: str
    receiver_ean: str
    envelope_identifier: str
    letter_identifier: str
    version_code: str
    wants_receipt: bool


def original_of(reading: Reading) -> Original | None:
    """What is known of a letter that was read; None where nobody could be answered, and for receipts."""
    letter = reading.letter
    if letter is None or letter.envelope is None or reading.version_code is None:
        return None
    if registry().by_key[letter.version].standard.kind == "receipt":
        return None
    known = (letter.sender_ean, letter.receiver_ean, letter.envelope.identifier, letter.identifier)
    if not all(1 <= len(part) <= limit for part, limit in zip(known, (35, 35, 14, 14), strict=True)):
        return None
    return Original(*known, reading.version_code, letter.envelope.acknowledgement == PLEASE_ACKNOWLEDGE)


def receipt_for(original: Original, refusal: Refusal | None, *, identifier: str, envelope: Envelope) -> Letter:
    """A positive receipt (CTL03), or a negative one (CTL02) with its reason. Sender and receiver change places."""
    letter: dict[str, object] = {
        "OriginalLetterIdentifier": original.letter_identifier,
        "OriginalVersionCode": original.version_code[:7],
    }
    if refusal is not None:
        lines = refusal.lines[:TEXT_LINES]
        letter |= {"RefuseCode": refusal.code, "RefuseText": "".join(f"{line}\n" for line in lines)}
    values: dict[str, object] = {
        "Letter": {"Identifier": identifier},
        "Sender": {"EANIdentifier": original.receiver_ean},
        "Receiver": {"EANIdentifier": original.sender_ean},
        "OriginalEmessage": {
            "OriginalEnvelopeIdentifier": original.envelope_identifier,
            "OriginalSender": {"EANIdentifier": original.sender_ean},
            "OriginalReceiver": {"EANIdentifier": original.receiver_ean},
            "OriginalLetter": [letter],
        },
    }
    return make("XC0330Q" if refusal is None else "XC0230Q", envelope, values)
