"""Rounds of external quality control: kept, summed up, and held against the bias that was stated."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.comparability.checking import Contradiction, contradictions
from labbro.comparability.csv_form import read_rounds
from labbro.comparability.model import Assertion, Entries, Evidence, Round
from labbro.comparability.rounds import (
    bias_of,
    computed_percent,
    contradicts,
    figures_of,
    is_complete,
    is_outside,
    round_percent,
)
from labbro.comparability.seed import SEED
from labbro.comparability.store import RegistryStore, changes_of
from labbro.errors import Conflict, WrongUse
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities

SOURCE = "an invented scheme, 2025"


def told(*rounds: Round, **changes: Any) -> Evidence:
    return Evidence(**{"kind": "external-quality", "source": SOURCE, "rounds": rounds, **changes})


def biases(*found: float) -> tuple[Round, ...]:
    return tuple(Round(name=f"2025-{number}", bias_percent=bias) for number, bias in enumerate(found, start=1))


def judged(evidence: Evidence, **changes: Any) -> Entries:
    """The seed with evidence given for one comparable procedure of PSA, in µg/L."""
    assertions = [one for one in SEED.assertions if one.assertion_id != "psa-who:psa-qsl-who"]
    (found,) = [one for one in SEED.assertions if one.assertion_id == "psa-who:psa-qsl-who"]
    changed = msgspec.structs.replace(found, evidence=(evidence,), **changes)
    return msgspec.structs.replace(SEED, assertions=(*assertions, changed))


def faults(evidence: Evidence, **changes: Any) -> list[Contradiction]:
    return list(contradictions(judged(evidence, **changes)))


def codes(evidence: Evidence, **changes: Any) -> list[str]:
    return [one.code for one in faults(evidence, **changes)]


# --- what rounds come to ---


def test_a_round_tells_its_bias_by_value_and_target_or_as_it_was_stated() -> None:
    assert computed_percent(Round(name="a", value=103, target=100)) == pytest.approx(3)
    assert round_percent(Round(name="a", value=97, target=100, bias_percent=-3.2)) == pytest.approx(-3)
    assert round_percent(Round(name="a", bias_percent=-3.2)) == -3.2
    assert round_percent(Round(name="a", value=103)) is None


def test_rounds_come_to_a_count_a_mean_a_range_and_how_many_are_outside_their_limit() -> None:
    rounds = (
        Round(name="a", value=103, target=100, allowable_percent=5),
        Round(name="b", value=94, target=100, allowable_percent=5),
        Round(name="c", bias_percent=6),
    )
    figures = figures_of(rounds)
    assert figures is not None
    assert (figures.count, figures.outside) == (3, 1)
    assert figures.mean_percent == pytest.approx(1)
    assert (figures.low_percent, figures.high_percent) == (pytest.approx(-6), pytest.approx(6))
    assert [is_outside(one) for one in rounds] == [False, True, False]
    assert figures_of(()) is None


def test_evidence_shows_the_bias_stated_else_the_mean_of_its_rounds() -> None:
    assert bias_of(told(*biases(1, 2), bias_percent=1.8)) == 1.8
    assert bias_of(told(*biases(1, 2))) == 1.5
    assert bias_of(told()) is None


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=12))
def test_the_mean_and_the_extremes_that_rounds_show_never_contradict_themselves(found: list[float]) -> None:
    figures = figures_of(biases(*found))
    assert figures is not None
    assert not contradicts(figures, figures.mean_percent)
    furthest = max(figures.low_percent, figures.high_percent, key=abs)
    assert not contradicts(figures, furthest)
    assert contradicts(figures, figures.high_percent + 1)
    assert contradicts(figures, figures.low_percent - 1)


# --- what is refused, with what to mend ---


@pytest.mark.parametrize("stated", [2, 2.4, 1.6, 4.3])
def test_a_stated_bias_that_the_rounds_bear_out_passes(stated: float) -> None:
    assert codes(told(*biases(1, 1, 4), bias_percent=stated)) == []


@pytest.mark.parametrize("stated", [0.9, -2, 0, 4.6, 9])
def test_a_stated_bias_that_the_rounds_contradict_is_refused_with_what_to_mend(stated: float) -> None:
    (fault,) = faults(told(*biases(1, 1, 4), bias_percent=stated))
    assert fault.code == "rounds-against-bias"
    assert "its 3 rounds show 2.0 % in the mean (1.0 % to 4.0 %)" in fault.message
    assert "leave it out, or mend the rounds" in fault.message
    assert fault.message_da.endswith("udelad den, eller ret runderne.")


@pytest.mark.parametrize(
    "one",
    [
        Round(name=" ", bias_percent=1),
        Round(name="a"),
        Round(name="a", value=3),
        Round(name="a", target=3, bias_percent=1),
        Round(name="a", value=3, target=0),
        Round(name="a", bias_percent=1, count=0),
        Round(name="a", bias_percent=1, allowable_percent=0),
        Round(name="a", bias_percent=float("inf")),
    ],
)
def test_a_round_without_a_bias_or_with_figures_that_none_has_is_refused(one: Round) -> None:
    assert not is_complete(one)
    assert codes(told(one)) == ["round-incomplete"]


def test_a_round_whose_bias_is_not_that_of_its_value_and_target_is_refused() -> None:
    assert codes(told(Round(name="a", value=103, target=100, bias_percent=3.4))) == []
    assert codes(told(Round(name="a", value=103, target=100, bias_percent=-3))) == ["round-bias"]


def test_the_same_round_twice_is_refused_and_two_samples_of_one_round_are_not() -> None:
    one = Round(name="2025-1", value=103, target=100)
    assert codes(told(one, one)) == ["round-twice"]
    assert codes(told(one, msgspec.structs.replace(one, value=101.0))) == []


def test_a_round_in_a_unit_whose_biases_do_not_carry_over_is_refused() -> None:
    assert codes(told(Round(name="a", value=3, target=3, unit="µg/L"))) == []
    assert codes(told(Round(name="a", value=3, target=3, unit="ng/mL"))) == []
    assert codes(told(Round(name="a", value=3, target=3, unit="mmol/L"))) == ["round-unit"]


def test_rounds_belong_to_external_quality() -> None:
    assert codes(told(*biases(1), kind="study")) == ["rounds-of-other-evidence"]


def test_rounds_are_held_against_the_limit_of_a_verdict_as_a_stated_bias_is() -> None:
    assert codes(told(*biases(2, 3)), allowable_percent=8.0) == []
    assert codes(told(*biases(6, 7)), allowable_percent=8.0) == ["bias-above-limit"]
    assert codes(told(*biases(6, 7)), allowable_percent=8.0, verdict="caution") == []


def test_rounds_between_two_members_count_as_other_evidence_between_them_does() -> None:
    evidence = told(*biases(11, 13), against="psa-qkl-who")
    assert "bias-above-limit" in codes(evidence, allowable_percent=10.0)  # the anchor itself
    entries = judged(told(*biases(11, 13), against="other"), allowable_percent=10.0)
    other = msgspec.structs.replace(
        next(one for one in SEED.procedures if one.procedure_id == "psa-qsl-who"), procedure_id="other", producer="QEB"
    )
    also = Assertion(assertion_id="psa-who:other", group_id="psa-who", procedure_id="other", verdict="comparable")
    entries = msgspec.structs.replace(
        entries, procedures=(*entries.procedures, other), assertions=(*entries.assertions, also)
    )
    assert [one.code for one in contradictions(entries)] == ["members-contradict"]


# --- kept ---


def test_evidence_stored_before_there_were_rounds_reads_as_before() -> None:
    before = {"kind": "external-quality", "source": "s", "count": 12, "bias_percent": 1.5}
    told = {"assertion_id": "a", "group_id": "g", "procedure_id": "p", "verdict": "comparable", "evidence": [before]}
    body = msgspec.json.encode(told)
    (evidence,) = msgspec.json.decode(body, type=Assertion).evidence
    assert evidence == Evidence(kind="external-quality", source="s", count=12, bias_percent=1.5)
    assert evidence.rounds == ()


def test_a_release_keeps_rounds_and_refuses_those_that_contradict_the_bias(database: Database) -> None:
    clock = FixedClock(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC))
    store = RegistryStore(database, clock, SeededIdentities(1, clock))
    evidence = told(Round(name="2025-1", count=14, value=3.1, target=3.0, unit="µg/L", allowable_percent=8))
    kept = store.propose(uuid.uuid4(), changes_of(judged(evidence)), by="anna", note="rounds")
    store.release(kept.proposal_id, by="bent")
    assert store.current().assertion("psa-who:psa-qsl-who").evidence == (evidence,)
    wrong = msgspec.structs.replace(evidence, bias_percent=-4.0)
    (change,) = [one for one in changes_of(judged(wrong)) if one.entry_id == "psa-who:psa-qsl-who"]
    refused = store.propose(uuid.uuid4(), (change,), by="anna", note="wrong")
    with pytest.raises(Conflict, match="leave it out, or mend the rounds"):
        store.release(refused.proposal_id, by="bent")


# --- the pasted table ---


def test_a_pasted_table_is_one_round_a_line_with_comma_or_point() -> None:
    assert read_rounds("2025-1; 14; 3,1; 3.0; ug/l; 3,3 %; 8\n\n2025-2;;;;;\N{MINUS SIGN}1,2\n") == (
        Round(name="2025-1", count=14, value=3.1, target=3.0, unit="ug/L", bias_percent=3.3, allowable_percent=8),
        Round(name="2025-2", bias_percent=-1.2),
    )
    assert read_rounds(" \n") == ()


def test_a_line_of_names_sets_another_order_and_tabs_do_as_well() -> None:
    assert read_rounds("name\tbias_percent\tcount\r\n2025-1\t-2\t9\r\n") == (
        Round(name="2025-1", count=9, bias_percent=-2),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a;b\nb;2;x", "line 1.*line 2"),
        ("name;foo\na;b", "unknown columns 'foo'"),
        ("a;1;2;3;u;1;1;1", "8 cells, but 7 columns"),
        ("a;1;nan", "no number"),
        ("a;1.5;2;2", "line 1"),
        ("a;1\n" * 501, "more than 500"),
    ],
)
def test_a_table_that_cannot_be_read_says_which_line(text: str, said: str) -> None:
    with pytest.raises(WrongUse, match=said) as raised:
        read_rounds(text)
    assert raised.value.code == "rounds-table"
