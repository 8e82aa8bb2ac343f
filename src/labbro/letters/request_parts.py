"""Parts that the requests share: trees, and the groups of MEDREQ (facts: req01.md, req02.md, req03.md).

Marks are those of the letter type; `since_2006` names the versions with a payer's order numbers, `original` those
with an original requester.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labbro.letters import tables
from labbro.letters.form import Derived, Follows, Group, Item, Line, Presence, Texts, group, line
from labbro.letters.grammar import Part, Word, either, maybe, one
from labbro.letters.parts import (
    ADDRESS_LINE,
    CONSENT_GIVEN,
    DATE_TIME,
    EAN,
    NAME_OF_UNIT,
    PARTY_KIND,
    PERSON_IDENTIFIER,
    PERSON_NAME,
    SEQUENCE,
    by_year,
)
from labbro.letters.tree import Element
from labbro.letters.values import BOOLEAN, constant, decimal, text, whole, words

PAYERS_2005 = ("sygesikring_gruppe_1", "sygesikring_gruppe_2", "anden")
PAYERS = ("sygesikring_gruppe_1", "sygesikring_gruppe_2", "rekvirent", "anden")
PRIORITIES = ("straks", "fremskyndet", "rutine")
PLACES = ("rekvirenten", "laboratoriet", "patienten")
ACTUAL, WANTED = "faktisk", "oensket"
PHYSICIAN = maybe("Physician", one("PersonInitials", text(1, 17)))
SAMPLE_IDENTIFIER_TYPE = constant("nationaltproevenummer")
XS_INT = whole(-(1 << 31), (1 << 31) - 1)
ORGANISATION = one("OrganisationName", text(1, 35))


def letter(type_code: str, codes: Mapping[str, str]) -> Part:
    """The head of a letter; `codes` are its version codes by mark."""
    return one(
        "Letter",
        one("Identifier", text(1, 14)),
        *(one("VersionCode", constant(code), v=mark) for mark, code in codes.items()),
        one("StatisticalCode", text(1, 8)),
        one("Authorisation", *DATE_TIME),
        one("TypeCode", constant(type_code)),
    )


def address(from_one: str) -> tuple[Word, ...]:
    """An address; in the versions `from_one` a post code may not be empty."""
    return (
        maybe("StreetName", text(1, 35)),
        maybe("SuburbName", text(1, 35)),
        maybe("DistrictName", text(1, 35)),
        *((maybe("PostCodeIdentifier", text(1, 9), v=from_one),) if from_one else ()),
        maybe("PostCodeIdentifier", text(0, 9), v="".join(mark for mark in "ABCD" if mark not in from_one)),
    )


def parties(
    identifier: tuple[Word, ...],
    years: Mapping[str, int],
    *,
    original: str = "",
    reply_to: str = "",
    post_code_from_one: str = "",
    since_2006: str = "",
    copy_name: Part | None = None,
) -> tuple[Word, ...]:
    """Sender, original requester, receiver, copy receiver, payer and collector."""
    speciality = by_year(
        years, lambda year, v: one("MedicalSpecialityCode", words(*tables.speciality_words(year)), v=v)
    )
    return (
        one(
            "Sender",
            EAN,
            *identifier,
            ORGANISATION,
            *NAME_OF_UNIT,
            *address(post_code_from_one),
            maybe("TelephoneSubscriberIdentifier", text(1, 25)),
            *speciality,
            PHYSICIAN,
            *((one("ReplyTo", BOOLEAN, v=reply_to, note="PO = true, ONL = false"),) if reply_to else ()),
        ),
        *(
            (
                maybe(
                    "OriginalRequester",
                    *identifier,
                    ORGANISATION,
                    *NAME_OF_UNIT,
                    *address(post_code_from_one),
                    one("ReplyTo", BOOLEAN, note="ORL = true, ORN = false"),
                    v=original,
                ),
            )
            if original
            else ()
        ),
        one("Receiver", EAN, *identifier, maybe("OrganisationName", text(1, 35)), *NAME_OF_UNIT),
        maybe("CCReceiver", *identifier, copy_name or maybe("OrganisationName", text(1, 35)), *NAME_OF_UNIT),
        _payer(since_2006),
        maybe("Collector", *identifier, ORGANISATION, *NAME_OF_UNIT, PHYSICIAN),
    )


def _payer(since_2006: str) -> Part:
    before = "".join(mark for mark in "ABCD" if mark not in since_2006)
    newer = (
        one("PayersTypeCode", words(*PAYERS), v=since_2006),
        maybe("Identifier", text(1, 17), v=since_2006),
        maybe("IdentifierCode", words("amt", "lokationsnummer"), v=since_2006),
        maybe("OrganisationName", text(1, 35), v=since_2006),
        maybe("OrderIdentifier", text(1, 35), v=since_2006),
        maybe("AccountIdentifier", text(1, 35), v=since_2006),
    )
    return maybe(
        "Payer",
        one("PayersTypeCode", words(*PAYERS_2005), v=before),
        maybe("Identifier", text(1, 17), v=before),
        maybe("IdentifierCode", words("amt"), v=before),
        one("OrganisationName", text(1, 35), v=before),
        *(newer if since_2006 else ()),
    )


def patient(post_code_from_one: str = "") -> Part:
    """The patient, with an address and a refused or given consent."""
    return one(
        "Patient",
        PERSON_IDENTIFIER,
        *PERSON_NAME,
        *address(post_code_from_one),
        maybe("TelephoneSubscriberIdentifier", text(1, 25)),
        maybe("Consent", CONSENT_GIVEN),
    )


def coded_question(*code_types: str, more: tuple[Word, ...] = ()) -> Part:
    """A question that is asked by its code."""
    return one(
        "Question",
        one("Code", text(1, 17)),
        one("CodeType", words(*code_types)),
        one("CodeResponsible", text(1, 3)),
        one("CodeText", text(1, 35)),
        *more,
    )


ANSWERS = (
    one("Text", text(1, 70)),
    one("Numerical", decimal(17)),
    one("DiagnoseCode", text(1, 17)),
    one("DateTime", *DATE_TIME),
)
ANSWER = one("Answer", either(*ANSWERS))
ANSWER_WITH_LOGICAL = one("Answer", either(*ANSWERS, one("Logical", BOOLEAN)))


# --- EDIFACT -------------------------------------------------------------------------------------------------------

HEAD = (line("BGM+LRE++9+NA", lenient=True), line("DTM+137:{Letter/Authorisation|minute}:203"))
MESSAGE = ("MEDREQ", "D", "93A", "UN")


def requester_line(role: str) -> Line:
    """NAD of one who asks: `_` stands for a missing department also where no unit follows."""
    return line(
        f"NAD+{role}+{{Identifier}}:{{~table}}:{{~agency}}++{{OrganisationName|name}}:{{DepartmentName|name}}:{{UnitName}}:::US"
    )


def receiver_line(role: str) -> Line:
    """NAD of one who receives: `_` stands for a missing organisation alone."""
    return line(
        f"NAD+{role}+{{Identifier}}:{{~table}}:{{~agency}}++{{OrganisationName|name}}:{{DepartmentName}}:{{UnitName}}:::US"
    )


def requester(role: str, code: str, v: str = "", says: tuple[str, str] | None = None) -> Group:
    """The sender of a request."""
    return group(
        "S01",
        requester_line(role),
        PARTY_KIND,
        ADDRESS_LINE,
        line("COM+{TelephoneSubscriberIdentifier}:WTE"),
        SEQUENCE,
        line(f"SPR+ORG+{{MedicalSpecialityCode|speciality}}:SKS:SST+{code}:SKS:SST", always=True),
        target="Sender",
        key=f"NAD+{role}",
        v=v,
        says=says,
    )


RECEIVER = group("S01", receiver_line("SLA"), PARTY_KIND, SEQUENCE, target="Receiver", key="NAD+SLA")
COPY_RECEIVER = group(
    "S01", receiver_line("CCR"), PARTY_KIND, SEQUENCE, target="CCReceiver", key="NAD+CCR", when="CCReceiver"
)


def original_requester(v: str) -> tuple[Group, ...]:
    """Who asked first: ORL is answered, ORN is not."""
    return tuple(
        group(
            "S01",
            requester_line(role),
            PARTY_KIND,
            ADDRESS_LINE,
            SEQUENCE,
            target="OriginalRequester",
            key=f"NAD+{role}",
            when="OriginalRequester",
            says=("ReplyTo", answer),
            v=v,
        )
        for role, answer in (("ORL", "true"), ("ORN", "false"))
    )


PHYSICIAN_GROUP = group(
    "S01",
    line("NAD+BV+++{Sender/Physician/PersonInitials}:::::US"),
    line("RFF+AHL:1"),
    SEQUENCE,
    key="NAD+BV",
    when="Sender/Physician",
)


def _read_payer(codes: dict[str, str], _value: Callable[[str], str | None]) -> list[tuple[str, str]] | str:
    table, agency = codes.get("~table", ""), codes.get("~agency", "")
    if table == "AMT":
        return [("IdentifierCode", "amt")]
    if not table and agency == "9":
        return [("IdentifierCode", "lokationsnummer")]
    return "unknown-code" if table or agency else []


def _payer_writer(agency_of_amt: str) -> Callable[[Element], dict[str, str]]:
    said = {"amt": ("AMT", agency_of_amt), "lokationsnummer": ("", "9")}

    def write(payer: Element) -> dict[str, str]:
        table, agency = said.get(payer.text("IdentifierCode") or "", ("", ""))
        return {"~table": table, "~agency": agency}

    return write


def payer_group(before: str, since_2006: str) -> Group:
    """Who pays; the kind of payer stands in FCA of S02."""
    names = ("~table", "~agency")
    newer: tuple[Item, ...] = (
        line(
            "NAD+PAY+{Identifier}:{~table}:{~agency}++{OrganisationName}:{OrderIdentifier}:{AccountIdentifier}:::US",
            since_2006,
            always=True,
        ),
        Derived(_read_payer, _payer_writer("SFU"), names, "IdentifierCode", since_2006),
    )
    return group(
        "S01",
        line("NAD+PAY+{Identifier}:{~table}:{~agency}++{OrganisationName|name}:::::US", before, always=True),
        Derived(_read_payer, _payer_writer("IM"), names, "IdentifierCode", before),
        *(newer if since_2006 else ()),
        SEQUENCE,
        target="Payer",
        key="NAD+PAY",
        when="Payer",
    )


PATIENT_ADDRESS = group(
    "S05",
    line("ADR+PO+US:{StreetName}:{SuburbName}+{DistrictName}+{PostCodeIdentifier}", lenient=True),
    line("COM+{TelephoneSubscriberIdentifier}:HTE"),
    target="Patient",
)
PATIENT = group(
    "S06",
    line("PNA+PAT+[{CivilRegistrationNumber}:::CPR:IM]+++[SU:{PersonSurnameName}]+[FO:{PersonGivenName}]"),
    line("RFF+XPI:{AlternativeIdentifier}"),
    Presence("HAN+CDS", "Consent/Given", present="false", absent="true"),
    target="Patient",
    key="PNA+PAT",
)
FCA = line("FCA+{Payer/PayersTypeCode|payer}")
GIS = line("GIS+N", lenient=True)
COMMENTS = Texts((("RRO", "RequisitionInformation/Comments"),))
COPY_TO = Texts((("KOP", "RequisitionInformation/CarbonCopyReceiver"),), joined=False, plain=True)
SAMPLING_PLACE = line("SPC+SCI+{RequisitionInformation/SamplingLocationCode|sampling_place}")
TUBES = line("PAC+{RequisitionInformation/NumberOfTestTubes}")
CLINICAL = group("S09", Texts((("CO", "RequisitionInformation/ClinicalInformation"),)))


def question_line(v: str = "") -> Line:
    """A question that is asked by its code."""
    return line(
        "INV+IN+{Question/Code}:{Question/CodeType|question_code_type}:{Question/CodeResponsible}:{Question/CodeText}",
        v,
    )


TEXT_ANSWER = line("RSL+TV+:::::{Answer/Text}")
TIME_ANSWER = line("DTM+CDV:{Answer/DateTime|minute}:203", lenient=True)
# EDIFACT says who takes the sample, not whether the time is one that was or one that is wished for.
KIND_OF_TIME = Follows(
    "RequisitionInformation/SamplingDateTimeType",
    "RequisitionInformation/SamplingLocationCode",
    {"rekvirenten": ACTUAL, "laboratoriet": WANTED, "patienten": WANTED, "laboratoriet_eksternt": WANTED},
)
# The one time of S02 in REQ02 and REQ03 (facts: req02.md, c).
ASKED_WHEN_SAMPLED = Follows("RequisitionInformation/RequisitionDateTime", "RequisitionInformation/SamplingDateTime")


def read_nothing(_codes: dict[str, str], _value: Callable[[str], str | None]) -> list[tuple[str, str]]:
    """For codes that only repeat what is said elsewhere."""
    return []


def other_number(codes: dict[str, str], value: Callable[[str], str | None]) -> str | None:
    """The requester's number stands with the requisition and with the sample: it must be the same."""
    again, first = codes.get("~sample"), value("RequisitionInformation/Sample/RequesterSampleIdentifier")
    return "sample-numbers-differ" if again and first and again != first else None
