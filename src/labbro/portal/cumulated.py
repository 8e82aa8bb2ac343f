"""The cumulated view: a patient's history and the reader's filters become rows, columns and cells. Pure.

Nothing disappears without a word: what the filters, the page of columns and corrections leave out is counted.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

import msgspec

from labbro.codes.groups import BY_NUMBER, ResultGroup, group_of, rank_of
from labbro.comparability.decision import Placer
from labbro.databank.history import PatientHistory, StoredResult
from labbro.portal.comparable import Place, converted_text, places_of
from labbro.portal.filters import Filters
from labbro.portal.i18n.comparability import comparing_words
from labbro.portal.texts import Texts
from labbro.portal.values import NOT_A_VALUE, Mark, has_arrived, interval_text, judge, plain, value_text

COLUMNS_A_PAGE = 60
GroupOf = Callable[[str, str, str], ResultGroup]

_LONGEST_TEXT = 28
_ALPHABET = str.maketrans("æøåäö", "{|}{|")  # the three signs after z


class Value(msgspec.Struct, frozen=True, gc=False):
    """One result in a cell. `shown` is the value as sent, or words in its place when `worded`.

    `unit` and `interval` are set only where they differ from the row's; '' means that the row has one, the result none.
    Another spelling (`mmol/l`, `3.5` for `3,5`) is no difference. `original`: the value as sent with its unit, where
    `shown` is converted. `step`: another method from here on, to be compared with caution.
    """

    letter: str
    ordinal: int
    shown: str
    worded: bool
    arrived: bool
    mark: Mark | None
    preliminary: bool
    corrected: bool
    ambiguous: bool
    locked: bool
    remarks: bool
    unit: str | None
    interval: str | None
    original: str = ""
    step: bool = False


class Column(msgspec.Struct, frozen=True, gc=False):
    """All samples taken at one time (to the minute); `at` is None for samples without a known time."""

    at: dt.datetime | None
    samples: int
    new_year: bool


class Row(msgspec.Struct, frozen=True):
    """One analysis; `cells` has one entry a column, empty where nothing was measured.

    `twin`: another row has the same name, so only the code or unit tells them apart. By comparability also
    `method`, `mark`, `heads` and `notes` of its Place.
    """

    address: str
    name: str
    complete_name: str
    code: str
    unit: str
    interval: str
    cells: tuple[tuple[Value, ...], ...]
    twin: bool = False
    method: str = ""
    mark: str = ""
    heads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True):
    """A result group and its rows, by name."""

    number: int
    name: str
    rows: tuple[Row, ...]


class View(msgspec.Struct, frozen=True):
    """What is shown, and in numbers what is not.

    `total` counts the current results of the patient, `superseded` the earlier ones behind them. `selected` of the
    total pass the filters; `shown` of those stand in this page's columns. `version`: of the registry.
    """

    filters: Filters
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    choices: tuple[tuple[int, str], ...]
    total: int
    selected: int
    shown: int
    superseded: int
    columns_selected: int
    pages: int
    rows_elsewhere: int
    has_locked: bool
    has_ambiguous: bool
    has_steps: bool
    has_converted: bool
    has_marks: bool
    version: int | None = None


class _Chosen(msgspec.Struct, gc=False):
    """The results of one row that pass the filters, in the history's order."""

    place: Place
    group: ResultGroup
    results: list[StoredResult]


