"""A European laboratory document as a report of the record. What the record has no place for stays in the document.

Codes keep the system they came with; the two addresses of NPU are one. Source: facts fhir.md sections 1 to 4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, Literal, cast
from zoneinfo import ZoneInfo

import msgspec

from labbro.eu import addresses
from labbro.eu.bundle import Bundle, Json, parse
from labbro.letters.findings import Finding
from labbro.records.model import (
    Code,
    Flag,
    IdentifierKind,
    IntervalKind,
    Method,
    Operator,
    Party,
    Person,
    Producer,
    ReferenceInterval,
    Report,
    ReportKind,
    ReportStatus,
    RequisitionGroup,
    Result,
    ResultStatus,
    Sample,
)

STANDARD: Final = "EU-LAB"
VERSION: Final = "2.0.0"
_DENMARK = ZoneInfo("Europe/Copenhagen")
_NPU = (addresses.NPU, addresses.NPU_OF_MEDCOM)
_LOCATION = (addresses.GLN, "https://www.gs1.org/gln")
_DEEPEST_PANEL: Final = 20

_STATUSES: dict[str, ResultStatus] = {
    "registered": "received",
    "preliminary": "preliminary",
    "final": "final",
    "amended": "corrected",
    "corrected": "corrected",
    "appended": "corrected",
    "cancelled": "final",
    "entered-in-error": "corrected",
}
_REPORTS: dict[str, ReportStatus] = {"registered": "received", "partial": "partial", "preliminary": "partial"}
_FLAGS: dict[str, Flag] = {
    "H": "high", "HH": "high", "HU": "high", "L": "low", "LL": "low", "LU": "low", "A": "abnormal", "AA": "abnormal",
}  # fmt: skip
_STUDIES: dict[str, ReportKind] = {"18725-2": "microbiology"}
_ABSENT: dict[str, str] = {
    "unknown": "Resultatet kendes ikke.",
    "error": "Resultatet kunne ikke måles.",
    "not-performed": "Undersøgelsen er ikke udført.",
    "masked": "Oplysningen er beskyttet.",
    "asked-unknown": "Resultatet kendes ikke.",
}


class DocumentReading(msgspec.Struct, frozen=True):
    """What came of a document. `report` is None where there are errors."""

    report: Report | None
    bundle: Bundle | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether it may be taken in."""
        return self.report is not None


def read_document(data: bytes) -> DocumentReading:
    """Reads a document. Never raises on bad input: what is wrong is told in findings."""
    parsed = parse(data)
    if parsed.bundle is None:
        return DocumentReading(None, None, parsed.findings)
    try:
        report = _Reader(parsed.bundle).report()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, msgspec.ValidationError) as error:
        fault = Finding(
            severity="error",
            code="eu-shape",
            path="Bundle",
            message=f"The document has not the shape of its profiles ({type(error).__name__}); check it against them.",
            message_da="Dokumentet har ikke den form, profilerne kræver; kontrollér det mod dem.",
        )
        return DocumentReading(None, parsed.bundle, (*parsed.findings, fault))
    return DocumentReading(report, parsed.bundle, parsed.findings)


