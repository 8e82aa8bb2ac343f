"""Writes what planning decided, in the caller's transaction, in few round trips."""

from __future__ import annotations

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
    connection: Connection,
    clock: Clock,
    identities: Identities,
    *,
    space: int,
    token: UUID,
    state: State,
    planned: Plan,
    head: audit.Head,
) -> None:
    """Writes a plan, which makes `token` the space's; the audit last, because its head is locked until the end."""
    if planned.issues:
        values: dict[str, Any] = {
            "space": space,
            "next_position": planned.next_position,
            "version": state.counter.version + 1,
            "token": token,
            "now": state.now,
            "day": danish_day(state.now),
            "series": msgspec.json.encode([_row(one) for one in planned.series]).decode(),
        }
        connection.execute(_SQL["issue"], values)
    for gap in planned.gaps:
        skipped = (gap.round, gap.start, gap.stop, gap.release_id, "in-doubt", gap.note, SERVICE, state.now)
        connection.execute(_SQL["add_gap"], [identities.new(), space, *skipped])
    for one, digest in planned.approvals:
        asked = (one.approval_id, one.account_id, one.laboratory_id, one.vendor_id, space, one.count)
        connection.execute(_SQL["add_approval"], [*asked, one.request_id, digest, one.asked_at, one.asked_by])
    for row in planned.agents.values():
        *columns, stock = msgspec.structs.astuple(row)
        told = None if stock is None else msgspec.json.encode(stock).decode()
        connection.execute(_SQL["keep_agent"], [*columns, told])
    skips = [
        audit.Entry(
            SERVICE,
            "numbers.skip",
            f"space:{state.space.name}",
            {"round": gap.round, "first_position": gap.start, "count": gap.stop - gap.start, "reason": "in-doubt"},
        )
        for gap in planned.gaps
    ]
    audit.append(connection, clock, CHAIN, [*skips, *planned.entries], head)


class _Row(msgspec.Struct, frozen=True):
    """A row of numbers.series as the query reads it."""

    series_id: UUID
    round: int
    start: int
    stop: int
    account_id: UUID
    laboratory_id: UUID | None
    vendor_id: UUID | None
    system_id: UUID | None
    credential_id: UUID | None
    person_id: UUID | None
    actor: str
    manual: bool
    request_id: UUID
    request_digest: str
    release_id: UUID | None
    agent_id: UUID | None


def _row(new: NewSeries) -> _Row:
    series, caller = new.series, new.caller
    return _Row(
        series_id=series.series_id,
        round=series.round,
        start=series.first_position,
        stop=series.last_position + 1,
        account_id=series.account_id,
        laboratory_id=series.laboratory_id,
        vendor_id=series.vendor_id,
        system_id=series.system_id,
        credential_id=caller.credential_id,
        person_id=caller.person_id,
        actor=caller.actor,
        manual=series.manual,
        request_id=series.request_id,
        request_digest=new.digest.hex(),
        release_id=new.release_id,
        agent_id=new.agent_id,
    )
