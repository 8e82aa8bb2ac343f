"""RPT02 / XRPT02: MicrobiologyReport (mikrobiologisvar; facts: rpt02.md).

Versions: A XR0230M of 2005/08/07, B XR0230M of 2007/02/01, C XR0231M of 2014/10/08.
"""

from __future__ import annotations

from collections.abc import Callable

from labbro.letters import susceptibility_form as hidden
from labbro.letters import tables
from labbro.letters.form import Derived, Form, Group, Item, Presence, References, Texts, group, line
from labbro.letters.grammar import BREAKABLE, many, maybe, one
from labbro.letters.meaning import put_into
from labbro.letters.microbiology_parts import (
    EXAMINATION_TYPES,
    MDS_NAME,
    PHYSICIAN,
    REPORT_STATE_RENAMED,
    RESULT_STATE,
    SAMPLE,
    VALIDATION,
    interval,
)
from labbro.letters.microbiology_report_view import report_sections
from labbro.letters.microbiology_rules import REPORT_RULES
from labbro.letters.parts import (
    ADDRESS,
    ADDRESS_LINE,
    CONSENT_GIVEN,
    DATE_TIME,
    EAN,
    EMPTY_ADDRESS_GROUP,
    NAME_OF_UNIT,
    PARTY_KIND,
    PERSON_IDENTIFIER,
    PERSON_NAME,
    SEQUENCE,
    by_year,
    party_identifier,
    party_line,
    reference,
    speciality_respelt,
    status_codes,
    status_word,
)
from labbro.letters.remarks import NOT_YET
from labbro.letters.standard import Standard, Version
from labbro.letters.tree import Element
from labbro.letters.values import constant, text, whole, words

YEARS = {"A": 2005, "B": 2007, "C": 2014}

IDENTIFIER = party_identifier(plain="AC", with_amt="B", local="")
HEADLINE = one("Headline", text(1, 35))
TEXT = one("Comments", BREAKABLE, note="Svartekst")

RESULT_TREE = many(
    "Result",
    1,
    5,
    one("ResultStatusCode", words(*tables.RESULT_STATUS)),
    one(
        "Analysis",
        one("ExaminationTypeCode", words(*EXAMINATION_TYPES)),
        one("MICAnalysisCode", text(1, 17), note="LabKode"),
        one("AnalysisCodeType", words("iupac", "lokal"), v="A", note="KODETABEL"),
        one("AnalysisCodeType", words("iupac", "mds", "lokal"), v="BC", note="KODETABEL"),
        one("AnalysisCodeResponsible", text(1, 3), note="LabOrg"),
        maybe("AnalysisShortName", text(1, 35), note="KortNavn"),
        MDS_NAME,
    ),
    maybe("ProducerOfLabResult", text(1, 35), v="A"),
    one("ProducerOfLabResult", one("Identifier", text(1, 35)), one("IdentifierCode", text(1, 3)), v="BC"),
    interval(12),
    one("ResultType", words("alfanumerisk"), note="AV"),
    maybe("Operator", words(*tables.OPERATOR), note="STOREND"),
    one("Value", text(1, 12), note="Resultat"),
    maybe("Unit", text(1, 16), note="Enhed"),
    VALIDATION,
    maybe("ResultComments", BREAKABLE, note="AnalyseKomm"),
    many("Reference", 0, 10, *reference(YEARS)),
    maybe("ToLabIdentifier", text(1, 3), v="C"),
)

PATTERN = maybe(
    "Pattern",
    HEADLINE,
    many(
        "Antibiotic",
        1,
        80,
        maybe("ATCCode", text(1, 17), note="Konverteres ikke til edifact"),
        maybe("ATCCodeResponsible", text(1, 3), note="Konverteres ikke til edifact"),
        one("Name", text(1, 35), v="A", note="AntibiotikaNavn"),
        one("Name", text(1, 16), v="BC", note="AntibiotikaNavn"),
        note="(Rækker i Pattern)",
    ),
    many(
        "PatternEntry",
        1,
        80,
        one("RefMicroorganism", whole(1, 8), note="(KolonneNr.)"),
        one("RefAntibiotic", whole(1, 20), v="A", note="(RækkeNr.)"),
        one("RefAntibiotic", whole(1, 80), v="BC", note="(RækkeNr.)"),
        one("Sensitivity", text(1, 8), note="Resistenskode"),
    ),
    one("SensitivityInterpretation", BREAKABLE, note="Følsomhed"),
    note="(resistensmønster)",
)

