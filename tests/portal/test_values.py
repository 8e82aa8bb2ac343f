"""Judging a value: the laboratory's word first, then the limits, and never a guess."""

from __future__ import annotations

import pytest

from labbro.portal.values import Judgement, has_arrived, interval_text, judge, number, value_text
from labbro.records.model import ReferenceInterval, Result

from .histories import potassium

HIGH, LOW, INSIDE = Judgement("high", "limits"), Judgement("low", "limits"), Judgement(None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4,1", 4.1),
        ("4.1", 4.1),
        (" 12 ", 12.0),
        ("-0,5", -0.5),
        ("+3", 3.0),
        ("1.234,5", None),
        ("2;20111115", None),
        ("", None),
        ("ja", None),
        (None, None),
        ("1e5", None),
        ("٣", None),
    ],
)
def test_a_number_may_have_either_decimal_mark_and_nothing_else_is_one(
    text: str | None, expected: float | None
) -> None:
    assert number(text) == expected


@pytest.mark.parametrize(
    ("value", "operator", "expected"),
    [
        ("4,5", None, HIGH),
        ("4.41", None, HIGH),
        ("3,4", None, LOW),
        ("3,5", None, INSIDE),  # a value on a limit is inside
        ("4,4", None, INSIDE),
        ("10", None, HIGH),  # as numbers, not as texts
        ("3", "<", LOW),
        ("3,5", "<", LOW),
        ("5", "<", INSIDE),  # may be anything below 5: not known
        ("4,4", ">", HIGH),
        ("2", ">", INSIDE),  # may be anything above 2: not known
        ("ja", None, INSIDE),
    ],
)
def test_a_value_is_compared_with_its_own_limits(value: str, operator: str | None, expected: Judgement) -> None:
    assert judge(potassium(value=value, operator=operator)) == expected


def test_the_laboratorys_flag_goes_before_the_limits() -> None:
    assert judge(potassium(value="4,0", flag="high")) == Judgement("high", "laboratory")
    assert judge(potassium(value="9,9", flag="low")) == Judgement("low", "laboratory")
    assert judge(potassium(value="ja", flag="abnormal", kind="text")) == Judgement("abnormal", "laboratory")


def test_one_limit_is_enough_and_none_judges_nothing() -> None:
    assert judge(potassium(value="5", interval=ReferenceInterval(None, None, "4.4"))) == HIGH
    assert judge(potassium(value="5", interval=ReferenceInterval(None, "6", None))) == LOW
    assert judge(potassium(value="5", interval=ReferenceInterval(text="se bilag"))) == INSIDE
    assert judge(potassium(value="5", interval=None)) == INSIDE


def test_a_text_is_never_compared() -> None:
    assert judge(potassium(value="9", kind="text")) == INSIDE


@pytest.mark.parametrize("result", [potassium(status="received", value=None), potassium(value="*****")])
def test_what_has_not_arrived_has_no_value_and_no_judgement(result: Result) -> None:
    assert not has_arrived(result)
    assert value_text(result) == ""
    assert judge(result) == INSIDE


def test_the_value_is_shown_as_sent_with_its_operator() -> None:
    assert value_text(potassium(value="4,10")) == "4,10"
    assert value_text(potassium(value="3.0", operator="<")) == "< 3.0"
    assert value_text(potassium(value="3", operator="=")) == "3"


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (None, ""),
        (ReferenceInterval("physiological", "3,5", "4,4"), "3,5–4,4"),
        (ReferenceInterval("physiological", "-2", "2"), "-2 – 2"),
        (ReferenceInterval(None, None, "5"), "≤ 5"),
        (ReferenceInterval(None, "60", None), "≥ 60"),
        (ReferenceInterval("therapeutic", "0.5", "0.8"), "terapeutisk 0.5–0.8"),
        (ReferenceInterval("therapeutic", text="se bilag"), "se bilag"),
        (ReferenceInterval(None, "1", "2", "voksne"), "1–2 voksne"),
    ],
)
def test_an_interval_reads_as_people_write_it(interval: ReferenceInterval | None, expected: str) -> None:
    assert interval_text(interval, "terapeutisk") == expected
