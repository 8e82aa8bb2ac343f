"""What every projection needs: names, texts and times as the letters write them."""

from __future__ import annotations

import datetime as dt
import re

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.tree import Element
from labbro.records.model import Report
from labbro.records.requisition import Requisition

PLACEHOLDER_NAME = "_"
# Letters tell local Danish time without a zone, so these and all times below have none.
EARLIEST = dt.datetime(1, 1, 1)  # noqa: DTZ001
LATEST = dt.datetime(9999, 12, 31, 23, 59)  # noqa: DTZ001
_DATE = re.compile(r"(-?)(\d{4,})-(\d\d)-(\d\d)(Z|[+-]\d\d:\d\d)?")
_TIME = re.compile(r"(\d\d):(\d\d)")


class Projection(msgspec.Struct, frozen=True):
    """A report, and what could not be said in it as the letter says it."""

    report: Report
    findings: tuple[Finding, ...] = ()


class Requested(msgspec.Struct, frozen=True):
    """A requisition, and what could not be said in it as the letter says it."""

    requisition: Requisition
    findings: tuple[Finding, ...] = ()


def name(element: Element | None, path: str) -> str | None:
    """A name at a path; absent where the sender wrote MedCom's placeholder `_` or nothing."""
    text = None if element is None else element.text(path)
    return None if text is None else named(text)


def named(text: str) -> str | None:
    """A name; None for MedCom's placeholder `_` and for blanks."""
    return None if text.strip() in {"", PLACEHOLDER_NAME} else text


def prose(element: Element | None) -> str | None:
    """A text with marks as plain lines, without the line ends and blanks at its end; None where it is empty."""
    return None if element is None else plain(element.value)


def plain(text: str) -> str | None:
    """Lines without the blanks at their ends and the empty lines after them; None where nothing is left."""
    if "\n" not in text:
        return text.rstrip() or None
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n") or None


def moment(parent: Element | None, path: str, findings: list[Finding]) -> dt.datetime | None:
    """A Date and Time at a path, as local Danish time without zone; None where they are absent or no moment.

    xs:date allows a zone and years that no clock shows. The zone is left out, as the Time has none; a year before 1 or
    after 9999 becomes the nearest moment that can be held. Both are told as findings.
    """
    found = None if parent is None else parent.find(path)
    if found is None:
        return None
    date = _DATE.fullmatch((found.text("Date") or "").strip())
    time = _TIME.fullmatch((found.text("Time") or "").strip())
    if date is None or time is None:
        findings.append(_told("time-unreadable", path, "The time cannot be read", "Tidspunktet kan ikke læses"))
        return None
    if date[5]:
        findings.append(_told("date-zone-ignored", path, "The zone of the date is left out", "Datoens zone udelades"))
    year = -int(date[2]) if date[1] else int(date[2])
    if not EARLIEST.year <= year <= LATEST.year:
        findings.append(_told("year-out-of-range", path, "The year cannot be held", "Årstallet kan ikke rummes"))
        return EARLIEST if year < EARLIEST.year else LATEST
    try:
        return dt.datetime(year, int(date[3]), int(date[4]), int(time[1]), int(time[2]))  # noqa: DTZ001
    except ValueError:
        findings.append(_told("time-unreadable", path, "The time cannot be read", "Tidspunktet kan ikke læses"))
        return None


def _told(code: str, path: str, message: str, message_da: str) -> Finding:
    return Finding("warning", code, path, f"{message} ({path}).", f"{message_da} ({path}).")
