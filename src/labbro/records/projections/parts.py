"""What the letter types share: people, parties, statuses, references, intervals, coded texts -> the record.

Elements that a version does not have are simply absent, so one function serves all versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.registry import registry
from labbro.letters.remarks import NOT_YET
from labbro.letters.tree import Element
from labbro.records.model import (
    Code,
    CodedText,
    Examiner,
    Flag,
    IntervalKind,
    Operator,
    Party,
    Person,
    Producer,
    Prompt,
    PromptKind,
    Reference,
    ReferenceInterval,
    RelationKind,
    Relative,
    Report,
    ReportKind,
    ReportStatus,
    Result,
    ResultStatus,
    Sample,
    Section,
)
from labbro.records.projections.reading import EARLIEST, moment, name, prose

NOTHING: Final = Element("")
UNKNOWN_CPR: Final = "0000000000"
ASSUMED_CONSENT: Final = "Patient/Consent/Given"  # EDIFACT cannot tell "given" from "not said"

RESULT_STATUS: Final[dict[str, ResultStatus]] = {
    "proeve_modtaget": "received",
    "svar_midlertidigt": "preliminary",
    "svar_endeligt": "final",
    "svar_rettet": "corrected",
}
REPORT_STATUS: Final[dict[str, ReportStatus]] = {
    "del_svar": "partial",
    "komplet_svar": "complete",
    "modtaget": "received",
    # ResultStatus of microbiology before 2014
    "delvis": "partial",
    "komplet": "complete",
}
OPERATOR: Final[dict[str, Operator]] = {"mindre_end": "<", "stoerre_end": ">", "lig_med": "="}
FLAG: Final[dict[str, Flag]] = {
    "for_hoej": "high",
    "for_lav": "low",
    "unormal": "abnormal",
    "malign": "malignant",
    "premalign": "premalignant",
}
INTERVAL: Final[dict[str, IntervalKind]] = {
    "fysiologisk": "physiological",
    "terapeutisk": "therapeutic",
    "uspecificeret": "unspecified",
}
_RELATION: Final[dict[str, RelationKind]] = {
    "mor": "mother",
    "far": "father",
    "barn": "child",
    "vaerge": "guardian",
    "uspec_paaroerende": "unspecified",
}
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}").fullmatch
_ANSWERS: Final[dict[str, PromptKind]] = {
    "Text": "text",
    "Numerical": "number",
    "DiagnoseCode": "diagnosis",
    "DateTime": "time",
    "Logical": "yes-no",
}


def report(
    letter: Letter,
    kind: ReportKind,
    standard: str,
    *,
    samples: tuple[Sample, ...],
    results: tuple[Result, ...],
    findings: list[Finding],
) -> Report:
    """The report with all that every type says in the same place; the rest is the type's own."""
    root = letter.root
    general = root.find("LaboratoryResults/GeneralResultInformation") or NOTHING
    receiver = root.find("Receiver") or NOTHING
    copy_receiver = root.find("CCReceiver")
    authorised_at = moment(root, "Letter/Authorisation", findings)
    results_at = moment(general, "ResultsDateTime", findings)
    return Report(
        kind=kind,
        standard=standard,
        version=letter.version,
        letter_identifier=letter.identifier,
        # A letter has both times; where one cannot be read the other is the nearest that is known.
        authorised_at=authorised_at or results_at or EARLIEST,
        results_at=results_at or authorised_at or EARLIEST,
        production_number=general.text("LaboratoryInternalProductionIdentifier") or "",
        sender=party(root.find("Sender") or NOTHING),
        receiver=party(receiver),
        patient=person(root.find("Patient") or NOTHING),
        samples=samples,
        results=results,
        status=REPORT_STATUS.get(general.text("ReportStatusCode") or general.text("ResultStatus") or ""),
        copy_receiver=None if copy_receiver is None else party(copy_receiver),
        physician=name(receiver, "Physician/PersonInitials"),
        consent_given=consent_given(letter),
        comments=prose(root.find("RequisitionInformation/Comments")),
        origin="local" if root.text("Sender/IdentifierCode") == "ydernummer" else "hospital",
        result_status=RESULT_STATUS.get(general.text("ResultStatusCode") or ""),
    )


