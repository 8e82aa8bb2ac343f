"""Addresses of profiles, extensions and identifier systems.

What has a public address stands here as it is published. Own identifiers (requisition, sample, report, local codes)
have none: those are fields of `Addresses`, set by who runs Labbro (address_file.py).
Source: facts fhir.md sections 1, 2, 4, 6.
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
GLN_BY_HTTPS: Final = "https://www.gs1.org/gln"
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


# The roles whose address holds a keeper or a sender, and those that are one address each.
TEMPLATES: Final = ("letter", "laboratory_sample_number", "local_patient", "local_organisation", "codes")
PLAIN: Final = ("report", "requisition", "sample_number", "comparability", "from_registry", "registry")
# By its last part an extension is known whoever made the document: so it may not be called otherwise.
PARAMETER_NAME: Final = "/comparability-group"
FROM_REGISTRY_NAME: Final = "/from-registry"
OFFICIAL: Final = {NPU_OF_MEDCOM: NPU, GLN_BY_HTTPS: GLN}


class Addresses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses that nobody has published. `{}` in an address is the keeper of the code, or the sender of the number.

    `organisations`: SOR numbers by location number (GLN). The letters name no SOR, HL7 Denmark's core asks for one;
    without it an organisation is named by location number and name only. `earlier`: sets that documents were written
    with before; those of the package count among them always. They are understood, never written.
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
    earlier: tuple[Addresses, ...] = ()

    def understood(self, role: str) -> tuple[str, ...]:
        """All addresses of a role, the one in force first."""
        return tuple(dict.fromkeys(str(getattr(one, role)) for one in (self, *self.earlier, DEFAULT)))

    def began(self, role: str, system: str) -> bool:
        """Whether an address was made of one of a role's templates."""
        return any(system.startswith(one.removesuffix("{}")) for one in self.understood(role))

    def now(self, system: str) -> str:
        """What an address is written as today: an earlier one of our own, or another form of a public one."""
        for role in PLAIN:
            if system in self.understood(role):
                return str(getattr(self, role))
        for role in TEMPLATES:
            for one in self.understood(role):
                start = one.removesuffix("{}")
                if system.startswith(start):
                    return str(getattr(self, role)).removesuffix("{}") + system[len(start) :]
        return OFFICIAL.get(system, system)


DEFAULT: Final = Addresses()


def is_parameter(url: object) -> bool:
    """Whether an extension is the comparability parameter, whoever wrote it."""
    return str(url).endswith(PARAMETER_NAME)


def is_from_registry(url: object) -> bool:
    """Whether an extension marks a part as filled in from a registry of methods, whoever wrote it."""
    return str(url).endswith(FROM_REGISTRY_NAME)


def profiles(*names: str) -> dict[str, Any]:
    """`meta` of a resource that claims profiles."""
    return {"profile": list(names)}
