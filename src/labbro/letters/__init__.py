"""MedCom laboratory letters: bytes <-> typed letter <-> bytes. Pure: no database, no network, no clock.

from labbro import letters

for reading in letters.read(open("svar.edi", "rb")):
    print(reading.reference, reading.ok, reading.findings)
    written = letters.write(reading.letter, "xml")
"""

from __future__ import annotations

from labbro.letters.findings import Finding, Severity
from labbro.letters.json_form import from_json, make, to_json
from labbro.letters.letter import Envelope, Letter, Reading, Syntax
from labbro.letters.moving import Moved, move_to
from labbro.letters.reading import read
from labbro.letters.receipts import Original, Refusal, original_of, receipt_for
from labbro.letters.show import html_fragment, show_html, show_text, tree_html
from labbro.letters.tree import Element
from labbro.letters.verdict import check
from labbro.letters.writing import Written, losses, namespace_of, write

__all__ = [
    "Element",
    "Envelope",
    "Finding",
    "Letter",
    "Moved",
    "Original",
    "Reading",
    "Refusal",
    "Severity",
    "Syntax",
    "Written",
    "check",
    "from_json",
    "html_fragment",
    "losses",
    "make",
    "move_to",
    "namespace_of",
    "original_of",
    "read",
    "receipt_for",
    "show_html",
    "show_text",
    "to_json",
    "tree_html",
    "write",
]
