"""Handing out: durable before told, never twice, none lost without a record."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from labbro.errors import Conflict, LabbroError, NotFound, Unavailable, WrongUse
from labbro.numbers.model import DrawRequest
from labbro.numbers.stock import Stock
from labbro.platform.clock import FixedClock

from .fakes import START, FakeService, filled, made, opened, refused


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stock.db"


@pytest.fixture
def service(clock: FixedClock) -> FakeService:
    return FakeService(clock)


@pytest.fixture
def stock(path: Path, clock: FixedClock, service: FakeService) -> Iterator[Stock]:
    with made(path, clock) as stock:
        filled(stock, service, 1000)
        yield stock


def test_numbers_come_in_order_and_each_once(stock: Stock) -> None:
    taken = [*stock.take(3), *stock.take(), *stock.take(5)]
    assert taken == list(stock.space.numbers(0, 9))
    assert stock.left() == 991


def test_a_hand_out_goes_on_in_the_next_series(stock: Stock, service: FakeService) -> None:
    filled(stock, service, 50)
    stock.take(990)
    assert stock.take(20) == tuple(stock.space.numbers(990, 20))
    assert stock.verify() == 3  # the second hand-out is two rows


def test_more_than_there_is_hands_out_nothing(stock: Stock) -> None:
    with refused("stock-empty"):
        stock.take(1001)
    assert stock.left() == 1000
    assert len(stock.take(1000)) == 1000
    with refused("stock-empty"):
        stock.take()


def test_the_same_request_gives_the_same_numbers(stock: Stock) -> None:
    first = stock.take(3, request_id="order-17")
    other = stock.take(2)
    assert stock.take(3, request_id="order-17") == first
    assert not set(first) & set(other)
    with refused("request-id-reused"):
        stock.take(4, request_id="order-17")
    assert stock.left() == 995


def test_a_request_over_two_series_is_repeated_whole(stock: Stock, service: FakeService) -> None:
    filled(stock, service, 50)
    stock.take(995)
    assert stock.take(10, request_id="a") == stock.take(10, request_id="a")
    assert stock.left() == 45


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"count": 0}, "count-out-of-range"),
        ({"count": -1}, "count-out-of-range"),
        ({"count": 100_001}, "count-out-of-range"),
        ({"count": 1, "request_id": ""}, "request-id-malformed"),
        ({"count": 1, "request_id": "x" * 65}, "request-id-malformed"),
        ({"count": 1, "request_id": "Åse Jensen"}, "request-id-malformed"),
        ({"count": 1, "purpose": "2512489996"}, "purpose-malformed"),
        ({"count": 1, "purpose": "Nancy Ann"}, "purpose-malformed"),
    ],
)
def test_a_wrong_wish_is_refused_and_changes_nothing(stock: Stock, wish: dict[str, object], code: str) -> None:
    with refused(code):
        stock.take(**wish)  # type: ignore[arg-type]
    assert stock.left() == 1000


def test_every_hand_out_is_logged_with_range_time_and_purpose(stock: Stock, clock: FixedClock) -> None:
    clock.advance(dt.timedelta(hours=1))
    numbers = stock.take(3, purpose="reception")
    found = stock.find(numbers[1])
    assert found is not None
    assert (found.ranges[0].first, found.ranges[0].past) == (0, 3)
    assert found.at == START + dt.timedelta(hours=1)
    assert found.purpose == "reception"
    assert stock.find(stock.space.number(500)) is None
    with pytest.raises(WrongUse):
        stock.find("123")


def test_consumption_is_counted_by_hour_and_by_danish_day(stock: Stock, clock: FixedClock) -> None:
    clock.advance(dt.datetime(2026, 6, 30, 21, 30, tzinfo=dt.UTC) - clock.now())
    stock.take(3)
    clock.advance(dt.timedelta(hours=1))  # after midnight in Denmark, not yet in UTC
    stock.take(4)
    days = {dt.date.fromordinal(day): count for day, count in stock.consumed().items()}
    assert days == {dt.date(2026, 6, 30): 3, dt.date(2026, 7, 1): 4}
    assert sorted(stock.consumed_hours().values()) == [3, 4]


def test_a_clock_that_goes_back_harms_nothing(stock: Stock, clock: FixedClock, path: Path) -> None:
    first = stock.take(3)
    clock.advance(dt.timedelta(days=-400))
    second = stock.take(3)
    clock.advance(dt.timedelta(days=4000))
    third = stock.take(3)
    assert len({*first, *second, *third}) == 9
    stock.close()
    with opened(path, clock) as again:
        assert again.verify() == 3


def test_what_was_told_is_no_longer_in_doubt(stock: Stock, path: Path) -> None:
    stock.take(3)
    assert [handed.count for handed in stock.in_doubt()] == [3]  # the answer may not have been used yet
    stock.take(2)
    assert [handed.count for handed in stock.in_doubt()] == [2]
    stock.close()
    with opened(path) as again:
        assert again.in_doubt() == ()


def test_what_never_reached_the_caller_stays_in_doubt_until_a_person_settles_it(stock: Stock, path: Path) -> None:
    lost = stock.hand_out(3, request_id="a")
    arrived = stock.hand_out(2)
    stock.delivered(arrived)
    stock.close()
    with opened(path) as again:
        assert [handed.ordinal for handed in again.in_doubt()] == [lost.ordinal]
        again.settle(lost.ordinal, "void")
        assert again.in_doubt() == ()
        with refused("hand-out-void"):
            again.take(3, request_id="a")
        with refused("not-in-doubt"):
            again.settle(lost.ordinal, "used")
        assert not set(again.take(5)) & set(again.numbers_of(lost))


def test_a_repeated_request_that_arrives_ends_the_doubt(stock: Stock) -> None:
    stock.hand_out(3, request_id="a")
    stock.delivered(stock.hand_out(3, request_id="a"))
    stock.flush()
    assert stock.in_doubt() == ()


def test_a_series_is_not_used_before_the_service_confirmed_it(path: Path, clock: FixedClock) -> None:
    service, draw, attend = FakeService(clock), UUID(int=1), UUID(int=2)
    with made(path, clock) as stock:
        stock.outgoing.store(draw, "draw", 100, "test")
        answer = service.draw(DrawRequest(request_id=draw, count=100, statement=stock.outgoing.begin(draw)))
        stock.outgoing.accept(stock.outgoing.open()[0], answer.series, answer.nonce, stock.space, attend)
        assert (stock.left(), stock.held()) == (0, 100)
        with refused("stock-empty"):
            stock.take()
        stock.outgoing.attended(stock.outgoing.open()[0], "nonce")
        assert stock.take() == (stock.space.number(0),)


def test_threads_never_get_the_same_number(stock: Stock) -> None:
    taken: list[str] = []

    def work() -> None:
        for _ in range(50):
            taken.extend(stock.take(2))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 800
    assert stock.verify() == 400


def test_a_second_process_is_kept_out(stock: Stock, path: Path) -> None:
    with refused("stock-in-use"):
        opened(path)
    stock.close()
    opened(path).close()


def test_a_forked_child_cannot_use_its_parents_stock(stock: Stock) -> None:
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    def child() -> None:
        try:
            answers.put(stock.take())
        except LabbroError as error:
            answers.put(error.code)
        os._exit(0)

    process = context.Process(target=child)
    process.start()
    process.join()
    assert answers.get() == "stock-forked"


def test_a_full_disk_hands_out_nothing_and_goes_on_when_there_is_room(stock: Stock) -> None:
    stock.ledger.limit_pages(1)  # SQLite answers as on a full disk: no page can be added
    given: list[str] = []
    with refused("disk-full"):
        for _ in range(1000):
            given.extend(stock.take())
    left = stock.left()
    assert left == 1000 - len(given)
    with refused("disk-full"):
        stock.take()
    assert stock.left() == left
    stock.ledger.limit_pages(1_000_000)
    given.extend(stock.take(3))
    assert given == list(stock.space.numbers(0, len(given)))
    stock.verify()


def test_a_disk_that_fails_stops_the_stock_until_it_is_opened_anew(stock: Stock, path: Path) -> None:
    """The kernel refuses to let the log grow: what SQLite calls an I/O error, in a process of its own."""
    import resource
    import signal

    first = stock.take(3)
    stock.close()
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    def child() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        told: list[str] = []
        codes: list[str] = []
        inside = opened(path)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 40_000,) * 2)
        for _ in range(200):
            try:
                told.extend(inside.take(2))
            except LabbroError as error:
                codes.append(error.code)
        answers.put((told, codes))
        os._exit(0)

    process = context.Process(target=child)
    process.start()
    told, codes = answers.get()
    process.join()
    assert set(codes) <= {"disk-failed", "disk-full"}
    assert codes
    with opened(path) as again:
        in_doubt = {number for handed in again.in_doubt() for number in again.numbers_of(handed)}
        rest = set(again.take(again.left()))
        assert len(told) == len(set(told))
        assert not rest & {*first, *told}
        assert {*first, *told, *in_doubt, *rest} == set(again.space.numbers(0, 1000))
        again.verify()


def test_a_missing_stock_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="labbro stock init"):
        Stock.open(tmp_path / "none.db")


def test_a_stock_is_not_made_over_another(stock: Stock, path: Path) -> None:
    stock.close()
    with pytest.raises(Conflict) as raised:
        made(path)
    assert raised.value.code == "stock-exists"


def test_the_tables_themselves_refuse_a_number_twice(stock: Stock, path: Path) -> None:
    stock.take(3)
    stock.close()
    raw = sqlite3.connect(path)
    for statement in (
        "UPDATE series SET next = 0",
        "UPDATE hand_out SET past = past - 1",
        "DELETE FROM hand_out",
        "INSERT INTO hand_out SELECT ordinal + 1, series, first, past, at, 0, 1, NULL, NULL, digest FROM hand_out",
        "INSERT INTO series SELECT 9, 'other', NULL, space, round, 990, 1100, 990, 'held', 0, NULL, NULL FROM series",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(statement)
    raw.close()


def test_a_closed_stock_refuses(stock: Stock) -> None:
    stock.close()
    with pytest.raises(Unavailable):
        stock.take()
    stock.close()
