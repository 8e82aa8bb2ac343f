"""Addresses of profiles, extensions and identifier systems.

What has a public address stands here as it is published. Own identifiers (requisition, sample, report, local codes)
have none: those are fields of `Addresses`, to be set by who runs Labbro. Source: facts fhir.md sections 1, 2, 4, 6.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

EU_LAB: Final = "http://hl7.eu/fhir/laboratory/StructureDefinition/"
EU_BASE: Final = "http://hl7.eu/fhir/base/StructureDefinition/"
DK_CORE: Final = "http://hl7.dk/fhir/core/StructureDefinition/"
R5: Final = "http://hl7.org/fhir/5.0/StructureDefinition/"

LOINC: Final = "http://loinc.org"
SNOMED: Final = "http://snomed.info/sct"
NPU: Final = "http://npu-terminology.org"
NPU_OF_MEDCOM: Final = "urn:oid:1.2.208.176.2.1"
MCS: Final = "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-observation-codes"
UCUM: Final = "http://unitsofmeasure.org"
CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
RANGE_MEANING: Final = "http://terminology.hl7.org/CodeSystem/referencerange-meaning"
ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"

CPR: Final = "urn:oid:1.2.208.176.1.2"
X_ECPR: Final = "urn:oid:1.2.208.176.1.6.1.1"
GLN: Final = "http://www.gs1.org/gln"
SOR: Final = "urn:oid:1.2.208.176.1.1"
CVR: Final = "http://cvr.dk"
PROVIDER: Final = "urn:oid:1.2.208.176.1.4"  # ydernummer
PRODUCER: Final = "http://medcomfhir.dk/ig/terminology/CodeSystem/MedComProducentID"

DATA_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
COMPOSITION_OF_REPORT: Final = R5 + "extension-DiagnosticReport.composition"
REPORT_OF_COMPOSITION: Final = "http://hl7.eu/fhir/extensions/StructureDefinition/composition-diagnosticReportReference"
COMPOSITION_VERSION: Final = R5 + "extension-Composition.version"
RECIPIENT: Final = "http://hl7.eu/fhir/StructureDefinition/information-recipient"
TEST_KIT: Final = EU_LAB + "observation-deviceLabTestKit"
REFERENCE_MATERIAL: Final = EU_LAB + "observation-certifiedRefMaterialCodeable"


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses that nobody has published. `{}` in an address is the keeper of the code, or the sender of the number.

    `organisations`: SOR numbers by location number (GLN). The letters name no SOR, HL7 Denmark's core asks for one;
    without it an organisation is named by location number and name only.
    """

    report: str = "https://example.org/fhir/sid/laboratory-report"
    letter: str = "https://example.org/fhir/sid/letter/{}"
    requisition: str = "https://example.org/fhir/sid/requisition"
    sample_number: str = "https://example.org/fhir/sid/sample-number"
    laboratory_sample_number: str = "https://example.org/fhir/sid/laboratory-sample-number/{}"
    local_patient: str = "https://example.org/fhir/sid/patient/{}"
    local_organisation: str = "https://example.org/fhir/sid/organisation/{}"
    codes: str = "https://example.org/fhir/CodeSystem/{}"
    comparability: str = "https://example.org/fhir/StructureDefinition/comparability-group"
    from_registry: str = "https://example.org/fhir/StructureDefinition/from-registry"
    registry: str = "https://example.org/comparability"
    organisations: dict[str, str] = {}


def profiles(*names: str) -> dict[str, Any]:
    """`meta` of a resource that claims profiles."""
    return {"profile": list(names)}
