"""Plain HTTP for a transition: a second listener that serves the number doors until a day, and says goodbye after it.

TLS is the rule. LABBRO_PLAIN_UNTIL and LABBRO_PLAIN_PORT open this door for systems that cannot speak TLS yet. What
comes through it is marked in the scope, so that the rooms can count it for the laboratory that called.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from litestar.types import ASGIApp, Receive, Scope, Send

from labbro.platform.clock import Clock

# What systems need to draw numbers, and nothing for people: those have browsers, which speak TLS.
PATHS: Final = ("/numbers", "/soap/numbers", "/oauth/token")
_MARK: Final = "labbro_plain"
_DENMARK: Final = ZoneInfo("Europe/Copenhagen")

ENDED = "Plain HTTP is not served any more; call the same address with https:// and check the server's certificate."
ENDED_DA = "Ukrypteret HTTP er ophørt; kald samme adresse med https:// og kontrollér serverens certifikat."
NEVER = "This address is not served over plain HTTP; call it with https://."
NEVER_DA = "Denne adresse kan ikke kaldes med ukrypteret HTTP; brug https://."
CODE: Final = "plain-http-ended"


class Goodbye:
    """Until when plain HTTP is served."""

    def __init__(self, until: dt.date | None, clock: Clock) -> None:
        self._until = until
        self._clock = clock

    def refusal(self, scope: Mapping[str, Any]) -> tuple[str, str] | None:
        """Why a call over plain HTTP is refused, in English and Danish; None when it is served."""
        today = self._clock.now().astimezone(_DENMARK).date()
        if self._until is None or today > self._until:
            return ENDED, ENDED_DA
        path = str(scope.get("path", ""))
        served = any(path == known or path.startswith(f"{known}/") for known in PATHS)
        return None if served else (NEVER, NEVER_DA)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Tells each caller when it ends (RFC 8594): the first moment after the last day."""
        if self._until is None:
            return []
        end = dt.datetime.combine(self._until + dt.timedelta(days=1), dt.time(0), _DENMARK).astimezone(dt.UTC)
        return [(b"sunset", f"{end:%a, %d %b %Y %H:%M:%S} GMT".encode())]


def marked(application: ASGIApp) -> ASGIApp:
    """The application as the plain listener serves it."""

    async def plain(scope: Scope, receive: Receive, send: Send) -> None:
        cast("dict[str, Any]", scope)[_MARK] = True
        await application(scope, receive, send)

    return cast("ASGIApp", plain)


def is_plain(scope: Mapping[str, Any]) -> bool:
    """Whether a call came by the plain listener."""
    return scope.get(_MARK) is True
