"""The pages through the whole server: what is shown, to whom, and what is written down before it is shown."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar.testing import TestClient
from lxml import html
from tests.records.building import result

from labbro import server
from labbro.databank.keys import PatientKeys
from labbro.errors import Unavailable
from labbro.platform.clock import FixedClock
from labbro.portal.sessions import IDLE

from .conftest import SECRET, Put
from .provider import Provider

CPR = "1111571231"  # fails modulus 11: it can belong to nobody
Client = TestClient[Any]


def form_token(answer: httpx.Response) -> str:
    return html.fromstring(answer.text).xpath("//input[@name='form_token']/@value")[0]


def send(client: Client, path: str, page: str = "/sign-in", **fields: str) -> httpx.Response:
    """Sends a form as the page that holds it would."""
    token = form_token(client.get(page))
    return client.post(path, data={"form_token": token, **fields})


def sign_in(client: Client, who: str = "asta") -> None:
    assert send(client, "/sign-in/demonstration", who=who).status_code == 303


def find(client: Client, identifier: str = CPR, reason: str = "") -> httpx.Response:
    return send(client, "/patients", page="/", identifier=identifier, reason=reason)


def opened(client: Client, identifier: str = CPR) -> str:
    """The address of a patient's results."""
    answer = find(client, identifier)
    assert answer.status_code == 303
    return answer.headers["location"]


def words(answer: httpx.Response) -> str:
    return " ".join(" ".join(html.fromstring(answer.text).itertext()).split())


def link(answer: httpx.Response, path: str, base: str) -> str:
    """The first link with this XPath, as a path."""
    return urlsplit(str(httpx.URL(f"http://x{base}").join(html.fromstring(answer.text).xpath(path)[0]))).path


# --- signing in and out ---


def test_without_a_sign_in_everything_leads_to_the_sign_in(client: Client) -> None:
    handle = "A" * 44
    for path in (
        "/",
        f"/patients/{handle}/results",
        f"/patients/{handle}/rows/{'0' * 16}",
        f"/patients/{handle}/access",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"].startswith("/sign-in")) == (303, True), path
    assert client.post("/patients", data={"identifier": CPR}).headers["location"] == "/sign-in"


def test_the_demonstration_is_marked_on_every_page(client: Client) -> None:
    assert "Kun opdigtede personer" in words(client.get("/sign-in"))
    sign_in(client)
    assert "Kun opdigtede personer" in words(client.get("/"))


def test_the_demonstration_sign_in_exists_only_in_a_demonstration(services: server.Services) -> None:
    serious = msgspec.structs.replace(
        services, settings=msgspec.structs.replace(services.settings, demonstration=False)
    )
    with TestClient(app=server.application(serious), base_url="http://127.0.0.1:8400") as client:
        client.follow_redirects = False
        page = client.get("/sign-in")
        assert "opdigt" not in words(page).lower()
        assert "Der er ikke opsat nogen måde at logge ind på" in words(page)
        answer = client.post("/sign-in/demonstration", data={"form_token": form_token(page), "who": "asta"})
        assert answer.status_code == 404
        assert "labbro-session" not in answer.headers.get("set-cookie", "")


def test_a_sign_in_gives_a_new_session_whatever_the_browser_had(client: Client) -> None:
    client.cookies.set("labbro-session", "chosen-by-somebody-else-0123456789")
    sign_in(client)
    first = [cookie.value for cookie in client.cookies.jar if cookie.name == "labbro-session"]
    assert "chosen-by-somebody-else-0123456789" not in first[-1:]
    client.cookies.clear()
    sign_in(client)
    assert client.cookies["labbro-session"] not in first


def test_cookies_are_for_us_alone(client: Client) -> None:
    answer = send(client, "/sign-in/demonstration", who="bo")
    cookies = answer.headers.get_list("set-cookie")
    told = next(cookie for cookie in cookies if cookie.startswith("labbro-session="))
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(told.split("; "))


def test_over_tls_cookies_are_secure_and_bound_to_the_host(services: server.Services) -> None:
    settings = msgspec.structs.replace(services.settings, public_url="https://labbro.example")
    served = server.application(msgspec.structs.replace(services, settings=settings))
    with TestClient(app=served, base_url="https://labbro.example") as client:
        client.follow_redirects = False
        answer = send(client, "/sign-in/demonstration", who="bo")
        told = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-labbro-session="))
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(told.split("; "))
        assert client.get("/").status_code == 200


def test_a_sign_out_ends_the_session_on_the_server(client: Client) -> None:
    sign_in(client)
    token = client.cookies["labbro-session"]
    assert send(client, "/sign-out", page="/").status_code == 200
    client.cookies.clear()
    client.cookies.set("labbro-session", token)
    assert client.get("/").headers["location"] == "/sign-in?late"


def test_an_idle_session_ends_and_says_why(client: Client, clock: FixedClock) -> None:
    sign_in(client)
    clock.advance(IDLE + dt.timedelta(minutes=1))
    answer = client.get("/")
    assert answer.headers["location"] == "/sign-in?late"
    assert "for lang tid" in words(client.get("/sign-in?late"))


# --- forms ---


def test_a_form_without_its_token_changes_nothing(client: Client, put: Put) -> None:
    put()
    sign_in(client)
    for path in ("/patients", "/sign-out", "/language"):
        for token in ("", "A" * 43):
            answer = client.post(path, data={"identifier": CPR, "form_token": token})
            assert answer.status_code == 403, path
    assert client.get("/").status_code == 200


def test_a_form_from_another_site_is_refused(client: Client) -> None:
    sign_in(client)
    token = form_token(client.get("/"))
    answer = client.post(
        "/patients", data={"identifier": CPR, "form_token": token}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403


def test_the_token_of_another_session_is_refused(client: Client, services: server.Services) -> None:
    sign_in(client)
    token = form_token(client.get("/"))
    with TestClient(app=server.application(services), base_url="http://127.0.0.1:8400") as other:
        other.follow_redirects = False
        sign_in(other, "bo")
        assert other.post("/patients", data={"identifier": CPR, "form_token": token}).status_code == 403


# --- language ---


def test_danish_is_spoken_first_and_english_on_wish(client: Client) -> None:
    answer = client.get("/sign-in")
    assert html.fromstring(answer.text).get("lang") == "da"
    back = send(client, "/language", language="en", back="/sign-in")
    assert (back.status_code, back.headers["location"]) == (303, "/sign-in")
    answer = client.get("/sign-in")
    assert html.fromstring(answer.text).get("lang") == "en"
    assert "Sign in for demonstration" in words(answer)


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "", "/a\r\nb: c"]
)
def test_the_language_form_leads_nowhere_else(client: Client, back: str) -> None:
    assert send(client, "/language", language="en", back=back).headers["location"] == "/"


