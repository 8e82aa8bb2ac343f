"""Rows by comparability and the registry's pages through the whole server: shown, kept, proposed and released."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import msgspec
import pytest
from litestar.testing import TestClient
from lxml import html
from tests.records.building import letter

from labbro import letters, server
from labbro.comparability import demonstration
from labbro.comparability.model import Evidence
from labbro.comparability.seed import SEED, national
from labbro.comparability.store import Change, RegistryStore, changes_of
from labbro.databank import Databank
from labbro.databank.keys import PatientKeys
from labbro.platform.clock import FixedClock

from .conftest import SECRET, Put
from .patient import analysis, interval, put_one, result
from .test_pages import CPR, form_token, opened, send, sign_in, words

Client = TestClient[Any]


@pytest.fixture
def store(services: server.Services) -> RegistryStore:
    made = RegistryStore(services.database, services.clock, services.identities)
    demonstration.found(made)
    return made


@pytest.fixture
def client(services: server.Services, store: RegistryStore) -> Iterator[Client]:
    told = msgspec.structs.replace(services, registry=store)
    with TestClient(app=server.application(told), base_url="http://127.0.0.1:8400") as found:
        found.follow_redirects = False
        yield found


def psa(value: str, producer: str = "QKL") -> dict[str, Any]:
    told = result(
        Analysis=analysis("NPU08669", "PSA;P", "P-PSA"),
        ReferenceInterval=interval(None, "3,0"),
        Value=value,
        Unit="µg/L",
    )
    told["ProducerOfLabResult"] = {"Identifier": "Opdigtet", "IdentifierCode": producer}
    return told


def put_psa(put: Put) -> None:
    put_one(put, 1, "2021-05-05 08:10", [psa("2,6")])
    put_one(put, 2, "2023-05-05 08:10", [psa("3,2")])


def put_later(databank: Databank, clock: FixedClock, **changes: Any) -> None:
    """A letter that comes in now."""
    written = letters.write(letter(**changes), "xml")
    (outcome,) = databank.intake(letters.read(written.data), clock.now(), "request-0002", "load")
    assert outcome.kind == "stored"


def table(answer: httpx.Response) -> Any:
    return html.fromstring(answer.text).xpath("//table[@class='grid']")[0]


def rows(answer: httpx.Response) -> list[str]:
    return [link.text for link in html.fromstring(answer.text).xpath("//table[@class='grid']//tbody//th/a")]


def test_by_comparability_is_the_default_and_by_code_a_link_away(client: Client, put: Put) -> None:
    put_psa(put)
    sign_in(client)
    address = opened(client)
    assert rows(client.get(address)) == ["PSA, WHO-kalibreret", "PSA;P"]
    assert rows(client.get(f"{address}?by=code")) == ["PSA;P"]
    here = html.fromstring(client.get(f"{address}?by=code").text).xpath("//nav[@class='switch']//a[@aria-current]")
    assert [link.text for link in here] == ["Efter kode"]


def test_without_a_released_registry_rows_are_by_code_and_there_is_nothing_to_choose(
    services: server.Services, put: Put
) -> None:
    put_psa(put)
    empty = RegistryStore(services.database, services.clock, services.identities)
    with TestClient(
        app=server.application(msgspec.structs.replace(services, registry=empty)), base_url="http://127.0.0.1:8400"
    ) as client:
        client.follow_redirects = False
        sign_in(client)
        page = client.get(opened(client))
    assert rows(page) == ["PSA;P"]
    assert "Efter sammenlignelighed" not in words(page)


def judged_comparable() -> tuple[Change, ...]:
    (found,) = [one for one in SEED.assertions if one.assertion_id == "psa-who:psa-qkl-hybritech"]
    changed = msgspec.structs.replace(found, verdict="comparable", note_da="", note_en="")
    return (Change(kind="assertion", entry_id=found.assertion_id, body=msgspec.to_builtins(changed)),)


def test_a_newer_version_regroups_history_and_the_older_one_shows_it_as_it_was(
    client: Client, put: Put, store: RegistryStore
) -> None:
    put_psa(put)
    sign_in(client)
    address = opened(client)
    proposal = store.propose(uuid.uuid4(), judged_comparable(), by="anna", note="nyt forsøg")
    store.release(proposal.proposal_id, by="bent")
    assert rows(client.get(address)) == ["PSA, WHO-kalibreret"]
    older = client.get(f"{address}?version=1")
    assert rows(older) == ["PSA, WHO-kalibreret", "PSA;P"]
    assert "Vist som med registerversion 1. Den nyeste er 2." in words(older)
    assert client.get(f"{address}?version=9").status_code == 404


def test_it_is_kept_by_which_version_a_page_was_shown_before_it_is(
    client: Client, put: Put, services: server.Services
) -> None:
    put_psa(put)
    sign_in(client)
    address = opened(client)
    client.get(f"{address}?period=all&marked=1")
    client.get(f"{address}?by=code")
    key = PatientKeys(SECRET).of_identifier("cpr", "", CPR)
    with services.database.connection() as connection:
        kept = connection.execute(
            "SELECT actor, version, filters FROM comparability.shown WHERE patient_key = %s", [key]
        ).fetchall()
    assert kept == [("demonstration:asta", 1, "?marked=1&by=comparability&version=1")]


def test_a_view_is_shown_again_as_it_was_though_letters_and_a_version_came_later(
    client: Client, put: Put, store: RegistryStore, clock: FixedClock, services: server.Services
) -> None:
    put_psa(put)
    sign_in(client)
    address = opened(client)
    first = client.get(f"{address}?text=psa")
    clock.advance(dt.timedelta(minutes=5))
    put_one(partial(put_later, services.databank, clock), 3, "2024-05-05 08:10", [psa("3,9")])
    proposal = store.propose(uuid.uuid4(), judged_comparable(), by="anna", note="nyt forsøg")
    store.release(proposal.proposal_id, by="bent")
    now = client.get(f"{address}?text=psa")
    assert rows(now) == ["PSA, WHO-kalibreret"]
    assert "3,9" in words(now)
    access = html.fromstring(client.get(address.removesuffix("results") + "access").text)
    links = access.xpath("//a[starts-with(@href, 'as-shown')]/@href")
    assert len(links) == 2
    again = client.get(address.removesuffix("results") + links[-1])
    assert rows(again) == rows(first) == ["PSA, WHO-kalibreret", "PSA;P"]
    assert "3,9" not in words(again)
    assert "registerversion 1 og de svar, der var modtaget da" in words(again)
    assert html.tostring(table(again)) == html.tostring(table(first))
    assert len(html.fromstring(client.get(address.removesuffix("results") + "access").text).xpath("//td/a")) == 2


def test_a_view_of_another_patient_or_none_is_not_found(client: Client, put: Put) -> None:
    put_psa(put)
    sign_in(client)
    address = opened(client).removesuffix("results")
    for told in ("", "?view=x", f"?view={uuid.uuid4().hex}"):
        assert client.get(f"{address}as-shown{told}").status_code == 404


def test_course_and_value_follow_the_row(client: Client, put: Put) -> None:
    put_psa(put)
    sign_in(client)
    address = opened(client)
    base = address.removesuffix("results")
    page = html.fromstring(client.get(address).text)
    course = words(client.get(base + page.xpath("//table[@class='grid']//tbody//th/a/@href")[1]))
    assert "Hybritech-kalibreret (QKL)" in course
    assert "2,6" not in course
    value = words(client.get(base + page.xpath("//table[@class='grid']//td/a/@href")[0]))
    assert "Registerversion 1" in value


def test_value_and_course_opened_from_a_view_are_by_the_version_of_the_view(
    client: Client, put: Put, store: RegistryStore
) -> None:
    put_psa(put)
    sign_in(client)
    address = opened(client)
    base = address.removesuffix("results")
    opened_before = html.fromstring(client.get(address).text)
    proposal = store.propose(uuid.uuid4(), judged_comparable(), by="anna", note="nyt forsøg")
    store.release(proposal.proposal_id, by="bent")
    older, newest = (client.get(f"{address}{query}").text for query in ("?version=1", ""))
    for view, version, reason in (
        (opened_before, 1, "er ikke sammenlignelig med PSA"),
        (html.fromstring(older), 1, "er ikke sammenlignelig med PSA"),
        (html.fromstring(newest), 2, "Sammenlignelig målemetode"),
    ):
        latest = max(view.xpath("//table[@class='grid']//td/a"), key=lambda link: link.text_content().strip())
        assert "3,2" in latest.text_content()
        page = client.get(base + latest.get("href"))
        assert f"Registerversion {version}" in words(page)
        assert reason in words(page)
        back, course = (html.fromstring(page.text).xpath(f"//a[contains(@href, '{part}')]/@href")[-1]
                        for part in ("/results", "/rows/"))  # fmt: skip
        assert back.endswith("?version=1" if version == 1 else "/results")
        assert course.endswith(f"?version={version}")
        assert ("Hybritech" in words(client.get(course))) is (
            version == 1 or "Metodeskift" in words(client.get(course))
        )
        assert client.get(back).status_code == 200
    assert client.get(f"{base}{latest.get('href').partition('?')[0]}?version=9").status_code == 404


def test_a_value_opened_from_rows_by_code_leads_back_to_them_and_still_names_the_method(
    client: Client, put: Put
) -> None:
    put_psa(put)
    sign_in(client)
    address = opened(client)
    page = html.fromstring(client.get(f"{address}?by=code").text)
    value = client.get(address.removesuffix("results") + page.xpath("//table[@class='grid']//td/a/@href")[0])
    assert "Hybritech-kalibreret (QKL)" in words(value)
    links = html.fromstring(value.text).xpath("//a/@href")
    assert any(link.endswith("/results?by=code") for link in links)
    row = next(link for link in links if "/rows/" in link)
    assert "2,6" in words(client.get(row))
    assert "3,2" in words(client.get(row))


def test_a_value_tells_its_change_and_the_registry_the_figures_behind_it(client: Client, put: Put) -> None:
    put_one(put, 1, "2020-05-05 08:10", [psa("2,0")])
    put_one(put, 2, "2021-05-05 08:10", [psa("3,0")])
    sign_in(client, "carla")
    address = opened(client)
    page = html.fromstring(client.get(address).text)
    value = words(client.get(address.removesuffix("results") + page.xpath("//table[@class='grid']//td/a/@href")[0]))
    assert "Ændring siden forrige sammenlignelige svar +50 % (2,0 µg/L, 05.05.2020 08:10)" in value
    assert "Kritisk difference (RCV) 35 %: ændringen er større" in value
    groups = words(client.get("/method-registry/groups"))
    assert "Variation: i personen (CVi) 12 %, opdigtet demonstrationstal" in groups


def test_a_group_set_again_by_the_form_keeps_its_figure(client: Client, store: RegistryStore) -> None:
    sign_in(client, "carla")
    again = {"group_id": "psa-who", "anchor_procedure_id": "psa-qkl-who", "label_da": "PSA (WHO)",
             "label_en": "PSA (WHO)", "unit": "µg/L", "note": "kortere navn"}  # fmt: skip
    client.post("/method-registry/propose/group", data=filled(client, "group") | again)
    (change,) = store.proposals()[0].changes
    assert change.body is not None
    assert change.body["analytical"]["percent"] == 4


# --- the registry ---


PAGES = ("", "/procedures", "/procedures?producer=QKL", "/procedures.csv", "/groups", "/suggestions", "/propose",
         "/proposals", "/versions")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_needs_a_sign_in_and_opens_in_both_languages(client: Client, path: str) -> None:
    assert client.get(f"/method-registry{path}").headers["location"].startswith("/sign-in")
    sign_in(client, "carla")
    for language in ("da", "en"):
        client.cookies.set("labbro-language", language)
        assert client.get(f"/method-registry{path}").status_code == 200


def test_people_of_the_number_service_do_not_come_in(services: server.Services, client: Client) -> None:
    from labbro.members import demonstration as membership

    membership.found(services.members)
    page = html.fromstring(client.get("/sign-in").text)
    known = {"asta", "bo", "carla", "didrik"}
    others = [who for who in page.xpath("//button[@name='who']/@value") if who not in known]
    sign_in(client, others[0])
    assert client.get("/method-registry").status_code == 403


def test_codes_that_mix_methods_are_told_with_counts(client: Client, put: Put) -> None:
    put_psa(put)
    put_one(put, 3, "2024-05-05 08:10", [psa("3,4")])
    sign_in(client, "carla")
    told = words(client.get("/method-registry"))
    assert "PSA;P NPU08669 · µg/L 3 1 Hybritech-kalibreret (QKL): 2; PSA, WHO-kalibreret: 1" in told


def filled(client: Client, action: str) -> dict[str, str]:
    """The fields of a form on the page to propose on, as it is when nothing was typed."""
    (form,) = html.fromstring(client.get("/method-registry/propose").text).xpath(
        f"//form[contains(@action, '{action}')]"
    )
    return {name: value or "" for name, value in form.form_values()}


def test_one_proposes_and_another_releases(client: Client, store: RegistryStore) -> None:
    sign_in(client, "carla")
    told = filled(client, "assertion") | {
        "group_id": "alat", "procedure_id": "alat-older-code", "verdict": "comparable", "evidence_source": "forsøg 7",
        "note": "samme metode",
    }  # fmt: skip
    proposed = client.post("/method-registry/propose/assertion", data=told)
    assert proposed.status_code == 303
    address = proposed.headers["location"]
    page = client.get(address)
    assert "Ingen modsigelser" in words(page)
    assert "Frigiv som næste version" not in words(page)
    own = client.post(f"{address}/release", data={"form_token": form_token(page)})
    assert own.status_code == 403
    assert "anden person" in words(own)
    send(client, "/sign-out", page=address)
    sign_in(client, "didrik")
    released = client.post(f"{address}/release", data={"form_token": form_token(client.get(address))})
    assert released.status_code == 303
    assert store.current().version == 2
    assert "Carla Demosen (opdigtet) Didrik Modelsen (opdigtet) samme metode" in words(
        client.get("/method-registry/versions")
    )


def test_a_table_of_procedures_becomes_a_proposal_and_contradictions_stand_in_its_way(
    client: Client, store: RegistryStore
) -> None:
    sign_in(client, "carla")
    text = "procedure_id;measurand_id;producer;codes;device\r\npsa-2;psa;QKL;iupac/NPU08669/SST;Målt på ø\r\n"
    told = filled(client, "table") | {"note": "nyt apparat"}
    answer = client.post(
        "/method-registry/propose/table", data=told, files={"table": ("m.csv", text.encode("cp1252"), "text/csv")}
    )
    assert answer.status_code == 303
    page = words(client.get(answer.headers["location"]))
    assert "overlapping-validity" in page
    assert "Målt på ø" in page
    assert store.proposals()[0].changes[0].entry_id == "psa-2"


def test_a_table_that_cannot_be_read_says_which_line(client: Client) -> None:
    sign_in(client, "carla")
    told = filled(client, "table") | {"note": "x"}
    text = "procedure_id;measurand_id;codes\na;psa;NPU08669\n"
    answer = client.post("/method-registry/propose/table", data=told, files={"table": ("m.csv", text, "text/csv")})
    assert answer.status_code == 400
    assert "line 2" in words(answer)


@pytest.mark.parametrize(
    ("form", "changes", "said"),
    [
        ("procedure", {"procedure_id": "x", "codes": "NPU1"}, "system/value/responsible"),
        ("assertion", {"evidence_source": "x", "low": "many"}, "ikke et tal"),
        ("assertion", {"evidence_source": "x", "study": "{"}, "Forsøgets tal kan ikke læses"),
        ("measurand", {"measurand_id": "x", "codes": "NPU1"}, "system/value/responsible"),
        ("conversion", {"from_unit": "a", "to_unit": "b", "source": "s", "factor": "x"}, "ikke et tal"),
        ("procedure", {"procedure_id": "x", "codes": "iupac/NPU08669/SST", "valid_from": "soon"}, "kan ikke læses"),
    ],
)
def test_a_form_that_cannot_be_read_says_so(client: Client, form: str, changes: dict[str, str], said: str) -> None:
    sign_in(client, "carla")
    answer = client.post(f"/method-registry/propose/{form}", data=filled(client, form) | {"note": "x"} | changes)
    assert answer.status_code == 400
    assert said in words(answer)


def test_a_procedure_and_a_group_can_be_proposed_by_form(client: Client, store: RegistryStore) -> None:
    sign_in(client, "carla")
    procedure = {"procedure_id": "psa-qeb", "measurand_id": "psa", "producer": "QEB", "codes": "iupac/NPU08669/SST",
                 "device": "Betalyt 9", "unit": "µg/L", "valid_from": "2024-01-01", "note": "ny"}  # fmt: skip
    told = client.post("/method-registry/propose/procedure", data=filled(client, "procedure") | procedure)
    assert "Apparat: Betalyt 9" in words(client.get(told.headers["location"]))
    group = {"group_id": "jaffe", "anchor_procedure_id": "creatinine-qsl", "label_da": "Kreatinin, Jaffe",
             "label_en": "Creatinine, Jaffe", "unit": "µmol/L", "note": "egen række"}  # fmt: skip
    told = client.post("/method-registry/propose/group", data=filled(client, "group") | group)
    assert "Målestørrelse: creatinine" in words(client.get(told.headers["location"]))
    assert {one.state for one in store.proposals()} == {"open", "released"}


def test_a_measurand_and_an_equation_can_be_proposed_by_form_and_released(client: Client, store: RegistryStore) -> None:
    sign_in(client, "carla")
    measurand = {"measurand_id": "potassium", "label_da": "Kalium", "label_en": "Potassium", "unit": "mmol/l",
                 "codes": "iupac/NPU03230/SST", "note": "ny"}  # fmt: skip
    equation = {"measurand_id": "crp", "from_unit": "pmol/L", "to_unit": "mg/L", "factor": "0,000105",
                "source": "molmasse 105 kg/mol", "note": "ny"}  # fmt: skip
    for form, told in (("measurand", measurand), ("conversion", equation)):
        answer = client.post(f"/method-registry/propose/{form}", data=filled(client, form) | told)
        assert answer.status_code == 303, words(answer)
    for proposal in store.proposals():
        store.release(proposal.proposal_id, by="bent")
    registry = store.current()
    assert registry.measurands["potassium"].codes == (national("NPU03230"),)
    assert registry.measurands["potassium"].unit == "mmol/L"
    known = registry.conversion("crp", "pmol/L", "mg/L")
    assert known is not None
    assert (known.factor, known.source) == (0.000105, "molmasse 105 kg/mol")


def test_a_group_is_withdrawn_by_form_and_a_measurand_keeps_its_variation(client: Client, store: RegistryStore) -> None:
    sign_in(client, "carla")
    group = {"group_id": "psa-who", "anchor_procedure_id": "psa-qkl-who", "label_da": "PSA", "label_en": "PSA",
             "unit": "µg/L", "status": "withdrawn", "note": "ud"}  # fmt: skip
    client.post("/method-registry/propose/group", data=filled(client, "group") | group)
    psa = {"measurand_id": "psa", "label_da": "PSA", "label_en": "PSA", "unit": "µg/L",
           "codes": "iupac/NPU08669/SST", "note": "navn"}  # fmt: skip
    client.post("/method-registry/propose/measurand", data=filled(client, "measurand") | psa)
    before = store.current().measurands["psa"].within
    for proposal in store.proposals():
        if proposal.state == "open":
            store.release(proposal.proposal_id, by="bent")
    assert store.current().groups["psa-who"].status == "withdrawn"
    assert store.current().measurands["psa"].within == before


def test_the_figures_of_a_study_are_taken_whole_and_judged(client: Client, store: RegistryStore) -> None:
    sign_in(client, "carla")
    study = Evidence(kind="study", source="pairs.csv", count=60, low=2, high=90, slope=1.03, slope_low=1.02,
                     slope_high=1.04, intercept=-0.2, bias_percent=2.9, bias_low=2.4, bias_high=3.3)  # fmt: skip
    told = {"group_id": "alat", "procedure_id": "alat-older-code", "verdict": "comparable", "low": "1", "high": "80",
            "allowable_percent": "8", "purpose": "monitoring", "study": msgspec.json.encode(study).decode(),
            "evidence_source": "blad 7", "note": "forsøg"}  # fmt: skip
    answer = client.post("/method-registry/propose/assertion", data=filled(client, "assertion") | told)
    page = words(client.get(answer.headers["location"]))
    assert "rækker ud over 2 til 90, som blad 7 dækker" in page
    answer = client.post("/method-registry/propose/assertion", data=filled(client, "assertion") | told | {"low": "2"})
    proposal = uuid.UUID(answer.headers["location"].rpartition("/")[2])
    store.release(proposal, by="bent")
    (kept,) = store.current().assertion("alat:alat-older-code").evidence
    assert kept == msgspec.structs.replace(study, source="blad 7")


def test_the_pages_tell_what_was_known_at_an_earlier_version(client: Client, store: RegistryStore) -> None:
    sign_in(client, "carla")
    gone = [Change(kind="assertion", entry_id="psa-who:psa-qsl-who"), Change(kind="procedure", entry_id="psa-qsl-who")]
    store.release(store.propose(uuid.uuid4(), gone, by="anna", note="ud").proposal_id, by="bent")
    for path in ("procedures", "groups"):
        assert "psa-qsl-who" not in words(client.get(f"/method-registry/{path}"))
        then = words(client.get(f"/method-registry/{path}?version=1"))
        assert "psa-qsl-who" in then
        assert "version 1" in then
        assert f"/method-registry/{path}?version=1" in client.get("/method-registry/versions").text
    for told in ("9", "x", "1e3"):
        assert client.get(f"/method-registry/groups?version={told}").status_code == 404


def test_the_one_who_proposed_may_take_it_back(client: Client, store: RegistryStore) -> None:
    sign_in(client, "carla")
    kept = store.propose(uuid.uuid4(), changes_of(SEED)[:1], by="demonstration:carla", note="igen")
    address = f"/method-registry/proposals/{kept.proposal_id}"
    answer = client.post(f"{address}/refuse", data={"form_token": form_token(client.get(address))})
    assert answer.status_code == 303
    assert store.proposal(kept.proposal_id).state == "refused"


def test_a_form_from_elsewhere_is_refused(client: Client) -> None:
    sign_in(client, "carla")
    assert client.post("/method-registry/propose/group", data={"form_token": "x"}).status_code == 403
    assert client.get("/method-registry/proposals/nothing").status_code == 404


# --- the interface for programs ---


def test_the_registry_is_read_by_version_and_as_a_table(client: Client) -> None:
    told = client.get("/comparability/registry?version=1").json()
    assert told["version"] == 1
    assert len(told["entries"]["procedures"]) == len(SEED.procedures)
    assert client.get("/comparability/registry?version=7").status_code == 404
    csv = client.get("/comparability/procedures?producer=QKL", headers={"accept": "text/csv"})
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.text.count("\r\n") == 1 + len([one for one in SEED.procedures if one.producer == "QKL"])
    assert client.get("/comparability/versions").json()[0]["released_by"] == demonstration.RELEASER


def observed(day: str, **more: Any) -> dict[str, Any]:
    code = {"system": "iupac", "value": "NPU08669", "responsible": "SST"}
    return {"code": code, "producer": "QKL", "unit": "µg/l", "sampled_on": day, **more}


def test_two_results_are_decided_with_a_sentence(client: Client) -> None:
    told = client.post(
        "/comparability/decide", json={"first": observed("2022-02-28"), "second": observed("2022-03-01")}
    ).json()
    assert (told["same_row"], told["version"]) == (False, 1)
    assert "Hybritech" in told["reason"]
    same = {"first": observed("2020-02-28"), "second": observed("2021-03-01"), "version": 1}
    assert client.post("/comparability/decide", json=same).json()["same_row"] is True
    assert client.post("/comparability/decide", json={"first": {}}).status_code == 400


def test_proposing_by_program_needs_a_person_and_two_for_a_release(client: Client) -> None:
    body = {"request_id": str(uuid.uuid4()), "note": "ny", "procedures_csv":
            "procedure_id;measurand_id;producer;codes\nx;psa;QEB;iupac/NPU08669/SST\n"}  # fmt: skip
    assert client.post("/comparability/proposals", json=body).status_code == 403
    assert client.get("/comparability/proposals").status_code == 403
    sign_in(client, "carla")
    told = client.post("/comparability/proposals", json=body)
    assert told.status_code == 201
    again = client.post("/comparability/proposals", json=body).json()
    proposal_id = told.json()["proposal"]["proposal_id"]
    assert again["proposal"]["proposal_id"] == proposal_id
    assert told.json()["contradictions"] == []
    own = client.post(f"/comparability/proposals/{proposal_id}/release")
    assert (own.status_code, own.json()["code"]) == (403, "four-eyes")
    send(client, "/sign-out", page="/")
    sign_in(client, "didrik")
    assert client.post(f"/comparability/proposals/{proposal_id}/release").json()["version"] == 2
    assert client.post(f"/comparability/proposals/{proposal_id}/refuse").json()["code"] == "proposal-decided"


def test_the_interface_is_described(client: Client) -> None:
    described = client.get("/api-description/openapi.json").json()["paths"]
    assert {path for path in described if path.startswith("/comparability")} == {
        "/comparability/registry", "/comparability/versions", "/comparability/procedures", "/comparability/proposals",
        "/comparability/proposals/{proposal_id}/release", "/comparability/proposals/{proposal_id}/refuse",
        "/comparability/decide",
    }  # fmt: skip
