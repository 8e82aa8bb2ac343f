"""The whole line in a real server: letters in, the page out, and nothing of a person in any log or address."""

from __future__ import annotations

import html
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from labbro import letters
from labbro.synthetic import demonstration

LABBRO = Path(sys.executable).with_name("labbro")
START_SECONDS = 120


class Running:
    """`labbro serve` with the demonstration country in an embedded database of its own, as `make run` has it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.data = folder / "data"
        self.watched = folder / "incoming"
        self.log = folder / "server.log"
        self.environ = {**os.environ, "LABBRO_DATA": str(self.data)}
        settings = {"LABBRO_PORT": str(self.port), "LABBRO_DEMONSTRATION": "yes", "LABBRO_WATCH": str(self.watched)}
        settings["LABBRO_LOG_LEVEL"] = "debug"
        self.process = subprocess.Popen(
            [LABBRO, "serve"], env={**self.environ, **settings}, stderr=self.log.open("wb"), stdout=subprocess.DEVNULL
        )
        self.address = f"http://127.0.0.1:{self.port}"
        deadline = time.monotonic() + START_SECONDS
        while "Labbro is ready" not in self.told():
            assert time.monotonic() < deadline, self.told()
            assert self.process.poll() is None, self.told()
            time.sleep(0.1)

    def told(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another process on the same data folder, while the server runs."""
        return subprocess.run([LABBRO, *words], env=self.environ, capture_output=True, text=True)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = Running(tmp_path_factory.mktemp("whole"))
    yield server
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few letters of invented people that the server does not have yet."""
    folder = tmp_path_factory.mktemp("letters")
    words = ["synthetic", "--patients", "2", "--years", "1", "--seed", "9", "--out", str(folder)]
    subprocess.run([LABBRO, *words], check=True, capture_output=True)
    return folder


class Clinician:
    """A browser without a screen: keeps its cookies, sends forms as the pages have them, remembers every address."""

    def __init__(self, address: str) -> None:
        self.addresses: list[str] = []
        hooks: Any = {"request": [lambda request: self.addresses.append(str(request.url))]}
        self.client = httpx.Client(base_url=address, follow_redirects=True, event_hooks=hooks, timeout=30)

    def send(self, page: httpx.Response, action: str, **fields: str) -> httpx.Response:
        token = re.search(r'name="form_token" value="([^"]+)"', page.text)
        assert token, page.text
        return self.client.post(action, data={"form_token": html.unescape(token[1]), **fields})

    def sign_in(self) -> httpx.Response:
        page = self.client.get("/")
        who = re.search(r'name="who" value="([^"]+)"', page.text)
        assert who
        return self.send(page, "/sign-in/demonstration", who=who[1])

    def links(self, page: httpx.Response) -> list[str]:
        """Every address on a page, once."""
        links = (html.unescape(link) for link in re.findall(r'href="([^"#:]+)"', page.text))
        return list(dict.fromkeys(str(page.url.join(link)) for link in links))


@pytest.fixture(scope="module")
def clinician(running: Running) -> Clinician:
    opened = Clinician(running.address)
    assert opened.sign_in().status_code == 200
    return opened


def test_the_page_shows_the_demonstration_country(clinician: Clinician) -> None:
    who = demonstration.people()[0]
    page = clinician.send(clinician.client.get("/"), "/patients", identifier=who.cpr)
    assert page.status_code == 200
    assert who.name.split()[0] in page.text
    assert "values/" in page.text


def test_a_letter_loaded_beside_the_running_server_is_on_the_page(
    running: Running, clinician: Clinician, invented: Path
) -> None:
    told = running.run("load", str(invented))
    assert told.returncode == 0, told.stdout + told.stderr
    number = _cpr_in(next(iter(sorted(invented.iterdir()))).read_bytes())
    page = clinician.send(clinician.client.get("/"), "/patients", identifier=number)
    assert "values/" in page.text


def test_a_letter_sent_by_machine_is_told_as_here_before(running: Running, invented: Path) -> None:
    letter = next(iter(sorted(invented.iterdir())))
    answer = httpx.post(f"{running.address}/letters", content=letter.read_bytes())
    assert answer.status_code == 200, answer.text
    assert [line["outcome"] for line in answer.json()] == ["again"]


def test_a_file_in_the_watched_folder_is_taken_in(running: Running, invented: Path) -> None:
    letter = next(iter(sorted(invented.iterdir())))
    (running.watched / letter.name).write_bytes(letter.read_bytes())
    deadline = time.monotonic() + 30
    while not (running.watched / "done" / letter.name).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_no_log_line_measure_or_address_holds_a_person(running: Running, clinician: Clinician, invented: Path) -> None:
    people = [(who.cpr, who.name.split()[-1]) for who in demonstration.people()]
    _look_at_everything(clinician, people[0][0])
    _do_what_fails(running, clinician, invented, *people[0])
    measures = httpx.get(f"{running.address}/metrics").text
    database_log = (running.data / "postgres" / "cluster" / "postgres.log").read_text(encoding="utf-8")
    numbers = [cpr for cpr, _ in people] + [_cpr_in(path.read_bytes()) for path in invented.iterdir()]
    names = [surname for _, surname in people]
    for where, text in {
        "log": running.told(),
        "measures": measures,
        "database's log": database_log,
        "addresses": "\n".join(clinician.addresses),
    }.items():
        assert text
        for number in numbers:
            assert number not in text, where
            assert f"{number[:6]}-{number[6:]}" not in text, where
        for name in names:
            assert name.casefold() not in text.casefold(), where
    assert '"route": "/patients/{handle}/results"' in running.told()
    assert len(clinician.addresses) > 10


def test_the_interface_describes_itself_and_loads_nothing_from_elsewhere(running: Running) -> None:
    description = httpx.get(f"{running.address}/api-description/openapi.json").json()
    assert {"/letters", "/receipts"} <= set(description["paths"])
    assert httpx.get(f"{running.address}/api-description").status_code in (200, 404)
    assert "<script" not in httpx.get(f"{running.address}/api-description").text


def test_every_page_was_sent_as_a_health_page_is(clinician: Clinician) -> None:
    headers = clinician.client.get("/").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    for cookie in clinician.client.get("/sign-in").headers.get_list("set-cookie"):
        assert "httponly" in cookie.lower()
        assert "samesite" in cookie.lower()


def _look_at_everything(clinician: Clinician, cpr: str) -> None:
    """The patient's page and one link of each kind on it."""
    page = clinician.send(clinician.client.get("/"), "/patients", identifier=cpr)
    kinds: dict[str, str] = {}
    for link in clinician.links(page):
        kinds.setdefault(re.sub(r"/[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*", "/_", link.partition("?")[0]), link)
    for link in kinds.values():
        answer = clinician.client.get(link)
        assert answer.status_code < 500, link
        for deeper in clinician.links(answer)[:12]:
            assert clinician.client.get(deeper).status_code < 500, deeper


