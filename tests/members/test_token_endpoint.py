"""POST /oauth/token as a system sees it, through the whole server."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient

from .building import World
from .test_authentication import assertion, form


def test_a_system_asks_for_a_token(client: TestClient, world: World) -> None:
    answer = client.post("/oauth/token", data=form(assertion(world, aud="http://127.0.0.1:8400")))
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
    assert answer.headers["cache-control"] == "no-store"


def test_a_refusal_is_told_in_the_words_of_oauth_and_in_two_languages(client: TestClient, world: World) -> None:
    answer = client.post("/oauth/token", data=form(assertion(world)))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert "http://127.0.0.1:8400/oauth/token" in answer.json()["error_description"]
    assert "aud skal være" in answer.json()["error_description_da"]


@pytest.mark.parametrize("body", ["", "grant_type=password", "x=1&grant_type=client_credentials", "%%%", "a=%00"])
def test_what_is_no_token_request_is_refused(client: TestClient, body: str) -> None:
    answer = client.post("/oauth/token", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code in (400, 401)
