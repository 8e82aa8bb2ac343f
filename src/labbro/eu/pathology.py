"""What pathology and genetics say: diagnoses of samples, and texts under headings, as Observations."""

from __future__ import annotations

from typing import Any

from labbro.eu.frame import Frame
from labbro.eu.observations import absent, add_notes, concept
from labbro.records.model import Diagnoses, Diagnosis, Section

Json = dict[str, Any]

_HEADINGS = {
    "macroscopy": "Makroskopi",
    "microscopy": "Mikroskopi",
    "conclusion": "Konklusion",
    "hematology": "Hæmatologi",
    "comments": "Bemærkninger",
    "analysis": "Analyse",
    "internal-reference": "Intern reference",
    "genome-reference": "Genomreference",
    "method": "Metode",
    "results": "Resultater",
}


def add_diagnoses(frame: Frame, told: Diagnoses, status: str, sample: int, specimen: Json | None) -> list[Json]:
    """The diagnoses of one sample: each finding with the place it is from."""
    site = _concept(told.topography, frame) if told.topography else None
    found: list[Json] = []
    for finding in told.findings or ((told.topography,) if told.topography else ()):
        one = frame.observation({"text": (told.headline or "Diagnose").strip() or "Diagnose"}, status, sample)
        one["valueCodeableConcept"] = _concept(finding, frame)
        if site is not None:
            one["bodySite"] = site
        if specimen is not None:
            one["specimen"] = specimen
        add_notes(one, [finding.comment] if finding.comment else [])
        place = f"{site['text']}: " if site is not None and finding is not told.topography else ""
        frame.rows.append(("Diagnose", f"{place}{one['valueCodeableConcept']['text']}", "", "", finding.comment or ""))
        found.append(one)
    return found


def add_section(frame: Frame, told: Section, status: str, sample: int, specimen: Json | None) -> Json:
    """A text under a heading; a table is told line by line."""
    heading = (told.heading or "").strip() or _HEADINGS.get(told.kind, told.kind)
    found = frame.observation({"text": heading}, status, sample)
    if specimen is not None:
        found["specimen"] = specimen
    text = section_text(told)
    if text:
        found["valueString"] = text
    elif status != "registered":
        found["dataAbsentReason"] = absent("unknown")
    frame.rows.append((heading, text, "", "", ""))
    return found


def section_text(told: Section) -> str:
    """What a section says in characters: its text, its codes' names, its table with bars between columns."""
    lines = [told.text.strip("\n")] if told.text and told.text.strip() else []
    lines += [" ".join(filter(None, (code.complete_name or code.short_name, f"({code.value})"))) for code in told.codes]
    lines += [" | ".join(cell.strip() for cell in row) for row in told.rows]
    return "\n".join(lines)


def _concept(told: Diagnosis, frame: Frame) -> Json:
    return concept(told.code, told.code.complete_name or told.code.short_name or told.code.value, frame.known)
