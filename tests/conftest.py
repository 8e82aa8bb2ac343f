"""Fixtures for all rooms: the shared material, a browser, and a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from labbro.platform import embedded, migrations
from labbro.platform.database import Database

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"


def pytest_configure(config: pytest.Config) -> None:
    """Gives this run a temporary root of its own.

    pytest closes the root that all runs of a user share whenever a run begins; PostgreSQL, which root hands to another
    account, would lose its files under a run that is still going on.

    A shell ignores Ctrl-C for what it starts in the background, and nohup ignores the end of the terminal; what a test
    starts would inherit that and never stop at the signal.
    """
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if not hasattr(config, "workerinput") and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
    if not hasattr(config, "workerinput") and "PYTEST_DEBUG_TEMPROOT" not in os.environ:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.mkdtemp(prefix="labbro-tests-")
        config.add_cleanup(_forget_temporary_root)


def _forget_temporary_root() -> None:
    shutil.rmtree(os.environ.pop("PYTEST_DEBUG_TEMPROOT"), ignore_errors=True)


def _absent(reason: str) -> None:
    """Skips where a developer's machine lacks something; fails where nothing may be lacking."""
    if IN_CI:
        pytest.fail(f"{reason} (CI=true)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the public samples and schemas, beside this repository."""
    folder = ROOT.parent / "shared"
    if not (folder / "medcom").is_dir():
        _absent("the folder ../shared with MedCom's samples is not beside the repository")
    return folder


@pytest.fixture(scope="session")
def browser_path() -> str:
    """A Chromium that Playwright can drive."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    _absent("no chromium is installed")
    raise AssertionError


@pytest.fixture(scope="session")
def cluster() -> Iterator[embedded.Embedded]:
    """One real PostgreSQL for the whole run, without waiting for the disk.

    Not in pytest's own folder: every other run that starts shuts that folder to PostgreSQL's account again.
    """
    with tempfile.TemporaryDirectory(prefix="labbro-tests-", ignore_cleanup_errors=True) as folder:
        running = embedded.start(Path(folder), durable=False)
        yield running
        running.close()


@pytest.fixture(scope="session")
def new_empty_database_url(cluster: embedded.Embedded) -> Callable[[], str]:
    """Makes a database without any table at every call; gives its address."""

    def make() -> str:
        name = f"empty_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return cluster.url_of(name)

    return make


@pytest.fixture(scope="session")
def _migrated_template(new_empty_database_url: Callable[[], str]) -> str:
    """A database with the whole schema, copied for every test that wants one."""
    url = new_empty_database_url()
    migrations.run(url)
    return str(conninfo_to_dict(url)["dbname"])


@pytest.fixture(scope="session")
def new_database_url(cluster: embedded.Embedded, _migrated_template: str) -> Callable[[], str]:
    """Makes a fresh database with the whole schema at every call (tens of milliseconds); gives its address."""

    def make() -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {_migrated_template} STRATEGY file_copy".encode())
        return cluster.url_of(name)

    return make


@pytest.fixture
def database(new_database_url: Callable[[], str]) -> Iterator[Database]:
    """A fresh, migrated database for one test: labbro.platform.database.Database."""
    with Database(new_database_url(), connections=8) as opened:
        opened.pool.open(wait=True)
        yield opened


@pytest.fixture(scope="module")
def module_database(new_database_url: Callable[[], str]) -> Iterator[Database]:
    """A fresh, migrated database for one module of tests: labbro.platform.database.Database."""
    with Database(new_database_url(), connections=8) as opened:
        opened.pool.open(wait=True)
        yield opened
