"""The registry in PostgreSQL: two persons, one version after the other, and every version for ever."""

from __future__ import annotations

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import psycopg
import pytest

from labbro.codes.lists import CodeLists
from labbro.codes.terminology import import_table
from labbro.comparability.csv_form import read_procedures, write_procedures
from labbro.comparability.decision import Observed, Placer
from labbro.comparability.model import Entries
from labbro.comparability.registry import Registry
from labbro.comparability.seed import SEED, national
from labbro.comparability.store import Change, RegistryStore, changes_of, entry_id
from labbro.comparability.suggesting import suggestions
from labbro.errors import LabbroError, WrongUse
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
ANNA, BENT = "person:anna", "person:bent"


@pytest.fixture
def store(database: Database) -> RegistryStore:
    clock = FixedClock(NOW)
    return RegistryStore(database, clock, SeededIdentities(1, clock))


def release(store: RegistryStore, changes: tuple[Change, ...], note: str = "first") -> int:
    proposal = store.propose(uuid.uuid4(), changes, by=ANNA, note=note)
    return store.release(proposal.proposal_id, by=BENT).version


def refused(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(LabbroError) as told:
        call(*arguments, **named)
    assert told.value.message != told.value.message_da
    return told.value.code


def judged(group: str, procedure: str, verdict: str) -> Change:
    (found,) = [one for one in SEED.assertions if (one.group_id, one.procedure_id) == (group, procedure)]
    changed = msgspec.structs.replace(found, verdict=verdict)
    return Change(kind="assertion", entry_id=found.assertion_id, body=msgspec.to_builtins(changed))


def test_an_empty_registry_is_version_0_and_knows_nothing(store: RegistryStore) -> None:
    assert store.current().version == 0
    assert store.current().entries == Entries()
    assert store.versions() == ()


def test_the_seed_comes_back_as_it_was_released(store: RegistryStore) -> None:
    assert release(store, changes_of(SEED)) == 1
    registry = store.current()
    for name in Entries.__struct_fields__:
        assert sorted(getattr(registry.entries, name), key=entry_id) == sorted(getattr(SEED, name), key=entry_id)
    (version,) = store.versions()
    assert (version.proposed_by, version.released_by, version.note) == (ANNA, BENT, "first")


def test_nothing_counts_before_a_second_person_releases_it(store: RegistryStore) -> None:
    proposal = store.propose(uuid.uuid4(), changes_of(SEED), by=ANNA, note="seed")
    assert store.current().version == 0
    assert refused(store.release, proposal.proposal_id, by=ANNA) == "four-eyes"
    assert store.current().version == 0
    assert store.release(proposal.proposal_id, by=BENT).version == 1
    assert store.release(proposal.proposal_id, by=BENT).version == 1


def test_the_database_itself_forbids_one_person_to_do_both(database: Database, store: RegistryStore) -> None:
    insert = "INSERT INTO comparability.version VALUES (1, now(), NULL, 'a', 'a', '')"
    with pytest.raises(psycopg.errors.CheckViolation), database.connection() as connection:
        connection.execute(insert)


def test_a_later_version_regroups_and_the_earlier_decides_as_before(store: RegistryStore) -> None:
    release(store, changes_of(SEED))
    release(store, (judged("alat", "alat-qsl-first", "comparable"),), "confirmed")

    def alat(year: int) -> Observed:
        return Observed(
            code=national("NPU19651"), producer="QSL", unit="U/L", sampled_on=dt.date(year, 1, 1), point_of_care=False
        )

    assert not Placer(store.at(1)).same_row(alat(2022), alat(2024)).same
    assert Placer(store.at(2)).same_row(alat(2022), alat(2024)).same
    assert store.current().version == 2
    history = store.history("assertion", "alat:alat-qsl-first")
    assert [(since, until) for since, until, _ in history] == [(1, 2), (2, None)]
    fresh = RegistryStore(store._database, store._clock, store._identities)
    assert not Placer(fresh.at(1)).same_row(alat(2022), alat(2024)).same


def test_an_entry_can_be_taken_out(store: RegistryStore) -> None:
    release(store, changes_of(SEED))
    release(store, (Change(kind="assertion", entry_id="crp:crp-molar"),), "withdrawn")
    assert "crp:crp-molar" not in {one.assertion_id for one in store.current().entries.assertions}
    assert "crp:crp-molar" in {one.assertion_id for one in store.at(1).entries.assertions}


def test_a_contradiction_is_told_and_nothing_is_released(store: RegistryStore) -> None:
    release(store, changes_of(SEED))
    lost = (Change(kind="procedure", entry_id="crp-mass"),)
    proposal = store.propose(uuid.uuid4(), lost, by=ANNA, note="gone")
    assert {one.code for one in store.faults(proposal.proposal_id)} == {"unknown-reference"}
    assert refused(store.release, proposal.proposal_id, by=BENT) == "registry-contradiction"
    assert store.current().version == 1
    assert store.proposal(proposal.proposal_id).state == "open"


def test_the_same_request_is_one_proposal_and_another_content_is_refused(store: RegistryStore) -> None:
    request = uuid.uuid4()
    first = store.propose(request, changes_of(SEED), by=ANNA, note="seed")
    assert store.propose(request, changes_of(SEED), by=ANNA, note="seed") == first
    assert refused(store.propose, request, changes_of(SEED), by=ANNA, note="other") == "request-id-reused"
    assert len(store.proposals()) == 1


def test_a_refused_proposal_stays_refused(store: RegistryStore) -> None:
    proposal = store.propose(uuid.uuid4(), changes_of(SEED), by=ANNA, note="seed")
    assert store.refuse(proposal.proposal_id, by=BENT).state == "refused"
    assert refused(store.release, proposal.proposal_id, by=BENT) == "proposal-decided"
    released = store.propose(uuid.uuid4(), changes_of(SEED), by=ANNA, note="seed")
    store.release(released.proposal_id, by=BENT)
    assert refused(store.refuse, released.proposal_id, by=BENT) == "proposal-decided"
    assert refused(store.release, uuid.uuid4(), by=BENT) == "proposal-unknown"
    assert refused(store.at, 7) == "registry-version"


@pytest.mark.parametrize(
    ("changes", "note", "code"),
    [
        ((), "why", "proposal-empty"),
        (changes_of(SEED)[:1], " ", "proposal-empty"),
        ((Change(kind="group", entry_id="x", body={"group_id": "x"}),), "why", "proposal-malformed"),
        ((msgspec.structs.replace(changes_of(SEED)[0], entry_id="other"),), "why", "proposal-malformed"),
    ],
)
def test_a_proposal_nobody_could_release_is_refused_at_once(
    store: RegistryStore, changes: tuple[Change, ...], note: str, code: str
) -> None:
    assert refused(store.propose, uuid.uuid4(), changes, by=ANNA, note=note) == code


def test_releases_at_the_same_time_become_versions_one_after_the_other(store: RegistryStore) -> None:
    release(store, changes_of(SEED))
    proposals = [
        store.propose(uuid.uuid4(), (judged("crp", "crp-poc", verdict),), by=ANNA, note=verdict)
        for verdict in ("unknown", "not", "unknown", "not")
    ]
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda one: store.release(one.proposal_id, by=BENT).version, proposals))
    assert sorted(made) == [2, 3, 4, 5]
    assert [since for since, _, _ in store.history("assertion", "crp:crp-poc")] == [1, 2, 3, 4, 5]