TREE = (
    one(
        "Letter",
        one("Identifier", text(1, 14)),
        one("VersionCode", constant("XR0230M"), v="AB"),
        one("VersionCode", constant("XR0231M"), v="C"),
        one("StatisticalCode", text(1, 8)),
        one("Authorisation", *DATE_TIME),
        one("TypeCode", constant("XRPT02")),
    ),
    one(
        "Sender",
        EAN,
        *IDENTIFIER,
        one("OrganisationName", text(1, 35)),
        *NAME_OF_UNIT,
        *by_year(YEARS, lambda year, v: one("MedicalSpecialityCode", words(*tables.speciality_words(year)), v=v)),
        one("FromLabIdentifier", text(1, 3), v="C"),
    ),
    one("Receiver", EAN, *IDENTIFIER, maybe("OrganisationName", text(1, 35)), *NAME_OF_UNIT, *ADDRESS, PHYSICIAN),
    maybe("CCReceiver", *IDENTIFIER, maybe("OrganisationName", text(1, 35)), *NAME_OF_UNIT),
    one("Patient", PERSON_IDENTIFIER, *PERSON_NAME, maybe("Consent", CONSENT_GIVEN, v="C")),
    one(
        "RequisitionInformation",
        maybe("ClinicalInformation", BREAKABLE),
        maybe("Comments", BREAKABLE, note="RekvKomm"),
        SAMPLE,
    ),
    one(
        "LaboratoryResults",
        one(
            "GeneralResultInformation",
            one("ReportStatusCode", words("del_svar", "komplet_svar", "modtaget"), v="C"),
            one("LaboratoryInternalProductionIdentifier", text(1, 20), note="LabprodProvnr"),
            one("ResultsDateTime", *DATE_TIME, note="SvarTid"),
            maybe("Headline", text(1, 35), note="OE+Kommentar"),
            maybe("Comment", BREAKABLE, note="OE+Kommentar FTX"),
            one("ResultStatus", words(*RESULT_STATE), v="AB", note="STATUS"),
        ),
        RESULT_TREE,
        maybe("MicroscopicFindings", HEADLINE, TEXT),
        maybe("CultureWithoutFindings", HEADLINE, TEXT),
        maybe(
            "CultureWithFindings",
            HEADLINE,
            many(
                "Microorganism",
                1,
                8,
                maybe("ATCCCode", text(1, 17)),
                maybe("ATCCCodeResponsible", text(1, 3)),
                one("Name", text(1, 35), note="Baktnavn1"),
                one("GrowthValue", text(1, 70), note="Vaekstgradtekst"),
                maybe("SpeciesComment", text(1, 70), note="Multiresistent"),
                note="(Kolonner i Pattern hvis medsendt)",
            ),
            maybe("Comments", BREAKABLE, note="Kommtekstfund"),
            PATTERN,
        ),
    ),
)


# --- EDIFACT -------------------------------------------------------------------------------------------------------


def _read_status(codes: dict[str, str], value: Callable[[str], str | None]) -> list[tuple[str, str]] | str:
    # The public converter looks for the stars in the code of the analysis; both places are taken.
    word = status_word(codes, NOT_YET in {value("Value"), value("Analysis/MICAnalysisCode")})
    return [("ResultStatusCode", word)] if word else "unknown-code"


def _has_stars(result: Element) -> bool:
    return NOT_YET in {result.text("Value"), result.text("Analysis/MICAnalysisCode")}


