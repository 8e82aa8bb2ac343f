"""What the number service is made of, and what its database and its mark say before anything else is asked."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from labbro.errors import LabbroError, Unavailable
from labbro.members import gate
from labbro.members.directory import Directories, Directory
from labbro.members.model import Account, Caller
from labbro.numbers import problems
from labbro.numbers.durability import Durability, Promises
from labbro.numbers.mark import Counter, HeldMark, Mark, MarkFile, standing
from labbro.numbers.planning import Gate
from labbro.numbers.space import Space
from labbro.platform.clock import Clock
from labbro.platform.database import Database
from labbro.platform.identities import Identities

Stopped = Callable[[], LabbroError]


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the number service is made of: opened once, passed on.

    `at` is called with "written", "marked" and "committed" as a group passes these points: for tests that kill there.
    """

    database: Database
    space: Space
    clock: Clock
    identities: Identities
    directories: Directories
    mark: MarkFile
    durability: Durability
    rest: dt.timedelta | None = None
    at: Callable[[str], None] = lambda _point: None


class MembersGate(Gate):
    """The members' gate at one moment."""

    def __init__(self, directory: Directory, now: dt.datetime) -> None:
        self._directory = directory
        self._now = now

    def account(self, caller: Caller, account_id: UUID) -> Account:
        return gate.check_account(self._directory, caller, account_id)

    def draw(self, caller: Caller, account_id: UUID) -> Account:
        manual = caller.kind == "person"
        return gate.check_draw(self._directory, caller, manual=manual, now=self._now, account_id=account_id)


def look(held: HeldMark, durability: Durability, row: Sequence[Any]) -> tuple[Mark | None, Stopped | None]:
    """The mark, and why nothing may be issued, from the row of `lock_space`; None where all is well."""
    missing = durability.missing(promises_of(row))
    if missing is not None:
        return None, lambda: copy.copy(missing)
    try:
        mark = held.mark
    except Unavailable:
        return None, problems.mark_bad
    reasons: dict[str, Stopped] = {
        "database-behind": problems.database_behind,
        "mark-behind": problems.mark_behind,
        "mark-missing": problems.mark_missing,
    }
    stopped = reasons.get(standing(mark, counter_of(row)))
    if stopped is None and mark is not None and mark.ahead is not None:
        stopped = problems.client_ahead
    return mark, stopped


def counter_of(row: Sequence[Any]) -> Counter:
    """From the row of `lock_space`."""
    return Counter(next_position=row[1], version=row[2], token=row[3])


def promises_of(row: Sequence[Any]) -> Promises:
    """From the row of `lock_space`."""
    return Promises(
        fsync=row[4],
        full_page_writes=row[5],
        synchronous_commit=row[6],
        synchronous_standby_names=row[7],
        in_recovery=row[8],
    )
