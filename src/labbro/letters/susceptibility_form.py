"""The hidden groups of RPT02: which is which, and the table of susceptibility (facts: rpt02.md, c).

Groups without STS are told apart by position and headline; the table is a chain of numbers: a column points at the
number of the table (RFF+ARL), a cell at that of its column. In between, isolates and antibiotics are known by their
names alone; equal names are matched in the order in which they occur.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from labbro.letters.edifact import Segment
from labbro.letters.form import Arrangement, Block

RESULT, MICROSCOPY, NEGATIVE, CULTURE = "~result", "~microscopy", "~negative", "~culture"
ISOLATE, NOTE, TABLE, ANTIBIOTIC, ENTRY = "~isolate", "~note", "~table", "~antibiotic", "~entry"
INTERPRETATION, CONCLUSION = "~interpretation", "~conclusion"
INTERPRETATION_HEADLINE, CONCLUSION_HEADLINE = "Følsomhed", "Kommentar"
GUESSED, UNPLACED, CELL_UNPLACED = "warning:text-place-guessed", "error:text-without-place", "error:cell-without-place"
TABLE_PARTS = {"GIS", "INV", "SEQ", "RSL", "RFF"}

Told = list[tuple[str, Block]]


class _Group(msgspec.Struct, frozen=True):
    """A hidden group and what tells it apart."""

    block: Block
    number: str
    kind: str
    name: str
    result: str
    sensitivity: str
    link: str
    closed: bool
    text: str | None

    @property
    def at(self) -> int:
        return self.block[0][0]


def _component(segment: Segment | None, element: int, component: int = 0) -> str:
    if segment is None or element >= len(segment) or component >= len(segment[element]):
        return ""
    return segment[element][component]


def _first(block: Block, tag: str, qualifier: str = "") -> Segment | None:
    for _, segment in block:
        if segment[0][0] == tag and (not qualifier or _component(segment, 1) == qualifier):
            return segment
    return None


def _group(block: Block) -> _Group:
    inv, rsl, rit = _first(block, "INV"), _first(block, "RSL"), _first(block, "FTX", "RIT")
    return _Group(
        block=block,
        number=_component(_first(block, "SEQ"), 2),
        kind=_component(inv, 1),
        name=_component(inv, 2, 3),
        result=_component(rsl, 1),
        sensitivity=_component(rsl, 2, 2),
        link=_component(_first(block, "RFF", "ARL"), 1, 1),
        closed=_first(block, "STS") is not None,
        text=None if rit is None else _component(rit, 4),
    )


# --- reading -------------------------------------------------------------------------------------------------------


def apart(blocks: list[Block]) -> Told:
    """What each hidden group is; the cells of the table become antibiotics and entries."""
    results: Told = []
    free: list[_Group] = []
    for block in blocks:
        if _first(block, "STS") is not None:
            results.append((RESULT, block))
        else:
            free.append(_group(block))
    return results if not free else results + _findings(free)


def _findings(groups: list[_Group]) -> Told:
    tables = {group.number for group in groups if group.result == "SB"}
    columns = [group for group in groups if group.result != "SS" and group.link and group.link in tables]
    cells = [group for group in groups if group.link and group.link not in tables]
    linked = {group.at for group in (*columns, *cells)}
    told: Told = []
    texts: list[_Group] = []
    isolates: list[_Group] = []
    for group in groups:
        if group.at in linked or group.result == "SS":
            continue
        if group.result == "TV":
            isolates.append(group)
        elif group.kind == "OE" and group.result != "SB":
            texts.append(group)
        told += [(kind, group.block) for kind in _own_kind(group)]
    starts = [group.at for group in groups if group.result in {"TV", "SB"}]
    return [*told, *_texts(texts, min(starts, default=0), bool(tables)), *_table(isolates, columns, cells)]


def _own_kind(group: _Group) -> tuple[str, ...]:
    """What a group says of itself; nothing for a text, whose place tells."""
    if group.result == "SB":
        return (TABLE,)
    if group.result == "TV":
        return (ISOLATE,)
    if group.kind == "NR":
        return (NOTE,)
    return () if group.kind == "OE" else (RESULT,)


def _texts(texts: list[_Group], start: int, has_table: bool) -> Told:
    """Texts by their place. `start` is where isolates and table begin, 0 where there are none."""
    if start:
        before = [group for group in texts if group.at < start]
        after = [group for group in texts if group.at > start]
        told: Told = []
        if before and before[-1].text is None:
            told.append((CULTURE, before.pop().block))
        return [*told, *_first_texts(before), *_last_texts(after, has_table)]
    last: list[_Group] = []
    # Microscopy and culture always have a text.
    if texts and (len(texts) > 2 or texts[-1].name == CONCLUSION_HEADLINE or texts[-1].text is None):
        last = [texts[-1]]
    return [*_first_texts(texts[: len(texts) - len(last)]), *((CONCLUSION, group.block) for group in last)]


def _first_texts(texts: list[_Group]) -> Told:
    """Microscopy and culture without findings: two in this order, one by its headline or its text."""
    if len(texts) == 1:
        headline = texts[0].name.casefold()
        if "dyrkning" in headline and "mikroskopi" not in headline:
            return [(NEGATIVE, texts[0].block)]
        certain = "mikroskopi" in headline or (texts[0].text or "").startswith("+")
        guess: Told = [] if certain else [(GUESSED, texts[0].block)]
        return [(MICROSCOPY, texts[0].block), *guess]
    kinds = (MICROSCOPY, NEGATIVE)
    return [(kinds[place] if place < 2 else UNPLACED, group.block) for place, group in enumerate(texts)]


def _last_texts(texts: list[_Group], has_table: bool) -> Told:
    """The legend of the table, by its headline or as the first; then the conclusion."""
    told: Told = []
    rest = list(texts)
    if has_table and rest:
        named = [group for group in rest if group.name == INTERPRETATION_HEADLINE]
        legend = (named or rest)[0]
        rest.remove(legend)
        told.append((INTERPRETATION, legend.block))
        told += [] if named else [("warning:headline-not-kept", legend.block)]
    for place, group in enumerate(rest):
        told.append((UNPLACED if place else CONCLUSION, group.block))
    return told


def _table(isolates: list[_Group], columns: list[_Group], cells: list[_Group]) -> Told:
    """Antibiotics are the rows of all columns together; an empty cell makes a row and no entry."""
    numbers = _numbered(group.name for group in isolates)
    at_column = {group.number: place for place, group in enumerate(columns)}
    isolate_of = [numbers.get(key) for key in _occurrences(group.name for group in columns)]
    rows: dict[tuple[str, int], int] = {}
    told: Told = [
        (CELL_UNPLACED, group.block) for group, known in zip(columns, isolate_of, strict=True) if known is None
    ]
    entries: Told = []
    in_column: dict[int, list[_Group]] = {}
    for group in cells:
        place = at_column.get(group.link)
        if place is None:
            told.append((CELL_UNPLACED, group.block))
        else:
            in_column.setdefault(place, []).append(group)
    for place in sorted(in_column):
        column = in_column[place]
        for group, key in zip(column, _occurrences(group.name for group in column), strict=True):
            if key not in rows:
                rows[key] = len(rows) + 1
                told.append((ANTIBIOTIC, [(group.at, [["INV"], ["CO"], ["", "", "", group.name]])]))
            if group.sensitivity and isolate_of[place] is not None:
                said = [str(isolate_of[place]), str(rows[key]), group.sensitivity]
                entries.append((ENTRY, [(group.at, [["RSL"], ["AV"], said])]))
    return [*told, *entries, *_more(columns), *_more(cells)]


def _more(groups: list[_Group]) -> Told:
    """Segments that a column or cell holds besides those of the table: told, not carried."""
    return [
        ("warning:segment-not-known", [(at, segment)])
        for group in groups
        for at, segment in group.block
        if segment[0][0] not in TABLE_PARTS
    ]


def _occurrences(names: Iterable[str]) -> list[tuple[str, int]]:
    """Each name with the number of its occurrence, so that equal names are matched in order."""
    seen: dict[str, int] = {}
    found: list[tuple[str, int]] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append((name, seen[name]))
    return found


def _numbered(names: Iterable[str]) -> dict[tuple[str, int], int]:
    return {key: number for number, key in enumerate(_occurrences(names), 1)}


# --- writing -------------------------------------------------------------------------------------------------------

_NAMED = {ISOLATE: "INV+MQ+:::", ANTIBIOTIC: "INV+CO+:::"}


def together(groups: list[tuple[str, list[str]]]) -> list[str]:
    """The groups in their order, numbered by SEQ, with the table where its start was declared."""
    names = {
        kind: [segments[1].removeprefix(start) for key, segments in groups if key == kind]
        for kind, start in _NAMED.items()
    }
    cells = _cells(segments[0].removeprefix("RSL+AV+") for key, segments in groups if key == ENTRY)
    writing = _Numbered()
    for key, segments in groups:
        if key in {ANTIBIOTIC, ENTRY}:
            continue
        writing.add(segments)
        if key == TABLE:
            _write_table(writing, segments, names[ISOLATE], names[ANTIBIOTIC], cells)
    return writing.segments


class _Numbered:
    """Groups being written, each with its number after INV."""

    def __init__(self) -> None:
        self.segments: list[str] = []
        self.number = 0

    def add(self, segments: list[str]) -> int:
        self.number += 1
        self.segments += [*segments[:2], f"SEQ++{self.number}", *segments[2:]]
        return self.number


def _cells(entries: Iterable[str]) -> dict[tuple[int, int], str]:
    """The first entry of each cell; the others are told as losses where they are declared."""
    found: dict[tuple[int, int], str] = {}
    for entry in entries:
        isolate, antibiotic, sensitivity = entry.split(":", 2)
        found.setdefault((int(isolate), int(antibiotic)), sensitivity)
    return found


def _write_table(
    writing: _Numbered, start: list[str], isolates: list[str], antibiotics: list[str], cells: dict[tuple[int, int], str]
) -> None:
    table = writing.number
    headline = start[1].removeprefix("INV+OE+")
    rows = range(1, len(antibiotics) + 1)
    order = _column_order(isolates, len(antibiotics), cells)
    for place, isolate in enumerate(order):
        column = writing.add(["GIS+N", f"INV+MQ+:::{isolates[isolate - 1]}", f"RFF+ARL:{table}"])
        said = {row for row in rows if (isolate, row) in cells}
        # Readers take the rows from the first column, and know equal names by their order alone.
        said |= set(rows) if place == 0 else {row for row in rows for later in said if _same(antibiotics, row, later)}
        for row in sorted(said):
            sensitivity = cells.get((isolate, row))
            value = "RSL+AV" if sensitivity is None else f"RSL+AV+::{sensitivity}"
            writing.add(["GIS+N", f"INV+CO+:::{antibiotics[row - 1]}", value, f"RFF+ARL:{column}"])
    writing.add(["GIS+N", f"INV+MM+{headline}", "RSL+SS+SKEMASLUT", f"RFF+ARL:{table}"])


def _same(antibiotics: list[str], row: int, later: int) -> bool:
    return row < later and antibiotics[row - 1] == antibiotics[later - 1]


def _column_order(isolates: list[str], rows: int, cells: dict[tuple[int, int], str]) -> list[int]:
    """The isolates, a complete one first if there is any: its column then names every antibiotic."""
    numbers = list(range(1, len(isolates) + 1))
    if len(set(isolates)) < len(isolates):
        return numbers
    complete = [number for number in numbers if all((number, row) in cells for row in range(1, rows + 1))]
    return sorted(numbers, key=lambda number: number != complete[0]) if complete else numbers


ARRANGEMENT = Arrangement(apart, together)
