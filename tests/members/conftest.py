"""A small country of members on a fresh PostgreSQL, alone or behind the whole server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from labbro import server
from labbro.databank import Databank
from labbro.members.members import Members
from labbro.platform.database import Database
from labbro.platform.settings import Settings

from .building import World, new_world


@pytest.fixture
def world(database: Database) -> World:
    return new_world(database)


@pytest.fixture
def services(world: World, tmp_path: Path) -> server.Services:
    settings = Settings(data_dir=tmp_path, secret=bytes(range(32)), demonstration=True)
    database, clock, identities = world.database, world.clock, world.identities
    return server.Services(
        settings=settings,
        database=database,
        databank=Databank(database=database, settings=settings, clock=clock, identities=identities),
        members=Members.open(database, settings, clock, identities),
        clock=clock,
        identities=identities,
    )


@pytest.fixture
def client(services: server.Services) -> Iterator[TestClient[Any]]:
    with TestClient(app=server.application(services), base_url="http://127.0.0.1:8400") as opened:
        opened.follow_redirects = False
        yield opened
