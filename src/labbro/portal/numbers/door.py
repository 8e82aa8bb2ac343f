"""The door to the pages of the number service: who may see which page, and a page with what stands on all of them."""

from __future__ import annotations

import datetime as dt
from typing import Final
from uuid import UUID

import msgspec

from labbro.errors import LabbroError, NotAllowed
from labbro.members.acts import Act
from labbro.members.authentication.callers import person_caller
from labbro.members.changes import Changed
from labbro.members.directory import Directory
from labbro.members.members import Members
from labbro.members.model import Caller, Role
from labbro.members.permissions import may
from labbro.numbers.service import NumberService
from labbro.portal.numbers.blocks import Content, Link, Place
from labbro.portal.numbers.words import Words, words_in
from labbro.portal.web import AnyRequest, Page, Portal, go_to, page, to_sign_in, visit
from labbro.portal.web import Visit as PortalVisit

HOME: Final = "/number-service"
ALL: Final[frozenset[Role]] = frozenset({"operator", "vendor", "laboratory"})
NOT_LABORATORIES: Final[frozenset[Role]] = frozenset({"operator", "vendor"})
OPERATOR: Final[frozenset[Role]] = frozenset({"operator"})

# Every page and the roles that may open it; what of its content they see is their own (labbro.members.views).
PAGES: Final[dict[str, frozenset[Role]]] = {
    "overview": ALL,
    "series": ALL,
    "look-up": ALL,
    "draw": ALL,
    "approvals": ALL,
    "agents": ALL,
    "board": ALL,
    "accounts": ALL,
    "systems": ALL,
    "contacts": ALL,
    "people": ALL,
    "notices": ALL,
    "questions": NOT_LABORATORIES,
    "mails": OPERATOR,
}


class Rooms(msgspec.Struct, frozen=True):
    """What the pages stand on beside the portal."""

    portal: Portal
    members: Members
    numbers: NumberService


class Done(msgspec.Struct, frozen=True):
    """What was just done, in words, with what should be looked at."""

    heading: str
    lines: tuple[str, ...] = ()


class Guest(msgspec.Struct, frozen=True):
    """A request of a member person that may go on."""

    rooms: Rooms
    visit: PortalVisit
    caller: Caller
    directory: Directory
    words: Words
    now: dt.datetime

    @property
    def danish(self) -> bool:
        """Whether the page is in Danish."""
        return self.visit.texts.language == "da"

    def said(self, danish: str, english: str) -> str:
        """The one of two texts that the page speaks."""
        return danish if self.danish else english

    def sentence(self, error: LabbroError) -> str:
        """An error's sentence."""
        return error.message_da if self.danish else error.message

    def query(self, name: str) -> str:
        """A parameter of the address, or ''."""
        return str(self.visit.request.query_params.get(name, ""))

    def may(self, act: type[Act]) -> bool:
        """Whether the role may do such an act at all."""
        return may(self.caller, act)


def enter(rooms: Rooms, request: AnyRequest, name: str) -> Guest | Page:
    """Who asks. The sign-in page when nobody is signed in. Raises NotAllowed for whoever is no member or of a role
    that does not have the page."""
    seen = visit(rooms.portal, request)
    if seen.session is None:
        return to_sign_in(rooms.portal, request)
    directory = rooms.members.current()
    person = directory.person_signed_in(seen.session.actor.identifier)
    invented = person is not None and person.issuer == "demonstration"
    if person is None or (invented and not rooms.portal.settings.demonstration):
        raise NotAllowed("The signed-in person is no member of the number service.", code="person-unknown")
    if person.role not in PAGES[name]:
        raise NotAllowed(f"The page {name} is not for the role {person.role}.")
    return Guest(
        rooms=rooms,
        visit=seen,
        caller=person_caller(person),
        directory=directory,
        words=words_in(seen.texts.language),
        now=rooms.members.clock.now(),
    )


def shown(guest: Guest, here: str, content: Content, *, status: int = 200, problem: str = "") -> Page:
    """A page with its frame: whose it is, the ways to the other pages, and what was just done."""
    return page(
        guest.rooms.portal,
        guest.visit,
        "numbers/page.html",
        status=status,
        content=content,
        w=guest.words,
        organisation=organisation(guest.directory, guest.caller, guest.words),
        role=guest.words.roles[guest.caller.role],
        places=_places(guest, here),
        done=_done(guest),
        problem=problem,
    )


def organisation(directory: Directory, caller: Caller, words: Words) -> str:
    """For whom a caller works."""
    if caller.laboratory_id is not None:
        return directory.laboratories[caller.laboratory_id].name
    if caller.vendor_id is not None:
        return directory.vendors[caller.vendor_id].name
    return words.operator


def back_to(guest: Guest, name: str) -> Link:
    """A way back to a page."""
    return Link(guest.words.page_names[name], address_of(name))


def address_of(name: str, *parts: UUID | str) -> str:
    """The address of a page."""
    base = HOME if name == "overview" else f"{HOME}/{name}"
    return "/".join((base, *(str(part) for part in parts)))


def after(path: str, request_id: UUID) -> Page:
    """On to a page that tells what was done."""
    return go_to(f"{path}{'&' if '?' in path else '?'}done={request_id}")


def _places(guest: Guest, here: str) -> tuple[Place, ...]:
    role: Role = guest.caller.role
    names = [name for name, roles in PAGES.items() if role in roles]
    return tuple(Place(guest.words.page_names[name], address_of(name), name == here) for name in names)


def _done(guest: Guest) -> Done | None:
    """What the request named in the address did; nothing for an id that did nothing."""
    told = guest.query("done")
    try:
        request_id = UUID(told)
    except ValueError:
        return None
    changed: Changed | None = guest.rooms.members.changes.done(request_id)
    if changed is None:
        return None
    title = guest.words.acts.get(changed.act, changed.act)
    warned = tuple(guest.said(one.message_da, one.message) for one in changed.warnings)
    return Done(guest.words.done.format(what=title), warned)
