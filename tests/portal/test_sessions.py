"""Sessions end when they should, and look-ups are counted even when many come at once."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from labbro.errors import TooMany, Unavailable
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SystemIdentities
from labbro.portal.sessions import ABSOLUTE, IDLE, Actor, Sessions

ASTA = Actor("demonstration:asta", "Asta", "Lægehuset")
BO = Actor("demonstration:bo", "Bo")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def sessions(database: Database, clock: FixedClock) -> Sessions:
    return Sessions(database, clock, SystemIdentities(clock), lookups_per_hour=5)


def test_a_session_is_found_by_its_token_and_by_nothing_else(sessions: Sessions) -> None:
    session = sessions.begin(ASTA, "demonstration")
    assert sessions.find(session.token) == session
    assert sessions.find("x" + session.token[1:]) is None
    assert sessions.find("") is None
    assert sessions.find(None) is None


def test_two_sessions_have_two_tokens_and_the_database_keeps_neither(sessions: Sessions, database: Database) -> None:
    tokens = {sessions.begin(ASTA, "demonstration").token for _ in range(2)}
    assert len(tokens) == 2
    with database.connection() as connection:
        kept = str(connection.execute("SELECT * FROM portal.session").fetchall())
    assert not any(token in kept for token in tokens)


def test_an_ended_session_is_gone_for_good(sessions: Sessions) -> None:
    session = sessions.begin(ASTA, "demonstration")
    sessions.end(session.token)
    assert sessions.find(session.token) is None


def test_a_session_ends_when_nobody_has_used_it_for_a_while(sessions: Sessions, clock: FixedClock) -> None:
    session = sessions.begin(ASTA, "demonstration")
    clock.advance(IDLE - MINUTE)
    assert sessions.find(session.token) is not None  # and this counts as use
    clock.advance(IDLE - MINUTE)
    assert sessions.find(session.token) is not None
    clock.advance(IDLE + MINUTE)
    assert sessions.find(session.token) is None


def test_a_session_ends_after_a_working_day_however_much_it_is_used(sessions: Sessions, clock: FixedClock) -> None:
    session = sessions.begin(ASTA, "demonstration")
    began = clock.now()
    while clock.now() - began < ABSOLUTE - IDLE:
        clock.advance(IDLE - MINUTE)
        assert sessions.find(session.token) is not None
    clock.advance(IDLE - MINUTE)
    clock.advance(MINUTE)
    assert sessions.find(session.token) is None


def test_look_ups_are_limited_for_each_person_by_the_hour(sessions: Sessions, clock: FixedClock) -> None:
    for _ in range(5):
        sessions.count_look_up(ASTA)
    with pytest.raises(TooMany):
        sessions.count_look_up(ASTA)
    sessions.count_look_up(BO)
    clock.advance(dt.timedelta(minutes=61))
    sessions.count_look_up(ASTA)


def test_the_limit_holds_when_many_look_up_at_once(sessions: Sessions) -> None:
    def look_up(_: int) -> bool:
        try:
            sessions.count_look_up(ASTA)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(look_up, range(24))) == 5


def test_without_a_database_nothing_is_counted_and_nobody_is_let_through(clock: FixedClock) -> None:
    away = Database("postgresql://127.0.0.1:1/nowhere", connections=1)
    sessions = Sessions(away, clock, SystemIdentities(clock), lookups_per_hour=5)
    with pytest.raises(Unavailable):
        sessions.count_look_up(ASTA)
    with pytest.raises(Unavailable):
        sessions.find("token")


def test_old_sessions_and_counts_are_cleared_away(sessions: Sessions, database: Database, clock: FixedClock) -> None:
    sessions.begin(ASTA, "demonstration")
    sessions.count_look_up(ASTA)
    clock.advance(dt.timedelta(days=3))
    sessions.begin(BO, "demonstration")
    with database.connection() as connection:
        assert connection.execute("SELECT actor FROM portal.session").fetchall() == [(BO.identifier,)]
        assert connection.execute("SELECT count(*) FROM portal.look_up").fetchone() == (0,)
