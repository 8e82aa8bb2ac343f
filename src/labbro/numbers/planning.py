"""What becomes of a group of requests, decided before anything is written. Pure.

`plan` is given what the database and the mark say under their locks, and answers with what is to be written and what
each request is told. An error of one request never touches the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol
from uuid import UUID

import msgspec

from labbro.errors import LabbroError
from labbro.members.model import Account, Caller
from labbro.members.problems import not_for_you
from labbro.numbers import problems
from labbro.numbers.agents import AgentRow, heard
from labbro.numbers.digests import draw_digest
from labbro.numbers.mark import Counter, Returned
from labbro.numbers.model import Approval, Attendance, Attended, Drawn, DrawRequest, Series
from labbro.numbers.space import Space
from labbro.platform.audit import Entry
from labbro.platform.identities import Identities

FAR_ABOVE_PLAN: Final = 3  # times the numbers of a fortnight: then a second person is asked

Outcome = Drawn | Attended | LabbroError
Key = tuple[UUID, UUID]  # account and request


class Gate(Protocol):
    """Who may, at this moment. Each gives the account, or raises a problem of labbro.members.problems."""

    def account(self, caller: Caller, account_id: UUID) -> Account:
        """The account that a caller works for, open or closed."""
        ...

    def draw(self, caller: Caller, account_id: UUID) -> Account:
        """The account that a caller may draw for now."""
        ...


class Job(msgspec.Struct, frozen=True):
    """One request and who makes it."""

    caller: Caller
    request: DrawRequest | Attendance

    @property
    def account_id(self) -> UUID | None:
        """For which account; a system's own unless it names another, which the gate will refuse."""
        named = self.request.account_id if isinstance(self.request, DrawRequest) else None
        return named or self.caller.account_id

    @property
    def key(self) -> Key | None:
        """By which an earlier answer is found."""
        return None if self.account_id is None else (self.account_id, self.request.request_id)


class KnownRequest(msgspec.Struct, frozen=True):
    """A request that was answered before: its content, and its series where it was a draw."""

    digest: bytes
    series: Series | None


class Resting(msgspec.Struct, frozen=True):
    """Released numbers that have rested: positions [start, stop) may come back in `round`."""

    release_id: UUID
    round: int
    start: int
    stop: int


class Gap(msgspec.Struct, frozen=True):
    """Positions to be skipped, before they have an id."""

    round: int
    start: int
    stop: int
    release_id: UUID | None
    note: str


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What holds while the locks are held. `stopped`: makes the problem for which nothing is issued, or None.

    `in_doubt`: what the last commit may or may not have issued. `ahead`: a client's claim that the mark holds.
    """

    space: Space
    counter: Counter
    known: Mapping[Key, KnownRequest]
    agents: Mapping[UUID, AgentRow]
    drawn_today: Mapping[UUID, int]
    approvals: Mapping[Key, Approval]
    resting: Sequence[Resting]
    in_doubt: tuple[int, int, tuple[Returned, ...]] | None
    stopped: Callable[[], LabbroError] | None
    now: dt.datetime


class NewSeries(msgspec.Struct, frozen=True):
    """A series to be written, with what its row has beyond what is told."""

    series: Series
    caller: Caller
    digest: bytes
    release_id: UUID | None
    agent_id: UUID | None


class Plan(msgspec.Struct, kw_only=True):
    """What is to be written, and what each request is told once it is committed."""

    outcomes: list[Outcome]
    series: list[NewSeries]
    gaps: list[Gap]
    approvals: list[tuple[Approval, bytes]]
    agents: dict[UUID, AgentRow]
    entries: list[Entry]
    next_position: int
    ahead: int | None = None

    @property
    def issues(self) -> bool:
        """Whether numbers leave the space, so that the mark must be written first."""
        return bool(self.series)

    @property
    def returned(self) -> tuple[Returned, ...]:
        """The rested numbers that are given out again, for the mark."""
        return tuple(
            Returned(str(one.release_id), one.series.round, one.series.first_position, one.series.last_position + 1)
            for one in self.series
            if one.release_id is not None
        )


def far_above_plan(account: Account, count: int) -> bool:
    """Whether a draw needs a second person's word."""
    return count > FAR_ABOVE_PLAN * account.limits.plan_a_fortnight


def plan(
    jobs: Sequence[Job],
    state: State,
    *,
    gate: Gate,
    identities: Identities,
    on_fault: Callable[[Exception], None],
) -> Plan:
    """Decides a group of requests, in their order."""
    planner = _Planner(state, gate, identities)
    planner.hear_claims(jobs)
    for job in jobs:
        try:
            planner.outcomes.append(planner.decide(job))
        except LabbroError as error:
            planner.outcomes.append(error)
        except Exception as error:  # a fault of ours in one request must not end the others
            on_fault(error)
            planner.outcomes.append(problems.fault())
    return planner.planned()