def _do_what_fails(running: Running, clinician: Clinician, invented: Path, cpr: str, name: str) -> None:
    """Faults of callers, each with a person in it: none may come back in a log."""
    with httpx.Client(base_url=running.address) as anyone:
        anyone.get(f"/patients/{cpr}/results")
        anyone.get("/receipts", params={"since": cpr, "receiver": name})
        anyone.post("/letters", content=f"UNA:+.? 'UNB+{cpr}+{name}'".encode())
        anyone.post("/letters", content=f"<Emessage><Name>{name}</Name><CPR>{cpr}".encode())
        letter = next(iter(sorted(invented.iterdir()))).read_bytes()
        anyone.post("/letters", content=letter[: len(letter) // 2])
        anyone.post("/letters", files={f"{cpr}-{name}.edi": (f"{cpr}.edi", letter[:300])})
        anyone.get("/healthz", headers={"X-Request-ID": f"id-{cpr}"})
    clinician.send(clinician.client.get("/"), "/patients", identifier=f"{cpr} {name}")
    (running.watched / f"{cpr}-{name}.edi").write_bytes(b"not a letter")
    deadline = time.monotonic() + 30
    while (running.watched / f"{cpr}-{name}.edi").exists() and time.monotonic() < deadline:
        time.sleep(0.1)


def _cpr_in(letter: bytes) -> str:
    """The person's number in an invented letter of either syntax."""
    reading = next(letters.read(letter))
    assert reading.letter is not None
    number = reading.letter.root.text("Patient/CivilRegistrationNumber")
    assert number
    return number
