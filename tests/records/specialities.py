"""Letters of microbiology, pathology and genetics, and requests, made by hand. All persons are invented."""

from __future__ import annotations

from typing import Any

from labbro.letters.letter import Envelope, Letter
from labbro.letters.tree import Element

from .building import moment, tree

CPR = "1111571231"
LABORATORY = "5790000120284"
PRACTICE = "5790000125012"
NPN = "nationaltproevenummer"
Pairs = list[tuple[str, Any]]


def element(name: str, value: Any) -> Element:
    """As building.tree, but a list of pairs keeps its order and may name a child twice."""
    if isinstance(value, list) and all(isinstance(pair, tuple) for pair in value):
        return Element(name, tuple(element(tag, inner) for tag, inner in value))
    if isinstance(value, dict):
        children = [
            element(tag, one)
            for tag, inner in value.items()
            for one in (inner if isinstance(inner, list) and not (inner and isinstance(inner[0], tuple)) else [inner])
        ]
        return Element(name, tuple(children))
    return tree(name, value)


def text(*paragraphs: str) -> dict[str, Any]:
    return {"Text": {"Paragraph": list(paragraphs)}}


def coded(said: str, code: str = "", *, protected: str | None = None, qualifier: str | None = None) -> dict[str, Any]:
    """A text with a code; `qualifier` and `protected` are MiBa's."""
    parts: dict[str, Any] = {}
    if code:
        parts["Code"] = code
        parts |= {"CodeQualifier": qualifier} if qualifier else {}
        parts |= {"CodeType": "miba" if qualifier else "lokal", "CodeResponsible": "SSI"}
    parts |= text(said) if not qualifier or not code else {"Text": said}
    return parts | ({"Protected": protected} if protected is not None else {})


def letter(root: str, version: str, values: dict[str, Any], **changes: Any) -> Letter:
    """A letter with some values changed: `RequisitionInformation__Comments="..."`; None takes an element away."""
    for path, value in changes.items():
        place = values
        *parents, last = path.split("__")
        for parent in parents:
            place = place[parent]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return Letter(version, element(root, values), Envelope("2024-05-06", "07:10", "KUVERT0000001"))


def _head(version: str, type_code: str, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "Identifier": changes.pop("identifier", "BREV000000001"),
        "VersionCode": version,
        "StatisticalCode": type_code,
        "Authorisation": moment(changes.pop("authorised", "2024-05-06 07:08")),
        "TypeCode": type_code,
    }


def _parties(changes: dict[str, Any], *, examinator: dict[str, Any] | list[Any] | None = None) -> dict[str, Any]:
    sender = {
        "EANIdentifier": changes.pop("sender_ean", LABORATORY),
        "Identifier": "4201050",
        "IdentifierCode": "sygehusafdelingsnummer",
        "OrganisationName": "Sygehus Fyn",
        "MedicalSpecialityCode": changes.pop("speciality", "klin_mikrobiologi"),
    }
    sender |= {} if examinator is None else {"Examinator": examinator}
    return {
        "Sender": sender | {"FromLabIdentifier": "OUH"},
        "Receiver": {"EANIdentifier": PRACTICE, "Identifier": "989897", "IdentifierCode": "ydernummer"},
        "Patient": {
            "CivilRegistrationNumber": changes.pop("cpr", CPR),
            "PersonSurnameName": "Opdigtet",
            "PersonGivenName": "Olga",
        },
    }


def _general(changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "ReportStatusCode": changes.pop("report_status", "komplet_svar"),
        "ResultStatusCode": changes.pop("status", "svar_endeligt"),
        "ResultsDateTime": moment(changes.pop("results_at", "2024-05-06 06:00")),
        "LaboratoryInternalProductionIdentifier": changes.pop("production", "P1"),
    }


