"""Gathers, under the locks, what planning wants to know of a group of requests: one query where nothing is special."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import psycopg

from labbro.members import gate
from labbro.members.directory import Directory
from labbro.numbers.agents import AgentRow
from labbro.numbers.mark import Mark, standing
from labbro.numbers.model import Approval, DrawRequest
from labbro.numbers.parts import Parts, Stopped, counter_of
from labbro.numbers.planning import Job, Key, KnownRequest, Resting, State, far_above_plan
from labbro.numbers.rows import approval_of, series_of
from labbro.numbers.space import Space
from labbro.platform.database import Connection, load_sql

RESTING_LOOKED_AT: Final = 64

_SQL = load_sql("labbro.numbers", "issuing.sql")


class Asked(msgspec.Struct, frozen=True):
    """Queries that are under way: their answers are taken in `read_state`, when others have gone out behind them."""

    now: dt.datetime
    found: psycopg.Cursor[tuple[Any, ...]]
    heard: psycopg.Cursor[tuple[Any, ...]] | None
    resting: psycopg.Cursor[tuple[Any, ...]] | None


def ask(connection: Connection, parts: Parts, row: Sequence[Any], jobs: Sequence[Job]) -> Asked:
    """Sends what does not hang on the members."""
    now, rest = parts.clock.now(), parts.rest
    keys = [key for job in jobs if (key := job.key) is not None]
    asked = msgspec.json.encode([{"account_id": account, "request_id": request} for account, request in keys]).decode()
    accounts = sorted({account for account, _ in keys})
    agents = sorted({job.request.statement.agent_id for job in jobs if job.request.statement is not None})
    return Asked(
        now,
        connection.execute(_SQL["asked"], [asked, row[0], gate.danish_day(now), accounts]),
        connection.execute(_SQL["lock_agents"], [agents]) if agents else None,
        connection.execute(_SQL["resting"], [row[0], now - rest, RESTING_LOOKED_AT]) if rest else None,
    )


def read_state(
    connection: Connection,
    parts: Parts,
    row: Sequence[Any],
    jobs: Sequence[Job],
    asked: Asked,
    directory: Directory,
    mark: Mark | None,
    stopped: Stopped | None,
) -> State:
    """Everything that planning wants to know."""
    counter = counter_of(row)
    found = asked.found.fetchall()
    again = [(account, request) for account, request, _ in found if request is not None]
    large = [key for job, key in _with_keys(jobs) if _needs_approval(directory, job, key)]
    heard = asked.heard.fetchall() if asked.heard else []
    resting = asked.resting.fetchall() if asked.resting else []
    in_doubt = mark is not None and stopped is None and standing(mark, counter) == "in-doubt"
    return State(
        space=parts.space,
        counter=counter,
        known=_known_requests(connection, parts.space, again) if again else {},
        agents={one[0]: _agent(one) for one in heard},
        drawn_today={account: numbers for account, request, numbers in found if request is None},
        approvals=_asked_approvals(connection, large) if large else {},
        resting=[Resting(*one) for one in resting],
        in_doubt=(mark.start, mark.stop, mark.returned) if mark is not None and in_doubt else None,
        stopped=stopped,
        now=asked.now,
    )


def _with_keys(jobs: Sequence[Job]) -> list[tuple[Job, Key]]:
    return [(job, key) for job in jobs if (key := job.key) is not None]


def _needs_approval(directory: Directory, job: Job, key: Key) -> bool:
    account = directory.accounts.get(key[0])
    return account is not None and isinstance(job.request, DrawRequest) and far_above_plan(account, job.request.count)


def _known_requests(connection: Connection, space: Space, keys: Sequence[Key]) -> dict[Key, KnownRequest]:
    columns = [[account for account, _ in keys], [request for _, request in keys]]
    series = connection.execute(_SQL["known_series"], columns).fetchall()
    releases = connection.execute(_SQL["known_releases"], columns).fetchall()
    known = {(one[5], one[10]): _known(space, one) for one in series}
    return known | {(account, request): KnownRequest(digest, None) for account, request, digest in releases}


def _asked_approvals(connection: Connection, keys: Sequence[Key]) -> dict[Key, Approval]:
    columns = [[account for account, _ in keys], [request for _, request in keys]]
    asked = [approval_of(one) for one in connection.execute(_SQL["known_approvals"], columns).fetchall()]
    return {(one.account_id, one.request_id): one for one in asked}


def _known(space: Space, row: Sequence[Any]) -> KnownRequest:
    digest, name, *columns = row
    # A series of another space cannot be told in this one's numbers, and its request asked for something else.
    return KnownRequest(digest, series_of(space, columns) if name == space.name else None)


def _agent(row: Sequence[Any]) -> AgentRow:
    return msgspec.convert(dict(zip(AgentRow.__struct_fields__, row, strict=True)), AgentRow)
