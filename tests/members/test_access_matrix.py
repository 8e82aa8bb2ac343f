"""Who may do what: every role by every operation, asked through the whole server. The table is the agreement.

All rows are about vendor alfa and its laboratory nord. `vendor` is a person of alfa, `laboratory` one of nord, `system`
what runs for nord. The others are of vendor beta and of alfa's laboratory syd. A number is the status of the refusal:
403 the role may not, 404 it is not theirs, 401 nobody known.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from labbro import server
from labbro.databank import Databank
from labbro.members import acts
from labbro.members.authentication import CallFacts
from labbro.members.changes import ACTS, HOUSE, name_of
from labbro.members.members import Members
from labbro.members.permissions import READ
from labbro.platform.database import Database
from labbro.platform.settings import Settings
from labbro.portal.sessions import Actor, Sessions

from .building import DAY, World, contact_fields, new_key, new_world, public
from .test_authentication import assertion, client_certificate, form, pem

MATRIX = """
operation              operator vendor other-vendor laboratory other-laboratory system other-system nobody
add-vendor             yes      403    403          403        403              403    403          401
rename-vendor          yes      403    403          403        403              403    403          401
add-laboratory         yes      yes    404          403        403              403    403          401
change-laboratory      yes      yes    404          403        403              403    403          401
move-laboratory        yes      403    403          403        403              403    403          401
open-account           yes      yes    404          403        403              403    403          401
change-account         yes      yes    404          403        403              403    403          401
close-account          yes      yes    404          403        403              403    403          401
reopen-account         yes      yes    404          403        403              403    403          401
set-limits             yes      403    403          403        403              403    403          401
add-product            yes      yes    404          403        403              403    403          401
add-system             yes      yes    404          403        403              403    403          401
issue-certificate      yes      403    403          403        403              403    403          401
withdraw-certificate   yes      403    403          403        403              403    403          401
install                yes      yes    404          403        403              403    403          401
upgrade-installation   yes      yes    404          403        403              403    403          401
end-installation       yes      yes    404          403        403              403    403          401
add-key                yes      yes    404          403        403              yes    404          401
add-client-certificate yes      yes    404          403        403              yes    404          401
end-credential         yes      yes    404          403        403              yes    404          401
revoke-credential      yes      yes    404          yes        404              yes    404          401
add-person             yes      yes    404          403        403              403    403          401
end-person             yes      yes    404          403        403              403    403          401
add-contact            yes      yes    404          403        403              403    403          401
change-contact         yes      yes    404          403        403              403    403          401
remove-contact         yes      yes    404          403        403              403    403          401
confirm-contacts       yes      yes    404          yes        404              403    403          401
permit-manual          yes      403    403          403        403              403    403          401
write-notice           yes      403    403          403        403              403    403          401
withdraw-notice        yes      403    403          403        403              403    403          401
escalate               yes      yes    404          403        403              403    403          401
answer-escalation      yes      403    403          403        403              403    403          401
note-bounce            yes      403    403          403        403              403    403          401
me                     yes      yes    yes          yes        yes              yes    yes          401
vendors                yes      yes    hidden       yes        yes              yes    yes          401
laboratories           yes      yes    hidden       yes        hidden           yes    hidden       401
accounts               yes      yes    hidden       yes        hidden           yes    hidden       401
systems                yes      yes    hidden       yes        yes              yes    yes          401
installations          yes      yes    hidden       yes        hidden           yes    hidden       401
persons                yes      yes    hidden       yes        hidden           403    403          401
contacts               yes      yes    hidden       yes        hidden           yes    hidden       401
board                  yes      yes    hidden       yes        hidden           yes    hidden       401
notices                yes      yes    hidden       yes        yes              yes    yes          401
plain-calls            yes      yes    hidden       yes        hidden           yes    hidden       401
escalations            yes      yes    hidden       403        403              403    403          401
diagnostics            yes      yes    404          403        403              403    403          401
mails                  yes      403    403          403        403              403    403          401
"""
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
ISSUER = "http://127.0.0.1:8400"


class Callers(msgspec.Struct):
    """A server, and each role's way to call it."""

    client: TestClient[Any]
    world: World
    headers: dict[str, dict[str, str]]

    def ask(self, role: str, method: str, path: str, **more: Any) -> Any:
        return self.client.request(method, path, headers=self.headers[role], **more)


@pytest.fixture(scope="module")
def callers(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callers]:
    world = new_world(module_database)
    folder: Path = tmp_path_factory.mktemp("matrix")
    settings = Settings(data_dir=folder, secret=bytes(range(32)))
    given: dict[str, Any] = {"database": world.database, "settings": settings, "clock": world.clock}
    given["identities"] = world.identities
    services = server.Services(**given, databank=Databank(**given), members=Members.open(**given))
    sessions = Sessions(world.database, world.clock, world.identities, 100)
    headers: dict[str, dict[str, str]] = {"nobody": {}}
    for role, name in PEOPLE.items():
        session = sessions.begin(Actor(f"https://login.example#{name}", "Opdigtet"), "openid")
        headers[role] = {"cookie": f"labbro-session={session.token}"}
    for role, name in (("system", "nord"), ("other-system", "syd")):
        told = form(assertion(world, name, aud=ISSUER))
        token = services.members.authentication.token(told, CallFacts()).access_token
        headers[role] = {"authorization": f"Bearer {token}"}
    with TestClient(app=server.application(services), base_url=ISSUER) as client:
        yield Callers(client, world, headers)


