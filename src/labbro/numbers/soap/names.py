"""Every name that goes over the SOAP door, in one place.

Public are the three operations (MedCom, "Den Gode NationalePrøveNummer Service", contents) and DGWS' header and fault
codes (numbers.md section 4). The official WSDL is not public: the namespace and the element names below the operations
are ours (docs/divergences.md). Whoever gets the official ones changes this file.
"""

from __future__ import annotations

from typing import Final

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
WSDL: Final = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP: Final = "http://schemas.xmlsoap.org/wsdl/soap/"
XSD: Final = "http://www.w3.org/2001/XMLSchema"
DGWS: Final = "http://www.medcom.dk/dgws/2006/04/dgws-1.0.xsd"
WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
OURS: Final = "urn:labbro:analysis-identifiers:1"

SERVICE: Final = "AnalysisIdentifierService"
PORT: Final = "AnalysisIdentifierPort"

DRAW: Final = "GetAnalysisIdentifiers"
FREE: Final = "SetAnalysisIdentifiersFree"
INFORMATION: Final = "GetAnalysisIdentifierInformation"
OPERATIONS: Final = (DRAW, FREE, INFORMATION)

# Elements of the requests and answers: name, type of XML Schema, least and most.
Parts = tuple[tuple[str, str, int, int | None], ...]
_UUID, _NUMBER, _TIME, _TEXT, _YES = "UUID", "Identifier", "xsd:dateTime", "xsd:string", "xsd:boolean"

REQUESTS: Final[dict[str, Parts]] = {
    DRAW: (
        ("RequestId", _UUID, 1, 1),
        ("NumberOfIdentifiers", "xsd:positiveInteger", 1, 1),
        ("IncludeIdentifiers", _YES, 0, 1),
    ),
    FREE: (
        ("RequestId", _UUID, 1, 1),
        ("SeriesId", _UUID, 1, 1),
        ("FirstIdentifier", _NUMBER, 0, 1),
        ("LastIdentifier", _NUMBER, 0, 1),
        ("Reason", _TEXT, 1, 1),
    ),
    INFORMATION: (("Identifier", _NUMBER, 1, 1),),
}
ANSWERS: Final[dict[str, Parts]] = {
    DRAW: (
        ("SeriesId", _UUID, 1, 1),
        ("NumberOfIdentifiers", "xsd:positiveInteger", 1, 1),
        ("FirstIdentifier", _NUMBER, 1, 1),
        ("LastIdentifier", _NUMBER, 1, 1),
        ("Drawn", _TIME, 1, 1),
        ("DrawnBefore", _YES, 1, 1),
        ("Identifier", _NUMBER, 0, None),
    ),
    FREE: (
        ("ReleaseId", _UUID, 1, 1),
        ("SeriesId", _UUID, 1, 1),
        ("NumberOfIdentifiers", "xsd:positiveInteger", 1, 1),
        ("FirstIdentifier", _NUMBER, 1, 1),
        ("LastIdentifier", _NUMBER, 1, 1),
        ("Released", _TIME, 1, 1),
        ("ReleasedBefore", _YES, 1, 1),
    ),
    INFORMATION: (
        ("Identifier", _NUMBER, 1, 1),
        ("State", _TEXT, 1, 1),
        ("SeriesId", _UUID, 0, 1),
        ("AccountId", _UUID, 0, 1),
        ("LaboratoryId", _UUID, 0, 1),
        ("SystemId", _UUID, 0, 1),
        ("Drawn", _TIME, 0, 1),
        ("Released", _TIME, 0, 1),
        ("Event", _TEXT, 0, None),
    ),
}

# What a fault's detail holds beside DGWS' FaultCode: always Code and Message, and by the error's further members.
DETAIL: Final[tuple[tuple[str, str], ...]] = (("Code", _TEXT), ("Message", _TEXT), ("ApprovalId", _UUID))
FURTHER: Final[dict[str, str]] = {"approval_id": "ApprovalId"}

# DGWS' fault codes for our problems; what is not here is a processing_problem.
FAULTS: Final[dict[str, str]] = {
    "not-recognised": "not_authorized",
    "account-unknown": "not_authorized",
    "account-closed": "not_authorized",
    "series-not-yours": "not_authorized",
    "system-not-certified": "not_authorized",
    "manual-drawing-ended": "not_authorized",
    "certificate-expired": "invalid_certificate",
    "key-expired": "invalid_certificate",
    "key-revoked": "invalid_certificate",
    "plain-http-ended": "security_level_failed",
    "request-id-missing": "syntax_error",
    "number-malformed": "syntax_error",
}
