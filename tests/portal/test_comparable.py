"""Rows by comparable method: what merges, what splits, what is converted, where the method changes, and why."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import msgspec
import pytest

from labbro.comparability.decision import Placer
from labbro.comparability.registry import Registry
from labbro.comparability.seed import SEED
from labbro.databank import PatientHistory, StoredResult
from labbro.portal.chart import course
from labbro.portal.cumulated import Row, View, build
from labbro.portal.detail import detail
from labbro.portal.filters import Filters, from_query
from labbro.portal.grid import table
from labbro.portal.i18n import DANISH, ENGLISH
from labbro.portal.i18n.comparability import DANISH as DA
from labbro.portal.i18n.comparability import ENGLISH as EN
from labbro.records.model import Code, Producer, ReferenceInterval

from .histories import history, potassium, stored

TODAY = dt.date(2026, 11, 23)
NUMBERS = itertools.count(100)


def placer() -> Placer:
    return Placer(Registry(SEED, 1))


def told(
    code: str, value: str, unit: str, producer: str, sampled: str, limits: tuple[str, str] | None = None, **more: Any
) -> StoredResult:
    interval = ReferenceInterval("physiological", *limits) if limits else None
    result = potassium(
        analysis=Code(code, "iupac", "SST", f"{code};P", None),
        value=value,
        unit=unit,
        interval=interval,
        producer=Producer(producer, producer),
    )
    return stored(result, number=next(NUMBERS), sampled=f"{sampled} 08:00", **more)


def view(told_history: PatientHistory, **filters: Any) -> View:
    return build(told_history, Filters(**filters), texts=DANISH, today=TODAY, placer=placer())


def rows(told_history: PatientHistory) -> list[Row]:
    return [row for group in view(told_history).groups for row in group.rows]


PSA = (
    told("NPU08669", "2.5", "µg/L", "QKL", "2021-03-01"),
    told("NPU08669", "2.6", "µg/L", "QKL", "2022-02-28"),
    told("NPU08669", "3.2", "µg/L", "QKL", "2022-03-01"),
    told("NPU08669", "3.3", "µg/L", "QKL", "2023-03-01"),
)
HAEMOGLOBIN = (
    told("NPU28309", "145", "g/L", "QSL", "2018-01-03", ("134", "169")),
    told("NPU02319", "9.1", "mmol/L", "QSL", "2019-01-03", ("8.3", "10.5")),
    told("NPU02319", "9.3", "mmol/l", "QKL", "2020-01-03", ("8.3", "10.5")),
)


def test_a_code_splits_where_the_calibration_changes_and_both_rows_say_why() -> None:
    found = rows(history(*PSA))
    assert {row.name: [value.shown for cell in row.cells for value in cell] for row in found} == {
        "PSA, WHO-kalibreret": ["2.6", "2.5"],
        "NPU08669;P": ["3.3", "3.2"],
    }
    alone = next(row for row in found if row.method)
    assert alone.method == "Hybritech-kalibreret (QKL)"
    assert alone.mark == "ikke sammenlignelig med andre rækker"
    for row in found:
        assert "koden står på flere rækker" in row.heads
        assert any("20-25 % højere" in note for note in row.notes)


def test_codes_merge_where_methods_agree_and_the_value_as_sent_stands_beside_the_converted_one() -> None:
    (row,) = rows(history(*HAEMOGLOBIN))
    values = [value for cell in row.cells for value in cell]
    assert (row.name, row.unit, row.interval) == ("Hæmoglobin", "mmol/l", "8.3\N{EN DASH}10.5")
    assert [(value.shown, value.original) for value in values] == [("9.3", ""), ("9.1", ""), ("9.00", "145 g/L")]
    assert values[-1].interval == "134\N{EN DASH}169 g/L"
    assert {"flere koder i rækken", "nogle værdier er omregnet"} <= set(row.heads)
    assert any("NPU02319, NPU28309" in note for note in row.notes)


def test_an_affine_equation_converts_per_cent_to_mmol_a_mol() -> None:
    (row,) = rows(history(told("NPU03835", "7,1", "%", "QSL", "2018-01-03")))
    (value,) = [value for cell in row.cells for value in cell]
    assert (value.shown, value.original, row.unit) == ("54", "7,1 %", "mmol/mol")


def test_a_limit_of_measurement_keeps_its_sign_when_converted() -> None:
    low = told("NPU01423", "20", "nmol/L", "QKL", "2020-01-03")
    below = stored(
        potassium(analysis=low.result.analysis, value="20", unit="nmol/L", operator="<", interval=None), number=7
    )
    (row,) = rows(history(below))
    assert [value.shown for cell in row.cells for value in cell] == ["< 2.1"]


def test_a_group_stands_under_the_heading_of_its_anchor_although_a_local_code_came_first() -> None:
    local = told("QSL00310", "5,2", "mmol/L", "QSL", "2019-01-03")
    local = msgspec.structs.replace(
        local,
        result=msgspec.structs.replace(local.result, analysis=Code("QSL00310", "lokal", "QSL", "NPU01566;P", None)),
    )
    both = history(local, told("NPU01566", "5.0", "mmol/L", "QKL", "2021-01-03"))
    (group,) = view(both).groups
    assert [row.name for row in group.rows] == ["Kolesterol"]
    by_code = build(both, Filters(), texts=DANISH, today=TODAY)
    assert len(by_code.groups) == 2
    assert all(row.twin for one in by_code.groups for row in one.rows)  # so that both show their code
    assert group.number == min(one.number for one in by_code.groups)


def test_what_nobody_assessed_stands_alone_for_each_producer_and_says_so() -> None:
    found = rows(history(told("NPU03230", "4.1", "mmol/L", "QKL", "2020-01-03"),
                         told("NPU03230", "4.2", "mmol/L", "QSL", "2020-02-03")))  # fmt: skip
    assert [row.method for row in found] == ["QKL", "QSL"]
    assert {row.mark for row in found} == {"sammenlignelighed ikke vurderet"}


def test_point_of_care_has_a_row_of_its_own() -> None:
    found = rows(history(told("NPU19748", "12", "mg/L", "QKL", "2020-01-03"),
                         told("NPU19748", "14", "mg/L", "PNT", "2020-01-03", origin="local")))  # fmt: skip
    assert {row.name for row in found} == {"CRP, laboratorium", "NPU19748;P"}


def test_a_step_is_marked_where_the_new_method_calls_for_caution() -> None:
    ferritin = [
        told("NPU19763", value, "µg/L", "QEB", day)
        for value, day in (("90", "2019-05-01"), ("92", "2020-10-04"), ("97", "2020-10-05"), ("99", "2021-05-01"))
    ]
    (row,) = rows(history(*ferritin))
    values = [value for cell in row.cells for value in cell]
    assert [(value.shown, value.step) for value in values] == [
        ("99", False), ("97", True), ("92", False), ("90", False),
    ]  # fmt: skip
    assert any("omkring 5 % højere" in note for note in row.notes)
    found = course(history(*ferritin), row.address, DANISH, placer())
    assert found is not None
    assert [point.step for point in found.chart.points] == [False, False, True, False]
    assert [bool(line.step) for line in found.lines] == [False, True, False, False]


def test_the_course_of_a_group_is_drawn_in_the_rows_unit_with_the_values_as_sent_in_the_table() -> None:
    (row,) = rows(history(*HAEMOGLOBIN))
    found = course(history(*HAEMOGLOBIN), row.address, DANISH, placer())
    assert found is not None
    assert [round(point.value, 2) for point in found.chart.points] == [9.0, 9.1, 9.3]
    assert [round(band.lower or 0, 2) for band in found.chart.bands] == [8.32, 8.3]
    assert [(line.shown, line.unit, line.converted) for line in found.lines][-1] == ("145", "g/L", "9.00 mmol/l")


def test_a_row_by_code_and_a_row_by_comparability_have_their_own_addresses() -> None:
    by_code = build(history(*PSA), Filters(), texts=DANISH, today=TODAY)
    addresses = {row.address for group in by_code.groups for row in group.rows}
    addresses |= {row.address for row in rows(history(*PSA))}
    assert len(addresses) == 3
    assert all(course(history(*PSA), address, DANISH, placer()) for address in addresses)


def test_a_result_that_was_replaced_stands_in_the_row_of_its_successor() -> None:
    old = told("NPU08669", "9.9", "µg/L", "QKL", "2021-03-01", current=False)
    (row,) = [row for row in rows(history(*PSA, old)) if row.name == "PSA, WHO-kalibreret"]
    found = course(history(*PSA, old), row.address, DANISH, placer())
    assert found is not None
    assert [line.shown for line in found.lines if line.replaced] == ["9.9"]


def test_a_replaced_result_may_stand_on_a_row_that_holds_nothing_else() -> None:
    old = told("NPU28309", "145", "g/L", "QSL", "2018-01-03", current=False)
    found = detail(history(old), old.letter_key, 1, DANISH, placer())
    assert found is not None
    assert course(history(old), found.row, DANISH, placer()) is not None


def test_the_value_page_says_by_which_method_and_why_it_stands_there() -> None:
    found = detail(history(*PSA), PSA[2].letter_key, 1, ENGLISH, placer())
    assert found is not None
    facts = {fact.label: fact.value for fact in found.groups[0].facts}
    assert found.groups[0].heading == EN.comparability
    assert facts[EN.method] == "Hybritech-kalibreret (QKL)"
    assert facts[EN.found_by] == EN.steps["producer"]
    assert facts[EN.registry_version] == "1"
    assert "not comparable with PSA, WHO calibration" in facts[EN.reason]


def test_every_result_is_shown_whichever_way_rows_are_made() -> None:
    everything = history(*PSA, *HAEMOGLOBIN, told("NPU03230", "4.1", "mmol/L", "QKL", "2020-01-03"))
    by_code = build(everything, Filters(), texts=DANISH, today=TODAY)
    by_method = view(everything)
    assert by_code.shown == by_method.shown == by_method.total == 8


def test_the_grid_explains_under_the_rows_name_and_escapes_what_it_says() -> None:
    html = str(table(view(history(*PSA, *HAEMOGLOBIN)), DANISH))
    assert html.count('<details class="why"><summary>') == 3
    assert f'<span class="unseen">{DA.converted} </span>145 g/L' in html
    wild = told("NPU03230", "4.1", "mmol/L", "<b>Q", "2020-01-03"), told("NPU03230", "4", "mmol/L", "Q", "2020-01-04")
    assert "&lt;b&gt;Q" in str(table(view(history(*wild)), DANISH))


def test_a_row_is_found_by_any_of_its_codes_and_by_its_name() -> None:
    for text in ("npu28309", "hæmoglobin"):
        assert view(history(*HAEMOGLOBIN), text=text).selected == 3


@pytest.mark.parametrize("query", [{"by": "code"}, {"by": "comparability", "version": "3"}, {"version": "12"}])
def test_how_rows_are_made_stands_in_the_address_and_is_no_filter(query: dict[str, str]) -> None:
    told_filters = from_query(query)
    assert not told_filters.any
    assert from_query(dict(part.split("=") for part in told_filters.query()[1:].split("&"))) == told_filters


@pytest.mark.parametrize("query", [{"by": "mood"}, {"version": "-1"}, {"version": "one"}])
def test_what_cannot_be_understood_is_left_out(query: dict[str, str]) -> None:
    assert from_query(query) == Filters()
