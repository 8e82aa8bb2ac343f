"""Who is to be answered for a letter that could not be read as a letter: its parties, from its bytes. Pure.

A letter of a type or version that is not received, or an unreadable one in a readable envelope, is refused with a
receipt too, if only its sender, receiver and numbers can be found.
"""

from __future__ import annotations

import re
from typing import Final

from labbro.letters.letter import Reading
from labbro.letters.receipts import Original, original_of

_LIMITS: Final = (35, 35, 14, 14)
_LOOKED_AT_BYTES: Final = 16_384  # envelope and parties stand first
_UNB: Final = re.compile(rb"UNB\+[^+']*\+([^:+']+)[^+']*\+([^:+']+)[^+']*\+[^+']*\+([^:+']+)")
_UNH: Final = re.compile(rb"UNH\+([^+']+)\+([^:+']*):[^:+']*:[^:+']*:[^:+']*:([^:+']*)")
_RECEIPT: Final = "CONTRL"
_TAG: Final = rb"<(?:[\w.-]+:)?%b\s*>\s*"


def _value(*names: bytes) -> re.Pattern[bytes]:
    """Finds the value of the last name below the others, whatever the prefix of the namespace."""
    return re.compile(rb".*?".join(_TAG % name for name in names) + rb"([^<&]+?)\s*<", re.DOTALL)


_ENVELOPE: Final = _value(b"Envelope", b"Identifier")
_LETTER: Final = _value(b"Letter", b"Identifier")
_VERSION: Final = _value(b"Letter", b"VersionCode")
_SENDER: Final = _value(b"Sender", b"EANIdentifier")
_RECEIVER: Final = _value(b"Receiver", b"EANIdentifier")


def answerable(reading: Reading) -> Original | None:
    """What a receipt must say of the letter; None where it cannot be known, and for receipts."""
    if reading.letter is not None:
        return original_of(reading)
    if reading.syntax == "edifact":
        return _of_interchange(reading)
    return _of_document(reading) if reading.syntax == "xml" else None


def _of_interchange(reading: Reading) -> Original | None:
    head = reading.raw[:_LOOKED_AT_BYTES].replace(b"\r", b"").replace(b"\n", b"")
    unb, unh = _UNB.search(head), _UNH.search(head)
    if unb is None or unh is None or _text(unh[2]) == _RECEIPT:
        return None
    return _checked(_text(unb[1]), _text(unb[2]), _text(unb[3]), _text(unh[1]), _text(unh[3]))


def _of_document(reading: Reading) -> Original | None:
    """From the text of the document: it may not be well-formed. Encodings without ASCII are not looked into."""
    head = reading.raw[:_LOOKED_AT_BYTES]
    patterns = (_SENDER, _RECEIVER, _ENVELOPE, _LETTER, _VERSION)
    found = [match[1] for pattern in patterns if (match := pattern.search(head)) is not None]
    if len(found) < len(patterns):
        return None
    sender, receiver, envelope, letter, version = (_text(value) for value in found)
    return None if version.startswith("XC") else _checked(sender, receiver, envelope, letter, version)


def _checked(sender: str, receiver: str, envelope: str, letter: str, version: str) -> Original | None:
    parts = (sender, receiver, envelope, letter)
    fits = all(1 <= len(part) <= limit for part, limit in zip(parts, _LIMITS, strict=True))
    return Original(*parts, version, wants_receipt=False) if fits and version else None


def _text(raw: bytes) -> str:
    """Numbers and codes are ASCII; anything else could not be matched by its sender."""
    return raw.decode("ascii", "ignore").strip()
