"""What the registry knew when, by a moment: by the interface for programs and on the pages."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from labbro.comparability.store import Change, RegistryStore
from labbro.platform.clock import FixedClock

from .test_pages import Client
from .test_pages_comparability import client, judged_comparable, observed, store  # noqa: F401 - fixtures

# Version 1 is made at 2026-05-10 09:08:09 Danish time, version 2 a day later.
FIRST, BETWEEN, AFTER, BEFORE = "2026-05-10T09:08:09", "2026-05-11T09:00", "2026-05-12", "2026-05-10T09:00"


@pytest.fixture(autouse=True)
def second(store: RegistryStore, clock: FixedClock) -> None:  # noqa: F811
    """Version 2 judges the two PSA procedures comparable and takes a procedure out; then two days pass."""
    clock.advance(dt.timedelta(days=1))
    changes = (
        *judged_comparable(),
        Change(kind="assertion", entry_id="psa-who:psa-qsl-who"),
        Change(kind="procedure", entry_id="psa-qsl-who"),
    )
    store.release(store.propose(uuid.uuid4(), changes, by="anna", note="nyt forsøg").proposal_id, by="bent")
    clock.advance(dt.timedelta(days=2))


# --- the interface ---


@pytest.mark.parametrize(("moment", "version"), [(FIRST, 1), (BETWEEN, 1), (AFTER, 2), ("2026-05-11T07:08:09Z", 2)])
def test_registry_procedures_and_decision_are_asked_for_by_moment(client: Client, moment: str, version: int) -> None:  # noqa: F811
    asked = {"known_at": moment}
    assert client.get("/comparability/registry", params=asked).json()["version"] == version
    procedures = client.get("/comparability/procedures", params=asked)
    assert procedures.headers["labbro-registry-version"] == str(version)
    assert ("psa-qsl-who" in procedures.text) is (version == 1)
    table = client.get("/comparability/procedures", params=asked, headers={"accept": "text/csv"})
    assert table.headers["labbro-registry-version"] == str(version)
    two = {"first": observed("2022-02-28"), "second": observed("2022-03-01")}
    told = client.post("/comparability/decide", json={**two, **asked}).json()
    assert (told["version"], told["same_row"]) == (version, version == 2)


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"known_at": BEFORE}, 404, "registry-before-first"),
        ({"known_at": "2026-05-14"}, 400, "registry-moment-to-come"),
        ({"known_at": "soon"}, 400, "registry-moment"),
        ({"known_at": ""}, 400, "registry-moment"),
        ({"known_at": BETWEEN, "version": 1}, 400, "registry-version-or-moment"),
    ],
)
def test_a_moment_that_has_no_answer_has_a_problem_of_its_own(
    client: Client,  # noqa: F811
    asked: dict[str, Any],
    status: int,
    code: str,
) -> None:
    two = {"first": observed("2022-02-28"), "second": observed("2022-03-01")}
    for answer in (
        client.get("/comparability/registry", params=asked),
        client.get("/comparability/procedures", params=asked),
        client.post("/comparability/decide", json={**two, **asked}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"].startswith("application/problem+json")
