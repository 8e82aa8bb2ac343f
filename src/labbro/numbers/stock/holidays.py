"""Danish public holidays and closing days, computed.

Source: the Danish holidays follow Easter (Gregorian computus) and fixed dates; Great Prayer Day (store bededag) was
abolished from 2024 on. 5 June, 24 and 31 December are no public holidays, but most workplaces close.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Final, Literal

DayKind = Literal["ordinary", "holiday", "closing"]

LAST_PRAYER_DAY_YEAR: Final = 2023
_AFTER_EASTER: Final = (-3, -2, 0, 1, 39, 49, 50)  # Maundy Thursday to Whit Monday
_PRAYER_DAY: Final = 26


@cache
def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (Gauss' method in the form of Meeus and Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, leap_rest = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * leap_rest + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[dt.date]:
    """The public holidays of a year."""
    sunday = easter(year)
    moving = [*_AFTER_EASTER, *([_PRAYER_DAY] if year <= LAST_PRAYER_DAY_YEAR else [])]
    fixed = {dt.date(year, 1, 1), dt.date(year, 12, 25), dt.date(year, 12, 26)}
    return frozenset({sunday + dt.timedelta(days=days) for days in moving} | fixed)


@cache
def closing_days(year: int) -> frozenset[dt.date]:
    """Days on which most workplaces close though they are no public holidays."""
    return frozenset({dt.date(year, 6, 5), dt.date(year, 12, 24), dt.date(year, 12, 31)}) - holidays(year)


@cache
def kind_of_day(day: int) -> DayKind:
    """What a day is; `day` is its proleptic ordinal (`date.toordinal`)."""
    date = dt.date.fromordinal(day)
    if date in holidays(date.year):
        return "holiday"
    return "closing" if date in closing_days(date.year) else "ordinary"
