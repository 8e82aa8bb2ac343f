"""A letter as planned: what a laboratory has to say, before it is put into the form of any letter."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from labbro.synthetic.country import Party, Syntax, Version
from labbro.synthetic.people import Person

ResultStatus = Literal["proeve_modtaget", "svar_midlertidigt", "svar_endeligt", "svar_rettet"]
ReportStatus = Literal["modtaget", "del_svar", "komplet_svar"]
Flag = Literal["for_hoej", "for_lav", "unormal"]
Operator = Literal["mindre_end", "stoerre_end"]


class Named(msgspec.Struct, frozen=True):
    """An analysis as the letter names it; `group` is (identifier, name, order) of the laboratory's own grouping."""

    code: str
    system: str
    responsible: str
    short_name: str
    complete_name: str
    group: tuple[str, str, int] | None = None


class Interval(msgspec.Struct, frozen=True):
    """A reference interval as sent; empty parts are left out."""

    kind: str = ""
    lower: str = ""
    upper: str = ""
    text: str = ""


class Maker(msgspec.Struct, frozen=True):
    """Who made a result: a name and a laboratory code, PNT for patient or clinic."""

    name: str
    code: str


class PlannedResult(msgspec.Struct, frozen=True):
    """One result as sent: strings already in the sender's way of writing."""

    analysis: Named
    maker: Maker
    value: str
    status: ResultStatus = "svar_endeligt"
    numeric: bool = True
    operator: Operator | None = None
    unit: str = ""
    flag: Flag | None = None
    interval: Interval | None = None
    texts: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    to_laboratory: str | None = None
    link: tuple[str, str] | None = None


class SampleTaken(msgspec.Struct, frozen=True):
    """The sample: numbers, time; for a collected one also interval and volume in mL. `production` links corrections."""

    laboratory_number: str
    requester_number: str | None
    production: str
    taken_at: dt.datetime
    collected_from: dt.datetime | None = None
    volume: str | None = None


class PlannedLetter(msgspec.Struct, frozen=True):
    """One letter: who to whom about whom, one sample, its results. Times are local Danish time without zone."""

    version: Version
    syntax: Syntax
    number: str
    sender: Party
    receiver: Party
    person: Person
    sample: SampleTaken
    results: tuple[PlannedResult, ...]
    results_at: dt.datetime
    authorised_at: dt.datetime
    sent_at: dt.datetime
    status: ReportStatus = "komplet_svar"
    laboratory_code: str = "PNT"
    copy: Party | None = None
    consent_given: bool | None = None
    comments: str | None = None
    receipt_wanted: bool = False