def consent_given(letter: Letter) -> bool | None:
    """Whether the patient consents, in three states: what reading EDIFACT filled in by rule is no statement."""
    if ASSUMED_CONSENT in letter.assumed:
        return None
    said = letter.root.text(ASSUMED_CONSENT)
    return boolean(letter.root.text("Patient/ConsentGiven") if said is None else said)


def party(element: Element) -> Party:
    """A sender, receiver, copy receiver, original requester or collector."""
    local = element.text("IdentifierLocal")
    return Party(
        identifier=element.text("Identifier") or "",
        identifier_kind=f"local:{local}" if local is not None else element.text("IdentifierCode") or "",
        ean=element.text("EANIdentifier"),
        organisation=name(element, "OrganisationName"),
        department=name(element, "DepartmentName"),
        unit=name(element, "UnitName"),
        speciality=element.text("MedicalSpecialityCode"),
        laboratory_code=element.text("FromLabIdentifier"),
        physician=name(element, "Physician/PersonInitials"),
    )


def person(element: Element) -> Person:
    """The patient as the letter names them."""
    surname = name(element, "PersonSurnameName") or ""
    given_name = name(element, "PersonGivenName")
    number = (element.text("CivilRegistrationNumber") or "").strip()
    if number and number != UNKNOWN_CPR:
        return Person(number, "cpr", surname, given_name)
    alternative = (element.text("AlternativeIdentifier") or "").strip()
    return Person(alternative, "alternative" if alternative else "unknown", surname, given_name)


def relative(root: Element) -> Relative | None:
    """A relative of the patient, where the letter names one."""
    element = root.find("Relative")
    if element is None:
        return None
    return Relative(
        relation=_RELATION.get(element.text("RelationCode") or "", "unspecified"),
        surname=name(element, "PersonSurnameName") or "",
        given_name=name(element, "PersonGivenName"),
        identifier=element.text("PersonIdentifier") or None,
    )


def examiners(parent: Element | None) -> tuple[Examiner, ...]:
    """Who examined, below an element."""
    return tuple(
        Examiner(name(each, "PersonName"), name(each, "PersonTitle"), name(each, "PersonInitials"))
        for each in ((parent or NOTHING).all("Examinator"))
    )


def references(parent: Element | None) -> tuple[Reference, ...]:
    """The references below an element."""
    return tuple(reference(each) for each in (parent or NOTHING).all("Reference"))


def reference(element: Element) -> Reference:
    """A URL, a supplement to come, or a binary object in another letter."""
    return Reference(
        description=element.text("RefDescription") or "",
        url=element.text("URL"),
        object_identifier=element.text("BIN/ObjectIdentifier"),
        object_kind=element.text("BIN/ObjectCode"),
        object_extension=element.text("BIN/ObjectExtensionCode"),
        object_size_bytes=integer(element.text("BIN/OriginalObjectSize")),
    )


def interval(element: Element | None) -> ReferenceInterval | None:
    """A reference interval; None where nothing is said of it."""
    if element is None or not element.children:
        return None
    return ReferenceInterval(
        kind=INTERVAL.get(element.text("TypeOfInterval") or ""),
        lower=element.text("LowerLimit"),
        upper=element.text("UpperLimit"),
        text=element.text("IntervalText"),
    )


def producer(element: Element | None) -> Producer | None:
    """Structured since 2007; in 2005 a plain text."""
    if element is None:
        return None
    if isinstance(element.content, str):
        return Producer(element.content) if element.content.strip() else None
    return Producer(element.text("Identifier") or "", element.text("IdentifierCode"))


def status_and_value(said: str | None, value: str | None) -> tuple[ResultStatus, str | None]:
    """Nothing has been measured when the letter says so, nor when the value is the placeholder.

    EDIFACT tells `proeve_modtaget` and a preliminary result apart by the placeholder alone, so a preliminary
    placeholder means received in XML too.
    """
    status = RESULT_STATUS.get(said or "", "final")
    if value is None or value.strip() == NOT_YET:
        return ("received" if status == "preliminary" else status), None
    # The check tells of a value before the measurement; the letter keeps it, a clinician must not read it.
    return status, None if status == "received" else value


def coded(element: Element | None) -> CodedText | None:
    """A text that may have a code (XRPT05, XRPT06); its paragraphs are lines."""
    if element is None:
        return None
    return CodedText(lines(element.find("Text")) or "", code_of(element), element.text("Protected"))


