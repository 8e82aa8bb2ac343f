"""What must hold of every letter that a declaration allows, and of every letter with a fault."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labbro import letters
from labbro.errors import CannotConvert
from labbro.letters import Letter, Reading
from labbro.letters import reading as reading_module
from labbro.letters.tree import Element

from .building import VERSIONS, content_of, errors
from .generating import Maker, document, spoiled

SEEDS = st.integers(0, 10**9)
WITH_EDIFACT = [version for version in VERSIONS if version != "XR0130K/2005"]


def one(data: bytes) -> Reading:
    (reading,) = letters.read(data)
    return reading


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_a_letter_made_from_its_declaration_has_no_errors_read_or_built(version, seed):
    letter = Maker(seed, wide=True).letter(version)
    assert errors(letters.check(letter)) == []
    reading = one(document(letter, random.Random(seed)))
    assert errors(reading.findings) == []
    assert content_of(reading.letter.root) == content_of(letter.root)
    assert reading.letter.envelope == letter.envelope


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_written_as_xml_it_comes_back_the_same(version, seed):
    letter = Maker(seed, wide=True).letter(version)
    written = letters.write(letter, "xml")
    back = one(written.data).letter
    assert (content_of(back.root), back.envelope, back.version) == (content_of(letter.root), letter.envelope, version)
    assert letters.write(back, "xml").data == written.data


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_said_in_json_it_comes_back_the_same(version, seed):
    letter = Maker(seed, wide=True).letter(version)
    form = msgspec.json.decode(msgspec.json.encode(letters.to_json(letter)))
    assert letters.from_json(form) == letter


@pytest.mark.parametrize("version", WITH_EDIFACT)
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_written_as_edifact_it_comes_back_the_same_but_for_what_was_told(version, seed):
    letter = Maker(seed).letter(version)
    data, told = letters.losses(letter, "edifact")
    if data is None:
        assert {found.code for found in told if found.severity == "error"} <= {
            "no-code",
            "text-too-long",
            "url-too-long",
        }
        return
    reading = one(data)
    assert errors(reading.findings) == [], (told, reading.findings)
    lost = {_plain(found.path) for found in told if found.severity == "loss"}
    if not any("Envelope" in path for path in lost):
        assert reading.letter.envelope == letter.envelope
    assert differences(letter.root, reading.letter.root) <= lost | NOTES
    # A second time there is nothing left to lose.
    again, more = letters.losses(reading.letter, "edifact")
    assert [found for found in more if found.severity in {"error", "loss"}] == []
    assert one(again).letter.root == reading.letter.root


# What reading fills in by rule, and how texts are laid out (medcom/README.md: the notes of the manifest).
NOTES = {
    "Patient/Consent",
    "Patient/Consent/Given",
    "OriginalEmessage/RefuseCode",
    "OriginalEmessage/OriginalLetter/RefuseCode",
}


def _plain(path):
    parts = [part.partition("[")[0] for part in (path or "").split("/")[1:]]
    return "/".join(parts)


def differences(mine: Element, other: Element, path: str = "") -> set[str]:
    """Paths at which trees differ, texts compared by their words and booleans by their meaning."""
    if _is_text(mine) or _is_text(other):
        return set() if _words(mine) == _words(other) else {path}
    if isinstance(mine.content, str) and isinstance(other.content, str):
        return set() if _value(mine) == _value(other) else {path}
    found: set[str] = set()
    below = f"{path}/" if path else ""
    told_apart = _runs(mine) != _runs(other)
    for name in {child.name for child in (*mine.children, *other.children)}:
        if name in DIVIDED and not told_apart:
            continue
        left, right = ([child for child in each.all(name) if child.value != "_"] for each in (mine, other))
        if len(left) == len(right):
            for first, second in zip(left, right, strict=True):
                found |= differences(first, second, below + name)
        elif leaves := {_plain(path) for child in left + right for path, inner in child.walk() if not inner.children}:
            # An element whose parts are each told need not be told itself.
            found |= {f"{below}{name}/{leaf}".rstrip("/") for leaf in leaves}
    return found


# Consecutive segments of one code are one text or several: only their words must be the same.
DIVIDED = {"ResultTextValue", "ResultComments"}


def _runs(element: Element) -> list[tuple[str, str]]:
    runs: list[tuple[str, str]] = []
    for child in element.children:
        if child.name in DIVIDED and runs and runs[-1][0] == child.name:
            runs[-1] = (child.name, runs[-1][1] + _words(child))
        elif child.name in DIVIDED:
            runs.append((child.name, _words(child)))
    return runs


MARKS = {"Space", "Break", "Right", "Center", "Bold", "Italic", "Underline", "FixedFont"}
TEXTS = {"Comments", "AnalysisCompleteName", "ResultTextValue", "ResultComments", "RefuseText"}


def _is_text(element: Element) -> bool:
    return element.name in TEXTS


def _words(element: Element) -> str:
    return "".join(element.value.split())


def _value(element: Element) -> str:
    value = element.value.strip() if element.name in {"Given", "SUP"} else element.value
    return {"1": "true", "0": "false"}.get(value, value) if element.name == "Given" else value


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_the_quick_way_and_the_thorough_way_through_xml_give_equal_readings(version, seed):
    chance = random.Random(seed)
    letter = Maker(seed, wide=True).letter(version)
    if seed % 2:
        letter = Letter(version, spoiled(letter.root, chance), letter.envelope)
    for data in (document(letter, chance), _plainly(letter)):
        quick = list(letters.read(data))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reading_module, "read_plain", lambda *_: None)
            patch.setattr(reading_module, "read_canonical", lambda *_: None)
            thorough = list(letters.read(data))
        assert quick == thorough
        assert [_ats(reading) for reading in quick] == [_ats(reading) for reading in thorough]


def _plainly(letter: Letter) -> bytes:
    """As the writer would write it, right or wrong."""
    from labbro.letters import xml
    from labbro.letters.registry import registry
    from labbro.letters.verdict import envelope_element

    out = [f'<Emessage xmlns="{registry().by_key[letter.version].version.namespace}">']
    for element in (envelope_element(letter.envelope), letter.root):
        xml.write_element(element, out)
    return ("".join(out) + "</Emessage>").encode()


def _ats(reading: Reading) -> list[int]:
    return [element.at for _, element in reading.letter.root.walk()] if reading.letter else []


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_a_letter_that_was_built_gets_the_findings_of_the_same_letter_read(version, seed):
    chance = random.Random(seed)
    letter = Maker(seed, wide=True).letter(version)
    if seed % 3:
        letter = Letter(version, spoiled(letter.root, chance), letter.envelope)
    reading = one(_plainly(letter))
    if reading.letter is not None:
        built = [(found.severity, found.code, found.path, found.message) for found in letters.check(reading.letter)]
        assert built == [(found.severity, found.code, found.path, found.message) for found in reading.findings]


@pytest.mark.parametrize("version", WITH_EDIFACT)
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_a_letter_with_errors_is_never_written(version, seed):
    chance = random.Random(seed)
    letter = Maker(seed).letter(version)
    spoilt = Letter(version, spoiled(letter.root, chance), letter.envelope)
    if errors(letters.check(spoilt)):
        for syntax in ("xml", "edifact"):
            assert letters.losses(spoilt, syntax)[0] is None
            with pytest.raises(CannotConvert):
                letters.write(spoilt, syntax)


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_every_value_of_a_letter_is_shown(version, seed):
    letter = Maker(seed).letter(version)
    tree = letters.tree_html(letter)
    for _, element in letter.root.walk():
        assert element.name in MARKS or f">{element.name}<" in tree
    for language in ("da", "en"):
        assert letters.show_text(letter, language)
        assert letters.html_fragment(letter, language).startswith("<article")
