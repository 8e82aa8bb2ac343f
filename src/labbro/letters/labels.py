"""What elements and code words are called for people, in Danish and English (facts: valuelists.md)."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["da", "en"]

# By word: Danish, English.
WORDS: dict[str, tuple[str, str]] = {
    "komplet_svar": ("Komplet svar", "Complete report"),
    "del_svar": ("Delsvar", "Partial report"),
    "modtaget": ("Prøve modtaget", "Sample received"),
    "proeve_modtaget": ("Prøve modtaget", "Sample received"),
    "svar_midlertidigt": ("Midlertidigt resultat", "Preliminary result"),
    "svar_endeligt": ("Endeligt resultat", "Final result"),
    "svar_rettet": ("Rettet resultat", "Corrected result"),
    "pluspositivkvitt": ("Positiv kvittering valgt", "Positive receipt wanted"),
    "minuspositivkvitt": ("Positiv kvittering fravalgt", "No positive receipt wanted"),
    "numerisk": ("Tal", "Number"),
    "alfanumerisk": ("Tekst", "Text"),
    "mindre_end": ("mindre end", "less than"),
    "stoerre_end": ("større end", "greater than"),
    "for_hoej": ("for høj", "too high"),
    "for_lav": ("for lav", "too low"),
    "unormal": ("unormal", "abnormal"),
    "fysiologisk": ("fysiologisk", "physiological"),
    "terapeutisk": ("terapeutisk", "therapeutic"),
    "uspecificeret": ("uspecificeret", "unspecified"),
    "sygehusafdelingsnummer": ("Sygehusafdeling", "Hospital department"),
    "ydernummer": ("Ydernummer", "Ydernummer (practice)"),
    "lokationsnummer": ("Lokationsnummer", "Location number"),
    "kommunenummer": ("Kommunenummer", "Municipality number"),
    "sorkode": ("SOR-kode", "SOR code"),
    "amt": ("Amt", "County"),
    "iupac": ("NPU/IUPAC", "NPU/IUPAC"),
    "lokal": ("lokal kode", "local code"),
    "mds": ("MDS", "MDS"),
    "ikke_specificeret": ("Ikke specificeret", "Not specified"),
    "ukendt_lokationsnummer": ("Ukendt lokationsnummer", "Unknown location number"),
    "problem_med_modtagerID": ("Problem med modtagerens id", "Problem with the receiver's id"),
    "problem_med_version": ("Problem med versionen", "Problem with the version"),
    "syntaksfejl": ("Syntaksfejl", "Syntax error"),
}

# By element name: Danish, English.
NAMES: dict[str, tuple[str, str]] = {
    "Identifier": ("Nummer", "Number"),
    "IdentifierCode": ("Nummerets art", "Kind of number"),
    "IdentifierLocal": ("Lokal kode", "Local code"),
    "EANIdentifier": ("Lokationsnummer", "Location number"),
    "OrganisationName": ("Organisation", "Organisation"),
    "DepartmentName": ("Afdeling", "Department"),
    "UnitName": ("Enhed", "Unit"),
    "MedicalSpecialityCode": ("Speciale", "Speciality"),
    "FromLabIdentifier": ("Afsendende laboratorium", "Sending laboratory"),
    "ToLabIdentifier": ("Videresendt til laboratorium", "Passed on to laboratory"),
    "StreetName": ("Vej", "Street"),
    "SuburbName": ("Stednavn", "Place"),
    "DistrictName": ("By", "Town"),
    "PostCodeIdentifier": ("Postnummer", "Post code"),
    "PersonInitials": ("Læge", "Physician"),
    "CivilRegistrationNumber": ("CPR-nummer", "CPR number"),
    "AlternativeIdentifier": ("Erstatningsnummer", "Replacement number"),
    "PersonSurnameName": ("Efternavn", "Surname"),
    "PersonGivenName": ("Fornavn", "Given name"),
    "Given": ("Samtykke", "Consent"),
    "Comments": ("Bemærkninger", "Comments"),
    "LaboratoryInternalSampleIdentifier": ("Laboratoriets prøvenummer", "Laboratory's sample number"),
    "RequesterSampleIdentifier": ("Rekvirentens prøvenummer", "Requester's sample number"),
    "SamplingDateTime": ("Prøvetagning", "Sampled"),
    "SamplingInterval": ("Opsamling", "Collection"),
    "StartDateTime": ("Begyndt", "Begun"),
    "EndDateTime": ("Sluttet", "Ended"),
    "Volume": ("Volumen", "Volume"),
    "UnitOfVolume": ("Volumenenhed", "Unit of volume"),
    "ReportStatusCode": ("Svarets status", "Report status"),
    "LaboratoryInternalProductionIdentifier": ("Laboratoriets produktionsnummer", "Laboratory's production number"),
    "ResultsDateTime": ("Svartidspunkt", "Results"),
    "Authorisation": ("Udstedt", "Issued"),
    "StatisticalCode": ("Statistikkode", "Statistical code"),
    "VersionCode": ("Version", "Version"),
    "TypeCode": ("Brevtype", "Letter type"),
    "RequisitionGroup": ("Rekvisitionsgruppe", "Requisition group"),
    "Order": ("Rækkefølge", "Order"),
    "IntervalText": ("Referenceinterval", "Reference interval"),
    "ProducerOfLabResult": ("Producent", "Producer"),
    "Reference": ("Henvisning", "Reference"),
    "RefDescription": ("Beskrivelse", "Description"),
    "URL": ("Adresse", "Address"),
    "OriginalEnvelopeIdentifier": ("Den oprindelige kuverts nummer", "Original envelope's number"),
    "OriginalLetterIdentifier": ("Det oprindelige brevs nummer", "Original letter's number"),
    "OriginalVersionCode": ("Det oprindelige brevs version", "Original letter's version"),
    "OriginalSender": ("Oprindelig afsender", "Original sender"),
    "OriginalReceiver": ("Oprindelig modtager", "Original receiver"),
    "RefuseCode": ("Årsag", "Reason"),
    "RefuseText": ("Forklaring", "Explanation"),
}


def word_label(word: str, language: Language) -> str:
    """What a code word means to a person; an unknown word stands as it is."""
    both = WORDS.get(word)
    return word if both is None else both[language == "en"]


def name_label(name: str, language: Language) -> str:
    """What an element is called; an element without a name of its own is spelt out."""
    both = NAMES.get(name)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) if both is None else both[language == "en"]
