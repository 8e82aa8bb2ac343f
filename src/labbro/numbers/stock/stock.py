"""The stock: numbers held, and handed out durably before they are told.

A hand-out is one transaction: the series' cursor moves, a row tells the range, the chain of digests goes on, the
consumption is counted. Only when it is on the disk are the numbers told. Until the caller is known to have them, the
hand-out stands in the list of those in doubt; a crash leaves it there, to be settled by a person. A number whose
hand-out is durable is never handed out again, whatever became of it.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

import msgspec

from labbro.errors import Conflict, NotFound, Unavailable
from labbro.numbers.space import Space
from labbro.numbers.stock import founding, place, rows
from labbro.numbers.stock.ledger import Ledger
from labbro.numbers.stock.model import Fate, HandOut, HeldSeries, Identity, Range, instant, milliseconds
from labbro.numbers.stock.outgoing import Outgoing
from labbro.platform.clock import Clock, SystemClock
from labbro.platform.identities import Identities

_HOUR_MS: Final = 3_600_000
_DENMARK: Final = ZoneInfo("Europe/Copenhagen")


class Stock:
    """One laboratory's numbers in one file. Threads take turns; other processes are kept out."""

    def __init__(self, ledger: Ledger, identity: Identity, clock: Clock) -> None:
        """For `open` and `make`, which check first."""
        self.ledger = ledger
        self.clock = clock
        self.outgoing = Outgoing(ledger, clock)
        self._identity = identity
        self._head: tuple[int, bytes] | None = None
        self._given: dict[int, tuple[int, ...]] = {}  # thread -> ordinals that its last `take` returned
        self._delivered: list[int] = []
        self._day_of_hour = (-1, 0)
        self._hold = self.outgoing.note("hold") or None

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        clock: Clock | None = None,
        machine: str | None = None,
        stamp_path: Path | None = None,
        durable: bool = True,
    ) -> Self:
        """Opens the file after looking whether it is whole and where it was left.

        `machine` names the machine where it has no lasting identity; `durable` False is for simulations only.
        Raises NotFound `stock-missing`; Unavailable `stock-in-use`, `stock-corrupted`, `not-durable`; Conflict
        `stock-copied`, `stock-restored`.
        """
        ledger = Ledger(Path(path).absolute(), stamp_path=stamp_path, durable=durable)
        try:
            identity = founding.checked(ledger, place.machine_fingerprint(machine))
        except BaseException:
            ledger.close()
            raise
        return cls(ledger, identity, clock or SystemClock())

    @classmethod
    def make(
        cls,
        path: Path | str,
        *,
        space: Space | None = None,
        yearly: int | None = None,
        clock: Clock | None = None,
        identities: Identities | None = None,
        machine: str | None = None,
        stamp_path: Path | None = None,
        durable: bool = True,
    ) -> Self:
        """A new, empty stock. `yearly`: the laboratory's numbers a year, for the first draw.

        Raises Conflict `stock-exists` where there is a file already.
        """
        there = Path(path).absolute()
        founding.found(
            there,
            space=space or Space(),
            yearly=yearly,
            clock=clock or SystemClock(),
            identities=identities,
            machine=place.machine_fingerprint(machine),
            stamp_path=stamp_path,
        )
        return cls.open(there, clock=clock, machine=machine, stamp_path=stamp_path, durable=durable)

    @property
    def identity(self) -> Identity:
        """Who this agent is, with what it has to say at its next call."""
        row = self.ledger.one("agent")
        assert row is not None
        return msgspec.structs.replace(self._identity, yearly=row[4], calls=row[9], nonce=row[10])

    @property
    def space(self) -> Space:
        """The space that the numbers belong to."""
        return self._identity.space

    # --- handing out ---------------------------------------------------------------------------------------------

    def take(self, count: int = 1, *, request_id: str | None = None, purpose: str | None = None) -> tuple[str, ...]:
        """`count` numbers that nobody else ever gets, durable before this returns.

        The same `request_id` gives the same numbers again. `purpose` is a word such as `reception`, never a person.
        This thread's next call, and `close`, take it that the numbers of this call arrived; what a crash leaves
        unknown is listed by `in_doubt`.
        Raises WrongUse; Conflict `request-id-reused`; Unavailable `stock-empty`, `disk-full` and the like: then nothing
        was handed out.
        """
        thread = threading.get_ident()
        with self.ledger.mutex:
            if before := self._given.pop(thread, None):
                self._delivered.extend(before)
        handed = self.hand_out(count, request_id=request_id, purpose=purpose)
        numbers = self.numbers_of(handed)
        with self.ledger.mutex:
            self._given[thread] = rows.ordinals(handed)
        return numbers

    def hand_out(self, count: int, *, request_id: str | None = None, purpose: str | None = None) -> HandOut:
        """As `take`, for callers that tell the numbers onwards: they say `delivered` when the numbers have arrived."""
        rows.check_wish(count, request_id, purpose)
        with self.ledger.mutex:
            try:
                with self.ledger.transaction():
                    handed = self._known(request_id, count) if request_id is not None else None
                    if handed is None:
                        handed = self._hand_out(count, request_id, purpose)
                    delivered = self._trust()
                del self._delivered[: len(delivered)]
                if not handed.again:
                    self._stamp()
            except BaseException:
                self._head = None  # the file knows
                raise
        return handed

    def delivered(self, handed: HandOut) -> None:
        """The numbers reached the caller. Written with the next hand-out, or at `close`."""
        with self.ledger.mutex:
            self._delivered.extend(rows.ordinals(handed))

    def numbers_of(self, handed: HandOut) -> tuple[str, ...]:
        """The numbers of a hand-out, in order."""
        return tuple(number for part in handed.ranges for number in self.space.numbers(part.first, part.count))

    def flush(self) -> None:
        """Writes down what was delivered."""
        with self.ledger.mutex:
            if self._delivered:
                with self.ledger.transaction():
                    delivered = self._trust()
                del self._delivered[: len(delivered)]

    @property
    def on_hold(self) -> str | None:
        """The code for which nothing is handed out any more; None while all is well."""
        return self._hold

    def hold(self, code: str) -> None:
        """Stops handing out, durably: the service found that another copy of this file is in use. Ended by adoption."""
        self.outgoing.set_note("hold", code)
        self._hold = code

    def _hand_out(self, count: int, request_id: str | None, purpose: str | None) -> HandOut:
        if self._hold is not None:
            raise Conflict(
                "The service found that a copy of this stock is in use; no number is handed out. Look for the other "
                "copy, then: labbro stock adopt.",
                message_da="Tjenesten har fundet, at en kopi af dette lager er i brug; der udleveres ingen numre. Find "
                "den anden kopi, og så: labbro stock adopt.",
                code="stock-on-hold",
            )
        now = milliseconds(self.clock.now())
        pieces = self._pieces(count)
        ordinal, digest = self._head or self._read_head()
        start = ordinal
        for part, (series, first, past) in enumerate(pieces):
            ordinal += 1
            row = (ordinal, series, first, past, now, part, len(pieces), request_id, purpose)
            digest = founding.chained(digest, row)
            if self.ledger.run("move_series", (past, series, first)) != 1:
                raise self.ledger.give_up("stock-corrupted")
            self.ledger.run("add_hand_out", (*row, digest))
            self.ledger.run("doubt", (ordinal,))
        if self.ledger.run("move_head", (ordinal, digest, start)) != 1:
            raise self.ledger.give_up("stock-corrupted")
        self._count(now, count)
        self._head = (ordinal, digest)
        return HandOut(
            ordinal=start + 1,
            ranges=tuple(Range(first, past) for _, first, past in pieces),
            at=instant(now),
            request_id=request_id,
            purpose=purpose,
        )

    def _pieces(self, count: int) -> list[tuple[int, int, int]]:
        """From which series, from where, to where: oldest series first. Raises Unavailable `stock-empty`."""
        pieces: list[tuple[int, int, int]] = []
        row = self.ledger.one("usable_series")
        while row is not None:
            series, first, past = row
            end = min(past, first + count)
            pieces.append((series, first, end))
            count -= end - first
            if count == 0:
                return pieces
            row = self.ledger.one("usable_series_again", (series,))
        raise Unavailable(
            "The stock does not hold that many numbers; none was handed out.",
            message_da="Lageret har ikke så mange numre; intet blev udleveret.",
            code="stock-empty",
        )

    def _known(self, request_id: str, count: int) -> HandOut | None:
        """The hand-out of a request that was made before."""
        found = self.ledger.all("hand_outs_of_request", (request_id,))
        if not found:
            return None
        handed = msgspec.structs.replace(rows.handed(found), again=True)
        if handed.count != count:
            raise Conflict(
                "The request id was used before for another count.",
                message_da="Forespørgslens id er brugt før til et andet antal.",
                code="request-id-reused",
            )
        if {row[0] for row in self.ledger.all("settled") if row[1] == "void"} & set(rows.ordinals(handed)):
            raise Conflict(
                "The numbers of this request were declared void; make a new request.",
                message_da="Numrene til denne forespørgsel er erklæret ugyldige; lav en ny forespørgsel.",
                code="hand-out-void",
            )
        return handed

    def _count(self, now: int, count: int) -> None:
        hour = now // _HOUR_MS
        if self._day_of_hour[0] != hour:  # Danish offsets are whole hours
            self._day_of_hour = (hour, instant(now).astimezone(_DENMARK).date().toordinal())
        self.ledger.run("consume_hour", (hour, count))
        self.ledger.run("consume_day", (self._day_of_hour[1], count))

    def _trust(self) -> list[int]:
        delivered = list(self._delivered)
        for ordinal in delivered:
            self.ledger.run("trust", (ordinal,))
        return delivered

    def _read_head(self) -> tuple[int, bytes]:
        row = self.ledger.one("head")
        assert row is not None
        return row[0], row[1]

    def _stamp(self) -> None:
        assert self._head is not None
        ordinal, digest = self._head
        self.ledger.stamp.write(place.Stamp(agent_id=self._identity.agent_id, ordinal=ordinal, digest=digest))

    # --- what is there -------------------------------------------------------------------------------------------

    def left(self) -> int:
        """How many numbers can be handed out now."""
        row = self.ledger.one("left")
        return row[0] if row else 0

    def held(self) -> int:
        """How many numbers are held, with those that still wait for the service's confirmation."""
        row = self.ledger.one("left")
        return row[1] if row else 0

    def has_series(self) -> bool:
        """Whether this agent ever held a series that was not voided by an adoption."""
        return self.ledger.one("any_series") is not None

    def series(self) -> tuple[HeldSeries, ...]:
        """Every series ever held, in the order of use."""
        return tuple(rows.held(row) for row in self.ledger.all("all_series"))

    def in_doubt(self) -> tuple[HandOut, ...]:
        """Hand-outs that are durable, but of which nobody knows whether the numbers reached the caller."""
        with self.ledger.mutex:
            arrived = set(self._delivered)
            return tuple(rows.handed([row]) for row in self.ledger.all("in_doubt") if row[0] not in arrived)

    def settle(self, ordinal: int, fate: Fate) -> None:
        """Notes what became of a hand-out in doubt: used, or void. Void numbers stay unused for ever."""
        with self.ledger.transaction():
            if self.ledger.run("trust", (ordinal,)) != 1:
                raise NotFound(
                    f"Hand-out {ordinal} is not in doubt.",
                    message_da=f"Udlevering {ordinal} er ikke i tvivl.",
                    code="not-in-doubt",
                )
            self.ledger.run("settle", (ordinal, fate, milliseconds(self.clock.now())))

    def find(self, number: str) -> HandOut | None:
        """The hand-out of a number; None when this stock never handed it out. Raises WrongUse for a wrong number."""
        row = self.ledger.one("hand_out_of_position", {"position": self.space.position(number)})
        return rows.handed([row]) if row else None

    def consumed(self, since_day: int = 0) -> dict[int, int]:
        """Numbers handed out on each Danish day (proleptic ordinal, `date.toordinal`), from a day on."""
        return dict(self.ledger.all("consumed_days", (since_day,)))

    def consumed_hours(self, since_hour: int = 0) -> dict[int, int]:
        """Numbers handed out in each hour (hours since 1970, UTC), from an hour on."""
        return dict(self.ledger.all("consumed_hours", (since_hour,)))

    def verify(self) -> int:
        """Reads the whole file: SQLite's own check, the chain of all hand-outs, every cursor. Gives their count.

        Raises Unavailable `stock-corrupted`.
        """
        self.ledger.check_integrity()
        return founding.verify_chain(self.ledger)

    def hand_outs(self) -> int:
        """How many ranges were handed out ever."""
        return self._read_head()[0]

    def digest(self) -> str:
        """The digest of the chain of hand-outs so far, in hexadecimal."""
        return self._read_head()[1].hex()

    def close(self) -> None:
        """Writes down what was delivered and lets the next process in."""
        with self.ledger.mutex:
            if self.ledger.broken is None:
                self._delivered.extend(ordinal for given in self._given.values() for ordinal in given)
                self._given.clear()
                self.flush()
                self.ledger.stamp.sync()
            self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