def _write_status(result: Element) -> dict[str, str]:
    status = result.text("ResultStatusCode")
    starred = status == "proeve_modtaget" and not _has_stars(result)
    return status_codes(status) | ({"Value": NOT_YET} if starred else {})


def _unsaid_status(result: Element) -> list[tuple[str, str]]:
    """EDIFACT tells 'sample received' from 'preliminary' by the stars alone."""
    status = result.text("ResultStatusCode")
    if status == "proeve_modtaget" and not _has_stars(result):
        return [("Value", result.text("Value") or "")]
    if status == "svar_midlertidigt" and _has_stars(result):
        return [("ResultStatusCode", "svar_midlertidigt")]
    return []


def _unsaid_entries(results: Element) -> list[tuple[str, str]]:
    """Entries of the table that point at no isolate or antibiotic, or tell a cell once more."""
    pattern = results.find("CultureWithFindings/Pattern")
    if pattern is None:
        return []
    isolates = sum(1 for _ in results.all("CultureWithFindings/Microorganism"))
    antibiotics = sum(1 for _ in pattern.all("Antibiotic"))
    unsaid: list[tuple[str, str]] = []
    seen: set[tuple[int, int]] = set()
    for number, entry in enumerate(pattern.all("PatternEntry"), 1):
        cell = (int(entry.text("RefMicroorganism") or "0"), int(entry.text("RefAntibiotic") or "0"))
        if cell in seen or cell[0] > isolates or cell[1] > antibiotics:
            path = f"CultureWithFindings/Pattern/PatternEntry[{number}]"
            unsaid.append((path, ":".join(part.value for part in entry.children)))
        seen.add(cell)
    return unsaid


CONCLUSION_AT = "GeneralResultInformation/Headline"


def _write_headline(results: Element) -> dict[str, str]:
    """The conclusion's own headline, where its place tells what it is; elsewhere the constant must tell."""
    own = results.text(CONCLUSION_AT)
    told_by_place = results.find("CultureWithFindings") is not None
    return {} if told_by_place and own else {CONCLUSION_AT: hidden.CONCLUSION_HEADLINE}


def _unsaid_headline(root: Element) -> list[tuple[str, str]]:
    """A headline without a comment has no group; a comment without a headline gets the constant."""
    results = root.find("LaboratoryResults")
    if results is None:
        return []
    own = results.text(CONCLUSION_AT)
    has_comment = results.find("GeneralResultInformation/Comment") is not None
    said = _write_headline(results).get(CONCLUSION_AT, own) if has_comment else None
    return [] if own == said else [(f"LaboratoryResults/{CONCLUSION_AT}", own or "(empty)")]


RESULT = (
    line("GIS+{~gis}"),
    line(
        "INV+{Analysis/ExaminationTypeCode|examination_type}+{Analysis/MICAnalysisCode}:{Analysis/AnalysisCodeType|analysis_code_type}:{Analysis/AnalysisCodeResponsible}:{Analysis/AnalysisShortName}"
    ),
    line("SEQ++{~sequence}"),
    line("RSL+{ResultType|result_type}+{Value}:{Operator|operator_rpt02}++:::{Unit}+{ResultValidation|validation}"),
    line("STS++{~sts}"),
    Derived(_read_status, _write_status, ("~gis", "~sts"), "ResultStatusCode", unsaid=_unsaid_status),
    line(
        "FTX+ACM+P00++{Analysis/AnalysisMDSName/Examination}:{Analysis/AnalysisMDSName/Material}:{Analysis/AnalysisMDSName/Location}"
    ),
    Texts((("SPC", "ResultComments"),), most=1),
    References(),
    line("RFF+AHI:{ToLabIdentifier}", "C"),
    line("REL+PRF+POR:::{ProducerOfLabResult}", "A", lenient=True),
    line("REL+PRF+POR:91:{ProducerOfLabResult/IdentifierCode}:{ProducerOfLabResult/Identifier}", "BC", lenient=True),
    group(
        "S20",
        line(
            "RND+{ReferenceInterval/TypeOfInterval|interval_type}+{ReferenceInterval/LowerLimit}+{ReferenceInterval/UpperLimit}"
        ),
        Texts((("UCI", "ReferenceInterval/IntervalText"),), plain=True, style="F00"),
        when="ReferenceInterval",
        makes="ReferenceInterval",
    ),
)

