"""The physiological model: plausible levels, variation, and quantities that agree with each other."""

import datetime as dt
import statistics

import pytest

from labbro.synthetic.body import NEEDS, Body, Curve, ckd_epi
from labbro.synthetic.catalogue import catalogue
from labbro.synthetic.chance import Chance
from labbro.synthetic.people import person

DAY = float(dt.date(2024, 5, 6).toordinal()) + 0.4
# Told by a course or a constant only: they have no healthy spread to test.
_WITHOUT_HEALTHY_STATE = {"inr-treated", "lithium", "egfr", "ldl"}


def _measured(index: int, key: str) -> float:
    who = person(5, index)
    sample = Body(who, Chance(5, index), ()).sample(DAY, Chance(5, index, "sample"))
    return sample.measure((catalogue()[key],))[0]


@pytest.mark.parametrize("key", sorted(set(catalogue()) - _WITHOUT_HEALTHY_STATE))
def test_most_healthy_people_are_within_their_reference_interval(key: str) -> None:
    analyte = catalogue()[key]
    outside = 0
    for index in range(200):
        who = person(5, index)
        limits = analyte.limits(male=who.sex == "male", age_years=who.age_years(dt.date(2024, 5, 6)))
        value = round(_measured(index, key), analyte.decimals)
        low = float(limits.lower) if limits.lower else float("-inf")
        high = float(limits.upper) if limits.upper else float("inf")
        outside += not low <= value <= high
    # In May a third of Danes lack vitamin D; blood pressure is often too high.
    allowed = 80 if key in {"vitamin-d", "systolic", "diastolic", "base-excess"} else 26
    assert outside <= allowed


def test_the_estimated_filtration_agrees_with_the_published_equation() -> None:
    # Creatinine 88.4 umol/L is 1.0 mg/dL.
    assert ckd_epi(88.4, male=True, age_years=50) == pytest.approx(87.4, abs=0.1)
    assert ckd_epi(88.4, male=False, age_years=50) == pytest.approx(65.7, abs=0.3)
    assert ckd_epi(300, male=True, age_years=70) < 20


def test_computed_quantities_agree_with_what_was_measured_in_the_same_sample() -> None:
    found = catalogue()
    body = Body(person(5, 1), Chance(5, 1), ())
    keys = ("cholesterol", "hdl", "triglyceride", "ldl", "iron", "transferrin", "transferrin-saturation")
    values = dict(zip(keys, body.sample(DAY, Chance(1)).measure(tuple(found[key] for key in keys)), strict=True))
    expected = values["cholesterol"] - values["hdl"] - values["triglyceride"] / 2.2
    assert values["ldl"] == pytest.approx(expected)
    assert values["transferrin-saturation"] == pytest.approx(values["iron"] / (25.1 * values["transferrin"]))


def test_white_cells_are_the_sum_of_their_kinds() -> None:
    found = catalogue()
    keys = ("leukocytes", *NEEDS["leukocytes"])
    sample = Body(person(5, 2), Chance(5, 2), ()).sample(DAY, Chance(2))
    total, *kinds = sample.measure(tuple(found[key] for key in keys))
    assert total == pytest.approx(sum(kinds))


def test_two_measurements_of_one_sample_differ_less_than_two_samples() -> None:
    crp = (catalogue()["crp"],)
    body = Body(person(5, 3), Chance(5, 3), ())
    within, between = [], []
    for number in range(200):
        sample = body.sample(DAY, Chance("a", number))
        first, second = sample.measure(crp)[0], sample.measure(crp)[0]
        within.append(abs(first - second))
        between.append(abs(first - body.sample(DAY, Chance("b", number)).measure(crp)[0]))
    assert statistics.mean(within) * 3 < statistics.mean(between)


def test_a_curve_is_straight_between_its_points_and_level_outside() -> None:
    curve = Curve("hb", "factor", ((10, 1.0), (20, 2.0)))
    assert [curve.at(day) for day in (0, 10, 15, 20, 99)] == [1.0, 1.0, 1.5, 2.0, 2.0]


def test_courses_set_multiply_and_add() -> None:
    who = person(5, 4)
    curves = (Curve("hb", "level", ((0, 6.0),)), Curve("hb", "factor", ((0, 0.5),)), Curve("hb", "plus", ((0, 1.0),)))
    assert Body(who, Chance(1), curves).level("hb", DAY) == pytest.approx(4.0)


def test_of_two_illnesses_that_pull_the_same_way_the_stronger_counts() -> None:
    curves = tuple(Curve("acr", "factor", ((0, factor),)) for factor in (14.0, 60.0))
    body = Body(person(5, 4), Chance(1), curves)
    assert body.level("acr", DAY) == pytest.approx(60 * body.set_point("acr"))


def test_vitamin_d_is_higher_in_august_than_in_february() -> None:
    body = Body(person(5, 5), Chance(1), ())
    august, february = dt.date(2024, 8, 18).toordinal(), dt.date(2024, 2, 18).toordinal()
    assert body.level("vitamin-d", august) > 1.2 * body.level("vitamin-d", february)


def test_chance_is_the_same_on_every_machine() -> None:
    chance = Chance(1, "a")
    assert [chance.whole(0, 999) for _ in range(4)] == [688, 55, 989, 501]
    assert f"{Chance('fixed').normal():.6f}" == "-2.187286"
    assert Chance(1, "a").of("b").between(0, 1) == Chance(1, "a", "b").between(0, 1)
