"""Looking up: one number, one's series with the reason of every gap, and how far the space is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import msgspec

from labbro.members import gate
from labbro.members.directory import Directory
from labbro.members.model import Caller
from labbro.numbers import problems
from labbro.numbers.explaining import Explained, explain
from labbro.numbers.model import (
    Holding,
    NumberInformation,
    NumberState,
    Release,
    Series,
    SeriesPage,
    SpaceState,
)
from labbro.numbers.parts import Parts, look
from labbro.numbers.releasing import own_series
from labbro.numbers.rows import claim_of, gap_of, release_of, series_of
from labbro.numbers.stretches import stretches
from labbro.platform.database import Connection, load_sql

MOST_ON_A_PAGE = 500
_RANGES_KNOWN = 2000
_DAYS_A_YEAR = 365
_LAST_ID = UUID(int=2**128 - 1)
_LAST_YEAR = 9999

_SQL = load_sql("labbro.numbers", "reading.sql")
_ISSUING = load_sql("labbro.numbers", "issuing.sql")


class DrawnDay(msgspec.Struct, frozen=True):
    """What an account drew on a Danish day."""

    account_id: UUID
    day: dt.date
    numbers: int
    series: int


def accounts_in_reach(directory: Directory, caller: Caller, account_id: UUID | None = None) -> list[UUID]:
    """The accounts whose series a caller may see: one that is named, else all of its role. Raises account-unknown."""
    if account_id is not None or caller.kind == "system":
        return [gate.check_account(directory, caller, account_id).account_id]
    if caller.role == "operator":
        return list(directory.accounts)
    if caller.role == "vendor":
        found = directory.accounts_of(vendor_id=caller.vendor_id)
    else:
        found = directory.accounts_of(laboratory_id=caller.laboratory_id) if caller.laboratory_id else []
    return [one.account_id for one in found]


def look_up(parts: Parts, number: str) -> NumberInformation:
    """Holder, time, system and state of a number. Raises as Space.position, or number-never-issued."""
    position = parts.space.position(number)
    with parts.database.connection() as connection:
        rows = connection.execute(_SQL["series_holding"], [position, parts.space.name]).fetchall()
        series = [series_of(parts.space, row) for row in rows]
        releases = _releases(connection, parts, series)
        gaps = connection.execute(_SQL["gaps_between"], [position, position + 1, parts.space.name]).fetchall()
        claim = connection.execute(_SQL["claim_holding"], [position, parts.space.name]).fetchone() if gaps else None
    if not series and not gaps:
        raise problems.number_never_issued()
    holdings = tuple(_holding(one, releases, position) for one in series)
    state: NumberState = "claimed" if claim else "skipped"
    if holdings:
        void = "resting" if parts.rest is not None else "released"
        state = "issued" if holdings[0].release is None else void
    return NumberInformation(
        number=number,
        space=parts.space.name,
        position=position,
        state=state,
        holdings=holdings,
        gap=gap_of(parts.space, gaps[-1]) if gaps else None,
        claim=claim_of(parts.space, claim) if claim else None,
    )


def holds(parts: Parts, caller: Caller, found: NumberInformation) -> bool:
    """Whether the account that was given a number last, or claims it, lies within the caller's reach."""
    account_id = found.holdings[0].series.account_id if found.holdings else None
    account_id = found.claim.account_id if found.claim else account_id
    return account_id is not None and account_id in accounts_in_reach(parts.directories.recent(), caller)


def one_series(parts: Parts, caller: Caller, series_id: UUID) -> SeriesPage:
    """One series with its fate. Raises series-unknown or series-not-yours."""
    with parts.database.connection() as connection:
        directory = parts.directories.in_transaction(connection)
        series = own_series(connection, parts, directory, caller, series_id)
        releases = _releases(connection, parts, [series])
    return SeriesPage(
        series=(series,), releases=tuple(releases), stretches=stretches(parts.space, [series], releases, [])
    )


def was_drawn(parts: Parts, caller: Caller, account_id: UUID, request_id: UUID) -> bool:
    """Whether a request of an account within reach was answered with a series. Raises account-unknown."""
    with parts.database.connection() as connection:
        accounts = accounts_in_reach(parts.directories.in_transaction(connection), caller, account_id)
        return connection.execute(_SQL["series_by_request"], [accounts[0], request_id]).fetchone() is not None


