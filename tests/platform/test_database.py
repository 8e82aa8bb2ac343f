"""The database: embedded or named, durable, shared by processes, and back after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from labbro.errors import NotConfigured, Unavailable
from labbro.platform.database import Database, migrate, pending_steps
from labbro.platform.settings import from_environment


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Database]:
    """A durable embedded database of the test's own, as an operator has it."""
    with Database.open(from_environment({"LABBRO_DATA": str(tmp_path)})) as opened:
        yield opened


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder with a short path, where PostgreSQL's socket goes: any data folder counts as too deep."""
    with tempfile.TemporaryDirectory(prefix="l") as name:
        folder = Path(name)
        folder.chmod(0o711)
        monkeypatch.setattr("tempfile.tempdir", name)
        monkeypatch.setattr("labbro.platform.embedded.SOCKET_PATH_LIMIT", 0)
        yield folder


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def test_the_embedded_database_keeps_its_promise_to_the_disk(own_cluster: Database) -> None:
    with own_cluster.connection() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert connection.execute(f"SHOW {setting}".encode()).fetchone() == ("on",), setting


def test_the_embedded_database_works_as_a_role_without_power_over_the_machine(own_cluster: Database) -> None:
    with own_cluster.connection() as connection:
        row = connection.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == ("labbro", False)


def test_the_embedded_database_listens_on_no_network(own_cluster: Database, tmp_path: Path) -> None:
    with own_cluster.connection() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert (tmp_path / "postgres" / "cluster").stat().st_mode & 0o077 == 0


def test_data_is_there_again_after_a_close(tmp_path: Path) -> None:
    settings = from_environment({"LABBRO_DATA": str(tmp_path)})
    with Database.open(settings) as database, database.connection() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(database.url, connect_timeout=2)
    with Database.open(settings) as database, database.connection() as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_two_processes_share_one_database_and_the_last_one_stops_it(tmp_path: Path) -> None:
    settings = from_environment({"LABBRO_DATA": str(tmp_path)})
    first = Database.open(settings)
    code = (
        "from labbro.platform.database import Database; from labbro.platform.settings import from_environment\n"
        "with Database.open(from_environment()) as database, database.connection() as connection:\n"
        "    connection.execute('CREATE TABLE by_second AS SELECT 1')\n"
    )
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "LABBRO_DATA": str(tmp_path)}, check=True)
    assert first.answers()
    with first.connection() as connection:
        assert connection.execute("SELECT count(*) FROM by_second").fetchone() == (1,)
    pid = postmaster(tmp_path)
    first.close()
    assert not _runs(pid)


def test_a_killed_process_does_not_keep_the_database_from_being_stopped(tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from labbro.platform.database import Database; from labbro.platform.settings import from_environment\n"
        "Database.open(from_environment()); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "LABBRO_DATA": str(tmp_path)}, check=False)
    pid = postmaster(tmp_path)
    assert _runs(pid)  # the killed one could not stop it
    Database.open(from_environment({"LABBRO_DATA": str(tmp_path)})).close()
    assert not _runs(pid)


def test_a_killed_database_loses_nothing_committed_and_comes_back_by_itself(tmp_path: Path) -> None:
    with Database.open(from_environment({"LABBRO_DATA": str(tmp_path)})) as database:
        with database.connection() as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        killed = postmaster(tmp_path)
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while not database.answers() or postmaster(tmp_path) == killed:
            assert time.monotonic() < deadline
        with database.connection() as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_work_cut_off_by_a_dying_database_is_told_as_unavailable(own_cluster: Database) -> None:
    with own_cluster.connection() as connection:
        connection.execute("CREATE TABLE cut (n int)")

    def work() -> None:
        with own_cluster.connection() as connection:
            connection.execute("INSERT INTO cut VALUES (1)")
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            connection.execute("INSERT INTO cut VALUES (2)")

    with pytest.raises(Unavailable):
        work()


def test_an_interrupted_first_start_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "cluster").mkdir(parents=True)
    (tmp_path / "postgres" / "cluster" / "half-made").touch()
    with Database.open(from_environment({"LABBRO_DATA": str(tmp_path)})) as database:
        assert database.answers()


def test_a_data_folder_with_a_long_path_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    with Database.open(from_environment({"LABBRO_DATA": str(folder)})) as database:
        assert database.answers()


def test_a_data_folder_with_a_long_path_leaves_nothing_elsewhere(tmp_path: Path, elsewhere: Path) -> None:
    with Database.open(from_environment({"LABBRO_DATA": str(tmp_path / "data")})) as database:
        assert database.answers()
        assert len(list(elsewhere.iterdir())) == 1
    assert list(elsewhere.iterdir()) == []


def test_a_stand_in_for_the_socket_that_someone_else_made_is_refused(tmp_path: Path, elsewhere: Path) -> None:
    settings = from_environment({"LABBRO_DATA": str(tmp_path / "data")})
    with Database.open(settings):
        [sockets] = elsewhere.iterdir()
    sockets.symlink_to(tmp_path)
    with pytest.raises(NotConfigured, match="stand-in is not ours"):
        Database.open(settings)


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "postgres").touch()
    with pytest.raises(NotConfigured, match="LABBRO_DATA names a folder where PostgreSQL cannot live"):
        Database.open(from_environment({"LABBRO_DATA": str(tmp_path)}))


def test_a_block_that_fails_leaves_nothing(database: Database) -> None:
    with database.connection() as connection:
        connection.execute("CREATE TABLE block (n int)")

    def work() -> None:
        with database.connection() as connection:
            connection.execute("INSERT INTO block VALUES (1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    with database.connection() as connection:
        assert connection.execute("SELECT count(*) FROM block").fetchone() == (0,)


def test_times_are_utc_and_commits_wait_for_the_disk_on_any_database(database: Database) -> None:
    with database.connection() as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_every_test_has_a_fresh_migrated_database(database: Database) -> None:
    assert pending_steps(database) == []
    assert migrate(database) == []


def _runs(pid: int) -> bool:
    """Whether a process lives; one that is dead but not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
