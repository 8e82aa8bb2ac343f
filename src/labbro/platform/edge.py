"""The edge of the HTTP server: what holds for every request, whichever room answers it.

A request id, limits on the size and the time of a body, security headers, one log line and the measures; and a stop
that lets work in hand finish.
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from http import HTTPStatus
from typing import Self, cast
from urllib.parse import urlsplit

import msgspec
from litestar.exceptions import HTTPException
from litestar.types import (
    ASGIApp,
    HTTPReceiveMessage,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
    WebSocketReceiveMessage,
)

from labbro.platform import logs, plain, problems, telemetry
from labbro.platform.clock import Clock, SystemClock
from labbro.platform.security import security_headers
from labbro.platform.settings import Settings, is_loopback

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_LONG_DIGITS = re.compile(r"[0-9]{10}")  # a request id must not carry a CPR number into the logs
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
_POLL_SECONDS = 0.05
BODIES_AT_ONCE = 4  # bodies of the largest size that may be in memory together

_log = logs.get_logger(__name__)
_requests = telemetry.counter("requests", "Requests answered.", ("method", "route", "status"))
_duration = telemetry.seconds("request", "From the first byte of a request to the last of its answer.", ("route",))
_in_hand = telemetry.gauge("requests_in_hand", "Requests being answered now.")


class Edge:
    """Wraps the application. One object for the life of a server."""

    def __init__(self, application: ASGIApp, settings: Settings, clock: Clock | None = None) -> None:
        self._application = application
        self._goodbye = plain.Goodbye(settings.plain_until, clock or SystemClock())
        headers = security_headers(tls=settings.reached_by_tls)
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._loopback = settings.loopback
        self._public_name = urlsplit(settings.public_url).hostname
        self._body_limit_bytes = settings.body_limit_bytes
        self._body_seconds = settings.body_seconds
        self._room = _Room(BODIES_AT_ONCE * settings.body_limit_bytes)
        self._working = 0
        self.stopping = False

    async def finish(self, seconds: float) -> bool:
        """Takes no new work and waits for what is in hand; False when some was still unfinished after `seconds`."""
        self.stopping = True
        deadline = time.monotonic() + seconds
        while self._working and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_SECONDS)
        return self._working == 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        self._working += 1
        _in_hand.inc()
        try:
            await self._answer(scope, receive, send)
        finally:
            self._working -= 1
            _in_hand.dec()

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request_id = _request_id(scope)
        logs.request_id.set(request_id)
        by_plain = plain.is_plain(scope)
        headers = [*self._headers, *(self._goodbye.headers() if by_plain else ())]
        answer = _Answer(send, [*headers, (b"x-request-id", request_id.encode())])
        if by_plain and (refusal := self._goodbye.refusal(scope)):
            await answer.refuse(403, plain.CODE, *refusal)
        elif self.stopping:
            await answer.refuse(503, "unavailable", "This server is being stopped; try again in a moment.")
        elif not self._is_meant(scope):
            await answer.refuse(421, "misdirected", "The request names another server; see LABBRO_PUBLIC_URL.")
        elif _declared_bytes(scope) > self._body_limit_bytes:
            await answer.refuse(413, "too-large", f"The body is larger than {self._body_limit_bytes} bytes.")
        else:
            with _Body(receive, self._body_seconds, self._room) as body:
                await self._ask(scope, body.receive, answer)
        _tell(scope, answer.status, time.perf_counter() - started)

    def _is_meant(self, scope: HTTPScope) -> bool:
        """Whether a request to a server on loopback names it as such, or by its public name.

        A page elsewhere can have its own name lead to this machine (DNS rebinding); its requests still carry that name.
        """
        if not self._loopback:
            return True
        host = _header(scope, b"host")
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name is None or is_loopback(name) or name == self._public_name

    async def _ask(self, scope: HTTPScope, receive: Receive, answer: _Answer) -> None:
        try:
            await self._application(scope, receive, answer.send)
        except Exception as error:
            # The application tells its own faults as problems; what comes through is a caller who went away, or worse.
            _log.warning("answer not sent", exc_info=error)
            if not answer.begun:
                await answer.refuse(500, "error", "Labbro failed at this request; the log tells more.")


class _Answer:
    """Adds the headers that a route has not set itself, and remembers the status."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status = 500
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            self.status = message["status"]
            own = list(message.get("headers", []))
            present = {name.lower() for name, _ in own}
            message["headers"] = [*own, *(pair for pair in self._headers if pair[0] not in present)]
        await self._send(message)

    async def refuse(self, status: int, code: str, detail: str, detail_da: str | None = None) -> None:
        """Answers without asking the application."""
        problem = problems.Problem(
            type=f"urn:labbro:problem:{code}",
            title=HTTPStatus(status).phrase,
            status=status,
            code=code,
            detail=detail,
            detail_da=detail_da,
            request_id=logs.request_id.get(),
        )
        body = msgspec.json.encode(problem)
        headers = [
            (b"content-type", problems.MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})


class _Room:
    """The memory that bodies may take together, so that many large ones cannot exhaust the machine."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._taken_bytes = 0

    def take(self, count_bytes: int) -> None:
        self._taken_bytes += count_bytes
        if self._taken_bytes > self._limit_bytes:
            raise HTTPException(status_code=HTTPStatus.SERVICE_UNAVAILABLE)

    def give_back(self, count_bytes: int) -> None:
        self._taken_bytes -= count_bytes


class _Body:
    """A request's body, refused when it is too slow. Its size is refused by the application, by the same limit."""

    def __init__(self, receive: Receive, seconds: float, room: _Room) -> None:
        self._receive = receive
        self._deadline = time.monotonic() + seconds
        self._room = room
        self._taken_bytes = 0
        self._complete = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._room.give_back(self._taken_bytes)

    async def receive(self) -> HTTPReceiveMessage | WebSocketReceiveMessage:
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout(max(self._deadline - time.monotonic(), 0.001)):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(status_code=HTTPStatus.REQUEST_TIMEOUT) from None
        self._complete = message["type"] != "http.request" or not message.get("more_body")
        if message["type"] == "http.request":
            self._taken_bytes += len(message["body"])
            self._room.take(len(message["body"]))
        return message


def _request_id(scope: HTTPScope) -> str:
    """The caller's own id when it is one, else a new one."""
    given = _header(scope, b"x-request-id")
    if _REQUEST_ID.fullmatch(given) and not _LONG_DIGITS.search(given):
        return given
    return str(uuid.uuid4())


def _declared_bytes(scope: HTTPScope) -> int:
    declared = _header(scope, b"content-length")
    return int(declared) if re.fullmatch("[0-9]{1,18}", declared) else 0


def _header(scope: HTTPScope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def _tell(scope: HTTPScope, status: int, seconds: float) -> None:
    """One log line and the measures; the route's pattern, never the address as it was asked for."""
    route = cast("dict[str, str]", scope).get("path_template") or "unmatched"
    method = scope["method"] if scope["method"] in _METHODS else "other"
    _requests.labels(method, route, str(status)).inc()
    _duration.labels(route).observe(seconds)
    if route not in _QUIET_ROUTES:
        _log.info("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))
