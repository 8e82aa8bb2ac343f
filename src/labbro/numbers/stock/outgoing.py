"""What is asked of the number service: stored before it is sent, one at a time, and its answers stored before use."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from uuid import UUID

from labbro.errors import Conflict
from labbro.numbers.model import Series, Statement
from labbro.numbers.space import Space
from labbro.numbers.stock.ledger import Ledger
from labbro.numbers.stock.model import Call, OutgoingRequest, RequestKind, instant, milliseconds
from labbro.platform.clock import Clock

CALLS_KEPT: Final = 500


class Outgoing:
    """The requests of one stock, with the calls that were made for them."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def store(self, request_id: UUID, kind: RequestKind, count: int, why: str) -> None:
        """Writes down what will be asked, durably; it may be sent from now on."""
        now = milliseconds(self._clock.now())
        with self._ledger.transaction():
            self._ledger.run("add_request", (str(request_id), kind, count, why, now, now))

    def open(self) -> tuple[OutgoingRequest, ...]:
        """What is not ended, oldest first."""
        return tuple(_request(row) for row in self._ledger.all("open_requests"))

    def newest(self, most: int) -> tuple[OutgoingRequest, ...]:
        """The newest requests, ended or not."""
        return tuple(_request(row) for row in self._ledger.all("requests", (most,)))

    def begin(self, request_id: UUID) -> Statement:
        """Notes, durably, that an attempt begins; gives the statement to send with it.

        A call that is tried again keeps its number: a count that runs ahead of the service's would hide a clone.
        """
        with self._ledger.transaction():
            self._ledger.run("try_request", (str(request_id),))
        agent = self._ledger.one("agent")
        head = self._ledger.one("head")
        highest = self._ledger.one("highest_past")
        assert agent is not None
        assert head is not None
        assert highest is not None
        return Statement(
            agent_id=UUID(agent[0]),
            call=agent[9] + 1,
            nonce=agent[10],
            highest_position=highest[0],
            ledger_digest=head[1].hex(),
        )

    def accept(
        self, request: OutgoingRequest, series: Series, nonce: str | None, space: Space, attend_id: UUID
    ) -> None:
        """Keeps a drawn series with the service's nonce, and the attendance that will confirm it; all or nothing.

        Taking the same answer twice changes nothing. Raises Conflict `series-unfit` or `series-overlaps`: then the
        request is ended, and only the nonce is kept.
        """
        now = milliseconds(self._clock.now())
        try:
            row = check_series(self._ledger, series, request, space)
        except Conflict as error:
            with self._ledger.transaction():
                self._end(request.request_id, "refused", error.code, now)
                if nonce is not None:
                    self._ledger.run("set_nonce", (nonce,))
            raise
        with self._ledger.transaction():
            if row is not None:
                self._ledger.run("add_series", row)
            self._end(request.request_id, "answered", None, now)
            if nonce is not None:
                self._ledger.run("set_nonce", (nonce,))
                self._ledger.run("add_request", (str(attend_id), "attend", 0, "confirms a series", now, now))
            else:
                self._ledger.run("confirm_series")  # a service that keeps no watch over agents

    def attended(self, request: OutgoingRequest, nonce: str) -> None:
        """The service knows that this agent has its last answer: what was drawn may be handed out."""
        with self._ledger.transaction():
            self._ledger.run("confirm_series")
            self._ledger.run("set_nonce", (nonce,))
            self._end(request.request_id, "answered", None, milliseconds(self._clock.now()))

    def put_off(self, request_id: UUID, retry_at: dt.datetime, code: str, *, doubtful: bool) -> None:
        """It will be sent again, with the same id. `doubtful`: the service may have done it."""
        with self._ledger.transaction():
            self._ledger.run("put_off_request", (milliseconds(retry_at), code, doubtful, str(request_id)))

    def refuse(self, request_id: UUID, code: str) -> None:
        """The service said no; this request is not sent again."""
        with self._ledger.transaction():
            self._end(request_id, "refused", code, milliseconds(self._clock.now()))

    def _end(self, request_id: UUID, state: str, code: str | None, now: int) -> None:
        self._ledger.run("end_request", (state, code, now, str(request_id)))

    # --- for people, and small facts -----------------------------------------------------------------------------

    def called(self, act: str, count: int | None, outcome: str, took_milliseconds: int) -> None:
        """Keeps a call for the page; old ones are forgotten."""
        with self._ledger.transaction():
            now = milliseconds(self._clock.now())
            self._ledger.run("add_call", (now, act, count, outcome, took_milliseconds))
            self._ledger.run("forget_calls", (CALLS_KEPT,))

    def calls(self, most: int) -> tuple[Call, ...]:
        """The newest calls first."""
        return tuple(
            Call(at=instant(row[0]), act=row[1], count=row[2], outcome=row[3], milliseconds=row[4])
            for row in self._ledger.all("calls", (most,))
        )

    def note(self, name: str) -> str | None:
        """A small fact that outlives the process."""
        row = self._ledger.one("note", (name,))
        return row[0] if row else None

    def set_note(self, name: str, value: str) -> None:
        """Keeps a small fact; nothing is written when it is known."""
        if self.note(name) != value:
            with self._ledger.transaction():
                self._ledger.run("set_note", (name, value))


def check_series(ledger: Ledger, series: Series, request: OutgoingRequest, space: Space) -> dict[str, Any] | None:
    """The row of a series that may be kept; None when it is kept already.

    Raises Conflict when it is not what was asked for, or overlaps what is held: then the service is not to be trusted.
    """
    first, past = series.first_position, series.first_position + series.count
    known = ledger.one("series_by_id", (str(series.series_id),))
    if known is not None and known == (first, past, series.round):
        return None
    fits = (
        known is None
        and series.request_id == request.request_id
        and series.space == space.name
        and series.count == request.count
        and 0 <= first < past <= space.capacity
        and space.number(first) == series.first_number
        and space.number(past - 1) == series.last_number
    )
    if not fits:
        raise Conflict(
            "The service answered with a series that is not the one asked for; it is not used.",
            message_da="Tjenesten svarede med en serie, som ikke er den ønskede; den bruges ikke.",
            code="series-unfit",
        )
    values = {"space": space.name, "round": series.round, "first": first, "past": past}
    if ledger.one("overlapping_series", values) is not None:
        raise Conflict(
            "The service answered with numbers that this stock has had before; they are not used.",
            message_da="Tjenesten svarede med numre, som dette lager har haft før; de bruges ikke.",
            code="series-overlaps",
        )
    return {
        **values,
        "series_id": str(series.series_id),
        "request_id": str(series.request_id),
        "drawn_at": milliseconds(series.drawn_at),
    }


def _request(row: tuple[Any, ...]) -> OutgoingRequest:
    request_id, kind, count, why, made_at, state, attempts, doubtful, retry_at, code, ended_at = row
    return OutgoingRequest(
        request_id=UUID(request_id),
        kind=kind,
        count=count,
        why=why,
        made_at=instant(made_at),
        state=state,
        attempts=attempts,
        doubtful=bool(doubtful),
        retry_at=instant(retry_at),
        code=code,
        ended_at=None if ended_at is None else instant(ended_at),
    )
