"""Schema changes are numbered .sql steps, run once, before and after code."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from labbro.errors import NotConfigured, Unavailable
from labbro.platform import migrations
from labbro.platform.migrations import Step


@pytest.fixture
def url(new_empty_database_url: Callable[[], str]) -> str:
    """An empty database."""
    return new_empty_database_url()


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two rooms with steps of their own in place of Labbro's."""
    monkeypatch.setattr(migrations, "files", lambda _package: tmp_path)
    write(
        tmp_path, "beds", "0001_beds.before.sql", "CREATE TABLE beds (a int, b int);\nINSERT INTO beds VALUES (1, 2);"
    )
    write(tmp_path, "beds", "0002_c.before.sql", "ALTER TABLE beds ADD c text DEFAULT '100% kept; even this';")
    write(tmp_path, "beds", "0002_c.after.sql", "ALTER TABLE beds DROP COLUMN a;")
    write(tmp_path, "chairs", "0001_chairs.before.sql", "CREATE TABLE chairs (n int);")
    (tmp_path / "no_schema").mkdir()
    return tmp_path


def write(folder: Path, room: str, name: str, sql: str) -> None:
    (folder / room / "schema").mkdir(parents=True, exist_ok=True)
    (folder / room / "schema" / name).write_text(sql, encoding="utf-8")


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_all_steps_are_run_once_before_steps_first(url: str, rooms: Path) -> None:
    expected = ["beds_before_0001", "beds_before_0002", "chairs_before_0001", "beds_after_0002"]
    assert migrations.pending(url) == expected
    assert migrations.run(url) == expected
    assert migrations.pending(url) == []
    assert migrations.run(url) == []
    assert rows(url, "SELECT * FROM beds") == [(2, "100% kept; even this")]


def test_before_and_after_can_be_run_apart(url: str, rooms: Path) -> None:
    assert migrations.run(url, "before") == ["beds_before_0001", "beds_before_0002", "chairs_before_0001"]
    assert rows(url, "SELECT a, c FROM beds") == [(1, "100% kept; even this")]
    assert migrations.run(url, "after") == ["beds_after_0002"]


def test_a_new_step_of_one_room_is_run_without_touching_another(url: str, rooms: Path) -> None:
    migrations.run(url)
    write(rooms, "chairs", "0002_more.before.sql", "ALTER TABLE chairs ADD m int;")
    assert migrations.run(url) == ["chairs_before_0002"]


def test_a_step_that_fails_leaves_nothing_of_itself_and_keeps_those_before(url: str, rooms: Path) -> None:
    write(rooms, "chairs", "0002_bad.before.sql", "CREATE TABLE half (n int); SELECT 1/0;")
    with pytest.raises(psycopg.Error):
        migrations.run(url)
    assert migrations.pending(url) == ["chairs_before_0002", "beds_after_0002"]
    assert rows(url, "SELECT to_regclass('half')") == [(None,)]
    write(rooms, "chairs", "0002_bad.before.sql", "CREATE TABLE half (n int);")
    assert migrations.run(url) == ["chairs_before_0002", "beds_after_0002"]


def test_two_processes_that_start_together_run_each_step_once(url: str, rooms: Path) -> None:
    write(rooms, "beds", "0003_slow.before.sql", "SELECT pg_sleep(0.3); CREATE TABLE slow (n int);")
    done: list[list[str]] = []
    threads = [threading.Thread(target=lambda: done.append(migrations.run(url))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(steps) for steps in done) == [0, 5]


def test_a_database_of_a_newer_labbro_is_refused(url: str, rooms: Path) -> None:
    write(rooms, "chairs", "0009_future.before.sql", "SELECT 1;")
    migrations.run(url)
    (rooms / "chairs" / "schema" / "0009_future.before.sql").unlink()
    with pytest.raises(NotConfigured, match="newer Labbro"):
        migrations.run(url)
    with pytest.raises(NotConfigured, match="newer Labbro"):
        migrations.pending(url)


def test_a_database_that_does_not_answer_is_told() -> None:
    with pytest.raises(Unavailable):
        migrations.run("host=127.0.0.1 port=1 dbname=none")


def test_a_badly_named_step_is_refused(rooms: Path) -> None:
    write(rooms, "beds", "3_wrong.sql", "SELECT 1;")
    with pytest.raises(ValueError, match="NNNN_name"):
        migrations.steps()


def test_two_steps_of_one_number_are_refused(rooms: Path) -> None:
    write(rooms, "beds", "0002_twin.before.sql", "SELECT 1;")
    with pytest.raises(ValueError, match="two steps 0002 before"):
        migrations.steps()


def test_labbros_own_steps_are_numbered_and_fit_the_version_table() -> None:
    steps: tuple[Step, ...] = migrations.steps()
    assert steps
    assert all(len(step.key) <= 32 for step in steps)  # the version column's width
