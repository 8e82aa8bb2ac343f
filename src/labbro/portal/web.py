"""The plumbing under the portal's pages: cookies, form tokens, templates, and errors as pages.

Headers that every answer carries (content security policy and so on) come from labbro.platform.edge.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException

from labbro.comparability.store import RegistryStore
from labbro.databank import Databank
from labbro.errors import LabbroError, NotAllowed
from labbro.members.members import Members
from labbro.platform import logs
from labbro.platform.clock import Clock
from labbro.platform.settings import Settings
from labbro.portal.assets import Assets
from labbro.portal.demonstration import Example
from labbro.portal.i18n import texts_in
from labbro.portal.openid import OpenId
from labbro.portal.seals import Seals
from labbro.portal.sessions import IDLE, Session, Sessions
from labbro.portal.texts import Texts

AnyRequest = Request[Any, Any, Any]
Page = Response[str]
_LANGUAGE_SECONDS = 365 * 24 * 3600
_log = logs.get_logger(__name__)


def environment() -> Environment:
    """Jinja with escaping always on and no silence about a missing name."""
    return Environment(
        loader=PackageLoader("labbro.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


class Portal(msgspec.Struct, frozen=True):
    """What the pages stand on."""

    databank: Databank
    sessions: Sessions
    seals: Seals
    settings: Settings
    clock: Clock
    assets: Assets
    templates: Environment
    openid: OpenId | None
    registry: RegistryStore | None = None
    examples: tuple[Example, ...] = ()
    members: Members | None = None

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS; cookies are then bound to it."""
        return self.settings.reached_by_tls

    def cookie_name(self, name: str) -> str:
        """See cookie_name below."""
        return cookie_name(name, secure=self.secure)


class Visit(msgspec.Struct, frozen=True):
    """One request as a page sees it: whose it is and in which language. `visit` secures forms before a sign-in.

    `member`: whoever is signed in is or was a person of the number service.
    """

    request: AnyRequest
    texts: Texts
    session: Session | None
    visit: str
    new_visit: bool
    member: bool = False

    @property
    def form_secret(self) -> str:
        """What the form token is bound to."""
        return self.session.token if self.session else self.visit


def cookie_name(name: str, *, secure: bool) -> str:
    """With the prefix that forbids other hosts and paths to set it, where browsers honour it."""
    return f"__Host-labbro-{name}" if secure else f"labbro-{name}"


def visit(portal: Portal, request: AnyRequest) -> Visit:
    """Reads cookies: language, session, visit."""
    cookies = request.cookies
    session = portal.sessions.find(cookies.get(portal.cookie_name("session")))
    known = cookies.get(portal.cookie_name("visit"), "")
    fits = 20 <= len(known) <= 100
    return Visit(
        request=request,
        texts=texts_in(cookies.get("labbro-language")),
        session=session,
        visit=known if fits else secrets.token_urlsafe(24),
        new_visit=not fits,
        member=_is_member(portal, session),
    )


def page(portal: Portal, seen: Visit, template: str, *, status: int = 200, **content: Any) -> Page:
    """A template as an answer, in the visitor's language."""
    told: dict[str, Any] = {
        "t": seen.texts,
        "actor": seen.session.actor if seen.session else None,
        "member": seen.member,
        "registry": portal.registry is not None,
        "demonstration": portal.settings.demonstration,
        "idle_seconds": int(IDLE.total_seconds()),
        "form_token": portal.seals.form_token(seen.form_secret),
        "here": here(seen.request),
        "asset": portal.assets,
        "request_id": logs.request_id.get() or "",
        **content,
    }
    answer = Response(
        portal.templates.get_template(template).render(told), status_code=status, media_type="text/html; charset=utf-8"
    )
    if seen.new_visit and seen.session is None:
        answer.set_cookie(cookie(portal, "visit", seen.visit))
    return answer


