"""A patient's reports of microbiology, pathology and genetics: the list, and one report with its versions. Pure.

Only the letter in force of each examination stands in the list; the earlier ones are counted, and reached behind it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

import msgspec

from labbro.databank.history import PatientHistory, StoredReport, StoredRequisition
from labbro.portal import formats, microbiology, parts, pathology, report_words
from labbro.portal.detail import Fact, FactGroup, Link, link, party
from labbro.portal.filters import ReportFilters
from labbro.portal.parts import Cell, Part, facts, several
from labbro.portal.texts import Texts
from labbro.records.model import Report, ReportKind

Field = Literal["microbiology", "pathology", "genetics"]
FIELDS: tuple[Field, ...] = ("microbiology", "pathology", "genetics")
FIELD_OF: dict[ReportKind, Field] = {
    "microbiology": "microbiology",
    "cytology": "pathology",
    "histopathology": "pathology",
    "genetics": "genetics",
}


class Examined(msgspec.Struct, frozen=True):
    """One examination of a report in the list: what, and what it found."""

    name: str
    outcome: tuple[Cell, ...]


class Card(msgspec.Struct, frozen=True):
    """A report in the list. `state`: what its reader must know of its status, or nothing for a final one."""

    letter: str
    answered: str
    sampled: str
    laboratory: str
    examined: tuple[Examined, ...]
    conclusion: str
    state: str
    corrected: bool
    preliminary: bool
    locked: bool
    ambiguous: bool
    earlier: int
    requisition: str


class ReportList(msgspec.Struct, frozen=True):
    """The list, and in numbers what is not in it: `total` in force, `selected` of them, `earlier` behind them."""

    field: Field
    filters: ReportFilters
    cards: tuple[Card, ...]
    laboratories: tuple[str, ...]
    total: int
    earlier: int
    has_locked: bool
    has_ambiguous: bool

    @property
    def selected(self) -> int:
        """How many pass the filters."""
        return len(self.cards)


class Version(msgspec.Struct, frozen=True):
    """One letter of the same examination."""

    letter: str
    authorised: str
    status: str
    in_force: bool
    shown_here: bool


class Matched(msgspec.Struct, frozen=True):
    """A requisition that the report answers, and by which number."""

    letter: str
    requested: str
    sender: str
    by: str
    ambiguous: bool


class ReportPage(msgspec.Struct, frozen=True):
    """One report with everything around it."""

    letter: str
    field: Field
    heading: str
    kind: str
    status: str
    answered: str
    sampled: str
    laboratory: str
    replaced_by: str
    corrected: bool
    locked: bool
    ambiguous: bool
    held_back: bool
    parts: tuple[Part, ...]
    groups: tuple[FactGroup, ...]
    links: tuple[Link, ...]
    versions: tuple[Version, ...]
    requisitions: tuple[Matched, ...]
    requested: str


def counts(history: PatientHistory) -> dict[Field, int]:
    """How many reports in force there are in each field."""
    found = dict.fromkeys(FIELDS, 0)
    for stored in history.reports:
        if stored.current:
            found[FIELD_OF[stored.report.kind]] += 1
    return found


def build(history: PatientHistory, field: Field, filters: ReportFilters, texts: Texts, today: dt.date) -> ReportList:
    """The list of a field, newest first, with the filters applied."""
    own = [stored for stored in history.reports if FIELD_OF[stored.report.kind] == field]
    in_force = [stored for stored in own if stored.current]
    behind: dict[str, int] = {}
    for stored in own:
        if not stored.current:
            behind[stored.chain] = behind.get(stored.chain, 0) + 1
    cards = [
        _card(stored, behind.get(stored.chain, 0), texts)
        for stored in in_force
        if filters.holds(_day(stored), today)
        and (not filters.laboratory or filters.laboratory in report_words.laboratories(stored.report))
        and report_words.says(stored.report, filters.text)
    ]
    return ReportList(
        field=field,
        filters=filters,
        cards=tuple(cards),
        laboratories=tuple(
            sorted({label for stored in in_force for label in report_words.laboratories(stored.report)})
        ),
        total=len(in_force),
        earlier=len(own) - len(in_force),
        has_locked=any(card.locked for card in cards),
        has_ambiguous=any(card.ambiguous for card in cards),
    )


def report_page(history: PatientHistory, letter_key: UUID, texts: Texts) -> ReportPage | None:
    """One report, in force or not; None when the patient has no such report."""
    stored = next((each for each in history.reports if each.letter_key == letter_key), None)
    if stored is None:
        return None
    report = stored.report
    field = FIELD_OF[report.kind]
    told = (microbiology if field == "microbiology" else pathology).parts(report, texts)
    first = (
        # In pathology and genetics the laboratory says here what a correction corrects.
        *((Part(texts.report_comment, text=own),) if field != "microbiology" and (own := _comments(report)) else ()),
        *((Part(texts.conclusion, text=parts.said(report.summary, texts)),) if report.summary else ()),
        *((Part(texts.report_comment, text=remarks),) if (remarks := several(report.remarks, texts)) else ()),
    )
    heading = _heading(report, texts)
    shown = _under(heading, (*first, *told, *_around(report, texts)))
    return ReportPage(
        letter=stored.letter_key.hex,
        field=field,
        heading=heading,
        kind=texts.report_kinds[report.kind],
        status=report_words.status(report, texts),
        answered=formats.moment(report.results_at),
        sampled=report_words.sampled(report),
        laboratory=report_words.laboratories(report)[0],
        replaced_by=stored.superseded_by.hex if stored.superseded_by else "",
        corrected=report_words.result_status(report) == "corrected",
        locked=report.consent_given is False,
        ambiguous=stored.ambiguous,
        held_back=report_words.holds_back(report),
        parts=shown,
        groups=_groups(stored, texts),
        links=tuple(link(each, texts) for each in report.references),
        versions=_versions(history, stored, texts),
        requisitions=_matched(history, stored, texts),
        requested=texts.requested_states[stored.requested],
    )


# --- the list ------------------------------------------------------------------------------------------------------


def _heading(report: Report, texts: Texts) -> str:
    if FIELD_OF[report.kind] != "microbiology":
        return pathology.name(report) or texts.report_kinds[report.kind]
    names = [microbiology.examination_name(result) for result in report.results]
    return names[0] if len(names) == 1 else texts.report_kinds[report.kind]


def _day(stored: StoredReport) -> dt.date | None:
    """The day that filters ask for: of sampling, or of the answer where the letter does not say."""
    sampled = next((sample.sampled_at for sample in stored.report.samples if sample.sampled_at), None)
    return (sampled or stored.report.results_at).date()


def _card(stored: StoredReport, earlier: int, texts: Texts) -> Card:
    report = stored.report
    found = report_words.result_status(report)
    if FIELD_OF[report.kind] == "microbiology":
        examined = tuple(
            Examined(microbiology.examination_name(result), microbiology.outcome(report, result, texts))
            for result in report.results
        )
    else:
        name = pathology.name(report) or texts.report_kinds[report.kind]
        materials = ", ".join(dict.fromkeys(sample.material for sample in report.samples if sample.material))
        examined = (Examined(f"{name}: {materials}" if materials else name, pathology.outcome(report, texts)),)
    return Card(
        letter=stored.letter_key.hex,
        answered=formats.moment(report.results_at),
        sampled=report_words.sampled(report),
        laboratory=report_words.laboratories(report)[0],
        examined=examined,
        conclusion=parts.one_line(parts.said(report.summary, texts)),
        state="" if found == "final" and report.status in (None, "complete") else report_words.status(report, texts),
        corrected=found == "corrected",
        preliminary=found in ("preliminary", "received") or report.status == "partial",
        locked=report.consent_given is False,
        ambiguous=stored.ambiguous,
        earlier=earlier,
        requisition=", ".join(dict.fromkeys(answer.number for answer in stored.requisitions)),
    )


# --- one report ----------------------------------------------------------------------------------------------------


def _under(heading: str, told: Iterable[Part]) -> tuple[Part, ...]:
    """The parts as they stand on the page: one that has the page's own heading needs none, nor a step below it."""
    found = [part for part in told if not part.is_empty or not part.below]
    if any(part.heading == heading for part in found):
        found = [
            msgspec.structs.replace(part, heading="" if part.heading == heading else part.heading, below=False)
            for part in found
        ]
    return tuple(part for part in found if part.heading or not part.is_empty)


