"""The pages in a real browser against the real server: by mouse, by keyboard, on a phone, on paper, without scripts."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from labbro.databank import Databank
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings
from labbro.synthetic import papers

from .conftest import SECRET, put_letter
from .papers import put_papers
from .patient import CPR, SHARED, put_everything
from .provider import Provider

pytestmark = pytest.mark.browser
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
Page = Any


class Served(NamedTuple):
    """A running server: its address, and the file its log lines go to."""

    address: str
    log: Path


@contextmanager
def serving(folder: Path, url: str, **settings: str) -> Iterator[Served]:
    """`labbro serve` as an operator starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "LABBRO_DATA": str(folder),
        "LABBRO_DATABASE_URL": url,
        "LABBRO_SECRET": SECRET.ljust(32, b"x").hex(),
        "LABBRO_PORT": str(port),
        "LABBRO_LOOKUPS_PER_HOUR": "1000",
        **settings,
    }
    command, log = [str(Path(sys.executable).with_name("labbro")), "serve"], folder / "log"
    with log.open("wb") as file, subprocess.Popen(command, env=environment, stderr=file) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", process)
            yield Served(f"http://127.0.0.1:{port}", log)
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def served(new_database_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demonstration on a database with one invented patient."""
    folder, url = tmp_path_factory.mktemp("served"), new_database_url()
    fill(folder, url)
    (folder / "demonstration-loaded").touch()  # these tests bring their own patient
    with serving(folder, url, LABBRO_DEMONSTRATION="yes") as running:
        yield running


@pytest.fixture(scope="module")
def address(served: Served) -> str:
    return served.address


def fill(folder: Path, url: str) -> None:
    settings = Settings(data_dir=folder, secret=SECRET.ljust(32, b"x"))
    clock = SystemClock()
    with Database(url, connections=2) as database:
        database.pool.open(wait=True)
        identities = SystemIdentities(clock)
        databank = Databank(database=database, settings=settings, clock=clock, identities=identities)
        put_everything(lambda **changes: put_letter(databank, **changes))
        put_papers(
            databank, papers.urine_cultures, papers.blood_culture_corrected, papers.carrier, papers.mole,
            papers.family_cholesterol, papers.gut_unanswered,
        )  # fmt: skip


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "the server stopped at once"
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    pytest.fail("the server is not ready after 20 seconds")


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser of its own; at the end nothing may have been complained about."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def opener(**options: Any) -> Page:
        context = browser.new_context(base_url=address, **({"viewport": DESKTOP} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opener
    for context in contexts:
        context.close()
    # A browser writes every answer of 4xx into its console; pages that are such answers are looked at on purpose.
    assert [told for told in complaints if "the server responded with a status of 4" not in told] == []


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Asta Prøvesen").click()
    page.get_by_role("heading", name="Find patient").wait_for()


def find(page: Page, identifier: str = "111157-1231") -> None:
    page.get_by_label("CPR-nummer").fill(identifier)
    page.get_by_role("button", name="Find", exact=True).click()
    page.wait_for_load_state()


def to_results(page: Page) -> str:
    sign_in(page)
    find(page)
    page.get_by_role("heading", name="Svaroversigt").wait_for()
    return page.url


def addresses(page: Page, results: str) -> dict[str, str]:
    """One address of every kind of page about the patient."""
    value = page.locator("[data-grid] td a").first.get_attribute("href")
    row = page.locator("[data-grid] th[scope=row] a", has_text="Kalium").get_attribute("href")
    base = results.removesuffix("results")
    letter = f"{base}letters/{value.split('/')[1]}"
    listed = ("microbiology", "pathology", "genetics", "requisitions")
    return {
        "results": results,
        "filtered to nothing": f"{results}?text=findesikke",
        "course": base + row,
        "value": base + value,
        "letter as page": letter,
        "letter as text": f"{letter}?as=text",
        "letter as tree": f"{letter}?as=tree",
        "access": f"{base}access",
        **{name: f"{base}{name}" for name in listed},
        **{f"one of {name}": first_of(page, f"{base}{name}") for name in listed},
        "corrected report": first_of(page, f"{base}microbiology?text=pneumoniae"),
        "search": "/",
        "missing": "/patients/nothing/results",
    }


def first_of(page: Page, listed: str) -> str:
    """The first report or requisition of a list."""
    page.goto(listed)
    return page.locator("article h2 a").first.evaluate("link => link.href")


def grave(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    told = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for fault in told
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


# --- accessibility ---


def test_axe_finds_nothing_serious_on_any_page(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/sign-in")
    found = {"sign-in": grave(page)}
    for name, path in addresses(page, to_results(page)).items():
        page.goto(path)
        found[name] = grave(page)
    page.goto("/")
    find(page, SHARED)
    found["several"] = grave(page)
    page.goto("/")
    find(page, "0101010000")
    found["nobody"] = grave(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    "options",
    [{"viewport": PHONE}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=["phone", "dark", "forced colours"],
)
def test_axe_finds_nothing_serious_however_pages_look(open_page: Callable[..., Page], options: dict[str, Any]) -> None:
    page = open_page(**options)
    paths = addresses(page, to_results(page))
    found: dict[str, list[str]] = {}
    for name in (
        "results",
        "course",
        "value",
        "letter as page",
        "microbiology",
        "one of microbiology",
        "one of requisitions",
    ):
        page.goto(paths[name])
        found[name] = grave(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_axe_finds_nothing_serious_in_the_panel(open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_results(page)
    page.locator("[data-grid] td a").first.click()
    page.locator("dialog[open] .detail").wait_for()
    page.wait_for_timeout(300)  # the panel has slid in
    assert grave(page) == []


def test_every_page_names_its_language_and_has_one_first_heading(open_page: Callable[..., Page]) -> None:
    page = open_page()
    for name, path in addresses(page, to_results(page)).items():
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == "da", name
        assert page.locator("main h1").count() == 1, name


# --- by mouse ---


def test_a_clinician_finds_a_patient_and_reads_a_value(open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_results(page)
    cell = page.get_by_role("row", name=re.compile("Kalium")).get_by_role("cell").first
    assert " ".join(cell.inner_text().split()) == "5,1▲ over"
    cell.get_by_role("link").click()
    panel = page.get_by_role("dialog", name="Kalium;P")
    panel.get_by_text("Laboratoriets prøvenummer").wait_for()
    assert "00000001" in panel.inner_text()
    panel.get_by_role("link", name="Se hele brevet").click()
    page.get_by_role("heading", name="Brevet").wait_for()
    page.get_by_role("link", name="Tekst", exact=True).click()
    assert "Kalium;P" in page.locator("pre").inner_text()
    page.get_by_role("link", name="Træ").click()
    assert "LaboratoryReport" in page.locator(".letter-tree").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Hent de oprindelige bytes").click()
    assert download.value.path().read_bytes().startswith(b"<?xml")


def test_everything_a_result_can_be_is_told_in_words(open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_results(page)
    told = page.locator("[data-grid]").inner_text()
    for word in (
        "5,1",
        "over",
        "6,9",
        "under",
        "foreløbig",
        "rettet",
        "afventer",
        "< 3,0",
        "(3,6–4,6)",
        "uden samtykke",
    ):
        assert word in told, word
    assert "*****" not in page.content()
    both = page.get_by_role("row", name=re.compile("Kalium")).get_by_role("cell").nth(1)
    assert both.locator("a").count() == 2  # two samples at the same time


def test_filters_change_the_table_and_the_address_without_a_new_page(open_page: Callable[..., Page]) -> None:
    page = open_page()
    results = to_results(page)
    page.evaluate("window.stillHere = true")
    page.get_by_label("Søg analyse").fill("hæmo")
    page.get_by_label("Søg analyse").press("Enter")
    page.wait_for_url(f"{results}?text=h%C3%A6mo")
    assert page.locator("[data-grid] th[scope=row]").count() == 1
    assert "svar passer til valget" in page.get_by_role("status").inner_text()
    page.get_by_label("Periode").select_option("1m")
    page.wait_for_url(re.compile("period=1m"))
    page.get_by_label("Fra dato").fill("2025-01-01")
    page.wait_for_url(re.compile("from=2025-01-01"))
    assert page.get_by_label("Periode").input_value() == "all"  # a date goes before a period, and is seen to
    assert page.evaluate("window.stillHere") is True
    page.get_by_role("link", name="Vis alt").click()
    page.wait_for_url(results)
    assert page.locator("[data-grid] th[scope=row]").count() == 3


def test_a_number_in_the_search_never_reaches_the_address(open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_results(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Søg analyse").fill(CPR)
    page.get_by_label("Søg analyse").press("Enter")
    page.get_by_text("er fjernet").wait_for()
    assert not any(CPR in url for url in [*asked, page.url])


def test_a_chart_is_drawn_with_its_band_and_its_table(open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_results(page)
    page.get_by_role("link", name="Kalium;P").click()
    page.locator("#chart .main-svg").first.wait_for()
    assert page.locator("#chart .scatterlayer .point").count() == 5
    assert page.locator("#chart .shapelayer path").count() >= 4
    assert "< " in page.locator("#chart .textpoint").text_content()
    assert page.get_by_role("table").get_by_role("row").count() == 6


def test_english_is_one_click_away_and_leads_back_to_the_same_page(open_page: Callable[..., Page]) -> None:
    page = open_page()
    results = to_results(page)
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Results").wait_for()
    assert page.url == results
    assert page.locator("html").get_attribute("lang") == "en"
    assert "Fluid and electrolyte balance" in page.locator("[data-grid]").inner_text()
    page.get_by_role("button", name="Dansk").click()
    page.get_by_role("heading", name="Svaroversigt").wait_for()


def test_after_signing_out_nothing_is_left_to_go_back_to(open_page: Callable[..., Page]) -> None:
    page = open_page()
    results = to_results(page)
    page.get_by_role("button", name="Log ud").click()
    page.get_by_role("heading", name="Du er logget ud").wait_for()
    page.goto(results)
    page.get_by_role("heading", name="Log ind", exact=True).wait_for()
    assert "Kalium" not in page.content()


def test_a_screen_left_alone_does_not_go_on_showing_a_patient(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.clock.install()
    to_results(page)
    page.clock.fast_forward("25:00")
    page.keyboard.press("Tab")  # somebody is here
    page.clock.fast_forward("25:00")
    assert page.get_by_role("heading", name="Svaroversigt").count() == 1
    page.clock.fast_forward("06:00")
    page.wait_for_url(lambda url: not url.endswith("/results"))
    assert "Kalium" not in page.content()


# --- by keyboard ---


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.innerText || document.activeElement.id")


def test_the_whole_way_works_by_keyboard_alone(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    assert focused(page) == "Gå til indholdet"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "Asta" in focused(page)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Find patient").wait_for()
    assert focused(page) == "identifier"
    page.keyboard.type("1111571231")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Svaroversigt").wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-grid] a')"):
            break
    told = [focused(page)]
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "End", "Home"):
        page.keyboard.press(key)
        told.append(focused(page))
    clean = [" ".join(text.split()) for text in told]
    assert clean[0] == "6,9▼ under"  # haemoglobin, the newest sample
    assert clean[1] == "5,1▲ over"  # potassium below it
    assert clean[2].startswith("4,1 foreløbig")
    assert clean[3] == clean[1]
    assert clean[5] == "Kalium;P"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Kalium;P").wait_for()
    page.go_back()
    page.locator("[data-grid] td a").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0
    assert focused(page).startswith("6,9")


def test_the_focus_can_be_seen_and_is_not_under_the_heads(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 700, "height": 500})
    to_results(page)
    page.locator("[data-grid] td a").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    assert page.evaluate(
        """() => { const box = document.activeElement.getBoundingClientRect();
          const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return document.activeElement.contains(top); }"""
    )


# --- without scripts ---


def test_everything_can_be_reached_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    results = to_results(page)
    page.locator("[data-grid] td a").first.click()
    page.get_by_role("heading", name="Hæmoglobin;B").wait_for()
    page.goto(results)
    page.get_by_label("Søg analyse").fill("kalium")
    page.get_by_role("button", name="Vis").click()
    assert page.locator("[data-grid] th[scope=row]").count() == 1
    page.get_by_role("link", name="Kalium;P").click()
    assert "Kurven kræver JavaScript" in page.locator("#chart").inner_text()
    assert page.get_by_role("table").get_by_role("row").count() == 6


# --- microbiology and the others ---


def test_a_clinician_reads_a_culture_and_the_one_before_it(open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_results(page)
    page.get_by_role("link", name="Mikrobiologi").click()
    page.get_by_role("link", name="Bloddyrkning, aerob og anaerob", exact=False).first.click()
    table = page.get_by_role("table", name="Antibiotikafølsomhed")
    row = table.get_by_role("row", name="Penicillin G")
    assert " ".join(row.inner_text().split()) == "Penicillin G S følsom · 0.03 mg/L"
    page.get_by_role("row", name="erstattet").first.get_by_role("link").first.click()
    page.get_by_text("Svaret er erstattet af et senere.").wait_for()
    assert "R resistent · 4 mg/L" in " ".join(page.get_by_role("row", name="Penicillin G").inner_text().split())


def test_filters_change_a_list_and_the_address_without_a_new_page(open_page: Callable[..., Page]) -> None:
    from playwright.sync_api import expect

    page = open_page()
    listed = to_results(page).replace("results", "microbiology")
    page.goto(listed)
    page.evaluate("window.stays = true")
    page.get_by_label("Søg i svarene").fill("MRSA")
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.locator("article")).to_have_count(3)
    assert page.url == f"{listed}?text=MRSA"
    assert page.evaluate("window.stays")
    page.get_by_label("Periode").select_option("1m")
    page.wait_for_url("**period=1m**")


def test_reports_and_requisitions_can_be_read_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    to_results(page)
    page.get_by_role("link", name="Rekvisitioner").click()
    page.get_by_label("Søg i rekvisitionerne").fill("bloddyrkning")
    page.get_by_role("button", name="Vis", exact=True).click()
    page.get_by_role("link", name="Bloddyrkning").first.click()
    page.get_by_role("row", name="Rettet resultat").get_by_role("link").first.click()
    assert page.get_by_role("table", name="Antibiotikafølsomhed").is_visible()


def test_a_report_on_paper_is_whole(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 680, "height": 900})
    to_results(page)
    page.get_by_role("link", name="Mikrobiologi").click()
    page.locator("article h2 a").first.click()
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert not page.get_by_role("link", name="Til Mikrobiologi").is_visible()
    assert page.get_by_text("Udskrevet").is_visible()
    assert page.get_by_text("Resistent. Midlet kan ikke ventes at virke.").is_visible()


# --- on a phone, and on paper ---


def test_no_page_is_wider_than_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE)
    for name, path in addresses(page, to_results(page)).items():
        page.goto(path)
        for width in (414, 390, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


def test_on_a_phone_each_analysis_is_a_strip_with_its_times(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE)
    to_results(page)
    cell = page.locator("[data-grid] td[data-at]").first
    assert cell.bounding_box()["x"] < PHONE["width"] - 80  # the newest value stands beside the name
    assert (
        page.evaluate("element => getComputedStyle(element, '::before').content", cell.element_handle())
        .strip('"')
        .startswith("05.05.2026")
    )


def test_on_paper_nothing_is_cut_off_and_every_value_has_its_time(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 680, "height": 900})
    to_results(page)
    page.emulate_media(media="print")
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.grid td[data-at]')].filter((cell) => {
          const box = cell.getBoundingClientRect(); return box.right > 680 || box.width === 0; }).length"""
    )
    assert wide == 0
    assert not page.get_by_role("button", name="Log ud").is_visible()
    assert page.get_by_text("Udskrevet").is_visible()
    assert len(page.pdf(format="A4")) > 10_000


