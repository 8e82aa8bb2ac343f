"""Who may do what at the number doors: every role by every operation, over REST and SOAP. The table is the agreement.

All rows are about laboratory nord of vendor alfa: its account, a series, an agent, an approval, a claim. `vendor` is a
person of alfa, `laboratory` one of nord, `system` what runs for nord; `uncertified` runs for nord too, in a version
without a certificate. The others are of vendor beta and of alfa's laboratory syd. A number is the status of the
refusal: 401 nobody known, 403 the role may not, 404 it is not theirs. `hidden`: answered, without what is nord's.
Over SOAP every fault has status 500; `refused` is DGWS' not_authorized, `fault` any other: a person draws by REST,
where the account is named. Whoever draws over SOAP draws for its own account.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from litestar.testing import TestClient
from lxml import etree
from tests.members.building import DAY, World, new_key, new_world, public
from tests.members.test_authentication import assertion, form

from labbro import server
from labbro.databank import Databank
from labbro.members import acts
from labbro.members.authentication import CallFacts
from labbro.members.changes import HOUSE
from labbro.members.members import Members
from labbro.members.model import Limits
from labbro.numbers.model import Attendance, ClaimRequest, DrawRequest, LifeEvent, Series, Statement
from labbro.numbers.problems import ApprovalNeeded
from labbro.numbers.service import NumberService, open_numbers
from labbro.numbers.soap import door, names
from labbro.platform import embedded, migrations
from labbro.platform.database import Database
from labbro.platform.settings import Settings
from labbro.portal.sessions import Actor, Sessions

MATRIX = """
operation          operator vendor other-vendor laboratory other-laboratory system other-system uncertified nobody
draw-series        yes      yes    404          yes        404              yes    404          403         401
attend             403      403    403          403        403              yes    404          yes         401
release-series     yes      yes    403          yes        403              yes    403          yes         401
list-series        yes      yes    hidden       yes        hidden           yes    hidden       yes         401
show-series        yes      yes    403          yes        403              yes    403          yes         401
show-space         yes      yes    yes          yes        yes              yes    yes          yes         401
list-drawn         yes      yes    hidden       yes        hidden           yes    hidden       yes         401
look-up-number     yes      yes    yes          yes        yes              yes    yes          yes         401
life-of-a-sample   yes      yes    hidden       yes        hidden           yes    hidden       yes         401
explain-number     yes      yes    yes          yes        yes              yes    yes          yes         401
list-approvals     yes      yes    hidden       yes        hidden           yes    hidden       yes         401
decide-approval    yes      yes    404          yes        404              404    404          404         401
list-agents        yes      yes    hidden       yes        hidden           yes    hidden       yes         401
acknowledge-agent  yes      yes    404          yes        404              404    404          404         401
claim-numbers      yes      yes    404          yes        404              yes    404          yes         401
list-claims        yes      yes    hidden       yes        hidden           yes    hidden       yes         401
soap-draw          fault    fault  fault        fault      fault            yes    hidden       refused     refused
soap-free          yes      yes    refused      yes        refused          yes    refused      yes         refused
soap-information   yes      yes    yes          yes        yes              yes    yes          yes         refused
soap-life          yes      yes    hidden       yes        hidden           yes    hidden       yes         refused
soap-description   yes      yes    yes          yes        yes              yes    yes          yes         yes
"""  # fmt: skip
_LINES = [line.split() for line in MATRIX.strip().splitlines()]
ROLES = _LINES[0][1:]
TABLE = {line[0]: dict(zip(ROLES, line[1:], strict=True)) for line in _LINES[1:]}
PEOPLE = {
    "operator": "operator",
    "vendor": "alfa",
    "other-vendor": "beta",
    "laboratory": "nord",
    "other-laboratory": "syd",
}
SYSTEMS = {"system": "nord", "other-system": "syd", "uncertified": "nord-old"}
ISSUER = "http://127.0.0.1:8400"
LIFE = "Prøven blev taget et sted"
NONCES: dict[str, str] = {}


class Doors(msgspec.Struct):
    """A server, and each role's way to call it."""

    client: TestClient[Any]
    world: World
    numbers: NumberService
    headers: dict[str, dict[str, str]]

    def ask(self, role: str, method: str, path: str, **more: Any) -> Any:
        headers = self.headers[role] | more.pop("headers", {})
        return self.client.request(method, path, headers=headers, **more)

    @property
    def account(self) -> uuid.UUID:
        return self.world.ids["account-nord"]

    def series(self, count: int = 3) -> Series:
        """A new series of nord's."""
        caller = self.world.system("nord")
        return self.numbers.draw(caller, DrawRequest(request_id=uuid.uuid4(), count=count)).series