def _around(report: Report, texts: Texts) -> Iterable[Part]:
    """What was said of the whole at the end: the conclusion of RPT02, and prompts that a report repeats."""
    if report.kind == "microbiology":
        for section in report.sections:
            yield Part(section.heading or texts.conclusion, text=(section.text or "").strip("\n"))
    if report.prompts:
        yield Part(
            texts.prompts,
            tuple(Fact(prompt.question, parts.answer(prompt.kind, prompt.answer, texts)) for prompt in report.prompts),
        )


def _groups(stored: StoredReport, texts: Texts) -> tuple[FactGroup, ...]:
    report = stored.report
    examiners = "\n".join(
        ", ".join(part for part in (one.name, one.title, one.initials) if part) for one in report.examiners
    )
    groups = (
        FactGroup(texts.asked_for, _asked(report, texts)),
        FactGroup(
            texts.made_by,
            facts(
                (texts.sender, party(report.sender)),
                (texts.from_laboratory, report.sender.laboratory_code),
                (texts.examiner, examiners),
                (texts.to_laboratory, report.to_laboratory),
                (texts.receiver, party(report.receiver)),
                (texts.physician, report.physician),
                (texts.copy_receiver, party(report.copy_receiver) if report.copy_receiver else None),
            ),
        ),
        FactGroup(texts.sample, _sample_facts(report, texts)),
        FactGroup(
            texts.report,
            facts(
                (texts.results_at, formats.moment(report.results_at)),
                (texts.authorised, formats.moment(report.authorised_at)),
                (texts.received, formats.moment(formats.danish_time(stored.received_at))),
                (texts.report_status, texts.report_statuses[report.status] if report.status else None),
                (texts.letter_number, f"{report.letter_identifier} ({report.standard} {report.version})"),
                (texts.consent, texts.consents[_consent(report)]),
                (texts.consent_text, report.consent_text),
            ),
        ),
    )
    return tuple(group for group in groups if group.facts)


