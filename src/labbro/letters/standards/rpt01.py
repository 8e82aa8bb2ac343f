"""RPT01 / XRPT01: LaboratoryReport (laboratoriesvar) and DiabeticFootStatus (facts: rpt01.md).

Versions: A XR0130K of 2005/08/07, B XR0130K of 2007/02/01, C XR0131K of 2014/10/08, F XR0130F (foot status).
"""

from __future__ import annotations

from collections.abc import Callable

from labbro.letters import tables
from labbro.letters.form import Derived, Form, Presence, References, Texts, group, line
from labbro.letters.grammar import BREAKABLE, FORMATTED, either, many, maybe, one, together
from labbro.letters.meaning import put_into
from labbro.letters.parts import (
    ADDRESS,
    ADDRESS_LINE,
    CONSENT_GIVEN,
    DATE_TIME,
    EAN,
    INTERVAL,
    NAME_OF_UNIT,
    PARTY_KIND,
    PERSON_IDENTIFIER,
    PERSON_NAME,
    SEQUENCE,
    party_identifier,
    party_line,
    reference,
    speciality,
    speciality_respelt,
    status_codes,
    status_word,
)
from labbro.letters.remarks import NOT_YET
from labbro.letters.report_view import report_sections
from labbro.letters.result_rules import REPORT_RULES
from labbro.letters.standard import Standard, Version
from labbro.letters.tree import Element
from labbro.letters.values import constant, matching, text, whole, words

YEARS = {"A": 2005, "B": 2007, "CF": 2014}

IDENTIFIER = party_identifier(plain="ACF", with_amt="B", local="BCF")

TREE = (
    one(
        "Letter",
        one("Identifier", text(1, 14)),
        one("VersionCode", constant("XR0130K"), v="AB"),
        one("VersionCode", constant("XR0131K"), v="C"),
        one("VersionCode", constant("XR0130F"), v="F"),
        one("StatisticalCode", text(1, 8)),
        one("Authorisation", *DATE_TIME),
        one("TypeCode", constant("XRPT01")),
    ),
    one(
        "Sender",
        EAN,
        *IDENTIFIER,
        one("OrganisationName", text(1, 35)),
        *NAME_OF_UNIT,
        *speciality(YEARS),
        one("FromLabIdentifier", text(1, 3), v="C"),
    ),
    one(
        "Receiver",
        EAN,
        *IDENTIFIER,
        maybe("OrganisationName", text(1, 35)),
        *NAME_OF_UNIT,
        *ADDRESS,
        maybe("Physician", one("PersonInitials", text(1, 17)), v="ABC"),
    ),
    maybe("CCReceiver", *IDENTIFIER, maybe("OrganisationName", text(1, 35)), *NAME_OF_UNIT, v="ABC"),
    one("Patient", PERSON_IDENTIFIER, *PERSON_NAME, maybe("Consent", CONSENT_GIVEN, v="C")),
    one(
        "RequisitionInformation",
        maybe("Comments", BREAKABLE, note="RekvKomm"),
        one(
            "Sample",
            one("LaboratoryInternalSampleIdentifier", text(1, 20), v="ABC"),
            one("LaboratoryInternalSampleIdentifier", text(1, 35), v="F"),
            maybe("RequesterSampleIdentifier", text(1, 15), v="ABC"),
            one("SamplingDateTime", *DATE_TIME),
            maybe("Volume", matching("[0-9]{1,15}"), v="ABC"),
            maybe("UnitOfVolume", text(1, 17), v="ABC"),
            maybe("SamplingInterval", *INTERVAL, v="ABC"),
        ),
    ),
    one(
        "LaboratoryResults",
        one(
            "GeneralResultInformation",
            one("ReportStatusCode", words("del_svar", "komplet_svar", "modtaget"), v="C"),
            one("LaboratoryInternalProductionIdentifier", text(1, 35)),
            one("ResultsDateTime", *DATE_TIME),
        ),
        many(
            "Result",
            1,
            99,
            one("ResultStatusCode", words(*tables.RESULT_STATUS)),
            one(
                "Analysis",
                one("AnalysisCode", text(1, 8), v="ACF"),
                one("AnalysisCode", text(1, 17), v="B"),
                one("AnalysisCodeType", words("iupac", "lokal"), v="A"),
                one("AnalysisCodeType", words("iupac", "mds", "lokal"), v="BCF"),
                one("AnalysisCodeResponsible", text(1, 3)),
                maybe("AnalysisShortName", text(1, 35)),
                one("AnalysisCompleteName", BREAKABLE),
                together(
                    one(
                        "RequisitionGroup",
                        one("Identifier", text(1, 8)),
                        one("IdentifierResponsible", text(1, 3)),
                        one("Name", text(1, 70)),
                    ),
                    one("Order", whole(1, 999)),
                    v="ABC",
                ),
            ),
            maybe("ProducerOfLabResult", text(1, 35), v="A"),
            one("ProducerOfLabResult", one("Identifier", text(1, 35)), one("IdentifierCode", text(1, 3)), v="BCF"),
            maybe(
                "ReferenceInterval",
                together(
                    one("TypeOfInterval", words("fysiologisk", "terapeutisk", "uspecificeret")),
                    maybe("LowerLimit", text(1, 12)),
                    maybe("UpperLimit", text(1, 12)),
                ),
                maybe("IntervalText", text(1, 70)),
                v="ABC",
            ),
            one("ResultType", words("numerisk", "alfanumerisk")),
            maybe("Operator", words("mindre_end", "stoerre_end")),
            one("Value", text(1, 12)),
            maybe("Unit", text(1, 12), v="A"),
            maybe("Unit", text(1, 16), v="BCF"),
            maybe("ResultValidation", words("for_hoej", "for_lav", "unormal")),
            either(one("ResultTextValue", FORMATTED), one("ResultComments", FORMATTED), low=0, high=20, v="ABC"),
            many("ResultComments", 0, 100, FORMATTED, v="F"),
            many("Reference", 0, 10, *reference(YEARS)),
            maybe("ToLabIdentifier", text(1, 3), v="C"),
        ),
    ),
)


