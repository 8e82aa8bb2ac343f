"""Rows by comparable method: what the registry is asked of each result, and where each result stands. Pure.

A row is a group of the registry, a method that stands alone, or what one producer sends under one code and unit.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from uuid import UUID

import msgspec

from labbro.codes.groups import rank_of
from labbro.codes.units import normal_unit, shown_unit
from labbro.comparability.decision import Observed, Placement, Placer, Stated, method_name
from labbro.comparability.model import CodeRef, Conversion
from labbro.comparability.rows import ComparableRow, address_of, arrange
from labbro.databank.history import StoredResult
from labbro.portal.i18n.comparability import ComparingWords
from labbro.portal.rows import RowKey, row_keys
from labbro.portal.values import has_arrived, number
from labbro.records.model import Result

_CLINIC = "PNT"
ResultId = tuple[UUID, int]


class Step(msgspec.Struct, frozen=True):
    """A place in a row where the method changes; `caution`: the reader should see it among the values."""

    caution: bool
    text: str


class Place(msgspec.Struct, frozen=True, eq=False):
    """A row, as the views need it. `code`, `system` and `responsible` give its heading and its place under it.

    `label` is the row's name where it has one of its own, `method` what tells it from others of the same code, `codes`
    what it holds. `mark` stands beside a row that is not assessed or stands alone; `notes` explain merges, splits and
    conversions. `steps` by the first result of the new method; `conversions` by the unit (normal form) they begin at.
    """

    code: str
    system: str
    responsible: str
    address: str
    label: str = ""
    method: str = ""
    codes: str = ""
    unit: str = ""
    mark: str = ""
    heads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    steps: dict[ResultId, Step] = {}
    conversions: dict[str, Conversion] = {}

    def step_at(self, stored: StoredResult) -> Step | None:
        """The change of method that begins with this result."""
        return self.steps.get((stored.letter_key, stored.result.ordinal)) if self.steps else None

    def conversion_of(self, result: Result) -> Conversion | None:
        """The equation by which a result is shown in the row's unit, where it has another."""
        return self.conversions.get(normal_unit(result.unit) or "") if self.conversions else None


def places_of(rows: Sequence[StoredResult], placer: Placer | None, words: ComparingWords) -> list[Place]:
    """The row of each result, in order, the very same object for one row; by code where there is no placer."""
    return by_code(rows) if placer is None else by_comparability(rows, placer, words)


def by_code(rows: Sequence[StoredResult]) -> list[Place]:
    """Rows as codes and units say."""
    made: dict[int, Place] = {}
    places: list[Place] = []
    for key in row_keys(rows):
        place = made.get(id(key))  # the same row has the same object; its hash would cost more
        if place is None:
            place = made[id(key)] = _of_code(key)
        places.append(place)
    return places


def _of_code(key: RowKey) -> Place:
    return Place(key.code, key.system, key.responsible, key.address)


def by_comparability(rows: Sequence[StoredResult], placer: Placer, words: ComparingWords) -> list[Place]:
    """Rows as the registry says. Notes and steps tell of results in force; what they replaced goes where it belongs."""
    told = observed(rows)
    current = [at for at in range(len(rows) - 1, -1, -1) if rows[at].current]  # oldest first
    arranged = arrange([told[at] for at in current], placer)
    made: dict[str, Place] = {}
    places: list[Place | None] = [None] * len(rows)
    for row in arranged.rows:
        members = [current[at] for at in row.members]
        first = arranged.placements[row.members[0]]
        changed = [(rows[current[change.before]], change) for change in row.changes]
        steps = {(at.letter_key, at.result.ordinal): Step(one.caution, words.of(one)) for at, one in changed}
        conversions = {
            placement.conversion.from_unit: placement.conversion
            for placement in (arranged.placements[at] for at in row.members)
            if placement.conversion is not None
        }
        place = made[row.address] = _place(row, first, told[members[0]], words, placer, steps, conversions)
        for at in members:
            places[at] = place
    return [
        place if place is not None else _of_replaced(told[at], placer, made, words) for at, place in enumerate(places)
    ]


def _of_replaced(told: Observed, placer: Placer, made: dict[str, Place], words: ComparingWords) -> Place:
    """The row of a result that is no longer in force: one that is there, else one of its own."""
    placement = placer.place(told)
    address = address_of(placement.row)
    if address not in made:
        row = arrange_one(placement, told, address)
        made[address] = _place(row, placement, told, words, placer, {}, {})
    return made[address]


def arrange_one(placement: Placement, told: Observed, address: str) -> ComparableRow:
    """A row of one result."""
    group = placement.group if placement.row[0] == "group" else None
    return ComparableRow(
        key=placement.row,
        address=address,
        label_da=group.label_da if group else None,
        label_en=group.label_en if group else None,
        unit=group.unit if group else None,
        members=(0,),
        codes=(told.code,),
        notes=(),
        changes=(),
    )


