"""Microbiology letters written by hand in their JSON form. Persons are invented: CPR numbers fail modulus 11."""

from __future__ import annotations

from copy import deepcopy

from labbro import letters
from labbro.letters import Envelope, Letter

ENVELOPE = Envelope("2024-05-06", "07:10", "KUVERT1")
SENDER = {
    "EANIdentifier": "5790000000005",
    "Identifier": "4201050",
    "IdentifierCode": "sygehusafdelingsnummer",
    "OrganisationName": "Ørby Sygehus",
    "MedicalSpecialityCode": "klin_mikrobiologi",
}
RECEIVER = {
    "EANIdentifier": "5790000000012",
    "Identifier": "000123",
    "IdentifierCode": "ydernummer",
    "OrganisationName": "Lægerne i Ørby",
}
PATIENT = {"CivilRegistrationNumber": "0102701234", "PersonSurnameName": "Prøve", "PersonGivenName": "Åse"}


def when(day: int, time: str = "06:30") -> dict:
    return {"Date": f"2024-05-{day:02}", "Time": time}


def text(*lines: str) -> dict:
    return {"Text": {"Paragraph": list(lines)}}


SAMPLE = {
    "LaboratoryInternalSampleIdentifier": "LAB1",
    "SamplingDateTime": when(3),
    "SampleReceivedDateTime": when(4),
}
EXAMINATION = {
    "ExaminationTypeCode": "dyrkning",
    "MICAnalysisCode": "MIK1",
    "AnalysisCodeType": "lokal",
    "AnalysisCodeResponsible": "OEB",
    "AnalysisMDSName": {"Examination": "Dyrkning", "Material": "Urin"},
    "Examinator": "KMA Ørby",
    "ProducerOfLabResult": {"Identifier": "Ørby KMA", "IdentifierCode": "OEB"},
}
PATTERN = {
    "Headline": "Antibiotikafølsomhed",
    "Antibiotic": [{"AntibioticName": text("Ampicillin")}, {"AntibioticName": text("Mecillinam")}],
    "PatternEntry": [
        {"RefMicroorganism": "1", "RefAntibiotic": "1", "Susceptibility": "R"},
        {
            "RefMicroorganism": "1",
            "RefAntibiotic": "2",
            "Susceptibility": "S",
            "SusceptibilityValue": {"Operator": "mindre_end", "Value": "0,5", "Unit": "mg/l"},
        },
        {"RefMicroorganism": "2", "RefAntibiotic": "1", "Susceptibility": "I"},
    ],
    "SusceptibilityInterpretation": {"Paragraph": ["S=følsom, I=intermediær, R=resistent"]},
}
CULTURE = {
    "Headline": "Dyrkning med fund",
    "Microorganism": [
        {"Identification": text("Escherichia coli"), "GrowthValue": text("10.000")},
        {"Identification": text("Proteus mirabilis")},
    ],
    "Pattern": PATTERN,
}
WEB = {
    "Letter": {"Identifier": "BREV1", "Authorisation": when(6)},
    "Sender": SENDER | {"FromLabIdentifier": "OEB"},
    "Receiver": RECEIVER,
    "Patient": PATIENT,
    "RequisitionInformation": {"Sample": SAMPLE},
    "LaboratoryResults": {
        "GeneralResultInformation": {
            "ReportStatusCode": "komplet_svar",
            "ResultStatusCode": "svar_endeligt",
            "LaboratoryInternalProductionIdentifier": "P1",
            "ResultsDateTime": when(6),
        },
        "Investigation": [{"Examination": EXAMINATION, "CultureFindings": CULTURE}],
    },
}


def changed(values: dict, *changes: tuple[str, object]) -> dict:
    """The values with others at some paths; numbers are places in arrays, None takes the value away."""
    made = deepcopy(values)
    for path, value in changes:
        *way, last = path.split("/")
        here = made
        for step in way:
            here = here[int(step)] if step.isdigit() else here.setdefault(step, {})
        key = int(last) if last.isdigit() else last
        if value is None:
            del here[key]
        else:
            here[key] = value
    return made


def web(*changes: tuple[str, object], version: str = "XR0532M") -> Letter:
    return letters.make(version, ENVELOPE, changed(WEB, *changes))


def codes(letter: Letter, severity: str = "error") -> list[tuple[str, str | None]]:
    """Code and path of the findings of a severity."""
    return [(found.code, found.path) for found in letters.check(letter) if found.severity == severity]


def refused_as_edifact(letter: Letter) -> list[str]:
    """The errors that stand in the way of EDIFACT; nothing may be written."""
    data, told = letters.losses(letter, "edifact")
    assert data is None
    return [found.code for found in told if found.severity == "error"]


