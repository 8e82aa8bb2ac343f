"""The way between laboratories and the service: loses, doubles, delays and reorders, by a seed. Everything is logged.

Calls wait until a group is sent off, so that laboratories meet in one transaction as they do in operation.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from labbro.errors import LabbroError, Unavailable
from labbro.members.model import Caller
from labbro.numbers import problems
from labbro.numbers.issuing import GROUP
from labbro.numbers.model import Attendance, Drawn, DrawRequest
from labbro.numbers.proof.dangers import Dangers
from labbro.numbers.proof.log import OperationLog, range_of
from labbro.numbers.proof.server import Answer, Server

Request = DrawRequest | Attendance
LATE_KEPT: Final = 64


class Call(msgspec.Struct, frozen=True):
    """One call on its way. `hears` takes the answer; a lost one is told as outcome-unknown, as a client's time-out."""

    caller: Caller
    request: Request
    process: str
    hears: Callable[[Answer], None]


class _Sent(msgspec.Struct, frozen=True):
    """`to`: the caller hears the answer, or it is lost, or this is a copy whose answer reaches only the log."""

    call: Call
    operation: int | None
    to: Literal["caller", "lost", "copy"]


class Courier:
    """Carries calls to one of the running servers. `calm` ends all trouble on the way."""

    def __init__(self, log: OperationLog, dangers: Dangers, chance: random.Random, incidents: Counter[str]) -> None:
        self._log = log
        self._dangers = dangers
        self._chance = chance
        self._incidents = incidents
        self._waiting: list[Call] = []
        self._late: list[Call] = []
        self.servers: list[Server] = []
        self.before_group: Callable[[Server], None] = lambda _server: None
        self.after_group: Callable[[], None] = lambda: None

    def calm(self) -> None:
        """From now on every call arrives, and so does its answer; what is late arrives now."""
        self._dangers = msgspec.structs.replace(self._dangers, lose_request=0.0, lose_answer=0.0, double=0.0, late=0.0)

    def put(self, call: Call) -> None:
        """Lets a call wait for the next group."""
        self._waiting.append(call)

    def ask(self, caller: Caller, request: Request, process: str) -> Answer:
        """Sends a call off at once, with some that wait; gives its answer."""
        heard: list[Answer] = []
        self._group([*self._taken(self._chance.randrange(GROUP // 2)), Call(caller, request, process, heard.append)])
        return heard[0]

    def flush(self) -> None:
        """Sends off everything that waits."""
        while self._waiting or (self._late and self._chance.random() < 0.5):
            self._group(self._taken(GROUP * 3 // 4))

    def flush_late(self) -> None:
        """Lets every late copy arrive."""
        while self._late:
            self._group([])

    def _taken(self, most: int) -> list[Call]:
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        return taken

    def _group(self, calls: Sequence[Call]) -> None:
        sent = [one for call in calls for one in self._sent(call)]
        for _ in range(min(len(self._late), 4)):
            late = self._late.pop(self._chance.randrange(len(self._late)))
            operation = self._asked(late, f"{late.process}, a late copy")
            sent.insert(self._chance.randrange(len(sent) + 1), _Sent(late, operation, "copy"))
            self._incidents["late copies"] += 1
        if not sent:
            return
        if not self.servers:
            for one in sent:
                self._hear(one, Unavailable("The service is away.", code="service-unreachable"))
            return
        server = self._chance.choice(self.servers)
        self.before_group(server)
        answers = server.answers([(one.call.caller, one.call.request) for one in sent[:GROUP]])
        for one, answer in zip(sent, answers, strict=False):
            self._hear(one, answer)
        for one in sent[GROUP:]:
            self._hear(one, Unavailable("The service is busy.", code="numbers-busy"))
        self.after_group()

    def _sent(self, call: Call) -> list[_Sent]:
        """How a call arrives: not at all, once, twice; heard or not; and perhaps once more, later."""
        operation = self._asked(call, call.process)
        dangers, chance = self._dangers, self._chance
        if dangers.late and chance.random() < dangers.late and len(self._late) < LATE_KEPT:
            self._late.append(call)
        if chance.random() < dangers.lose_request:
            self._incidents["lost requests"] += 1
            self._hear(_Sent(call, operation, "lost"), problems.outcome_unknown())
            return []
        heard = chance.random() >= dangers.lose_answer
        self._incidents["lost answers"] += not heard
        first = _Sent(call, operation, "caller" if heard else "lost")
        if chance.random() >= dangers.double:
            return [first]
        self._incidents["doubled calls"] += 1
        second = _Sent(call, self._asked(call, f"{call.process}, doubled"), "copy")
        return [first, second] if chance.random() < 0.5 else [second, first]

    def _hear(self, sent: _Sent, answer: Answer) -> None:
        """Logs an answer, and tells the laboratory what it heard."""
        heard = problems.outcome_unknown() if sent.to == "lost" else answer
        if sent.operation is not None:
            if isinstance(heard, Drawn):
                self._log.told(sent.operation, "draw", range_of(heard.series))
            elif isinstance(heard, LabbroError):
                self._log.refused(sent.operation, "draw", heard.code)
        if sent.to != "copy":
            sent.call.hears(heard)

    def _asked(self, call: Call, process: str) -> int | None:
        if isinstance(call.request, Attendance):
            return None
        account = call.caller.account_id
        assert account is not None
        return self._log.asked("draw", process, account, str(call.request.request_id), call.request.count)