def _comments(report: Report) -> str:
    return (report.comments or "").strip("\n")


def _asked(report: Report, texts: Texts) -> tuple[Fact, ...]:
    relative = report.relative
    named = formats.person_name(relative.surname, relative.given_name) if relative else ""
    own = _comments(report) if FIELD_OF[report.kind] == "microbiology" else ""
    comments = (own, several(report.coded_comments, texts))
    return facts(
        (texts.clinical_information, (report.clinical_information or "").strip("\n")),
        (texts.requisition_comment, "\n".join(part for part in comments if part)),
        (texts.requisition_number, report.requisition_number),
        (texts.laboratory_requisition_number, report.laboratory_requisition_number),
        (texts.requested_at, formats.moment(report.requested_at)),
        (texts.relative, f"{named} ({texts.relations[relative.relation]})" if relative else ""),
    )


def _consent(report: Report) -> str:
    return {True: "given", False: "refused", None: "unsaid"}[report.consent_given]


def _sample_facts(report: Report, texts: Texts) -> tuple[Fact, ...]:
    """Times and numbers; of several samples only what they share, since their numbers stand with their diagnoses."""
    first = next(iter(report.samples), None)
    if first is None:
        return facts((texts.production_number, report.production_number))
    alone = len(report.samples) == 1
    return facts(
        (texts.sampled, formats.moment(first.sampled_at) or texts.time_unknown),
        (texts.sample_received, formats.moment(first.received_at)),
        (texts.laboratory_number, first.laboratory_number if alone else None),
        (texts.requester_number, first.requester_number if alone else None),
        (texts.production_number, report.production_number),
    )


def _versions(history: PatientHistory, stored: StoredReport, texts: Texts) -> tuple[Version, ...]:
    """All letters of the same examination: the one in force first, then by authorisation, newest first."""
    chain = [other for other in history.reports if other.chain == stored.chain]
    chain.sort(key=lambda each: (each.current, each.report.authorised_at, each.letter_key.hex), reverse=True)
    return tuple(
        Version(
            letter=other.letter_key.hex,
            authorised=formats.moment(other.report.authorised_at),
            status=report_words.status(other.report, texts),
            in_force=other.current,
            shown_here=other is stored,
        )
        for other in chain
    )


def _matched(history: PatientHistory, stored: StoredReport, texts: Texts) -> tuple[Matched, ...]:
    known: dict[UUID, StoredRequisition] = {each.letter_key: each for each in history.requisitions}
    found: list[Matched] = []
    for one in stored.requisitions:
        requisition = known.get(one.requisition_key)
        if requisition is not None:
            found.append(
                Matched(
                    letter=one.requisition_key.hex,
                    requested=formats.moment(requisition.requisition.requested_at),
                    sender=party(requisition.requisition.sender),
                    by=texts.matched_by[one.step].format(number=one.number),
                    ambiguous=one.ambiguous,
                )
            )
    return tuple(found)
