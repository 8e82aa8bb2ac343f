"""REQ03 / XREQ03: PathologyRequest (patologirekvisition). Facts: req03.md.

Versions: A XQ0330P of 2005/08/07, C XQ0331P of 2014/10/08.
"""

from __future__ import annotations

from collections.abc import Callable

from labbro.letters.codecs import UNKNOWN_DAY
from labbro.letters.form import Derived, EachWord, Form, Group, References, Texts, group, line
from labbro.letters.grammar import BREAKABLE, many, maybe, one
from labbro.letters.meaning import Becomes
from labbro.letters.parts import DATE_TIME, PERSON_NAME, party_identifier, reference, speciality_respelt
from labbro.letters.request_parts import (
    ANSWER_WITH_LOGICAL,
    ASKED_WHEN_SAMPLED,
    COMMENTS,
    COPY_RECEIVER,
    COPY_TO,
    FCA,
    GIS,
    HEAD,
    KIND_OF_TIME,
    MESSAGE,
    ORGANISATION,
    PATIENT,
    PATIENT_ADDRESS,
    PHYSICIAN_GROUP,
    PLACES,
    PRIORITIES,
    RECEIVER,
    SAMPLE_IDENTIFIER_TYPE,
    TIME_ANSWER,
    TUBES,
    XS_INT,
    coded_question,
    letter,
    original_requester,
    parties,
    patient,
    payer_group,
    question_line,
    requester,
)
from labbro.letters.request_remarks import PATHOLOGY_REQUEST_RULES
from labbro.letters.request_view import request_sections
from labbro.letters.standard import Standard, Version
from labbro.letters.tree import Element
from labbro.letters.values import BOOLEAN, DATE, is_true, text, words

YEARS = {"A": 2005, "C": 2014}
# Table of the cervix information: EDIFACT code and text, element. Those of the second list are treatments.
CONDITIONS = (
    ("ADP101", "Kondylomer", "Condyloma"),
    ("ADP102", "Spiral", "IUD"),
    ("ADP103", "Patienten er gravid", "Pregnant"),
)
TREATMENTS = (
    ("ADP203", "Kryobehandling", "DateOfCryoTherapy"),
    ("ADP204", "Laser", "DateOfLaser"),
    ("ADP205", "Konisation", "DateOfConisation"),
    ("ADP206", "Hysterektomi", "DateOfHysterectomi"),
    ("ADP213", "Stråleterapi", "DateOfIrradiation"),
    ("ADP214", "Kemoterapi", "DateOfChemoTherapy"),
)
PERIOD = ("ADP201", "Menstruation", "DateOfPeriod")
HORMONES = ("ADP202", "Hormonbehandling", "HormonTherapy")
CERVIX = "Requests/SupplementaryCervixInformations"
RELATION = maybe("Relation", maybe("AnalysisCode", text(1, 17)), maybe("SampleIdentifier", text(1, 15)))

TREE = (
    letter("XREQ03", {"A": "XQ0330P", "C": "XQ0331P"}),
    *parties(
        party_identifier(plain="AC", with_amt="", local=""),
        YEARS,
        original="C",
        since_2006="C",
        copy_name=ORGANISATION,
    ),
    patient(),
    maybe(
        "Relative",
        one("RelationCode", words("mor", "far", "vaerge")),
        maybe("PersonIdentifier", text(1, 10)),
        *PERSON_NAME,
    ),
    one(
        "RequisitionInformation",
        one("RequestersRequisitionIdentifier", text(1, 15)),
        maybe("SampleIdentifierType", SAMPLE_IDENTIFIER_TYPE, v="C", note="NPN rekvisitionsnummer"),
        one("RequisitionDateTime", *DATE_TIME, note="RekvTid"),
        one("SamplingLocationCode", words(*PLACES), note="PRKODE"),
        one("SamplingDateTimeType", words("faktisk", "oensket", "")),
        one("SamplingDateTime", *DATE_TIME),
        many(
            "Sample",
            1,
            99,
            maybe("RequesterSampleIdentifier", text(1, 15), note="(A,B,C,D,E)provnrRekvir"),
            maybe("SampleIdentifierType", SAMPLE_IDENTIFIER_TYPE, v="C", note="NPN prøvenummer"),
            one("MaterialDescription", text(1, 70), v="A"),
            one("MaterialDescription", text(1, 210), v="C"),
            many("MaterialPreTreatment", 0, 2, words("fikseret", "frysesnit", "ikke_fikseret")),
            maybe("MaterialTreatment", text(1, 17), v="C", note="Prøvetype"),
            many("Reference", 0, 10, *reference(YEARS)),
        ),
        one("NumberOfTestTubes", XS_INT, note="Antalglas"),
        maybe("ClinicalInformation", BREAKABLE, note="KlinInform"),
        maybe(
            "CodedClinicalInformation",
            one("IndicationCode", text(1, 17), note="Grundkode"),
            one("IndicationText", text(1, 70), note="Patekst"),
        ),
        maybe("Comments", BREAKABLE, note="RekvKomm"),
        maybe("CarbonCopyReceiver", text(1, 70)),
    ),
    one(
        "Requests",
        one(
            "RequestedAnalysis",
            maybe("ResultPriority", words(*PRIORITIES)),
            one(
                "Analysis",
                one("AnalysisCode", text(1, 8)),
                one("AnalysisCodeType", words(*(f"PA{number}" for number in range(1, 9)))),
                one("AnalysisShortName", text(1, 35)),
            ),
            maybe("AnswerAtLatestDateTime", *DATE_TIME, v="C"),
        ),
        maybe(
            "SupplementaryCervixInformations",
            *(maybe(name, BOOLEAN) for _, _, name in CONDITIONS),
            maybe("DateOfPeriod", DATE),
            maybe("HormonTherapy", text(1, 70)),
            *(maybe(name, DATE) for _, _, name in TREATMENTS),
            v="A",
        ),
        many("Prompt", 0, 20, coded_question("lokal", "PA8", more=(RELATION,)), ANSWER_WITH_LOGICAL, v="C"),
    ),
)


