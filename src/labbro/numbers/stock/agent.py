"""The agent: keeps a stock filled. Driven in steps, so that the same code runs a laboratory and a simulated country.

    agent = Agent(stock, service, clock=clock, identities=identities, chance=random.Random(7))
    agent.run_until(now)     # does what is due at the clock's time; safe to call at any time, and again after a crash
    agent.due(now)           # the next instant at which something is to be done

Nothing is kept between steps but what the stock's file holds (and caches), so a step may end at any instruction. One
request is under way at a time: as long as the outcome of one is not known, it alone is sent, with its old id.
"""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

from labbro.errors import LabbroError, Unavailable
from labbro.numbers.model import Attendance, Attended, Drawn, DrawRequest, Statement, StockTold
from labbro.numbers.stock import alarms, policy
from labbro.numbers.stock.alarms import Alarm, Kind, Level
from labbro.numbers.stock.forecast import Forecast, Profile, fit_profile, forecast
from labbro.numbers.stock.model import OutgoingRequest
from labbro.numbers.stock.stock import Stock
from labbro.platform.clock import Clock
from labbro.platform.identities import Identities

HISTORY_DAYS: Final = 1200
_PROFILE_DAYS: Final = 7  # how long the shape of the days is kept before it is fitted again
_MOST_CALLS_A_STEP: Final = 20
_LARGEST_FOR: Final = dt.timedelta(days=30)


class NumberService(Protocol):
    """What the agent needs of the service; labbro.numbers.client has it over HTTPS.

    Raises LabbroError with the problem's code; Unavailable `service-unreachable` when the call did not get through,
    `outcome-unknown` when nobody knows.
    """

    def draw(self, request: DrawRequest) -> Drawn: ...

    def attend(self, attendance: Attendance) -> Attended: ...


class Watcher(Protocol):
    """Who hears what the agent does: the log and the mail of a laboratory, or the notes of a simulation."""

    def happened(self, event: str, **facts: Any) -> None:
        """Something to log. Never fails."""
        ...

    def tell(self, kind: Kind, alarm: Alarm, weeks: float | None, detail: str | None) -> bool:
        """Tells people of a warning, or that it is over; False when that did not succeed and is to be tried again."""
        ...


class Silent:
    """A watcher for whom nothing needs to be said."""

    def happened(self, event: str, **facts: Any) -> None:
        """Forgets it."""

    def tell(self, kind: Kind, alarm: Alarm, weeks: float | None, detail: str | None) -> bool:  # noqa: ARG002
        """Takes it as told."""
        return True


class Outlook(msgspec.Struct, frozen=True):
    """A stock and how long it will last. `weeks` is None without a forecast."""

    held: int
    made: Forecast | None
    weeks: float | None


