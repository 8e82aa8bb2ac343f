"""Parts that the microbiology letters share (facts: rpt02.md, rpt05.md, rpt06.md)."""

from __future__ import annotations

from labbro.letters import tables
from labbro.letters.grammar import Part, Together, Word, many, maybe, one, together
from labbro.letters.meaning import renamed
from labbro.letters.parts import ADDRESS, DATE_TIME, EAN, NAME_OF_UNIT
from labbro.letters.values import text, words

PARAGRAPHS = many("Paragraph", 1, 10, text(0, 500))
MDS_NAME = one(
    "AnalysisMDSName",
    one("Examination", text(1, 70)),
    maybe("Material", text(1, 70)),
    maybe("Location", text(1, 70)),
    note="Undersoegelsesnavn:Materiale:Lokalisation",
)
SAMPLE = one(
    "Sample",
    one("LaboratoryInternalSampleIdentifier", text(1, 20), note="RekvNrLab"),
    maybe("RequesterSampleIdentifier", text(1, 15), note="RekvNrLaege"),
    one("SamplingDateTime", *DATE_TIME, note="RekvTidLaege"),
    one("SampleReceivedDateTime", *DATE_TIME, note="RekvModtLab"),
)
PHYSICIAN = maybe("Physician", one("PersonInitials", text(1, 17)))
EXAMINATION_TYPES = tuple(tables.EXAMINATION_TYPE)
RESULT_STATE = tuple(tables.RESULT_STATE)
# The state of the report has another name and other words from 2014 on.
REPORT_STATE_RENAMED = renamed(
    "LaboratoryResults/GeneralResultInformation/ResultStatus",
    "AB",
    "ReportStatusCode",
    {"komplet": "komplet_svar", "delvis": "del_svar"},
)
VALIDATION = maybe("ResultValidation", words(*tables.VALIDATION))
MICROSCOPIC_TYPES = ("celler", "mikroorganisme", "konsistens", "udseende", "vurdering", "flora")
WEB_RECEIVER = one(
    "Receiver",
    EAN,
    one("Identifier", text(1, 17)),
    one("IdentifierCode", words(*tables.IDENTIFIER_WORDS_WITH_AMT, "lokal_kode")),
    maybe("OrganisationName", text(1, 35)),
    *NAME_OF_UNIT,
    *ADDRESS,
    PHYSICIAN,
)
MEASURED = together(
    one("Operator", words("mindre_end", "stoerre_end", "lig_med", "ikke_angivet")),
    one("Value", text(1, 12)),
    maybe("Unit", text(1, 16)),
)


def interval(limit_characters: int) -> Part:
    """ReferenceInterval: limits that go with their type, and a text."""
    return maybe(
        "ReferenceInterval",
        together(
            one("TypeOfInterval", words(*tables.INTERVAL_TYPE)),
            maybe("LowerLimit", text(1, limit_characters)),
            maybe("UpperLimit", text(1, limit_characters)),
        ),
        maybe("IntervalText", text(1, 70)),
    )


def examination(*producer: Word, summary: Part) -> Part:
    """What was examined, and by whom, in the letters that are XML only."""
    return one(
        "Examination",
        one("ExaminationTypeCode", words(*EXAMINATION_TYPES, "dyrkning")),
        one("MICAnalysisCode", text(1, 17), note="LabKode"),
        one("AnalysisCodeType", words("iupac", "mds", "lokal"), note="KODETABEL"),
        one("AnalysisCodeResponsible", text(1, 3), note="LabOrg"),
        maybe("AnalysisShortName", text(1, 35), note="KortNavn"),
        MDS_NAME,
        maybe("SupplementaryLocation", text(1, 70), note="SupplLocation"),
        one("Examinator", text(1, 70)),
        *producer,
        summary,
    )


def coded_text(coding: Together, *after: Word) -> tuple[Word, ...]:
    """IdentificationBasicType: paragraphs, with a code where there is one."""
    return (coding, one("Text", PARAGRAPHS), *after)


def microscopy(coded: tuple[Word, ...]) -> Part:
    """MicroscopicFindings of the letters that are XML only."""
    details = many("Details", 0, 10, one("Identification", *coded), one("Value", *coded))
    kind = many("MicroscopicType", 0, 10, one("Type", words(*MICROSCOPIC_TYPES)), details)
    return maybe(
        "MicroscopicFindings",
        one("Headline", text(1, 35), note="Mikroskopifund"),
        one("Comments", PARAGRAPHS, note="Svartekst"),
        many("Grouping", 0, 5, one("Headline", *coded), kind),
    )