# --- sign-in at an organisation, and what is left behind ---


def test_a_sign_in_at_another_site_comes_back_signed_in(
    open_page: Callable[..., Page], new_database_url: Callable[[], str], tmp_path: Path, provider: Provider
) -> None:
    """The provider is another site for the browser (another host), so that strict cookies are put to the test."""
    provider.issuer = provider.issuer.replace("127.0.0.1", "localhost")
    provider.now = time.time()
    settings = {
        "LABBRO_OIDC_ISSUER": provider.issuer,
        "LABBRO_OIDC_CLIENT_ID": "labbro",
        "LABBRO_OIDC_CLIENT_SECRET": "hemmelig",
    }
    with serving(tmp_path, new_database_url(), **settings) as running:
        page = open_page()
        page.goto(f"{running.address}/")
        page.get_by_role("link", name="Log ind med din organisation").click()
        page.get_by_role("heading", name="Find patient").wait_for()
        assert page.url == f"{running.address}/"
        assert page.get_by_text("Dorte Opfundet").is_visible()
        page.get_by_role("button", name="Log ud").click()
        assert page.get_by_role("link", name="Log også ud hos din organisation").is_visible()


def test_the_log_of_all_this_names_no_patient(open_page: Callable[..., Page], served: Served) -> None:
    page = open_page()
    results = to_results(page)
    for path in addresses(page, results).values():
        page.goto(path)
    page.goto(f"{results}?text=Opdigtet")
    told = served.log.read_text(encoding="utf-8")
    assert "/patients/{handle}/results" in told
    handle = results.split("/")[-2]
    for secret in (CPR, "111157-1231", "Olga", "Opdigtet", SHARED, handle):
        assert secret not in told
