"""The number service over HTTPS, typed: what a laboratory system calls, and what the stock agent stands on.

    credentials = Credentials.from_file(client_id, Path("key.json"))
    with NumberClient("https://numbers.example", credentials) as client:
        drawn = client.draw(DrawRequest(request_id=uuid4(), count=1000))     # store the id before you send it

Problems come back as the errors of labbro.errors with the service's code; a draw that waits for a second person as
ApprovalNeeded, with `approval_id`. A call whose outcome is unknown is sent again
with the same request id: it is done once. Needs the extra `stock`: pip install 'labbro[stock]'.
"""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote, urlsplit
from uuid import UUID

import httpx
import msgspec

from labbro import __version__
from labbro.errors import Conflict, LabbroError, NotAllowed, NotConfigured, NotFound, TooMany, Unavailable, WrongUse
from labbro.numbers.credentials import Credentials, TokenSource, unreachable
from labbro.numbers.model import (
    Attendance,
    Attended,
    Claim,
    ClaimRequest,
    Drawn,
    DrawRequest,
    NumberInformation,
    Release,
    ReleaseRequest,
    SeriesPage,
    SpaceState,
)
from labbro.numbers.problems import ApprovalNeeded
from labbro.platform.clock import Clock, SystemClock
from labbro.platform.identities import Identities, SystemIdentities

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 35.0  # longer than the service itself waits for its database
_RETRY_SECONDS: Final = 0.5
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_ERRORS: Final[dict[int, type[LabbroError]]] = {
    HTTPStatus.UNAUTHORIZED: NotAllowed,
    HTTPStatus.FORBIDDEN: NotAllowed,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.TOO_MANY_REQUESTS: TooMany,
}

_T = TypeVar("_T")


class _Problem(msgspec.Struct, frozen=True):
    code: str
    detail: str = ""
    detail_da: str | None = None
    approval_id: UUID | None = None


