"""Microbiology, pathology, genetics and requisitions through the whole server, from letters as they come in."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from lxml import html

from labbro import server
from labbro.synthetic import papers
from labbro.synthetic.requests import Asked

from .conftest import Put
from .papers import SONDERLUND, put_papers, put_request
from .patient import CPR
from .test_pages import opened, sign_in, words

Client = TestClient[Any]


@pytest.fixture
def base(client: Client, services: server.Services) -> str:
    """The patient's address, with a few of everything stored."""
    put_papers(
        services.databank, papers.urine_cultures, papers.blood_culture_corrected, papers.gut_unanswered, papers.mole,
        papers.smear_then_biopsy, papers.family_cholesterol,
    )  # fmt: skip
    sign_in(client)
    return opened(client).removesuffix("results")


def hrefs(answer: httpx.Response, part: str) -> list[str]:
    return [one for one in html.fromstring(answer.text).xpath("//main//a/@href") if part in one]


def first(client: Client, base: str, listed: str, kind: str = "reports") -> httpx.Response:
    """The first report or requisition of a list."""
    path = hrefs(client.get(f"{base}{listed}"), f"{kind}/")[0]
    return client.get(base + path)


def test_microbiology_is_listed_newest_first_with_what_grew(client: Client, base: str) -> None:
    told = words(client.get(f"{base}microbiology"))
    assert told.index("Enterococcus faecalis") < told.index("Streptococcus pneumoniae") < told.index("signifikante")
    assert "5 svar. 2 tidligere udgaver" in told
    assert "Rettet resultat" in told
    assert "Mikrobiologi 5 Patologi 4 Genetik 1 Rekvisitioner 6 Hvem har set" in told


def test_a_report_shows_its_table_of_susceptibility(client: Client, base: str) -> None:
    page = html.fromstring(first(client, base, "microbiology").text)
    (table,) = page.xpath("//table[caption='Antibiotikafølsomhed']")
    assert [head.text for head in table.xpath(".//thead//th")] == [
        "Antibiotikum", "1 Escherichia coli", "2 Enterococcus faecalis",
    ]  # fmt: skip
    row = next(row for row in table.xpath(".//tbody/tr") if row.xpath("string(th)") == "Ciprofloxacin")
    assert [" ".join(cell.itertext()) for cell in row.xpath("td")] == [
        "I øget eksponering · 0.5 mg/L", "R resistent · > 4 mg/L",
    ]  # fmt: skip


def test_behind_a_corrected_report_stands_the_one_before(client: Client, base: str) -> None:
    listed = client.get(f"{base}microbiology")
    card = next(one for one in html.fromstring(listed.text).xpath("//article") if "Rettet" in one.text_content())
    corrected = client.get(base + card.xpath(".//h2/a/@href")[0])
    assert "Der er sendt 3 udgaver af svaret" in words(corrected)
    earlier = hrefs(corrected, "/reports/")[1]
    told = words(client.get(earlier))
    assert "Svaret er erstattet af et senere." in told
    assert "resistent · 4 mg/L" in told


def test_a_report_leads_to_its_requisition_its_letter_and_back(client: Client, base: str) -> None:
    told = first(client, base, "microbiology")
    (requisition,) = hrefs(told, "/requisitions/")
    assert "Besvaret" in words(client.get(requisition))
    letter = hrefs(told, "/letters/")[-1]
    assert "Til Mikrobiologi" in words(client.get(letter))


def test_pathology_and_genetics_have_their_sections(client: Client, base: str) -> None:
    assert "Halonævus" in words(client.get(f"{base}pathology"))
    assert "M88100" in words(first(client, base, "pathology"))
    assert "Arvelig disposition" in words(client.get(f"{base}genetics"))
    assert "Massiv parallel sekventering" in words(first(client, base, "genetics"))


def test_requisitions_say_what_is_awaited(client: Client, base: str) -> None:
    told = words(client.get(f"{base}requisitions"))
    assert "6 rekvisitioner. 1 venter på svar." in told
    assert "Ikke besvaret" in told
    waiting = words(first(client, base, "requisitions", "requisitions"))
    assert "Der er ikke kommet svar" in waiting
    assert "Antibiotika før prøven" in waiting


def test_filters_stand_in_the_address_and_an_identity_does_not(client: Client, base: str) -> None:
    told = words(client.get(f"{base}microbiology?text=pneumoniae"))
    assert "1 af 5 svar passer til valget." in told
    kept = client.get(
        f"{base}microbiology", params={"laboratory": "Klithavn Universitetshospital, Klinisk Mikrobiologisk Afdeling"}
    )
    assert "5 af 5" in words(kept)
    thrown = client.get(f"{base}microbiology", params={"text": CPR, "period": "1y"})
    assert thrown.headers["location"].endswith("/microbiology?period=1y&removed=1")


