"""What the registry knew when: by a moment, as people and programs write it, instead of a version's number."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from labbro.comparability.moments import moment_of
from labbro.comparability.seed import SEED
from labbro.comparability.store import Change, RegistryStore, changes_of
from labbro.errors import LabbroError, WrongUse
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
FIRST = dt.datetime(2026, 10, 28, 10, 0, tzinfo=dt.UTC)
SECOND = dt.datetime(2026, 11, 1, 11, 30, tzinfo=dt.UTC)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2026-11-01T12:00", utc(2026, 11, 1, 11)),
        ("2026-07-01T12:00", utc(2026, 7, 1, 10)),
        ("2026-11-01 12:00:30", utc(2026, 11, 1, 11, 0, 30)),
        ("2026-11-01T12:00:00Z", utc(2026, 11, 1, 12)),
        ("2026-11-01t12:00z", utc(2026, 11, 1, 12)),
        ("2026-11-01T12:00:00.25+02:00", utc(2026, 11, 1, 10, 0, 0, 250_000)),
        ("2026-11-01T12:00:00 02:00", utc(2026, 11, 1, 10)),
        ("2026-11-01T12:00:00-05:00", utc(2026, 11, 1, 17)),
        ("2026-11-01", utc(2026, 11, 1, 22, 59, 59, 999_999)),
        (" 2026-11-01 ", utc(2026, 11, 1, 22, 59, 59, 999_999)),
        ("2026-11-23", NOW),
        ("2026-11-23T10:00", NOW),
    ],
)
def test_a_moment_is_read_as_it_is_written_danish_time_without_an_offset(told: str, moment: dt.datetime) -> None:
    assert moment_of(told, NOW) == moment


@pytest.mark.parametrize(
    "told",
    ["", "yesterday", "2026", "2026-11", "2026-13-01", "2026-02-30", "2026-11-01T25:00", "2026-11-01T12", "01.11.2026",
     "2026-11-01T12:00:00+99:00", "2026-11-01T12:00 2", "0001-01-01T00:00+14:00", "٢٠٢٦-11-01", "2026-W45-1",
     "20261101", "2026-11-01T12:00:00,5", "2026-11-01T12:00Z; DROP", "1" * 5000],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_how_to_write_one(told: str) -> None:
    with pytest.raises(WrongUse) as error:
        moment_of(told, NOW)
    assert (error.value.code, error.value.status) == ("registry-moment", 400)
    assert "2026-11-01T12:00" in error.value.message
    assert "2026-11-01T12:00" in error.value.message_da
    assert len(error.value.message) < 250


@pytest.mark.parametrize("told", ["2026-11-24", "2026-11-23T10:01", "9999-12-31T23:59Z", "2026-11-23T09:00:00.000001Z"])
def test_what_is_to_come_nobody_knows_yet(told: str) -> None:
    with pytest.raises(WrongUse) as error:
        moment_of(told, NOW)
    assert (error.value.code, error.value.status) == ("registry-moment-to-come", 400)


# --- the registry ---


def release(store: RegistryStore, changes: tuple[Change, ...]) -> None:
    kept = store.propose(uuid.uuid4(), changes, by="anna", note="x")
    store.release(kept.proposal_id, by="bent")


@pytest.fixture
def store(database: Database) -> RegistryStore:
    """Version 1 at FIRST, version 2, which knows one procedure less, at SECOND; it is NOW."""
    clock = FixedClock(FIRST)
    made = RegistryStore(database, clock, SeededIdentities(1, clock))
    release(made, changes_of(SEED))
    clock.advance(SECOND - FIRST)
    gone = (Change(kind="assertion", entry_id="psa-who:psa-qsl-who"), Change(kind="procedure", entry_id="psa-qsl-who"))
    release(made, gone)
    clock.advance(NOW - SECOND)
    return made


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ("2026-10-28T11:00", 1),
        ("2026-11-01T12:29:59", 1),
        ("2026-11-01T12:30", 2),
        ("2026-10-31", 1),
        ("2026-11-01", 2),
        ("2026-11-23", 2),
    ],
)
def test_the_version_in_force_at_a_moment_is_found(store: RegistryStore, told: str, version: int) -> None:
    found = store.known_at(told)
    assert found.version == version
    assert ("psa-qsl-who" in found.procedures) is (version == 1)


def refused(store: RegistryStore, told: str) -> Any:
    with pytest.raises(LabbroError) as error:
        store.known_at(told)
    assert error.value.message != error.value.message_da
    return error.value


def test_before_the_first_version_nothing_was_known_and_the_answer_says_since_when(store: RegistryStore) -> None:
    for told in ("2026-10-28T10:59:59", "2026-10-27", "0001-01-02"):
        error = refused(store, told)
        assert (error.code, error.status) == ("registry-before-first", 404)
        assert "2026-10-28T11:00:00+01:00" in error.message
    assert store.known_at("2026-10-28T11:00:00+01:00").version == 1


def test_a_registry_without_a_version_knew_nothing_at_any_moment(database: Database) -> None:
    clock = FixedClock(NOW)
    error = refused(RegistryStore(database, clock, SeededIdentities(1, clock)), "2026-11-01")
    assert (error.code, "no version yet" in error.message) == ("registry-before-first", True)
