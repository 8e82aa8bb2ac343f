"""The watched folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import time

import pytest

from labbro import letters
from labbro.databank.watch import Watcher
from labbro.errors import Unavailable
from labbro.platform.identities import SeededIdentities

from .building import values
from .wire import LABBRO, edifact, one, xml


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "watched"
    made.mkdir()
    return made


@pytest.fixture
def watcher(databank, folder, clock):
    return Watcher(databank, folder, clock, SeededIdentities(3, clock))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_taken_when_it_has_not_changed_for_a_round(databank, folder, watcher):
    (folder / "a.edi").write_bytes(edifact())
    assert watcher.round() == 0
    assert watcher.round() == 1
    assert names(folder / "done") == ["a.edi"]
    assert values(databank) == [("88", True)]


def test_a_file_that_is_still_being_written_is_left_alone(folder, watcher):
    whole = edifact()
    (folder / "a.edi").write_bytes(whole[:100])
    watcher.round()
    (folder / "a.edi").write_bytes(whole)
    assert watcher.round() == 0
    assert watcher.round() == 1
    assert names(folder / "done") == ["a.edi"]


@pytest.mark.parametrize("name", [".hidden.edi", "a.edi.tmp", "a.edi.part"])
def test_names_of_unfinished_files_are_passed_over(folder, watcher, name):
    (folder / name).write_bytes(edifact())
    assert (watcher.round(), watcher.round()) == (0, 0)
    assert (folder / name).exists()


def test_a_refused_file_is_set_apart_with_the_reasons_and_its_receipt_is_written(folder, watcher):
    (folder / "a.edi").write_bytes(edifact().replace(b"STS++FR", b"STS++QQ"))
    watcher.round()
    watcher.round()
    assert names(folder / "refused") == ["a.edi", "a.edi.findings.json"]
    (receipt,) = (folder / "out").iterdir()
    (reading,) = letters.read(receipt.read_bytes())
    assert (reading.standard, receipt.suffix) == ("CTL02", ".edi")
    assert b"1111571231" not in (folder / "refused" / "a.edi.findings.json").read_bytes()


def test_a_receipt_that_was_asked_for_is_written_in_the_syntax_of_the_letter(folder, watcher):
    (folder / "a.xml").write_bytes(xml(one(acknowledge=True)))
    watcher.round()
    watcher.round()
    (receipt,) = (folder / "out").iterdir()
    assert (receipt.suffix, next(letters.read(receipt.read_bytes())).standard) == (".xml", "CTL03")


def test_a_file_of_a_used_name_does_not_replace_the_earlier_one(folder, watcher):
    for letter in (one(identifier="A"), one(identifier="B")):
        (folder / "a.edi").write_bytes(edifact(letter))
        watcher.round()
        watcher.round()
    kept = [path.read_bytes() for path in (folder / "done").iterdir()]
    assert sorted(kept) == sorted([edifact(one(identifier="A")), edifact(one(identifier="B"))])


def test_interrupted_after_the_commit_the_file_is_taken_again_and_nothing_is_doubled(
    databank, folder, watcher, monkeypatch
):
    (folder / "a.edi").write_bytes(edifact(one(acknowledge=True)))
    watcher.round()

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(Watcher, "_move", killed)
        with pytest.raises(KeyboardInterrupt):
            watcher.round()
    assert (folder / "a.edi").exists()
    watcher.round()
    assert names(folder / "done") == ["a.edi"]
    assert len(names(folder / "out")) == 1
    assert values(databank) == [("88", True)]


def test_while_the_database_does_not_answer_files_wait(folder, watcher, monkeypatch):
    (folder / "a.edi").write_bytes(edifact())
    watcher.round()

    def gone(*_):
        raise Unavailable("gone")

    with monkeypatch.context() as without_database:
        without_database.setattr(type(watcher._databank), "intake", gone)
        with pytest.raises(Unavailable):
            watcher.round()
    assert watcher.round() == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_stops_no_other(folder, watcher):
    (folder / "a.edi").write_bytes(edifact(one(identifier="A")))
    (folder / "b.edi").write_bytes(edifact(one(identifier="B")))
    (folder / "a.edi").chmod(0)
    watcher.round()
    assert watcher.round() == 1


def test_a_folder_that_vanished_is_made_again(folder, watcher):
    shutil.rmtree(folder)
    assert watcher.round() == 0
    assert names(folder) == ["done", "out", "refused"]


def test_a_started_watcher_takes_files_until_it_is_stopped(databank, folder, watcher):
    (folder / "a.edi").write_bytes(edifact())
    watcher.start()
    deadline = time.monotonic() + 20
    while not (folder / "done" / "a.edi").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    watcher.stop()
    assert values(databank) == [("88", True)]


def test_the_command_watches_until_it_is_told_to_stop(new_database_url, folder, tmp_path):
    environ = os.environ | {"LABBRO_DATABASE_URL": new_database_url(), "LABBRO_DATA": str(tmp_path / "data")}
    process = subprocess.Popen([*LABBRO, "watch", str(folder)], env=environ, stderr=subprocess.DEVNULL)
    (folder / "a.edi").write_bytes(edifact())
    deadline = time.monotonic() + 60
    while not (folder / "done" / "a.edi").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.terminate()
    assert process.wait(timeout=30) == 0
    assert names(folder / "done") == ["a.edi"]
