"""The database: a pool of connections to the embedded PostgreSQL or to the one that LABBRO_DATABASE_URL names."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Literal, Self

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from labbro.errors import Unavailable
from labbro.platform import embedded, migrations, queries
from labbro.platform.settings import Settings

__all__ = ["Connection", "Database", "load_sql", "migrate", "pending_steps"]

Connection = psycopg.Connection[tuple[Any, ...]]

# How long a caller waits for a connection before it is told that the database does not answer.
WAIT_SECONDS = 10.0
REVIVE_SECONDS = 1.0
CONNECT_SECONDS = 5

# Many pages of a patient are asked of the disk at once (decision 0101).
_SESSION = (
    "-c timezone=UTC -c synchronous_commit=on -c idle_in_transaction_session_timeout=300s "
    "-c effective_io_concurrency=64"
)


class Database:
    """An open pool. One object for the life of a process; safe for threads."""

    def __init__(self, url: str, connections: int = 10, own: embedded.Embedded | None = None) -> None:
        self.url = url
        self._own = own
        self.pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=1,
            reconnect_timeout=WAIT_SECONDS,
            max_size=connections,
            timeout=WAIT_SECONDS,
            open=False,
            name="labbro",
            check=ConnectionPool.check_connection,
            kwargs={"options": _SESSION, "connect_timeout": CONNECT_SECONDS, "application_name": "labbro"},
        )

    @classmethod
    def open(cls, settings: Settings) -> Database:
        """Opens the database that the settings name; starts the embedded one if they name none.

        Raises Unavailable when it does not answer within ten seconds.
        """
        own = embedded.start(settings.postgres_dir) if settings.database_url is None else None
        database = cls(settings.database_url or (own.url if own else ""), settings.database_connections, own)
        try:
            psycopg.connect(database.url, connect_timeout=CONNECT_SECONDS).close()  # a wrong address is told at once
            database.pool.open(wait=True, timeout=WAIT_SECONDS)
        except (PoolTimeout, psycopg.Error) as error:
            database.close()
            raise Unavailable("The database does not answer; check LABBRO_DATABASE_URL.") from error
        return database

    @contextmanager
    def connection(self) -> Generator[Connection]:
        """A connection in a transaction: committed at the end, rolled back on an exception.

        Raises Unavailable when the database does not answer or goes away meanwhile: then nothing is known to be kept.
        """
        connection = self._take()
        try:
            with connection:  # commits or rolls back, then closes only what is broken
                yield connection
        except psycopg.OperationalError as error:
            if connection.closed:
                self._revive()
                raise Unavailable("The database went away during the work; try again in a moment.") from error
            raise
        finally:
            self.pool.putconn(connection)

    def answers(self) -> bool:
        """True when a trivial query comes back."""
        try:
            with self.connection() as connection:
                connection.execute("SELECT 1")
        except (Unavailable, psycopg.Error):
            return False
        return True

    def close(self) -> None:
        """Gives back all connections; stops the embedded PostgreSQL if no other process uses it."""
        self.pool.close()
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self) -> Connection:
        if self._own is not None:
            # All connections may be busy, or PostgreSQL may be dead: the first is waited for, the second mended.
            with suppress(PoolTimeout, psycopg.OperationalError):
                return self.pool.getconn(REVIVE_SECONDS)
            self._revive()
        try:
            return self.pool.getconn(WAIT_SECONDS)
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise Unavailable("The database does not answer; try again in a moment.") from error

    def _revive(self) -> None:
        """Starts the embedded PostgreSQL again if it died: nobody else would."""
        if self._own is not None:
            with suppress(Unavailable):
                self._own.revive()


def load_sql(package: str, file: str) -> Mapping[str, bytes]:
    """The named queries of one .sql file. See labbro.platform.queries."""
    return queries.load_sql(package, file)


def migrate(database: Database, stage: Literal["all", "before", "after"] = "all") -> list[str]:
    """Brings the schema up to this version of the code; returns the steps run. See labbro.platform.migrations."""
    return migrations.run(database.url, stage)


def pending_steps(database: Database) -> list[str]:
    """The schema steps that this version of the code has and the database has not."""
    return migrations.pending(database.url)
