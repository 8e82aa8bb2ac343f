"""Machines send letters and fetch receipts."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from litestar import Litestar
from litestar.openapi.config import OpenAPIConfig
from litestar.testing import TestClient
from tests.records.specialities import LABORATORY, PRACTICE, laboratory_request, requested

from labbro import letters
from labbro.databank import api
from labbro.platform import problems
from labbro.platform.identities import SeededIdentities
from labbro.platform.settings import IntakeToken

from .wire import edifact, one, xml


def application(databank, settings, clock):
    handlers = api.routes(databank=databank, settings=settings, clock=clock, identities=SeededIdentities(2, clock))
    return Litestar(
        list(handlers),
        exception_handlers={Exception: problems.handle},
        openapi_config=OpenAPIConfig(title="Labbro", version="1", path="/api-description"),
        request_max_body_size=settings.body_limit_bytes,
        logging_config=None,
    )


@pytest.fixture
def client(databank, settings, clock):
    with TestClient(application(databank, settings, clock)) as client:
        yield client


@pytest.fixture
def guarded(databank, settings, clock):
    token = IntakeToken(name="svendborg", digest=sha256(b"open sesame").hexdigest())
    with TestClient(application(databank, msgspec.structs.replace(settings, intake_tokens=(token,)), clock)) as client:
        yield client


def test_one_letter_is_taken_in(client):
    answer = client.post("/letters", content=edifact(), headers={"content-type": "application/edifact"})
    assert answer.status_code == 200
    (letter,) = answer.json()
    assert (letter["outcome"], letter["ok"], letter["reference"]) == ("stored", True, "BREV000000001")
    assert (letter["standard"], letter["version"], letter["syntax"]) == ("RPT01", "R0131K", "edifact")
    assert (letter["sender"], letter["receipt"], letter["problem"]) == ("5790000120284", None, None)


def test_sending_it_again_is_answered_again(client):
    for expected in ("stored", "again", "again"):
        answer = client.post("/letters", content=xml(), headers={"content-type": "application/xml"})
        assert [letter["outcome"] for letter in answer.json()] == [expected]


def test_another_content_under_a_used_name_is_a_conflict_with_a_receipt(client):
    client.post("/letters", content=edifact())
    answer = client.post("/letters", content=edifact(one(Patient__PersonSurnameName="Anden")))
    assert answer.status_code == 207
    (letter,) = answer.json()
    assert (letter["outcome"], letter["problem"]["status"], letter["problem"]["code"]) == ("refused", 409, "conflict")
    receipt = client.get(f"/receipts/{letter['receipt']}")
    assert receipt.headers["content-type"].startswith("application/edifact")
    (reading,) = letters.read(receipt.content)
    assert reading.standard == "CTL02"


def test_a_batch_of_a_thousand_letters_in_one_interchange(client):
    batch = edifact(*(one(identifier=f"B{number}") for number in range(1000)))
    answer = client.post("/letters", content=batch)
    assert answer.status_code == 200
    assert [letter["reference"] for letter in answer.json()] == [f"B{number}" for number in range(1000)]


def test_many_files_of_either_syntax_in_one_request(client):
    files = [("letter", (f"{n}.xml", xml(one(identifier=f"X{n}")))) for n in range(300)]
    files += [("letter", (f"{n}.edi", edifact(one(identifier=f"E{n}")))) for n in range(300)]
    answer = client.post("/letters", files=files)
    assert answer.status_code == 200
    told = answer.json()
    assert [letter["file"] for letter in told] == [name for _, (name, _) in files]
    assert {letter["outcome"] for letter in told} == {"stored"}


def test_a_bad_letter_in_a_batch_stops_no_other(client):
    files = [
        ("letter", ("a.edi", edifact(one(identifier="A")))),
        ("letter", ("b.txt", b"not a letter")),
        ("letter", ("c.xml", xml(one(identifier="C")))),
    ]
    answer = client.post("/letters", files=files)
    assert answer.status_code == 207
    assert [letter["outcome"] for letter in answer.json()] == ["stored", "refused", "stored"]
    assert answer.json()[1]["problem"]["status"] == 422


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"--x--\r\n", "multipart/form-data; boundary=x", 400),
        (b"x", "image/png", 415),
        (b"{}", "application/ld+json", 415),
    ],
)
def test_what_cannot_hold_a_letter_is_a_problem(client, content, kind, status):
    answer = client.post("/letters", content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_an_empty_body_is_a_refused_letter(client):
    answer = client.post("/letters", content=b"", headers={"content-type": "application/edifact"})
    assert [letter["problem"]["code"] for letter in answer.json()] == ["unreadable"]


def test_receipts_are_paged_without_a_gap(client, clock):
    batch = edifact(*(one(identifier=f"B{number}", acknowledge=True) for number in range(7)))
    client.post("/letters", content=batch)
    clock.advance(dt.timedelta(hours=1))
    seen, place = [], {}
    for _ in range(4):
        page = client.get("/receipts", params={"limit": 2} | place).json()
        seen.extend(receipt["original_letter"] for receipt in page["receipts"])
        place = page["next"]
    assert sorted(seen) == [f"B{number}" for number in range(7)]
    assert client.get("/receipts", params=place).json()["receipts"] == []


def test_a_fresh_receipt_is_not_passed_over(client):
    """A receipt whose commit took long could otherwise appear behind the place to go on from."""
    client.post("/letters", content=edifact(one(acknowledge=True)))
    first = client.get("/receipts").json()
    again = client.get("/receipts", params=first["next"]).json()
    assert len(first["receipts"]) == 1
    assert again["receipts"] == first["receipts"]


def test_receipts_of_another_receiver_are_not_in_the_list(client):
    client.post("/letters", content=edifact(one(acknowledge=True)))
    assert client.get("/receipts", params={"receiver": "5790000120284"}).json()["receipts"]
    assert client.get("/receipts", params={"receiver": "5790000120314"}).json()["receipts"] == []


@pytest.mark.parametrize("asked", [{"since": "yesterday"}, {"since": "2026-13-01"}, {"after": "x"}, {"limit": 0}])
def test_a_question_that_cannot_be_understood_is_a_problem(client, asked):
    answer = client.get("/receipts", params=asked)
    assert answer.status_code == 400
    assert answer.json()["code"] == "wrong-use"


def test_an_unknown_receipt_is_not_found(client):
    answer = client.get("/receipts/00000000-0000-8000-8000-000000000000")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("credentials", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic open sesame"}])
def test_with_tokens_set_nobody_comes_in_without_one(guarded, credentials):
    for answer in (
        guarded.post("/letters", content=edifact(), headers=credentials),
        guarded.get("/receipts", headers=credentials),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_known_token_lets_a_machine_in(guarded):
    answer = guarded.post("/letters", content=edifact(), headers={"authorization": "Bearer open sesame"})
    assert answer.status_code == 200


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_without_tokens_a_page_of_another_site_is_not_let_in(client, headers):
    answer = client.post("/letters", content=edifact(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


def test_without_tokens_a_server_that_others_reach_takes_nothing(databank, settings, clock):
    with TestClient(application(databank, msgspec.structs.replace(settings, host="0.0.0.0"), clock)) as client:
        assert client.post("/letters", content=edifact()).status_code == 403


def test_a_body_over_the_limit_is_refused(databank, settings, clock):
    with TestClient(application(databank, msgspec.structs.replace(settings, body_limit_bytes=500), clock)) as client:
        assert client.post("/letters", content=edifact()).status_code == 413


def test_no_answer_names_the_patient(client):
    faulty = edifact().replace(b"STS++FR", b"STS++QQ")
    for data in (edifact(), faulty, xml(one(identifier="X"))):
        text = client.post("/letters", content=data).text
        assert "1111571231" not in text
        assert "Opdigtet" not in text


def test_the_interface_keeps_to_its_description(databank, settings, clock):
    app = application(databank, settings, clock)
    schema = schemathesis.openapi.from_asgi("/api-description/openapi.json", app)

    for found in schema.get_all_operations():

        @hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=found.ok().as_strategy())
        def check(case):
            case.call_and_validate()

        check()


# --- how far a requisition is answered ---


def send(client, letter):
    body = letters.write(letter, "xml").data
    return client.post("/letters", content=body, headers={"content-type": "application/xml"}).json()


def test_a_requester_asks_how_far_its_requisition_is_answered(client, databank):
    asked = [requested("NPU18016"), requested("NPU03429")]
    send(client, laboratory_request(identifier="Q1", analyses=asked))
    answer = client.get(f"/requisitions/{PRACTICE}/Q1").json()
    assert (answer["state"], answer["missing"], answer["answers"]) == ("unanswered", ["NPU18016", "NPU03429"], [])
    client.post("/letters", content=edifact(one(identifier="B1")), headers={"content-type": "application/edifact"})
    answer = client.get(f"/requisitions/{PRACTICE}/Q1").json()
    assert (answer["state"], answer["missing"], answer["standard"]) == ("partly", ["NPU03429"], "REQ01")
    (found,) = answer["answers"]
    assert (found["sender"], found["letter"], found["in_force"]) == (LABORATORY, "B1", True)
    assert (found["number"], found["step"], found["same_laboratory"]) == ("30000000001", "requisition", True)


def test_whoever_asks_is_in_the_access_log_of_the_patient(guarded, databank):
    token = {"authorization": "Bearer open sesame", "content-type": "application/xml"}
    body = letters.write(laboratory_request(identifier="Q1"), "xml").data
    guarded.post("/letters", content=body, headers=token)
    assert guarded.get(f"/requisitions/{PRACTICE}/Q1").status_code == 401
    assert guarded.get(f"/requisitions/{PRACTICE}/Q1", headers=token).status_code == 200
    (patient,) = databank.find_patients("1111571231")
    (entry,) = databank.access_log(patient.key)
    assert (entry.actor, entry.action) == ("svendborg", "requisition")


def test_no_patient_is_named_with_a_requisition(client):
    send(client, laboratory_request(identifier="Q1"))
    text = client.get(f"/requisitions/{PRACTICE}/Q1").text
    assert "Opdigtet" not in text
    assert "1111571231" not in text


@pytest.mark.parametrize("name", ["Q2", "B1", "%00", "a b"])
def test_an_unknown_requisition_and_a_letter_that_is_none_are_not_found(client, name):
    client.post("/letters", content=edifact(one(identifier="B1")), headers={"content-type": "application/edifact"})
    sender = LABORATORY if name == "B1" else PRACTICE
    answer = client.get(f"/requisitions/{sender}/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
