"""Equations between units: what UCUM knows, and what a stated molar mass gives, is not registered otherwise."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from labbro.comparability.checking import contradictions
from labbro.comparability.equations import faults_of, stated_masses
from labbro.comparability.model import Conversion, Entries
from labbro.comparability.seed import SEED


def equation(
    from_unit: str, to_unit: str, factor: float, offset: float = 0.0, source: str = "sheet 7", told: str = ""
) -> Conversion:
    return Conversion(
        measurand_id="crp", from_unit=from_unit, to_unit=to_unit, factor=factor, offset=offset, source=source,
        equation=told,
    )  # fmt: skip


def codes(one: Conversion) -> list[str]:
    return [fault.code for fault in faults_of(one)]


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "factor"),
    [
        ("mg/L", "g/L", 0.001),
        ("mg/L", "ug/L", 1000.0),
        ("ukat/L", "U/L", 60.0),
        ("U/L", "ukat/L", 1 / 60),
        ("10^9/L", "10^6/mL", 1.0),
        ("10^-3IU/L", "IU/L", 0.001),
    ],
)
def test_units_of_one_kind_have_ucums_factor_or_are_refused(from_unit: str, to_unit: str, factor: float) -> None:
    assert codes(equation(from_unit, to_unit, factor)) == []
    assert codes(equation(from_unit, to_unit, factor * (1 + 5e-10))) == []
    for wrong in (factor * (1 + 2e-9), factor * 10, 1 / factor if factor != 1 else 2.0):
        assert codes(equation(from_unit, to_unit, wrong)) == ["conversion-against-ucum"]
    assert codes(equation(from_unit, to_unit, factor, offset=0.1)) == ["conversion-against-ucum"]


def test_the_sentence_says_ucums_factor_and_what_to_do() -> None:
    (fault,) = faults_of(equation("mmHg", "kPa", 0.1333, offset=1.5))
    for sentence in (fault.message, fault.message_da):
        assert "0.133322387415" in sentence
        assert "0.1333 (+ 1.5)" in sentence
    assert "leave the equation out" in fault.message
    assert codes(equation("mmHg", "kPa", 0.133322387415)) == []


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "factor", "offset"),
    [
        ("mmol/mol", "%", 0.0915, 2.15),
        ("%", "mmol/mol", 10.93, -23.5),
        ("%", "‰", 9.0, 0.0),
        ("IU/L", "U/L", 0.7, 0.0),
        ("IU/L", "arb.enh.", 3.0, 1.0),
        ("IU/L", "ng/L", 2.8, 0.0),
        ("meq/L", "mmol/L", 0.5, 0.0),
        ("mL/min/1.73m²", "mL/min", 1.1, 0.0),
    ],
)
def test_nothing_is_held_against_what_ucum_cannot_know(
    from_unit: str, to_unit: str, factor: float, offset: float
) -> None:
    assert codes(equation(from_unit, to_unit, factor, offset)) == []


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "factor", "source"),
    [
        ("pmol/L", "mg/L", 0.000105, "molmasse 105 kg/mol"),
        ("pmol/L", "mg/L", 0.000105, "105 kDa"),
        ("g/L", "mmol/L", 1 / 16.1145, "molmasse 16 114,5 g/mol pr. Fe"),
        ("g/L", "mmol/L", 1 / 16.1145, "molmasse 16.114,5 g/mol (tetramer 64.458 g/mol)"),
        ("g/L", "mmol/L", 1 / 16.114, "molar mass 16.114 g/mol, thousands by point"),
        ("mg/mmol", "mg/g", 1 / 0.11312, "molmasse af kreatinin 113,12 ± 0,02 g/mol"),
        ("mg/L", "umol/L", 8.84, "blad 2 113.12 g·mol⁻¹"),
        ("mg/L", "umol/L", 8.84 * 1.004, "113,12 g/mol"),
        ("mg/L", "umol/L", 12.0, "no mass is stated"),
    ],
)
def test_mass_and_amount_convert_by_the_molar_mass_that_is_stated(
    from_unit: str, to_unit: str, factor: float, source: str
) -> None:
    assert codes(equation(from_unit, to_unit, factor, source=source)) == []
    assert codes(equation(from_unit, to_unit, factor, source="s", told=source)) == []


@pytest.mark.parametrize(
    ("factor", "offset"), [(8.84 * 1.006, 0.0), (8.84 * 0.994, 0.0), (0.11312, 0.0), (8840.0, 0.0), (8.84, 1.0)]
)
def test_a_factor_that_its_molar_mass_does_not_give_is_refused(factor: float, offset: float) -> None:
    (fault,) = faults_of(equation("mg/L", "umol/L", factor, offset, source="kreatinin 113,12 g/mol"))
    assert fault.code == "conversion-against-molar-mass"
    for sentence in (fault.message, fault.message_da):
        assert "gives 8.84" in sentence or "giver 8.84" in sentence


@pytest.mark.parametrize(
    ("source", "masses"),
    [
        ("180,156 g/mol", ["180.156", "180156"]),
        ("2,5 kg/mol", ["2500.0"]),
        ("66 kDa, 585 residues", ["66000"]),
        ("16.114,5 g/mol", ["16114.5"]),
        ("blad 12 105 kg/mol", ["12105000", "105000"]),
        ("0 g/mol", []),
        ("12 mmol/mol", []),
        ("3 g/molecule", []),
        ("Dahl 2019", []),
        ("1,05 · 10^5 g/mol", []),
        ("1.05e5 g/mol", []),
    ],
)
def test_molar_masses_are_read_as_people_write_them(source: str, masses: list[str]) -> None:
    assert stated_masses(equation("a", "b", 1, source=source)) == tuple(map(Decimal, masses))


def test_the_registry_is_refused_with_the_code_and_the_seed_is_not() -> None:
    assert contradictions(SEED) == ()
    wrong = equation("ug/L", "mg/L", 1000.0)
    (fault,) = contradictions(msgspec.structs.replace(SEED, conversions=(*SEED.conversions, wrong)))
    assert (fault.code, fault.about) == ("conversion-against-ucum", "crp: ug/L to mg/L")
    swapped = Entries(
        measurands=SEED.measurands,
        conversions=(equation("nmol/L", "mg/L", 9.52, source="C-reaktivt protein 105 kDa"),),
    )
    assert [one.code for one in contradictions(swapped)] == ["conversion-against-molar-mass"]


def test_an_equation_that_has_no_usable_factor_has_that_fault_alone() -> None:
    for factor in (0.0, -1.0, float("nan"), float("inf")):
        told = Entries(measurands=SEED.measurands, conversions=(equation("mg/L", "g/L", factor),))
        assert [one.code for one in contradictions(told)] == ["conversion-factor"]