def test_the_language_can_be_changed_on_the_answer_to_a_form(client: Client) -> None:
    sign_in(client)
    answer = find(client, "0101010000")
    assert html.fromstring(answer.text).xpath("//input[@name='back']/@value") == ["/"]


# --- finding a patient ---


@pytest.mark.parametrize("written", [CPR, "111157-1231", " 111157 1231 "])
def test_a_patient_is_found_with_and_without_hyphen(client: Client, put: Put, written: str) -> None:
    put()
    sign_in(client)
    assert re.fullmatch(r"/patients/[A-Za-z0-9_-]{44}/results", opened(client, written))


def test_nobody_found_is_told_in_words(client: Client) -> None:
    sign_in(client)
    answer = find(client, "0101010000")
    assert answer.status_code == 404
    assert "Ingen svar fundet" in words(answer)


@pytest.mark.parametrize(
    ("written", "told"), [("", "Skriv et CPR-nummer"), ("  ", "Skriv et"), ("1" * 41, "for mange tegn")]
)
def test_what_is_no_number_is_explained_beside_the_field(client: Client, written: str, told: str) -> None:
    sign_in(client)
    answer = find(client, written)
    assert answer.status_code == 422
    assert told in words(answer)


def test_one_number_used_by_two_laboratories_gives_a_choice(client: Client, put: Put) -> None:
    for number, sender in ((1, "5790000120284"), (2, "5790000121526")):
        put(
            identifier=f"BREV{number}",
            sender_ean=sender,
            Patient={"AlternativeIdentifier": "ABC1234567", "PersonSurnameName": f"Opdigtet{number}"},
        )
    sign_in(client)
    answer = find(client, "ABC1234567")
    assert answer.status_code == 200
    links = html.fromstring(answer.text).xpath("//ul[@class='hits']//a/@href")
    assert len(links) == 2
    names = [re.search(r"Opdigtet\d", words(client.get(path))) for path in links]
    assert {name.group() for name in names if name} == {"Opdigtet1", "Opdigtet2"}


def test_too_many_look_ups_are_stopped_in_plain_words(client: Client) -> None:
    sign_in(client)
    for _ in range(5):
        assert find(client, "0101010000").status_code == 404
    answer = find(client, "0101010000")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert "For mange opslag" in words(answer)


