"""When a stock is topped up, by how much, and when a failed call is tried again. Pure.

Every laboratory has its own minute in each fortnight, from its agent's id, so that a country does not call at once: a
working day, in working hours, when somebody can look after a refusal. In that minute it draws what is missing from half
a year. Between, it draws early when the stock falls below a threshold, as after a jump in consumption.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import random
from itertools import pairwise
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from labbro.errors import NotConfigured
from labbro.numbers.stock.forecast import WEEK, Forecast

Why = Literal["first", "fortnight", "early", "asked"]
Answer = Literal["again", "tomorrow", "person", "smaller", "hold", "refused"]

APPROVAL_NEEDED: Final = "approval-needed"
UNREACHABLE: Final = "service-unreachable"  # the call did not get through
OUTCOME_UNKNOWN: Final = "outcome-unknown"
FORTNIGHT_DAYS: Final = 14
WORKING_DAYS: Final = 10  # of a fortnight
BRIDGE_WEEKS: Final = 4  # drawn while a larger draw waits for a second person: two fortnights, below what needs one
FIRST_HOUR: Final = 7
LAST_HOUR: Final = 17
LEAST_DRAW_DAYS: Final = 3  # a draw smaller than this much use waits for the next fortnight
UNSEASONED_WEEKS: Final = 4  # held beyond the target until the laboratory's seasons are known
_SEEN_DAYS: Final = 56  # before that the stated production counts
LONGEST_RETRY: Final = dt.timedelta(hours=6)
_FIRST_RETRY: Final = dt.timedelta(minutes=1)
_DENMARK: Final = ZoneInfo("Europe/Copenhagen")
_FIRST_MONDAY: Final = dt.date(1970, 1, 5)

# What becomes of a request that the service answered with a problem. Anything else is a refusal: a new request may be
# made later, this one is not sent again.
_ANSWERS: Final[dict[str, Answer]] = {
    "approval-needed": "person",
    "daily-limit": "tomorrow",
    "series-too-large": "smaller",
    "agent-cloned-or-restored": "hold",
    "too-many": "again",
    "series-overlaps": "refused",
    "series-unfit": "refused",
}


# What the service says only after it has looked whether the same request was done before. Any other refusal leaves open
# what became of an earlier attempt whose answer was lost, so the request must not be given up.
_DECIDED: Final = frozenset(
    {
        "approval-needed",
        "approval-refused",
        "certificate-expired",
        "client-ahead",
        "daily-limit",
        "manual-drawing-ended",
        "request-id-reused",
        "series-empty",
        "series-too-large",
        "space-exhausted",
        "system-not-certified",
    }
)


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How much is held, and from how many weeks of stock on somebody is told.

    Raises NotConfigured when made with weeks out of order.
    """

    target_weeks: int = 26
    early_weeks: int = 20
    notice_weeks: int = 16
    warning_weeks: int = 8
    critical_weeks: int = 3
    silent_days: int = 7  # without a word from the service before somebody is told

    def __post_init__(self) -> None:
        weeks = (self.critical_weeks, self.warning_weeks, self.notice_weeks, self.early_weeks, self.target_weeks)
        if weeks[0] < 1 or any(less >= more for less, more in pairwise(weeks)):
            raise NotConfigured(
                "The weeks of stock must rise: critical, warning, notice, early draw, target "
                "(LABBRO_STOCK_CRITICAL_WEEKS and so on)."
            )


class Wish(msgspec.Struct, frozen=True):
    """A draw that is due. `whole`: it covers all that is missing."""

    count: int
    why: Why
    whole: bool = True


def weeks_of_stock(made: Forecast, held: int) -> float:
    """How many weeks the held numbers last by the forecast."""
    return made.days_of(held) / WEEK


def missing(made: Forecast, held: int, rules: Rules) -> int:
    """How many numbers are missing from the target; 0 where it is not worth a draw."""
    wanted = math.ceil(made.use(weeks_to_hold(made, rules) * WEEK)) - held
    return wanted if wanted >= max(1.0, LEAST_DRAW_DAYS * made.level) else 0