GIS = line("GIS+N", lenient=True)
NUMBER = line("SEQ++{~sequence}")
CULTURE = "LaboratoryResults/CultureWithFindings"


def _hidden(key: str, *items: Item, target: str = "LaboratoryResults", when: str = "", repeated: bool = False) -> Group:
    """A hidden group without STS; what it is, its place tells."""
    return group("S18", *items, target=target, key=key, opens="GIS", when=when, repeated=repeated, after="S16 S20")


FINDINGS = (
    _hidden(
        hidden.MICROSCOPY,
        GIS,
        line("INV+OE+:::{MicroscopicFindings/Headline}"),
        NUMBER,
        Texts((("RIT", "MicroscopicFindings/Comments"),), most=9, style="F00"),
        when="LaboratoryResults/MicroscopicFindings",
    ),
    _hidden(
        hidden.NEGATIVE,
        GIS,
        line("INV+OE+:::{CultureWithoutFindings/Headline}"),
        NUMBER,
        Texts((("RIT", "CultureWithoutFindings/Comments"),), most=1, style="F00"),
        when="LaboratoryResults/CultureWithoutFindings",
    ),
    _hidden(hidden.CULTURE, GIS, line("INV+OE+:::{CultureWithFindings/Headline}"), NUMBER, when=CULTURE),
    _hidden(
        hidden.ISOLATE,
        GIS,
        line("INV+MQ+:::{Name}", lenient=True),
        NUMBER,
        line("RSL+TV+:::::{GrowthValue}"),
        Texts((("SPC", "SpeciesComment"),), plain=True, style="F00"),
        target=f"{CULTURE}/Microorganism",
        repeated=True,
    ),
    _hidden(
        hidden.NOTE,
        GIS,
        line("INV+NR"),
        NUMBER,
        Texts((("SPC", "CultureWithFindings/Comments"),), most=2),
        when=f"{CULTURE}/Comments",
    ),
    _hidden(
        hidden.TABLE,
        GIS,
        line("INV+OE+:::{CultureWithFindings/Pattern/Headline}", lenient=True),
        NUMBER,
        line("RSL+SB+2"),
        Derived(lambda _codes, _value: [], lambda _results: {}, (), "", unsaid=_unsaid_entries),
        when=f"{CULTURE}/Pattern",
    ),
    _hidden(hidden.ANTIBIOTIC, GIS, line("INV+CO+:::{Name}"), target=f"{CULTURE}/Pattern/Antibiotic", repeated=True),
    _hidden(
        hidden.ENTRY,
        line("RSL+AV+{RefMicroorganism}:{RefAntibiotic}:{Sensitivity}"),
        target=f"{CULTURE}/Pattern/PatternEntry",
        repeated=True,
    ),
    _hidden(
        hidden.INTERPRETATION,
        GIS,
        line(f"INV+OE+:::{hidden.INTERPRETATION_HEADLINE}"),
        NUMBER,
        Texts((("RIT", "CultureWithFindings/Pattern/SensitivityInterpretation"),), most=1),
        when=f"{CULTURE}/Pattern",
    ),
    _hidden(
        hidden.CONCLUSION,
        GIS,
        line("INV+OE+:::{GeneralResultInformation/Headline}"),
        NUMBER,
        Texts((("RIT", "GeneralResultInformation/Comment"),), most=2),
        Derived(lambda _codes, _value: [], _write_headline, (), ""),
        when="LaboratoryResults/GeneralResultInformation/Comment",
    ),
)

