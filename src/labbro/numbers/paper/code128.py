"""Code 128 as numbers of modules and as the words of a label printer's language.

Source: ISO/IEC 15417 (subsets B and C, one symbol of 11 modules a character, stop of 13); numbers.md section 7.
"""

from __future__ import annotations

import re

from labbro.errors import WrongUse

_PRINTABLE = re.compile(r"[0-9A-Za-z.+/ -]{1,35}")  # 35 characters: a tube identifier in a requisition


def check_text(text: str) -> str:
    """The text, if it can be printed as a plain Code 128. Raises WrongUse `barcode-text`."""
    if not _PRINTABLE.fullmatch(text):
        raise WrongUse(
            "A barcode holds 1 to 35 letters, digits, and . + / - or space.",
            message_da="En stregkode rummer 1 til 35 bogstaver, cifre samt . + / - og mellemrum.",
            code="barcode-text",
        )
    return text


def modules(text: str) -> int:
    """The width in modules without quiet zones: start, characters, check and stop."""
    return 11 * (len(_runs(text)) + 1) + 13


def zpl_data(text: str) -> str:
    """The text with ZPL's marks for the subsets: `>;` starts in C, `>:` in B, `>5` changes to C."""
    odd = len(text) % 2
    if not text.isdigit():
        return f">:{text}"
    if not odd:
        return f">;{text}"
    return f">:{text[0]}>5{text[1:]}" if len(text) > 3 else f">:{text}"


def _runs(text: str) -> list[str]:
    """Symbol characters before the check: the start, digits in pairs where all are digits, and a change of subset."""
    if not text.isdigit():
        return ["start", *text]
    if len(text) % 2 == 0:
        return ["start", *(text[at : at + 2] for at in range(0, len(text), 2))]
    if len(text) <= 3:
        return ["start", *text]
    return ["start", text[0], "to C", *(text[at : at + 2] for at in range(1, len(text), 2))]
