"""One invented patient whose results have everything that a page must be able to show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.records.building import result as result_in_any_order

CPR = "1111571231"  # fails modulus 11: it can belong to nobody
SHARED = "ABC1234567"  # a number that two laboratories use


def analysis(code: str, name: str, complete: str) -> dict[str, str]:
    return {
        "AnalysisCode": code,
        "AnalysisCodeType": "iupac",
        "AnalysisCodeResponsible": "SST",
        "AnalysisShortName": name,
        "AnalysisCompleteName": complete,
    }


def interval(lower: str | None, upper: str | None) -> dict[str, str]:
    told = {"TypeOfInterval": "fysiologisk", "LowerLimit": lower, "UpperLimit": upper}
    return {key: value for key, value in told.items() if value is not None}


_ORDER = [
    "ReferenceInterval",
    "ResultType",
    "Operator",
    "Value",
    "Unit",
    "ResultValidation",
    "ResultTextValue",
    "ResultComments",
]


def result(**changes: Any) -> dict[str, Any]:
    """A result whose elements stand in the order of the schema."""
    told = result_in_any_order(**changes)
    return dict(sorted(told.items(), key=lambda pair: _ORDER.index(pair[0]) if pair[0] in _ORDER else -1))


def potassium(**changes: Any) -> dict[str, Any]:
    fields = {
        "Analysis": analysis("NPU03230", "Kalium;P", "P—Kalium-ion; stofk. = ? mmol/L"),
        "ReferenceInterval": interval("3,5", "4,4"),
        "Value": "4,1",
        "Unit": "mmol/L",
    }
    return result(**(fields | changes))


def haemoglobin(**changes: Any) -> dict[str, Any]:
    fields = {
        "Analysis": analysis("NPU02319", "Hæmoglobin;B", "B—Hæmoglobin(Fe); stofk. = ? mmol/L"),
        "ReferenceInterval": interval("7,3", "9,5"),
        "Value": "8,1",
        "Unit": "mmol/L",
    }
    return result(**(fields | changes))


def put_everything(put: Callable[..., None]) -> None:
    """Several samples over two years: out of range, corrected, preliminary, awaited, twice at once, refused consent."""
    put_one(put, 1, "2026-05-05 08:10", [potassium(Value="5,1"), haemoglobin(Value="6,9"), result(Value="88")])
    put_one(put, 2, "2026-03-02 09:00", [potassium(ResultStatusCode="svar_midlertidigt"), haemoglobin()])
    put_one(put, 3, "2026-03-02 09:00", [potassium(Value="4,0", ResultComments="Let hæmolyse")])
    put_one(put, 4, "2026-01-15 07:45", [potassium(Value="3,0", Operator="mindre_end"), result(Value="128")])
    corrected = result(Value="99", ResultStatusCode="svar_rettet", ResultTextValue="Rettet efter ny måling")
    put_one(put, 4, "2026-01-15 07:45", [corrected], identifier="BREV4R", authorised="2026-01-16 08:00")
    waiting = haemoglobin(Value="*****", ResultStatusCode="proeve_modtaget")
    put_one(put, 5, "2025-11-20 10:30", [waiting, potassium(ReferenceInterval=interval("3,6", "4,6"))])
    put_one(put, 6, "2025-02-01 08:00", [haemoglobin(Value="9,9")], Patient__Consent={"Given": "false"})
    for number, sender in ((71, "5790000120284"), (72, "5790000121526")):
        patient = {"AlternativeIdentifier": SHARED, "PersonSurnameName": f"Opdigtet{number}"}
        put(identifier=f"BREV{number}", sender_ean=sender, Patient=patient)


def put_one(put: Callable[..., None], number: int, sampled: str, results: list[dict[str, Any]], **changes: Any) -> None:
    day = sampled[:10]
    told = {
        "identifier": f"BREV{number}",
        "sample": f"{number:08d}",
        "requester_sample": f"9{number:09d}",
        "production": f"SRI{number}",
        "sampled": sampled,
        "authorised": f"{day} 15:00",
        "results_at": f"{day} 14:00",
        "results": results,
    }
    put(**(told | changes))
