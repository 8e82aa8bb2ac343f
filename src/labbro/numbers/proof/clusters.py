"""A PostgreSQL of our own that may be killed; its databases are made from a migrated template and copied as backups."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

from labbro.errors import Unavailable
from labbro.platform import embedded, migrations

TEMPLATE: Final = "proof_template"
GONE_SECONDS: Final = 10.0


class Cluster:
    """One running PostgreSQL. `durable` False: it does not wait for the disk, which SIGKILL does not tell apart."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self.running = embedded.start(folder, durable=durable)
        self._made = 0
        self._run(f"DROP DATABASE IF EXISTS {TEMPLATE}", f"CREATE DATABASE {TEMPLATE}")
        migrations.run(self.running.url_of(TEMPLATE))

    def new_database(self) -> str:
        """An empty database with the whole schema; gives its address."""
        return self._copy(TEMPLATE)

    def copy(self, url: str) -> str:
        """A backup of a database as it is at this instant, ready to be used; cuts every connection to the original."""
        return self._copy(_name(url))

    def drop(self, url: str) -> None:
        """Removes a database."""
        self._run(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def kill(self) -> None:
        """SIGKILL for the postmaster and every process of it."""
        kill_postgres(self.running.folder)

    def revive(self) -> None:
        """Starts it again after a kill; it recovers from its log."""
        deadline = time.monotonic() + GONE_SECONDS
        while True:
            try:
                return self.running.revive()
            except Unavailable:  # what was killed is not gone yet
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def checkpoint(self) -> None:
        """Has everything written that is known to be committed."""
        self._run("CHECKPOINT")

    @contextmanager
    def settings(self, **values: str) -> Generator[None]:
        """Other settings for a while."""
        self._run(
            *(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in values.items()), "SELECT pg_reload_conf()"
        )
        try:
            yield
        finally:
            self._run(*(f"ALTER SYSTEM RESET {name}" for name in values), "SELECT pg_reload_conf()")

    def close(self) -> None:
        """Stops it."""
        self.running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _copy(self, name: str) -> str:
        self._made += 1
        made = f"proof_{os.getpid()}_{self._made}"
        cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - our name
        self._run(cut, f"CREATE DATABASE {made} TEMPLATE {name} STRATEGY file_copy")
        return self.running.url_of(made)

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.running.url_of("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def kill_postgres(folder: Path) -> None:
    """SIGKILL for the postmaster of an embedded PostgreSQL and for its children."""
    postmaster = int((folder / "cluster" / "postmaster.pid").read_text(encoding="ascii").split()[0])
    for process in [postmaster, *_children(postmaster)]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + GONE_SECONDS
    while Path(f"/proc/{postmaster}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)  # until it is reaped, it would be taken for a running one


def cut_connections(url: str, application: str) -> None:
    """Has PostgreSQL end the connections of one program to one database, in the middle of whatever they do."""
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name = %s"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(cut.encode(), [_name(url), application])


def _name(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])


def _children(process: int) -> list[int]:
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == process:
                    found.append(int(folder.name))
    return found
