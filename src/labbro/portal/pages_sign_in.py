"""Signing in and out, and choosing the language."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.types import ControllerRouterHandler

from labbro.errors import NotAllowed, NotFound, Unavailable
from labbro.platform import telemetry
from labbro.portal.demonstration import CLINICIANS
from labbro.portal.invented_members import invented_members, member_actor
from labbro.portal.openid import FLOW_LASTS, Flow, OpenId
from labbro.portal.sessions import Actor, Way
from labbro.portal.web import (
    AnyRequest,
    Page,
    Portal,
    Visit,
    check_form,
    cookie,
    go_to,
    language_cookie,
    own_path,
    page,
    visit,
)

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
_FLOW_SEAL = "openid sign-in"
_sign_ins = telemetry.counter("sign_ins", "People who signed in.", ("kind",))


def handlers(portal: Portal) -> list[ControllerRouterHandler]:
    """Pages and forms about who is here."""

    @get("/sign-in", sync_to_thread=True)
    def sign_in(request: AnyRequest) -> Page:
        return _sign_in_page(portal, visit(portal, request), late="late" in request.query_params)

    @post("/sign-in/demonstration", sync_to_thread=True)
    def demonstration(request: AnyRequest, data: Form) -> Page:
        if not portal.settings.demonstration:
            raise NotFound("There is no demonstration sign-in here.")
        seen = visit(portal, request)
        check_form(portal, seen, data)
        who = data.get("who", "")
        actor = CLINICIANS.get(who) or member_actor(portal, who)
        if actor is None:
            raise NotAllowed("There is no such invented person.")
        return _begin(portal, seen, actor, "demonstration", go_to("/"))

    @get("/sign-in/openid", sync_to_thread=True)
    def openid() -> Page:
        address, flow = _client(portal).start()
        answer = go_to(address)
        sealed = portal.seals.seal(_FLOW_SEAL, msgspec.json.encode(flow))
        # Lax, because the browser comes back from the provider's site.
        answer.set_cookie(cookie(portal, "flow", sealed, seconds=int(FLOW_LASTS.total_seconds()), lax=True))
        return answer

    @get("/sign-in/openid/back", sync_to_thread=True)
    def openid_back(request: AnyRequest) -> Page:
        seen = visit(portal, request)
        opened = portal.seals.open(_FLOW_SEAL, request.cookies.get(portal.cookie_name("flow"), ""))
        if opened is None:
            raise NotAllowed("No sign-in is under way in this browser.", code="sign-in-refused")
        actor = _client(portal).finish(msgspec.json.decode(opened, type=Flow), request.query_params)
        answer = page(portal, seen, "signed_in.html")
        # The session's cookie is not sent along from other sites, so the way here ends on a page of ours that goes on.
        answer.set_header("refresh", "0; url=/")
        answer.set_cookie(cookie(portal, "flow", "", seconds=0, lax=True))
        return _begin(portal, seen, actor, "openid", answer)

    @post("/sign-out", sync_to_thread=True)
    def sign_out(request: AnyRequest, data: Form) -> Page:
        seen = visit(portal, request)
        check_form(portal, seen, data)
        provider = None
        if seen.session is not None:
            portal.sessions.end(seen.session.token)
            provider = _provider_sign_out(portal) if seen.session.way == "openid" else None
        gone = msgspec.structs.replace(seen, session=None)
        answer = page(portal, gone, "signed_out.html", provider=provider)
        answer.set_cookie(cookie(portal, "session", "", seconds=0))
        answer.set_header("clear-site-data", '"cache"')
        return answer

    @post("/language", sync_to_thread=True)
    def language(request: AnyRequest, data: Form) -> Page:
        seen = visit(portal, request)
        check_form(portal, seen, data)
        answer = go_to(own_path(data.get("back")))
        answer.set_cookie(language_cookie(portal, data.get("language", "")))
        return answer

    return [sign_in, demonstration, openid, openid_back, sign_out, language]


def _sign_in_page(portal: Portal, seen: Visit, *, late: bool) -> Page:
    if seen.session is not None:
        return go_to("/")
    clinicians: dict[str, Any] = CLINICIANS if portal.settings.demonstration else {}
    issuer = portal.openid.issuer if portal.openid else None
    members = invented_members(portal, seen.texts.operator) if portal.settings.demonstration else ()
    return page(portal, seen, "sign_in.html", clinicians=clinicians, members=members, issuer=issuer, late=late)


def _begin(portal: Portal, seen: Visit, actor: Actor, way: Way, answer: Page) -> Page:
    """A new session with a new token; one that the browser had before is ended."""
    if seen.session is not None:
        portal.sessions.end(seen.session.token)
    session = portal.sessions.begin(actor, way)
    _sign_ins.labels(way).inc()
    answer.set_cookie(cookie(portal, "session", session.token))
    answer.set_cookie(cookie(portal, "visit", "", seconds=0))
    return answer


def _client(portal: Portal) -> OpenId:
    if portal.openid is None:
        raise NotFound("There is no OpenID Connect sign-in here.")
    return portal.openid


def _provider_sign_out(portal: Portal) -> str | None:
    """Signing out here must work even when the provider is away."""
    try:
        return _client(portal).sign_out_address(portal.settings.public_url + "/sign-in")
    except (Unavailable, NotAllowed):
        return None
