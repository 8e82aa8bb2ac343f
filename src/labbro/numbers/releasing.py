"""Releasing: numbers given back, whole series or parts. Never twice; the database itself refuses."""

from __future__ import annotations

import re
from uuid import UUID

import psycopg

from labbro.errors import LabbroError
from labbro.members import gate
from labbro.members.directory import Directory
from labbro.members.model import Caller
from labbro.numbers import problems
from labbro.numbers.digests import digest_of
from labbro.numbers.model import LONGEST_REASON, Release, ReleaseRequest, Series
from labbro.numbers.parts import Parts
from labbro.numbers.rows import release_of, series_of
from labbro.numbers.writing import CHAIN
from labbro.platform import audit
from labbro.platform.database import Connection, load_sql

_SQL = load_sql("labbro.numbers", "reading.sql")
_LONG_NUMBER = re.compile(r"[0-9](?:[ .-]?[0-9]){8,}")


def release(parts: Parts, caller: Caller, request: ReleaseRequest) -> Release:
    """Releases what a request names; the same request again gives the same answer.

    Raises series-unknown, series-not-yours, released-outside-series, already-released, request-id-reused,
    reason-missing, reason-identity.
    """
    reason = checked_reason(request.reason)
    try:
        with parts.database.connection() as connection:
            return _release(connection, parts, caller, request, reason)
    except psycopg.errors.ExclusionViolation:
        raise problems.already_released() from None
    except psycopg.errors.UniqueViolation:  # the same request at the same moment: it stands by now
        with parts.database.connection() as connection:
            return _release(connection, parts, caller, request, reason)


def checked_reason(text: str) -> str:
    """A reason on one line, without controls. Raises WrongUse: none, too long, or a long number in it."""
    reason = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    if not reason or len(reason) > LONGEST_REASON:
        raise problems.reason_missing(LONGEST_REASON)
    if _LONG_NUMBER.search(reason):
        raise problems.reason_identity()
    return reason


def own_series(connection: Connection, parts: Parts, directory: Directory, caller: Caller, series_id: UUID) -> Series:
    """A series within the caller's reach. Raises series-unknown or series-not-yours."""
    row = connection.execute(_SQL["series_by_id"], [[series_id], parts.space.name]).fetchone()
    if row is None:
        raise problems.series_unknown()
    series = series_of(parts.space, row)
    try:
        gate.check_account(directory, caller, series.account_id)
    except LabbroError:
        raise problems.series_not_yours() from None
    return series


def _release(connection: Connection, parts: Parts, caller: Caller, request: ReleaseRequest, reason: str) -> Release:
    directory = parts.directories.in_transaction(connection)
    series = own_series(connection, parts, directory, caller, request.series_id)
    start, stop = _named(parts, series, request)
    digest = digest_of("release", series.series_id, start, stop, reason)
    known = connection.execute(_SQL["release_by_request"], [series.account_id, request.request_id]).fetchone()
    if known is not None:
        if known[0] != digest:
            raise problems.request_id_reused()
        return release_of(parts.space, known[1:], again=True)
    if connection.execute(_SQL["series_by_request"], [series.account_id, request.request_id]).fetchone():
        raise problems.request_id_reused()
    if connection.execute(_SQL["overlapping_release"], [series.series_id, start, stop]).fetchone():
        raise problems.already_released()
    now, release_id = parts.clock.now(), parts.identities.new()
    connection.execute(
        _SQL["add_release"],
        [release_id, start, stop, request.request_id, digest, reason, caller.actor, now, series.series_id],
    )
    detail = {"series": series.series_id, "first_position": start, "count": stop - start, "reason": reason}
    entry = audit.Entry(
        caller.actor, "numbers.release", f"series:{series.series_id}", {**detail, "request": request.request_id}
    )
    audit.append(connection, parts.clock, CHAIN, [entry])
    return Release(
        release_id=release_id,
        series_id=series.series_id,
        space=series.space,
        round=series.round,
        count=stop - start,
        first_position=start,
        first_number=parts.space.number(start),
        last_number=parts.space.number(stop - 1),
        reason=reason,
        request_id=request.request_id,
        released_at=now,
        actor=caller.actor,
    )


def _named(parts: Parts, series: Series, request: ReleaseRequest) -> tuple[int, int]:
    """The positions [start, stop) that a request names. Raises released-outside-series, or as Space.position."""
    start, last = series.first_position, series.last_position
    if request.first_number is not None:
        start = parts.space.position(request.first_number)
    if request.last_number is not None:
        last = parts.space.position(request.last_number)
    if not series.first_position <= start <= last <= series.last_position:
        raise problems.released_outside_series()
    return start, last + 1
