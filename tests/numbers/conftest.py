"""A durable PostgreSQL for the number service: it refuses any other."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from labbro.numbers.service import NumberService
from labbro.platform import embedded, migrations
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database

from .building import NOW, open_database
from .building import service as make_service


@pytest.fixture(scope="session")
def durable_cluster() -> Iterator[embedded.Embedded]:
    """One real PostgreSQL that waits for the disk."""
    with tempfile.TemporaryDirectory(prefix="labbro-tests-", ignore_cleanup_errors=True) as folder:
        running = embedded.start(Path(folder))
        yield running
        running.close()


@pytest.fixture(scope="session")
def _template(durable_cluster: embedded.Embedded) -> str:
    with psycopg.connect(durable_cluster.url_of("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE numbers_template")
    url = durable_cluster.url_of("numbers_template")
    migrations.run(url)
    return str(conninfo_to_dict(url)["dbname"])


@pytest.fixture(scope="session")
def copy_database(durable_cluster: embedded.Embedded) -> Callable[[str], str]:
    """Copies a database of the durable cluster, as a backup does; gives the copy's address."""

    def copy(name: str) -> str:
        made = f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(durable_cluster.url_of("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )
            connection.execute(f"CREATE DATABASE {made} TEMPLATE {name} STRATEGY file_copy".encode())
        return durable_cluster.url_of(made)

    return copy


@pytest.fixture
def durable_url(durable_cluster: embedded.Embedded, _template: str) -> str:
    """A migrated database, emptied: copying one that waits for the disk takes seconds."""
    url = durable_cluster.url_of(_template)
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        for schema in ("numbers", "audit"):
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
            for (table,) in tables:
                connection.execute(f"DELETE FROM {schema}.{table}".encode())
    return url


@pytest.fixture
def durable_copy(copy_database: Callable[[str], str], durable_url: str) -> Callable[[], str]:
    """Copies that database as it is, as a backup does."""
    return lambda: copy_database(str(conninfo_to_dict(durable_url)["dbname"]))


@pytest.fixture
def database(durable_url: str) -> Iterator[Database]:
    with open_database(durable_url, connections=12) as opened:
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def numbers(database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[NumberService]:
    """The service, with the small world of building.py."""
    with make_service(database, tmp_path, clock=clock) as made:
        yield made
