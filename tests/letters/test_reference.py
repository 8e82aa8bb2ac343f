"""The reference pages say what the declarations say: every element, its place in EDIFACT, an example that is valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labbro import letters
from labbro.codes import cpr
from labbro.letters.messages import MESSAGES
from labbro.letters.reference import pages
from labbro.letters.reference.counterpart import places_of
from labbro.letters.reference.examples import ENVELOPE, edifact_lines, example_of, xml_lines
from labbro.letters.reference.layout import Node, nodes_of
from labbro.letters.reference.words import explained, sentences
from labbro.letters.registry import registry
from labbro.letters.values import Value

from .test_registry import WEATHER

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "letters"
STANDARDS = registry().standards
WRITTEN = pages()
PLACE = re.compile(r"`([A-Z]{3})(?:\+([A-Za-z0-9]+))?`(?: \([^)]*\))? ([0-9])\.([0-9])")


def every_node(standard) -> list[Node]:
    return [node for top in nodes_of(standard) for node in (top, *top.walk())]


def test_the_pages_kept_are_those_that_the_declarations_give() -> None:
    """After a change of a declaration: make docs."""
    kept = {str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.md")}
    assert kept.keys() == WRITTEN.keys()
    assert [name for name, text in WRITTEN.items() if kept[name] != text] == []


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.name)
def test_every_element_of_every_version_stands_on_its_page(standard) -> None:
    paths = {node.path for node in every_node(standard)}
    for version in standard.versions:
        for path, _ in _declared(registry().by_key[version.key].model, ""):
            assert path in paths or path.endswith(("/Date", "/Time")), path
    for language in ("da", "en"):
        page = WRITTEN[f"{language}/{standard.name.lower()}.md"]
        assert [name for name in {node.name for node in every_node(standard)} if name not in page] == []


def _declared(model, base: str):
    for name, inner in model.children.items():
        if inner.kind == "container":
            yield base + name, inner
            yield from _declared(inner, f"{base}{name}/")
        elif model.kind == "container":
            yield base + name, inner


def test_every_element_is_explained_in_both_languages() -> None:
    known = (*STANDARDS, ENVELOPE)
    silent = {node.path for standard in known for node in every_node(standard) if explained(node) is None}
    assert silent == set()


def test_every_letter_type_is_introduced() -> None:
    for standard in STANDARDS:
        assert sentences(f"about {standard.name}", "da"), standard.name


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.name)
def test_the_example_is_valid_remarkless_and_about_nobody(standard) -> None:
    letter = example_of(standard.name)
    assert letter is not None
    assert letters.check(letter) == ()
    number = letter.root.text("Patient/CivilRegistrationNumber")
    assert number is None or not cpr.modulus_11_holds(number)


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.name)
def test_the_example_on_the_page_reads_as_the_letter_it_shows(standard) -> None:
    letter = example_of(standard.name)
    (reading,) = letters.read("\n".join(xml_lines(standard)).encode())
    assert (reading.findings, reading.letter) == ((), letter)
    if standard.form is not None:
        (reading,) = letters.read("\n".join(edifact_lines(standard)).encode("latin-1"))
        assert reading.ok
        assert reading.version_code == letter.version.removeprefix("X")


@pytest.mark.parametrize(
    "standard", [standard for standard in STANDARDS if standard.form], ids=lambda standard: standard.name
)
def test_what_the_page_says_of_edifact_is_where_the_writer_puts_it(standard) -> None:
    letter = example_of(standard.name)
    version = registry().by_key[letter.version].version
    places = places_of(standard, version)
    components = [_components(line) for line in edifact_lines(standard)]
    free = {node.path for node in every_node(standard) if _is_free(node.facts.get(version.key))}
    looked = 0
    for path, element in letter.root.walk():
        plain = re.sub(r"\[[0-9]+\]", "", path.partition("/")[2])
        found = [PLACE.search(place) for place in places.get(plain, ())]
        if plain not in free or not any(found):
            continue
        looked += 1
        assert any(_says(components, match, element.value) for match in found if match), (path, places[plain])
    assert looked > 3


def _is_free(fact) -> bool:
    """A text that EDIFACT says as it stands, unlike words, times and numbers of versions."""
    return fact is not None and isinstance(fact.holds, Value) and fact.holds.kind == "text"


def _components(line: str) -> list[list[str]]:
    return [element.split(":") for element in line.removesuffix("'").split("+")]


def _says(segments, match, value: str) -> bool:
    tag, qualifier, element, component = match.groups()
    for segment in segments:
        if segment[0][0] != tag or (qualifier and segment[1][0] != qualifier) or len(segment) <= int(element):
            continue
        parts = segment[int(element)]
        if len(parts) >= int(component) and parts[int(component) - 1] == value:
            return True
    return False


def test_the_envelope_of_vans_providers_has_a_page_too() -> None:
    (reading,) = letters.read("\n".join(xml_lines(ENVELOPE)).encode())
    assert (reading.ok, reading.standard) == (True, "CTL03")
    page = WRITTEN["en/vansenvelope.md"]
    names = {node.name for node in every_node(ENVELOPE)}
    assert [name for name in names if f"{name}`" not in page and f"# {name}" not in page] == []


def test_every_remark_and_every_finding_is_listed() -> None:
    for language in ("da", "en"):
        assert [code for code in MESSAGES if f"`{code}`" not in WRITTEN[f"{language}/findings.md"]] == []
        rules = {rule.code for standard in STANDARDS for rule in (*standard.rules, *standard.demands)}
        assert [code for code in rules if f"\n## {code}\n" not in WRITTEN[f"{language}/rules.md"]] == []


@pytest.mark.parametrize("name", [name for name in WRITTEN if "/" in name])
def test_every_link_to_a_heading_leads_to_one(name: str) -> None:
    folder = name.partition("/")[0]
    for target, anchor in re.findall(r"\]\(([a-z0-9]*\.?m?d?)#([^)]+)\)", WRITTEN[name]):
        page = WRITTEN[f"{folder}/{target}"] if target else WRITTEN[name]
        headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", page, re.MULTILINE)}
        assert anchor in headings


def test_a_letter_type_of_one_file_gets_its_page_too() -> None:
    page = pages([WEATHER])["en/wtr01.md"]
    assert "# WTR01 / XWTR01: Weather report" in page
    assert "| `Sky` | Sky. | 1 | [`clear`, `cloud`](#sky) | `S02` `MEA` 1.1 |" in page