def investigation(**changes: Any) -> dict[str, Any]:
    """A culture of urine with one isolate against two antibiotics."""
    values: dict[str, Any] = {
        "Examination": {
            "ExaminationTypeCode": "dyrkning",
            "MICAnalysisCode": changes.pop("code", "100000000000001"),
            "AnalysisCodeType": "mds",
            "AnalysisCodeResponsible": "MDS",
            "AnalysisShortName": "Dyrkning",
            "AnalysisMDSName": {"Examination": "Dyrkning og resistens", "Material": "Urin", "Location": "Blære"},
            "Examinator": "Læge Lund",
            "ProducerOfLabResult": {"Identifier": "KMA Odense", "IdentifierCode": "OUH"},
        },
        "CultureFindings": {
            "Headline": "Dyrkning med fund",
            "Microorganism": [{"Identification": coded("E. coli", "E1"), "GrowthValue": coded("10E5")}],
            "Pattern": {
                "Headline": "Følsomhed",
                "Antibiotic": [{"AntibioticName": coded("Ampicillin", "A1")}, {"AntibioticName": coded("Mecillinam")}],
                "PatternEntry": [
                    {
                        "RefMicroorganism": "1",
                        "RefAntibiotic": "1",
                        "Susceptibility": "R",
                        "SusceptibilityValue": {"Operator": "stoerre_end", "Value": "16", "Unit": "mg/l"},
                    },
                    {"RefMicroorganism": "1", "RefAntibiotic": "2", "Susceptibility": "S"},
                ],
                "SusceptibilityInterpretation": {"Paragraph": ["S følsom", "R resistent"]},
            },
        },
    }
    return values | changes


def microbiology(**changes: Any) -> Letter:
    """An XRPT05 of 2014 with one investigation."""
    general = _general(changes)
    values = {
        "Letter": _head("XR0532M", "XRPT05", changes),
        **_parties(changes),
        "RequisitionInformation": {
            "ClinicalInformation": {"Paragraph": ["Dysuri"]},
            "Sample": {
                "LaboratoryInternalSampleIdentifier": changes.pop("sample", "M24-1"),
                "RequesterSampleIdentifier": changes.pop("requester_sample", "30000000001"),
                "SamplingDateTime": moment("2024-05-05 06:30"),
                "SampleReceivedDateTime": moment("2024-05-05 10:30"),
            },
        },
        "LaboratoryResults": {
            "GeneralResultInformation": {
                tag: general[tag]
                for tag in (
                    "ReportStatusCode",
                    "ResultStatusCode",
                    "LaboratoryInternalProductionIdentifier",
                    "ResultsDateTime",
                )
            },
            "Investigation": changes.pop("investigations", [investigation()]),
        },
    }
    return letter("MicrobiologyWebReport", "XR0532M", values, **changes)


def microbiology_of_2014(**changes: Any) -> Letter:
    """An RPT02 with one result, microscopy, a culture and its table."""
    values = {
        "Letter": _head("XR0231M", "XRPT02", changes),
        **_parties(changes),
        "RequisitionInformation": {
            "Sample": {
                "LaboratoryInternalSampleIdentifier": changes.pop("sample", "M24-1"),
                "RequesterSampleIdentifier": changes.pop("requester_sample", "30000000001"),
                "SamplingDateTime": moment("2024-05-05 06:30"),
                "SampleReceivedDateTime": moment("2024-05-05 10:30"),
            },
        },
        "LaboratoryResults": {
            "GeneralResultInformation": {
                "ReportStatusCode": "komplet_svar",
                "LaboratoryInternalProductionIdentifier": changes.pop("production", "P1"),
                "ResultsDateTime": moment("2024-05-06 06:00"),
                "Headline": "Kommentar",
                "Comment": "Væsentlig vækst\n",
            },
            "Result": {
                "ResultStatusCode": changes.pop("status", "svar_endeligt"),
                "Analysis": {
                    "ExaminationTypeCode": "maalemetode",
                    "MICAnalysisCode": "100000000000001",
                    "AnalysisCodeType": "mds",
                    "AnalysisCodeResponsible": "MDS",
                    "AnalysisMDSName": {"Examination": "Dyrkning", "Material": "Urin"},
                },
                "ProducerOfLabResult": {"Identifier": "KMA Odense", "IdentifierCode": "OUH"},
                "ResultType": "alfanumerisk",
                "Value": "Positiv",
            },
            "MicroscopicFindings": {"Headline": "Mikroskopi", "Comments": "Leukocytter\n"},
            "CultureWithFindings": {
                "Headline": "Dyrkning med fund",
                "Microorganism": [
                    {"ATCCCode": "E1", "ATCCCodeResponsible": "SSI", "Name": "E. coli", "GrowthValue": "10E5"},
                    {"Name": "Proteus", "GrowthValue": "enkelte"},
                ],
                "Pattern": {
                    "Headline": "Følsomhed",
                    "Antibiotic": [{"ATCCode": "J01CA01", "Name": "Ampicillin"}, {"Name": "Mecillinam"}],
                    "PatternEntry": [
                        {"RefMicroorganism": "1", "RefAntibiotic": "1", "Sensitivity": "R"},
                        {"RefMicroorganism": "2", "RefAntibiotic": "2", "Sensitivity": "S"},
                        {"RefMicroorganism": "7", "RefAntibiotic": "2", "Sensitivity": "I"},
                    ],
                    "SensitivityInterpretation": "S følsom\n",
                },
            },
        },
    }
    return letter("MicrobiologyReport", "XR0231M", values, **changes)


