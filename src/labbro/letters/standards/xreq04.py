"""XREQ04: MultiSampleMicrobiologyRequest (mikrobiologirekvisition med flere prøver, XML only; facts: req04.md).

One version, A XQ0430M of 2005/08/07: XREQ02 with a requisition number and up to five samples.
"""

from __future__ import annotations

from labbro.letters import request_parts as parts
from labbro.letters.grammar import BREAKABLE, many, maybe, one
from labbro.letters.microbiology_parts import MDS_NAME
from labbro.letters.microbiology_request_view import multi_sample_request_sections
from labbro.letters.parts import DATE_TIME, party_identifier, reference
from labbro.letters.request_remarks import SAMPLES_REQUEST_RULES
from labbro.letters.standard import Standard, Version
from labbro.letters.values import text, whole, words

YEARS = {"A": 2005}
# xs:int of the schema: a negative number of tubes is legal.
LEAST, MOST = -(1 << 31), (1 << 31) - 1

TREE = (
    parts.letter("XREQ04", {"A": "XQ0430M"}),
    *parts.parties(party_identifier(plain="A", with_amt="", local=""), YEARS),
    parts.patient(),
    one(
        "RequisitionInformation",
        one("RequestersRequisitionIdentifier", text(1, 15)),
        one("RequisitionDateTime", *DATE_TIME, note="RekvTid"),
        one("SamplingLocationCode", words(*parts.PLACES), note="PRKODE"),
        one("SamplingDateTimeType", words(parts.ACTUAL, parts.WANTED, "")),
        one("SamplingDateTime", *DATE_TIME),
        many(
            "Sample",
            1,
            5,
            one("RequesterSampleIdentifier", text(1, 15), note="AprovnrRekvir"),
            many("Reference", 0, 10, *reference(YEARS)),
        ),
        one("NumberOfTestTubes", whole(LEAST, MOST), note="Antalglas"),
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
                one("AnalysisCodeType", words("iupac", "lokal")),
                one("AnalysisCodeResponsible", text(1, 3)),
                MDS_NAME,
            ),
            maybe("SupplementaryLocation", text(1, 70)),
            maybe("SupplementaryAnalysis", text(1, 70)),
        ),
        many("Prompt", 0, 10, parts.coded_question("lokal"), one("Answer", one("Text", text(1, 70)))),
    ),
)

STANDARD = Standard(
    name="XREQ04",
    type_code="XREQ04",
    danish="Mikrobiologirekvisition med flere prøver",
    english="Microbiology request of several samples",
    kind="request",
    versions=(
        Version(
            "XQ0430M", "A", "XQ0430M", "2005/08/07", "MultiSampleMicrobiologyRequest", has_edifact=False, newest=True
        ),
    ),
    tree=TREE,
    form=None,
    rules=SAMPLES_REQUEST_RULES,
    sections=multi_sample_request_sections,
)
