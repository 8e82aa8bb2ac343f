"""REQ01 / XREQ01: LaboratoryRequest (laboratorierekvisition). Facts: req01.md.

Versions: A XQ0130K of 2005/08/07, B XQ0131K of 2006/07/01, D XQ0132K, whose schema MedCom has not published: its
namespace is inferred, and what is declared of it is XQ0131K with the names that MedCom's public stylesheet shows.
"""

from __future__ import annotations

from collections.abc import Callable

from labbro.letters.form import Derived, Form, Lines, References, Texts, group, line
from labbro.letters.grammar import BREAKABLE, either, many, maybe, one, together
from labbro.letters.meaning import Becomes, Implied, put_into
from labbro.letters.parts import DATE_TIME, party_identifier, reference
from labbro.letters.request_parts import (
    ANSWER,
    ANSWER_WITH_LOGICAL,
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
    PRIORITIES,
    RECEIVER,
    SAMPLE_IDENTIFIER_TYPE,
    SAMPLING_PLACE,
    TEXT_ANSWER,
    TIME_ANSWER,
    TUBES,
    coded_question,
    letter,
    original_requester,
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
from labbro.letters.values import text, whole, words

YEARS = {"A": 2005, "B": 2006, "D": 2014}
RELATION = maybe("Relation", maybe("AnalysisCode", text(1, 17)), maybe("SampleIdentifier", text(1, 15)))

TREE = (
    letter("XREQ01", {"A": "XQ0130K", "B": "XQ0131K", "D": "XQ0132K"}),
    *parties(
        party_identifier(plain="A", with_amt="BD", local=""),
        YEARS,
        original="BD",
        reply_to="BD",
        post_code_from_one="BD",
        since_2006="BD",
    ),
    patient(post_code_from_one="BD"),
    one(
        "RequisitionInformation",
        one("RequisitionDateTime", *DATE_TIME, note="RekvTid"),
        one("SamplingLocationCode", words(*PLACES), v="A", note="PRKODE"),
        one("SamplingLocationCode", words(*PLACES, "laboratoriet_eksternt"), v="BD", note="PRKODE"),
        maybe("SamplingLocation", BREAKABLE, v="BD"),
        one("SamplingDateTimeType", words("faktisk", "oensket", "")),
        maybe("SamplingDateTime", *DATE_TIME),
        one(
            "Sample",
            one("RequesterSampleIdentifier", text(1, 15), note="RekvProvnr"),
            maybe("SampleIdentifierType", SAMPLE_IDENTIFIER_TYPE, v="BD"),
            together(
                one("OriginalRequesterSampleIdentifier", text(1, 15), note="RekvOrigProvnr"),
                maybe("SampleIdentifierType", SAMPLE_IDENTIFIER_TYPE, v="B"),
                maybe("OriginalSampleIdentifierType", SAMPLE_IDENTIFIER_TYPE, v="D"),
                v="BD",
            ),
            many("Reference", 0, 10, *reference(YEARS)),
        ),
        one("NumberOfTestTubes", whole(1, 99999), v="A", note="Antalglas"),
        one("NumberOfTestTubes", whole(0, 99999), v="BD", note="Antalglas"),
        maybe("ClinicalInformation", BREAKABLE, note="KlinInform"),
        maybe("Comments", BREAKABLE, note="RekvKomm"),
        maybe("CarbonCopyReceiver", text(1, 70)),
    ),
    one(
        "Requests",
        many(
            "RequestedAnalysis",
            1,
            90,
            one("ResultPriority", words(*PRIORITIES), v="A"),
            one("ResultPriority", words(*PRIORITIES, "telefonsvar"), v="BD"),
            one(
                "Analysis",
                one("AnalysisCode", text(1, 8), v="A"),
                one("AnalysisCode", text(1, 17), v="BD"),
                one("AnalysisCodeType", words("iupac", "lokal"), v="A"),
                one("AnalysisCodeType", words("iupac", "mds", "lokal"), v="BD"),
                one("AnalysisCodeResponsible", text(1, 3)),
                maybe("AnalysisShortName", text(1, 35), v="BD"),
                one("LineComment", many("TextLine", 1, 3, text(1, 70)), v="BD"),
                maybe("SampleMaterialType", text(1, 70), v="D"),
                maybe("SampleMaterial", text(1, 70), v="D"),
            ),
            maybe("SampleLocation", text(1, 70), v="BD"),
            maybe("SampleMaterial", text(1, 70), v="BD"),
            together(
                one("TestTubeIdentifier", text(1, 35)), maybe("SampleIdentifierType", SAMPLE_IDENTIFIER_TYPE), v="BD"
            ),
        ),
        many(
            "Prompt",
            0,
            5,
            one("Question", text(1, 35)),
            one(
                "Answer",
                either(
                    one("Text", text(1, 70)),
                    one("Numerical", one("Value", text(1, 8)), one("Unit", text(1, 18))),
                    one("DiagnoseCode", text(1, 17)),
                    one("DateTime", *DATE_TIME),
                ),
            ),
            v="A",
        ),
        many("Prompt", 0, 20, coded_question("lokal"), ANSWER, v="B"),
        many("Prompt", 0, 20, coded_question("lokal", more=(RELATION,)), ANSWER_WITH_LOGICAL, v="D"),
    ),
)


SAMPLE = "RequisitionInformation/Sample"
NPN, NPN_WORD = "NPN", "nationaltproevenummer"
# Where the second of the two equal names stands (`#2`), and what XQ0132K calls it.
SECOND_TYPE = {"B": f"{SAMPLE}/SampleIdentifierType#2", "D": f"{SAMPLE}/OriginalSampleIdentifierType"}


def _npn_reader(mark: str) -> Callable[[dict[str, str], Callable[[str], str | None]], list[tuple[str, str]] | str]:
    places = {"~first": f"{SAMPLE}/SampleIdentifierType", "~second": SECOND_TYPE[mark]}

    def read(codes: dict[str, str], _value: Callable[[str], str | None]) -> list[tuple[str, str]] | str:
        """Each number has a flag of its own, and only NPN is one (facts: req01.md, e 4)."""
        said = {name: code for name, code in codes.items() if code}
        if set(said.values()) - {NPN}:
            return "unknown-code"
        return [(places[name], NPN_WORD) for name in said]

    return read


def _write_npn(root: Element) -> dict[str, str]:
    sample = root.find(SAMPLE)
    codes = {"~first": "", "~second": ""}
    here = "~first"
    for part in sample.children if sample is not None else ():
        if part.name == "OriginalRequesterSampleIdentifier":
            here = "~second"
        elif part.name in {"SampleIdentifierType", "OriginalSampleIdentifierType"}:
            codes[here] = NPN
    return codes


def _write_sample(root: Element) -> dict[str, str]:
    """The requester's number once more, and whether the time is that of sampling or the wanted one."""
    when = "" if root.find("RequisitionInformation/SamplingDateTime") is None else "RCS"
    if when and root.text("RequisitionInformation/SamplingLocationCode") == "rekvirenten":
        when = "SCO"
    return {"~sample": root.text(f"{SAMPLE}/RequesterSampleIdentifier") or "", "~flag": _write_npn(root)["~first"]} | {
        "~when": when
    }


FORM = Form(
    message=MESSAGE,
    code="REQ01",
    strict=True,
    items=(
        *HEAD,
        requester("PO", "REQ01", "A"),
        requester("PO", "REQ01", "BD", ("ReplyTo", "true")),
        requester("ONL", "REQ01", "BD", ("ReplyTo", "false")),
        RECEIVER,
        *original_requester("BD"),
        COPY_RECEIVER,
        PHYSICIAN_GROUP,
        payer_group("A", "BD"),
        group(
            "S02",
            FCA,
            GIS,
            line(f"RFF+ROI:{{{SAMPLE}/RequesterSampleIdentifier}}", "A"),
            line(f"RFF+ROI:{{{SAMPLE}/RequesterSampleIdentifier}}::{{~first}}", "BD"),
            line(f"RFF+OOI:{{{SAMPLE}/OriginalRequesterSampleIdentifier}}::{{~second}}", "BD"),
            *(
                Derived(
                    _npn_reader(mark),
                    _write_npn,
                    ("~first", "~second"),
                    f"{SAMPLE}/SampleIdentifierType",
                    versions=mark,
                )
                for mark in "BD"
            ),
            line("DTM+4:{RequisitionInformation/RequisitionDateTime|minute}:203", lenient=True),
            COMMENTS,
            Texts((("EXT", "RequisitionInformation/SamplingLocation"),), versions="BD"),
            COPY_TO,
            TUBES,
        ),
        PATIENT_ADDRESS,
        PATIENT,
        CLINICAL,
        group(
            "S10",
            line("INV+IN+:::{Question}", "A"),
            question_line("BD"),
            TEXT_ANSWER,
            line("RSL+NV+{Answer/Numerical/Value}+:::{Answer/Numerical/Unit}", "A"),
            line("RSL+NV+{Answer/Numerical}", "BD"),
            line("RSL+CV+{Answer/DiagnoseCode}:SKS:SST"),
            TIME_ANSWER,
            target="Requests/Prompt",
            repeated=True,
        ),
        group(
            "S15",
            SAMPLING_PLACE,
            line("RFF+RTI:{~sample}::{~flag}"),
            line("DTM+{~when}:{RequisitionInformation/SamplingDateTime|minute}:203"),
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
            line("PTY+REP+{ResultPriority|priority}"),
            line(
                "INV+MQ+{Analysis/AnalysisCode}:{Analysis/AnalysisCodeType|analysis_code_type}:{Analysis/AnalysisCodeResponsible}",
                "A",
            ),
            line(
                "INV+MQ+{Analysis/AnalysisCode}:{Analysis/AnalysisCodeType|analysis_code_type}:{Analysis/AnalysisCodeResponsible}:{Analysis/AnalysisShortName}",
                "BD",
            ),
            Lines("ACM", "Analysis/LineComment/TextLine", "BD"),
            Texts((("SRC", "SampleLocation"),), plain=True, versions="BD"),
            Texts((("SMA", "SampleMaterial"),), plain=True, versions="BD"),
            line("RFF+SID:{TestTubeIdentifier}::{SampleIdentifierType|npn}", "BD"),
            target="Requests/RequestedAnalysis",
            opens="GIS",
            repeated=True,
            after="S15",
        ),
        KIND_OF_TIME,
    ),
)


def _as_text(number: Element) -> tuple[Element, ...]:
    """A number with its unit: a later Numerical has none, and without it the number would say less."""
    return (Element("Text", " ".join(part.value for part in number.children)),)


MOVES = (
    # Nobody but the sender could be answered (NAD+PO), which the next version says aloud.
    Implied("Sender/ReplyTo", "A", "true"),
    put_into("Requests/Prompt/Question", "A", "CodeText"),
    Becomes("Requests/Prompt/Answer/Numerical", "A", _as_text),
)

STANDARD = Standard(
    name="REQ01",
    type_code="XREQ01",
    danish="Laboratorierekvisition",
    english="Laboratory request",
    kind="request",
    versions=(
        Version("XQ0130K", "A", "XQ0130K", "2005/08/07", "LaboratoryRequest"),
        Version("XQ0131K", "B", "XQ0131K", "2006/07/01", "LaboratoryRequest", newest=True),
        Version("XQ0132K", "D", "XQ0132K", "2017/02/17", "LaboratoryRequest", public=False),
    ),
    tree=TREE,
    form=FORM,
    rules=REQUEST_RULES,
    sections=request_sections,
    moves=MOVES,
)
