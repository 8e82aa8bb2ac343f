"""The operation log of a history: who asked what, and what each was told."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from labbro.numbers.checker import Act, Drawn, Event, write_line
from labbro.numbers.model import Release, Series

# After these nobody knows whether anything was done; every other problem is a plain no.
UNKNOWN = frozenset({"error", "numbers-busy", "outcome-unknown", "service-unreachable", "unavailable"})


def range_of(series: Series) -> Drawn:
    """A series as the checker knows it."""
    return Drawn(str(series.series_id), series.round, series.first_position, series.count)


class OperationLog:
    """Events in the order in which they happened. `base` sets the operations of several writers apart."""

    def __init__(self, base: int = 0) -> None:
        self.events: list[Event] = []
        self._next = base

    def asked(self, act: Act, process: str, account: UUID, request: str, count: int = 0) -> int:
        """Something is about to be asked; gives the operation's number."""
        operation = self._next
        self._next += 1
        self.events.append(
            Event(
                operation=operation,
                kind="invoke",
                act=act,
                process=process,
                account=str(account),
                request=request,
                count=count,
            )
        )
        return operation

    def told(self, operation: int, act: Act, drawn: Drawn) -> None:
        """It was acknowledged."""
        self.events.append(Event(operation=operation, kind="ok", act=act, drawn=drawn))

    def refused(self, operation: int, act: Act, code: str) -> None:
        """It was refused, or its outcome is not known."""
        kind = "info" if code in UNKNOWN else "fail"
        self.events.append(Event(operation=operation, kind=kind, act=act, code=code))

    def released(self, operation: int, release: Release) -> None:
        """A release was acknowledged."""
        drawn = Drawn(str(release.series_id), release.round, release.first_position, release.count)
        self.told(operation, "release", drawn)

    def write(self, path: Path) -> None:
        """Writes the log as JSON lines, so that anybody can judge it again."""
        path.write_bytes(b"".join(map(write_line, self.events)))
