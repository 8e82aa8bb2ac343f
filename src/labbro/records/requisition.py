"""A requisition: what was asked for, of which samples, under which numbers. Pure data, frozen, as in model.py."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from labbro.records.model import Code, Party, Person, Prompt, Reference, Relative

RequisitionKind = Literal["laboratory", "microbiology", "pathology"]  # since 2009 laboratory may be microbiology too
Priority = Literal["immediate", "hastened", "routine", "telephone"]
SamplingPlace = Literal["requester", "laboratory", "outside-laboratory", "patient"]
SamplingTimeKind = Literal["actual", "wanted"]
PayerKind = Literal["insurance-1", "insurance-2", "requester", "other"]
Pretreatment = Literal["fixed", "frozen-section", "not-fixed"]


class Number(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A number of a requisition, a sample or a tube; `national`: the sender says that it is an NPN."""

    value: str
    national: bool = False


class RequestedAnalysis(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One analysis asked for. `ordinal` counts from 1 in the letter; `lines` describe the analysis in words.

    `material` and `location` are where the sample is from; microbiology may add `supplementary_*` in words.
    """

    ordinal: int
    analysis: Code
    priority: Priority | None = None
    lines: tuple[str, ...] = ()
    material: str | None = None
    material_type: str | None = None
    location: str | None = None
    supplementary_location: str | None = None
    supplementary_analysis: str | None = None
    tube: Number | None = None
    answer_by: dt.datetime | None = None


class RequestedSample(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One sample sent, or to be taken. `original` is its number at an earlier requester, where it was passed on."""

    number: Number | None = None
    original: Number | None = None
    material: str | None = None
    pretreatments: tuple[Pretreatment, ...] = ()
    treatment: str | None = None
    references: tuple[Reference, ...] = ()


class Payer(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Who pays. `identifier_kind`: MedCom's IdentifierCode."""

    kind: PayerKind
    identifier: str | None = None
    identifier_kind: str | None = None
    organisation: str | None = None
    order: str | None = None
    account: str | None = None


class Requisition(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One request to a laboratory. Times are local Danish time without zone, as in the letters.

    `number` is the requester's, of the whole requisition, where the type has one beside those of samples (REQ03,
    XREQ04).
    `reply_to_sender`, `reply_to_original`: where the answer goes; None where the version cannot say it.
    `copy_text`: receivers of copies, in words. `indication`: why, as a code of pathology. `samples` may be empty.
    """

    kind: RequisitionKind
    standard: str
    version: str
    letter_identifier: str
    authorised_at: dt.datetime
    requested_at: dt.datetime
    sender: Party
    receiver: Party
    patient: Person
    samples: tuple[RequestedSample, ...]
    analyses: tuple[RequestedAnalysis, ...]
    number: Number | None = None
    sampling_place: SamplingPlace | None = None
    sampling_location: str | None = None
    sampling_time_kind: SamplingTimeKind | None = None
    sampled_at: dt.datetime | None = None
    tubes: int | None = None
    original_requester: Party | None = None
    reply_to_sender: bool | None = None
    reply_to_original: bool | None = None
    copy_receiver: Party | None = None
    copy_text: str | None = None
    collector: Party | None = None
    payer: Payer | None = None
    relative: Relative | None = None
    consent_given: bool | None = None
    clinical_information: str | None = None
    indication: Code | None = None
    comments: str | None = None
    prompts: tuple[Prompt, ...] = ()
