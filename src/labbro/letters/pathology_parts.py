"""Parts that the letters of pathology and genetics share (facts: rpt03.md, rpt04.md, rpt07.md).

Marks of versions: A 2005, B 2012 (RPT04 only), C 2014.
"""

from __future__ import annotations

from collections.abc import Callable

from labbro.letters import tables
from labbro.letters.form import Derived, Group, Item, Presence, References, Texts, group, line
from labbro.letters.grammar import BREAKABLE, FORMATTED, Part, Word, many, maybe, one
from labbro.letters.parts import (
    ADDRESS,
    ADDRESS_LINE,
    CONSENT_GIVEN,
    DATE_TIME,
    EAN,
    NAME_OF_UNIT,
    PARTY_KIND,
    PERSON_IDENTIFIER,
    PERSON_NAME,
    SEQUENCE,
    party_identifier,
    party_line,
    reference,
    speciality,
    status_codes,
    status_word,
)
from labbro.letters.remarks import NOT_YET
from labbro.letters.tree import Element
from labbro.letters.values import constant, is_true, text, whole, words

# --- the tree ------------------------------------------------------------------------------------------------------

PHYSICIAN = maybe("Physician", one("PersonInitials", text(1, 17)))
ADDRESS_OF_PATIENT = (
    *ADDRESS,
    maybe("MunicipalityId", whole(100, 999)),
    maybe("MunicipalityName", text(1, 35)),
)
RELATIVE = maybe(
    "Relative",
    one("RelationCode", words(*tables.RELATION)),
    maybe("PersonIdentifier", text(1, 10)),
    *PERSON_NAME,
)
RECEIVED = (one("SamplingDateTime", *DATE_TIME), one("SampleReceivedDateTime", *DATE_TIME))
CODED = (
    one("Code", text(1, 17)),
    one("Text", text(1, 70)),
    maybe("Comment", text(1, 70)),
)
TABLE = (one("ResultHeadline", text(1, 35)), one("TableResult", text(1, 8)))


def letter(type_code: str, codes: dict[str, str]) -> Part:
    """Letter, with the version code of each mark."""
    versions = [one("VersionCode", constant(code), v=mark) for mark, code in codes.items()]
    return one(
        "Letter",
        one("Identifier", text(1, 14)),
        *versions,
        one("StatisticalCode", text(1, 8)),
        one("Authorisation", *DATE_TIME),
        one("TypeCode", constant(type_code)),
    )


def parties(years: dict[str, int], *examinator: Part) -> tuple[Part, ...]:
    """Sender, receiver and the receiver of a copy. `examinator`: who examined, as the versions have it."""
    identifier = party_identifier(plain="".join(years), with_amt="", local="")
    return (
        one(
            "Sender",
            EAN,
            *identifier,
            one("OrganisationName", text(1, 35)),
            *NAME_OF_UNIT,
            *speciality(years),
            *examinator,
            one("FromLabIdentifier", text(1, 3), v="C"),
            maybe("FromLabIdentifier", text(1, 3), v="L"),
        ),
        one(
            "Receiver",
            EAN,
            *identifier,
            maybe("OrganisationName", text(1, 35)),
            *NAME_OF_UNIT,
            *ADDRESS,
            PHYSICIAN,
        ),
        maybe("CCReceiver", *identifier, maybe("OrganisationName", text(1, 35)), *NAME_OF_UNIT, PHYSICIAN),
    )


def patient(address: tuple[Word, ...]) -> Part:
    """Patient. Consent says what was agreed to until 2012, and only whether from 2014."""
    return one(
        "Patient",
        PERSON_IDENTIFIER,
        *PERSON_NAME,
        *address,
        maybe("Consent", CONSENT_GIVEN, one("Text", text(1, 70)), v="AB"),
        maybe("Consent", CONSENT_GIVEN, v="CL"),
    )


def general(*status: Part, after: tuple[Part, ...] = ()) -> Part:
    """GeneralResultInformation. `status`: ResultStatusCode as the versions have it; `after`: what stands at its end."""
    return one(
        "GeneralResultInformation",
        one("ReportStatusCode", words(*tables.REPORT_STATUS), v="CL"),
        *status,
        maybe("ToLabIdentifier", text(1, 3), v="CL"),
        one("ResultsDateTime", *DATE_TIME),
        one("LaboratoryInternalProductionIdentifier", text(1, 35)),
        *after,
    )


def section(name: str, years: dict[str, int] | None = None, headline: int = 35) -> Part:
    """A section of text under a heading; `years` where it may refer to other objects."""
    references = (many("Reference", 0, 10, *reference(years)),) if years else ()
    return maybe(name, one("Headline", text(1, headline)), maybe("Text", FORMATTED), *references)


