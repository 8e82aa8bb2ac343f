"""Finding a patient. The number is sent in the body of a form, so that it stands in no address and no log."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.types import ControllerRouterHandler

from labbro.codes import cpr
from labbro.databank import PatientSummary
from labbro.databank.keys import NOBODY, PatientKeys
from labbro.errors import TooMany
from labbro.platform import telemetry
from labbro.portal import formats
from labbro.portal.access import REASONS, log_view
from labbro.portal.seals import Seen
from labbro.portal.sessions import Session
from labbro.portal.web import (
    AnyRequest,
    Page,
    Portal,
    Visit,
    check_clinician,
    check_form,
    go_to,
    page,
    to_sign_in,
    visit,
)

LONGEST_IDENTIFIER = 40
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


_look_ups = telemetry.counter("look_ups", "Searches for a patient by an identifier.", ("outcome",))


class Hit(msgspec.Struct, frozen=True):
    """One possible patient in a list."""

    handle: str
    name: str
    identifier: str
    reports: str
    newest: str


def handlers(portal: Portal) -> list[ControllerRouterHandler]:
    """The search page and what it sends."""

    @get("/", sync_to_thread=True)
    def search(request: AnyRequest) -> Page:
        seen = visit(portal, request)
        if seen.session is None:
            return to_sign_in(portal, request)
        if seen.member:
            return go_to("/number-service")
        return _search_page(portal, seen)

    @post("/patients", sync_to_thread=True)
    def look_up(request: AnyRequest, data: Form) -> Page:
        seen = visit(portal, request)
        if seen.session is None:
            return to_sign_in(portal, request)
        check_form(portal, seen, data)
        check_clinician(seen)
        identifier = cpr.normal(data.get("identifier", ""))
        reason = data.get("reason", "")
        if not identifier:
            return _search_page(portal, seen, problem=seen.texts.identifier_missing, status=422)
        if len(identifier) > LONGEST_IDENTIFIER:
            return _search_page(portal, seen, problem=seen.texts.identifier_too_long, status=422)
        return _look_up(portal, seen, seen.session, identifier, reason if reason in REASONS else "")

    return [search, look_up]


def _look_up(portal: Portal, seen: Visit, session: Session, identifier: str, reason: str) -> Page:
    """Counts, looks, writes to the log, and only then tells."""
    try:
        portal.sessions.count_look_up(session.actor)
    except TooMany:
        _look_ups.labels("too-many").inc()
        raise
    found = portal.databank.find_patients(identifier)
    _look_ups.labels("none" if not found else "one" if len(found) == 1 else "several").inc()
    if not found:
        log_view(portal, session, Seen(_key_without_letters(portal, identifier), reason), "search")
        return page(portal, seen, "none_found.html", status=404)
    for patient in found:
        log_view(portal, session, Seen(patient.key, reason), "search")
    handles = [portal.seals.handle(session.token, Seen(patient.key, reason), REASONS) for patient in found]
    if len(found) == 1:
        return go_to(f"/patients/{handles[0]}/results")
    hits = [_hit(patient, handle, seen) for patient, handle in zip(found, handles, strict=True)]
    return page(portal, seen, "several_found.html", hits=hits)


def _key_without_letters(portal: Portal, identifier: str) -> UUID:
    """The key that a person will have once a letter comes: a look-up that found nothing can be shown to them, too."""
    said = cpr.read(identifier)
    if said is None or said.kind not in ("cpr", "x-ecpr"):
        return NOBODY
    kind = "cpr" if said.kind == "cpr" else "alternative"
    return PatientKeys(portal.settings.secret).of_identifier(kind, "", identifier)


def _hit(patient: PatientSummary, handle: str, seen: Visit) -> Hit:
    texts = seen.texts
    newest = patient.newest_report_at
    return Hit(
        handle=handle,
        name=formats.person_name(patient.surname, patient.given_name) or texts.patient,
        identifier=formats.identifier(patient.identifier) or texts.identifier_unknown,
        reports=texts.reports_count.of(patient.reports),
        newest=texts.newest_report.format(day=formats.day(newest)) if newest else "",
    )


def _search_page(portal: Portal, seen: Visit, *, problem: str = "", status: int = 200) -> Page:
    return page(portal, seen, "search.html", status=status, problem=problem, examples=portal.examples)