def error_page(portal: Portal, request: AnyRequest, error: Exception) -> Page:
    """An error in plain words, by its kind; of a fault of ours only the request number, by which the log finds it."""
    texts = texts_in(request.cookies.get("labbro-language"))
    status = error.status_code if isinstance(error, HTTPException) else getattr(error, "status", 500)
    words = {
        403: (texts.not_allowed, texts.not_allowed_note),
        404: (texts.not_found, texts.not_found_note),
        429: (texts.too_many, texts.too_many_note),
        503: (texts.unavailable, texts.unavailable_note),
    }
    other = (texts.wrong_use, texts.wrong_use_note) if 400 <= status < 500 else (texts.broken, texts.broken_note)
    heading, note = words.get(status, other)
    if getattr(error, "code", "") == "sign-in-refused":
        heading, note = texts.sign_in_failed, texts.sign_in_failed_note
    if getattr(error, "code", "") == "held-back":
        note = texts.held_back_note
    if getattr(error, "code", "") == "no-patients":
        note = texts.no_patients_note
    if status >= 500:
        _log.error("page failed", exc_info=error)
    elif isinstance(error, LabbroError):
        _log.warning("page refused", code=error.code, reason=error.message)
    bare = Visit(request, texts, None, "", new_visit=False)
    answer = page(portal, bare, "error.html", status=status, heading=heading, note=note, failed=True)
    if status in (429, 503):
        answer.set_header("retry-after", "60" if status == 429 else "5")
    return answer


def to_sign_in(portal: Portal, request: AnyRequest) -> Page:
    """To the sign-in; with a word of explanation when a session has run out."""
    return go_to("/sign-in?late" if portal.cookie_name("session") in request.cookies else "/sign-in")


def check_clinician(seen: Visit) -> None:
    """Keeps people of the number service from patients, those who were it once as well. Raises NotAllowed."""
    if seen.member:
        raise NotAllowed("People of the number service see no patients.", code="no-patients")


def _is_member(portal: Portal, session: Session | None) -> bool:
    """Whether whoever is signed in is or was a person of the number service."""
    if session is None or portal.members is None:
        return False
    return portal.members.current().ever_signed_in(session.actor.identifier)


def check_form(portal: Portal, seen: Visit, form: Mapping[str, Any]) -> None:
    """Refuses a form that did not come from our own page in this session. Raises NotAllowed."""
    site = seen.request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise NotAllowed("The form came from another site.")
    told = form.get("form_token")
    if not isinstance(told, str) or not portal.seals.form_token_fits(seen.form_secret, told):
        raise NotAllowed("The form does not carry this session's token.")


def cookie(portal: Portal, name: str, value: str, *, seconds: int | None = None, lax: bool = False) -> Cookie:
    """A cookie of ours: for this host only, unreadable for scripts, never sent along from other sites."""
    return Cookie(
        key=portal.cookie_name(name),
        value=value,
        path="/",
        httponly=True,
        secure=portal.secure,
        samesite="lax" if lax else "strict",
        max_age=seconds,
    )


def language_cookie(portal: Portal, language: str) -> Cookie:
    """The chosen language, for a year. It says nothing of anybody."""
    return Cookie(
        key="labbro-language",
        value="en" if language == "en" else "da",
        path="/",
        httponly=True,
        secure=portal.secure,
        samesite="lax",
        max_age=_LANGUAGE_SECONDS,
    )


def go_to(path: str) -> Page:
    """Sends the browser on with GET."""
    return Response("", status_code=303, headers={"location": path}, media_type="text/plain")


def here(request: AnyRequest) -> str:
    """The address of this page on our own host, to come back to; for the answer to a form the first page."""
    if request.method != "GET":
        return "/"
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def own_path(told: object) -> str:
    """A path on our own host to go back to; `/` for anything else."""
    if not isinstance(told, str) or not told.startswith("/") or told.startswith(("//", "/\\")) or len(told) > 2000:
        return "/"
    parts = urlsplit(told)
    safe = not parts.scheme and not parts.netloc and all(" " <= letter < "\x7f" for letter in told)
    return told if safe else "/"