class Agent:
    """Tops one stock up and warns. Clock, identities and chance are passed in; see the module's text."""

    def __init__(
        self,
        stock: Stock,
        service: NumberService,
        *,
        clock: Clock,
        identities: Identities,
        chance: random.Random,
        rules: policy.Rules | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self.stock = stock
        self.rules = rules or policy.Rules()
        self._service = service
        self._clock = clock
        self._identities = identities
        self._chance = chance
        self._watcher = watcher or Silent()
        self._agent_id = stock.identity.agent_id
        self._step = threading.RLock()  # the scheduler's step and a person's top-up do not mix
        self._made: tuple[int, Forecast | None] | None = None
        self._profile: tuple[int, Profile] | None = None

    # --- steps ---------------------------------------------------------------------------------------------------

    def run_until(self, now: dt.datetime | None = None) -> dt.datetime:
        """Does everything that is due at `now` (the clock's time if not given); gives when to call again."""
        at = now or self._clock.now()
        with self._step:
            if self._hold() is None:
                self._attend_daily(at)
                for _ in range(_MOST_CALLS_A_STEP):
                    if not self._send_due(at) and not self._wish(at):
                        break
            self._warn(at)
            return self.due(at)

    def due(self, now: dt.datetime) -> dt.datetime:
        """The next instant after `now` at which something is to be done."""
        index = policy.slot_index(self._agent_id, now)
        instants = [policy.slot(self._agent_id, index + 1), self._next_daily(now)]
        if self._hold() is None:
            open_requests = self.stock.outgoing.open()
            doubtful = [request for request in open_requests if request.doubtful]
            instants += [request.retry_at for request in doubtful or open_requests]
        return max(now + dt.timedelta(seconds=1), min(instants))

    def top_up(self, count: int | None = None) -> bool:
        """Draws now, on somebody's wish: `count`, or what is missing. False when nothing was asked for."""
        at = self._clock.now()
        with self._step:
            made = self.outlook(at).made
            if count is None:
                count = policy.missing(made, self.stock.held(), self.rules) if made else 0
            if count <= 0 or self._is_held_up(count) or self._hold() is not None:
                return False
            self.stock.outgoing.store(self._identities.new(), "draw", count, "asked")
            while self._send_due(at):
                pass
            return True

    # --- requests ------------------------------------------------------------------------------------------------

    def _send_due(self, now: dt.datetime) -> bool:
        """Sends the oldest request that is due; True when it was answered and more may follow."""
        requests = self.stock.outgoing.open()
        doubtful = [request for request in requests if request.doubtful]
        due_at = max(now, self._clock.now())  # what this very step has stored is due
        for request in doubtful or requests:
            if policy.is_due(request.retry_at, due_at):
                return self._send(request, now)
        return False

    def _send(self, request: OutgoingRequest, now: dt.datetime) -> bool:
        statement = msgspec.structs.replace(self.stock.outgoing.begin(request.request_id), stock=self._told(now))
        begun = self._clock.now()
        outcome = "ok"
        try:
            self._ask(request, statement)
            self.stock.outgoing.set_note("contact", self._clock.now().isoformat())
            if request.kind == "draw":
                self.stock.outgoing.set_note("refused", "")
            return True
        except LabbroError as error:
            if self.stock.ledger.broken is not None:
                raise
            outcome = error.code
            return self._answered(request, error, now)
        finally:
            if self.stock.ledger.broken is None:
                took = int((self._clock.now() - begun).total_seconds() * 1000)
                self.stock.outgoing.called(request.kind, request.count or None, outcome, max(0, took))
                self._watcher.happened(
                    "called the number service", act=request.kind, count=request.count, outcome=outcome, why=request.why
                )

    def _ask(self, request: OutgoingRequest, statement: Statement) -> None:
        space = self.stock.space
        if request.kind == "attend":
            asked = Attendance(request_id=request.request_id, statement=statement, space=space.name)
            self.stock.outgoing.attended(request, self._service.attend(asked).nonce)
            return
        answer = self._service.draw(
            DrawRequest(request_id=request.request_id, count=request.count, space=space.name, statement=statement)
        )
        self.stock.outgoing.accept(request, answer.series, answer.nonce, space, self._identities.new())

    def _answered(self, request: OutgoingRequest, error: LabbroError, now: dt.datetime) -> bool:
        """Deals with a problem; True when another request may be made at once."""
        code = error.code
        if code not in (policy.UNREACHABLE, policy.OUTCOME_UNKNOWN):
            self.stock.outgoing.set_note("contact", self._clock.now().isoformat())
        answer = policy.answer_of(code, unavailable=isinstance(error, Unavailable) or type(error) is LabbroError)
        doubtful = policy.stays_doubtful(code, doubtful=request.doubtful)
        if doubtful and answer == "refused":
            self.stock.outgoing.set_note("refused", code)
            answer = "again"
        if answer in ("again", "tomorrow", "person"):
            later = policy.retry_at(now, request.attempts, answer, self._chance)
            self.stock.outgoing.put_off(request.request_id, later, code, doubtful=doubtful)
            return False
        if answer == "hold":  # said before the service looks for the request: one in doubt stays so until the adoption
            if doubtful:
                self.stock.outgoing.put_off(request.request_id, now, code, doubtful=True)
            else:
                self.stock.outgoing.refuse(request.request_id, code)
            self.stock.hold(code)
            return False
        self.stock.outgoing.refuse(request.request_id, code)
        if answer == "smaller" and request.count > 1:
            self.stock.outgoing.set_note("largest", f"{request.count // 2} {now.isoformat()}")
            self.stock.outgoing.set_note("early", "")
            self.stock.outgoing.set_note("slot", "")
            return request.why != "asked"
        self.stock.outgoing.set_note("refused", code)
        return False

    # --- what is wanted ------------------------------------------------------------------------------------------

    def _wish(self, now: dt.datetime) -> bool:
        """Stores a draw that is due; True when there is one to send."""
        outlook = self.outlook(now)
        if outlook.made is None:
            return False
        if draws := self._open_draws():
            return self._bridge(outlook, draws, now)
        index = str(policy.slot_index(self._agent_id, now))
        today = str(policy.danish_date(now).toordinal())
        slot_is_new = self.stock.outgoing.note("slot") != index
        early_allowed = self.stock.outgoing.note("early") != today
        wish = policy.wish(
            outlook.made,
            outlook.held,
            self.rules,
            first=not self.stock.has_series() and early_allowed,
            slot_is_new=slot_is_new and self.stock.has_series(),
            early_allowed=early_allowed,
            largest=self._largest(now),
        )
        if wish is not None:
            self.stock.outgoing.store(self._identities.new(), "draw", wish.count, wish.why)
        if slot_is_new and (wish is None or wish.whole):
            self.stock.outgoing.set_note("slot", index)
        if wish is not None and wish.whole and wish.why != "fortnight":
            self.stock.outgoing.set_note("early", today)
        return wish is not None

    def _bridge(self, outlook: Outlook, draws: Sequence[OutgoingRequest], now: dt.datetime) -> bool:
        """While a draw waits for a second person, a small one may go on, once a day."""
        today = str(policy.danish_date(now).toordinal())
        assert outlook.made is not None
        early_allowed = self.stock.outgoing.note("bridge") != today
        wish = policy.bridge(outlook.made, outlook.held, self.rules, early_allowed=early_allowed)
        if wish is None or _holds_up(draws, wish.count):
            return False
        self.stock.outgoing.store(self._identities.new(), "draw", wish.count, wish.why)
        self.stock.outgoing.set_note("bridge", today)
        return True

    def _attend_daily(self, now: dt.datetime) -> None:
        """A sign of life once a day, so that a clone is found within a day. None before the first draw."""
        today = policy.danish_date(now)
        done = self.stock.outgoing.note("attended") == str(today.toordinal())
        if done or now < policy.daily(self._agent_id, today) or not self.stock.has_series():
            return
        if not any(request.kind == "attend" for request in self.stock.outgoing.open()):
            self.stock.outgoing.store(self._identities.new(), "attend", 0, "daily")
        self.stock.outgoing.set_note("attended", str(today.toordinal()))

    def _open_draws(self) -> list[OutgoingRequest]:
        return [request for request in self.stock.outgoing.open() if request.kind == "draw"]

    def _is_held_up(self, count: int) -> bool:
        return _holds_up(self._open_draws(), count)

    def _largest(self, now: dt.datetime) -> int | None:
        count, _, since = (self.stock.outgoing.note("largest") or "").partition(" ")
        if not since or not dt.timedelta(0) <= now - dt.datetime.fromisoformat(since) < _LARGEST_FOR:
            return None
        return int(count)

    def _next_daily(self, now: dt.datetime) -> dt.datetime:
        today = policy.danish_date(now)
        at = policy.daily(self._agent_id, today)
        return at if at > now else policy.daily(self._agent_id, today + dt.timedelta(days=1))

    # --- outlook and warnings ------------------------------------------------------------------------------------

    def outlook(self, now: dt.datetime) -> Outlook:
        """The stock now and how long it lasts; the forecast is made anew each day."""
        today = policy.danish_date(now).toordinal()
        if self._made is None or self._made[0] != today:
            counts = self.stock.consumed(today - HISTORY_DAYS)
            if self._profile is None or not 0 <= today - self._profile[0] < _PROFILE_DAYS:
                self._profile = (today, fit_profile(counts, today))
            self._made = (today, forecast(counts, today, self.stock.identity.yearly, self._profile[1]))
        made, held = self._made[1], self.stock.held()
        return Outlook(held, made, None if made is None else policy.weeks_of_stock(made, held))

    def _told(self, now: dt.datetime) -> StockTold:
        """The stock as the service is told."""
        outlook = self.outlook(now)
        if outlook.made is None:
            return StockTold(left=outlook.held)
        low, expected, high = (int(days) for days in outlook.made.lasting(outlook.held))
        return StockTold(left=outlook.held, days=expected, days_low=low, days_high=high)

    def alarms(self) -> dict[Kind, Alarm]:
        """The warnings as they stand."""
        return {kind: self._alarm(kind) for kind in alarms.KINDS}

    def refused(self) -> str | None:
        """The code for which the service refused the last draw; None when it did not."""
        return self.stock.outgoing.note("refused") or None

    def contact(self) -> dt.datetime | None:
        """When the service last answered anything."""
        told = self.stock.outgoing.note("contact")
        return dt.datetime.fromisoformat(told) if told else None

    def levels(self, now: dt.datetime) -> dict[Kind, tuple[Level, str | None]]:
        """How bad each kind of warning is at `now`, and the code that tells why."""
        refused, hold = self.refused(), self._hold()
        silent = now - (self.contact() or self.stock.identity.made_at)
        return {
            "stock": (alarms.stock_level(self.outlook(now).weeks, self._alarm("stock").level, self.rules), None),
            "service": (alarms.service_level(silent, refused, self.rules), refused),
            "hold": ("critical" if hold else "ok", hold),
        }

    def _warn(self, now: dt.datetime) -> None:
        outlook = self.outlook(now)
        for kind, (level, detail) in self.levels(now).items():
            before = self._alarm(kind)
            alarm, tell = alarms.judged(before, level, now)
            if alarm.level != before.level:
                self._watcher.happened("warning level", kind=kind, stage=level, weeks=outlook.weeks, detail=detail)
            if tell:
                arrived = self._watcher.tell(kind, alarm, outlook.weeks, detail)
                alarm = alarms.told(alarm, now, arrived=arrived)
            if alarm != before:
                self.stock.outgoing.set_note(f"alarm:{kind}", msgspec.json.encode(alarm).decode())

    def _alarm(self, kind: Kind) -> Alarm:
        text = self.stock.outgoing.note(f"alarm:{kind}")
        return msgspec.json.decode(text, type=Alarm) if text else Alarm()

    def _hold(self) -> str | None:
        return self.stock.on_hold


def _holds_up(draws: Sequence[OutgoingRequest], count: int) -> bool:
    """Whether open draws leave no room for another: one that waits for a person does, for a smaller one."""
    return any(one.doubtful or one.code != policy.APPROVAL_NEEDED or one.count <= count for one in draws)
