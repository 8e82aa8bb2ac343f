"""A small builder of letters by hand, so that the tests of records need no syntax."""

from __future__ import annotations

import datetime as dt
from typing import Any

from labbro.letters.letter import Envelope, Letter
from labbro.letters.tree import Element

TREE = "LaboratoryReport"


def tree(name: str, value: Any) -> Element:
    """An element from nested dicts; a list in a dict repeats the element; a line feed in a text is a Break."""
    if isinstance(value, dict):
        children: list[Element] = []
        for key, inner in value.items():
            children.extend(tree(key, one) for one in (inner if isinstance(inner, list) else [inner]))
        return Element(name, tuple(children))
    if "\n" in value:
        parts: list[Element | str] = []
        for number, line in enumerate(value.split("\n")):
            parts.extend([Element("Break"), line] if number else [line])
        return Element(name, tuple(part for part in parts if part != ""))
    return Element(name, value)


def local(text: str) -> dt.datetime:
    """A local Danish time without zone, as letters have them."""
    return dt.datetime.fromisoformat(text)


def moment(text: str) -> dict[str, str]:
    """`2024-05-06 07:08` as Date and Time."""
    date, time = text.split(" ")
    return {"Date": date, "Time": time}


def result(**changes: Any) -> dict[str, Any]:
    """A final creatinine of 88; a change to None leaves the element out."""
    values: dict[str, Any] = {
        "ResultStatusCode": "svar_endeligt",
        "Analysis": {
            "AnalysisCode": "NPU18016",
            "AnalysisCodeType": "iupac",
            "AnalysisCodeResponsible": "SST",
            "AnalysisShortName": "Kreatinin;P",
            "AnalysisCompleteName": "P-Kreatinin; stofk.\n",
        },
        "ProducerOfLabResult": {"Identifier": "KBA Odense", "IdentifierCode": "OUH"},
        "ReferenceInterval": {"TypeOfInterval": "uspecificeret", "LowerLimit": "60", "UpperLimit": "105"},
        "ResultType": "numerisk",
        "Value": "88",
        "Unit": "µmol/l",
    }
    values.update(changes)
    return {key: value for key, value in values.items() if value is not None}


def letter_values(**changes: Any) -> dict[str, Any]:
    """The values of a LaboratoryReport of 2014 with one result. CPR numbers here fail modulus 11."""
    values: dict[str, Any] = {
        "Letter": {
            "Identifier": changes.pop("identifier", "BREV000000001"),
            "VersionCode": "XR0131K",
            "StatisticalCode": "XRPT01",
            "Authorisation": moment(changes.pop("authorised", "2024-05-06 07:08")),
            "TypeCode": "XRPT01",
        },
        "Sender": {
            "EANIdentifier": changes.pop("sender_ean", "5790000120284"),
            "Identifier": "4201050",
            "IdentifierCode": "sygehusafdelingsnummer",
            "OrganisationName": "Sygehus Fyn",
            "DepartmentName": "_",
            "UnitName": "Rutine",
            "FromLabIdentifier": "OUH",
        },
        "Receiver": {
            "EANIdentifier": "5790000125012",
            "Identifier": "989897",
            "IdentifierCode": "ydernummer",
            "Physician": {"PersonInitials": "FK"},
        },
        "Patient": {
            "CivilRegistrationNumber": changes.pop("cpr", "1111571231"),
            "PersonSurnameName": "Opdigtet",
            "PersonGivenName": "Olga",
        },
        "RequisitionInformation": {
            "Sample": {
                "LaboratoryInternalSampleIdentifier": changes.pop("sample", "00875137"),
                "RequesterSampleIdentifier": changes.pop("requester_sample", "30000000001"),
                "SamplingDateTime": moment(changes.pop("sampled", "2024-05-05 06:30")),
            }
        },
        "LaboratoryResults": {
            "GeneralResultInformation": {
                "ReportStatusCode": "komplet_svar",
                "LaboratoryInternalProductionIdentifier": changes.pop("production", "0000426825"),
                "ResultsDateTime": moment(changes.pop("results_at", "2024-05-06 06:00")),
            },
            "Result": changes.pop("results", [result()]),
        },
    }
    for path, value in changes.items():
        place = values
        *parents, last = path.split("__")
        for parent in parents:
            place = place[parent]
        place[last] = value
    return values


def letter(root: str = TREE, version: str = "XR0131K", **changes: Any) -> Letter:
    """A letter; keyword arguments are those of letter_values, or paths such as Patient__Consent={"Given": "false"}."""
    envelope = Envelope("2024-05-06", "07:10", "KUVERT0000001")
    return Letter(version, tree(root, letter_values(**changes)), envelope)
