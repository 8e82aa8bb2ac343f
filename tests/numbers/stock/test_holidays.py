"""Danish holidays, computed for any year."""

from __future__ import annotations

import datetime as dt

import pytest

from labbro.numbers.stock.holidays import closing_days, easter, holidays, kind_of_day


@pytest.mark.parametrize(
    "sunday",
    ["1961-04-02", "2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21", "2025-04-20", "2026-04-05", "2038-04-25"],
)
def test_easter_falls_where_the_calendar_has_it(sunday: str) -> None:
    assert easter(int(sunday[:4])) == dt.date.fromisoformat(sunday)


def test_easter_is_a_sunday_between_22_march_and_25_april() -> None:
    for year in range(1900, 2200):
        assert easter(year).weekday() == 6
        assert dt.date(year, 3, 22) <= easter(year) <= dt.date(year, 4, 25)


def test_the_holidays_of_2026() -> None:
    assert sorted(day.isoformat()[5:] for day in holidays(2026)) == [
        "01-01", "04-02", "04-03", "04-05", "04-06", "05-14", "05-24", "05-25", "12-25", "12-26",
    ]  # fmt: skip


def test_great_prayer_day_ended_with_2023() -> None:
    assert dt.date(2023, 5, 5) in holidays(2023)
    assert dt.date(2024, 4, 26) not in holidays(2024)
    assert len(holidays(2023)) == len(holidays(2024)) + 1


def test_closing_days_are_no_holidays() -> None:
    assert kind_of_day(dt.date(2026, 12, 24).toordinal()) == "closing"
    assert kind_of_day(dt.date(2026, 12, 25).toordinal()) == "holiday"
    assert kind_of_day(dt.date(2026, 12, 28).toordinal()) == "ordinary"
    for year in range(2000, 2100):
        assert not closing_days(year) & holidays(year)