def _read_status(codes: dict[str, str], value: Callable[[str], str | None]) -> list[tuple[str, str]] | str:
    # Only RPT01 reads M + MR, as another way to say that a result is corrected.
    corrected = codes.get("~gis") == "M" and codes.get("~sts") == "MR"
    word = "svar_rettet" if corrected else status_word(codes, value("Value") == NOT_YET)
    return [("ResultStatusCode", word)] if word else "unknown-code"


def _write_status(result: Element) -> dict[str, str]:
    status = result.text("ResultStatusCode")
    return status_codes(status) | ({"Value": NOT_YET} if status == "proeve_modtaget" else {})


def _unsaid_status(result: Element) -> list[tuple[str, str]]:
    """EDIFACT tells 'sample received' from 'preliminary' by the value alone."""
    status, value = result.text("ResultStatusCode"), result.text("Value") or ""
    if status == "proeve_modtaget" and value != NOT_YET:
        return [("Value", value)]
    if status == "svar_midlertidigt" and value == NOT_YET:
        return [("ResultStatusCode", "svar_midlertidigt")]
    return []


RESULT = (
    line("GIS+{~gis}"),
    line(
        "INV+MQ+{Analysis/AnalysisCode}:{Analysis/AnalysisCodeType|analysis_code_type}:{Analysis/AnalysisCodeResponsible}:{Analysis/AnalysisShortName}",
        lenient=True,
    ),
    line("RSL+{ResultType|result_type}+{Value}:{Operator|operator}++:::{Unit}+{ResultValidation|validation}"),
    line("STS++{~sts}"),
    Derived(_read_status, _write_status, ("~gis", "~sts"), "ResultStatusCode", unsaid=_unsaid_status),
    Texts((("ACM", "Analysis/AnalysisCompleteName"),)),
    Texts((("RIT", "ResultTextValue"), ("SPC", "ResultComments")), joined=False, styled=True, most=20, versions="ABC"),
    Texts((("SPC", "ResultComments"),), joined=False, styled=True, most=100, versions="F"),
    References(),
    line("RFF+AHI:{ToLabIdentifier}", "C"),
    line("REL+PRF+POR:::{ProducerOfLabResult}", "A", lenient=True),
    line("REL+PRF+POR:91:{ProducerOfLabResult/IdentifierCode}:{ProducerOfLabResult/Identifier}", "BCF", lenient=True),
    group(
        "S20",
        line(
            "RND+{ReferenceInterval/TypeOfInterval|interval_type}+{ReferenceInterval/LowerLimit}+{ReferenceInterval/UpperLimit}"
        ),
        Texts((("UCI", "ReferenceInterval/IntervalText"),), plain=True, style="F00"),
        when="ReferenceInterval",
        makes="ReferenceInterval",
        v="ABC",
    ),
)