def test_a_view_that_was_shown_can_be_found_again(store: RegistryStore) -> None:
    release(store, changes_of(SEED))
    patient = uuid.uuid4()
    shown = store.keep_shown(patient, actor="clinician:1", version=1, filters="group=30")
    told = store.shown(patient, shown)
    assert (told.version, told.filters, told.at) == (1, "group=30", NOW)
    assert refused(store.shown, uuid.uuid4(), shown) == "view-unknown"


def test_procedures_go_to_csv_and_back() -> None:
    assert read_procedures(write_procedures(SEED.procedures)) == SEED.procedures


def test_every_line_that_cannot_be_read_is_told() -> None:
    text = "procedure_id,measurand_id,codes,valid_from,point_of_care\na,m,iupac/NPU1,,\nb,m,iupac/NPU1/SST,soon,\n"
    with pytest.raises(WrongUse) as told:
        read_procedures(f"{text}c,m,iupac/NPU1/SST,,perhaps\nd,,iupac/NPU1/SST,,\n")
    for part in ("line 2:", "line 3:", "line 4:", "line 5:"):
        assert part in told.value.message
    with pytest.raises(WrongUse, match="missing codes, unknown 'colour'"):
        read_procedures("procedure_id,measurand_id,colour\n")


def test_suggestions_say_why_and_judge_nothing_that_is_judged(store: RegistryStore) -> None:
    crp = next(one for one in SEED.procedures if one.procedure_id == "crp-mass")
    same = msgspec.structs.replace(crp, procedure_id="crp-new", producer="Q1", device="A", traceability="A")
    anchor = msgspec.structs.replace(crp, device="A", traceability="A")
    entries = msgspec.structs.replace(
        SEED, procedures=(*(one for one in SEED.procedures if one is not crp), anchor, same)
    )
    release(store, changes_of(entries))
    told = {one.procedure_id: one for one in suggestions(store.current())}
    assert (told["crp-new"].verdict, told["crp-new"].group_id) == ("same", "crp")
    assert told["alat-older-code"].verdict == "unknown"
    assert told["antithrombin-xa"].group_id is None
    assert "crp-poc" not in told
    assert all(one.reasons_da and one.reasons_en and one.asks for one in told.values())


def test_suggestions_use_what_the_names_of_codes_say() -> None:
    table = (
        'code;name\nNPU19748;"P—C-reaktivt protein; massek. = ? mg/L"\n'
        'NPU99991;"P—C-reaktivt protein; massek.(proc.) = ? mg/L"\n'
        'NPU99992;"U—C-reaktivt protein; massek. = ? mg/L"\n'
    )
    lists = CodeLists(import_table(table.encode(), "npu").concepts)
    crp = next(one for one in SEED.procedures if one.procedure_id == "crp-mass")
    by_procedure, in_urine = (
        msgspec.structs.replace(crp, procedure_id=code, codes=(national(code),), traceability="A")
        for code in ("NPU99991", "NPU99992")
    )
    entries = msgspec.structs.replace(SEED, procedures=(*SEED.procedures, by_procedure, in_urine))
    told = {one.procedure_id: one for one in suggestions(Registry(entries), lists)}
    assert told["NPU99991"].verdict == "unknown"
    assert "proc." in told["NPU99991"].reasons_da[0]
    assert told["NPU99992"].verdict == "not"
    assert "(U against P)" in told["NPU99992"].reasons_en[0]
