"""What the agreement board wants to know of the number service: when a laboratory last drew by itself, its stock."""

from __future__ import annotations

from uuid import UUID

from labbro.members.board import DrawFacts
from labbro.members.gate import danish_day
from labbro.platform.database import Database, load_sql

_SQL = load_sql("labbro.numbers", "drawing_facts.sql")


def drawing_facts(database: Database) -> dict[UUID, DrawFacts]:
    """By laboratory; one that never drew by itself is not in it. The stock is what its agents said last."""
    with database.connection() as connection:
        rows = connection.execute(_SQL["last_automatic"]).fetchall()
        told = connection.execute(_SQL["stocks_told"]).fetchall()
    stocks = {laboratory_id: (days, danish_day(at)) for laboratory_id, days, at in told}
    facts: dict[UUID, DrawFacts] = {}
    for laboratory_id, at in rows:
        days, told_on = stocks.get(laboratory_id, (None, None))
        facts[laboratory_id] = DrawFacts(danish_day(at), days, told_on)
    return facts
