"""European documents through the whole server: sent, seen in the results, opened as pages, fetched and searched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from litestar.testing import TestClient
from lxml import html
from tests.eu.test_document import COLI, NANCY, report, result
from tests.eu.test_incoming import corrected, made

from labbro.eu.document import document
from labbro.records.model import Culture, Microbiology

from .test_pages import opened, sign_in, words

Client = TestClient[Any]


def sent(client: Client, data: bytes, kind: str = "application/fhir+json") -> dict[str, Any]:
    answer = client.post("/letters", content=data, headers={"content-type": kind})
    assert answer.status_code == 200, answer.text
    (line,) = answer.json()
    return line


@pytest.mark.parametrize("kind", ["application/fhir+json", "application/octet-stream", ""])
def test_a_document_comes_in_by_the_door_of_letters(client: Client, kind: str) -> None:
    line = sent(client, made(), kind)
    assert (line["outcome"], line["ok"], line["syntax"], line["standard"]) == ("stored", True, "json", "EU-LAB")
    assert line["receipt"] is None


def test_its_results_stand_in_the_cumulated_view_and_its_page_opens(client: Client) -> None:
    sent(client, made())
    sent(client, made(change=corrected))
    sign_in(client)
    address = opened(client, NANCY.identifier)
    results = client.get(address)
    assert "145" in words(results)
    letters = [one for one in html.fromstring(results.text).xpath("//@href") if "values/" in one]
    base = address.removesuffix("results")
    value = client.get(base + letters[0].removeprefix("./"))
    (letter, *_) = [one for one in html.fromstring(value.text).xpath("//main//a/@href") if "/letters/" in one]
    for form in ("page", "text", "tree"):
        page = client.get(f"{letter}?as={form}")
        assert page.status_code == 200
        assert "Natrium;P" in words(page)
        assert "style=" not in page.text
    original = client.get(f"{letter}/original")
    assert original.headers["content-type"].startswith("application/fhir+json")
    assert json.loads(original.content)["resourceType"] == "Bundle"


def test_a_document_of_microbiology_has_a_page_of_its_own(client: Client) -> None:
    told = Microbiology(cultures=(Culture("Dyrkning", isolates=(COLI,)),))
    culture = report(result(value=None, unit=None, microbiology=told), kind="microbiology")
    sent(client, document(culture).encoded())
    sign_in(client)
    base = opened(client, NANCY.identifier).removesuffix("results")
    listed = client.get(f"{base}microbiology")
    (address, *_) = [one for one in html.fromstring(listed.text).xpath("//main//a/@href") if "reports/" in one]
    page = client.get(address if address.startswith("/") else base + address)
    assert page.status_code == 200
    assert "Escherichia coli" in words(page)


def test_documents_are_fetched_and_searched_beside_the_portals_pages(client: Client) -> None:
    sent(client, made())
    (found,) = client.post("/patients/lookup", json={"identifier": NANCY.identifier}).json()
    (line,) = client.get(f"/patients/{found['key']}/documents").json()
    assert client.get(f"/patients/{found['key']}/documents/{line['document']}").json()["type"] == "document"
    assert client.get("/fhir/Observation", params={"patient": found["key"]}).json()["total"] == 1
    assert client.get("/fhir/metadata").json()["resourceType"] == "CapabilityStatement"
    assert client.get("/fhir/Observation").json()["resourceType"] == "OperationOutcome"
