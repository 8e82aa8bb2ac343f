"""The course of one row over time: points, reference bands and a table that says the same in words. Pure."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from uuid import UUID

import msgspec

from labbro.comparability.change import may_be_followed
from labbro.comparability.decision import Placer
from labbro.databank.history import PatientHistory, StoredResult
from labbro.portal import formats
from labbro.portal.changing import Placed, changes, short_of
from labbro.portal.comparable import Place, by_code, by_comparability, converted, converted_text, observed
from labbro.portal.cumulated import row_names, shown_value
from labbro.portal.i18n.comparability import comparing_words
from labbro.portal.texts import Texts
from labbro.portal.values import Mark, has_arrived, interval_text, judge, number

LONG_AGO = dt.datetime(1, 1, 1)  # noqa: DTZ001 - local Danish time, as the letters write it
_MARGIN = 0.08


class Point(msgspec.Struct, frozen=True):
    """One drawn result. `at`: Danish time, `yyyy-mm-dd hh:mm`. `beyond`: `<` or `>` for a mere limit.

    `step`: the method changes with it, with caution. `apart`: no line leads to it, since nobody has judged it to be
    comparable with the point before.
    """

    at: str
    value: float
    label: str
    mark: Mark | None
    beyond: str | None
    preliminary: bool
    step: bool = False
    apart: bool = False


class Band(msgspec.Struct, frozen=True):
    """A stretch of time with one reference interval; a limit that is not there is None."""

    begin: str
    end: str
    lower: float | None
    upper: float | None


class Chart(msgspec.Struct, frozen=True):
    """What the browser draws. `low` and `high` are the ends of the value axis, in the row's unit."""

    points: tuple[Point, ...]
    bands: tuple[Band, ...]
    low: float
    high: float
    unit: str
    not_drawn: int


class CourseLine(msgspec.Struct, frozen=True):
    """One line of the table: a result of the row in words; `replaced` when a correction stands in its place.

    `converted` is the value in the row's unit where it was sent in another; `step` tells of a change of method,
    `change` how much it differs from the result before, inside a comparability group.
    """

    letter: str
    ordinal: int
    at: str
    shown: str
    unit: str
    interval: str
    judgement: str
    mark: Mark | None
    status: str
    laboratory: str
    replaced: bool
    arrived: bool
    locked: bool
    converted: str = ""
    step: str = ""
    change: str = ""


class Course(msgspec.Struct, frozen=True):
    """A row over time. `notes` say why the row is as it is, by comparability."""

    name: str
    complete_name: str
    code: str
    unit: str
    chart: Chart
    lines: tuple[CourseLine, ...]
    method: str = ""
    mark: str = ""
    notes: tuple[str, ...] = ()
    has_steps: bool = False
    has_gaps: bool = False
    has_changes: bool = False


def course(history: PatientHistory, address: str, texts: Texts, placer: Placer | None = None) -> Course | None:
    """The course of the row with this address, or None when the patient has no such row.

    Rows by code have addresses of their own; those by comparability are found with a placer. It also tells which points
    a line may join, on both.
    """
    words = comparing_words(texts.language)
    ways = [by_code(history.rows)]
    if placer is not None:
        ways.append(by_comparability(history.rows, placer, words))
    for places in ways:
        held = [at for at, place in enumerate(places) if place.address == address]
        if not held:
            continue
        results, place = [history.rows[at] for at in held], places[held[0]]
        if placer is None:
            return _course(results, place, texts)
        told = observed(history.rows)
        row = [(history.rows[at], placer.place(told[at])) for at in held]
        found = _course(results, place, texts, _apart(row))
        return found if places is ways[0] else _with_changes(found, row, placer, texts)
    return None


def _apart(row: list[Placed]) -> frozenset[tuple[UUID, int]]:
    """The drawn results that no line may lead to: the one before is not of the same group or procedure."""
    drawn = sorted(
        (pair for pair in row if pair[0].current and _can_be_drawn(pair[0])), key=lambda pair: _order(pair[0])
    )
    return frozenset(
        (after.letter_key, after.result.ordinal)
        for (_, before), (after, placement) in pairwise(drawn)
        if not may_be_followed(before, placement)
    )