def _place(
    row: ComparableRow,
    first: Placement,
    told: Observed,
    words: ComparingWords,
    placer: Placer,
    steps: dict[ResultId, Step],
    conversions: dict[str, Conversion],
) -> Place:
    group = first.group if row.assessed else None
    # A group stands where the first listed of its codes and its anchor's does: never where a local one alone would.
    anchor = placer.registry.procedures.get(group.anchor_procedure_id) if group else None
    codes = row.codes if anchor is None else (*row.codes, anchor.codes[0])
    code = min(codes, key=lambda one: rank_of(one.value, one.system, one.responsible))
    mark = words.short_of(first)
    heads = [words.heads[note.kind] for note in row.notes if note.kind != "unassessed"]
    if any(step.caution for step in steps.values()):
        heads.append(words.heads["caution"])
    split = any(note.kind == "split" for note in row.notes)
    method = "" if group else method_name(first.procedure) if first.procedure else (told.producer or "") * split
    changes = [step.text for step in steps.values()]
    return Place(
        code=code.value,
        system=code.system,
        responsible=code.responsible,
        address=row.address,
        label=words.label_of(group) if group else "",
        method=method,
        codes=", ".join(sorted({one.value for one in row.codes})),
        unit=shown_unit(row.unit) if row.unit else "",
        mark=mark,
        heads=tuple(dict.fromkeys(heads)),
        notes=tuple(dict.fromkeys([*(words.of(note) for note in row.notes), *changes])),
        steps=steps,
        conversions=conversions,
    )


def observed(rows: Sequence[StoredResult]) -> list[Observed]:
    """What the registry is asked of each result, in order.

    A result without a unit (a text, one not yet arrived) goes with the unit most used for its analysis there.
    """
    known: dict[tuple[str, str, str, str, bool], _Kind] = {}
    kinds: list[_Kind] = []
    written: list[str | None] = []
    for stored in rows:
        code, producer, local = stored.result.analysis, producer_of(stored), stored.origin == "local"
        named = (code.value, code.system, code.responsible, producer, local)
        kind = known.get(named)
        if kind is None:
            kind = known[named] = _Kind(CodeRef(code.system, code.value, code.responsible), producer, local)
        kinds.append(kind)
        unit = normal_unit(stored.result.unit)
        written.append(unit)
        if unit is not None:
            kind.units[unit] = kind.units.get(unit, 0) + 1
    usual = {id(kind): max(kind.units, key=kind.units.__getitem__, default=None) for kind in known.values()}
    return [
        Observed(
            code=kind.code,
            producer=kind.producer,
            unit=unit or usual[id(kind)],
            sampled_on=_day(stored),
            value=measured(stored.result),
            point_of_care=kind.local,
            stated=_stated(stored.result),
        )
        for stored, kind, unit in zip(rows, kinds, written, strict=True)
    ]


class _Kind:
    """Results of one analysis by one producer, and how often which unit is written on them."""

    __slots__ = ("code", "local", "producer", "units")

    def __init__(self, code: CodeRef, producer: str, local: bool) -> None:
        self.code, self.producer, self.local = code, producer, local
        self.units: dict[str, int] = {}


def producer_of(stored: StoredResult) -> str:
    """Who measured: the producer's abbreviation (OUH), for clinics and patients (PNT) their name; else the sender."""
    producer = stored.result.producer
    if producer is None:
        sender = stored.report.sender
        return sender.laboratory_code or sender.identifier
    return producer.code if producer.code and producer.code != _CLINIC else producer.name


def _day(stored: StoredResult) -> dt.date:
    return (stored.sample.sampled_at or stored.report.results_at).date()


def measured(result: Result) -> float | None:
    """The number of a result; None for anything else."""
    return number(result.value) if result.kind == "numeric" and has_arrived(result) else None


def _stated(result: Result) -> Stated | None:
    method = result.method
    if method is None:
        return None
    return Stated(principle=method.principle, device=method.device, kit=method.kit, calibrator=method.calibrator)


def converted(value: float, conversion: Conversion) -> float:
    """A number in the unit that the equation leads to."""
    return conversion.factor * value + conversion.offset


def converted_text(result: Result, conversion: Conversion) -> str | None:
    """A result in the row's unit, with as many figures as it was sent with; None where it holds no number."""
    value = measured(result)
    if value is None or result.value is None or conversion.factor <= 0:
        return None
    told = converted(value, conversion)
    figures = max(2, len(result.value.strip().lstrip("+-0.,").replace(".", "").replace(",", "")))
    decimals = 0 if told == 0 else max(0, figures - 1 - math.floor(math.log10(abs(told))))
    text = f"{told:.{decimals}f}"
    shown = text.replace(".", ",") if "," in result.value else text
    return f"{result.operator} {shown}" if result.operator in ("<", ">") else shown
