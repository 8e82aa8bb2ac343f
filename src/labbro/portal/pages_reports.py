"""A patient's pages of microbiology, pathology, genetics and requisitions: lists with filters, and one of each."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from labbro.errors import NotFound
from labbro.portal import filters, formats, reports, requisitions
from labbro.portal.filters import ReportFilters
from labbro.portal.patient import Opened, Where, banner, enter, letter_key, name_of
from labbro.portal.reports import Field, ReportList
from labbro.portal.requisitions import RequisitionList
from labbro.portal.texts import Texts
from labbro.portal.web import AnyRequest, Page, Portal, go_to, page


def handlers(portal: Portal) -> list[ControllerRouterHandler]:
    """Pages under the patient's handle."""

    @get("/patients/{handle:str}/reports/{letter:str}", sync_to_thread=True)
    def report(request: AnyRequest, handle: FromPath[str], letter: FromPath[str]) -> Page:
        key = letter_key(letter)
        told = enter(portal, request, handle, "report", key)
        return told if isinstance(told, Response) else _report(portal, told, key)

    @get("/patients/{handle:str}/requisitions", sync_to_thread=True)
    def requisition_list(request: AnyRequest, handle: FromPath[str]) -> Page:
        told = enter(portal, request, handle, "history")
        return told if isinstance(told, Response) else _requisitions(portal, told)

    @get("/patients/{handle:str}/requisitions/{letter:str}", sync_to_thread=True)
    def requisition(request: AnyRequest, handle: FromPath[str], letter: FromPath[str]) -> Page:
        key = letter_key(letter)
        told = enter(portal, request, handle, "requisition", key)
        return told if isinstance(told, Response) else _requisition(portal, told, key)

    return [*(_list_handler(portal, field) for field in reports.FIELDS), report, requisition_list, requisition]


def _list_handler(portal: Portal, field: Field) -> ControllerRouterHandler:
    @get(f"/patients/{{handle:str}}/{field}", sync_to_thread=True)
    def report_list(request: AnyRequest, handle: FromPath[str]) -> Page:
        told = enter(portal, request, handle, "history")
        return told if isinstance(told, Response) else _list(portal, told, field)

    return report_list


def _wanted(told: Opened, path: str) -> ReportFilters | Page:
    """The filters; a search text that looks like an identity is thrown out of the address first."""
    wanted = filters.of_reports(told.visit.request.query_params)
    if filters.holds_identity(wanted.text):
        rest = wanted.without_text()
        return go_to(f"{told.address}/{path}{rest}{'&' if rest else '?'}removed=1")
    return wanted


def _list(portal: Portal, told: Opened, field: Field) -> Page:
    texts = told.visit.texts
    wanted = _wanted(told, field)
    if isinstance(wanted, Response):
        return wanted
    history = portal.databank.history(told.seen.patient_key)
    now = formats.danish_time(portal.clock.now())
    view = reports.build(history, field, wanted, texts, now.date())
    return page(
        portal,
        told.visit,
        "reports.html",
        patient=banner(portal, told, history.patient, field, history),
        view=view,
        title=texts.fields[field],
        words=_report_counts(view, texts),
        **_frame(told, texts, now),
    )


def _report_counts(view: ReportList, texts: Texts) -> list[str]:
    if view.total == 0:
        return []
    words = [
        texts.reports_selected.format(selected=view.selected, total=view.total)
        if view.filters.any
        else texts.reports_in_force.of(view.total)
    ]
    return [*words, texts.earlier_note.of(view.earlier)] if view.earlier else words


def _frame(told: Opened, texts: Texts, now: dt.datetime) -> dict[str, Any]:
    """What both lists say besides their content."""
    actor = told.visit.session.actor.name if told.visit.session else ""
    return {
        "removed": "removed" in told.visit.request.query_params,
        "printed": texts.printed.format(when=formats.moment(now), name=actor),
    }


def _report(portal: Portal, told: Opened, key: UUID) -> Page:
    texts = told.visit.texts
    history = portal.databank.history(told.seen.patient_key)
    found = reports.report_page(history, key, texts)
    if found is None:
        raise NotFound("The patient has no such report.")
    return _one(
        portal,
        told,
        "report.html",
        banner(portal, told, history.patient, found.field, history),
        found.field,
        report=found,
    )


def _requisitions(portal: Portal, told: Opened) -> Page:
    texts = told.visit.texts
    wanted = _wanted(told, "requisitions")
    if isinstance(wanted, Response):
        return wanted
    history = portal.databank.history(told.seen.patient_key)
    now = formats.danish_time(portal.clock.now())
    view = requisitions.build(history, wanted, texts, now.date())
    return page(
        portal,
        told.visit,
        "requisitions.html",
        patient=banner(portal, told, history.patient, "requisitions", history),
        view=view,
        title=texts.requisitions,
        words=_requisition_counts(view, texts),
        **_frame(told, texts, now),
    )


def _requisition_counts(view: RequisitionList, texts: Texts) -> list[str]:
    if view.total == 0:
        return []
    words = [
        texts.requisitions_selected.format(selected=len(view.ordered), total=view.total)
        if view.filters.any
        else texts.requisitions_counted.of(view.total)
    ]
    return [*words, texts.requisitions_awaited.of(view.awaited)] if view.awaited else words


def _requisition(portal: Portal, told: Opened, key: UUID) -> Page:
    history = portal.databank.history(told.seen.patient_key)
    found = requisitions.requisition_page(history, key, told.visit.texts)
    if found is None:
        raise NotFound("The patient has no such requisition.")
    head = banner(portal, told, history.patient, "requisitions", history)
    return _one(portal, told, "requisition.html", head, "requisitions", requisition=found)


def _one(portal: Portal, told: Opened, template: str, head: object, home: Where, **content: Any) -> Page:
    texts = told.visit.texts
    now = formats.danish_time(portal.clock.now())
    back = texts.back_to.format(list=name_of(home, texts))
    return page(portal, told.visit, template, patient=head, home=home, back=back, **content, **_frame(told, texts, now))
