"""A databank on a real, fresh PostgreSQL for every test."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from labbro.databank import Databank
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities
from labbro.platform.settings import Settings

NOW = dt.datetime(2026, 5, 6, 7, 8, 9, tzinfo=dt.UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, secret=b"a secret of thirty-two bytes or so")


@pytest.fixture
def databank(database: Database, settings: Settings, clock: FixedClock) -> Databank:
    return Databank(database=database, settings=settings, clock=clock, identities=SeededIdentities(1, clock))
