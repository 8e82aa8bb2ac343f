"""Layer one: which children may stand where, what is told about those that may not, and how elements are declared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.letters import Element
from labbro.letters.checking import check_tree
from labbro.letters.grammar import BREAKABLE, FORMATTED, Part, either, in_version, many, maybe, one, together
from labbro.letters.model import Model, explain_order
from labbro.letters.values import text

SHORT = text(1, 3)
MODEL = Model(
    Part(
        "Box",
        (
            one("First", SHORT),
            maybe("Second", SHORT),
            either(one("This", SHORT), one("That", SHORT)),
            together(one("Left", SHORT), maybe("Middle", SHORT), one("Right", SHORT)),
            many("Many", 0, 2, one("Inner", SHORT)),
            either(one("Note", BREAKABLE), one("Styled", FORMATTED), low=0, high=3),
        ),
        1,
        1,
    )
)


def tree(*names, **contents):
    inner = {"Many": (Element("Inner", "x"),)}
    return Element("Box", tuple(Element(name, contents.get(name, inner.get(name, "x"))) for name in names))


def told(element):
    return [(finding.code, finding.path) for finding in check_tree(element, MODEL)]


@pytest.mark.parametrize(
    "names",
    [
        ("First", "This"),
        ("First", "Second", "That"),
        ("First", "This", "Left", "Right"),
        ("First", "This", "Left", "Middle", "Right", "Many", "Many"),
        ("First", "This", "Note", "Styled", "Note"),
    ],
)
def test_children_in_the_order_of_the_declaration_are_right(names):
    assert told(tree(*names)) == []


@pytest.mark.parametrize(
    ("names", "findings"),
    [
        ((), [("missing", "Box/First"), ("missing", "Box")]),
        (("This",), [("missing", "Box/First")]),
        (("First",), [("missing", "Box")]),
        (("First", "This", "That"), [("too-many", "Box/That")]),
        (("First", "First", "This"), [("too-many", "Box/First[2]")]),
        (("This", "First"), [("wrong-place", "Box/This"), ("missing", "Box")]),
        (("First", "This", "Left"), [("missing", "Box/Right")]),
        (("First", "This", "Right"), [("missing", "Box/Left")]),
        (("First", "This", "Many", "Many", "Many"), [("too-many", "Box/Many[3]")]),
        (("First", "Other", "This"), [("unknown-element", "Box/Other")]),
        (("First", "This", "Second"), [("wrong-place", "Box/Second")]),
        (("First", "This", "Note", "Note", "Note", "Note"), [("too-many", "Box/Note[4]")]),
    ],
)
def test_what_does_not_fit_is_told_with_its_path(names, findings):
    assert told(tree(*names)) == findings


@pytest.mark.parametrize(
    ("names", "expected"), [(("This", "First"), "First"), (("First", "This", "Second"), "-"), (("Other", "First"), "-")]
)
def test_the_sentence_names_what_was_expected_there(names, expected):
    first = check_tree(tree(*names), MODEL)[0]
    assert first.code != "wrong-place" or f"expected here: {expected}." in first.message
    assert "None" not in first.message + first.message_da


def test_all_faults_are_told_not_only_the_first():
    found = told(
        tree(
            "First",
            "This",
            "Many",
            "Many",
            First="long",
            This="",
            Many=(Element("Inner", "long"), Element("Inner", "x")),
        )
    )
    assert found == [
        ("too-long", "Box/First"),
        ("empty-value", "Box/This"),
        ("too-many", "Box/Many[1]/Inner[2]"),
        ("too-long", "Box/Many[1]/Inner[1]"),
        ("too-many", "Box/Many[2]/Inner[2]"),
        ("too-long", "Box/Many[2]/Inner[1]"),
    ]


def test_children_are_checked_even_where_their_order_is_wrong():
    assert ("too-long", "Box/Second") in told(tree("First", "This", "Second", Second="long"))


@pytest.mark.parametrize(
    ("element", "code"),
    [
        (Element("Box", (Element("First", "x"), "stray", Element("This", "x"))), "stray-text"),
        (Element("Box", "only text"), "stray-text"),
        (Element("Box", (Element("First", (Element("Break"),)), Element("This", "x"))), "element-in-value"),
        (tree("First", "This", "Note", Note=(Element("Bold", "x"),)), "unknown-element"),
        (tree("First", "This", "Note", Note=(Element("Break", " "),)), "content-in-empty"),
        (tree("First", "This", "Styled", Styled=(Element("Bold", (Element("Italic", "x"),)),)), "unknown-element"),
        (
            tree("First", "This", "Styled", Styled=(Element("FixedFont", (Element("FixedFont", "x"),)),)),
            "unknown-element",
        ),
    ],
)
def test_text_and_elements_that_stand_where_they_may_not(element, code):
    assert code in [found for found, _ in told(element)]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "x",
        ("x", Element("Break"), Element("Space"), "y"),
        (Element("FixedFont", (Element("Bold", ("x", Element("Break"))),)),),
    ],
)
def test_texts_may_be_empty_and_hold_their_marks(content):
    assert told(tree("First", "This", "Styled", Styled=content)) == []


NAMES = st.lists(
    st.sampled_from(["First", "Second", "This", "That", "Left", "Middle", "Right", "Many", "Note", "Other"]), max_size=9
)


@given(NAMES)
def test_an_order_is_explained_exactly_when_it_does_not_fit(names):
    right = MODEL.models_in_order(tuple(names)) is not None
    assert right is (told(tree(*names)) == [])
    if not right:
        assert explain_order(MODEL, tuple(names))


@given(NAMES)
def test_an_order_that_was_right_once_stays_right(names):
    first = MODEL.models_in_order(tuple(names))
    assert MODEL.models_in_order(tuple(names)) == first


def test_words_hold_in_the_versions_they_name():
    words = (
        one("All", SHORT),
        one("Old", SHORT, v="A"),
        maybe("New", one("Deep", SHORT, v="B"), maybe("Deeper", SHORT, v="C"), v="BC"),
    )
    assert [part.name for part in in_version(words, "A")] == ["All", "Old"]
    new = in_version(words, "C")[1]
    assert (new.name, [part.name for part in new.holds]) == ("New", ["Deeper"])


# --- trees -----------------------------------------------------------------------------------------------------------

TREE = Element(
    "A",
    (
        Element("B", "1"),
        Element("C", (Element("D", "2"), Element("D", "3"))),
        Element("E", ("x", Element("Break"), Element("Bold", "y"))),
    ),
)


def test_values_are_found_by_path():
    assert (TREE.text("B"), TREE.text("C/D"), TREE.text("C/X"), TREE.text("B/X")) == ("1", "2", None, None)
    assert [found.value for found in TREE.all("C/D")] == ["2", "3"]
    assert TREE.text("E") == "x\ny"


def test_a_walk_numbers_repeated_siblings_only():
    assert [path for path, _ in TREE.walk()] == [
        "A",
        "A/B",
        "A/C",
        "A/C/D[1]",
        "A/C/D[2]",
        "A/E",
        "A/E/Break",
        "A/E/Bold",
    ]


def test_where_an_element_stood_does_not_count_in_comparisons():
    assert Element("A", "x", 7) == Element("A", "x", 9)
    assert hash(Element("A", "x", 7)) == hash(Element("A", "x", 9))
    assert Element("A", "x") != Element("A", "y")
    assert Element("A", "x") != "x"
