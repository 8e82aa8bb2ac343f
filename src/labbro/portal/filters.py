"""What the reader asked to see. It stands in the address, so no identity may be in it. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode

import msgspec

from labbro.records.model import Origin

Period = Literal["all", "1m", "3m", "6m", "1y", "2y", "5y"]
By = Literal["code", "comparability"]
PERIODS: tuple[Period, ...] = ("all", "1m", "3m", "6m", "1y", "2y", "5y")
_MONTHS = {"1m": 1, "3m": 3, "6m": 6, "1y": 12, "2y": 24, "5y": 60}
_CPR_LIKE = re.compile(r"\d{6}[\s-]?\w{4}")
LONGEST_SEARCH = 70
_LONGEST_LABEL = 120


class Filters(msgspec.Struct, frozen=True):
    """The filters of the cumulated view. `since` and `until` are days, both included; with them goes no `period`.

    `page` counts pages of columns from 1 (the newest). `by` None: rows by comparability where a registry was released.
    `version`: an older version of that registry.
    """

    period: Period = "all"
    since: dt.date | None = None
    until: dt.date | None = None
    group: int | None = None
    text: str = ""
    origin: Origin | None = None
    only_marked: bool = False
    page: int = 1
    by: By | None = None
    version: int | None = None

    @property
    def any(self) -> bool:
        """Whether anything is left out by choice (the page of columns and how rows are made are no filters)."""
        return msgspec.structs.replace(self, page=1, by=None, version=None) != Filters()

    def first_day(self, today: dt.date) -> dt.date | None:
        """The oldest day to show, or None."""
        return self.since if self.period == "all" else months_before(today, _MONTHS[self.period])

    def way(self, version: int | None) -> str:
        """The query string that says only how rows are made: by code where asked for, else by a version."""
        return Filters(by="code").query() if self.by == "code" else Filters(version=version).query()

    def query(self, **changes: object) -> str:
        """The query string that says these filters (with changes); '' when there is nothing to say."""
        wanted = msgspec.structs.replace(self, **changes)
        pairs = [
            ("period", "" if wanted.period == "all" else wanted.period),
            ("from", wanted.since.isoformat() if wanted.since else ""),
            ("to", wanted.until.isoformat() if wanted.until else ""),
            ("group", str(wanted.group) if wanted.group is not None else ""),
            ("text", wanted.text),
            ("origin", wanted.origin or ""),
            ("marked", "1" if wanted.only_marked else ""),
            ("by", wanted.by or ""),
            ("version", str(wanted.version) if wanted.version is not None else ""),
            ("page", str(wanted.page) if wanted.page > 1 else ""),
        ]
        told = urlencode([pair for pair in pairs if pair[1]])
        return f"?{told}" if told else ""


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of the month so many months ago, or the month's last day when it has no such day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month0 + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def from_query(query: Mapping[str, str]) -> Filters:
    """Filters from a query string; whatever cannot be understood is left out, never an error."""
    since, until = _day(query.get("from", "")), _day(query.get("to", ""))
    period = query.get("period", "all") if since is None and until is None else "all"
    origin, by = query.get("origin", ""), query.get("by", "")
    return Filters(
        period=period if period in PERIODS else "all",
        since=since,
        until=until,
        group=_count(query.get("group", ""), 999),
        text=query.get("text", "").strip()[:LONGEST_SEARCH],
        origin=origin if origin in ("hospital", "local") else None,
        only_marked=query.get("marked", "") == "1",
        page=_count(query.get("page", ""), 100_000) or 1,
        by=by if by in ("code", "comparability") else None,
        version=_count(query.get("version", ""), 999_999),
    )


def holds_identity(text: str) -> bool:
    """Whether a search text looks like a CPR or a replacement for one; it must not stay in an address."""
    return _CPR_LIKE.search(text) is not None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _count(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 and 0 < int(text) <= most else None


class ReportFilters(msgspec.Struct, frozen=True):
    """The filters of a list of reports or requisitions: period as above, a laboratory by its label, words to find."""

    period: Period = "all"
    since: dt.date | None = None
    until: dt.date | None = None
    laboratory: str = ""
    text: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is left out by choice."""
        return self != ReportFilters()

    def holds(self, day: dt.date | None, today: dt.date) -> bool:
        """Whether a day is within the period; without a day it is, unless a period is asked for."""
        first = self.since if self.period == "all" else months_before(today, _MONTHS[self.period])
        if day is None:
            return first is None and self.until is None
        return (first is None or day >= first) and (self.until is None or day <= self.until)

    def without_text(self) -> str:
        """The query string without the words: they may not stay in an address when they look like an identity."""
        pairs = [
            ("period", "" if self.period == "all" else self.period),
            ("from", self.since.isoformat() if self.since else ""),
            ("to", self.until.isoformat() if self.until else ""),
            ("laboratory", self.laboratory),
        ]
        told = urlencode([pair for pair in pairs if pair[1]])
        return f"?{told}" if told else ""


def of_reports(query: Mapping[str, str]) -> ReportFilters:
    """Filters of a list from a query string; whatever cannot be understood is left out, never an error."""
    shared = from_query(query)
    laboratory = query.get("laboratory", "")[:_LONGEST_LABEL]
    return ReportFilters(shared.period, shared.since, shared.until, laboratory, shared.text)
