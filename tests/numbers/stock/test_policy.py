"""When stocks are topped up, by how much, when calls are repeated, and when people are told."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.errors import NotConfigured
from labbro.numbers.stock import alarms, policy
from labbro.numbers.stock.alarms import Alarm, Level
from labbro.numbers.stock.forecast import Forecast, forecast
from labbro.numbers.stock.policy import Rules, Wish

RULES = Rules()
DENMARK = ZoneInfo("Europe/Copenhagen")
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
COUNTRY = [UUID(int=random.Random(seed).getrandbits(128)) for seed in range(100)]


def outlook(yearly: int = 36_525) -> Forecast:
    made = forecast({}, NOW.date().toordinal(), yearly)
    assert made is not None
    return made


def wish(held: int, **changes: object) -> Wish | None:
    given = {"first": False, "slot_is_new": False, "early_allowed": True} | changes
    return policy.wish(outlook(), held, RULES, **given)  # type: ignore[arg-type]


# --- how much ----------------------------------------------------------------------------------------------------


def test_the_first_draw_is_about_half_a_years_production() -> None:
    first = wish(0, first=True)
    assert first is not None
    assert first.why == "first"
    assert first.count == pytest.approx(36_525 / 2, rel=0.05)


def test_every_second_week_the_stock_is_filled_up_to_half_a_year() -> None:
    made = outlook()
    held = round(made.use(24 * 7))
    due = wish(held, slot_is_new=True)
    assert due is not None
    assert due.why == "fortnight"
    assert policy.weeks_of_stock(made, held + due.count) == pytest.approx(26, abs=0.1)


def test_between_the_fortnights_nothing_is_drawn_while_there_is_enough() -> None:
    assert wish(round(outlook().use(21 * 7))) is None


def test_a_low_stock_is_filled_up_early_once_a_day() -> None:
    low = round(outlook().use(10 * 7))
    due = wish(low)
    assert due is not None
    assert due.why == "early"
    assert wish(low, early_allowed=False) is None


def test_a_full_stock_draws_nothing_in_its_fortnight() -> None:
    assert wish(round(outlook().use(26 * 7)) + 1000, slot_is_new=True) is None
    assert wish(round(outlook().use(26 * 7)) - 10, slot_is_new=True) is None  # not worth a call


def test_what_the_service_allows_at_once_is_asked_for_in_parts() -> None:
    part = wish(0, first=True, largest=1000)
    assert part == Wish(1000, "first", whole=False)


def test_weeks_out_of_order_are_refused() -> None:
    with pytest.raises(NotConfigured, match="LABBRO_STOCK_CRITICAL_WEEKS"):
        Rules(critical_weeks=9)
    with pytest.raises(NotConfigured):
        Rules(early_weeks=26)


# --- when --------------------------------------------------------------------------------------------------------


def test_a_country_does_not_call_in_the_same_minute() -> None:
    minutes = Counter(policy.slot(agent, 1500).replace(second=0) for agent in COUNTRY)
    assert max(minutes.values()) <= 2
    assert len({policy.slot(agent, 1500).date() for agent in COUNTRY}) == 10


def test_slots_lie_in_danish_working_hours_also_through_summer_time() -> None:
    for agent in COUNTRY:
        for index in range(1460, 1490):
            at = policy.slot(agent, index).astimezone(DENMARK)
            assert at.weekday() < 5
            assert 7 <= at.hour < 17


def test_each_agents_slots_are_a_fortnight_apart() -> None:
    for agent in COUNTRY[:10]:
        dates = [policy.danish_date(policy.slot(agent, index)) for index in range(1460, 1490)]
        assert {(later - earlier).days for earlier, later in pairwise(dates)} == {14}


@given(st.integers(0, 2**128 - 1), st.integers(0, 3 * 365 * 24 * 60))
def test_the_newest_slot_is_the_last_one_not_after_now(number: int, minutes: int) -> None:
    agent, now = UUID(int=number), NOW + dt.timedelta(minutes=minutes)
    index = policy.slot_index(agent, now)
    assert policy.slot(agent, index) <= now < policy.slot(agent, index + 1)


def test_repeated_calls_come_ever_later_and_never_together() -> None:
    waits = [[policy.retry_at(NOW, n, "again", random.Random(seed)) - NOW for seed in range(50)] for n in range(12)]
    assert all(dt.timedelta(seconds=30) <= wait <= dt.timedelta(hours=9) for row in waits for wait in row)
    middle = [sorted(row)[25] for row in waits]
    assert middle[0] < dt.timedelta(minutes=2) < middle[4] < middle[8]
    assert len(set(waits[10])) == 50


def test_a_request_put_off_by_a_wrong_clock_is_sent_at_once() -> None:
    assert policy.is_due(NOW, NOW)
    assert not policy.is_due(NOW + dt.timedelta(hours=6), NOW)
    assert policy.is_due(NOW + dt.timedelta(days=300), NOW)


@pytest.mark.parametrize(
    ("code", "unavailable", "answer"),
    [
        ("approval-needed", False, "person"),
        ("daily-limit", False, "tomorrow"),
        ("series-too-large", False, "smaller"),
        ("agent-cloned-or-restored", False, "hold"),
        ("account-closed", False, "refused"),
        ("certificate-expired", False, "refused"),
        ("database-behind", True, "again"),
        ("outcome-unknown", True, "again"),
        ("service-unreachable", True, "again"),
    ],
)
def test_every_problem_has_its_answer(code: str, unavailable: bool, answer: str) -> None:
    assert policy.answer_of(code, unavailable=unavailable) == answer


# --- warnings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weeks", "before", "level"),
    [
        (26.0, "ok", "ok"),
        (16.0, "ok", "ok"),
        (15.9, "ok", "notice"),
        (7.9, "notice", "warning"),
        (2.9, "ok", "critical"),
        (3.5, "critical", "critical"),
        (3.8, "critical", "warning"),
        (9.9, "warning", "warning"),
        (10.1, "warning", "notice"),
        (19.0, "notice", "notice"),
        (20.1, "notice", "ok"),
        (None, "warning", "warning"),
    ],
)
def test_levels_rise_at_once_and_fall_after_recovery(weeks: float | None, before: Level, level: Level) -> None:
    assert alarms.stock_level(weeks, before, RULES) == level


def told_over(levels: list[Level], step: dt.timedelta, *, arrives: bool = True) -> list[tuple[int, Level]]:
    """When, counted in steps, people are told what."""
    alarm, said = Alarm(), []
    for number, level in enumerate(levels):
        now = NOW + number * step
        alarm, tell = alarms.judged(alarm, level, now)
        if tell:
            said.append((number, level))
            alarm = alarms.told(alarm, now, arrived=arrives)
    return said


def test_each_rise_is_told_once_and_the_end_once() -> None:
    days: list[Level] = ["ok", "notice", "notice", "warning", "warning", "notice", "ok", "ok"]
    assert told_over(days, dt.timedelta(days=1)) == [(1, "notice"), (3, "warning"), (6, "ok")]


def test_a_lasting_level_is_told_again_now_and_then() -> None:
    day = dt.timedelta(days=1)
    assert len(told_over(["critical"] * 10, day)) == 10
    assert len(told_over(["warning"] * 29, day)) == 5
    assert len(told_over(["notice"] * 60, day)) == 3


def test_a_stock_at_the_edge_of_a_level_sends_few_messages() -> None:
    """An hour's step for a week, the stock swinging around eight weeks."""
    level: Level = "ok"
    levels: list[Level] = []
    chance = random.Random(1)
    for _ in range(168):
        level = alarms.stock_level(8 + chance.uniform(-0.5, 0.5), level, RULES)
        levels.append(level)
    assert len(told_over(levels, dt.timedelta(hours=1))) <= 2


def test_a_message_that_did_not_arrive_is_tried_again_but_not_at_once() -> None:
    tried = told_over(["critical"] * 60, dt.timedelta(minutes=1), arrives=False)
    assert [number for number, _ in tried] == [0, 15, 30, 45]


def test_silence_of_the_service_is_a_notice_and_later_a_warning() -> None:
    for days, level in ((6, "ok"), (8, "notice"), (29, "warning"), (200, "warning")):
        assert alarms.service_level(dt.timedelta(days=days), None, RULES) == level
    assert alarms.service_level(None, "account-closed", RULES) == "warning"
