"""Stock agents as the service hears them: a cloned or restored one speaks from an older state than it had. Pure.

Each answer gives the agent a new nonce, which its next statement must bring. Two that went different ways from the same
disk cannot both bring it. An answer may be lost: then the same request comes again with the nonce before. A database
that was restored has forgotten nonces: then the agent counts more calls than it, which no clone does; it is believed.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

import msgspec

from labbro.errors import LabbroError
from labbro.numbers import problems
from labbro.numbers.model import Statement, StockTold


class AgentRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the service keeps of an agent."""

    agent_id: UUID
    account_id: UUID
    call: int
    nonce: str
    previous_nonce: str | None
    last_request_id: UUID
    highest_position: int | None
    ledger_digest: str | None
    seen_at: dt.datetime
    state: Literal["active", "held", "retired"] = "active"
    held_at: dt.datetime | None = None
    stock: StockTold | None = None


Heard = tuple[AgentRow | None, LabbroError | None, str | None]


def heard(
    statement: Statement,
    agent: AgentRow | None,
    *,
    account_id: UUID,
    request_id: UUID,
    nonce: str,
    capacity: int,
    now: dt.datetime,
) -> Heard:
    """What to keep of an agent after a statement, the problem to tell if any, and the act for the audit if any.

    `nonce` is a new one. A problem with a row means that the row is kept all the same: the agent is on hold.
    """
    highest = statement.highest_position
    if statement.call < 1 or (highest is not None and not 0 <= highest < capacity):
        return None, problems.statement_malformed(), None
    told = AgentRow(
        agent_id=statement.agent_id,
        account_id=account_id,
        call=statement.call,
        nonce=nonce,
        previous_nonce=statement.nonce,
        last_request_id=request_id,
        highest_position=highest,
        ledger_digest=statement.ledger_digest,
        seen_at=now,
        stock=statement.stock or (agent.stock if agent else None),
    )
    if agent is None:
        return told, None, "numbers.agent-seen" if statement.nonce is None else "numbers.agent-seen-again"
    if agent.account_id != account_id:
        return None, problems.agent_unknown(), None
    if agent.state != "active":
        return None, problems.agent_cloned(), None
    if statement.nonce == agent.nonce:
        return told, None, None
    if request_id == agent.last_request_id and statement.nonce == agent.previous_nonce:
        return msgspec.structs.replace(agent, seen_at=now), None, None  # its answer was lost: the same nonce again
    if statement.call > agent.call + 1:
        return told, None, "numbers.agent-seen-again"
    held = msgspec.structs.replace(agent, state="held", held_at=now)
    return held, problems.agent_cloned(), "numbers.agent-held"
