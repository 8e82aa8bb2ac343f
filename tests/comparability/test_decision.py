"""The decision: an equivalence, deterministic, fail-safe, by the steps in their order; and what no registry may say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.codes.conversion import safe_factor
from labbro.comparability.checking import contradictions
from labbro.comparability.decision import Observed, Placer, Stated
from labbro.comparability.model import Assertion, CodeRef, Conversion, Entries, Evidence, Group, Procedure, Scope
from labbro.comparability.registry import EMPTY, Registry
from labbro.comparability.rows import arrange
from labbro.comparability.seed import SEED, national

safe_factor("g/L", "mg/L")  # UCUM loads once, before any time is taken
PLACER = Placer(Registry(SEED, 1))
CODES = [*sorted({code for one in SEED.procedures for code in one.codes}), national("NPU99999")]
UNITS = [*sorted({one.unit for one in SEED.procedures if one.unit}), None, "other"]


@st.composite
def results(draw: st.DrawFn) -> Observed:
    return Observed(
        code=draw(st.sampled_from(CODES)),
        producer=draw(st.sampled_from(["QKL", "QSL", "QEB", "QXX", None])),
        unit=draw(st.sampled_from(UNITS)),
        sampled_on=draw(st.dates(dt.date(2015, 1, 1), dt.date(2026, 1, 1))),
        value=draw(st.none() | st.floats(0, 2000)),
        point_of_care=draw(st.sampled_from([None, True, False])),
    )


@given(st.lists(results(), max_size=30))
def test_every_result_stands_on_exactly_one_row(told: list[Observed]) -> None:
    arranged = arrange(told, PLACER)
    assert sorted(at for row in arranged.rows for at in row.members) == list(range(len(told)))
    assert len({row.address for row in arranged.rows}) == len(arranged.rows)


@given(st.lists(results(), max_size=12), st.randoms(use_true_random=False))
def test_rows_do_not_depend_on_the_order_of_results(told: list[Observed], chance: Any) -> None:
    order = list(range(len(told)))
    chance.shuffle(order)
    mixed = arrange([told[at] for at in order], PLACER)
    assert {frozenset(order[at] for at in row.members) for row in mixed.rows} == {
        frozenset(row.members) for row in arrange(told, PLACER).rows
    }


@given(results(), results(), results())
def test_sharing_a_row_is_an_equivalence_and_always_has_a_reason(a: Observed, b: Observed, c: Observed) -> None:
    same = PLACER.same_row
    assert same(a, a).same
    assert same(a, b).same == same(b, a).same
    if same(a, b).same and same(b, c).same:
        assert same(a, c).same
    assert same(a, b).reason_da.endswith(".")
    assert same(a, b).reason_en.endswith(".")


@given(results(), results())
def test_what_nobody_assessed_shares_a_row_only_with_the_same_code_producer_and_unit(a: Observed, b: Observed) -> None:
    if Placer(EMPTY).same_row(a, b).same:
        assert (a.code, a.producer, a.unit) == (b.code, b.producer, b.unit)


@given(results())
def test_a_row_of_a_group_is_in_the_groups_unit_or_converted_to_it(told: Observed) -> None:
    placement = PLACER.place(told)
    if placement.row[0] == "group":
        assert placement.group is not None
        unit = told.unit or (placement.procedure.unit if placement.procedure else None)
        if unit not in (None, placement.group.unit):
            assert placement.conversion is not None
            assert placement.conversion.to_unit == placement.group.unit


def entries(*procedures: Procedure, **more: Any) -> Entries:
    group = Group(
        group_id="g",
        measurand_id="m",
        anchor_procedure_id=procedures[0].procedure_id,
        label_da="Gruppen",
        label_en="The group",
        unit="mmol/L",
    )
    told: dict[str, Any] = {
        "measurands": (msgspec.structs.replace(SEED.measurands[0], measurand_id="m", codes=(national("NPU00001"),)),),
        "procedures": procedures,
        "groups": (group,),
        **more,
    }
    return Entries(**told)


def procedure(name: str, **more: Any) -> Procedure:
    told: dict[str, Any] = {"codes": (national("NPU00001"),), "unit": "mmol/L", **more}
    return Procedure(procedure_id=name, measurand_id="m", **told)


def says(name: str, verdict: str = "comparable", **more: Any) -> Assertion:
    told: dict[str, Any] = {"assertion_id": f"g:{name}", **more}
    return Assertion(**{"group_id": "g", **told}, procedure_id=name, verdict=verdict)


def two_groups(*assertions: Assertion) -> Entries:
    """A group anchored by `a` and one by `c`, both released."""
    told = entries(procedure("a"), procedure("b", producer="P"), procedure("c", producer="Q"), assertions=assertions)
    other = msgspec.structs.replace(told.groups[0], group_id="h", anchor_procedure_id="c")
    return msgspec.structs.replace(told, groups=(*told.groups, other))


def equation(from_unit: str = "mg/L", to_unit: str = "g/L", **more: Any) -> Conversion:
    told: dict[str, Any] = {"measurand_id": "m", "factor": 1e-3, "source": "by definition", **more}
    return Conversion(from_unit=from_unit, to_unit=to_unit, **told)


def observed(**more: Any) -> Observed:
    told: dict[str, Any] = {"code": national("NPU00001"), "producer": "P", "unit": "mmol/L", **more}
    return Observed(sampled_on=dt.date(2025, 1, 1), **told)


def test_the_message_itself_comes_before_the_producer_and_the_producer_before_the_code() -> None:
    anybody, own = procedure("anybody"), procedure("own", producer="P")
    stated = procedure("stated", producer="Q", device="Aprox 900")
    placer = Placer(Registry(entries(anybody, own, stated)))

    def step(told: Observed) -> tuple[str, str | None]:
        placement = placer.place(told)
        return placement.step, placement.procedure.procedure_id if placement.procedure else None

    assert step(observed(stated=Stated(device="Aprox 900"))) == ("message", "stated")
    assert step(observed(stated=Stated(device="unheard of"))) == ("producer", "own")
    assert step(observed()) == ("producer", "own")
    assert step(observed(producer="X")) == ("code", "anybody")
    assert step(observed(code=CodeRef("lokal", "NPU00001", "P"))) == ("none", None)


def test_two_procedures_that_would_both_answer_are_not_chosen_between() -> None:
    placer = Placer(Registry(entries(procedure("a"), procedure("b"))))
    placement = placer.place(observed())
    assert (placement.step, placement.verdict) == ("ambiguous", "unknown")
    assert "flere målemetoder" in placement.reason_da


def test_a_draft_group_counts_for_nothing() -> None:
    told = entries(procedure("a", producer="P"), procedure("b", producer="Q"), assertions=(says("b", "same"),))
    draft = msgspec.structs.replace(told, groups=(msgspec.structs.replace(told.groups[0], status="draft"),))
    a, b = observed(), observed(producer="Q")
    assert Placer(Registry(told)).same_row(a, b).same
    assert not Placer(Registry(draft)).same_row(a, b).same


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (entries(procedure("a"), procedure("b")), "overlapping-validity"),
        (entries(procedure("a"), procedure("a", producer="P")), "twice"),
        (entries(procedure("a"), assertions=(says("lost"),)), "unknown-reference"),
        (entries(procedure("a"), assertions=(says("a", "comparable"),)), "anchor-against-itself"),
        (
            entries(procedure("a"), procedure("b", producer="P", unit="mg/L"), assertions=(says("b"),)),
            "unit-not-convertible",
        ),
        (
            entries(
                procedure("a"),
                procedure("b", producer="P"),
                assertions=(says("b"), says("b", "not", assertion_id="g:b2")),
            ),
            "overlapping-assertions",
        ),
        (
            entries(procedure("a", valid_from=dt.date(2025, 1, 1), valid_to=dt.date(2025, 1, 1))),
            "validity-empty",
        ),
        (
            entries(
                procedure("a"),
                procedure("b", producer="P"),
                assertions=(
                    says(
                        "b",
                        scope=Scope(low=1, high=90),
                        evidence=(Evidence(kind="study", source="s", low=5, high=60),),
                    ),
                ),
            ),
            "evidence-out-of-range",
        ),
        (
            entries(
                procedure("a"),
                msgspec.structs.replace(procedure("b", producer="P"), measurand_id="hba1c"),
                assertions=(says("b"),),
                measurands=(*SEED.measurands, *entries(procedure("a")).measurands),
            ),
            "other-measurand",
        ),
        (
            entries(
                procedure("a"),
                procedure("b", producer="P"),
                assertions=(says("b", allowable_percent=10, bias_percent=7),),
            ),
            "bias-above-limit",
        ),
        (
            entries(procedure("a"), procedure("b", producer="P"), assertions=(says("b", scope=Scope(low=9, high=1)),)),
            "range-empty",
        ),
        (two_groups(says("b", "same"), says("b", "same", assertion_id="h:b", group_id="h")), "in-two-groups"),
        (two_groups(says("c", "same", assertion_id="g:c")), "in-two-groups"),
        (entries(procedure("a"), conversions=(equation(source=""),)), "conversion-source"),
        (entries(procedure("a"), conversions=(equation(factor=0.0),)), "conversion-factor"),
        (entries(procedure("a"), conversions=(equation(), equation("g/L", "mg/L", factor=1e-3))), "conversion-twice"),
        (entries(procedure("a"), conversions=(equation(measurand_id="lost"),)), "unknown-reference"),
    ],
)
def test_each_contradiction_has_its_code_and_says_what_to_mend(told: Entries, code: str) -> None:
    found = contradictions(told)
    assert code in {one.code for one in found}
    for one in found:
        assert ";" in one.message
        assert ";" in one.message_da
        assert one.message != one.message_da


def test_pieces_of_evidence_count_together_where_their_ranges_meet() -> None:
    def told(*spans: tuple[float, float]) -> set[str]:
        evidence = tuple(Evidence(kind="study", source="s", low=low, high=high) for low, high in spans)
        asserted = says("b", scope=Scope(low=1, high=90), evidence=evidence)
        return {
            one.code
            for one in contradictions(entries(procedure("a"), procedure("b", producer="P"), assertions=(asserted,)))
        }

    assert told((1, 50), (40, 90)) == set()
    assert told((1, 90), (20, 30)) == set()
    assert told((1, 40), (50, 90)) == {"evidence-out-of-range"}
    assert told((1, 40)) == {"evidence-out-of-range"}
    assert told((90, 1)) == {"range-empty"}


@pytest.mark.parametrize(
    ("scope", "joins"),
    [
        (Scope(), True),
        (Scope(purpose="monitoring"), True),
        (Scope(purpose="diagnosis"), False),
        (Scope(population="children"), False),
    ],
)
def test_only_what_was_judged_for_courses_of_anybody_joins_rows(scope: Scope, joins: bool) -> None:
    told = entries(procedure("a", producer="P"), procedure("b", producer="Q"), assertions=(says("b", scope=scope),))
    assert Placer(Registry(told)).same_row(observed(), observed(producer="Q")).same is joins


def test_units_of_one_kind_convert_by_ucum_and_mass_and_amount_do_not() -> None:
    placer = Placer(Registry(entries(procedure("a"))))
    other = placer.place(observed(unit="umol/L"))
    assert other.row == ("group", "g")
    assert other.conversion is not None
    assert (other.conversion.factor, other.conversion.source) == (0.001, "UCUM")
    assert placer.same_row(observed(), observed(unit="umol/L")).same
    for unit in ("mg/L", "%", "arb.enh."):
        apart = placer.place(observed(unit=unit))
        assert apart.row[0] == "procedure"
        assert apart.short_en == "unit cannot be converted"
