"""The commands `labbro numbers` and `labbro audit`, as a person calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from labbro.numbers.space import Space
from labbro.platform.clock import SystemClock

from .building import asks, open_database, rows, service, system

SECRET = b"s" * 32


def labbro(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("labbro")
    return subprocess.run(
        [program, *map(str, words)], capture_output=True, text=True, env={**os.environ, **environment}, timeout=120
    )


def test_numbers_are_checked_explained_and_made_without_any_service() -> None:
    made = labbro("numbers", "make", 1000, "--count", 3)
    numbers = made.stdout.split()
    assert numbers == [Space().number(position) for position in (1000, 1001, 1002)]
    assert labbro("numbers", "check", *numbers).returncode == 0
    wrong = "9" + numbers[0][1:]
    told = labbro("numbers", "explain", wrong, "--series", f"{numbers[0]}-{numbers[2]}")
    assert told.returncode == 1
    assert "Digit 1 is likely wrong: 9 in place of 0." in told.stdout
    (found,) = labbro("numbers", "explain", wrong, "--format", "json").stdout.splitlines()
    assert json.loads(found)["state"] == "wrong"
    assert labbro("numbers", "check", "12345", "--digits", 20).returncode == 2


@pytest.fixture
def installation(durable_url: str, tmp_path: Path) -> dict[str, str]:
    """An installation in which two series were drawn."""
    with open_database(durable_url) as database, service(database, tmp_path, clock=SystemClock()) as numbers:
        for _ in range(2):
            numbers.draw(system(), asks(10))
    return {"LABBRO_DATA": str(tmp_path), "LABBRO_SECRET": SECRET.hex(), "LABBRO_DATABASE_URL": durable_url}


def test_the_operator_sees_a_lost_mark_and_jumps(installation: dict[str, str], tmp_path: Path) -> None:
    good = labbro("numbers", "status", "--format", "json", **installation)
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["next_position"] == 20
    (tmp_path / "numbers-mark" / "npn.mark").unlink()
    bad = labbro("numbers", "status", **installation)
    assert bad.returncode == 1
    assert "NOTHING IS ISSUED: mark-missing" in bad.stdout
    short = labbro("numbers", "jump", "--to", 5, "--reason", "lost", **installation)
    assert short.returncode == 2
    assert "at least to position 20" in short.stderr
    assert labbro("numbers", "jump", "--to", 100, "--reason", "the disk was lost", **installation).returncode == 0
    assert labbro("numbers", "status", **installation).returncode == 0
    assert rows(installation["LABBRO_DATABASE_URL"], "SELECT actor FROM audit.entry WHERE act = 'numbers.jump'") == [
        ("operator:console",)
    ]


def test_an_audit_is_exported_and_verified_offline(installation: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    assert labbro("audit", "export", "--out", file, **installation).returncode == 0
    key = labbro("audit", "key", **installation).stdout.strip()
    options = ("--key", key, "--checkpoints", tmp_path / "audit-checkpoints.jsonl")
    good = labbro("audit", "verify", file, *options, LABBRO_DATABASE_URL="postgresql://nowhere.invalid/x")
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "holds")
    assert "2 entries, 2 checkpoints, 0 entries not yet signed" in good.stdout
    lines = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
    lines[2]["detail"] = lines[2]["detail"].replace('"count":10', '"count":11')
    file.write_bytes(b"\n".join(msgspec.json.encode(line) for line in lines) + b"\n")
    bad = labbro("audit", "verify", file, *options)
    assert bad.returncode == 1
    assert "DOES NOT HOLD" in bad.stdout
    assert labbro("audit", "verify", tmp_path / "missing").returncode == 2
