"""Issuing: requests that wait at the same time share one transaction, and so one wait for the disk.

One thread of each process issues. For a group it locks the space's row and the high-water mark, reads what counts, lets
planning decide, writes, takes the mark's intent down, commits, and only then tells. Several processes take turns by the
row's lock. See docs/decisions/0052 and 0053.
"""

from __future__ import annotations

import copy
import datetime as dt
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from labbro.errors import LabbroError, Unavailable
from labbro.members import gate
from labbro.members.directory import Directories, Directory
from labbro.members.model import Account, Caller
from labbro.numbers import problems
from labbro.numbers.agents import AgentRow
from labbro.numbers.durability import Durability, Promises
from labbro.numbers.mark import Counter, HeldMark, Mark, MarkFile, standing
from labbro.numbers.model import Approval, DrawRequest
from labbro.numbers.planning import (
    Gate,
    Job,
    Key,
    KnownRequest,
    Outcome,
    Plan,
    Resting,
    State,
    far_above_plan,
    plan,
)
from labbro.numbers.rows import approval_of, series_of
from labbro.numbers.space import Space
from labbro.numbers.writing import write_plan
from labbro.platform import logs, telemetry
from labbro.platform.clock import Clock
from labbro.platform.database import Connection, Database, load_sql
from labbro.platform.identities import Identities

GROUP: Final = 64  # requests a transaction
MOST_WAITING: Final = 4096
RESTING_LOOKED_AT: Final = 64
_TRIES: Final = 3
_GATHERINGS: Final = 5
_GATHER_SECONDS: Final = 0.0001
_SESSION: Final = (
    "-c timezone=UTC -c synchronous_commit=on -c lock_timeout=5s -c statement_timeout=15s "
    "-c idle_in_transaction_session_timeout=60s"
)

_SQL = load_sql("labbro.numbers", "issuing.sql")
_log = logs.get_logger(__name__)
_told = telemetry.counter("numbers_requests", "Draws and attendances answered.", ("outcome",))
_groups = telemetry.seconds("numbers_group", "One transaction of the number service, of 1 to 64 requests.")

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


class Issuer:
    """Takes requests from any thread and issues in its own. `close` lets what waits be finished."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waiting: queue.SimpleQueue[tuple[Job, Future[Outcome]] | None] = queue.SimpleQueue()
        self._line = _Line(parts.database)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="numbers-issuing", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> Future[Outcome]:
        """Puts a request in the queue. The future gives a Drawn or Attended, or raises a LabbroError."""
        future: Future[Outcome] = Future()
        if self._closed or self._waiting.qsize() >= MOST_WAITING:
            future.set_exception(problems.busy())
        else:
            self._waiting.put((job, future))
        return future

    def close(self) -> None:
        """Finishes what waits and ends the thread."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
            self._thread.join()
            self._line.close()

    def _run(self) -> None:
        going = True
        before = 0
        while going:
            group: list[tuple[Job, Future[Outcome]]] = []
            taken = self._waiting.get()
            self._let_gather(before)
            while taken is not None:
                group.append(taken)
                if len(group) == GROUP or self._waiting.empty():
                    break
                taken = self._waiting.get()
            going = taken is not None
            if group:
                self._answer(group)
                before = len(group) + self._waiting.qsize()

    def _let_gather(self, before: int) -> None:
        """Where several clients are at work, waits a moment for those just answered: else they come in two halves."""
        for _ in range(_GATHERINGS if before > 1 else 0):
            if self._waiting.qsize() + 1 >= min(before, GROUP):
                return
            time.sleep(_GATHER_SECONDS)

    def _answer(self, group: list[tuple[Job, Future[Outcome]]]) -> None:
        try:
            with _groups.time():
                outcomes = self._outcomes([job for job, _ in group])
        except Exception as error:  # the thread outlives every fault
            _log.error("a group of draws failed", exc_info=error)
            outcomes = [problems.fault() for _ in group]
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, LabbroError):
                _told.labels(outcome=outcome.code).inc()
                future.set_exception(outcome)
            else:
                _told.labels(outcome="done").inc()
                future.set_result(outcome)

    def _outcomes(self, jobs: Sequence[Job]) -> Sequence[Outcome]:
        for _ in range(_TRIES):
            try:
                return self._line.issue(self._parts, jobs)
            except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
                continue
            except (psycopg.errors.IntegrityError, psycopg.errors.DataError) as error:
                if len(jobs) > 1:  # one of them does not go in; the others must not suffer
                    return [outcome for job in jobs for outcome in self._outcomes([job])]
                _log.error("a draw does not go in", exc_info=error)
                return [problems.fault()]
            except LabbroError as error:
                return [copy.copy(error) for _ in jobs]
            except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled):
                break
            except psycopg.Error as error:
                _log.error("the database failed at a group of draws", exc_info=error)
                return [Unavailable("The database does not answer; try again in a moment.") for _ in jobs]
        return [problems.busy() for _ in jobs]


