"""RPT07 / XRPT07: report of genetics. Facts: rpt07.md.

Versions: C XR0730G of 2014/10/08; L XR0731G of 2020/03/30, whose schema MedCom has not published: what is declared of
it is XR0730G, with the names that MedCom's public stylesheet shows, all of them optional.
"""

from __future__ import annotations

from collections.abc import Callable

from labbro.letters.form import Derived, Form, Texts, group, line
from labbro.letters.grammar import BREAKABLE, FORMATTED, UNBOUNDED, Part, many, maybe, one
from labbro.letters.parts import DATE_TIME, SEQUENCE
from labbro.letters.pathology_arranging import GENETICS_ARRANGEMENT
from labbro.letters.pathology_parts import (
    CLINICAL_GROUP,
    PATIENT_GROUP,
    RELATIVE,
    RELATIVE_GROUP,
    REPORT_GROUP,
    SAMPLES_GROUP,
    TABLE,
    general,
    letter,
    numbers_group,
    parties,
    party_groups,
    patient,
    requisition,
    section,
    section_group,
    table_group,
)
from labbro.letters.pathology_rules import PATHOLOGY_RULES
from labbro.letters.pathology_view import pathology_sections
from labbro.letters.standard import Standard, Version
from labbro.letters.tables import RESULT_STATUS
from labbro.letters.tree import Element
from labbro.letters.values import text, words

YEARS = {"C": 2014, "L": 2020}
EXAMINATOR = (
    one("PersonName", text(1, 35)),
    maybe("PersonTitle", text(1, 35)),
    maybe("PersonInitials", text(1, 17)),
)


def _free_section(name: str) -> Part:
    return maybe(name, maybe("Headline", text(1, 70)), maybe("Text", FORMATTED), v="L")


# XR0731G: names from the stylesheet; order, limits and what must be there are not known.
RESULT_OF_2020 = many(
    "Result",
    0,
    UNBOUNDED,
    maybe(
        "Analysis",
        maybe("AnalysisCode", text(1, 17)),
        maybe("CodeType", text(1, 35)),
        maybe("CodeResponsible", text(1, 35)),
        maybe("CompleteName", BREAKABLE),
        maybe("ShortName", text(1, 70)),
    ),
    maybe(
        "Sample",
        maybe("RequesterSampleIdentifier", text(1, 35)),
        maybe("LaboratoryInternalSampleIdentifier", text(1, 35)),
        maybe("SampleMaterialType", text(1, 70)),
        maybe("SampleMaterial", text(1, 70)),
    ),
    maybe("ProducerOfLabResult", maybe("Identifier", text(1, 35)), maybe("IdentifierCode", text(1, 35))),
    maybe("TableFormat", maybe("ResultHeadline", text(1, 70)), maybe("TableResult", text(1, 70))),
    _free_section("AnalysisResults"),
    _free_section("AnalysisConclusion"),
    many(
        "Examinator",
        0,
        UNBOUNDED,
        maybe("PersonName", text(1, 70)),
        maybe("PersonInitials", text(1, 70)),
        maybe("PersonTitle", text(1, 70)),
    ),
    _free_section("AnalysisMethod"),
    _free_section("Comments"),
    _free_section("InternalReference"),
    _free_section("GenomeReference"),
    v="L",
)
SAMPLES = many(
    "Sample",
    1,
    100,
    maybe("RequesterSampleIdentifier", text(1, 15)),
    one("LaboratoryInternalSampleIdentifier", text(1, 20)),
    one("MaterialDescription", text(1, 70)),
)
TABLE_PARTS = (maybe("AnalysisCode", text(1, 8)), maybe("AnalysisCompleteName", BREAKABLE), *TABLE)
SECTIONS = (
    section("AnalysisHeadline"),
    section("InternalReference"),
    section("GenomeReference", YEARS),
    section("AnalysisMethod", YEARS),
    section("AnalysisResults", YEARS),
    section("Conclusion"),
    section("Comments"),
)

