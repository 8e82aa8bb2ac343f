"""Changes made on what somebody has read: what another release set in between is not lost."""

from __future__ import annotations

import datetime as dt
import uuid

import msgspec
import pytest

from labbro.comparability.seed import SEED
from labbro.comparability.store import Change, RegistryStore, changes_of
from labbro.errors import Conflict
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities

PROCEDURE = "psa-qsl-who"


@pytest.fixture
def store(database: Database) -> RegistryStore:
    clock = FixedClock(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC))
    made = RegistryStore(database, clock, SeededIdentities(1, clock))
    release(made, propose(made, *changes_of(SEED)))
    return made


def propose(store: RegistryStore, *changes: Change) -> uuid.UUID:
    return store.propose(uuid.uuid4(), changes, by="anna", note="why").proposal_id


def release(store: RegistryStore, proposal: uuid.UUID) -> int:
    return store.release(proposal, by="bent").version


def with_device(device: str, seen: int | None) -> Change:
    (found,) = [one for one in SEED.procedures if one.procedure_id == PROCEDURE]
    body = msgspec.to_builtins(msgspec.structs.replace(found, device=device))
    return Change(kind="procedure", entry_id=PROCEDURE, body=body, seen=seen)


def test_two_changes_made_on_one_version_do_not_overwrite_each_other(store: RegistryStore) -> None:
    first, second = propose(store, with_device("A", 1)), propose(store, with_device("B", 1))
    assert store.faults(second) == ()
    release(store, first)
    (fault,) = store.faults(second)
    assert fault.code == "entry-moved"
    assert "changed by version 2, and this change was made on version 1" in fault.message
    with pytest.raises(Conflict, match="make it anew"):
        release(store, second)
    release(store, propose(store, with_device("B", 2)))
    assert store.current().procedures[PROCEDURE].device == "B"
    assert [since for since, _, _ in store.history("procedure", PROCEDURE)] == [1, 2, 3]


def test_an_entry_taken_out_since_is_not_set_again_by_a_change_of_it(store: RegistryStore) -> None:
    gone = [Change(kind="assertion", entry_id=f"psa-who:{PROCEDURE}"), Change(kind="procedure", entry_id=PROCEDURE)]
    changed = propose(store, with_device("A", 1))
    release(store, propose(store, *gone))
    assert [one.code for one in store.faults(changed)] == ["entry-moved"]


def test_a_release_that_changed_other_entries_stands_in_nobodys_way(store: RegistryStore) -> None:
    changed = propose(store, with_device("A", 1))
    (other,) = [one for one in changes_of(SEED) if one.entry_id == "psa-qkl-who"]
    release(store, propose(store, other))
    assert release(store, changed) == 3


def test_a_change_that_does_not_say_what_it_was_made_on_is_set_as_before(store: RegistryStore) -> None:
    first, second = propose(store, with_device("A", None)), propose(store, with_device("B", None))
    release(store, first)
    assert release(store, second) == 3
