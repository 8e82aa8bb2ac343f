"""What microbiology found, as Observations: culture -> isolates -> susceptibility, by hasMember.

What a sender protects (MiBa) is not told: its place is kept, with the reason `masked`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from labbro.eu.frame import Frame
from labbro.eu.observations import absent, add_notes, coded, reference_range
from labbro.eu.quantities import number_of, quantity
from labbro.eu.words import INTERPRETATIONS, SUSCEPTIBILITIES
from labbro.records.model import (
    CodedText,
    Culture,
    Isolate,
    Measurement,
    Microbiology,
    Microscopy,
    Operator,
    Property,
    Susceptibility,
)

Json = dict[str, Any]
MASKED = "Oplysningen er beskyttet"


class _Part:
    """A result of microbiology in its document: all share the sample and the status."""

    def __init__(self, frame: Frame, status: str, sample: int, specimen: Json | None) -> None:
        self.frame = frame
        self.status = status
        self.sample = sample
        self.specimen = specimen

    def observation(self, code: Json) -> Json:
        found = self.frame.observation(code, self.status, self.sample)
        if self.specimen is not None:
            found["specimen"] = self.specimen
        return found

    def coded(self, told: CodedText) -> Json:
        return {"text": MASKED} if told.held_back else coded(told, self.frame.known)


def add_microbiology(
    frame: Frame, told: Microbiology, status: str, sample: int, specimen: Json | None
) -> tuple[list[Json], list[str]]:
    """Adds what was found; gives the Observations to refer to, and remarks on the whole."""
    part = _Part(frame, status, sample, specimen)
    found = [_measurement(part, one) for one in told.measurements]
    if told.microscopy is not None:
        found.append(_microscopy(part, told.microscopy))
    found += [_culture(part, culture) for culture in told.cultures]
    return found, texts(told.comments)


def texts(told: Iterable[CodedText]) -> list[str]:
    """Texts that may be shown."""
    return [MASKED if one.held_back else one.text for one in told]


def said(told: CodedText | None) -> str:
    """A text that may be shown; empty where there is none."""
    return "" if told is None else MASKED if told.held_back else told.text


def _measurement(part: _Part, told: Measurement) -> Json:
    found = part.observation(part.coded(told.analysis))
    if told.held_back:
        found["dataAbsentReason"] = absent("masked")
        part.frame.rows.append((said(told.analysis), MASKED, "", "", ""))
        return found
    word = said(told.interpretation)
    notes = texts(told.comments)
    _value(found, told.operator, told.value, told.unit, word, notes)
    if told.flag is not None:
        found["interpretation"] = [INTERPRETATIONS[told.flag]]
    limits = reference_range(told.interval, told.unit)
    if limits is not None:
        found["referenceRange"] = [limits]
    components = list(_components(part, told.properties, ()))
    if components:
        found["component"] = components
    add_notes(found, notes)
    shown = " ".join(bit for bit in (told.operator or "", told.value or "") if bit)
    part.frame.rows.append(
        (said(told.analysis), "\n".join(filter(None, (word, shown))), told.unit or "", "", "\n".join(notes))
    )
    return found


def _microscopy(part: _Part, told: Microscopy) -> Json:
    found = part.observation({"text": told.headline.strip() or "Mikroskopi"})
    components: list[Json] = []
    for group in told.groups:
        for detail in group.details:
            names = [said(group.headline), said(detail.name) or detail.kind]
            component: Json = {"code": {"text": ": ".join(name for name in names if name) or "Fund"}}
            value = said(detail.value)
            component |= {"valueString": value} if value else {"dataAbsentReason": absent("unknown")}
            components.append(component)
            part.frame.rows.append((component["code"]["text"], value, "", "", ""))
    if components:
        found["component"] = components
    if told.text and told.text.strip():
        found["valueString"] = told.text.strip("\n")
        part.frame.rows.append((told.headline, told.text, "", "", ""))
    elif not components:
        found["dataAbsentReason"] = absent("unknown")
    return found


def _culture(part: _Part, told: Culture) -> Json:
    found = part.observation({"text": told.headline.strip() or "Dyrkning"})
    notes = texts(told.comments)
    if told.text and told.text.strip():
        found["valueString"] = told.text.strip("\n")
        part.frame.rows.append((told.headline, told.text, "", "", "\n".join(notes)))
    methods = {row.row: row.method for row in told.table.antibiotics} if told.table is not None else {}
    members = [_isolate(part, isolate, methods) for isolate in told.isolates]
    if told.table is not None:
        notes += [told.table.interpretation] if told.table.interpretation else []
        members += [_susceptibility(part, one, methods.get(one.row)) for one in told.table.unplaced]
    _members(found, members)
    add_notes(found, notes)
    return found


def _isolate(part: _Part, told: Isolate, methods: dict[int, CodedText | None]) -> Json:
    found = part.observation({"text": f"Isolat {told.isolate_number or told.number}"})
    found["valueCodeableConcept"] = part.coded(told.organism)
    amount = said(told.amount)
    components = [{"code": {"text": "Mængde"}, "valueString": amount}] if amount else []
    components += _components(part, told.properties, ())
    if components:
        found["component"] = components
    part.frame.rows.append((f"Isolat {told.number}", said(told.organism), "", "", amount))
    _members(found, [_susceptibility(part, one, methods.get(one.row)) for one in told.susceptibilities], valued=True)
    add_notes(found, texts(told.comments))
    return found


def _susceptibility(part: _Part, told: Susceptibility, method: CodedText | None) -> Json:
    found = part.observation(part.coded(told.antibiotic))
    notes = texts(told.comments)
    letter = told.category.strip()
    _value(found, told.operator, told.value, told.unit, letter, notes)
    if letter in SUSCEPTIBILITIES:
        found["interpretation"] = [SUSCEPTIBILITIES[letter]]
    limits = reference_range(told.interval, told.unit)
    if limits is not None:
        found["referenceRange"] = [limits]
    if method is not None and said(method).strip():
        found["method"] = part.coded(method)
    add_notes(found, notes)
    shown = f"{told.operator or ''} {told.value or ''}".strip()
    part.frame.rows.append((f"Isolat {told.isolate}: {said(told.antibiotic)}", letter, told.unit or "", "", shown))
    return found


def _value(
    found: Json, operator: Operator | None, value: str | None, unit: str | None, word: str, notes: list[str]
) -> None:
    """A measured value where there is one, with the word beside it; else the word."""
    number = number_of(value) if value else None
    measured = None if number is None else quantity(number, unit, operator)
    if measured is not None:
        found["valueQuantity"] = measured
        if word and word not in SUSCEPTIBILITIES:
            notes.insert(0, word)
        return
    sign = f"{operator} " if operator in ("<", ">") else ""
    counted = f"{sign}{value} {unit or ''}".strip() if value and value.strip() else ""
    told = "; ".join(bit for bit in (word, counted) if bit)
    if told:
        found["valueString"] = told
    elif found["status"] != "registered":
        found["dataAbsentReason"] = absent("unknown")


def _components(part: _Part, told: Sequence[Property], above: tuple[str, ...]) -> Iterable[Json]:
    """The tree of properties, laid flat: each is named with those above it."""
    for one in told:
        name = part.coded(one.name)
        code = {**name, "text": " / ".join((*above, name["text"]))}
        if one.held_back:
            yield {"code": {"text": MASKED}, "dataAbsentReason": absent("masked")}
            continue
        yield {"code": code, **_property_value(one)}
        yield from _components(part, one.parts, (*above, name["text"]))


def _property_value(told: Property) -> Json:
    result = told.result
    if result is None:
        return {"dataAbsentReason": absent("unknown")}
    found: Json = {"status": ""}
    _value(found, result.operator, result.value, result.unit, said(result.said), notes := [])
    if result.long_text and "valueString" in found:
        found["valueString"] += f"\n{result.long_text}"
    if notes and "valueQuantity" in found:
        return {"valueString": f"{notes[0]}; {result.operator or ''}{result.value} {result.unit or ''}".strip()}
    del found["status"]
    return found


def _members(found: Json, members: Sequence[Json], *, valued: bool = False) -> None:
    if members:
        found["hasMember"] = [Frame.refer(member) for member in members]
    elif not valued and "valueString" not in found and found["status"] != "registered":
        found["dataAbsentReason"] = absent("unknown")
