"""Who may propose and release in the registry: people the operator names, by page and by interface alike."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar.testing import TestClient
from lxml import html

from labbro import server
from labbro.comparability import demonstration
from labbro.comparability.office import Office, office_of
from labbro.comparability.seed import SEED
from labbro.comparability.store import Proposal, RegistryStore, changes_of
from labbro.databank import Databank
from labbro.errors import NotAllowed, NotConfigured
from labbro.members.members import Members
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings, from_environment
from labbro.portal.sessions import Actor, Sessions

ISSUER = "https://id.example"
ANNA, BENT, CARL = (f"{ISSUER}#{name}" for name in ("anna", "bent", "carl"))
SECRET = b"a secret of thirty-two bytes or so"


class Served(msgspec.Struct):
    """A whole Labbro that is no demonstration, with version 1 of a registry in it."""

    client: TestClient[Any]
    store: RegistryStore
    sessions: Sessions

    def sign_in(self, identifier: str) -> None:
        name = next((one for one in self.client.cookies if one.endswith("session")), "labbro-session")
        self.client.cookies.set(name, self.sessions.begin(Actor(identifier, "Opdigtet"), "openid").token)

    def propose(self, by: str) -> uuid.UUID:
        return self.store.propose(uuid.uuid4(), changes_of(SEED)[:1], by=by, note="igen").proposal_id


def serving(database: Database, folder: Path, **changes: Any) -> Iterator[Served]:
    settings, clock = Settings(data_dir=folder, secret=SECRET, oidc_issuer=ISSUER, **changes), SystemClock()
    identities = SystemIdentities(clock)
    store = RegistryStore(database, clock, identities)
    demonstration.found(store)
    services = server.Services(
        settings=settings,
        database=database,
        databank=Databank(database=database, settings=settings, clock=clock, identities=identities),
        members=Members.open(database, settings, clock, identities),
        clock=clock,
        identities=identities,
        registry=store,
    )
    with TestClient(app=server.application(services), base_url="http://127.0.0.1:8400") as client:
        client.follow_redirects = False
        yield Served(client, store, Sessions(database, clock, identities, 120))


@pytest.fixture
def named(database: Database, tmp_path: Path) -> Iterator[Served]:
    """Anna and Bent are named, Carl is not."""
    yield from serving(database, tmp_path, registry_people=(ANNA, BENT))


@pytest.fixture
def unnamed(database: Database, tmp_path: Path) -> Iterator[Served]:
    yield from serving(database, tmp_path)


def body() -> dict[str, Any]:
    table = "procedure_id;measurand_id;producer;codes\nx;psa;QEB;iupac/NPU08669/SST\n"
    return {"request_id": str(uuid.uuid4()), "note": "ny", "procedures_csv": table}


def words(answer: httpx.Response) -> str:
    return " ".join(" ".join(html.fromstring(answer.text).itertext()).split())


def forms(answer: httpx.Response) -> list[str]:
    """Addresses of the forms of the registry on a page."""
    found = html.fromstring(answer.text).xpath("//form/@action")
    return [one for one in found if "/method-registry/" in one]


def token(answer: httpx.Response) -> str:
    return html.fromstring(answer.text).xpath("//input[@name='form_token']/@value")[0]


# --- the rule ---


def test_without_the_setting_everybody_may_in_a_demonstration_and_nobody_elsewhere(tmp_path: Path) -> None:
    plain = Settings(data_dir=tmp_path, secret=SECRET)
    assert not office_of(plain).holds(ANNA)
    assert office_of(msgspec.structs.replace(plain, demonstration=True)).holds("demonstration:carla")
    only = msgspec.structs.replace(
        plain, demonstration=True, registry_people=("demonstration:bo", "demonstration:asta")
    )
    assert not office_of(only).holds("demonstration:carla")


def test_a_slash_at_the_end_of_an_issuer_is_no_other_issuer_and_other_people_stay_others(tmp_path: Path) -> None:
    office = office_of(Settings(data_dir=tmp_path, secret=SECRET, registry_people=(f"{ISSUER}/#anna", BENT)))
    assert office.holds(ANNA)
    assert office.holds(f"{ISSUER}/#bent")
    for other in (CARL, f"{ISSUER}#Anna", f"{ISSUER}#anna/", "https://id.example.org#anna", "anna", ""):
        assert not office.holds(other), other


@pytest.mark.parametrize(
    ("told", "part"),
    [
        ("anna bent", "ISSUER#SUBJECT"),
        (f"{ISSUER}#, {BENT}", "ISSUER#SUBJECT"),
        (ANNA, "two people"),
        (f"{ANNA} {ISSUER}/#anna", "two people"),
        (f"{ANNA}, https://other.example#bent", "cannot sign in"),
        (f"{ANNA}, demonstration:carla", "cannot sign in"),
    ],
)
def test_people_who_could_never_decide_stop_the_start(told: str, part: str, tmp_path: Path) -> None:
    environ = {"LABBRO_DATA": str(tmp_path), "LABBRO_OIDC_ISSUER": ISSUER, "LABBRO_OIDC_CLIENT_ID": "labbro"}
    with pytest.raises(NotConfigured, match=part):
        from_environment({**environ, "LABBRO_REGISTRY_PEOPLE": told})


def test_a_proposal_that_waits_is_of_the_office_too(tmp_path: Path) -> None:
    office = Office(frozenset({ANNA, BENT}))
    waiting = Proposal(
        proposal_id=uuid.uuid4(), proposed_at=SystemClock().now(), proposed_by=CARL, note="x", changes=(), state="open"
    )
    with pytest.raises(NotAllowed) as told:
        office.check_proposer(waiting)
    assert told.value.code == "proposer-without-office"
    office.check_proposer(msgspec.structs.replace(waiting, state="released"))
    office.check_proposer(msgspec.structs.replace(waiting, proposed_by=ANNA))


# --- by the interface ---


def test_two_who_are_named_propose_and_release_by_program(named: Served) -> None:
    named.sign_in(ANNA)
    told = named.client.post("/comparability/proposals", json=body())
    assert told.status_code == 201
    address = f"/comparability/proposals/{told.json()['proposal']['proposal_id']}/release"
    assert named.client.post(address).json()["code"] == "four-eyes"
    named.sign_in(BENT)
    assert named.client.post(address).json()["version"] == 2


def test_a_clinician_without_the_office_reads_by_program_and_changes_nothing(named: Served) -> None:
    waiting = named.propose(ANNA)
    named.sign_in(CARL)
    calls = [named.client.post("/comparability/proposals", json=body())]
    calls += [named.client.post(f"/comparability/proposals/{waiting}/{act}") for act in ("release", "refuse")]
    for call in calls:
        assert (call.status_code, call.json()["code"]) == (403, "registry-office")
        assert "not one of them" in call.json()["detail"]
    assert named.client.get("/comparability/proposals").status_code == 200
    assert (named.store.current().version, named.store.proposal(waiting).state) == (1, "open")


def test_what_somebody_without_the_office_proposed_earlier_is_not_released_by_one_alone(named: Served) -> None:
    waiting = named.propose(CARL)
    named.sign_in(ANNA)
    told = named.client.post(f"/comparability/proposals/{waiting}/release")
    assert (told.status_code, told.json()["code"]) == (403, "proposer-without-office")
    page = named.client.get(f"/method-registry/proposals/{waiting}")
    assert "få det foreslået på ny" in words(page)
    assert [one.rpartition("/")[2] for one in forms(page)] == ["refuse"]
    by_page = named.client.post(f"/method-registry/proposals/{waiting}/release", data={"form_token": token(page)})
    assert by_page.status_code == 403
    assert named.store.current().version == 1
    assert named.client.post(f"/comparability/proposals/{waiting}/refuse").json()["state"] == "refused"


def test_where_nobody_is_named_nobody_changes_anything(unnamed: Served) -> None:
    waiting = unnamed.propose(ANNA)
    unnamed.sign_in(BENT)
    told = unnamed.client.post(f"/comparability/proposals/{waiting}/release")
    assert (told.status_code, told.json()["code"]) == (403, "registry-office")
    assert "LABBRO_REGISTRY_PEOPLE" in told.json()["detail"]
    assert unnamed.client.post("/comparability/proposals", json=body()).status_code == 403
    assert "LABBRO_REGISTRY_PEOPLE" in words(unnamed.client.get("/method-registry/propose"))
    assert unnamed.store.current().version == 1


# --- by the pages ---


def test_pages_offer_no_form_to_those_without_the_office_and_say_why(named: Served) -> None:
    waiting = named.propose(ANNA)
    named.sign_in(CARL)
    for path in ("propose", f"proposals/{waiting}"):
        page = named.client.get(f"/method-registry/{path}")
        assert page.status_code == 200
        assert forms(page) == []
        assert "du er ikke en af dem" in words(page)
        assert CARL in words(page)
    suggestions = named.client.get("/method-registry/suggestions")
    assert html.fromstring(suggestions.text).xpath("//main//a[contains(@href, '/propose')]") == []
    for path in ("", "/procedures", "/groups", "/proposals", "/versions"):
        assert named.client.get(f"/method-registry{path}").status_code == 200


def test_a_form_that_is_sent_all_the_same_is_refused_with_the_reason(named: Served) -> None:
    waiting = named.propose(ANNA)
    named.sign_in(ANNA)
    page = named.client.get("/method-registry/propose")
    filled = {"group_id": "alat", "procedure_id": "alat-older-code", "verdict": "comparable", "evidence_source": "x",
              "evidence_kind": "statement", "note": "x", "request_id": str(uuid.uuid4())}  # fmt: skip
    assert forms(page)
    named.sign_in(CARL)
    own = {"form_token": token(named.client.get("/method-registry"))}
    for path in ("propose/assertion", f"proposals/{waiting}/release", f"proposals/{waiting}/refuse"):
        told = named.client.post(f"/method-registry/{path}", data=filled | own)
        assert told.status_code == 403
        assert "du er ikke en af dem" in words(told)
    assert (named.store.current().version, len(named.store.proposals())) == (1, 2)


def test_two_who_are_named_propose_and_release_on_the_pages(named: Served) -> None:
    named.sign_in(ANNA)
    page = named.client.get("/method-registry/propose")
    filled = {"group_id": "alat", "procedure_id": "alat-older-code", "verdict": "comparable", "evidence_source": "x",
              "evidence_kind": "statement", "note": "x", "request_id": str(uuid.uuid4())}  # fmt: skip
    address = named.client.post(
        "/method-registry/propose/assertion", data=filled | {"form_token": token(page)}
    ).headers["location"]
    named.sign_in(BENT)
    waiting = named.client.get(address)
    assert named.client.post(f"{address}/release", data={"form_token": token(waiting)}).status_code == 303
    assert named.store.current().version == 2
