"""A small country of members on a fresh PostgreSQL."""

from __future__ import annotations

import pytest

from labbro.platform.database import Database

from .building import World, new_world


@pytest.fixture
def world(database: Database) -> World:
    return new_world(database)
