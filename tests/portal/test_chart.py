"""The course of a row: honest about limits of measurement, corrections and changing intervals."""

from __future__ import annotations

from labbro.portal.chart import Band, Course, course
from labbro.portal.i18n import DANISH
from labbro.portal.rows import row_keys
from labbro.records.model import ReferenceInterval

from .histories import at, history, potassium, stored

WIDER = ReferenceInterval("physiological", "3,6", "4,6")


def course_of(*rows) -> Course:
    told = history(*rows)
    found = course(told, row_keys(told.rows)[0].address, DANISH)
    assert found is not None
    return found


def test_points_are_numbers_in_order_of_time() -> None:
    told = course_of(
        stored(potassium(value="4,0"), number=1, sampled="2026-05-02 08:00"),
        stored(potassium(value="5.2"), number=2, sampled="2026-05-01 08:00"),
    )
    assert [(point.at, point.value, point.mark) for point in told.chart.points] == [
        ("2026-05-01 08:00", 5.2, "high"),
        ("2026-05-02 08:00", 4.0, None),
    ]
    assert told.chart.unit == "mmol/L"


def test_a_limit_of_measurement_is_no_measured_number() -> None:
    (point,) = course_of(stored(potassium(value="3", operator="<"))).chart.points
    assert point.beyond == "<"
    assert "< 3 mmol/L" in point.label


def test_an_earlier_version_is_in_the_table_and_not_in_the_curve() -> None:
    told = course_of(
        stored(potassium(value="9,9"), number=1, current=False, chain="one"),
        stored(potassium(value="4,1", status="corrected"), number=2, chain="one"),
    )
    assert [point.value for point in told.chart.points] == [4.1]
    assert {(line.shown, line.replaced) for line in told.lines} == {("9,9", True), ("4,1", False)}


def test_of_one_sample_the_result_in_force_stands_before_what_it_replaced() -> None:
    told = course_of(
        stored(potassium(value="9,9"), number=1, current=False, chain="one"),
        stored(potassium(value="4,1", status="corrected"), number=2, chain="one"),
        stored(potassium(value="9,1"), number=3, current=False, chain="one", authorised_at=at("2026-05-06 13:00")),
    )
    assert [line.shown for line in told.lines] == ["4,1", "9,1", "9,9"]


def test_what_cannot_be_drawn_is_counted_and_in_the_table() -> None:
    told = course_of(
        stored(number=1),
        stored(potassium(value="ja"), number=2),
        stored(potassium(kind="text", value="4"), number=3),
        stored(potassium(status="received", value=None), number=4),
        stored(number=5, sampled=None),
    )
    assert (len(told.chart.points), told.chart.not_drawn, len(told.lines)) == (1, 4, 5)


def test_the_band_breaks_where_the_interval_changes() -> None:
    told = course_of(
        stored(number=1, sampled="2026-01-01 00:00"),
        stored(number=2, sampled="2026-01-11 00:00"),
        stored(potassium(interval=WIDER), number=3, sampled="2026-01-21 00:00"),
        stored(potassium(interval=None), number=4, sampled="2026-01-31 00:00"),
    )
    assert told.chart.bands == (
        Band("2025-12-25 00:00", "2026-01-16 00:00", 3.5, 4.4),
        Band("2026-01-16 00:00", "2026-01-26 00:00", 3.6, 4.6),
    )


def test_one_sided_bands_keep_the_other_side_open() -> None:
    told = course_of(stored(potassium(interval=ReferenceInterval(None, None, "4,4"))))
    assert [(band.lower, band.upper) for band in told.chart.bands] == [(None, 4.4)]


def test_the_axis_holds_everything() -> None:
    told = course_of(stored(potassium(value="12")), stored(potassium(value="-3"), number=2))
    assert told.chart.low < -3
    assert told.chart.high > 12
    assert course_of(stored(potassium(value="ja"))).chart.points == ()


def test_inside_is_said_only_when_it_is_certain() -> None:
    def judged(**changes) -> str:
        return course_of(stored(potassium(**changes))).lines[0].judgement

    assert judged() == "inden for"
    assert judged(interval=None) == "ikke vurderet"
    assert judged(value="5", operator="<") == "ikke vurderet"
    assert judged(value="3", operator="<", interval=ReferenceInterval(None, None, "4,4")) == "inden for"
    assert judged(value="ja") == "ikke vurderet"
    assert judged(value="5") == "over (beregnet ud fra grænserne i svaret)"
    assert judged(flag="low") == "under (mærket af laboratoriet)"


def test_an_unknown_row_is_none() -> None:
    assert course(history(stored()), "0" * 16, DANISH) is None
