"""What is said around a document, in two languages."""

from __future__ import annotations

from typing import Final

import msgspec

from labbro.letters.labels import Language

WAITING: Final = frozenset({"registered", "partial", "preliminary"})
MARKS: Final[dict[str, str]] = {
    "H": "high", "HH": "high", "HU": "high", "L": "low", "LL": "low", "LU": "low", "A": "abnormal", "AA": "abnormal",
    "R": "abnormal", "POS": "abnormal", "DET": "abnormal",
}  # fmt: skip


class Words(msgspec.Struct, frozen=True):
    """Headings and labels."""

    document: str
    patient: str
    name: str
    cpr: str
    identifier: str
    born: str
    sex: str
    unknown: str
    about: str
    status: str
    report_status: str
    kind: str
    category: str
    number: str
    version: str
    replaces: str
    made: str
    issued: str
    author: str
    performer: str
    custodian: str
    recipient: str
    attester: str
    requisition: str
    results: str
    analysis: str
    result: str
    interval: str
    judgement: str
    taken: str
    unnamed: str
    age: str
    code: str
    components: str
    note: str
    method: str
    device: str
    kit: str
    calibrator: str
    comparability: str
    uncertainty: str
    specimen: str
    site: str
    about_whom: str
    conclusion: str
    from_registry: str
    withdrawn: str
    withdrawn_value: str
    not_final: str


_PAIRS: Final[dict[str, tuple[str, str]]] = {
    "document": ("Laboratoriesvar", "Laboratory report"),
    "patient": ("Patient", "Patient"),
    "name": ("Navn", "Name"),
    "cpr": ("CPR-nummer", "CPR number"),
    "identifier": ("Identifikation", "Identifier"),
    "born": ("Født", "Born"),
    "sex": ("Køn", "Sex"),
    "unknown": ("Ukendt", "Unknown"),
    "about": ("Dokumentet", "The document"),
    "status": ("Status", "Status"),
    "report_status": ("Svarets status", "Status of the report"),
    "kind": ("Type", "Type"),
    "category": ("Område", "Field"),
    "number": ("Svarnummer", "Report number"),
    "version": ("Version", "Version"),
    "replaces": ("Erstatter", "Replaces"),
    "made": ("Dannet", "Made"),
    "issued": ("Udsendt", "Issued"),
    "author": ("Afsender", "Author"),
    "performer": ("Udført af", "Performed by"),
    "custodian": ("Opbevares af", "Kept by"),
    "recipient": ("Modtager", "Recipient"),
    "attester": ("Godkendt af", "Attested by"),
    "requisition": ("Rekvisition", "Request"),
    "results": ("Resultater", "Results"),
    "analysis": ("Analyse", "Analysis"),
    "result": ("Resultat", "Result"),
    "interval": ("Referenceinterval", "Reference interval"),
    "judgement": ("Vurdering", "Interpretation"),
    "taken": ("Prøvetagning", "Sampled"),
    "unnamed": ("Uden navn", "Without name"),
    "age": ("alder", "age"),
    "code": ("Kode", "Code"),
    "components": ("Delresultater", "Components"),
    "note": ("Bemærkning", "Note"),
    "method": ("Metode", "Method"),
    "device": ("Apparat", "Device"),
    "kit": ("Testkit", "Test kit"),
    "calibrator": ("Kalibrator", "Calibrator"),
    "comparability": ("Sammenlignelighed", "Comparability"),
    "uncertainty": ("Usikkerhed", "Uncertainty"),
    "specimen": ("Prøve", "Specimen"),
    "site": ("Sted på kroppen", "Body site"),
    "about_whom": ("Gælder", "Concerns"),
    "conclusion": ("Konklusion", "Conclusion"),
    "from_registry": ("fra metoderegistret", "from the registry of methods"),
    "withdrawn": (
        "Svaret er trukket tilbage: det blev sendt ved en fejl.",
        "This report is withdrawn: it was sent in error.",
    ),
    "withdrawn_value": ("Fejlregistreret", "Entered in error"),
    "not_final": ("Svaret er ikke endeligt.", "This report is not final."),
}

STATUS: Final[dict[Language, dict[str, str]]] = {
    "da": {
        "registered": "Modtaget",
        "partial": "Delsvar",
        "preliminary": "Foreløbigt",
        "final": "Endeligt",
        "amended": "Ændret",
        "corrected": "Rettet",
        "appended": "Tilføjet",
        "cancelled": "Annulleret",
        "entered-in-error": "Fejlregistreret",
        "unknown": "Ukendt",
    },
    "en": {
        "registered": "Received",
        "partial": "Partial",
        "preliminary": "Preliminary",
        "final": "Final",
        "amended": "Amended",
        "corrected": "Corrected",
        "appended": "Appended",
        "cancelled": "Cancelled",
        "entered-in-error": "Entered in error",
        "unknown": "Unknown",
    },
}
ABSENT: Final[dict[Language, dict[str, str]]] = {
    "da": {
        "unknown": "Resultatet kendes ikke",
        "asked-unknown": "Resultatet kendes ikke",
        "temp-unknown": "Resultatet kendes endnu ikke",
        "error": "Resultatet kunne ikke måles",
        "not-performed": "Ikke udført",
        "not-applicable": "Ikke relevant",
        "masked": "Beskyttet",
        "unsupported": "Kan ikke gengives",
    },
    "en": {
        "unknown": "The result is not known",
        "asked-unknown": "The result is not known",
        "temp-unknown": "The result is not known yet",
        "error": "The result could not be measured",
        "not-performed": "Not performed",
        "not-applicable": "Not applicable",
        "masked": "Protected",
        "unsupported": "Cannot be shown",
    },
}
FLAGS: Final[dict[Language, dict[str, str]]] = {
    "da": {
        "H": "Høj", "HH": "Kritisk høj", "HU": "Betydeligt forhøjet", "L": "Lav", "LL": "Kritisk lav",
        "LU": "Betydeligt nedsat", "A": "Unormal", "AA": "Kritisk unormal", "N": "Normal", "S": "Følsom",
        "I": "Følsom ved øget eksponering", "R": "Resistent", "POS": "Positiv", "NEG": "Negativ",
        "DET": "Påvist", "ND": "Ikke påvist", "IND": "Usikker",
    },
    "en": {
        "H": "High", "HH": "Critically high", "HU": "Significantly high", "L": "Low", "LL": "Critically low",
        "LU": "Significantly low", "A": "Abnormal", "AA": "Critically abnormal", "N": "Normal", "S": "Susceptible",
        "I": "Susceptible, increased exposure", "R": "Resistant", "POS": "Positive", "NEG": "Negative",
        "DET": "Detected", "ND": "Not detected", "IND": "Indeterminate",
    },
}  # fmt: skip
GENDER: Final[dict[Language, dict[str, str]]] = {
    "da": {"male": "Mand", "female": "Kvinde", "other": "Andet", "unknown": "Ukendt"},
    "en": {"male": "Male", "female": "Female", "other": "Other", "unknown": "Unknown"},
}


def words_of(language: Language) -> Words:
    """The words of a language."""
    at = 1 if language == "en" else 0
    return Words(**{name: pair[at] for name, pair in _PAIRS.items()})
