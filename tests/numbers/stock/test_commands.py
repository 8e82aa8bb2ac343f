"""`labbro stock` as people and schedulers use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labbro import cli
from labbro.numbers.stock import Stock
from labbro.platform.clock import SystemClock

from .fakes import FakeService, filled

LABBRO = Path(sys.executable).with_name("labbro")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LABBRO_")}
    return kept | {
        "LABBRO_STOCK_FILE": str(tmp_path / "stock.db"),
        "LABBRO_STOCK_MACHINE": "bench",
        "LABBRO_STOCK_LABORATORY": "Test",
    }


@pytest.fixture
def run(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process: starting one costs more than all it does."""

    def call(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        capfd.readouterr()
        with monkeypatch.context() as patched:
            for name, value in (environ | changes).items():
                patched.setenv(name, value)
            try:
                cli.main(["stock", *words])
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        told = capfd.readouterr()
        return subprocess.CompletedProcess(words, code, told.out, told.err)

    return call


@pytest.fixture
def stocked(run: Run, tmp_path: Path) -> Path:
    """A stock of 1,000 numbers."""
    assert run("init", "--yearly", "2000").returncode == 0
    path = tmp_path / "stock.db"
    with Stock.open(path, machine="bench") as stock:
        filled(stock, FakeService(SystemClock()), 1000)  # type: ignore[arg-type]
    return path


def test_a_stock_is_made_used_and_looked_at(run: Run, stocked: Path) -> None:
    assert run("init", "--yearly", "1").returncode == 3
    taken = run("take", "3")
    assert taken.returncode == 0
    assert len(taken.stdout.split()) == 3
    again = [json.loads(run("take", "2", "--request-id", "a", "--format", "json").stdout) for _ in range(2)]
    assert again[0]["numbers"] == again[1]["numbers"]
    assert not set(again[0]["numbers"]) & set(taken.stdout.split())
    status = json.loads(run("status", "--format", "json").stdout)
    assert status["numbers_left"] == 995
    assert "995 numbers" in run("status").stdout
    assert run("take", "5000").returncode == 3
    assert run("take", "0").returncode == 2


def test_the_forecast_is_told_with_its_band(run: Run, stocked: Path) -> None:
    told = json.loads(run("forecast", "--weeks", "26", "--backtest", "--format", "json").stdout)
    assert told["low"] < told["expected"] < told["high"]
    assert told["expected"] == pytest.approx(1000, rel=0.1)
    assert told["errors"] is None


def test_monitoring_learns_by_the_exit_code(run: Run, stocked: Path) -> None:
    assert run("warn").returncode == 0
    run("take", "800")
    low = run("warn")
    assert low.returncode == 1
    assert "stock: warning" in low.stdout  # also when no agent runs to notice
    empty = run("warn", LABBRO_STOCK_FILE=str(stocked.with_name("none.db")))
    assert empty.returncode == 2
    assert "labbro stock init" in empty.stderr


def test_what_a_crash_left_is_listed_and_settled(run: Run, stocked: Path) -> None:
    assert run("reconcile").returncode == 0
    with Stock.open(stocked, machine="bench") as stock:
        lost = stock.hand_out(2)
        numbers = stock.numbers_of(lost)
    listed = run("reconcile")
    assert listed.returncode == 1
    assert numbers[0] in listed.stdout
    assert run("reconcile", "--void", str(lost.ordinal)).returncode == 0


def test_a_copy_is_refused_until_it_is_adopted(run: Run, stocked: Path) -> None:
    for ending in ("", ".stamp"):
        copy = stocked.with_name(f"copy.db{ending}")
        copy.write_bytes(stocked.with_name(f"stock.db{ending}").read_bytes())
    other = {"LABBRO_STOCK_FILE": str(stocked.with_name("copy.db"))}
    refused = run("take", **other)
    assert refused.returncode == 3
    assert "labbro stock adopt" in refused.stderr
    assert run("adopt", **other).returncode == 2
    assert "1000 numbers of 1 series are void" in run("adopt", "--yes", **other).stdout
    assert json.loads(run("status", "--format", "json", **other).stdout)["numbers_left"] == 0


def test_a_key_is_made_and_its_public_half_printed(run: Run, tmp_path: Path) -> None:
    told = run("key", str(tmp_path / "key.json"), "--kid", "one")
    assert json.loads(told.stdout)["kid"] == "one"
    assert "d" not in json.loads(told.stdout)
    assert run("key", str(tmp_path / "key.json")).returncode == 2


@pytest.fixture
def served(environ: dict[str, str], stocked: Path, run: Run, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`labbro stock serve` with a service that does not answer."""
    assert run("key", str(tmp_path / "key.json")).returncode == 0
    environ |= {
        "LABBRO_STOCK_SERVICE": "http://127.0.0.1:9",
        "LABBRO_STOCK_CLIENT_ID": "00000000-0000-0000-0000-00000000002a",
        "LABBRO_STOCK_KEY": str(tmp_path / "key.json"),
        "LABBRO_STOCK_PORT": str(20_000 + os.getpid() % 20_000),
    }
    process = subprocess.Popen([LABBRO, "stock", "serve"], env=environ, cwd=tmp_path, stderr=subprocess.PIPE)
    for _ in range(200):
        if stocked.with_name("stock.db.lock").read_text().startswith("http"):
            break
        time.sleep(0.05)
    yield process
    process.kill()
    process.wait()


def test_commands_ask_the_process_that_serves(run: Run, served: subprocess.Popen[bytes], stocked: Path) -> None:
    assert len(run("take", "3").stdout.split()) == 3
    status = json.loads(run("status", "--format", "json").stdout)
    assert status["numbers_left"] == 997
    assert run("reconcile").returncode in (0, 1)
    assert run("top-up", "--count", "10").returncode in (0, 1)
    assert run("take", "5000").returncode == 3
    served.send_signal(signal.SIGTERM)
    assert served.wait(20) == 0
    assert json.loads(run("status", "--format", "json").stdout)["in_doubt"] == []


def test_a_service_that_does_not_answer_stops_nothing(run: Run, served: subprocess.Popen[bytes]) -> None:
    status = json.loads(run("status", "--format", "json").stdout)
    assert status["level"] == "ok"
    assert len(run("take", "3").stdout.split()) == 3
    served.kill()
    served.wait()
    assert len(run("take", "3").stdout.split()) == 3  # the lock ends with the process


def test_serving_needs_a_service(run: Run, stocked: Path) -> None:
    told = run("serve")
    assert told.returncode == 2
    assert "LABBRO_STOCK_SERVICE" in told.stderr
