"""The command `labbro`: exit codes, sentences instead of traces, and only what a command needs."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from labbro import cli
from labbro.commands.bench import Measure, keep_results, machine_line, text_line

ROOT = Path(__file__).resolve().parents[2]
LABBRO = Path(sys.executable).with_name("labbro")


def labbro(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LABBRO, *words], env={**os.environ, **environ}, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_the_version_is_told() -> None:
    told = labbro("--version")
    assert (told.returncode, told.stdout) == (0, "labbro 0.1.0\n")


def test_help_names_every_command() -> None:
    told = labbro("--help")
    assert told.returncode == 0
    assert all(re.search(rf"\b{name}\b", told.stdout) for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    told = labbro(name, "--help")
    assert told.returncode == 0, told.stderr
    assert f"labbro {name}" in told.stdout


@pytest.mark.parametrize("words", [("nonsense",), ("check",), ("check", "--nonsense", "x"), ("bench", "nonsense")])
def test_wrong_use_ends_with_2(words: tuple[str, ...]) -> None:
    told = labbro(*words)
    assert told.returncode == 2
    assert "Traceback" not in told.stderr


def test_a_wrong_setting_ends_with_2_and_one_sentence() -> None:
    told = labbro("migrate", LABBRO_PORT="eighty")
    assert told.returncode == 2
    assert told.stderr == "labbro: LABBRO_PORT must be a whole number from 1 to 65535.\n"


def test_a_database_that_does_not_answer_ends_with_3_and_one_sentence(tmp_path: Path) -> None:
    told = labbro("migrate", LABBRO_DATA=str(tmp_path), LABBRO_DATABASE_URL="host=127.0.0.1 port=1 dbname=none")
    assert told.returncode == 3
    assert told.stderr.splitlines()[-1] == "labbro: The database does not answer; check LABBRO_DATABASE_URL."
    assert "Traceback" not in told.stderr


def test_a_reader_that_goes_away_is_no_fault() -> None:
    told = subprocess.run(
        f"{LABBRO} synthetic --patients 20 --years 2 | head -c 10 >/dev/null; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
    )
    assert told.stderr == ""
    assert told.returncode in (0, 1)


def test_checking_a_letter_imports_neither_server_nor_database() -> None:
    code = (
        "import sys\n"
        "from labbro import cli\n"
        "try: cli.main(['check', '-'])\n"
        "except SystemExit: pass\n"
        "heavy = {'litestar', 'granian', 'psycopg', 'sqlalchemy', 'alembic', 'jinja2', 'plotly', 'pydantic', 'httpx'}\n"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], input="", capture_output=True, text=True)
    assert told.stderr.splitlines()[-1] == ""


def test_a_missing_extra_is_told_by_name() -> None:
    code = "import sys; sys.modules['typer'] = None\nfrom labbro import cli; cli.main(['check', '-'])\n"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.returncode == 2
    assert "pip install 'labbro[cli]'" in told.stderr


def test_help_lists_what_an_install_without_the_server_can_do() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['litestar', 'psycopg', 'structlog', 'granian']))\n"
        "from labbro import cli; cli.main(['--help'])\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert " check " in told.stdout
    assert " serve " not in told.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_command_told_to_end_closes_what_it_has_open(number: signal.Signals) -> None:
    code = (
        "import contextlib, time\n"
        "from labbro import cli\n"
        "from labbro.commands import bench\n"
        "def run():\n"
        "    with contextlib.closing(type('Open', (), {'close': lambda self: print('closed', flush=True)})()):\n"
        "        print('open', flush=True); time.sleep(60)\n"
        "bench.find_spec = lambda name: name\n"
        "bench.import_module = lambda name: type('Slow', (), {'run': staticmethod(run)})\n"
        "cli.main(['bench', 'letters'])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    process.send_signal(number)
    assert process.stdout.read() == "closed\n"
    assert process.wait(30) == 128 + number


def test_a_fault_of_the_program_is_told_by_its_place_not_its_text() -> None:
    code = (
        "from labbro import cli\n"
        "from labbro.commands import bench\n"
        "def broken(): raise ValueError('0101010000 Secret Person')\n"
        "bench.machine_line = broken\n"
        "bench.find_spec = lambda name: name\n"
        "bench.import_module = lambda name: type('Empty', (), {'run': staticmethod(lambda: [])})\n"
        "cli.main(['bench', 'letters'])\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.returncode == 70
    assert "ValueError" in told.stderr
    assert "broken" in told.stderr
    assert "Secret" not in told.stderr


def test_migrate_makes_the_schema_and_a_second_time_changes_nothing(new_empty_database_url: Callable[[], str]) -> None:
    url = new_empty_database_url()
    first, second = (labbro("migrate", LABBRO_DATABASE_URL=url) for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert "databank_before_0001" in first.stdout.splitlines()
    assert second.stdout == "The schema is up to date.\n"


def test_serve_starts_answers_and_stops(tmp_path: Path, new_database_url: Callable[[], str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {"LABBRO_DATA": str(tmp_path), "LABBRO_DATABASE_URL": new_database_url(), "LABBRO_PORT": str(port)}
    server = subprocess.Popen([LABBRO, "serve"], env={**os.environ, **environ}, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    for line in server.stderr:
        if line.startswith("Labbro is ready"):
            break
    address = line.split()[-1]
    assert httpx.get(f"{address}/readyz").json() == {"status": "ok", "database": "ok", "schema": "ok"}
    page = httpx.get(f"{address}/", follow_redirects=True)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    letters = httpx.post(f"{address}/letters", content=b"no letter", headers={"content-type": "text/plain"})
    assert letters.status_code == 207
    server.send_signal(signal.SIGINT)
    rest = server.stderr.read()
    assert server.wait(30) == 0
    assert rest.splitlines()[-1] == "Stopped."


MEASURE = Measure(
    name="read and check",
    value=0.8,
    unit="ms",
    reference=0.4,
    reference_name="parse and validate",
    ratio=2.0,
    bound=3.0,
    bound_on="ratio",
    raw=(0.8, 0.9),
)


def test_a_measure_is_told_with_its_reference_ratio_and_promise() -> None:
    assert text_line(MEASURE) == (
        "read and check: 0.8 ms; parse and validate 0.4 ms; ratio 2; promised at most 3: kept"
    )


@pytest.mark.parametrize(
    ("bound", "bound_on", "bound_is", "met"),
    [
        (0.9, "value", "most", True),
        (0.7, "value", "most", False),
        (1.0, "ratio", "least", True),
        (None, "value", "most", None),
    ],
)
def test_a_promise_is_kept_or_not(bound: float | None, bound_on: str, bound_is: str, met: bool | None) -> None:
    measure = Measure(name="x", value=0.8, unit="ms", ratio=2.0, bound=bound, bound_on=bound_on, bound_is=bound_is)  # type: ignore[arg-type]
    assert measure.met is met


def test_raw_results_are_kept_with_the_machine(tmp_path: Path) -> None:
    path = keep_results(
        tmp_path / "performance", "letters", [MEASURE], machine_line(), datetime(2026, 3, 4, tzinfo=UTC)
    )
    assert path.name == "letters-2026-03-04.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["measures"][0]["raw"] == [0.8, 0.9]
    assert kept["machine"].startswith("machine: ")
    assert socket.gethostname() not in kept["machine"].split()