class _Reader:
    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._composition = bundle.composition
        self._report = bundle.report
        self._samples: list[Sample] = []
        self._sample_of: dict[int, int] = {}

    def report(self) -> Report:
        told = self._report
        identifier = self._composition.get("identifier") or _object(_first(told.get("identifier")))
        issued = _time(told.get("issued") or self._composition.get("date") or self._bundle.content.get("timestamp"))
        if issued is None:
            raise ValueError("no time")
        subject = self._bundle.resolve(told.get("subject"))
        sender = self._sender()
        self._all_samples()
        results = tuple(self._results())
        return Report(
            kind=self._kind(),
            standard=STANDARD,
            version=VERSION,
            letter_identifier=_letter_identifier(self._bundle, identifier),
            authorised_at=issued,
            results_at=_time(told.get("effectiveDateTime")) or issued,
            production_number=str(identifier.get("value", "")),
            sender=sender,
            receiver=self._recipient(),
            patient=_person(_object(subject)),
            samples=tuple(self._samples),
            results=results,
            status=_REPORTS.get(str(told.get("status")), "complete"),
            physician=sender.physician,
            comments=str(told["conclusion"]) if told.get("conclusion") else None,
        )

    def _sender(self) -> Party:
        """The organisation among authors, custodian and performers; else the first of them."""
        told = [
            *_list(self._composition.get("author")),
            *_list([self._composition.get("custodian")]),
            *_list(self._report.get("performer")),
        ]
        parties = [self._party(reference) for reference in told] or [self._party({})]
        named = next((one for one in parties if one.identifier or one.ean or one.organisation != one.physician), None)
        physician = next((one.physician for one in parties if one.physician), None)
        return msgspec.structs.replace(named or parties[0], physician=physician)

    def _kind(self) -> ReportKind:
        codes = [code for category in _list(self._report.get("category")) for _, code in _codings(category)]
        found: list[ReportKind] = [_STUDIES[code] for code in codes if code in _STUDIES]
        return found[0] if found else "biochemistry"

    def _all_samples(self) -> None:
        for reference in _list(self._report.get("specimen")):
            resource = self._bundle.resolve(reference)
            if resource is not None:
                self._sample(resource)

    def _sample(self, specimen: Json) -> int:
        known = self._sample_of.get(id(specimen))
        if known is not None:
            return known
        collection = _object(specimen.get("collection"))
        period = _object(collection.get("collectedPeriod"))
        accession = _object(specimen.get("accessionIdentifier"))
        own = _object(_first(specimen.get("identifier")))
        self._samples.append(
            Sample(
                laboratory_number=str(accession.get("value") or own.get("value") or specimen.get("id", "")),
                requester_number=str(own["value"]) if own.get("value") and accession.get("value") else None,
                sampled_at=_time(collection.get("collectedDateTime")),
                interval_start=_time(period.get("start")),
                interval_end=_time(period.get("end")),
                received_at=_time(specimen.get("receivedTime")),
                material=_text(specimen.get("type")) or None,
                location=_text(collection.get("bodySite")) or None,
            )
        )
        self._sample_of[id(specimen)] = len(self._samples) - 1
        return len(self._samples) - 1

    def _results(self) -> Iterator[Result]:
        """Every observation in the report's order, members after their panel; each once."""
        seen: set[int] = set()
        ordinal = 0
        told = list(self._observations(_list(self._report.get("result")), None, 0))
        led_to = {id(observation) for observation, _ in told} | {id(panel) for _, panel in told if panel is not None}
        # Some documents hold results that the report does not refer to; a reader would miss them.
        told += [
            (one, None)
            for one in self._bundle.by_address.values()
            if one.get("resourceType") == "Observation" and id(one) not in led_to
        ]
        for observation, panel in told:
            if id(observation) in seen:
                continue
            seen.add(id(observation))
            ordinal += 1
            yield self._result(observation, ordinal, panel)

    def _observations(
        self, references: list[Any], panel: Json | None, level: int
    ) -> Iterator[tuple[Json, Json | None]]:
        if level > _DEEPEST_PANEL:
            raise ValueError("panels too deep")
        for reference in references:
            observation = self._bundle.resolve(reference)
            if observation is None or observation.get("resourceType") != "Observation":
                continue
            members = _list(observation.get("hasMember"))
            if not members or any(name.startswith("value") for name in observation) or panel is not None:
                yield observation, panel
            yield from self._observations(members, observation, level + 1)

    def _result(self, told: Json, ordinal: int, panel: Json | None) -> Result:
        value = _value(told)
        notes = [str(note.get("text", "")) for note in _list(told.get("note")) if note.get("text")]
        absent = [_ABSENT.get(code, code) for _, code in _codings(_object(told.get("dataAbsentReason")))]
        if told.get("status") == "entered-in-error":
            value, absent = _NOTHING, ["Fejlregistreret."]
        components = [f"{_text(part.get('code'))}: {_value(part).said}" for part in _list(told.get("component"))]
        specimen = self._bundle.resolve(told.get("specimen"))
        sample = self._sample(specimen) if specimen is not None else self._sample_at(told)
        return Result(
            ordinal=ordinal,
            analysis=_code(_object(told.get("code"))),
            status=_STATUSES.get(str(told.get("status")), "final"),
            kind=value.kind,
            value=value.number or (value.words or None),
            operator=value.operator,
            unit=value.unit,
            flag=next(
                (
                    _FLAGS[code]
                    for concept in _list(told.get("interpretation"))
                    for _, code in _codings(concept)
                    if code in _FLAGS
                ),
                None,
            ),
            interval=_interval(_first(told.get("referenceRange"))),
            producer=self._producer(_first(told.get("performer"))),
            group=_panel(panel, ordinal),
            text_values=tuple(components),
            comments=(*notes, *absent),
            sample=sample,
            location=_text(told.get("bodySite")) or None,
            method=self._method(told),
        )

    def _sample_at(self, told: Json) -> int:
        """A result without specimen: a sample that says only when it was taken."""
        period = _object(told.get("effectivePeriod"))
        taken = _time(told.get("effectiveDateTime"))
        for at, sample in enumerate(self._samples):
            if not sample.laboratory_number and sample.sampled_at == taken:
                return at
        self._samples.append(
            Sample(
                laboratory_number="",
                sampled_at=taken,
                interval_start=_time(period.get("start")),
                interval_end=_time(period.get("end")),
            )
        )
        return len(self._samples) - 1

    def _party(self, reference: Json) -> Party:
        """An organisation, or the one that a practitioner speaks for."""
        resource = self._bundle.resolve(reference)
        physician = None
        if resource is not None and resource.get("resourceType") == "PractitionerRole":
            physician = _human(_object(self._bundle.resolve(resource.get("practitioner"))))
            resource = _object(self._bundle.resolve(resource.get("organization")))
        elif resource is not None and resource.get("resourceType") == "Practitioner":
            physician, resource = _human(resource), None
        identifiers = _list(_object(resource).get("identifier")) or _list([reference.get("identifier")])
        ean = next((str(one.get("value")) for one in identifiers if one.get("system") in _LOCATION), None)
        own = next((one for one in identifiers if one.get("system") not in _LOCATION), None)
        kind, value = _organisation_identifier(own, ean)
        name = _object(resource).get("name") or reference.get("display") or physician or "Ukendt afsender"
        return Party(identifier=value, identifier_kind=kind, ean=ean, organisation=str(name), physician=physician)

    def _recipient(self) -> Party:
        for extension in _list(self._composition.get("extension")):
            if extension.get("url") == addresses.RECIPIENT and extension.get("valueReference"):
                return self._party(extension["valueReference"])
        return Party("", "lokal", organisation="Ikke oplyst")

    def _producer(self, reference: Json | None) -> Producer | None:
        if not reference:
            return None
        party = self._party(reference)
        own = _object(reference.get("identifier"))
        code = str(own["value"]) if own.get("system") == addresses.PRODUCER and own.get("value") else None
        return Producer(party.organisation or "Ukendt", code)

    def _method(self, told: Json) -> Method | None:
        device = self._bundle.resolve(told.get("device"))
        kit = material = None
        for extension in _list(told.get("extension")):
            if extension.get("url") == addresses.TEST_KIT:
                kit = self._bundle.resolve(extension.get("valueReference")) or kit
            elif extension.get("url") == addresses.REFERENCE_MATERIAL:
                material = extension.get("valueCodeableConcept") or material
        found = Method(
            principle=_text(told.get("method")) or None,
            device=_device_name(device),
            kit=_device_name(kit),
            calibrator=_text(material) or None,
        )
        return None if found == Method() else found