def _with_changes(told: Course, row: list[Placed], placer: Placer, texts: Texts) -> Course:
    """The course with the change at each result where one is told."""
    found, words = changes(row, placer.registry), comparing_words(texts.language)
    if not found:
        return told
    said = {(key.hex, ordinal): short_of(changed, words) for (key, ordinal), changed in found.items()}
    lines = tuple(
        msgspec.structs.replace(line, change=said.get((line.letter, line.ordinal), "")) for line in told.lines
    )
    return msgspec.structs.replace(told, lines=lines, has_changes=True)


def _course(
    results: list[StoredResult], place: Place, texts: Texts, apart: frozenset[tuple[UUID, int]] = frozenset()
) -> Course:
    name, complete = row_names(results)
    own = (stored.result.unit for stored in results if stored.result.unit and not place.conversion_of(stored.result))
    unit = next(own, place.unit)
    lines = [_line_in(stored, place, unit, texts) for stored in sorted(results, key=_reading_order, reverse=True)]
    drawn = chart(results, unit, texts, place, apart)
    return Course(
        name=place.label or name,
        complete_name=place.label or complete,
        code=place.codes or results[0].result.analysis.value,
        unit=unit,
        chart=drawn,
        lines=tuple(lines),
        method=place.method,
        mark=place.mark,
        notes=place.notes,
        has_steps=any(step.caution for step in place.steps.values()),
        has_gaps=any(point.apart and not point.step for point in drawn.points),
    )


def _line_in(stored: StoredResult, place: Place, unit: str, texts: Texts) -> CourseLine:
    """A line with what its row makes of it."""
    line, step, conversion = line_of(stored, texts), place.step_at(stored), place.conversion_of(stored.result)
    text = converted_text(stored.result, conversion) if conversion is not None else None
    return msgspec.structs.replace(line, converted=f"{text} {unit}" if text else "", step=step.text if step else "")


def chart(
    results: list[StoredResult], unit: str, texts: Texts, place: Place, apart: frozenset[tuple[UUID, int]] = frozenset()
) -> Chart:
    """Only results in force are drawn, and only numbers with a known time; the rest is counted."""
    current = [stored for stored in results if stored.current]
    drawn = sorted((stored for stored in current if _can_be_drawn(stored)), key=_order)
    points = tuple(
        msgspec.structs.replace(_point(one, texts, place), apart=(one.letter_key, one.result.ordinal) in apart)
        for one in drawn
    )
    bands = _bands(drawn, place)
    low, high = _axis(points, bands)
    return Chart(points, bands, low, high, unit, len(current) - len(drawn))


def _can_be_drawn(stored: StoredResult) -> bool:
    result = stored.result
    told = has_arrived(result) and result.kind == "numeric" and number(result.value) is not None
    return told and stored.sample.sampled_at is not None


def _reading_order(stored: StoredResult) -> tuple[dt.datetime, str, bool, dt.datetime, int]:
    """Of one sample the result in force first, then what it replaced, the latest before the earlier."""
    sampled_at = stored.sample.sampled_at or LONG_AGO
    return (sampled_at, stored.chain, stored.current, stored.report.authorised_at, -stored.result.ordinal)


def _order(stored: StoredResult) -> tuple[dt.datetime, str, int]:
    return (stored.sample.sampled_at or LONG_AGO, stored.letter_key.hex, stored.result.ordinal)


def _point(stored: StoredResult, texts: Texts, place: Place) -> Point:
    result = stored.result
    step = place.step_at(stored)
    shown, _ = shown_value(stored, texts)
    words = [formats.moment(stored.sample.sampled_at), f"{shown} {result.unit or ''}".rstrip()]
    told = interval_text(result.interval, texts.therapeutic)
    if told:
        words.append(f"{texts.interval}: {told}")
    mark = judge(result).mark
    if mark:
        words.append(_mark_word(mark, texts))
    if result.status != "final":
        words.append(texts.statuses[result.status])
    if step:
        words.append(step.text)
    return Point(
        at=_iso(stored.sample.sampled_at),
        value=_in_row(number(result.value), stored, place) or 0.0,
        label=" · ".join(words),
        mark=mark,
        beyond=result.operator if result.operator in ("<", ">") else None,
        preliminary=result.status == "preliminary",
        step=step is not None and step.caution,
    )


