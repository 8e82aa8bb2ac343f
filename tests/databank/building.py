"""Readings of letters made by hand, and short ways to take them in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.records.building import letter as make_letter
from tests.records.building import result

from labbro import letters
from labbro.databank import Databank, Outcome
from labbro.errors import CannotConvert
from labbro.letters.findings import Finding
from labbro.letters.letter import PLEASE_ACKNOWLEDGE, Envelope, Letter, Reading

NOW = dt.datetime(2026, 5, 6, 7, 8, 9, tzinfo=dt.UTC)
CPR = "1111571231"

__all__ = ["CPR", "NOW", "reading", "result", "take", "values"]


def reading(
    *, envelope: str = "KUVERT0000001", acknowledge: bool = False, findings: tuple[Finding, ...] = (), **changes: Any
) -> Reading:
    """A letter as if it had been read from XML; keyword arguments as in tests.records.building."""
    made = make_letter(**changes)
    outside = Envelope("2024-05-06", "07:10", envelope, PLEASE_ACKNOWLEDGE if acknowledge else "minuspositivkvitt")
    letter = Letter(made.version, made.root, outside)
    try:
        raw = letters.write(letter, "xml").data
    except CannotConvert:  # letters that no sender could write have bytes of their own
        raw = repr(changes).encode()
    return Reading("xml", letter.identifier, "RPT01", "XR0131K", None, letter, findings, raw)


def take(databank: Databank, *readings: Reading) -> list[Outcome]:
    return databank.intake(readings, NOW, "request-1", "load")


def values(databank: Databank, cpr: str = CPR) -> list[tuple[str | None, bool]]:
    """The values of a patient's history, and whether they are current."""
    (patient,) = databank.find_patients(cpr)
    return [(row.result.value, row.current) for row in databank.history(patient.key).rows]
