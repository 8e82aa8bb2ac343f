"""For machines: GET /requisitions/{sender}/{letter}: how far a requisition is answered, and by which letters.

It names letters, numbers and analyses that the requester sent, no patient and no result, as receipts do. Who asked is
kept in the patient's access log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from labbro.databank.databank import Databank
from labbro.databank.history import AccessEntry, Answer, PatientHistory, ReportSummary, StoredRequisition
from labbro.platform import logs
from labbro.platform.clock import Clock
from labbro.records.answers import AnswerState, Step
from labbro.records.model import Report
from labbro.records.requisition import RequisitionKind

Check = Callable[[Request[Any, Any, Any]], str]


class AnsweringLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that answers. `number` is what both carry, `step` where the requisition carries it.

    `in_force`: it still says something that no later letter has replaced. Times are local Danish time, as in letters.
    """

    sender: str
    letter: str
    standard: str
    version: str
    authorised_at: dt.datetime
    in_force: bool
    number: str
    step: Step
    same_laboratory: bool
    ambiguous: bool


class RequisitionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How far a requisition is answered. `missing` are codes of analyses without a result; null: cannot be compared."""

    sender: str
    letter: str
    kind: RequisitionKind
    standard: str
    version: str
    requested_at: dt.datetime
    state: AnswerState
    missing: list[str] | None
    answers: list[AnsweringLetter]


def route(databank: Databank, check: Check, clock: Clock, problems: Mapping[int, ResponseSpec]) -> HTTPRouteHandler:
    """The handler. `check` lets the caller in and names it; `problems` are the failures it may answer with."""

    @get(
        "/requisitions/{sender:str}/{letter:str}",
        sync_to_thread=True,
        responses=dict(problems),
        summary="How far a requisition is answered",
        tags=["requisitions"],
    )
    def get_requisition(
        request: Request[Any, Any, Any], sender: FromPath[str], letter: FromPath[str]
    ) -> RequisitionAnswer:
        """By the requester's EAN and the number of its letter; answers are matched by the numbers that both carry."""
        caller = check(request)
        patient_key, stored, history = databank.requisition(sender, letter)
        entry = AccessEntry(
            patient_key=patient_key,
            at=clock.now(),
            actor=caller,
            actor_name=caller,
            action="requisition",
            request_id=logs.request_id.get() or "",
            letter_key=stored.letter_key,
        )
        databank.log_access(entry)
        return _told(stored, history)

    return get_requisition


def _told(stored: StoredRequisition, history: PatientHistory) -> RequisitionAnswer:
    requisition = stored.requisition
    missing = None
    if stored.missing is not None:
        codes = {analysis.ordinal: analysis.analysis.value for analysis in requisition.analyses}
        missing = [codes[ordinal] for ordinal in stored.missing]
    reports: dict[UUID, Report | ReportSummary] = {row.letter_key: row.report for row in history.rows}
    reports |= {report.letter_key: report.report for report in history.reports}
    in_force = {row.letter_key for row in history.rows if row.current}
    in_force |= {report.letter_key for report in history.reports if report.current}
    return RequisitionAnswer(
        sender=requisition.sender.ean or "",
        letter=requisition.letter_identifier,
        kind=requisition.kind,
        standard=requisition.standard,
        version=requisition.version,
        requested_at=requisition.requested_at,
        state=stored.state,
        missing=missing,
        answers=[
            _answer(answer, reports[answer.report_key], in_force=answer.report_key in in_force)
            for answer in stored.answers
            if answer.report_key in reports
        ],
    )


def _answer(answer: Answer, report: Report | ReportSummary, *, in_force: bool) -> AnsweringLetter:
    return AnsweringLetter(
        sender=report.sender.ean or "",
        letter=report.letter_identifier,
        standard=report.standard,
        version=report.version,
        authorised_at=report.authorised_at,
        in_force=in_force,
        number=answer.number,
        step=answer.step,
        same_laboratory=answer.same_laboratory,
        ambiguous=answer.ambiguous,
    )
