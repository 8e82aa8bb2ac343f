"""The people and organisations of a document. Source: facts fhir.md sections 4 to 6, identifiers.md."""

from __future__ import annotations

import re
from typing import Any

from labbro.codes import cpr
from labbro.codes.gln import holds as gln_holds
from labbro.eu import addresses
from labbro.eu.addresses import DK_CORE, EU_BASE, Addresses, profiles
from labbro.records.model import Party, Person, Producer

Json = dict[str, Any]

_PATIENT_META = profiles(EU_BASE + "patient-eu-core", DK_CORE + "dk-core-patient")
_UNKNOWN_META = profiles(EU_BASE + "patient-eu-core")
_ORGANISATION_META = profiles(EU_BASE + "organization-eu-core", DK_CORE + "dk-core-organization")
_NO_BIRTH_DATE = {"extension": [{"url": addresses.DATA_ABSENT, "valueCode": "unknown"}]}
_GLN = re.compile("[0-9]{13}")
_SOR = re.compile("[0-9]{11,18}")
_CVR = re.compile("[0-9]{8}")
_PROVIDER = re.compile("[0-9]{1,6}")


def patient(person: Person, identity: str, sender: Party, known: Addresses) -> Json:
    """A Patient. Birth date and sex come from the CPR number; replacement numbers tell neither for certain."""
    identifier, said = _patient_identifier(person, sender, known)
    name: Json = {"use": "official", "family": person.surname.strip() or "Ukendt"}
    given = (person.given_name or "").split()
    if given:
        name["given"] = given
    found: Json = {"resourceType": "Patient", "id": identity, "meta": _PATIENT_META if identifier else _UNKNOWN_META}
    if identifier:
        found["identifier"] = [identifier]
    found["name"] = [name]
    if said is not None and said.kind == "cpr" and said.sex is not None:
        found["gender"] = said.sex
    if said is not None and said.birth_date is not None:
        found["birthDate"] = said.birth_date.isoformat()
    else:
        found["_birthDate"] = _NO_BIRTH_DATE
    return found


def _patient_identifier(
    person: Person, sender: Party, known: Addresses
) -> tuple[Json | None, cpr.CivilRegistration | None]:
    told = person.identifier.strip()
    if person.identifier_kind == "unknown" or not told:
        return None, None
    said = cpr.read(told)
    if said is not None and said.kind == "cpr":
        return {"use": "official", "system": addresses.CPR, "value": cpr.normal(told)}, said
    if said is not None and said.kind == "x-ecpr":
        return {"use": "temp", "system": addresses.X_ECPR, "value": cpr.normal(told)}, said
    # A regional replacement number (D-eCPR) is unique in its region only, and the letter does not say which that is.
    scope = sender.ean or sender.identifier or "unknown"
    return {"system": known.local_patient.format(scope), "value": told}, None


def organisation_name(party: Party) -> str:
    """Organisation, department and unit, as far as the letter names them."""
    parts = [part.strip() for part in (party.organisation, party.department, party.unit) if part and part.strip()]
    return ", ".join(dict.fromkeys(parts)) or party.identifier or "Ukendt"


def organisation(party: Party, identity: str, known: Addresses) -> Json | None:
    """An Organization, where its SOR or CVR number is known; else None: it is then named by `named`."""
    identifiers = _registered(party, known)
    if not identifiers:
        return None
    if party.ean and _is_gln(party.ean):
        identifiers.append({"use": "official", "system": addresses.GLN, "value": party.ean})
    own = _own_identifier(party, known)
    if own is not None and all(own["system"] != one["system"] for one in identifiers):
        identifiers.append(own)  # the profile takes one of each system
    return {
        "resourceType": "Organization",
        "id": identity,
        "meta": _ORGANISATION_META,
        "identifier": identifiers,
        "name": organisation_name(party),
    }


def named(party: Party, known: Addresses) -> Json:
    """A reference by identifier and name only: HL7 Denmark's core takes no Organization without SOR or CVR."""
    if party.ean and _is_gln(party.ean):
        identifier: Json | None = {"use": "official", "system": addresses.GLN, "value": party.ean}
    else:
        identifier = _own_identifier(party, known)
    found: Json = {"type": "Organization", "display": organisation_name(party)}
    if identifier is not None:
        found["identifier"] = identifier
    return found


def producer(maker: Producer) -> Json:
    """A reference to who made a result: MedCom's abbreviation and the name."""
    found: Json = {"type": "Organization", "display": maker.name.strip() or maker.code or "Ukendt"}
    if maker.code and maker.code.strip():
        found["identifier"] = {"use": "official", "system": addresses.PRODUCER, "value": maker.code.strip()}
    return found


def _registered(party: Party, known: Addresses) -> list[Json]:
    told = party.identifier.strip()
    if party.identifier_kind == "sorkode" and _SOR.fullmatch(told):
        return [{"use": "official", "system": addresses.SOR, "value": told}]
    if party.identifier_kind == "cvr" and _CVR.fullmatch(told):
        return [{"use": "official", "system": addresses.CVR, "value": told}]
    sor = known.organisations.get(party.ean or "")
    return [{"use": "official", "system": addresses.SOR, "value": sor}] if sor else []


def _own_identifier(party: Party, known: Addresses) -> Json | None:
    """The identifier that the letter gives by its own kind."""
    told, kind = party.identifier.strip(), party.identifier_kind
    if not told:
        return None
    if kind == "ydernummer" and _PROVIDER.fullmatch(told):
        return {"system": addresses.PROVIDER, "value": told.zfill(6)}
    if kind == "sorkode" and _SOR.fullmatch(told):
        return {"use": "official", "system": addresses.SOR, "value": told}
    if kind == "lokationsnummer" and _is_gln(told):
        return {"use": "official", "system": addresses.GLN, "value": told}
    return {"system": known.local_organisation.format(kind.replace(":", "-") or "other"), "value": told}


def _is_gln(text: str) -> bool:
    return _GLN.fullmatch(text) is not None and gln_holds(text)
