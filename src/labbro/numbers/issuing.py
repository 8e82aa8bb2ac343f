"""Issuing: requests that wait at the same time share one transaction, and so one wait for the disk.

One thread of each process issues. For a group it locks the space's row and the high-water mark, reads what counts, lets
planning decide, writes, takes the mark's intent down, commits, and only then tells. Several processes take turns by the
row's lock. See docs/decisions/0052 and 0053.
"""

from __future__ import annotations

import copy
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Final

import psycopg

from labbro.errors import LabbroError, Unavailable
from labbro.numbers import problems
from labbro.numbers.gathering import ask, read_state
from labbro.numbers.mark import HeldMark, Mark
from labbro.numbers.parts import MembersGate, Parts, look
from labbro.numbers.planning import (
    Job,
    Outcome,
    Plan,
    State,
    plan,
)
from labbro.numbers.writing import CHAIN, write_plan
from labbro.platform import audit, logs, telemetry
from labbro.platform.database import Connection, Database, load_sql

GROUP: Final = 64  # requests a transaction
MOST_WAITING: Final = 4096
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


class Issuer:
    """Takes requests from any thread and issues in its own. `close` lets what waits be finished."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waiting: queue.SimpleQueue[tuple[Job, Future[Outcome]] | None] = queue.SimpleQueue()
        self._line = _Line(parts.database)
        self._closed = False
        self._filling = threading.Lock()
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

    def submit_together(self, jobs: Sequence[Job]) -> list[Future[Outcome]]:
        """As `submit`, in one group up to GROUP however fast the thread is: for simulations, which must repeat."""
        with self._filling:
            return [self.submit(job) for job in jobs]

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
            with self._filling:  # what is put in together is taken out together
                pass
            self._let_gather(before)
            while taken is not None:
                if taken[1].set_running_or_notify_cancel():  # who went away before is not drawn for
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
            with connection.pipeline() as line:  # statements go out together where none needs another's answer
                row = connection.execute(_SQL["lock_space"], [parts.space.name]).fetchone()
                if row is None:
                    raise problems.space_unknown(parts.space.name)
                with parts.mark.hold() as held:
                    outcomes, committing = self._decide(connection, line, parts, held, row, jobs)
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
        self,
        connection: Connection,
        line: psycopg.Pipeline,
        parts: Parts,
        held: HeldMark,
        row: Sequence[Any],
        jobs: Sequence[Job],
    ) -> tuple[list[Outcome], bool]:
        asked = ask(connection, parts, row, jobs)
        head = audit.lock(connection, CHAIN)
        directory = parts.directories.in_transaction(connection)
        mark, stopped = look(held, parts.durability, row)
        state = read_state(connection, parts, row, jobs, asked, directory, mark, stopped)
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
            write_plan(
                connection,
                parts.clock,
                parts.identities,
                space=row[0],
                token=token,
                state=state,
                planned=planned,
                head=head,
            )
            line.sync()  # what does not go in is known before the mark is written
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
