"""Requests written by hand, as JSON and as EDIFACT. Persons are invented: CPR numbers fail modulus 11."""

from __future__ import annotations

from labbro import letters
from labbro.letters import Letter, Reading

from ..building import counted, replaced
from .microbiology import ENVELOPE, PATIENT, RECEIVER, SENDER, changed, when

PARTIES = {
    "Letter": {"Identifier": "BREV1", "Authorisation": when(3)},
    "Sender": RECEIVER | {"MedicalSpecialityCode": "almen_medicin"},
    "Receiver": {key: SENDER[key] for key in ("EANIdentifier", "Identifier", "IdentifierCode", "OrganisationName")},
    "Patient": PATIENT,
}
SAMPLING = {
    "RequisitionDateTime": when(2),
    "SamplingLocationCode": "rekvirenten",
    "SamplingDateTimeType": "faktisk",
    "SamplingDateTime": when(2),
}
QUESTION = {"Code": "Q1", "CodeType": "lokal", "CodeResponsible": "OEB", "CodeText": "Fastende"}
LAB = PARTIES | {
    "Sender": PARTIES["Sender"] | {"ReplyTo": "true"},
    "RequisitionInformation": SAMPLING
    | {"Sample": {"RequesterSampleIdentifier": "PRV1"}, "NumberOfTestTubes": "2", "Comments": "Ring ved svar\n"},
    "Requests": {
        "RequestedAnalysis": [
            {
                "ResultPriority": "rutine",
                "Analysis": {
                    "AnalysisCode": "NPU01807",
                    "AnalysisCodeType": "iupac",
                    "AnalysisCodeResponsible": "SST",
                    "AnalysisShortName": "Kreatinin;P",
                    "LineComment": {"TextLine": ["P-Kreatininium", "stofk."]},
                },
                "TestTubeIdentifier": "00000001",
                "SampleIdentifierType": "nationaltproevenummer",
            }
        ],
        "Prompt": [{"Question": QUESTION, "Answer": {"Text": "Ja"}}],
    },
}
OLD_LAB = PARTIES | {
    "RequisitionInformation": SAMPLING | {"Sample": {"RequesterSampleIdentifier": "PRV1"}, "NumberOfTestTubes": "2"},
    "Requests": {
        "RequestedAnalysis": [
            {
                "ResultPriority": "rutine",
                "Analysis": {
                    "AnalysisCode": "NPU01807",
                    "AnalysisCodeType": "iupac",
                    "AnalysisCodeResponsible": "SST",
                },
            }
        ],
        "Prompt": [{"Question": "Vægt", "Answer": {"Numerical": {"Value": "71,5", "Unit": "kg"}}}],
    },
}
MICRO = PARTIES | {
    "RequisitionInformation": SAMPLING | {"Sample": {"RequesterSampleIdentifier": "PRV1"}, "NumberOfTestTubes": "-1"},
    "Requests": {
        "RequestedAnalysis": {
            "Analysis": {
                "MICAnalysisCode": "1225",
                "AnalysisCodeType": "lokal",
                "AnalysisCodeResponsible": "OEB",
                "AnalysisMDSName": {"Examination": "Dyrkning", "Location": "urethra"},
            },
            "SupplementaryAnalysis": "Svampe",
        }
    },
}
PATHOLOGY = PARTIES | {
    "Relative": {"RelationCode": "vaerge", "PersonSurnameName": "Prøve"},
    "RequisitionInformation": {"RequestersRequisitionIdentifier": "R1"}
    | SAMPLING
    | {
        "Sample": [
            {"RequesterSampleIdentifier": "A", "MaterialDescription": "Smear"},
            {"MaterialDescription": "Biopsi", "MaterialPreTreatment": ["fikseret", "frysesnit"]},
        ],
        "NumberOfTestTubes": "2",
    },
    "Requests": {
        "RequestedAnalysis": {
            "Analysis": {"AnalysisCode": "S100", "AnalysisCodeType": "PA1", "AnalysisShortName": "Histologi"}
        }
    },
}
VALUES = {
    "XQ0130K": OLD_LAB,
    "XQ0131K": LAB,
    "XQ0132K": LAB,
    "XQ0230M": MICRO,
    "XQ0330P": PATHOLOGY,
    "XQ0331P": PATHOLOGY,
}
NPN = "nationaltproevenummer"


def request(version: str, *changes: tuple[str, object]) -> Letter:
    return letters.make(version, ENVELOPE, changed(VALUES[version], *changes))


def segments(letter: Letter) -> list[str]:
    """The segments that a letter is written as."""
    return letters.write(letter, "edifact").data.decode("latin-1").split("'")


def through_edifact(letter: Letter) -> Letter:
    (reading,) = letters.read(letters.write(letter, "edifact").data)
    assert reading.ok, reading.findings
    assert reading.letter is not None
    return reading.letter


def lost(letter: Letter) -> dict[str, str]:
    """What EDIFACT cannot say: path below the root, and the value."""
    _, findings = letters.losses(letter, "edifact")
    told = [found for found in findings if found.severity == "loss" and found.path is not None]
    return {found.path.partition("/")[2]: found.message.partition(": ")[2].rstrip(".") for found in told}


def edited(letter: Letter, *changes: tuple[str, str]) -> Reading:
    """What is read when the letter's EDIFACT is changed as told."""
    text = replaced(letters.write(letter, "edifact").data.decode("latin-1"), *changes)
    head, _, rest = text.partition("UNH")
    body, _, end = rest.partition("UNZ")
    (reading,) = letters.read(f"{head}{counted('UNH' + body)}UNZ{end}".encode("latin-1"))
    return reading


def errors(reading: Reading) -> list[str]:
    return [found.code for found in reading.findings if found.severity == "error"]


def value(letter: Letter | None, path: str) -> str | None:
    assert letter is not None
    return letter.root.text(path)
