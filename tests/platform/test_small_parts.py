"""Clock, identities, named queries, log lines, measures and headers."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest

from labbro.platform import logs, telemetry
from labbro.platform.clock import FixedClock, SystemClock
from labbro.platform.identities import SeededIdentities, SystemIdentities
from labbro.platform.queries import load_sql
from labbro.platform.security import content_security_policy, security_headers

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def test_the_system_clock_is_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    clock = FixedClock(NOON.astimezone(timezone(timedelta(hours=2))))
    assert clock.now() == clock.now() == NOON
    assert clock.now().tzinfo is UTC
    clock.advance(timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)


def test_identities_are_version_7_and_carry_the_clock() -> None:
    made = SystemIdentities(FixedClock(NOON)).new()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(NOON.timestamp() * 1000)


def test_later_identities_sort_later() -> None:
    clock = FixedClock(NOON)
    identities = SystemIdentities(clock)
    first = identities.new()
    clock.advance(timedelta(milliseconds=1))
    assert first < identities.new()


def test_identities_do_not_repeat_unless_the_seed_does() -> None:
    system = SystemIdentities(FixedClock(NOON))
    assert len({system.new() for _ in range(1000)}) == 1000
    once = [SeededIdentities(7, FixedClock(NOON)).new() for _ in range(2)]
    assert once[0] == once[1]
    assert SeededIdentities(8, FixedClock(NOON)).new() != once[0]


def test_queries_are_read_by_name() -> None:
    queries = load_sql("labbro.databank", "queries.sql")
    assert queries
    assert all(body and not body.endswith(b";") for body in queries.values())


def test_a_query_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyError):
        load_sql("labbro.databank", "queries.sql")["no such query"]


def test_a_log_line_is_json_with_the_request_id(capsys: pytest.CaptureFixture[str]) -> None:
    kept = logging.getLogger().handlers[:]
    try:
        logs.configure("info", "json")
        token = logs.request_id.set("request-9")
        logs.get_logger("labbro.test").info("letters stored", count=3)
        logging.getLogger("a.library").warning("said %s", "something")
        logs.request_id.reset(token)
        try:
            int("0101010000 Secret Person")
        except ValueError:
            logs.get_logger("labbro.test").exception("could not")
            logging.getLogger("a.library").exception("nor could I")
    finally:
        logging.getLogger().handlers[:] = kept
    told = capsys.readouterr().err
    own, library, fault, library_fault = (json.loads(line) for line in told.splitlines())
    assert (own["event"], own["count"], own["request_id"]) == ("letters stored", 3, "request-9")
    assert (library["event"], library["request_id"]) == ("said something", "request-9")
    assert fault["error"] == library_fault["error"] == "ValueError"
    assert "Secret" not in told
    assert "0101010000" not in told


def test_a_measure_may_not_be_split_by_a_person() -> None:
    with pytest.raises(ValueError, match="cpr"):
        telemetry.counter("wrong", "A label that must not be.", ("cpr",))


def test_the_same_name_is_the_same_measure() -> None:
    first = telemetry.counter("same_twice", "Counted twice.", ("outcome",))
    assert telemetry.counter("same_twice", "Counted twice.", ("outcome",)) is first
    first.labels("stored").inc()
    assert b'labbro_same_twice_total{outcome="stored"} 1.0' in telemetry.exposition()


def test_the_content_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = content_security_policy()
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_page_may_change_one_directive_of_the_policy() -> None:
    assert "style-src 'self' 'nonce-x';" in content_security_policy(style_src="'self' 'nonce-x'")


def test_strict_transport_is_told_over_tls_only() -> None:
    assert "strict-transport-security" in security_headers(tls=True)
    assert "strict-transport-security" not in security_headers(tls=False)
