"""Answers of pathology: cells from the cervix and pieces of tissue, told in sections.

Codes of SNOMED are only those of MedCom's published samples; where none of them says what was found, the sample goes
without codes, as the versions of 2014 allow.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from labbro.synthetic.documents import Desk, Document, Taken, Values, address, moment, receiver, sender
from labbro.synthetic.plan import ReportStatus, ResultStatus
from labbro.synthetic.specialists import PATHOLOGY, Specialist

CERVIX = (("T8X312", "Cytologi,cervix og endocervix"), ("M09462", "Ingen malignitetssuspekte celler"))
HALO_NAEVUS = (("T02424", "Hud på lår"), ("M88100", "Halo Naevus"), ("M33333", "Inflammation med eosinofili"))
Codes = tuple[tuple[str, str], ...]


class Material(msgspec.Struct, frozen=True):
    """One container: what is in it, and its codes, the site first."""

    description: str
    codes: Codes = ()


class Tissue(msgspec.Struct, frozen=True):
    """One report: materials, the result in a word, and the sections (headline, text) by element.

    `cells`: a count of marrow and blood, its first row the headings.
    """

    headline: str
    result: str
    materials: tuple[Material, ...]
    sections: dict[str, tuple[str, str]]
    days: float
    validation: Literal["malign", "premalign"] | None = None
    status: ResultStatus = "svar_endeligt"
    report: ReportStatus = "komplet_svar"
    clinical: str = ""
    comments: str = ""
    cells: tuple[tuple[str, str, str], ...] = ()


def cytology(desk: Desk, taken: Taken, told: Tissue) -> Document:
    """Cells from the cervix, one sample."""
    department = PATHOLOGY[desk.hospital]
    (material,) = told.materials
    numbers = {
        "LaboratoryInternalSampleIdentifier": taken.laboratory_number,
        "RequesterSampleIdentifier": taken.requester_number,
    }
    sample: Values = {**numbers, "MaterialDescription": material.description}
    if material.codes:
        sample["CodedResults"] = _codes(material.codes)
    return _report(desk, department, taken, told, "XR0331P", numbers, sample)


def histology(desk: Desk, taken: Taken, told: Tissue) -> Document:
    """Tissue, one or more samples of one requisition."""
    samples: list[Values] = []
    for number, material in enumerate(told.materials, 1):
        sample: Values = {
            "LaboratoryInternalSampleIdentifier": f"{taken.laboratory_number}-{number}",
            "MaterialDescription": f"{'ABCDEFGH'[number - 1]}: {material.description}",
        }
        if material.codes:
            sample["CodedResults"] = {"Headline": f"Materiale {'ABCDEFGH'[number - 1]}", **_codes(material.codes)}
        samples.append(sample)
    numbers = {
        "RequestersRequisitionIdentifier": taken.requester_number,
        "ReceiversRequisitionIdentifier": taken.laboratory_number,
    }
    return _report(desk, PATHOLOGY[desk.hospital], taken, told, "XR0432P", numbers, samples)


def _report(
    desk: Desk,
    department: Specialist,
    taken: Taken,
    told: Tissue,
    version: str,
    numbers: Values,
    samples: Values | list[Values],
) -> Document:
    ready = taken.after(told.days)
    coded = any(material.codes for material in told.materials)
    table: Values = {"ResultHeadline": told.headline, "TableResult": told.result}
    values: Values = {
        "Sender": sender(department.party, department.code, {"PersonInitials": "ptl"}),
        "Receiver": receiver(taken.requester),
        "Patient": _patient(desk),
        "RequisitionInformation": {
            **numbers,
            "SamplingDateTime": moment(taken.at),
            "SampleReceivedDateTime": moment(taken.received_at),
            **({"ClinicalInformation": told.clinical} if told.clinical else {}),
            **({"Comments": told.comments} if told.comments else {}),
        },
        "LaboratoryResults": {
            "GeneralResultInformation": {
                "ReportStatusCode": told.report,
                "ResultStatusCode": told.status,
                "ResultsDateTime": moment(ready),
                "LaboratoryInternalProductionIdentifier": f"{department.code}-{taken.laboratory_number}",
            },
            "CodedFormat": ({"DiagnosisHeadline": "Diagnoser"} if coded else {}) | {"Sample": samples},
            "TableFormat": table | ({"ResultValidation": told.validation} if told.validation else {}),
            "TextualFormat": _sections(told),
        },
    }
    return desk.document(version, department.syntax, ready, values)


def _codes(codes: Codes) -> Values:
    (site, *found) = ({"Code": code, "Text": text} for code, text in codes)
    return {"Topography": site, "Result": found}


def _patient(desk: Desk) -> Values:
    """The patient lives in the town of the practice."""
    values, consent = desk.patient(), {}
    if "Consent" in values:
        consent = {"Consent": values.pop("Consent")}
    where = {**address(desk.practice.party), "StreetName": "Opdigtet Allé 7"}
    return values | where | consent


def _sections(told: Tissue) -> Values:
    order = ("Macroscopic", "Microscopic", "Conclusion", "Hematology", "Comments")
    values: Values = {}
    for name in order:
        if name == "Hematology" and told.cells:
            labels, *rows = told.cells
            values[name] = {
                "Headline": "Hæmatologi",
                "Labels": dict(zip(("CellTypes", "Marrow", "Peripheral"), labels, strict=True)),
                "Result": [dict(zip(("CellType", "Marrow", "Peripheral"), row, strict=True)) for row in rows],
            }
        elif name in told.sections:
            headline, text = told.sections[name]
            values[name] = {"Headline": headline, "Text": text}
    return values
