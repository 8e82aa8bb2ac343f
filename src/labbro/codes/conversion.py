"""Converting values between units, by UCUM through ucumvert and pint. Needs the extra `server`.

Units of one dimension convert by themselves. Mass and amount of substance convert only with a molar mass that the
caller states, with its source. The original always stands in the answer; nothing is guessed.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, cast

import msgspec

from labbro.codes.ucum import ucum
from labbro.errors import WrongUse

_DIGITS = 12
# Units that only their own definition knows, and what is said in braces: UCUM counts both as 1, people do not. It
# counts an equivalent as a mole, which holds for a charge of one only: 2 meq of calcium are 1 mmol.
_OWN_KIND = re.compile(r"\[[^\]]*U\]|\[(?:CC|TC|E)ID_50\]|\[Lf\]|\{[^}]*\}|eq(?![a-z])", re.IGNORECASE)
# Powers that would be counted out to their last digit; no unit needs them.
_ENDLESS = re.compile(r"[0-9]{5}|[*^][+-]?[0-9]{3}")


class MolarMass(msgspec.Struct, frozen=True):
    """Grams a mole of one component, and who says so."""

    gram_per_mole: Decimal
    source: str


class Converted(msgspec.Struct, frozen=True, kw_only=True):
    """A value in another unit, with the original beside it. `basis` says what the conversion stands on."""

    value: Decimal
    unit: str
    original_value: Decimal
    original_unit: str
    factor: Decimal
    basis: str


def convert(value: Decimal, from_unit: str, to_unit: str, molar_mass: MolarMass | None = None) -> Converted:
    """Converts. Units as letters write them or in UCUM.

    Raises WrongUse `unit-unknown` for a unit that UCUM does not know, `unit-not-convertible` for two of different
    kinds, `molar-mass-needed` where a stated molar mass would make it possible.
    """
    found = factor(from_unit, to_unit, molar_mass)
    basis = "units of one kind (UCUM)"
    if molar_mass is not None and not _same_kind(from_unit, to_unit):
        basis = f"molar mass {molar_mass.gram_per_mole} g/mol ({molar_mass.source})"
    return Converted(
        value=_rounded(value * found),
        unit=to_unit,
        original_value=value,
        original_unit=from_unit,
        factor=_rounded(found),
        basis=basis,
    )


@lru_cache(maxsize=1024)
def factor(from_unit: str, to_unit: str, molar_mass: MolarMass | None = None) -> Decimal:
    """What a value is multiplied by. Raises as `convert`."""
    source, target = _unit(from_unit), _unit(to_unit)
    if _own_kinds(from_unit) != _own_kinds(to_unit):
        raise _other_kinds(from_unit, to_unit)
    if source.dimensionality == target.dimensionality:
        return _decimal(source.to(target).magnitude)
    way = _way(source, target)
    if way is None:
        raise _other_kinds(from_unit, to_unit)
    if molar_mass is None:
        raise WrongUse(
            f"{from_unit} and {to_unit} are mass and amount of substance; state the molar mass of the component.",
            message_da=f"{from_unit} og {to_unit} er masse og stofmængde; angiv komponentens molmasse.",
            code="molar-mass-needed",
        )
    mass = _unit("g") / _unit("mol") * float(molar_mass.gram_per_mole)
    return _decimal((source / mass if way == "to moles" else source * mass).to(target).magnitude)


@lru_cache(maxsize=4096)
def safe_factor(from_unit: str, to_unit: str) -> float | None:
    """The factor between two units of one kind, None where there is none that holds for any component.

    Shares (%, mmol/mol, g/g) have none: whether they are of mass, amount or number, the unit does not say.
    """
    try:
        found = factor(from_unit, to_unit)
        shares = _unit(from_unit).dimensionless
    except WrongUse:
        return None
    return None if shares else float(_rounded(found))


def _own_kinds(unit: str) -> list[str]:
    return sorted(_OWN_KIND.findall((ucum(unit) or unit).casefold()))


def _other_kinds(from_unit: str, to_unit: str) -> WrongUse:
    return WrongUse(
        f"{from_unit} and {to_unit} measure different kinds of quantity; no factor lies between them.",
        message_da=f"{from_unit} og {to_unit} måler forskellige størrelser; der er ingen faktor imellem dem.",
        code="unit-not-convertible",
    )


def _same_kind(from_unit: str, to_unit: str) -> bool:
    return bool(_unit(from_unit).dimensionality == _unit(to_unit).dimensionality)


def _way(source: Any, target: Any) -> str | None:
    """Whether a molar mass lies between two units, and which way."""
    grams_per_mole = (_unit("g") / _unit("mol")).dimensionality
    if (source / target).dimensionality == grams_per_mole:
        return "to moles"
    return "to grams" if (target / source).dimensionality == grams_per_mole else None


@lru_cache(maxsize=1024)
def _unit(unit: str) -> Any:
    """One of a unit. The registry of pint takes two seconds to load, so only who converts loads it."""
    registry, unknown = _registry()
    try:
        if _ENDLESS.search(unit):
            raise ValueError
        found = 1 * registry.from_ucum(ucum(unit) or unit)
        if isinstance(found, str) or not 0 < float(found.to_base_units().magnitude) < math.inf:
            raise ValueError
        return found
    except unknown as error:
        raise WrongUse(
            f"The unit {unit[:40]!r} is not known to UCUM ({type(error).__name__}).",
            message_da=f"Enheden {unit[:40]!r} kendes ikke i UCUM.",
            code="unit-unknown",
        ) from None


@cache
def _registry() -> tuple[Any, tuple[type[Exception], ...]]:
    """pint's registry with UCUM's units, and what it raises for a unit it does not know."""
    import pint

    made: Any = import_module("ucumvert")  # it has no types; by its name it is one Any
    # Some units of UCUM (pH) are understood and then not found; the parser tells that by an error of its own.
    lark: Any = import_module("lark.exceptions")
    return made.PintUcumRegistry(), (
        made.InvalidUcumError,
        pint.errors.PintError,
        ArithmeticError,
        ValueError,
        lark.LarkError,
    )


def _decimal(number: object) -> Decimal:
    return Decimal(repr(float(cast("float", number))))


def _rounded(number: Decimal) -> Decimal:
    """Twelve digits: more than any measurement, fewer than the noise of binary fractions."""
    return Decimal(f"{number:.{_DIGITS}g}").normalize() + Decimal(0)
