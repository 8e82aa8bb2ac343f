"""`labbro load`, as a person or a script calls it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from .wire import LABBRO, edifact, one, xml


@pytest.fixture
def load(new_database_url, tmp_path):
    """Runs the real command on a database of its own."""
    environ = os.environ | {"LABBRO_DATABASE_URL": new_database_url(), "LABBRO_DATA": str(tmp_path / "data")}

    def start(*arguments):
        command = [*LABBRO, "load", *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, env=environ, start_new_session=True)

    def run(*arguments, standard_input=b""):
        return subprocess.run(
            [*LABBRO, "load", *map(str, arguments)],
            input=standard_input,
            capture_output=True,
            env=environ,
            timeout=60,
        )

    run.start = start
    return run


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "letters"
    (made / "deep").mkdir(parents=True)
    (made / "a.edi").write_bytes(edifact(one(identifier="A", acknowledge=True), one(identifier="B")))
    (made / "deep" / "c.xml").write_bytes(xml(one(identifier="C")))
    return made


def test_letters_of_a_folder_are_loaded_and_told_as_json_lines(load, folder):
    done = load("--format", "json", folder)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["letter"], line["outcome"], line["ok"]) for line in lines] == [
        ("A", "stored", True),
        ("B", "stored", True),
        ("C", "stored", True),
    ]
    assert [line["file"] for line in lines] == [str(folder / "a.edi")] * 2 + [str(folder / "deep" / "c.xml")]
    assert {"file", "letter", "syntax", "standard", "version", "namespace", "ok", "findings"} <= set(lines[0])
    assert (lines[0]["syntax"], lines[0]["standard"], lines[0]["version"]) == ("edifact", "RPT01", "R0131K")
    assert lines[0]["receipt"] is not None
    assert lines[2]["receipt"] is None
    assert b"letters" not in done.stderr.replace(b"lose letters", b"")  # no progress where nobody watches


def test_loading_again_changes_nothing_and_succeeds(load, folder):
    load(folder)
    done = load(folder)
    assert (done.returncode, done.stdout.decode().strip()) == (0, "3 here before")


def test_what_is_no_letter_is_passed_over_in_a_folder_and_told(load, folder):
    (folder / "README.md").write_text("Letters of May.")
    (folder / "deep" / "letter.xsd").write_text('<schema xmlns="http://www.w3.org/2001/XMLSchema"/>')
    (folder / ".hidden").write_text("not looked at")
    done = load(folder)
    assert done.returncode == 0, done.stdout
    assert b"README.md: passed over: This file holds no letter." in done.stdout
    assert b"3 stored, 2 passed over" in done.stdout
    lines = [json.loads(line) for line in load("--format", "json", folder).stdout.splitlines()]
    assert [(line["outcome"], line["code"]) for line in lines] == [
        ("passed", "no-letter"),
        ("again", "again"),
        ("again", "again"),
        ("again", "again"),
        ("passed", "no-letter"),
    ]


def test_a_folder_without_letters_is_no_fault(load, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("a")
    done = load(tmp_path / "notes")
    assert (done.returncode, done.stdout.decode().splitlines()[-1]) == (0, "1 passed over")


def test_a_file_that_is_named_must_hold_a_letter(load, folder):
    (folder / "README.md").write_text("Letters of May.")
    done = load(folder / "README.md")
    assert done.returncode == 1
    assert b"1 refused" in done.stdout


@pytest.mark.parametrize(
    "damaged",
    [
        edifact(one(identifier="D"))[:200],
        xml(one(identifier="D"))[:200],
        b"garbage UNB+UNOC:3+5790000120284:14",
        xml(one(identifier="D")).replace(b"</Emessage>", b""),
    ],
)
def test_a_damaged_letter_is_never_passed_over(load, folder, damaged):
    (folder / "d").write_bytes(damaged)
    done = load(folder)
    assert done.returncode == 1
    assert b"3 stored, 1 refused" in done.stdout


def test_a_refused_letter_is_told_and_fails_the_command_but_stops_no_other(load, folder):
    (folder / "aa.edi").write_bytes(edifact(one(identifier="D")).replace(b"STS++FR", b"STS++QQ"))
    done = load(folder)
    assert done.returncode == 1
    assert b"aa.edi: refused" in done.stdout
    assert b"3 stored, 1 refused" in done.stdout
    assert b"1111571231" not in done.stdout + done.stderr


def test_letters_come_from_standard_input(load):
    done = load("--format", "json", "-", standard_input=edifact())
    assert json.loads(done.stdout)["file"] == "-"
    assert done.returncode == 0


def test_a_path_that_does_not_exist_is_wrong_use(load, tmp_path):
    done = load(tmp_path / "nowhere")
    assert done.returncode == 2
    assert b"nowhere" in done.stderr


def test_many_files_are_shared_among_processes_and_told_in_order(load, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(300):
        (many / f"{number:04d}.edi").write_bytes(edifact(one(identifier=f"L{number}")))
    done = load("--format", "json", "--workers", "2", many)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["letter"], line["outcome"]) for line in lines] == [(f"L{number}", "stored") for number in range(300)]
    assert load("--workers", "2", many).stdout.decode().strip() == "300 here before"


def test_a_loading_process_that_is_killed_leaves_no_other_behind(load, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(2000):
        (many / f"{number:04d}.edi").write_bytes(edifact(one(identifier=f"L{number}")))
    process = load.start("--format", "json", "--workers", "2", many)
    process.stdout.readline()
    process.kill()
    deadline = time.monotonic() + 20
    while group_lives(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not group_lives(process.pid)


def group_lives(group):
    """Whether a process of this group is left that is not only waiting to be buried."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, member_of = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(member_of) == group and state != "Z":
            return True
    return False


def test_told_to_stop_it_finishes_what_is_in_hand_and_loses_nothing(load, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(1500):
        (many / f"{number:04d}.edi").write_bytes(edifact(one(identifier=f"L{number}")))
    process = load.start("--format", "json", "--workers", "2", many)
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert load("--workers", "2", many).returncode == 0
