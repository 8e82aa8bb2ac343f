"""Values, codes, intervals, people and devices of a document, as the record has them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, Literal, cast

import msgspec

from labbro.eu import addresses
from labbro.eu.bundle import Bundle
from labbro.eu.fields import Json, codings, first, objects, one_object, strings, text_of
from labbro.records.model import (
    Code,
    IdentifierKind,
    IntervalKind,
    Operator,
    Person,
    ReferenceInterval,
    RequisitionGroup,
)

_MOST_DIGITS: Final = 40  # 1E+999999999 would fill the memory
_NPU: Final = (addresses.NPU, addresses.NPU_OF_MEDCOM)


class Value(msgspec.Struct, frozen=True):
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


NOTHING = Value()


def value_of(told: Json) -> Value:
    quantity = told.get("valueQuantity")
    if quantity and quantity.get("value") is not None:
        return quantity_of(quantity)
    for name, read in _WORDED.items():
        if told.get(name) is not None:
            return Value(words=read(told[name]))
    return NOTHING


def quantity_of(told: Json) -> Value:
    comparator = str(told.get("comparator", ""))
    unit = told.get("unit") or told.get("code")
    unit = None if unit in (None, "1") else str(unit)
    number = digits(told["value"])
    if comparator in ("<=", ">=", "ad"):
        return Value(words=f"{comparator} {number} {unit or ''}".strip())
    operator: Operator | None = "<" if comparator == "<" else ">" if comparator == ">" else None
    return Value("numeric", number, "", operator, unit)


def digits(told: object) -> str:
    """A number with the digits it was sent with; one beyond all measure as it was written."""
    return f"{told:f}" if isinstance(told, Decimal) and abs(told.adjusted()) < _MOST_DIGITS else str(told)


def _plain_quantity(told: Json) -> str:
    return quantity_of(told).said if told.get("value") is not None else ""


def _ratio(told: Json) -> str:
    return f"{_plain_quantity(told.get('numerator') or {})} / {_plain_quantity(told.get('denominator') or {})}"


def _range(told: Json) -> str:
    return f"{_plain_quantity(told.get('low') or {})} - {_plain_quantity(told.get('high') or {})}"


def _span(told: Json) -> str:
    return f"{told.get('start', '')} - {told.get('end', '')}"


_WORDED: dict[str, Callable[[Any], str]] = {
    "valueCodeableConcept": text_of,
    "valueString": str,
    "valueRatio": _ratio,
    "valueRange": _range,
    "valuePeriod": _span,
    "valueTime": str,
    "valueDateTime": str,
}


def code_of(told: Json) -> Code:
    """The code of an analysis: the national one where there is one, else the first; else its words."""
    words = text_of(told) or "Uden navn"
    best = sorted(codings(told), key=lambda one: (one[0] not in _NPU, one[0] != addresses.MCS))
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


def interval_of(told: Json | None) -> ReferenceInterval | None:
    if not told:
        return None
    kinds = {"normal": "physiological", "therapeutic": "therapeutic"}
    kind = next((kinds[code] for _, code in codings(one_object(told.get("type"))) if code in kinds), None)
    found = ReferenceInterval(
        kind=cast("IntervalKind | None", kind),
        lower=_limit(told.get("low")),
        upper=_limit(told.get("high")),
        text=str(told["text"]) if told.get("text") else None,
    )
    return None if found == ReferenceInterval() else found


def _limit(told: Json | None) -> str | None:
    return digits(told["value"]) if told and told.get("value") is not None else None


def panel_of(panel: Json | None, ordinal: int) -> RequisitionGroup | None:
    if panel is None:
        return None
    code = code_of(one_object(panel.get("code")))
    return RequisitionGroup(code.value[:17], code.responsible, code.short_name or code.value, ordinal)


def person_of(told: Json) -> Person:
    name = one_object(first(told.get("name")))
    family = str(name.get("family") or name.get("text") or "Ukendt")
    given = " ".join(strings(name.get("given"))) or None
    identifiers = objects(told.get("identifier"))
    civil = next((str(one["value"]) for one in identifiers if one.get("system") == addresses.CPR), None)
    if civil:
        return Person(civil, "cpr", family, given)
    other = next((str(one["value"]) for one in identifiers if one.get("value")), None)
    kind: IdentifierKind = "alternative" if other else "unknown"
    return Person(other or "", kind, family, given)


def organisation_identifier(own: Json | None, ean: str | None) -> tuple[str, str]:
    if own is None or not own.get("value"):
        return ("lokationsnummer", ean) if ean else ("lokal", "")
    kinds = {addresses.SOR: "sorkode", addresses.PROVIDER: "ydernummer", addresses.CVR: "cvr"}
    return kinds.get(str(own.get("system")), "lokal"), str(own["value"])


def letter_identifier_of(bundle: Bundle, identifier: Json) -> str:
    own = one_object(bundle.content.get("identifier"))
    return str(own.get("value") or identifier.get("value") or bundle.content.get("id") or "")


def device_name(told: Json | None) -> str | None:
    if not told:
        return None
    names = [str(one.get("name")) for one in objects(told.get("deviceName")) if one.get("name")]
    parts = [str(told[part]) for part in ("manufacturer", "modelNumber") if told.get(part)]
    return ", ".join(dict.fromkeys([*parts, *names])) or None


def human_name(told: Json) -> str | None:
    name = one_object(first(told.get("name")))
    if name.get("text"):
        return str(name["text"])
    parts = [*strings(name.get("given")), str(name.get("family", ""))]
    return " ".join(part for part in parts if part) or None
