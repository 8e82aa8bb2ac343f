"""GS1 element strings on tubes: read as printed and as scanned, and mapped to the sample number by rule."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.codes.modulus import gs1_check_digit
from labbro.errors import WrongUse
from labbro.numbers.paper.gs1 import ElementString, TubeRule, element_string, read_element_string, sample_number_of

GTIN = "05790000000012"[:-1]
GTIN += gs1_check_digit(GTIN)
NUMBER = "1000000000037"


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(21){NUMBER}",
        f"01{GTIN}21{NUMBER}",
        f"]C101{GTIN}21{NUMBER}",
        f"]d201{GTIN}21{NUMBER}\x1d",
        f"21{NUMBER}\x1d01{GTIN}",
    ],
)
def test_the_same_tube_reads_alike_however_it_is_told(text: str) -> None:
    assert read_element_string(text) == ElementString(GTIN, NUMBER)


def test_lot_and_expiry_are_read_and_day_00_is_the_months_last() -> None:
    read = read_element_string(f"01{GTIN}1728020010LOT-7\x1d21{NUMBER}")
    assert read == ElementString(GTIN, NUMBER, "LOT-7", dt.date(2028, 2, 29))
    assert read_element_string(f"(01){GTIN}(17)271231").expiry == dt.date(2027, 12, 31)


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.from_regex(r"[0-9]{1,15}", fullmatch=True))
def test_what_is_written_for_a_tube_maker_reads_back(article: str, number: str) -> None:
    gtin = f"0{article}" + gs1_check_digit(f"0{article}")
    element = read_element_string(element_string(gtin, number))
    assert sample_number_of(element, [TubeRule(gtin)]) == number


@given(st.text(max_size=60))
def test_any_scan_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(WrongUse):
        assert len(read_element_string(text).gtin) == 14


def test_a_rule_takes_the_number_out_of_a_makers_serial() -> None:
    rule = TubeRule(GTIN, r"DK(?P<number>[0-9]{13})X")
    assert sample_number_of(ElementString(GTIN, f"DK{NUMBER}X"), [rule]) == NUMBER


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "gs1-no-article"),
        (f"(21){NUMBER}", "gs1-no-article"),
        (f"(01){GTIN[:-1]}{(int(GTIN[-1]) + 1) % 10}(21)1", "gs1-check-digit"),
        (f"(01){GTIN}(21)", "gs1-malformed"),
        (f"(01){GTIN}(01){GTIN}", "gs1-malformed"),
        (f"(01){GTIN}(17)271341", "gs1-malformed"),
        (f"(01){GTIN}(99)1", "gs1-unknown-element"),
        (f"01{GTIN}21{'1' * 21}", "gs1-malformed"),
        ("0" * 101, "gs1-malformed"),
        (f"01{GTIN[:-3]}", "gs1-malformed"),
    ],
)
def test_a_wrong_element_string_is_refused_for_its_fault(text: str, code: str) -> None:
    with pytest.raises(WrongUse) as told:
        read_element_string(text)
    assert told.value.code == code


def test_a_tube_without_rule_or_number_is_refused() -> None:
    for rules, code in (([], "gs1-no-rule"), ([TubeRule(GTIN, r"X(?P<number>\d+)")], "gs1-no-number")):
        with pytest.raises(WrongUse) as told:
            sample_number_of(ElementString(GTIN, NUMBER), rules)
        assert told.value.code == code