# --- XRPT06 --------------------------------------------------------------------------------------------------------


def coded(name: str, code: str = "K1") -> dict:
    return {"Code": code, "CodeQualifier": "110", "CodeType": "miba", "CodeResponsible": "MIBA", "Text": name}


def isolate(number: int, name: str) -> dict:
    return {"Identification": coded(name), "IsolateNumber": "1", "SortOrder": str(number)}


MIBA_PATTERN = {
    "Headline": "Resistens",
    "Antibiotic": [
        {"AntibioticName": text("Ampicillin"), "AntibioticNumber": "10"},
        {"AntibioticName": text("Mecillinam"), "AntibioticNumber": "20"},
    ],
    "PatternEntry": [
        {"RefMicroorganism": "3", "RefAntibiotic": "20", "Susceptibility": "R"},
        {"RefMicroorganism": "7", "RefAntibiotic": "10", "Susceptibility": "S"},
    ],
    "SusceptibilityInterpretation": {"Paragraph": ["S, R"]},
}
ROW = "Property|Result|PropertyAnalysis|StemPropertyAnalysis|Protected"
PROPERTIES = {
    ROW: [
        {"Property": coded("MRSA")},
        {"Result": coded("Positiv")},
        {"PropertyAnalysis": coded("mecA") | {"Result": coded("påvist") | {"ExtraText": "ACGT"}}},
        {"PropertyAnalysis": coded("spa")},
        {"Property": coded("Penicillin")},
        {"Result": coded("Resistent") | {"NumericValue": {"Operator": "stoerre_end", "Value": "8", "Unit": "mg/l"}}},
        {"Protected": "0"},
    ]
}
MIBA = {
    "Letter": {"Identifier": "BREV1", "Authorisation": when(6)},
    "Sender": SENDER,
    "Receiver": RECEIVER,
    "Patient": PATIENT | {"ConsentGiven": "true"},
    "RequisitionInformation": {"Sample": SAMPLE},
    "LaboratoryResults": {
        "GeneralResultInformation": {
            "ResultStatusCode": "svar_endeligt",
            "LaboratoryInternalProductionIdentifier": "P1",
            "ResultsDateTime": when(6),
            "ResultStatus": "komplet",
            "Summary": coded("Vækst"),
        },
        "Investigation": [
            {
                "Examination": EXAMINATION,
                "CultureFindings": {
                    "Headline": "Dyrkning",
                    "Microorganism": [
                        isolate(3, "Staphylococcus aureus") | {"Properties": PROPERTIES},
                        isolate(7, "Escherichia coli"),
                    ],
                    "Pattern": MIBA_PATTERN,
                },
            }
        ],
    },
}


def miba(*changes: tuple[str, object]) -> Letter:
    return letters.make("XR0630M", ENVELOPE, changed(MIBA, *changes))


# --- XREQ04 --------------------------------------------------------------------------------------------------------

REQUEST = {
    "Letter": {"Identifier": "BREV1", "Authorisation": when(6)},
    "Sender": RECEIVER | {"OrganisationName": "Lægerne i Ørby", "MedicalSpecialityCode": "almen_medicin"},
    "Receiver": {key: SENDER[key] for key in ("EANIdentifier", "Identifier", "IdentifierCode", "OrganisationName")},
    "Patient": PATIENT,
    "RequisitionInformation": {
        "RequestersRequisitionIdentifier": "R1",
        "RequisitionDateTime": when(3),
        "SamplingLocationCode": "rekvirenten",
        "SamplingDateTimeType": "faktisk",
        "SamplingDateTime": when(3),
        "Sample": [{"RequesterSampleIdentifier": "G1"}, {"RequesterSampleIdentifier": "G2"}],
        "NumberOfTestTubes": "2",
    },
    "Requests": {
        "RequestedAnalysis": {
            "Analysis": {
                "MICAnalysisCode": "MIK1",
                "AnalysisCodeType": "lokal",
                "AnalysisCodeResponsible": "OEB",
                "AnalysisMDSName": {"Examination": "Dyrkning", "Material": "Urin"},
            }
        },
        "Prompt": [
            {
                "Question": {"Code": "Q1", "CodeType": "lokal", "CodeResponsible": "OEB", "CodeText": "Rejst?"},
                "Answer": {"Text": "Nej"},
            }
        ],
    },
}


def request(*changes: tuple[str, object]) -> Letter:
    return letters.make("XQ0430M", ENVELOPE, changed(REQUEST, *changes))