# What each act needs, made anew for each asking, always about alfa or its laboratory nord.


def _key(world: World) -> uuid.UUID:
    now = world.clock.now()
    fields = {"jwk": public(new_key()), "valid_from": now, "valid_to": now + DAY}
    return world.do(HOUSE, acts.AddKey, installation_id=_installation(world, keep=True), **fields).id


def _installation(world: World, *, keep: bool = False) -> uuid.UUID:
    """nord's own installation, or another one of nord that may be ended."""
    if keep:
        return world.ids["installation-nord"]
    fields = {"account_id": world.ids["account-nord"], "system_id": world.ids["system-alfa"]}
    return world.do(HOUSE, acts.Install, name="Reserve", **fields).id


def _contact(world: World) -> uuid.UUID:
    return world.do(HOUSE, acts.AddContact, laboratory_id=world.ids["nord"], **contact_fields()).id


def _person(world: World) -> dict[str, Any]:
    return {"issuer": "https://login.example", "subject": str(uuid.uuid4()), "name": "Ny", "role": "laboratory"}


def _notice(world: World) -> dict[str, Any]:
    now = world.clock.now()
    return {
        "kind": "planned",
        "title_da": "Dansk",
        "title_en": "English",
        "text_da": "Dansk",
        "text_en": "English",
        "starts_at": now,
        "ends_at": now + DAY,
    }


def _mail(world: World) -> uuid.UUID:
    mail_id = uuid.uuid4()
    with world.database.connection() as connection:
        connection.execute(
            b"INSERT INTO members.mail (mail_id, occasion, recipient, subject, body, state, attempts, made_at, next_at)"
            b" VALUES (%(id)s, %(id)s::text, 'a@b.example', 's', 'b', 'sent', 1, now(), now())",
            {"id": mail_id},
        )
    return mail_id


def _escalation(world: World) -> uuid.UUID:
    return world.do(HOUSE, acts.Escalate, laboratory_id=world.ids["nord"], subject="Spørgsmål", text="Tekst").id


def _new_pem(world: World) -> str:
    return pem(client_certificate())


def _some_name() -> str:
    return f"Navn {uuid.uuid4()}"


Fields = Callable[[World], dict[str, Any]]
BODIES: dict[type[acts.Act], Fields] = {
    acts.AddVendor: lambda w: {"name": _some_name()},
    acts.RenameVendor: lambda w: {"vendor_id": w.ids["alfa"], "name": _some_name()},
    acts.AddLaboratory: lambda w: {"vendor_id": w.ids["alfa"], "name": _some_name(), "formats": ["RPT01"]},
    acts.ChangeLaboratory: lambda w: {"laboratory_id": w.ids["nord"], "name": _some_name(), "formats": ["RPT01"]},
    acts.MoveLaboratory: lambda w: {"laboratory_id": w.ids["nord"], "to_vendor_id": w.ids["alfa"]},
    acts.OpenAccount: lambda w: {"laboratory_id": w.ids["nord"], "department": "A", "mailbox": "lab@nord.example"},
    acts.ChangeAccount: lambda w: {"account_id": w.ids["account-nord"], "department": "A", "mailbox": "lab@n.example"},
    acts.CloseAccount: lambda w: {"account_id": w.ids["account-nord"]},
    acts.ReopenAccount: lambda w: {"account_id": w.ids["account-nord"]},
    acts.SetLimits: lambda w: {"account_id": w.ids["account-nord"], "limits": {"largest_series": 5}},
    acts.AddProduct: lambda w: {"vendor_id": w.ids["alfa"], "name": _some_name()},
    acts.AddSystem: lambda w: {"product_id": w.ids["product-alfa"], "version": _some_name()},
    acts.IssueCertificate: lambda w: {
        "system_id": w.ids["system-alfa"],
        "formats": ["RPT01"],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    },
    acts.WithdrawCertificate: lambda w: {"certificate_id": w.ids["certificate-alfa"]},
    acts.Install: lambda w: {
        "account_id": w.ids["account-nord"],
        "system_id": w.ids["system-alfa"],
        "name": "Server",
    },
    acts.UpgradeInstallation: lambda w: {
        "installation_id": w.ids["installation-nord"],
        "to_system_id": w.ids["system-alfa"],
    },
    acts.EndInstallation: lambda w: {"installation_id": _installation(w)},
    acts.AddKey: lambda w: {
        "installation_id": w.ids["installation-nord"],
        "jwk": msgspec.to_builtins(public(new_key())),
        "valid_from": w.clock.now(),
        "valid_to": w.clock.now() + DAY,
    },
    acts.AddClientCertificate: lambda w: {"installation_id": w.ids["installation-nord"], "pem": _new_pem(w)},
    acts.EndCredential: lambda w: {"credential_id": _key(w), "valid_to": w.clock.now() + dt.timedelta(hours=1)},
    acts.RevokeCredential: lambda w: {"credential_id": _key(w)},
    acts.AddPerson: lambda w: {"laboratory_id": w.ids["nord"], **_person(w)},
    acts.EndPerson: lambda w: {"person_id": w.do(HOUSE, acts.AddPerson, laboratory_id=w.ids["nord"], **_person(w)).id},
    acts.AddContact: lambda w: {"laboratory_id": w.ids["nord"], **contact_fields()},
    acts.ChangeContact: lambda w: {
        "contact_id": _contact(w),
        **{name: value for name, value in contact_fields().items() if name != "purpose"},
    },
    acts.RemoveContact: lambda w: {"contact_id": _contact(w)},
    acts.ConfirmContacts: lambda w: {"laboratory_id": w.ids["nord"], "_made": _contact(w)},
    acts.PermitManual: lambda w: {"laboratory_id": w.ids["nord"], "until": "2026-12-31"},
    acts.WriteNotice: _notice,
    acts.WithdrawNotice: lambda w: {"notice_id": w.do(HOUSE, acts.WriteNotice, **_notice(w)).id},
    acts.Escalate: lambda w: {"laboratory_id": w.ids["nord"], "subject": "Spørgsmål", "text": "Tekst"},
    acts.AnswerEscalation: lambda w: {"escalation_id": _escalation(w), "answer": "Svar"},
    acts.NoteBounce: lambda w: {"mail_id": _mail(w)},
}


