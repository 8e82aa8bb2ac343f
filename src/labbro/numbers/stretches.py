"""The line of positions as its holder sees it: what is held, what was released, and the reason of every gap. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from labbro.numbers.model import Gap, Release, Series, Stretch, StretchKind
from labbro.numbers.space import Space

_HELD = ("Drawn by this account.", "Trukket af denne konto.")
_OTHERS = ("Drawn by others.", "Trukket af andre.")
_SKIPPED = {
    "in-doubt": (
        "Skipped: it was in doubt after a crash whether it had been given out.",
        "Sprunget over: efter et nedbrud var det uvist, om det var udleveret.",
    ),
    "jump": ("Skipped by the operator", "Sprunget over af driften"),
    "withdrawn": ("Not given out again after a jump.", "Ikke udleveret igen efter et spring."),
}


def stretches(
    space: Space, series: Sequence[Series], releases: Sequence[Release], gaps: Sequence[Gap]
) -> tuple[Stretch, ...]:
    """From the lowest of the series to the highest, every position in one stretch; rested numbers that came back may
    stand in two."""
    given_back: defaultdict[UUID, list[Release]] = defaultdict(list)
    for one in releases:
        given_back[one.series_id].append(one)
    found: list[Stretch] = []
    reached: int | None = None
    skipped = sorted((gap for gap in gaps if gap.round == 1), key=lambda gap: gap.first_position)
    for one in sorted(series, key=lambda one: (one.first_position, one.round)):
        if reached is not None and reached < one.first_position:
            found.extend(_between(space, reached, one.first_position, skipped))
        found.extend(_of_series(space, one, given_back[one.series_id]))
        reached = max(reached or 0, one.last_position + 1)
    return tuple(found)


def _of_series(space: Space, series: Series, releases: Sequence[Release]) -> Iterator[Stretch]:
    place = series.first_position
    for one in sorted(releases, key=lambda one: one.first_position):
        if place < one.first_position:
            yield _held(space, series, place, one.first_position)
        yield _stretch(
            space,
            "released",
            one.first_position,
            one.first_position + one.count,
            (f"Released: {one.reason}", f"Frigivet: {one.reason}"),
            one,
        )
        place = one.first_position + one.count
    if place <= series.last_position:
        yield _held(space, series, place, series.last_position + 1)


def _between(space: Space, start: int, stop: int, skipped: Sequence[Gap]) -> Iterator[Stretch]:
    """What lies between two series: skipped where a gap says so, else others'."""
    place = start
    for gap in skipped:
        first, end = max(gap.first_position, place), min(gap.first_position + gap.count, stop)
        if first >= end:
            continue
        if place < first:
            yield _stretch(space, "others", place, first, _OTHERS)
        english, danish = _SKIPPED[gap.reason]
        if gap.reason == "jump":
            english, danish = f"{english}: {gap.note}", f"{danish}: {gap.note}"
        yield _stretch(space, "skipped", first, end, (english, danish), gap)
        place = end
    if place < stop:
        yield _stretch(space, "others", place, stop, _OTHERS)


def _held(space: Space, series: Series, start: int, stop: int) -> Stretch:
    return _stretch(space, "held", start, stop, _HELD, series)


def _stretch(
    space: Space,
    kind: StretchKind,
    start: int,
    stop: int,
    reason: tuple[str, str],
    source: Series | Release | Gap | None = None,
) -> Stretch:
    at = None
    series_id = None
    if isinstance(source, Series):
        at, series_id = source.drawn_at, source.series_id
    elif isinstance(source, Release):
        at, series_id = source.released_at, source.series_id
    elif source is not None:
        at = source.at
    return Stretch(
        kind=kind,
        count=stop - start,
        first_position=start,
        first_number=space.number(start),
        last_number=space.number(stop - 1),
        reason=reason[0],
        reason_da=reason[1],
        at=at,
        series_id=series_id,
    )
