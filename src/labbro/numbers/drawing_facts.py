"""What the agreement board wants to know of the number service: when each laboratory last drew by itself."""

from __future__ import annotations

from uuid import UUID

from labbro.members.board import DrawFacts
from labbro.members.gate import danish_day
from labbro.platform.database import Database, load_sql

_SQL = load_sql("labbro.numbers", "drawing_facts.sql")


def drawing_facts(database: Database) -> dict[UUID, DrawFacts]:
    """By laboratory; one that never drew by itself is not in it. Stocks are not told to the service yet."""
    with database.connection() as connection:
        rows = connection.execute(_SQL["last_automatic"]).fetchall()
    return {laboratory_id: DrawFacts(last_automatic_on=danish_day(at)) for laboratory_id, at in rows}