def _read_answer(codes: dict[str, str], _value: Callable[[str], str | None]) -> list[tuple[str, str]] | str:
    """RSL+CV is a diagnosis where it names the SKS table, else yes or no (facts: req03.md, e 4)."""
    if not codes:
        return []
    value, table = codes.get("~value", ""), codes.get("~table", "")
    if table == "SKS":
        return [("Answer/DiagnoseCode", value)]
    word = {"1": "true", "0": "false", "": "false"}.get(value)
    return [("Answer/Logical", word)] if word and not table else "unknown-code"


def _write_answer(prompt: Element) -> dict[str, str]:
    diagnosis, logical = prompt.text("Answer/DiagnoseCode"), prompt.text("Answer/Logical")
    if diagnosis is not None:
        return {"~value": diagnosis, "~table": "SKS", "~agency": "SST"}
    said = "" if logical is None else "1" if is_true(logical) else "0"
    return {"~value": said, "~table": "", "~agency": ""}


def _cervix_groups() -> tuple[Group, ...]:
    """One group for each thing that is told; a treatment without a date is one whose day is not known."""
    conditions = [
        group(
            "S10",
            line(f"INV+IN+{code}:PA8:SST:{said}"),
            target=CERVIX,
            key=f"INV+IN+{code}",
            says=(name, "true"),
            v="A",
        )
        for code, said, name in CONDITIONS
    ]
    period = _dated(*PERIOD, "LMC", "")
    code, said, name = HORMONES
    hormones = group(
        "S10",
        line(f"INV+IN+{code}:PA8:SST:{said}"),
        line(f"RSL+AV+:::::{{{name}}}", lenient=True),
        target=CERVIX,
        key=f"INV+IN+{code}",
        when=f"{CERVIX}/{name}",
        v="A",
    )
    treatments = [_dated(code, said, name, "AIC", "RSL+CV+::1") for code, said, name in TREATMENTS]
    return (*conditions, period, hormones, *treatments)


def _dated(code: str, said: str, name: str, qualifier: str, answer: str) -> Group:
    def read(_codes: dict[str, str], value: Callable[[str], str | None]) -> list[tuple[str, str]]:
        return [] if value(name) else [(name, UNKNOWN_DAY)]

    return group(
        "S10",
        line(f"INV+IN+{code}:PA8:SST:{said}"),
        *((line(answer),) if answer else ()),
        line(f"DTM+{qualifier}:{{{name}|day}}:102", lenient=True),
        Derived(read, lambda _cervix: {}, (), name),
        target=CERVIX,
        key=f"INV+IN+{code}",
        when=f"{CERVIX}/{name}",
        v="A",
    )