FORM = Form(
    message=("MEDRPT", "D", "93A", "UN"),
    code="RPT02",
    transparent=("S19",),
    arrangement=hidden.ARRANGEMENT,
    items=(
        line("BGM+LRP++9+NA"),
        line("DTM+137:{Letter/Authorisation|minute}:203"),
        group(
            "S01",
            party_line("SLA"),
            PARTY_KIND,
            line("RFF+AHI:{FromLabIdentifier}", "C"),
            SEQUENCE,
            line("SPR+ORG+{MedicalSpecialityCode|speciality}:SKS:SST+RPT02:SKS:SST", always=True),
            target="Sender",
            key="NAD+SLA",
        ),
        group("S01", party_line("PO"), PARTY_KIND, ADDRESS_LINE, SEQUENCE, target="Receiver", key="NAD+PO"),
        group("S01", party_line("CCR"), PARTY_KIND, SEQUENCE, target="CCReceiver", key="NAD+CCR", when="CCReceiver"),
        group(
            "S01",
            line("NAD+BV+++{Receiver/Physician/PersonInitials}:::::US"),
            line("RFF+AHL:2"),
            SEQUENCE,
            key="NAD+BV RFF+AHL:2",
            when="Receiver/Physician",
        ),
        group(
            "S02",
            line("GIS+N"),
            line("RFF+SRI:{LaboratoryResults/GeneralResultInformation/LaboratoryInternalProductionIdentifier}"),
            line("STS++{LaboratoryResults/GeneralResultInformation/ReportStatusCode|report_status}", "C"),
            line("STS++{LaboratoryResults/GeneralResultInformation/ResultStatus|result_state}", "AB"),
            line("DTM+ISR:{LaboratoryResults/GeneralResultInformation/ResultsDateTime|minute}:203"),
            Texts((("SPC", "RequisitionInformation/Comments"),), most=1),
            Derived(lambda _codes, _value: [], lambda _letter: {}, (), "", unsaid=_unsaid_headline),
        ),
        group(
            "S04",
            line("RFF+ROI:{RequesterSampleIdentifier}"),
            line("RFF+SOI:{LaboratoryInternalSampleIdentifier}"),
            line("DTM+4:{SamplingDateTime|minute}:203"),
            line("DTM+8:{SampleReceivedDateTime|minute}:203"),
            target="RequisitionInformation/Sample",
        ),
        EMPTY_ADDRESS_GROUP,
        group(
            "S07",
            line("PNA+PAT+[{CivilRegistrationNumber}:::CPR:IM]+++[SU:{PersonSurnameName}]+[FO:{PersonGivenName}]"),
            line("RFF+XPI:{AlternativeIdentifier}"),
            Presence("HAN+CDS", "Consent/Given", present="false", absent="true", versions="C"),
            target="Patient",
        ),
        group(
            "S10",
            Texts((("CID", "RequisitionInformation/ClinicalInformation"),), most=3),
            when="RequisitionInformation/ClinicalInformation",
        ),
        group("S16", line("SPC+SCI+ATT")),
        group(
            "S18",
            *RESULT,
            target="LaboratoryResults/Result",
            key=hidden.RESULT,
            opens="GIS",
            repeated=True,
            after="S16 S20",
        ),
        *FINDINGS,
    ),
)

MOVES = (
    speciality_respelt("AB"),
    REPORT_STATE_RENAMED,
    put_into("LaboratoryResults/Result/ProducerOfLabResult", "A", "Identifier"),
)

STANDARD = Standard(
    name="RPT02",
    type_code="XRPT02",
    danish="Mikrobiologisvar",
    english="Microbiology report",
    kind="report",
    versions=(
        Version("XR0230M/2005", "A", "XR0230M", "2005/08/07", "MicrobiologyReport", from_edifact=False),
        Version("XR0230M", "B", "XR0230M", "2007/02/01", "MicrobiologyReport"),
        Version("XR0231M", "C", "XR0231M", "2014/10/08", "MicrobiologyReport", newest=True),
    ),
    tree=TREE,
    form=FORM,
    rules=REPORT_RULES,
    sections=report_sections,
    moves=MOVES,
)
