"""The registry's pages in a browser: a moment chosen by hand, and what those see who may not change anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from labbro.comparability import demonstration as registry
from labbro.comparability.store import RegistryStore
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database, migrate
from labbro.platform.identities import SystemIdentities

from .test_browser import PHONE, Page, Served, browser, grave, open_page, serving  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(new_database_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demonstration in which Carla and Didrik are named to change the registry."""
    folder, url = tmp_path_factory.mktemp("served"), new_database_url()
    clock = SystemClock()
    with Database(url, connections=2) as database:
        database.pool.open(wait=True)
        migrate(database)
        registry.found(RegistryStore(database, clock, SystemIdentities(clock)))
    (folder / "demonstration-loaded").touch()
    people = "demonstration:carla demonstration:didrik"
    with serving(folder, url, LABBRO_DEMONSTRATION="yes", LABBRO_REGISTRY_PEOPLE=people) as running:
        yield running


@pytest.fixture(scope="module")
def address(served: Served) -> str:
    return served.address


def enter(page: Page, name: str, path: str) -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name=name).click()
    page.get_by_role("link", name="Metoderegister").wait_for()
    page.goto(f"/method-registry/{path}")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_moment_is_chosen_and_the_page_tells_which_version_was_in_force(
    open_page: Callable[..., Page],  # noqa: F811
    scripts: bool,
) -> None:
    page = open_page(java_script_enabled=scripts, timezone_id="Europe/Copenhagen")
    enter(page, "Carla Demosen", "versions")
    page.get_by_label("Som kendt den").fill("2001-02-03T04:05")
    page.get_by_role("button", name="Vis grupper som kendt da").click()
    page.get_by_text("dets første version blev frigivet").wait_for()
    assert "/method-registry/groups?known_at=2001-02-03T04%3A05" in page.url
    assert page.get_by_label("Som kendt den").input_value() == "2001-02-03T04:05"
    page.goto("/method-registry/groups?known_at=2001-02-03")  # a day is no value of the field
    assert page.get_by_label("Som kendt den").input_value() == ""


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_who_is_not_named_finds_the_reason_where_the_forms_would_be(
    open_page: Callable[..., Page],  # noqa: F811
    size: dict[str, int] | None,
) -> None:
    page = open_page(**({"viewport": size} if size else {}))
    enter(page, "Asta Prøvesen", "propose")
    assert page.get_by_text("Kun de, der er udpeget til det").is_visible()
    assert page.get_by_text("demonstration:asta").is_visible()
    assert page.locator("main form").count() == 0
    assert grave(page) == []
    page.goto("/method-registry/groups")
    assert grave(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
