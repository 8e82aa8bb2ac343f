"""The reference change value: the formula by hand, and every place where nothing may be said."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import msgspec
import pytest

from labbro.comparability.change import may_be_followed, reference_change, reference_change_percent
from labbro.comparability.checking import contradictions
from labbro.comparability.decision import Observed, Placer
from labbro.comparability.model import Entries, Figure, Measurand
from labbro.comparability.registry import Registry
from labbro.comparability.seed import LOCAL_CHOLESTEROL, SEED, national
from labbro.errors import WrongUse

REGISTRY = Registry(SEED, 1)


def seen(code: str, unit: str, day: str, producer: str = "QKL", value: float = 10.0) -> Observed:
    return Observed(
        code=national(code), producer=producer, unit=unit, sampled_on=dt.date.fromisoformat(day), value=value
    )


def percent(first: Observed, second: Observed, registry: Registry = REGISTRY) -> float | None:
    placer = Placer(registry)
    found = reference_change(placer.place(first), placer.place(second), registry)
    return None if found is None else found.percent


@pytest.mark.parametrize(
    ("within", "analytical", "z", "expected"),
    [
        (4, 3, 1.96, 13.8593),  # 1.414214 * 1.96 * 5
        (4, 3, 1.65, 11.6673),  # one-sided: 1.414214 * 1.65 * 5
        (12, 5, 1.96, 36.0342),  # 1.414214 * 1.96 * 13
        (6, 0, 1.96, 16.6312),  # a measurement without variation: 2.771859 * 6
    ],
)
def test_it_is_the_root_of_two_times_z_times_both_variations_squared(
    within: float, analytical: float, z: float, expected: float
) -> None:
    assert reference_change_percent(within, analytical, z) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("within", "analytical"), [(0, 3), (-1, 3), (4, -1), (math.nan, 3), (4, math.inf)])
def test_figures_that_no_variation_can_have_are_refused(within: float, analytical: float) -> None:
    with pytest.raises(WrongUse, match="above 0"):
        reference_change_percent(within, analytical)


def test_inside_a_group_it_holds_over_laboratories_and_codes() -> None:
    here = seen("NPU01566", "mmol/L", "2024-01-01")
    there = msgspec.structs.replace(seen("NPU01566", "mmol/L", "2019-01-01", "QSL"), code=LOCAL_CHOLESTEROL)
    assert percent(there, here) == pytest.approx(math.sqrt(2) * 1.96 * math.hypot(5, 2))
    found = reference_change(Placer(REGISTRY).place(there), Placer(REGISTRY).place(here), REGISTRY)
    assert found is not None
    assert "invented" in found.within.source
    assert "opdigtet" in found.analytical.source


def test_a_conversion_by_a_factor_keeps_it_and_one_with_an_offset_does_not() -> None:
    assert percent(seen("NPU28309", "g/L", "2018-01-01"), seen("NPU02319", "mmol/L", "2019-01-01")) is not None
    assert percent(seen("NPU03835", "%", "2018-01-01"), seen("NPU27300", "mmol/mol", "2019-01-01")) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (seen("NPU08669", "ug/L", "2022-02-28"), seen("NPU08669", "ug/L", "2022-03-01")),
        (seen("NPU19763", "ug/L", "2024-02-04", value=90), seen("NPU19763", "ug/L", "2024-02-05", value=90)),
        (seen("NPU08669", "ug/L", "2023-01-01"), seen("NPU08669", "ug/L", "2024-01-01")),
        (seen("NPU03230", "mmol/L", "2023-01-01"), seen("NPU03230", "mmol/L", "2024-01-01")),
        (seen("NPU19748", "mg/L", "2023-01-01"), seen("NPU19748", "mg/L", "2024-01-01")),
    ],
    ids=["a split", "a step of caution", "a procedure outside groups", "not assessed", "a group without figures"],
)
def test_nothing_is_said_across(first: Observed, second: Observed) -> None:
    assert percent(first, second) is None


def test_on_each_side_of_a_step_it_is_said() -> None:
    for days in (("2022-01-01", "2023-01-01"), ("2024-03-01", "2025-01-01")):
        first, second = (seen("NPU19763", "ug/L", day, value=90) for day in days)
        assert percent(first, second) is not None


def test_without_a_figure_nothing_is_made_up() -> None:
    first, second = seen("NPU01566", "mmol/L", "2023-01-01"), seen("NPU01566", "mmol/L", "2024-01-01")
    measurands = tuple(msgspec.structs.replace(one, within=None) for one in SEED.measurands)
    groups = tuple(msgspec.structs.replace(one, analytical=None) for one in SEED.groups)
    for lacking in ({"measurands": measurands}, {"groups": groups}):
        assert percent(first, second, Registry(msgspec.structs.replace(SEED, **lacking), 1)) is None


def test_a_line_follows_a_procedure_that_stands_alone_but_nothing_that_nobody_assessed() -> None:
    place = Placer(REGISTRY).place
    alone = place(seen("NPU08669", "ug/L", "2023-01-01"))
    unassessed = place(seen("NPU03230", "mmol/L", "2023-01-01"))
    assert may_be_followed(alone, alone)
    assert not may_be_followed(unassessed, unassessed)
    assert not may_be_followed(alone, unassessed)


@pytest.mark.parametrize("figure", [{"percent": 0.0}, {"percent": 900.0}, {"source": " "}, {"percent": math.nan}])
def test_a_variation_that_cannot_be_or_has_no_source_stands_in_the_way_of_a_release(figure: dict[str, Any]) -> None:
    wrong = msgspec.structs.replace(Figure(percent=5, source="a study"), **figure)
    entries = Entries(measurands=(Measurand(measurand_id="m", label_da="M", label_en="M", unit="g/L", within=wrong),))
    (found,) = contradictions(entries)
    assert (found.code, found.about) == ("variation-unusable", "m")
    assert "with its source" in found.message


def test_entries_kept_before_there_were_figures_are_read_as_having_none() -> None:
    told = msgspec.to_builtins(SEED.groups[0])
    del told["analytical"]
    assert msgspec.convert(told, type(SEED.groups[0])).analytical is None
