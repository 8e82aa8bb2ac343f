"""What became of the sample that carries a number: times, kinds and places, and no person. Pure."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from typing import Any, Final, Literal

import msgspec

EventKind = Literal["sampled", "received-by-laboratory", "answered", "stored"]
MOST_EVENTS: Final = 100
_DENMARK: Final = zoneinfo.ZoneInfo("Europe/Copenhagen")
_ORDER: Final[tuple[EventKind, ...]] = ("sampled", "received-by-laboratory", "answered", "stored")


class SampleEvent(msgspec.Struct, frozen=True):
    """Something that happened to a sample. `at` is in UTC; `place` is the location number (EAN) of who told it.

    `standard` is the kind of letter that told it: RPT01 and so on.
    """

    at: dt.datetime
    kind: EventKind
    place: str
    standard: str


def events(rows: Iterable[tuple[Any, ...]]) -> list[SampleEvent]:
    """From rows of the query `samples_by_number`, oldest first; what several letters say alike is told once."""
    found: set[tuple[dt.datetime, int, str, str]] = set()
    for sampled_at, arrived_at, authorised_at, stored_at, sender, standard in rows:
        arrived = dt.datetime.fromisoformat(arrived_at) if arrived_at else None
        times = (_utc(sampled_at), _utc(arrived), _utc(authorised_at), stored_at.astimezone(dt.UTC))
        found.update((at, place, sender, standard) for place, at in enumerate(times) if at is not None)
    return [SampleEvent(at, _ORDER[place], sender, standard) for at, place, sender, standard in sorted(found)]


def _utc(local: dt.datetime | None) -> dt.datetime | None:
    return None if local is None else local.replace(tzinfo=_DENMARK).astimezone(dt.UTC)
