"""Plain HTTP in a transition: the number doors only, until a day, and then a sentence what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from labbro.platform.clock import FixedClock
from labbro.platform.plain import Goodbye

from .test_serving import Served, free_port

UNTIL = dt.date(2026, 12, 31)


@pytest.fixture(scope="module")
def start(
    tmp_path_factory: pytest.TempPathFactory, new_database_url: Callable[[], str]
) -> Iterator[Callable[[str], tuple[str, str]]]:
    """A server with both doors; the usual address and the plain one."""
    started: list[Served] = []

    def begin(until: str) -> tuple[str, str]:
        folder: Path = tmp_path_factory.mktemp("plain")
        port = str(free_port())
        served = Served(
            folder,
            LABBRO_DATABASE_URL=new_database_url(),
            LABBRO_PLAIN_PORT=port,
            LABBRO_PLAIN_UNTIL=until,
        )
        started.append(served)
        return served.address, f"http://127.0.0.1:{port}"

    yield begin
    for served in started:
        assert served.stop() == 0


def test_the_plain_door_serves_the_number_doors_and_nothing_else(start: Callable[[str], tuple[str, str]]) -> None:
    usual, by_plain = start("2199-12-31")
    assert httpx.get(f"{usual}/numbers/way").text == "usual"
    answer = httpx.get(f"{by_plain}/numbers/way")
    assert (answer.text, answer.headers["sunset"]) == ("plain", "Tue, 31 Dec 2199 23:00:00 GMT")
    for path in ("/conflict", "/healthz", "/numbersother", "/"):
        answer = httpx.get(by_plain + path)
        assert (answer.status_code, answer.json()["code"]) == (403, "plain-http-ended")
        assert "https://" in answer.json()["detail_da"]
    assert "sunset" not in httpx.get(f"{usual}/numbers/way").headers


def test_after_the_day_plain_calls_are_told_what_to_do(start: Callable[[str], tuple[str, str]]) -> None:
    usual, by_plain = start("2020-01-01")
    answer = httpx.get(f"{by_plain}/numbers/way")
    assert (answer.status_code, answer.json()["code"]) == (403, "plain-http-ended")
    assert "call the same address with https://" in answer.json()["detail"]
    assert httpx.get(f"{usual}/numbers/way").status_code == 200


def test_the_last_day_is_a_danish_day() -> None:
    clock = FixedClock(dt.datetime(2026, 12, 31, 22, 59, 59, tzinfo=dt.UTC))
    goodbye = Goodbye(UNTIL, clock)
    assert goodbye.refusal({"path": "/numbers/series"}) is None
    clock.advance(dt.timedelta(seconds=1))
    assert goodbye.refusal({"path": "/numbers/series"}) is not None


def test_without_a_day_nothing_is_served_in_plain() -> None:
    assert Goodbye(None, FixedClock(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))).refusal({"path": "/numbers"}) is not None
