"""What the registry of comparable methods knows, as frozen structs, and one version of it as a `Registry`.

Two times rule everything (bitemporal): `valid_from` and `valid_to` say what was true when samples were taken;
`Registry.version` says what was known when a page was shown. Source: comparability.md section 6.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

Verdict = Literal["same", "comparable", "caution", "convertible", "not", "unknown"]
GroupStatus = Literal["draft", "released", "withdrawn"]
TraceabilityClass = Literal["A", "B", "C", "D", "E"]
EvidenceKind = Literal["study", "external-quality", "traceability", "statement"]
Scale = Literal["ratio", "ordinal", "nominal", "text"]
PropertyKind = Literal["substance", "mass", "arbitrary", "catalytic", "number", "fraction", "other"]

JOINS: frozenset[Verdict] = frozenset({"same", "comparable", "caution"})


class CodeRef(msgspec.Struct, frozen=True, gc=False, order=True):
    """A code as letters say it: `iupac`/`SST` for NPU and DNK, `lokal` and its keeper for others."""

    system: str
    value: str
    responsible: str


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A coefficient of variation in per cent, and who says so."""

    percent: float
    source: str


class Measurand(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured, whichever way. `unit` is the one its rows are shown in; `codes` are all that mean it.

    `within`: biological variation within a person (CVi), in that unit; None where nobody has given one.
    """

    measurand_id: str
    label_da: str
    label_en: str
    unit: str
    scale: Scale = "ratio"
    codes: tuple[CodeRef, ...] = ()
    within: Figure | None = None


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """A measurement procedure of a producer, or of anybody (`producer` None: whoever reports that code).

    It answers under `codes`; attributes are as laboratories name them. `valid_to` is the first day it no longer holds.
    """

    procedure_id: str
    measurand_id: str
    codes: tuple[CodeRef, ...]
    producer: str | None = None
    principle: str | None = None
    device: str | None = None
    kit: str | None = None
    calibrator: str | None = None
    traceability: TraceabilityClass | None = None
    specimen: str | None = None
    container: str | None = None
    site: str | None = None
    point_of_care: bool = False
    formula: str | None = None
    kind: PropertyKind | None = None
    unit: str | None = None
    valid_from: dt.date = dt.date.min
    valid_to: dt.date = dt.date.max
    source: str = ""

    def holds_on(self, day: dt.date) -> bool:
        """Whether samples of a day were measured by it."""
        return self.valid_from <= day < self.valid_to


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Procedures whose results share a row, judged against one of them, the anchor. Counts once released by two.

    `analytical`: variation of the measurement (CVa), for all of its procedures; None where nobody has given one.
    """

    group_id: str
    measurand_id: str
    anchor_procedure_id: str
    label_da: str
    label_en: str
    unit: str
    display_order: int = 0
    status: GroupStatus = "released"
    analytical: Figure | None = None


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Where an assertion holds: from `low` to `high` in the group's unit, and for which purpose."""

    low: float | None = None
    high: float | None = None
    purpose: str | None = None
    population: str | None = None

    def holds(self, value: float | None) -> bool:
        """Whether a value lies in it; a result without a number does."""
        if value is None:
            return True
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)


ANYWHERE = Scope()


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """A round of external quality control: our `value` beside the `target`, both in `unit`; or the bias in per cent.

    `name` is its date or name, `count` how many took part or how many results there were, where it is known.
    """

    name: str
    count: int | None = None
    value: float | None = None
    target: float | None = None
    unit: str | None = None
    bias_percent: float | None = None
    allowable_percent: float | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a verdict stands on. `against`: the procedure it was compared with, None for the group's anchor.

    `bias_percent` is the largest at a decision level; `low` and `high` are the range of the samples. Without it,
    external quality evidence shows the mean of its `rounds` (see `rounds`).
    """

    kind: EvidenceKind
    source: str
    against: str | None = None
    count: int | None = None
    low: float | None = None
    high: float | None = None
    slope: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    intercept: float | None = None
    intercept_low: float | None = None
    intercept_high: float | None = None
    bias_percent: float | None = None
    bias_low: float | None = None
    bias_high: float | None = None
    traceability: TraceabilityClass | None = None
    rounds: tuple[Round, ...] = ()


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """How a procedure's results compare with the anchor's of a group, where, since when, and who said so."""

    assertion_id: str
    group_id: str
    procedure_id: str
    verdict: Verdict
    scope: Scope = ANYWHERE
    evidence: tuple[Evidence, ...] = ()
    allowable_percent: float | None = None
    bias_percent: float | None = None
    note_da: str = ""
    note_en: str = ""
    decided_by: str = ""
    valid_from: dt.date = dt.date.min
    valid_to: dt.date = dt.date.max
    supersedes: str | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether it holds for samples of a day."""
        return self.valid_from <= day < self.valid_to


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """A fixed equation between two units of one measurand: to = factor * from + offset. `source` says whose it is."""

    measurand_id: str
    from_unit: str
    to_unit: str
    factor: float
    offset: float = 0.0
    equation: str = ""
    source: str = ""


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of the registry at one version, as it is stored."""

    measurands: tuple[Measurand, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    groups: tuple[Group, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    conversions: tuple[Conversion, ...] = ()
