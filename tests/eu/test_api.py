"""Machines fetch a patient's documents and search in them; nobody else does, and every look is kept."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from tests.databank.building import CPR, NOW
from tests.databank.building import reading as letter_reading
from tests.databank.building import result as letter_result
from tests.eu.test_document import NANCY, report, result
from tests.eu.test_incoming import corrected, made, take

from labbro.databank import api as databank_api
from labbro.eu import api, incoming
from labbro.eu.normalising import OFFICIAL
from labbro.eu.reading import read_document
from labbro.platform import problems
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import IntakeToken
from labbro.records.model import Code


def application(databank, settings, clock) -> Litestar:
    handlers = api.routes(databank=databank, settings=settings, clock=clock)
    return Litestar(list(handlers), exception_handlers={Exception: problems.handle}, logging_config=None)


@pytest.fixture
def client(databank, settings, clock):
    with TestClient(application(databank, settings, clock)) as client:
        yield client


def found(client: Any, identifier: str = NANCY.identifier) -> str:
    (one,) = client.post("/patients/lookup", json={"identifier": identifier}).json()
    return one["key"]


def several(count: int) -> bytes:
    return made(report(*(result(ordinal=at, value=str(130 + at)) for at in range(1, count + 1))))


def search(client: Any, kind: str, **asked: object) -> dict[str, Any]:
    answer = client.get(f"/fhir/{kind}", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/fhir+json")
    return answer.json()


def test_a_number_in_the_body_gives_the_key(client, databank):
    take(databank, made())
    answer = client.post("/patients/lookup", json={"identifier": NANCY.identifier})
    assert answer.status_code == 200
    assert [one["reports"] for one in answer.json()] == [1]
    assert NANCY.identifier not in answer.text
    assert client.post("/patients/lookup", json={"identifier": "2512489994"}).json() == []


def test_a_letter_is_given_as_a_document(client, databank):
    databank.intake([letter_reading()], NOW, "request", "api")
    key = found(client, CPR)
    (line,) = client.get(f"/patients/{key}/documents").json()
    assert (line["version"], line["in_force"]) == (1, True)
    answer = client.get(f"/patients/{key}/documents/{line['document']}")
    assert answer.headers["content-type"].startswith("application/fhir+json")
    assert read_document(answer.content).ok


def test_a_correction_is_the_next_version_and_names_what_it_replaces(client, databank):
    first = letter_reading()
    later = letter_reading(
        identifier="BREV000000002", results=[letter_result(Value="99", ResultStatusCode="svar_rettet")]
    )
    databank.intake([later, first], NOW, "request", "api")
    key = found(client, CPR)
    lines = client.get(f"/patients/{key}/documents").json()
    versions = {line["report"]: (line["version"], line["replaces"]) for line in lines}
    assert versions == {first.letter.identifier: (1, None), "BREV000000002": (2, first.letter.identifier)}
    (second,) = [line for line in lines if line["version"] == 2]
    told = client.get(f"/patients/{key}/documents/{second['document']}").json()
    composition = told["entry"][0]["resource"]
    assert composition["relatesTo"][0]["code"] == "replaces"
    assert composition["relatesTo"][0]["targetIdentifier"]["value"] == first.letter.identifier


def test_a_document_that_came_is_given_as_it_came_but_for_official_addresses(client, databank):
    data = made().replace(b"http://npu-terminology.org", b"urn:oid:1.2.208.176.2.1")
    (outcome,) = take(databank, data)
    answer = client.get(f"/patients/{outcome.patient_key}/documents/{outcome.letter_key}")
    assert answer.json() == json.loads(made())


def test_digits_are_given_as_they_came(client, databank):
    (outcome,) = take(databank, made().replace(b'"value": 139,', b'"value": 139.00,'))
    assert b'"value":139.00' in client.get(f"/patients/{outcome.patient_key}/documents/{outcome.letter_key}").content


def test_the_look_is_kept_before_the_answer(client, databank):
    (outcome,) = take(databank, made())
    client.get(f"/patients/{outcome.patient_key}/documents/{outcome.letter_key}")
    client.get(f"/fhir/Observation?patient={outcome.patient_key}")
    log = databank.access_log(outcome.patient_key)
    assert [one.action for one in log] == ["document", "document"]
    assert {one.letter_key for one in log} == {outcome.letter_key, None}


def test_what_the_patient_refused_is_not_given(client, databank):
    (outcome,) = take(databank, made(report(result(), consent_given=False)))
    path = f"/patients/{outcome.patient_key}/documents"
    assert client.get(path).json() == []
    refused = client.get(f"{path}/{outcome.letter_key}")
    assert (refused.status_code, refused.json()["code"]) == (403, "consent-refused")
    assert "entry" not in search(client, "Observation", patient=outcome.patient_key)


def test_a_token_of_a_sender_lets_nobody_read(databank, settings, clock):
    sender, reader = (IntakeToken(name=name, digest=sha256(name.encode()).hexdigest()) for name in ("sender", "reader"))
    (outcome,) = take(databank, made())
    path = f"/patients/{outcome.patient_key}/documents"
    for readers, token, status in (((), "sender", 403), ((reader,), "sender", 401), ((reader,), "reader", 200)):
        guarded = msgspec.structs.replace(settings, intake_tokens=(sender,), reader_tokens=readers)
        with TestClient(application(databank, guarded, clock)) as client:
            headers = {"authorization": f"Bearer {token}"}
            assert client.get(path, headers=headers).status_code == status
            assert client.get("/fhir/Observation", headers=headers).status_code == (status if status != 200 else 400)


def test_results_are_searched_by_code_and_day(client, databank):
    potassium = result(ordinal=2, analysis=Code("NPU03230", "iupac", "SST", "Kalium;P"), value="4.1")
    (outcome,) = take(databank, made(report(result(), potassium)))
    key = outcome.patient_key

    def count(**asked: object) -> int:
        return len(search(client, "Observation", patient=key, **asked).get("entry", ()))

    assert count() == 2
    assert count(code="NPU03230") == 1
    assert count(code="http://npu-terminology.org|NPU03230") == 1
    assert count(code="http://loinc.org|NPU03230") == 0
    assert count(code="NPU03230,NPU03429") == 2
    for date, expected in (
        ("2026-03-04", 2), ("2026-03", 2), ("2026", 2), ("ge2026-03-05", 0), ("lt2026-03-04", 0), ("le2026-03-04", 2),
        ("gt2026-03-04", 0), ("2026-03-04T08:15", 2), ("2026-03-04T07:15:00Z", 2), ("2026-12", 0),
    ):  # fmt: skip
        assert count(date=date) == expected, date


def test_pages_hold_everything_once_whatever_comes_in_between(client, databank):
    (outcome,) = take(databank, several(5))
    page = search(client, "Observation", patient=outcome.patient_key, _count=2)
    values: list[float] = []
    for turn in range(5):
        values += [one["resource"]["valueQuantity"]["value"] for one in page["entry"]]
        following = [one["url"] for one in page["link"] if one["relation"] == "next"]
        if not following:
            break
        if turn == 0:
            newer = made(
                report(result(), authorised_at=report().authorised_at.replace(year=2027), letter_identifier="N")
            )
            take(databank, newer)
        assert NANCY.identifier not in following[0]
        parts = urlsplit(following[0])
        page = client.get(f"{parts.path}?{parts.query}").json()
    assert values == [131, 132, 133, 134, 135]


def test_only_what_is_in_force_is_found(client, databank):
    first, second = take(databank, made(), made(change=corrected))
    reports = search(client, "DiagnosticReport", patient=first.patient_key)
    results = search(client, "Observation", patient=first.patient_key)
    assert [one["resource"]["status"] for one in reports["entry"]] == ["corrected"]
    assert [one["resource"]["valueQuantity"]["value"] for one in results["entry"]] == [145]
    assert reports["total"] == 1
    assert second.kind == "stored"


def test_references_outside_the_document_go_by_type_and_key(client, databank):
    (outcome,) = take(databank, made())
    (entry,) = search(client, "Observation", patient=outcome.patient_key)["entry"]
    assert entry["resource"]["subject"]["reference"] == f"Patient/{outcome.patient_key}"
    assert entry["fullUrl"].endswith(f"/fhir/Observation/{entry['resource']['id']}")
    assert "urn:uuid" not in json.dumps(entry["resource"])


def test_what_search_gives_is_read_by_its_id_and_the_look_is_kept(client, databank):
    (outcome,) = take(databank, several(3))
    for kind in ("DiagnosticReport", "Observation"):
        for entry in search(client, kind, patient=outcome.patient_key)["entry"]:
            answer = client.get(urlsplit(entry["fullUrl"]).path)
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("application/fhir+json")
            assert answer.json() == entry["resource"]
    looks = [one.letter_key for one in databank.access_log(outcome.patient_key)]
    assert looks.count(outcome.letter_key) == 4


def test_the_results_that_a_report_names_can_be_read(client, databank):
    (outcome,) = take(databank, several(2))
    (entry,) = search(client, "DiagnosticReport", patient=outcome.patient_key)["entry"]
    told = [client.get(f"/fhir/{one['reference']}").json() for one in entry["resource"]["result"]]
    assert [one["valueQuantity"]["value"] for one in told] == [131, 132]


def test_what_a_later_document_replaced_is_not_read_as_if_it_held(client, databank):
    take(databank, made())
    (before,) = search(client, "Observation", patient=found(client))["entry"]
    take(databank, made(change=corrected))
    answer = client.get(urlsplit(before["fullUrl"]).path)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (404, "not-found")


def test_what_the_patient_refused_is_not_read_by_id_either(client, databank):
    (outcome,) = take(databank, made(report(result(), consent_given=False)))
    answer = client.get(f"/fhir/DiagnosticReport/{outcome.letter_key.hex}")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (403, "forbidden")


@pytest.mark.parametrize("name", ["1", "{key}", "{key}.0", "{key}.99", "{none}.1", "{key}.1.1"])
def test_an_id_that_nobody_gave_is_not_found(client, databank, name):
    (outcome,) = take(databank, made())
    answer = client.get(f"/fhir/Observation/{name.format(key=outcome.letter_key.hex, none='0' * 32)}")
    assert (answer.status_code, answer.json()["resourceType"]) == (404, "OperationOutcome")


@pytest.mark.parametrize("kind", ["application/fhir+json", "application/json", "application/json; charset=utf-8"])
def test_a_document_is_posted_as_fhir_or_as_plain_json(databank, settings, clock, kind):
    doors = databank_api.routes(
        databank=databank, settings=settings, clock=clock, identities=SystemIdentities(clock), read=incoming.read
    )
    with TestClient(Litestar(list(doors), logging_config=None)) as client:
        answer = client.post("/letters", content=made(), headers={"content-type": kind})
    assert (answer.status_code, [one["outcome"] for one in answer.json()]) == (200, ["stored"])


def test_reading_by_id_asks_for_a_reader_s_token(databank, settings, clock):
    (outcome,) = take(databank, made())
    reader = IntakeToken(name="reader", digest=sha256(b"reader").hexdigest())
    guarded = msgspec.structs.replace(settings, intake_tokens=(reader,), reader_tokens=(reader,))
    with TestClient(application(databank, guarded, clock)) as client:
        path = f"/fhir/Observation/{outcome.letter_key.hex}.1"
        assert client.get(path).status_code == 401
        assert client.get(path, headers={"authorization": "Bearer reader"}).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["", "patient=2512489996", "patient={key}&status=final", "patient={key}&date=soon", "patient={key}&_count=x",
     "page=abc", "patient={key}&date=2026-13", "patient={key}&patient={key}"],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_told_as_an_operation_outcome(client, databank, query):
    (outcome,) = take(databank, made())
    answer = client.get(f"/fhir/Observation?{query.format(key=outcome.patient_key)}")
    assert answer.status_code == 400
    told = answer.json()
    assert told["resourceType"] == "OperationOutcome"
    assert told["issue"][0]["details"]["text"]


def test_an_unknown_patient_is_not_found(client, databank):
    nobody = "00000000-0000-4000-8000-000000000000"
    answer = client.get(f"/fhir/DiagnosticReport?patient={nobody}")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (404, "not-found")
    assert client.get(f"/patients/{nobody}/documents").status_code == 404
    assert client.get("/patients/nobody/documents").status_code == 404


def test_a_page_token_of_another_search_or_a_changed_one_is_refused(client, databank):
    (outcome,) = take(databank, several(3))
    page = search(client, "Observation", patient=outcome.patient_key, _count=1)
    token = next(one["url"] for one in page["link"] if one["relation"] == "next").partition("page=")[2]
    assert client.get(f"/fhir/DiagnosticReport?page={token}").status_code == 400
    changed = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    assert client.get(f"/fhir/Observation?page={changed}").status_code == 400


def test_the_capability_statement_says_what_is_there(client):
    told = search(client, "metadata")
    assert (told["resourceType"], told["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert [one["type"] for one in told["rest"][0]["resource"]] == ["DiagnosticReport", "Observation"]


def test_every_example_is_given_again_without_loss(client, databank, shared):
    """All that the profiles define stays, digit by digit; only the addresses that docs/divergences.md lists change."""
    for file in sorted((shared / "fhir" / "examples").rglob("*.json")):
        (outcome,) = take(databank, file.read_bytes())
        given = client.get(f"/patients/{outcome.patient_key}/documents/{outcome.letter_key}").content
        told = file.read_text()
        for other, official in OFFICIAL.items():
            told = told.replace(f'"{other}"', f'"{official}"')
        assert json.loads(given, parse_float=str) == json.loads(told, parse_float=str), file.name