class NumberClient:
    """A connection to one number service as one system. Safe for threads."""

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        trusted: Path | None = None,
        retries: int = 2,
        clock: Clock | None = None,
        identities: Identities | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`trusted`: certificates (PEM) to trust instead of the system's. `retries`: how often a call whose outcome is
        unknown, or that did not get through, is sent again before the caller is told.

        Raises NotConfigured for an address that is not https (off loopback).
        """
        self._base_url = _checked_address(base_url)
        self._retries = retries
        self._sleep = sleep
        self._chance = random.Random()  # noqa: S311 - spreads retries
        self._http = httpx.Client(
            verify=_trust(trusted) if transport is None else True,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
            headers={"user-agent": f"labbro/{__version__}", "accept": "application/json"},
            follow_redirects=False,
            transport=transport,
        )
        given_clock = clock or SystemClock()
        self._tokens = TokenSource(
            self._http, self._base_url, credentials, given_clock, identities or SystemIdentities(given_clock)
        )

    # --- what can be asked ---------------------------------------------------------------------------------------

    def draw(self, request: DrawRequest) -> Drawn:
        """A series. The same request id gives the same series for ever."""
        return self._call("POST", "/numbers/series", Drawn, request)

    def attend(self, attendance: Attendance) -> Attended:
        """A stock agent's sign of life."""
        return self._call("POST", "/numbers/attendances", Attended, attendance)

    def release(self, request: ReleaseRequest) -> Release:
        """Gives a series, or part of it, back."""
        return self._call("POST", f"/numbers/series/{request.series_id}/releases", Release, request)

    def look_up(self, number: str) -> NumberInformation:
        """Holder, time, system, state and life of a number."""
        return self._call("GET", f"/numbers/{quote(number, safe='')}", NumberInformation)

    def series(self, series_id: UUID) -> SeriesPage:
        """One series with its fate."""
        return self._call("GET", f"/numbers/series/{series_id}", SeriesPage)

    def my_series(self, *, before: UUID | None = None, limit: int = 100) -> SeriesPage:
        """The caller's series, newest first, with the reason of every gap. `before`: from the page before."""
        asked = {"limit": str(limit)} | ({} if before is None else {"before": str(before)})
        return self._call("GET", "/numbers/series", SeriesPage, parameters=asked)

    def space(self) -> SpaceState:
        """How far the number space is used."""
        return self._call("GET", "/numbers/space", SpaceState)

    def claim(self, request: ClaimRequest) -> Claim:
        """Says that the caller's account holds numbers which a restore lost."""
        return self._call("POST", "/numbers/claims", Claim, request)

    def claims(self) -> tuple[Claim, ...]:
        """What the caller's account said to hold, newest first."""
        return self._call("GET", "/numbers/claims", tuple[Claim, ...])

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- one call ------------------------------------------------------------------------------------------------

    def _call(
        self,
        method: str,
        path: str,
        kind: type[_T],
        content: msgspec.Struct | None = None,
        parameters: dict[str, str] | None = None,
    ) -> _T:
        """Sends, and sends again where that is safe: every change carries its request id.

        An outcome that was unknown once stays unknown until the service itself answers.
        """
        unknown: Unavailable | None = None
        for attempt in range(self._retries + 1):
            if attempt:
                self._sleep(_RETRY_SECONDS * 2**attempt * self._chance.uniform(0.5, 1.5))
            try:
                return self._once(method, path, kind, content, parameters)
            except Unavailable as error:
                if error.code == "outcome-unknown":
                    unknown = error
                elif error.code != "service-unreachable":
                    raise
                if attempt == self._retries:
                    raise unknown or error from error
        raise AssertionError

    def _once(
        self, method: str, path: str, kind: type[_T], content: msgspec.Struct | None, parameters: dict[str, str] | None
    ) -> _T:
        answer = self._send(method, path, content, parameters, self._tokens.token())
        if answer.status_code == HTTPStatus.UNAUTHORIZED:  # the token ended early, or the service was started anew
            answer = self._send(method, path, content, parameters, self._tokens.token(fresh=True))
        if not answer.is_success:
            raise error_of(answer)
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.MsgspecError as error:
            raise _unknown("an answer that cannot be read") from error

    def _send(
        self, method: str, path: str, content: msgspec.Struct | None, parameters: dict[str, str] | None, token: str
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        if content is not None:
            headers["content-type"] = "application/json"
        try:
            return self._http.request(
                method,
                self._base_url + path,
                content=None if content is None else msgspec.json.encode(content),
                params=parameters,
                headers=headers,
            )
        except _NOT_SENT as error:
            raise unreachable(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise _unknown(type(error).__name__) from error


def error_of(answer: httpx.Response) -> LabbroError:
    """The error of an answer that is no success. Without a problem document nobody knows what a server fault did."""
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.MsgspecError:
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _unknown(f"status {answer.status_code}")
        problem = _Problem(f"http-{answer.status_code}", f"The number service answered with {answer.status_code}.")
    if problem.code == ApprovalNeeded.code and problem.approval_id is not None:
        return ApprovalNeeded(problem.approval_id)
    kind = _ERRORS.get(answer.status_code)
    if kind is None:
        kind = Unavailable if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else WrongUse
    return kind(problem.detail, message_da=problem.detail_da, code=problem.code)


def _unknown(what: str) -> Unavailable:
    return Unavailable(
        f"It is not known whether the number service did what it was asked ({what}); send the same request again.",
        message_da=f"Det er uvist, om nummertjenesten gjorde det ønskede ({what}); send samme forespørgsel igen.",
        code="outcome-unknown",
    )


def _checked_address(base_url: str) -> str:
    parts = urlsplit(base_url)
    plain_allowed = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or plain_allowed):
        raise NotConfigured("The number service's address must begin with https://.")
    return base_url.rstrip("/")


def _trust(trusted: Path | None) -> Any:
    if trusted is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(trusted))
    except (OSError, ssl.SSLError):
        raise NotConfigured(f"The file {trusted} holds no certificates to trust (PEM).") from None
