"""What must hold for every table of the databank, asked of the catalogue."""

from __future__ import annotations

from uuid import UUID

from labbro.platform.database import Database, load_sql

SQL = load_sql("labbro.databank", "queries.sql")


def tables(database: Database) -> dict[str, list[str]]:
    """Each table with the columns of its primary key, in order."""
    with database.connection() as connection:
        rows = connection.execute(
            """
            SELECT class.relname, attribute.attname
            FROM pg_class class
            JOIN pg_namespace space ON space.oid = class.relnamespace AND space.nspname = 'databank'
            LEFT JOIN pg_index index ON index.indrelid = class.oid AND index.indisprimary
            LEFT JOIN LATERAL unnest(index.indkey) WITH ORDINALITY AS key (number, place) ON true
            LEFT JOIN pg_attribute attribute ON attribute.attrelid = class.oid AND attribute.attnum = key.number
            WHERE class.relkind IN ('r', 'p')
            ORDER BY class.relname, key.place
            """
        ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


def test_every_table_has_the_patient_first_in_its_primary_key(database):
    found = tables(database)
    expected = {"patient", "letter", "report", "sample", "result", "receipt", "refused_letter", "access_log"}
    assert expected | {"requisition", "delivery"} <= set(found)
    assert {table: key[0] for table, key in found.items()} == dict.fromkeys(found, "patient_key")


def test_a_history_is_read_from_bitmaps_so_that_many_pages_are_asked_of_the_disk_at_once(database):
    with database.connection() as connection:
        connection.execute(SQL["pages_at_once"])
        plan = connection.execute(b"EXPLAIN " + SQL["history"], {"patient_key": UUID(int=1)}).fetchall()
        at_once = connection.execute("SHOW effective_io_concurrency").fetchone()
    read = "\n".join(line for (line,) in plan)
    assert "Index Scan using" not in read
    for table in ("report", "sample", "result"):
        assert f"Bitmap Heap Scan on {table}" in read
    assert at_once == ("64",)


def test_no_constraint_reaches_over_patients_and_no_sequence_is_used(database):
    with database.connection() as connection:
        foreign = connection.execute(
            "SELECT conname FROM pg_constraint WHERE contype IN ('f', 'x') AND connamespace = 'databank'::regnamespace"
        ).fetchall()
        unique = connection.execute(
            """
            SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE indisunique AND NOT indisprimary AND relnamespace = 'databank'::regnamespace
            """
        ).fetchall()
        sequences = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'databank'::regnamespace"
        ).fetchall()
    assert (foreign, unique, sequences) == ([], [], [])
