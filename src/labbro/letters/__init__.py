"""MedCom laboratory letters: bytes <-> typed letter <-> bytes. Pure: no database, no network, no clock.

    from labbro import letters

    for reading in letters.read(file):
        print(reading.reference, reading.ok, reading.findings)
        written = letters.write(reading.letter, "xml")

The names in `__all__` are the stable interface; docs/library.md explains them. Envelopes of VANS providers are opened
by `read`; to make and answer them there is `labbro.letters.vans`.
"""

from __future__ import annotations

from labbro.letters.findings import Finding, Severity
from labbro.letters.json_form import from_json, make, to_json
from labbro.letters.letter import Envelope, Letter, Reading, Syntax
from labbro.letters.library import Converted, KnownVersion, Target, convert, versions, walk
from labbro.letters.moving import Moved, move_to
from labbro.letters.reading import read
from labbro.letters.receipts import Original, Refusal, original_of, receipt_for
from labbro.letters.show import html_fragment, show_html, show_text, tree_html
from labbro.letters.structs import LetterStruct, from_struct, json_schema, struct_of, to_struct
from labbro.letters.tree import Element
from labbro.letters.verdict import check
from labbro.letters.writing import Written, losses, namespace_of, write

__all__ = [
    "Converted",
    "Element",
    "Envelope",
    "Finding",
    "KnownVersion",
    "Letter",
    "LetterStruct",
    "Moved",
    "Original",
    "Reading",
    "Refusal",
    "Severity",
    "Syntax",
    "Target",
    "Written",
    "check",
    "convert",
    "from_json",
    "from_struct",
    "html_fragment",
    "json_schema",
    "losses",
    "make",
    "move_to",
    "namespace_of",
    "original_of",
    "read",
    "receipt_for",
    "show_html",
    "show_text",
    "struct_of",
    "to_json",
    "to_struct",
    "tree_html",
    "versions",
    "walk",
    "write",
]
