"""Killed at any point, nothing acknowledged is lost and nothing is doubled.

The loading process, the server and PostgreSQL's processes are killed with SIGKILL at seeded random points while letters
come in; then everything is started again and the letters are sent again. What was acknowledged is written down by the
client as it is told. A killed process loses what it holds, not what the kernel holds: that the disk keeps what was
flushed is PostgreSQL's promise (fsync, full_page_writes), and is not tested here.

LABBRO_KILL_LETTERS (default 1200) and LABBRO_KILLS (default 2 a test) make it longer: 10000 and 20 for a release.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from labbro.platform import embedded

from .wire import LABBRO, edifact, one

LETTERS = int(os.environ.get("LABBRO_KILL_LETTERS", "1200"))
KILLS = int(os.environ.get("LABBRO_KILLS", "2"))
SEED = int(os.environ.get("LABBRO_KILL_SEED", "20260506"))
BATCH = 20
PATIENTS = 97
GIVE_UP_SECONDS = 60 + LETTERS / 20 + 20 * KILLS


def interchange(numbers) -> bytes:
    """Letters by number, each with a sample of its own; made from one by replacing bytes, as it is quick.

    The patients' numbers begin with day 99, so they belong to nobody.
    """
    whole = edifact(one(identifier="BREV--------", sample="PROEVE------", production="SRI------", cpr="9999999999"))
    start, end = whole.index(b"UNH+"), whole.index(b"UNZ+")
    letter = whole[start:end]
    made = b"".join(
        letter.replace(b"BREV--------", b"B%011d" % number)
        .replace(b"PROEVE------", b"S%011d" % number)
        .replace(b"SRI------", b"R%08d" % number)
        .replace(b"9999999999", b"99%08d" % (number % PATIENTS))
        for number in numbers
    )
    return whole[:start] + made + b"UNZ+%d+KUVERT0000001'" % len(numbers)


def name_of(number: int) -> str:
    return f"B{number:011d}"


class Installation:
    """A Labbro of its own: data folder, embedded PostgreSQL that waits for the disk, and its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environ = os.environ | {
            "LABBRO_DATA": str(folder / "data"),
            "LABBRO_PORT": str(self.port),
            "LABBRO_LOG_LEVEL": "error",
        }
        self.environ.pop("LABBRO_DATABASE_URL", None)
        self.acknowledged: set[str] = set()

    def start(self, *arguments: str, **streams) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*LABBRO, *arguments], env=self.environ, start_new_session=True, **streams)

    def postgres(self) -> list[int]:
        """PostgreSQL's processes of this installation, its main process first."""
        try:
            main = int((self.folder / "data/postgres/cluster/postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return []
        children = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if parent_of(path) == main]
        return [main, *children]

    def stored(self) -> list[tuple[str, int]]:
        """Every stored letter with the number of its results."""
        with self.connection() as connection:
            return connection.execute(
                """
                SELECT letter_identifier, (SELECT count(*) FROM databank.result
                    WHERE result.patient_key = letter.patient_key AND result.letter_key = letter.letter_key)
                FROM databank.letter ORDER BY letter_identifier
                """
            ).fetchall()

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        running = embedded.start(self.folder / "data/postgres")
        try:
            with psycopg.connect(running.url) as connection:
                yield connection
        finally:
            running.close()


def parent_of(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return -1


@pytest.fixture
def installation(tmp_path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    embedded.start(tmp_path / "data/postgres").close()


@pytest.fixture
def chance(request) -> random.Random:
    return random.Random(f"{SEED} {request.node.name}")


def check(installation: Installation) -> None:
    stored = installation.stored()
    names = [name for name, _ in stored]
    assert installation.acknowledged <= set(names), "an acknowledged letter was lost"
    assert names == [name_of(number) for number in range(LETTERS)], "a letter was lost or doubled"
    assert {results for _, results in stored} == {1}, "a letter was stored in part or twice"


def load(installation: Installation, file: Path, kill=None, at: int = 0) -> int:
    """Runs `labbro load` and writes down what it tells; calls `kill` after the `at`-th acknowledgement."""
    process = installation.start(
        "load", "--format", "json", str(file), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    for told, line in enumerate(process.stdout, 1):
        if not line.endswith(b"\n"):
            break
        answer = json.loads(line)
        assert answer["outcome"] in {"stored", "again"}, answer
        installation.acknowledged.add(answer["letter"])
        if kill is not None and told == at:
            kill(process)
    return process.wait(timeout=GIVE_UP_SECONDS)


def test_the_loading_process_may_be_killed_at_any_point(installation, chance, tmp_path):
    file = tmp_path / "letters.edi"
    file.write_bytes(interchange(range(LETTERS)))

    def kill(process):
        time.sleep(chance.random() * 0.05)
        process.kill()

    for _ in range(KILLS):
        load(installation, file, kill, chance.randrange(1, LETTERS // 2))
    process = installation.start("load", str(file), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    early = threading.Timer(chance.random() * 3, process.kill)
    early.start()
    process.wait(timeout=GIVE_UP_SECONDS)
    early.cancel()
    assert load(installation, file) == 0
    check(installation)
    control(installation)


def control(installation: Installation) -> None:
    """The check itself would notice a loss: one letter is taken away behind its back."""
    with installation.connection() as connection:
        connection.execute("DELETE FROM databank.letter WHERE letter_identifier = %s", (name_of(LETTERS // 2),))
    with pytest.raises(AssertionError, match="an acknowledged letter was lost"):
        check(installation)


def test_postgresql_may_be_killed_at_any_point_of_a_load(installation, chance, tmp_path):
    file = tmp_path / "letters.edi"
    file.write_bytes(interchange(range(LETTERS)))

    def kill(_process):
        time.sleep(chance.random() * 0.05)
        kill_postgres(installation, chance)

    for _ in range(KILLS):
        load(installation, file, kill, chance.randrange(1, LETTERS // 2))
    assert load(installation, file) == 0
    check(installation)


def kill_postgres(installation: Installation, chance: random.Random) -> None:
    """One backend (PostgreSQL then restarts itself), or its main process, or all at once."""
    running = installation.postgres()
    if not running:
        return
    victims = chance.choice([running, running[:1], [chance.choice(running[1:] or running)]])
    for pid in victims:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


class Sender:
    """Sends all letters in small requests until every one is acknowledged, whatever happens to the server meanwhile."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._lock = threading.Lock()
        self._waiting = [range(first, min(first + BATCH, LETTERS)) for first in range(0, LETTERS, BATCH)]
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(3)]
        self.deadline = time.monotonic() + GIVE_UP_SECONDS

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(max(self.deadline - time.monotonic(), 0))

    @property
    def acknowledged(self) -> int:
        return len(self._installation.acknowledged)

    def wait_for(self, acknowledged: int) -> None:
        while self.acknowledged < acknowledged and time.monotonic() < self.deadline:
            time.sleep(0.002)

    def _work(self) -> None:
        while time.monotonic() < self.deadline:
            with self._lock:
                if not self._waiting:
                    return
                batch = self._waiting.pop(0)
            if not self._send(batch):
                with self._lock:
                    self._waiting.append(batch)
                time.sleep(0.05)

    def _send(self, batch: range) -> bool:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._installation.port}/letters",
            data=interchange(batch),
            headers={"content-type": "application/edifact"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                told = json.loads(answer.read())
        except (OSError, ValueError, urllib.error.URLError):
            return False
        for letter in told:
            assert letter["outcome"] in {"stored", "again"}, letter
            self._installation.acknowledged.add(letter["reference"])
        return len(told) == len(batch)


def test_the_server_and_its_database_may_be_killed_at_any_point(installation, chance):
    server = installation.start("serve", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    sender = Sender(installation)
    sender.start()
    try:
        for number in range(KILLS):
            sender.wait_for(sender.acknowledged + chance.randrange(1, LETTERS // (KILLS + 1)))
            time.sleep(chance.random() * 0.05)
            if number % 2:
                kill_postgres(installation, chance)
            else:
                server.kill()
                server.wait()
                server = installation.start("serve", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sender.join()
        assert sender.acknowledged == LETTERS
    finally:
        server.terminate()
        server.wait(timeout=60)
    check(installation)
