"""A patient's requisitions: what was ordered, when, by whom, which answers came, and what is awaited. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

import msgspec

from labbro.codes import analyses
from labbro.databank.history import Answer, PatientHistory, ReportSummary, StoredReport, StoredRequisition
from labbro.portal import formats, parts, report_words
from labbro.portal.detail import Fact, FactGroup, Link, link, party
from labbro.portal.filters import ReportFilters
from labbro.portal.parts import Cell, Grid, Line, Part, facts
from labbro.portal.texts import Texts
from labbro.records.answers import AnswerState
from labbro.records.model import Code, Party
from labbro.records.requisition import Number, Payer, RequestedAnalysis, RequestedSample, Requisition

# More analyses than these are counted in the list.
MOST_NAMES = 8
AWAITED: frozenset[AnswerState] = frozenset({"unanswered", "received", "partly"})


class Came(msgspec.Struct, frozen=True):
    """One answer: where it is to be seen, and how it was found. `report` is empty where it has no page of its own."""

    letter: str
    report: str
    day: str
    answered: str
    status: str
    laboratory: str
    by: str
    ambiguous: bool
    elsewhere: bool
    in_force: bool


class Ordered(msgspec.Struct, frozen=True):
    """A requisition in the list."""

    letter: str
    requested: str
    sender: str
    receiver: str
    kind: str
    names: tuple[str, ...]
    more: int
    state: AnswerState
    state_words: str
    came: tuple[Came, ...]
    locked: bool


class RequisitionList(msgspec.Struct, frozen=True):
    """The list, and how many there are and are still awaited."""

    filters: ReportFilters
    ordered: tuple[Ordered, ...]
    laboratories: tuple[str, ...]
    total: int
    awaited: int
    has_locked: bool


class RequisitionPage(msgspec.Struct, frozen=True):
    """One requisition with everything around it."""

    letter: str
    heading: str
    kind: str
    requested: str
    state: AnswerState
    state_words: str
    awaited: str
    locked: bool
    parts: tuple[Part, ...]
    groups: tuple[FactGroup, ...]
    came: tuple[Came, ...]


def build(history: PatientHistory, filters: ReportFilters, texts: Texts, today: dt.date) -> RequisitionList:
    """The list, newest first, with the filters applied."""
    every = history.requisitions
    ordered = [
        _ordered(history, stored, texts)
        for stored in every
        if filters.holds(stored.requisition.requested_at.date(), today)
        and (not filters.laboratory or filters.laboratory == _label(stored.requisition.receiver))
        and _says(stored.requisition, filters.text)
    ]
    return RequisitionList(
        filters=filters,
        ordered=tuple(ordered),
        laboratories=tuple(sorted({_label(stored.requisition.receiver) for stored in every})),
        total=len(every),
        awaited=sum(stored.state in AWAITED for stored in every),
        has_locked=any(one.locked for one in ordered),
    )


def requisition_page(history: PatientHistory, letter_key: UUID, texts: Texts) -> RequisitionPage | None:
    """One requisition; None when the patient has no such requisition."""
    stored = next((each for each in history.requisitions if each.letter_key == letter_key), None)
    if stored is None:
        return None
    told = stored.requisition
    missing = len(stored.missing) if stored.missing else 0
    return RequisitionPage(
        letter=stored.letter_key.hex,
        heading=_heading(told, texts),
        kind=texts.requisition_kinds[told.kind],
        requested=formats.moment(told.requested_at),
        state=stored.state,
        state_words=texts.answer_states[stored.state],
        awaited=texts.analyses_awaited.of(missing) if missing else "",
        locked=told.consent_given is False,
        parts=tuple(part for part in _parts(stored, texts) if not part.is_empty),
        groups=_groups(stored, texts),
        came=tuple(_came(history, stored, texts)),
    )


# --- words of a requisition ----------------------------------------------------------------------------------------


def _label(who: Party) -> str:
    names = [name for name in (who.organisation, who.department, who.unit) if name and name != "_"]
    return ", ".join(names) or who.identifier


def analysis_name(asked: RequestedAnalysis) -> str:
    """What was asked for: the short name, or the name in full with material and place."""
    analysis = asked.analysis
    name = analysis.short_name or analysis.complete_name or " ".join(asked.lines) or _known_name(analysis)
    return name.strip()


def _known_name(code: Code) -> str:
    """The name of a code from our own table: requests of 2005 give the code alone."""
    known = analyses.find(code.value, code.system, code.responsible)
    return code.value if known is None else known.short_name


def _heading(told: Requisition, texts: Texts) -> str:
    if len(told.analyses) == 1:
        return analysis_name(told.analyses[0])
    return texts.requisition_kinds[told.kind]


def _says(told: Requisition, text: str) -> bool:
    wanted = text.casefold()
    return not text or any(wanted in word.casefold() for word in _words(told))


def _words(told: Requisition) -> Iterator[str]:
    yield from (_label(told.sender), _label(told.receiver), told.clinical_information or "")
    for asked in told.analyses:
        yield from (analysis_name(asked), asked.analysis.value, asked.material or "", *asked.lines)
    yield from (sample.material or "" for sample in told.samples)


def _ordered(history: PatientHistory, stored: StoredRequisition, texts: Texts) -> Ordered:
    told = stored.requisition
    names = list(dict.fromkeys(analysis_name(asked) for asked in told.analyses))
    return Ordered(
        letter=stored.letter_key.hex,
        requested=formats.moment(told.requested_at),
        sender=_label(told.sender),
        receiver=_label(told.receiver),
        kind=texts.requisition_kinds[told.kind],
        names=tuple(names[:MOST_NAMES]),
        more=len(names) - min(len(names), MOST_NAMES),
        state=stored.state,
        state_words=texts.answer_states[stored.state],
        came=tuple(_came(history, stored, texts)),
        locked=told.consent_given is False,
    )


# --- answers -------------------------------------------------------------------------------------------------------


def _came(history: PatientHistory, stored: StoredRequisition, texts: Texts) -> Iterator[Came]:
    """The answers, newest first; of a report with its own page that page, of blood the letter."""
    specialities = {each.letter_key: each for each in history.reports}
    blood = {row.letter_key: row for row in history.rows}
    for answer in reversed(stored.answers):
        report = specialities.get(answer.report_key)
        row = blood.get(answer.report_key)
        if report is not None:
            yield _of_report(report, answer, texts)
        elif row is not None:
            sampled = row.sample.sampled_at
            yield _of_blood(row.report, answer, sampled.date().isoformat() if sampled else "", texts)


def _of_report(stored: StoredReport, answer: Answer, texts: Texts) -> Came:
    report = stored.report
    return Came(
        letter=stored.letter_key.hex,
        report=stored.letter_key.hex,
        day="",
        answered=formats.moment(report.results_at),
        status=report_words.status(report, texts),
        laboratory=report_words.laboratories(report)[0],
        by=texts.matched_by[answer.step].format(number=answer.number),
        ambiguous=answer.ambiguous,
        elsewhere=not answer.same_laboratory,
        in_force=stored.current,
    )


def _of_blood(report: ReportSummary, answer: Answer, day: str, texts: Texts) -> Came:
    return Came(
        letter=report.letter_key.hex,
        report="",
        day=day,
        answered=formats.moment(report.results_at),
        status=texts.report_statuses[report.status] if report.status else "",
        laboratory=_label(report.sender),
        by=texts.matched_by[answer.step].format(number=answer.number),
        ambiguous=answer.ambiguous,
        elsewhere=not answer.same_laboratory,
        in_force=True,
    )


# --- one requisition -----------------------------------------------------------------------------------------------


def _parts(stored: StoredRequisition, texts: Texts) -> Iterator[Part]:
    told = stored.requisition
    yield Part(texts.requested_analyses, grid=_analyses(stored, texts))
    if told.samples:
        yield Part(texts.samples_heading, grid=_samples(told.samples, texts), links=_references(told.samples, texts))
    if told.prompts:
        prompts = tuple(
            Fact(
                each.question,
                " ".join(part for part in (parts.answer(each.kind, each.answer, texts), each.unit) if part),
            )
            for each in told.prompts
        )
        yield Part(texts.prompts, prompts)


def _analyses(stored: StoredRequisition, texts: Texts) -> Grid:
    told = stored.requisition
    with_tube = any(asked.tube for asked in told.analyses)
    with_place = any(asked.material or asked.location for asked in told.analyses)
    with_answer = stored.missing is not None
    heads = [texts.analysis, texts.priority]
    heads += [texts.material] if with_place else []
    heads += [texts.tube] if with_tube else []
    heads += [texts.answer] if with_answer else []
    lines: list[Line] = []
    for asked in told.analyses:
        cells = [Cell(texts.priorities.get(asked.priority or "", ""))]
        where = ", ".join(part for part in (asked.material, asked.material_type, asked.location) if part)
        cells += [Cell(where)] if with_place else []
        cells += [Cell(_number(asked.tube, texts))] if with_tube else []
        if stored.missing is not None:
            waits = asked.ordinal in stored.missing
            cells.append(Cell(texts.not_yet, mark="waiting") if waits else Cell(texts.answered_short))
        lines.append(Line(_analysis(asked), tuple(cells), tuple(_notes(asked, texts))))
    return Grid(texts.requested_analyses, tuple(heads), tuple(lines))


def _analysis(asked: RequestedAnalysis) -> Cell:
    analysis = asked.analysis
    keeper = ", ".join(part for part in (analysis.system, analysis.responsible) if part)
    return Cell(analysis_name(asked), small=f"{analysis.value} ({keeper})" if keeper else analysis.value)


def _notes(asked: RequestedAnalysis, texts: Texts) -> Iterator[str]:
    own = analysis_name(asked)
    yield from (line for line in asked.lines if line != own)
    full = asked.analysis.complete_name
    if full and full != own:
        yield full
    yield from (part for part in (asked.supplementary_location, asked.supplementary_analysis) if part)
    if asked.answer_by is not None:
        yield f"{texts.answer_by} {formats.moment(asked.answer_by)}"


def _samples(samples: Sequence[RequestedSample], texts: Texts) -> Grid:
    """Numbers, with material and treatment where any sample has them."""
    more: list[tuple[str, list[Cell]]] = [
        (texts.material, [Cell(sample.material or "") for sample in samples]),
        (texts.treatment, [_treatment(sample, texts) for sample in samples]),
    ]
    more = [(head, column) for head, column in more if any(cell.text or cell.small for cell in column)]
    lines = tuple(
        Line(
            Cell(_number(sample.number, texts) or texts.sample),
            tuple(column[at] for _, column in more),
            (f"{texts.original_number} {_number(sample.original, texts)}",) if sample.original else (),
        )
        for at, sample in enumerate(samples)
    )
    return Grid(texts.samples_heading, (texts.requester_number, *(head for head, _ in more)), lines)


def _treatment(sample: RequestedSample, texts: Texts) -> Cell:
    words = ", ".join(texts.pretreatments[each] for each in sample.pretreatments)
    return Cell(words, small=sample.treatment or "")


def _references(samples: Iterable[RequestedSample], texts: Texts) -> tuple[Link, ...]:
    return tuple(link(each, texts) for sample in samples for each in sample.references)


def _number(number: Number | None, texts: Texts) -> str:
    if number is None:
        return ""
    return f"{number.value} ({texts.national_number})" if number.national else number.value


def _groups(stored: StoredRequisition, texts: Texts) -> tuple[FactGroup, ...]:
    told = stored.requisition
    wanted = texts.sampling_wanted if told.sampling_time_kind == "wanted" else texts.sampled
    place = texts.sampling_places.get(told.sampling_place or "", "")
    groups = (
        FactGroup(
            texts.requisition,
            facts(
                (texts.clinical_information, (told.clinical_information or "").strip("\n")),
                (texts.indication, _indication(told)),
                (texts.requisition_comment, (told.comments or "").strip("\n")),
                (texts.requisition_number, _number(told.number, texts)),
                (texts.requested_at, formats.moment(told.requested_at)),
                (wanted, formats.moment(told.sampled_at)),
                (
                    texts.sampling_place,
                    ", ".join(part for part in (place, (told.sampling_location or "").strip("\n")) if part),
                ),
                (texts.tubes, str(told.tubes) if told.tubes is not None else None),
            ),
        ),
        FactGroup(texts.made_by, _who(told, texts)),
        FactGroup(
            texts.letter,
            facts(
                (texts.authorised, formats.moment(told.authorised_at)),
                (texts.received, formats.moment(formats.danish_time(stored.received_at))),
                (texts.letter_number, f"{told.letter_identifier} ({told.standard} {told.version})"),
                (texts.consent, texts.consents[{True: "given", False: "refused", None: "unsaid"}[told.consent_given]]),
            ),
        ),
    )
    return tuple(group for group in groups if group.facts)


def _who(told: Requisition, texts: Texts) -> tuple[Fact, ...]:
    relative = told.relative
    named = formats.person_name(relative.surname, relative.given_name) if relative else ""
    return facts(
        (texts.requester, party(told.sender)),
        (texts.physician, told.sender.physician),
        (texts.original_requester, party(told.original_requester) if told.original_requester else None),
        (texts.laboratory, party(told.receiver)),
        (texts.copy_receiver, party(told.copy_receiver) if told.copy_receiver else None),
        (texts.copy_text, told.copy_text),
        (texts.collector, party(told.collector) if told.collector else None),
        (texts.payer, _payer(told.payer, texts)),
        (texts.relative, f"{named} ({texts.relations[relative.relation]})" if relative else None),
    )


def _indication(told: Requisition) -> str:
    code = told.indication
    if code is None:
        return ""
    name = code.complete_name or code.short_name
    return f"{name} ({code.value})" if name else code.value


def _payer(payer: Payer | None, texts: Texts) -> str:
    if payer is None:
        return ""
    known = (payer.organisation, payer.identifier, payer.order, payer.account)
    return ", ".join(part for part in (texts.payers[payer.kind], *known) if part)