def test_operators_see_how_often_people_look_up_and_sign_in(client: Client, put: Put) -> None:
    def count(name: str) -> float:
        found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    names = ['labbro_look_ups_total{outcome="one"}', 'labbro_look_ups_total{outcome="none"}']
    before = [count(name) for name in names] + [count('labbro_sign_ins_total{kind="demonstration"}')]
    put()
    sign_in(client)
    find(client)
    find(client, "0101010000")
    after = [count(name) for name in names] + [count('labbro_sign_ins_total{kind="demonstration"}')]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 1]


# --- the log comes first ---


def logged(services: server.Services, key: UUID | None = None) -> list[tuple[str, str, str | None]]:
    patient = key or services.databank.find_patients(CPR)[0].key
    return [(entry.actor_name, entry.action, entry.purpose) for entry in services.databank.access_log(patient)]


def test_every_look_and_every_view_is_written_down(client: Client, put: Put, services: server.Services) -> None:
    put()
    sign_in(client)
    results = find(client, reason="treatment").headers["location"]
    page = client.get(results)
    client.get(link(page, "//tbody//th/a/@href", results))
    value = link(page, "//td/a/@href", results)
    shown = client.get(value)
    letter = link(shown, "//p[@class='actions']/a/@href", value)
    client.get(letter)
    client.get(f"{letter}/original")
    name = "Asta Prøvesen (opdigtet)"
    actions = ["export", "history", "history", "letter", "search", "value"]
    assert sorted(logged(services)) == [(name, action, "treatment") for action in actions]


def test_a_look_up_that_finds_nobody_is_kept_for_the_one_it_may_be(client: Client, services: server.Services) -> None:
    sign_in(client)
    find(client)
    key = PatientKeys(SECRET).of_identifier("cpr", "", CPR)
    assert [action for _, action, _ in logged(services, key)] == ["search"]


def test_nothing_is_shown_when_the_log_cannot_be_written(client: Client, put: Put, services: server.Services) -> None:
    put()
    sign_in(client)
    results = opened(client)
    with services.database.connection() as connection:
        connection.execute("ALTER TABLE databank.access_log RENAME TO hidden_log")
    try:
        for answer in (client.get(results), find(client)):
            assert answer.status_code in (500, 503)
            assert "Kreatinin" not in answer.text
            assert "Opdigtet" not in answer.text
    finally:
        with services.database.connection() as connection:
            connection.execute("ALTER TABLE databank.hidden_log RENAME TO access_log")


def test_the_patient_could_be_shown_who_has_looked(client: Client, put: Put) -> None:
    put()
    sign_in(client)
    find(client, reason="wish")
    results = opened(client)
    client.get(results)
    told = words(client.get(results.replace("results", "access")))
    assert "Asta Prøvesen (opdigtet)" in told
    assert "Lægehuset Fantasien" in told
    assert "Så svaroversigten" in told
    assert "Efter patientens ønske" in told
    assert "10.05.2026 09:08" in told  # Danish time


