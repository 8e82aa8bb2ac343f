"""The change since the previous comparable result: shown between two plain numbers of one group, and nowhere else."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from labbro.comparability.decision import Placer
from labbro.comparability.registry import Registry
from labbro.comparability.seed import SEED
from labbro.databank import StoredResult
from labbro.portal.changing import percent
from labbro.portal.chart import course
from labbro.portal.detail import detail
from labbro.portal.i18n import DANISH, ENGLISH
from labbro.portal.i18n.comparability import DANISH as DA
from labbro.portal.i18n.comparability import ENGLISH as EN
from labbro.records.model import Code, Producer

from .histories import history, potassium, stored

NUMBERS = itertools.count(500)
FIRST, SECOND = "2024-03-01 08:00", "2024-09-01 08:00"


def told(
    value: str, sampled: str | None, code: str = "NPU01566", unit: str | None = "mmol/L", **more: Any
) -> StoredResult:
    of_result = {key: more.pop(key) for key in ("operator", "status", "kind") if key in more}
    producer = more.pop("producer", "QKL")
    result = potassium(
        analysis=Code(code, "iupac", "SST", f"{code};P", None),
        value=value,
        unit=unit,
        interval=None,
        producer=Producer(producer, producer),
        **of_result,
    )
    return stored(result, number=next(NUMBERS), sampled=sampled, **more)


def facts(
    rows: tuple[StoredResult, ...], of: StoredResult, *, english: bool = False, by_code: bool = False
) -> dict[str, str]:
    placer = Placer(Registry(SEED, 1))
    texts = ENGLISH if english else DANISH
    found = detail(history(*rows), of.letter_key, 1, texts, placer, in_code_row=by_code)
    assert found is not None
    return {fact.label: fact.value for fact in found.groups[0].facts}


def is_told(*rows: StoredResult) -> bool:
    return DA.change in facts(rows, rows[-1])


def test_the_value_says_how_much_it_changed_beside_what_chance_would_do() -> None:
    first, second = told("5,0", FIRST), told("6,1", SECOND)
    found = facts((first, second), second)
    assert found[DA.change] == "+22\N{NO-BREAK SPACE}% (5,0 mmol/L, 01.03.2024 08:00)"
    assert found[DA.reference_change] == "15\N{NO-BREAK SPACE}%: ændringen er større"
    assert found[DA.reference_basis] == (
        "CVi 5\N{NO-BREAK SPACE}%, CVa 2\N{NO-BREAK SPACE}%, Z 1,96; "
        "opdigtet demonstrationstal / invented demonstration figure"
    )
    assert DA.change not in facts((first, second), first)


def test_a_small_change_is_said_to_be_no_larger_in_english_too() -> None:
    first, second = told("5.0", FIRST), told("4.8", SECOND)
    found = facts((first, second), second, english=True)
    assert found[EN.change].startswith("\N{MINUS SIGN}4\N{NO-BREAK SPACE}% (5.0 mmol/L")
    assert found[EN.reference_change].endswith(EN.change_smaller)


def test_rows_by_code_say_nothing_of_it() -> None:
    first, second = told("5,0", FIRST), told("6,1", SECOND)
    assert DA.change not in facts((first, second), second, by_code=True)


def test_a_converted_value_is_compared_in_the_rows_unit() -> None:
    first, second = told("145", FIRST, "NPU28309", "g/L"), told("9,9", SECOND, "NPU02319")
    assert facts((first, second), second)[DA.change].startswith("+10\N{NO-BREAK SPACE}% (145 g/L")


@pytest.mark.parametrize(
    "rows",
    [
        (told("5,0", FIRST, operator="<"), told("6,1", SECOND)),
        (told("5,0", FIRST), told("6,1", SECOND, operator=">")),
        (told("5,0", FIRST, status="preliminary"), told("6,1", SECOND)),
        (told("5,0", FIRST), told("6,1", SECOND, status="preliminary")),
        (told("5,0", FIRST), told("5,2", FIRST), told("6,1", SECOND)),
        (told("5,0", None), told("6,1", SECOND)),
        (told("5,0", FIRST, current=False), told("6,1", SECOND)),
        (told("5,0", FIRST, ambiguous=True), told("6,1", SECOND)),
        (told("0,0", FIRST), told("6,1", SECOND)),
        (told("Se tekst", FIRST, kind="alphanumeric"), told("6,1", SECOND)),
        (told("5,0", FIRST, unit=None), told("6,1", SECOND)),
        (told("2,5", "2022-02-28 08:00", "NPU08669", "µg/L"), told("3,2", "2022-03-01 08:00", "NPU08669", "µg/L")),
        (told("90", "2024-02-04 08:00", "NPU19763", "µg/L"), told("97", "2024-02-05 08:00", "NPU19763", "µg/L")),
        (told("7,1", FIRST, "NPU03835", "%"), told("54", SECOND, "NPU27300", "mmol/mol")),
        (told("4,1", FIRST, "NPU03230"), told("4,9", SECOND, "NPU03230")),
        (told("12", FIRST, "NPU19748", "mg/L"), told("40", SECOND, "NPU19748", "mg/L")),
    ],
    ids=["after a limit", "a limit", "after a preliminary", "a preliminary", "after two at once", "time unknown",
         "replaced", "ambiguous", "nought", "a text", "no unit", "a split", "a step of caution", "an offset",
         "not assessed", "no figures"],
)  # fmt: skip
def test_nothing_is_said_where_it_could_mislead(rows: tuple[StoredResult, ...]) -> None:
    assert not is_told(*rows)


def test_a_limit_in_between_is_not_jumped_over() -> None:
    middle = told("5,0", "2024-06-01 08:00", operator="<")
    assert not is_told(told("5,5", FIRST), middle, told("6,1", SECOND))


def test_what_has_not_arrived_is_no_result_in_between() -> None:
    waiting = told("*****", "2024-06-01 08:00", status="received")
    assert is_told(told("5,5", FIRST), waiting, told("6,1", SECOND))


def test_the_course_tells_it_line_by_line_on_each_side_of_a_step() -> None:
    days = ("2023-01-01", "2023-07-01", "2024-03-01", "2024-09-01")
    rows = [
        told(value, f"{day} 08:00", "NPU19763", "µg/L")
        for value, day in zip(("90", "99", "97", "97"), days, strict=True)
    ]
    placer = Placer(Registry(SEED, 1))
    shown = detail(history(*rows), rows[0].letter_key, 1, DANISH, placer)
    assert shown is not None
    found = course(history(*rows), shown.row, DANISH, placer)
    assert found is not None
    assert [line.change for line in reversed(found.lines)] == [
        "", "ændring +10\N{NO-BREAK SPACE}%, kritisk difference 36\N{NO-BREAK SPACE}%", "",
        "ændring 0\N{NO-BREAK SPACE}%, kritisk difference 36\N{NO-BREAK SPACE}%",
    ]  # fmt: skip
    assert [point.apart for point in found.chart.points] == [False, False, True, False]
    assert found.has_steps
    assert not found.has_gaps


def test_a_line_joins_nothing_across_methods_in_a_row_by_code_either() -> None:
    rows = [
        told(value, f"{day} 08:00", "NPU08669", "µg/L")
        for value, day in (("2,5", "2021-03-01"), ("2,6", "2022-02-28"), ("3,2", "2022-03-01"), ("3,3", "2023-03-01"))
    ]
    placer = Placer(Registry(SEED, 1))
    shown = detail(history(*rows), rows[0].letter_key, 1, DANISH, placer, in_code_row=True)
    assert shown is not None
    found = course(history(*rows), shown.row, DANISH, placer)
    assert found is not None
    assert [point.apart for point in found.chart.points] == [False, False, True, False]
    assert found.has_gaps
    assert not found.has_changes
    without = course(history(*rows), shown.row, DANISH)
    assert without is not None
    assert not without.has_gaps


def test_results_that_nobody_assessed_are_drawn_without_a_line() -> None:
    rows = [told("4,1", FIRST, "NPU03230"), told("4,2", SECOND, "NPU03230")]
    placer = Placer(Registry(SEED, 1))
    shown = detail(history(*rows), rows[0].letter_key, 1, DANISH, placer)
    assert shown is not None
    found = course(history(*rows), shown.row, DANISH, placer)
    assert found is not None
    assert [point.apart for point in found.chart.points] == [False, True]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (22.4, "+22 %"),
        (-4.26, "\N{MINUS SIGN}4,3 %"),
        (9.96, "+10 %"),
        (0.0, "0 %"),
        (0.04, "0 %"),
        (-4.000000001, "\N{MINUS SIGN}4 %"),
        (3.0, "+3 %"),
    ],
)
def test_per_cent_have_a_decimal_below_ten_only(value: float, said: str) -> None:
    assert percent(value, DA, signed=True) == said.replace(" ", "\N{NO-BREAK SPACE}")