TREE = (
    letter("XRPT07", {"C": "XR0730G", "L": "XR0731G"}),
    *parties(YEARS, many("Examinator", 2, 2, *EXAMINATOR, v="C"), many("Examinator", 0, UNBOUNDED, *EXAMINATOR, v="L")),
    patient(()),
    RELATIVE,
    requisition(
        maybe("RequisitionDateTime", *DATE_TIME, v="L"),
        maybe("RequestersRequisitionIdentifier", text(1, 15)),
        one("ReceiversRequisitionIdentifier", text(1, 15)),
        years=YEARS,
    ),
    one(
        "LaboratoryResults",
        general(
            one("ResultStatusCode", words(*RESULT_STATUS)),
            after=(_free_section("Conclusion"),),
        ),
        RESULT_OF_2020,
        one("CodedFormat", SAMPLES, v="C"),
        one("TableFormat", *TABLE_PARTS, v="C"),
        one("TextualFormat", *SECTIONS, v="C"),
        maybe("CodedFormat", SAMPLES, v="L"),
        maybe("TableFormat", *TABLE_PARTS, v="L"),
        maybe("TextualFormat", *SECTIONS, v="L"),
    ),
)


def _write_table(results: Element) -> dict[str, str]:
    """The table of an analysis code is written where there is a code; it is always NPU (facts: rpt07.md, d)."""
    coded = results.find("TableFormat/AnalysisCode") is not None
    return {"~table": "CQU" if coded else "", "~agency": "SST" if coded else ""}


def _nothing(_codes: dict[str, str], _value: Callable[[str], str | None]) -> list[tuple[str, str]]:
    return []


FORM = Form(
    message=("MEDRPT", "D", "93A", "UN"),
    code="RPT07",
    arrangement=GENETICS_ARRANGEMENT,
    items=(
        line("BGM+LRP++9+NA"),
        line("DTM+137:{Letter/Authorisation|minute}:203"),
        *party_groups(
            "RPT07",
            group(
                "S01",
                line("NAD+BV+++{PersonName}:{PersonTitle}:{PersonInitials}:::US"),
                line("RFF+AHL:1"),
                SEQUENCE,
                target="Sender/Examinator",
                key="NAD+BV RFF+AHL:1",
                repeated=True,
            ),
            examinators=2,
        ),
        REPORT_GROUP,
        numbers_group("RequestersRequisitionIdentifier", "ReceiversRequisitionIdentifier"),
        group("S06"),
        PATIENT_GROUP,
        RELATIVE_GROUP,
        CLINICAL_GROUP,
        SAMPLES_GROUP,
        table_group(
            line(
                "INV+MQ+{TableFormat/AnalysisCode}:{~table}:{~agency}:{TableFormat/ResultHeadline}",
                lenient=True,
            ),
            Derived(_nothing, _write_table, (), ""),
            Texts((("ACM", "TableFormat/AnalysisCompleteName"),), most=1),
        ),
        section_group("OVS", "AnalysisHeadline", 1),
        section_group("IRF", "InternalReference", 5),
        section_group("REF", "GenomeReference", 5, refers=True),
        section_group("ANM", "AnalysisMethod", 100, refers=True),
        section_group("RSL", "AnalysisResults", 100, refers=True),
        section_group("KON", "Conclusion", 30),
        section_group("SPC", "Comments", 1),
    ),
)

STANDARD = Standard(
    name="RPT07",
    type_code="XRPT07",
    danish="Genetiksvar",
    english="Genetics report",
    kind="report",
    versions=(
        Version("XR0730G", "C", "XR0730G", "2014/10/08", "GeneticsReport", newest=True),
        Version("XR0731G", "L", "XR0731G", "2020/03/30", "GeneticsReport", has_edifact=False, public=False),
    ),
    tree=TREE,
    form=FORM,
    rules=PATHOLOGY_RULES,
    sections=pathology_sections,
)
