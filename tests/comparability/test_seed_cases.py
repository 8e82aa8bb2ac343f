"""The seed cases of the facts (comparability.md, section 7), each decided as stated there, with its reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from labbro.comparability.checking import contradictions
from labbro.comparability.decision import Decision, Observed, Placer
from labbro.comparability.model import Assertion, Entries, Evidence
from labbro.comparability.registry import EMPTY, Registry
from labbro.comparability.rows import arrange
from labbro.comparability.seed import SEED, national

PLACER = Placer(Registry(SEED, 1))
DAY = dt.date(2025, 5, 5)


def seen(code: str, unit: str | None, value: float | None = 1.0, **more: Any) -> Observed:
    told: dict[str, Any] = {"producer": "QXX", "sampled_on": DAY, "value": value, "point_of_care": False, **more}
    return Observed(code=national(code), unit=unit, **told)


def decide(first: Observed, second: Observed) -> Decision:
    forth, back = PLACER.same_row(first, second), PLACER.same_row(second, first)
    assert forth.same == back.same
    assert forth.reason_da
    assert forth.reason_en
    assert forth.reason_da.endswith(".")
    return forth


def test_hba1c_ifcc_and_dcct_join_by_the_fixed_equation_and_mean_glucose_never() -> None:
    ifcc, dcct, glucose = seen("NPU27300", "mmol/mol"), seen("NPU03835", "%"), seen("NPU27412", "mmol/L")
    told = decide(ifcc, dcct)
    assert told.same
    conversion = told.second.conversion
    assert conversion is not None
    assert conversion.factor * 6.5 + conversion.offset == pytest.approx(47.5, abs=0.1)
    assert "0,0915" in told.second.reason_da
    for other in (ifcc, dcct):
        apart = decide(other, glucose)
        assert not apart.same
        assert "Middelglukose" in apart.reason_da


def test_haemoglobin_by_mass_and_amount_shares_a_row_after_conversion() -> None:
    told = decide(seen("NPU02319", "mmol/L"), seen("NPU28309", "g/L"))
    assert told.same
    assert told.second.conversion is not None
    assert told.second.conversion.factor * 145 == pytest.approx(9.0, abs=0.01)


def test_crp_joins_by_its_factor_and_stands_apart_at_the_point_of_care() -> None:
    told = decide(seen("NPU19748", "mg/L"), seen("NPU01423", "nmol/L"))
    assert told.same
    assert told.second.conversion is not None
    assert told.second.conversion.factor == 0.105
    care = decide(seen("NPU19748", "mg/L"), seen("NPU19748", "mg/L", producer="PNT", point_of_care=True))
    assert not care.same
    assert "Patientnær" in care.reason_da
    nobody_says = PLACER.place(seen("NPU19748", "mg/L", point_of_care=None))
    assert (nobody_says.step, nobody_says.verdict) == ("ambiguous", "unknown")


def test_alat_joins_over_units_and_the_old_code_needs_an_assertion() -> None:
    told = decide(seen("NPU19651", "U/L"), seen("NPU19981", "ukat/L"))
    assert told.same
    assert told.second.conversion is not None
    assert told.second.conversion.factor == 60
    old = decide(seen("NPU19651", "U/L"), seen("NPU01129", "U/L"))
    assert not old.same
    assert "ikke vurderet" in old.reason_da
    says = Assertion(assertion_id="new", group_id="alat", procedure_id="alat-older-code", verdict="comparable")
    asserted = Placer(Registry(msgspec.structs.replace(SEED, assertions=(*SEED.assertions, says)), 2))
    assert asserted.same_row(seen("NPU19651", "U/L"), seen("NPU01129", "U/L")).same


def test_troponin_never_joins_i_with_t_nor_two_makers() -> None:
    t, i = seen("NPU27501", "ng/L"), seen("NPU19923", "ug/L")
    qsl, qeb = seen("NPU19923", "ng/L", producer="QSL"), seen("NPU19923", "ng/L", producer="QEB")
    for a, b in ((t, i), (t, qsl), (qsl, qeb), (i, qeb)):
        told = decide(a, b)
        assert not told.same
        assert "forskellige" in told.reason_da


def test_psa_splits_on_the_day_its_calibration_changed() -> None:
    def psa(year: int, month: int, day: int) -> Observed:
        return seen("NPU08669", "ug/L", producer="QKL", sampled_on=dt.date(year, month, day))

    assert decide(psa(2020, 1, 1), psa(2022, 2, 28)).same
    assert decide(psa(2022, 3, 1), psa(2024, 1, 1)).same
    told = decide(psa(2022, 2, 28), psa(2022, 3, 1))
    assert not told.same
    assert "Hybritech" in told.reason_da
    assert decide(psa(2020, 1, 1), seen("NPU08669", "ug/L", producer="QSL")).same


def test_creatinine_by_jaffe_stands_apart() -> None:
    enzymatic, jaffe = seen("NPU04998", "umol/L"), seen("NPU01807", "umol/L")
    assert "Jaffe" in decide(enzymatic, jaffe).reason_da
    assert not decide(enzymatic, jaffe).same
    assert decide(enzymatic, seen("NPU18016", "umol/L", producer="QKL")).same
    assert not decide(enzymatic, seen("NPU18016", "umol/L", producer="QSL")).same


def test_two_creatinine_codes_of_one_short_name_are_told_apart() -> None:
    """A laboratory the registry does not know: NPU18016 does not say how it measured."""
    told = decide(seen("NPU04998", "umol/L"), seen("NPU18016", "umol/L"))
    assert not told.same
    rows = arrange([seen("NPU04998", "umol/L"), seen("NPU18016", "umol/L")], PLACER).rows
    assert len({row.address for row in rows}) == 2
    assert [row.label_da for row in rows if row.assessed] == ["Kreatinin, enzymatisk"]


def test_acr_joins_over_its_two_units() -> None:
    told = decide(seen("NPU19661", "mg/g"), seen("NPU28842", "mg/mmol"))
    assert told.same
    assert told.second.conversion is not None
    assert told.second.conversion.factor * 3.0 == pytest.approx(26.5, abs=0.1)


def test_igg_joins_by_its_factor() -> None:
    told = decide(seen("NPU19814", "g/L"), seen("NPU02481", "umol/L"))
    assert told.same
    assert told.second.conversion is not None
    assert told.second.conversion.factor == 0.1499


@pytest.mark.parametrize(
    ("codes", "unit"),
    [
        (("NPU22089", "NPU21531", "NPU02192", "NPU02187"), "mmol/L"),
        (("DNK35131", "DNK35301", "DNK35302", "DNK35303"), "mL/min/1.73m²"),
        (("NPU16328", "NPU18542"), None),
    ],
    ids=["glucose by specimen", "eGFR by formula", "urine culture by specimen"],
)
def test_codes_that_differ_in_specimen_or_formula_stand_on_rows_of_their_own(
    codes: tuple[str, ...], unit: str | None
) -> None:
    results = [seen(code, unit) for code in codes]
    assert len(arrange(results, PLACER).rows) == len(codes)
    for first in results:
        for second in results:
            assert decide(first, second).same == (first is second)


def test_antithrombin_stays_apart_without_evidence() -> None:
    told = decide(seen("NPU01280", "10^3IU/L"), seen("NPU29992", "10^3IU/L"))
    assert not told.same
    assert "ikke vurderet" in told.reason_da


def test_one_code_of_two_producers_without_entry_is_two_rows_marked_not_assessed() -> None:
    a, b = seen("NPU03429", "mmol/L", producer="QKL"), seen("NPU03429", "mmol/L", producer="QSL")
    assert not decide(a, b).same
    assert decide(a, a).same
    rows = arrange([a, b, a], PLACER).rows
    assert [len(row.members) for row in rows] == [2, 1]
    assert all(any("kender ingen" in note.text_da for note in row.notes) for row in rows)
    assert {PLACER.place(a).short_da, Placer(EMPTY).place(a).short_da} == {"sammenlignelighed ikke vurderet"}


def test_a_sample_taken_before_a_change_of_method_goes_with_the_old_one_however_late_it_arrives() -> None:
    before = seen("NPU27547", "10^-3IU/L", producer="QKL", sampled_on=dt.date(2022, 1, 31))
    after = seen("NPU27547", "10^-3IU/L", producer="QKL", sampled_on=dt.date(2022, 2, 1))
    procedures = [PLACER.place(one).procedure for one in (before, after)]
    assert [one.procedure_id for one in procedures if one] == ["tsh-qkl-first", "tsh-qkl"]
    assert not decide(before, after).same


def test_a_correction_of_the_registry_regroups_history_and_leaves_the_earlier_view_as_it_was() -> None:
    history = [seen("NPU19651", "U/L", producer="QSL", sampled_on=dt.date(year, 1, 1)) for year in (2022, 2024)]
    first = arrange(history, PLACER)
    corrected = tuple(
        msgspec.structs.replace(one, verdict="comparable") if one.procedure_id == "alat-qsl-first" else one
        for one in SEED.assertions
    )
    later = arrange(history, Placer(Registry(msgspec.structs.replace(SEED, assertions=corrected), 2)))
    assert (len(first.rows), first.version) == (2, 1)
    assert (len(later.rows), later.version) == (1, 2)
    assert arrange(history, Placer(Registry(SEED, 1))) == first


def test_two_members_above_the_limit_apart_are_caught_before_release() -> None:
    """A agrees with the anchor, C agrees with the anchor, and A and C do not agree with each other."""

    def says(procedure: str, *evidence: Evidence) -> Assertion:
        return Assertion(
            assertion_id=f"crp:{procedure}",
            group_id="crp",
            procedure_id=procedure,
            verdict="comparable",
            allowable_percent=10,
            evidence=evidence,
        )

    crp = tuple(one for one in SEED.procedures if one.measurand_id == "crp")
    a, c = (msgspec.structs.replace(crp[0], procedure_id=name, producer=name) for name in ("a", "c"))
    good = Evidence(kind="study", source="study 1", bias_percent=4.5)
    between = Evidence(kind="study", source="study 3", against="c", bias_percent=12.0)
    entries = msgspec.structs.replace(
        SEED, procedures=(*SEED.procedures, a, c), assertions=(*SEED.assertions, says("a", good), says("c", good))
    )
    assert contradictions(entries) == ()
    worse = msgspec.structs.replace(entries, assertions=(*SEED.assertions, says("a", good, between), says("c", good)))
    assert [one.code for one in contradictions(worse)] == ["members-contradict"]
    above = msgspec.structs.replace(
        entries, assertions=(*SEED.assertions, says("a", msgspec.structs.replace(good, bias_percent=5.5)))
    )
    assert [one.code for one in contradictions(above)] == ["bias-above-limit"]


def test_a_change_within_caution_is_a_step_in_the_row_with_its_note() -> None:
    history = [
        seen("NPU19763", "ug/L", 100.0, producer="QEB", sampled_on=day)
        for day in (dt.date(2019, 1, 1), dt.date(2020, 10, 4), dt.date(2020, 10, 5), dt.date(2024, 1, 1))
    ]
    (row,) = arrange(history, PLACER).rows
    (change,) = row.changes
    assert (change.before, change.caution) == (2, True)
    assert "5 % højere" in change.text_da


def test_a_value_outside_what_was_assessed_stands_apart_and_says_so() -> None:
    def ferritin(value: float) -> Observed:
        return seen("NPU19763", "ug/L", value, producer="QEB", sampled_on=dt.date(2019, 1, 1))

    told = decide(ferritin(100), ferritin(1500))
    assert not told.same
    assert "uden for det, der er vurderet" in told.reason_da
    assert told.second.short_da == "uden for det vurderede område"


def test_the_seed_itself_holds_no_contradiction() -> None:
    assert contradictions(SEED) == ()
    assert contradictions(Entries()) == ()
