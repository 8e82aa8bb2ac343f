"""What microbiology found: measurements, cultures with isolates and susceptibility, microscopy. Frozen, as model.py."""

from __future__ import annotations

from typing import Literal

import msgspec

from labbro.records.parts import CodedText, Flag, Operator, Reference, ReferenceInterval, is_held_back

PropertyKind = Literal["property", "analysis", "stem", "variant", "assay"]


class PropertyResult(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What was found of a property: a word, and perhaps a number or a long text (a sequence)."""

    said: CodedText
    operator: Operator | None = None
    value: str | None = None
    unit: str | None = None
    long_text: str | None = None


class Property(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A property of a finding or an isolate (MiBa), with the analyses, variants and assays it stands on, as a tree."""

    kind: PropertyKind
    name: CodedText
    result: PropertyResult | None = None
    parts: tuple[Property, ...] = ()
    protected: str | None = None

    @property
    def held_back(self) -> bool:
        """Whether this and all below it may not be shown without a ground."""
        return is_held_back(self.protected)


class Measurement(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One analysis of an examination: what it says (`interpretation`), and what was measured."""

    analysis: CodedText
    interpretation: CodedText | None = None
    operator: Operator | None = None
    value: str | None = None
    unit: str | None = None
    interval: ReferenceInterval | None = None
    flag: Flag | None = None
    references: tuple[Reference, ...] = ()
    comments: tuple[CodedText, ...] = ()
    properties: tuple[Property, ...] = ()
    protected: str | None = None

    @property
    def held_back(self) -> bool:
        """Whether all but the name of the analysis and its properties may not be shown without a ground."""
        return is_held_back(self.protected)


class Antibiotic(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A row of a susceptibility table. `row` is its number in the letter."""

    row: int
    name: CodedText
    method: CodedText | None = None


class Susceptibility(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One antibiotic against one isolate: `S`, `I`, `R` or the laboratory's own word; a value is a MIC or a zone.

    `isolate` and `row` are the numbers the letter gives: Isolate.number and Antibiotic.row.
    """

    isolate: int
    row: int
    antibiotic: CodedText
    category: str
    operator: Operator | None = None
    value: str | None = None
    unit: str | None = None
    interval: ReferenceInterval | None = None
    references: tuple[Reference, ...] = ()
    comments: tuple[CodedText, ...] = ()


class Isolate(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A micro-organism that was found, how much of it, and what it yields to.

    `number` is its column in the table; `isolate_number` the laboratory's own number of the isolate (MiBa).
    """

    number: int
    organism: CodedText
    amount: CodedText | None = None
    isolate_number: str | None = None
    comments: tuple[CodedText, ...] = ()
    properties: tuple[Property, ...] = ()
    susceptibilities: tuple[Susceptibility, ...] = ()


class SusceptibilityTable(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The rows of a table (its cells are with the isolates, its columns), and what its words mean.

    `unplaced` are cells that point at a row or column the letter does not have.
    """

    headline: str
    antibiotics: tuple[Antibiotic, ...]
    interpretation: str | None = None
    unplaced: tuple[Susceptibility, ...] = ()


class Culture(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A culture: its isolates and their table; without findings only a `text`."""

    headline: str
    text: str | None = None
    isolates: tuple[Isolate, ...] = ()
    table: SusceptibilityTable | None = None
    comments: tuple[CodedText, ...] = ()


class MicroscopyDetail(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One thing seen and how much of it. `kind` is MedCom's word: celler, flora, ...; without detail both are None."""

    kind: str
    name: CodedText | None = None
    value: CodedText | None = None


class MicroscopyGroup(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Things seen under one heading."""

    headline: CodedText
    details: tuple[MicroscopyDetail, ...] = ()


class Microscopy(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What was seen in the microscope."""

    headline: str
    text: str | None = None
    groups: tuple[MicroscopyGroup, ...] = ()


class Microbiology(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What microbiology found: measured, cultured, seen. RPT02 says it of the letter, XRPT05 and XRPT06 of a result."""

    interpretation: CodedText | None = None
    measurements: tuple[Measurement, ...] = ()
    microscopy: Microscopy | None = None
    cultures: tuple[Culture, ...] = ()
    comments: tuple[CodedText, ...] = ()
