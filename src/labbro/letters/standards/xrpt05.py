"""XRPT05: MicrobiologyWebReport (mikrobiologisvar, XML only; facts: rpt05.md).

Versions: A XR0530M of 2007/02/01, B XR0531M of 2011/06/15, C XR0532M of 2014/10/08.
"""

from __future__ import annotations

from labbro.letters import tables
from labbro.letters.grammar import Part, many, maybe, one, together
from labbro.letters.microbiology_parts import (
    MEASURED,
    PARAGRAPHS,
    REPORT_STATE_RENAMED,
    RESULT_STATE,
    SAMPLE,
    VALIDATION,
    WEB_RECEIVER,
    coded_text,
    examination,
    interval,
    microscopy,
)
from labbro.letters.microbiology_rules import WEB_REPORT_RULES
from labbro.letters.microbiology_view import web_report_sections
from labbro.letters.parts import (
    CONSENT_GIVEN,
    DATE_TIME,
    EAN,
    NAME_OF_UNIT,
    PERSON_IDENTIFIER,
    PERSON_NAME,
    by_year,
    party_identifier,
    reference,
    speciality_respelt,
)
from labbro.letters.standard import Standard, Version
from labbro.letters.values import constant, text, whole, words

YEARS = {"A": 2007, "B": 2011, "C": 2014}

IDENTIFIER = party_identifier(plain="C", with_amt="AB", local="")
CODING = together(
    one("Code", text(1, 20)), one("CodeType", words("lokal", "mds", "iupac")), one("CodeResponsible", text(1, 20))
)
CODED = coded_text(CODING)
REFERENCES = many("Reference", 0, 10, *reference(YEARS))


def _comments(note: str) -> Part:
    return many("Comments", 0, 10, *CODED, note=note)


FINDINGS = one(
    "Findings",
    one("InterPretation", *CODED),
    interval(8),
    MEASURED,
    VALIDATION,
    REFERENCES,
    _comments("KommtekstTolkning"),
)

QUANTITATIVE = maybe(
    "QuantitativeFindings",
    maybe("InterPretation", *CODED),
    many("AnalysisFindings", 0, 20, one("Analysis", *CODED), FINDINGS),
    _comments("Kommtekstexamination"),
)

PATTERN = maybe(
    "Pattern",
    one("Headline", text(1, 35), note="Antibiotikafølsomhed"),
    many(
        "Antibiotic",
        1,
        80,
        one("AntibioticName", *CODED, note="(Rækker i Pattern)"),
        maybe("SusceptibilityMethod", *CODED),
    ),
    many(
        "PatternEntry",
        1,
        80,
        one("RefMicroorganism", whole(1, 10), note="(KolonneNr.)"),
        one("RefAntibiotic", whole(1, 80), note="(RækkeNr.)"),
        one("Susceptibility", text(1, 8), note="Resistenskode"),
        maybe("SusceptibilityValue", interval(8), MEASURED, REFERENCES, _comments("KommtekstTolkning")),
    ),
    one("SusceptibilityInterpretation", PARAGRAPHS, note="Følsomhed"),
    note="(resistensmønster)",
)

CULTURE = maybe(
    "CultureFindings",
    one("Headline", text(1, 35), note="Dyrkning med fund"),
    many(
        "Microorganism",
        0,
        10,
        one("Identification", *CODED),
        maybe("GrowthValue", *CODED),
        many("SpeciesComment", 0, 10, *CODED, note="Multiresistent"),
        note="(Kolonner i Pattern hvis medsendt)",
    ),
    PATTERN,
    _comments("Kommtekstfund"),
)

TREE = (
    one(
        "Letter",
        one("Identifier", text(1, 14)),
        one("VersionCode", constant("XR0530M"), v="A"),
        one("VersionCode", constant("XR0531M"), v="B"),
        one("VersionCode", constant("XR0532M"), v="C"),
        one("StatisticalCode", text(1, 8)),
        one("Authorisation", *DATE_TIME),
        one("TypeCode", constant("XRPT05")),
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
    WEB_RECEIVER,
    maybe("CCReceiver", *IDENTIFIER, maybe("OrganisationName", text(1, 35)), *NAME_OF_UNIT),
    one("Patient", PERSON_IDENTIFIER, *PERSON_NAME, maybe("Consent", CONSENT_GIVEN, v="C")),
    one("RequisitionInformation", maybe("ClinicalInformation", PARAGRAPHS), _comments("RekvKomn"), SAMPLE),
    one(
        "LaboratoryResults",
        one(
            "GeneralResultInformation",
            one("ReportStatusCode", words("del_svar", "komplet_svar", "modtaget"), v="C"),
            one("ResultStatusCode", words(*tables.RESULT_STATUS)),
            maybe("ToLabIdentifier", text(1, 3), v="C"),
            one("LaboratoryInternalProductionIdentifier", text(1, 20), note="LabprodProvnr"),
            one("ResultsDateTime", *DATE_TIME, note="SvarTid"),
            one("ResultStatus", words(*RESULT_STATE), v="AB", note="STATUS"),
            maybe("Summary", text(1, 70)),
        ),
        many(
            "Investigation",
            1,
            90,
            examination(
                one("ProducerOfLabResult", one("Identifier", text(1, 17)), one("IdentifierCode", text(1, 3)), v="BC"),
                summary=maybe("Summary", text(1, 70), v="BC"),
            ),
            QUANTITATIVE,
            CULTURE,
            microscopy(CODED),
        ),
        _comments("Kommtekstfund"),
    ),
)

STANDARD = Standard(
    name="XRPT05",
    type_code="XRPT05",
    danish="Mikrobiologisvar",
    english="Microbiology report",
    kind="report",
    versions=(
        Version("XR0530M", "A", "XR0530M", "2007/02/01", "MicrobiologyWebReport", has_edifact=False),
        Version("XR0531M", "B", "XR0531M", "2011/06/15", "MicrobiologyWebReport", has_edifact=False),
        Version("XR0532M", "C", "XR0532M", "2014/10/08", "MicrobiologyWebReport", has_edifact=False, newest=True),
    ),
    tree=TREE,
    form=None,
    rules=WEB_REPORT_RULES,
    sections=web_report_sections,
    moves=(speciality_respelt("AB"), REPORT_STATE_RENAMED),
)
