"""What the database holds, read for the checker: after a recovery, a failover or a restore."""

from __future__ import annotations

from labbro.numbers.checker import Drawn, Kept, KeptSeries
from labbro.numbers.space import Space
from labbro.platform.database import Connection, load_sql

_SQL = load_sql("labbro.numbers", "recovering.sql")


def read_kept(connection: Connection, space: Space) -> Kept:
    """Everything of one space, in one consistent view. The connection must be in no transaction yet."""
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    row = connection.execute(_SQL["next_position"], [space.name]).fetchone()
    series = connection.execute(_SQL["all_series"], [space.name]).fetchall()
    releases = connection.execute(_SQL["all_releases"], [space.name]).fetchall()
    gaps = connection.execute(_SQL["all_gaps"], [space.name]).fetchall()
    return Kept(
        capacity=space.capacity,
        next_position=row[0] if row else 0,
        series=[KeptSeries(Drawn(*columns), account, request) for *columns, account, request in series],
        releases=[Drawn(*columns) for columns in releases],
        gaps=[Drawn(*columns) for columns in gaps],
    )
