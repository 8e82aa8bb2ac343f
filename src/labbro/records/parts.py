"""Parts that every record is made of: people, parties, codes, texts. Frozen, without cycles (see model.py)."""

from __future__ import annotations

from typing import Literal

import msgspec

IdentifierKind = Literal["cpr", "alternative", "unknown"]
Operator = Literal["<", ">", "="]
Flag = Literal["high", "low", "abnormal", "malignant", "premalignant"]
IntervalKind = Literal["physiological", "therapeutic", "unspecified"]
RelationKind = Literal["mother", "father", "child", "guardian", "unspecified"]
PromptKind = Literal["text", "number", "diagnosis", "time", "date", "yes-no"]


def is_held_back(protected: str | None) -> bool:
    """Whether a sender's number of protection, in any spelling of XML Schema, is another than 0."""
    return protected is not None and protected.strip().lstrip("+-0") != ""


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
    physician: str | None = None


class Code(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A code with its system as the letters say it: `iupac` (NPU, DNK), `lokal`, `mds`, `PA1`; and who keeps it.

    Pathology's own codes (SNOMED) have no system in XML: `SNO`, kept by `SST`, as EDIFACT says. `qualifier`: MiBa only.
    """

    value: str
    system: str
    responsible: str
    short_name: str | None = None
    complete_name: str | None = None
    qualifier: str | None = None


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


class Method(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How a result was measured, as the message itself states it. European documents may; Danish letters never do."""

    principle: str | None = None
    device: str | None = None
    kit: str | None = None
    calibrator: str | None = None


class Reference(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Something the result points at: a URL, a supplement to come, or a binary object sent in another letter."""

    description: str
    url: str | None = None
    object_identifier: str | None = None
    object_kind: str | None = None
    object_extension: str | None = None
    object_size_bytes: int | None = None


class CodedText(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A text that may have a code. `protected` is the sender's number as sent; MedCom has not said what it means."""

    text: str
    code: Code | None = None
    protected: str | None = None

    @property
    def held_back(self) -> bool:
        """Whether this may not be shown without a ground."""
        return is_held_back(self.protected)


class Examiner(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Who examined: a name, or initials only."""

    name: str | None = None
    title: str | None = None
    initials: str | None = None


class Relative(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A relative that the letter names beside the patient; `identifier` as sent, mostly a CPR."""

    relation: RelationKind
    surname: str
    given_name: str | None = None
    identifier: str | None = None


class Prompt(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A question of the laboratory and its answer as sent; `yes-no` is `true` or `false`, a time `ccyy-mm-ddThh:mm`.

    `analysis_code` and `sample_number` say what the question is about, where it is not the whole request.
    """

    question: str
    kind: PromptKind
    answer: str
    code: Code | None = None
    unit: str | None = None
    analysis_code: str | None = None
    sample_number: str | None = None
