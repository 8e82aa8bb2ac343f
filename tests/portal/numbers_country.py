"""The invented members of the demonstration with a past of draws, behind the whole server, for tests of its pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from litestar.testing import TestClient
from lxml import html

from labbro import server
from labbro.databank import Databank
from labbro.members import demonstration as membership
from labbro.members.demonstration import made
from labbro.members.members import Members
from labbro.numbers import demonstration as past
from labbro.numbers.durability import Durability
from labbro.numbers.service import open_numbers
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities
from labbro.platform.settings import Settings

NOW = dt.datetime(2026, 5, 11, 7, 0, tzinfo=dt.UTC)
SECRET = b"a secret of thirty-two bytes or so"
Client = TestClient[Any]

WHO = {"operator": "olga", "vendor": "nora", "laboratory": "karla", "clinician": "asta"}
PAGES = (
    "", "/series", "/look-up", "/draw", "/approvals", "/agents", "/board", "/accounts", "/systems", "/contacts",
    "/people", "/notices", "/questions", "/mails",
)  # fmt: skip


@contextmanager
def country(database: Database, folder: Path) -> Iterator[server.Services]:
    """All services, opened on a database that is thrown away."""
    settings = Settings(data_dir=folder, secret=SECRET, demonstration=True, lookups_per_hour=100)
    clock = FixedClock(NOW)
    identities = SeededIdentities(1, clock)
    members = Members.open(database, settings, clock, identities)
    membership.found(members)
    numbers = open_numbers(
        database=database,
        settings=settings,
        clock=clock,
        identities=identities,
        directories=members.directories,
        durability=Durability(of_disk=False),
    )
    past.found(numbers, members)
    databank = Databank(database=database, settings=settings, clock=clock, identities=identities)
    try:
        yield server.Services(
            settings=settings,
            database=database,
            databank=databank,
            members=members,
            clock=clock,
            identities=identities,
            numbers=numbers,
        )
    finally:
        numbers.close()


def id_of(services: server.Services, key: str) -> UUID:
    """The id of something the membership made."""
    found = made(services.members, key)
    assert found is not None, key
    return found


@contextmanager
def signed_in(services: server.Services, who: str) -> Iterator[Client]:
    """A client in which somebody signed in."""
    with TestClient(app=server.application(services), base_url="http://127.0.0.1:8400") as client:
        client.follow_redirects = False
        answer = client.get("/sign-in")
        told = client.post("/sign-in/demonstration", data={"form_token": token_of(answer), "who": who})
        assert told.status_code == 303, who
        yield client


def token_of(answer: httpx.Response) -> str:
    """The form token of a page."""
    return html.fromstring(answer.text).xpath("//input[@name='form_token']/@value")[0]


def words(answer: httpx.Response) -> str:
    """What a page says."""
    return " ".join(" ".join(html.fromstring(answer.text).xpath("//body")[0].itertext()).split())


def fields(answer: httpx.Response, action: str) -> dict[str, str | list[str]]:
    """The fields of the form with an action, as a browser would send them."""
    form = next(one for one in html.fromstring(answer.text).forms if one.get("action", "").startswith(action))
    told: dict[str, str | list[str]] = {}
    for name, value in form.form_values():
        known = told.get(name)
        told[name] = value if known is None else [*([known] if isinstance(known, str) else known), value]
    return told


def act(client: Client, address: str, **filled: str | list[str]) -> httpx.Response:
    """Opens the form at an address, fills fields in, and sends it."""
    page = client.get(address)
    assert page.status_code == 200, (address, words(page))
    action = address.partition("?")[0]
    return client.post(action, data={**fields(page, action), **filled})
