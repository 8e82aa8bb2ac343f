"""Each role walks its pages of the number service in a real browser, against `labbro serve` on its own PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .numbers_country import PAGES
from .test_browser import DESKTOP, FLAGS, PHONE, Page, Served, grave, serving

pytestmark = pytest.mark.browser
SERVICE = "/number-service"
ROLES = {"olga": PAGES, "nora": PAGES[:-1], "karla": PAGES[:-2]}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demonstration with its members and their past, without patients."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "demonstration-loaded").touch()
    with serving(folder, "", LABBRO_DEMONSTRATION="yes") as running:
        yield running


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def signed_in(browser: Any, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens a page in which somebody signed in; at the end nothing may have been complained about."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def opener(who: str, **options: Any) -> Page:
        context = browser.new_context(base_url=served.address, **({"viewport": DESKTOP} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/sign-in")
        button = page.locator(f"button[name=who][value={who}]")
        if not button.is_visible():
            page.get_by_text("Flere personer").click()
        button.click()
        page.get_by_role("heading", name="Overblik", level=1).wait_for()
        return page

    yield opener
    for context in contexts:
        context.close()
    assert [told for told in complaints if "the server responded with a status of 4" not in told] == []


@pytest.mark.parametrize("who", ROLES)
def test_a_role_walks_its_pages_by_their_links_and_axe_finds_nothing_serious(
    signed_in: Callable[..., Page], who: str
) -> None:
    page = signed_in(who)
    names = page.locator(".places a").all_inner_texts()
    assert len(names) == len(ROLES[who])
    found: dict[str, list[str]] = {}
    for name in names:
        page.locator(".places").get_by_role("link", name=name, exact=True).click()
        page.get_by_role("heading", name=name, level=1).wait_for()
        assert page.locator("h1").count() == 1
        found[name] = grave(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_is_wider_than_the_screen(signed_in: Callable[..., Page], who: str, viewport: dict[str, int]) -> None:
    page = signed_in(who, viewport=viewport)
    for path in ROLES[who]:
        page.goto(SERVICE + path)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path


def test_axe_finds_nothing_serious_on_a_phone_in_the_dark(signed_in: Callable[..., Page]) -> None:
    page = signed_in("olga", viewport=PHONE, color_scheme="dark")
    found: dict[str, list[str]] = {}
    for path in ("", "/board", "/agents", "/do/write-notice"):
        page.goto(SERVICE + path)
        found[path] = grave(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_charts_are_drawn_and_a_table_says_the_same(signed_in: Callable[..., Page]) -> None:
    page = signed_in("olga")
    page.locator("#chart-stocks .main-svg").first.wait_for()
    assert page.locator("#chart-stocks .point").count() == 3
    page.locator("#chart-draws .main-svg").first.wait_for()
    assert page.get_by_role("region", name="Hver kontos lager").locator("tbody tr").count() == 6
    page.locator("summary", has_text="Træk uge for uge").click()
    assert page.get_by_role("region", name="Træk uge for uge").locator("tbody tr").count() >= 13


def test_without_javascript_a_person_draws_gives_back_and_looks_up(signed_in: Callable[..., Page]) -> None:
    page = signed_in("hedda", java_script_enabled=False)
    page.goto(SERVICE)
    assert page.locator("#chart-draws").inner_text().startswith("Grafen kræver JavaScript")
    page.get_by_role("link", name="Træk i hånden", exact=True).first.click()
    page.get_by_label("Konto").select_option(label="Egebro Hospital, Klinisk Biokemisk Afdeling")
    page.get_by_label("Hvor mange numre").fill("40")
    page.get_by_role("button", name="Træk serien").click()
    page.get_by_role("heading", name="Serie på 40 numre").wait_for()
    first = page.get_by_label("Første nummer").input_value()
    page.get_by_label("Sidste nummer").fill(first)
    page.get_by_label("Begrundelse").fill("Etiketten gik i stykker.")
    page.get_by_role("button", name="Giv numrene tilbage").click()
    page.get_by_text("Frigivet: Etiketten gik i stykker.").wait_for()
    page.get_by_role("link", name="Slå nummer op").click()
    page.get_by_label("Prøvenummer").fill(first)
    page.get_by_role("button", name="Slå op").click()
    page.get_by_text("Givet tilbage, ugyldigt").wait_for()
    assert page.url.endswith("/number-service/look-up")


def test_a_second_person_approves_a_draw_far_above_plan(signed_in: Callable[..., Page]) -> None:
    asking = signed_in("egil")
    asking.goto(f"{SERVICE}/draw")
    asking.get_by_label("Hvor mange numre").fill("90000")
    asking.get_by_role("button", name="Træk serien").click()
    asking.get_by_text("En anden end dig skal godkende").wait_for()
    deciding = signed_in("hedda")
    deciding.goto(f"{SERVICE}/approvals")
    deciding.get_by_role("button", name=re.compile(r"Godkend.*90\.000")).click()
    deciding.wait_for_load_state()
    asking.goto(f"{SERVICE}/approvals")
    asking.get_by_role("button", name=re.compile(r"Træk serien.*90\.000")).click()
    asking.get_by_role("heading", name="Serie på 90.000 numre").wait_for()


def test_the_operator_writes_a_notice_and_the_laboratory_sees_it(signed_in: Callable[..., Page]) -> None:
    page = signed_in("olga")
    page.goto(f"{SERVICE}/notices")
    page.get_by_role("link", name="Skriv en driftsmeddelelse").click()
    page.get_by_label("Overskrift på dansk").fill("Øvelse onsdag")
    page.get_by_label("Overskrift på engelsk").fill("Exercise on Wednesday")
    page.get_by_label("Tekst på dansk").fill("Tjenesten kører videre.")
    page.get_by_label("Tekst på engelsk").fill("The service goes on.")
    page.get_by_role("button", name="Skriv en driftsmeddelelse").click()
    page.get_by_text("Udført: Skriv en driftsmeddelelse").wait_for()
    laboratory = signed_in("karla")
    laboratory.get_by_text("Planlagt: Øvelse onsdag").wait_for()


def test_nothing_of_persons_or_samples_reaches_the_log(served: Served) -> None:
    logged = Path(served.log).read_text(encoding="utf-8")
    assert "opdigtet" not in logged
    assert not re.search(r"(?<![0-9a-f-])\d{13}(?![0-9a-f-])", logged)
