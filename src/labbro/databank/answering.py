"""A patient's requisitions and the letters that answer them, found by labbro.records.answers. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from labbro.databank.history import Answer, StoredReport, StoredRequisition, StoredResult
from labbro.databank.reports import Letter
from labbro.records.answers import AnalysisKey, RequestState, Told, answering, asked, match, request_state, state
from labbro.records.model import ReportStatus, Result
from labbro.records.requisition import Requisition


class Stored(msgspec.Struct, frozen=True):
    """A stored letter with a requisition."""

    letter_key: UUID
    received_at: dt.datetime
    requisition: Requisition


def matched(requisitions: Sequence[Stored], letters: Sequence[Letter]) -> dict[UUID, tuple[Answer, ...]]:
    """The answers of every letter that has any, requisition or report, by its key; oldest report first."""
    if not requisitions or not letters:
        return {}
    found = match(
        [asked(each.requisition) for each in requisitions],
        [answering(each.report, each.samples) for each in letters],
    )
    by_letter: defaultdict[UUID, list[Answer]] = defaultdict(list)
    at = {letter.letter_key: letter.report.authorised_at for letter in letters}
    for one in found:
        requisition, report = requisitions[one.requisition].letter_key, letters[one.report].letter_key
        answer = Answer(requisition, report, one.number, one.step, one.same_laboratory, one.ambiguous)
        by_letter[requisition].append(answer)
        by_letter[report].append(answer)

    def place(answer: Answer) -> tuple[dt.datetime, UUID, UUID]:
        return at[answer.report_key], answer.report_key, answer.requisition_key

    return {key: tuple(sorted(answers, key=place)) for key, answers in by_letter.items()}


def of_letter(letter: Letter, answers: Mapping[UUID, tuple[Answer, ...]]) -> RequestState:
    """Whether the requisition of a report is known."""
    return request_state(letter.report, letter.samples, found=letter.letter_key in answers)


def stored(
    requisitions: Iterable[Stored],
    answers: Mapping[UUID, tuple[Answer, ...]],
    results: Sequence[StoredResult],
    reports: Iterable[StoredReport],
) -> tuple[StoredRequisition, ...]:
    """The requisitions with what came of them, newest first by requested_at, then by letter."""
    told = _told(results, reports) if answers else {}
    found: list[StoredRequisition] = []
    for each in requisitions:
        own = answers.get(each.letter_key, ())
        in_force = [told[answer.report_key] for answer in own if answer.report_key in told]
        how_far, missing = state(each.requisition, in_force)
        found.append(StoredRequisition(each.requisition, each.letter_key, each.received_at, how_far, own, missing))
    found.sort(key=lambda one: one.letter_key.int)
    found.sort(key=lambda one: one.requisition.requested_at, reverse=True)
    return tuple(found)


def _told(results: Sequence[StoredResult], reports: Iterable[StoredReport]) -> dict[UUID, Told]:
    """What every letter that says anything in force, or what replaced it, says to a requisition."""
    current: defaultdict[UUID, list[StoredResult]] = defaultdict(list)
    for row in results:
        if row.current:
            current[row.letter_key].append(row)
    told = {key: _in_force([row.result for row in rows], rows[0].report.status) for key, rows in current.items()}
    whole = list(reports)
    for report in whole:
        if report.current:
            told[report.letter_key] = _in_force(report.report.results, report.report.status)
    for report in whole:
        # What replaced a letter answers in its place, also where it does not repeat the requester's number.
        if report.superseded_by is not None:
            told[report.letter_key] = told[report.superseded_by]
    return told


def _in_force(results: Sequence[Result], status: ReportStatus | None) -> Told:
    arrived = [result for result in results if result.status != "received"]
    settled = [result for result in arrived if result.status != "preliminary"]
    analyses = _analyses(arrived)
    return Told(
        analyses=analyses,
        status=status,
        arrived=bool(arrived),
        finished=len(settled) == len(results),
        preliminary=analyses - _analyses(settled),
    )


def _analyses(results: Iterable[Result]) -> frozenset[AnalysisKey]:
    return frozenset((result.analysis.value, result.analysis.system, result.analysis.responsible) for result in results)
