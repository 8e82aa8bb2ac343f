"""The clinical record: what a clinician means, whichever letter it came in. Pure data, frozen.

A letter becomes one Report with its samples and results. Biochemistry fills `Report.results`; microbiology adds
findings, isolates and susceptibility; pathology and genetics add sections of coded and textual parts.

The structs hold no cycles, so the garbage collector need not visit them (`gc=False`: a history is thousands of them);
written as JSON they leave out what is absent.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

IdentifierKind = Literal["cpr", "alternative", "unknown"]
ReportKind = Literal["biochemistry", "foot-status", "microbiology", "cytology", "histopathology", "genetics"]
ReportStatus = Literal["received", "partial", "complete"]
ResultStatus = Literal["received", "preliminary", "final", "corrected"]
ResultKind = Literal["numeric", "text"]
Operator = Literal["<", ">", "="]
Flag = Literal["high", "low", "abnormal", "malignant", "premalignant"]
IntervalKind = Literal["physiological", "therapeutic", "unspecified"]
Origin = Literal["hospital", "local"]


class Person(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The patient as the letter names them. `identifier` is a CPR, or ten free characters, or empty when unknown."""

    identifier: str
    identifier_kind: IdentifierKind
    surname: str
    given_name: str | None = None


class Party(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A sender, receiver or copy receiver. `identifier_kind` is MedCom's IdentifierCode, or `local:xyz`."""

    identifier: str
    identifier_kind: str
    ean: str | None = None
    organisation: str | None = None
    department: str | None = None
    unit: str | None = None
    speciality: str | None = None
    laboratory_code: str | None = None


class Code(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A code with its system as the letters say it: `iupac` (NPU, DNK), `lokal`, `mds`, `PA1`; and who keeps it."""

    value: str
    system: str
    responsible: str
    short_name: str | None = None
    complete_name: str | None = None


class RequisitionGroup(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The laboratory's own group for an analysis and the analysis' order in it (XML letters only)."""

    identifier: str
    responsible: str
    name: str
    order: int | None = None


class ReferenceInterval(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Limits as sent (strings: the decimal mark is not fixed), or a text in their place."""

    kind: IntervalKind | None = None
    lower: str | None = None
    upper: str | None = None
    text: str | None = None


class Producer(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The laboratory, practice or person that made the result (`code`: MedCom's abbreviation, such as OUH or PNT)."""

    name: str
    code: str | None = None


class Reference(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Something the result points at: a URL, a supplement to come, or a binary object sent in another letter."""

    description: str
    url: str | None = None
    object_identifier: str | None = None
    object_kind: str | None = None
    object_extension: str | None = None
    object_size_bytes: int | None = None


class Susceptibility(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One antibiotic against one isolate: `S`, `I`, `R` or the laboratory's own word."""

    antibiotic: Code
    category: str
    value: str | None = None
    unit: str | None = None


class Isolate(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A micro-organism that was found, how much of it, and what it yields to."""

    number: int
    organism: str
    code: Code | None = None
    amount: str | None = None
    susceptibilities: tuple[Susceptibility, ...] = ()


class Section(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A part of a textual report (microscopy, conclusion, ...): a heading, a text and the codes it stands on."""

    kind: str
    heading: str | None = None
    text: str | None = None
    codes: tuple[Code, ...] = ()


class Result(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One result of one analysis. `value` is as sent; it is None while nothing has been measured (`received`).

    `ordinal` counts from 1 in the letter; `sample` is the index of its sample in Report.samples.
    `text_values` are results told as text, `comments` the laboratory's remarks; lines end in a line feed.
    """

    ordinal: int
    analysis: Code
    status: ResultStatus
    kind: ResultKind
    value: str | None
    operator: Operator | None = None
    unit: str | None = None
    flag: Flag | None = None
    interval: ReferenceInterval | None = None
    producer: Producer | None = None
    group: RequisitionGroup | None = None
    text_values: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    to_laboratory: str | None = None
    isolates: tuple[Isolate, ...] = ()
    sections: tuple[Section, ...] = ()
    sample: int = 0


class Sample(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A sample: the laboratory's number, the requester's (in Denmark mostly the NPN), and when it was taken.

    Times are local Danish time without zone, as in the letters.
    """

    laboratory_number: str
    requester_number: str | None = None
    sampled_at: dt.datetime | None = None
    interval_start: dt.datetime | None = None
    interval_end: dt.datetime | None = None
    received_at: dt.datetime | None = None
    volume: str | None = None
    volume_unit: str | None = None
    material: str | None = None
    location: str | None = None


class Report(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One laboratory report. `production_number` with sender and sample numbers links corrections (edifact: RFF+SRI).

    `consent_given` has three states: None means that the letter does not say. `origin` is `local` when a practice,
    clinic or patient made the result, else `hospital`.
    """

    kind: ReportKind
    standard: str
    version: str
    letter_identifier: str
    authorised_at: dt.datetime
    results_at: dt.datetime
    production_number: str
    sender: Party
    receiver: Party
    patient: Person
    samples: tuple[Sample, ...]
    results: tuple[Result, ...]
    status: ReportStatus | None = None
    copy_receiver: Party | None = None
    physician: str | None = None
    consent_given: bool | None = None
    comments: str | None = None
    sections: tuple[Section, ...] = ()
    origin: Origin = "hospital"
