"""The number service: what it gives out, what it refuses, and that a refusal changes nothing."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from pathlib import Path

import msgspec
import psycopg
import pytest

from labbro.errors import LabbroError
from labbro.members.model import Limits
from labbro.numbers.model import ClaimRequest, Drawn, Statement
from labbro.numbers.service import NumberService
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database

from .building import (
    CLOSED_ACCOUNT,
    NORTH_ACCOUNT,
    SOUTH,
    SOUTH_ACCOUNT,
    SYSTEM,
    asks,
    attends,
    directory,
    gives_back,
    key,
    person,
    rows,
    service,
    system,
)

TABLES = ("series", "release", "gap", "claim", "approval", "agent", "drawn_day", "space")


def everything(database: Database) -> dict[str, list[tuple]]:
    """All that the service keeps, and the audit."""
    kept = {table: rows(database, f"SELECT * FROM numbers.{table} ORDER BY 1, 2") for table in TABLES}
    return {**kept, "audit": rows(database, "SELECT * FROM audit.entry ORDER BY 1, 2")}


def refused(database: Database, code: str, work, *arguments, changes: bool = False, **named) -> LabbroError:
    """Calls, expects a problem, and sees that nothing changed."""
    before = everything(database)
    with pytest.raises(LabbroError) as problem:
        work(*arguments, **named)
    assert problem.value.code == code
    assert problem.value.message_da != problem.value.message
    assert changes or everything(database) == before
    return problem.value


# --- drawing -------------------------------------------------------------------------------------------------------


def test_a_series_is_as_many_consecutive_numbers_as_asked_for(numbers: NumberService) -> None:
    first = numbers.draw(system(), asks(1000)).series
    second = numbers.draw(system(SOUTH_ACCOUNT), asks(1)).series
    assert (first.first_position, first.count) == (0, 1000)
    assert second.first_position == 1000
    assert len(numbers.numbers(first)) == 1000
    assert numbers.numbers(first)[-1] == first.last_number == numbers.space.number(999)
    assert (first.account_id, first.system_id, first.manual) == (NORTH_ACCOUNT, SYSTEM, False)


def test_the_same_request_gives_the_same_series_for_ever(numbers: NumberService, clock: FixedClock) -> None:
    request = asks(10)
    first = numbers.draw(system(), request)
    numbers.release(system(), gives_back(first.series.series_id))
    clock.advance(dt.timedelta(days=4000))
    again = numbers.draw(system(), request)
    assert (first.again, again.again) == (False, True)
    assert again.series == msgspec.structs.replace(first.series, released=10)


def test_two_of_the_same_request_at_once_give_one_series(database: Database, numbers: NumberService) -> None:
    request = asks(10)
    answers = [numbers.submit(system(), request) for _ in range(20)]
    series = {answer.result(10).series for answer in answers}
    assert len(series) == 1
    assert rows(database, "SELECT count(*) FROM numbers.series") == [(1,)]


def test_the_same_request_id_of_another_account_is_another_request(numbers: NumberService) -> None:
    request = asks(10)
    first, second = numbers.draw(system(), request), numbers.draw(system(SOUTH_ACCOUNT), request)
    assert first.series.series_id != second.series.series_id


def test_a_request_id_with_other_content_is_refused(database: Database, numbers: NumberService) -> None:
    request = asks(10)
    series = numbers.draw(system(), request).series
    refused(database, "request-id-reused", numbers.draw, system(), asks(11, request.request_id))
    back = gives_back(series.series_id)
    refused(database, "request-id-reused", numbers.release, system(), gives_back(series.series_id, request.request_id))
    numbers.release(system(), back)
    refused(database, "request-id-reused", numbers.draw, system(), asks(10, back.request_id))


@pytest.mark.parametrize("count", [0, -1])
def test_an_empty_series_is_refused(database: Database, numbers: NumberService, count: int) -> None:
    refused(database, "series-empty", numbers.draw, system(), asks(count))


def test_a_series_larger_than_allowed_is_refused(database: Database, numbers: NumberService) -> None:
    refused(database, "series-too-large", numbers.draw, system(), asks(200_001))


def test_another_space_is_refused(database: Database, numbers: NumberService) -> None:
    refused(database, "space-unknown", numbers.draw, system(), asks(1, space="other"))


def test_a_closed_account_is_refused_but_told_again_what_it_was_given(
    database: Database, tmp_path: Path, numbers: NumberService
) -> None:
    refused(database, "account-closed", numbers.draw, system(CLOSED_ACCOUNT), asks(1))
    request = asks(5)
    series = numbers.draw(system(), request).series
    known = directory()
    closed = msgspec.structs.replace(known.accounts[NORTH_ACCOUNT], state="closed")
    numbers.parts.directories.now = directory(accounts={**known.accounts, NORTH_ACCOUNT: closed})  # type: ignore[attr-defined]
    assert numbers.draw(system(), request).series == series
    refused(database, "account-closed", numbers.draw, system(), asks(5))


def test_an_unknown_account_is_refused(database: Database, numbers: NumberService) -> None:
    refused(database, "account-unknown", numbers.draw, person("operator"), asks(1, account_id=key(99)))
    refused(database, "account-unknown", numbers.draw, system(), asks(1, account_id=SOUTH_ACCOUNT))
    refused(database, "account-missing", numbers.draw, person("operator"), asks(1))


def test_a_person_draws_by_hand_for_a_named_account(numbers: NumberService) -> None:
    series = numbers.draw(person("laboratory"), asks(5, account_id=NORTH_ACCOUNT)).series
    assert series.manual
    assert series.system_id is None


def test_an_expired_certificate_is_refused(database: Database, numbers: NumberService) -> None:
    (certificate,) = directory().certificates.values()
    ended = msgspec.structs.replace(certificate, valid_to=dt.date(2026, 3, 1))
    numbers.parts.directories.now = directory(certificates={ended.certificate_id: ended})  # type: ignore[attr-defined]
    refused(database, "certificate-expired", numbers.draw, system(), asks(1))


def test_an_error_of_one_never_touches_the_others(database: Database, numbers: NumberService) -> None:
    waiting = [
        numbers.submit(system(), asks(10 if turn % 3 else 0))
        if turn % 2
        else numbers.submit(system(CLOSED_ACCOUNT), asks(1))
        for turn in range(60)
    ]
    told = [answer.exception(10) or answer.result() for answer in waiting]
    good = [one.series for one in told if isinstance(one, Drawn)]
    assert len(good) == 20
    assert sorted(one.first_position for one in good) == list(range(0, 200, 10))
    assert rows(database, "SELECT count(*) FROM numbers.series") == [(20,)]


def test_who_goes_away_while_waiting_is_not_drawn_for_and_harms_nobody(database: Database, tmp_path: Path) -> None:
    holding, free = threading.Event(), threading.Event()

    def at(point: str) -> None:
        if point == "marked":
            holding.set()
            free.wait(10)

    with service(database, tmp_path, at=at) as numbers:
        first = numbers.submit(system(), asks(10))
        holding.wait(10)
        gone, waiting = numbers.submit(system(), asks(10)), numbers.submit(system(), asks(10))
        assert gone.cancel()
        assert not first.cancel()
        free.set()
        assert [one.result(10).series.first_position for one in (first, waiting)] == [0, 10]
        assert numbers.draw(system(), asks(1)).series.first_position == 20


def test_a_space_that_is_used_up_says_so(database: Database, tmp_path: Path) -> None:
    with service(database, tmp_path, numbers_digits=4) as numbers:
        assert numbers.space.capacity == 909
        numbers.draw(system(), asks(900))
        refused(database, "space-exhausted", numbers.draw, system(), asks(10))
        last = numbers.draw(system(), asks(9)).series
        assert last.last_number == numbers.space.number(908)
        refused(database, "space-exhausted", numbers.draw, system(), asks(1))
        assert numbers.state().next_number is None


def test_a_clock_that_goes_back_harms_nothing(numbers: NumberService, clock: FixedClock) -> None:
    first = numbers.draw(system(), asks(10)).series
    clock.advance(dt.timedelta(days=-365))
    second = numbers.draw(system(), asks(10)).series
    assert (second.first_position, second.drawn_at) == (10, clock.now())
    assert second.drawn_at < first.drawn_at


# --- limits and approvals ------------------------------------------------------------------------------------------


def test_the_daily_limit_counts_a_danish_day(database: Database, tmp_path: Path) -> None:
    clock = FixedClock(dt.datetime(2026, 3, 2, 22, 50, tzinfo=dt.UTC))  # ten to midnight in Denmark
    limits = Limits(largest_series=100, numbers_a_day=150, plan_a_fortnight=1000)
    with service(database, tmp_path, clock=clock, known=directory(limits)) as numbers:
        numbers.draw(system(), asks(100))
        refused(database, "daily-limit", numbers.draw, system(), asks(51))
        numbers.draw(system(SOUTH_ACCOUNT), asks(100))
        numbers.draw(system(), asks(50))
        clock.advance(dt.timedelta(minutes=10))
        numbers.draw(system(), asks(100))


def test_the_daily_limit_holds_within_a_group(database: Database, tmp_path: Path) -> None:
    limits = Limits(largest_series=100, numbers_a_day=250, plan_a_fortnight=1000)
    with service(database, tmp_path, known=directory(limits)) as numbers:
        waiting = [numbers.submit(system(), asks(100)) for _ in range(10)]
        assert sum(answer.exception(10) is None for answer in waiting) == 2


def test_a_draw_far_above_plan_waits_for_a_second_person(database: Database, numbers: NumberService) -> None:
    request = asks(150_001)
    problem = refused(database, "approval-needed", numbers.draw, system(), request, changes=True)
    again = refused(database, "approval-needed", numbers.draw, system(), request)
    assert problem.approval_id == again.approval_id  # type: ignore[attr-defined]
    (waiting,) = numbers.approvals(person("laboratory"))
    assert (waiting.approval_id, waiting.decision, waiting.count) == (problem.approval_id, "waiting", 150_001)  # type: ignore[attr-defined]
    decided = numbers.approve(person("vendor"), waiting.approval_id)
    assert decided.decision == "approved"
    assert numbers.approve(person("vendor"), waiting.approval_id) == numbers.approvals(person("operator"))[0]
    assert numbers.draw(system(), request).series.count == 150_001
    refused(database, "approval-needed", numbers.draw, system(), asks(150_001), changes=True)


def test_nobody_approves_their_own_draw_nor_that_of_others_laboratories(
    database: Database, numbers: NumberService
) -> None:
    me = person("laboratory")
    problem = refused(
        database, "approval-needed", numbers.draw, me, asks(150_001, account_id=NORTH_ACCOUNT), changes=True
    )
    approval = problem.approval_id  # type: ignore[attr-defined]
    refused(database, "approval-own", numbers.approve, me, approval)
    refused(database, "approval-unknown", numbers.approve, person("laboratory", 2, SOUTH), approval)
    refused(database, "approval-unknown", numbers.approve, system(), approval)
    refused(database, "approval-unknown", numbers.approve, person("operator"), key(77))
    assert numbers.approvals(person("laboratory", 2, SOUTH)) == ()


def test_a_refused_draw_stays_refused(database: Database, numbers: NumberService) -> None:
    request = asks(150_001)
    problem = refused(database, "approval-needed", numbers.draw, system(), request, changes=True)
    numbers.approve(person("operator"), problem.approval_id, approve=False)  # type: ignore[attr-defined]
    refused(database, "approval-refused", numbers.draw, system(), request)
    refused(database, "approval-decided", numbers.approve, person("operator"), problem.approval_id)  # type: ignore[attr-defined]


def test_an_approval_is_for_what_was_asked(database: Database, numbers: NumberService) -> None:
    request = asks(150_001)
    refused(database, "approval-needed", numbers.draw, system(), request, changes=True)
    refused(database, "request-id-reused", numbers.draw, system(), asks(160_000, request.request_id))


# --- releasing -----------------------------------------------------------------------------------------------------


def test_a_series_or_a_part_is_released_once(database: Database, numbers: NumberService) -> None:
    series = numbers.draw(system(), asks(100)).series
    given = numbers.numbers(series)
    part = numbers.release(system(), gives_back(series.series_id, first_number=given[10], last_number=given[19]))
    assert (part.count, part.first_position, part.reason) == (10, 10, "unused")
    refused(database, "already-released", numbers.release, system(), gives_back(series.series_id))
    refused(
        database, "already-released", numbers.release, system(), gives_back(series.series_id, first_number=given[19])
    )
    rest = numbers.release(system(), gives_back(series.series_id, first_number=given[20]))
    assert rest.count == 80
    assert numbers.series(system(), series.series_id).series[0].released == 90


def test_the_same_release_again_is_answered_again(database: Database, numbers: NumberService) -> None:
    series = numbers.draw(system(), asks(100)).series
    request = gives_back(series.series_id)
    first, again = numbers.release(system(), request), numbers.release(system(), request)
    assert msgspec.structs.replace(first, again=True) == again
    refused(
        database,
        "request-id-reused",
        numbers.release,
        system(),
        gives_back(series.series_id, request.request_id, reason="another"),
    )


def test_a_release_outside_the_series_is_refused(database: Database, numbers: NumberService) -> None:
    series = numbers.draw(system(), asks(10)).series
    other = numbers.draw(system(), asks(10)).series
    work, me, mine = numbers.release, system(), series.series_id
    refused(database, "released-outside-series", work, me, gives_back(mine, last_number=other.first_number))
    backwards = gives_back(mine, first_number=series.last_number, last_number=series.first_number)
    refused(database, "released-outside-series", work, me, backwards)
    refused(database, "number-check-digit", work, me, gives_back(mine, first_number="0000000000001"))


def test_a_release_of_anothers_or_no_series_is_refused(database: Database, numbers: NumberService) -> None:
    series = numbers.draw(system(), asks(10)).series
    refused(database, "series-not-yours", numbers.release, system(SOUTH_ACCOUNT), gives_back(series.series_id))
    refused(database, "series-unknown", numbers.release, system(), gives_back(key(5)))


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "reason-missing"), ("x" * 201, "reason-missing"), ("for 990101-1234", "reason-identity")],
)
def test_a_release_has_a_reason_without_a_person_in_it(
    database: Database, numbers: NumberService, reason: str, code: str
) -> None:
    series = numbers.draw(system(), asks(10)).series
    refused(database, code, numbers.release, system(), gives_back(series.series_id, reason=reason))


def test_released_at_the_same_moment_one_wins(database: Database, numbers: NumberService) -> None:
    series = numbers.draw(system(), asks(10)).series
    told: list[str] = []

    def work() -> None:
        try:
            numbers.release(system(), gives_back(series.series_id))
            told.append("done")
        except LabbroError as error:
            told.append(error.code)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["already-released"] * 5 + ["done"]


def test_released_numbers_are_void(numbers: NumberService, clock: FixedClock) -> None:
    series = numbers.draw(system(), asks(10)).series
    numbers.release(system(), gives_back(series.series_id))
    clock.advance(dt.timedelta(days=36_500))
    assert numbers.draw(system(), asks(10)).series.first_position == 10
    assert numbers.look_up(series.first_number).state == "released"


def test_where_the_policy_says_so_released_numbers_rest_and_return(database: Database, tmp_path: Path) -> None:
    clock = FixedClock(dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    with service(database, tmp_path, clock=clock, numbers_rest_days=365) as numbers:
        series = numbers.draw(system(), asks(100)).series
        numbers.release(system(), gives_back(series.series_id, first_number=numbers.space.number(40)))
        assert numbers.draw(system(), asks(10)).series.round == 1
        assert numbers.look_up(numbers.space.number(50)).state == "resting"
        clock.advance(dt.timedelta(days=366))
        back = [numbers.draw(system(SOUTH_ACCOUNT), asks(20)).series for _ in range(4)]
        assert [(one.round, one.first_position) for one in back] == [(2, 40), (2, 60), (2, 80), (1, 110)]
        found = numbers.look_up(numbers.space.number(50))
        assert found.state == "issued"
        assert [one.series.account_id for one in found.holdings] == [SOUTH_ACCOUNT, NORTH_ACCOUNT]
        assert found.holdings[1].release is not None
        numbers.release(system(SOUTH_ACCOUNT), gives_back(back[0].series_id))
        clock.advance(dt.timedelta(days=366))
        third = numbers.draw(system(), asks(5)).series
        assert (third.round, third.first_position) == (3, 40)


def test_what_a_cloned_agent_drew_never_returns_whoever_releases_it(database: Database, tmp_path: Path) -> None:
    """Two copies of its disk may have handed out the same numbers; a third holder must not get them too."""
    clock = FixedClock(dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    agent, honest = uuid.uuid4(), uuid.uuid4()
    with service(database, tmp_path, clock=clock, numbers_rest_days=365) as numbers:
        drawn = numbers.draw(system(), asks(100, statement=Statement(agent_id=agent, call=1)))
        other = numbers.draw(system(SOUTH_ACCOUNT), asks(50, statement=Statement(agent_id=honest, call=1)))
        numbers.attend(system(), attends(Statement(agent_id=agent, call=2, nonce=drawn.nonce)))
        with pytest.raises(LabbroError):
            numbers.attend(system(), attends(Statement(agent_id=agent, call=2, nonce=drawn.nonce)))
        numbers.acknowledge(person("operator"), agent)
        numbers.release(system(), gives_back(drawn.series.series_id))
        numbers.release(system(SOUTH_ACCOUNT), gives_back(other.series.series_id))
        clock.advance(dt.timedelta(days=3660))
        back = [numbers.draw(system(), asks(count)).series for count in (50, 100, 10)]
        assert [(one.round, one.first_position) for one in back] == [(2, 100), (1, 150), (1, 250)]


# --- looking up ----------------------------------------------------------------------------------------------------


def test_a_number_is_looked_up(numbers: NumberService) -> None:
    series = numbers.draw(system(), asks(10)).series
    found = numbers.look_up(numbers.space.number(3))
    assert (found.state, found.position) == ("issued", 3)
    assert [one.series for one in found.holdings] == [series]


def test_a_number_that_does_not_exist_or_was_never_given_out_is_told_apart(
    database: Database, numbers: NumberService
) -> None:
    refused(database, "number-malformed", numbers.look_up, "12")
    refused(database, "number-check-digit", numbers.look_up, "0000000000001")
    refused(database, "number-never-issued", numbers.look_up, numbers.space.number(0))


def test_my_series_come_with_the_reason_of_every_gap(numbers: NumberService) -> None:
    first = numbers.draw(system(), asks(10)).series
    numbers.draw(system(SOUTH_ACCOUNT), asks(5))
    numbers.jump("person:operator", to=20, reason="rehearsal")
    numbers.draw(system(SOUTH_ACCOUNT), asks(5))
    last = numbers.draw(system(), asks(10)).series
    numbers.release(system(), gives_back(last.series_id, first_number=last.last_number, reason="torn label"))
    page = numbers.my_series(system())
    assert [one.series_id for one in page.series] == [last.series_id, first.series_id]
    assert [(one.kind, one.count) for one in page.stretches] == [
        ("held", 10),
        ("others", 5),
        ("skipped", 5),
        ("others", 5),
        ("held", 9),
        ("released", 1),
    ]
    assert page.stretches[2].reason == "Skipped by the operator: rehearsal"
    assert page.stretches[5].reason_da == "Frigivet: torn label"
    assert sum(one.count for one in page.stretches) == 35


def test_my_series_come_in_pages(numbers: NumberService) -> None:
    drawn = [numbers.draw(system(), asks(1)).series.series_id for _ in range(5)]
    first = numbers.my_series(system(), limit=2)
    second = numbers.my_series(system(), limit=2, before=first.before)
    third = numbers.my_series(system(), limit=2, before=second.before)
    assert [one.series_id for page in (first, second, third) for one in page.series] == drawn[::-1]
    assert third.before is None


def test_each_role_sees_the_series_within_its_reach(database: Database, numbers: NumberService) -> None:
    numbers.draw(system(), asks(1))
    numbers.draw(system(SOUTH_ACCOUNT), asks(1))

    def seen(caller) -> int:
        return len(numbers.my_series(caller).series)

    assert [seen(person(role)) for role in ("operator", "vendor", "laboratory")] == [2, 2, 1]
    assert seen(system()) == 1
    refused(database, "account-unknown", numbers.my_series, person("laboratory"), account_id=SOUTH_ACCOUNT)


def test_a_mistyped_number_is_explained_by_ones_own_series(numbers: NumberService) -> None:
    numbers.draw(system(), asks(1000))
    number = numbers.space.number(500)
    found = numbers.explain(system(), "7" + number[1:])
    assert found.likely is not None
    assert found.likely.number == number


def test_the_state_of_the_space_adds_up(numbers: NumberService, clock: FixedClock) -> None:
    series = numbers.draw(system(), asks(1000)).series
    numbers.release(system(), gives_back(series.series_id, last_number=numbers.space.number(99)))
    numbers.jump("person:operator", to=1500, reason="rehearsal")
    numbers.draw(system(), asks(500))
    state = numbers.state()
    assert (state.next_position, state.series, state.issued, state.released, state.skipped) == (2000, 2, 1500, 100, 500)
    assert state.left == state.capacity - 2000
    assert state.a_year == 1500
    assert state.ends_year == 9999
    assert state.stopped is None
    clock.advance(dt.timedelta(days=400))
    assert numbers.state().a_year == 0


def test_what_was_drawn_is_told_by_day(numbers: NumberService, clock: FixedClock) -> None:
    numbers.draw(system(), asks(10))
    numbers.draw(system(), asks(20))
    clock.advance(dt.timedelta(days=1))
    numbers.draw(system(), asks(5))
    days = numbers.drawn_by_day(system(), dt.date(2026, 1, 1))
    assert [(one.day.day, one.numbers, one.series) for one in days] == [(2, 30, 2), (3, 5, 1)]


# --- claims after a restore ----------------------------------------------------------------------------------------


def claims(numbers: NumberService, first: int, last: int, request: uuid.UUID | None = None) -> ClaimRequest:
    return ClaimRequest(
        request_id=request or uuid.uuid4(),
        first_number=numbers.space.number(first),
        last_number=numbers.space.number(last),
        reason="drawn before the restore",
    )


def test_numbers_that_a_restore_lost_are_claimed_by_who_holds_them(database: Database, numbers: NumberService) -> None:
    numbers.draw(system(), asks(10))
    numbers.jump("person:operator", to=50, reason="restored")
    numbers.draw(system(), asks(10))
    assert numbers.look_up(numbers.space.number(25)).state == "skipped"
    request = claims(numbers, 20, 29)
    made = numbers.claim(system(SOUTH_ACCOUNT), request)
    assert numbers.claim(system(SOUTH_ACCOUNT), request) == msgspec.structs.replace(made, again=True)
    found = numbers.look_up(numbers.space.number(25))
    assert (found.state, found.claim) == ("claimed", made)
    assert numbers.claims(person("vendor")) == (made,)
    assert numbers.claims(system()) == ()
    refused(database, "already-claimed", numbers.claim, system(), claims(numbers, 29, 30))
    other = claims(numbers, 30, 31, request.request_id)
    refused(database, "request-id-reused", numbers.claim, system(SOUTH_ACCOUNT), other)


@pytest.mark.parametrize(("first", "last"), [(5, 15), (45, 50), (60, 61), (25, 20)])
def test_only_what_was_skipped_is_claimed(database: Database, numbers: NumberService, first: int, last: int) -> None:
    numbers.draw(system(), asks(10))
    numbers.jump("person:operator", to=50, reason="restored")
    numbers.draw(system(), asks(10))
    refused(database, "claim-not-skipped", numbers.claim, system(), claims(numbers, first, last))


# --- what the database itself refuses ------------------------------------------------------------------------------


COPY_OF_A_SERIES = (
    "INSERT INTO numbers.series SELECT gen_random_uuid(), space, round, {positions}, account_id, NULL, NULL, NULL, "
    "NULL, NULL, actor, manual, {request}, request_digest, NULL, version, drawn_at FROM numbers.series"
)


@pytest.mark.parametrize(
    "statement",
    [
        COPY_OF_A_SERIES.format(positions="int8range(5, 6)", request="gen_random_uuid()"),
        COPY_OF_A_SERIES.format(positions="int8range(500, 600)", request="request_id"),
        COPY_OF_A_SERIES.format(
            positions="int8range(500, 600, '[]') + int8range(700, 701)", request="gen_random_uuid()"
        ),
        "UPDATE numbers.series SET positions = int8range(50, 60)",
        "DELETE FROM numbers.series",
        "TRUNCATE numbers.series CASCADE",
        "UPDATE numbers.space SET next_position = -1",
    ],
)
def test_the_database_refuses_what_would_give_a_number_twice(numbers: NumberService, statement: str) -> None:
    numbers.draw(system(), asks(10))
    with pytest.raises(psycopg.Error), numbers.parts.database.connection() as connection:
        connection.execute(statement.encode())


def test_every_act_is_in_the_audit(database: Database, numbers: NumberService) -> None:
    request = asks(10)
    series = numbers.draw(system(), request).series
    numbers.draw(system(), request)
    numbers.release(system(), gives_back(series.series_id))
    numbers.jump("person:operator", to=100, reason="rehearsal")
    acts = rows(database, "SELECT act, actor FROM audit.entry WHERE chain = 'numbers' ORDER BY sequence")
    me = system().actor
    assert acts == [
        ("numbers.draw", me),
        ("numbers.draw-again", me),
        ("numbers.release", me),
        ("numbers.jump", "person:operator"),
    ]


def test_a_service_of_another_form_is_refused_once_numbers_were_issued(database: Database, tmp_path: Path) -> None:
    with service(database, tmp_path, numbers_digits=12):
        pass
    with service(database, tmp_path, numbers_digits=13) as numbers:  # nothing was issued yet
        numbers.draw(system(), asks(1))
    with pytest.raises(LabbroError, match="LABBRO_NUMBERS_DIGITS"):
        service(database, tmp_path, numbers_digits=12)


def test_a_request_is_named_by_any_uuid(numbers: NumberService) -> None:
    assert numbers.draw(system(), asks(1, uuid.UUID(int=0))).series.request_id == uuid.UUID(int=0)
