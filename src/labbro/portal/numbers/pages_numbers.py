"""The pages about numbers: the overview, series and their fate, releases, and look-ups."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.types import ControllerRouterHandler

from labbro.errors import LabbroError, WrongUse
from labbro.numbers.model import ReleaseRequest
from labbro.portal.numbers import life, looking, overview, series
from labbro.portal.numbers.blocks import Section
from labbro.portal.numbers.door import Guest, Rooms, address_of, enter, shown
from labbro.portal.web import AnyRequest, Page, check_form, go_to

FormData = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


def handlers(rooms: Rooms) -> list[ControllerRouterHandler]:
    """Pages and forms."""

    @get("/number-service", sync_to_thread=True)
    def overview_page(request: AnyRequest) -> Page:
        guest = enter(rooms, request, "overview")
        return guest if isinstance(guest, Response) else shown(guest, "overview", overview.build(guest))

    @get("/number-service/series", sync_to_thread=True)
    def series_page(request: AnyRequest) -> Page:
        guest = enter(rooms, request, "series")
        if isinstance(guest, Response):
            return guest
        account_id, before = uuid_or_none(guest.query("account")), uuid_or_none(guest.query("before"))
        return shown(guest, "series", series.all_series(guest, account_id, before))

    @get("/number-service/series/{series_id:uuid}", sync_to_thread=True)
    def one_series(request: AnyRequest, series_id: FromPath[UUID]) -> Page:
        guest = enter(rooms, request, "series")
        return guest if isinstance(guest, Response) else _one_series(guest, series_id)

    @post("/number-service/series/{series_id:uuid}/release", sync_to_thread=True)
    def release(request: AnyRequest, series_id: FromPath[UUID], data: FormData) -> Page:
        guest = enter(rooms, request, "series")
        if isinstance(guest, Response):
            return guest
        check_form(rooms.portal, guest.visit, data)
        return _release(guest, series_id, texts_of(data))

    @get("/number-service/look-up", sync_to_thread=True)
    def look_up_page(request: AnyRequest) -> Page:
        guest = enter(rooms, request, "look-up")
        return guest if isinstance(guest, Response) else shown(guest, "look-up", looking.content(guest))

    @post("/number-service/look-up", sync_to_thread=True)
    def look_up(request: AnyRequest, data: FormData) -> Page:
        guest = enter(rooms, request, "look-up")
        if isinstance(guest, Response):
            return guest
        check_form(rooms.portal, guest.visit, data)
        return _look_up(guest, texts_of(data).get("number", ""))

    return [overview_page, series_page, one_series, release, look_up_page, look_up]


def texts_of(data: dict[str, Any]) -> dict[str, str]:
    """The fields that were told once."""
    return {name: value.strip() for name, value in data.items() if isinstance(value, str)}


def uuid_or_none(told: str) -> UUID | None:
    """An id in an address; None for nothing. Raises WrongUse for anything else."""
    if not told:
        return None
    try:
        return UUID(told)
    except ValueError:
        raise WrongUse("An id in the address is no UUID.", message_da="Et id i adressen er ikke en UUID.") from None


def request_id_of(told: dict[str, str]) -> UUID:
    """The form's request id. Raises WrongUse."""
    found = uuid_or_none(told.get("request_id", ""))
    if found is None:
        raise WrongUse("The form has no request id.", message_da="Formularen har intet id.")
    return found


def _one_series(guest: Guest, series_id: UUID, problem: LabbroError | None = None) -> Page:
    found = guest.rooms.numbers.series(guest.caller, series_id)
    content = series.one_series(guest, found, new=guest.query("new") == "1")
    told = guest.sentence(problem) if problem else ""
    return shown(guest, "series", content, status=problem.status if problem else 200, problem=told)


def _release(guest: Guest, series_id: UUID, told: dict[str, str]) -> Page:
    request = ReleaseRequest(
        request_id=request_id_of(told),
        series_id=series_id,
        reason=told.get("reason", ""),
        first_number=told.get("first_number") or None,
        last_number=told.get("last_number") or None,
    )
    try:
        guest.rooms.numbers.release(guest.caller, request)
    except LabbroError as error:
        if error.status in (403, 404):
            raise
        return _one_series(guest, series_id, error)
    return go_to(address_of("series", series_id))


def _look_up(guest: Guest, told: str) -> Page:
    w = guest.words
    number = told[: looking.LONGEST_INPUT]
    explained = guest.rooms.numbers.explain(guest.caller, number)
    try:
        found = guest.rooms.numbers.look_up(explained.number)
    except LabbroError as error:
        if error.status >= 500:
            raise
        sections: tuple[Section, ...] = looking.explained(guest, explained, guest.sentence(error) or w.wrong_number)
        return shown(guest, "look-up", looking.content(guest, sections, number), status=error.status)
    own = guest.rooms.numbers.holds(guest.caller, found)
    if own:  # as at the REST door: a sample's life is told to those who answer for its number
        life_of = life.reader(guest.rooms.portal.databank, guest.rooms.members)
        found = msgspec.structs.replace(found, life=life_of(found.number))
    return shown(guest, "look-up", looking.content(guest, looking.found(guest, found, own=own), number))
