"""Planning decides a group of requests without any database: for any group, no position is planned twice."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.errors import LabbroError
from labbro.members.model import Account, Caller, Limits
from labbro.numbers import problems
from labbro.numbers.mark import Counter, Returned
from labbro.numbers.model import Drawn
from labbro.numbers.planning import Job, Plan, Resting, State, plan
from labbro.numbers.space import Space
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities

from .building import NORTH_ACCOUNT, NOW, asks, directory, key, system

SMALL = Space(digits=6)
LIMITS = Limits(largest_series=50_000, numbers_a_day=60_000, plan_a_fortnight=10_000)


class Open:
    """A gate that lets everyone through."""

    def account(self, caller: Caller, account_id: UUID) -> Account:
        return directory(LIMITS).accounts[account_id]

    draw = account


def planned(counts: list[int], **more: object) -> Plan:
    known = {
        "space": SMALL,
        "counter": Counter(100, 7, key(1)),
        "known": {},
        "agents": {},
        "drawn_today": {},
        "approvals": {},
        "resting": [],
        "in_doubt": None,
        "stopped": None,
        "now": NOW,
    }
    jobs = [Job(system(), asks(count)) for count in counts]
    faults: list[Exception] = []
    made = plan(
        jobs,
        State(**{**known, **more}),  # type: ignore[arg-type]
        gate=Open(),
        identities=SeededIdentities(1, FixedClock(NOW)),
        on_fault=faults.append,
    )
    assert faults == []
    assert len(made.outcomes) == len(jobs)
    return made


def ranges(made: Plan) -> list[tuple[int, int, int]]:
    return [(one.series.round, one.series.first_position, one.series.last_position + 1) for one in made.series]


@given(
    st.lists(st.integers(-5, 60_000), max_size=30),
    st.integers(0, SMALL.capacity),
    st.lists(st.tuples(st.integers(2, 3), st.integers(0, 80), st.integers(1, 40)), max_size=5),
    st.integers(0, 500),
)
def test_no_position_is_planned_twice(
    counts: list[int], start: int, resting: list[tuple[int, int, int]], doubt: int
) -> None:
    rested = [
        Resting(key(number), turn, 1000 * number + low, 1000 * number + low + size)
        for number, (turn, low, size) in enumerate(resting)
    ]
    stop = min(SMALL.capacity, start + doubt)
    made = planned(
        counts, counter=Counter(start, 1, key(1)), resting=rested, in_doubt=(start, stop, ()) if doubt else None
    )
    taken = sorted([*ranges(made), *((one.round, one.start, one.stop) for one in made.gaps)])
    for left, right in pairwise(taken):
        assert left[0] < right[0] or left[2] <= right[1]
    first_round = [one for one in taken if one[0] == 1]
    if made.issues:
        place = start
        for _, low, high in first_round:
            assert low == place
            place = high
        assert place == made.next_position
    else:
        assert made.next_position == start
        assert taken == []
    assert made.next_position <= SMALL.capacity
    good = [one for one in made.outcomes if isinstance(one, Drawn)]
    assert [one.series for one in good] == [one.series for one in made.series]
    assert [one.series.count for one in good] == [
        count for count, told in zip(counts, made.outcomes, strict=True) if isinstance(told, Drawn)
    ]


def test_a_doubt_is_jumped_over_by_the_next_series_only() -> None:
    doubt = (100, 130, (Returned(str(key(9)), 2, 10, 20),))
    assert planned([], in_doubt=doubt).gaps == []
    made = planned([10], in_doubt=doubt, resting=[Resting(key(9), 2, 10, 25)])
    assert [(one.round, one.start, one.stop) for one in made.gaps] == [(1, 100, 130), (2, 10, 20)]
    assert ranges(made) == [(1, 130, 140)]
    again = planned([4], in_doubt=doubt, resting=[Resting(key(9), 2, 10, 25)])
    assert ranges(again) == [(2, 20, 24)]


def test_while_stopped_nothing_is_planned() -> None:
    made = planned([10, 20], stopped=problems.database_behind)
    assert [one.code for one in made.outcomes if isinstance(one, LabbroError)] == ["database-behind"] * 2
    assert not made.issues


def test_a_day_drawn_in_part_leaves_the_rest() -> None:
    made = planned([30_000, 30_000, 20_000, 10_000], drawn_today={NORTH_ACCOUNT: 10_000})
    assert [isinstance(one, Drawn) for one in made.outcomes] == [True, False, True, False]


@pytest.mark.parametrize("count", [30_000, 30_001])
def test_three_times_the_plan_is_the_most_without_a_second_person(count: int) -> None:
    made = planned([count])
    assert made.issues == (count == 30_000)
    assert len(made.approvals) == (count == 30_001)


def test_a_fault_in_one_request_does_not_end_the_others() -> None:
    class Faulty(Open):
        def draw(self, caller: Caller, account_id: UUID) -> Account:
            if account_id == NORTH_ACCOUNT:
                raise ZeroDivisionError
            return super().draw(caller, account_id)

    faults: list[Exception] = []
    state = State(
        space=SMALL,
        counter=Counter(0, 0, key(0)),
        known={},
        agents={},
        drawn_today={},
        approvals={},
        resting=[],
        in_doubt=None,
        stopped=None,
        now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    made = plan(
        [Job(system(), asks(1)), Job(system(key(5)), asks(1))],
        state,
        gate=Faulty(),
        identities=SeededIdentities(1, FixedClock(NOW)),
        on_fault=faults.append,
    )
    assert [type(one) for one in made.outcomes] == [LabbroError, Drawn]
    assert [type(one) for one in faults] == [ZeroDivisionError]
