"""The number service: what every door calls. One object for the life of a process; safe for threads.

    draw, submit, attend     a series; the same without waiting; an agent's sign of life
    release                  numbers given back
    look_up, series, my_series, explain, state, drawn_by_day
    approvals, approve       a second person's word
    agents, acknowledge      cloned or restored stock agents
    jump, stopped            the operator's way on after a restore
    claim, claims            what clients hold of the numbers that a restore lost

Every answer is committed before it is given. Problems are those of labbro.numbers.problems and labbro.members.problems.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, Self, TypeVar, cast
from uuid import UUID

import msgspec

from labbro.errors import LabbroError, NotConfigured, Unavailable, WrongUse
from labbro.members.directory import Directories
from labbro.members.model import Caller
from labbro.numbers import claiming, deciding, jumping, looking_up, problems, releasing
from labbro.numbers.durability import Durability
from labbro.numbers.explaining import Explained
from labbro.numbers.issuing import Issuer
from labbro.numbers.looking_up import DrawnDay
from labbro.numbers.mark import SIGNING_LABEL, MarkFile
from labbro.numbers.model import (
    Agent,
    Approval,
    Attendance,
    Attended,
    Claim,
    ClaimRequest,
    Drawn,
    DrawRequest,
    NumberInformation,
    Release,
    ReleaseRequest,
    Series,
    SeriesPage,
    SpaceState,
)
from labbro.numbers.parts import Parts
from labbro.numbers.planning import Job
from labbro.numbers.space import Space
from labbro.platform import logs
from labbro.platform.clock import Clock
from labbro.platform.database import Database, load_sql
from labbro.platform.identities import Identities
from labbro.platform.settings import Settings
from labbro.platform.signing import Signer

ANSWER_SECONDS: Final = 30.0  # longer than any lock or statement may take

NO_TOKEN: Final = UUID(int=0)  # of a space that issued nothing yet

_T = TypeVar("_T")
_SQL = load_sql("labbro.numbers", "issuing.sql")
_log = logs.get_logger(__name__)


class NumberService:
    """Made by `open_numbers`."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.space = parts.space
        self._issuer = Issuer(parts)

    def draw(self, caller: Caller, request: DrawRequest) -> Drawn:
        """A series. The same request id gives the same series for ever, with `again`."""
        return self._answer(self.submit(caller, request))

    def submit(self, caller: Caller, request: DrawRequest) -> Future[Drawn]:
        """As `draw`, without waiting. The future raises what `draw` raises."""
        if request.space not in (None, self.space.name):
            raise problems.space_unknown(request.space or "")
        return cast("Future[Drawn]", self._issuer.submit(Job(caller, request)))

    def submit_together(
        self, wishes: Sequence[tuple[Caller, DrawRequest | Attendance]]
    ) -> list[Future[Drawn | Attended | LabbroError]]:
        """Draws and attendances that go into one transaction, up to 64: for simulations, which must repeat."""
        return self._issuer.submit_together([Job(caller, request) for caller, request in wishes])

    def attend(self, caller: Caller, attendance: Attendance) -> Attended:
        """A stock agent's statement alone; the answer has its next nonce."""
        if attendance.space not in (None, self.space.name):
            raise problems.space_unknown(attendance.space or "")
        return self._answer(cast("Future[Attended]", self._issuer.submit(Job(caller, attendance))))

    def release(self, caller: Caller, request: ReleaseRequest) -> Release:
        """Numbers given back, whole series or part."""
        return releasing.release(self.parts, caller, request)

    def look_up(self, number: str) -> NumberInformation:
        """Holder, time, system and state of a number."""
        return looking_up.look_up(self.parts, number)

    def holds(self, caller: Caller, found: NumberInformation) -> bool:
        """Whether a number that was looked up lies within the caller's reach: its own, or one it answers for."""
        return looking_up.holds(self.parts, caller, found)

    def series(self, caller: Caller, series_id: UUID) -> SeriesPage:
        """One series with its fate."""
        return looking_up.one_series(self.parts, caller, series_id)

    def my_series(
        self, caller: Caller, *, account_id: UUID | None = None, before: UUID | None = None, limit: int = 100
    ) -> SeriesPage:
        """The series within the caller's reach, newest first, with the reason of every gap."""
        return looking_up.series_page(self.parts, caller, account_id=account_id, before=before, limit=limit)

    def explain(self, caller: Caller, text: str) -> Explained:
        """What is likely wrong with a number."""
        return looking_up.explained(self.parts, caller, text)

    def numbers(self, series: Series) -> list[str]:
        """Every number of a series, in order."""
        return list(self.space.numbers(series.first_position, series.count))

    def state(self) -> SpaceState:
        """How far the space is used, and when it ends."""
        return looking_up.space_state(self.parts)

    def drawn_by_day(self, caller: Caller, since: dt.date, account_id: UUID | None = None) -> tuple[DrawnDay, ...]:
        """What was drawn, by day and account."""
        return looking_up.drawn_by_day(self.parts, caller, since, account_id)

    def approvals(self, caller: Caller) -> tuple[Approval, ...]:
        """Approvals within the caller's reach."""
        return deciding.approvals(self.parts, caller)

    def approve(self, caller: Caller, approval_id: UUID, *, approve: bool = True) -> Approval:
        """A second person's yes or no."""
        return deciding.decide(self.parts, caller, approval_id, approve=approve)

    def was_drawn(self, caller: Caller, account_id: UUID, request_id: UUID) -> bool:
        """Whether a request of an account within reach was answered with a series."""
        return looking_up.was_drawn(self.parts, caller, account_id, request_id)

    def agents(self, caller: Caller) -> tuple[Agent, ...]:
        """Stock agents within the caller's reach."""
        return deciding.agents(self.parts, caller)

    def acknowledge(self, caller: Caller, agent_id: UUID) -> Agent:
        """A person takes note of a cloned or restored agent: it is retired."""
        return deciding.acknowledge(self.parts, caller, agent_id)

    def claim(self, caller: Caller, request: ClaimRequest) -> Claim:
        """Who holds numbers that a restore lost; it gives nothing out."""
        return claiming.claim(self.parts, caller, request)

    def claims(self, caller: Caller) -> tuple[Claim, ...]:
        """Claims within the caller's reach."""
        return claiming.claims(self.parts, caller)

    def jump(self, actor: str, *, to: int, reason: str, disregard_clients: bool = False) -> int:
        """The operator's deliberate jump; returns how many positions were skipped."""
        return jumping.jump(self.parts, actor, to=to, reason=reason, disregard_clients=disregard_clients)

    def stopped(self) -> str | None:
        """The code of the problem for which nothing is issued now; None where numbers are given out."""
        return self.state().stopped

    def close(self) -> None:
        """Finishes what is in hand."""
        self._issuer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, future: Future[_T]) -> _T:
        try:
            return future.result(ANSWER_SECONDS)
        except TimeoutError:
            raise problems.outcome_unknown() from None


