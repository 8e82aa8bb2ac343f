"""The local door, as a laboratory system, a browser and somebody hostile see it."""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from labbro.numbers.stock.agent import Agent
from labbro.numbers.stock.door import Door
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities

from .fakes import START, FakeService, made, opened


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    clock = FixedClock(START)
    with made(tmp_path / "stock.db", clock, durable=False) as stock:
        service = FakeService(clock)
        agent = Agent(stock, service, clock=clock, identities=SeededIdentities(3, clock), chance=random.Random(1))
        agent.run_until()
        door = Door(agent, port=0, laboratory="Klinisk Biokemi <Vest> & Øst", clock=clock)
        thread = threading.Thread(target=door.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield door
        door.shutdown()
        door.server_close()
        thread.join()


def call(
    door: Door,
    method: str,
    path: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
    raw: bytes | None = None,
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", door.server_port, timeout=10)
    told = {"content-type": "application/json"} if body is not None or raw is not None else {}
    content = raw if raw is not None else None if body is None else json.dumps(body).encode()
    connection.request(method, path, content, told | (headers or {}))
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


def numbers(door: Door, **body: Any) -> dict[str, Any]:
    status, _, told = call(door, "POST", "/numbers", body)
    assert status == 200, told
    return json.loads(told)


def test_a_laboratory_system_takes_numbers(door: Door) -> None:
    first, second = numbers(door, count=3), numbers(door)
    assert first["numbers"] == list(door.agent.stock.space.numbers(0, 3))
    assert second["numbers"] == [door.agent.stock.space.number(3)]
    assert first["again"] is False


def test_the_same_request_gets_the_same_numbers(door: Door) -> None:
    first = numbers(door, count=3, request_id="order-17", purpose="reception")
    again = numbers(door, count=3, request_id="order-17", purpose="reception")
    assert again["numbers"] == first["numbers"]
    assert again["again"] is True
    status, _, told = call(door, "POST", "/numbers", {"count": 4, "request_id": "order-17"})
    assert status == 409
    assert json.loads(told)["code"] == "request-id-reused"


def test_what_was_answered_is_no_longer_in_doubt(door: Door) -> None:
    numbers(door, count=3)
    numbers(door, count=2)
    status, _, told = call(door, "GET", "/in-doubt")
    assert status == 200
    assert len(json.loads(told)) <= 1  # the last one is written down with the next


def test_a_caller_that_went_away_leaves_its_hand_out_in_doubt(door: Door) -> None:
    stock = door.agent.stock
    lost = stock.hand_out(2, request_id="lost")  # as when the process is killed before it answers
    assert call(door, "POST", "/in-doubt", {"ordinal": lost.ordinal, "fate": "void"})[0] == 200
    assert json.loads(call(door, "POST", "/in-doubt", {"ordinal": 99, "fate": "void"})[2])["code"] == "not-in-doubt"
    assert call(door, "POST", "/numbers", {"count": 2, "request_id": "lost"})[0] == 409


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "wrong-use"),
        (b"{", "wrong-use"),
        (b"[]", "wrong-use"),
        (b'{"count": "3"}', "wrong-use"),
        (b'{"count": 3, "cpr": "x"}', "wrong-use"),
        (b'{"count": 0}', "count-out-of-range"),
        (b'{"count": 3, "request_id": "a b"}', "request-id-malformed"),
        (b'{"count": 3, "purpose": "2512489996"}', "purpose-malformed"),
        (b'{"count": ' + b" " * 5000 + b"3}", "body-too-large"),
        (b"\xff\xfe", "wrong-use"),
    ],
)
def test_a_wrong_wish_is_told_and_changes_nothing(door: Door, raw: bytes, code: str) -> None:
    before = door.agent.stock.left()
    status, _, told = call(door, "POST", "/numbers", raw=raw)
    assert status == 400
    problem = json.loads(told)
    assert problem["code"] == code
    assert problem["detail"]
    assert "2512489996" not in told.decode()
    assert door.agent.stock.left() == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "evil.example:8410"}, 403),
        ({"host": "127.0.0.1"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 400),
        ({"content-type": "application/x-www-form-urlencoded"}, 400),
    ],
)
def test_pages_of_other_sites_and_other_names_are_refused(door: Door, headers: dict[str, str], status: int) -> None:
    before = door.agent.stock.left()
    assert call(door, "POST", "/numbers", {"count": 1}, headers)[0] == status
    assert door.agent.stock.left() == before


def test_it_listens_on_this_machine_only(door: Door) -> None:
    assert door.server_address[0] == "127.0.0.1"


