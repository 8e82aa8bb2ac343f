"""The registry's pages that change what is in force: a procedure, a piece of evidence more, rounds, variation."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar.testing import TestClient
from lxml import html

from labbro import server
from labbro.comparability import demonstration
from labbro.comparability.model import Evidence, Figure, Round
from labbro.comparability.seed import SEED
from labbro.comparability.store import Change, RegistryStore

from .test_pages import sign_in, words

Client = TestClient[Any]
HOME = "/method-registry"
PROCEDURE, ASSERTION = "psa-qsl-who", "psa-who:psa-qsl-who"
ROUNDS = "2025-1;14;3,1;3,0;µg/L;;8\n2025-2;15;2,9;3,0;µg/L;-3,3;8\n2025-3;;;;;9;8\n"


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
        sign_in(found, "carla")
        yield found


def form_of(page: httpx.Response, what: str) -> dict[str, str]:
    """The fields of a form as they stand."""
    (form,) = html.fromstring(page.text).xpath(f"//form[@action='{HOME}/propose/{what}']")
    return {name: value or "" for name, value in form.form_values()}


def opened(client: Client, what: str, entry: str) -> dict[str, str]:
    page = client.get(f"{HOME}/propose/{what}", params={"entry": entry})
    assert page.status_code == 200
    return form_of(page, what) | {"note": "fordi"}


def sent(client: Client, what: str, told: dict[str, str]) -> httpx.Response:
    return client.post(f"{HOME}/propose/{what}", data=told)


def proposal(client: Client, what: str, told: dict[str, str]) -> tuple[uuid.UUID, str]:
    """The proposal that a form became, and its page in words."""
    answer = sent(client, what, told)
    assert answer.status_code == 303, words(answer)
    address = answer.headers["location"]
    return uuid.UUID(address.rpartition("/")[2]), words(client.get(address))


# --- a procedure ---


def test_a_procedure_is_opened_from_its_row_as_it_is_in_force(client: Client, store: RegistryStore) -> None:
    page = html.fromstring(client.get(f"{HOME}/procedures").text)
    (link,) = page.xpath(f"//tr[.//*[contains(., '{PROCEDURE}')]]//td[@class='ways']/a")
    told = form_of(client.get(link.get("href")), "procedure")
    kept = store.current().procedures[PROCEDURE]
    assert told["entry"] == PROCEDURE
    assert told["seen"] == "1"
    assert (told["producer"], told["device"], told["measurand_id"]) == (kept.producer, kept.device or "", "psa")
    assert told["codes"] == "iupac/NPU08669/SST"
    assert told["valid_from"] == ("" if kept.valid_from.year == 1 else kept.valid_from.isoformat())


def test_what_was_changed_is_proposed_told_field_by_field_and_kept_beside_what_was(
    client: Client, store: RegistryStore
) -> None:
    before = store.current().procedures[PROCEDURE]
    told = opened(client, "procedure", PROCEDURE) | {"device": "Betalyt 9", "valid_to": "2027-01-31"}
    kept, page = proposal(client, "procedure", told)
    assert f"Apparat: {before.device or 'intet'} → Betalyt 9" in page
    assert "Gælder til (første dag, den ikke gælder): intet → 31.01.2027" in page
    assert "Koder:" not in page
    store.release(kept, by="bent")
    after = store.current().procedures[PROCEDURE]
    assert (after.device, after.valid_to.isoformat()) == ("Betalyt 9", "2027-01-31")
    assert msgspec.structs.replace(after, device=before.device, valid_to=before.valid_to) == before
    assert store.at(1).procedures[PROCEDURE] == before
    assert "Apparat:" in words(client.get(f"{HOME}/proposals/{kept}"))


@pytest.mark.parametrize("procedure", [one.procedure_id for one in SEED.procedures[::9]])
def test_a_form_sent_as_it_was_opened_changes_nothing_and_says_so(client: Client, procedure: str) -> None:
    answer = sent(client, "procedure", opened(client, "procedure", procedure))
    assert answer.status_code == 400
    assert "Intet er ændret" in words(answer)


def test_a_fault_in_a_form_does_not_cost_what_was_typed(client: Client, store: RegistryStore) -> None:
    told = opened(client, "procedure", PROCEDURE) | {"kit": "Reagens 7", "codes": "NPU1"}
    release(store, PROCEDURE, device="X")
    answer = sent(client, "procedure", told)
    assert answer.status_code == 400
    assert "system/value/responsible" in words(answer)
    again = form_of(answer, "procedure")
    assert (again["kit"], again["codes"], again["seen"]) == ("Reagens 7", "NPU1", "1")
    new = {"procedure_id": "x", "codes": "NPU1", "kit": "Reagens 8", "note": "ny"}
    answer = sent(client, "procedure", form_of(client.get(f"{HOME}/propose"), "procedure") | new)
    assert form_of(answer, "procedure")["kit"] == "Reagens 8"


def release(store: RegistryStore, procedure: str, **changes: Any) -> None:
    body = msgspec.to_builtins(msgspec.structs.replace(store.current().procedures[procedure], **changes))
    change = Change(kind="procedure", entry_id=procedure, body=body)
    store.release(store.propose(uuid.uuid4(), [change], by="anna", note="x").proposal_id, by="bent")


def test_a_change_of_what_another_release_changed_meanwhile_says_so_and_is_not_released(
    client: Client, store: RegistryStore
) -> None:
    told = opened(client, "procedure", PROCEDURE) | {"kit": "Reagens 7"}
    release(store, PROCEDURE, device="X")
    _, page = proposal(client, "procedure", told)
    assert "entry-moved" in page
    assert "lav den på ny ud fra det, der gælder" in page


@pytest.mark.parametrize("seen", ["", "x", "-1"])
def test_a_form_that_does_not_say_what_it_was_opened_on_is_refused(client: Client, seen: str) -> None:
    answer = sent(client, "procedure", opened(client, "procedure", PROCEDURE) | {"kit": "R", "seen": seen})
    assert answer.status_code == 400
    assert "åbn den igen" in words(answer)


@pytest.mark.parametrize("what", ["procedure", "evidence", "variation", "something"])
def test_what_is_not_in_force_is_not_found(client: Client, what: str) -> None:
    assert client.get(f"{HOME}/propose/{what}", params={"entry": "gone"}).status_code == 404
    if what != "something":
        told = opened(client, "procedure", PROCEDURE) | {"entry": "gone"}
        assert sent(client, what, told).status_code == 404


def test_an_earlier_version_offers_no_change(client: Client, store: RegistryStore) -> None:
    release(store, PROCEDURE, device="X")
    for page in ("procedures", "groups"):
        assert "propose/" in client.get(f"{HOME}/{page}").text
        assert "propose/" not in client.get(f"{HOME}/{page}?version=1").text


# --- evidence ---


def test_evidence_is_added_to_an_assertion_from_the_page_of_groups(client: Client, store: RegistryStore) -> None:
    page = html.fromstring(client.get(f"{HOME}/groups").text)
    (link,) = page.xpath(f"//a[contains(@href, 'evidence?entry=psa-who%3A{PROCEDURE}')]/@href")
    before = store.current().assertion(ASSERTION)
    told = form_of(client.get(link), "evidence") | {
        "evidence_kind": "traceability", "evidence_source": "certifikat 4", "note": "nyt certifikat",
    }  # fmt: skip
    kept, shown = proposal(client, "evidence", told)
    assert "traceability" not in shown
    assert "sporbarhed certifikat 4" in shown
    store.release(kept, by="bent")
    after = store.current().assertion(ASSERTION)
    assert after.evidence == (*before.evidence, Evidence(kind="traceability", source="certifikat 4"))
    assert msgspec.structs.replace(after, evidence=before.evidence) == before
    third = opened(client, "evidence", ASSERTION) | {"evidence_kind": "statement", "evidence_source": "brev 9"}
    store.release(proposal(client, "evidence", third)[0], by="bent")
    assert [one.source for one in store.current().assertion(ASSERTION).evidence][-2:] == ["certifikat 4", "brev 9"]


def test_the_same_evidence_twice_and_none_at_all_are_refused(client: Client, store: RegistryStore) -> None:
    told = opened(client, "evidence", ASSERTION) | {"evidence_kind": "statement", "evidence_source": "brev 9"}
    store.release(proposal(client, "evidence", told)[0], by="bent")
    again = opened(client, "evidence", ASSERTION) | {"evidence_kind": "statement", "evidence_source": "brev 9"}
    answer = sent(client, "evidence", again)
    assert answer.status_code == 400
    assert "har dette grundlag i forvejen" in words(answer)


def test_a_second_study_is_pasted_as_the_command_gives_it(client: Client, store: RegistryStore) -> None:
    study = Evidence(kind="study", source="pairs.csv", count=60, low=0.5, high=90, slope=1.01, bias_percent=1.2)
    told = opened(client, "evidence", ASSERTION) | {"study": msgspec.json.encode(study).decode()}
    told |= {"evidence_source": "blad 7"}
    assert "evidence-out-of-range" in proposal(client, "evidence", told)[1]
    told = opened(client, "evidence", ASSERTION) | told | {"low": "0,5", "high": "90", "allowable_percent": "8"}
    told["request_id"] = str(uuid.uuid4())
    store.release(proposal(client, "evidence", told)[0], by="bent")
    assert store.current().assertion(ASSERTION).evidence[-1] == msgspec.structs.replace(study, source="blad 7")
    after = store.current().assertion(ASSERTION)
    assert (after.scope.low, after.scope.high, after.allowable_percent) == (0.5, 90, 8)
    again = opened(client, "evidence", ASSERTION)
    assert (again["low"], again["high"], again["allowable_percent"]) == ("0,5", "90", "8")
    answer = sent(client, "evidence", again | told | {"rounds": "a;1;2;3"})
    assert "Et forsøg har ingen runder" in words(answer)


# --- rounds ---


def external(client: Client, **more: str) -> dict[str, str]:
    told = opened(client, "evidence", ASSERTION)
    return told | {"evidence_kind": "external-quality", "evidence_source": "opdigtet program", "rounds": ROUNDS} | more


def test_rounds_are_pasted_summed_up_and_shown_as_a_table_where_the_evidence_stands(
    client: Client, store: RegistryStore
) -> None:
    kept, page = proposal(client, "evidence", external(client))
    summary = "opdigtet program, 3 runder: bias i gennemsnit 3 % (−3,3 % til 9 %), 1 uden for det tilladte"
    assert summary in page
    assert "2025-2 15 2,9 µg/L 3 µg/L" in page
    store.release(kept, by="bent")
    evidence = store.current().assertion(ASSERTION).evidence[-1]
    assert evidence.rounds[0] == Round(name="2025-1", count=14, value=3.1, target=3.0, unit="ug/L", allowable_percent=8)
    assert evidence.bias_percent is None
    for address in (f"{HOME}/groups", f"{HOME}/propose/evidence?entry={ASSERTION}"):
        shown = client.get(address)
        assert summary in words(shown)
        (table,) = html.fromstring(shown.text).xpath("//table[caption[contains(., 'Runder: opdigtet program')]]")
        last = [cell.text_content().split() for cell in table.xpath("./tbody/tr[3]/*")]
        assert (last[0], last[4][-2:], last[5]) == (["2025-3"], ["9", "%"], ["8", "%"])
        assert len(table.xpath("./tbody/tr")) == 3
    client.cookies.set("labbro-language", "en")
    assert "3 rounds: mean bias 3 % (−3.3 % to 9 %), 1 outside the allowable" in words(client.get(f"{HOME}/groups"))


def test_a_bias_that_the_rounds_contradict_stands_in_the_way_of_a_release(client: Client, store: RegistryStore) -> None:
    kept, page = proposal(client, "evidence", external(client, bias_percent="-5"))
    assert "rounds-against-bias" in page
    assert "udelad den, eller ret runderne" in page
    assert "Frigiv" not in page
    assert [one.code for one in store.faults(kept)] == ["rounds-against-bias"]


def test_a_table_of_rounds_that_cannot_be_read_says_which_line_and_stays_in_the_form(client: Client) -> None:
    answer = sent(client, "evidence", external(client, rounds="2025-1;14;mange;3\n"))
    assert answer.status_code == 400
    assert "line 1" in words(answer)
    assert form_of(answer, "evidence")["rounds"].strip() == "2025-1;14;mange;3"


def test_an_assertion_takes_rounds_with_its_first_evidence(client: Client, store: RegistryStore) -> None:
    told = form_of(client.get(f"{HOME}/propose"), "assertion") | {
        "group_id": "alat", "procedure_id": "alat-older-code", "verdict": "comparable", "evidence_source": "program",
        "evidence_kind": "external-quality", "rounds": "2025-1;;52;50;U/L", "note": "runde",
    }  # fmt: skip
    store.release(proposal(client, "assertion", told)[0], by="bent")
    (evidence,) = store.current().assertion("alat:alat-older-code").evidence
    assert evidence.rounds == (Round(name="2025-1", value=52, target=50, unit="U/L"),)


def test_rounds_come_in_and_go_out_by_the_interface(client: Client) -> None:
    (found,) = [one for one in SEED.assertions if one.assertion_id == ASSERTION]
    body = msgspec.to_builtins(found) | {
        "evidence": [{"kind": "external-quality", "source": "s", "bias_percent": 9, "rounds": [
            {"name": "2025-1", "value": 3.1, "target": 3}]}]
    }  # fmt: skip
    change = {"kind": "assertion", "entry_id": ASSERTION, "body": body, "seen": 1}
    told = client.post(
        "/comparability/proposals", json={"request_id": str(uuid.uuid4()), "note": "ny", "changes": [change]}
    ).json()
    assert [one["code"] for one in told["contradictions"]] == ["rounds-against-bias"]
    assert told["proposal"]["changes"][0]["body"]["evidence"][0]["rounds"][0]["target"] == 3


# --- variation ---


def test_variation_is_given_and_changed_by_page(client: Client, store: RegistryStore) -> None:
    page = html.fromstring(client.get(f"{HOME}/groups").text)
    (link,) = page.xpath("//a[contains(@href, 'variation?entry=psa-who')]/@href")
    told = form_of(client.get(link), "variation")
    assert (told["within_percent"], told["analytical_percent"]) == ("12", "4")
    told |= {"analytical_percent": "3,5", "analytical_source": "egen kontrol 2026", "note": "ny kontrol"}
    kept, shown = proposal(client, "variation", told)
    assert "Målingens variation (CVa): 4 %, " in shown
    assert "→ 3,5 %, egen kontrol 2026" in shown
    assert "målestørrelse" not in shown.partition("Ændringer")[2]
    store.release(kept, by="bent")
    group, measurand = store.current().groups["psa-who"], store.current().measurands["psa"]
    assert group.analytical == Figure(percent=3.5, source="egen kontrol 2026")
    assert measurand == store.at(1).measurands["psa"]
    assert (
        msgspec.structs.replace(group, analytical=store.at(1).groups["psa-who"].analytical)
        == (store.at(1).groups["psa-who"])
    )


def test_both_figures_are_one_proposal_and_empty_fields_take_a_figure_out(client: Client, store: RegistryStore) -> None:
    told = opened(client, "variation", "alat")
    told |= {"within_percent": "18", "within_source": "kilde", "analytical_percent": "", "analytical_source": ""}
    kept, _ = proposal(client, "variation", told)
    store.release(kept, by="bent")
    assert store.current().measurands["alat"].within == Figure(percent=18, source="kilde")
    assert store.current().groups["alat"].analytical is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Intet er ændret"),
        ({"analytical_source": ""}, "udfyld begge"),
        ({"within_percent": ""}, "udfyld begge"),
        ({"within_percent": "nan"}, "ikke et tal"),
        ({"within_percent": "meget"}, "ikke et tal"),
    ],
)
def test_a_variation_that_is_none_is_refused_where_it_was_written(
    client: Client, changes: dict[str, str], said: str
) -> None:
    answer = sent(client, "variation", opened(client, "variation", "psa-who") | changes)
    assert answer.status_code == 400
    assert said in words(answer)


def test_a_variation_that_none_can_be_stands_in_the_way_of_a_release(client: Client) -> None:
    _, page = proposal(client, "variation", opened(client, "variation", "psa-who") | {"within_percent": "301"})
    assert "variation-unusable" in page


# --- whoever may not ---


def test_without_the_office_nothing_is_offered_and_nothing_taken(
    services: server.Services, store: RegistryStore, client: Client
) -> None:
    told = opened(client, "variation", "psa-who") | {"within_percent": "11"}
    others = msgspec.structs.replace(services.settings, registry_people=("x#y", "x#z"))
    again = msgspec.structs.replace(services, registry=store, settings=others)
    with TestClient(app=server.application(again), base_url="http://127.0.0.1:8400") as barred:
        barred.follow_redirects = False
        sign_in(barred, "carla")
        for page in ("procedures", "groups"):
            assert "propose/" not in barred.get(f"{HOME}/{page}").text
        page = barred.get(f"{HOME}/propose/variation?entry=psa-who")
        assert "Her kan du læse, ikke ændre" in words(page)
        told["form_token"] = html.fromstring(page.text).xpath("//input[@name='form_token']/@value")[0]
        assert sent(barred, "variation", told).status_code == 403
    assert all(one.state == "released" for one in store.proposals())


@pytest.mark.parametrize(
    ("what", "entry"), [("procedure", PROCEDURE), ("evidence", ASSERTION), ("variation", "psa-who")]
)
def test_every_form_opens_in_both_languages_after_a_sign_in(client: Client, what: str, entry: str) -> None:
    for language, word in (("da", "Foreslå"), ("en", "Propose")):
        client.cookies.set("labbro-language", language)
        page = client.get(f"{HOME}/propose/{what}", params={"entry": entry})
        assert word in words(page)
    client.cookies.clear()
    assert client.get(f"{HOME}/propose/{what}", params={"entry": entry}).status_code == 303
