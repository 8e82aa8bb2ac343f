"""Results as Observations. Source: facts fhir.md section 6, table "Building the document"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from labbro.codes import analyses
from labbro.eu import addresses, parties
from labbro.eu.addresses import ABSENT, UCUM, Addresses
from labbro.eu.frame import Frame
from labbro.eu.quantities import number_of, quantity, unit_parts
from labbro.eu.words import INTERPRETATIONS, OBSERVATION_STATUS, RANGE_KINDS
from labbro.records.model import Code, CodedText, ReferenceInterval, Result

Json = dict[str, Any]

# Letters also call other codes `iupac`; the profile takes none of them for a national one.
_NATIONAL = re.compile("(?:NPU|DNK)[0-9]{5}")


def absent(why: str) -> Json:
    """Why there is no value: `unknown`, `masked`, `not-performed`."""
    return {"coding": [{"system": ABSENT, "code": why}]}


def concept(code: Code | None, words: str, known: Addresses) -> Json:
    """A code with its words. The system is the letter's, not the shape: local codes may look like national ones."""
    text = words.strip() or (code.value.strip() if code else "") or "Ikke oplyst"
    if code is None or not code.value.strip():
        return {"text": text}
    return {"coding": [{"system": _system(code, known), "code": "-".join(code.value.split())}], "text": text}


def coded(told: CodedText, known: Addresses) -> Json:
    """The same of a text that may have a code."""
    return concept(told.code, told.text, known)


def analysis_name(code: Code) -> str:
    """The name people read."""
    return code.short_name or code.complete_name or code.value


def add_result(frame: Frame, result: Result, specimen: Json | None) -> Json:
    """One result of biochemistry and its like; others add to what this gives."""
    found = frame.observation(
        concept(result.analysis, analysis_name(result.analysis), frame.known),
        OBSERVATION_STATUS[result.status],
        result.sample,
    )
    notes = [*result.comments]
    if specimen is not None:
        found["specimen"] = specimen
    if result.producer is not None:
        found["performer"] = [parties.producer(result.producer)]
    if not _has_time(frame, result.sample):
        notes.append("Prøvetagningstid er ikke oplyst; tiden er svarets.")
    _add_value(found, result, notes)
    if result.flag is not None:
        found["interpretation"] = [INTERPRETATIONS[result.flag]]
    limits = reference_range(result.interval, result.unit)
    if limits is not None:
        found["referenceRange"] = [limits]
    add_notes(found, notes)
    return found


def add_notes(found: Json, notes: Iterable[str]) -> None:
    """Remarks of the laboratory."""
    told = [{"text": note.strip("\n")} for note in notes if note.strip()]
    if told:
        found["note"] = told


def reference_range(interval: ReferenceInterval | None, unit: str | None) -> Json | None:
    """A reference interval; None where it says nothing. Limits that are no numbers are told as text."""
    if interval is None:
        return None
    found: Json = {}
    texts = [interval.text.strip()] if interval.text and interval.text.strip() else []
    for name, limit in (("low", interval.lower), ("high", interval.upper)):
        number = number_of(limit) if limit else None
        if number is not None and unit and unit.strip():
            found[name] = {"value": number, **unit_parts(unit.strip())}
        elif limit and limit.strip():
            texts.append(f"{'fra' if name == 'low' else 'til'} {limit.strip()}")
    if interval.kind in RANGE_KINDS and (found or texts):
        found["type"] = RANGE_KINDS[interval.kind]
    if texts:
        found["text"] = "; ".join(texts)
    return found or None


def row(result: Result) -> tuple[str, str, str, str, str]:
    """What the narrative says of a result."""
    value = _shown(result)
    interval = result.interval
    limits = ""
    if interval is not None:
        limits = interval.text or f"{interval.lower or ''} - {interval.upper or ''}".strip(" ")
        limits = "" if limits == "-" else limits
    remarks = [*(result.text_values if result.value else ()), *result.comments]
    return analysis_name(result.analysis), value, result.unit or "", limits, "\n".join(part.strip() for part in remarks)


def _shown(result: Result) -> str:
    if result.status == "received":
        return "Prøve modtaget"
    sign = f"{result.operator} " if result.operator in ("<", ">") else ""
    return f"{sign}{result.value}" if result.value else "\n".join(part.strip() for part in result.text_values)


def _add_value(found: Json, result: Result, notes: list[str]) -> None:
    value = (result.value or "").strip()
    texts = [part.strip("\n") for part in result.text_values if part.strip()]
    if not value:
        if texts:
            found["valueString"] = "\n".join(texts)
        elif found["status"] != "registered":
            found["dataAbsentReason"] = absent("unknown")
        return
    notes[:0] = texts
    number = number_of(value) if result.kind == "numeric" else None
    measured = (
        None if number is None else quantity(number, result.unit or _dimensionless(result.analysis), result.operator)
    )
    if measured is not None:
        found["valueQuantity"] = measured
        return
    sign = f"{result.operator} " if result.operator in ("<", ">") else ""
    unit = f" {result.unit.strip()}" if result.unit and result.unit.strip() else ""
    found["valueString"] = f"{sign}{value}{unit}"


def _dimensionless(code: Code) -> str | None:
    known = analyses.find(code.value, code.system, code.responsible)
    return "1" if known is not None and known.unit == "1" else None


def _system(code: Code, known: Addresses) -> str:
    if code.system == "iupac" and _NATIONAL.fullmatch(code.value.strip()):
        return addresses.NPU
    if code.responsible == "MCS":
        return addresses.MCS
    keeper = "-".join((code.responsible or code.system or "local").split()).lower()
    return known.codes.format(keeper)


def _has_time(frame: Frame, at: int) -> bool:
    if at >= len(frame.report.samples):
        return False
    sample = frame.report.samples[at]
    return (sample.sampled_at or sample.interval_start or sample.interval_end) is not None


def one(value: str) -> Json:
    """A plain count or ratio."""
    return {"unit": value, "system": UCUM, "code": value}
