"""Whether an equation between two units agrees with what is known without it: UCUM, or its molar mass. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from labbro.codes.conversion import MolarMass, factor, safe_factor
from labbro.comparability.model import Conversion
from labbro.errors import WrongUse

UCUM_TOLERANCE = 1e-9  # relative
MOLAR_MASS_TOLERANCE = 0.005  # relative: molar masses are rounded, and those of proteins vary

_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
_UNCERTAINTY = rf"(?:\s*(?:±|\+/-)\s*(?:{_NUMBER}))?"
_PER_MOLE = r"(k?)(?:g\s?/\s?mol|g\s?[·.*]?\s?mol(?:\^?-1|⁻¹)|Da)(?![a-z])"
_STATED = re.compile(rf"(?<![\w.,^])({_NUMBER}){_UNCERTAINTY}\s*{_PER_MOLE}", re.IGNORECASE)


class Fault(NamedTuple):
    """What is wrong with an equation: a stable code, and what to mend in two languages."""

    code: str
    message: str
    message_da: str


def faults_of(one: Conversion) -> Iterator[Fault]:
    """What contradicts an equation; nothing where neither UCUM nor a molar mass knows.

    UCUM knows no factor between shares (%, mmol/mol) nor of units that only their own definition knows (IU against U).
    """
    if not (math.isfinite(one.factor) and one.factor > 0 and math.isfinite(one.offset)):
        return
    known = safe_factor(one.from_unit, one.to_unit)
    if known is not None:
        if one.offset != 0 or not math.isclose(one.factor, known, rel_tol=UCUM_TOLERANCE):
            yield _against_ucum(one, known)
        return
    expected = [found for mass in stated_masses(one) for found in _by_mass(one, mass)]
    fits = any(math.isclose(one.factor, each, rel_tol=MOLAR_MASS_TOLERANCE) for each in expected)
    if expected and (one.offset != 0 or not fits):
        yield _against_mass(one, expected[0])


def stated_masses(one: Conversion) -> tuple[Decimal, ...]:
    """Molar masses that the equation or its source states, in g/mol: `113,12 g/mol`, `16 114,5 g/mol`, `105 kDa`.

    Where a number can be read in two ways (`16.114`, `blad 12 105`), both.
    """
    found = [
        reading * (1000 if kilo else 1)
        for text in (one.equation, one.source)
        for number, kilo in _STATED.findall(text)
        for reading in _readings(number)
    ]
    return tuple(dict.fromkeys(mass for mass in found if mass > 0))


def _readings(number: str) -> Iterator[Decimal]:
    parts = number.replace("\u00a0", " ").replace("\u202f", " ").split(" ")
    for first in range(len(parts)):
        text = "".join(parts[first:])
        whole, mark, decimals = text.replace(",", ".").rpartition(".")
        if not mark:
            yield Decimal(text)
            continue
        grouped = all(len(group) == 3 for group in whole.split(".")[1:])
        if grouped:
            yield Decimal(f"{whole.replace('.', '')}.{decimals}")
        if grouped and len(decimals) == 3:
            yield Decimal(f"{whole.replace('.', '')}{decimals}")


def _by_mass(one: Conversion, gram_per_mole: Decimal) -> Iterator[float]:
    """The factor that a molar mass gives, where the units are mass and amount of substance."""
    try:
        factor(one.from_unit, one.to_unit)
    except WrongUse as error:
        if error.code == "molar-mass-needed":
            yield float(factor(one.from_unit, one.to_unit, MolarMass(gram_per_mole, one.source)))


def _against_ucum(one: Conversion, known: float) -> Fault:
    units = f"{one.from_unit} to {one.to_unit}"
    return Fault(
        "conversion-against-ucum",
        f"The equation {one.measurand_id}: {units} has the factor {one.factor:.12g}{_plus(one)}, but these units are "
        f"of one kind, and UCUM's factor is {known:.12g} with nothing added; use that, or leave the equation out: they "
        "convert without it.",
        f"Omregningen {one.measurand_id}: {units} har faktoren {one.factor:.12g}{_plus(one)}, men enhederne er af "
        f"samme slags, og UCUM's faktor er {known:.12g} uden tillæg; brug den, eller udelad omregningen: de "
        "omregnes uden den.",
    )


def _against_mass(one: Conversion, expected: float) -> Fault:
    units = f"{one.from_unit} to {one.to_unit}"
    return Fault(
        "conversion-against-molar-mass",
        f"The equation {one.measurand_id}: {units} has the factor {one.factor:.6g}{_plus(one)}, but the molar mass "
        f"that it states gives {expected:.6g} with nothing added; mend the factor or the molar mass.",
        f"Omregningen {one.measurand_id}: {units} har faktoren {one.factor:.6g}{_plus(one)}, men den molmasse, den "
        f"angiver, giver {expected:.6g} uden tillæg; ret faktoren eller molmassen.",
    )


def _plus(one: Conversion) -> str:
    return f" (+ {one.offset:g})" if one.offset else ""
