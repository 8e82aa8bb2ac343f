"""A European document for a person: all that who reads one shall be shown. Source: facts fhir.md section 7.

Shown from the document itself, not from the record: what the record has no place for is shown too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from labbro.eu import addresses
from labbro.eu.bundle import Bundle
from labbro.eu.fields import codings, first, local_time, objects, one_object, text_of
from labbro.eu.showing_words import ABSENT, FLAGS, GENDER, MARKS, STATUS, WAITING, Words, words_of
from labbro.eu.values_in import device_name, digits, human_name, quantity_of, value_of
from labbro.letters.labels import Language
from labbro.letters.show import fragment_of, html_of
from labbro.letters.show import text_of as page_text
from labbro.letters.view import Field, Row, Section, Table, View

Json = dict[str, Any]

_DEEPEST = 20
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<br\s*/?>|</(?:p|tr|li|h[1-6]|div)>", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]>", re.IGNORECASE)
_UNCERTAINTY = "http://hl7.org/fhir/StructureDefinition/iso21090-uncertainty"


def show_text(bundle: Bundle, language: Language = "da") -> str:
    """The document for a terminal."""
    return page_text(view(bundle, language))


def show_html(bundle: Bundle, language: Language = "da") -> str:
    """The document as a whole page that prints well and loads nothing."""
    return html_of(view(bundle, language))


def html_fragment(bundle: Bundle, language: Language = "da") -> str:
    """The document as markup to stand in a page."""
    return fragment_of(view(bundle, language))


def view(bundle: Bundle, language: Language = "da") -> View:
    """The page of a document that was read without errors."""
    return _Page(bundle, words_of(language), language).view()


class _Page:
    def __init__(self, bundle: Bundle, words: Words, language: Language) -> None:
        self._bundle, self._words = bundle, words
        self._language: Language = language
        self._composition, self._report = bundle.composition, bundle.report

    def view(self) -> View:
        sections = (self._patient(), self._about(), self._results(), *self._texts())
        title = str(self._composition.get("title") or self._words.document)
        return View(title, self._language, sections)

    def _patient(self) -> Section:
        words = self._words
        told = one_object(self._bundle.resolve(self._report.get("subject")))
        fields = [Field(words.name, human_name(told) or words.unknown)]
        for one in objects(told.get("identifier")):
            system = str(one.get("system", ""))
            label = words.cpr if system == addresses.CPR else words.identifier
            kind = "" if system == addresses.CPR else f" ({text_of(one.get('type')) or system})"
            fields.append(Field(label, f"{one.get('value', '')}{kind}"))
        fields.append(Field(words.born, _moment(told.get("birthDate")) or words.unknown))
        if told.get("gender"):
            fields.append(Field(words.sex, GENDER[self._language].get(str(told["gender"]), str(told["gender"]))))
        return Section(words.patient, tuple(fields))

    def _about(self) -> Section:
        words, composition, report = self._words, self._composition, self._report
        identifier = one_object(composition.get("identifier"))
        status = str(composition.get("status", ""))
        fields = [
            Field(words.status, self._status(status)),
            Field(words.report_status, self._status(str(report.get("status", "")))),
            Field(words.kind, text_of(composition.get("type"))),
            *(Field(words.category, text_of(one)) for one in objects(composition.get("category"))),
            Field(words.number, str(identifier.get("value", ""))),
            Field(words.version, _extension(composition, addresses.COMPOSITION_VERSION, "valueString")),
            Field(words.replaces, ", ".join(self._replaced())),
            Field(words.made, _moment(composition.get("date"))),
            Field(words.issued, _moment(report.get("issued"))),
            *(Field(words.author, self._who(one)) for one in objects(composition.get("author"))),
            *(Field(words.performer, self._who(one)) for one in objects(report.get("performer"))),
            Field(words.custodian, self._who(one_object(composition.get("custodian")))),
            *(Field(words.recipient, self._who(one)) for one in _references(composition, addresses.RECIPIENT)),
            Field(words.attester, ", ".join(filter(None, map(self._attester, objects(composition.get("attester")))))),
            *(Field(words.requisition, self._request(one)) for one in objects(report.get("basedOn"))),
        ]
        withdrawn = "entered-in-error" in (status, report.get("status"))
        waiting = {status, str(report.get("status"))} & WAITING
        notice = words.withdrawn if withdrawn else words.not_final if waiting else ""
        return Section(words.about, tuple(field for field in fields if field.value.strip()), notice=notice)

    def _replaced(self) -> Iterator[str]:
        for one in objects(self._composition.get("relatesTo")):
            target = one_object(one.get("targetIdentifier"))
            told = target.get("value") or one_object(one.get("targetReference")).get("reference")
            if told:
                yield str(told)

    def _status(self, code: str) -> str:
        return STATUS[self._language].get(code, code)

    def _who(self, reference: Json) -> str:
        """A party by name; a role by its person and its organisation."""
        told = self._bundle.resolve(reference)
        if told is None:
            return str(reference.get("display") or one_object(reference.get("identifier")).get("value") or "")
        if told.get("resourceType") == "PractitionerRole":
            parts = (self._who(one_object(told.get(part))) for part in ("practitioner", "organization"))
            return ", ".join(part for part in parts if part)
        name = told.get("name")
        return name if isinstance(name, str) else human_name(told) or device_name(told) or str(told.get("id", ""))

    def _attester(self, told: Json) -> str:
        who = self._who(one_object(told.get("party")))
        return " ".join(part for part in (who, str(told.get("mode", "")), _moment(told.get("time"))) if part)

    def _request(self, reference: Json) -> str:
        told = one_object(self._bundle.resolve(reference))
        numbers = [str(one.get("value", "")) for one in objects(told.get("identifier"))]
        what = text_of(told.get("code"))
        return ", ".join(part for part in (*numbers, what, _moment(told.get("authoredOn"))) if part)

    def _results(self) -> Section:
        words = self._words
        seen: set[int] = set()
        rows = list(self._rows(objects(self._report.get("result")), 0, seen))
        for one in self._bundle.by_address.values():
            if one.get("resourceType") == "Observation" and id(one) not in seen:
                seen.add(id(one))
                rows.append(self._row(one, 0))
        header = (words.analysis, words.result, words.interval, words.judgement, words.status, words.taken)
        return Section(words.results, table=Table(header, tuple(rows)))

    def _rows(self, references: list[Json], level: int, seen: set[int]) -> Iterator[Row]:
        for reference in references:
            told = self._bundle.resolve(reference)
            if told is None or told.get("resourceType") != "Observation" or id(told) in seen or level > _DEEPEST:
                continue
            seen.add(id(told))
            yield self._row(told, level)
            yield from self._rows(objects(told.get("hasMember")), level + 1, seen)

    def _row(self, told: Json, level: int) -> Row:
        withdrawn = told.get("status") == "entered-in-error"
        value = self._words.withdrawn_value if withdrawn else self._value(told)
        flags = [code for concept in objects(told.get("interpretation")) for _, code in codings(concept)]
        judged = [self._judgement(concept) for concept in objects(told.get("interpretation"))]
        waiting = told.get("status") in WAITING
        cells = (
            f"{'› ' * level}{text_of(told.get('code')) or self._words.unnamed}",
            value,
            "\n".join(self._interval(one) for one in objects(told.get("referenceRange"))),
            ", ".join(judged),
            self._status(str(told.get("status", ""))),
            _taken(told),
        )
        mark = "waiting" if waiting else next((MARKS[flag] for flag in flags if flag in MARKS), "")
        return Row(cells, tuple(self._notes(told)), "" if withdrawn else mark)

    def _value(self, told: Json) -> str:
        value = value_of(told).said
        if value:
            return value
        missing = one_object(told.get("dataAbsentReason"))
        reasons = [ABSENT[self._language].get(code, code) for _, code in codings(missing)]
        return ", ".join(reasons) or text_of(missing)

    def _judgement(self, concept: Json) -> str:
        said = FLAGS[self._language]
        return next((said[code] for _, code in codings(concept) if code in said), "") or text_of(concept)

    def _interval(self, told: Json) -> str:
        """A reference interval whole: its limits, its kind, for whom, at which ages."""
        low, high, age = (one_object(told.get(part)) for part in ("low", "high", "age"))
        unit = str((low or high).get("unit") or (low or high).get("code") or "")
        lower, upper = (digits(one["value"]) if one.get("value") is not None else "" for one in (low, high))
        limits = f"{lower} – {upper}" if lower and upper else f"≤ {upper}" if upper else f"≥ {lower}"
        text = f"{limits} {unit}".strip() if lower or upper else ""
        ages = " – ".join(
            quantity_of(one).said for part in ("low", "high") if (one := one_object(age.get(part))).get("value")
        )
        whom = [text_of(one) for one in objects(told.get("appliesTo"))]
        kind = text_of(told.get("type"))
        kind = "" if kind in ("normal", "Normal Range") else kind
        parts = (text, str(told.get("text") or ""), kind, *whom, f"{self._words.age} {ages}" if ages else "")
        return ", ".join(part for part in parts if part)

    def _notes(self, told: Json) -> Iterator[Field]:
        """What stands below a result. Who compares values needs method, kit, calibrator and device."""
        words = self._words
        codes = [f"{value} ({_short(system)})" for system, value in codings(told.get("code"))]
        specimen = self._bundle.resolve(told.get("specimen"))
        uncertain = _extension(one_object(told.get("valueQuantity")), _UNCERTAINTY, "valueDecimal")
        kit = self._bundle.resolve(_reference(told, addresses.TEST_KIT))
        device = self._bundle.resolve(told.get("device"))
        group = first([one for one in objects(told.get("extension")) if addresses.is_parameter(one.get("url"))])
        fields = (
            (words.code, ", ".join(codes)),
            (words.components, "\n".join(self._component(one) for one in objects(told.get("component")))),
            (words.note, "\n".join(str(one.get("text", "")) for one in objects(told.get("note")))),
            (words.method, text_of(told.get("method")) + self._source(told.get("method"))),
            (words.device, (device_name(device) or "") + _udi(device) + self._source(told.get("device"))),
            (words.kit, (device_name(kit) or "") + _udi(kit) + self._source(_reference(told, addresses.TEST_KIT))),
            (words.calibrator, _concept(told, addresses.REFERENCE_MATERIAL)),
            (words.comparability, _group(group)),
            (words.uncertainty, uncertain),
            (words.specimen, self._specimen(specimen)),
            (words.site, text_of(told.get("bodySite")) + self._source(told.get("bodySite"))),
            (words.performer, ", ".join(self._who(one) for one in objects(told.get("performer")))),
            (words.about_whom, self._who(one_object(told.get("focus")) or one_object(first(told.get("focus"))))),
        )
        return (Field(label, value) for label, value in fields if value.strip())

    def _source(self, part: object) -> str:
        """Whether a part is from the registry, not from the message."""
        marked = objects(one_object(part).get("extension"))
        told = any(addresses.is_from_registry(one.get("url")) for one in marked)
        return f" ({self._words.from_registry})" if told else ""

    def _component(self, told: Json) -> str:
        judged = ", ".join(self._judgement(one) for one in objects(told.get("interpretation")))
        said = f"{text_of(told.get('code'))}: {self._value(told)}"
        return f"{said} ({judged})" if judged else said

    def _specimen(self, told: Json | None) -> str:
        if told is None:
            return ""
        collection = one_object(told.get("collection"))
        number = one_object(told.get("accessionIdentifier")) or one_object(first(told.get("identifier")))
        parts = (
            text_of(told.get("type")),
            text_of(collection.get("bodySite")),
            str(number.get("value", "")),
            _moment(collection.get("collectedDateTime")),
        )
        return ", ".join(part for part in parts if part)

    def _texts(self) -> Iterator[Section]:
        """The conclusion, and sections that hold no results: remarks of the whole."""
        if self._report.get("conclusion"):
            yield Section(self._words.conclusion, text=str(self._report["conclusion"]))
        for section in objects(self._composition.get("section")):
            text = plain(str(one_object(section.get("text")).get("div", "")))
            if not objects(section.get("entry")) and not objects(section.get("section")) and text:
                yield Section(str(section.get("title") or self._words.note), text=text)


def plain(div: str) -> str:
    """The words of a narrative; nothing of its markup is kept."""
    lines = unescape(_TAG.sub("", _CELL.sub("  ", _BREAK.sub("\n", div)))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _moment(told: object) -> str:
    """A time as Danes write it; a day alone stays a day, a month or a year what it is."""
    try:
        read = local_time(told)
    except ValueError:
        return str(told)
    if read is None:
        return ""
    if not isinstance(told, str) or len(told) < len("YYYY-MM-DD"):
        return str(told)
    return f"{read:%d.%m.%Y %H:%M}" if len(told) > len("YYYY-MM-DD") else f"{read:%d.%m.%Y}"


def _taken(told: Json) -> str:
    period = one_object(told.get("effectivePeriod"))
    if period:
        return f"{_moment(period.get('start'))} – {_moment(period.get('end'))}"
    return _moment(told.get("effectiveDateTime"))


def _extension(told: Json, url: str, value: str) -> str:
    found = next((one.get(value) for one in objects(told.get("extension")) if one.get("url") == url), None)
    return "" if found is None else digits(found)


def _references(told: Json, url: str) -> list[Json]:
    return [one_object(one.get("valueReference")) for one in objects(told.get("extension")) if one.get("url") == url]


def _reference(told: Json, url: str) -> Json:
    return next(iter(_references(told, url)), one_object(None))


def _concept(told: Json, url: str) -> str:
    return ", ".join(
        text_of(one.get("valueCodeableConcept")) for one in objects(told.get("extension")) if one.get("url") == url
    )


def _group(told: Json | None) -> str:
    """The comparability parameter in one line: its parts in order."""
    parts = objects(one_object(told).get("extension"))
    values = [next((str(value) for name, value in one.items() if name.startswith("value")), "") for one in parts]
    return ", ".join(value for value in values if value)


def _udi(told: Json | None) -> str:
    carriers = objects(one_object(told).get("udiCarrier"))
    found = [str(one.get("deviceIdentifier")) for one in carriers if one.get("deviceIdentifier")]
    return f" (UDI {', '.join(found)})" if found else ""


def _short(system: str) -> str:
    known = {
        addresses.NPU: "NPU",
        addresses.NPU_OF_MEDCOM: "NPU",
        addresses.LOINC: "LOINC",
        addresses.SNOMED: "SNOMED CT",
        addresses.MCS: "MCS",
    }
    return known.get(system, system)
