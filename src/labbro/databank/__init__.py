"""Keeps records: exactly-once intake, corrections, history, receipts, and the log of who looked.

Entry points: `Databank.intake`, `Databank.history`, `Databank.letter`, `Databank.receipts` (labbro.databank.databank).
"""

from __future__ import annotations

from labbro.databank.databank import Databank
from labbro.databank.history import (
    AccessEntry,
    Answer,
    Outcome,
    PatientHistory,
    PatientSummary,
    Receipt,
    RefusedLetter,
    ReportSummary,
    StoredDelivery,
    StoredLetter,
    StoredReport,
    StoredRequisition,
    StoredResult,
)

__all__ = [
    "AccessEntry",
    "Answer",
    "Databank",
    "Outcome",
    "PatientHistory",
    "PatientSummary",
    "Receipt",
    "RefusedLetter",
    "ReportSummary",
    "StoredDelivery",
    "StoredLetter",
    "StoredReport",
    "StoredRequisition",
    "StoredResult",
]
