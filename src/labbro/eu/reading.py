"""A European laboratory document as a report of the record. What the record has no place for stays in the document.

Codes keep the system they came with; the two addresses of NPU are one. Source: facts fhir.md sections 1 to 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from labbro.eu import addresses
from labbro.eu.addresses import DEFAULT, Addresses
from labbro.eu.bundle import Bundle, Json, parse
from labbro.eu.fields import codings, first, local_time, objects, one_object, text_of
from labbro.eu.values_in import (
    NOTHING,
    code_of,
    device_name,
    human_name,
    interval_of,
    letter_identifier_of,
    organisation_identifier,
    panel_of,
    person_of,
    value_of,
)
from labbro.letters.findings import Finding
from labbro.records.model import (
    Flag,
    Method,
    Party,
    Producer,
    Report,
    ReportKind,
    ReportStatus,
    Result,
    ResultStatus,
    Sample,
)

STANDARD: Final = "EU-LAB"
VERSION: Final = "2.0.0"
_LOCATION = (addresses.GLN, addresses.GLN_BY_HTTPS)
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
_WITHDRAWN: Final = ["Fejlregistreret."]
_CORRECTING: Final = {"amended", "corrected", "entered-in-error"}
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
    """What came of a document. `report` is None where there are errors; `observations` are what its results are of."""

    report: Report | None
    bundle: Bundle | None
    findings: tuple[Finding, ...]
    raw: bytes = b""
    observations: tuple[Json, ...] = ()

    @property
    def reference(self) -> str | None:
        """The document's own identifier."""
        identifier = one_object(self.bundle.content.get("identifier")) if self.bundle is not None else {}
        return str(identifier["value"]) if identifier.get("value") else None

    @property
    def syntax(self) -> Literal["json"]:
        """As the letters' readings have it."""
        return "json"

    @property
    def standard(self) -> str:
        """What the document follows."""
        return STANDARD

    @property
    def version_code(self) -> str:
        """Which version of it."""
        return VERSION

    @property
    def namespace(self) -> None:
        """JSON has none."""
        return

    @property
    def ok(self) -> bool:
        """Whether it may be taken in."""
        return self.report is not None


def read_document(data: bytes, known: Addresses = DEFAULT) -> DocumentReading:
    """Reads a document. Never raises on bad input: what is wrong is told in findings."""
    parsed = parse(data)
    if parsed.bundle is None:
        return DocumentReading(None, None, parsed.findings, data)
    try:
        reader = _Reader(parsed.bundle, known)
        report = reader.report()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, msgspec.ValidationError) as error:
        fault = Finding(
            severity="error",
            code="eu-shape",
            path="Bundle",
            message=f"The document has not the shape of its profiles ({type(error).__name__}); check it against them.",
            message_da="Dokumentet har ikke den form, profilerne kræver; kontrollér det mod dem.",
        )
        return DocumentReading(None, parsed.bundle, (*parsed.findings, fault), data)
    return DocumentReading(report, parsed.bundle, parsed.findings, data, tuple(reader.observations))