def _in_row(value: float | None, stored: StoredResult, place: Place) -> float | None:
    """A number in the row's unit."""
    conversion = place.conversion_of(stored.result)
    return value if value is None or conversion is None else converted(value, conversion)


def _bands(drawn: list[StoredResult], place: Place) -> tuple[Band, ...]:
    """Neighbouring results with the same limits share a band; between two bands lies the middle of the time between."""
    runs: list[list[StoredResult]] = []
    for stored in drawn:
        if runs and _limits_in(runs[-1][-1], place) == _limits_in(stored, place):
            runs[-1].append(stored)
        else:
            runs.append([stored])
    bands: list[Band] = []
    for at, run in enumerate(runs):
        lower, upper = _limits_in(run[0], place)
        if lower is None and upper is None:
            continue
        begin, end = _order(run[0])[0], _order(run[-1])[0]
        before = _order(runs[at - 1][-1])[0] if at else begin - dt.timedelta(days=14)
        after = _order(runs[at + 1][0])[0] if at + 1 < len(runs) else end + dt.timedelta(days=14)
        bands.append(Band(_iso(before + (begin - before) / 2), _iso(end + (after - end) / 2), lower, upper))
    return tuple(bands)


def _limits(stored: StoredResult) -> tuple[float | None, float | None]:
    interval = stored.result.interval
    return (None, None) if interval is None else (number(interval.lower), number(interval.upper))


def _limits_in(stored: StoredResult, place: Place) -> tuple[float | None, float | None]:
    lower, upper = _limits(stored)
    return _in_row(lower, stored, place), _in_row(upper, stored, place)


def _axis(points: tuple[Point, ...], bands: tuple[Band, ...]) -> tuple[float, float]:
    """The ends of the value axis: everything with a margin, and from 0 when nothing is far above it."""
    levels = [point.value for point in points]
    levels += [limit for band in bands for limit in (band.lower, band.upper) if limit is not None]
    if not levels:
        return 0.0, 1.0
    least, most = min(levels), max(levels)
    span = (most - least) or abs(most) or 1.0
    low = least - _MARGIN * span
    return (0.0 if least >= 0 and low < 0.25 * span else low), most + _MARGIN * span


def _iso(when: dt.datetime | None) -> str:
    return when.strftime("%Y-%m-%d %H:%M") if when else ""


def line_of(stored: StoredResult, texts: Texts) -> CourseLine:
    """A result in words."""
    result, report = stored.result, stored.report
    shown, _ = shown_value(stored, texts)
    mark = judge(result).mark
    return CourseLine(
        letter=stored.letter_key.hex,
        ordinal=result.ordinal,
        at=formats.moment(stored.sample.sampled_at) or texts.time_unknown,
        shown=shown,
        unit=result.unit or "",
        interval=interval_text(result.interval, texts.therapeutic),
        judgement=judgement_words(stored, texts),
        mark=mark,
        status=texts.statuses[result.status],
        laboratory=laboratory(stored),
        replaced=not stored.current,
        arrived=has_arrived(result),
        locked=report.consent_given is False,
    )


def laboratory(stored: StoredResult) -> str:
    """Who made the result: the producer, else the sender of the letter."""
    sender = stored.report.sender
    producer = stored.result.producer
    return (producer.name if producer else None) or sender.organisation or sender.identifier


def judgement_words(stored: StoredResult, texts: Texts) -> str:
    """`over`, `under`, `inside` and who says so; `not judged` where nobody can."""
    judged = judge(stored.result)
    if judged.mark is None:
        return texts.inside if _was_compared(stored) else texts.not_judged
    source = texts.by_laboratory if judged.source == "laboratory" else texts.by_limits
    return f"{_mark_word(judged.mark, texts)} ({source})"


def _was_compared(stored: StoredResult) -> bool:
    """Whether limits and value were such that `inside` is certain."""
    result = stored.result
    lower, upper = _limits(stored)
    if not has_arrived(result) or result.kind != "numeric" or (lower is None and upper is None):
        return False
    value = number(result.value)
    if value is None:
        return False
    if result.operator == "<":
        return lower is None and upper is not None and value <= upper
    if result.operator == ">":
        return upper is None and lower is not None and value >= lower
    return True


def _mark_word(mark: Mark, texts: Texts) -> str:
    return {"high": texts.above, "low": texts.below, "abnormal": texts.abnormal}[mark]