class _Value(msgspec.Struct, frozen=True):
    """What an observation or component says: a number, or words."""

    kind: Literal["numeric", "text"] = "text"
    number: str | None = None
    words: str = ""
    operator: Operator | None = None
    unit: str | None = None

    @property
    def said(self) -> str:
        """All of it in one line."""
        sign = f"{self.operator} " if self.operator in ("<", ">") else ""
        return f"{sign}{self.number} {self.unit or ''}".strip() if self.number else self.words


_NOTHING = _Value()


def _value(told: Json) -> _Value:
    quantity = told.get("valueQuantity")
    if quantity and quantity.get("value") is not None:
        return _quantity(quantity)
    for name, read in _WORDED.items():
        if told.get(name) is not None:
            return _Value(words=read(told[name]))
    return _NOTHING


def _quantity(told: Json) -> _Value:
    comparator = str(told.get("comparator", ""))
    unit = told.get("unit") or told.get("code")
    unit = None if unit in (None, "1") else str(unit)
    number = _digits(told["value"])
    if comparator in ("<=", ">=", "ad"):
        return _Value(words=f"{comparator} {number} {unit or ''}".strip())
    operator: Operator | None = "<" if comparator == "<" else ">" if comparator == ">" else None
    return _Value("numeric", number, "", operator, unit)


