"""Keeps records: exactly-once intake, corrections, history, receipts, and the log of who looked.

Entry points: `Databank.intake`, `Databank.history`, `Databank.letter`, `Databank.receipts` (labbro.databank.databank).
"""

from __future__ import annotations

from labbro.databank.databank import Databank
from labbro.databank.history import (
    AccessEntry,
    Outcome,
    PatientHistory,
    PatientSummary,
    Receipt,
    RefusedLetter,
    ReportSummary,
    StoredLetter,
    StoredResult,
)

__all__ = [
    "AccessEntry",
    "Databank",
    "Outcome",
    "PatientHistory",
    "PatientSummary",
    "Receipt",
    "RefusedLetter",
    "ReportSummary",
    "StoredLetter",
    "StoredResult",
]
