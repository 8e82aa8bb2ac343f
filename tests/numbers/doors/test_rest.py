"""The REST door over HTTPS, through the typed client: draw, release, look up; each wrong wish its own problem."""

from __future__ import annotations

import ssl
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from labbro.errors import LabbroError
from labbro.numbers.model import ClaimRequest, DrawRequest, ReleaseRequest
from labbro.numbers.problems import ApprovalNeeded
from labbro.numbers.space import Space

from .conftest import APPROVAL_FROM, Running

SPACE = Space("npn")
WRONG = SPACE.number(5)[:-1] + str((int(SPACE.number(5)[-1]) + 1) % 10)


def request(count: int = 10, **more: Any) -> DrawRequest:
    return DrawRequest(request_id=uuid.uuid4(), count=count, **more)


def code(call: Any, *given: Any) -> str:
    with pytest.raises(LabbroError) as told:
        call(*given)
    assert told.value.message != told.value.message_da
    return told.value.code


def raw(running: Running, method: str, path: str, token: str | None = None, **more: Any) -> httpx.Response:
    trusted = ssl.create_default_context(cafile=str(running.certificate))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.request(method, running.address + path, verify=trusted, headers=headers, **more)


def test_a_series_is_drawn_looked_up_and_given_back(running: Running) -> None:
    with running.client() as client:
        asked = request(25)
        drawn = client.draw(asked)
        assert client.draw(asked).series == drawn.series
        assert client.draw(asked).again
        series = drawn.series
        assert (series.count, SPACE.position(series.first_number)) == (25, series.first_position)
        assert client.look_up(series.last_number).holdings[0].series.series_id == series.series_id
        back = ReleaseRequest(request_id=uuid.uuid4(), series_id=series.series_id, reason="for mange")
        released = client.release(back)
        assert released.count == 25
        assert client.release(back).again
        assert client.look_up(series.first_number).state == "released"
        page = client.my_series()
        assert series.series_id in {one.series_id for one in page.series}
        assert client.space().issued >= 25


def test_two_systems_never_get_the_same_number(running: Running) -> None:
    def draw(name: str) -> range:
        with running.client(name) as client:
            series = client.draw(request(7)).series
        return range(series.first_position, series.last_position + 1)

    with ThreadPoolExecutor(6) as threads:
        ranges = list(threads.map(draw, ["nord", "syd"] * 10))
    positions = [position for one in ranges for position in one]
    assert len(set(positions)) == len(positions) == 140


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (lambda client: client.draw(request(0)), "series-empty"),
        (lambda client: client.draw(request(10**9)), "series-too-large"),
        (lambda client: client.draw(request(1, space="other")), "space-unknown"),
        (lambda client: client.look_up("12345"), "number-malformed"),
        (lambda client: client.look_up(WRONG), "number-check-digit"),
        (lambda client: client.look_up(SPACE.number(SPACE.capacity - 1)), "number-never-issued"),
        (lambda client: client.series(uuid.uuid4()), "series-unknown"),
    ],
)
def test_each_wrong_wish_has_its_own_problem(running: Running, wish: Any, problem: str) -> None:
    with running.client() as client:
        before = client.space().next_position
        assert code(wish, client) == problem
        assert client.space().next_position == before


def test_a_system_that_is_not_certified_draws_nothing(running: Running) -> None:
    with running.client("vest") as client:
        assert code(client.draw, request()) == "system-not-certified"


def test_another_laboratorys_series_is_not_mine_and_a_release_happens_once(running: Running) -> None:
    with running.client("nord") as nord, running.client("syd") as syd:
        series = nord.draw(request(5)).series
        theirs = ReleaseRequest(request_id=uuid.uuid4(), series_id=series.series_id, reason="x")
        assert code(syd.release, theirs) == "series-not-yours"
        assert code(syd.series, series.series_id) == "series-not-yours"
        nord.release(ReleaseRequest(request_id=uuid.uuid4(), series_id=series.series_id, reason="fejl"))
        again = ReleaseRequest(request_id=uuid.uuid4(), series_id=series.series_id, reason="fejl")
        assert code(nord.release, again) == "already-released"
        asked = request(3)
        nord.draw(asked)
        other = DrawRequest(request_id=asked.request_id, count=4)
        assert code(nord.draw, other) == "request-id-reused"


def test_a_draw_far_above_plan_names_the_approval_that_it_waits_for(running: Running) -> None:
    asked = request(APPROVAL_FROM)
    with running.client() as client, pytest.raises(ApprovalNeeded) as told:
        client.draw(asked)
    token = running.token()
    waiting = raw(running, "GET", "/numbers/approvals", token).json()
    assert str(told.value.approval_id) in {one["approval_id"] for one in waiting if one["decision"] == "waiting"}
    answer = raw(
        running, "POST", "/numbers/series", token, json={"request_id": str(asked.request_id), "count": asked.count}
    )
    assert (answer.status_code, answer.json()["approval_id"]) == (409, str(told.value.approval_id))


def test_only_what_was_skipped_can_be_claimed(running: Running) -> None:
    with running.client() as client:
        series = client.draw(request(2)).series
        asked = ClaimRequest(
            request_id=uuid.uuid4(), first_number=series.first_number, last_number=series.last_number, reason="x"
        )
        assert code(client.claim, asked) == "claim-not-skipped"
        assert client.claims() == ()


def test_nobody_and_a_bad_token_are_refused(running: Running) -> None:
    body = {"request_id": str(uuid.uuid4()), "count": 1}
    for token in (None, "x", running.token() + "x"):
        answer = raw(running, "POST", "/numbers/series", token, json=body)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-recognised")
    for path in ("/numbers/space", "/numbers/series", "/numbers/agents", "/numbers/1000000000037"):
        assert raw(running, "GET", path).status_code == 401


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"count": 1}', b'{"request_id": "x", "count": 1}', b'{"request_id": null}']
)
def test_a_body_that_is_no_draw_is_refused_and_changes_nothing(running: Running, content: bytes) -> None:
    token = running.token()
    answer = raw(running, "POST", "/numbers/series", token, content=content)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_description_names_every_operation_of_the_door(running: Running) -> None:
    told = raw(running, "GET", "/api-description/openapi.json").json()
    operations = {one["operationId"] for path in told["paths"].values() for one in path.values()}
    assert operations >= {
        "draw-series", "attend", "release-series", "list-series", "show-series", "show-space", "list-drawn",
        "look-up-number", "explain-number", "list-approvals", "decide-approval", "list-agents", "acknowledge-agent",
        "claim-numbers", "list-claims",
    }  # fmt: skip
