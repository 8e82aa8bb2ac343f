"""The database fails in the middle: nothing is half stored, and the caller is told so."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg
import pytest

from labbro.errors import Unavailable
from labbro.letters.findings import Finding

from .building import NOW, reading, take

TABLES = ("patient", "letter", "report", "sample", "result", "receipt", "refused_letter")


def rows(database):
    with database.connection() as connection:
        return {table: connection.execute(f"SELECT count(*) FROM databank.{table}").fetchone()[0] for table in TABLES}


def fail_on(database, table, state):
    """Makes the next row of a table fail with this error, as a full disk or a dying server would."""
    with database.connection() as connection:
        connection.execute(
            f"""
            CREATE FUNCTION databank.fail() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'could not extend file for Opdigtet 1111571231' USING ERRCODE = '{state}'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON databank.{table} FOR EACH ROW EXECUTE FUNCTION databank.fail();
            """
        )


def mend(database, table):
    with database.connection() as connection:
        connection.execute(f"DROP TRIGGER fail ON databank.{table}; DROP FUNCTION databank.fail();")


def three(identifier=""):
    error = Finding("error", "too-long", None, "Too long.", "For lang.")
    return (
        reading(identifier=f"A{identifier}", acknowledge=True),
        reading(identifier=f"B{identifier}", findings=(error,)),
        reading(identifier=f"C{identifier}"),
    )


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("state", ["53100", "57P01", "58030", "XX001"], ids=["disk full", "shutdown", "io", "corrupt"])
def test_a_fault_while_any_table_is_written_leaves_nothing_behind(databank, database, table, state):
    empty = rows(database)
    fail_on(database, table, state)
    with pytest.raises(Unavailable) as fault:
        take(databank, *three())
    assert "1111571231" not in f"{fault.value} {fault.value.__cause__}"
    mend(database, table)
    assert rows(database) == empty
    assert [outcome.kind for outcome in take(databank, *three())] == ["stored", "refused", "stored"]


def test_groups_told_before_the_fault_are_kept(databank, database):
    told = databank.intake_stream(
        (reading(identifier=f"L{number}") for number in range(1000)), NOW, "request-1", "load"
    )
    first = next(told)
    fail_on(database, "letter", "53100")
    seen = [first.reference]
    with pytest.raises(Unavailable):
        seen.extend(outcome.reference for outcome in told)
    with database.connection() as connection:
        kept = {row[0] for row in connection.execute("SELECT letter_identifier FROM databank.letter")}
    assert set(seen) <= kept


def test_a_connection_that_dies_before_the_commit_leaves_nothing_behind(databank, database, cluster):
    empty = rows(database)
    with database.connection() as connection:
        name = connection.execute("SELECT current_database()").fetchone()[0]
        connection.execute(
            """
            CREATE FUNCTION databank.fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON databank.report FOR EACH ROW EXECUTE FUNCTION databank.fail();
            """
        )
    with pytest.raises(Unavailable):
        take(databank, *three())
    with psycopg.connect(cluster.url_of(name)) as connection:
        connection.execute("DROP TRIGGER fail ON databank.report")
    assert rows(database) == empty
    assert [outcome.kind for outcome in take(databank, *three())] == ["stored", "refused", "stored"]


def test_an_answer_lost_after_the_commit_is_given_again(databank, database, monkeypatch):
    """The connection breaks while the commit is confirmed: the caller must send again, and finds it stored."""
    real = type(database).connection

    def breaking(self):
        @contextmanager
        def wrapped():
            with real(self) as connection:
                yield connection
            raise Unavailable("The database went away during the work; try again in a moment.")

        return wrapped()

    databank.verify()
    with monkeypatch.context() as fault:
        fault.setattr(type(database), "connection", breaking)
        with pytest.raises(Unavailable):
            take(databank, reading())
    assert [outcome.kind for outcome in take(databank, reading())] == ["again"]


def test_questions_are_told_unavailable_without_the_databases_own_words(databank, database):
    (outcome,) = take(databank, reading())
    with database.connection() as connection:
        connection.execute(
            """
            ALTER TABLE databank.report RENAME TO report_before;
            CREATE FUNCTION databank.fail() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
            BEGIN RAISE EXCEPTION 'Opdigtet 1111571231' USING ERRCODE = '58030'; END $$;
            CREATE VIEW databank.report AS SELECT patient_key, letter_key, received_at, authorised_at, kind,
                databank.fail()::json AS body FROM databank.report_before;
            """
        )
    with pytest.raises(Unavailable) as fault:
        databank.history(outcome.patient_key)
    assert "1111571231" not in str(fault.value)
