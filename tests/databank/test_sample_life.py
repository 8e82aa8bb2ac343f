"""What became of the sample that carries a number: times, kinds and places, and nobody's name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from tests.records.building import letter, local

from labbro import letters
from labbro.databank import Databank
from labbro.databank.sample_life import events
from labbro.platform.database import Database

NOW = dt.datetime(2026, 5, 6, 7, 8, 9, tzinfo=dt.UTC)


def put(databank: Databank, **changes: Any) -> None:
    written = letters.write(letter(**changes), "xml")
    list(databank.intake(letters.read(written.data), NOW, "request-0001", "load"))


@pytest.fixture
def number(databank: Databank, database: Database) -> str:
    """The requester's number of a sample that was answered."""
    put(databank)
    with database.connection() as connection:
        row = connection.execute("SELECT requester_number FROM databank.sample").fetchone()
    assert row is not None
    return row[0]


def test_a_sample_was_taken_answered_and_stored(databank: Databank, number: str) -> None:
    told = databank.sample_life(number)
    assert {"sampled", "answered", "stored"} <= {one.kind for one in told}
    assert [one.at for one in told] == sorted(one.at for one in told)
    assert all(one.at.tzinfo is dt.UTC and one.place.isdigit() for one in told)


def test_no_person_is_told(databank: Databank, number: str, database: Database) -> None:
    with database.connection() as connection:
        (identifier,) = connection.execute("SELECT identifier FROM databank.patient").fetchone() or ("",)
    told = msgspec.json.encode(databank.sample_life(number)).decode()
    assert identifier not in told
    assert set(msgspec.structs.asdict(databank.sample_life(number)[0])) == {"at", "kind", "place", "standard"}


def test_a_number_that_no_letter_holds_has_no_life(databank: Databank) -> None:
    assert databank.sample_life("1234567890123") == []


def test_what_two_letters_say_alike_is_told_once() -> None:
    at = local("2026-05-06 07:00")
    row = (at, "2026-05-06T09:00:00", at, NOW, "5790000000001", "RPT01")
    told = events([row, row])
    assert [one.kind for one in told] == ["sampled", "answered", "received-by-laboratory", "stored"]


def test_danish_summer_is_two_hours_ahead() -> None:
    told = events([(local("2026-07-01 12:00"), None, None, NOW, "5790000000001", "RPT01")])
    assert [one.at.hour for one in told if one.kind == "sampled"] == [10]


def test_looking_up_uses_the_index(database: Database) -> None:
    with database.connection() as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute("EXPLAIN SELECT 1 FROM databank.sample WHERE requester_number = '1'").fetchall()
    assert "sample_by_requester_number" in str(plan)
