"""How a stock begins, how an existing one is looked over before it is used, and how a copied one is adopted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec

from labbro.errors import Conflict, LabbroError, Unavailable, WrongUse
from labbro.numbers.space import Space
from labbro.numbers.stock import ledger as files
from labbro.numbers.stock import place
from labbro.numbers.stock.ledger import Ledger
from labbro.numbers.stock.model import Identity, instant, milliseconds
from labbro.platform.clock import Clock
from labbro.platform.identities import Identities, SystemIdentities

LARGEST_CHECKED_AT_OPEN_BYTES: Final = 64 * 1024 * 1024
_CHAIN: Final = "chain"  # the note with the digest that the chain began with
_TAIL: Final = 1000  # hand-outs whose chain is checked at every opening
_DIGEST_AT: Final = 9  # column of a hand-out row


class Adopted(msgspec.Struct, frozen=True, kw_only=True):
    """What an adoption did. `why`: the code for which the file was refused, None where it was not."""

    agent_id: UUID
    previous_agent_id: UUID
    why: str | None
    series_voided: int
    numbers_voided: int
    requests_abandoned: int


def found(
    path: Path,
    *,
    space: Space,
    yearly: int | None,
    clock: Clock,
    identities: Identities | None,
    machine: str,
    stamp_path: Path | None,
) -> None:
    """Makes a new file, whole or not at all. Raises Conflict `stock-exists`, WrongUse, Unavailable."""
    if yearly is not None and yearly < 1:
        raise WrongUse("The yearly production is at least 1.", code="yearly-malformed")
    if path.exists():
        raise _exists(path)
    agent_id = (identities or SystemIdentities(clock)).new()
    start = genesis(agent_id)
    connection = files.make_file(path)
    try:
        there = place.place_of(files.draft_path(path), machine)
        values = {
            "agent_id": str(agent_id),
            "at": milliseconds(clock.now()),
            "space": msgspec.json.encode(space).decode(),
            "yearly": yearly,
            **msgspec.structs.asdict(there),
        }
        connection.execute("BEGIN")
        connection.execute(files.statement("add_agent"), values)
        connection.execute(files.statement("add_head"), (start,))
        connection.execute(files.statement("set_note"), (_CHAIN, start.hex()))
        connection.execute("COMMIT")
    finally:
        connection.close()
    stamp = place.StampFile(stamp_path or path.with_name(f"{path.name}.stamp"))
    stamp.begin(place.Stamp(agent_id=agent_id, ordinal=0, digest=start))
    stamp.close()
    try:
        files.publish(path)
    except FileExistsError:
        raise _exists(path) from None


def genesis(agent_id: UUID) -> bytes:
    """Where an agent's chain of hand-outs begins."""
    return hashlib.sha256(b"labbro stock:" + agent_id.bytes).digest()


def chained(before: bytes, row: Sequence[Any]) -> bytes:
    """The digest of the chain with one more hand-out row (without its own digest)."""
    return hashlib.sha256(before + repr(tuple(row)).encode()).digest()


def checked(ledger: Ledger, machine: str) -> Identity:
    """The identity of a file that is whole and where it was left. Raises what `Stock.open` promises."""
    if ledger.path.stat().st_size <= LARGEST_CHECKED_AT_OPEN_BYTES:
        ledger.check_integrity()
    row = _agent(ledger)
    if problem := _problem(ledger, row, machine):
        raise problem
    now = place.place_of(ledger.path, machine)
    if _place(row) != now:  # another boot gave the disk another number
        with ledger.transaction():
            ledger.run("move_agent", msgspec.structs.asdict(now))
    return identity_of(row)


def adopt(
    path: Path, *, clock: Clock, identities: Identities | None = None, machine: str, stamp_path: Path | None = None
) -> Adopted:
    """Begins anew from a file that was copied or restored: a new agent with the old one's history of consumption.

    Whatever the file still held is void: the numbers may have been handed out by the other copy. Requests that were
    under way are abandoned, for the same reason. Raises Unavailable where the file is in use or not whole.
    """
    ledger = Ledger(path, stamp_path=stamp_path)
    try:
        ledger.check_integrity()
        row = _agent(ledger)
        problem = _problem(ledger, row, machine)
        if problem is not None and problem.code == "stock-corrupted":
            raise problem
        before, now = UUID(row[0]), milliseconds(clock.now())
        agent_id = (identities or SystemIdentities(clock)).new()
        held = ledger.one("left") or (0, 0)
        head = ledger.one("head")
        assert head is not None
        with ledger.transaction():
            voided = ledger.run("void_series", {"at": now, "why": problem.code if problem else "adopted"})
            abandoned = ledger.run("abandon_requests", (now,))
            ledger.run("forget_notes")
            ledger.run("adopt_agent", {"agent_id": str(agent_id), "at": now})
            ledger.run("move_agent", msgspec.structs.asdict(place.place_of(path, machine)))
        ledger.stamp.begin(place.Stamp(agent_id=agent_id, ordinal=head[0], digest=head[1]))
        return Adopted(
            agent_id=agent_id,
            previous_agent_id=before,
            why=problem.code if problem else None,
            series_voided=voided,
            numbers_voided=held[1],
            requests_abandoned=abandoned,
        )
    finally:
        ledger.close()