def test_a_log_too_long_to_show_says_so(
    client: Client, put: Put, services: server.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labbro.portal.pages_patient.MOST_ACCESS_LINES", 1)
    put()
    sign_in(client)
    results = opened(client)
    client.get(results)
    answer = client.get(results.replace("results", "access"))
    assert "Kun de nyeste 1 opslag er vist" in words(answer)
    assert len(html.fromstring(answer.text).xpath("//tbody/tr")) == 1


# --- the patient's pages ---


def test_an_age_that_nobody_has_is_not_told(client: Client, put: Put) -> None:
    put(cpr="1212775000")  # its seventh digit says 1877
    sign_in(client)
    told = words(client.get(opened(client, "1212775000")))
    assert "121277-5000 kvinde" in told


def test_the_results_are_there_with_the_patient_at_the_head(client: Client, put: Put) -> None:
    put(results=[result(Value="120")])
    sign_in(client)
    told = words(client.get(opened(client)))
    assert "Olga Opdigtet 111157-1231 68 år mand" in told
    assert "Kreatinin;P µmol/l Referenceinterval 60–105" in told
    assert "120 ▲ over" in told


def test_a_correction_is_behind_the_value_with_the_earlier_one(client: Client, put: Put) -> None:
    put(results=[result(Value="128")])
    put(
        identifier="BREV2", authorised="2024-05-07 07:08", results=[result(Value="212", ResultStatusCode="svar_rettet")]
    )
    sign_in(client)
    results = opened(client)
    page = client.get(results)
    assert "212 ▲ over rettet" in words(page)
    assert "1 tidligere udgave (" in words(page)
    told = words(client.get(link(page, "//td/a/@href", results)))
    assert "Svaret har 2 udgaver" in told
    assert "128" in told


def test_filters_stand_in_the_address_and_in_the_form(client: Client, put: Put) -> None:
    put()
    sign_in(client)
    results = opened(client)
    page = client.get(f"{results}?period=1y&text=natrium&origin=local&marked=1&group=25")
    form = html.fromstring(page.text)
    assert form.xpath("//select[@id='period']/option[@selected]/@value") == ["1y"]
    assert form.xpath("//select[@id='origin']/option[@selected]/@value") == ["local"]
    assert form.xpath("//input[@id='text']/@value") == ["natrium"]
    assert form.xpath("//input[@id='marked']/@checked") != []
    assert "Ingen svar passer til valget" in words(page)


def test_an_identity_in_the_search_text_is_thrown_out_of_the_address(client: Client, put: Put) -> None:
    put()
    sign_in(client)
    results = opened(client)
    answer = client.get(f"{results}?text={CPR}&period=1y")
    assert answer.headers["location"] == f"{results}?period=1y&removed=1"
    assert "er fjernet" in words(client.get(answer.headers["location"]))


def test_a_course_has_its_chart_data_and_a_table(client: Client, put: Put) -> None:
    put(results=[result(), result(Value="</script><b>")])
    sign_in(client)
    results = opened(client)
    answer = client.get(link(client.get(results), "//tbody//th/a/@href", results))
    page = html.fromstring(answer.text)
    data = str(page.xpath("string(//script[@type='application/json'])"))
    assert [point["value"] for point in msgspec.json.decode(data.encode())["points"]] == [88.0]
    assert len(page.xpath("//table[@class='list']/tbody/tr")) == 2
    assert "1 svar er ikke tegnet" in words(answer)


def test_a_letter_is_shown_as_page_text_and_tree_and_given_as_it_came(client: Client, put: Put) -> None:
    put()
    sign_in(client)
    results = opened(client)
    value = link(client.get(results), "//td/a/@href", results)
    letter = link(client.get(value), "//p[@class='actions']/a/@href", value)
    assert html.fromstring(client.get(letter).text).xpath("//article[@class='letter']//table")
    assert "Kreatinin;P" in html.fromstring(client.get(f"{letter}?as=text").text).xpath("string(//pre)")
    assert html.fromstring(client.get(f"{letter}?as=tree").text).xpath("//ul[@class='letter-tree']")
    original = client.get(f"{letter}/original")
    assert original.content.startswith(b"<?xml")
    disposition = original.headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="letter-[0-9a-f]{12}\.xml"', disposition)


def test_a_handle_of_another_session_opens_nothing(client: Client, put: Put, services: server.Services) -> None:
    put()
    sign_in(client)
    results = opened(client)
    with TestClient(app=server.application(services), base_url="http://127.0.0.1:8400") as other:
        other.follow_redirects = False
        sign_in(other, "bo")
        answer = other.get(results)
        assert answer.status_code == 404
        assert "Siden findes ikke" in words(answer)


def test_another_patients_letter_is_not_found(client: Client, put: Put) -> None:
    put()
    put(identifier="BREV2", cpr="0101010000", sample="2", production="2")
    sign_in(client)
    mine, other = opened(client), opened(client, "0101010000")
    value = link(client.get(other), "//td/a/@href", other)
    stolen = value.replace(other.removesuffix("results"), mine.removesuffix("results"))
    assert client.get(stolen).status_code == 404
    letter = stolen.replace("values", "letters").rsplit("/", 1)[0]
    assert client.get(letter).status_code == 404
    assert client.get(f"{letter}/original").status_code == 404


# --- protections ---


def addresses(answer: httpx.Response) -> str:
    page = html.fromstring(answer.text)
    return " ".join([*page.xpath("//@href"), *page.xpath("//@src"), *page.xpath("//@action")])


def test_no_identity_stands_in_an_address_a_title_or_a_header(client: Client, put: Put) -> None:
    put()
    sign_in(client)
    find_answer = find(client)
    results = find_answer.headers["location"]
    value = link(client.get(results), "//td/a/@href", results)
    letter = link(client.get(value), "//p[@class='actions']/a/@href", value)
    for path in (results, value, letter, results.replace("results", "access")):
        answer = client.get(path)
        title = html.fromstring(answer.text).xpath("string(//title)")
        for secret in (CPR, "111157-1231", "Olga", "Opdigtet"):
            assert secret not in addresses(answer) + path + title + str(answer.headers), (path, secret)


def test_pages_carry_the_headers_of_a_health_page(client: Client, put: Put) -> None:
    put()
    sign_in(client)
    for path in ("/sign-in", "/", opened(client), "/nowhere"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"


def test_no_page_has_inline_styles_or_scripts(client: Client, put: Put) -> None:
    put()
    sign_in(client)
    results = opened(client)
    page = client.get(results)
    value = link(page, "//td/a/@href", results)
    letter = link(client.get(value), "//p[@class='actions']/a/@href", value)
    course = link(page, "//tbody//th/a/@href", results)
    for path in ("/", results, value, course, letter, f"{letter}?as=tree"):
        told = html.fromstring(client.get(path).text)
        assert not told.xpath("//@style | //style | //script[not(@src) and not(@type='application/json')]"), path
        assert not told.xpath("//@*[starts-with(name(), 'on')]"), path


def test_our_files_are_named_by_content_kept_for_long_and_checked(client: Client) -> None:
    page = html.fromstring(client.get("/sign-in").text)
    sheet = page.xpath("//link[@rel='stylesheet']")[0]
    answer = client.get(sheet.get("href"))
    assert "immutable" in answer.headers["cache-control"]
    assert sheet.get("integrity").startswith("sha384-")
    assert client.get(sheet.get("href").replace("/static/", "/static/0")).status_code == 404
    assert client.get("/static/../pages.py").status_code == 404


def test_a_fault_of_ours_says_nothing_but_its_number(
    client: Client, put: Put, services: server.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    put()
    sign_in(client)
    results = opened(client)

    def fail(_: UUID) -> None:
        raise RuntimeError(f"secret {CPR}")

    monkeypatch.setattr(services.databank, "history", fail)
    answer = client.get(results, headers={"x-request-id": "request-abc-1"})
    assert answer.status_code == 500
    assert CPR not in answer.text
    assert "request-abc-1" in words(answer)


def test_a_database_that_is_away_is_told_in_words(
    client: Client, services: server.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)

    def fail(_: str) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(services.databank, "find_patients", fail)
    answer = find(client)
    assert answer.status_code == 503
    assert "Systemet svarer ikke lige nu" in words(answer)


# --- OpenID Connect through the pages ---


@pytest.fixture
def organisation(services: server.Services, provider: Provider, clock: FixedClock):
    provider.now = clock.now().timestamp()
    settings = msgspec.structs.replace(
        services.settings,
        demonstration=False,
        oidc_issuer=provider.issuer,
        oidc_client_id=provider.client_id,
        oidc_client_secret=provider.client_secret,
    )
    served = server.application(msgspec.structs.replace(services, settings=settings))
    with TestClient(app=served, base_url="http://127.0.0.1:8400") as opened_client:
        opened_client.follow_redirects = False
        yield opened_client


def come_back(client: Client) -> str:
    away = client.get("/sign-in/openid")
    assert away.status_code == 303
    back = httpx.get(away.headers["location"], follow_redirects=False).headers["location"]
    return back.removeprefix("http://127.0.0.1:8400")


def test_a_clinician_signs_in_at_their_organisation_and_out_again(organisation: Client, provider: Provider) -> None:
    page = organisation.get("/sign-in")
    assert provider.issuer in words(page)
    assert "demonstration" not in words(page).lower()
    answer = organisation.get(come_back(organisation))
    assert (answer.status_code, answer.headers["refresh"]) == (200, "0; url=/")
    assert "Dorte Opfundet" in words(organisation.get("/"))
    out = send(organisation, "/sign-out", page="/")
    assert html.fromstring(out.text).xpath(f"//a[starts-with(@href, '{provider.issuer}/bye?')]")
    assert organisation.get("/").status_code == 303


def test_an_answer_for_another_browser_signs_nobody_in(organisation: Client) -> None:
    back = come_back(organisation)
    organisation.cookies.clear()
    answer = organisation.get(back)
    assert answer.status_code == 403
    assert "Log ind lykkedes ikke" in words(answer)
    assert "labbro-session" not in organisation.cookies


def test_a_refused_answer_signs_nobody_in(organisation: Client, provider: Provider) -> None:
    provider.claims = {"aud": "another"}
    answer = organisation.get(come_back(organisation))
    assert answer.status_code == 403
    assert organisation.get("/").status_code == 303