def requisition(*identifiers: Part, years: dict[str, int]) -> Part:
    """RequisitionInformation, with the numbers that the letter type knows the request by."""
    return one(
        "RequisitionInformation",
        *identifiers,
        *RECEIVED,
        maybe("ClinicalInformation", BREAKABLE),
        maybe("Comments", BREAKABLE),
        many("Reference", 0, 10, *reference(years)),
    )


# --- EDIFACT -------------------------------------------------------------------------------------------------------


def _place_of(role: int, examinators: int) -> Derived:
    """SEQ of a person: each has its place after the parties, also where those before are missing."""

    def write(root: Element) -> dict[str, str]:
        copy = root.find("CCReceiver") is not None
        return {"~sequence": str(2 + copy + role + examinators - 1)}

    return Derived(lambda _codes, _value: [], write, (), "")


def initials_group(owner: str, role: int, examinators: int = 1) -> Group:
    """NAD+BV: the initials of somebody, told apart by RFF+AHL. The public converter writes role 2 for 3."""
    return group(
        "S01",
        line(f"NAD+BV+++{{{owner}/PersonInitials}}:::::US"),
        line(f"RFF+AHL:{role}"),
        SEQUENCE,
        _place_of(role, examinators),
        key=f"NAD+BV RFF+AHL:{role}",
        when=owner,
    )


def party_groups(code: str, examinator: Group, examinators: int = 1) -> tuple[Group, ...]:
    """S01: the parties and their people; `examinators` is how many places the laboratory's have."""
    return (
        group(
            "S01",
            party_line("SLA"),
            PARTY_KIND,
            line("RFF+AHI:{FromLabIdentifier}", "C"),
            SEQUENCE,
            line(f"SPR+ORG+{{MedicalSpecialityCode|speciality}}:SKS:SST+{code}:SKS:SST", always=True),
            target="Sender",
            key="NAD+SLA",
        ),
        group("S01", party_line("PO"), PARTY_KIND, ADDRESS_LINE, SEQUENCE, target="Receiver", key="NAD+PO"),
        group("S01", party_line("CCR"), PARTY_KIND, SEQUENCE, target="CCReceiver", key="NAD+CCR", when="CCReceiver"),
        examinator,
        initials_group("Receiver/Physician", 2, examinators),
        initials_group("CCReceiver/Physician", 3, examinators),
    )


GENERAL = "LaboratoryResults/GeneralResultInformation"
REPORT_GROUP = group(
    "S02",
    line("GIS+N"),
    line(f"RFF+SRI:{{{GENERAL}/LaboratoryInternalProductionIdentifier}}"),
    line(f"STS++{{{GENERAL}/ReportStatusCode|report_status}}", "C"),
    line("STS++K", "AB"),
    line(f"DTM+ISR:{{{GENERAL}/ResultsDateTime|minute}}:203"),
    Texts((("SPC", "RequisitionInformation/Comments"),), most=1),
)


def numbers_group(requesters: str, laboratorys: str) -> Group:
    """S04: the numbers and times of the request."""
    return group(
        "S04",
        line(f"RFF+ROI:{{{requesters}}}"),
        line(f"RFF+SOI:{{{laboratorys}}}"),
        line("DTM+4:{SamplingDateTime|minute}:203"),
        line("DTM+8:{SampleReceivedDateTime|minute}:203"),
        target="RequisitionInformation",
    )


# A municipality may stand without an address; the literals are left out where there is none.
ADDRESS_GROUP = group(
    "S06",
    line(
        "ADR+:PO+US:{StreetName}:{SuburbName}+{DistrictName}+{PostCodeIdentifier}++[{MunicipalityId}:KOM:IM:{MunicipalityName}]"
    ),
    target="Patient",
)


def _read_consent(codes: dict[str, str], value: Callable[[str], str | None]) -> list[tuple[str, str]] | str:
    if codes.get("~consent") is None:
        return []
    return [("Consent/Given", "true")] if value("Consent/Text") else "consent-without-text"


def _write_consent(person: Element) -> dict[str, str]:
    given = person.text("Consent/Given")
    if given is not None and is_true(given):
        return {"~consent": "CDS"}
    return {"~consent": "", "Consent/Text": ""}


def _unsaid_consent(person: Element) -> list[tuple[str, str]]:
    """EDIFACT of these versions knows no refusal: HAN+CDS means that consent was given."""
    given = person.text("Consent/Given")
    if given is None or is_true(given):
        return []
    return [("Consent/Given", given), ("Consent/Text", person.text("Consent/Text") or "")]


