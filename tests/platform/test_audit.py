"""The audit: bound entry to entry, signed, and any change is found offline."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import msgspec
import psycopg
import pytest

from labbro.platform import audit
from labbro.platform.audit import Checkpointer, Entry
from labbro.platform.audit_verifier import Verdict, verify
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.signing import Signer

CLOCK = FixedClock(dt.datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=dt.UTC))
SIGNER = Signer(b"s" * 32, audit.SIGNING_LABEL)


def add(database: Database, *acts: str, chain: str = "numbers") -> None:
    with database.connection() as connection:
        audit.append(
            connection, CLOCK, chain, [Entry("system:1", act, f"series:{act}", {"n": 1, "a": "æ"}) for act in acts]
        )


def checkpointer(database: Database, folder: Path) -> Checkpointer:
    return Checkpointer(database, CLOCK, SIGNER, folder / "outside" / "checkpoints.jsonl")


def exported(database: Database) -> list[bytes]:
    with database.connection() as connection:
        return list(audit.export(connection, CLOCK.now(), SIGNER.public_key))


def checked(database: Database, outside: list[bytes] | None = None) -> Verdict:
    return verify(exported(database), public_key=SIGNER.public_key, outside=outside or ())


@pytest.fixture
def chain(database: Database, tmp_path: Path) -> Database:
    """Six entries of two chains; the first four are covered by checkpoints."""
    add(database, "one", "two", "three")
    add(database, "change", chain="members")
    checkpointer(database, tmp_path).once()
    add(database, "four", "five")
    return database


def tamper(database: Database, statement: str) -> None:
    """As somebody would who may do anything in the database."""
    with psycopg.connect(database.url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode())


def test_an_untouched_chain_holds(chain: Database, tmp_path: Path) -> None:
    outside = (tmp_path / "outside" / "checkpoints.jsonl").read_bytes().splitlines()
    verdict = checked(chain, outside)
    assert verdict.holds
    assert (verdict.entries, verdict.checkpoints, verdict.unsigned) == (6, 4, 2)
    assert verdict.known_signer


def test_an_empty_audit_holds(database: Database) -> None:
    assert checked(database).holds


def test_rows_cannot_be_changed_by_a_slip_of_the_hand(chain: Database) -> None:
    for statement in ("UPDATE audit.entry SET act = 'x'", "DELETE FROM audit.checkpoint", "TRUNCATE audit.entry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), chain.connection() as connection:
            connection.execute(statement.encode())


ENTRY_CHANGES = {
    "chain": "chain = 'others'",
    "sequence": "sequence = 99",
    "at": "at = at + interval '1 microsecond'",
    "actor": "actor = 'system:2'",
    "act": "act = 'another'",
    "subject": "subject = 'series:another'",
    "detail": """detail = '{"a":"æ","n":2}'""",
    "previous": "previous = sha256('x')",
    "digest": "digest = sha256('x')",
}


def columns_of(database: Database, table: str) -> set[str]:
    with database.connection() as connection:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'audit' AND table_name = %s",
            [table],
        ).fetchall()
    return {name for (name,) in rows}


def test_every_column_is_tampered_with_below(database: Database) -> None:
    assert columns_of(database, "entry") == set(ENTRY_CHANGES)
    assert columns_of(database, "checkpoint") == set(CHECKPOINT_CHANGES)


@pytest.mark.parametrize("column", ENTRY_CHANGES)
@pytest.mark.parametrize("sequence", [1, 5])
def test_a_changed_column_of_an_entry_is_found(chain: Database, column: str, sequence: int) -> None:
    tamper(chain, f"UPDATE audit.entry SET {ENTRY_CHANGES[column]} WHERE chain = 'numbers' AND sequence = {sequence}")
    assert not checked(chain).holds


def test_white_space_in_the_detail_is_found(chain: Database) -> None:
    tamper(chain, """UPDATE audit.entry SET detail = '{"a": "æ", "n": 1}' WHERE sequence = 2""")
    assert not checked(chain).holds


CHECKPOINT_CHANGES = {
    "chain": "chain = 'others'",
    "sequence": "sequence = 2",
    "at": "at = at + interval '1 second'",
    "digest": "digest = sha256('x')",
    "public_key": f"public_key = '{Signer(b't' * 32, audit.SIGNING_LABEL).public_key}'",
    "signature": "signature = repeat('0', 128)",
}


@pytest.mark.parametrize("column", CHECKPOINT_CHANGES)
def test_a_changed_column_of_a_checkpoint_is_found(chain: Database, column: str) -> None:
    tamper(chain, f"UPDATE audit.checkpoint SET {CHECKPOINT_CHANGES[column]} WHERE chain = 'numbers'")
    assert not checked(chain).holds


@pytest.mark.parametrize("sequence", [1, 3, 4, 5])
def test_a_removed_entry_is_found(chain: Database, sequence: int) -> None:
    tamper(chain, f"DELETE FROM audit.entry WHERE chain = 'numbers' AND sequence = {sequence}")
    assert not checked(chain).holds


def test_entries_that_changed_places_are_found(chain: Database) -> None:
    tamper(chain, "UPDATE audit.entry SET sequence = 7 - sequence - 20 WHERE chain = 'numbers' AND sequence IN (3, 4)")
    tamper(chain, "UPDATE audit.entry SET sequence = sequence + 20 WHERE sequence < 0")
    assert not checked(chain).holds


def test_lines_of_an_export_that_changed_places_are_found(chain: Database) -> None:
    lines = exported(chain)
    lines[-2], lines[-3] = lines[-3], lines[-2]
    assert not verify(lines, public_key=SIGNER.public_key).holds


def rewritten(database: Database, *, from_sequence: int, act: str) -> None:
    """A forger who knows the code: changes an entry and makes every digest after it anew."""
    with psycopg.connect(database.url) as connection:
        connection.execute("SET session_replication_role = replica")
        rows = connection.execute(
            "SELECT sequence, at, actor, act, subject, detail::text, previous FROM audit.entry WHERE chain = 'numbers' "
            "AND sequence >= %s ORDER BY sequence",
            [from_sequence],
        ).fetchall()
        previous = rows[0][6]
        for sequence, at, actor, old, subject, detail, _ in rows:
            told = act if sequence == from_sequence else old
            digest = audit.digest_of(
                previous, "numbers", sequence, audit.written_time(at), actor, told, subject, detail
            )
            connection.execute(
                "UPDATE audit.entry SET act = %s, previous = %s, digest = %s WHERE chain = 'numbers' AND sequence = %s",
                [told, previous, digest, sequence],
            )
            previous = digest
        connection.execute("UPDATE audit.head SET digest = %s WHERE chain = 'numbers'", [previous])


def test_a_chain_rewritten_to_its_end_is_found_by_the_checkpoint(chain: Database) -> None:
    rewritten(chain, from_sequence=2, act="forged")
    verdict = checked(chain)
    assert "the entry is not the one that was signed" in [fault.what for fault in verdict.faults]


def test_a_rewritten_chain_with_its_checkpoints_removed_is_found_by_the_file_outside(
    chain: Database, tmp_path: Path
) -> None:
    rewritten(chain, from_sequence=2, act="forged")
    tamper(chain, "DELETE FROM audit.checkpoint")
    outside = (tmp_path / "outside" / "checkpoints.jsonl").read_bytes().splitlines()
    assert checked(chain).holds  # nothing inside tells it
    assert not checked(chain, outside).holds


def test_a_checkpoint_by_another_key_is_found_when_the_key_is_known(chain: Database, tmp_path: Path) -> None:
    rewritten(chain, from_sequence=2, act="forged")
    tamper(chain, "DELETE FROM audit.checkpoint")
    forger = Signer(b"f" * 32, audit.SIGNING_LABEL)
    Checkpointer(chain, CLOCK, forger, tmp_path / "forged.jsonl").once()
    assert not checked(chain).holds


def test_an_end_taken_off_is_found_by_the_checkpoint(chain: Database) -> None:
    tamper(chain, "DELETE FROM audit.entry WHERE chain = 'numbers' AND sequence >= 3")
    tamper(
        chain,
        "UPDATE audit.head AS h SET sequence = e.sequence, digest = e.digest FROM audit.entry AS e "
        "WHERE h.chain = 'numbers' AND e.chain = 'numbers' AND e.sequence = 2",
    )
    verdict = checked(chain)
    assert "a checkpoint was signed for an entry that is not here" in [fault.what for fault in verdict.faults]


def test_an_export_cut_off_is_found(chain: Database) -> None:
    assert not verify(exported(chain)[:-1]).holds


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b'{"type":"entry"}', b'{"type":"checkpoint"}', b"\xff", b'{"type":3}']
)
def test_anything_else_in_an_export_is_found_and_ends_nothing(chain: Database, line: bytes) -> None:
    lines = exported(chain)
    assert not verify([*lines[:3], line, *lines[3:]]).holds


def test_without_a_known_key_the_verdict_says_so(chain: Database) -> None:
    assert not verify(exported(chain)).known_signer


def test_entries_of_many_threads_make_one_chain(database: Database) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            add(database, f"{number}.{turn}")

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = checked(database)
    assert verdict.holds
    assert verdict.entries == 60


def test_an_act_that_was_rolled_back_leaves_no_entry(database: Database) -> None:
    add(database, "kept")
    with database.connection() as connection:
        audit.append(connection, CLOCK, "numbers", [Entry("system:1", "lost", "series:1")])
        connection.rollback()
    assert checked(database).entries == 1


def test_no_checkpoint_stands_in_the_database_that_could_not_be_kept_outside(
    database: Database, tmp_path: Path
) -> None:
    add(database, "one")
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(FileExistsError):
        Checkpointer(database, CLOCK, SIGNER, in_the_way / "checkpoints.jsonl").once()
    assert checked(database).checkpoints == 0


def test_the_checkpointer_signs_what_moved_and_only_that(database: Database, tmp_path: Path) -> None:
    add(database, "one")
    one = checkpointer(database, tmp_path)
    assert [made.sequence for made in one.once()] == [1]
    assert one.once() == []
    add(database, "two", "three")
    one.start(seconds=0.01)
    one.close()
    verdict = checked(database)
    assert verdict.holds
    assert verdict.unsigned == 0


def test_the_entries_of_a_subject_are_found(chain: Database) -> None:
    with chain.connection() as connection:
        found = audit.entries_of_subject(connection, "series:two")
    assert [(one.act, one.sequence, msgspec.json.decode(one.detail)) for one in found] == [
        ("two", 2, {"n": 1, "a": "æ"})
    ]
