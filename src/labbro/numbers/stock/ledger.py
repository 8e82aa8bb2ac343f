"""The SQLite file of a stock: opened, checked, written in transactions that are durable when they end.

Write-ahead log with synchronous=FULL: every commit waits for the disk (docs/decisions/0055). Nothing here knows what
the tables mean; that is stock.py and outgoing.py.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from labbro.errors import LabbroError, NotFound, Unavailable
from labbro.numbers.stock import place
from labbro.platform.queries import load_sql

APPLICATION_ID: Final = 0x4C62534B  # "LbSK"
SCHEMA_VERSION: Final = 1
_PACKAGE: Final = "labbro.numbers.stock"
_FULL: Final = 2
_PRIMARY_CODE: Final = 0xFF

Values = Sequence[Any] | Mapping[str, Any]


def _queries() -> dict[str, str]:
    return {name: text.decode() for name, text in load_sql(_PACKAGE, "ledger.sql").items()}


class Ledger:
    """One open file. Not for use after a fork; threads take turns."""

    def __init__(self, path: Path, *, stamp_path: Path | None = None, durable: bool = True) -> None:
        """Opens an existing file and keeps every other process out.

        `durable` False is for simulations only: commits do not wait for the disk.
        Raises NotFound `stock-missing`, Unavailable `stock-in-use`, `stock-corrupted`, `not-durable`.
        """
        if not path.is_file():
            raise NotFound(
                f"There is no stock at {path}; make one with: labbro stock init.",
                message_da=f"Der er intet lager i {path}; lav et med: labbro stock init.",
                code="stock-missing",
            )
        self.path = path
        self.lock = place.Lock(lock_path(path))
        self.mutex = threading.RLock()
        self._queries = _queries()
        self._process = os.getpid()
        self._broken: str | None = None
        self._stamp_path = stamp_path or _beside(path, "stamp")
        self._stamp: place.StampFile | None = None
        try:
            self._connection = _connect(path)
            _set_up(self._connection, durable=durable)
            self._stamp = place.StampFile(self._stamp_path)
        except sqlite3.Error as error:
            self.close()
            raise _explained(error) from error
        except BaseException:
            self.close()
            raise

    @property
    def stamp(self) -> place.StampFile:
        """The stamp file beside the ledger."""
        assert self._stamp is not None
        return self._stamp

    @property
    def broken(self) -> str | None:
        """The code of the fault after which this process must open the file anew; None while all is well."""
        return self._broken

    @contextmanager
    def transaction(self) -> Generator[None]:
        """One transaction, durable when the block has ended without an exception; else nothing of it is kept.

        After a failure of the disk the outcome may be unknown: this object then refuses everything, and the file tells
        the truth when it is opened again.
        """
        with self.mutex:
            self._check_usable()
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise self._noted(error) from error
            except BaseException:
                self._roll_back()
                raise

    def run(self, name: str, values: Values = ()) -> int:
        """Runs a named statement; gives how many rows it changed."""
        return self._connection.execute(self._queries[name], values).rowcount

    def one(self, name: str, values: Values = ()) -> tuple[Any, ...] | None:
        """The first row of a named query."""
        with self.mutex:
            self._check_usable()
            try:
                return self._connection.execute(self._queries[name], values).fetchone()
            except sqlite3.Error as error:
                raise self._noted(error) from error

    def all(self, name: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """All rows of a named query."""
        with self.mutex:
            self._check_usable()
            try:
                return self._connection.execute(self._queries[name], values).fetchall()
            except sqlite3.Error as error:
                raise self._noted(error) from error

    def check_integrity(self) -> None:
        """Has SQLite look through the whole file. Raises Unavailable `stock-corrupted`."""
        with self.mutex:
            self._check_usable()
            try:
                found = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            except sqlite3.Error as error:
                raise self._noted(error) from error
        if found is None or found[0] != "ok":
            raise self.give_up("stock-corrupted")

    def pragma(self, name: str) -> Any:
        """What SQLite says of itself."""
        return self._connection.execute(f"PRAGMA {name}").fetchone()[0]

    def limit_pages(self, pages: int) -> None:
        """Lets the file grow no further than so many pages: how tests fill the disk."""
        self._connection.execute(f"PRAGMA max_page_count = {int(pages)}")

    def give_up(self, code: str) -> LabbroError:
        """Refuses everything from now on; gives the error to raise."""
        self._broken = code
        return _fault(code)

    def close(self) -> None:
        """Lets the next process in. What was committed stays; closing twice does nothing."""
        with self.mutex:
            if connection := getattr(self, "_connection", None):
                connection.close()
            if self._stamp is not None:
                self._stamp.close()
                self._stamp = None
            if self._broken != "closed":
                self._broken = "closed"
                self.lock.release()

    def _check_usable(self) -> None:
        if self._broken is not None:
            raise _fault(self._broken)
        if os.getpid() != self._process:
            raise _fault("stock-forked")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                self._broken = "disk-failed"

    def _noted(self, error: sqlite3.Error) -> LabbroError:
        explained = _explained(error)
        if explained.code not in ("disk-full", "stock-in-use"):
            self._broken = explained.code
        return explained


def make_file(path: Path) -> sqlite3.Connection:
    """A new, empty file with the tables, still under its draft name; `publish` gives it its own.

    Raises Unavailable `disk-full` and the like.
    """
    from importlib.resources import files

    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _beside(path, "draft")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(draft, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        tables = files(_PACKAGE).joinpath("schema.sql").read_text(encoding="utf-8")
        connection.executescript(f"BEGIN;\n{tables}\nCOMMIT;")
    except sqlite3.Error as error:
        connection.close()
        raise _explained(error) from error
    return connection


def publish(path: Path) -> None:
    """Gives a draft its own name, durably; a file that is there already is not replaced (FileExistsError)."""
    draft = _beside(path, "draft")
    descriptor = os.open(draft, os.O_RDWR)
    os.fsync(descriptor)
    os.close(descriptor)
    os.link(draft, path)
    draft.unlink()
    place.sync_folder(path.parent)


def draft_path(path: Path) -> Path:
    """Where a new file is made before it gets its name."""
    return _beside(path, "draft")


def lock_path(path: Path) -> Path:
    """The lock file of a stock."""
    return _beside(path, "lock")


def statement(name: str) -> str:
    """The text of a named statement, for a file that is not yet published."""
    return _queries()[name]


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256, timeout=0)
    found = (
        connection.execute("PRAGMA application_id").fetchone()[0],
        connection.execute("PRAGMA user_version").fetchone()[0],
    )
    if found != (APPLICATION_ID, SCHEMA_VERSION):
        connection.close()
        raise _fault("stock-corrupted" if found[0] != APPLICATION_ID else "stock-other-version")
    return connection


def _set_up(connection: sqlite3.Connection, *, durable: bool) -> None:
    """Exclusive to this connection, write-ahead, every commit on the disk; asks whether it is so."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    connection.execute("PRAGMA foreign_keys = ON")
    if durable and (mode != "wal" or connection.execute("PRAGMA synchronous").fetchone()[0] != _FULL):
        raise _fault("not-durable")
    connection.execute("BEGIN IMMEDIATE")  # takes the exclusive lock now rather than at the first hand-out
    connection.execute("COMMIT")


