"""The process tier's own short way to the service: a line of JSON each way over a Unix socket, one call a connection.

The doors, with their authentication, are tested elsewhere; here processes are killed, and nothing should be slow.
"""

from __future__ import annotations

import datetime as dt
import socket
import time
from pathlib import Path
from typing import Final

import msgspec

from labbro.errors import LabbroError, Unavailable
from labbro.numbers.model import Attendance, Attended, Drawn, DrawRequest

CALL_SECONDS: Final = 20.0
SPEED: Final = 600.0  # simulated seconds a second, so that a retry is not waited for


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call by laboratory `number`."""

    number: int
    draw: DrawRequest | None = None
    attend: Attendance | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Its answer, or the code of the problem."""

    drawn: Drawn | None = None
    attended: Attended | None = None
    code: str | None = None
    unavailable: bool = False


def ask(path: Path, question: Question) -> Reply:
    """One call. Raises Unavailable `service-unreachable` or, once it was sent, `outcome-unknown`."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(CALL_SECONDS)
        try:
            line.connect(str(path))
        except OSError as error:
            raise Unavailable("The service is away.", code="service-unreachable") from error
        try:
            line.sendall(msgspec.json.encode(question) + b"\n")
            answer = line.makefile("rb").readline()
        except OSError as error:
            raise Unavailable("The answer did not come.", code="outcome-unknown") from error
    if not answer.endswith(b"\n"):
        raise Unavailable("The answer did not come whole.", code="outcome-unknown")
    reply = msgspec.json.decode(answer, type=Reply)
    if reply.code is not None:
        kind = Unavailable if reply.unavailable else LabbroError
        raise kind("The service said no.", code=reply.code)
    return reply


class FastClock:
    """Time since `began` (Unix seconds), so many times as fast: the same in every process of a history."""

    def __init__(self, began: float) -> None:
        self._began = began

    def now(self) -> dt.datetime:
        """The simulated time."""
        passed = (time.time() - self._began) * SPEED
        return dt.datetime.fromtimestamp(self._began + passed, dt.UTC)