def test_a_body_without_length_or_a_second_call_in_it_is_refused(door: Door) -> None:
    host = f"127.0.0.1:{door.server_port}"
    for head in (
        f"POST /numbers HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\r\n",
        (
            f"POST /numbers HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
            'transfer-encoding: chunked\r\ncontent-length: 12\r\n\r\n{"count": 1}'
        ),
        f"POST /numbers HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", door.server_port), timeout=10) as raw:
            raw.sendall(head.encode())
            answer = b""
            while part := raw.recv(65536):
                answer += part
        assert answer.startswith(b"HTTP/1.1 400")
        assert answer.count(b"HTTP/1.1") == 1


def test_garbage_is_survived(door: Door) -> None:
    for garbage in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"X" * 70000 + b"\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", door.server_port), timeout=10) as raw:
            raw.sendall(garbage)
            raw.shutdown(socket.SHUT_WR)
            try:
                while raw.recv(65536):
                    pass
            except ConnectionResetError:
                pass
    assert numbers(door)["numbers"]


def test_other_methods_and_addresses_do_not_exist(door: Door) -> None:
    assert call(door, "GET", "/numbers")[0] == 404
    assert call(door, "GET", "/../etc/passwd")[0] == 404
    assert call(door, "DELETE", "/numbers")[0] == 501


def test_many_callers_at_once_get_different_numbers(door: Door) -> None:
    found: list[str] = []

    def work() -> None:
        for _ in range(20):
            found.extend(numbers(door, count=2)["numbers"])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(set(found)) == 320


def test_the_status_tells_everything_and_no_number(door: Door) -> None:
    taken = numbers(door, count=3)["numbers"]
    status, _, told = call(door, "GET", "/status")
    assert status == 200
    found = json.loads(told)
    assert found["weeks"] == pytest.approx(26, abs=0.2)
    assert found["level"] == "ok"
    assert found["calls"][0]["outcome"] == "ok"
    assert not any(number in told.decode() for number in taken)


@pytest.mark.parametrize(("language", "word"), [("da", "uger på lager"), ("en", "weeks of stock")])
def test_the_page_is_readable_in_two_languages_without_script_or_inline_style(
    door: Door, language: str, word: str
) -> None:
    numbers(door, count=30)
    status, headers, told = call(door, "GET", f"/?language={language}")
    text = told.decode()
    assert status == 200
    assert word in text
    assert "Klinisk Biokemi &lt;Vest&gt; &amp; Øst" in text
    assert "<script" not in text
    assert "style=" not in text
    assert headers["content-security-policy"].startswith("default-src 'none'")
    charts = text.split("<svg")[1:]
    assert len(charts) == 2
    for chart in charts:
        ET.fromstring("<svg" + chart.partition("</svg>")[0] + "</svg>")


def test_measures_and_health(door: Door) -> None:
    numbers(door, count=3)
    call(door, "POST", "/numbers", {"count": 0})
    text = call(door, "GET", "/metrics")[2].decode()
    assert f"labbro_stock_numbers {door.agent.stock.left()}" in text
    assert 'labbro_stock_requests_total{outcome="count-out-of-range"} 1' in text
    assert call(door, "GET", "/healthz")[0] == 200
    door.agent.stock.take(door.agent.stock.left())
    assert call(door, "GET", "/healthz")[0] == 503
    assert json.loads(call(door, "POST", "/numbers", {"count": 1})[2])["code"] == "stock-empty"


def test_a_person_tops_up_by_hand(door: Door) -> None:
    before = door.agent.stock.left()
    status, _, told = call(door, "POST", "/top-up", {"count": 500})
    assert status == 200
    assert json.loads(told) == {"asked": True, "numbers_left": before + 500}


def test_a_broken_file_ends_the_process(door: Door) -> None:
    ended = threading.Event()
    door._on_broken = ended.set
    door.agent.stock.ledger.give_up("disk-failed")
    assert call(door, "POST", "/numbers", {"count": 1})[0] == 503
    assert ended.wait(5)


def test_a_second_process_asks_the_first(door: Door, tmp_path: Path) -> None:
    from labbro.errors import Unavailable
    from labbro.numbers.stock.local import ask

    path = tmp_path / "stock.db"
    with pytest.raises(Unavailable, match="open"):
        opened(path)
    with pytest.raises(Unavailable):  # as long as it does not say where it answers
        ask(path, "GET", "/status")
    door.agent.stock.ledger.lock.tell_address(door.address)
    assert len(ask(path, "POST", "/numbers", {"count": 2})["numbers"]) == 2
    with pytest.raises(Unavailable) as raised:
        ask(path, "POST", "/numbers", {"count": 90_000})
    assert raised.value.code == "stock-empty"
