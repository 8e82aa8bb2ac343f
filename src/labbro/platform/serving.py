"""Runs an application behind the edge with granian, until SIGTERM, SIGINT or SIGHUP; then finishes the work in hand."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import uvloop
from granian.constants import Interfaces, SSLProtocols
from granian.server.embed import Server
from litestar.concurrency import set_asyncio_executor
from litestar.types import ASGIApp

from labbro import __version__
from labbro.errors import NotConfigured
from labbro.platform import logs, plain
from labbro.platform.edge import Edge
from labbro.platform.settings import Settings

_CLOSE_SECONDS = 5
_COLLECT_AFTER_OBJECTS = 50_000  # a patient with thousands of results makes many objects that hold no cycles

_log = logs.get_logger(__name__)


def serve(settings: Settings, edge: Edge, *, on_ready: Callable[[str], None]) -> bool:
    """Serves until told to stop. `on_ready` is told the address once it answers.

    False when work was still unfinished after the time that a stop may take: the caller then ends the process.

    Raises NotConfigured when the settings may not be served: off loopback without TLS, or on a port in use.
    """
    check_servable(settings)
    spare_the_collector()
    set_asyncio_executor(ThreadPoolExecutor(settings.threads, thread_name_prefix="labbro"))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings, edge, on_ready))


def check_servable(settings: Settings) -> None:
    """Refuses to open health data to a network in clear text."""
    if not settings.loopback and not settings.tls:
        raise NotConfigured(
            f"LABBRO_HOST={settings.host} can be reached by other machines, so TLS is required: "
            "set LABBRO_TLS_CERT and LABBRO_TLS_KEY, or LABBRO_HOST=127.0.0.1."
        )
    _check_free(settings.host, settings.port, "LABBRO_PORT")
    if settings.plain_port is not None:
        _check_free(settings.host, settings.plain_port, "LABBRO_PLAIN_PORT")


def _check_free(host: str, port: int, name: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotConfigured(
                f"LABBRO_HOST={host} and {name}={port} cannot be listened on "
                f"({error.strerror}); is another server running there?"
            ) from None


def spare_the_collector() -> None:
    """Takes what was loaded at the start out of garbage collection, and collects less often.

    Without this the 95th percentile of a large patient's page is four times its median: full collections walk over
    every module and type again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER_OBJECTS)


async def _serve(settings: Settings, edge: Edge, on_ready: Callable[[str], None]) -> bool:
    server = _server(settings, edge, settings.port, tls=settings.tls)
    servers = [server]
    if settings.plain_port is not None:
        servers.append(_server(settings, plain.marked(edge), settings.plain_port, tls=False))
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            loop.add_signal_handler(number, told.set)
    serving = [asyncio.create_task(one.serve()) for one in servers]
    stop_wish = asyncio.create_task(told.wait())
    for task, port in zip(serving, (settings.port, settings.plain_port), strict=False):
        await _until_listening(settings.host, port or 0, task)
    _log.info("serving", host=settings.host, port=settings.port, tls=settings.tls, version=__version__)
    on_ready(_address(settings))
    await asyncio.wait({*serving, stop_wish}, return_when=asyncio.FIRST_COMPLETED)
    broken = [task for task in serving if task.done()]
    finished = True if broken else await edge.finish(settings.stop_seconds)
    _log.info("stopped", finished=finished)
    for one, task in zip(servers, serving, strict=True):
        if not task.done():
            one.stop()
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*serving), _CLOSE_SECONDS)
    return finished


def _server(settings: Settings, application: ASGIApp, port: int, *, tls: bool) -> Server:
    return Server(
        application,
        address=settings.host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
        backlog=512,
        ssl_cert=settings.tls_cert if tls else None,
        ssl_key=settings.tls_key if tls else None,
        ssl_protocol_min=SSLProtocols.tls12,
    )


async def _until_listening(host: str, port: int, serving: asyncio.Task[None]) -> None:
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.tls else 'http'}://{host}:{settings.port}"
