"""What the registry knows of a result's method, put into a document where the letter says nothing. Pure.

Each filled part is marked as from the registry, so that nobody takes it for the laboratory's own statement. The
comparability parameter has the form of docs/comparability-parameter.md.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from labbro.codes.units import normal_unit
from labbro.comparability.decision import Observed, Placement, Placer, Stated
from labbro.comparability.model import JOINS, CodeRef, Procedure
from labbro.databank.assembling import BY_RESULT
from labbro.eu.addresses import DEFAULT, REFERENCE_MATERIAL, TEST_KIT, Addresses
from labbro.eu.document import Document
from labbro.eu.quantities import number_of
from labbro.eu.words import NO_MATERIAL
from labbro.records import origin_of_result
from labbro.records.model import Report, Result

Json = dict[str, Any]

_CLINIC = "PNT"  # practices and patients share this abbreviation; their name tells them apart
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://labbro.example/eu-device")


def enrich(made: Document, report: Report, placer: Placer, known: Addresses = DEFAULT) -> Document:
    """The document with method, device, kit, calibrator and site from the registry, and where each result belongs.

    `made` must be the document of `report`, and is not changed. Only results that are read one by one are placed.
    """
    if report.kind not in BY_RESULT:
        return made
    entries: list[Json] = list(made.bundle["entry"])
    at = {entry["fullUrl"]: place for place, entry in enumerate(entries)}
    diagnostic = next(one["resource"] for one in entries if one["resource"]["resourceType"] == "DiagnosticReport")
    devices: dict[str, Json] = {}
    for reference, result in zip(diagnostic.get("result", ()), report.results, strict=False):
        placement = placer.place(observed(report, result))
        place = at[reference["reference"]]
        resource = _enriched(entries[place]["resource"], placement, placer.registry.version, known, devices)
        entries[place] = {**entries[place], "resource": resource}
        material = placement.procedure.specimen if placement.procedure is not None else None
        if material is not None and "specimen" in resource:
            mark = _marked(known, placer.registry.version)
            _fill_material(entries, at[resource["specimen"]["reference"]], material, mark)
    entries += [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in devices.values()]
    return msgspec.structs.replace(made, bundle={**made.bundle, "entry": entries})


def _fill_material(entries: list[Json], place: int, material: str, mark: list[Json]) -> None:
    """What a sample is of, where the letter did not say and no result before has."""
    specimen = entries[place]["resource"]
    if specimen["type"] == NO_MATERIAL:
        told = {**specimen, "type": {"extension": mark, "text": material}}
        entries[place] = {**entries[place], "resource": told}


def observed(report: Report, result: Result) -> Observed:
    """What the registry is asked of a result."""
    code, method = result.analysis, result.method
    taken = report.samples[result.sample].sampled_at if result.sample < len(report.samples) else None
    number = number_of(result.value) if result.kind == "numeric" and result.value else None
    origin = "local" if report.origin == "local" else origin_of_result(result)
    return Observed(
        code=CodeRef(code.system, code.value, code.responsible),
        producer=_producer(report, result),
        unit=normal_unit(result.unit),
        sampled_on=_day(taken or report.results_at),
        value=None if number is None else float(number),
        point_of_care=origin == "local",
        stated=None
        if method is None
        else Stated(principle=method.principle, device=method.device, kit=method.kit, calibrator=method.calibrator),
    )


def _day(told: dt.datetime) -> dt.date:
    return told.date()


def _producer(report: Report, result: Result) -> str:
    """Who measured, as the registry names producers."""
    maker = result.producer
    if maker is None:
        return report.sender.laboratory_code or report.sender.identifier
    return maker.code if maker.code and maker.code != _CLINIC else maker.name


def _enriched(told: Json, placement: Placement, version: int, known: Addresses, devices: dict[str, Json]) -> Json:
    procedure = placement.procedure
    found = dict(told)
    extensions: list[Json] = list(told.get("extension", ()))
    if procedure is not None:
        extensions += _method(found, procedure, _marked(known, version), devices)
    if placement.group is not None and placement.verdict in (*JOINS, "convertible"):
        extensions.append(_parameter(placement, version, known))
    if extensions:
        found["extension"] = extensions
    return found


def _method(found: Json, procedure: Procedure, mark: list[Json], devices: dict[str, Json]) -> list[Json]:
    """Fills what is not said; gives the extensions for what has its place in one."""
    extensions: list[Json] = []
    if procedure.principle and "method" not in found:
        found["method"] = {"extension": mark, "text": procedure.principle}
    if procedure.site and "bodySite" not in found:
        found["bodySite"] = {"extension": mark, "text": procedure.site}
    if procedure.device and "device" not in found:
        found["device"] = {"extension": mark, **_device(procedure.device, devices)}
    urls = {one["url"] for one in found.get("extension", ())}
    if procedure.kit and TEST_KIT not in urls:
        reference = {"extension": mark, **_device(procedure.kit, devices)}
        extensions.append({"url": TEST_KIT, "valueReference": reference})
    if procedure.calibrator and REFERENCE_MATERIAL not in urls:
        concept = {"extension": mark, "text": procedure.calibrator}
        extensions.append({"url": REFERENCE_MATERIAL, "valueCodeableConcept": concept})
    return extensions


def _device(name: str, devices: dict[str, Json]) -> Json:
    """A reference to a Device; one for each name in a document."""
    if name not in devices:
        names = [{"name": name, "type": "user-friendly-name"}]
        devices[name] = {"resourceType": "Device", "id": str(uuid.uuid5(_SPACE, name)), "deviceName": names}
    return {"reference": f"urn:uuid:{devices[name]['id']}"}


def _marked(known: Addresses, version: int) -> list[Json]:
    return [{"url": known.from_registry, "valueString": f"{known.registry}|{version}"}]


def _parameter(placement: Placement, version: int, known: Addresses) -> Json:
    assert placement.group is not None
    parts: list[Mapping[str, object]] = [
        {"url": "registry", "valueUri": known.registry},
        {"url": "group", "valueString": placement.group.group_id},
        {"url": "version", "valueInteger": version},
        {"url": "verdict", "valueCode": placement.verdict},
    ]
    if placement.procedure is not None:
        parts.append({"url": "procedure", "valueString": placement.procedure.procedure_id})
    return {"url": known.comparability, "extension": parts}