INFORMATION = "RequisitionInformation"
RELATIVE = group(
    "S06",
    line("PNA+PER+[{PersonIdentifier}:::CPR:IM]+++[SU:{PersonSurnameName}]+[FO:{PersonGivenName}]"),
    line("REL+PER+{RelationCode|relation_of_request}"),
    target="Relative",
    key="PNA+PER",
    when="Relative",
)
FORM = Form(
    message=MESSAGE,
    code="REQ03",
    strict=True,
    items=(
        *HEAD,
        requester("PO", "REQ03"),
        RECEIVER,
        *original_requester("C"),
        COPY_RECEIVER,
        PHYSICIAN_GROUP,
        payer_group("A", "C"),
        group(
            "S02",
            FCA,
            GIS,
            line(f"RFF+ROI:{{{INFORMATION}/RequestersRequisitionIdentifier}}", "A"),
            line(
                f"RFF+ROI:{{{INFORMATION}/RequestersRequisitionIdentifier}}::{{{INFORMATION}/SampleIdentifierType|npn}}",
                "C",
            ),
            line(f"DTM+4:{{{INFORMATION}/SamplingDateTime|minute}}:203", lenient=True),
            line("PTY+REP+{Requests/RequestedAnalysis/ResultPriority|priority}"),
            line(
                f"CIN+RRO+{{{INFORMATION}/CodedClinicalInformation/IndicationCode}}:PA4:SST"
                f":{{{INFORMATION}/CodedClinicalInformation/IndicationText}}"
            ),
            COMMENTS,
            COPY_TO,
            TUBES,
        ),
        PATIENT_ADDRESS,
        PATIENT,
        RELATIVE,
        group("S09", Texts((("CO", f"{INFORMATION}/ClinicalInformation"),), most=3), v="A"),
        group("S09", Texts((("CO", f"{INFORMATION}/ClinicalInformation"),)), v="C"),
        *_cervix_groups(),
        group(
            "S10",
            question_line(),
            line("RSL+TV+:::::{Answer/Text}", lenient=True),
            line("RSL+NV+{Answer/Numerical}"),
            line("RSL+CV+{~value}:{~table}:{~agency}"),
            Derived(_read_answer, _write_answer, ("~value", "~table"), "Answer/Logical"),
            Derived(lambda _codes, _value: [], lambda _prompt: {}, (), "Answer/DiagnoseCode"),
            TIME_ANSWER,
            target="Requests/Prompt",
            repeated=True,
            v="C",
        ),
        group(
            "S15",
            line(f"SPC+SCI+{{/{INFORMATION}/SamplingLocationCode|sampling_place}}"),
            EachWord(
                "MaterialPreTreatment",
                {"fikseret": "SPC+PRM+T998:PA3:SST:Fikseret", "frysesnit": "SPC+PRM+T100:PA3:SST:Frysesnit"},
                other="ikke_fikseret",
            ),
            line("RFF+RTI:{RequesterSampleIdentifier}", "A"),
            line("RFF+RTI:{RequesterSampleIdentifier}::{SampleIdentifierType|npn}", "C"),
            Texts((("MAT", "MaterialDescription"),), plain=True),
            References(),
            target=f"{INFORMATION}/Sample",
            repeated=True,
        ),
        group(
            "S17",
            GIS,
            line(
                "INV+OP+{Analysis/AnalysisCode}:{Analysis/AnalysisCodeType}:SST:{Analysis/AnalysisShortName}",
            ),
            line("DTM+IDC:{AnswerAtLatestDateTime|minute}:203", "C", lenient=True),
            target="Requests/RequestedAnalysis",
            opens="GIS",
            after="S15",
        ),
        KIND_OF_TIME,
        ASKED_WHEN_SAMPLED,
    ),
)


def _asked(cervix: Element) -> tuple[Element, ...]:
    """Each of the cervix informations of 2005 as the question of its code, which both versions know by the same code.

    A day without a time can only be told as text; a treatment on an unknown day is one that took place.
    """
    words = {name: (code, said) for code, said, name in (*CONDITIONS, PERIOD, HORMONES, *TREATMENTS)}
    treatments = {name for _, _, name in TREATMENTS}
    logical = {name for _, _, name in CONDITIONS}
    found: list[Element] = []
    for part in cervix.children:
        code, said = words[part.name]
        coded = (("Code", code), ("CodeType", "PA8"), ("CodeResponsible", "SST"), ("CodeText", said))
        answer = Element("Logical" if part.name in logical else "Text", part.value)
        if part.name in treatments and part.value == UNKNOWN_DAY:
            answer = Element("Logical", "true")
        question = Element("Question", tuple(Element(name, value) for name, value in coded))
        found.append(Element("Prompt", (question, Element("Answer", (answer,)))))
    return tuple(found)


MOVES = (speciality_respelt("A"), Becomes(CERVIX, "A", _asked))

STANDARD = Standard(
    name="REQ03",
    type_code="XREQ03",
    danish="Patologirekvisition",
    english="Pathology request",
    kind="request",
    versions=(
        Version("XQ0330P", "A", "XQ0330P", "2005/08/07", "PathologyRequest"),
        Version("XQ0331P", "C", "XQ0331P", "2014/10/08", "PathologyRequest", newest=True),
    ),
    tree=TREE,
    form=FORM,
    rules=PATHOLOGY_REQUEST_RULES,
    sections=request_sections,
    moves=MOVES,
)
