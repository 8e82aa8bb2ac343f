"""Every act of the members room as a page with one form, and what it sends. The act's own rules decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from labbro.errors import LabbroError, NotFound
from labbro.members import acts
from labbro.members.changes import name_of
from labbro.portal.numbers import acting
from labbro.portal.numbers.asking import SPECS
from labbro.portal.numbers.blocks import Content, Link, Section
from labbro.portal.numbers.door import Guest, Rooms, after, enter, shown
from labbro.portal.numbers.pages_numbers import FormData, request_id_of, texts_of
from labbro.portal.web import AnyRequest, Page, check_form


def handlers(rooms: Rooms) -> list[ControllerRouterHandler]:
    """The form, and what it sends."""

    @get("/number-service/do/{name:str}", sync_to_thread=True)
    def ask(request: AnyRequest, name: FromPath[str]) -> Page:
        guest = enter(rooms, request, "overview")
        if isinstance(guest, Response):
            return guest
        return _form(guest, _named(name), dict(request.query_params.items()), rooms.members.identities.new())

    @post("/number-service/do/{name:str}", sync_to_thread=True)
    def do(request: AnyRequest, name: FromPath[str], data: FormData) -> Page:
        guest = enter(rooms, request, "overview")
        if isinstance(guest, Response):
            return guest
        check_form(rooms.portal, guest.visit, data)
        return _do(guest, _named(name), data)

    return [ask, do]


def _named(name: str) -> type[acts.Act]:
    act = acting.BY_NAME.get(name)
    if act is None:
        raise NotFound("There is no such act.")
    return act


def _form(
    guest: Guest, act: type[acts.Act], told: dict[str, Any], request_id: UUID, error: LabbroError | None = None
) -> Page:
    spec = SPECS[act]
    ids = acting.ids_of(guest, act, told)
    acting.check_reach(guest, act, ids)
    form = acting.form_of(guest, act, ids, told, request_id)
    w = guest.words
    notes = " ".join(note for note in (w.act_notes.get(name_of(act), ""), w.grave_note if spec.grave else "") if note)
    content = Content(
        title=w.acts[name_of(act)],
        lead=acting.about(guest, ids),
        back=Link(w.back, acting.back_of(guest, spec, ids)),
        sections=(Section(text=notes, forms=(form,)),),
    )
    status, problem = (error.status, guest.sentence(error)) if error else (200, "")
    return shown(guest, spec.back, content, status=status, problem=problem)


def _do(guest: Guest, act: type[acts.Act], data: dict[str, Any]) -> Page:
    ids = acting.ids_of(guest, act, data)
    request_id = request_id_of(texts_of(data))
    try:
        filled = acting.act_of(guest, act, ids, data, request_id)
        guest.rooms.members.changes.do(guest.caller, filled)
    except LabbroError as error:
        if error.status >= 500 or error.status in (403, 404):
            raise
        return _form(guest, act, data, request_id, error)
    return after(acting.back_of(guest, SPECS[act], ids), request_id)
