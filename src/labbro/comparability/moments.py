"""Moments at which somebody asks what the registry knew, as people and programs write them. Pure."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from labbro.errors import NotFound, WrongUse

_DENMARK = ZoneInfo("Europe/Copenhagen")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:[Zz]|[+-]\d{2}:\d{2})?", re.ASCII)
# An address that was not encoded brings the plus of an offset as a blank.
_LOST_PLUS = re.compile(r" (\d{2}:\d{2})$", re.ASCII)


def moment_of(told: str, now: dt.datetime) -> dt.datetime:
    """A day or a moment of RFC 3339, in UTC; without an offset it is Danish time, and without seconds a full minute.

    A day stands for its end, today for now. Raises WrongUse `registry-moment` for anything else,
    `registry-moment-to-come` for what nobody knows yet.
    """
    text = told.strip()
    try:
        found = _end_of(dt.date.fromisoformat(text), now) if _DAY.fullmatch(text) else _moment(text)
    except (ValueError, OverflowError):
        raise WrongUse(
            f"{text[:40]!r} is no moment; write a day or a moment of RFC 3339, as 2026-11-01 or 2026-11-01T12:00 "
            "(Danish time) or 2026-11-01T11:00Z.",
            message_da=f"{text[:40]!r} er ikke et tidspunkt; skriv en dag eller et tidspunkt som 2026-11-01 eller "
            "2026-11-01T12:00 (dansk tid) eller 2026-11-01T11:00Z.",
            code="registry-moment",
        ) from None
    if found > now:
        raise WrongUse(
            f"{written(found)} is still to come; what the registry will know then is not settled. Ask without a moment "
            "for what it knows now.",
            message_da=f"{_shown(found)} ligger i fremtiden; hvad registret ved til den tid, er ikke afgjort. Spørg "
            "uden tidspunkt for det, det ved nu.",
            code="registry-moment-to-come",
        )
    return found


def written(moment: dt.datetime) -> str:
    """A moment in Danish time, exactly, as it can be asked for again."""
    try:
        return moment.astimezone(_DENMARK).isoformat()
    except OverflowError:  # the last hours of the year 9999
        return moment.isoformat()


def _shown(moment: dt.datetime) -> str:
    """A moment in Danish time to the second, as Danish texts write it."""
    try:
        local = moment.astimezone(_DENMARK)
    except OverflowError:
        local = moment
    return f"{local:%d.%m.}{local.year:04} {local:%H:%M:%S}"


def before_first(moment: dt.datetime, first: dt.datetime | None) -> NotFound:
    """The error of a moment at which the registry had no version; `first`: when it got one, None for not yet."""
    since, since_da = ("it has no version yet", "det har endnu ingen version")
    if first is not None:
        since = f"its first version was released at {written(first)}"
        since_da = f"dets første version blev frigivet {_shown(first)}"
    return NotFound(
        f"At {written(moment)} the registry knew nothing: {since}.",
        message_da=f"{_shown(moment)} vidste registret intet: {since_da}.",
        code="registry-before-first",
    )


def _moment(text: str) -> dt.datetime:
    spelled = text if _MOMENT.fullmatch(text) else _LOST_PLUS.sub(r"+\1", text)
    if not _MOMENT.fullmatch(spelled):
        raise ValueError
    found = dt.datetime.fromisoformat(spelled.upper())
    return (found if found.tzinfo else found.replace(tzinfo=_DENMARK)).astimezone(dt.UTC)


def _end_of(day: dt.date, now: dt.datetime) -> dt.datetime:
    if day == now.astimezone(_DENMARK).date():
        return now
    return dt.datetime.combine(day, dt.time.max, _DENMARK).astimezone(dt.UTC)
