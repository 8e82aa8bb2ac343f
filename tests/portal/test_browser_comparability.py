"""Rows by comparability and the registry's pages in a real browser: by mouse, without scripts, on a phone, for axe."""

# ruff: noqa: F811 - fixtures are taken by their names
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labbro.comparability import demonstration as registry
from labbro.comparability.store import RegistryStore
from labbro.databank import Databank
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings
from labbro.portal import formats
from labbro.synthetic import demonstration

from .conftest import SECRET
from .test_browser import PHONE, Page, Served, browser, grave, open_page, serving  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(new_database_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demonstration with the one person on whom the two ways differ."""
    folder, url = tmp_path_factory.mktemp("served"), new_database_url()
    fill(folder, url)
    (folder / "demonstration-loaded").touch()
    with serving(folder, url, LABBRO_DEMONSTRATION="yes") as running:
        yield running


@pytest.fixture(scope="module")
def address(served: Served) -> str:
    return served.address


def fill(folder: Path, url: str) -> None:
    settings, clock = Settings(data_dir=folder, secret=SECRET.ljust(32, b"x")), SystemClock()
    identities = SystemIdentities(clock)
    place = next(n for n, who in enumerate(demonstration.people()) if who.first_to_see)
    with Database(url, connections=2) as database:
        database.pool.open(wait=True)
        databank = Databank(database=database, settings=settings, clock=clock, identities=identities)
        until = formats.danish_time(clock.now())
        databank.intake(demonstration.readings(place, until), clock.now(), "demonstration", "demonstration")
        registry.found(RegistryStore(database, clock, identities))


def to_person(page: Page) -> str:
    page.goto("/sign-in")
    page.get_by_role("button", name="Carla Demosen").click()
    page.locator("button.choice").first.click()
    page.get_by_role("heading", name="Svaroversigt").wait_for()
    return page.url


def names(page: Page) -> list[str]:
    return page.locator("[data-grid] th[scope=row] > a").all_inner_texts()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_first_person_offered_shows_the_difference_at_a_click(
    open_page: Callable[..., Page], scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    to_person(page)
    by_method = names(page)
    page.get_by_role("link", name="Efter kode").click()
    page.wait_for_load_state()
    by_code = names(page)
    assert [sum("PSA" in name for name in found) for found in (by_method, by_code)] == [2, 1]
    assert [sum("moglobin" in name for name in found) for found in (by_method, by_code)] == [1, 4]  # two of them HbA1c
    assert [sum("Kreatinin" in name for name in found) for found in (by_method, by_code)] == [2, 1]
    assert [sum("Kolesterol" in name for name in found) for found in (by_method, by_code)] == [1, 2]  # one local code
    assert [sum("Ferritin" in name for name in found) for found in (by_method, by_code)] == [1, 1]


def test_a_step_of_caution_stands_at_the_value_and_its_note_below_the_rows_name(open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_person(page)
    row = page.locator("[data-grid] tr", has=page.get_by_role("link", name="Ferritin, Betalyt"))
    assert row.locator("td .tag.step").count() == 1
    row.locator("summary").click()
    assert row.get_by_text("Nyt apparat 5. februar 2024: omkring 7 % højere.").is_visible()
    local = page.locator("[data-grid] tr", has=page.get_by_role("link", name="Kolesterol"))
    local.locator("summary").click()
    assert local.get_by_text("Rækken samler NPU01566, QSL00310").is_visible()


def test_the_panel_of_a_value_tells_the_change_beside_the_reference_change_value(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    to_person(page)
    row = page.locator("[data-grid] tr", has=page.get_by_role("link", name="Kolesterol"))
    row.locator("td a").first.click()
    panel = page.locator("dialog[open]")
    panel.get_by_text("Ændring siden forrige sammenlignelige svar").wait_for()
    assert panel.get_by_text("Kritisk difference (RCV)", exact=True).is_visible()
    assert panel.get_by_text("invented demonstration figure").is_visible()
    assert panel.locator("a[href*='/rows/']").get_attribute("href").endswith("?version=1")


def test_the_reason_opens_where_it_stands_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_person(page)
    row = page.locator("[data-grid] tr", has=page.get_by_role("link", name="PSA, WHO-kalibreret"))
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    assert row.get_by_text("Hybritech-kalibrering giver 20-25 % højere værdier end WHO.").is_visible()


def test_filters_keep_the_way_rows_are_made(open_page: Callable[..., Page]) -> None:
    page = open_page()
    results = to_person(page)
    page.goto(f"{results}?by=code")
    page.get_by_label("Periode").select_option("2y")
    page.wait_for_url("**period=2y**")
    assert "by=code" in page.url
    assert page.locator(".switch a[aria-current]").inner_text() == "Efter kode"


REGISTRY = ("", "/procedures", "/groups", "/suggestions", "/propose", "/proposals", "/versions")


@pytest.mark.parametrize(
    "options", [{}, {"viewport": PHONE, "color_scheme": "dark"}], ids=["desktop", "phone in the dark"]
)
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_screen(
    open_page: Callable[..., Page],
    options: dict[str, Any],
) -> None:
    page = open_page(**options)
    results = to_person(page)
    row = page.locator("[data-grid] tr", has=page.get_by_role("link", name="Ferritin, Betalyt"))
    course, value = (row.locator(part).first.evaluate("link => link.href") for part in ("th > a", "td a"))
    found: dict[str, Any] = {}
    for path in (
        results,
        f"{results}?version=1",
        f"{results}?by=code",
        course,
        value,
        *(f"/method-registry{name}" for name in REGISTRY),
    ):
        page.goto(path)
        for closed in page.locator("details.why:not([open]) > summary").all()[:2]:
            closed.click()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[path] = [*grave(page), *(["too wide"] if wide > 0 else [])]
    assert {path: faults for path, faults in found.items() if faults} == {}
