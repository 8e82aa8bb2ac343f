"""Whatever breaks, no number is given twice, and what was told is there: kills, restores, full disks, lost answers.

Every test ends with the checker's judgement of what was acknowledged beside what the database holds.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import psutil
import psycopg
import pytest

from labbro.errors import LabbroError
from labbro.numbers import issuing
from labbro.numbers import mark as marks
from labbro.numbers.checker import Drawn as DrawnRange
from labbro.numbers.checker import Event, Result, check
from labbro.numbers.durability import Durability, Promises
from labbro.numbers.model import DrawRequest, Series, Statement
from labbro.numbers.recovering import read_kept
from labbro.numbers.service import NumberService
from labbro.platform import embedded, migrations
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database

from .building import NOW, SOUTH_ACCOUNT, asks, attends, gives_back, key, open_database, rows, service, settings, system

DRAWING = Path(__file__).with_name("drawing.py")


class History:
    """What clients asked and were told, as they know it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._lock = threading.Lock()

    def draw(self, numbers: NumberService, request: DrawRequest, caller=None) -> Series:
        with self._lock:
            operation = len(self.events)
            self.events.append(self._asked(operation, request, caller or system()))
        try:
            series = numbers.draw(caller or system(), request).series
        except LabbroError as error:
            unknown = error.code in ("outcome-unknown", "unavailable", "numbers-busy")
            self._add(Event(operation=operation, kind="info" if unknown else "fail", act="draw", code=error.code))
            raise
        self._add(Event(operation=operation, kind="ok", act="draw", drawn=range_of(series)))
        return series

    def told(self, series: Series) -> None:
        """A series that another process was told."""
        request = asks(series.count, series.request_id, account_id=series.account_id)
        with self._lock:
            operation = len(self.events)
            self.events.append(self._asked(operation, request, system()))
        self._add(Event(operation=operation, kind="ok", act="draw", drawn=range_of(series)))

    def judged(self, numbers: NumberService) -> Result:
        with numbers.parts.database.connection() as connection:
            return check(self.events, read_kept(connection, numbers.space))

    def _asked(self, operation: int, request: DrawRequest, caller) -> Event:
        account = str(request.account_id or caller.account_id)
        return Event(
            operation=operation,
            kind="invoke",
            act="draw",
            account=account,
            request=str(request.request_id),
            count=request.count,
        )

    def _add(self, event: Event) -> None:
        with self._lock:
            self.events.append(event)


def range_of(series: Series) -> DrawnRange:
    return DrawnRange(str(series.series_id), series.round, series.first_position, series.count)


@pytest.fixture
def history() -> History:
    return History()


def code_of(work: Callable[[], object]) -> str:
    try:
        work()
    except LabbroError as error:
        return error.code
    return "done"


def start_drawing(url: str, folder: Path, count: int, point: str = "never", after: int = 1) -> subprocess.Popen[str]:
    requests = folder / f"requests-{time.time_ns()}"
    command = [sys.executable, str(DRAWING), url, str(folder), str(count), point, str(after), str(requests)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    process.requests = requests  # type: ignore[attr-defined]
    return process


def finished(process: subprocess.Popen[str]) -> tuple[int, list[Series], list[UUID]]:
    """Exit code, the series that it was told, and the request ids that it had stored."""
    told, _ = process.communicate(timeout=120)
    requests = process.requests.read_bytes().splitlines()  # type: ignore[attr-defined]
    return (
        process.returncode,
        [msgspec.json.decode(line, type=Series) for line in told.splitlines()],
        [msgspec.json.decode(line, type=UUID) for line in requests],
    )


# --- kills ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "issued", "skipped"), [("written", False, 0), ("marked", False, 7), ("committed", True, 0)]
)
def test_killed_at_any_point_of_a_commit_the_same_request_is_answered_once(
    durable_url: str, tmp_path: Path, history: History, point: str, issued: bool, skipped: int
) -> None:
    code, told, requests = finished(start_drawing(durable_url, tmp_path, 5, point, after=3))
    assert (code, len(told), len(requests)) == (-signal.SIGKILL, 2, 3)
    for series in told:
        history.told(series)
    with open_database(durable_url) as database, service(database, tmp_path) as numbers:
        again = numbers.draw(system(), asks(7, requests[2]))
        assert again.again is issued
        history.draw(numbers, asks(7, requests[2]))
        history.draw(numbers, asks(9))
        result = history.judged(numbers)
    assert result.faults == ()
    assert result.skipped == skipped
    assert [reason for (reason,) in rows(durable_url, "SELECT reason FROM numbers.gap")] == ["in-doubt"] * bool(skipped)


