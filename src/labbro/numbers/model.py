"""What the service, its doors, the client and the stock agent say to each other, as frozen structs. Base install only.

Positions count the existing numbers of a space from 0 (labbro.numbers.space); ranges are given by their first number
and a count. Times are aware, in UTC. JSON has the field names as they stand here.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from labbro.numbers.space import Space

NumberState = Literal["issued", "released", "resting", "skipped", "claimed", "never-issued"]
GapReason = Literal["in-doubt", "jump", "withdrawn"]
StretchKind = Literal["held", "released", "skipped", "others"]
LONGEST_REASON = 200  # characters
# No space has more positions; and beyond 2**53 not every program that reads JSON counts right.
_Count = Annotated[int, msgspec.Meta(ge=-(10**15), le=10**15)]
_Plain = Annotated[str, msgspec.Meta(max_length=100, pattern="^[!-~]*$")]
_Days = Annotated[int, msgspec.Meta(ge=0, le=36_600)]


class StockTold(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory's stock as its agent tells it: numbers left, and how many days they last by its forecast.

    `days_low` and `days_high` are the forecast's band; all three are None while the agent cannot forecast.
    """

    left: Annotated[int, msgspec.Meta(ge=0, le=10**15)]
    days: _Days | None = None
    days_low: _Days | None = None
    days_high: _Days | None = None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a stock agent says of itself at each call, so that a cloned or restored one is found out.

    `call` counts the agent's calls from 1. `nonce` is what the service's last answer gave; None at the first call.
    `highest_position` is the highest position that the agent ever held, None before its first series.
    `ledger_digest` is the SHA-256 of the agent's ledger so far, in hexadecimal; kept for the record.
    `stock` is for the agreement board and for people; nothing is decided by it.
    """

    agent_id: UUID
    call: _Count
    nonce: _Plain | None = None
    highest_position: _Count | None = None
    ledger_digest: _Plain | None = None
    stock: StockTold | None = None


class DrawRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Asks for a series. `request_id` is made by the client and stored before it is sent.

    `account_id`: for whom; a system draws for its own account and may leave it out, a person names it.
    """

    request_id: UUID
    count: _Count
    space: str | None = None
    account_id: UUID | None = None
    statement: Statement | None = None


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers given out: `count` consecutive positions. `round` is 1, or higher where rested numbers came back."""

    series_id: UUID
    space: str
    round: int
    count: int
    first_position: int
    first_number: str
    last_number: str
    account_id: UUID
    laboratory_id: UUID | None
    vendor_id: UUID | None
    system_id: UUID | None
    manual: bool
    request_id: UUID
    drawn_at: dt.datetime
    released: int = 0  # how many of its numbers were released

    @property
    def last_position(self) -> int:
        """The position of the last number."""
        return self.first_position + self.count - 1


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a draw. `again`: the same request was answered before, this is that series.

    `nonce`: for the agent's next statement; it must be kept before any number is handed out.
    """

    series: Series
    again: bool
    nonce: str | None = None


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """A statement alone: an agent's sign of life.

    After each draw an agent confirms by one before it hands out a number, so that a disk restored from before the draw
    cannot ask for the same series again unnoticed.
    """

    request_id: UUID
    statement: Statement
    space: str | None = None


class Attended(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an attendance."""

    nonce: str
    next_position: int


class ReleaseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Gives numbers back: a whole series, or from `first_number` to `last_number`, both included."""

    request_id: UUID
    series_id: UUID
    reason: str
    first_number: str | None = None
    last_number: str | None = None


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers given back. They are void, or rest and return where the operator's policy says so."""

    release_id: UUID
    series_id: UUID
    space: str
    round: int
    count: int
    first_position: int
    first_number: str
    last_number: str
    reason: str
    request_id: UUID
    released_at: dt.datetime
    actor: str
    again: bool = False


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Positions that nobody was given, and why: `in-doubt` after a crash, `jump` of the operator, `withdrawn` from
    resting by a jump. `round` is 1 but for rested numbers."""

    gap_id: UUID
    space: str
    round: int
    count: int
    first_position: int
    first_number: str
    last_number: str
    reason: GapReason
    note: str
    at: dt.datetime
    actor: str


class ClaimRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Says that an account holds numbers which a restore lost: from `first_number` to `last_number`, both included.

    `account_id`: as in DrawRequest.
    """

    request_id: UUID
    first_number: str
    last_number: str
    reason: str
    account_id: UUID | None = None


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Who says to hold numbers that this database skipped. It gives nothing out."""

    claim_id: UUID
    space: str
    count: int
    first_position: int
    first_number: str
    last_number: str
    account_id: UUID
    reason: str
    request_id: UUID
    claimed_at: dt.datetime
    actor: str
    again: bool = False


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of the line of positions from a holder's first series to its last: held, released, skipped or others'.

    `reason` is a sentence in English, `reason_da` in Danish.
    """

    kind: StretchKind
    count: int
    first_position: int
    first_number: str
    last_number: str
    reason: str
    reason_da: str
    at: dt.datetime | None = None
    series_id: UUID | None = None


class SeriesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of a holder's series, newest first, and every stretch from the lowest to the highest of them.

    `before`: a series id, to be given for the next page; None at the end.
    """

    series: tuple[Series, ...]
    releases: tuple[Release, ...]
    stretches: tuple[Stretch, ...]
    before: UUID | None = None


class LifeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a sample that carries the number; tells no person."""

    at: dt.datetime
    kind: str
    place: str
    text: str
    text_da: str


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """Who was given a number, once: one series, and its release where there was one."""

    series: Series
    release: Release | None = None


class NumberInformation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one number. `holdings` newest first; more than one only where numbers rest and return.

    `claimed`: skipped here, but an account says to hold it from before a restore (`claim`).
    """

    number: str
    space: str
    position: int
    state: NumberState
    holdings: tuple[Holding, ...] = ()
    gap: Gap | None = None
    claim: Claim | None = None
    life: tuple[LifeEvent, ...] = ()


class SpaceState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a space is used. `a_year`: numbers drawn in the last 365 days; `ends_year`: None while nothing is drawn.

    `stopped`: the code of the problem for which nothing is issued now, else None.
    """

    space: Space
    capacity: int
    next_position: int
    next_number: str | None
    left: int
    series: int
    issued: int
    released: int
    skipped: int
    a_year: int
    ends_year: int | None
    stopped: str | None = None


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A draw far above plan that waits for a second person, or was decided by one."""

    approval_id: UUID
    account_id: UUID
    laboratory_id: UUID | None
    vendor_id: UUID | None
    space: str
    count: int
    request_id: UUID
    asked_at: dt.datetime
    asked_by: str
    decision: Literal["waiting", "approved", "refused"] = "waiting"
    decided_at: dt.datetime | None = None
    decided_by: str | None = None


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """A stock agent as the service knows it. `state`: `held` until a person acknowledges that its disk was cloned or
    restored, then `retired`: what it drew is never given out again, and it begins anew under another id."""

    agent_id: UUID
    account_id: UUID
    call: int
    highest_position: int | None
    ledger_digest: str | None
    seen_at: dt.datetime
    state: Literal["active", "held", "retired"]
    held_at: dt.datetime | None = None
    stock: StockTold | None = None
