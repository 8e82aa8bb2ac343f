"""What the registry knew when, by a moment: by the interface for programs and on the pages."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from lxml import html

from labbro.comparability.store import Change, RegistryStore
from labbro.platform.clock import FixedClock

from .test_pages import Client, sign_in, words
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


# --- the pages ---


@pytest.mark.parametrize("page", ["procedures", "groups"])
def test_a_page_is_shown_as_it_was_known_at_a_moment_and_says_so(client: Client, page: str) -> None:  # noqa: F811
    sign_in(client, "carla")
    now = words(client.get(f"/method-registry/{page}"))
    assert "psa-qsl-who" not in now
    assert "Vist som kendt" not in now
    then = words(client.get(f"/method-registry/{page}?known_at={BETWEEN}"))
    assert "psa-qsl-who" in then
    assert "Vist som kendt i version 1, frigivet 10.05.2026 09:08. Den nyeste er version 2." in then
    later = words(client.get(f"/method-registry/{page}?known_at={AFTER}"))
    assert "psa-qsl-who" not in later
    assert "Vist som kendt i version 2, frigivet 11.05.2026 09:08. Den er stadig den nyeste." in later


def test_the_moment_is_chosen_in_a_form_that_needs_no_script(client: Client) -> None:  # noqa: F811
    sign_in(client, "carla")
    for page, leads in (
        ("procedures", ["procedures"]),
        ("groups", ["groups"]),
        ("versions", ["procedures", "groups"]),
    ):
        told = html.fromstring(client.get(f"/method-registry/{page}").text)
        (form,) = told.xpath("//form[.//input[@name='known_at']]")
        assert form.get("method") == "get"
        (field,) = form.xpath(".//input[@name='known_at']")
        assert form.xpath(f".//label[@for='{field.get('id')}']")
        first, *others = form.xpath(".//button")
        addresses = [first.get("formaction") or form.get("action"), *(one.get("formaction") for one in others)]
        assert addresses == [f"/method-registry/{name}" for name in leads]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        (f"known_at={BEFORE}", 404, "dets første version blev frigivet 10.05.2026 09:08:09"),
        ("known_at=2026-05-14", 400, "ligger i fremtiden"),
        ("known_at=soon", 400, "er ikke et tidspunkt"),
        (f"known_at={BETWEEN}&version=1", 400, "ikke med begge"),
    ],
)
def test_a_moment_without_an_answer_is_told_on_the_page_which_shows_the_newest(
    client: Client,  # noqa: F811
    asked: str,
    status: int,
    said: str,
) -> None:
    sign_in(client, "carla")
    for page in ("procedures", "groups"):
        answer = client.get(f"/method-registry/{page}?{asked}")
        assert answer.status_code == status
        assert said in words(answer)
        assert "version 2" in words(answer)
    assert client.get("/method-registry/procedures?known_at=").status_code == 200


def test_filters_and_the_table_keep_to_the_version_that_is_shown(client: Client) -> None:  # noqa: F811
    sign_in(client, "carla")
    then = html.fromstring(client.get(f"/method-registry/procedures?known_at={BETWEEN}&producer=QSL").text)
    links = [one for one in then.xpath("//main//a/@href") if "producer=QSL" in one or "csv" in one]
    assert links == ["/method-registry/procedures?version=1&producer=QSL", "/method-registry/procedures.csv?version=1"]
    assert [one.value for one in then.xpath("//input[@name='producer']")] == ["QSL"]
    for link in links:
        assert "psa-qsl-who" in client.get(link).text
    assert "psa-qsl-who" not in client.get("/method-registry/procedures.csv").text