def test_every_page_is_written_down_the_log_itself_included(
    client: Client, base: str, services: server.Services
) -> None:
    first(client, base, "microbiology")
    first(client, base, "requisitions", "requisitions")
    told = words(client.get(f"{base}access"))
    (patient,) = services.databank.find_patients(CPR)
    actions = [entry.action for entry in services.databank.access_log(patient.key)]
    assert sorted(actions) == ["access-log", "history", "history", "report", "requisition", "search"]
    assert "Så denne liste" in told


def test_other_patients_reports_are_not_found(client: Client, base: str) -> None:
    for kind in ("reports", "requisitions"):
        assert client.get(f"{base}{kind}/{'0' * 32}").status_code == 404
        assert client.get(f"{base}{kind}/nothing").status_code == 404


def test_without_reports_the_pages_say_so(client: Client, put: Put) -> None:
    put()
    sign_in(client)
    base = opened(client).removesuffix("results")
    for listed in ("microbiology", "pathology", "genetics", "requisitions"):
        assert "Der er ingen" in words(client.get(base + listed))


def test_a_patient_without_blood_is_told_where_the_rest_is(client: Client, base: str) -> None:
    assert "Patientens andre svar og rekvisitioner ses" in words(client.get(f"{base}results"))


def test_behind_a_value_stands_the_requisition_that_asked_for_it(
    client: Client, put: Put, services: server.Services
) -> None:
    put()
    (patient,) = services.databank.find_patients(CPR)
    row = services.databank.history(patient.key).rows[0]
    asked = Asked("NPU18016", "iupac", "SST", "Kreatinin;P")
    assert row.sample.sampled_at is not None
    put_request(services.databank, row.sample.requester_number or "", row.sample.sampled_at, asked)
    sign_in(client)
    base = opened(client).removesuffix("results")
    (value,) = hrefs(client.get(f"{base}results"), "values/")
    told = client.get(base + value)
    (requisition,) = hrefs(told, "/requisitions/")
    assert "Kreatinin;P" in words(client.get(requisition))


def test_a_letter_in_edifact_is_told_the_same_way(client: Client, services: server.Services) -> None:
    put_papers(services.databank, papers.throat_negative, papers.smears, practice=SONDERLUND)
    sign_in(client)
    base = opened(client).removesuffix("results")
    assert "Ingen vækst af hæmolytiske streptokokker." in words(client.get(f"{base}microbiology"))
    assert "Normale celler" in words(first(client, base, "pathology"))


def test_a_letter_kept_from_an_interchange_is_not_reproached_with_what_stood_around_it(
    client: Client, services: server.Services
) -> None:
    put_papers(services.databank, papers.smears, practice=SONDERLUND)
    sign_in(client)
    base = opened(client).removesuffix("results")
    (letter,) = hrefs(first(client, base, "pathology"), "/letters/")[-1:]
    assert "UNZ" not in words(client.get(letter))


def test_a_refused_consent_is_marked_on_every_page(client: Client, services: server.Services) -> None:
    put_papers(services.databank, papers.throat_and_chlamydia, papers.gut_unanswered, refuses=True)
    sign_in(client)
    base = opened(client).removesuffix("results")
    pages = [client.get(f"{base}microbiology"), client.get(f"{base}requisitions"), first(client, base, "microbiology")]
    for page in pages:
        assert "Patienten har ikke givet samtykke" in words(page)


def test_what_a_sender_protects_is_shown_nowhere(client: Client, services: server.Services) -> None:
    put_papers(services.databank, papers.carrier)
    sign_in(client)
    base = opened(client).removesuffix("results")
    paths = hrefs(client.get(f"{base}microbiology"), "reports/")
    pages = [client.get(base + path) for path in dict.fromkeys(paths)]
    protected = next(page for page in pages if "beskyttet af afsenderen" in words(page))
    letter = hrefs(protected, "/letters/")[-1]
    shown = [protected, *(client.get(f"{letter}?as={way}") for way in ("page", "text", "tree"))]
    for page in shown:
        assert "spa-type" in page.text
        assert "t002" not in page.text
    assert not hrefs(shown[1], "/original")
    refused = client.get(f"{letter}/original")
    assert refused.status_code == 403
    assert "beskyttet noget af indholdet" in words(refused)
