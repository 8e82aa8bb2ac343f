"""Whether a request was answered before is looked up by its id, also by a plan made while nothing was stored."""

from __future__ import annotations

import datetime as dt
import json
from uuid import UUID

import psycopg

from labbro.platform.database import load_sql

ACCOUNT, REQUEST = UUID(int=1), UUID(int=2)


def test_a_plan_made_on_empty_tables_looks_requests_up_by_their_id(durable_url: str) -> None:
    asked = json.dumps([{"account_id": str(ACCOUNT), "request_id": str(REQUEST)}])
    query = load_sql("labbro.numbers", "issuing.sql")["asked"]
    with psycopg.connect(durable_url) as connection:
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        # Emptied here: a vacuum since an earlier test tells the planner of one page, which it rightly reads whole.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("TRUNCATE numbers.series, numbers.release CASCADE")
        rows = connection.execute(
            b"EXPLAIN " + query, [asked, 1, dt.date(2026, 11, 23), [ACCOUNT]], prepare=True
        ).fetchall()
        connection.rollback()
    told = "\n".join(line for (line,) in rows)
    for table in ("series", "release"):
        assert f"{table}_answers_once" in told, told
        assert f"Seq Scan on {table}" not in told
        assert "_of_account" not in told
