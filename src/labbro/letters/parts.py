"""Parts that several letter types share, as MedCom's schemas share them (facts: valuelists.md, 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labbro.letters import tables
from labbro.letters.form import Derived, Line, group, line
from labbro.letters.grammar import Part, Word, either, maybe, one
from labbro.letters.meaning import Becomes, respelt
from labbro.letters.tree import Element
from labbro.letters.values import BOOLEAN, DATE, TIME, TRUE, UUID, matching, text, whole, words

CPR_DIGITS = matching("[0-9]{10}")
DATE_TIME = (one("Date", DATE), one("Time", TIME))
INTERVAL = (one("StartDateTime", *DATE_TIME), one("EndDateTime", *DATE_TIME))

ENVELOPE = (
    one("Sent", *DATE_TIME),
    one("Identifier", text(1, 14)),
    one("AcknowledgementCode", words(*tables.ACKNOWLEDGEMENTS)),
)


def by_year(years: Mapping[str, int], make: Callable[[int, str], Part]) -> tuple[Part, ...]:
    """A part whose list of words depends on the schema's year; keys are marks of versions."""
    return tuple(make(year, marks) for marks, year in years.items())


def speciality(years: Mapping[str, int]) -> tuple[Part, ...]:
    """MedicalSpecialityCode, with the words of each year's schema."""
    return by_year(years, lambda year, v: maybe("MedicalSpecialityCode", words(*tables.speciality_words(year)), v=v))


def speciality_respelt(before: str) -> Becomes:
    """Pathology practice, which the versions `before` 2014 spell with a blank at the end."""
    return respelt("Sender/MedicalSpecialityCode", before, {tables.PATHOLOGY_BEFORE_2014: tables.PATHOLOGY})


def party_identifier(plain: str, with_amt: str, local: str) -> tuple[Word, ...]:
    """Identifier and what kind of number it is. Arguments are marks: of versions with five words, with `amt` as a
    sixth, and of those that let a local code stand instead."""
    number = one("Identifier", text(1, 17))
    found: list[Word] = [number]
    for marks, allowed in ((plain, tables.IDENTIFIER_WORDS), (with_amt, tables.IDENTIFIER_WORDS_WITH_AMT)):
        both = "".join(mark for mark in marks if mark in local)
        alone = "".join(mark for mark in marks if mark not in local)
        kind = one("IdentifierCode", words(*allowed))
        if both:
            found.append(either(kind, one("IdentifierLocal", text(1, 3)), v=both))
        if alone:
            found.append(one("IdentifierCode", words(*allowed), v=alone))
    return tuple(found)


NAME_OF_UNIT = (maybe("DepartmentName", text(1, 35)), maybe("UnitName", text(1, 35)))
ADDRESS = (
    maybe("StreetName", text(1, 35)),
    maybe("SuburbName", text(1, 35)),
    maybe("DistrictName", text(1, 35)),
    maybe("PostCodeIdentifier", text(0, 9)),
)
EAN = one("EANIdentifier", text(1, 35))
PERSON_IDENTIFIER = either(one("CivilRegistrationNumber", CPR_DIGITS), one("AlternativeIdentifier", text(10, 10)))
PERSON_NAME = (one("PersonSurnameName", text(1, 70)), maybe("PersonGivenName", text(1, 70)))


def reference(texts: Mapping[str, int]) -> tuple[Word, ...]:
    """What a Reference holds: a description and an address, a supplement to come, or a binary object."""
    before_2012 = "".join(marks for marks, year in texts.items() if year < 2012)
    since_2012 = "".join(marks for marks, year in texts.items() if year >= 2012)
    identifier = [one("ObjectIdentifier", text(1, 35), v=before_2012)] if before_2012 else []
    identifier += [one("ObjectIdentifier", UUID, v=since_2012)] if since_2012 else []
    extension = by_year(texts, lambda year, v: one("ObjectExtensionCode", words(*tables.extension_words(year)), v=v))
    return (
        one("RefDescription", text(1, 70)),
        either(
            one("URL", text(1, 350)),
            one("SUP", TRUE),
            one(
                "BIN",
                *identifier,
                one("ObjectCode", words(*tables.OBJECT_CODE)),
                *extension,
                one("OriginalObjectSize", whole(1)),
            ),
        ),
    )


CONSENT_GIVEN = one("Given", BOOLEAN)


# --- EDIFACT -------------------------------------------------------------------------------------------------------


def _read_party_kind(codes: dict[str, str], _value: Callable[[str], str | None]) -> list[tuple[str, str]] | str:
    qualifier = codes.get("~table", "")
    if qualifier == tables.LOCAL_IDENTIFIER:
        return [("IdentifierLocal", codes.get("~agency", ""))]
    word = tables.IDENTIFIER_WORD_OF.get(qualifier)
    return [("IdentifierCode", word)] if word else "unknown-code"


def _write_party_kind(party: Element) -> dict[str, str]:
    local = party.text("IdentifierLocal")
    if local is not None:
        return {"~table": tables.LOCAL_IDENTIFIER, "~agency": local}
    table, agency = tables.IDENTIFIER_CODES.get(party.text("IdentifierCode") or "", ("", ""))
    return {"~table": table, "~agency": agency}


PARTY_KIND = Derived(_read_party_kind, _write_party_kind, ("~table", "~agency"), "IdentifierCode")


def status_word(codes: Mapping[str, str], waiting: bool) -> str | None:
    """ResultStatusCode of GIS (`~gis`) and STS (`~sts`); None where they do not go together (facts: edifact.md, 10.5).

    EDIFACT tells 'sample received' from 'preliminary' by the value alone: `waiting` says whether it is the placeholder.
    """
    pair = (codes.get("~gis", ""), codes.get("~sts", ""))
    if pair == ("N", "PR"):
        return "proeve_modtaget" if waiting else "svar_midlertidigt"
    return {("N", "FR"): "svar_endeligt", ("M", "FR"): "svar_rettet"}.get(pair)


def status_codes(status: str | None) -> dict[str, str]:
    """GIS and STS of a ResultStatusCode."""
    settled = status in {"svar_endeligt", "svar_rettet"}
    return {"~gis": "M" if status == "svar_rettet" else "N", "~sts": "FR" if settled else "PR"}


def party_line(role: str) -> Line:
    """NAD of a sender, receiver or copy receiver; `_` stands for a missing name."""
    return line(
        f"NAD+{role}+{{Identifier}}:{{~table}}:{{~agency}}++{{OrganisationName|name}}:{{DepartmentName|inner_name}}:{{UnitName}}:::US"
    )


SEQUENCE = line("SEQ++{~sequence}", always=True)
ADDRESS_LINE = line("ADR++US:{StreetName}:{SuburbName}+{DistrictName}+{PostCodeIdentifier}")
EMPTY_ADDRESS_GROUP = group("S06")