def series_page(
    parts: Parts, caller: Caller, *, account_id: UUID | None, before: UUID | None, limit: int
) -> SeriesPage:
    """Series within the caller's reach, newest first, and the reason of every gap between them."""
    limit = min(max(limit, 1), MOST_ON_A_PAGE)
    with parts.database.connection() as connection:
        accounts = accounts_in_reach(parts.directories.in_transaction(connection), caller, account_id)
        rows = connection.execute(
            _SQL["series_of_accounts"], [accounts, parts.space.name, before or _LAST_ID, limit + 1]
        ).fetchall()
        series = [series_of(parts.space, row) for row in rows[:limit]]
        releases = _releases(connection, parts, series)
        low = min((one.first_position for one in series), default=0)
        high = max((one.last_position + 1 for one in series), default=0)
        gaps = connection.execute(_SQL["gaps_between"], [low, high, parts.space.name]).fetchall() if series else []
    return SeriesPage(
        series=tuple(series),
        releases=tuple(releases),
        stretches=stretches(parts.space, series, releases, [gap_of(parts.space, row) for row in gaps]),
        before=series[-1].series_id if len(rows) > limit else None,
    )


def explained(parts: Parts, caller: Caller, text: str) -> Explained:
    """What is likely wrong with a number, judged by the caller's own series."""
    with parts.database.connection() as connection:
        accounts = accounts_in_reach(parts.directories.in_transaction(connection), caller)
        rows = connection.execute(_SQL["ranges_of_accounts"], [accounts, parts.space.name, _RANGES_KNOWN]).fetchall()
    return explain(parts.space, text, known=[range(start, stop) for start, stop in rows])


def drawn_by_day(parts: Parts, caller: Caller, since: dt.date, account_id: UUID | None = None) -> tuple[DrawnDay, ...]:
    """What the accounts within reach drew, by day and account, oldest first."""
    with parts.database.connection() as connection:
        accounts = accounts_in_reach(parts.directories.in_transaction(connection), caller, account_id)
        rows = connection.execute(_SQL["drawn_by_day"], [accounts, parts.space.name, since]).fetchall()
    return tuple(DrawnDay(*row) for row in rows)


def space_state(parts: Parts) -> SpaceState:
    """How far the space is used, at what rate, and whether anything is issued now."""
    today = gate.danish_day(parts.clock.now())
    with parts.database.connection() as connection:
        row = connection.execute(_SQL["sums"], [today, parts.space.name]).fetchone()
        next_position, stopped = _standing(connection, parts)
    series, issued, released, skipped, a_year = row or (0, 0, 0, 0, 0)
    left = parts.space.capacity - next_position
    return SpaceState(
        space=parts.space,
        capacity=parts.space.capacity,
        next_position=next_position,
        next_number=parts.space.number(next_position) if left else None,
        left=left,
        series=series,
        issued=issued,
        released=released,
        skipped=skipped,
        a_year=a_year,
        ends_year=min(today.year + left // a_year, _LAST_YEAR) if a_year else None,
        stopped=stopped,
    )


def _standing(connection: Connection, parts: Parts) -> tuple[int, str | None]:
    """The next position, and the code of the problem for which nothing is issued. Waits for a group in hand."""
    with parts.mark.hold() as held:
        promises = connection.execute(_ISSUING["promises"]).fetchone()
        row = connection.execute(_ISSUING["read_space"], [parts.space.name]).fetchone()
        assert row is not None
        assert promises is not None
        _, stopped = look(held, parts.durability, [*row[:4], *promises])
    return row[1], stopped().code if stopped else None


def _releases(connection: Connection, parts: Parts, series: Sequence[Series]) -> list[Release]:
    rows = connection.execute(_SQL["releases_of_series"], [[one.series_id for one in series]]).fetchall()
    return [release_of(parts.space, row) for row in rows]


def _holding(series: Series, releases: Sequence[Release], position: int) -> Holding:
    within = (
        one
        for one in releases
        if one.series_id == series.series_id and one.first_position <= position < one.first_position + one.count
    )
    return Holding(series=series, release=next(within, None))
