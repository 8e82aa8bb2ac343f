"""A stock as it stands, in one struct: what the page, the commands, the metrics and the door tell of it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import msgspec

from labbro.numbers.stock.agent import Agent
from labbro.numbers.stock.alarms import KINDS, Alarm, Kind, Level, worst
from labbro.numbers.stock.forecast import WEEK
from labbro.numbers.stock.model import Call, HandOut, HeldSeries, OutgoingRequest
from labbro.numbers.stock.policy import danish_date, slot, slot_index

CHART_WEEKS = 26
_ON_ITS_WAY = dt.timedelta(minutes=1)  # a younger hand-out is being answered just now


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """One week's use. `used` is known for weeks that are over, the others are expected, with their band."""

    monday: dt.date
    used: int | None = None
    low: float | None = None
    expected: float | None = None
    high: float | None = None


class CoursePoint(msgspec.Struct, frozen=True, kw_only=True):
    """What will be left after so many weeks if nothing is drawn."""

    weeks: int
    low: float
    expected: float
    high: float


class AlarmState(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of warning, its level and since when."""

    kind: Kind
    level: Level
    since: dt.datetime | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one stock. No number that was handed out, nobody's name."""

    laboratory: str
    agent_id: UUID
    at: dt.datetime
    level: Level
    numbers_left: int
    numbers_unconfirmed: int
    weeks: float | None
    runs_out: dt.date | None
    next_draw_at: dt.datetime
    yearly_stated: int | None
    days_known: int
    a_week: float | None
    alarms: tuple[AlarmState, ...]
    on_hold: str | None
    refused: str | None
    contact_at: dt.datetime | None
    hand_outs: int
    in_doubt: tuple[HandOut, ...]
    open_requests: tuple[OutgoingRequest, ...]
    calls: tuple[Call, ...]
    series: tuple[HeldSeries, ...]
    used: tuple[Week, ...]
    expected: tuple[Week, ...]
    course: tuple[CoursePoint, ...]


def status_of(agent: Agent, laboratory: str, now: dt.datetime) -> Status:
    """The status at `now`."""
    stock, outlook = agent.stock, agent.outlook(now)
    identity, alarms, levels = stock.identity, agent.alarms(), agent.levels(now)
    today = danish_date(now)
    left = stock.left()
    runs_out = None
    if outlook.weeks is not None:
        runs_out = today + dt.timedelta(days=int(outlook.weeks * WEEK))
    return Status(
        laboratory=laboratory,
        agent_id=identity.agent_id,
        at=now,
        level=worst([level for level, _ in levels.values()]),
        numbers_left=left,
        numbers_unconfirmed=outlook.held - left,
        weeks=outlook.weeks,
        runs_out=runs_out,
        next_draw_at=slot(identity.agent_id, slot_index(identity.agent_id, now) + 1),
        yearly_stated=identity.yearly,
        days_known=outlook.made.days_known if outlook.made else 0,
        a_week=outlook.made.level * WEEK if outlook.made else None,
        alarms=tuple(_alarm_state(kind, levels[kind][0], alarms[kind]) for kind in KINDS),
        on_hold=stock.on_hold,
        refused=agent.refused(),
        contact_at=agent.contact(),
        hand_outs=stock.hand_outs(),
        in_doubt=tuple(one for one in stock.in_doubt() if not dt.timedelta(0) <= now - one.at < _ON_ITS_WAY),
        open_requests=stock.outgoing.open(),
        calls=stock.outgoing.calls(20),
        series=stock.series()[-50:],
        used=_used(agent, today),
        expected=_expected(agent, now, today),
        course=_course(agent, now, outlook.held),
    )


def _alarm_state(kind: Kind, level: Level, kept: Alarm) -> AlarmState:
    """The level now; since when is known where the agent has noted it."""
    return AlarmState(kind=kind, level=level, since=kept.since if kept.level == level else None)


def _used(agent: Agent, today: dt.date) -> tuple[Week, ...]:
    """The weeks that are over, oldest first; none before the first use."""
    monday = today - dt.timedelta(days=today.weekday())
    first = monday - dt.timedelta(weeks=CHART_WEEKS)
    counts = agent.stock.consumed(first.toordinal())
    weeks = [first + dt.timedelta(weeks=number) for number in range(CHART_WEEKS)]
    found = [
        Week(monday=week, used=sum(counts.get(week.toordinal() + day, 0) for day in range(WEEK))) for week in weeks
    ]
    begun = next((number for number, week in enumerate(found) if week.used), len(found))
    return tuple(found[begun:])


def _expected(agent: Agent, now: dt.datetime, today: dt.date) -> tuple[Week, ...]:
    """The next weeks with the band of each single week at its distance."""
    made = agent.outlook(now).made
    if made is None:
        return ()
    monday = today + dt.timedelta(days=WEEK - today.weekday())
    weeks: list[Week] = []
    for number in range(CHART_WEEKS):
        week = monday + dt.timedelta(weeks=number)
        expected = sum(made.day(week.toordinal() + day) for day in range(WEEK))
        _, middle, high = made.band(WEEK * (number + 1))
        width = high / middle if middle else 1.0
        weeks.append(Week(monday=week, low=expected / width, expected=expected, high=expected * width))
    return tuple(weeks)


def _course(agent: Agent, now: dt.datetime, held: int) -> tuple[CoursePoint, ...]:
    made = agent.outlook(now).made
    if made is None:
        return ()
    points = [CoursePoint(weeks=0, low=held, expected=held, high=held)]
    for week in range(1, CHART_WEEKS + 14):
        low, expected, high = made.band(week * WEEK)
        points.append(
            CoursePoint(
                weeks=week, low=max(0.0, held - high), expected=max(0.0, held - expected), high=max(0.0, held - low)
            )
        )
    return tuple(points)
