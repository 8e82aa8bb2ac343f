"""Laboratory systems that draw by themselves: the request id is stored, then sent until there is an answer."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from labbro.errors import LabbroError
from labbro.numbers.model import Drawn, DrawRequest, ReleaseRequest, Series
from labbro.numbers.proof import world
from labbro.numbers.proof.courier import Call, Courier
from labbro.numbers.proof.log import UNKNOWN, OperationLog
from labbro.numbers.proof.server import Answer
from labbro.numbers.service import NumberService
from labbro.platform.identities import Identities

LARGEST: Final = 2000
_ENDED: Final = frozenset({"space-exhausted", "request-id-reused"})  # what is not asked for again


class LaboratorySystem:
    """One of the laboratories without a stock agent. `drawn` counts its series."""

    def __init__(self, number: int, courier: Courier, identities: Identities, chance: random.Random) -> None:
        self.caller = world.caller(number)
        self.drawn = 0
        self._process = f"laboratory {number}"
        self._courier = courier
        self._identities = identities
        self._chance = chance
        self._open: DrawRequest | None = None
        self._series: list[Series] = []
        self._under_way = False

    @property
    def waits(self) -> bool:
        """Whether it has a request without an answer."""
        return self._open is not None

    def draw(self, *, again_only: bool = False) -> None:
        """Sends its open request again, or makes a new one; now and then an old id with another count, by mistake."""
        if self._under_way or (again_only and self._open is None):
            return
        if self._open is None:
            self._open = DrawRequest(request_id=self._identities.new(), count=self._chance.randint(1, LARGEST))
        elif self._series and self._chance.random() < 0.02:
            before = self._chance.choice(self._series)
            self._send(DrawRequest(request_id=before.request_id, count=before.count + 1), lambda _answer: None)
        self._under_way = True
        self._send(self._open, self._hears)

    def give_back(self, numbers: NumberService, log: OperationLog) -> None:
        """Releases one of its series, whole or in part; the same twice must not go."""
        if not self._series:
            return
        series = self._chance.choice(self._series[-4:])
        operation = log.asked("release", self._process, series.account_id, str(series.request_id))
        last = None if self._chance.random() < 0.5 else series.first_number
        wish = ReleaseRequest(
            request_id=self._identities.new(), series_id=series.series_id, reason="not used", last_number=last
        )
        try:
            given = numbers.release(self.caller, wish)
        except LabbroError as error:
            log.refused(operation, "release", error.code)
            return
        log.released(operation, given)

    def _send(self, request: DrawRequest, hears: Callable[[Answer], None]) -> None:
        self._courier.put(Call(self.caller, request, self._process, hears))

    def _hears(self, answer: Answer) -> None:
        self._under_way = False
        if isinstance(answer, Drawn):
            self._open = None
            self.drawn += 1
            self._series.append(answer.series)
            del self._series[:-8]
        elif isinstance(answer, LabbroError) and answer.code in _ENDED - UNKNOWN:
            self._open = None
