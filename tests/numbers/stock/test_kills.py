"""SIGKILL at any instant: no number is handed out twice, and none is lost without a record.

A process takes numbers and tells each by a pipe; it is killed at seeded random instants and started again on the same
file. What was told is what came through the pipe. Every number that is neither told nor still in stock must stand in
the list of hand-outs in doubt.

LABBRO_KILLS (default 2) times ten kills; 100 for a release.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from labbro.platform.clock import FixedClock

from .fakes import START, FakeService, filled, made, opened

KILLS = 10 * int(os.environ.get("LABBRO_KILLS", "2"))
STOCK = 200_000

TAKER = """
import os, sys
from labbro.numbers.stock import Stock

with Stock.open(sys.argv[1], machine="bench") as stock:
    turn = 0
    while True:
        turn += 1
        request = f"r-{os.getpid()}-{turn}" if turn % 3 == 0 else None
        numbers = stock.take(turn % 4 + 1, request_id=request)
        os.write(1, (" ".join(numbers) + "\\n").encode())
"""


def told_until_killed(path: Path, after_seconds: float) -> list[str]:
    """What one process told before it was killed; a line that was cut off was not told."""
    process = subprocess.Popen([sys.executable, "-c", TAKER, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    first = process.stdout.readline()  # so that it is killed at work, not at its start
    time.sleep(after_seconds)
    os.kill(process.pid, signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    whole, _, _cut_off = (first + rest).rpartition(b"\n")
    return whole.decode().split()


def test_killed_at_any_instant_no_number_is_told_twice_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "stock.db"
    clock = FixedClock(START)
    chance = random.Random(20261123)
    with made(path, clock) as stock:
        filled(stock, FakeService(clock), STOCK)
        space = stock.space
    told: list[str] = []
    for kill in range(KILLS):
        if kill % 5 == 4:  # killed while it starts
            process = subprocess.Popen([sys.executable, "-c", TAKER, str(path)], stdout=subprocess.PIPE)
            time.sleep(chance.uniform(0.05, 0.4))
            os.kill(process.pid, signal.SIGKILL)
            assert process.stdout is not None
            told.extend(process.stdout.read().rpartition(b"\n")[0].decode().split())
            process.wait()
        else:
            told.extend(told_until_killed(path, chance.uniform(0, 0.15)))
    with opened(path) as stock:
        in_doubt = {number for handed in stock.in_doubt() for number in stock.numbers_of(handed)}
        handed_out = {number for held in stock.series() for number in space.numbers(held.first, held.next - held.first)}
        assert len(told) == len(set(told)), "a number was told twice"
        assert set(told) <= handed_out
        assert handed_out - set(told) <= in_doubt, "a number was lost without a record"
        assert not set(stock.take(1000)) & handed_out
        stock.verify()
    assert len(told) > KILLS


def test_a_request_that_was_killed_gets_its_numbers_when_it_is_repeated(tmp_path: Path) -> None:
    """The process is killed between commit and answer, so the caller asks again."""
    path = tmp_path / "stock.db"
    clock = FixedClock(START)
    with made(path, clock) as stock:
        filled(stock, FakeService(clock), 100)
    child = os.fork()
    if child == 0:
        opened(path).hand_out(3, request_id="order-1")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    with opened(path) as stock:
        assert [handed.request_id for handed in stock.in_doubt()] == ["order-1"]
        assert stock.take(3, request_id="order-1") == tuple(stock.space.numbers(0, 3))
        assert stock.take() == (stock.space.number(3),)
    with opened(path) as stock:
        assert stock.in_doubt() == ()


def test_a_maker_killed_half_way_leaves_no_stock(tmp_path: Path) -> None:
    path = tmp_path / "stock.db"
    path.with_name("stock.db.draft").write_bytes(b"half a file")
    with made(path, FixedClock(START)) as stock:
        assert stock.left() == 0
    assert not path.with_name("stock.db.draft").exists()


def test_the_file_is_kept_durably(tmp_path: Path) -> None:
    """What decision 0055 chose is what is in force: read back from the open file."""
    path = tmp_path / "stock.db"
    with made(path, FixedClock(START)) as stock:
        assert stock.ledger.pragma("journal_mode") == "wal"
        assert stock.ledger.pragma("synchronous") == 2