def coded_texts(parent: Element | None, tag: str) -> tuple[CodedText, ...]:
    """All texts of this name below an element."""
    return tuple(text for each in (parent or NOTHING).all(tag) if (text := coded(each)) is not None)


def code_of(element: Element) -> Code | None:
    """The code beside a text."""
    value = element.text("Code")
    if value is None:
        return None
    return Code(
        value,
        element.text("CodeType") or "",
        element.text("CodeResponsible") or "",
        qualifier=element.text("CodeQualifier"),
    )


def lines(element: Element | None) -> str | None:
    """A text of paragraphs as lines; a text without paragraphs as it stands; None where nothing is said."""
    if element is None:
        return None
    paragraphs = [each.value.rstrip() for each in element.all("Paragraph")]
    return ("\n".join(paragraphs).rstrip("\n") or None) if paragraphs else prose(element)


def section(element: Element | None, kind: str) -> Section | None:
    """A heading with its text and references; None where the letter has no such section."""
    if element is None:
        return None
    told = element.find("Text")
    return Section(
        kind=kind,
        heading=element.text("Headline"),
        text=prose(told),
        references=references(element),
        fixed_width=told is not None and any(child.name == "FixedFont" for _, child in told.walk()),
    )


def sections(parent: Element | None, kinds: dict[str, str]) -> tuple[Section, ...]:
    """The sections of these names below an element, in the order given."""
    found = (section((parent or NOTHING).find(tag), kind) for tag, kind in kinds.items())
    return tuple(each for each in found if each is not None)


def prompts(parent: Element | None, findings: list[Finding]) -> tuple[Prompt, ...]:
    """Questions and answers below an element."""
    return tuple(_prompt(each, findings) for each in (parent or NOTHING).all("Prompt"))


def _prompt(element: Element, findings: list[Finding]) -> Prompt:
    question, answer = element.find("Question") or NOTHING, element.find("Answer") or NOTHING
    said = answer.children[0] if answer.children else NOTHING
    coded_question = isinstance(question.content, tuple)  # a plain text in 2005
    text = said.text("Value") if said.find("Value") is not None else said.value
    if said.name == "DateTime":
        at = moment(answer, "DateTime", findings)
        text = "" if at is None else at.isoformat(timespec="minutes")
    return Prompt(
        question=(question.text("CodeText") if coded_question else question.value) or "",
        kind=_ANSWERS.get(said.name, "text"),
        answer=_spelled(text) if said.name == "Logical" else text or "",
        code=code_of(question) if coded_question else None,
        unit=said.text("Unit"),
        analysis_code=question.text("Relation/AnalysisCode"),
        sample_number=question.text("Relation/SampleIdentifier"),
    )


def _spelled(text: str | None) -> str:
    told = boolean(text)
    return "" if told is None else "true" if told else "false"


def boolean(text: str | None) -> bool | None:
    """xs:boolean: all four spellings; None where it is absent or no boolean."""
    return None if text is None else {"true": True, "1": True, "false": False, "0": False}.get(text.strip())


def integer(text: str | None) -> int | None:
    """A whole number that a letter counts with; None where there is none."""
    # int() takes at most 4,300 digits and other scripts' digits; a count in a letter is short and plain.
    stripped = (text or "").strip()
    return int(stripped) if _WHOLE(stripped) else None


def beyond_what_is_known(letter: Letter) -> list[Finding]:
    """What a letter without a public schema holds that nobody has declared: it stays in the letter, and it is told."""
    declared = registry().by_key.get(letter.version)
    if declared is None or declared.version.public:
        return []
    return [_left(path) for path in _unknown(letter.root, declared.model, "")]


def _unknown(element: Element, model: object, path: str) -> Iterator[str]:
    known: dict[str, object] = getattr(model, "children", {})
    for child in element.children:
        here = f"{path}/{child.name}".removeprefix("/")
        if child.name in known:
            yield from _unknown(child, known[child.name], here)
        else:
            yield here


def _left(path: str) -> Finding:
    return Finding(
        "info",
        "left-in-letter",
        path,
        f"This element is not known; it is in the letter, not in the record ({path}).",
        f"Dette element kendes ikke; det findes i brevet, ikke i journalen ({path}).",
    )
