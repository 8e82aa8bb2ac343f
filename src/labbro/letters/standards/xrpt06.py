"""XRPT06: MiBaReport (microbiology report to the national database MiBa, XML only; facts: rpt06.md).

One version, XR0630M of 2013/11/26, which is a draft of MedCom. Its schema asks more than the shape: see `demands`.
"""

from __future__ import annotations

from labbro.letters import tables
from labbro.letters.grammar import UNBOUNDED, Part, Word, either, in_turn, many, maybe, one, together
from labbro.letters.microbiology_parts import (
    MEASURED,
    PARAGRAPHS,
    RESULT_STATE,
    SAMPLE,
    VALIDATION,
    WEB_RECEIVER,
    coded_text,
    examination,
    interval,
    microscopy,
)
from labbro.letters.microbiology_rules import MIBA_DEMANDS, MIBA_RULES
from labbro.letters.microbiology_view import web_report_sections
from labbro.letters.parts import (
    DATE_TIME,
    EAN,
    NAME_OF_UNIT,
    PERSON_IDENTIFIER,
    PERSON_NAME,
    party_identifier,
)
from labbro.letters.standard import Standard, Version
from labbro.letters.values import BOOLEAN, constant, decimal, matching, text, whole, words

YEAR = 2013

IDENTIFIER = party_identifier(plain="", with_amt="M", local="")
PROTECTED = maybe("Protected", whole(0))
CODE = (
    one("Code", text(1, 20)),
    one("CodeQualifier", matching("[0-9]{3}")),
    one("CodeType", words("lokal", "mds", "iupac", "miba")),
    one("CodeResponsible", text(1, 20)),
)
CODED = coded_text(together(*CODE), PROTECTED)
MUST_BE_CODED = (*CODE, one("Text", text(1, 350)), PROTECTED)
NUMBER = maybe("NumericValue", MEASURED)
RESULT = one("Result", *CODE, one("Text", text(1, 35)), NUMBER, PROTECTED)
WIDE_RESULT = maybe(
    "Result", *CODE, one("Text", text(1, 35)), maybe("ExtraText", text(1, UNBOUNDED)), NUMBER, PROTECTED
)
ASSAYS = many("Assay", 0, UNBOUNDED, *CODE, one("Text", text(1, 35)), WIDE_RESULT, PROTECTED)
VARIANTS = many("StemVariant", 1, UNBOUNDED, one("Variant", text(1, 35)), together(*CODE), RESULT)
PROPERTIES = in_turn(
    one("Property", *MUST_BE_CODED),
    RESULT,
    either(
        many("PropertyAnalysis", 0, UNBOUNDED, *CODE, one("Text", text(1, 35)), WIDE_RESULT, ASSAYS, PROTECTED),
        many("StemPropertyAnalysis", 0, UNBOUNDED, *CODE, one("Stem", text(1, 35)), VARIANTS, ASSAYS, PROTECTED),
    ),
    PROTECTED,
)


def _comments(note: str) -> Part:
    return many("Comments", 0, 10, *CODED, note=note)


FINDINGS: tuple[Word, ...] = (
    one("InterPretation", *CODED),
    interval(8),
    MEASURED,
    VALIDATION,
    _comments("KommtekstTolkning"),
    PROTECTED,
)

QUANTITATIVE = maybe(
    "QuantitativeFindings",
    maybe("InterPretation", *MUST_BE_CODED),
    many(
        "AnalysisFindings",
        0,
        20,
        one("Analysis", *CODED),
        one("Properties", PROPERTIES),
        one("Findings", *FINDINGS),
    ),
    _comments("Kommtekstexamination"),
)

ISOLATE = many(
    "Microorganism",
    0,
    10,
    one("Identification", *MUST_BE_CODED),
    one("IsolateNumber", whole(1, 9)),
    one("SortOrder", whole(1, 9), note="(Kolonnenummer i Pattern hvis medsendt)"),
    maybe("GrowthValue", *CODED),
    maybe("Properties", PROPERTIES),
    many("SpeciesComment", 0, 10, *CODED, note="Multiresistent, Epi-strain or similar information"),
    note="(Kolonner i Pattern hvis medsendt)",
)