def _digits(told: object) -> str:
    """A number with the digits it was sent with."""
    return f"{told:f}" if isinstance(told, Decimal) else str(told)


def _plain_quantity(told: Json) -> str:
    return _quantity(told).said if told.get("value") is not None else ""


def _ratio(told: Json) -> str:
    return f"{_plain_quantity(told.get('numerator') or {})} / {_plain_quantity(told.get('denominator') or {})}"


def _range(told: Json) -> str:
    return f"{_plain_quantity(told.get('low') or {})} - {_plain_quantity(told.get('high') or {})}"


def _span(told: Json) -> str:
    return f"{told.get('start', '')} - {told.get('end', '')}"


_WORDED: dict[str, Callable[[Any], str]] = {
    "valueCodeableConcept": lambda concept: _text(concept),  # noqa: PLW0108 - it is defined below
    "valueString": str,
    "valueRatio": _ratio,
    "valueRange": _range,
    "valuePeriod": _span,
    "valueTime": str,
    "valueDateTime": str,
}


def _code(told: Json) -> Code:
    """The code of an analysis: the national one where there is one, else the first; else its words."""
    codings = _codings(told)
    words = _text(told) or "Uden navn"
    best = sorted(codings, key=lambda one: (one[0] not in _NPU, one[0] != addresses.MCS))
    if not best:
        return Code(words[:17], "tekst", "EU", short_name=words)
    system, value = best[0]
    if system in _NPU:
        return Code(value, "iupac", "SST", short_name=words)
    if system == addresses.MCS:
        return Code(value, "lokal", "MCS", short_name=words)
    named = {addresses.LOINC: "LOINC", addresses.SNOMED: "SNOMED"}.get(system)
    return Code(value, "lokal" if named is None else named.lower(), named or _keeper(system), short_name=words)


def _keeper(system: str) -> str:
    """Who keeps a local code system, by the end of its address."""
    return (system.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1] or "EU").upper()[:17]


def _interval(told: Json | None) -> ReferenceInterval | None:
    if not told:
        return None
    kinds = {"normal": "physiological", "therapeutic": "therapeutic"}
    kind = next((kinds[code] for _, code in _codings(_object(told.get("type"))) if code in kinds), None)
    found = ReferenceInterval(
        kind=cast("IntervalKind | None", kind),
        lower=_limit(told.get("low")),
        upper=_limit(told.get("high")),
        text=str(told["text"]) if told.get("text") else None,
    )
    return None if found == ReferenceInterval() else found


def _limit(told: Json | None) -> str | None:
    return _digits(told["value"]) if told and told.get("value") is not None else None


