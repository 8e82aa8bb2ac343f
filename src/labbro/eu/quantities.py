"""Numbers with units as FHIR has them. The digits stay as sent: 4.10 is not 4.1."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from labbro.codes.ucum import ucum
from labbro.eu.addresses import UCUM

Json = dict[str, Any]

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_COMPARATORS = {"<": "<", ">": ">"}


def number_of(text: str) -> Decimal | None:
    """The number that a letter writes, with a comma or a point; None where it is none."""
    told = text.strip()
    return Decimal(told.replace(",", ".")) if _NUMBER.fullmatch(told) else None


def quantity(value: Decimal, unit: str | None, operator: str | None = None) -> Json | None:
    """A quantity; None without a unit, as HL7 Denmark's core forbids a bare number."""
    if not unit or not unit.strip():
        return None
    found: Json = {"value": value, **unit_parts(unit.strip())}
    if operator in _COMPARATORS:
        found = {"value": value, "comparator": _COMPARATORS[operator], **unit_parts(unit.strip())}
    return found


@lru_cache(maxsize=4096)
def unit_parts(unit: str) -> Json:
    """`unit`, and its UCUM code where it has one."""
    code = ucum(unit)
    return {"unit": unit} if code is None else {"unit": unit, "system": UCUM, "code": code}
