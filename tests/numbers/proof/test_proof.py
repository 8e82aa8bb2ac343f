"""The proof in short: some histories of each tier, and every negative control. The long form is `labbro numbers prove`.

LABBRO_PROOF (default 1) times as many histories; docs/proof.md holds the figures of the long run.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from labbro.numbers.checker import Drawn, Event, Kept, KeptSeries, read_lines
from labbro.numbers.proof import controls, dangers, judging
from labbro.numbers.proof.clusters import Cluster
from labbro.numbers.proof.country import Country, Outage
from labbro.numbers.proof.history import run_history
from labbro.numbers.proof.processes import run_process_history
from labbro.numbers.proof.running import prove, totals_of

TIMES = int(os.environ.get("LABBRO_PROOF", "1"))
SEEDS = range(1, 1 + 3 * TIMES)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that may be killed; the one of the other tests may not."""
    with (
        tempfile.TemporaryDirectory(prefix="labbro-tests-", ignore_cleanup_errors=True) as folder,
        Cluster(Path(folder) / "postgres", durable=False) as made,
    ):
        yield made


# --- histories -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_no_number_is_given_twice_and_none_is_lost(cluster: Cluster, tmp_path: Path, seed: int) -> None:
    outcome, _ = run_history(cluster, tmp_path / "history", seed, 150)
    assert outcome.faults == ()
    assert outcome.series >= 150
    assert outcome.handed_out > 0


@pytest.mark.parametrize("fault", ["kill-postgres", "restore", "split", "lose-mark"])
def test_the_great_faults_one_by_one(cluster: Cluster, tmp_path: Path, fault: dangers.OneFault) -> None:
    only = dangers.Dangers(faults=(fault,), lose_answer=0.1, agent_crash=0.1, services=2)
    outcome, _ = run_history(cluster, tmp_path / "history", 7, 150, only)
    assert outcome.faults == ()
    happened = {"kill-postgres": "PostgreSQL killed", "restore": "restores", "split": "split brains"}
    assert outcome.incidents[happened.get(fault, "marks lost")] == 1


def test_a_clone_is_stopped_before_it_hands_out(cluster: Cluster, tmp_path: Path) -> None:
    outcome, _ = run_history(cluster, tmp_path / "history", 3, 150, dangers.Dangers(twins=True, agent_restored=0.2))
    assert outcome.faults == ()
    assert outcome.incidents["cloned machines"] == 1
    assert outcome.incidents["agents on hold"] >= 1


def test_a_seed_makes_the_same_history_again(cluster: Cluster, tmp_path: Path) -> None:
    (_, first), (_, second) = (run_history(cluster, tmp_path / "history", 6, 100) for _ in range(2))
    assert first.events == second.events


def test_a_log_can_be_read_back_and_judged_again(cluster: Cluster, tmp_path: Path) -> None:
    _, log = run_history(cluster, tmp_path / "history", 2, 60)
    log.write(tmp_path / "log.jsonl")
    assert list(read_lines((tmp_path / "log.jsonl").read_bytes().splitlines(keepends=True))) == log.events


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    progress = tmp_path / "histories.jsonl"

    def go(histories: int) -> list[int]:  # the second time there is nothing left to run
        found = prove(
            from_seed=1,
            histories=histories,
            series=30,
            workers=1,
            progress=progress,
            seconds=None,
            say=lambda _text: None,
        )
        assert totals_of(found).faults == 0
        return [one.seed for one in found]

    assert go(2) == [1, 2]
    before = progress.read_bytes()
    progress.write_bytes(before + b'{"seed": 3, "dur')  # killed while it wrote
    assert go(2) == [1, 2]
    assert progress.read_bytes() == before


# --- processes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["failover", "restore"])
def test_killed_processes_a_failover_and_a_restore_lose_and_double_nothing(kind: str) -> None:
    with tempfile.TemporaryDirectory(prefix="labbro-tests-", ignore_cleanup_errors=True) as folder:
        outcome = run_process_history(Path(folder) / "processes", 1, seconds=1.0, kind=kind)  # type: ignore[arg-type]
    assert outcome.faults == ()
    assert outcome.incidents["service killed"] >= 1


# --- the country ---------------------------------------------------------------------------------------------------


def test_a_small_country_lives_through_20_weeks_without_the_service(cluster: Cluster, tmp_path: Path) -> None:
    country = Country(cluster, tmp_path / "country", seed=2, days=230, outages=[Outage(80, 20)], laboratories=4)
    try:
        outcome = country.run()
    finally:
        country.close()
    assert (outcome.dry, outcome.faults) == ((), ())
    assert min(outcome.least_weeks.values()) > 0


# --- what must be caught -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(controls.CONTROLS))
def test_without_a_safeguard_the_judge_finds_it(cluster: Cluster, tmp_path: Path, name: str) -> None:
    caught = controls.run_control(cluster, tmp_path / "control", name)
    assert caught.caught, caught


# --- the judge -----------------------------------------------------------------------------------------------------

SERIES = Drawn("s", 1, 0, 10)
ASKED = Event(operation=0, kind="invoke", act="draw", account="a", request="r", count=10)
TOLD = Event(operation=0, kind="ok", act="draw", drawn=SERIES)
KEPT = Kept(capacity=100, next_position=10, series=[KeptSeries(SERIES, "a", "r")])


def book(**changes: object) -> judging.Agent:
    usual = {
        "name": "agent",
        "account": "a",
        "handed": [Drawn("s", 1, 0, 4)],
        "in_doubt": [Drawn("s", 1, 3, 1)],
        "told": [Drawn("s", 1, 0, 3)],
        "series": frozenset({"s"}),
        "given_up": frozenset(),
        "disk_lost": False,
    }
    return judging.Agent(**{**usual, **changes})  # type: ignore[arg-type]


def test_books_that_explain_everything_hold() -> None:
    assert judging.judged([ASKED, TOLD], KEPT, [book()]).faults == ()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"in_doubt": []}, "lost at an agent"),
        ({"told": [Drawn("s", 1, 0, 5)]}, "told without a record"),
        ({"series": frozenset()}, "lost on the way"),
    ],
)
def test_a_number_that_no_book_explains_is_found(changes: dict[str, object], fault: str) -> None:
    faults = judging.judged([ASKED, TOLD], KEPT, [book(**changes)]).faults
    assert [one.partition(":")[0] for one in faults] == [fault]


@pytest.mark.parametrize(("restored", "count", "explained"), [(True, 10, True), (True, 9, False), (False, 10, False)])
def test_only_a_restore_explains_a_lost_series_and_only_wholly_in_a_gap(
    restored: bool, count: int, explained: bool
) -> None:
    kept = Kept(capacity=100, next_position=count, series=[], gaps=[Drawn("gap", 1, 0, count)])
    judgement = judging.judged([ASKED, TOLD], kept, restored=restored)
    assert (judgement.faults == (), judgement.lost_in_gaps) == (explained, int(explained))
