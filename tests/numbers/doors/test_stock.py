"""A stock agent against the whole service over HTTPS: drawn, confirmed, handed out, found out when it is a clone."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.numbers.paper.reading_back import numbers_in_pdf

from labbro.errors import Unavailable
from labbro.numbers.client import NumberClient
from labbro.numbers.model import Attendance, Attended, Drawn, DrawRequest
from labbro.numbers.stock import Stock, adopt
from labbro.numbers.stock.agent import Agent
from labbro.numbers.stock.place import machine_fingerprint
from labbro.platform.clock import SystemClock
from labbro.platform.identities import SystemIdentities

from .conftest import LABBRO, Running

YEARLY = 5_000
CLOCK = SystemClock()
IDENTITIES = SystemIdentities(CLOCK)


class Losing:
    """Loses the first `answers` answers: the service has done what was asked."""

    def __init__(self, client: NumberClient, answers: int) -> None:
        self._client = client
        self.left = answers

    def draw(self, request: DrawRequest) -> Drawn:
        answer = self._client.draw(request)
        self._lose()
        return answer

    def attend(self, attendance: Attendance) -> Attended:
        answer = self._client.attend(attendance)
        self._lose()
        return answer

    def _lose(self) -> None:
        if self.left:
            self.left -= 1
            raise Unavailable("lost", code="outcome-unknown")


@pytest.fixture
def client(running: Running) -> Iterator[NumberClient]:
    with running.client(retries=0) as client:
        yield client


def agent_of(stock: Stock, service: NumberClient | Losing) -> Agent:
    return Agent(stock, service, clock=CLOCK, identities=IDENTITIES, chance=random.Random(1))


def opened(path: Path) -> Stock:
    return Stock.open(path, machine="here")


def made(path: Path) -> Stock:
    return Stock.make(path, yearly=YEARLY, machine="here")


def test_half_a_year_is_drawn_confirmed_and_handed_out(client: NumberClient, tmp_path: Path) -> None:
    with made(tmp_path / "stock.db") as stock:
        agent = agent_of(stock, client)
        agent.run_until()
        assert agent.refused() is None
        assert stock.left() == pytest.approx(YEARLY / 2, rel=0.05)
        number = stock.take()[0]
        found = client.look_up(number)
        assert found.state == "issued"
        assert found.holdings[0].series.series_id == stock.series()[0].series_id
        assert client.my_series(limit=5).series


def test_lost_answers_double_and_lose_nothing(client: NumberClient, tmp_path: Path) -> None:
    before = {one.series_id for one in client.my_series(limit=500).series}
    service = Losing(client, 3)
    with made(tmp_path / "stock.db") as stock:
        agent = agent_of(stock, service)
        for _ in range(8):
            agent.run_until()
            for request in stock.outgoing.open():  # does not wait for the time of its retry
                stock.outgoing.put_off(request.request_id, CLOCK.now(), request.code or "", doubtful=request.doubtful)
        assert service.left == 0
        held = {one.series_id for one in stock.series()}
    assert {one.series_id for one in client.my_series(limit=500).series} - before == held
    assert len(held) == 1


def test_two_agents_of_one_laboratory_get_different_numbers(client: NumberClient, tmp_path: Path) -> None:
    with made(tmp_path / "a.db") as one, made(tmp_path / "b.db") as other:
        agent_of(one, client).run_until()
        agent_of(other, client).run_until()
        assert not set(one.take(one.left())) & set(other.take(other.left()))


def test_a_clone_is_held_and_begins_anew_after_adoption(client: NumberClient, tmp_path: Path) -> None:
    original, clone = tmp_path / "stock.db", tmp_path / "clone.db"
    with made(original) as stock:
        agent_of(stock, client).run_until()
    made(clone).close()
    for ending in ("", ".stamp"):
        shutil.copyfile(f"{original}{ending}", f"{clone}{ending}")
    _looks_at_home(clone)
    with opened(original) as stock:
        assert agent_of(stock, client).top_up(10)
    with opened(clone) as stock:
        agent_of(stock, client).top_up(10)
        assert stock.on_hold == "agent-cloned-or-restored"
    adopt(clone, clock=CLOCK, machine=machine_fingerprint("here"))
    with opened(clone) as stock:
        agent_of(stock, client).run_until()
        assert stock.on_hold is None
        assert stock.left() > 0


def _looks_at_home(path: Path) -> None:
    import sqlite3

    raw = sqlite3.connect(path)
    raw.execute("UPDATE agent SET inode = ?", (path.stat().st_ino,))
    raw.commit()
    raw.close()


def test_two_commands_make_a_stock_that_fills_itself_over_https(running: Running, tmp_path: Path) -> None:
    """`labbro stock init` and `labbro stock serve`, beside the running service."""
    key = tmp_path / "key.json"
    key.write_bytes(msgspec.json.encode(running.world.keys["nord"].as_dict(private=True)))
    port = 21_000 + os.getpid() % 20_000
    environ = os.environ | {
        "LABBRO_STOCK_FILE": str(tmp_path / "stock.db"),
        "LABBRO_STOCK_SERVICE": running.address,
        "LABBRO_STOCK_CLIENT_ID": str(running.world.ids["installation-nord"]),
        "LABBRO_STOCK_KEY": str(key),
        "LABBRO_STOCK_TRUST": str(running.certificate),
        "LABBRO_STOCK_PORT": str(port),
        "LABBRO_LOG_FORMAT": "text",
    }
    subprocess.run([LABBRO, "stock", "init", "--yearly", str(YEARLY)], env=environ, check=True, timeout=60)
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([LABBRO, "stock", "serve"], env=environ, stderr=log)
    try:
        numbers = _numbers(port, tmp_path / "log")
        told = subprocess.run([LABBRO, "stock", "take", "2"], env=environ, capture_output=True, text=True, timeout=60)
        assert len({*numbers, *told.stdout.split()}) == 5
        _print_and_read_back(environ, tmp_path / "labels.pdf")
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    finally:
        server.kill()
    with running.client() as client:
        assert client.look_up(numbers[0]).state == "issued"


def _print_and_read_back(environ: dict[str, str], out: Path) -> None:
    """`labbro stock take 5 | labbro labels - --out x.pdf`; ZXing reads what pdfium draws of it."""
    taken = subprocess.run([LABBRO, "stock", "take", "5"], env=environ, capture_output=True, check=True, timeout=60)
    told = taken.stdout
    subprocess.run([LABBRO, "labels", "-", "--out", str(out)], env=environ, input=told, check=True, timeout=60)
    (page,) = numbers_in_pdf(out.read_bytes())
    assert page == told.decode().split()
    assert len(set(page)) == 5


def _numbers(port: int, log: Path) -> list[str]:
    """Three numbers from the door, once the first draw has come in."""
    for _ in range(150):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", "/numbers", b'{"count": 3}', {"content-type": "application/json"})
            answer = connection.getresponse()
            if answer.status == 200:
                return list(json.loads(answer.read())["numbers"])
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text())
