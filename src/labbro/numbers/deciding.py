"""What people decide: approvals of draws far above plan, and what becomes of an agent on hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from labbro.errors import LabbroError
from labbro.members import gate
from labbro.members.model import Caller
from labbro.numbers import problems
from labbro.numbers.looking_up import accounts_in_reach
from labbro.numbers.model import Agent, Approval
from labbro.numbers.parts import Parts
from labbro.numbers.rows import approval_of
from labbro.numbers.writing import CHAIN
from labbro.platform import audit
from labbro.platform.database import load_sql

MOST_LISTED = 500
_SQL = load_sql("labbro.numbers", "reading.sql")


def approvals(parts: Parts, caller: Caller) -> tuple[Approval, ...]:
    """The approvals within the caller's reach, waiting ones first."""
    with parts.database.connection() as connection:
        accounts = accounts_in_reach(parts.directories.in_transaction(connection), caller)
        rows = connection.execute(_SQL["approvals_of_accounts"], [accounts, MOST_LISTED]).fetchall()
    return tuple(approval_of(row) for row in rows)


def decide(parts: Parts, caller: Caller, approval_id: UUID, *, approve: bool) -> Approval:
    """Another person than the one who asked says yes or no; said again, nothing changes.

    Raises approval-unknown, approval-own, approval-decided.
    """
    with parts.database.connection() as connection:
        row = connection.execute(_SQL["lock_approval"], [approval_id]).fetchone()
        asked = approval_of(row) if row else None
        if asked is None or not _reaches(parts, connection, caller, asked.account_id):
            raise problems.approval_unknown()
        if asked.asked_by == caller.actor:
            raise problems.approval_own()
        decision = "approved" if approve else "refused"
        if asked.decision == decision:
            return asked
        if asked.decision != "waiting":
            raise problems.approval_decided()
        now = parts.clock.now()
        connection.execute(_SQL["decide_approval"], [decision, now, caller.actor, approval_id])
        detail = {"account": asked.account_id, "count": asked.count}
        entry = audit.Entry(caller.actor, f"numbers.approval-{decision}", f"approval:{approval_id}", detail)
        audit.append(connection, parts.clock, CHAIN, [entry])
        return msgspec.structs.replace(asked, decision=decision, decided_at=now, decided_by=caller.actor)


def agents(parts: Parts, caller: Caller) -> tuple[Agent, ...]:
    """The stock agents within the caller's reach, those on hold first."""
    with parts.database.connection() as connection:
        accounts = accounts_in_reach(parts.directories.in_transaction(connection), caller)
        rows = connection.execute(_SQL["agents_of_accounts"], [accounts, MOST_LISTED]).fetchall()
    return tuple(_agent(row) for row in rows)


def acknowledge(parts: Parts, caller: Caller, agent_id: UUID) -> Agent:
    """A person takes note that an agent was cloned or restored: it is retired, for ever. Again: nothing changes.

    An agent that is not on hold may be retired too, when its machine is lost. Raises agent-unknown.
    """
    with parts.database.connection() as connection:
        row = connection.execute(_SQL["lock_agent"], [agent_id]).fetchone()
        agent = _agent(row) if row else None
        if agent is None or not _reaches(parts, connection, caller, agent.account_id):
            raise problems.agent_unknown()
        if agent.state == "retired":
            return agent
        connection.execute(_SQL["retire_agent"], [agent_id])
        entry = audit.Entry(caller.actor, "numbers.agent-retired", f"agent:{agent_id}", {"account": agent.account_id})
        audit.append(connection, parts.clock, CHAIN, [entry])
        return msgspec.structs.replace(agent, state="retired")


def _reaches(parts: Parts, connection: Any, caller: Caller, account_id: UUID) -> bool:
    """Whether a caller is a person whose role reaches an account."""
    if caller.kind != "person":
        return False
    try:
        gate.check_account(parts.directories.in_transaction(connection), caller, account_id)
    except LabbroError:
        return False
    return True


def _agent(row: Any) -> Agent:
    return msgspec.convert(dict(zip(Agent.__struct_fields__, row, strict=True)), Agent)