def verify_chain(ledger: Ledger, after: int = 0) -> int:
    """Recomputes the chain of hand-outs behind an ordinal, and every cursor. Gives how many hand-outs it read.

    Raises Unavailable `stock-corrupted`.
    """
    first = ledger.one("hand_out_at", (after,)) if after else None
    digest, seen = (first[_DIGEST_AT] if first else None), 0
    head = ledger.one("head")
    assert head is not None
    expected = after + 1
    while rows := ledger.all("hand_outs", (expected - 1, _TAIL)):
        for row in rows:
            if digest is None:
                digest = _start_of_chain(ledger)
            digest = chained(digest, row[:_DIGEST_AT])
            if row[0] != expected or digest != row[_DIGEST_AT]:
                raise ledger.give_up("stock-corrupted")
            expected += 1
            seen += 1
    if head[0] != expected - 1 or (digest is not None and head[1] != digest):
        raise ledger.give_up("stock-corrupted")
    if ledger.one("cursors_beyond_hand_outs") is not None:
        raise ledger.give_up("stock-corrupted")
    return seen


def identity_of(row: tuple[Any, ...]) -> Identity:
    """An identity from its row."""
    return Identity(
        agent_id=UUID(row[0]),
        previous_agent_id=UUID(row[1]) if row[1] else None,
        made_at=instant(row[2]),
        space=msgspec.json.decode(row[3], type=Space),
        yearly=row[4],
        calls=row[9],
        nonce=row[10],
    )


def _start_of_chain(ledger: Ledger) -> bytes:
    row = ledger.one("note", (_CHAIN,))
    assert row is not None
    return bytes.fromhex(row[0])


def _agent(ledger: Ledger) -> tuple[Any, ...]:
    row = ledger.one("agent")
    if row is None:
        raise ledger.give_up("stock-corrupted")
    return row


def _place(row: tuple[Any, ...]) -> place.Place:
    return place.Place(machine=row[5], device=row[6], inode=row[7], boot=row[8])


def _problem(ledger: Ledger, row: tuple[Any, ...], machine: str) -> LabbroError | None:
    """Why a file may not be used; None where it may."""
    head = ledger.one("head")
    stamp = ledger.stamp.read()
    if head is None:
        return Unavailable("The stock's file has no head.", code="stock-corrupted")
    try:
        verify_chain(ledger, max(0, head[0] - _TAIL))
    except Unavailable as error:
        return error
    if not place.same_place(_place(row), place.place_of(ledger.path, machine)):
        return _copied()
    if stamp is None or str(stamp.agent_id) != row[0]:
        return _copied()
    known = ledger.one("hand_out_at", (stamp.ordinal,))
    digest = known[_DIGEST_AT] if known else _start_of_chain(ledger) if stamp.ordinal == 0 else None
    return None if digest == stamp.digest else _restored()


def _exists(path: Path) -> Conflict:
    return Conflict(
        f"There is a stock at {path} already; it is not replaced.",
        message_da=f"Der er allerede et lager i {path}; det erstattes ikke.",
        code="stock-exists",
    )


def _copied() -> Conflict:
    return Conflict(
        "The stock's file is not where it was made: it was copied or moved to another disk or machine. No number is "
        "handed out. Once the other copy is out of use: labbro stock adopt.",
        message_da="Lagerets fil er ikke, hvor den blev lavet: den er kopieret eller flyttet til en anden disk eller "
        "maskine. Der udleveres ingen numre. Når den anden kopi er ude af brug: labbro stock adopt.",
        code="stock-copied",
    )


def _restored() -> Conflict:
    return Conflict(
        "The stock's file is older than what was handed out from it: it was restored from a backup. No number is "
        "handed out. To begin anew from it: labbro stock adopt.",
        message_da="Lagerets fil er ældre end det, der er udleveret fra den: den er gendannet fra en sikkerhedskopi. "
        "Der udleveres ingen numre. For at begynde forfra med den: labbro stock adopt.",
        code="stock-restored",
    )
