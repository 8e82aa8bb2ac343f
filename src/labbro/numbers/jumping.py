"""The deliberate jump: the operator lets the service go on after a restore, over everything that may be out there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from labbro.errors import Unavailable
from labbro.numbers import problems
from labbro.numbers.mark import HeldMark, Mark, standing
from labbro.numbers.parts import Parts, counter_of, promises_of
from labbro.numbers.releasing import checked_reason
from labbro.numbers.writing import CHAIN
from labbro.platform import audit
from labbro.platform.database import Connection, load_sql

_SQL = load_sql("labbro.numbers", "issuing.sql")


def jump(parts: Parts, actor: str, *, to: int, reason: str, disregard_clients: bool = False) -> int:
    """Makes `to` the next position and settles the mark; returns how many positions were skipped.

    Everything below is explained by a gap with the reason. `disregard_clients`: a client's claim to hold higher numbers
    was found wrong. Raises jump-too-short, space-exhausted, not-durable, mark-not-kept, reason-missing.
    """
    why = checked_reason(reason)
    with parts.database.connection() as connection:
        row = connection.execute(_SQL["lock_space"], [parts.space.name]).fetchone()
        if row is None:
            raise problems.space_unknown(parts.space.name)
        with parts.mark.hold() as held:
            mark = _readable(held)
            _check(parts, row, mark, to, disregard_clients=disregard_clients)
            token = parts.identities.new()
            skipped = _write(connection, parts, actor, row, mark, to, why, token)
            held.write(
                version=_next_version(row[2], mark),
                token=token,
                before=row[3],
                start=row[1],
                stop=to,
                at=parts.clock.now(),
            )
            parts.at("marked")
            connection.commit()
    return skipped


def least_jump(next_position: int, mark: Mark | None, *, disregard_clients: bool = False) -> int:
    """The lowest position that no number below may be out there for all that is known here."""
    ahead = -1 if mark is None or mark.ahead is None or disregard_clients else mark.ahead
    return max(next_position, mark.stop if mark else 0, ahead + 1)


def _check(parts: Parts, row: Any, mark: Mark | None, to: int, *, disregard_clients: bool) -> None:
    missing = parts.durability.missing(promises_of(row))
    if missing is not None:
        raise missing
    least = least_jump(row[1], mark, disregard_clients=disregard_clients)
    if to < least:
        raise problems.jump_too_short(least)
    if to > parts.space.capacity:
        raise problems.space_exhausted(parts.space.name)


def _write(
    connection: Connection, parts: Parts, actor: str, row: Any, mark: Mark | None, to: int, why: str, token: UUID
) -> int:
    number, next_position = row[:2]
    now, new_version = parts.clock.now(), _next_version(row[2], mark)
    skipped = to - next_position
    if skipped:
        values = (1, next_position, to, None, "jump", why, actor, now)
        connection.execute(_SQL["add_gap"], [parts.identities.new(), number, *values])
    settled = mark is not None and mark.ahead is None and standing(mark, counter_of(row)) == "settled"
    if not settled:  # what rested by this database's word may have come back by the lost one's
        for release_id, turn, start, stop in connection.execute(_SQL["unreturned"], [number]).fetchall():
            values = (turn, start, stop, release_id, "withdrawn", why, actor, now)
            connection.execute(_SQL["add_gap"], [parts.identities.new(), number, *values])
    connection.execute(_SQL["move_space"], [to, new_version, token, number, new_version])
    detail = {"from": next_position, "to": to, "reason": why, "version": new_version}
    audit.append(
        connection, parts.clock, CHAIN, [audit.Entry(actor, "numbers.jump", f"space:{parts.space.name}", detail)]
    )
    return skipped


def _next_version(version: int, mark: Mark | None) -> int:
    return max(version, mark.version if mark else 0) + 1


def _readable(held: HeldMark) -> Mark | None:
    """The mark, or None where it is damaged: a jump makes a new one, and the operator answers for its length."""
    try:
        return held.mark
    except Unavailable:
        return None
