"""The checker: judges a history of operations beside what the database holds in the end. Pure.

It knows nothing of how the service works. A history is a list of events, each operation invoked once and then `ok`
(acknowledged), `fail` (refused: it must have changed nothing) or `info` (nobody knows; no event after the invocation
means the same). The idea is that of Jepsen's unique-ids checker: whatever was acknowledged counts, whatever happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec

MOST_FAULTS: Final = 1000

Kind = Literal["invoke", "ok", "fail", "info"]
Act = Literal["draw", "release", "hand-out"]
FaultKind = Literal[
    "overlap",  # two acknowledged series of a round share a position
    "outside",  # positions that the space does not have
    "lost",  # acknowledged, but not there in the end
    "changed",  # there in the end with other content than acknowledged
    "two-series",  # one request, two series
    "wrong-count",  # another count than was asked for
    "refused-but-issued",  # every answer was no, but a series is there
    "kept-overlap",  # the database itself holds a position twice
    "beyond-next",  # a series at or above the next position
    "unexplained",  # a position below the next that is in no series and no gap
    "returned-too-early",  # given out again without having been released
    "lost-release",  # a release that was acknowledged and is not there
    "handed-twice",  # a number handed out twice
    "handed-foreign",  # a number handed out that was in no acknowledged series
    "no-invocation",  # an answer to nothing
]


class Drawn(msgspec.Struct, frozen=True):
    """A range of positions of a round, by the id of its series."""

    series_id: str
    round: int
    first_position: int
    count: int

    @property
    def stop(self) -> int:
        """The position after the last."""
        return self.first_position + self.count


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of an operation log. `operation` names the invocation that it belongs to; `at` is for the reader only.

    An invocation tells account, request and `count`; an `ok` tells what was drawn, released or handed out.
    """

    operation: int
    kind: Kind
    act: Act
    process: str = ""
    account: str = ""
    request: str = ""
    count: int = 0
    drawn: Drawn | None = None
    code: str = ""
    at: float = 0.0


class KeptSeries(msgspec.Struct, frozen=True):
    """A series in the database after recovery."""

    drawn: Drawn
    account: str
    request: str


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the database holds after recovery. `releases` and `gaps` name ranges; a gap's id is its own."""

    capacity: int
    next_position: int
    series: Sequence[KeptSeries]
    releases: Sequence[Drawn] = ()
    gaps: Sequence[Drawn] = ()


class Fault(msgspec.Struct, frozen=True):
    """What must not be, and the operations that show it."""

    kind: FaultKind
    message: str
    operations: tuple[int, ...] = ()


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement, with what it was made of."""

    operations: int
    acknowledged: int
    unknown: int
    series: int
    numbers: int
    skipped: int
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether no number was given twice and none was lost without a record."""
        return not self.faults


def check(events: Iterable[Event], kept: Kept) -> Result:
    """Judges a whole history. In memory: about half a kilobyte an operation."""
    return _Checker(events, kept).result()


def write_line(event: Event) -> bytes:
    """One line of an operation log."""
    return msgspec.json.encode(event) + b"\n"


def read_lines(lines: Iterable[bytes]) -> Iterator[Event]:
    """The events of an operation log; a torn last line, as a killed writer leaves one, is left out."""
    decoder = msgspec.json.Decoder(Event)
    for line in lines:
        if line.endswith(b"\n"):
            yield decoder.decode(line)


