"""Claims: a restore lost series that clients still hold. They lie in a gap now; who holds them can be entered again.

A claim gives nothing out: the numbers stay skipped for everybody, and a look-up tells who says to hold them.
"""

from __future__ import annotations

from typing import Any

import psycopg

from labbro.members import gate
from labbro.members.model import Caller
from labbro.numbers import problems
from labbro.numbers.digests import digest_of
from labbro.numbers.looking_up import accounts_in_reach
from labbro.numbers.model import Claim, ClaimRequest
from labbro.numbers.parts import Parts
from labbro.numbers.releasing import checked_reason
from labbro.numbers.rows import claim_of
from labbro.numbers.writing import CHAIN
from labbro.platform import audit
from labbro.platform.database import Connection, load_sql

MOST_LISTED = 500
_SQL = load_sql("labbro.numbers", "reading.sql")


def claim(parts: Parts, caller: Caller, request: ClaimRequest) -> Claim:
    """Enters what an account holds; the same request again gives the same answer.

    Raises claim-not-skipped where not every number was skipped, already-claimed, request-id-reused, reason-missing,
    reason-identity, account-unknown, account-missing, and as Space.position.
    """
    reason = checked_reason(request.reason)
    try:
        with parts.database.connection() as connection:
            return _claim(connection, parts, caller, request, reason)
    except psycopg.errors.ExclusionViolation:
        raise problems.already_claimed() from None
    except psycopg.errors.UniqueViolation:  # the same request at the same moment: it stands by now
        with parts.database.connection() as connection:
            return _claim(connection, parts, caller, request, reason)


def claims(parts: Parts, caller: Caller) -> tuple[Claim, ...]:
    """The claims within the caller's reach, newest first."""
    with parts.database.connection() as connection:
        accounts = accounts_in_reach(parts.directories.in_transaction(connection), caller)
        rows = connection.execute(_SQL["claims_of_accounts"], [accounts, parts.space.name, MOST_LISTED]).fetchall()
    return tuple(claim_of(parts.space, row) for row in rows)


def _claim(connection: Connection, parts: Parts, caller: Caller, request: ClaimRequest, reason: str) -> Claim:
    account_id = request.account_id or caller.account_id
    if account_id is None:
        raise problems.account_missing()
    gate.check_account(parts.directories.in_transaction(connection), caller, account_id)
    start = parts.space.position(request.first_number)
    stop = parts.space.position(request.last_number) + 1
    digest = digest_of("claim", start, stop, reason)
    known = connection.execute(_SQL["claim_by_request"], [account_id, request.request_id]).fetchone()
    if known is not None:
        if known[0] != digest:
            raise problems.request_id_reused()
        return claim_of(parts.space, known[1:], again=True)
    _check_skipped(connection, parts, start, stop)
    now, claim_id = parts.clock.now(), parts.identities.new()
    values: list[Any] = [claim_id, start, stop, account_id, request.request_id, digest, reason, caller.actor, now]
    connection.execute(_SQL["add_claim"], [*values, parts.space.name])
    detail = {"account": account_id, "first_position": start, "count": stop - start, "reason": reason}
    entry = audit.Entry(caller.actor, "numbers.claim", f"claim:{claim_id}", {**detail, "request": request.request_id})
    audit.append(connection, parts.clock, CHAIN, [entry])
    return Claim(
        claim_id=claim_id,
        space=parts.space.name,
        count=stop - start,
        first_position=start,
        first_number=request.first_number,
        last_number=request.last_number,
        account_id=account_id,
        reason=reason,
        request_id=request.request_id,
        claimed_at=now,
        actor=caller.actor,
    )


def _check_skipped(connection: Connection, parts: Parts, start: int, stop: int) -> None:
    """Only what was skipped can have been lost: what is in a series here has its holder."""
    named = {"start": start, "stop": max(start, stop), "space": parts.space.name}
    row = connection.execute(_SQL["skipped_between"], named).fetchone()
    if stop <= start or row is None or row[0] != stop - start:
        raise problems.claim_not_skipped()