def test_several_processes_share_a_space_and_its_mark(durable_url: str, tmp_path: Path, history: History) -> None:
    processes = [start_drawing(durable_url, tmp_path, 20) for _ in range(2)]
    processes.append(start_drawing(durable_url, tmp_path, 20, "marked", after=10))
    with open_database(durable_url) as database, service(database, tmp_path) as numbers:
        threads = [
            threading.Thread(target=lambda: [history.draw(numbers, asks(3)) for _ in range(10)]) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for process in processes:
            for series in finished(process)[1]:
                history.told(series)
        history.draw(numbers, asks(1))
        result = history.judged(numbers)
    assert result.faults == ()
    assert result.series == 20 + 20 + 9 + 30 + 1


@contextlib.contextmanager
def own_cluster() -> Iterator[tuple[embedded.Embedded, Path]]:
    with tempfile.TemporaryDirectory(prefix="labbro-tests-", ignore_cleanup_errors=True) as folder:
        running = embedded.start(Path(folder) / "postgres")
        try:
            migrations.run(running.url)
            yield running, Path(folder)
        finally:
            running.close()


def kill_postgres(running: embedded.Embedded) -> None:
    """SIGKILL for the postmaster and every process of it."""
    number = int((running.folder / "cluster" / "postmaster.pid").read_text().split()[0])
    postmaster = psutil.Process(number)
    for process in [postmaster, *postmaster.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def test_postgres_killed_under_load_loses_nothing_that_was_told(history: History) -> None:
    with own_cluster() as (_, folder), Database.open(settings(folder)) as database:
        own = database._own
        assert own is not None
        with service(database, folder) as numbers:
            stop = threading.Event()

            def work() -> None:
                while not stop.is_set():
                    request = asks(5)
                    while not stop.is_set():  # as a client does: the same request until there is an answer
                        with contextlib.suppress(LabbroError):
                            history.draw(numbers, request)
                            break
                        time.sleep(0.02)

            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads:
                thread.start()
            for _ in range(2):
                time.sleep(0.7)
                kill_postgres(own)
            time.sleep(1)
            stop.set()
            for thread in threads:
                thread.join()
            deadline = time.monotonic() + 60
            while code_of(lambda: history.draw(numbers, asks(1))) != "done":
                assert time.monotonic() < deadline
            result = history.judged(numbers)
            assert result.faults == ()
            assert result.acknowledged > 10


# --- restored, behind, ahead ---------------------------------------------------------------------------------------


def test_a_restored_database_is_stopped_until_a_deliberate_jump(
    database: Database, durable_copy: Callable[[], str], tmp_path: Path, history: History
) -> None:
    with service(database, tmp_path) as numbers:
        for _ in range(3):
            history.draw(numbers, asks(10))
    database.close()
    copy = durable_copy()
    with open_database(database.url) as original, service(original, tmp_path) as numbers:
        for _ in range(3):
            history.draw(numbers, asks(10))
    with open_database(copy) as restored, service(restored, tmp_path) as numbers:
        assert numbers.stopped() == "database-behind"
        assert code_of(lambda: history.draw(numbers, asks(1))) == "database-behind"
        assert code_of(lambda: numbers.jump("person:1", to=59, reason="restored")) == "jump-too-short"
        assert numbers.jump("person:1", to=60, reason="restored from the backup of Monday") == 30
        assert numbers.stopped() is None
        assert history.draw(numbers, asks(10)).first_position == 60
        result = history.judged(numbers)
    assert {fault.kind for fault in result.faults} == {"lost"}  # no number twice; the lost series lie in the gap
    assert len(result.faults) == 3
    assert result.skipped == 30


def test_a_database_that_lost_its_last_commit_only_goes_on_by_itself(
    database: Database, durable_copy: Callable[[], str], tmp_path: Path, history: History
) -> None:
    with service(database, tmp_path) as numbers:
        history.draw(numbers, asks(10))
    database.close()
    copy = durable_copy()
    with open_database(database.url) as original, service(original, tmp_path) as numbers:
        lost = history.draw(numbers, asks(10))
    with open_database(copy) as promoted, service(promoted, tmp_path) as numbers:
        assert numbers.stopped() is None
        assert history.draw(numbers, asks(10)).first_position == 20
        found = numbers.look_up(lost.first_number)
        assert (found.state, found.gap and found.gap.reason) == ("skipped", "in-doubt")
        assert "overlap" not in {fault.kind for fault in history.judged(numbers).faults}


def test_an_old_primary_and_a_promoted_standby_cannot_both_issue(
    database: Database, durable_copy: Callable[[], str], tmp_path: Path, history: History
) -> None:
    with service(database, tmp_path) as numbers:
        history.draw(numbers, asks(10))
    database.close()
    copy = durable_copy()
    with (
        open_database(database.url) as one,
        open_database(copy) as other,
        service(one, tmp_path) as first,
        service(other, tmp_path) as second,
    ):
        turns = (first, second, first, second, first)
        told = [code_of(lambda numbers=numbers: history.draw(numbers, asks(10))) for numbers in turns]
        assert told == ["done", "done", "database-behind", "done", "database-behind"]
        assert "overlap" not in {fault.kind for fault in history.judged(second).faults}


def test_rested_numbers_do_not_come_back_twice_over_a_restore(
    database: Database, durable_copy: Callable[[], str], tmp_path: Path, history: History
) -> None:
    clock = FixedClock(NOW)
    policy = {"clock": clock, "numbers_rest_days": 10}
    with service(database, tmp_path, **policy) as numbers:
        series = history.draw(numbers, asks(100))
        numbers.release(system(), gives_back(series.series_id))
    database.close()
    copies = durable_copy(), durable_copy()
    clock.advance(dt.timedelta(days=11))
    with open_database(database.url) as original, service(original, tmp_path, **policy) as numbers:
        back = history.draw(numbers, asks(60))
        assert (back.round, back.first_position) == (2, 0)
        for copy, first in zip(copies, (60, 75), strict=True):  # what may have come back is jumped over, each time
            with open_database(copy) as restored, service(restored, tmp_path, **policy) as after:
                again = history.draw(after, asks(15))
                assert (again.round, again.first_position) == (2, first)
                assert "overlap" not in {fault.kind for fault in history.judged(after).faults}
        assert code_of(lambda: history.draw(numbers, asks(15))) == "database-behind"
        numbers.jump("person:1", to=100, reason="restored")
        fresh = history.draw(numbers, asks(15))
        assert (fresh.round, fresh.first_position) == (1, 100)  # what rested by this database's word is withdrawn
        assert "overlap" not in {fault.kind for fault in history.judged(numbers).faults}


def says(agent: UUID, call: int, nonce: str | None, highest: int | None) -> Statement:
    return Statement(agent_id=agent, call=call, nonce=nonce, highest_position=highest)


def test_a_client_ahead_of_the_database_stops_the_service_for_everybody(
    database: Database, durable_copy: Callable[[], str], tmp_path: Path, history: History
) -> None:
    """Database and mark come from the same old backup: only the clients know."""
    with service(database, tmp_path) as numbers:
        history.draw(numbers, asks(10))
    database.close()
    copy = durable_copy()
    shutil.copytree(tmp_path / "numbers-mark", tmp_path / "old" / "numbers-mark")
    with open_database(database.url) as original, service(original, tmp_path) as numbers:
        for _ in range(3):
            history.draw(numbers, asks(10))
    with open_database(copy) as restored:
        with service(restored, tmp_path / "old") as numbers:
            assert numbers.stopped() is None  # nothing here tells
            claim = says(key(50), 9, "x", 39)
            assert code_of(lambda: history.draw(numbers, asks(1, statement=claim))) == "client-ahead"
            assert code_of(lambda: history.draw(numbers, asks(1), system(SOUTH_ACCOUNT))) == "client-ahead"
        with service(restored, tmp_path / "old") as numbers:  # it is remembered over a start
            assert numbers.stopped() == "client-ahead"
            assert code_of(lambda: numbers.jump("person:1", to=39, reason="restored")) == "jump-too-short"
            numbers.jump("person:1", to=40, reason="restored")
            assert history.draw(numbers, asks(5)).first_position == 40
            assert "overlap" not in {fault.kind for fault in history.judged(numbers).faults}
            assert rows(restored, "SELECT count(*) FROM audit.entry WHERE act = 'numbers.client-ahead'") == [(1,)]


def test_an_attendance_tells_of_a_client_ahead_too(numbers: NumberService, history: History) -> None:
    history.draw(numbers, asks(10))
    numbers.attend(system(), attends(says(key(50), 1, None, 10)))
    assert code_of(lambda: history.draw(numbers, asks(1))) == "client-ahead"
    numbers.jump("person:1", to=10, reason="the claim was wrong", disregard_clients=True)
    assert history.draw(numbers, asks(1)).first_position == 10


def test_a_request_that_was_answered_is_answered_again_while_nothing_is_issued(
    numbers: NumberService, history: History
) -> None:
    request = asks(10)
    series = history.draw(numbers, request)
    numbers.attend(system(), attends(says(key(50), 1, None, 10)))
    assert code_of(lambda: history.draw(numbers, asks(1))) == "client-ahead"
    assert history.draw(numbers, request) == series


# --- the mark ------------------------------------------------------------------------------------------------------


def mark_file(folder: Path) -> Path:
    return folder / "numbers-mark" / "npn.mark"


@pytest.fixture
def drawn(database: Database, tmp_path: Path, history: History) -> Database:
    """A database and a mark after two draws."""
    with service(database, tmp_path) as numbers:
        history.draw(numbers, asks(10))
        history.draw(numbers, asks(10))
    return database


def test_without_its_mark_nothing_is_issued(drawn: Database, tmp_path: Path, history: History) -> None:
    mark_file(tmp_path).unlink()
    with service(drawn, tmp_path) as numbers:
        assert code_of(lambda: history.draw(numbers, asks(1))) == "mark-missing"
        numbers.jump("person:1", to=1000, reason="the mark was lost")
        assert history.draw(numbers, asks(1)).first_position == 1000
        assert history.judged(numbers).faults == ()


def test_a_mark_that_another_installation_signed_is_not_believed(
    drawn: Database, tmp_path: Path, history: History
) -> None:
    with service(drawn, tmp_path, secret=b"t" * 32) as numbers:
        assert code_of(lambda: history.draw(numbers, asks(1))) == "mark-bad"


@pytest.mark.parametrize("offset", [0, 8, 140, 200])
def test_a_changed_mark_is_not_believed(drawn: Database, tmp_path: Path, history: History, offset: int) -> None:
    data = bytearray(mark_file(tmp_path).read_bytes())
    for slot in (0, 16 * 1024):
        data[slot + offset] ^= 1
    mark_file(tmp_path).write_bytes(data)
    with service(drawn, tmp_path) as numbers:
        assert code_of(lambda: history.draw(numbers, asks(1))) == "mark-bad"


def test_an_old_mark_put_back_is_noticed(drawn: Database, tmp_path: Path, history: History) -> None:
    old = mark_file(tmp_path).read_bytes()
    with service(drawn, tmp_path) as numbers:
        history.draw(numbers, asks(10))
    mark_file(tmp_path).write_bytes(old)
    with service(drawn, tmp_path) as numbers:
        assert code_of(lambda: history.draw(numbers, asks(1))) == "mark-behind"


def test_a_mark_torn_while_it_was_written_leaves_the_one_before(
    drawn: Database, tmp_path: Path, history: History
) -> None:
    """Two draws wrote slots 0 and 1, so the next intent goes to slot 0, and is torn."""
    data = bytearray(mark_file(tmp_path).read_bytes())
    data[150:400] = bytes(250)
    mark_file(tmp_path).write_bytes(data)
    with service(drawn, tmp_path) as numbers:
        assert history.draw(numbers, asks(10)).first_position == 20
        assert history.judged(numbers).faults == ()


def test_a_new_database_beside_an_old_mark_is_noticed(
    drawn: Database, durable_url: str, tmp_path: Path, history: History
) -> None:
    with psycopg.connect(durable_url) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ("space", "series", "drawn_day"):
            connection.execute(f"DELETE FROM numbers.{table}".encode())
    with service(drawn, tmp_path) as numbers:
        assert code_of(lambda: history.draw(numbers, asks(1))) == "database-behind"


@pytest.mark.parametrize("call", ["pwrite", "fdatasync"])
def test_a_full_disk_under_the_mark_issues_nothing(
    numbers: NumberService, history: History, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    history.draw(numbers, asks(10))

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(marks.os, call, full)
        assert code_of(lambda: history.draw(numbers, asks(10))) == "mark-not-kept"
    history.draw(numbers, asks(10))
    assert history.judged(numbers).faults == ()


def test_a_mark_held_by_somebody_else_is_waited_for_and_then_told(
    numbers: NumberService, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "LOCK_SECONDS", 0.1)
    with numbers.parts.mark.hold():
        assert code_of(lambda: history.draw(numbers, asks(10))) == "numbers-busy"
    assert history.draw(numbers, asks(10)).first_position == 0


# --- transactions that fail ----------------------------------------------------------------------------------------


def test_a_rollback_leaves_neither_numbers_nor_a_gap(database: Database, tmp_path: Path, history: History) -> None:
    failing = [True]

    def at(point: str) -> None:
        if point == "written" and failing.pop():
            failing.append(False)
            raise psycopg.errors.DiskFull("no space left on device")

    with service(database, tmp_path, at=at) as numbers:
        assert code_of(lambda: history.draw(numbers, asks(10))) == "unavailable"
        failing[:] = [False]
        assert history.draw(numbers, asks(10)).first_position == 0
        result = history.judged(numbers)
    assert result.faults == ()
    assert result.skipped == 0


def test_a_connection_lost_at_the_commit_is_told_as_unknown(
    database: Database, tmp_path: Path, history: History
) -> None:
    cut = [False]

    def at(point: str) -> None:
        if point == "marked" and cut[0]:
            cut[0] = False
            with psycopg.connect(database.url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'labbro-issuing'"
                )

    with service(database, tmp_path, at=at) as numbers:
        history.draw(numbers, asks(10))
        cut[0] = True
        request = asks(10)
        assert code_of(lambda: history.draw(numbers, request)) == "outcome-unknown"
        assert history.draw(numbers, request).first_position == 20
        result = history.judged(numbers)
    assert result.faults == ()
    assert result.skipped == 10


def test_a_space_locked_by_somebody_else_is_told_as_busy(
    database: Database, tmp_path: Path, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "_SESSION", issuing._SESSION.replace("lock_timeout=5s", "lock_timeout=100ms"))
    with service(database, tmp_path) as numbers:
        with psycopg.connect(database.url) as connection:
            connection.execute("SELECT FROM numbers.space FOR UPDATE")
            assert code_of(lambda: history.draw(numbers, asks(10))) == "numbers-busy"
        assert history.draw(numbers, asks(10)).first_position == 0


# --- durability ----------------------------------------------------------------------------------------------------

DURABLE = Promises(
    fsync="on",
    full_page_writes="on",
    synchronous_commit="on",
    synchronous_standby_names="ANY 1 (north)",
    in_recovery=False,
)


@pytest.mark.parametrize(
    "change",
    [
        {"fsync": "off"},
        {"full_page_writes": "off"},
        {"synchronous_commit": "off"},
        {"synchronous_commit": "local"},
        {"synchronous_commit": "remote_write"},
        {"synchronous_standby_names": ""},
        {"in_recovery": True},
    ],
)
def test_each_promise_is_demanded(change: dict[str, object]) -> None:
    demanded = Durability(standby="ANY 1 (north)")
    assert demanded.missing(DURABLE) is None
    problem = demanded.missing(msgspec.structs.replace(DURABLE, **change))
    assert problem is not None
    assert problem.code == "not-durable"


def test_a_database_without_fsync_issues_nothing(
    new_database_url: Callable[[], str], tmp_path: Path, history: History
) -> None:
    with open_database(new_database_url()) as database, service(database, tmp_path) as numbers:
        assert numbers.stopped() == "not-durable"
        assert code_of(lambda: history.draw(numbers, asks(10))) == "not-durable"
        assert history.judged(numbers).series == 0


def test_without_the_agreed_standby_nothing_is_issued(database: Database, tmp_path: Path, history: History) -> None:
    with service(database, tmp_path, numbers_standby="north") as numbers:
        assert code_of(lambda: history.draw(numbers, asks(10))) == "not-durable"


def test_what_a_standby_did_not_confirm_is_not_told(
    durable_cluster: embedded.Embedded, database: Database, tmp_path: Path, history: History
) -> None:
    """PostgreSQL commits here all the same when waiting for the standby is cancelled, and only warns."""

    def standby(names: str) -> None:
        with psycopg.connect(durable_cluster.url_of("postgres"), autocommit=True) as connection:
            connection.execute("SET synchronous_commit = local")
            connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'".encode())
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)

    with service(database, tmp_path) as numbers:
        history.draw(numbers, asks(10))
        request = asks(10)
        told: list[str] = []
        standby("nobody")
        try:
            waiting = threading.Thread(target=lambda: told.append(code_of(lambda: history.draw(numbers, request))))
            waiting.start()
            deadline = time.monotonic() + 10
            cancel = (
                "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity "
                "WHERE application_name = 'labbro-issuing' AND wait_event = 'SyncRep'"
            )
            while rows(database, cancel) == [(0,)]:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            waiting.join()
        finally:
            standby("")
        assert told == ["outcome-unknown"]
        assert history.draw(numbers, request).first_position == 10
        assert history.judged(numbers).faults == ()
