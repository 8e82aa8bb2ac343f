"""Writes what planning decided, in the caller's transaction, in few round trips."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import msgspec

from labbro.members.gate import danish_day
from labbro.numbers.planning import NewSeries, Plan, State
from labbro.platform import audit
from labbro.platform.clock import Clock
from labbro.platform.database import Connection, load_sql
from labbro.platform.identities import Identities

CHAIN = "numbers"  # of the audit
SERVICE = "service"  # the actor of what the service does by itself

_SQL = load_sql("labbro.numbers", "issuing.sql")


def write_plan(
    connection: Connection, clock: Clock, identities: Identities, space: int, state: State, planned: Plan
) -> None:
    """Writes a plan; the audit last, because its head is locked until the end."""
    with connection.pipeline():
        if planned.issues:
            version = state.version + 1
            connection.execute(_SQL["move_space"], [planned.next_position, version, space, version])
            connection.execute(_SQL["add_series"], [space, version, state.now, *_columns(planned.series)])
            connection.execute(_SQL["add_drawn_day"], [space, danish_day(state.now), *_sums(planned.series)])
        for gap in planned.gaps:
            values = (gap.round, gap.start, gap.stop, gap.release_id, "in-doubt", gap.note, SERVICE, state.now)
            connection.execute(_SQL["add_gap"], [identities.new(), space, *values])
        for one, digest in planned.approvals:
            values = (one.approval_id, one.account_id, one.laboratory_id, one.vendor_id, space, one.count)
            connection.execute(_SQL["add_approval"], [*values, one.request_id, digest, one.asked_at, one.asked_by])
        for row in planned.agents.values():
            connection.execute(_SQL["keep_agent"], list(msgspec.structs.astuple(row)))
    skipped = [
        audit.Entry(
            SERVICE,
            "numbers.skip",
            f"space:{state.space.name}",
            {"round": gap.round, "first_position": gap.start, "count": gap.stop - gap.start, "reason": "in-doubt"},
        )
        for gap in planned.gaps
    ]
    audit.append(connection, clock, CHAIN, [*skipped, *planned.entries])


def _columns(new: list[NewSeries]) -> list[list[Any]]:
    """The series as columns, in the order of the query."""
    rows = [
        (
            one.series.series_id,
            one.series.round,
            one.series.first_position,
            one.series.last_position + 1,
            one.series.account_id,
            one.series.laboratory_id,
            one.series.vendor_id,
            one.series.system_id,
            one.caller.credential_id,
            one.caller.person_id,
            one.caller.actor,
            one.series.manual,
            one.series.request_id,
            one.digest,
            one.release_id,
        )
        for one in new
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _sums(new: list[NewSeries]) -> list[list[Any]]:
    """Accounts in order (so that no two transactions deadlock), their numbers and their series."""
    numbers: defaultdict[UUID, int] = defaultdict(int)
    series: defaultdict[UUID, int] = defaultdict(int)
    for one in new:
        numbers[one.series.account_id] += one.series.count
        series[one.series.account_id] += 1
    accounts = sorted(numbers)
    return [accounts, [numbers[one] for one in accounts], [series[one] for one in accounts]]
