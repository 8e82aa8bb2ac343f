"""Histories by hand, so that the tests of the view need no letters. Only invented persons."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from labbro.databank import PatientHistory, PatientSummary, ReportSummary, StoredResult
from labbro.records.model import Code, Party, Person, Producer, ReferenceInterval, Result, Sample

CPR = "1111571231"  # fails modulus 11: it can belong to nobody
PERSON = Person(CPR, "cpr", "Opdigtet", "Olga")
KEY = UUID(int=0x1234567890ABCDEF)


def at(text: str) -> dt.datetime:
    """A local Danish time, `2026-05-06 07:08`."""
    return dt.datetime.fromisoformat(text)


def potassium(**changes: Any) -> Result:
    """A final potassium of 4,1 within 3,5 to 4,4; keyword arguments change its fields."""
    fields: dict[str, Any] = {
        "ordinal": 1,
        "analysis": Code("NPU03230", "iupac", "SST", "Kalium;P", "P—Kalium-ion; stofk. = ? mmol/L"),
        "status": "final",
        "kind": "numeric",
        "value": "4,1",
        "unit": "mmol/L",
        "interval": ReferenceInterval("physiological", "3,5", "4,4"),
        "producer": Producer("KBA Opdigtet", "OPD"),
    }
    return Result(**{**fields, **changes})


def stored(
    result: Result | None = None, *, number: int = 1, sampled: str | None = "2026-05-06 07:08", **changes: Any
) -> StoredResult:
    """A result in letter `number`; keyword arguments change the stored result or its report (consent_given ...)."""
    result = result or potassium()
    letter = UUID(int=(number << 64) | 0x8000000000000000)
    place = {
        key: changes.pop(key) for key in ("current", "superseded_by", "chain", "ambiguous", "origin") if key in changes
    }
    laboratory_number = changes.pop("laboratory_number", f"{number:08d}")
    report: dict[str, Any] = {
        "letter_key": letter,
        "letter_identifier": f"BREV{number:06d}",
        "kind": "biochemistry",
        "standard": "RPT01",
        "version": "XR0131K",
        "sender": Party("4201050", "sygehusafdelingsnummer", "5790000120284", "Opdigtet Sygehus", "Klinisk Biokemi"),
        "receiver": Party("989897", "ydernummer", "5790000125012", "Lægehuset Fantasien"),
        "copy_receiver": None,
        "physician": "FK",
        "patient": PERSON,
        "production_number": f"SRI{number:06d}",
        "authorised_at": at("2026-05-06 12:00"),
        "results_at": at("2026-05-06 11:00"),
        "received_at": dt.datetime(2026, 5, 6, 10, 30, tzinfo=dt.UTC),
        "status": "complete",
        "consent_given": None,
        "comments": None,
        "origin": "hospital",
    }
    sample = Sample(laboratory_number, f"9{number:09d}", at(sampled) if sampled else None)
    return StoredResult(
        result=result,
        report=ReportSummary(**{**report, **changes}),
        sample=sample,
        letter_key=letter,
        current=place.get("current", True),
        superseded_by=place.get("superseded_by"),
        chain=place.get("chain", f"{number}/{result.ordinal}"),
        ambiguous=place.get("ambiguous", False),
        origin=place.get("origin", "hospital"),
    )


def history(*rows: StoredResult) -> PatientHistory:
    """A patient with these results, newest sample first as the databank gives them."""
    ordered = sorted(rows, key=lambda row: (row.sample.sampled_at is not None, row.sample.sampled_at), reverse=True)
    return PatientHistory(PatientSummary(KEY, CPR, "cpr", "Opdigtet", "Olga", len(rows), None), tuple(ordered))