@pytest.fixture(scope="module")
def doors(durable_cluster: embedded.Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    name = f"matrix_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(durable_cluster.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = durable_cluster.url_of(name)
    migrations.run(url)
    with Database(url, connections=6) as database, pytest.MonkeyPatch.context() as patch:
        database.pool.open(wait=True)
        patch.setattr("labbro.portal.numbers.life.reader", lambda *_: _life_of)
        world = _world(database)
        services = _services(world, tmp_path_factory.mktemp("matrix"))
        assert services.numbers is not None
        with TestClient(app=server.application(services), base_url=ISSUER) as client:
            yield Doors(client, world, services.numbers, _headers(world, services))
        services.numbers.close()


def _life_of(number: str) -> tuple[LifeEvent, ...]:
    at = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    return (LifeEvent(at=at, kind="sampled", place="somewhere", text=LIFE, text_da=LIFE),)


def _world(database: Database) -> World:
    """The small country; alfa may draw by hand; nord also runs a version without a certificate; one limit is narrow."""
    world = new_world(database)
    world.make("system-old", acts.AddSystem, product_id=world.ids["product-alfa"], version="1.0")
    fields = {"account_id": world.ids["account-nord"], "system_id": world.ids["system-old"], "name": "Gammel"}
    world.make("installation-nord-old", acts.Install, **fields)
    world.keys["nord-old"] = new_key()
    valid = {"valid_from": world.clock.now() - DAY, "valid_to": world.clock.now() + DAY}
    key = public(world.keys["nord-old"])
    world.make("key-nord-old", acts.AddKey, installation_id=world.ids["installation-nord-old"], jwk=key, **valid)
    for vendor in ("alfa", "beta"):
        until = world.clock.now().date() + DAY
        world.do(HOUSE, acts.PermitManual, vendor_id=world.ids[vendor], until=until)
    limits = Limits(largest_series=10**6, numbers_a_day=10**8, plan_a_fortnight=100)
    world.do(HOUSE, acts.SetLimits, account_id=world.ids["account-nord"], limits=limits)
    return world


def _services(world: World, folder: Path) -> server.Services:
    given: dict[str, Any] = {
        "database": world.database,
        "settings": Settings(data_dir=folder, secret=bytes(range(32))),
        "clock": world.clock,
        "identities": world.identities,
    }
    members = Members.open(**given)
    numbers = open_numbers(**given, directories=members.directories)
    return server.Services(**given, databank=Databank(**given), members=members, numbers=numbers)


def _headers(world: World, services: server.Services) -> dict[str, dict[str, str]]:
    headers: dict[str, dict[str, str]] = {"nobody": {}}
    sessions = Sessions(world.database, world.clock, world.identities, 100)
    for role, name in PEOPLE.items():
        session = sessions.begin(Actor(f"https://login.example#{name}", "Opdigtet"), "openid")
        headers[role] = {"cookie": f"labbro-session={session.token}"}
    for role, name in SYSTEMS.items():
        told = form(assertion(world, name, aud=ISSUER))
        token = services.members.authentication.token(told, CallFacts()).access_token
        headers[role] = {"authorization": f"Bearer {token}"}
    return headers


# Each operation as it is asked about nord's things, made anew for each asking. `mark`: what shows that nord's is told.

Asking = tuple[str, str, Any, str]  # method, path, body, mark
Operation = Callable[[Doors, str], Asking]


def _draw(doors: Doors, role: str) -> Asking:
    # A system that names another's account is refused; one that names none draws for its own.
    return "POST", "/numbers/series", {"request_id": _id(), "count": 1, "account_id": str(doors.account)}, ""


def _attend(doors: Doors, role: str) -> Asking:
    """What speaks as nord's agent; a system by an agent id of its own would be heard as its own."""
    return "POST", "/numbers/attendances", {"request_id": _id(), "statement": _statement(_agent(doors))}, ""


def _agent(doors: Doors) -> str:
    """A new agent of nord's, that has not called yet but once; its next nonce is remembered beside."""
    agent_id = _id()
    told = doors.numbers.attend(doors.world.system("nord"), _attendance(agent_id))
    NONCES[agent_id] = told.nonce
    return agent_id


def _attendance(agent_id: str) -> Attendance:
    statement = Statement(agent_id=uuid.UUID(agent_id), call=1)
    return Attendance(request_id=uuid.uuid4(), statement=statement)


def _statement(agent_id: str) -> dict[str, Any]:
    return {"agent_id": agent_id, "call": 2, "nonce": NONCES[agent_id]}


def _free(doors: Doors, role: str) -> Asking:
    return "POST", f"/numbers/series/{doors.series().series_id}/releases", {"request_id": _id(), "reason": "x"}, ""


def _list(doors: Doors, role: str) -> Asking:
    return "GET", "/numbers/series", None, str(doors.series().series_id)


def _show(doors: Doors, role: str) -> Asking:
    return "GET", f"/numbers/series/{doors.series().series_id}", None, ""


def _space(doors: Doors, role: str) -> Asking:
    return "GET", "/numbers/space", None, ""


def _drawn(doors: Doors, role: str) -> Asking:
    doors.series()
    return "GET", "/numbers/drawn?since=2026-01-01", None, str(doors.account)


def _look_up(doors: Doors, role: str) -> Asking:
    series = doors.series()
    return "GET", f"/numbers/{series.first_number}", None, str(series.series_id)


def _life(doors: Doors, role: str) -> Asking:
    return "GET", f"/numbers/{doors.series().first_number}", None, LIFE


def _explain(doors: Doors, role: str) -> Asking:
    return "GET", "/numbers/123/explanation", None, ""


def _approval(doors: Doors) -> str:
    """What nord's system asked for, which waits."""
    with pytest.raises(ApprovalNeeded) as told:
        doors.series(1000)
    return str(told.value.approval_id)


def _approvals(doors: Doors, role: str) -> Asking:
    return "GET", "/numbers/approvals", None, _approval(doors)


def _decide(doors: Doors, role: str) -> Asking:
    return "POST", f"/numbers/approvals/{_approval(doors)}/decision", {"approve": True}, ""


def _agents(doors: Doors, role: str) -> Asking:
    return "GET", "/numbers/agents", None, _agent(doors)


def _acknowledge(doors: Doors, role: str) -> Asking:
    return "POST", f"/numbers/agents/{_agent(doors)}/acknowledgement", None, ""


def _skipped(doors: Doors) -> dict[str, Any]:
    """A number that the operator jumped over, as after a restore."""
    to = doors.numbers.state().next_position + 1
    doors.numbers.jump("operator", to=to, reason="øvelse")
    number = doors.numbers.space.number(to - 1)
    return {"request_id": _id(), "first_number": number, "last_number": number, "reason": "på etiket"}


def _claim(doors: Doors, role: str) -> Asking:
    return "POST", "/numbers/claims", {**_skipped(doors), "account_id": str(doors.account)}, ""


def _claims(doors: Doors, role: str) -> Asking:
    asked = msgspec.convert(_skipped(doors), ClaimRequest)
    claim = doors.numbers.claim(doors.world.system("nord"), asked)
    return "GET", "/numbers/claims", None, str(claim.claim_id)


def _soap_draw(doors: Doors, role: str) -> Asking:
    parts = {"RequestId": _id(), "NumberOfIdentifiers": "1"}
    return "POST", door.PATH, envelope("GetAnalysisIdentifiers", parts), ""


def _soap_free(doors: Doors, role: str) -> Asking:
    parts = {"RequestId": _id(), "SeriesId": str(doors.series().series_id), "Reason": "x"}
    return "POST", door.PATH, envelope("SetAnalysisIdentifiersFree", parts), ""


def _soap_information(doors: Doors, role: str) -> Asking:
    series = doors.series()
    parts = {"Identifier": series.first_number}
    return "POST", door.PATH, envelope("GetAnalysisIdentifierInformation", parts), str(series.series_id)


def _soap_life(doors: Doors, role: str) -> Asking:
    parts = {"Identifier": doors.series().first_number}
    return "POST", door.PATH, envelope("GetAnalysisIdentifierInformation", parts), LIFE


def _description(doors: Doors, role: str) -> Asking:
    return "GET", f"{door.PATH}?wsdl", None, ""


OPERATIONS: dict[str, Operation] = {
    "draw-series": _draw,
    "attend": _attend,
    "release-series": _free,
    "list-series": _list,
    "show-series": _show,
    "show-space": _space,
    "list-drawn": _drawn,
    "look-up-number": _look_up,
    "life-of-a-sample": _life,
    "explain-number": _explain,
    "list-approvals": _approvals,
    "decide-approval": _decide,
    "list-agents": _agents,
    "acknowledge-agent": _acknowledge,
    "claim-numbers": _claim,
    "list-claims": _claims,
    "soap-draw": _soap_draw,
    "soap-free": _soap_free,
    "soap-information": _soap_information,
    "soap-life": _soap_life,
    "soap-description": _description,
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_role_by_every_operation(doors: Doors, operation: str) -> None:
    assert {role: answered(doors, role, operation) for role in ROLES} == TABLE[operation]


def answered(doors: Doors, role: str, operation: str) -> str:
    """A cell of the table."""
    method, path, body, mark = OPERATIONS[operation](doors, role)
    more = {"content": body, "headers": {"content-type": "text/xml"}} if isinstance(body, bytes) else {"json": body}
    answer = doors.ask(role, method, path, **(more if body is not None else {}))
    if answer.status_code == 200:
        return "yes" if mark in answer.text and _is_of_nord(doors, operation, answer) else "hidden"
    if not operation.startswith("soap"):
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["detail_da"]
        return str(answer.status_code)
    assert answer.status_code == 500
    word = etree.fromstring(answer.content).findtext(f".//{{{names.DGWS}}}FaultCode")
    return "refused" if word == "not_authorized" else "fault"


def _is_of_nord(doors: Doors, operation: str, answer: Any) -> bool:
    """Over SOAP nobody says for which account: a draw must be the caller's own, and here that is not always nord's."""
    if operation != "soap-draw":
        return True
    series_id = etree.fromstring(answer.content).findtext(f".//{{{names.OURS}}}SeriesId")
    page = doors.numbers.my_series(doors.world.system("nord"), limit=500)
    return series_id in {str(one.series_id) for one in page.series}


def test_the_table_names_every_operation_of_both_doors(doors: Doors) -> None:
    told = doors.ask("nobody", "GET", "/api-description/openapi.json").json()
    described = {
        one["operationId"]
        for path, operations in told["paths"].items()
        if path.startswith("/numbers")
        for one in operations.values()
    }
    more = {"life-of-a-sample", "soap-draw", "soap-free", "soap-information", "soap-life", "soap-description"}
    assert set(TABLE) == set(OPERATIONS) == described | more


def test_a_claim_to_higher_numbers_stops_the_service_only_from_an_account_s_own_system(doors: Doors) -> None:
    """Whoever could say so for another, or without being a system, could stop the country."""
    statement = {"agent_id": _id(), "call": 1, "highest_position": 10**9}
    for role in ("nobody", "laboratory", "other-system", "operator"):
        body = {"request_id": _id(), "count": 1, "account_id": str(doors.account), "statement": statement}
        assert doors.ask(role, "POST", "/numbers/series", json=body).status_code in (401, 403, 404)
    assert doors.numbers.stopped() is None


def envelope(operation: str, parts: dict[str, str]) -> bytes:
    """A request with the header that DGWS wants."""
    told = "".join(f"<{name}>{text}</{name}>" for name, text in parts.items())
    return (
        f'<s:Envelope xmlns:s="{names.SOAP}"><s:Header><Security xmlns="{names.WSSE}"><Timestamp xmlns="{names.WSU}">'
        f'<Created>2026-05-11T07:00:00Z</Created></Timestamp></Security><Header xmlns="{names.DGWS}"><Linking>'
        f"<MessageID>{_id()}</MessageID></Linking></Header></s:Header>"
        f'<s:Body><{operation} xmlns="{names.OURS}">{told}</{operation}></s:Body></s:Envelope>'
    ).encode()


def _id() -> str:
    return str(uuid.uuid4())
