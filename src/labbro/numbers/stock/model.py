"""What a stock says of itself, as frozen structs. Positions are ordinals of numbers; ranges are [first, past)."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

import msgspec

from labbro.numbers.space import Space

SeriesState = Literal["drawn", "held", "void"]
Fate = Literal["used", "void"]
RequestKind = Literal["draw", "attend"]
RequestState = Literal["open", "answered", "refused", "abandoned"]


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who this agent is. `yearly`: the production stated at the beginning; `calls`, `nonce`: for the next statement."""

    agent_id: UUID
    previous_agent_id: UUID | None
    made_at: dt.datetime
    space: Space
    yearly: int | None
    calls: int
    nonce: str | None


class HeldSeries(msgspec.Struct, frozen=True, kw_only=True):
    """A series as the stock keeps it: `drawn` waits for the service's confirmation, `held` is in use, `void` ended."""

    series_id: UUID
    round: int
    first: int
    past: int
    next: int
    state: SeriesState
    drawn_at: dt.datetime
    request_id: UUID | None = None
    void_at: dt.datetime | None = None
    void_why: str | None = None

    @property
    def left(self) -> int:
        """How many of its numbers can still be handed out, now or once it is confirmed."""
        return 0 if self.state == "void" else self.past - self.next


class Range(msgspec.Struct, frozen=True):
    """Positions [first, past)."""

    first: int
    past: int

    @property
    def count(self) -> int:
        """How many positions."""
        return self.past - self.first


class HandOut(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that were handed out together, durably. `ordinal` names the hand-out; `again`: its request was repeated.

    More than one range only where one series ended and the next began.
    """

    ordinal: int
    ranges: tuple[Range, ...]
    at: dt.datetime
    request_id: str | None = None
    purpose: str | None = None
    again: bool = False

    @property
    def count(self) -> int:
        """How many numbers."""
        return sum(part.count for part in self.ranges)


class OutgoingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Something asked of the service, stored before it was sent. `doubtful`: an attempt's outcome is not known."""

    request_id: UUID
    kind: RequestKind
    count: int
    why: str
    made_at: dt.datetime
    state: RequestState
    attempts: int
    doubtful: bool
    retry_at: dt.datetime
    code: str | None
    ended_at: dt.datetime | None


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call to the service, for people. `outcome`: `ok` or a problem's code."""

    at: dt.datetime
    act: str
    count: int | None
    outcome: str
    milliseconds: int


def instant(milliseconds: int) -> dt.datetime:
    """Unix milliseconds as an aware time."""
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)


def milliseconds(at: dt.datetime) -> int:
    """An aware time as Unix milliseconds."""
    return int(at.timestamp() * 1000)