class _Reader:
    def __init__(self, bundle: Bundle, known: Addresses) -> None:
        self._bundle, self._known = bundle, known
        self._composition = bundle.composition
        self._report = bundle.report
        self._samples: list[Sample] = []
        self._sample_of: dict[int, int] = {}
        self._withdrawn = False
        self.observations: list[Json] = []

    def report(self) -> Report:
        told = self._report
        identifier = self._composition.get("identifier") or one_object(first(told.get("identifier")))
        issued = local_time(
            told.get("issued") or self._composition.get("date") or self._bundle.content.get("timestamp")
        )
        if issued is None:
            raise ValueError("no time")
        subject = self._bundle.resolve(told.get("subject"))
        sender = self._sender()
        statuses = {str(self._composition.get("status")), str(told.get("status"))}
        self._withdrawn = "entered-in-error" in statuses
        replaces = tuple(self._replaced(sender))
        self._all_samples()
        results = tuple(self._results())
        receiver, copy_receiver = self._recipients()
        return Report(
            kind=self._kind(),
            standard=STANDARD,
            version=VERSION,
            letter_identifier=letter_identifier_of(self._bundle, identifier),
            authorised_at=issued,
            results_at=local_time(told.get("effectiveDateTime")) or issued,
            production_number=_production_number(str(identifier.get("value", "")), sender),
            sender=sender,
            receiver=receiver,
            copy_receiver=copy_receiver,
            patient=person_of(one_object(subject)),
            samples=tuple(self._samples),
            results=results,
            status=_REPORTS.get(str(told.get("status")), "complete"),
            physician=sender.physician,
            comments=str(told["conclusion"]) if told.get("conclusion") else None,
            consent_given=False if self._restricted() else None,
            result_status="corrected" if replaces or statuses & _CORRECTING else None,
            replaces=replaces,
        )

    def _replaced(self, sender: Party) -> Iterator[str]:
        """Numbers of reports that this one says it replaces; our own documents name the letter, which needs no link."""
        for one in objects(self._composition.get("relatesTo")):
            target = one_object(one.get("targetIdentifier"))
            if one.get("code") == "replaces" and target.get("value") and self._is_report(target):
                yield _production_number(str(target["value"]), sender)

    def _is_report(self, target: Json) -> bool:
        return not self._known.began("letter", str(target.get("system", "")))

    def _restricted(self) -> bool:
        """Whether the document is marked as restricted: so is one made of a letter whose consent was refused."""
        labels = objects(one_object(self._bundle.content.get("meta")).get("security"))
        return any(one.get("system") == addresses.CONFIDENTIALITY and one.get("code") in ("R", "V") for one in labels)

    def _sender(self) -> Party:
        """The organisation among authors, custodian and performers; else the first of them."""
        told = [
            *objects(self._composition.get("author")),
            *objects([self._composition.get("custodian")]),
            *objects(self._report.get("performer")),
        ]
        parties = [self._party(reference) for reference in told] or [self._party({})]
        named = next((one for one in parties if one.identifier or one.ean or one.organisation != one.physician), None)
        physician = next((one.physician for one in parties if one.physician), None)
        return msgspec.structs.replace(named or parties[0], physician=physician)

    def _kind(self) -> ReportKind:
        codes = [code for category in objects(self._report.get("category")) for _, code in codings(category)]
        found: list[ReportKind] = [_STUDIES[code] for code in codes if code in _STUDIES]
        return found[0] if found else "biochemistry"

    def _all_samples(self) -> None:
        for reference in objects(self._report.get("specimen")):
            resource = self._bundle.resolve(reference)
            if resource is not None:
                self._sample(resource)

    def _sample(self, specimen: Json) -> int:
        known = self._sample_of.get(id(specimen))
        if known is not None:
            return known
        collection = one_object(specimen.get("collection"))
        period = one_object(collection.get("collectedPeriod"))
        accession = one_object(specimen.get("accessionIdentifier"))
        own = one_object(first(specimen.get("identifier")))
        self._samples.append(
            Sample(
                laboratory_number=str(accession.get("value") or own.get("value") or ""),
                requester_number=str(own["value"]) if own.get("value") and accession.get("value") else None,
                sampled_at=local_time(collection.get("collectedDateTime")),
                interval_start=local_time(period.get("start")),
                interval_end=local_time(period.get("end")),
                received_at=local_time(specimen.get("receivedTime")),
                material=text_of(specimen.get("type")) or None,
                location=text_of(collection.get("bodySite")) or None,
            )
        )
        self._sample_of[id(specimen)] = len(self._samples) - 1
        return len(self._samples) - 1

    def _results(self) -> Iterator[Result]:
        """Every observation in the report's order, members after their panel; each once."""
        seen: set[int] = set()
        ordinal = 0
        told = list(self._observations(objects(self._report.get("result")), None, 0))
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
            self.observations.append(observation)
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
            members = objects(observation.get("hasMember"))
            if not members or any(name.startswith("value") for name in observation) or panel is not None:
                yield observation, panel
            yield from self._observations(members, observation, level + 1)

    def _result(self, told: Json, ordinal: int, panel: Json | None) -> Result:
        value, status = value_of(told), _STATUSES.get(str(told.get("status")), "final")
        notes = [str(note.get("text", "")) for note in objects(told.get("note")) if note.get("text")]
        absent = [_ABSENT.get(code, code) for _, code in codings(one_object(told.get("dataAbsentReason")))]
        if self._withdrawn or told.get("status") == "entered-in-error":
            value, absent, status = NOTHING, _WITHDRAWN, "corrected"
        parts = [] if absent == _WITHDRAWN else objects(told.get("component"))
        components = [f"{text_of(part.get('code'))}: {value_of(part).said}" for part in parts]
        specimen = self._bundle.resolve(told.get("specimen"))
        sample = self._sample(specimen) if specimen is not None else self._sample_at(told)
        return Result(
            ordinal=ordinal,
            analysis=code_of(one_object(told.get("code"))),
            status=status,
            kind=value.kind,
            value=value.number or (value.words or None),
            operator=value.operator,
            unit=value.unit,
            flag=next(
                (
                    _FLAGS[code]
                    for concept in objects(told.get("interpretation"))
                    for _, code in codings(concept)
                    if code in _FLAGS
                ),
                None,
            ),
            interval=interval_of(first(told.get("referenceRange"))),
            producer=self._producer(first(told.get("performer"))),
            group=panel_of(panel, ordinal),
            text_values=tuple(components),
            comments=(*notes, *absent),
            sample=sample,
            location=text_of(_stated(told.get("bodySite"))) or None,
            method=self._method(told),
        )

    def _sample_at(self, told: Json) -> int:
        """A result without specimen: a sample that says only when it was taken."""
        period = one_object(told.get("effectivePeriod"))
        taken = local_time(told.get("effectiveDateTime"))
        for at, sample in enumerate(self._samples):
            if not sample.laboratory_number and sample.sampled_at == taken:
                return at
        self._samples.append(
            Sample(
                laboratory_number="",
                sampled_at=taken,
                interval_start=local_time(period.get("start")),
                interval_end=local_time(period.get("end")),
            )
        )
        return len(self._samples) - 1

    def _party(self, reference: Json) -> Party:
        """An organisation, or the one that a practitioner speaks for."""
        resource = self._bundle.resolve(reference)
        physician = None
        if resource is not None and resource.get("resourceType") == "PractitionerRole":
            physician = human_name(one_object(self._bundle.resolve(resource.get("practitioner"))))
            resource = one_object(self._bundle.resolve(resource.get("organization")))
        elif resource is not None and resource.get("resourceType") == "Practitioner":
            physician, resource = human_name(resource), None
        identifiers = objects(one_object(resource).get("identifier")) or objects([reference.get("identifier")])
        ean = next((str(one.get("value")) for one in identifiers if one.get("system") in _LOCATION), None)
        own = next((one for one in identifiers if one.get("system") not in _LOCATION), None)
        kind, value = organisation_identifier(own, ean)
        name = one_object(resource).get("name") or reference.get("display") or physician or "Ukendt afsender"
        return Party(identifier=value, identifier_kind=kind, ean=ean, organisation=str(name), physician=physician)

    def _recipients(self) -> tuple[Party, Party | None]:
        """Who it goes to, and who gets a copy: a letter has room for one of each."""
        told = [
            self._party(extension["valueReference"])
            for extension in objects(self._composition.get("extension"))
            if extension.get("url") == addresses.RECIPIENT and extension.get("valueReference")
        ]
        receiver = told[0] if told else Party("", "lokal", organisation="Ikke oplyst")
        return receiver, told[1] if len(told) > 1 else None

    def _producer(self, reference: Json | None) -> Producer | None:
        if not reference:
            return None
        party = self._party(reference)
        own = one_object(reference.get("identifier"))
        code = str(own["value"]) if own.get("system") == addresses.PRODUCER and own.get("value") else None
        return Producer(party.organisation or "Ukendt", code)

    def _method(self, told: Json) -> Method | None:
        device = self._bundle.resolve(_stated(told.get("device")))
        kit = material = None
        for extension in objects(told.get("extension")):
            if extension.get("url") == addresses.TEST_KIT:
                kit = self._bundle.resolve(_stated(extension.get("valueReference"))) or kit
            elif extension.get("url") == addresses.REFERENCE_MATERIAL:
                material = _stated(extension.get("valueCodeableConcept")) or material
        found = Method(
            principle=text_of(_stated(told.get("method"))) or None,
            device=device_name(device),
            kit=device_name(kit),
            calibrator=text_of(material) or None,
        )
        return None if found == Method() else found


def _production_number(value: str, sender: Party) -> str:
    """The laboratory's number of a report; documents made here have the sender's before it."""
    return value.removeprefix(f"{sender.ean or sender.identifier}-")


def _stated(told: object) -> object:
    """A part, unless it is marked as from a registry: that is no statement of who sent the document."""
    marks = objects(one_object(told).get("extension"))
    return None if any(addresses.is_from_registry(one.get("url")) for one in marks) else told