def weeks_to_hold(made: Forecast, rules: Rules) -> int:
    """The target, and some weeks more while the seasons are not known.

    An agent that has seen a summer alone expects too little of its first winter: with the target alone it ran dry at
    the end of an outage of 20 weeks (docs/proof.md).
    """
    unknown = not made.profile.season and made.days_known >= _SEEN_DAYS
    return rules.target_weeks + (UNSEASONED_WEEKS if unknown else 0)


def wish(
    made: Forecast,
    held: int,
    rules: Rules,
    *,
    first: bool,
    slot_is_new: bool,
    early_allowed: bool,
    largest: int | None = None,
) -> Wish | None:
    """The draw that is due now, if any.

    `first`: nothing was ever drawn. `slot_is_new`: this fortnight's minute has come. `early_allowed`: no early draw was
    made today. `largest`: what the service allows in one series, as far as it has said.
    """
    wanted = missing(made, held, rules)
    early = early_allowed and weeks_of_stock(made, held) < rules.early_weeks
    why: Why | None = "first" if first else "fortnight" if slot_is_new else "early" if early else None
    if why is None or wanted == 0:
        return None
    count = min(wanted, largest or wanted)
    return Wish(count, why, whole=count == wanted)


def bridge(made: Forecast, held: int, rules: Rules, *, early_allowed: bool) -> Wish | None:
    """A small draw for the time that a large one waits for a second person; only where the stock is short."""
    if not early_allowed or weeks_of_stock(made, held) >= rules.warning_weeks:
        return None
    return Wish(max(1, math.ceil(made.use(BRIDGE_WEEKS * WEEK))), "early")


def answer_of(code: str, *, unavailable: bool) -> Answer:
    """What to do after a problem. `unavailable`: the service or the way to it failed."""
    return _ANSWERS.get(code, "again" if unavailable else "refused")


def stays_doubtful(code: str, *, doubtful: bool) -> bool:
    """Whether it is still not known if the request was done. `doubtful`: it was not known before this attempt."""
    return code == OUTCOME_UNKNOWN or (doubtful and code not in _DECIDED)


def retry_at(now: dt.datetime, attempts: int, answer: Answer, chance: random.Random) -> dt.datetime:
    """When a request is sent again: ever later, and not when others do."""
    if answer == "tomorrow":
        wait = dt.timedelta(hours=18)
    elif answer == "person":
        wait = dt.timedelta(hours=1)
    else:
        wait = min(LONGEST_RETRY, _FIRST_RETRY * 2 ** min(attempts, 20))
    return now + wait * chance.uniform(0.5, 1.5)


def is_due(retry: dt.datetime, now: dt.datetime) -> bool:
    """Whether a request is due; one further ahead than any wait can be was put off by a clock that has gone back."""
    return retry <= now or retry > now + dt.timedelta(hours=28)


def slot(agent_id: UUID, index: int) -> dt.datetime:
    """The instant of an agent's draw in fortnight `index` (counted from the first Monday of 1970)."""
    place = int.from_bytes(hashlib.sha256(b"labbro stock slot:" + agent_id.bytes).digest()[:8])
    day, second = divmod(place % (WORKING_DAYS * _seconds_a_day()), _seconds_a_day())
    date = _FIRST_MONDAY + dt.timedelta(days=FORTNIGHT_DAYS * index + day + (2 if day >= WORKING_DAYS // 2 else 0))
    begin = dt.datetime.combine(date, dt.time(FIRST_HOUR), tzinfo=_DENMARK)
    return (begin + dt.timedelta(seconds=second)).astimezone(dt.UTC)


def slot_index(agent_id: UUID, now: dt.datetime) -> int:
    """The newest fortnight whose draw is due at `now`."""
    index = (danish_date(now) - _FIRST_MONDAY).days // FORTNIGHT_DAYS
    return index if slot(agent_id, index) <= now else index - 1


def daily(agent_id: UUID, date: dt.date) -> dt.datetime:
    """The agent's minute of a day: when it gives a sign of life."""
    first = slot(agent_id, 0).astimezone(_DENMARK)
    return dt.datetime.combine(date, first.timetz().replace(tzinfo=_DENMARK)).astimezone(dt.UTC)


def danish_date(now: dt.datetime) -> dt.date:
    """The Danish calendar day of an instant."""
    return now.astimezone(_DENMARK).date()


def _seconds_a_day() -> int:
    return (LAST_HOUR - FIRST_HOUR) * 3600
