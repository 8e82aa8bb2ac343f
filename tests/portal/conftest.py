"""A whole Labbro on a fresh PostgreSQL, and letters of one invented patient put into it through the front door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.records.building import letter

from labbro import letters, server
from labbro.databank import Databank
from labbro.members.members import Members
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities
from labbro.platform.settings import Settings

from .provider import Provider

NOW = dt.datetime(2026, 5, 10, 7, 8, 9, tzinfo=dt.UTC)
SECRET = b"a secret of thirty-two bytes or so"
Put = Callable[..., None]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, secret=SECRET, demonstration=True, lookups_per_hour=5)


@pytest.fixture
def services(database: Database, settings: Settings, clock: FixedClock) -> server.Services:
    identities = SeededIdentities(1, clock)
    databank = Databank(database=database, settings=settings, clock=clock, identities=identities)
    members = Members.open(database, settings, clock, identities)
    return server.Services(
        settings=settings, database=database, databank=databank, members=members, clock=clock, identities=identities
    )


@pytest.fixture
def client(services: server.Services) -> Iterator[TestClient[Any]]:
    with TestClient(app=server.application(services), base_url="http://127.0.0.1:8400") as opened:
        opened.follow_redirects = False
        yield opened


def put_letter(databank: Databank, **changes: Any) -> None:
    """Writes a letter as XML, reads it again, and takes it in. Keyword arguments as in tests.records.building."""
    written = letters.write(letter(**changes), "xml")
    outcomes = databank.intake(letters.read(written.data), NOW, "request-0001", "load")
    assert [outcome.kind for outcome in outcomes] == ["stored"]


@pytest.fixture
def put(services: server.Services) -> Put:
    return lambda **changes: put_letter(services.databank, **changes)


@pytest.fixture
def provider() -> Iterator[Provider]:
    opened = Provider()
    yield opened
    opened.close()