def build(
    history: PatientHistory,
    filters: Filters,
    *,
    texts: Texts,
    today: dt.date,
    groups_by: GroupOf = group_of,
    placer: Placer | None = None,
) -> View:
    """The view of a history; the same input gives the same view, whatever order letters arrived in.

    Rows by comparability with a placer, else by code.
    """
    places = places_of(history.rows, placer, comparing_words(texts.language))
    every_row = _rows_of(history.rows, places, groups_by)
    total = sum(len(row.results) for row in every_row)
    chosen = _filtered(every_row, filters, today)
    columns, counts = _columns(chosen)
    pages = max(1, -(-len(columns) // COLUMNS_A_PAGE))
    page = min(filters.page, pages)
    first = (page - 1) * COLUMNS_A_PAGE
    on_page = columns[first : first + COLUMNS_A_PAGE]
    index = {at: position for position, at in enumerate(on_page)}
    groups = _groups(chosen, index, texts)
    shown = sum(counts[at][0] for at in on_page)
    values = [value for group in groups for row in group.rows for cell in row.cells for value in cell]
    return View(
        filters=msgspec.structs.replace(filters, page=page),
        columns=_headed(on_page, counts),
        groups=groups,
        choices=tuple(
            (number, _group_name(BY_NUMBER[number], texts))
            for number in sorted({row.group.number for row in every_row})
        ),
        total=total,
        selected=sum(count for count, _ in counts.values()),
        shown=shown,
        superseded=len(history.rows) - total,
        columns_selected=len(columns),
        pages=pages,
        rows_elsewhere=len(chosen) - sum(len(group.rows) for group in groups),
        has_locked=any(value.locked for value in values),
        has_ambiguous=any(value.ambiguous for value in values),
        has_steps=any(value.step for value in values),
        has_converted=any(value.original for value in values),
        has_marks=any(row.mark for group in groups for row in group.rows),
        version=None if placer is None else placer.registry.version,
    )


def _rows_of(rows: tuple[StoredResult, ...], places: list[Place], groups_by: GroupOf) -> list[_Chosen]:
    """The results in force by row."""
    found: dict[int, _Chosen] = {}
    for stored, place in zip(rows, places, strict=True):
        if not stored.current:
            continue
        row = found.get(id(place))  # the same row has the same object
        if row is None:
            row = found[id(place)] = _Chosen(place, groups_by(place.code, place.system, place.responsible), [])
        row.results.append(stored)
    return list(found.values())


def _filtered(rows: list[_Chosen], filters: Filters, today: dt.date) -> list[_Chosen]:
    """Rows with the results that pass the filters; rows left empty are dropped."""
    first, last = filters.first_day(today), filters.until
    wanted = filters.text.casefold()
    chosen: list[_Chosen] = []
    for row in rows:
        if filters.group is not None and row.group.number != filters.group:
            continue
        results = row.results
        if first is not None or last is not None:
            results = [s for s in results if _within((s.sample.sampled_at or s.report.results_at).date(), first, last)]
        if filters.origin is not None:
            results = [s for s in results if s.origin == filters.origin]
        if wanted and not any(wanted in name for name in _names(row)):
            continue
        if filters.only_marked and not any(judge(s.result).mark for s in results):
            continue
        if results:
            chosen.append(_Chosen(row.place, row.group, results))
    return chosen


def _within(day: dt.date, first: dt.date | None, last: dt.date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _names(row: _Chosen) -> set[str]:
    """Everything a row may be searched by, in lower case."""
    names = {row.place.code.casefold(), row.place.label.casefold(), row.place.codes.casefold()}
    for stored in row.results:
        analysis = stored.result.analysis
        names.add((analysis.short_name or "").casefold())
        names.add((analysis.complete_name or "").casefold())
    return names


def _columns(
    rows: list[_Chosen],
) -> tuple[list[dt.datetime | None], dict[dt.datetime | None, tuple[int, int]]]:
    """Sampling times newest first (unknown last), and for each how many results and how many samples it holds."""
    found: dict[dt.datetime | None, list[StoredResult]] = {}
    for row in rows:
        for stored in row.results:
            at = stored.sample.sampled_at
            if at in found:
                found[at].append(stored)
            else:
                found[at] = [stored]
    known = sorted((at for at in found if at is not None), reverse=True)
    ordered: list[dt.datetime | None] = [*known, None] if None in found else [*known]
    return ordered, {at: (len(found[at]), _samples(found[at])) for at in ordered}


def _samples(results: list[StoredResult]) -> int:
    """How many samples these results come from."""
    return len({(s.sample.laboratory_number, s.report.sender.ean or s.report.sender.identifier) for s in results})


def _headed(times: list[dt.datetime | None], counts: dict[dt.datetime | None, tuple[int, int]]) -> tuple[Column, ...]:
    columns: list[Column] = []
    year: int | None = None
    for at in times:
        this_year = at.year if at else 0
        columns.append(Column(at, counts[at][1], new_year=year is not None and this_year != year))
        year = this_year
    return tuple(columns)


def _groups(rows: list[_Chosen], index: dict[dt.datetime | None, int], texts: Texts) -> tuple[Group, ...]:
    """The rows that have something in these columns, under their groups."""
    by_group: dict[int, list[tuple[int, Row]]] = {}
    for chosen in rows:
        results = [stored for stored in chosen.results if stored.sample.sampled_at in index]
        if results:
            place = chosen.place
            rank = rank_of(place.code, place.system, place.responsible)
            by_group.setdefault(chosen.group.number, []).append((rank, _row(place, results, index, texts)))
    # Over all groups: a local code has its row far from the national one of the same name.
    names = Counter(row.name for ranked in by_group.values() for _, row in ranked)
    return tuple(
        Group(
            number,
            _group_name(BY_NUMBER[number], texts),
            _told_apart([row for _, row in sorted(ranked, key=_sort_key)], names),
        )
        for number, ranked in sorted(by_group.items())
    )


def _told_apart(rows: list[Row], names: Counter[str]) -> tuple[Row, ...]:
    """The rows, those of the same name marked as twins."""
    return tuple(msgspec.structs.replace(row, twin=True) if names[row.name] > 1 else row for row in rows)


def _row(place: Place, results: list[StoredResult], index: dict[dt.datetime | None, int], texts: Texts) -> Row:
    therapeutic = texts.therapeutic
    intervals = [interval_text(stored.result.interval, therapeutic) for stored in results]
    own, own_intervals = results, intervals
    if place.conversions:
        kept = [at for at, stored in enumerate(results) if place.conversion_of(stored.result) is None]
        own, own_intervals = [results[at] for at in kept], [intervals[at] for at in kept]
    unit = _usual([stored.result.unit or "" for stored in own]) or place.unit
    interval = _usual(own_intervals)
    cells: list[tuple[Value, ...]] = [()] * len(index)
    for stored, told in zip(results, intervals, strict=True):
        column = index[stored.sample.sampled_at]
        value = _value(stored, unit, told, interval, texts)
        cells[column] = (*cells[column], _by_method(value, stored, place) if place.label else value)
    name, complete = row_names(results)
    return Row(
        address=place.address,
        name=place.label or name,
        complete_name=complete if not place.label else place.label,
        code=place.codes or place.code,
        unit=unit,
        interval=interval,
        cells=tuple(map(_in_order, cells)),
        method=place.method,
        mark=place.mark,
        heads=place.heads,
        notes=place.notes,
    )


def _by_method(value: Value, stored: StoredResult, place: Place) -> Value:
    """A value with what its method makes of it: converted with the original beside it, a step where the method changes.

    The interval goes with the value as sent.
    """
    step = place.step_at(stored)
    told = msgspec.structs.replace(value, step=True) if step is not None and step.caution else value
    conversion = place.conversion_of(stored.result)
    text = converted_text(stored.result, conversion) if conversion is not None else None
    if text is None:
        return told
    unit = stored.result.unit or ""
    interval = interval_text(stored.result.interval, "")
    return msgspec.structs.replace(
        told,
        shown=text,
        original=f"{told.shown} {unit}",
        unit=None,
        interval=f"{interval} {unit}" if interval else None,
    )


def _in_order(values: tuple[Value, ...]) -> tuple[Value, ...]:
    return values if len(values) < 2 else tuple(sorted(values, key=lambda value: (value.letter, value.ordinal)))


def row_names(results: list[StoredResult]) -> tuple[str, str]:
    """Short and complete name of a row: the first that any of its results tells, else the code."""
    short = next((s.result.analysis.short_name for s in results if s.result.analysis.short_name), None)
    complete = next((s.result.analysis.complete_name for s in results if s.result.analysis.complete_name), None)
    code = results[0].result.analysis.value
    return short or complete or code, complete or short or code


def _usual(texts: list[str]) -> str:
    """The most common text that says something, in its first spelling; on a tie the one met first."""
    counts = Counter(plain(text) for text in texts if text)
    if not counts:
        return ""
    usual = max(counts, key=counts.__getitem__)
    return next(text for text in texts if text and plain(text) == usual)


def _value(stored: StoredResult, unit: str, told_interval: str, interval: str, texts: Texts) -> Value:
    result = stored.result
    arrived = has_arrived(result)
    shown, worded = shown_value(stored, texts)
    measured = arrived and not worded and result.kind == "numeric"
    other_interval = told_interval != interval and plain(told_interval) != plain(interval)
    return Value(
        letter=stored.letter_key.hex,
        ordinal=result.ordinal,
        shown=shown,
        worded=worded,
        arrived=arrived,
        mark=judge(result).mark,
        preliminary=result.status == "preliminary",
        corrected=result.status == "corrected",
        ambiguous=stored.ambiguous,
        locked=stored.report.consent_given is False,
        remarks=bool(result.comments or result.references or (result.text_values and not worded)),
        unit="" if unit and not result.unit and measured else None,
        interval=told_interval if other_interval and (told_interval or measured) else None,
    )


def shown_value(stored: StoredResult, texts: Texts) -> tuple[str, bool]:
    """What stands for a result where there is little room, and whether that is words in place of a value."""
    result = stored.result
    if not has_arrived(result):
        return (texts.not_yet if result.status == "received" or result.value == NOT_A_VALUE else ""), True
    value = value_text(result)
    if value:
        return value, False
    text = next((line.strip() for text in result.text_values for line in text.splitlines() if line.strip()), "")
    if not text:
        return texts.see_result, True
    return (text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1].rstrip() + "…"), True


def _sort_key(ranked: tuple[int, Row]) -> tuple[int, str, str, str, str, str]:
    """As clinicians list them; unknown ones by the component's name: `P-Kalium` under K, Danish letters last."""
    rank, row = ranked
    name = row.name.casefold()
    component = name.split("—", 1)[-1] if "—" in name else _after_system(name)
    return (rank, component.translate(_ALPHABET), name, row.code, row.unit, row.method)


def _after_system(name: str) -> str:
    """`p-kalium` gives `kalium`: a system in front is one to five letters, maybe `(b)` or the like, and a hyphen."""
    head, hyphen, tail = name.partition("-")
    short = head.replace("(", "").replace(")", "")
    return tail.lstrip(" ;") if hyphen and tail and len(short) <= 5 and short.isalpha() else name


def _group_name(group: ResultGroup, texts: Texts) -> str:
    return group.name(texts.language)