PATTERN = maybe(
    "Pattern",
    one("Headline", text(1, 35), note="Antibiotikafølsomhed"),
    many(
        "Antibiotic",
        1,
        80,
        one("AntibioticName", *CODED, note="(Rækker i Pattern)"),
        one("AntibioticNumber", whole(1, 80), note="(Rækkenummer i Pattern)"),
        maybe("SusceptibilityMethod", *CODED),
    ),
    many(
        "PatternEntry",
        1,
        80,
        one("RefMicroorganism", whole(1, 10), note="(KolonneNr.)"),
        one("RefAntibiotic", whole(1, 80), note="(RækkeNr.)"),
        one("Susceptibility", text(1, 8), note="Resistenskode"),
        maybe("SusceptibilityValue", interval(8), MEASURED, _comments("KommtekstTolkning")),
    ),
    one("SusceptibilityInterpretation", PARAGRAPHS, note="Følsomhed"),
    note="(resistensmønster)",
)

PROMPT = many(
    "Prompt",
    0,
    20,
    one(
        "Question",
        one("Code", text(1, 17)),
        one("CodeType", words("lokal")),
        one("CodeResponsible", text(1, 3)),
        one("CodeText", text(1, 35)),
    ),
    one(
        "Answer",
        either(
            one("Text", text(1, 70)),
            one("Numerical", decimal(17)),
            one("DiagnoseCode", text(1, 17)),
            one("DateTime", *DATE_TIME),
        ),
    ),
)

TREE = (
    one(
        "Letter",
        one("Identifier", text(1, 14)),
        one("VersionCode", constant("XR0630M")),
        one("StatisticalCode", text(1, 8)),
        one("Authorisation", *DATE_TIME),
        one("TypeCode", constant("XRPT06")),
    ),
    one(
        "Sender",
        EAN,
        *IDENTIFIER,
        one("OrganisationName", text(1, 35)),
        *NAME_OF_UNIT,
        one("MedicalSpecialityCode", words(*tables.speciality_words(YEAR))),
    ),
    WEB_RECEIVER,
    maybe("CCReceiver", *IDENTIFIER, maybe("OrganisationName", text(1, 35)), *NAME_OF_UNIT),
    one("Patient", PERSON_IDENTIFIER, *PERSON_NAME, one("ConsentGiven", BOOLEAN)),
    one("RequisitionInformation", maybe("ClinicalInformation", PARAGRAPHS), _comments("RekvKomn"), SAMPLE),
    one(
        "LaboratoryResults",
        one(
            "GeneralResultInformation",
            one("ResultStatusCode", words(*tables.RESULT_STATUS)),
            one("LaboratoryInternalProductionIdentifier", text(1, 20), note="LabprodProvnr"),
            one("ResultsDateTime", *DATE_TIME, note="SvarTid"),
            one("ResultStatus", words(*RESULT_STATE), note="STATUS"),
            maybe("Summary", *MUST_BE_CODED),
        ),
        many(
            "Investigation",
            1,
            90,
            examination(
                one("ProducerOfLabResult", one("Identifier", text(1, 17)), one("IdentifierCode", text(1, 3))),
                summary=maybe("Summary", text(1, 70)),
            ),
            QUANTITATIVE,
            maybe(
                "CultureFindings",
                one("Headline", text(1, 35), note="Dyrkning med fund"),
                ISOLATE,
                PATTERN,
                _comments("Kommtekstfund"),
            ),
            microscopy(CODED),
        ),
        _comments("Kommtekstfund"),
        PROMPT,
    ),
)

STANDARD = Standard(
    name="XRPT06",
    type_code="XRPT06",
    danish="Mikrobiologisvar til MiBa",
    english="Microbiology report to MiBa",
    kind="report",
    versions=(Version("XR0630M", "M", "XR0630M", "2013/11/26", "MiBaReport", has_edifact=False, newest=True),),
    tree=TREE,
    form=None,
    rules=MIBA_RULES,
    sections=web_report_sections,
    demands=MIBA_DEMANDS,
)
