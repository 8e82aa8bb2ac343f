"""Layer two of a check: what a good colleague would notice. Every rule is one small function that gives remarks.

Remarks are warnings; they never change the verdict. Which rules hold for a letter type stands in its declaration.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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


def number_of(value: str) -> float | None:
    """A value as a number; the decimal mark may be a point or a comma (facts: letters/README.md, trap 11)."""
    return float(value.replace(",", ".")) if _NUMBER.fullmatch(value) else None


def location_numbers(root: Element) -> Iterator[Remark]:
    """GLNs with a wrong check digit: told, never refused; MedCom's own samples hold some (identifiers.md, 2)."""
    for party in ("Sender", "Receiver"):
        found = root.find(f"{party}/EANIdentifier")
        if found is not None and gln.explain(found.value).check_digit != "holds":
            yield Remark("gln-check-digit", f"{party}/EANIdentifier", found.at)


def civil_registration_number(root: Element) -> Iterator[Remark]:
    """A CPR number that begins with no date; modulus 11 is never asked for."""
    found = root.find("Patient/CivilRegistrationNumber")
    if found is not None and cpr.read(found.value) is None:
        yield Remark("cpr-form", "Patient/CivilRegistrationNumber", found.at)


def results_of(root: Element) -> Iterator[tuple[str, dict[str, Element]]]:
    """Every result with its path and its parts by name."""
    holder = root.find("LaboratoryResults")
    results = [child for child in holder.children if child.name == "Result"] if holder is not None else []
    for number, result in enumerate(results, 1):
        ordinal = f"[{number}]" if len(results) > 1 else ""
        yield f"LaboratoryResults/Result{ordinal}", {part.name: part for part in result.content if isinstance(part, Element)}


def numeric_results(root: Element) -> Iterator[Remark]:
    """Numeric results without a unit or without a number; placeholders that contradict the status."""
    for path, parts in results_of(root):
        status, value = parts["ResultStatusCode"].value, parts["Value"]
        waiting = status == "proeve_modtaget"
        if value.value == NOT_YET:
            if status not in {"proeve_modtaget", "svar_midlertidigt"}:
                yield Remark("placeholder-with-final", f"{path}/Value", value.at)
            continue
        if waiting:
            yield Remark("value-before-measurement", f"{path}/Value", value.at)
        elif parts["ResultType"].value == "numerisk":
            if not _NUMBER.fullmatch(value.value):
                yield Remark("not-numeric", f"{path}/Value", value.at)
            if "Unit" not in parts:
                yield Remark("no-unit", f"{path}/Value", value.at)


def intervals(root: Element) -> Iterator[Remark]:
    """Reference intervals whose lower limit is above the upper."""
    for path, parts in results_of(root):
        interval = parts.get("ReferenceInterval")
        if interval is None:
            continue
        lower, upper = number_of(interval.text("LowerLimit") or ""), number_of(interval.text("UpperLimit") or "")
        if lower is not None and upper is not None and lower > upper:
            yield Remark("interval-upside-down", f"{path}/ReferenceInterval/LowerLimit", interval.at)


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


REPORT_RULES: tuple[Rule, ...] = (location_numbers, civil_registration_number, numeric_results, intervals, order_of_times)
