"""Converting by UCUM: one kind by itself, mass and substance with a stated molar mass, anything else refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labbro.codes.conversion import MolarMass, convert, factor, safe_factor
from labbro.codes.ucum import ucum
from labbro.errors import WrongUse

GLUCOSE = MolarMass(Decimal("180.156"), "sum formula C6H12O6")


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        ("1.5", "mmol/L", "µmol/L", "1500"),
        ("1", "µkat/L", "U/L", "60"),
        ("140", "g/L", "g/dL", "14"),
        ("4.5", "10^9/L", "10^6/mL", "4.5"),
        ("42", "mmol/mol", "%", "4.2"),
        ("2.0", "10^-3 IU/L", "mIU/L", "2"),
        ("100", "mmHg", "kPa", "13.332238741500"),
    ],
)
def test_units_of_one_kind_convert(value: str, from_unit: str, to_unit: str, expected: str) -> None:
    told = convert(Decimal(value), from_unit, to_unit)
    assert told.value == pytest.approx(Decimal(expected), rel=Decimal("1e-10"))
    assert (told.original_value, told.original_unit, told.unit) == (Decimal(value), from_unit, to_unit)


def test_mass_and_substance_convert_with_a_stated_molar_mass_only() -> None:
    told = convert(Decimal("5.0"), "mmol/L", "mg/dL", GLUCOSE)
    assert float(told.value) == pytest.approx(90.078)
    assert "180.156 g/mol (sum formula" in told.basis
    assert float(convert(Decimal("90.078"), "mg/dL", "mmol/L", GLUCOSE).value) == pytest.approx(5.0)
    with pytest.raises(WrongUse) as refused:
        convert(Decimal("5.0"), "mmol/L", "mg/dL")
    assert refused.value.code == "molar-mass-needed"


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "code"),
    [
        ("IU/L", "U/L", "unit-not-convertible"),
        ("mmol/L", "s", "unit-not-convertible"),
        ("arb.enh.", "mmol/L", "unit-unknown"),
        ("", "mmol/L", "unit-unknown"),
    ],
)
def test_anything_else_is_refused_with_its_reason(from_unit: str, to_unit: str, code: str) -> None:
    with pytest.raises(WrongUse) as told:
        convert(Decimal(1), from_unit, to_unit)
    assert told.value.code == code
    assert told.value.message != told.value.message_da


@settings(max_examples=60, deadline=None)
@given(
    st.decimals(Decimal("0.001"), Decimal(100_000), places=3),
    st.sampled_from([("mmol/L", "umol/L"), ("g/L", "mg/dL"), ("ukat/L", "U/L"), ("mmol/L", "mg/L")]),
)
def test_there_and_back_gives_the_value(value: Decimal, units: tuple[str, str]) -> None:
    there = convert(value, *units, GLUCOSE)
    back = convert(there.value, *reversed(units), GLUCOSE)
    assert float(back.value) == pytest.approx(float(value), rel=1e-9)
    assert float(factor(*units, GLUCOSE) * factor(*reversed(units), GLUCOSE)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("µmol/l", "umol/L"),
        ("10E9/l", "10*9/L"),
        ("× 10^-3 IU/L", "m[IU]/L"),
        ("mL/min/1,73 m2", "mL/min/{1.73_m2}"),
        ("arb.enh.", None),
        ("mmol/l om svaret", None),
    ],
)
def test_units_of_letters_have_a_code_or_none(unit: str, code: str | None) -> None:
    assert ucum(unit) == code


@pytest.mark.parametrize(
    ("from_unit", "to_unit"),
    [("10^9/L", "IU/L"), ("mL/min/1.73m²", "mL/min"), ("U/L", "IU/L"), ("IU/L", "1/L"), ("meq/L", "mmol/L")],
)
def test_what_ucum_counts_as_one_is_no_bridge_between_kinds(from_unit: str, to_unit: str) -> None:
    with pytest.raises(WrongUse) as told:
        factor(from_unit, to_unit)
    assert told.value.code == "unit-not-convertible"
    assert safe_factor(from_unit, to_unit) is None


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "expected"),
    [
        ("mg/L", "ug/L", 1000.0),
        ("10^-3IU/L", "IU/L", 0.001),
        ("ukat/L", "U/L", 60.0),
        ("10^9/L", "10^6/mL", 1.0),
        ("meq/L", "eq/L", 0.001),
        ("pH", "1", None),
        ("mmol/L", "pH", None),
        ("1,73 m2", "1.73m²", None),
        ("10*999/L", "10^9/L", None),
        ("10*-999/L", "10^9/L", None),
        ("%", "mmol/mol", None),
        ("mg/g", "%", None),
        ("g/L", "mmol/L", None),
        ("arb.enh.", "g/L", None),
    ],
)
def test_a_factor_is_safe_only_where_it_holds_for_any_component(
    from_unit: str, to_unit: str, expected: float | None
) -> None:
    assert safe_factor(from_unit, to_unit) == expected
