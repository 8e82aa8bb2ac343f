"""Reports of microbiology, pathology and genetics and requisitions by hand. Only invented persons."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from labbro.databank.history import Answer, PatientHistory, PatientSummary, StoredReport, StoredRequisition
from labbro.records.microbiology import (
    Antibiotic,
    Culture,
    Isolate,
    Measurement,
    Microbiology,
    Microscopy,
    Property,
    PropertyResult,
    Susceptibility,
    SusceptibilityTable,
)
from labbro.records.model import Code, CodedText, Diagnoses, Diagnosis, Party, Report, Result, Sample, Section
from labbro.records.requisition import Number, RequestedAnalysis, RequestedSample, Requisition

from .histories import CPR, KEY, PERSON, at

MICROBIOLOGY = Party("Q10161", "sygehusafdelingsnummer", "5790009900412", "Opdigtet Sygehus", "Mikrobiologi")
PATHOLOGY = Party("Q10165", "sygehusafdelingsnummer", "5790009900511", "Opdigtet Sygehus", "Patologi")
PRACTICE = Party("990101", "ydernummer", "5790009901006", "Lægehuset Fantasien", physician="AMB")
LEGEND = "S = følsom, I = øget eksponering, R = resistent"


def said(text: str, protected: str | None = None) -> CodedText:
    return CodedText(text, protected=protected)


def isolate(number: int = 1, name: str = "Escherichia coli", **changes: Any) -> Isolate:
    cells = (
        Susceptibility(number, 1, said("Ampicillin"), "R", ">", "32", "mg/L"),
        Susceptibility(number, 2, said("Mecillinam"), "I", "=", "4", "mg/L"),
    )
    fields = {"amount": said("10E8 CFU/L"), "susceptibilities": cells}
    return Isolate(number, said(name), **(fields | changes))


def culture(*isolates: Isolate, legend: str = LEGEND, **changes: Any) -> Culture:
    antibiotics = (Antibiotic(1, said("Ampicillin")), Antibiotic(2, said("Mecillinam")))
    table = SusceptibilityTable("Antibiotikafølsomhed", antibiotics, legend)
    return Culture(
        **({"headline": "Dyrkning med fund", "isolates": isolates or (isolate(),), "table": table} | changes)
    )


def urine(found: Microbiology | None = None, **changes: Any) -> Result:
    """A urine culture in which something grew."""
    fields: dict[str, Any] = {
        "ordinal": 1,
        "analysis": Code("NPU16328", "iupac", "SST", "Dyrkning;U(midt)", "Dyrkning og resistens"),
        "status": "final",
        "kind": "text",
        "value": None,
        "material": "Urin, midtstråle",
        "microbiology": found
        or Microbiology(cultures=(culture(),), microscopy=Microscopy("Mikroskopi", "Leukocytter\n")),
    }
    return Result(**(fields | changes))


def report(*results: Result, number: int = 1, taken: str | None = "2026-05-04 09:30", **changes: Any) -> Report:
    fields: dict[str, Any] = {
        "kind": "microbiology",
        "standard": "RPT05",
        "version": "XR0532M",
        "letter_identifier": f"MIK{number:06d}",
        "authorised_at": at("2026-05-06 12:00"),
        "results_at": at("2026-05-06 11:00"),
        "production_number": f"M{number:06d}",
        "sender": MICROBIOLOGY,
        "receiver": PRACTICE,
        "patient": PERSON,
        "samples": (Sample(f"{number:08d}", f"9{number:09d}", at(taken) if taken else None),),
        "results": results or (urine(),),
        "status": "complete",
    }
    return Report(**(fields | changes))


def histology(number: int = 1, **changes: Any) -> Report:
    """A mole with diagnoses in codes, two sections and a table."""
    codes = Diagnoses(
        Diagnosis(Code("T02424", "SNO", "SST", complete_name="Hud på lår")),
        (Diagnosis(Code("M88100", "SNO", "SST", complete_name=" Halo Naevus"), "Fuldt fjernet"),),
        "Materiale A",
    )
    fields: dict[str, Any] = {
        "kind": "histopathology",
        "standard": "RPT04",
        "version": "XR0432P",
        "sender": PATHOLOGY,
        "samples": (Sample("1-1", None, at("2026-05-04 09:30"), material="A: Hud, højre lår", diagnoses=codes),),
        "results": (Result(1, Code("", "", "", "Histologi"), "final", "text", "Godartet"),),
        "sections": (
            Section("macroscopy", "Makroskopi", "11 x 6 mm\n"),
            Section("conclusion", "Konklusion", "Halonævus\n"),
            Section("hematology", "Hæmatologi", rows=(("Celle", "MARV", "BLOD"), ("Lymfocytter", "11 %", "29 %"))),
        ),
    }
    return report(number=number, **(fields | changes))


def stored(told: Report, **changes: Any) -> StoredReport:
    key = letter_key(told.letter_identifier)
    fields: dict[str, Any] = {
        "letter_key": key,
        "received_at": dt.datetime(2026, 5, 6, 10, 30, tzinfo=dt.UTC),
        "current": True,
        "superseded_by": None,
        "chain": str(key),
        "ambiguous": False,
    }
    return StoredReport(told, **(fields | changes))


def letter_key(identifier: str) -> UUID:
    """A key that says which letter it is of."""
    return UUID(int=int.from_bytes(identifier.encode()[-8:], "big"))


def requisition(*analyses: RequestedAnalysis, number: int = 1, **changes: Any) -> Requisition:
    fields: dict[str, Any] = {
        "kind": "microbiology",
        "standard": "REQ01",
        "version": "XQ0131K",
        "letter_identifier": f"REQ{number:06d}",
        "authorised_at": at("2026-05-04 09:40"),
        "requested_at": at("2026-05-04 09:20"),
        "sender": PRACTICE,
        "receiver": MICROBIOLOGY,
        "patient": PERSON,
        "samples": (RequestedSample(Number(f"9{number:09d}", national=True)),),
        "analyses": analyses or (asked(1), asked(2, name="Tarmpatogener PCR")),
        "sampled_at": at("2026-05-04 09:30"),
        "tubes": 2,
    }
    return Requisition(**(fields | changes))


def asked(ordinal: int, name: str = "Dyrkning;U(midt)", **changes: Any) -> RequestedAnalysis:
    code = Code(f"KODE{ordinal}", "lokal", "QKM", name)
    fields = {"priority": "routine", "tube": Number(f"GLAS{ordinal}"), "material": "Urin"}
    return RequestedAnalysis(ordinal, code, **(fields | changes))


def ordered(told: Requisition, *answers: Answer, **changes: Any) -> StoredRequisition:
    fields: dict[str, Any] = {
        "letter_key": letter_key(told.letter_identifier),
        "received_at": dt.datetime(2026, 5, 4, 8, 0, tzinfo=dt.UTC),
        "state": "answered" if answers else "unanswered",
        "answers": answers,
    }
    return StoredRequisition(told, **(fields | changes))


def answer(requested: Requisition, told: Report, **changes: Any) -> Answer:
    fields: dict[str, Any] = {"number": "9000000001", "step": "sample", "same_laboratory": True, "ambiguous": False}
    keys = (letter_key(requested.letter_identifier), letter_key(told.letter_identifier))
    return Answer(*keys, **(fields | changes))


def history(*reports: StoredReport, requisitions: tuple[StoredRequisition, ...] = (), rows: Any = ()) -> PatientHistory:
    """A patient with these reports, newest first as the databank gives them."""
    newest_first = sorted(reports, key=lambda each: each.report.results_at, reverse=True)
    summary = PatientSummary(KEY, CPR, "cpr", "Opdigtet", "Olga", len(reports), None)
    return PatientHistory(summary, tuple(rows), tuple(newest_first), requisitions)


def protected_property() -> Property:
    """A type that the department does not tell, under a name that it does."""
    return Property("property", said("spa-type"), PropertyResult(said("t002")), protected="1")


def measured(**changes: Any) -> Measurement:
    fields: dict[str, Any] = {"interpretation": said("Påvist"), "flag": "abnormal"}
    return Measurement(said("Influenza A-virus RNA"), **(fields | changes))
