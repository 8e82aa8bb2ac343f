"""How dates, times and identifiers are written for people: `dd.mm.yyyy`, `hh:mm`, `ddmmyy-nnnn`. Pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

DENMARK = ZoneInfo("Europe/Copenhagen")


def day(when: dt.date | None) -> str:
    """`dd.mm.yyyy`, or '' for None."""
    return "" if when is None else f"{when.day:02d}.{when.month:02d}.{when.year:04d}"


def clock_time(when: dt.datetime) -> str:
    """`hh:mm`."""
    return f"{when.hour:02d}:{when.minute:02d}"


def moment(when: dt.datetime | None) -> str:
    """`dd.mm.yyyy hh:mm` as it stands, or '' for None."""
    return "" if when is None else f"{day(when)} {clock_time(when)}"


def danish_time(when: dt.datetime) -> dt.datetime:
    """A moment with zone as Danish local time without zone, as the letters write it."""
    return when.astimezone(DENMARK).replace(tzinfo=None)


def identifier(text: str) -> str:
    """A CPR as `ddmmyy-nnnn`; any other identifier as it is."""
    return f"{text[:6]}-{text[6:]}" if len(text) == 10 and text.isdigit() else text


def person_name(surname: str, given_name: str | None) -> str:
    """Given name first; a lone `_` (a placeholder in letters) counts as absent."""
    return " ".join(part for part in (given_name, surname) if part and part != "_")


def count(number: int) -> str:
    """A count with its thousands apart: `12 345`, with a space that does not break."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")
