"""Warnings: their levels, and when somebody is told. Pure.

A level rises at once and falls only when the stock has clearly recovered, so that a stock at the edge of a level does
not send a message a day. The same level is told again now and then, the end of it once.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

import msgspec

from labbro.numbers.stock.policy import Rules

Level = Literal["ok", "notice", "warning", "critical"]
Kind = Literal["stock", "service", "hold"]
LEVELS: Final[tuple[Level, ...]] = ("ok", "notice", "warning", "critical")
KINDS: Final[tuple[Kind, ...]] = ("stock", "service", "hold")
_RECOVERED: Final = 1.25  # so much above its threshold a level ends
_AGAIN: Final = {
    "notice": dt.timedelta(days=28),
    "warning": dt.timedelta(days=7),
    "critical": dt.timedelta(days=1),
}
_TRY_AGAIN: Final = dt.timedelta(minutes=15)


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one kind of warning. `told`: the level people were told last; `tried_at`: when that was tried."""

    level: Level = "ok"
    since: dt.datetime | None = None
    told: Level = "ok"
    told_at: dt.datetime | None = None
    tried_at: dt.datetime | None = None


def stock_level(weeks: float | None, before: Level, rules: Rules) -> Level:
    """The level of a stock of so many weeks, after `before`; without a forecast it stays as it was."""
    if weeks is None:
        return before
    for level, least in _thresholds(rules):
        if weeks < least or (weeks < least * _RECOVERED and LEVELS.index(before) >= LEVELS.index(level)):
            return level
    return "ok"


def service_level(silent: dt.timedelta | None, refused: str | None, rules: Rules) -> Level:
    """The level of the connection. `refused`: the code of the last refusal that stands; `silent`: time without a word.

    The stock lasts for months, so silence alone is at most a warning.
    """
    if refused is not None:
        return "warning"
    if silent is None or silent < dt.timedelta(days=rules.silent_days):
        return "ok"
    return "warning" if silent >= dt.timedelta(days=4 * rules.silent_days) else "notice"


def judged(alarm: Alarm, level: Level, now: dt.datetime) -> tuple[Alarm, bool]:
    """The alarm with its new level, and whether people are to be told now."""
    since = alarm.since if level == alarm.level else now
    after = msgspec.structs.replace(alarm, level=level, since=since)
    if alarm.tried_at is not None and alarm.tried_at <= now < alarm.tried_at + _TRY_AGAIN and not _rises(level, alarm):
        return after, False
    if level == "ok":
        return after, alarm.told != "ok"
    if LEVELS.index(level) > LEVELS.index(alarm.told):
        return after, True
    if level != alarm.told:  # better than told, not yet well: nobody needs to act
        return after, False
    return after, alarm.told_at is None or not alarm.told_at <= now < alarm.told_at + _AGAIN[level]


def told(alarm: Alarm, now: dt.datetime, *, arrived: bool) -> Alarm:
    """The alarm after somebody was told, or after that failed."""
    if not arrived:
        return msgspec.structs.replace(alarm, tried_at=now)
    return msgspec.structs.replace(alarm, told=alarm.level, told_at=now, tried_at=now)


def worst(levels: list[Level]) -> Level:
    """The highest of some levels."""
    return LEVELS[max((LEVELS.index(level) for level in levels), default=0)]


def _rises(level: Level, alarm: Alarm) -> bool:
    return LEVELS.index(level) > LEVELS.index(alarm.level)


def _thresholds(rules: Rules) -> tuple[tuple[Level, int], ...]:
    return (("critical", rules.critical_weeks), ("warning", rules.warning_weeks), ("notice", rules.notice_weeks))
