"""Parts of FHIR's JSON, whatever stands there: objects, lists, texts, codings, times."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

Json = dict[str, Any]

_DENMARK: Final = ZoneInfo("Europe/Copenhagen")


def local_time(told: object) -> dt.datetime | None:
    """A time with its zone as local Danish time; a day alone is its beginning."""
    if not isinstance(told, str) or not told:
        return None
    full = told if len(told) > 10 else {4: f"{told}-01-01", 7: f"{told}-01"}.get(len(told), told) + "T00:00:00"
    read = dt.datetime.fromisoformat(full)
    try:
        return read if read.tzinfo is None else read.astimezone(_DENMARK).replace(tzinfo=None)
    except OverflowError:  # in the year 1 or 9999 there is no other zone to go to
        return read.replace(tzinfo=None)


def text_of(told: object) -> str:
    """What a CodeableConcept says to people: its text, else the name of its first coding, else its code."""
    if not isinstance(told, dict):
        return ""
    concept = cast("Json", told)
    if concept.get("text"):
        return str(concept["text"])
    for coding in objects(concept.get("coding")):
        if coding.get("display") or coding.get("code"):
            return str(coding.get("display") or coding.get("code"))
    return ""


def codings(told: object) -> list[tuple[str, str]]:
    if not isinstance(told, dict):
        return []
    return [
        (str(one.get("system", "")), str(one["code"]))
        for one in objects(cast("Json", told).get("coding"))
        if one.get("code")
    ]


def objects(told: object) -> list[Json]:
    """The objects of a list."""
    if not isinstance(told, list):
        return []
    return [cast("Json", one) for one in cast("list[object]", told) if isinstance(one, dict)]


def strings(told: object) -> list[str]:
    """The texts of a list."""
    if not isinstance(told, list):
        return []
    return [one for one in cast("list[object]", told) if isinstance(one, str)]


def one_object(told: object) -> Json:
    """An object; an empty one for anything else."""
    return cast("Json", told) if isinstance(told, dict) else {}


def first(told: object) -> Json | None:
    found = objects(told)
    return found[0] if found else None
