"""REQ02 / XREQ02: MicrobiologyRequest (mikrobiologirekvisition), merged into REQ01 in 2009. Facts: req02.md.

One version: A XQ0230M of 2005/08/07.
"""

from __future__ import annotations

from labbro.letters import tables
from labbro.letters.form import Derived, Form, References, Texts, group, line
from labbro.letters.grammar import BREAKABLE, many, maybe, one
from labbro.letters.parts import DATE_TIME, party_identifier, reference
from labbro.letters.request_parts import (
    ASKED_WHEN_SAMPLED,
    CLINICAL,
    COMMENTS,
    COPY_RECEIVER,
    COPY_TO,
    FCA,
    GIS,
    HEAD,
    KIND_OF_TIME,
    MESSAGE,
    PATIENT,
    PATIENT_ADDRESS,
    PHYSICIAN_GROUP,
    PLACES,
    RECEIVER,
    SAMPLING_PLACE,
    TEXT_ANSWER,
    TUBES,
    XS_INT,
    coded_question,
    letter,
    other_number,
    parties,
    patient,
    payer_group,
    question_line,
    read_nothing,
    requester,
)
from labbro.letters.request_remarks import REQUEST_RULES
from labbro.letters.request_view import request_sections
from labbro.letters.standard import Standard, Version
from labbro.letters.tree import Element
from labbro.letters.values import text, words

YEARS = {"A": 2005}
SAMPLE = "RequisitionInformation/Sample"

TREE = (
    letter("XREQ02", {"A": "XQ0230M"}),
    *parties(party_identifier(plain="A", with_amt="", local=""), YEARS),
    patient(),
    one(
        "RequisitionInformation",
        one("RequisitionDateTime", *DATE_TIME, note="RekvTid"),
        one("SamplingLocationCode", words(*PLACES), note="PRKODE"),
        one("SamplingDateTimeType", words("faktisk", "oensket", "")),
        one("SamplingDateTime", *DATE_TIME),
        one(
            "Sample",
            one("RequesterSampleIdentifier", text(1, 15), note="AprovnrRekvir"),
            many("Reference", 0, 10, *reference(YEARS)),
        ),
        one("NumberOfTestTubes", XS_INT, note="Antalglas"),
        maybe("ClinicalInformation", BREAKABLE, note="KlinInform"),
        maybe("Comments", BREAKABLE, note="RekvKomm"),
        maybe("CarbonCopyReceiver", text(1, 70)),
    ),
    one(
        "Requests",
        one(
            "RequestedAnalysis",
            one(
                "Analysis",
                one("MICAnalysisCode", text(1, 17), note="LabKode"),
                one("AnalysisCodeType", words(*tables.ANALYSIS_CODE_TYPE)),
                one("AnalysisCodeResponsible", text(1, 3)),
                one(
                    "AnalysisMDSName",
                    one("Examination", text(1, 70)),
                    maybe("Material", text(1, 70)),
                    maybe("Location", text(1, 70)),
                    note="Undersoegelsesnavn:Materiale:Lokalisation",
                ),
            ),
            maybe("SupplementaryLocation", text(1, 70)),
            maybe("SupplementaryAnalysis", text(1, 70)),
        ),
        many("Prompt", 0, 10, coded_question("lokal"), one("Answer", one("Text", text(1, 70)))),
    ),
)


def _write_sample(root: Element) -> dict[str, str]:
    return {"~sample": root.text(f"{SAMPLE}/RequesterSampleIdentifier") or ""}


NAME = "Analysis/AnalysisMDSName"
FORM = Form(
    message=MESSAGE,
    code="REQ02",
    strict=True,
    items=(
        *HEAD,
        requester("PO", "REQ02"),
        RECEIVER,
        COPY_RECEIVER,
        PHYSICIAN_GROUP,
        payer_group("A", ""),
        group(
            "S02",
            FCA,
            GIS,
            line(f"RFF+ROI:{{{SAMPLE}/RequesterSampleIdentifier}}"),
            line("DTM+4:{RequisitionInformation/SamplingDateTime|minute}:203", lenient=True),
            COMMENTS,
            COPY_TO,
            TUBES,
        ),
        PATIENT_ADDRESS,
        PATIENT,
        CLINICAL,
        group("S10", question_line(), TEXT_ANSWER, target="Requests/Prompt", repeated=True),
        group(
            "S15",
            SAMPLING_PLACE,
            line("RFF+RTI:{~sample}"),
            Derived(
                read_nothing,
                _write_sample,
                ("~sample",),
                f"{SAMPLE}/RequesterSampleIdentifier",
                doubts=other_number,
            ),
            References(f"{SAMPLE}/Reference", most=9),
        ),
        group(
            "S17",
            GIS,
            line(
                "INV+MQ+{Analysis/MICAnalysisCode}:{Analysis/AnalysisCodeType|analysis_code_type}"
                ":{Analysis/AnalysisCodeResponsible}"
            ),
            line(f"FTX+ACM+P00++{{{NAME}/Examination}}:{{{NAME}/Material}}:{{{NAME}/Location}}"),
            Texts((("SRC", "SupplementaryLocation"),), plain=True),
            Texts((("IVC", "SupplementaryAnalysis"),), plain=True),
            target="Requests/RequestedAnalysis",
            opens="GIS",
            after="S15",
        ),
        KIND_OF_TIME,
        ASKED_WHEN_SAMPLED,
    ),
)


STANDARD = Standard(
    name="REQ02",
    type_code="XREQ02",
    danish="Mikrobiologirekvisition",
    english="Microbiology request",
    kind="request",
    versions=(Version("XQ0230M", "A", "XQ0230M", "2005/08/07", "MicrobiologyRequest", newest=True),),
    tree=TREE,
    form=FORM,
    rules=REQUEST_RULES,
    sections=request_sections,
)
