"""Layer two of a check: what a good colleague would notice. Every rule is one small function that gives remarks.

Remarks are warnings; they never change the verdict. Which rules hold for a letter type stands in its declaration.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

import msgspec

from labbro.codes import cpr, gln
from labbro.letters.tree import Element

NOT_YET = "*****"
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


class Remark(msgspec.Struct, frozen=True):
    """One observation: its finding code, the path below the letter's root, and where the element stood."""

    code: str
    path: str
    at: int


Rule: TypeAlias = "Callable[[Element], Iterator[Remark]]"
# A result's parts by name; what a rule of one result tells: finding code, path below the result, where it stands.
Parts: TypeAlias = "dict[str, Element]"
Told: TypeAlias = "tuple[str, str, Element] | None"


@lru_cache(maxsize=4096)
def number_of(value: str) -> float | None:
    """A value as a number; the decimal mark may be a point or a comma (facts: letters/README.md, trap 11)."""
    return float(value.replace(",", ".")) if _NUMBER.fullmatch(value) else None


def location_numbers(root: Element) -> Iterator[Remark]:
    """GLNs with a wrong check digit: told, never refused; MedCom's own samples hold some (identifiers.md, 2)."""
    for party in ("Sender", "Receiver"):
        found = root.find(f"{party}/EANIdentifier")
        if found is not None and not gln.holds(found.value):
            yield Remark("gln-check-digit", f"{party}/EANIdentifier", found.at)


def civil_registration_number(root: Element) -> Iterator[Remark]:
    """A CPR number that begins with no date; modulus 11 is never asked for."""
    found = root.find("Patient/CivilRegistrationNumber")
    if found is not None and not cpr.begins_with_a_day(found.value):
        yield Remark("cpr-form", "Patient/CivilRegistrationNumber", found.at)


def each_result(root: Element) -> Iterator[Remark]:
    """The rules of a single result, asked of every one."""
    results = list(root.all("LaboratoryResults/Result"))
    for number, result in enumerate(results, 1):
        parts: Parts = {part.name: part for part in result.content}  # type: ignore[union-attr,misc]  # the shape is right
        for rule in RESULT_RULES:
            told = rule(parts)
            if told is not None:
                ordinal = f"[{number}]" if len(results) > 1 else ""
                yield Remark(told[0], f"LaboratoryResults/Result{ordinal}/{told[1]}", told[2].at)


def placeholder(parts: Parts) -> Told:
    """The value `*****`, or the status 'received', where the other contradicts it."""
    status, value = parts["ResultStatusCode"].content, parts["Value"]
    if value.content == NOT_YET:
        waits = status in {"proeve_modtaget", "svar_midlertidigt"}
        return None if waits else ("placeholder-with-final", "Value", value)
    return ("value-before-measurement", "Value", value) if status == "proeve_modtaget" else None


def number_is_number(parts: Parts) -> Told:
    """A numeric result whose value is no number."""
    value = parts["Value"]
    if not _is_measured_number(parts) or _NUMBER.fullmatch(value.value):
        return None
    return "not-numeric", "Value", value


def number_has_unit(parts: Parts) -> Told:
    """A numeric result without a unit."""
    return ("no-unit", "Value", parts["Value"]) if _is_measured_number(parts) and "Unit" not in parts else None


def _is_measured_number(parts: Parts) -> bool:
    waiting = parts["ResultStatusCode"].content == "proeve_modtaget" or parts["Value"].content == NOT_YET
    return parts["ResultType"].content == "numerisk" and not waiting


def interval_order(parts: Parts) -> Told:
    """A reference interval whose lower limit is above the upper."""
    interval = parts.get("ReferenceInterval")
    if interval is None:
        return None
    lower, upper = number_of(interval.text("LowerLimit") or ""), number_of(interval.text("UpperLimit") or "")
    if lower is None or upper is None or lower <= upper:
        return None
    return "interval-upside-down", "ReferenceInterval/LowerLimit", interval


RESULT_RULES: tuple[Callable[[Parts], Told], ...] = (placeholder, number_is_number, number_has_unit, interval_order)


def order_of_times(root: Element) -> Iterator[Remark]:
    """Results that are older than their sample."""
    sampled = root.find("RequisitionInformation/Sample/SamplingDateTime")
    results = root.find("LaboratoryResults/GeneralResultInformation/ResultsDateTime")
    if sampled is None or results is None:
        return
    if _minute(results) < _minute(sampled):
        yield Remark("result-before-sampling", "LaboratoryResults/GeneralResultInformation/ResultsDateTime", results.at)


def _minute(element: Element) -> str:
    return f"{element.text('Date')}T{element.text('Time')}"


REPORT_RULES: tuple[Rule, ...] = (location_numbers, civil_registration_number, each_result, order_of_times)
