"""RPT04 / XRPT04: report of histopathology. Facts: rpt04.md.

Versions: A XR0430P of 2005/08/07, B XR0431P of 2012/03/28, C XR0432P of 2014/10/08. HAN+CDS says consent given in A
and B and refused in C.
"""

from __future__ import annotations

from labbro.letters.form import Form, Rows, group, line
from labbro.letters.grammar import Part, many, maybe, one
from labbro.letters.parts import speciality_respelt
from labbro.letters.pathology_arranging import SAMPLES_ARRANGEMENT
from labbro.letters.pathology_parts import (
    ADDRESS_GROUP,
    ADDRESS_OF_PATIENT,
    CLINICAL_GROUP,
    CODED,
    CODED_LINES,
    DIAGNOSIS_GROUP,
    PATIENT_GROUP,
    RELATIVE,
    RELATIVE_GROUP,
    REPORT_GROUP,
    SAMPLES_GROUP,
    TABLE,
    general,
    initials_group,
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
from labbro.letters.tables import MALIGNANCY, RESULT_STATUS
from labbro.letters.tree import Element
from labbro.letters.values import text, words

YEARS = {"A": 2005, "B": 2012, "C": 2014}
CODED_RESULTS = (one("Headline", text(1, 35)), one("Topography", *CODED), many("Result", 1, 39, *CODED))


def _samples(most: int, coded: Part, v: str) -> Part:
    return many(
        "Sample",
        1,
        most,
        maybe("RequesterSampleIdentifier", text(1, 15)),
        one("LaboratoryInternalSampleIdentifier", text(1, 20)),
        one("MaterialDescription", text(1, 70)),
        coded,
        v=v,
    )


TREE = (
    letter("XRPT04", {"A": "XR0430P", "B": "XR0431P", "C": "XR0432P"}),
    *parties(YEARS, maybe("Examinator", one("PersonInitials", text(1, 35)))),
    patient(ADDRESS_OF_PATIENT),
    RELATIVE,
    requisition(
        maybe("RequestersRequisitionIdentifier", text(1, 15)),
        one("ReceiversRequisitionIdentifier", text(1, 15)),
        years=YEARS,
    ),
    one(
        "LaboratoryResults",
        general(one("ResultStatusCode", words(*RESULT_STATUS))),
        one(
            "CodedFormat",
            one("DiagnosisHeadline", text(1, 35), v="AB"),
            maybe("DiagnosisHeadline", text(1, 35), v="C"),
            _samples(5, one("CodedResults", *CODED_RESULTS), "A"),
            _samples(100, one("CodedResults", *CODED_RESULTS), "B"),
            _samples(100, maybe("CodedResults", *CODED_RESULTS), "C"),
        ),
        one("TableFormat", *TABLE, maybe("ResultValidation", words(*MALIGNANCY), v="C")),
        one(
            "TextualFormat",
            section("Macroscopic", YEARS),
            section("Microscopic", YEARS),
            section("Conclusion"),
            maybe(
                "Hematology",
                one("Headline", text(1, 35)),
                one(
                    "Labels",
                    one("CellTypes", text(1, 40)),
                    one("Marrow", text(1, 11)),
                    one("Peripheral", text(1, 11)),
                ),
                many(
                    "Result",
                    1,
                    24,
                    one("CellType", text(1, 40)),
                    one("Marrow", text(1, 11)),
                    one("Peripheral", text(1, 11)),
                ),
            ),
            section("Comments"),
        ),
    ),
)


def _unsaid_cells(row: Element) -> list[tuple[str, str]]:
    """Blanks at the ends of a cell are taken for padding."""
    return [(cell.name, cell.value) for cell in row.children if cell.value != cell.value.strip()]


FORM = Form(
    message=("MEDRPT", "D", "93A", "UN"),
    code="RPT04",
    arrangement=SAMPLES_ARRANGEMENT,
    items=(
        line("BGM+LRP++9+NA"),
        line("DTM+137:{Letter/Authorisation|minute}:203"),
        *party_groups("RPT04", initials_group("Sender/Examinator", 1)),
        REPORT_GROUP,
        numbers_group("RequestersRequisitionIdentifier", "ReceiversRequisitionIdentifier"),
        ADDRESS_GROUP,
        PATIENT_GROUP,
        RELATIVE_GROUP,
        CLINICAL_GROUP,
        SAMPLES_GROUP,
        table_group(line("INV+OE+:::{TableFormat/ResultHeadline}", lenient=True), validated="C"),
        DIAGNOSIS_GROUP,
        group(
            "S18",
            line("GIS+N"),
            line("INV+OE+:::{CodedResults/Headline}", always=True),
            line("GIS+N"),
            Rows((("CodedResults/Topography", CODED_LINES), ("CodedResults/Result", CODED_LINES))),
            line("INV+NR"),
            line("RFF+ASL:{~number}"),
            target="LaboratoryResults/CodedFormat/Sample",
            key="~codes",
            opens="GIS",
            after="S16",
            repeated=True,
            into="~number",
        ),
        section_group("MAC", "Macroscopic", 100, refers=True),
        section_group("MIC", "Microscopic", 100, refers=True),
        section_group("KON", "Conclusion", 30),
        group(
            "S18",
            line("GIS+N"),
            line("INV+OE+:::{Headline}"),
            Rows(
                (("Labels", ("FTX+HEM+F00++{.|cell_labels}",)), ("Result", ("FTX+HEM+F00++{.|cells}",))),
                unsaid=_unsaid_cells,
            ),
            target="LaboratoryResults/TextualFormat/Hematology",
            key="FTX+HEM",
            opens="GIS",
            after="S16",
        ),
        section_group("SPC", "Comments", 1),
    ),
)

STANDARD = Standard(
    name="RPT04",
    type_code="XRPT04",
    danish="Histopatologisvar",
    english="Report of histopathology",
    kind="report",
    versions=(
        Version("XR0430P", "A", "XR0430P", "2005/08/07", "HistopathologyReport"),
        Version("XR0431P", "B", "XR0431P", "2012/03/28", "HistopathologyReport"),
        Version("XR0432P", "C", "XR0432P", "2014/10/08", "HistopathologyReport", newest=True),
    ),
    tree=TREE,
    form=FORM,
    rules=PATHOLOGY_RULES,
    sections=pathology_sections,
    moves=(speciality_respelt("AB"),),
)