def space_of(settings: Settings) -> Space:
    """The number space that the settings name. Raises NotConfigured."""
    try:
        return Space(settings.numbers_space, settings.numbers_digits, settings.numbers_prefix, settings.numbers_check)
    except WrongUse as error:
        raise NotConfigured(f"LABBRO_NUMBERS_DIGITS, LABBRO_NUMBERS_PREFIX: {error.message}") from error


def open_numbers(
    *,
    database: Database,
    settings: Settings,
    clock: Clock,
    identities: Identities,
    directories: Directories,
    durability: Durability | None = None,
    at: Callable[[str], None] | None = None,
) -> NumberService:
    """Opens the service on a migrated database. The caller closes it before the database.

    `durability` and `at` are for tests. A service that may not issue now is opened all the same: it answers everything
    else, and tells why in `stopped` and in its log. Raises NotConfigured where numbers were issued in another form.
    """
    space = space_of(settings)
    prepare_space(database, space)
    parts = Parts(
        database=database,
        space=space,
        clock=clock,
        identities=identities,
        directories=directories,
        mark=MarkFile(settings.numbers_mark, space, Signer(settings.secret, SIGNING_LABEL)),
        durability=durability or Durability(standby=settings.numbers_standby),
        rest=dt.timedelta(days=settings.numbers_rest_days) if settings.numbers_rest_days else None,
        at=at or (lambda _point: None),
    )
    try:
        stopped = looking_up.space_state(parts).stopped
    except Unavailable as error:
        stopped = error.code
    if stopped is not None:
        _log.error("no sample numbers are given out", code=stopped)
    return NumberService(parts)


def prepare_space(database: Database, space: Space) -> None:
    """Writes the space's row when it is new; checks that its form is what it was. Raises NotConfigured."""
    definition = msgspec.json.encode(space).decode()
    with database.connection() as connection:
        connection.execute(_SQL["add_space"], [space.name, definition, space.capacity, NO_TOKEN])
        row = connection.execute(_SQL["read_space"], [space.name]).fetchone()
        assert row is not None
        _check_definition(row[4].encode(), space, row[2])
        connection.execute(_SQL["redefine_space"], [definition, space.capacity, space.name])


def _check_definition(kept: bytes, space: Space, version: int) -> None:
    """Raises NotConfigured where numbers were issued under another definition of the space."""
    if version > 0 and msgspec.json.decode(kept, type=Space) != space:
        raise NotConfigured(
            f"Numbers of the space {space.name} were issued with another length, prefix or check digit; set "
            "LABBRO_NUMBERS_DIGITS, LABBRO_NUMBERS_PREFIX and LABBRO_NUMBERS_CHECK as they were."
        )
