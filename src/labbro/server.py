"""The server: composes the rooms' routes behind one edge.

One process, a few threads: handlers are plain functions run in threads, PostgreSQL works beside them. Decision 0011.
"""

from __future__ import annotations

from typing import cast

import msgspec
from litestar import Litestar
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp, ControllerRouterHandler

from labbro import __version__
from labbro.comparability.api import AnyRequest
from labbro.comparability.api import routes as registry_routes
from labbro.comparability.office import office_of
from labbro.comparability.store import RegistryStore
from labbro.databank import Databank, api
from labbro.eu import api as eu_api
from labbro.eu import incoming
from labbro.eu.address_file import addresses_of
from labbro.eu.addresses import DEFAULT, Addresses
from labbro.members.api import routes as member_routes
from labbro.members.members import Members
from labbro.members.notice_header import NoticeHeader
from labbro.members.web import Calls
from labbro.numbers.api import routes as number_routes
from labbro.numbers.drawing_facts import drawing_facts
from labbro.numbers.service import NumberService, open_numbers
from labbro.numbers.soap.door import routes as soap_routes
from labbro.platform import health, problems
from labbro.platform.audit import Checkpointer, signer_of
from labbro.platform.clock import Clock, SystemClock
from labbro.platform.database import Database, migrate
from labbro.platform.edge import Edge
from labbro.platform.identities import Identities, SystemIdentities
from labbro.platform.openapi import plugins
from labbro.platform.settings import Settings
from labbro.portal import pages, signed_in
from labbro.portal.demonstration import Example
from labbro.portal.numbers import life
from labbro.portal.sessions import Sessions


class Services(msgspec.Struct, frozen=True):
    """What the rooms are given: opened once, passed on."""

    settings: Settings
    database: Database
    databank: Databank
    members: Members
    clock: Clock
    identities: Identities
    numbers: NumberService | None = None
    registry: RegistryStore | None = None
    checkpoints: Checkpointer | None = None
    addresses: Addresses = DEFAULT

    def close(self) -> None:
        """Finishes what is in hand, then gives back the database."""
        self.members.outbox.close()
        if self.numbers is not None:
            self.numbers.close()
        if self.checkpoints is not None:
            self.checkpoints.close()  # signs what was done last
        self.database.close()


def open_services(settings: Settings) -> Services:
    """Opens the database and brings its schema up to date. The caller closes what is given."""
    addresses = addresses_of(settings.eu_addresses)
    database = Database.open(settings)
    try:
        migrate(database)
        clock = SystemClock()
        identities = SystemIdentities(clock)
        databank = Databank(database=database, settings=settings, clock=clock, identities=identities)
        databank.verify()
        members = Members.open(database, settings, clock, identities)
        numbers = open_numbers(
            database=database,
            settings=settings,
            clock=clock,
            identities=identities,
            directories=members.directories,
        )
        checkpoints = Checkpointer(database, clock, signer_of(settings), settings.audit_checkpoints)
        checkpoints.start()
    except BaseException:
        database.close()
        raise
    return Services(
        settings=settings,
        database=database,
        databank=databank,
        members=members,
        clock=clock,
        identities=identities,
        numbers=numbers,
        registry=RegistryStore(database, clock, identities),
        checkpoints=checkpoints,
        addresses=addresses,
    )


def application(services: Services, examples: tuple[Example, ...] = ()) -> Edge:
    """The rooms' routes behind the edge: an ASGI application. `examples`: patients that a demonstration offers."""
    settings, clock, identities = services.settings, services.clock, services.identities
    calls = member_calls(services)
    handlers: list[ControllerRouterHandler] = [
        *api.routes(
            databank=services.databank,
            settings=settings,
            clock=clock,
            identities=identities,
            read=incoming.reader(services.addresses),
        ),
        *eu_api.routes(
            databank=services.databank,
            settings=settings,
            clock=clock,
            registry=services.registry,
            known=services.addresses,
        ),
        *pages.routes(
            database=services.database,
            databank=services.databank,
            settings=settings,
            clock=clock,
            identities=identities,
            registry=services.registry,
            examples=examples,
            members=services.members,
            numbers=services.numbers,
        ),
        *member_routes(services.members, calls, lambda: drawing_facts(services.database)),
        *_number_doors(services, calls),
        *_registry_doors(services),
        *health.routes(services.database),
    ]
    litestar = Litestar(
        route_handlers=handlers,
        exception_handlers={Exception: problems.handle},
        request_max_body_size=settings.body_limit_bytes,
        openapi_config=OpenAPIConfig(
            title="Labbro",
            version=__version__,
            path="/api-description",
            render_plugins=[JsonRenderPlugin()],  # the usual pages for it load scripts from elsewhere
        ),
        logging_config=None,
        plugins=plugins(),
        before_send=[NoticeHeader(services.members)],
    )
    return Edge(cast("ASGIApp", litestar), settings, clock)


def _registry_doors(services: Services) -> list[ControllerRouterHandler]:
    """The registry of methods; people of the number service do not work on it."""
    if services.registry is None:
        return []
    sessions = Sessions(services.database, services.clock, services.identities, services.settings.lookups_per_hour)
    signed = signed_in.reader(sessions, services.settings)

    def person(request: AnyRequest) -> str | None:
        by = signed(request)
        return None if by is None or services.members.current().ever_signed_in(by) else by

    return registry_routes(services.registry, person, office_of(services.settings))


def _number_doors(services: Services, calls: Calls) -> list[ControllerRouterHandler]:
    """REST and SOAP, one inside."""
    if services.numbers is None:
        return []
    life_of = life.reader(services.databank, services.members)
    return [
        *number_routes(services.numbers, calls, life_of),
        *soap_routes(
            services.numbers,
            calls,
            public_url=services.settings.public_url,
            clock=services.clock,
            identities=services.identities,
            life_of=life_of,
        ),
    ]


def member_calls(services: Services) -> Calls:
    """How doors of the number service find their callers: systems by what they show, people by the portal's session."""
    settings = services.settings
    sessions = Sessions(services.database, services.clock, services.identities, settings.lookups_per_hour)
    return Calls(services.members, signed_in.reader(sessions, settings))