def body_of(world: World, kind: type[acts.Act]) -> dict[str, Any]:
    fields = {name: value for name, value in BODIES[kind](world).items() if not name.startswith("_")}
    told: dict[str, Any] = msgspec.to_builtins({"request_id": uuid.uuid4(), **fields})
    # Keys of an installation are limited in number; those of earlier askings are not needed any more.
    for key in _living_keys(world):
        world.do(HOUSE, acts.RevokeCredential, credential_id=key) if key not in str(told) else None
    return told


def _living_keys(world: World) -> list[str]:
    with world.database.connection() as connection:
        rows = connection.execute(
            b"SELECT credential_id::text FROM members.credential WHERE revoked_at IS NULL AND installation_id = %s",
            (world.ids["installation-nord"],),
        ).fetchall()
    return [row[0] for row in rows if row[0] != str(world.ids["key-nord"])]


def test_the_table_names_every_act_and_every_view() -> None:
    assert set(TABLE) == {name_of(kind) for kind in ACTS} | set(READ)
    assert set(BODIES) == set(ACTS)


@pytest.mark.parametrize("kind", ACTS, ids=name_of)
def test_every_role_by_every_act(callers: Callers, kind: type[acts.Act]) -> None:
    told = {}
    for role in ROLES:
        answer = callers.ask(role, "POST", f"/members/{name_of(kind)}", json=body_of(callers.world, kind))
        told[role] = "yes" if answer.status_code == 200 else str(answer.status_code)
        if answer.status_code != 200:
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert answer.json()["detail_da"]
    assert told == TABLE[name_of(kind)]


@pytest.mark.parametrize("what", sorted(READ))
def test_every_role_by_every_view(callers: Callers, what: str) -> None:
    world = callers.world
    with world.database.connection() as connection:
        connection.execute(
            b"INSERT INTO members.plain_call VALUES (%s, %s, 1, now()) ON CONFLICT DO NOTHING",
            (world.ids["nord"], world.clock.now().date()),
        )
    notice = world.do(HOUSE, acts.WriteNotice, vendor_ids=[world.ids["alfa"]], **_notice(world)).id
    escalation, contact = _escalation(world), _contact(world)
    marks = {
        "vendors": world.ids["alfa"],
        "laboratories": world.ids["nord"],
        "accounts": world.ids["account-nord"],
        "systems": world.ids["system-alfa"],
        "installations": world.ids["installation-nord"],
        "persons": world.ids["person-nord"],
        "contacts": contact,
        "board": world.ids["nord"],
        "plain-calls": world.ids["nord"],
        "escalations": escalation,
        "notices": notice,
    }
    path = f"/members/escalations/{escalation}/diagnostics" if what == "diagnostics" else f"/members/{what}"
    told = {}
    for role in ROLES:
        answer = callers.ask(role, "GET", path)
        shown = str(marks.get(what, "")) in answer.text
        told[role] = str(answer.status_code) if answer.status_code != 200 else "yes" if shown else "hidden"
    assert told == TABLE[what]
