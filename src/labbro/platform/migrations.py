"""Schema changes: numbered .sql steps in each room's `schema` folder, run by Alembic.

`NNNN_name.before.sql` is run before new code starts (it only adds), `NNNN_name.after.sql` once no old code runs (it
takes away). Each room and stage is a branch of its own in one version table, so a room never waits for another room's
number. A step that has been released is never edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from types import ModuleType
from typing import Literal, cast

import msgspec
import psycopg
import sqlalchemy
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script
from alembic.script.revision import ResolutionError, RevisionMap
from sqlalchemy.exc import OperationalError

from labbro.errors import NotConfigured, Unavailable

VERSION_TABLE = "schema_version"
_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.(before|after)\.sql")
_LOCK = 0x6C616262726F  # one migration at a time in a database: pg_advisory_lock("labbro")

Stage = Literal["before", "after"]
Wanted = Literal["all", "before", "after"]


class Step(msgspec.Struct, frozen=True):
    """One .sql file. `key` names it in the version table, `previous` the step of the same room and stage before it."""

    key: str
    previous: str | None
    room: str
    stage: Stage
    sql: str


def steps() -> tuple[Step, ...]:
    """All steps: before-steps first, rooms by name, then by number. Raises ValueError on a bad name or a twin."""
    found: list[Step] = []
    for stage in ("before", "after"):
        for room in sorted(files("labbro").iterdir(), key=lambda entry: entry.name):
            if room.joinpath("schema").is_dir():
                found.extend(_room_steps(room.name, stage))
    return tuple(found)


def run(url: str, stage: Wanted = "all") -> list[str]:
    """Runs what is missing, each step in its own transaction with its mark; returns the keys of the steps run.

    Raises NotConfigured when the database was made by a newer Labbro, Unavailable when it does not answer.
    """
    engine = _engine(url)
    done: list[str] = []
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
            connection.commit()
            for step in _missing(connection):
                if stage in ("all", step.stage):
                    _apply(connection, step)
                    done.append(step.key)
    except OperationalError as error:
        raise Unavailable("The database does not answer, so its schema cannot be checked.") from error
    finally:
        engine.dispose()
    return done


def pending(url: str) -> list[str]:
    """The keys of the steps that are not in the database yet."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return [step.key for step in _missing(connection)]
    except OperationalError as error:
        raise Unavailable("The database does not answer, so its schema cannot be checked.") from error
    finally:
        engine.dispose()


def _room_steps(room: str, stage: Stage) -> list[Step]:
    names = sorted(entry.name for entry in files("labbro").joinpath(room, "schema").iterdir())
    found: list[Step] = []
    for name in names:
        match = _FILE.fullmatch(name)
        if match is None:
            raise ValueError(f"{room}/schema/{name} is not named NNNN_name.before.sql or NNNN_name.after.sql")
        if match[3] != stage:
            continue
        key = f"{room}_{stage}_{match[1]}"
        if found and found[-1].key == key:
            raise ValueError(f"{room}/schema has two steps {match[1]} {stage}")
        sql = files("labbro").joinpath(room, "schema", name).read_text(encoding="utf-8")
        found.append(Step(key=key, previous=found[-1].key if found else None, room=room, stage=stage, sql=sql))
    return found


def _missing(connection: sqlalchemy.Connection) -> list[Step]:
    known = {step.key: step for step in steps()}
    heads = _context(connection).get_current_heads()
    connection.commit()
    done: set[str] = set()
    for head in heads:
        if head not in known:
            raise NotConfigured(
                "The database was made by a newer Labbro; install that version or use another database."
            )
        key: str | None = head
        while key is not None:
            done.add(key)
            key = known[key].previous
    return [step for key, step in known.items() if key not in done]


def _apply(connection: sqlalchemy.Connection, step: Step) -> None:
    """Runs one step through Alembic, which keeps the version table."""
    revisions = RevisionMap(lambda: [_script(one) for one in steps()])

    def upgrade(_heads: object, _context: object) -> Iterator[MigrationStep]:
        script = revisions.get_revision(step.key)
        assert isinstance(script, Script)
        yield MigrationStep.upgrade_from_script(revisions, script)

    try:
        context = _context(connection, upgrade)
        with Operations.context(context), context.begin_transaction():
            context.run_migrations()
        connection.commit()
    except ResolutionError as error:
        raise NotConfigured("The database's list of schema steps does not fit this Labbro.") from error


def _script(step: Step) -> Script:
    """A step as Alembic sees one: a module with an `upgrade` function."""
    module = ModuleType(step.key, f"{step.key}: schema step")

    def upgrade(**_: object) -> None:
        from alembic import op

        raw = cast("psycopg.Connection[tuple[object, ...]]", op.get_bind().connection.driver_connection)
        raw.execute(step.sql.encode())

    vars(module).update(revision=step.key, down_revision=step.previous, upgrade=upgrade)
    return Script(module, step.key, f"{step.key}.sql")


def _context(connection: sqlalchemy.Connection, fn: object = None) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "fn": fn})


def _engine(url: str) -> sqlalchemy.Engine:
    return sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url, connect_timeout=5), poolclass=sqlalchemy.NullPool
    )
