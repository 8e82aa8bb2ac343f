"""The pages of the number service through the whole server: who sees which, what a form does, what stays closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import msgspec
import pytest
from joserfc.jwk import ECKey
from litestar.testing import TestClient

from labbro import server
from labbro.members import acts
from labbro.members.changes import ACTS, HOUSE, name_of
from labbro.platform.database import Database
from labbro.portal.numbers.acting import BY_NAME
from labbro.portal.numbers.door import PAGES as DOOR_PAGES
from labbro.portal.sessions import Actor, Sessions

from .conftest import put_letter
from .numbers_country import PAGES, WHO, act, country, fields, id_of, signed_in, token_of, words

SERVICE = "/number-service"


@pytest.fixture(scope="module")
def services(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Services]:
    with country(module_database, tmp_path_factory.mktemp("country")) as opened:
        yield opened


# --- who comes in ---


def test_every_role_opens_its_pages_and_no_other(services: server.Services) -> None:
    for role, who in WHO.items():
        with signed_in(services, who) as client:
            for path in PAGES:
                allowed = role in DOOR_PAGES[path.strip("/") or "overview"]
                assert client.get(SERVICE + path).status_code == (200 if allowed else 403), (role, path)


def test_without_a_sign_in_every_page_leads_to_the_sign_in(services: server.Services) -> None:
    with signed_in(services, "olga") as client:
        client.cookies.clear()
        for path in (*PAGES, "/do/write-notice", f"/series/{uuid4()}", f"/accounts/{uuid4()}"):
            answer = client.get(SERVICE + path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path


@pytest.mark.parametrize("role", ["operator", "vendor", "laboratory"])
def test_people_of_the_number_service_see_no_patients(services: server.Services, role: str) -> None:
    with signed_in(services, WHO[role]) as client:
        assert client.get("/").headers["location"] == SERVICE
        token = token_of(client.get(SERVICE))
        looked_up = client.post("/patients", data={"form_token": token, "identifier": "1111571231"})
        assert looked_up.status_code == 403
        assert "ikke adgang til patienter" in words(looked_up)
        for place in ("results", "microbiology", "pathology", "genetics", "requisitions", "access"):
            assert client.get(f"/patients/{'A' * 44}/{place}").status_code == 403
        for place in (
            "letters/" + "0" * 32,
            "letters/" + "0" * 32 + "/original",
            "values/" + "0" * 32 + "/1",
            "rows/x",
        ):
            assert client.get(f"/patients/{'A' * 44}/{place}").status_code == 403


def test_whoever_left_the_number_service_sees_neither_it_nor_patients(services: server.Services) -> None:
    members = services.members
    with signed_in(services, "emmy") as client:
        assert client.get(SERVICE).status_code == 200
        gone = acts.EndPerson(request_id=uuid4(), person_id=id_of(services, "person emmy"))
        members.changes.do(HOUSE, gone)
        assert client.get(SERVICE).status_code == 403
        assert client.get(f"/patients/{'A' * 44}/results").status_code == 403
        assert client.get("/").headers["location"] == SERVICE


def test_a_clinician_finds_patients_and_no_numbers(services: server.Services) -> None:
    with signed_in(services, "asta") as client:
        assert "Find patient" in words(client.get("/"))
        assert client.get(SERVICE).status_code == 403


def test_who_signs_in_by_openid_is_known_by_issuer_and_subject(services: server.Services) -> None:
    sessions = Sessions(services.database, services.clock, services.identities, 100)
    fields = {"issuer": "https://login.example", "subject": "s-17", "name": "Ole Login (opdigtet)", "role": "vendor"}
    vendor = id_of(services, "nordlys")
    services.members.changes.do(HOUSE, acts.AddPerson(request_id=uuid4(), vendor_id=vendor, **fields))
    for subject, expected in (("s-17", 200), ("s-18", 403)):
        session = sessions.begin(Actor(f"https://login.example#{subject}", "Ole"), "openid")
        with TestClient(app=server.application(services), base_url="http://127.0.0.1:8400") as client:
            client.cookies.set("labbro-session", session.token)
            assert client.get(SERVICE).status_code == expected
            assert client.get(f"{SERVICE}/mails").status_code == 403


def test_invented_members_are_nobody_outside_a_demonstration(services: server.Services) -> None:
    sessions = Sessions(services.database, services.clock, services.identities, 100)
    session = sessions.begin(Actor("demonstration:olga", "Olga"), "demonstration")
    settings = msgspec.structs.replace(services.settings, demonstration=False)
    serious = msgspec.structs.replace(services, settings=settings)
    with TestClient(app=server.application(serious), base_url="http://127.0.0.1:8400") as client:
        assert "Olga" not in client.get("/sign-in").text
        client.cookies.set("labbro-session", session.token)
        assert client.get(SERVICE).status_code == 403
        assert client.get(f"/patients/{'A' * 44}/results").status_code == 403


def test_each_sees_their_own_and_nothing_of_others(services: server.Services) -> None:
    with signed_in(services, "olga") as client:
        everything = words(client.get(f"{SERVICE}/accounts"))
    assert all(name in everything for name in ("Nordlys", "Fjordsoft", "Havblik", "Klithavn", "Egebro"))
    with signed_in(services, "nora") as client:
        told = "".join(words(client.get(SERVICE + path)) for path in PAGES[:-1])
        assert "Klithavn" in told
        assert "Egebro" not in told
        assert "Fjordsoft" not in told
    with signed_in(services, "karla") as client:
        told = "".join(words(client.get(SERVICE + path)) for path in PAGES[:-2])
        assert "Mikrobiologisk" not in told
        assert "support@nordlys.example" in told  # whom a laboratory asks first


def test_what_is_anothers_does_not_exist(services: server.Services) -> None:
    egebro = id_of(services, "account egebro")
    question = id_of(services, "question")
    with signed_in(services, "nora") as client:
        for path in (
            f"/accounts/{egebro}",
            f"/questions/{question}",
            f"/series?account={egebro}",
            f"/do/close-account?account_id={egebro}",
            f"/do/close-account?account_id={uuid4()}",
            "/do/close-account",
            "/do/no-such-act",
        ):
            assert client.get(SERVICE + path).status_code == 404, path


def test_every_act_has_a_form_and_only_those_who_may_reach_it(services: server.Services) -> None:
    assert set(BY_NAME.values()) == set(ACTS)
    with signed_in(services, "karla") as client:
        for kind in ACTS:
            mine = kind in (acts.ConfirmContacts, acts.RevokeCredential)
            told = client.get(f"{SERVICE}/do/{name_of(kind)}").status_code
            assert told == 404 if mine else told == 403, kind


# --- reading ---


def test_the_overview_shows_stocks_draws_and_what_is_left(services: server.Services) -> None:
    with signed_in(services, "olga") as client:
        page = client.get(SERVICE)
    said = words(page)
    assert "27 uger" in said
    assert "23 til 31 uger" in said
    assert "Rummet er brugt op i år" in said
    assert "En lageragent er sat på hold" in said
    assert "Et træk venter på en anden persons godkendelse" in said
    assert 'id="data-stocks"' in page.text
    assert 'id="data-draws"' in page.text


def test_every_gap_of_the_line_has_a_reason(services: server.Services) -> None:
    with signed_in(services, "karla") as client:
        said = words(client.get(f"{SERVICE}/series"))
    assert "Frigivet: Etiketterne blev væk ved flytning." in said
    assert "Trukket af andre." in said
    assert "Trukket af denne konto." in said


def test_a_wrong_number_is_explained_and_a_right_one_has_a_holder(services: server.Services) -> None:
    assert services.numbers is not None
    number = services.numbers.space.number(7_000)
    wrong = number[:5] + str((int(number[5]) + 1) % 10) + number[6:]
    with signed_in(services, "karla") as client:
        found = act(client, f"{SERVICE}/look-up", number=number)
        assert found.status_code == 200
        assert "Klithavn Universitetshospital, Klinisk Biokemisk Afdeling" in words(found)
        assert "Databanken kender ingen prøve" in words(found)
        explained = act(client, f"{SERVICE}/look-up", number=wrong)
        assert explained.status_code == 400
        assert number in words(explained)
        assert "i jeres serier" in words(explained)
        assert "Givet tilbage, ugyldigt" in words(
            act(client, f"{SERVICE}/look-up", number=services.numbers.space.number(3))
        )


def test_a_samples_life_is_told_to_those_who_answer_for_its_number(services: server.Services) -> None:
    assert services.numbers is not None
    number = services.numbers.space.number(9_000)
    put_letter(services.databank, requester_sample=number)
    told = {}
    for who in ("olga", "nora", "karla", "frode", "mille"):
        with signed_in(services, who) as client:
            told[who] = words(act(client, f"{SERVICE}/look-up", number=number))
    for who in ("olga", "nora", "karla"):
        assert "Prøven blev taget (RPT01)." in told[who]
        assert "Svaret blev gemt i databanken" in told[who]
    for who in ("frode", "mille"):
        assert "Prøvens liv vises kun for dem, der har nummeret" in told[who]
        assert "Prøven blev taget" not in told[who]
    with services.database.connection() as connection:
        (identifier,) = connection.execute("SELECT identifier FROM databank.patient").fetchone() or ("",)
    assert identifier
    assert not any(identifier in said for said in told.values())


def test_a_stopped_service_is_seen_at_once_with_what_to_do(
    services: server.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert services.numbers is not None
    state = msgspec.structs.replace(services.numbers.state(), stopped="database-behind")
    monkeypatch.setattr(services.numbers, "state", lambda: state)
    with signed_in(services, "olga") as client:
        page = client.get(SERVICE)
        assert 'role="alert"' in page.text
        assert "Der udleveres ingen numre" in words(page)
        assert "labbro numbers jump" in words(page)
    with signed_in(services, "karla") as client:
        said = words(client.get(SERVICE))
        assert "Laboratorier arbejder videre på deres lager" in said
        assert "labbro numbers jump" not in said


def test_english_is_spoken_on_wish(services: server.Services) -> None:
    with signed_in(services, "olga") as client:
        token = token_of(client.get(SERVICE))
        client.post("/language", data={"form_token": token, "language": "en", "back": SERVICE})
        for path in PAGES:
            page = client.get(SERVICE + path)
            assert 'lang="en"' in page.text, path
        assert "Agreement board" in words(client.get(f"{SERVICE}/board"))


# --- acting ---


def test_a_form_sent_twice_draws_once(services: server.Services) -> None:
    assert services.numbers is not None
    with signed_in(services, "hedda") as client:
        page = client.get(f"{SERVICE}/draw")
        sent = {**fields(page, f"{SERVICE}/draw"), "account_id": str(id_of(services, "account egebro")), "count": "250"}
        first, second = (client.post(f"{SERVICE}/draw", data=sent) for _ in range(2))
        assert first.status_code == second.status_code == 303
        assert first.headers["location"] == second.headers["location"]
        assert "Serie på 250 numre" in words(client.get(first.headers["location"]))


def test_a_draw_far_above_plan_waits_for_a_second_person(services: server.Services) -> None:
    account = id_of(services, "account egebro")
    with signed_in(services, "egil") as client:
        told = act(client, f"{SERVICE}/draw", account_id=str(account), count="90000")
        assert told.headers["location"] == f"{SERVICE}/approvals"
        page = client.get(f"{SERVICE}/approvals")
        assert "En anden end dig skal godkende" in words(page)
        assert "Godkend" not in re.findall(r'class="button[^>]*>(\w+)<', page.text)
    with signed_in(services, "hedda") as client:
        page = client.get(f"{SERVICE}/approvals")
        address = next(
            one
            for one in re.findall(rf'action="({SERVICE}/approvals/[0-9a-f-]+/decision)"', page.text)
            if "90.000" in page.text.partition(one)[0].rpartition("<h2")[2]
        )
        answer = client.post(address, data={"form_token": token_of(page), "approve": "yes"})
        assert answer.status_code == 303
    with signed_in(services, "egil") as client:
        page = client.get(f"{SERVICE}/approvals")
        drawn = client.post(f"{SERVICE}/draw", data=fields(page, f"{SERVICE}/draw"))
        assert "Serie på 90.000 numre" in words(client.get(drawn.headers["location"]))
        assert f'action="{SERVICE}/draw"' not in client.get(f"{SERVICE}/approvals").text


def test_whoever_draws_by_itself_is_told_until_when_hands_may(services: server.Services) -> None:
    account = str(id_of(services, "account klithavn"))
    with signed_in(services, "karla") as client:
        page = client.get(f"{SERVICE}/draw")
        assert "Træk i hånden er ikke muligt" in words(page)
        sent = {"form_token": token_of(page), "request_id": str(uuid4()), "account_id": account, "count": "5"}
        refused = client.post(f"{SERVICE}/draw", data=sent)
        assert refused.status_code == 403
        assert "Det blev ikke udført" in words(refused)


@pytest.mark.parametrize("count", ["", "-4", "0", "9999999", "många"])
def test_a_draw_that_cannot_be_says_why_and_keeps_what_was_filled_in(services: server.Services, count: str) -> None:
    account = str(id_of(services, "account egebro"))
    with signed_in(services, "hedda") as client:
        told = act(client, f"{SERVICE}/draw", account_id=account, count=count)
        assert 400 <= told.status_code < 500
        assert "Det blev ikke udført" in words(told)
        assert fields(told, f"{SERVICE}/draw")["account_id"] == account


def test_part_of_a_series_is_given_back_once(services: server.Services) -> None:
    assert services.numbers is not None
    with signed_in(services, "hedda") as client:
        account = str(id_of(services, "account egebro"))
        drawn = act(client, f"{SERVICE}/draw", account_id=account, count="20").headers["location"].partition("?")[0]
        page = client.get(drawn)
        sent = fields(page, f"{drawn}/release")
        sent["last_number"], sent["reason"] = sent["first_number"], "Etiketten gik i stykker."
        assert client.post(f"{drawn}/release", data=sent).status_code == 303
        assert client.post(f"{drawn}/release", data=sent).status_code == 303
        again = client.post(f"{drawn}/release", data={**sent, "request_id": str(uuid4())})
        assert again.status_code == 409
        assert "allerede frigivet" in words(again)
        assert "1 givet tilbage" in words(client.get(f"{SERVICE}/series?account={account}"))


def test_an_agent_on_hold_is_acknowledged_by_a_person(services: server.Services) -> None:
    with signed_in(services, "mille") as client:
        page = client.get(f"{SERVICE}/agents")
        assert "er på hold" in words(page)
        (address,) = re.findall(rf'action="({SERVICE}/agents/[0-9a-f-]+/acknowledgement)"', page.text)
        assert client.post(address, data={"form_token": token_of(page)}).status_code == 303
        assert "Udgået" in words(client.get(f"{SERVICE}/agents"))


def test_an_account_is_opened_changed_closed_and_opened_again(services: server.Services) -> None:
    laboratory = id_of(services, "klithavn")
    with signed_in(services, "nora") as client:
        opened = act(
            client,
            f"{SERVICE}/do/open-account?laboratory_id={laboratory}",
            department="Blodbanken",
            mailbox="hans.jensen@klithavn.example",
        )
        done = client.get(opened.headers["location"])
        assert "Udført: Åbn en konto" in words(done)
        assert "ligner en persons" in words(done)  # the warning of the mailbox
        account = re.findall(rf'href="{SERVICE}/accounts/([0-9a-f-]+)">Blodbanken', done.text)[0]
        act(
            client,
            f"{SERVICE}/do/change-account?account_id={account}",
            mailbox="blodbank.post@klithavn.example",
        )
        assert "blodbank.post@klithavn.example" in words(client.get(f"{SERVICE}/accounts/{account}"))
        act(client, f"{SERVICE}/do/close-account?account_id={account}")
        assert "Lukket" in words(client.get(f"{SERVICE}/accounts/{account}"))
        act(client, f"{SERVICE}/do/reopen-account?account_id={account}")
        assert "Åben" in words(client.get(f"{SERVICE}/accounts/{account}"))


def test_keys_are_registered_rotated_and_revoked(services: server.Services) -> None:
    installation, account = id_of(services, "installation sonderlund"), id_of(services, "account sonderlund")
    public = msgspec.json.encode({**ECKey.generate_key("P-256").as_dict(private=False), "kid": "sonderlund-2"}).decode()
    with signed_in(services, "frode") as client:
        told = act(client, f"{SERVICE}/do/add-key?installation_id={installation}", jwk=public)
        assert told.headers["location"].startswith(f"{SERVICE}/accounts/{account}?done=")
        page = client.get(told.headers["location"])
        assert "sonderlund-2" in words(page)
        assert "sonderlund-1" in words(page)  # keys overlap
        assert act(client, f"{SERVICE}/do/end-credential?credential_id={id_of(services, 'key sonderlund')}").is_redirect
        new = re.findall(rf"{SERVICE}/do/revoke-credential\?credential_id=([0-9a-f-]+)", page.text)[-1]
        act(client, f"{SERVICE}/do/revoke-credential?credential_id={new}")
        assert "Spærret" in words(client.get(f"{SERVICE}/accounts/{account}"))


def test_a_private_key_is_refused_and_never_sent_back(services: server.Services) -> None:
    installation = id_of(services, "installation sonderlund")
    key = ECKey.generate_key("P-256").as_dict(private=True)
    with signed_in(services, "frode") as client:
        told = act(
            client, f"{SERVICE}/do/add-key?installation_id={installation}", jwk=msgspec.json.encode(key).decode()
        )
        assert told.status_code == 400
        assert key["d"] not in told.text


def test_a_contact_is_added_confirmed_and_removed_and_the_operator_is_told(services: server.Services) -> None:
    vendor = id_of(services, "nordlys")
    filled = {"purpose": "security", "name": "Sikkerhedsvagten", "mailbox": "sikkerhed@nordlys.example"}
    with signed_in(services, "nora") as client:
        address = f"{SERVICE}/do/add-contact?vendor_id={vendor}"
        page = client.get(address)
        sent = {**fields(page, f"{SERVICE}/do/add-contact"), **filled, "telephone": "+45 70 00 00 01"}
        once, twice = (client.post(f"{SERVICE}/do/add-contact", data=sent) for _ in range(2))
        assert once.headers["location"] == twice.headers["location"]
        page = client.get(f"{SERVICE}/contacts")
        assert page.text.count("sikkerhed@nordlys.example") == 1
        assert act(client, f"{SERVICE}/do/confirm-contacts?vendor_id={vendor}").is_redirect
        row = page.text.partition("Sikkerhedsvagten")[2]
        (contact, *_) = re.findall(r"/do/remove-contact\?contact_id=([0-9a-f-]+)", row)
        assert act(client, f"{SERVICE}/do/remove-contact?contact_id={contact}").is_redirect
        assert "sikkerhed@nordlys.example" not in client.get(f"{SERVICE}/contacts").text
    assert any("Nordlys" in one.subject for one in services.members.outbox.mails())


def test_a_laboratory_confirms_its_contacts_and_changes_none(services: server.Services) -> None:
    laboratory = id_of(services, "egebro")
    with signed_in(services, "egil") as client:
        assert act(client, f"{SERVICE}/do/confirm-contacts?laboratory_id={laboratory}").is_redirect
        assert client.get(f"{SERVICE}/do/add-contact?laboratory_id={laboratory}").status_code == 403


def test_a_notice_is_written_seen_by_all_and_withdrawn(services: server.Services) -> None:
    with signed_in(services, "olga") as client:
        told = act(
            client,
            f"{SERVICE}/do/write-notice",
            kind="incident",
            title_da="Langsomme svar",
            title_en="Slow answers",
            text_da="Vi arbejder på det.",
            text_en="We are working on it.",
            starts_at="2026-05-11T08:00",
            ends_at="2026-05-12T08:00",
        )
        page = client.get(told.headers["location"])
        assert "Langsomme svar" in words(page)
        assert "Venter:" in words(page)  # its mails
    with signed_in(services, "karla") as client:
        assert "Driftsforstyrrelse: Langsomme svar" in words(client.get(SERVICE))
        assert client.get(f"{SERVICE}/do/write-notice").status_code == 403
    with signed_in(services, "olga") as client:
        page = client.get(f"{SERVICE}/notices")
        (notice, *_) = re.findall(r"/do/withdraw-notice\?notice_id=([0-9a-f-]+)", page.text.partition("Langsomme")[2])
        act(client, f"{SERVICE}/do/withdraw-notice?notice_id={notice}")
    with signed_in(services, "karla") as client:
        assert "Langsomme svar" not in words(client.get(SERVICE))


def test_a_question_goes_to_the_operator_with_diagnostics_and_comes_back_answered(services: server.Services) -> None:
    with signed_in(services, "nora") as client:
        ask = f"{SERVICE}/do/escalate?vendor_id={id_of(services, 'nordlys')}"
        laboratory = str(id_of(services, "klithavn"))
        told = act(client, ask, subject="Nøglen virker ikke", text="Hvad gør vi?", laboratory_id=laboratory)
        page = client.get(told.headers["location"])
        (address,) = re.findall(rf'href="({SERVICE}/questions/[0-9a-f-]+)">Nøglen virker ikke', page.text)
        assert "directory_version" in words(client.get(address))
    with signed_in(services, "olga") as client:
        assert "ubesvarede" in words(client.get(SERVICE))
        question = address.rpartition("/")[2]
        act(client, f"{SERVICE}/do/answer-escalation?escalation_id={question}", answer="Registrér en ny.", close="yes")
    with signed_in(services, "nora") as client:
        assert "Registrér en ny." in words(client.get(address))
        assert "Afsluttet" in words(client.get(address))
    with signed_in(services, "frode") as client:
        assert client.get(address).status_code == 404


def test_the_operator_certifies_sets_days_and_limits(services: server.Services) -> None:
    system, account = id_of(services, "system havblik"), id_of(services, "account egebro-mikrobiologi")
    with signed_in(services, "olga") as client:
        act(client, f"{SERVICE}/do/issue-certificate?system_id={system}", formats="rpt02, req02")
        assert "REQ02" in words(client.get(f"{SERVICE}/systems")).partition("Havblik 12")[2]
        told = act(client, f"{SERVICE}/do/permit-manual?vendor_id={id_of(services, 'fjordsoft')}", until="2026-06-01")
        assert "01.06.2026" in words(client.get(told.headers["location"]))
        act(client, f"{SERVICE}/do/set-limits?account_id={account}", largest_series="12345")
        assert "12.345" in words(client.get(f"{SERVICE}/accounts/{account}"))
    with signed_in(services, "frode") as client:
        assert "01.06.2026" in words(client.get(SERVICE))  # the count-down of the other parties
        assert client.get(f"{SERVICE}/do/set-limits?account_id={account}").status_code == 403


def test_a_field_that_does_not_fit_is_named_and_the_form_stays_filled(services: server.Services) -> None:
    with signed_in(services, "nora") as client:
        address = f"{SERVICE}/do/open-account?laboratory_id={id_of(services, 'klithavn')}"
        told = act(client, address, department="Blodprøver", mailbox="ingen adresse")
        assert told.status_code == 400
        assert "Feltet Funktionspostkasse" in words(told)
        assert fields(told, f"{SERVICE}/do/open-account")["department"] == "Blodprøver"


def test_people_are_let_in_for_ones_own_and_shut_out_again(services: server.Services) -> None:
    with signed_in(services, "nora") as client:
        told = act(
            client,
            f"{SERVICE}/do/add-person?laboratory_id={id_of(services, 'klithavn')}",
            name="Ny Hånd (opdigtet)",
            issuer="https://login.example",
            subject="ny-1",
        )
        page = client.get(told.headers["location"])
        assert "Ny Hånd (opdigtet)" in words(page)
        (person, *_) = re.findall(r"person_id=([0-9a-f-]+)", page.text.partition("Ny Hånd")[2])
        act(client, f"{SERVICE}/do/end-person?person_id={person}")
        assert "Ny Hånd" not in words(client.get(f"{SERVICE}/people"))
        page = client.get(f"{SERVICE}/do/add-person?laboratory_id={id_of(services, 'egebro')}")
        assert page.status_code == 404


# --- forms and addresses ---


def test_a_form_without_its_token_changes_nothing(services: server.Services) -> None:
    with signed_in(services, "olga") as client:
        for path in (
            "/draw",
            "/look-up",
            "/do/write-notice",
            f"/series/{uuid4()}/release",
            f"/approvals/{uuid4()}/decision",
            f"/agents/{uuid4()}/acknowledgement",
        ):
            assert client.post(SERVICE + path, data={"form_token": "A" * 43}).status_code == 403, path


def test_addresses_and_logs_hold_ids_and_no_numbers_names_or_mailboxes(
    services: server.Services, capfd: pytest.CaptureFixture[str]
) -> None:
    assert services.numbers is not None
    number = services.numbers.space.number(7_000)
    addresses: list[str] = []
    with signed_in(services, "olga") as client:
        act(client, f"{SERVICE}/look-up", number=number)
        act(client, f"{SERVICE}/look-up", number="1111571231")
        for path in PAGES:
            addresses += re.findall(r'(?:href|action)="([^"]+)"', client.get(SERVICE + path).text)
    logged = "".join(capfd.readouterr())
    assert number not in logged
    assert "1111571231" not in logged
    assert "opdigtet" not in logged
    for address in addresses:
        bare = re.sub(
            r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|/static/\S+|sha384\S+", "", address
        )
        assert not re.search(r"\d{6,}|@|opdigtet", bare), address


def test_ids_in_addresses_that_are_none_are_refused(services: server.Services) -> None:
    with signed_in(services, "olga") as client:
        assert client.get(f"{SERVICE}/series?account=x").status_code == 400
        assert client.get(f"{SERVICE}/series/x").status_code == 404
        assert client.get(f"{SERVICE}/do/close-account?account_id=x").status_code == 400
        assert client.get(f"{SERVICE}?done=x").status_code == 200
        assert client.get(f"{SERVICE}?done={UUID(int=1)}").status_code == 200
