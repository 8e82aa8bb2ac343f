"""Fixed codings of a document: kinds of study, statuses, materials, interpretations. Source: facts fhir.md 2, 3, 6."""

from __future__ import annotations

from typing import Any, Final

from labbro.eu.addresses import CATEGORY, INTERPRETATION, LOINC, RANGE_MEANING, SNOMED
from labbro.records.model import Flag, IntervalKind, Report, ReportKind, ResultStatus

Json = dict[str, Any]

REPORT_TYPE: Final[Json] = {
    "coding": [{"system": LOINC, "code": "11502-2", "display": "Laboratory report"}],
    "text": "Laboratoriesvar",
}
LABORATORY: Final[list[Json]] = [{"coding": [{"system": CATEGORY, "code": "laboratory"}]}]


def _study(code: str, display: str, text: str) -> Json:
    return {"coding": [{"system": LOINC, "code": code, "display": display}], "text": text}


_GENERAL = _study("26436-6", "Laboratory studies (set)", "Laboratorieundersøgelser")
STUDIES: Final[dict[ReportKind, Json]] = {
    "biochemistry": _study("18719-5", "Chemistry studies (set)", "Klinisk biokemi"),
    "foot-status": _GENERAL,
    "microbiology": _study("18725-2", "Microbiology studies (set)", "Klinisk mikrobiologi"),
    "cytology": _GENERAL,
    "histopathology": _GENERAL,
    "genetics": _GENERAL,
}
TITLES: Final[dict[ReportKind, str]] = {
    "biochemistry": "Svar fra klinisk biokemi",
    "foot-status": "Fodstatus",
    "microbiology": "Svar fra klinisk mikrobiologi",
    "cytology": "Svar fra cytologi",
    "histopathology": "Svar fra patologi",
    "genetics": "Svar fra klinisk genetik",
}

OBSERVATION_STATUS: Final[dict[ResultStatus, str]] = {
    "received": "registered",
    "preliminary": "preliminary",
    "final": "final",
    "corrected": "corrected",
}
_COMPOSITION: Final[dict[str, str]] = {
    "registered": "preliminary",
    "partial": "preliminary",
    "preliminary": "preliminary",
    "final": "final",
    "corrected": "amended",
}

INTERPRETATIONS: Final[dict[Flag, Json]] = {
    "high": {"coding": [{"system": INTERPRETATION, "code": "H"}]},
    "low": {"coding": [{"system": INTERPRETATION, "code": "L"}]},
    "abnormal": {"coding": [{"system": INTERPRETATION, "code": "A"}]},
    "malignant": {"coding": [{"system": INTERPRETATION, "code": "A"}], "text": "Malign"},
    "premalignant": {"coding": [{"system": INTERPRETATION, "code": "A"}], "text": "Præmalign"},
}
SUSCEPTIBILITIES: Final[dict[str, Json]] = {
    letter: {"coding": [{"system": INTERPRETATION, "code": letter}]} for letter in ("S", "I", "R")
}
RANGE_KINDS: Final[dict[IntervalKind, Json]] = {
    "physiological": {"coding": [{"system": RANGE_MEANING, "code": "normal"}]},
    "therapeutic": {"coding": [{"system": RANGE_MEANING, "code": "therapeutic"}]},
}

# By the system in the name of an analysis; materials that the facts give no code for are told in words.
MATERIALS: Final[dict[str, Json]] = {
    "P": {"coding": [{"system": SNOMED, "code": "119361006"}], "text": "Plasma"},
    "B": {"coding": [{"system": SNOMED, "code": "119297000"}], "text": "Blod"},
    "U": {"coding": [{"system": SNOMED, "code": "122575003"}], "text": "Urin"},
    "Csv": {"text": "Cerebrospinalvæske"},
    "F": {"text": "Fæces"},
    "Ercs(B)": {"coding": [{"system": SNOMED, "code": "119297000"}], "text": "Blod"},
    "Hb(B)": {"coding": [{"system": SNOMED, "code": "119297000"}], "text": "Blod"},
    "Lkcs(B)": {"coding": [{"system": SNOMED, "code": "119297000"}], "text": "Blod"},
    "P(aB)": {"coding": [{"system": SNOMED, "code": "119361006"}], "text": "Plasma fra arterieblod"},
    "P(kB)": {"coding": [{"system": SNOMED, "code": "119361006"}], "text": "Plasma fra kapillærblod"},
}
NO_MATERIAL: Final[Json] = {"text": "Ikke oplyst"}


def report_status(report: Report) -> str:
    """DiagnosticReport.status: the letter's own word, but never one that its results contradict."""
    statuses = {result.status for result in report.results} or {report.result_status or "final"}
    waiting = statuses & {"received", "preliminary"}
    if statuses == {"received"}:
        return "registered"
    if report.status in ("received", "partial") or statuses > waiting > set():
        return "partial"
    if waiting:
        return "preliminary" if statuses == {"preliminary"} else "partial"
    if report.result_status == "corrected" or "corrected" in statuses:
        return "corrected"
    return "preliminary" if report.result_status == "preliminary" else "final"


def composition_status(status: str) -> str:
    """Composition.status for the status of its report."""
    return _COMPOSITION[status]