def _explained(error: sqlite3.Error) -> LabbroError:
    primary = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
    codes = {
        sqlite3.SQLITE_FULL: "disk-full",
        sqlite3.SQLITE_BUSY: "stock-in-use",
        sqlite3.SQLITE_LOCKED: "stock-in-use",
        sqlite3.SQLITE_CORRUPT: "stock-corrupted",
        sqlite3.SQLITE_NOTADB: "stock-corrupted",
        sqlite3.SQLITE_CONSTRAINT: "stock-corrupted",  # the tables' own rules: a cursor that went back, a number twice
    }
    return _fault(codes.get(primary, "disk-failed"))


_FAULTS: Final = {
    "disk-full": (
        "The disk is full; no number was handed out. Make room, then go on.",
        "Disken er fuld; intet nummer blev udleveret. Skaf plads, og fortsæt så.",
    ),
    "disk-failed": (
        "The disk did not answer as it should; the stock must be opened anew.",
        "Disken svarede ikke, som den skal; lageret skal åbnes på ny.",
    ),
    "stock-in-use": (
        "Another process has this stock open; ask that one for numbers.",
        "En anden proces har dette lager åbent; bed den om numre.",
    ),
    "stock-corrupted": (
        "The stock's file contradicts itself and is not used; keep it, and begin a new stock.",
        "Lagerets fil modsiger sig selv og bruges ikke; gem den, og begynd et nyt lager.",
    ),
    "stock-other-version": (
        "The stock's file was made by another version of Labbro.",
        "Lagerets fil er lavet af en anden version af Labbro.",
    ),
    "stock-forked": (
        "A stock must be opened by the process that uses it, not by its parent.",
        "Et lager skal åbnes af den proces, der bruger det, ikke af dens forælder.",
    ),
    "not-durable": (
        "The stock's file cannot be written durably here; no number is handed out.",
        "Lagerets fil kan ikke skrives holdbart her; der udleveres ingen numre.",
    ),
    "closed": ("The stock is closed.", "Lageret er lukket."),
}


def _fault(code: str) -> Unavailable:
    english, danish = _FAULTS[code]
    return Unavailable(english, message_da=danish, code=code)
