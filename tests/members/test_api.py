"""The REST door: acts and views over HTTP, notices in every answer, diagnostics without people."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from litestar.testing import TestClient
from lxml import etree
from schemathesis.specs.openapi.checks import positive_data_acceptance

from labbro import server
from labbro.members import acts
from labbro.members.changes import HOUSE
from labbro.members.members import Members
from labbro.portal.sessions import Actor, Sessions

from .building import DAY, NOW, World, contact_fields
from .test_authentication import assertion, client_certificate, form, pem, rfc_9440

ISSUER = "http://127.0.0.1:8400"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def signed_in(world: World) -> Callable[[str], dict[str, str]]:
    sessions = Sessions(world.database, world.clock, world.identities, 100)

    def headers(name: str) -> dict[str, str]:
        return {
            "cookie": f"labbro-session={sessions.begin(Actor(f'https://login.example#{name}', 'x'), 'openid').token}"
        }

    return headers


def write_notice(world: World, **changes: Any) -> uuid.UUID:
    fields: dict[str, Any] = {
        "kind": "incident",
        "title_da": "Træk er langsomt",
        "title_en": 'Drawing is "slow"',
        "text_da": "Vi undersøger det <nu>.",
        "text_en": "We look into it.",
        "starts_at": NOW - DAY,
        "ends_at": NOW + DAY,
    }
    return world.do(HOUSE, acts.WriteNotice, **(fields | changes)).id


def test_an_act_over_http_is_done_once(client: TestClient[Any], world: World, signed_in: Any) -> None:
    body = {
        "request_id": str(uuid.uuid4()),
        "laboratory_id": str(world.ids["nord"]),
        "department": "Blodbank",
        "mailbox": "mette.hansen@nord.example",
    }
    alfa = signed_in("alfa")
    first = client.post("/members/open-account", json=body, headers=alfa)
    assert first.status_code == 200
    assert first.json()["warnings"][0]["code"] == "mailbox-name"
    assert client.post("/members/open-account", json=body, headers=alfa).json() == first.json()
    told = client.get("/members/accounts", headers=alfa).json()
    assert sum(one["account"]["department"] == "Blodbank" for one in told) == 1
    other = client.post("/members/open-account", json={**body, "department": "Andet"}, headers=alfa)
    assert (other.status_code, other.json()["code"]) == (409, "request-id-reused")


def test_an_act_needs_a_request_id_and_no_field_too_many(client: TestClient[Any], world: World, signed_in: Any) -> None:
    body = {"account_id": str(world.ids["account-nord"])}
    assert client.post("/members/close-account", json=body, headers=signed_in("alfa")).status_code == 400
    body |= {"request_id": str(uuid.uuid4()), "acount_id": "x"}
    assert client.post("/members/close-account", json=body, headers=signed_in("alfa")).status_code == 400


@pytest.mark.parametrize(
    "header",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}],
)
def test_a_page_of_another_site_cannot_act_in_somebody_s_session(
    client: TestClient[Any], world: World, signed_in: Any, header: dict[str, str]
) -> None:
    body = {"request_id": str(uuid.uuid4()), "account_id": str(world.ids["account-nord"])}
    answer = client.post("/members/close-account", json=body, headers=signed_in("alfa") | header)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-recognised")


def test_an_account_tells_all_parties_how_it_may_draw(client: TestClient[Any], world: World, signed_in: Any) -> None:
    world.do(HOUSE, acts.PermitManual, vendor_id=world.ids["beta"], until=NOW.date() + 10 * DAY)
    for name in ("operator", "beta", "vest"):
        told = client.get("/members/accounts", headers=signed_in(name)).json()
        (vest,) = [one for one in told if one["account"]["account_id"] == str(world.ids["account-vest"])]
        assert vest["drawing"]["manual_days_left"] == 10
        assert vest["drawing"]["automatic"] is False
        assert vest["drawing"]["missing_formats"] == ["REQ01", "RPT01"]


def test_a_laboratory_sees_its_vendor_s_first_level_contact(
    client: TestClient[Any], world: World, signed_in: Any
) -> None:
    world.do(HOUSE, acts.AddContact, vendor_id=world.ids["alfa"], **contact_fields("support@alfa.example"))
    told = client.get("/members/contacts", headers=signed_in("nord")).json()
    assert [one["mailbox"] for one in told] == ["support@alfa.example"]


def test_the_board_tells_each_duty_with_its_evidence(client: TestClient[Any], world: World, signed_in: Any) -> None:
    told = client.get("/members/board", headers=signed_in("alfa")).json()
    (vendor,) = told["vendors"]
    assert len(vendor["duties"]) == 7
    assert {one["laboratory_id"] for one in vendor["laboratories"]} == {str(world.ids["nord"]), str(world.ids["syd"])}
    with world.database.connection() as connection:
        connection.execute(
            b"INSERT INTO numbers.agent (agent_id, account_id, call, nonce, last_request_id, seen_at)"
            b" VALUES (gen_random_uuid(), %s, 1, 'x', gen_random_uuid(), %s)",
            (world.ids["account-nord"], NOW - 3 * DAY),
        )
    own = client.get("/members/board", headers=signed_in("nord")).json()
    (drawing,) = [one for one in own["laboratories"][0]["duties"] if one["code"] == "automatic-drawing"]
    assert (drawing["state"], drawing["evidence_en"]) == (
        "met",
        "Last drawn automatically on 2026-05-08; days ago: 3.",
    )
    assert [one["laboratory_id"] for one in own["laboratories"]] == [str(world.ids["nord"])]


# Notices


def test_an_active_notice_is_in_the_header_of_every_answer(client: TestClient[Any], world: World) -> None:
    assert "labbro-notice" not in client.get("/healthz").headers


def test_an_active_notice_is_told_in_pages_answers_and_errors(client: TestClient[Any], world: World) -> None:
    notice = write_notice(world)
    write_notice(world, vendor_ids=[world.ids["alfa"]], title_en="For alfa only")
    write_notice(world, starts_at=NOW + DAY / 2, title_en="Not yet")
    for path in ("/healthz", "/members/me", "/nothing-here", "/sign-in", "/notices.atom"):
        (told,) = client.get(path).headers.get_list("labbro-notice")
        assert told.startswith(f'incident; id="{notice}"; starts="2026-05-10T07:00:00Z"; ends="2026-05-12T07:00:00Z"')
        assert told.endswith("title=\"Drawing is 'slow'\"; title*=UTF-8''Tr%C3%A6k%20er%20langsomt")
    world.clock.advance(DAY * 0.75)
    assert "Not yet" in client.get("/healthz").headers["labbro-notice"]


def test_the_feed_tells_notices_for_everyone_to_anyone(client: TestClient[Any], world: World) -> None:
    notice = write_notice(world)
    write_notice(world, vendor_ids=[world.ids["alfa"]], title_en="For alfa only")
    write_notice(world, starts_at=NOW - 3 * DAY, ends_at=NOW - 2 * DAY, title_en="Over")
    answer = client.get("/notices.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = etree.fromstring(answer.content)
    entries = root.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}id") for one in entries] == [f"urn:uuid:{notice}"]
    assert "Vi undersøger det <nu>." in (entries[0].findtext(f"{ATOM}content") or "")
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}")
        assert entries[0].findtext(f"{ATOM}{name}")


def test_a_withdrawn_notice_is_told_nowhere(client: TestClient[Any], world: World, signed_in: Any) -> None:
    notice = write_notice(world)
    world.do(HOUSE, acts.WithdrawNotice, notice_id=notice)
    answer = client.get("/notices.atom")
    assert str(notice) not in answer.text
    assert "labbro-notice" not in answer.headers
    assert client.get("/members/notices", headers=signed_in("nord")).json() == []


# Support


def test_a_vendor_escalates_with_diagnostics_that_name_nobody(
    client: TestClient[Any], world: World, signed_in: Any
) -> None:
    world.do(
        HOUSE, acts.AddContact, vendor_id=world.ids["alfa"], **contact_fields("mette@alfa.example", "Mette Hansen")
    )
    body = {
        "request_id": str(uuid.uuid4()),
        "laboratory_id": str(world.ids["nord"]),
        "subject": "Træk fejler",
        "text": "Siden i morges svarer tjenesten 403.",
    }
    escalation = client.post("/members/escalate", json=body, headers=signed_in("alfa")).json()["id"]
    path = f"/members/escalations/{escalation}/diagnostics"
    told = client.get(path, headers=signed_in("operator"))
    assert told.json()["accounts"][0]["automatic"] is True
    assert told.json()["accounts"][0]["installations"][0]["keys"][0]["holds"] is True
    directory = client.get("/members/persons", headers=signed_in("operator")).json()
    private = [one["name"] for one in directory] + ["Mette", "@", "12 34 56 78", "BEGIN", '"x"']
    assert [word for word in private if word in told.text] == []
    assert client.get(path, headers=signed_in("beta")).status_code == 404


def test_diagnostics_hold_no_other_kinds_of_fields_than_agreed(client: TestClient[Any], world: World) -> None:
    """Every text in it is an id, a day, a version, a state or a format: nothing that a patient could be told by."""
    done = world.do(world.person("alfa"), acts.Escalate, vendor_id=world.ids["alfa"], subject="S", text="T")
    texts: list[str] = []

    def walk(told: Any) -> None:
        if isinstance(told, dict):
            for value in told.values():
                walk(value)
        elif isinstance(told, list):
            for value in told:
                walk(value)
        elif isinstance(told, str):
            texts.append(told)

    walk(world.changes.diagnostics(done.id))
    for text in texts:
        is_time = text[:2] == "20" and dt.datetime.fromisoformat(text)
        assert is_time or text in ("open", "closed", "key", "tls", "RPT01", "REQ01", "0.1.0") or uuid.UUID(text)


# Systems


def called_from_this_machine(app: Any) -> Any:
    async def called(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": ("127.0.0.1", 5000)}, receive, send)

    return called


def test_a_client_certificate_counts_only_from_a_configured_proxy(services: server.Services, world: World) -> None:
    certificate = client_certificate()
    installation = world.ids["installation-nord"]
    world.do(HOUSE, acts.AddClientCertificate, installation_id=installation, pem=pem(certificate))
    shown = {"client-cert": rfc_9440(certificate)}
    for proxies, status in (((), 401), (("10.0.0.9",), 401), (("127.0.0.1",), 200)):
        settings = msgspec.structs.replace(services.settings, proxies=proxies)
        members = Members.open(world.database, settings, world.clock, world.identities)
        changed = msgspec.structs.replace(services, settings=settings, members=members)
        with TestClient(app=called_from_this_machine(server.application(changed)), base_url=ISSUER) as client:
            answer = client.get("/members/me", headers=shown)
            assert answer.status_code == status
            if status == 200:
                assert answer.json()["installation_id"] == str(installation)


def test_a_system_renews_its_own_key(client: TestClient[Any], world: World) -> None:
    token = client.post("/oauth/token", data=form(assertion(world, aud=ISSUER))).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    body = {"request_id": str(uuid.uuid4()), "credential_id": str(world.ids["key-nord"])}
    assert client.post("/members/revoke-credential", json=body, headers=headers).status_code == 200
    answer = client.get("/members/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "key-revoked")


# The description


@pytest.mark.parametrize("who", ["nobody", "operator"])
def test_the_door_keeps_to_its_description(services: server.Services, signed_in: Any, who: str) -> None:
    settings = msgspec.structs.replace(services.settings, public_url="http://testserver")
    app = server.application(msgspec.structs.replace(services, settings=settings))
    schema = schemathesis.openapi.from_asgi("/api-description/openapi.json", app)  # type: ignore[arg-type]
    headers = signed_in(who) if who != "nobody" else {}
    # What holds between fields, such as an end after a beginning, cannot be told in a description.
    excluded = [positive_data_acceptance] if who == "operator" else []
    checked = 0
    for found in schema.include(path_regex="^/(members|oauth|notices)").get_all_operations():
        checked += 1

        @hypothesis_settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=found.ok().as_strategy())
        def check(case: Any) -> None:
            case.call_and_validate(headers=headers, excluded_checks=excluded)

        check()
    assert checked > 45
