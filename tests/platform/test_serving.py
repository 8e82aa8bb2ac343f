"""The server as a real process on a real port: what holds for every request, and how it starts and stops."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from psycopg.conninfo import conninfo_to_dict

from labbro.platform.embedded import Embedded

PROBE = Path(__file__).with_name("probe_server.py")
SECRET = "ab" * 32
START_SECONDS = 30


class Served:
    """A server process of the test's own."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.port = free_port()
        self.log = folder / f"log-{self.port}"
        settings = {"LABBRO_DATA": str(folder), "LABBRO_PORT": str(self.port), **environ}
        self.process = subprocess.Popen(
            [sys.executable, str(PROBE)],
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=self.log.open("wb"),
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.address = line.removeprefix("ready ").strip()

    def logged(self) -> list[dict[str, object]]:
        whole = self.log.read_text(encoding="utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def logged_of(self, request_id: str, event: str) -> list[dict[str, object]]:
        """The lines of one request, waited for: a request is told after its answer has left."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            found = [line for line in self.logged() if line.get("request_id") == request_id and line["event"] == event]
            if found or time.monotonic() > deadline:
                return found
            time.sleep(0.05)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(START_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def database_url(new_database_url: Callable[[], str]) -> str:
    return new_database_url()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Served]:
    served = Served(
        tmp_path_factory.mktemp("served"),
        LABBRO_DATABASE_URL=database_url,
        LABBRO_BODY_LIMIT_MB="1",
        LABBRO_BODY_SECONDS="1",
        LABBRO_PUBLIC_URL="http://labbro.example",
    )
    yield served
    assert served.stop() == 0


@pytest.fixture
def start(tmp_path: Path, database_url: str) -> Iterator[Callable[..., Served]]:
    """Starts servers of the test's own; none outlives the test."""
    started: list[Served] = []

    def begin(**environ: str) -> Served:
        started.append(Served(tmp_path, **{"LABBRO_DATABASE_URL": database_url, **environ}))
        return started[-1]

    yield begin
    for served in started:
        served.process.kill()
        served.process.wait()


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=20) as opened:
        yield opened


def test_a_live_server_says_so(client: httpx.Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_server_with_its_database_is_ready(client: httpx.Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok", "schema": "ok"})


def test_every_answer_carries_the_headers_of_a_health_page(client: httpx.Client) -> None:
    for path in ("/healthz", "/patient/1", "/nothing-here", "/fault"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers  # only over TLS


def test_a_route_may_set_a_header_of_its_own(client: httpx.Client) -> None:
    answer = client.get("/own-policy")
    assert answer.headers.get_list("cache-control") == ["max-age=60"]


def test_a_request_keeps_the_id_its_caller_gave(client: httpx.Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "order-77.a_b"}).headers["x-request-id"] == "order-77.a_b"


@pytest.mark.parametrize("given", ["", "x", "has space in it", "a" * 65, 'quote"quote', "cpr-0101010000", "3112999998"])
def test_an_id_that_is_none_is_replaced(client: httpx.Client, given: str) -> None:
    told = client.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert told != given
    assert re.fullmatch(r"[0-9a-f-]{36}", told)


def test_an_error_is_told_as_a_problem_with_the_request_id(client: httpx.Client) -> None:
    answer = client.get("/conflict", headers={"X-Request-ID": "conflict-1"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:labbro:problem:conflict",
        "title": "Conflict",
        "status": 409,
        "code": "conflict",
        "detail": "The letter was received before with other content.",
        "request_id": "conflict-1",
    }


def test_a_wrong_parameter_is_a_problem_that_does_not_repeat_it(client: httpx.Client) -> None:
    answer = client.get("/number", params={"wanted": "0101010000x"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "wrong-use"
    assert "0101010000" not in answer.text


def test_an_unknown_address_is_a_problem_too(client: httpx.Client) -> None:
    answer = client.get("/nothing/0101010000")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "0101010000" not in answer.text


def test_a_fault_of_ours_tells_nothing_and_is_logged_without_its_text(client: httpx.Client, server: Served) -> None:
    answer = client.get("/fault", headers={"X-Request-ID": "fault-0001"})
    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert "Secret" not in answer.text
    [line] = server.logged_of("fault-0001", "request failed")
    assert line["error"] == "RuntimeError"
    assert any("fault" in str(place) for place in line["code_lines"])  # type: ignore[union-attr]


def test_no_log_line_or_measure_holds_an_identity(client: httpx.Client, server: Served) -> None:
    client.get("/patient/0101010000")
    client.get("/nothing/0101010000", params={"cpr": "0101010000", "name": "Secret Person"})
    client.get("/number", params={"wanted": "0101010000x"})
    client.get("/fault")
    client.request("0101010000", "/healthz")
    client.get("/patient/1", headers={"X-Request-ID": "last-of-these"})
    assert server.logged_of("last-of-these", "request")
    log = server.log.read_text(encoding="utf-8")
    measures = client.get("/metrics").text
    for text in (log, measures):
        assert "0101010000" not in text
        assert "Secret" not in text
    assert '"route": "/patient/{number}"' in log
    assert 'labbro_requests_total{method="GET",route="/patient/{number}",status="200"}' in measures


def test_each_log_line_is_one_json_object_with_its_request_id(client: httpx.Client, server: Served) -> None:
    client.get("/patient/1", headers={"X-Request-ID": "log-line-1"})
    assert [line["status"] for line in server.logged_of("log-line-1", "request")] == [200]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8400", "[::1]:1", "labbro.example"])
def test_a_server_on_loopback_answers_to_its_own_names(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "labbro.example.evil", "[bad"])
def test_a_server_on_loopback_does_not_answer_to_the_names_of_others(client: httpx.Client, host: str) -> None:
    answer = client.get("/healthz", headers={"Host": host})
    assert answer.status_code in (400, 421)


def test_a_body_over_the_limit_is_refused_whether_or_not_it_says_its_size(client: httpx.Client) -> None:
    body = b"x" * (1024 * 1024 + 1)
    assert client.post("/size", content=body).status_code == 413
    assert client.post("/size", content=iter([body[:600_000], body[600_000:]])).status_code == 413
    assert client.post("/size", content=body[:-1]).json() == 1024 * 1024


def test_a_body_that_does_not_come_is_given_up(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"POST /size HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc")
        assert b"408" in connection.recv(4096).split(b"\r\n")[0]


def test_many_large_bodies_do_not_take_all_memory(start: Callable[..., Served]) -> None:
    served = start(LABBRO_BODY_LIMIT_MB="1")
    size = 1024 * 1024
    unfinished = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(6)]
    for connection in unfinished:
        connection.sendall(
            b"POST /size HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size + b"x" * (size - 1)
        )
    answered, _, _ = select.select(unfinished, [], [], START_SECONDS)
    refusal = answered[0].recv(4096)
    assert refusal.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5" in refusal
    for connection in unfinished:
        connection.close()
    deadline = time.monotonic() + START_SECONDS
    while httpx.post(f"{served.address}/size", content=b"x" * size).status_code != 201:
        assert time.monotonic() < deadline
    assert served.stop() == 0


def test_requests_are_answered_while_a_slow_one_runs(client: httpx.Client) -> None:
    slow = threading.Thread(target=lambda: client.get("/slow", params={"seconds": 1}))
    slow.start()
    assert client.get("/healthz").status_code == 200
    assert slow.is_alive()
    slow.join()


def test_a_server_whose_database_went_away_is_alive_but_not_ready(
    start: Callable[..., Served], cluster: Embedded, new_database_url: Callable[[], str]
) -> None:
    url = new_database_url()
    name = conninfo_to_dict(url)["dbname"]
    served = start(LABBRO_DATABASE_URL=url)
    with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as administrator:
        administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert httpx.get(f"{served.address}/healthz").status_code == 200
        answer = httpx.get(f"{served.address}/readyz", timeout=60)
        assert (answer.status_code, answer.json()["database"]) == (503, "does not answer")
        administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    deadline = time.monotonic() + 60
    while httpx.get(f"{served.address}/readyz", timeout=60).status_code != 200:
        assert time.monotonic() < deadline
    assert served.stop() == 0


def test_sigterm_finishes_work_in_hand_and_refuses_new_work(start: Callable[..., Served]) -> None:
    served = start()
    answers: list[httpx.Response] = []
    slow = threading.Thread(target=lambda: answers.append(httpx.get(f"{served.address}/slow?seconds=1.5", timeout=20)))
    slow.start()
    time.sleep(0.4)
    served.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    late = httpx.get(f"{served.address}/healthz")
    slow.join()
    assert (late.status_code, late.json()["code"]) == (503, "unavailable")
    assert (answers[0].status_code, answers[0].text) == (200, "finished")
    assert served.process.wait(START_SECONDS) == 0
    assert served.logged()[-1]["event"] == "stopped"
    assert served.process.stdout is not None
    assert served.process.stdout.read().strip() == "closed"


def test_a_stop_does_not_wait_for_ever(start: Callable[..., Served]) -> None:
    served = start(LABBRO_STOP_SECONDS="1")
    ignored = threading.Thread(target=lambda: _ignore(f"{served.address}/slow?seconds=60"))
    ignored.start()
    time.sleep(0.3)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(START_SECONDS) == 0
    assert [line["finished"] for line in served.logged() if line["event"] == "stopped"] == [False]
    ignored.join()


def _ignore(address: str) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(address, timeout=20)


def refused(folder: Path, **environ: str) -> str:
    """What a server that must not start says."""
    finished = subprocess.run(
        [sys.executable, str(PROBE)],
        env={**os.environ, "LABBRO_DATA": str(folder), **environ},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )
    assert finished.returncode != 0
    assert "ready" not in finished.stdout
    return finished.stderr


def test_off_loopback_the_server_refuses_to_start_without_tls(tmp_path: Path) -> None:
    told = refused(tmp_path, LABBRO_HOST="0.0.0.0", LABBRO_SECRET=SECRET)
    assert "TLS is required: set LABBRO_TLS_CERT and LABBRO_TLS_KEY, or LABBRO_HOST=127.0.0.1." in told


def test_a_port_in_use_is_told(tmp_path: Path, server: Served) -> None:
    assert f"LABBRO_PORT={server.port} cannot be listened on" in refused(tmp_path, LABBRO_PORT=str(server.port))


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    told = refused(tmp_path, LABBRO_PORT=str(free_port()), LABBRO_DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/x")
    assert "Unavailable: The database does not answer; check LABBRO_DATABASE_URL." in told


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of our own making for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


def test_off_loopback_with_tls_the_server_speaks_tls_only(
    start: Callable[..., Served], certificate: tuple[Path, Path]
) -> None:
    import ssl

    cert, key = certificate
    served = start(
        LABBRO_HOST="0.0.0.0",
        LABBRO_SECRET=SECRET,
        LABBRO_TLS_CERT=str(cert),
        LABBRO_TLS_KEY=str(key),
    )
    trusted = ssl.create_default_context(cafile=str(cert))
    answer = httpx.get(f"https://127.0.0.1:{served.port}/healthz", verify=trusted)
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{served.port}/healthz")
    assert served.stop() == 0
