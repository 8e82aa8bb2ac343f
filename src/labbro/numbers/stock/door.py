"""The stock's door on this machine: HTTP on loopback for laboratory systems that are not written in Python.

    POST /numbers      {"count": 3, "request_id": "order-17", "purpose": "reception"} -> {"numbers": [...], ...}
    GET  /status       everything about the stock as JSON
    GET  /             a page for people;  GET /metrics  for Prometheus;  GET /healthz
    POST /top-up       {"count": null} draws now;  GET /in-doubt, POST /in-doubt  {"ordinal": 7, "fate": "used"}

The standard library's server, hardened (docs/decisions/0057): loopback only, known host names only, no page of another
site may call it, small bodies, short time-outs, a bounded number of threads.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from labbro.errors import LabbroError, NotAllowed, NotFound, Unavailable, WrongUse
from labbro.numbers.stock import page
from labbro.numbers.stock.agent import Agent
from labbro.numbers.stock.model import Fate, HandOut
from labbro.numbers.stock.status import status_of
from labbro.platform import logs
from labbro.platform.clock import Clock

LONGEST_BODY_BYTES: Final = 4096
MOST_THREADS: Final = 32
_SECONDS: Final = 10
_HEADERS: Final = {
    "content-security-policy": page.POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

_log = logs.get_logger(__name__)
_T = TypeVar("_T")


class Taking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of `POST /numbers`."""

    count: int = 1
    request_id: str | None = None
    purpose: str | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Its answer. `again`: the request was answered before, these are the same numbers."""

    numbers: tuple[str, ...]
    hand_out: int
    at: str
    again: bool


class ToppingUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of `POST /top-up`; without a count what is missing."""

    count: int | None = None


