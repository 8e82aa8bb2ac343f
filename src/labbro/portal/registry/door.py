"""The door to the pages of the registry: signed-in clinicians read, people named for it change; what stands on all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Response

from labbro.codes.lists import CodeLists
from labbro.comparability.office import Office, office_of
from labbro.comparability.registry import Registry
from labbro.comparability.store import RegistryStore
from labbro.comparability.usage import Usage
from labbro.errors import LabbroError, NotAllowed, NotFound
from labbro.portal.demonstration import CLINICIANS
from labbro.portal.numbers.blocks import Content, Place
from labbro.portal.numbers.words import words_in
from labbro.portal.sessions import Session
from labbro.portal.web import AnyRequest, Page, Portal, Visit, check_clinician, page, to_sign_in, visit

HOME: Final = "/method-registry"
PAGES: Final = (
    ("", "Koder i dag", "Codes today"),
    ("procedures", "Målemetoder", "Procedures"),
    ("groups", "Grupper", "Groups"),
    ("suggestions", "Forslag fra systemet", "Suggestions"),
    ("propose", "Foreslå", "Propose"),
    ("proposals", "Til frigivelse", "For release"),
    ("versions", "Versioner", "Versions"),
)


class Desk(msgspec.Struct, frozen=True):
    """What the pages stand on beside the portal."""

    portal: Portal
    store: RegistryStore
    usage: Usage
    new_id: Callable[[], UUID]
    lists: CodeLists


class Reader(msgspec.Struct, frozen=True):
    """A request that may go on."""

    desk: Desk
    visit: Visit
    session: Session

    @property
    def by(self) -> str:
        """The identifier of who works here."""
        return self.session.actor.identifier

    @property
    def office(self) -> Office:
        """Who may change the registry."""
        return office_of(self.desk.portal.settings)

    @property
    def barred(self) -> LabbroError | None:
        """Why whoever reads may not change the registry; None where they may."""
        try:
            self.office.check(self.by)
        except NotAllowed as error:
            return error
        return None

    def said(self, danish: str, english: str) -> str:
        """The one of two texts that the page speaks."""
        return danish if self.visit.texts.language == "da" else english

    def sentence(self, error: LabbroError) -> str:
        """An error's sentence."""
        return self.said(error.message_da, error.message)

    def registry(self) -> Registry:
        """The registry at the version that the address asks for, else the newest. Raises NotFound."""
        told = self.query("version")
        if not told:
            return self.desk.store.current()
        if not (told.isascii() and told.isdigit() and len(told) <= 6):
            raise NotFound("The registry has no such version.", code="registry-version")
        return self.desk.store.at(int(told))

    def query(self, name: str) -> str:
        """A parameter of the address, or ''."""
        return str(self.visit.request.query_params.get(name, ""))


def enter(desk: Desk, request: AnyRequest) -> Reader | Page:
    """Who asks; the sign-in page when nobody is signed in. Raises NotAllowed for people of the number service."""
    seen = visit(desk.portal, request)
    if seen.session is None:
        return to_sign_in(desk.portal, request)
    check_clinician(seen)
    return Reader(desk, seen, seen.session)


def opened(desk: Desk, request: AnyRequest, told: Callable[[Reader], Page]) -> Page:
    """The page that a reader is told, or the one to sign in on."""
    reader = enter(desk, request)
    return reader if isinstance(reader, Response) else told(reader)


def address_of(name: str, *parts: object) -> str:
    """The address of a page."""
    return "/".join((HOME, *((name,) if name else ()), *(str(part) for part in parts)))


def change_address(what: str, entry: str) -> str:
    """The address of the form that changes an entry in force."""
    return f"{address_of('propose', what)}?entry={quote(entry, safe='')}"


def proposal_id(told: str) -> UUID:
    """A proposal's identity in an address. Raises NotFound for anything else."""
    try:
        return UUID(told)
    except ValueError:
        raise NotFound("There is no such proposal.", code="proposal-unknown") from None


def name_of(identifier: str) -> str:
    """Who it is: of the invented clinicians the name, of others the identifier."""
    return next((one.name for one in CLINICIANS.values() if one.identifier == identifier), identifier)


def shown(
    reader: Reader,
    here: str,
    content: Content,
    *,
    status: int = 200,
    problem: str = "",
    upload: bool = False,
    version: int | None = None,
    then: dict[str, Any] | None = None,
) -> Page:
    """A page with its frame: the version, the ways to the other pages.

    `version`: the one that is told, where the address does not name it; `upload`: with the form for a file; `then`:
    with the form for another moment.
    """
    version = reader.registry().version if version is None else version
    places = tuple(Place(reader.said(da, en), address_of(name), name == here) for name, da, en in PAGES)
    language = reader.visit.texts.language
    return page(
        reader.desk.portal,
        reader.visit,
        "registry.html",
        status=status,
        content=content,
        w=words_in(language),
        heading=reader.said("Register over målemetoder", "Registry of methods"),
        version=reader.said(f"version {version}", f"version {version}"),
        pages=reader.said("Sider i registret", "Pages of the registry"),
        places=places,
        problem=problem,
        upload=_upload(reader) if upload else None,
        then=then,
    )


def _upload(reader: Reader) -> dict[str, str]:
    said = reader.said
    return {
        "action": address_of("propose", "table"),
        "request_id": str(reader.desk.new_id()),
        "heading": said("Målemetoder fra en tabel (CSV)", "Procedures from a table (CSV)"),
        "hint": said(
            "Kolonnerne står i den tabel, der kan hentes under Målemetoder. Linjer, der ikke kan læses, nævnes alle.",
            "The columns are those of the table under Procedures. All lines that cannot be read are named.",
        ),
        "file": said("Fil", "File"),
        "note": said("Hvorfor", "Why"),
        "submit": said("Foreslå tabellen", "Propose the table"),
    }
