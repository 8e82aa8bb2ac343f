"""The portal's pages: what the server composes."""

from __future__ import annotations

import threading
from typing import Any

from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from labbro.codes.conversion import safe_factor
from labbro.codes.lists import read_folder
from labbro.comparability.store import RegistryStore
from labbro.comparability.usage import Usage
from labbro.databank import Databank
from labbro.errors import NotFound
from labbro.members.members import Members
from labbro.numbers.service import NumberService
from labbro.platform.clock import Clock
from labbro.platform.database import Database
from labbro.platform.identities import Identities
from labbro.platform.settings import Settings
from labbro.portal import pages_patient, pages_reports, pages_search, pages_sign_in
from labbro.portal.assets import KEEP, Assets
from labbro.portal.demonstration import Example
from labbro.portal.numbers import pages as number_pages
from labbro.portal.openid import OpenId
from labbro.portal.registry import pages as registry_pages
from labbro.portal.seals import Seals
from labbro.portal.sessions import Sessions
from labbro.portal.web import AnyRequest, Portal, environment, error_page

BACK_PATH = "/sign-in/openid/back"


def routes(
    *,
    database: Database,
    databank: Databank,
    settings: Settings,
    clock: Clock,
    identities: Identities,
    registry: RegistryStore | None = None,
    examples: tuple[Example, ...] = (),
    members: Members | None = None,
    numbers: NumberService | None = None,
) -> list[ControllerRouterHandler]:
    """All pages, forms and files of the portal, their errors shown as pages. `examples`: patients to try it with."""
    portal = Portal(
        databank=databank,
        sessions=Sessions(database, clock, identities, settings.lookups_per_hour),
        seals=Seals(settings.secret),
        settings=settings,
        clock=clock,
        registry=registry,
        assets=Assets(),
        templates=environment(),
        openid=_openid(settings, clock),
        examples=examples if settings.demonstration else (),
        members=members,
    )

    def failed(request: AnyRequest, error: Exception) -> Response[Any]:
        return error_page(portal, request, error)

    handlers = [
        *pages_sign_in.handlers(portal),
        *pages_search.handlers(portal),
        *pages_patient.handlers(portal),
        *pages_reports.handlers(portal),
        *(_registry_pages(portal, registry, Usage(database, clock), identities) if registry else ()),
        *(number_pages.handlers(portal, members, numbers) if members and numbers else ()),
        _static(portal.assets),
    ]
    return [Router(path="/", route_handlers=handlers, exception_handlers={Exception: failed}, include_in_schema=False)]


def _registry_pages(
    portal: Portal, registry: RegistryStore, usage: Usage, identities: Identities
) -> list[ControllerRouterHandler]:
    lists = read_folder(portal.settings.data_dir / "codes")
    # UCUM takes half a second to load; nobody's page shall wait for it.
    threading.Thread(target=safe_factor, args=("g/L", "mg/L"), name="ucum", daemon=True).start()
    return registry_pages.handlers(portal, registry, usage, identities.new, lists)


def _openid(settings: Settings, clock: Clock) -> OpenId | None:
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    return OpenId(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        redirect_uri=settings.public_url + BACK_PATH,
        clock=clock,
    )


def _static(assets: Assets) -> ControllerRouterHandler:
    @get("/static/{version:str}/{name:str}", sync_to_thread=True)
    def static(request: AnyRequest, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        asset = assets.find(version, name)
        if asset is None:
            raise NotFound("There is no such file.")
        headers = {"cache-control": KEEP, "vary": "accept-encoding"}
        content = asset.content
        if "gzip" in request.headers.get("accept-encoding", ""):
            content = assets.compressed(asset)
            headers["content-encoding"] = "gzip"
        return Response(content, media_type=asset.media_type, headers=headers)

    return static