class _Planner:
    def __init__(self, state: State, gate: Gate, identities: Identities) -> None:
        self._state = state
        self._gate = gate
        self._identities = identities
        self._known = dict(state.known)
        self._agents = dict(state.agents)
        self._drawn_today = dict(state.drawn_today)
        self._resting = list(state.resting)
        self._next = state.counter.next_position
        self._gaps: list[Gap] = []
        self._series: list[NewSeries] = []
        self._approvals: dict[Key, tuple[Approval, bytes]] = {}
        self._heard: dict[UUID, AgentRow] = {}
        self._entries: list[Entry] = []
        self._ahead: int | None = None
        self.outcomes: list[Outcome] = []
        if state.in_doubt is not None and state.stopped is None:
            self._jump_over(*state.in_doubt)

    def planned(self) -> Plan:
        if not self._series:  # a doubt is settled by the next series; until then it costs nothing
            self._gaps.clear()
            self._next = self._state.counter.next_position
        return Plan(
            outcomes=self.outcomes,
            series=self._series,
            gaps=self._gaps,
            approvals=list(self._approvals.values()),
            agents=self._heard,
            entries=self._entries,
            next_position=self._next,
            ahead=self._ahead,
        )

    def decide(self, job: Job) -> Outcome:
        if job.request.statement is not None and job.caller.kind != "system":
            raise not_for_you()  # agents speak for themselves
        key = job.key
        if key is None:
            raise problems.account_missing()
        self._gate.account(job.caller, key[0])
        agent, act = self._listen(job, key[0])
        nonce = agent.nonce if agent else None
        outcome = (
            self._attend(nonce) if isinstance(job.request, Attendance) else self._draw(job, job.request, key, nonce)
        )
        if agent is not None:  # a refused request leaves the agent as it was: no answer brings it the new nonce
            self._agents[agent.agent_id] = self._heard[agent.agent_id] = agent
            if act is not None:
                self._entries.append(Entry(job.caller.actor, act, f"agent:{agent.agent_id}", {"call": agent.call}))
        return outcome

    def _attend(self, nonce: str | None) -> Attended:
        assert nonce is not None
        return Attended(nonce=nonce, next_position=self._next)

    def _draw(self, job: Job, request: DrawRequest, key: Key, nonce: str | None) -> Drawn:
        digest = draw_digest(self._state.space.name, request.count)
        known = self._known.get(key)
        if known is not None:
            if known.series is None or known.digest != digest:
                raise problems.request_id_reused()
            self._note(job, "numbers.draw-again", known.series)
            return Drawn(series=known.series, again=True, nonce=nonce)
        account = self._gate.draw(job.caller, key[0])
        if self._state.stopped is not None:
            raise self._state.stopped()
        if self._ahead is not None:
            raise problems.client_ahead()
        self._check_limits(account, request.count)
        self._check_approval(job, account, request, digest)
        series = self._allot(job, account, request, digest)
        self._known[key] = KnownRequest(digest, series)
        self._drawn_today[account.account_id] = self._drawn_today.get(account.account_id, 0) + request.count
        self._note(job, "numbers.draw", series)
        return Drawn(series=series, again=False, nonce=nonce)

    def _check_limits(self, account: Account, count: int) -> None:
        if count < 1:
            raise problems.series_empty()
        if count > account.limits.largest_series:
            raise problems.series_too_large(account.limits.largest_series)
        if self._drawn_today.get(account.account_id, 0) + count > account.limits.numbers_a_day:
            raise problems.daily_limit(account.limits.numbers_a_day)

    def _check_approval(self, job: Job, account: Account, request: DrawRequest, digest: bytes) -> None:
        """A draw far above plan needs a second person's word; the request that asks is remembered by its id."""
        if not far_above_plan(account, request.count):
            return
        key = (account.account_id, request.request_id)
        asked = self._state.approvals.get(key)
        if asked is None and key in self._approvals:
            asked = self._approvals[key][0]
        if asked is None:
            asked = Approval(
                approval_id=self._identities.new(),
                account_id=account.account_id,
                laboratory_id=account.laboratory_id,
                vendor_id=account.vendor_id,
                space=self._state.space.name,
                count=request.count,
                request_id=request.request_id,
                asked_at=self._state.now,
                asked_by=job.caller.actor,
            )
            self._approvals[key] = (asked, digest)
            self._entries.append(
                Entry(
                    job.caller.actor, "numbers.approval-asked", f"approval:{asked.approval_id}", {"count": asked.count}
                )
            )
        if asked.count != request.count or asked.space != self._state.space.name:
            raise problems.request_id_reused()
        if asked.decision == "refused":
            raise problems.approval_refused()
        if asked.decision == "waiting":
            raise problems.ApprovalNeeded(asked.approval_id)

    def _allot(self, job: Job, account: Account, request: DrawRequest, digest: bytes) -> Series:
        space, count = self._state.space, request.count
        rested = self._rested(count)
        if rested is not None:
            start, turn, release_id = rested.start, rested.round, rested.release_id
        else:
            if self._next + count > space.capacity:
                raise problems.space_exhausted(space.name)
            start, turn, release_id = self._next, 1, None
            self._next += count
        series = Series(
            series_id=self._identities.new(),
            space=space.name,
            round=turn,
            count=count,
            first_position=start,
            first_number=space.number(start),
            last_number=space.number(start + count - 1),
            account_id=account.account_id,
            laboratory_id=account.laboratory_id,
            vendor_id=account.vendor_id,
            system_id=job.caller.system_id,
            manual=job.caller.kind == "person",
            request_id=request.request_id,
            drawn_at=self._state.now,
        )
        agent_id = request.statement.agent_id if request.statement else None
        self._series.append(NewSeries(series, job.caller, digest, release_id, agent_id))
        return series

    def _rested(self, count: int) -> Resting | None:
        """The oldest rested numbers that are enough, taken from their beginning."""
        for index, one in enumerate(self._resting):
            if one.stop - one.start >= count:
                self._resting[index] = msgspec.structs.replace(one, start=one.start + count)
                return one
        return None

    def _jump_over(self, start: int, stop: int, returned: tuple[Returned, ...]) -> None:
        """What the last commit may have issued is given to nobody else."""
        note = "the service ended between taking it down and committing it"
        if stop > start:
            self._gaps.append(Gap(1, start, stop, None, note))
            self._next = stop
        for one in returned:
            release_id = UUID(one.release_id)
            self._gaps.append(Gap(one.round, one.start, one.stop, release_id, note))
            self._resting = [
                msgspec.structs.replace(rested, start=max(rested.start, one.stop))
                if rested.release_id == release_id
                else rested
                for rested in self._resting
            ]

    def _listen(self, job: Job, account_id: UUID) -> tuple[AgentRow | None, str | None]:
        """Takes an agent's statement: the agent with its next nonce, and the act. Raises where it is a clone."""
        statement = job.request.statement
        if statement is None:
            return None, None
        agent = self._agents.get(statement.agent_id)
        row, problem, act = heard(
            statement,
            agent,
            account_id=account_id,
            request_id=job.request.request_id,
            nonce=self._identities.new().hex,
            capacity=self._state.space.capacity,
            now=self._state.now,
        )
        if problem is not None:
            if row is not None:
                self._agents[row.agent_id] = self._heard[row.agent_id] = row  # on hold from now on
                self._entries.append(
                    Entry(job.caller.actor, "numbers.agent-held", f"agent:{row.agent_id}", {"call": statement.call})
                )
            raise problem
        return row, act

    def hear_claims(self, jobs: Sequence[Job]) -> None:
        """Whether a client holds what the database has not issued: before anything, for then nothing is issued."""
        if self._state.stopped is not None:
            return
        for job in jobs:
            statement = job.request.statement if self._is_heard(job) else None
            highest = statement.highest_position if statement else None
            if statement is not None and highest is not None and self._next <= highest < self._state.space.capacity:
                self._ahead = max(highest, self._ahead or 0)
                detail = {"highest_position": highest, "next_position": self._next}
                self._entries.append(
                    Entry(job.caller.actor, "numbers.client-ahead", f"agent:{statement.agent_id}", detail)
                )

    def _is_heard(self, job: Job) -> bool:
        """A claim stops the service for everybody: only an account's own system can make one."""
        if job.caller.kind != "system" or job.key is None:
            return False
        try:
            self._gate.account(job.caller, job.key[0])
        except LabbroError:
            return False
        return True

    def _note(self, job: Job, act: str, series: Series) -> None:
        detail = {
            "space": series.space,
            "round": series.round,
            "first_position": series.first_position,
            "count": series.count,
            "account": series.account_id,
            "request": series.request_id,
        }
        self._entries.append(Entry(job.caller.actor, act, f"series:{series.series_id}", detail))
