"""The pages on which people act with numbers, and those of agreements, parties and words."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from labbro.errors import LabbroError, WrongUse
from labbro.numbers.model import DrawRequest
from labbro.portal.numbers import agreement, drawing, parties, telling
from labbro.portal.numbers.blocks import Content
from labbro.portal.numbers.door import Guest, Rooms, address_of, enter, shown
from labbro.portal.numbers.pages_numbers import FormData, request_id_of, texts_of, uuid_or_none
from labbro.portal.web import AnyRequest, Page, check_form, go_to

_PLAIN_PAGES: dict[str, Callable[[Guest], Content]] = {
    "draw": drawing.draw,
    "approvals": drawing.approvals,
    "agents": drawing.agents,
    "board": agreement.board,
    "accounts": parties.accounts,
    "systems": agreement.systems,
    "contacts": parties.contacts,
    "people": parties.people,
    "notices": telling.notices,
    "questions": telling.questions,
}


def handlers(rooms: Rooms) -> list[ControllerRouterHandler]:
    """Pages and forms."""
    return [*(_plain(rooms, name, build) for name, build in _PLAIN_PAGES.items()), *_more(rooms), *_forms(rooms)]


def _plain(rooms: Rooms, name: str, build: Callable[[Guest], Content]) -> HTTPRouteHandler:
    """A page that takes nothing from its address."""

    @get(f"/number-service/{name}", sync_to_thread=True, name=f"number-service-{name}")
    def plain_page(request: AnyRequest) -> Page:
        guest = enter(rooms, request, name)
        return guest if isinstance(guest, Response) else shown(guest, name, build(guest))

    return plain_page


def _more(rooms: Rooms) -> list[HTTPRouteHandler]:
    @get("/number-service/accounts/{account_id:uuid}", sync_to_thread=True)
    def account(request: AnyRequest, account_id: FromPath[UUID]) -> Page:
        guest = enter(rooms, request, "accounts")
        return guest if isinstance(guest, Response) else shown(guest, "accounts", parties.account(guest, account_id))

    @get("/number-service/questions/{escalation_id:uuid}", sync_to_thread=True)
    def question(request: AnyRequest, escalation_id: FromPath[UUID]) -> Page:
        guest = enter(rooms, request, "questions")
        return (
            guest if isinstance(guest, Response) else shown(guest, "questions", telling.question(guest, escalation_id))
        )

    @get("/number-service/mails", sync_to_thread=True)
    def mails(request: AnyRequest) -> Page:
        guest = enter(rooms, request, "mails")
        if isinstance(guest, Response):
            return guest
        return shown(guest, "mails", telling.mails(guest, uuid_or_none(guest.query("notice"))))

    return [account, question, mails]


def _forms(rooms: Rooms) -> list[HTTPRouteHandler]:
    @post("/number-service/draw", sync_to_thread=True)
    def draw(request: AnyRequest, data: FormData) -> Page:
        guest = enter(rooms, request, "draw")
        if isinstance(guest, Response):
            return guest
        check_form(rooms.portal, guest.visit, data)
        return _draw(guest, texts_of(data))

    @post("/number-service/approvals/{approval_id:uuid}/decision", sync_to_thread=True)
    def decide(request: AnyRequest, approval_id: FromPath[UUID], data: FormData) -> Page:
        guest = enter(rooms, request, "approvals")
        if isinstance(guest, Response):
            return guest
        check_form(rooms.portal, guest.visit, data)
        return _decide(guest, approval_id, texts_of(data).get("approve", ""))

    @post("/number-service/agents/{agent_id:uuid}/acknowledgement", sync_to_thread=True)
    def acknowledge(request: AnyRequest, agent_id: FromPath[UUID], data: FormData) -> Page:
        guest = enter(rooms, request, "agents")
        if isinstance(guest, Response):
            return guest
        check_form(rooms.portal, guest.visit, data)
        guest.rooms.numbers.acknowledge(guest.caller, agent_id)
        return go_to(address_of("agents"))

    return [draw, decide, acknowledge]


def _draw(guest: Guest, told: dict[str, str]) -> Page:
    """A series; or, far above plan, on to the page where another person decides."""
    count = told.get("count", "")
    try:
        if not count.isdecimal() or len(count) > 9:
            sentence = guest.words.field_wrong.format(field=guest.words.how_many)
            raise WrongUse(sentence, message_da=sentence)
        request = DrawRequest(
            request_id=request_id_of(told), count=int(count), account_id=uuid_or_none(told.get("account_id", ""))
        )
        drawn = guest.rooms.numbers.draw(guest.caller, request)
    except LabbroError as error:
        if error.code == "approval-needed":
            return go_to(address_of("approvals"))
        if error.status == 404:
            raise
        content = drawing.draw(guest, told)
        return shown(guest, "draw", content, status=error.status, problem=guest.sentence(error))
    return go_to(f"{address_of('series', drawn.series.series_id)}?new=1")


def _decide(guest: Guest, approval_id: UUID, told: str) -> Page:
    if told not in ("yes", "no"):
        raise WrongUse("Say yes or no.", message_da="Sig ja eller nej.")
    try:
        guest.rooms.numbers.approve(guest.caller, approval_id, approve=told == "yes")
    except LabbroError as error:
        if error.status not in (403, 409):
            raise
        content = drawing.approvals(guest)
        return shown(guest, "approvals", content, status=error.status, problem=guest.sentence(error))
    return go_to(address_of("approvals"))
