"""SIGKILL at any instant: no number is handed out twice, and none is lost without a record.

A process takes numbers and tells each by a pipe; it is killed at seeded random instants and started again on the same
file. What was told is what came through the pipe. Every number that is neither told nor still in stock must stand in
the list of hand-outs in doubt.

LABBRO_KILLS (default 2) times ten kills; 100 for a release.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from labbro.errors import Unavailable
from labbro.numbers.credentials import make_key
from labbro.numbers.stock.local import ask
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


class Served:
    """`labbro stock serve`, started again whenever it was killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_key(folder / "key.json", "k")
        self.environ = os.environ | {
            "LABBRO_STOCK_FILE": str(folder / "stock.db"),
            "LABBRO_STOCK_MACHINE": "bench",
            "LABBRO_STOCK_SERVICE": "http://127.0.0.1:9",  # nobody answers there
            "LABBRO_STOCK_CLIENT_ID": "00000000-0000-0000-0000-00000000002a",
            "LABBRO_STOCK_KEY": str(folder / "key.json"),
            "LABBRO_STOCK_PORT": str(22_000 + os.getpid() % 20_000),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        labbro = Path(sys.executable).with_name("labbro")
        self.process = subprocess.Popen([labbro, "stock", "serve"], env=self.environ, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def take(self, count: int, request_id: str) -> list[str]:
        """Asks until it is answered, whatever is killed meanwhile."""
        for _ in range(600):
            try:
                wish = {"count": count, "request_id": request_id}
                return list(ask(self.folder / "stock.db", "POST", "/numbers", wish)["numbers"])
            except (Unavailable, OSError, http.client.HTTPException):
                time.sleep(0.05)
        raise AssertionError("the door does not come back")


def test_a_killed_door_gives_every_request_its_own_numbers_once(tmp_path: Path) -> None:
    with made(tmp_path / "stock.db", FixedClock(START), yearly=None) as stock:
        filled(stock, FakeService(FixedClock(START)), 20_000)
    served, chance, answers = Served(tmp_path), random.Random(5), dict[str, list[str]]()
    ended = threading.Event()

    def work(name: int) -> None:
        turn = 0
        while not ended.is_set():
            turn += 1
            answers[f"{name}-{turn}"] = served.take(turn % 3 + 1, f"{name}-{turn}")

    served.start()
    workers = [threading.Thread(target=work, args=(name,)) for name in range(3)]
    for worker in workers:
        worker.start()
    try:
        for _ in range(max(2, KILLS // 5)):
            time.sleep(chance.uniform(0.8, 2.0))
            served.kill()
            served.start()
        until = time.monotonic() + 60
        while len(answers) <= 10 and time.monotonic() < until:  # a busy machine is slow to answer
            time.sleep(0.2)
        ended.set()
        for worker in workers:
            worker.join()
    finally:
        ended.set()
        served.kill()
    told = [number for numbers in answers.values() for number in numbers]
    assert len(told) == len(set(told))
    assert all(len(numbers) == int(name.partition("-")[2]) % 3 + 1 for name, numbers in answers.items())
    with opened(tmp_path / "stock.db") as stock:
        in_doubt = {number for handed in stock.in_doubt() for number in stock.numbers_of(handed)}
        handed_out = {
            number
            for series in stock.series()
            for number in stock.space.numbers(series.first, series.next - series.first)
        }
        assert set(told) <= handed_out
        assert handed_out - set(told) <= in_doubt
        stock.verify()
    assert len(answers) > 10