class Settling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of `POST /in-doubt`."""

    ordinal: int
    fate: Fate


class Door(ThreadingHTTPServer):
    """Serves one agent's stock. `on_broken` is called when the stock must be opened anew."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(
        self, agent: Agent, *, port: int, laboratory: str, clock: Clock, on_broken: Callable[[], None] | None = None
    ) -> None:
        self.agent = agent
        self.laboratory = laboratory
        self.clock = clock
        self.counts: Counter[str] = Counter()
        self._on_broken = on_broken or (lambda: None)
        self._room = threading.BoundedSemaphore(MOST_THREADS)
        super().__init__(("127.0.0.1", port), Handler)
        self.hosts = frozenset(f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost"))

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """Gives the call to a thread, or closes it when too many are at work."""
        if not self._room.acquire(blocking=False):
            self.counts["too-many"] += 1
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """One connection, from its first call to its last."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:  # noqa: ARG002
        """A caller that went away is no fault of ours; anything else is logged without its text."""
        _log.info("a local call ended early", exc_info=True)

    def end_if_broken(self) -> None:
        """Ends the process where the stock cannot go on."""
        if self.agent.stock.ledger.broken is not None:
            self._on_broken()


class Handler(BaseHTTPRequestHandler):
    """One connection to the door."""

    server: Door  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"
    server_version = "labbro"
    sys_version = ""
    timeout = _SECONDS
    disable_nagle_algorithm = True  # or each answer waits 40 ms for the caller's acknowledgement
    wbufsize = 64 * 1024

    def do_GET(self) -> None:
        """Pages and figures."""
        self._answer("GET")

    def do_POST(self) -> None:
        """Numbers, and what people decide."""
        self._answer("POST")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing: addresses are not logged."""

    def _answer(self, method: str) -> None:
        handed: HandOut | None = None
        try:
            self._check_caller(method)
            kind, body, handed = self._route(method, urlsplit(self.path).path)
            status, outcome = HTTPStatus.OK, "ok"
        except LabbroError as error:
            status, outcome, kind, body = HTTPStatus(error.status), error.code, "application/problem+json", _told(error)
        except Exception:
            _log.error("a local call failed", exc_info=True)
            status, outcome, kind = HTTPStatus.INTERNAL_SERVER_ERROR, "error", "application/problem+json"
            body = _told(LabbroError("Labbro failed at this call; the log tells more."))
        self.server.counts[outcome] += 1
        self._send(status, kind, body)
        if handed is not None:  # only now the caller has the numbers
            self.server.agent.stock.delivered(handed)
        self.server.end_if_broken()

    def _route(self, method: str, path: str) -> tuple[str, bytes, HandOut | None]:
        if (method, path) == ("POST", "/numbers"):
            return self._numbers()
        plain: dict[tuple[str, str], Callable[[], tuple[str, bytes]]] = {
            ("GET", "/"): self._page,
            ("GET", "/style.css"): lambda: ("text/css; charset=utf-8", page.STYLE.encode()),
            ("GET", "/status"): lambda: _json(self._status()),
            ("GET", "/metrics"): self._metrics,
            ("GET", "/healthz"): self._health,
            ("GET", "/in-doubt"): lambda: _json(self.server.agent.stock.in_doubt()),
            ("POST", "/in-doubt"): self._settle,
            ("POST", "/top-up"): self._top_up,
        }
        answer = plain.get((method, path))
        if answer is None:
            raise NotFound("There is nothing at this address.", message_da="Der er intet på denne adresse.")
        return (*answer(), None)

    def _numbers(self) -> tuple[str, bytes, HandOut]:
        asked = self._body(Taking)
        stock = self.server.agent.stock
        handed = stock.hand_out(asked.count, request_id=asked.request_id, purpose=asked.purpose)
        told = Taken(
            numbers=stock.numbers_of(handed), hand_out=handed.ordinal, at=handed.at.isoformat(), again=handed.again
        )
        return (*_json(told), handed)

    def _page(self) -> tuple[str, bytes]:
        asked = parse_qs(urlsplit(self.path).query).get("language", ["da"])[0]
        language: page.Language = "en" if asked == "en" else "da"
        told = page.page(self._status(), self.server.agent.rules, language)
        return "text/html; charset=utf-8", told.encode()

    def _metrics(self) -> tuple[str, bytes]:
        return "text/plain; version=0.0.4; charset=utf-8", page.metrics(
            self._status(), dict(self.server.counts)
        ).encode()

    def _health(self) -> tuple[str, bytes]:
        stock = self.server.agent.stock
        if stock.on_hold or stock.left() == 0:
            raise Unavailable("No number can be handed out.", message_da="Der kan ikke udleveres numre.")
        return _json({"ok": True})

    def _settle(self) -> tuple[str, bytes]:
        asked = self._body(Settling)
        self.server.agent.stock.settle(asked.ordinal, asked.fate)
        return _json({"ok": True})

    def _top_up(self) -> tuple[str, bytes]:
        asked = self.server.agent.top_up(self._body(ToppingUp).count)
        return _json({"asked": asked, "numbers_left": self.server.agent.stock.left()})

    def _status(self) -> Any:
        return status_of(self.server.agent, self.server.laboratory, self.server.clock.now())

    def _check_caller(self, method: str) -> None:
        """Only this machine's own programs, and no page of another site in its browser."""
        host = (self.headers.get("host") or "").lower()
        if host not in self.server.hosts:
            raise NotAllowed("The host name of this call is not this stock's.", code="host-unknown")
        if method == "POST":
            origin = self.headers.get("origin")
            if origin is not None and urlsplit(origin).netloc.lower() != host:
                raise NotAllowed("A page of another site may not call this stock.", code="origin-unknown")
            if (self.headers.get("content-type") or "").partition(";")[0].strip().lower() != "application/json":
                raise WrongUse("The content type must be application/json.", code="content-type")

    def _body(self, kind: type[_T]) -> _T:
        """The call's JSON. Raises WrongUse for one that is missing, too long or of another form."""
        length = self.headers.get("content-length") or ""
        if "transfer-encoding" in self.headers or not length.isascii() or not length.isdigit():
            raise WrongUse("The call needs a content-length.", code="body-length")
        if int(length) > LONGEST_BODY_BYTES:
            raise WrongUse(f"The call's body is at most {LONGEST_BODY_BYTES} bytes.", code="body-too-large")
        try:
            return msgspec.json.decode(self.rfile.read(int(length)), type=kind)
        except msgspec.MsgspecError:
            raise WrongUse(f"The body must be JSON of this form: {', '.join(kind.__annotations__)}.") from None

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if status >= HTTPStatus.BAD_REQUEST:  # what was not read of the call must not be taken for the next one
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def _json(told: object) -> tuple[str, bytes]:
    return "application/json", msgspec.json.encode(told)


def _told(error: LabbroError) -> bytes:
    return msgspec.json.encode(
        {
            "type": f"urn:labbro:problem:{error.code}",
            "title": HTTPStatus(error.status).phrase,
            "status": error.status,
            "code": error.code,
            "detail": error.message,
            "detail_da": error.message_da,
        }
    )