FORM = Form(
    message=("MEDRPT", "D", "93A", "UN"),
    code="RPT01",
    transparent=("S19",),
    items=(
        line("BGM+LRP++9+NA"),
        line("DTM+137:{Letter/Authorisation|minute}:203"),
        group(
            "S01",
            party_line("SLA"),
            PARTY_KIND,
            line("RFF+AHI:{FromLabIdentifier}", "C"),
            SEQUENCE,
            line("SPR+ORG+{MedicalSpecialityCode|speciality}:SKS:SST+RPT01:SKS:SST", always=True),
            target="Sender",
            key="NAD+SLA",
        ),
        group("S01", party_line("PO"), PARTY_KIND, ADDRESS_LINE, SEQUENCE, target="Receiver", key="NAD+PO"),
        group(
            "S01",
            party_line("CCR"),
            PARTY_KIND,
            SEQUENCE,
            target="CCReceiver",
            key="NAD+CCR",
            when="CCReceiver",
            v="ABC",
        ),
        group(
            "S01",
            line("NAD+BV+++{Receiver/Physician/PersonInitials}:::::US"),
            line("RFF+AHL:2"),
            SEQUENCE,
            key="NAD+BV RFF+AHL:2",
            when="Receiver/Physician",
            v="ABC",
        ),
        group(
            "S02",
            line("GIS+N"),
            line("RFF+SRI:{LaboratoryResults/GeneralResultInformation/LaboratoryInternalProductionIdentifier}"),
            line("STS++{LaboratoryResults/GeneralResultInformation/ReportStatusCode|report_status}", "C"),
            line("STS++K", "ABF"),
            line("DTM+ISR:{LaboratoryResults/GeneralResultInformation/ResultsDateTime|minute}:203"),
            Texts((("SPC", "RequisitionInformation/Comments"),), most=11),
        ),
        group(
            "S04",
            line("RFF+ROI:{RequesterSampleIdentifier}", "ABC"),
            line("RFF+SOI:{LaboratoryInternalSampleIdentifier}"),
            line("DTM+4:{SamplingDateTime|minute}:203"),
            target="RequisitionInformation/Sample",
        ),
        group("S06"),
        group(
            "S07",
            line("PNA+PAT+[{CivilRegistrationNumber}:::CPR:IM]+++[SU:{PersonSurnameName}]+[FO:{PersonGivenName}]"),
            line("RFF+XPI:{AlternativeIdentifier}"),
            Presence("HAN+CDS", "Consent/Given", present="false", absent="true", versions="C"),
            target="Patient",
        ),
        group(
            "S16",
            line("SPC+SCI+ATT"),
            line("QTY+SVO:{Volume}+{UnitOfVolume}", "ABC"),
            line("DTM+SCS:{SamplingInterval/StartDateTime|minute}:203", "ABC"),
            line("DTM+SCE:{SamplingInterval/EndDateTime|minute}:203", "ABC"),
            target="RequisitionInformation/Sample",
        ),
        group("S18", *RESULT, target="LaboratoryResults/Result", opens="GIS", repeated=True, after="S16 S20"),
    ),
)

# EDIFACT has the producer's text of 2005 and the later Identifier in one place; the code is another matter.
MOVES = (speciality_respelt("AB"), put_into("LaboratoryResults/Result/ProducerOfLabResult", "A", "Identifier"))

STANDARD = Standard(
    name="RPT01",
    type_code="XRPT01",
    danish="Laboratoriesvar",
    english="Laboratory report",
    kind="report",
    versions=(
        Version("XR0130K/2005", "A", "XR0130K", "2005/08/07", "LaboratoryReport", from_edifact=False),
        Version("XR0130K", "B", "XR0130K", "2007/02/01", "LaboratoryReport"),
        Version("XR0131K", "C", "XR0131K", "2014/10/08", "LaboratoryReport", newest=True),
        Version("XR0130F", "F", "XR0130F", "2014/10/08", "DiabeticFootStatus", newest=True),
    ),
    tree=TREE,
    form=FORM,
    rules=REPORT_RULES,
    sections=report_sections,
    moves=MOVES,
)
