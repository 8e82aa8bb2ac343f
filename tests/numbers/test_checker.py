"""The checker finds what must not be, in histories that were broken on purpose."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.numbers.checker import Drawn, Event, Kept, KeptSeries, check, read_lines, write_line


def drawn(name: str, first: int, count: int, turn: int = 1) -> Drawn:
    return Drawn(name, turn, first, count)


def asked(operation: int, count: int, request: str | None = None, account: str = "a") -> Event:
    return Event(
        operation=operation, kind="invoke", act="draw", account=account, request=request or f"r{operation}", count=count
    )


def told(operation: int, one: Drawn, act="draw") -> Event:
    return Event(operation=operation, kind="ok", act=act, drawn=one)


def failed(operation: int) -> Event:
    return Event(operation=operation, kind="fail", act="draw", code="daily-limit")


def kept(*series: KeptSeries, next_position: int, **more) -> Kept:
    return Kept(capacity=1000, next_position=next_position, series=series, **more)


def row(one: Drawn, request: str, account: str = "a") -> KeptSeries:
    return KeptSeries(one, account, request)


FIRST, SECOND = drawn("s1", 0, 10), drawn("s2", 10, 5)
GOOD = [asked(1, 10), asked(2, 5), told(2, SECOND), told(1, FIRST), asked(3, 7)]
GOOD_KEPT = kept(row(FIRST, "r1"), row(SECOND, "r2"), next_position=15)


def found(events: list[Event], after: Kept) -> list[str]:
    return [fault.kind for fault in check(events, after).faults]


def test_a_good_history_holds() -> None:
    result = check(GOOD, GOOD_KEPT)
    assert result.holds
    assert (result.operations, result.acknowledged, result.unknown) == (3, 2, 1)
    assert (result.series, result.numbers, result.skipped) == (2, 15, 0)


def test_an_unanswered_draw_may_have_been_issued() -> None:
    assert check(GOOD, kept(row(FIRST, "r1"), row(SECOND, "r2"), row(drawn("s3", 15, 7), "r3"), next_position=22)).holds


def test_a_repeated_request_with_the_same_series_holds() -> None:
    assert check([*GOOD, asked(4, 10, "r1"), told(4, FIRST)], GOOD_KEPT).holds


def test_two_series_that_overlap_are_found_with_their_operations() -> None:
    other = drawn("s2", 9, 6)
    result = check(
        [asked(1, 10), asked(2, 6), told(1, FIRST), told(2, other)],
        kept(row(FIRST, "r1"), row(other, "r2"), next_position=15),
    )
    assert {fault.kind for fault in result.faults} == {"overlap", "kept-overlap"}
    assert next(fault for fault in result.faults if fault.kind == "overlap").operations == (1, 2)


def test_an_overlap_hidden_behind_a_third_is_found() -> None:
    large, inside, later = drawn("s1", 0, 100), drawn("s2", 10, 5), drawn("s3", 50, 5)
    events = [asked(1, 100), asked(2, 5), asked(3, 5), told(1, large), told(2, inside), told(3, later)]
    after = kept(row(large, "r1"), next_position=100)
    assert [fault.operations for fault in check(events, after).faults if fault.kind == "overlap"] == [(1, 2), (1, 3)]


@pytest.mark.parametrize(
    ("events", "after", "kind"),
    [
        (GOOD, kept(row(FIRST, "r1"), next_position=10), "lost"),
        (GOOD, kept(row(FIRST, "r1"), row(drawn("s2", 10, 6), "r2"), next_position=16), "changed"),
        (GOOD, kept(row(FIRST, "r1"), row(SECOND, "r9"), next_position=15), "changed"),
        (GOOD, kept(row(FIRST, "r1"), row(SECOND, "r2", "b"), next_position=15), "changed"),
        ([*GOOD, asked(4, 10, "r1"), told(4, SECOND)], GOOD_KEPT, "two-series"),
        ([asked(1, 9), told(1, FIRST)], kept(row(FIRST, "r1"), next_position=10), "wrong-count"),
        (
            [asked(1, 10), told(1, drawn("s1", 995, 10))],
            kept(row(drawn("s1", 995, 10), "r1"), next_position=1005, gaps=[drawn("g", 0, 995)]),
            "outside",
        ),
        ([asked(1, 10), failed(1)], kept(row(FIRST, "r1"), next_position=10), "refused-but-issued"),
        ([], kept(next_position=1), "unexplained"),
        ([], kept(row(SECOND, "r2"), next_position=15), "unexplained"),
        ([], kept(row(FIRST, "r1"), row(drawn("s2", 12, 3), "r2"), next_position=15), "unexplained"),
        ([], kept(row(FIRST, "r1"), next_position=9), "beyond-next"),
        ([], kept(row(FIRST, "r1"), next_position=10, gaps=[drawn("g", 9, 1)]), "kept-overlap"),
        ([], kept(row(FIRST, "r1"), row(drawn("s2", 2, 2, 2), "r2"), next_position=10), "returned-too-early"),
        (
            [Event(operation=1, kind="invoke", act="release"), told(1, drawn("s1", 0, 5), "release")],
            kept(row(FIRST, "r1"), next_position=10),
            "lost-release",
        ),
        ([told(7, FIRST)], kept(row(FIRST, "r1"), next_position=10), "no-invocation"),
    ],
)
def test_a_broken_history_is_found(events: list[Event], after: Kept, kind: str) -> None:
    assert kind in found(events, after)


def test_a_refusal_after_a_lost_answer_is_no_fault() -> None:
    events = [asked(1, 10, "r"), asked(2, 10, "r"), failed(2)]
    assert check(events, kept(row(FIRST, "r"), next_position=10)).holds


def test_gaps_explain_what_is_in_no_series() -> None:
    after = kept(
        row(FIRST, "r1"), row(drawn("s2", 20, 5), "r2"), next_position=30, gaps=[drawn("g", 10, 10), drawn("h", 25, 5)]
    )
    result = check([], after)
    assert result.holds
    assert result.skipped == 15


def test_what_was_released_may_be_given_out_again_in_the_next_round() -> None:
    releases = [drawn("s1", 0, 3), drawn("s1", 3, 4)]
    assert check([], kept(row(FIRST, "r1"), row(drawn("s2", 1, 5, 2), "r2"), next_position=10, releases=releases)).holds


def hands(operation: int, one: Drawn) -> list[Event]:
    return [Event(operation=operation, kind="invoke", act="hand-out"), told(operation, one, "hand-out")]


def test_numbers_handed_out_once_hold() -> None:
    assert check([*GOOD, *hands(10, drawn("s1", 0, 4)), *hands(11, drawn("s1", 4, 6))], GOOD_KEPT).holds


def test_a_number_handed_out_twice_is_found() -> None:
    result = check([*GOOD, *hands(10, drawn("s1", 0, 4)), *hands(11, drawn("s1", 3, 1))], GOOD_KEPT)
    assert [(fault.kind, fault.operations) for fault in result.faults] == [("handed-twice", (10, 11))]


@pytest.mark.parametrize("one", [drawn("s9", 0, 1), drawn("s1", 8, 3)])
def test_a_number_handed_out_of_no_series_is_found(one: Drawn) -> None:
    assert found([*GOOD, *hands(10, one)], GOOD_KEPT) == ["handed-foreign"]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=40), st.data())
def test_any_shift_of_one_series_is_found(counts: list[int], data: st.DataObject) -> None:
    events, series, place = [], [], 0
    for number, count in enumerate(counts):
        one = drawn(f"s{number}", place, count)
        events += [asked(number, count), told(number, one)]
        series.append(row(one, f"r{number}"))
        place += count
    assert check(events, kept(*series, next_position=place)).holds
    index = data.draw(st.integers(0, len(series) - 1))
    by = data.draw(st.integers(-15, 15).filter(bool))
    moved = msgspec.structs.replace(series[index].drawn, first_position=series[index].drawn.first_position + by)
    series[index] = row(moved, f"r{index}")
    assert not check(events, kept(*series, next_position=place)).holds


def test_a_log_is_read_as_it_was_written_without_a_torn_end() -> None:
    lines = [write_line(event) for event in GOOD]
    assert list(read_lines([*lines, lines[0][:-5]])) == GOOD