def _panel(panel: Json | None, ordinal: int) -> RequisitionGroup | None:
    if panel is None:
        return None
    code = _code(_object(panel.get("code")))
    return RequisitionGroup(code.value[:17], code.responsible, code.short_name or code.value, ordinal)


def _person(told: Json) -> Person:
    name = _object(_first(told.get("name")))
    family = str(name.get("family") or name.get("text") or "Ukendt")
    given = " ".join(_strings(name.get("given"))) or None
    identifiers = _list(told.get("identifier"))
    civil = next((str(one["value"]) for one in identifiers if one.get("system") == addresses.CPR), None)
    if civil:
        return Person(civil, "cpr", family, given)
    other = next((str(one["value"]) for one in identifiers if one.get("value")), None)
    kind: IdentifierKind = "alternative" if other else "unknown"
    return Person(other or "", kind, family, given)


def _organisation_identifier(own: Json | None, ean: str | None) -> tuple[str, str]:
    if own is None or not own.get("value"):
        return ("lokationsnummer", ean) if ean else ("lokal", "")
    kinds = {addresses.SOR: "sorkode", addresses.PROVIDER: "ydernummer", addresses.CVR: "cvr"}
    return kinds.get(str(own.get("system")), "lokal"), str(own["value"])


def _letter_identifier(bundle: Bundle, identifier: Json) -> str:
    own = _object(bundle.content.get("identifier"))
    return str(own.get("value") or identifier.get("value") or bundle.content.get("id") or "")


def _device_name(told: Json | None) -> str | None:
    if not told:
        return None
    names = [str(one.get("name")) for one in _list(told.get("deviceName")) if one.get("name")]
    parts = [str(told[part]) for part in ("manufacturer", "modelNumber") if told.get(part)]
    return ", ".join(dict.fromkeys([*parts, *names])) or None


def _human(told: Json) -> str | None:
    name = _object(_first(told.get("name")))
    if name.get("text"):
        return str(name["text"])
    parts = [*_strings(name.get("given")), str(name.get("family", ""))]
    return " ".join(part for part in parts if part) or None


def _time(told: object) -> dt.datetime | None:
    """A time with its zone as local Danish time; a day alone is its beginning."""
    if not isinstance(told, str) or not told:
        return None
    full = told if len(told) > 10 else {4: f"{told}-01-01", 7: f"{told}-01"}.get(len(told), told) + "T00:00:00"
    read = dt.datetime.fromisoformat(full)
    try:
        return read if read.tzinfo is None else read.astimezone(_DENMARK).replace(tzinfo=None)
    except OverflowError:  # in the year 1 or 9999 there is no other zone to go to
        return read.replace(tzinfo=None)


def _text(told: object) -> str:
    """What a CodeableConcept says to people: its text, else the name of its first coding, else its code."""
    if not isinstance(told, dict):
        return ""
    concept = cast("Json", told)
    if concept.get("text"):
        return str(concept["text"])
    for coding in _list(concept.get("coding")):
        if coding.get("display") or coding.get("code"):
            return str(coding.get("display") or coding.get("code"))
    return ""


def _codings(told: object) -> list[tuple[str, str]]:
    if not isinstance(told, dict):
        return []
    return [
        (str(one.get("system", "")), str(one["code"]))
        for one in _list(cast("Json", told).get("coding"))
        if one.get("code")
    ]


def _list(told: object) -> list[Json]:
    """The objects of a list."""
    if not isinstance(told, list):
        return []
    return [cast("Json", one) for one in cast("list[object]", told) if isinstance(one, dict)]


def _strings(told: object) -> list[str]:
    """The texts of a list."""
    if not isinstance(told, list):
        return []
    return [one for one in cast("list[object]", told) if isinstance(one, str)]


def _object(told: object) -> Json:
    """An object; an empty one for anything else."""
    return cast("Json", told) if isinstance(told, dict) else {}


def _first(told: object) -> Json | None:
    found = _list(told)
    return found[0] if found else None
