"""Answers of genetics: one analysis of one sample, told in the sections of XRPT07. Variants are made up to look at."""

from __future__ import annotations

import msgspec

from labbro.synthetic.documents import Desk, Document, Taken, Values, moment, receiver, sender
from labbro.synthetic.specialists import GENETICS

_ORDER = (
    "AnalysisHeadline", "InternalReference", "GenomeReference", "AnalysisMethod", "AnalysisResults", "Conclusion",
    "Comments",
)  # fmt: skip
_HEADLINES = {
    "AnalysisHeadline": "Analyse",
    "InternalReference": "Intern reference",
    "GenomeReference": "Genomreference",
    "AnalysisMethod": "Metode",
    "AnalysisResults": "Resultat",
    "Conclusion": "Konklusion",
    "Comments": "Bemærkninger",
}


class Analysis(msgspec.Struct, frozen=True):
    """One genetic analysis: its name, the result in a word, and its sections by element."""

    name: str
    result: str
    sections: dict[str, str]
    days: float
    clinical: str
    material: str = "EDTA-blod"


def report(desk: Desk, taken: Taken, told: Analysis) -> Document:
    """The answer, signed by two."""
    ready = taken.after(told.days)
    signed = [
        {"PersonName": "Thora Opdigtet", "PersonTitle": "Overlæge", "PersonInitials": "TOP"},
        {"PersonName": "Gunnar Opdigtet", "PersonTitle": "Molekylærbiolog", "PersonInitials": "GOP"},
    ]
    values: Values = {
        "Sender": sender(GENETICS.party, GENETICS.code, signed),
        "Receiver": receiver(taken.requester),
        "Patient": desk.patient(),
        "RequisitionInformation": {
            "RequestersRequisitionIdentifier": taken.requester_number,
            "ReceiversRequisitionIdentifier": taken.laboratory_number,
            "SamplingDateTime": moment(taken.at),
            "SampleReceivedDateTime": moment(taken.received_at),
            "ClinicalInformation": told.clinical,
        },
        "LaboratoryResults": {
            "GeneralResultInformation": {
                "ReportStatusCode": "komplet_svar",
                "ResultStatusCode": "svar_endeligt",
                "ResultsDateTime": moment(ready),
                "LaboratoryInternalProductionIdentifier": f"{GENETICS.code}-{taken.laboratory_number}",
            },
            "CodedFormat": {
                "Sample": [
                    {
                        "RequesterSampleIdentifier": taken.requester_number,
                        "LaboratoryInternalSampleIdentifier": taken.laboratory_number,
                        "MaterialDescription": told.material,
                    }
                ]
            },
            "TableFormat": {
                "AnalysisCompleteName": told.name,
                "ResultHeadline": "Genetisk analyse",
                "TableResult": told.result,
            },
            "TextualFormat": {
                name: {"Headline": _HEADLINES[name], "Text": told.sections[name]}
                for name in _ORDER
                if name in told.sections
            },
        },
    }
    return desk.document("XR0730G", GENETICS.syntax, ready, values)
