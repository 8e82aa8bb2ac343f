"""The clinical record: what a clinician means, whichever letter it came in. Pure data, frozen.

A letter becomes one Report with its samples and results. Biochemistry fills `Report.results`; microbiology adds
`Microbiology` to results or to the report; pathology and genetics add `Report.sections` and `Sample.diagnoses`.
Requests become a Requisition (labbro.records.requisition).

What a sender protected (`protected`, MiBa only) is kept, and says of itself that it is `held_back`.

The structs hold no cycles, so the garbage collector need not visit them (`gc=False`: a history is thousands of them);
written as JSON they leave out what is absent.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from labbro.records.microbiology import (
    Antibiotic,
    Culture,
    Isolate,
    Measurement,
    Microbiology,
    Microscopy,
    MicroscopyDetail,
    MicroscopyGroup,
    Property,
    PropertyKind,
    PropertyResult,
    Susceptibility,
    SusceptibilityTable,
)
from labbro.records.parts import (
    Code,
    CodedText,
    Examiner,
    Flag,
    IdentifierKind,
    IntervalKind,
    Method,
    Operator,
    Party,
    Person,
    Producer,
    Prompt,
    PromptKind,
    Reference,
    ReferenceInterval,
    RelationKind,
    Relative,
    is_held_back,
)

__all__ = [
    "Antibiotic",
    "Code",
    "CodedText",
    "Culture",
    "Diagnoses",
    "Diagnosis",
    "Examiner",
    "Flag",
    "IdentifierKind",
    "IntervalKind",
    "Isolate",
    "Measurement",
    "Method",
    "Microbiology",
    "Microscopy",
    "MicroscopyDetail",
    "MicroscopyGroup",
    "Operator",
    "Origin",
    "Party",
    "Person",
    "Producer",
    "Prompt",
    "PromptKind",
    "Property",
    "PropertyKind",
    "PropertyResult",
    "Reference",
    "ReferenceInterval",
    "RelationKind",
    "Relative",
    "Report",
    "ReportKind",
    "ReportStatus",
    "RequisitionGroup",
    "Result",
    "ResultKind",
    "ResultStatus",
    "Sample",
    "Section",
    "Susceptibility",
    "SusceptibilityTable",
    "is_held_back",
]

ReportKind = Literal["biochemistry", "foot-status", "microbiology", "cytology", "histopathology", "genetics"]
ReportStatus = Literal["received", "partial", "complete"]
ResultStatus = Literal["received", "preliminary", "final", "corrected"]
ResultKind = Literal["numeric", "text"]
Origin = Literal["hospital", "local"]


class RequisitionGroup(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The laboratory's own group for an analysis and the analysis' order in it (XML letters only)."""

    identifier: str
    responsible: str
    name: str
    order: int | None = None


class Diagnosis(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A code of pathology with its text (`code.complete_name`) and a comment."""

    code: Code
    comment: str | None = None


class Diagnoses(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What pathology says of one sample: where it is from, and what was found there."""

    topography: Diagnosis | None
    findings: tuple[Diagnosis, ...]
    headline: str | None = None


class Section(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A part of a textual report: a heading, a text, and what it refers to. Lines of `text` end in a line feed.

    `kind`: macroscopy, microscopy, conclusion, hematology, comments, analysis, internal-reference, genome-reference,
    method, results. `fixed_width`: the text is set in columns. `rows`: a table (hematology), its first row the labels.
    """

    kind: str
    heading: str | None = None
    text: str | None = None
    codes: tuple[Code, ...] = ()
    references: tuple[Reference, ...] = ()
    fixed_width: bool = False
    rows: tuple[tuple[str, ...], ...] = ()


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
    sections: tuple[Section, ...] = ()
    sample: int = 0
    material: str | None = None
    location: str | None = None
    supplementary_location: str | None = None
    examination_kind: str | None = None
    summary: str | None = None
    examiners: tuple[Examiner, ...] = ()
    microbiology: Microbiology | None = None
    method: Method | None = None


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
    material_type: str | None = None
    diagnoses: Diagnoses | None = None


class Report(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One laboratory report. `production_number` with sender and sample numbers links corrections (edifact: RFF+SRI).

    `consent_given` has three states: None means that the letter does not say. `origin` is `local` when a practice,
    clinic or patient made the result, else `hospital`.

    `result_status` is that of the whole letter where the type has one (RPT03-RPT07). `requisition_number` is the
    requester's, `laboratory_requisition_number` the laboratory's, where the letter has them beside those of samples.
    `replaces` are production numbers of reports whose place this one takes (European documents only).
    `comments` and `coded_comments` are on the requisition, `remarks` on the whole answer.
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
    result_status: ResultStatus | None = None
    requisition_number: str | None = None
    laboratory_requisition_number: str | None = None
    requested_at: dt.datetime | None = None
    consent_text: str | None = None
    clinical_information: str | None = None
    diagnosis_headline: str | None = None
    summary: CodedText | None = None
    coded_comments: tuple[CodedText, ...] = ()
    remarks: tuple[CodedText, ...] = ()
    references: tuple[Reference, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    examiners: tuple[Examiner, ...] = ()
    relative: Relative | None = None
    to_laboratory: str | None = None
    microbiology: Microbiology | None = None
    replaces: tuple[str, ...] = ()