def diagnosed(number: str = "99012344-1", requester: str | None = None, **more: Any) -> dict[str, Any]:
    """A sample of skin with a topography and a finding."""
    own = {} if requester is None else {"RequesterSampleIdentifier": requester}
    return own | {
        "LaboratoryInternalSampleIdentifier": number,
        "MaterialDescription": "Hud på lår",
        "CodedResults": {
            "Headline": "Materiale A",
            "Topography": {"Code": "T02424", "Text": "Hud på lår"},
            "Result": [{"Code": "M88100", "Text": "Halo naevus", "Comment": "regredieret"}],
        },
        **more,
    }


def histopathology(**changes: Any) -> Letter:
    """An RPT04 of 2014 with one sample."""
    values = {
        "Letter": _head("XR0432P", "XRPT04", changes),
        **_parties(changes | {"speciality": "patologisk_anatomi"}, examinator={"PersonInitials": "PBK"}),
        "RequisitionInformation": {
            "RequestersRequisitionIdentifier": changes.pop("requisition", "12501200000204"),
            "ReceiversRequisitionIdentifier": changes.pop("laboratory_requisition", "99012344"),
            "SamplingDateTime": moment("2024-05-04 13:13"),
            "SampleReceivedDateTime": moment("2024-05-05 08:00"),
            "ClinicalInformation": "Naevus\n",
        },
        "LaboratoryResults": {
            "GeneralResultInformation": _general(changes),
            "CodedFormat": {"DiagnosisHeadline": "Diagnoser", "Sample": changes.pop("samples", [diagnosed()])},
            "TableFormat": {"ResultHeadline": "Histologi", "TableResult": "PATO", "ResultValidation": "malign"},
            "TextualFormat": {
                "Macroscopic": {"Headline": "Makroskopi", "Text": "Cylindrisk\n\nvævsstykke\n"},
                "Conclusion": {"Headline": "Konklusion", "Text": "Regredieret naevus\n"},
            },
        },
    }
    for used in ("sender_ean", "cpr", "speciality"):
        changes.pop(used, None)
    return letter("HistopathologyReport", "XR0432P", values, **changes)


def genetics(**changes: Any) -> Letter:
    """An RPT07 of 2014."""
    examiners = [{"PersonName": "Gry Gen", "PersonTitle": "overlæge"}, {"PersonName": "Ann Allel"}]
    values = {
        "Letter": _head("XR0730G", "XRPT07", changes),
        **_parties(changes | {"speciality": "klin_genetik"}, examinator=examiners),
        "RequisitionInformation": {
            "ReceiversRequisitionIdentifier": "G24-1",
            "SamplingDateTime": moment("2024-05-04 13:13"),
            "SampleReceivedDateTime": moment("2024-05-05 08:00"),
        },
        "LaboratoryResults": {
            "GeneralResultInformation": _general(changes),
            "CodedFormat": {"Sample": [{"LaboratoryInternalSampleIdentifier": "G1", "MaterialDescription": "Blod"}]},
            "TableFormat": {"AnalysisCode": "NPU21692", "ResultHeadline": "Faktor V", "TableResult": "SE TEKST"},
            "TextualFormat": {
                "GenomeReference": {"Headline": "Reference", "Text": "GRCh38\n"},
                "Conclusion": {"Headline": "Konklusion", "Text": "Heterozygot\n"},
            },
        },
    }
    for used in ("sender_ean", "cpr", "speciality"):
        changes.pop(used, None)
    return letter("GeneticsReport", "XR0730G", values, **changes)


