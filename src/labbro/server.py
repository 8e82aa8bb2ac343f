"""The server: composes the rooms' routes behind one edge and runs them until it is told to stop.

One process, a few threads: handlers are plain functions run in threads, PostgreSQL works beside them. Decision 0011.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from typing import Any, cast

import msgspec
from granian.constants import Interfaces, SSLProtocols
from granian.server.embed import Server
from litestar import Litestar
from litestar.concurrency import set_asyncio_executor
from litestar.openapi.config import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from labbro import __version__
from labbro.databank import Databank
from labbro.errors import NotConfigured
from labbro.platform import health, logs, problems
from labbro.platform.clock import Clock, SystemClock
from labbro.platform.database import Database, migrate
from labbro.platform.edge import Edge
from labbro.platform.identities import Identities, SystemIdentities
from labbro.platform.settings import Settings

# Rooms with pages or an interface: each has routes(databank=, settings=, clock=, identities=).
ROOMS = ("labbro.databank.api", "labbro.portal.pages")

_log = logs.get_logger(__name__)


class Services(msgspec.Struct, frozen=True):
    """What the rooms are given: opened once, passed on."""

    settings: Settings
    database: Database
    databank: Databank
    clock: Clock
    identities: Identities


def open_services(settings: Settings) -> Services:
    """Opens the database and brings its schema up to date. The caller closes `database`."""
    database = Database.open(settings)
    try:
        migrate(database)
        clock = SystemClock()
        identities = SystemIdentities(clock)
        databank = Databank(database=database, settings=settings, clock=clock, identities=identities)
    except BaseException:
        database.close()
        raise
    return Services(settings=settings, database=database, databank=databank, clock=clock, identities=identities)


def application(services: Services) -> Edge:
    """The rooms' routes behind the edge: an ASGI application."""
    settings = services.settings
    handlers: list[ControllerRouterHandler] = []
    for room in ROOMS:
        routes = cast("Callable[..., Sequence[ControllerRouterHandler]]", import_module(room).routes)
        handlers.extend(
            routes(
                databank=services.databank,
                settings=settings,
                clock=services.clock,
                identities=services.identities,
            )
        )
    handlers.extend(health.routes(services.database, lambda: edge.stopping))
    litestar = Litestar(
        route_handlers=handlers,
        exception_handlers={Exception: problems.handle},
        request_max_body_size=settings.body_limit_bytes,
        openapi_config=OpenAPIConfig(title="Labbro", version=__version__, path="/api-description"),
        logging_config=None,
    )
    edge = Edge(cast("Any", litestar), settings)
    return edge


def run(services: Services, *, on_ready: Callable[[str], None]) -> None:
    """Serves until SIGTERM or SIGINT, then finishes the work in hand. `on_ready` is told the address.

    Raises NotConfigured when the settings may not be served: off loopback without TLS, or on a port in use.
    """
    check_servable(services.settings)
    set_asyncio_executor(ThreadPoolExecutor(services.settings.threads, thread_name_prefix="labbro"))
    asyncio.run(_serve(services.settings, application(services), on_ready))


def check_servable(settings: Settings) -> None:
    """Refuses to open health data to a network in clear text."""
    if not settings.loopback and not settings.tls:
        raise NotConfigured(
            f"LABBRO_HOST={settings.host} can be reached by other machines, so TLS is required: "
            "set LABBRO_TLS_CERT and LABBRO_TLS_KEY, or LABBRO_HOST=127.0.0.1."
        )
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise NotConfigured(
                f"LABBRO_HOST={settings.host} and LABBRO_PORT={settings.port} cannot be listened on "
                f"({error.strerror}); is another server running there?"
            ) from None


async def _serve(settings: Settings, edge: Edge, on_ready: Callable[[str], None]) -> None:
    server = Server(
        edge,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
        backlog=512,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    serving = asyncio.create_task(server.serve())
    stop_wish = asyncio.create_task(told.wait())
    await _until_listening(settings, serving)
    _log.info("serving", host=settings.host, port=settings.port, tls=settings.tls, version=__version__)
    on_ready(_address(settings))
    await asyncio.wait({serving, stop_wish}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
        return
    finished = await edge.finish(settings.stop_seconds)
    _log.info("stopped", finished=finished)
    server.stop()
    with suppress(TimeoutError):
        await asyncio.wait_for(serving, 5)


async def _until_listening(settings: Settings, serving: asyncio.Task[None]) -> None:
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(settings.host, settings.port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.tls else 'http'}://{host}:{settings.port}"
