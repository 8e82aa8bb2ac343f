"""Letters as bytes, and the real command, for tests that send them."""

from __future__ import annotations

import sys
from typing import Any

from tests.records.building import letter as make_letter

from labbro import letters
from labbro.letters.letter import PLEASE_ACKNOWLEDGE, Envelope, Letter

LABBRO = (sys.executable, "-c", "from labbro.cli import main; main()")  # the command, installed or not


def one(*, envelope: str = "KUVERT0000001", acknowledge: bool = False, **changes: Any) -> Letter:
    """A letter in its envelope; keyword arguments as in tests.records.building."""
    made = make_letter(**changes)
    asked = PLEASE_ACKNOWLEDGE if acknowledge else "minuspositivkvitt"
    return Letter(made.version, made.root, Envelope("2024-05-06", "07:10", envelope, asked))


def edifact(*several: Letter) -> bytes:
    """One interchange."""
    return letters.write(several or (one(),), "edifact").data


def xml(*several: Letter) -> bytes:
    """One document."""
    return letters.write(several or (one(),), "xml").data