def _requesting(changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "Sender": {
            "EANIdentifier": changes.pop("sender_ean", PRACTICE),
            "Identifier": "989897",
            "IdentifierCode": "ydernummer",
            "OrganisationName": "Lægehuset",
            "MedicalSpecialityCode": "almenlaege_laegevagt",
            "Physician": {"PersonInitials": "FK"},
        },
        "Receiver": {
            "EANIdentifier": changes.pop("receiver_ean", LABORATORY),
            "Identifier": "4201050",
            "IdentifierCode": "sygehusafdelingsnummer",
            "OrganisationName": "Sygehus Fyn",
        },
        "Patient": {
            "CivilRegistrationNumber": changes.pop("cpr", CPR),
            "PersonSurnameName": "Opdigtet",
            "PersonGivenName": "Olga",
        },
    }


def requested(code: str = "NPU18016", tube: str | None = None, **more: Any) -> dict[str, Any]:
    """One analysis asked for."""
    glass = {} if tube is None else {"TestTubeIdentifier": tube, "SampleIdentifierType": NPN}
    return {
        "ResultPriority": "rutine",
        "Analysis": {
            "AnalysisCode": code,
            "AnalysisCodeType": "iupac",
            "AnalysisCodeResponsible": "SST",
            "LineComment": {"TextLine": ["Kreatinin"]},
        },
        **more,
        **glass,
    }


def laboratory_request(**changes: Any) -> Letter:
    """A REQ01 of 2006 for creatinine."""
    number, original = changes.pop("number", "30000000001"), changes.pop("original", None)
    sample: Pairs = [("RequesterSampleIdentifier", number)]
    sample += [("SampleIdentifierType", NPN)] if changes.pop("national", False) else []
    if original is not None:
        sample += [("OriginalRequesterSampleIdentifier", original), ("SampleIdentifierType", NPN)]
    values = {
        "Letter": _head("XQ0131K", "XREQ01", changes),
        **_requesting(changes),
        "RequisitionInformation": {
            "RequisitionDateTime": moment(changes.pop("requested", "2024-05-05 06:00")),
            "SamplingLocationCode": "rekvirenten",
            "SamplingDateTimeType": "faktisk",
            "SamplingDateTime": moment("2024-05-05 06:30"),
            "Sample": sample,
            "NumberOfTestTubes": "1",
        },
        "Requests": {"RequestedAnalysis": changes.pop("analyses", [requested()])},
    }
    values["Sender"]["ReplyTo"] = "true"
    return letter("LaboratoryRequest", "XQ0131K", values, **changes)


def pathology_request(**changes: Any) -> Letter:
    """A REQ03 of 2014 with one sample and a question."""
    sample = changes.pop("samples", [{"RequesterSampleIdentifier": "A", "MaterialDescription": "Hud på lår"}])
    question = {"Code": "ADP103", "CodeType": "PA8", "CodeResponsible": "SST", "CodeText": "Gravid"}
    values = {
        "Letter": _head("XQ0331P", "XREQ03", changes),
        **_requesting(changes),
        "RequisitionInformation": {
            "RequestersRequisitionIdentifier": changes.pop("requisition", "12501200000204"),
            "RequisitionDateTime": moment(changes.pop("requested", "2024-05-04 13:00")),
            "SamplingLocationCode": "rekvirenten",
            "SamplingDateTimeType": "faktisk",
            "SamplingDateTime": moment("2024-05-04 13:13"),
            "Sample": sample,
            "NumberOfTestTubes": "1",
            "CodedClinicalInformation": {"IndicationCode": "I101", "IndicationText": "Profylakse"},
        },
        "Requests": {
            "RequestedAnalysis": {
                "ResultPriority": "fremskyndet",
                "Analysis": {"AnalysisCode": "S100", "AnalysisCodeType": "PA1", "AnalysisShortName": "Histologi"},
            },
            "Prompt": {"Question": question, "Answer": {"Logical": "0"}},
        },
    }
    return letter("PathologyRequest", "XQ0331P", values, **changes)
