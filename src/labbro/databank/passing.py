"""Files among letters that are none: a note, a schema, a picture in a folder of letters. Pure.

A letter that is damaged must never be taken for one of these: whatever begins as an interchange, and any XML that names
MedCom, counts as a letter and is refused with its reason; so does other text with the beginning of a letter in it.
"""

from __future__ import annotations

import re
from typing import Final

from labbro.databank.history import Outcome
from labbro.letters.letter import Reading

_LOOKED_AT_BYTES: Final = 16_384
_SEGMENT: Final = re.compile(rb"un[bh]\+")
_ELEMENT: Final = re.compile(rb"[<:](emessage|vansenvelope)[\s/>]")


def holds_no_letter(reading: Reading) -> bool:
    """Whether nothing here is a letter, nor was meant to be one."""
    codes = {finding.code for finding in reading.findings}
    if reading.letter is not None or reading.standard is not None:
        return False
    if "unknown-namespace" in codes:  # another kind of document, read to its end
        return "medcom" not in (reading.namespace or "").lower()
    head = reading.raw[:_LOOKED_AT_BYTES].replace(b"\x00", b"").lower()  # UTF-16 has a zero beside each letter
    marked = _SEGMENT.search(head) or _ELEMENT.search(head)
    if "not-a-letter" in codes and reading.syntax is None:
        return not marked
    return "not-well-formed" in codes and not marked and b"medcom" not in head


def passed_over(reading: Reading) -> Outcome:
    """The outcome of a file that was found in a folder and holds no letter."""
    return Outcome(
        kind="passed",
        reference=None,
        sender_ean=None,
        standard=None,
        version_code=None,
        syntax=None,
        namespace=None,
        findings=reading.findings,
        code="no-letter",
        reason="This file holds no letter.",
        reason_da="Denne fil indeholder intet brev.",
    )
