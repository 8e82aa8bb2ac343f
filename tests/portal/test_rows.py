"""Which results share a row."""

from __future__ import annotations

import pytest

from labbro.codes.units import normal_unit
from labbro.portal.rows import RowKey, row_keys
from labbro.records.model import Code

from .histories import potassium, stored


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mmol/l", "mmol/L"),
        ("µmol/l", "umol/L"),
        ("μmol/L", "µmol/L"),
        ("10^9/L", "x10E9/l"),
        ("10*9/l", "10^9/L"),
        (" g / L ", "g/L"),
    ],
)
def test_units_that_differ_in_spelling_only_are_the_same(one: str, other: str) -> None:
    assert normal_unit(one) == normal_unit(other)


@pytest.mark.parametrize(
    ("one", "other"), [("mmol/L", "µmol/L"), ("mU/L", "MU/L"), ("10^9/L", "10^12/L"), ("g/L", "g/dL")]
)
def test_units_that_mean_something_else_stay_apart(one: str, other: str) -> None:
    assert normal_unit(one) != normal_unit(other)


def test_the_same_analysis_in_another_unit_is_another_row() -> None:
    keys = row_keys([stored(potassium(unit="mmol/L")), stored(potassium(unit="mg/dL"))])
    assert keys[0] != keys[1]


def test_code_system_and_responsible_all_belong_to_the_row() -> None:
    codes = [Code("1", "lokal", "OUH"), Code("1", "lokal", "KPL"), Code("1", "iupac", "OUH"), Code("2", "lokal", "OUH")]
    keys = row_keys([stored(potassium(analysis=code)) for code in codes])
    assert len(set(keys)) == 4
    assert len({key.address for key in keys}) == 4


def test_a_result_without_a_unit_goes_with_the_unit_most_used() -> None:
    waiting = stored(potassium(status="received", value=None, unit=None))
    keys = row_keys([waiting, stored(potassium(unit="g/L")), stored(potassium()), stored(potassium(unit="mmol/l"))])
    assert keys[0] == keys[2] == keys[3] != keys[1]


def test_an_analysis_that_never_has_a_unit_has_one_row() -> None:
    assert row_keys([stored(potassium(unit=None))]) == [RowKey("NPU03230", "iupac", "SST", None)]


def test_the_address_of_a_row_says_nothing_readable() -> None:
    address = RowKey("NPU03230", "iupac", "SST", "mmol/L").address
    assert len(address) == 16
    assert set(address) <= set("0123456789abcdef")
