"""The samples of a report as Specimens: one for each material that its analyses name."""

from __future__ import annotations

import re
from typing import Any

from labbro.eu.addresses import EU_LAB, profiles
from labbro.eu.frame import Frame, instant
from labbro.eu.quantities import number_of, unit_parts
from labbro.eu.words import MATERIALS, NO_MATERIAL
from labbro.records.model import Result, Sample

Json = dict[str, Any]

_META = profiles(EU_LAB + "Specimen-eu-lab")
# The system in a short name stands after a semicolon, Natrium;P; in a complete one before a dash, P—Natrium.
_AFTER = re.compile(r";\s*([A-Z][A-Za-z()]*)\s*$")
_BEFORE = re.compile(r"^([A-Z][A-Za-z()]*)\s*[—–-]{1,2}(?=\S)")


class Specimens:
    """The Specimens of one document, made as results ask for them."""

    def __init__(self, frame: Frame, requests: list[Json]) -> None:
        self._frame = frame
        self._requests = [Frame.refer(one) for one in requests]
        self._found: dict[tuple[int, str], Json] = {}
        self.resources: list[Json] = []

    def of(self, sample: int, result: Result | None) -> Json | None:
        """A reference to the specimen of a result; None where the letter tells of no sample."""
        if sample >= len(self._frame.report.samples):
            return None
        told = self._frame.report.samples[sample]
        material, key = _material(told, result)
        known = self._found.get((sample, key))
        if known is None:
            resource = self._specimen(told, sample, key, material, result)
            self.resources.append(resource)
            known = self._found[sample, key] = Frame.refer(resource)
        return known

    def _specimen(self, told: Sample, at: int, key: str, material: Json, result: Result | None) -> Json:
        frame = self._frame
        found: Json = {
            "resourceType": "Specimen",
            "id": frame.identity(f"specimen {at} {key}"),
            "meta": _META,
        }
        sender = frame.report.sender.ean or frame.report.sender.identifier
        if told.requester_number and told.requester_number.strip():
            found["identifier"] = [{"system": frame.known.sample_number, "value": told.requester_number.strip()}]
        if told.laboratory_number.strip():
            system = frame.known.laboratory_sample_number.format(sender)
            found["accessionIdentifier"] = {"system": system, "value": told.laboratory_number.strip()}
        found["type"] = material
        found["subject"] = frame.subject
        if told.received_at is not None:
            found["receivedTime"] = instant(told.received_at)
        if self._requests:
            found["request"] = self._requests
        collection = _collection(frame, told, at, result)
        if collection:
            found["collection"] = collection
        return found


def _collection(frame: Frame, told: Sample, at: int, result: Result | None) -> Json:
    found: Json = {}
    if told.sampled_at or told.interval_start or told.interval_end:
        effective = frame.effective[at]
        if "effectivePeriod" in effective:
            found["collectedPeriod"] = effective["effectivePeriod"]
        else:
            found["collectedDateTime"] = effective["effectiveDateTime"]
    volume = number_of(told.volume) if told.volume else None
    if volume is not None and told.volume_unit and told.volume_unit.strip():
        found["quantity"] = {"value": volume, **unit_parts(told.volume_unit.strip())}
    place = " ".join(filter(None, (told.location or (result.location if result else None), _supplement(result))))
    if place.strip():
        found["bodySite"] = {"text": place.strip()}
    return found


def _supplement(result: Result | None) -> str | None:
    return result.supplementary_location if result is not None else None


def _material(told: Sample, result: Result | None) -> tuple[Json, str]:
    """What the sample is of: as the letter says; else as the names of its analyses say; else not told."""
    said = told.material or (result.material if result else None) or told.material_type
    if said and said.strip():
        return {"text": said.strip()}, said.strip()
    if result is not None:
        system = _system(result)
        if system in MATERIALS:
            material = MATERIALS[system]
            return material, material["text"]
    return NO_MATERIAL, ""


def _system(result: Result) -> str:
    for pattern, name in ((_AFTER, result.analysis.short_name), (_BEFORE, result.analysis.complete_name)):
        found = pattern.search(name) if name else None
        if found is not None:
            return found[1]
    return ""
