"""RPT03 / XRPT03: report of cervical cytology. Facts: rpt03.md.

Versions: A XR0330P of 2005/08/07, C XR0331P of 2014/10/08. HAN+CDS says consent given in A and refused in C.
"""

from __future__ import annotations

from labbro.letters.form import Form, Rows, group, line
from labbro.letters.grammar import many, maybe, one
from labbro.letters.parts import speciality_respelt
from labbro.letters.pathology_arranging import CERVIX_ARRANGEMENT
from labbro.letters.pathology_parts import (
    ADDRESS_GROUP,
    ADDRESS_OF_PATIENT,
    CLINICAL_GROUP,
    CODED,
    CODED_LINES,
    DIAGNOSIS_GROUP,
    PATIENT_GROUP,
    REPORT_GROUP,
    SAMPLE,
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
from labbro.letters.values import text, words

YEARS = {"A": 2005, "C": 2014}
CODED_RESULTS = (one("Topography", *CODED), many("Result", 1, 10, *CODED))

TREE = (
    letter("XRPT03", {"A": "XR0330P", "C": "XR0331P"}),
    *parties(YEARS, maybe("Examinator", one("PersonInitials", text(1, 35)))),
    patient(ADDRESS_OF_PATIENT),
    requisition(
        one("LaboratoryInternalSampleIdentifier", text(1, 15)),
        maybe("RequesterSampleIdentifier", text(1, 15)),
        years=YEARS,
    ),
    one(
        "LaboratoryResults",
        general(
            one("ResultStatusCode", words("svar_endeligt", "svar_rettet"), v="A"),
            one("ResultStatusCode", words(*RESULT_STATUS), v="C"),
        ),
        one(
            "CodedFormat",
            one("DiagnosisHeadline", text(1, 35), v="A"),
            maybe("DiagnosisHeadline", text(1, 35), v="C"),
            one(
                "Sample",
                one("LaboratoryInternalSampleIdentifier", text(1, 20)),
                maybe("RequesterSampleIdentifier", text(1, 15)),
                one("MaterialDescription", text(1, 70)),
                one("CodedResults", *CODED_RESULTS, v="A"),
                maybe("CodedResults", *CODED_RESULTS, v="C"),
            ),
        ),
        one("TableFormat", *TABLE, maybe("ResultValidation", words(*MALIGNANCY), v="C")),
        one(
            "TextualFormat",
            section("Microscopic", YEARS),
            section("Conclusion"),
            section("Comments", headline=70),
        ),
    ),
)

FORM = Form(
    message=("MEDRPT", "D", "93A", "UN"),
    code="RPT03",
    arrangement=CERVIX_ARRANGEMENT,
    items=(
        line("BGM+LRP++9+NA"),
        line("DTM+137:{Letter/Authorisation|minute}:203"),
        *party_groups("RPT03", initials_group("Sender/Examinator", 1)),
        REPORT_GROUP,
        numbers_group("RequesterSampleIdentifier", "LaboratoryInternalSampleIdentifier"),
        ADDRESS_GROUP,
        PATIENT_GROUP,
        CLINICAL_GROUP,
        group("S16", line("SEQ++1"), line("SPC+SCI+ATT"), *SAMPLE, target="LaboratoryResults/CodedFormat/Sample"),
        table_group(line("INV+OE+:::{TableFormat/ResultHeadline}", lenient=True), validated="C"),
        DIAGNOSIS_GROUP,
        group(
            "S18",
            line("GIS+N"),
            Rows((("Topography", CODED_LINES), ("Result", CODED_LINES))),
            line("INV+NR"),
            target="LaboratoryResults/CodedFormat/Sample/CodedResults",
            key="~codes",
            opens="GIS",
            after="S16",
        ),
        section_group("MIC", "Microscopic", 100, refers=True),
        section_group("KON", "Conclusion", 30),
        section_group("SPC", "Comments", 1),
    ),
)

STANDARD = Standard(
    name="RPT03",
    type_code="XRPT03",
    danish="Cervixcytologisvar",
    english="Report of cervical cytology",
    kind="report",
    versions=(
        Version("XR0330P", "A", "XR0330P", "2005/08/07", "CervixcytologyReport"),
        Version("XR0331P", "C", "XR0331P", "2014/10/08", "CervixcytologyReport", newest=True),
    ),
    tree=TREE,
    form=FORM,
    rules=PATHOLOGY_RULES,
    sections=pathology_sections,
    moves=(speciality_respelt("A"),),
)