class _Checker:
    def __init__(self, events: Iterable[Event], kept: Kept) -> None:
        self._kept = kept
        self._faults: list[Fault] = []
        self._invoked: dict[int, Event] = {}
        self._answers: defaultdict[int, list[Event]] = defaultdict(list)
        for event in events:
            if event.kind == "invoke":
                self._invoked[event.operation] = event
            else:
                self._answers[event.operation].append(event)
        self._drawn: dict[str, tuple[Drawn, int]] = {}

    def result(self) -> Result:
        oks = [event for answers in self._answers.values() for event in answers if event.kind == "ok"]
        self._check_invocations()
        self._check_draws([event for event in oks if event.act == "draw"])
        self._check_refusals()
        self._check_releases([event for event in oks if event.act == "release"])
        self._check_hand_outs([event for event in oks if event.act == "hand-out"])
        self._check_kept()
        answered = {event.operation for event in oks}
        failed = {one for one, answers in self._answers.items() if any(event.kind == "fail" for event in answers)}
        return Result(
            operations=len(self._invoked),
            acknowledged=len(answered),
            unknown=len(self._invoked.keys() - answered - failed),
            series=len(self._kept.series),
            numbers=sum(one.drawn.count for one in self._kept.series),
            skipped=sum(one.count for one in self._kept.gaps if one.round == 1),
            faults=tuple(self._faults),
        )

    def _check_invocations(self) -> None:
        for operation in sorted(self._answers.keys() - self._invoked.keys()):
            self._fault("no-invocation", "an answer came to nothing that was asked", operation)

    def _check_draws(self, oks: Sequence[Event]) -> None:
        kept = {one.drawn.series_id: one for one in self._kept.series}
        by_request: dict[tuple[str, str], tuple[Drawn, int]] = {}
        for event in oks:
            asked, drawn = self._invoked.get(event.operation), event.drawn
            if asked is None or drawn is None:
                continue
            self._check_drawn(event.operation, asked, drawn)
            first = by_request.setdefault((asked.account, asked.request), (drawn, event.operation))
            if first[0] != drawn:
                self._fault("two-series", "one request was given two series", first[1], event.operation)
            here = kept.get(drawn.series_id)
            if here is None:
                self._fault("lost", f"series {drawn.series_id} was acknowledged and is not there", event.operation)
            elif here.drawn != drawn or (here.account, here.request) != (asked.account, asked.request):
                self._fault("changed", f"series {drawn.series_id} is not as acknowledged", event.operation)
            self._drawn.setdefault(drawn.series_id, (drawn, event.operation))
        for (left, first_seen), (right, then_seen) in _overlaps(self._drawn.values()):
            message = f"series {left.series_id} and {right.series_id} share position {right.first_position}"
            self._fault("overlap", message, first_seen, then_seen)

    def _check_drawn(self, operation: int, asked: Event, drawn: Drawn) -> None:
        if drawn.count != asked.count:
            self._fault("wrong-count", f"{asked.count} were asked for, {drawn.count} given", operation)
        if drawn.first_position < 0 or drawn.stop > self._kept.capacity or drawn.count < 1:
            self._fault("outside", f"series {drawn.series_id} does not lie in the space", operation)

    def _check_refusals(self) -> None:
        """A request to which every answer was no has no series."""
        refused: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        other: set[tuple[str, str]] = set()
        for operation, asked in self._invoked.items():
            key = (asked.account, asked.request)
            kinds = {answer.kind for answer in self._answers.get(operation, [])}
            if asked.act == "draw" and kinds == {"fail"}:
                refused[key].append(operation)
            elif asked.act == "draw":
                other.add(key)
        for one in self._kept.series:
            key = (one.account, one.request)
            if key in refused and key not in other:
                message = f"series {one.drawn.series_id} is there though every answer was no"
                self._fault("refused-but-issued", message, *refused[key])

    def _check_releases(self, oks: Sequence[Event]) -> None:
        kept = set(self._kept.releases)
        for event in oks:
            if event.drawn is not None and event.drawn not in kept:
                message = f"the release of series {event.drawn.series_id} was acknowledged and is not there"
                self._fault("lost-release", message, event.operation)

    def _check_hand_outs(self, oks: Sequence[Event]) -> None:
        """Numbers told to somebody at a laboratory: each once, and out of a series that was acknowledged."""
        handed = [(event.drawn, event.operation) for event in oks if event.drawn is not None]
        for drawn, operation in handed:
            source = self._drawn.get(drawn.series_id)
            if source is None or not source[0].first_position <= drawn.first_position <= drawn.stop <= source[0].stop:
                self._fault("handed-foreign", "numbers were handed out of no acknowledged series", operation)
        for (_, first_seen), (right, then_seen) in _overlaps(handed):
            message = f"position {right.first_position} was handed out twice"
            self._fault("handed-twice", message, first_seen, then_seen)

    def _check_kept(self) -> None:
        """What the database holds explains every position once."""
        series = [one.drawn for one in self._kept.series]
        for (left, _), (right, _) in _overlaps([(one, 0) for one in [*series, *self._kept.gaps]]):
            message = f"{left.series_id} and {right.series_id} both hold position {right.first_position}"
            self._fault("kept-overlap", message)
        place = 0
        for one in sorted([*series, *self._kept.gaps], key=lambda one: one.first_position):
            if one.round == 1 and one.first_position > place:
                self._unexplained(place, one.first_position)
            if one.round == 1:
                place = max(place, one.stop)
            if one.stop > self._kept.next_position:
                self._fault("beyond-next", f"{one.series_id} reaches beyond the next position")
        if place < self._kept.next_position:
            self._unexplained(place, self._kept.next_position)
        self._check_returned(series)

    def _check_returned(self, series: Sequence[Drawn]) -> None:
        releases: defaultdict[int, list[Drawn]] = defaultdict(list)
        for one in sorted(self._kept.releases, key=lambda one: one.first_position):
            releases[one.round].append(one)
        for one in series:
            if one.round > 1 and not _covered(one, releases[one.round - 1]):
                self._fault("returned-too-early", f"{one.series_id} was given out again without a release")

    def _unexplained(self, start: int, stop: int) -> None:
        self._fault("unexplained", f"positions {start} to {stop - 1} are in no series and no gap")

    def _fault(self, kind: FaultKind, message: str, *operations: int) -> None:
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(kind, message, operations))


_Seen = tuple[Drawn, int]


def _overlaps(ranges: Iterable[_Seen]) -> Iterator[tuple[_Seen, _Seen]]:
    """Pairs of ranges of one round that share a position, each with the furthest-reaching one before it."""
    ordered = sorted(ranges, key=lambda one: (one[0].round, one[0].first_position, one[0].count))
    furthest: _Seen | None = None
    for one in ordered:
        if furthest is not None and furthest[0].round == one[0].round and furthest[0].stop > one[0].first_position:
            yield furthest, one
        if furthest is None or furthest[0].round != one[0].round or one[0].stop > furthest[0].stop:
            furthest = one


def _covered(one: Drawn, ranges: Sequence[Drawn]) -> bool:
    """Whether sorted ranges cover every position of one."""
    place = one.first_position
    for covering in ranges:
        if covering.first_position <= place < covering.stop:
            place = covering.stop
    return place >= one.stop