class _Line:
    """The issuing thread's own connection, and one transaction on it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._warned = False

    def issue(self, parts: Parts, jobs: Sequence[Job]) -> list[Outcome]:
        """One transaction. Raises psycopg.Error or LabbroError when nothing of it is told."""
        connection = self._connected()
        try:
            row = connection.execute(_SQL["lock_space"], [parts.space.name]).fetchone()
            if row is None:
                raise problems.space_unknown(parts.space.name)
            with parts.mark.hold() as held:
                outcomes, committing = self._decide(connection, parts, held, row, jobs)
                if committing:
                    self._commit(connection)
                    parts.at("committed")
                else:
                    connection.rollback()
            return outcomes
        except BaseException:
            self._give_up()
            raise

    def _decide(
        self, connection: Connection, parts: Parts, held: HeldMark, row: Sequence[Any], jobs: Sequence[Job]
    ) -> tuple[list[Outcome], bool]:
        mark, stopped = look(held, parts.durability, row)
        directory = parts.directories.in_transaction(connection)
        state = read_state(connection, parts, row, jobs, directory, mark, stopped)
        planned = plan(
            jobs,
            state,
            gate=MembersGate(directory, state.now),
            identities=parts.identities,
            on_fault=lambda error: _log.error("a draw failed", exc_info=error),
        )
        if planned.ahead is not None:
            _take_down_claim(held, mark, state, planned)
        token = parts.identities.new()
        writes = bool(planned.series or planned.approvals or planned.agents or planned.entries)
        if writes:
            write_plan(connection, parts.clock, parts.identities, row[0], token, state, planned)
            parts.at("written")
        if planned.issues:
            held.write(
                version=state.counter.version + 1,
                token=token,
                before=state.counter.token,
                start=state.counter.next_position,
                stop=planned.next_position,
                returned=(state.in_doubt[2] if state.in_doubt else ()) + planned.returned,
                at=state.now,
            )
            parts.at("marked")
        return planned.outcomes, writes

    def _commit(self, connection: Connection) -> None:
        """Commits; a standby that did not confirm is told as a warning only, and is as bad as no answer."""
        self._warned = False
        try:
            connection.commit()
        except psycopg.Error as error:
            raise problems.outcome_unknown() from error
        if self._warned:
            raise problems.outcome_unknown()

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            with self._database.connection():
                pass  # raises Unavailable where the database is away, and starts the embedded one again
            try:
                self._connection = psycopg.connect(
                    self._database.url, options=_SESSION, connect_timeout=5, application_name="labbro-issuing"
                )
            except psycopg.Error as error:
                raise Unavailable("The database does not answer; try again in a moment.") from error
            self._connection.add_notice_handler(self._notice)
        return self._connection

    def _notice(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        self._warned = self._warned or diagnostic.severity_nonlocalized == "WARNING"

    def _give_up(self) -> None:
        """Back to no transaction; where that fails, a new connection is made next time."""
        if self._connection is not None:
            try:
                self._connection.rollback()
            except psycopg.Error:
                self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


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


def _take_down_claim(held: HeldMark, mark: Mark | None, state: State, planned: Plan) -> None:
    """A client's claim outlives the transaction and the process: the mark as it is, with the claim."""
    if mark is None:
        token = state.counter.token
        held.write(version=0, token=token, before=token, start=0, stop=0, ahead=planned.ahead, at=state.now)
    else:
        held.write(
            version=mark.version,
            token=mark.token,
            before=mark.before,
            start=mark.start,
            stop=mark.stop,
            returned=mark.returned,
            ahead=planned.ahead,
            at=state.now,
        )


def read_state(
    connection: Connection,
    parts: Parts,
    row: Sequence[Any],
    jobs: Sequence[Job],
    directory: Directory,
    mark: Mark | None,
    stopped: Stopped | None,
) -> State:
    """Everything that planning wants to know, under the locks."""
    number, counter = row[0], counter_of(row)
    now = parts.clock.now()
    keys = [key for job in jobs if (key := job.key) is not None]
    asked = msgspec.json.encode([{"account_id": account, "request_id": request} for account, request in keys]).decode()
    accounts = sorted({account for account, _ in keys})
    found = connection.execute(_SQL["asked"], [asked, number, gate.danish_day(now), accounts]).fetchall()
    again = [(account, request) for account, request, _ in found if request is not None]
    large = [key for job, key in _with_keys(jobs) if _needs_approval(directory, job, key)]
    agents = sorted({job.request.statement.agent_id for job in jobs if job.request.statement is not None})
    heard = connection.execute(_SQL["lock_agents"], [agents]).fetchall() if agents else []
    rest = parts.rest
    resting = connection.execute(_SQL["resting"], [number, now - rest, RESTING_LOOKED_AT]).fetchall() if rest else []
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
        now=now,
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