PATIENT_GROUP = group(
    "S07",
    line("PNA+PAT+[{CivilRegistrationNumber}:::CPR:IM]+++[SU:{PersonSurnameName}]+[FO:{PersonGivenName}]"),
    line("RFF+XPI:{AlternativeIdentifier}"),
    line("HAN+{~consent}:SKS:SST:{Consent/Text}", "AB"),
    Derived(_read_consent, _write_consent, ("~consent",), "Consent/Given", "AB", _unsaid_consent),
    Presence("HAN+CDS", "Consent/Given", present="false", absent="true", versions="C"),
    target="Patient",
    key="PNA+PAT",
)
RELATIVE_GROUP = group(
    "S07",
    line("PNA+PER+[{PersonIdentifier}:::CPR:IM]+++[SU:{PersonSurnameName}]+[FO:{PersonGivenName}]"),
    line("REL+PER+{RelationCode|relation}"),
    target="Relative",
    key="PNA+PER",
)
CLINICAL_GROUP = group(
    "S10",
    Texts((("CID", "ClinicalInformation"),), most=3),
    References(),
    target="RequisitionInformation",
    when="RequisitionInformation/ClinicalInformation RequisitionInformation/Reference",
)
SAMPLE = (
    line("RFF+RTI:{RequesterSampleIdentifier}"),
    line("RFF+STI:{LaboratoryInternalSampleIdentifier}"),
    Texts((("SRC", "MaterialDescription"),), plain=True),
)
SAMPLES_GROUP = group(
    "S16",
    line("SEQ++{~number}"),
    line("SPC+SCI+ATT"),
    *SAMPLE,
    target="LaboratoryResults/CodedFormat/Sample",
    repeated=True,
)


def _read_status(codes: dict[str, str], value: Callable[[str], str | None]) -> list[tuple[str, str]] | str:
    word = status_word(codes, value("TableFormat/TableResult") == NOT_YET)
    return [("GeneralResultInformation/ResultStatusCode", word)] if word else "unknown-code"


def _write_status(results: Element) -> dict[str, str]:
    status = results.text("GeneralResultInformation/ResultStatusCode")
    return status_codes(status) | ({"TableFormat/TableResult": NOT_YET} if status == "proeve_modtaget" else {})


def _unsaid_status(results: Element) -> list[tuple[str, str]]:
    """EDIFACT tells 'sample received' from 'preliminary' by the value alone."""
    status = results.text("GeneralResultInformation/ResultStatusCode") or ""
    value = results.text("TableFormat/TableResult") or ""
    if status == "proeve_modtaget" and value != NOT_YET:
        return [("TableFormat/TableResult", value)]
    if status == "svar_midlertidigt" and value == NOT_YET:
        return [("GeneralResultInformation/ResultStatusCode", status)]
    return []


STATUS = Derived(
    _read_status, _write_status, ("~gis", "~sts"), "GeneralResultInformation/ResultStatusCode", unsaid=_unsaid_status
)


def table_group(*items: Item, validated: str = "") -> Group:
    """The first hidden group: status and result. `items`: the line of its heading, and what follows the status;
    `validated`: the versions whose result may be malignant."""
    heading, *more = items
    plain = "RSL+AV+{TableFormat/TableResult}"
    return group(
        "S18",
        line("GIS+{~gis}"),
        heading,
        line(plain, "".join(mark for mark in "ABC" if mark not in validated), lenient=True),
        *(line(f"{plain}+++{{TableFormat/ResultValidation|malignancy}}", mark, lenient=True) for mark in validated),
        line("STS++{~sts}"),
        STATUS,
        *more,
        line("RFF+AHI:{GeneralResultInformation/ToLabIdentifier}", "C"),
        target="LaboratoryResults",
        key="RSL",
        opens="GIS",
        after="S16",
        # The sections' parent must be there, though no section is.
        makes="TextualFormat",
    )


def section_group(code: str, name: str, most: int, refers: bool = False) -> Group:
    """A hidden group of text under a heading, known by the code of its text."""
    return group(
        "S18",
        line("GIS+N"),
        line("INV+OE+:::{Headline}"),
        Texts(((code, "Text"),), styled=True, most=most, tells=True),
        *((References(),) if refers else ()),
        target=f"LaboratoryResults/TextualFormat/{name}",
        key=f"FTX+{code}",
        opens="GIS",
        after="S16",
    )


DIAGNOSIS_GROUP = group(
    "S18",
    line("GIS+N"),
    line("INV+OE+:::{DiagnosisHeadline}"),
    target="LaboratoryResults/CodedFormat",
    key="~diagnosis",
    when="LaboratoryResults/CodedFormat/DiagnosisHeadline",
    opens="GIS",
    after="S16",
)
CODED_LINES = ("CIN+CCI+{Code}:SNO:SST:{Text}", "CIN+SPC+:::{Comment}")
