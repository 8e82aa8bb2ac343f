"""One process of the number service, as a history runs it: the real core on a real database, with places to fail.

A crash is an exception at a point of the issuing transaction, after which the object is thrown away with all that it
had in memory; the transaction is rolled back, or stands, as PostgreSQL decides when a connection ends there.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from labbro.errors import LabbroError
from labbro.members.model import Caller
from labbro.numbers import jumping, problems
from labbro.numbers.durability import Durability
from labbro.numbers.mark import HeldMark, MarkFile
from labbro.numbers.model import Attendance, Attended, Drawn, DrawRequest
from labbro.numbers.parts import Parts
from labbro.numbers.proof.dangers import Point
from labbro.numbers.proof.world import InventedDirectories, directory
from labbro.numbers.service import NumberService, prepare_space
from labbro.numbers.space import Space
from labbro.platform.clock import Clock
from labbro.platform.database import Database
from labbro.platform.identities import Identities
from labbro.platform.signing import Signer

Answer = Drawn | Attended | LabbroError
Trouble = Literal["crash", "cut", "kill", "mark-full", "mark-torn"]
SIGNER: Final = Signer(b"p" * 32, "numbers high-water mark")
MEMBERS: Final = directory()
ANSWER_SECONDS: Final = 60.0


class Crashed(Exception):
    """The service ended here."""


class Armed(msgspec.Struct, frozen=True):
    """What is to happen, and when."""

    trouble: Trouble
    point: Point


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What every process of one history has in common. `cut` and `kill` do as they say to the database."""

    space: Space
    mark_folder: Path
    clock: Clock
    identities: Identities
    durability: Durability
    rest_days: int
    cut: Callable[[str], None]
    kill: Callable[[], None]


class Server:
    """One process of the service. `arm` says what goes wrong with the next group."""

    def __init__(self, url: str, setting: Setting) -> None:
        self.url = url
        self.crashed = False
        self._setting = setting
        self._armed: Armed | None = None
        self._database = Database(url, connections=2)
        self._database.pool.open(wait=True)
        self.mark = FallibleMark(setting.mark_folder, setting.space, SIGNER)
        prepare_space(self._database, setting.space)
        self.numbers = NumberService(
            Parts(
                database=self._database,
                space=setting.space,
                clock=setting.clock,
                identities=setting.identities,
                directories=InventedDirectories(self._database, MEMBERS),
                mark=self.mark,
                durability=setting.durability,
                rest=dt.timedelta(days=setting.rest_days) if setting.rest_days else None,
                at=self._at,
            )
        )

    def arm(self, armed: Armed) -> None:
        """The next group that gets to the point meets this."""
        self._armed = armed
        self.mark.trouble = armed.trouble if armed.trouble in ("mark-full", "mark-torn") else None

    def answers(self, wishes: Sequence[tuple[Caller, DrawRequest | Attendance]]) -> list[Answer]:
        """One group. After a crash nobody hears anything: every answer is `outcome-unknown`."""
        futures = self.numbers.submit_together(wishes)
        found: list[Answer] = []
        for future in futures:
            try:
                found.append(future.result(ANSWER_SECONDS))
            except LabbroError as error:
                found.append(error)
        self._armed = None
        self.crashed = self.crashed or self.mark.torn
        self.mark.trouble = None
        return [problems.outcome_unknown() for _ in wishes] if self.crashed else found

    def jump_if_stopped(self, margin: int) -> bool:
        """What the operator does: goes on beyond everything that may be out there."""
        state = self.numbers.state()
        if state.stopped is None or state.stopped == "not-durable":
            return False
        mark = None
        with suppress(LabbroError), self.mark.hold() as held:
            mark = held.mark
        to = jumping.least_jump(state.next_position, mark) + margin
        self.numbers.jump("operator:console", to=min(to, self._setting.space.capacity), reason="after a restore")
        return True

    def close(self) -> None:
        """Ends it."""
        self.numbers.close()
        self._database.close()

    def _at(self, point: str) -> None:
        if self.crashed:
            raise Crashed
        armed = self._armed
        if armed is None or armed.point != point:
            return
        self._armed = None
        if armed.trouble == "crash":
            self.crashed = True
            raise Crashed
        if armed.trouble == "cut":
            self._setting.cut(self.url)
        elif armed.trouble == "kill":
            self._setting.kill()


class FallibleMark(MarkFile):
    """A mark whose disk is full, or whose writer ends half way through a write."""

    trouble: str | None = None
    torn = False

    @contextmanager
    def hold(self) -> Generator[HeldMark]:
        """As MarkFile.hold, with trouble where it is armed."""
        with super().hold() as held:
            yield held if self.trouble is None and not self.torn else _FallibleHeld(held, self)


class _FallibleHeld(HeldMark):
    def __init__(self, held: HeldMark, file: FallibleMark) -> None:
        self._held = held
        self._file = file

    @property
    def mark(self) -> Any:
        return self._held.mark

    def write(self, **content: Any) -> None:
        if self._file.torn:
            raise Crashed
        if self._file.trouble == "mark-full":
            raise problems.mark_not_kept()
        before = self._file.path.read_bytes()
        self._held.write(**content)
        _tear(self._file.path, before)
        self._file.torn = True
        raise Crashed


def _tear(path: Path, before: bytes) -> None:
    """Undoes the second half of what was written: the slot holds the beginning of the new and the end of the old."""
    after = path.read_bytes()
    changed = [place for place, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    middle = changed[len(changed) // 2]
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, before[middle : changed[-1] + 1], middle)
    finally:
        os.close(descriptor)
