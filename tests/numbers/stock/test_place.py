"""A corrupted, copied, restored or moved file is noticed before a number is handed out from it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from labbro.errors import LabbroError
from labbro.numbers.stock import Stock, adopt, place
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities

from .fakes import START, FakeService, filled, made, opened

MACHINE = place.machine_fingerprint("bench")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed stock from which six numbers were handed out."""
    path = tmp_path / "stock.db"
    clock = FixedClock(START)
    with made(path, clock) as stock:
        filled(stock, FakeService(clock), 1000)
        stock.take(3)
        stock.take(3)
    return path


def code_of_opening(path: Path, machine: str = "bench") -> str | None:
    try:
        Stock.open(path, clock=FixedClock(START), machine=machine).close()
    except LabbroError as error:
        return error.code
    return None


def copy(source: Path, target: Path) -> None:
    """Copies file and stamp, as somebody who copies a folder does."""
    for ending in ("", ".stamp"):
        shutil.copyfile(f"{source}{ending}", f"{target}{ending}")


def test_a_file_left_alone_opens(path: Path) -> None:
    assert code_of_opening(path) is None


def test_a_copy_is_refused_and_the_original_goes_on(path: Path, tmp_path: Path) -> None:
    copy(path, tmp_path / "copy.db")
    assert code_of_opening(tmp_path / "copy.db") == "stock-copied"
    assert code_of_opening(path) is None


def test_a_file_that_came_back_under_its_name_is_refused(path: Path, tmp_path: Path) -> None:
    copy(path, tmp_path / "backup.db")
    for ending in ("", ".stamp"):
        (tmp_path / f"backup.db{ending}").replace(f"{path}{ending}")
    assert code_of_opening(path) == "stock-copied"


def test_an_older_content_written_over_the_file_is_refused(path: Path, tmp_path: Path) -> None:
    shutil.copyfile(path, tmp_path / "backup.db")
    with opened(path) as stock:
        stock.take(3)
    shutil.copyfile(tmp_path / "backup.db", path)  # the same inode
    assert code_of_opening(path) == "stock-restored"


def test_a_lost_write_ahead_log_is_noticed(path: Path) -> None:
    """A killed process leaves its last commits in the log; without it the file is older than what was told."""
    child = os.fork()
    if child == 0:
        opened(path).take(3)
        os._exit(0)  # no close: nothing is moved from the log to the file
    os.waitpid(child, 0)
    log = path.with_name("stock.db-wal")
    assert log.stat().st_size > 0
    log.unlink()
    assert code_of_opening(path) == "stock-restored"


def test_a_damaged_write_ahead_log_is_noticed(path: Path) -> None:
    child = os.fork()
    if child == 0:
        stock = opened(path)
        for _ in range(20):
            stock.take(3)
        os._exit(0)
    os.waitpid(child, 0)
    log = path.with_name("stock.db-wal")
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 0xFF  # SQLite ends the log silently at the first frame that does not fit
    log.write_bytes(content)
    assert code_of_opening(path) in ("stock-restored", "stock-corrupted")


def test_another_machine_is_refused(path: Path) -> None:
    assert code_of_opening(path, machine="another") == "stock-copied"


def test_a_missing_stamp_is_refused(path: Path) -> None:
    path.with_name("stock.db.stamp").unlink()
    assert code_of_opening(path) == "stock-copied"


def test_a_torn_slot_of_the_stamp_is_survived(path: Path) -> None:
    stamp = path.with_name("stock.db.stamp")
    content = bytearray(stamp.read_bytes())
    content[128 + 20 : 128 + 40] = bytes(20)
    stamp.write_bytes(content)
    assert code_of_opening(path) is None


@pytest.mark.parametrize("kind", ["other boot", "same boot"])
def test_another_device_number_is_accepted_after_the_machine_was_started_again_only(kind: str) -> None:
    kept = place.Place(machine="m", device=1, inode=2, boot="a")
    now = place.Place(machine="m", device=9, inode=2, boot="b" if kind == "other boot" else "a")
    assert place.same_place(kept, now) is (kind == "other boot")


@pytest.mark.parametrize("offset", [0, 20, 5000, 9000, 20000, 40000])
def test_a_damaged_file_is_noticed_or_harmless(path: Path, offset: int) -> None:
    """Overwritten bytes are found, or lie where nothing is kept."""
    content = bytearray(path.read_bytes())
    for place_in_file in range(offset, min(offset + 700, len(content))):
        content[place_in_file] ^= 0x5A
    path.write_bytes(content)
    code = code_of_opening(path)
    if code is None:
        with opened(path) as stock:
            assert stock.verify() == 2
            assert stock.take() == (stock.space.number(6),)
    else:
        assert code in ("stock-corrupted", "disk-failed", "stock-other-version", "stock-copied", "stock-restored")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE hand_out SET purpose = 'other' WHERE ordinal = 1",
        "UPDATE hand_out SET at = at + 1 WHERE ordinal = 2",
        "UPDATE hand_out SET first = 1 WHERE ordinal = 1",
        "DELETE FROM hand_out WHERE ordinal = 2",
        "UPDATE head SET ordinal = 1",
        "UPDATE series SET next = next + 10",
        "UPDATE series SET next = next - 1",
    ],
)
def test_a_changed_row_is_found(path: Path, damage: str) -> None:
    raw = sqlite3.connect(path)
    for name in ("hand_out_kept", "hand_out_stays", "series_forward"):
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute(damage)
    raw.commit()
    raw.close()
    assert code_of_opening(path) == "stock-corrupted"


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    raw = sqlite3.connect(other)
    raw.execute("CREATE TABLE a (b)")
    raw.close()
    assert code_of_opening(other) == "stock-corrupted"
    other.write_text("not a database, but long enough to be taken for one" * 20)
    assert code_of_opening(other) == "stock-corrupted"


def test_adoption_voids_what_was_held_and_begins_anew(path: Path, tmp_path: Path) -> None:
    clock = FixedClock(START)
    with opened(path) as stock:
        stock.outgoing.store(SeededIdentities(5, clock).new(), "draw", 10, "test")  # the original may send it too
    copied = tmp_path / "copy.db"
    copy(path, copied)
    done = adopt(copied, clock=clock, identities=SeededIdentities(9, clock), machine=MACHINE)
    assert done.why == "stock-copied"
    assert (done.series_voided, done.numbers_voided, done.requests_abandoned) == (1, 994, 1)
    with opened(copied) as stock:
        assert stock.left() == 0
        assert stock.outgoing.open() == ()
        assert stock.identity.agent_id == done.agent_id != done.previous_agent_id
        assert stock.identity.nonce is None
        assert sum(stock.consumed().values()) == 6  # its history still serves the forecast
        assert stock.verify() == 2
        service = FakeService(clock, seed=4)
        service.next_position = 5000
        filled(stock, service, 100)
        assert stock.take() == (stock.space.number(5000),)
    assert code_of_opening(copied) is None
